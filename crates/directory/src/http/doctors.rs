//! Doctors over HTTP.

use axum::{
    Json,
    extract::{Path, State},
};
use contracts::directory::{Doctor, DoctorCard, DoctorForm, DoctorId, DoctorRecords, DoctorSearch};
use http::{HeaderName, StatusCode};
use platform::{
    Cx, Result,
    db::{Page, PageAsk},
    http::{Body, IfMatch, Params, PathId, etag},
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::Verbs;

/// A doctor under their version.
type Tagged = ([(HeaderName, String); 1], Json<Doctor>);
/// A doctor who was not there before.
type Created = (StatusCode, [(HeaderName, String); 1], Json<Doctor>);

fn tagged(doctor: Doctor) -> Tagged {
    (etag(doctor.version), Json(doctor))
}

fn created(doctor: Doctor) -> Created {
    (StatusCode::CREATED, etag(doctor.version), Json(doctor))
}

/// Finds doctors by name (typing errors forgiven), speciality, city, facility, kind, mode, fee and free time (B3).
#[utoipa::path(get, path = "/api/v1/doctors", operation_id = "searchDoctors", tag = "directory", params(DoctorSearch),
    responses((status = 200, description = "A page of doctors", body = Page<DoctorCard>), (status = 422, description = "Filters to mend")))]
pub(super) async fn search(
    State(directory): Verbs,
    cx: Cx,
    Params(ask): Params<DoctorSearch>,
) -> Result<Json<Page<DoctorCard>>> {
    Ok(Json(directory.search_doctors(&cx, ask).await?))
}

/// The same under the short path (J4).
#[utoipa::path(get, path = "/doctors", operation_id = "searchDoctorsShort", tag = "directory", params(DoctorSearch),
    responses((status = 200, description = "A page of doctors", body = Page<DoctorCard>)))]
pub(super) async fn search_short(
    directory: Verbs,
    cx: Cx,
    ask: Params<DoctorSearch>,
) -> Result<Json<Page<DoctorCard>>> {
    search(directory, cx, ask).await
}

/// Adds a doctor, listed at once, with their consultation hours (B2). Needs `doctor.manage` at each facility named.
#[utoipa::path(post, path = "/api/v1/doctors", operation_id = "addDoctor", tag = "directory", request_body = DoctorForm,
    responses((status = 201, description = "Added", body = Doctor), (status = 422, description = "Every field to mend")))]
pub(super) async fn add(State(directory): Verbs, cx: Cx, Body(form): Body<DoctorForm>) -> Result<Created> {
    directory.add_doctor(&cx, form).await.map(created)
}

/// A doctor by id or slug (B4).
#[utoipa::path(get, path = "/api/v1/doctors/{id}", operation_id = "getDoctor", tag = "directory", params(("id" = String, Path, description = "Id or slug")),
    responses((status = 200, description = "The doctor; the ETag is the version", body = Doctor), (status = 404, description = "Not there, or not listed")))]
pub(super) async fn get(State(directory): Verbs, cx: Cx, Path(id): Path<String>) -> Result<Tagged> {
    directory.doctor(&cx, &id).await.map(tagged)
}

/// Replaces a doctor's fields, at the version in `If-Match`.
#[utoipa::path(put, path = "/api/v1/doctors/{id}", operation_id = "changeDoctor", tag = "directory",
    params(("id" = DoctorId, Path), ("If-Match" = String, Header, description = "The version read")), request_body = DoctorForm,
    responses((status = 200, description = "Changed", body = Doctor), (status = 412, description = "Changed by somebody else meanwhile")))]
pub(super) async fn change(
    State(directory): Verbs,
    cx: Cx,
    PathId(id): PathId<DoctorId>,
    version: IfMatch,
    Body(form): Body<DoctorForm>,
) -> Result<Tagged> {
    directory.change_doctor(&cx, &id, version.required()?, form).await.map(tagged)
}

/// The doctor that the signed-in account is.
#[utoipa::path(get, path = "/api/v1/me/doctor", operation_id = "getMyDoctor", tag = "directory",
    responses((status = 200, description = "The doctor", body = Doctor), (status = 404, description = "The account is no doctor's")))]
pub(super) async fn mine(State(directory): Verbs, cx: Cx) -> Result<Tagged> {
    directory.my_doctor(&cx).await.map(tagged)
}

/// The decision about a doctor who waits.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DoctorDecision {
    /// Approve or refuse.
    approve: bool,
    /// Why; needed to refuse.
    #[serde(default)]
    reason: Option<String>,
}

/// Approves or refuses a doctor who registered themselves, at the version in `If-Match` (A3). Needs `doctor.approve`.
#[utoipa::path(post, path = "/api/v1/doctors/{id}/decision", operation_id = "decideDoctor", tag = "directory",
    params(("id" = DoctorId, Path), ("If-Match" = String, Header, description = "The version read")), request_body = DoctorDecision,
    responses((status = 200, description = "Decided", body = Doctor), (status = 409, description = "Does not wait any more")))]
pub(super) async fn decide(
    State(directory): Verbs,
    cx: Cx,
    PathId(id): PathId<DoctorId>,
    version: IfMatch,
    Body(decision): Body<DoctorDecision>,
) -> Result<Tagged> {
    directory.decide_doctor(&cx, &id, version.required()?, decision.approve, decision.reason).await.map(tagged)
}

/// Takes a doctor out of the list, at the version in `If-Match`. Appointments stay.
#[utoipa::path(post, path = "/api/v1/doctors/{id}/retirement", operation_id = "retireDoctor", tag = "directory",
    params(("id" = DoctorId, Path), ("If-Match" = String, Header, description = "The version read")),
    responses((status = 200, description = "Retired", body = Doctor), (status = 409, description = "Is not listed")))]
pub(super) async fn retire(
    State(directory): Verbs,
    cx: Cx,
    PathId(id): PathId<DoctorId>,
    version: IfMatch,
) -> Result<Tagged> {
    directory.retire_doctor(&cx, &id, version.required()?).await.map(tagged)
}

/// Puts a retired doctor back into the list, at the version in `If-Match`.
#[utoipa::path(delete, path = "/api/v1/doctors/{id}/retirement", operation_id = "relistDoctor", tag = "directory",
    params(("id" = DoctorId, Path), ("If-Match" = String, Header, description = "The version read")),
    responses((status = 200, description = "Listed", body = Doctor), (status = 409, description = "Is not retired")))]
pub(super) async fn relist(
    State(directory): Verbs,
    cx: Cx,
    PathId(id): PathId<DoctorId>,
    version: IfMatch,
) -> Result<Tagged> {
    directory.relist_doctor(&cx, &id, version.required()?).await.map(tagged)
}

/// The doctors of one's facilities, in every state. Needs `doctor.manage` or `doctor.approve`.
#[utoipa::path(get, path = "/api/v1/doctor-records", operation_id = "listDoctorRecords", tag = "directory", params(DoctorRecords),
    responses((status = 200, description = "A page of doctors by name", body = Page<Doctor>)))]
pub(super) async fn records(
    State(directory): Verbs,
    cx: Cx,
    Params(ask): Params<DoctorRecords>,
) -> Result<Json<Page<Doctor>>> {
    Ok(Json(directory.doctor_records(&cx, ask).await?))
}

/// Doctors who wait for an approval. Needs `doctor.approve`.
#[utoipa::path(get, path = "/api/v1/doctor-registrations", operation_id = "listDoctorRegistrations", tag = "directory", params(PageAsk),
    responses((status = 200, description = "A page of doctors", body = Page<Doctor>)))]
pub(super) async fn waiting(
    State(directory): Verbs,
    cx: Cx,
    Params(page): Params<PageAsk>,
) -> Result<Json<Page<Doctor>>> {
    Ok(Json(directory.waiting_doctors(&cx, page).await?))
}

/// Registers the signed-in account as a doctor who waits for an approval (A3).
#[utoipa::path(post, path = "/api/v1/doctor-registrations", operation_id = "registerDoctor", tag = "directory", request_body = DoctorForm,
    responses((status = 201, description = "Waits", body = Doctor), (status = 422, description = "Every field to mend")))]
pub(super) async fn register(State(directory): Verbs, cx: Cx, Body(form): Body<DoctorForm>) -> Result<Created> {
    directory.register_doctor(&cx, form).await.map(created)
}
