//! Lists page by key: a page says where the next one starts, and stays right while rows come and go.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Deserializer, Serialize, de::DeserializeOwned};

use crate::{Error, Result};

/// The longest cursor that is looked at.
const LONGEST: usize = 1024;

/// Where the next page starts: the key of the last row, opaque to whoever carries it. It is not secret and not
/// trusted: it only ever says where to go on within what the caller may see anyway.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, example = "WyIyMDI2LTAxLTMxIiwiYXB0XzAxSiJd")]
pub struct Cursor(String);

impl Cursor {
    /// A cursor of a key: a tuple of the columns the list is ordered by.
    pub fn of<K: Serialize>(key: &K) -> Result<Self> {
        let text = URL_SAFE_NO_PAD.encode(serde_json::to_vec(key).map_err(Error::internal)?);
        if text.len() > LONGEST {
            return Err(Error::internal("the key of a page is too long"));
        }
        Ok(Self(text))
    }

    /// The key. What is no cursor of this list is the caller's mistake: `Invalid`, field `after`.
    pub fn key<K: DeserializeOwned>(&self) -> Result<K> {
        let bytes = URL_SAFE_NO_PAD.decode(&self.0).ok();
        let key = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        key.ok_or_else(|| Error::invalid("after", "cursor"))
    }

    /// The text, for links.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Cursor {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let plain = text.len() <= LONGEST && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        if plain { Ok(Self(text)) } else { Err(serde::de::Error::custom("not a cursor")) }
    }
}

/// Which part of a list is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema, utoipa::IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct PageAsk {
    /// How many at most, 1 to 100.
    #[schema(minimum = 1, maximum = 100, default = 25)]
    #[param(minimum = 1, maximum = 100, default = 25)]
    #[serde(deserialize_with = "number_or_text")]
    pub limit: u32,
    /// The `next` of the page before; none for the first page.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub after: Option<Cursor>,
}

/// A number, or its digits: a struct flattened into a query string is handed every value as text.
fn number_or_text<'de, D: serde::Deserializer<'de>>(from: D) -> std::result::Result<u32, D::Error> {
    struct Number;
    impl serde::de::Visitor<'_> for Number {
        type Value = u32;
        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("u32")
        }
        fn visit_u64<E: serde::de::Error>(self, number: u64) -> std::result::Result<u32, E> {
            u32::try_from(number).map_err(|_| E::invalid_value(serde::de::Unexpected::Unsigned(number), &self))
        }
        fn visit_str<E: serde::de::Error>(self, text: &str) -> std::result::Result<u32, E> {
            text.parse().map_err(|_| E::invalid_type(serde::de::Unexpected::Str(text), &self))
        }
    }
    from.deserialize_any(Number)
}

impl Default for PageAsk {
    fn default() -> Self {
        Self { limit: Self::USUAL, after: None }
    }
}

impl PageAsk {
    /// How many a page has where nothing is said.
    pub const USUAL: u32 = 25;
    /// How many a page has at most.
    pub const MOST: u32 = 100;

    /// The first page of so many.
    pub fn first(limit: u32) -> Self {
        Self { limit, after: None }
    }

    /// How many, within the bounds.
    pub fn size(&self) -> usize {
        self.limit.clamp(1, Self::MOST) as usize
    }

    /// The `limit` for the SQL: one more than the page holds, to learn whether there is a next one.
    pub fn fetch(&self) -> i64 {
        self.size() as i64 + 1
    }

    /// The key to go on after, if this is not the first page.
    pub fn after<K: DeserializeOwned>(&self) -> Result<Option<K>> {
        self.after.as_ref().map(Cursor::key).transpose()
    }
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Page<T> {
    /// The rows, in the list's order.
    pub items: Vec<T>,
    /// Where the next page starts; none after the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<Cursor>,
}

impl<T> Page<T> {
    /// A page of the rows got with `limit` [`PageAsk::fetch`]; `key` answers the columns the list is ordered by.
    pub fn of<K: Serialize>(mut rows: Vec<T>, ask: &PageAsk, key: impl FnOnce(&T) -> K) -> Result<Self> {
        let more = rows.len() > ask.size();
        rows.truncate(ask.size());
        let next = match rows.last() {
            Some(last) if more => Some(Cursor::of(&key(last))?),
            _ => None,
        };
        Ok(Self { items: rows, next })
    }

    /// The same page with its rows turned into something else.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(f).collect(), next: self.next }
    }
}

/// An empty list.
impl<T> Default for Page<T> {
    fn default() -> Self {
        Self { items: Vec::new(), next: None }
    }
}
