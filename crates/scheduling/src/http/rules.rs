//! Schedules, exceptions, holidays and policies.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use contracts::{
    directory::{DoctorId, FacilityId},
    scheduling::{Affected, Exception, ExceptionId, Holiday, Policy, Schedule, ScheduleForm},
};
use jiff::{Timestamp, civil::Date};
use platform::{
    Cx, Error, Result,
    http::{Body, IfMatch, Params, PathId, Problem, etag},
};
use serde::{Deserialize, Serialize};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::Verbs;

pub fn routes(verbs: Verbs) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_schedules, set_schedule))
        .routes(routes!(list_exceptions, add_exception))
        .routes(routes!(remove_exception))
        .routes(routes!(list_holidays, set_holidays))
        .routes(routes!(remove_holiday))
        .routes(routes!(get_policy, set_policy))
        .with_state(verbs)
}

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default)]
struct SchedulesAsk {
    /// The facility.
    facility: Option<FacilityId>,
    /// The doctor.
    doctor: Option<DoctorId>,
}

/// Schedules of a facility or a doctor that one may edit.
#[utoipa::path(get, path = "/api/v1/schedules", operation_id = "list_schedules", tag = "scheduling",
    params(SchedulesAsk), responses((status = 200, body = Vec<Schedule>), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn list_schedules(
    State(verbs): State<Verbs>,
    cx: Cx,
    Params(ask): Params<SchedulesAsk>,
) -> Result<Json<Vec<Schedule>>> {
    Ok(Json(verbs.schedules(&cx, ask.facility, ask.doctor).await?))
}

/// A schedule as it is now, and the appointments that no longer fit it: each waits for a decision.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct ScheduleSet {
    schedule: Schedule,
    affected: Affected,
}

/// Makes the schedule of a doctor or desk at a facility, or replaces it (then with `If-Match`).
#[utoipa::path(put, path = "/api/v1/schedules", operation_id = "set_schedule", tag = "scheduling",
    params(("If-Match" = Option<String>, Header)), request_body = ScheduleForm,
    responses((status = 200, body = ScheduleSet), (status = 404, body = Problem), (status = 412, body = Problem),
        (status = 422, body = Problem), (status = 428, body = Problem)))]
async fn set_schedule(
    State(verbs): State<Verbs>,
    cx: Cx,
    version: IfMatch,
    Body(form): Body<ScheduleForm>,
) -> Result<Response> {
    let (schedule, affected) = verbs.set_schedule(&cx, version.0, form).await?;
    Ok((etag(schedule.version), Json(ScheduleSet { schedule, affected })).into_response())
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
struct ExceptionsAsk {
    /// The facility.
    facility: FacilityId,
    /// The doctor.
    #[serde(default)]
    doctor: Option<DoctorId>,
    /// From.
    #[param(value_type = String)]
    from: Timestamp,
    /// Until.
    #[param(value_type = String)]
    until: Timestamp,
}

/// Exceptions that reach into a span of time.
#[utoipa::path(get, path = "/api/v1/exceptions", operation_id = "list_exceptions", tag = "scheduling",
    params(ExceptionsAsk), responses((status = 200, body = Vec<Exception>), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn list_exceptions(
    State(verbs): State<Verbs>,
    cx: Cx,
    Params(ask): Params<ExceptionsAsk>,
) -> Result<Json<Vec<Exception>>> {
    Ok(Json(verbs.exceptions(&cx, Some(ask.facility), ask.doctor, ask.from, ask.until).await?))
}

/// An exception, and the appointments it touches: each waits for a decision.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct ExceptionAdded {
    exception: Exception,
    affected: Affected,
}

/// Adds leave, a closure, changed or additional hours.
#[utoipa::path(post, path = "/api/v1/exceptions", operation_id = "add_exception", tag = "scheduling", request_body = Exception,
    responses((status = 201, body = ExceptionAdded), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn add_exception(State(verbs): State<Verbs>, cx: Cx, Body(exception): Body<Exception>) -> Result<Response> {
    let (exception, affected) = verbs.add_exception(&cx, exception).await?;
    Ok((StatusCode::CREATED, Json(ExceptionAdded { exception, affected })).into_response())
}

/// Takes an exception back.
#[utoipa::path(delete, path = "/api/v1/exceptions/{id}", operation_id = "remove_exception", tag = "scheduling",
    params(("id" = String, Path)),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn remove_exception(State(verbs): State<Verbs>, cx: Cx, PathId(id): PathId<ExceptionId>) -> Result<StatusCode> {
    verbs.remove_exception(&cx, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
struct HolidaysAsk {
    /// The year.
    year: i16,
}

/// Holidays of a year.
#[utoipa::path(get, path = "/api/v1/holidays", operation_id = "list_holidays", tag = "scheduling",
    params(HolidaysAsk), responses((status = 200, body = Vec<Holiday>), (status = 422, body = Problem)))]
async fn list_holidays(
    State(verbs): State<Verbs>,
    cx: Cx,
    Params(ask): Params<HolidaysAsk>,
) -> Result<Json<Vec<Holiday>>> {
    Ok(Json(verbs.holidays(&cx, ask.year).await?))
}

/// Adds or renames holidays, for all facilities.
#[utoipa::path(put, path = "/api/v1/holidays", operation_id = "set_holidays", tag = "scheduling", request_body = Vec<Holiday>,
    responses((status = 204), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn set_holidays(State(verbs): State<Verbs>, cx: Cx, Body(holidays): Body<Vec<Holiday>>) -> Result<StatusCode> {
    verbs.set_holidays(&cx, holidays).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a holiday out of everybody's list.
#[utoipa::path(delete, path = "/api/v1/holidays/{date}", operation_id = "remove_holiday", tag = "scheduling",
    params(("date" = String, Path, format = Date)), responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn remove_holiday(State(verbs): State<Verbs>, cx: Cx, Path(date): Path<String>) -> Result<StatusCode> {
    let date: Date = date.parse().map_err(|_| Error::NotFound("holiday"))?;
    verbs.remove_holiday(&cx, date).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// How a facility takes bookings.
#[utoipa::path(get, path = "/api/v1/facilities/{id}/policy", operation_id = "get_policy", tag = "scheduling",
    params(("id" = String, Path)), responses((status = 200, body = Policy)))]
async fn get_policy(State(verbs): State<Verbs>, cx: Cx, PathId(id): PathId<FacilityId>) -> Result<Response> {
    let policy = verbs.policy(&cx, &id).await?;
    Ok((etag(policy.version), Json(policy)).into_response())
}

/// Replaces a facility's policy.
#[utoipa::path(put, path = "/api/v1/facilities/{id}/policy", operation_id = "set_policy", tag = "scheduling",
    params(("id" = String, Path), ("If-Match" = String, Header)), request_body = Policy,
    responses((status = 200, body = Policy), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 412, body = Problem), (status = 422, body = Problem), (status = 428, body = Problem)))]
async fn set_policy(
    State(verbs): State<Verbs>,
    cx: Cx,
    PathId(id): PathId<FacilityId>,
    version: IfMatch,
    Body(policy): Body<Policy>,
) -> Result<Response> {
    let policy = verbs.set_policy(&cx, &id, version.required()?, policy).await?;
    Ok((etag(policy.version), Json(policy)).into_response())
}
