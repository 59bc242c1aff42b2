//! Importing over HTTP: the file is the body.

use std::sync::Arc;

use axum::{
    Extension, Json,
    extract::{DefaultBodyLimit, Path, State},
};
use bytes::Bytes;
use contracts::directory::{Directory, ImportReport};
use platform::{Cx, Error, Result, http::BodyLimit};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::Verbs;

/// The largest file taken over HTTP, in bytes; the command line takes larger ones.
const LARGEST: usize = 8 << 20;

/// The route, with room for a file.
pub(super) fn routes() -> OpenApiRouter<Arc<dyn Directory>> {
    OpenApiRouter::new()
        .routes(routes!(import))
        .layer(DefaultBodyLimit::max(LARGEST))
        .layer(Extension(BodyLimit(LARGEST)))
}

/// Imports rows of `regions`, `facilities` or `doctors` from CSV: good rows are kept, bad ones named; harmless twice.
#[utoipa::path(post, path = "/api/v1/imports/{what}", operation_id = "importRows", tag = "directory",
    params(("what" = String, Path, description = "regions, facilities or doctors")), request_body(content = String, content_type = "text/csv"),
    responses((status = 200, description = "What became of the rows", body = ImportReport), (status = 422, description = "Columns missing or unknown")))]
async fn import(
    State(directory): Verbs,
    cx: Cx,
    Path(what): Path<String>,
    body: Result<Bytes, axum::extract::rejection::BytesRejection>,
) -> Result<Json<ImportReport>> {
    let csv = body.map_err(|_| Error::TooLarge(LARGEST as u64))?;
    Ok(Json(directory.import(&cx, &what, csv.to_vec()).await?))
}
