//! Small lists that live in one text column, as JSON.

use platform::{Error, Result};
use serde::{Serialize, de::DeserializeOwned};

/// The column's text.
pub(crate) fn text<T: Serialize + ?Sized>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(Error::internal)
}

/// What the column holds.
pub(crate) fn read<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| Error::internal(format_args!("a stored list: {error}")))
}
