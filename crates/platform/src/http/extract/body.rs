//! Bodies in JSON.

use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use http::{HeaderMap, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::{
    error::{Error, Result},
    http::fields::{Reread, field_errors, field_errors_among},
};

/// The largest body a route takes, in bytes. Give a route another with `.layer(Extension(BodyLimit(n)))`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BodyLimit(pub usize);

impl Default for BodyLimit {
    fn default() -> Self {
        Self(1 << 20)
    }
}

/// A body in JSON. 415 for another media type, 413 beyond the limit, 422 naming the field that is wrong.
#[derive(Debug, Clone, Copy, Default)]
pub struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Error;

    async fn from_request(request: Request, _: &S) -> Result<Self> {
        if !has_media_type(request.headers(), |kind| kind == "application/json" || kind.ends_with("+json")) {
            return Err(Error::Unsupported);
        }
        let bytes = read_bounded(request).await?;
        if holds_escaped_nul(&bytes) {
            return Err(Error::invalid(field_with_nul(&bytes), "nul"));
        }
        let mut reader = serde_json::Deserializer::from_slice(&bytes);
        let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| match error.inner().classify() {
            serde_json::error::Category::Data => blame::<T, _>(&bytes, &error),
            // Where a word is expected, the reader takes any other value for a broken text.
            _ if serde_json::from_slice::<serde::de::IgnoredAny>(&bytes).is_ok() => blame::<T, _>(&bytes, &error),
            _ => Error::invalid("", "malformed"),
        })?;
        reader.end().map_err(|_| Error::invalid("", "malformed"))?;
        Ok(Self(value))
    }
}

/// The field errors of a body that is JSON but not what was asked for.
fn blame<T: DeserializeOwned, E: std::error::Error>(bytes: &[u8], error: &serde_path_to_error::Error<E>) -> Error {
    let said = field_errors(error);
    let Ok(Value::Object(fields)) = serde_json::from_slice(bytes) else { return said };
    if matches!(&said, Error::Invalid(fields) if fields.iter().all(|error| !error.field.is_empty())) {
        return said;
    }
    // Read from the map as well, so that this reading and those below meet the fields in one order.
    let Err(error) = serde_path_to_error::deserialize::<_, T>(Value::Object(fields.clone())) else { return said };
    field_errors_among(&error, fields.keys().map(String::as_str), |spoilt| {
        let mut other = fields.clone();
        other.insert(spoilt.to_owned(), json!([[]]));
        Reread::of(serde_path_to_error::deserialize::<_, T>(Value::Object(other)))
    })
}

/// The first field at the top whose value holds U+0000 somewhere.
fn field_with_nul(bytes: &[u8]) -> String {
    fn holds_nul(value: &Value) -> bool {
        match value {
            Value::String(text) => text.contains('\0'),
            Value::Array(items) => items.iter().any(holds_nul),
            Value::Object(fields) => fields.iter().any(|(name, value)| name.contains('\0') || holds_nul(value)),
            _ => false,
        }
    }
    let Ok(Value::Object(fields)) = serde_json::from_slice(bytes) else { return String::new() };
    fields.into_iter().find(|(_, value)| holds_nul(value)).map(|(name, _)| name).unwrap_or_default()
}

/// Whether the content type, without its parameters, is one of those wanted.
pub(super) fn has_media_type(headers: &HeaderMap, wanted: impl Fn(&str) -> bool) -> bool {
    let Some(content_type) = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()) else { return false };
    let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    wanted(&kind)
}

/// The whole body, refused as soon as it is known to be beyond the route's limit.
pub(in crate::http) async fn read_bounded(request: Request) -> Result<Bytes> {
    let BodyLimit(limit) = request.extensions().get().copied().unwrap_or_default();
    let announced = request.headers().get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > limit as u64) {
        return Err(Error::TooLarge(limit as u64));
    }
    match Limited::new(request.into_body(), limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Error::TooLarge(limit as u64)),
        // The caller went away or broke the protocol in the middle of its body.
        Err(_) => Err(Error::invalid("", "malformed")),
    }
}

/// Whether a JSON text writes U+0000, which neither engine nor page can hold. Raw control characters are refused by
/// the JSON reader itself.
fn holds_escaped_nul(json: &[u8]) -> bool {
    let Some(last) = json.len().checked_sub(6) else { return false };
    (0..=last).any(|at| {
        json[at] == b'\\'
            && &json[at..at + 6] == b"\\u0000"
            && json[..at].iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 0
    })
}

#[cfg(test)]
mod tests {
    use super::holds_escaped_nul;

    #[test]
    fn only_a_real_null_character_counts() {
        assert!(holds_escaped_nul(br#"{"a":"x\u0000"}"#));
        assert!(holds_escaped_nul(br#""\\\u0000""#));
        assert!(!holds_escaped_nul(br#"{"a":"x\\u0000"}"#));
        assert!(!holds_escaped_nul(b"1"));
    }
}
