//! A doctor's photo over HTTP: the picture is the body.

use std::sync::Arc;

use axum::{
    Extension, Json,
    extract::{DefaultBodyLimit, Path, State, rejection::BytesRejection},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use contracts::directory::{Directory, Doctor, DoctorId, LARGEST_PHOTO};
use http::{HeaderMap, StatusCode, header};
use platform::{
    Cx, Error, Result,
    http::{BodyLimit, Params, PathId, etag},
};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::Verbs;

/// The routes, with room for a picture.
pub(super) fn routes() -> OpenApiRouter<Arc<dyn Directory>> {
    OpenApiRouter::new()
        .routes(routes!(get, set, remove))
        .layer(DefaultBodyLimit::max(LARGEST_PHOTO))
        .layer(Extension(BodyLimit(LARGEST_PHOTO)))
}

/// Which of the squares.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Size {
    /// 160 pixels.
    Small,
    /// 320 pixels.
    #[default]
    Large,
}

/// How large.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct PhotoAsk {
    /// A square of 160 (`small`) or 320 pixels (`large`, the default).
    #[serde(default)]
    #[param(inline, required = false)]
    size: Size,
}

/// A doctor's photo, by their id or slug. Its files never change: they also lie at `/photos/{name}.jpg`, for good.
#[utoipa::path(get, path = "/api/v1/doctors/{id}/photo", operation_id = "getDoctorPhoto", tag = "directory",
    params(("id" = String, Path, description = "Id or slug"), PhotoAsk),
    responses((status = 200, description = "The photo; the ETag is the name of its file", body = String, content_type = "image/jpeg"),
        (status = 304, description = "The one named in If-None-Match"), (status = 404, description = "No such doctor, or no photo")))]
async fn get(
    State(directory): Verbs,
    cx: Cx,
    Path(id): Path<String>,
    Params(ask): Params<PhotoAsk>,
    headers: HeaderMap,
) -> Result<Response> {
    let photo = directory.doctor(&cx, &id).await?.photo.ok_or(Error::NotFound("photo"))?;
    let name = match ask.size {
        Size::Small => photo.small,
        Size::Large => photo.large,
    };
    let tag = format!("\"{name}\"");
    // Who may see the doctor is asked each time, the bytes are sent once.
    let about = [(header::ETAG, tag.clone()), (header::CACHE_CONTROL, "private, no-cache".to_owned())];
    let known = headers.get(header::IF_NONE_MATCH).and_then(|known| known.to_str().ok());
    if known.is_some_and(|known| known.split(',').any(|known| known.trim().trim_start_matches("W/") == tag)) {
        return Ok((StatusCode::NOT_MODIFIED, about).into_response());
    }
    let file = directory.photo(&cx, &name).await?;
    Ok((about, [(header::CONTENT_TYPE, "image/jpeg")], file).into_response())
}

/// Gives a doctor a photo, in place of the one before: a JPEG, PNG or WebP of at most 8 MiB and 25 million pixels, known by
/// its content. For the doctor, and for who has `doctor.manage` where they practise.
#[utoipa::path(put, path = "/api/v1/doctors/{id}/photo", operation_id = "setDoctorPhoto", tag = "directory",
    params(("id" = DoctorId, Path)), request_body(content((String = "image/jpeg"), (String = "image/png"), (String = "image/webp"))),
    responses((status = 200, description = "The doctor with the photo", body = Doctor), (status = 413, description = "Too large"),
        (status = 422, description = "No photo, or one that cannot be read")))]
async fn set(
    State(directory): Verbs,
    cx: Cx,
    PathId(id): PathId<DoctorId>,
    body: Result<Bytes, BytesRejection>,
) -> Result<impl IntoResponse> {
    let picture = body.map_err(|_| Error::TooLarge(LARGEST_PHOTO as u64))?;
    let doctor = directory.set_doctor_photo(&cx, &id, picture.into()).await?;
    Ok((etag(doctor.version), Json(doctor)))
}

/// Takes a doctor's photo away; where there is none, nothing changes.
#[utoipa::path(delete, path = "/api/v1/doctors/{id}/photo", operation_id = "removeDoctorPhoto", tag = "directory",
    params(("id" = DoctorId, Path)), responses((status = 200, description = "The doctor without a photo", body = Doctor)))]
async fn remove(State(directory): Verbs, cx: Cx, PathId(id): PathId<DoctorId>) -> Result<impl IntoResponse> {
    let doctor = directory.remove_doctor_photo(&cx, &id).await?;
    Ok((etag(doctor.version), Json(doctor)))
}
