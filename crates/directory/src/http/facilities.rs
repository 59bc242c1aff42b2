//! Facilities, their departments and services over HTTP (B1).

use axum::{
    Json,
    extract::{Path, State},
    response::IntoResponse,
};
use contracts::directory::{
    Bilingual, Department, DepartmentId, Facility, FacilityForm, FacilityId, FacilitySearch, Service, ServiceForm,
    ServiceId, ServiceKind,
};
use http::StatusCode;
use platform::{
    Cx, Result,
    db::Page,
    http::{Body, IfMatch, Params, PathId, etag},
};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::Verbs;

/// Finds facilities.
#[utoipa::path(get, path = "/api/v1/facilities", operation_id = "searchFacilities", tag = "directory", params(FacilitySearch),
    responses((status = 200, description = "A page of facilities", body = Page<Facility>)))]
pub(super) async fn search(
    State(directory): Verbs,
    cx: Cx,
    Params(ask): Params<FacilitySearch>,
) -> Result<Json<Page<Facility>>> {
    Ok(Json(directory.search_facilities(&cx, ask).await?))
}

/// Adds a facility. Needs `directory.manage` for the whole network.
#[utoipa::path(post, path = "/api/v1/facilities", operation_id = "addFacility", tag = "directory", request_body = FacilityForm,
    responses((status = 201, description = "Added", body = Facility), (status = 422, description = "Every field to mend")))]
pub(super) async fn add(State(directory): Verbs, cx: Cx, Body(form): Body<FacilityForm>) -> Result<impl IntoResponse> {
    let facility = directory.add_facility(&cx, form).await?;
    Ok((StatusCode::CREATED, etag(facility.version), Json(facility)))
}

/// A facility by id or slug.
#[utoipa::path(get, path = "/api/v1/facilities/{id}", operation_id = "getFacility", tag = "directory", params(("id" = String, Path, description = "Id or slug")),
    responses((status = 200, description = "The facility; the ETag is the version", body = Facility), (status = 404, description = "Not there, or closed")))]
pub(super) async fn get(State(directory): Verbs, cx: Cx, Path(id): Path<String>) -> Result<impl IntoResponse> {
    let facility = directory.facility(&cx, &id).await?;
    Ok((etag(facility.version), Json(facility)))
}

/// Replaces a facility's fields, at the version in `If-Match`. Needs `directory.manage`.
#[utoipa::path(put, path = "/api/v1/facilities/{id}", operation_id = "changeFacility", tag = "directory",
    params(("id" = FacilityId, Path), ("If-Match" = String, Header, description = "The version read")), request_body = FacilityForm,
    responses((status = 200, description = "Changed", body = Facility), (status = 412, description = "Changed by somebody else meanwhile")))]
pub(super) async fn change(
    State(directory): Verbs,
    cx: Cx,
    PathId(id): PathId<FacilityId>,
    version: IfMatch,
    Body(form): Body<FacilityForm>,
) -> Result<impl IntoResponse> {
    let facility = directory.change_facility(&cx, &id, version.required()?, form).await?;
    Ok((etag(facility.version), Json(facility)))
}

/// A facility's departments.
#[utoipa::path(get, path = "/api/v1/facilities/{id}/departments", operation_id = "listDepartments", tag = "directory", params(("id" = FacilityId, Path)),
    responses((status = 200, description = "Departments", body = Vec<Department>)))]
pub(super) async fn departments(
    State(directory): Verbs,
    cx: Cx,
    PathId(id): PathId<FacilityId>,
) -> Result<Json<Vec<Department>>> {
    Ok(Json(directory.departments(&cx, &id).await?))
}

/// Adds a department.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DepartmentForm {
    /// Name in both languages.
    name: Bilingual,
}

/// Adds a department to a facility. Needs `service.manage` there.
#[utoipa::path(post, path = "/api/v1/facilities/{id}/departments", operation_id = "addDepartment", tag = "directory", params(("id" = FacilityId, Path)),
    request_body = DepartmentForm, responses((status = 201, description = "Added", body = Department)))]
pub(super) async fn add_department(
    State(directory): Verbs,
    cx: Cx,
    PathId(id): PathId<FacilityId>,
    Body(form): Body<DepartmentForm>,
) -> Result<impl IntoResponse> {
    Ok((StatusCode::CREATED, Json(directory.add_department(&cx, &id, form.name).await?)))
}

/// Gives a department another name. Needs `service.manage` there.
#[utoipa::path(put, path = "/api/v1/departments/{id}", operation_id = "renameDepartment", tag = "directory", params(("id" = DepartmentId, Path)),
    request_body = DepartmentForm, responses((status = 200, description = "Renamed", body = Department)))]
pub(super) async fn rename_department(
    State(directory): Verbs,
    cx: Cx,
    PathId(id): PathId<DepartmentId>,
    Body(form): Body<DepartmentForm>,
) -> Result<Json<Department>> {
    Ok(Json(directory.rename_department(&cx, &id, form.name).await?))
}

/// Removes a department that no service names. Needs `service.manage` there.
#[utoipa::path(delete, path = "/api/v1/departments/{id}", operation_id = "removeDepartment", tag = "directory", params(("id" = DepartmentId, Path)),
    responses((status = 204, description = "Removed"), (status = 409, description = "A service names it")))]
pub(super) async fn remove_department(
    State(directory): Verbs,
    cx: Cx,
    PathId(id): PathId<DepartmentId>,
) -> Result<StatusCode> {
    directory.remove_department(&cx, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Which services.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ServicesAsk {
    /// Of this kind only.
    kind: Option<ServiceKind>,
}

/// A facility's services with prices.
#[utoipa::path(get, path = "/api/v1/facilities/{id}/services", operation_id = "listServices", tag = "directory",
    params(("id" = FacilityId, Path), ServicesAsk), responses((status = 200, description = "Services", body = Vec<Service>)))]
pub(super) async fn services(
    State(directory): Verbs,
    cx: Cx,
    PathId(id): PathId<FacilityId>,
    Params(ask): Params<ServicesAsk>,
) -> Result<Json<Vec<Service>>> {
    Ok(Json(directory.services(&cx, &id, ask.kind).await?))
}

/// Adds a service to the facility the form names. Needs `service.manage` there.
#[utoipa::path(post, path = "/api/v1/services", operation_id = "addService", tag = "directory", request_body = ServiceForm,
    responses((status = 201, description = "Added", body = Service), (status = 422, description = "Every field to mend")))]
pub(super) async fn add_service(
    State(directory): Verbs,
    cx: Cx,
    Body(form): Body<ServiceForm>,
) -> Result<impl IntoResponse> {
    let service = directory.add_service(&cx, form).await?;
    Ok((StatusCode::CREATED, etag(service.version), Json(service)))
}

/// One service.
#[utoipa::path(get, path = "/api/v1/services/{id}", operation_id = "getService", tag = "directory", params(("id" = ServiceId, Path)),
    responses((status = 200, description = "The service; the ETag is the version", body = Service)))]
pub(super) async fn service(
    State(directory): Verbs,
    cx: Cx,
    PathId(id): PathId<ServiceId>,
) -> Result<impl IntoResponse> {
    let service = directory.service(&cx, &id).await?;
    Ok((etag(service.version), Json(service)))
}

/// Replaces a service's fields, at the version in `If-Match`. Appointments keep what they were booked with.
#[utoipa::path(put, path = "/api/v1/services/{id}", operation_id = "changeService", tag = "directory",
    params(("id" = ServiceId, Path), ("If-Match" = String, Header, description = "The version read")), request_body = ServiceForm,
    responses((status = 200, description = "Changed", body = Service), (status = 412, description = "Changed by somebody else meanwhile")))]
pub(super) async fn change_service(
    State(directory): Verbs,
    cx: Cx,
    PathId(id): PathId<ServiceId>,
    version: IfMatch,
    Body(form): Body<ServiceForm>,
) -> Result<impl IntoResponse> {
    let service = directory.change_service(&cx, &id, version.required()?, form).await?;
    Ok((etag(service.version), Json(service)))
}
