//! A row of a result, read by position.

use super::{
    column::{Cell, FromColumn},
    error::DbError,
    postgres, sqlite,
};

/// A row, only seen by [`FromRow`].
pub struct Row<'a>(Source<'a>);

enum Source<'a> {
    Sqlite(&'a rusqlite::Row<'a>),
    Postgres(&'a tokio_postgres::Row),
}

impl<'a> Row<'a> {
    pub(super) fn sqlite(row: &'a rusqlite::Row<'a>) -> Self {
        Self(Source::Sqlite(row))
    }

    pub(super) fn postgres(row: &'a tokio_postgres::Row) -> Self {
        Self(Source::Postgres(row))
    }

    /// How many columns it has.
    pub fn width(&self) -> usize {
        match self.0 {
            Source::Sqlite(row) => row.as_ref().column_count(),
            Source::Postgres(row) => row.len(),
        }
    }

    /// The column at this position, counted from 0.
    pub fn get<T: FromColumn>(&self, at: usize) -> Result<T, DbError> {
        let decoded = self.cell(at).and_then(T::from_column);
        decoded.map_err(|expected| DbError::Decode { column: self.name(at), expected })
    }

    /// The columns from left to right, which must be exactly `width`.
    pub fn fields(&self, width: usize) -> Result<Fields<'_, 'a>, DbError> {
        if self.width() == width {
            return Ok(Fields { row: self, at: 0 });
        }
        Err(DbError::Other(format!("a row of {} columns was read into {width} fields", self.width())))
    }

    fn cell(&self, at: usize) -> Result<Cell<'_>, String> {
        match self.0 {
            Source::Sqlite(row) => sqlite::cell(row, at),
            Source::Postgres(row) => postgres::cell(row, at),
        }
    }

    fn name(&self, at: usize) -> String {
        let name = match self.0 {
            Source::Sqlite(row) => row.as_ref().column_name(at).ok(),
            Source::Postgres(row) => row.columns().get(at).map(tokio_postgres::Column::name),
        };
        name.map_or_else(|| format!("number {at}"), ToOwned::to_owned)
    }
}

/// The columns of a row from left to right.
pub struct Fields<'r, 'a> {
    row: &'r Row<'a>,
    at: usize,
}

impl Fields<'_, '_> {
    /// The next column.
    #[allow(clippy::should_implement_trait)] // every call may read another type, which an iterator cannot
    pub fn next<T: FromColumn>(&mut self) -> Result<T, DbError> {
        let at = self.at;
        self.at += 1;
        self.row.get(at)
    }
}

/// Something a row can be read into: a tuple of 1 to 12 columns, or a struct declared with [`row!`](crate::row).
pub trait FromRow: Sized + Send {
    /// Reads it, by position.
    fn from_row(row: &Row<'_>) -> Result<Self, DbError>;
}

macro_rules! tuple {
    ($($name:ident)+) => {
        impl<$($name: FromColumn),+> FromRow for ($($name,)+) {
            fn from_row(row: &Row<'_>) -> Result<Self, DbError> {
                let mut fields = row.fields([$(stringify!($name)),+].len())?;
                Ok(($(fields.next::<$name>()?,)+))
            }
        }
    };
}
tuple!(A);
tuple!(A B);
tuple!(A B C);
tuple!(A B C D);
tuple!(A B C D E);
tuple!(A B C D E F);
tuple!(A B C D E F G);
tuple!(A B C D E F G H);
tuple!(A B C D E F G H I);
tuple!(A B C D E F G H I J);
tuple!(A B C D E F G H I J K);
tuple!(A B C D E F G H I J K L);

/// Declares structs that are read from a row's columns by position, in the order of their fields.
///
/// ```
/// platform::row! {
///     /// A seller as the list shows them: `select id, name from seller`.
///     #[derive(Debug, Clone)]
///     pub struct Seller { pub id: i64, pub name: String }
/// }
/// ```
#[macro_export]
macro_rules! row {
    ($(
        $(#[$about:meta])*
        $seen:vis struct $name:ident {
            $($(#[$field_about:meta])* $field_seen:vis $field:ident : $type:ty),+ $(,)?
        }
    )+) => {$(
        $(#[$about])*
        $seen struct $name {
            $($(#[$field_about])* $field_seen $field: $type),+
        }

        impl $crate::db::FromRow for $name {
            fn from_row(row: &$crate::db::Row<'_>) -> ::std::result::Result<Self, $crate::db::DbError> {
                let mut fields = row.fields([$(::std::stringify!($field)),+].len())?;
                ::std::result::Result::Ok(Self { $($field: fields.next()?),+ })
            }
        }
    )+};
}
