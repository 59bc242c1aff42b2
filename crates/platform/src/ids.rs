//! Identifiers: a readable prefix, an underscore, and 26 letters of Crockford's base 32 holding a millisecond
//! and 80 random bits (the layout of a ULID), so that they sort by time and cannot be guessed: `apt_01J…`.

use std::fmt;

use jiff::Timestamp;

/// What every identifier can do. Declare one with [`id!`](crate::id).
pub trait Id: Sized + Clone + fmt::Display + std::str::FromStr<Err = BadId> {
    /// The prefix, without the underscore.
    const PREFIX: &'static str;
    /// A new one from an instant and ten random bytes.
    fn from_parts(at: Timestamp, random: [u8; 10]) -> Self;
    /// The text.
    fn as_str(&self) -> &str;
}

/// The text is no identifier of the kind asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an identifier of this kind")]
pub struct BadId;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The text of an identifier.
pub fn encode(prefix: &str, at: Timestamp, random: [u8; 10]) -> String {
    let mut number = u128::from(at.as_millisecond().max(0).cast_unsigned() & 0xFFFF_FFFF_FFFF) << 80;
    for (i, byte) in random.iter().enumerate() {
        number |= u128::from(*byte) << (8 * (9 - i));
    }
    let mut text = String::with_capacity(prefix.len() + 27);
    text.push_str(prefix);
    text.push('_');
    text.extend((0..26).rev().map(|i| char::from(ALPHABET[((number >> (5 * i)) & 31) as usize])));
    text
}

/// Whether the text has this prefix and 26 letters of the alphabet after it.
pub fn is_valid(prefix: &str, text: &str) -> bool {
    text.strip_prefix(prefix)
        .and_then(|rest| rest.strip_prefix('_'))
        .is_some_and(|rest| rest.len() == 26 && rest.bytes().all(|b| ALPHABET.contains(&b)))
}

/// Declares an identifier type: `id!(/// Doc. OrderId, "ord");`
#[macro_export]
macro_rules! id {
    ($(#[$meta:meta])* $name:ident, $prefix:literal) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(std::sync::Arc<str>);

        impl $crate::ids::Id for $name {
            const PREFIX: &'static str = $prefix;
            fn from_parts(at: jiff::Timestamp, random: [u8; 10]) -> Self {
                Self($crate::ids::encode($prefix, at, random).into())
            }
            fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl std::str::FromStr for $name {
            type Err = $crate::ids::BadId;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                if $crate::ids::is_valid($prefix, text) { Ok(Self(text.into())) } else { Err($crate::ids::BadId) }
            }
        }
        impl TryFrom<String> for $name {
            type Error = $crate::ids::BadId;
            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }
        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0.as_ref().to_owned()
            }
        }
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                <String as utoipa::PartialSchema>::schema()
            }
        }
        impl utoipa::ToSchema for $name {}
        $crate::text_column!($name);
    };
}

#[cfg(test)]
mod tests {
    use super::{encode, is_valid};

    #[test]
    fn identifiers_sort_by_time_and_keep_their_prefix() {
        let earlier = encode("apt", jiff::Timestamp::from_millisecond(1_000).unwrap(), [255; 10]);
        let later = encode("apt", jiff::Timestamp::from_millisecond(1_001).unwrap(), [0; 10]);
        assert!(earlier < later);
        assert!(is_valid("apt", &earlier) && !is_valid("doc", &earlier) && !is_valid("apt", "apt_1"));
    }
}
