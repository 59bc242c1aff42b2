//! Conditions in headers: the version a request changes, and the key that makes repeating it safe.

use axum::extract::FromRequestParts;
use http::{header, request::Parts};

use crate::error::{Error, Result};

/// The version named by `If-Match: "3"` (RFC 9110 §13.1.1), if any. `*` and weak tags name none and are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IfMatch(pub Option<i64>);

impl IfMatch {
    /// The version, or 428 where the request does not say.
    pub fn required(self) -> Result<i64> {
        self.0.ok_or(Error::PreconditionRequired)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        let Some(header) = parts.headers.get(header::IF_MATCH) else { return Ok(Self(None)) };
        let version =
            header.to_str().ok().and_then(|tag| tag.trim().strip_prefix('"')?.strip_suffix('"')?.parse().ok());
        version.map(|version| Self(Some(version))).ok_or_else(|| Error::invalid("If-Match", "invalid-version"))
    }
}

/// The key of `Idempotency-Key`, if any: 1 to 255 visible ASCII characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(pub Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        let Some(header) = parts.headers.get("idempotency-key") else { return Ok(Self(None)) };
        let key = header.as_bytes();
        if (1..=255).contains(&key.len()) && key.iter().all(u8::is_ascii_graphic) {
            Ok(Self(Some(String::from_utf8_lossy(key).into_owned())))
        } else {
            Err(Error::invalid("Idempotency-Key", "invalid-idempotency-key"))
        }
    }
}
