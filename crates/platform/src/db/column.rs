//! What can be read from a column of a row, on either engine.

use jiff::{Timestamp, civil::Date};

use super::value::Value;

/// What lies in a column, before it becomes a Rust type. SQLite has no truths, moments and days of its own: they
/// come as whole numbers and texts.
#[derive(Clone, Copy)]
pub enum Cell<'a> {
    /// No value.
    Null,
    /// A truth.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number.
    Float(f64),
    /// A text.
    Text(&'a str),
    /// Bytes.
    Bytes(&'a [u8]),
    /// A moment.
    Time(Timestamp),
    /// A day.
    Date(Date),
}

impl Cell<'_> {
    /// What was expected and what was found, in words without the value.
    fn unlike(self, expected: &str) -> String {
        let found = match self {
            Self::Null => "null",
            Self::Bool(_) => "a truth",
            Self::Int(_) => "a whole number",
            Self::Float(_) => "a number",
            Self::Text(_) => "a text",
            Self::Bytes(_) => "bytes",
            Self::Time(_) => "a moment",
            Self::Date(_) => "a day",
        };
        format!("expected {expected}, found {found}")
    }
}

/// Something that can be read from a column.
pub trait FromColumn: Sized + Send {
    /// Reads it; the error says what was expected, without showing the value.
    fn from_column(cell: Cell<'_>) -> Result<Self, String>;
}

impl FromColumn for bool {
    fn from_column(cell: Cell<'_>) -> Result<Self, String> {
        match cell {
            Cell::Bool(v) => Ok(v),
            Cell::Int(0) => Ok(false),
            Cell::Int(1) => Ok(true),
            other => Err(other.unlike("a truth")),
        }
    }
}

impl FromColumn for i64 {
    fn from_column(cell: Cell<'_>) -> Result<Self, String> {
        match cell {
            Cell::Int(v) => Ok(v),
            other => Err(other.unlike("a whole number")),
        }
    }
}

/// Smaller whole numbers: a value that does not fit is an error, never cut.
macro_rules! whole_number {
    ($($type:ty),*) => {$(
        impl FromColumn for $type {
            fn from_column(cell: Cell<'_>) -> Result<Self, String> {
                Self::try_from(i64::from_column(cell)?).map_err(|_| format!("a whole number beyond {}", stringify!($type)))
            }
        }
    )*};
}
whole_number!(i16, i32, u8, u16, u32);

impl FromColumn for f64 {
    fn from_column(cell: Cell<'_>) -> Result<Self, String> {
        match cell {
            Cell::Float(v) => Ok(v),
            Cell::Int(v) => Ok(v as f64),
            other => Err(other.unlike("a number")),
        }
    }
}

impl FromColumn for String {
    fn from_column(cell: Cell<'_>) -> Result<Self, String> {
        match cell {
            Cell::Text(v) => Ok(v.to_owned()),
            other => Err(other.unlike("a text")),
        }
    }
}

impl FromColumn for Vec<u8> {
    fn from_column(cell: Cell<'_>) -> Result<Self, String> {
        match cell {
            Cell::Bytes(v) => Ok(v.to_vec()),
            other => Err(other.unlike("bytes")),
        }
    }
}

impl FromColumn for Timestamp {
    fn from_column(cell: Cell<'_>) -> Result<Self, String> {
        match cell {
            Cell::Time(v) => Ok(v),
            Cell::Int(v) => Self::from_microsecond(v).map_err(|_| "a moment out of range".to_owned()),
            other => Err(other.unlike("a moment")),
        }
    }
}

impl FromColumn for Date {
    fn from_column(cell: Cell<'_>) -> Result<Self, String> {
        match cell {
            Cell::Date(v) => Ok(v),
            Cell::Text(v) => v.parse().map_err(|_| "expected a day YYYY-MM-DD, found another text".to_owned()),
            other => Err(other.unlike("a day")),
        }
    }
}

impl FromColumn for serde_json::Value {
    fn from_column(cell: Cell<'_>) -> Result<Self, String> {
        match cell {
            Cell::Text(v) => serde_json::from_str(v).map_err(|_| "expected JSON, found another text".to_owned()),
            other => Err(other.unlike("JSON")),
        }
    }
}

impl FromColumn for Value {
    fn from_column(cell: Cell<'_>) -> Result<Self, String> {
        Ok(match cell {
            Cell::Null => Self::Null,
            Cell::Bool(v) => Self::Bool(v),
            Cell::Int(v) => Self::Int(v),
            Cell::Float(v) => Self::Float(v),
            Cell::Text(v) => Self::Text(v.to_owned()),
            Cell::Bytes(v) => Self::Bytes(v.to_vec()),
            Cell::Time(v) => Self::Time(v),
            Cell::Date(v) => Self::Date(v),
        })
    }
}

impl<T: FromColumn> FromColumn for Option<T> {
    fn from_column(cell: Cell<'_>) -> Result<Self, String> {
        match cell {
            Cell::Null => Ok(None),
            cell => T::from_column(cell).map(Some),
        }
    }
}

/// Lets any `Display + FromStr` type live in a text column: ids, enums.
///
/// ```
/// # struct Colour; impl std::fmt::Display for Colour { fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str("red") } }
/// # impl std::str::FromStr for Colour { type Err = (); fn from_str(_: &str) -> Result<Self, ()> { Ok(Colour) } }
/// platform::text_column!(Colour);
/// ```
#[macro_export]
macro_rules! text_column {
    ($($type:ty),+ $(,)?) => {$(
        impl $crate::db::Bind for $type {
            fn bound(&self) -> $crate::db::Bound<'_> {
                $crate::db::Bound::Text(::std::borrow::Cow::Owned(::std::string::ToString::to_string(self)))
            }
        }

        impl $crate::db::FromColumn for $type {
            fn from_column(cell: $crate::db::Cell<'_>) -> ::std::result::Result<Self, ::std::string::String> {
                let text = <::std::string::String as $crate::db::FromColumn>::from_column(cell)?;
                text.parse().map_err(|_| ::std::format!("expected {}, found another text", ::std::stringify!($type)))
            }
        }

        impl ::std::convert::From<$type> for $crate::db::Value {
            fn from(v: $type) -> Self {
                $crate::db::Bind::value(&v)
            }
        }
    )+};
}
