//! Importing and exporting over HTTP: the file is the body.

use std::sync::Arc;

use axum::{
    Extension, Json,
    extract::{DefaultBodyLimit, Path, State},
    response::IntoResponse,
};
use bytes::Bytes;
use contracts::directory::{Directory, FacilityId, ImportReport};
use http::header;
use platform::{
    Cx, Error, Result,
    http::{BodyLimit, Params},
};
use serde::Deserialize;
use utoipa::IntoParams;
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
        .routes(routes!(export))
}

/// How to import.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ImportAsk {
    /// Only tells what would become of each row, at most 2,000 of them; nothing is kept.
    #[serde(default)]
    dry_run: bool,
}

/// Imports rows of `regions`, `facilities`, `services` or `doctors`, or of the last three in one file (`network`), from CSV:
/// good rows are kept, bad ones named; harmless twice.
#[utoipa::path(post, path = "/api/v1/imports/{what}", operation_id = "importRows", tag = "directory",
    params(("what" = String, Path, description = "regions, facilities, services, doctors or network"), ImportAsk), request_body(content = String, content_type = "text/csv"),
    responses((status = 200, description = "What became of the rows", body = ImportReport), (status = 422, description = "Columns missing or unknown")))]
async fn import(
    State(directory): Verbs,
    cx: Cx,
    Path(what): Path<String>,
    Params(ask): Params<ImportAsk>,
    body: Result<Bytes, axum::extract::rejection::BytesRejection>,
) -> Result<Json<ImportReport>> {
    let csv = body.map_err(|_| Error::TooLarge(LARGEST as u64))?;
    Ok(Json(if ask.dry_run {
        directory.preview_import(&cx, &what, csv.to_vec()).await?
    } else {
        directory.import(&cx, &what, csv.to_vec()).await?
    }))
}

/// Of what to export.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ExportAsk {
    /// One facility; all one serves when absent.
    facility: Option<FacilityId>,
}

/// The asker's `facilities`, `services` or `doctors` as CSV for a spreadsheet, with the columns that an import takes; at
/// most 10,000 rows.
#[utoipa::path(get, path = "/api/v1/exports/{what}", operation_id = "exportRows", tag = "directory",
    params(("what" = String, Path, description = "facilities, services or doctors"), ExportAsk),
    responses((status = 200, description = "The table", body = String, content_type = "text/csv"), (status = 422, description = "More rows than are exported at once")))]
async fn export(
    State(directory): Verbs,
    cx: Cx,
    Path(what): Path<String>,
    Params(ask): Params<ExportAsk>,
) -> Result<impl IntoResponse> {
    let table = directory.export(&cx, &what, ask.facility).await?;
    Ok(([(header::CONTENT_TYPE, "text/csv; charset=utf-8")], table))
}
