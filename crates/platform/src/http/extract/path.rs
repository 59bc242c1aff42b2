//! Identifiers in the path.

use axum::{
    RequestPartsExt,
    extract::{FromRequestParts, Path},
};
use http::request::Parts;

use crate::{
    error::{Error, Result},
    ids::Id,
};

/// The one identifier of a route such as `/orders/{id}`. One that cannot be an identifier is simply not found.
#[derive(Debug, Clone)]
pub struct PathId<I>(pub I);

impl<I: Id + Send, S: Send + Sync> FromRequestParts<S> for PathId<I> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        let Path(text) = parts.extract::<Path<String>>().await.map_err(|_| Error::NotFound("path"))?;
        text.parse().map(Self).map_err(|_| Error::NotFound("path"))
    }
}
