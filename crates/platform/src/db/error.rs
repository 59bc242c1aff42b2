//! What a database can answer that is not a result. The texts name constraints, columns and codes, never a bound
//! value: those are people's data.

/// Why the database did not do it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DbError {
    /// "Only one" was violated: a unique index, a primary key or (PostgreSQL) an exclusion. Holds the constraint's
    /// name on PostgreSQL and `table.column, …` (or the index) on SQLite: for logs, not for deciding.
    #[error("unique: {0}")]
    Unique(String),
    /// A check or a trigger refused. Holds the constraint's name or the trigger's text.
    #[error("check: {0}")]
    Check(String),
    /// A row that is referred to is missing, or one that is referred to would go.
    #[error("foreign key: {0}")]
    ForeignKey(String),
    /// A column that must have a value has none.
    #[error("not null: {0}")]
    NotNull(String),
    /// The disk, or the room given to the database, is used up.
    #[error("the database is full")]
    Full,
    /// A unit awaited something that is not the database.
    #[error("a unit of work awaited something other than the database")]
    ForeignAwait,
    /// A unit panicked; its transaction is rolled back.
    #[error("a unit of work panicked")]
    Panicked,
    /// An earlier statement of the same unit failed, so that nothing of it can be committed.
    #[error("the transaction is spoilt by an earlier error")]
    Poisoned,
    /// A column did not hold what the program expected.
    #[error("column {column} cannot be read: {expected}")]
    Decode {
        /// Name of the column in the result.
        column: String,
        /// What was expected, and the type that was there.
        expected: String,
    },
    /// The database does not answer, or asks to try again (deadlock, lock or statement timeout, lost connection).
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// Anything else: a fault of ours.
    #[error("database: {0}")]
    Other(String),
}

impl DbError {
    /// Whether "only one" was violated.
    pub fn is_unique(&self) -> bool {
        matches!(self, Self::Unique(_))
    }

    /// The kind in a word.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Unique(_) => "database-unique",
            Self::Check(_) => "database-check",
            Self::ForeignKey(_) => "database-foreign-key",
            Self::NotNull(_) => "database-not-null",
            Self::Full => "database-full",
            Self::ForeignAwait => "database-foreign-await",
            Self::Panicked => "panicked",
            Self::Poisoned => "database-poisoned",
            Self::Decode { .. } => "database-decode",
            Self::Unavailable(_) => "database-unavailable",
            Self::Other(_) => "database",
        }
    }

    /// Whether trying again later may help.
    pub fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Full)
    }
}

impl crate::Error {
    /// Whether the database refused because "only one" was violated.
    pub fn is_unique(&self) -> bool {
        matches!(self, Self::Db(e) if e.is_unique())
    }
}
