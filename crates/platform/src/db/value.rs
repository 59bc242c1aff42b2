//! What can be bound to a `$n` of a statement, on either engine.

use std::borrow::Cow;

use jiff::{Timestamp, civil::Date};

/// An owned value, for rows that are put together at run time ([`Tx::exec_many`](super::Tx::exec_many)).
#[derive(Clone, PartialEq)]
pub enum Value {
    /// No value, of any type.
    Null,
    /// A truth; 0 or 1 on SQLite.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number.
    Float(f64),
    /// A text. It may not contain U+0000, which PostgreSQL cannot hold.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A moment, to the microsecond: `timestamptz` on PostgreSQL, integer microseconds since 1970 on SQLite.
    Time(Timestamp),
    /// A day: text `YYYY-MM-DD` (a `date` column of PostgreSQL is understood as well).
    Date(Date),
}

/// A value on its way into a statement.
#[derive(Clone)]
pub enum Bound<'a> {
    /// No value, of any type.
    Null,
    /// A truth.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number.
    Float(f64),
    /// A text.
    Text(Cow<'a, str>),
    /// Bytes.
    Bytes(&'a [u8]),
    /// A moment.
    Time(Timestamp),
    /// A day.
    Date(Date),
}

impl Bound<'_> {
    /// The kind in a word, for error texts, which never show the value itself.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a truth",
            Self::Int(_) => "a whole number",
            Self::Float(_) => "a number",
            Self::Text(_) => "a text",
            Self::Bytes(_) => "bytes",
            Self::Time(_) => "a moment",
            Self::Date(_) => "a day",
        }
    }
}

/// Shows the kind only: bound values are people's data and have no place in a log.
impl std::fmt::Debug for Bound<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.kind())
    }
}

/// Shows the kind only, like [`Bound`].
impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.bound().kind())
    }
}

/// Something that can be bound to a `$n`.
pub trait Bind: Sync {
    /// The value as the layer binds it.
    fn bound(&self) -> Bound<'_>;

    /// The value for keeping.
    fn value(&self) -> Value {
        match self.bound() {
            Bound::Null => Value::Null,
            Bound::Bool(v) => Value::Bool(v),
            Bound::Int(v) => Value::Int(v),
            Bound::Float(v) => Value::Float(v),
            Bound::Text(v) => Value::Text(v.into_owned()),
            Bound::Bytes(v) => Value::Bytes(v.to_vec()),
            Bound::Time(v) => Value::Time(v),
            Bound::Date(v) => Value::Date(v),
        }
    }
}

impl Bind for Value {
    fn bound(&self) -> Bound<'_> {
        match self {
            Self::Null => Bound::Null,
            Self::Bool(v) => Bound::Bool(*v),
            Self::Int(v) => Bound::Int(*v),
            Self::Float(v) => Bound::Float(*v),
            Self::Text(v) => Bound::Text(Cow::Borrowed(v)),
            Self::Bytes(v) => Bound::Bytes(v),
            Self::Time(v) => Bound::Time(*v),
            Self::Date(v) => Bound::Date(*v),
        }
    }
}

/// Binds types that are one of [`Bound`]'s after a conversion, and makes [`Value`]s of them.
macro_rules! bind {
    ($($type:ty => |$v:ident| $bound:expr;)*) => {$(
        impl Bind for $type {
            fn bound(&self) -> Bound<'_> {
                let $v = self;
                $bound
            }
        }

        impl From<$type> for Value {
            fn from(v: $type) -> Self {
                v.value()
            }
        }
    )*};
}

bind! {
    bool => |v| Bound::Bool(*v);
    i16 => |v| Bound::Int(i64::from(*v));
    i32 => |v| Bound::Int(i64::from(*v));
    i64 => |v| Bound::Int(*v);
    u8 => |v| Bound::Int(i64::from(*v));
    u16 => |v| Bound::Int(i64::from(*v));
    u32 => |v| Bound::Int(i64::from(*v));
    f64 => |v| Bound::Float(*v);
    String => |v| Bound::Text(Cow::Borrowed(v));
    Vec<u8> => |v| Bound::Bytes(v);
    Timestamp => |v| Bound::Time(*v);
    Date => |v| Bound::Date(*v);
    serde_json::Value => |v| Bound::Text(Cow::Owned(v.to_string()));
}

impl Bind for str {
    fn bound(&self) -> Bound<'_> {
        Bound::Text(Cow::Borrowed(self))
    }
}

impl Bind for [u8] {
    fn bound(&self) -> Bound<'_> {
        Bound::Bytes(self)
    }
}

impl<T: Bind + ?Sized> Bind for &T {
    fn bound(&self) -> Bound<'_> {
        (**self).bound()
    }
}

impl<T: Bind> Bind for Option<T> {
    fn bound(&self) -> Bound<'_> {
        self.as_ref().map_or(Bound::Null, Bind::bound)
    }
}

impl From<&str> for Value {
    fn from(v: &str) -> Self {
        Self::Text(v.to_owned())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(v: Option<T>) -> Self {
        v.map_or(Self::Null, Into::into)
    }
}
