//! Appointments.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use contracts::scheduling::{
    Appointment, AppointmentId, AppointmentSearch, Book, Change, DayCount, HistoryLine, Reschedule, State as VisitState,
};
use jiff::civil::Date;
use platform::{
    Cx, Result,
    db::Page,
    http::{Body, IdempotencyKey, IfMatch, Params, PathId, Problem, etag},
};
use serde::Deserialize;
use serde_json::Value;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Verbs, offsets};

pub fn routes(verbs: Verbs) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(book, list))
        .routes(routes!(counts))
        .routes(routes!(one))
        .routes(routes!(history))
        .routes(routes!(change))
        .routes(routes!(reschedule))
        .routes(routes!(correct))
        .with_state(verbs)
}

/// Books a visit.
///
/// The loser of a race gets 409 with fresh alternatives. The same `Idempotency-Key` with the same body gives the same
/// answer; with another body 409.
#[utoipa::path(post, path = "/api/v1/appointments", operation_id = "book_appointment", tag = "scheduling",
    params(("Idempotency-Key" = Option<String>, Header)), request_body = Book,
    responses((status = 201, body = Appointment), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn book(
    State(verbs): State<Verbs>,
    cx: Cx,
    IdempotencyKey(key): IdempotencyKey,
    Body(ask): Body<Book>,
) -> Result<Response> {
    let booked = verbs.book(&cx, key, ask).await?;
    Ok((StatusCode::CREATED, etag(booked.version), Json(offsets::answer(&booked)?)).into_response())
}

/// Appointments one may see, by time.
#[utoipa::path(get, path = "/api/v1/appointments", operation_id = "list_appointments", tag = "scheduling",
    params(AppointmentSearch), responses((status = 200, body = Page<Appointment>), (status = 401, body = Problem), (status = 422, body = Problem)))]
async fn list(State(verbs): State<Verbs>, cx: Cx, Params(ask): Params<AppointmentSearch>) -> Result<Json<Value>> {
    Ok(Json(offsets::answer(&verbs.appointments(&cx, ask).await?)?))
}

/// One appointment, by id or booking code.
#[utoipa::path(get, path = "/api/v1/appointments/{id}", operation_id = "get_appointment", tag = "scheduling",
    params(("id" = String, Path)), responses((status = 200, body = Appointment), (status = 404, body = Problem)))]
async fn one(State(verbs): State<Verbs>, cx: Cx, Path(id): Path<String>) -> Result<Response> {
    let found = verbs.appointment(&cx, &id).await?;
    Ok((etag(found.version), Json(offsets::answer(&found)?)).into_response())
}

/// What happened to an appointment since it was booked.
#[utoipa::path(get, path = "/api/v1/appointments/{id}/history", operation_id = "get_appointment_history", tag = "scheduling",
    params(("id" = String, Path)), responses((status = 200, body = Vec<HistoryLine>), (status = 404, body = Problem)))]
async fn history(
    State(verbs): State<Verbs>,
    cx: Cx,
    PathId(id): PathId<AppointmentId>,
) -> Result<Json<Vec<HistoryLine>>> {
    Ok(Json(verbs.history(&cx, &id).await?))
}

/// Accepts, rejects, cancels, marks as arrived, started, fulfilled or not come.
#[utoipa::path(post, path = "/api/v1/appointments/{id}/changes", operation_id = "change_appointment", tag = "scheduling",
    params(("id" = String, Path), ("If-Match" = String, Header)), request_body = Change,
    responses((status = 200, body = Appointment), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 412, body = Problem), (status = 422, body = Problem), (status = 428, body = Problem)))]
async fn change(
    State(verbs): State<Verbs>,
    cx: Cx,
    PathId(id): PathId<AppointmentId>,
    version: IfMatch,
    Body(ask): Body<Change>,
) -> Result<Response> {
    let changed = verbs.change(&cx, &id, version.required()?, ask).await?;
    Ok((etag(changed.version), Json(offsets::answer(&changed)?)).into_response())
}

/// Moves to another time.
#[utoipa::path(post, path = "/api/v1/appointments/{id}/reschedule", operation_id = "reschedule_appointment", tag = "scheduling",
    params(("id" = String, Path), ("If-Match" = String, Header)), request_body = Reschedule,
    responses((status = 200, body = Appointment), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 412, body = Problem), (status = 422, body = Problem), (status = 428, body = Problem)))]
async fn reschedule(
    State(verbs): State<Verbs>,
    cx: Cx,
    PathId(id): PathId<AppointmentId>,
    version: IfMatch,
    Body(ask): Body<Reschedule>,
) -> Result<Response> {
    let moved = verbs.reschedule(&cx, &id, version.required()?, ask).await?;
    Ok((etag(moved.version), Json(offsets::answer(&moved)?)).into_response())
}

/// The right state in place of a wrong final one, and why.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
struct Correction {
    /// The right state.
    state: VisitState,
    /// Why.
    reason: String,
}

/// Corrects a final state.
#[utoipa::path(post, path = "/api/v1/appointments/{id}/correction", operation_id = "correct_appointment", tag = "scheduling",
    params(("id" = String, Path), ("If-Match" = String, Header)), request_body = Correction,
    responses((status = 200, body = Appointment), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn correct(
    State(verbs): State<Verbs>,
    cx: Cx,
    PathId(id): PathId<AppointmentId>,
    version: IfMatch,
    Body(ask): Body<Correction>,
) -> Result<Response> {
    let corrected = verbs.correct(&cx, &id, version.required()?, ask.state, ask.reason).await?;
    Ok((etag(corrected.version), Json(offsets::answer(&corrected)?)).into_response())
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
struct CountsAsk {
    /// The facility; all one serves when absent.
    #[serde(default)]
    facility: Option<contracts::directory::FacilityId>,
    /// First local date.
    #[param(value_type = String)]
    from: Date,
    /// Last local date, at most a year later.
    #[param(value_type = String)]
    until: Date,
}

/// How many appointments a facility has by local day and state.
#[utoipa::path(get, path = "/api/v1/appointments/counts", operation_id = "count_appointments", tag = "scheduling",
    params(CountsAsk), responses((status = 200, body = Vec<DayCount>), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn counts(State(verbs): State<Verbs>, cx: Cx, Params(ask): Params<CountsAsk>) -> Result<Json<Vec<DayCount>>> {
    Ok(Json(verbs.counts(&cx, ask.facility, ask.from, ask.until).await?))
}
