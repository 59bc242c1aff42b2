//! Leaves and what becomes of the appointments in them.

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use contracts::{
    directory::DoctorId,
    scheduling::{
        AnswerProposal, Appointment, AppointmentId, Leave, LeaveDecision, LeaveForm, LeaveId, LeaveSummary, Proposal,
    },
};
use platform::{
    Cx, Result,
    http::{Body, IfMatch, Params, PathId, Problem, etag},
};
use serde::Deserialize;
use serde_json::Value;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Verbs, offsets};

pub fn routes(verbs: Verbs) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(enter, list))
        .routes(routes!(one, withdraw))
        .routes(routes!(decide))
        .routes(routes!(proposal, answer))
        .with_state(verbs)
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
struct LeavesAsk {
    /// The doctor.
    doctor: DoctorId,
}

/// A doctor's leaves, latest first.
#[utoipa::path(get, path = "/api/v1/leaves", operation_id = "list_leaves", tag = "scheduling", params(LeavesAsk),
    responses((status = 200, body = Vec<LeaveSummary>), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn list(State(verbs): State<Verbs>, cx: Cx, Params(ask): Params<LeavesAsk>) -> Result<Json<Value>> {
    Ok(Json(offsets::answer(&verbs.leaves(&cx, &ask.doctor).await?)?))
}

/// Enters a leave: nothing new is booked into it. Answers with the appointments it touches and what could become of them.
#[utoipa::path(post, path = "/api/v1/leaves", operation_id = "enter_leave", tag = "scheduling", request_body = LeaveForm,
    responses((status = 201, body = Leave), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn enter(State(verbs): State<Verbs>, cx: Cx, Body(form): Body<LeaveForm>) -> Result<Response> {
    let leave = verbs.enter_leave(&cx, form).await?;
    Ok((StatusCode::CREATED, etag(leave.version), Json(offsets::answer(&leave)?)).into_response())
}

/// A leave with every appointment and its outcome.
#[utoipa::path(get, path = "/api/v1/leaves/{id}", operation_id = "get_leave", tag = "scheduling",
    params(("id" = String, Path)), responses((status = 200, body = Leave), (status = 404, body = Problem)))]
async fn one(State(verbs): State<Verbs>, cx: Cx, PathId(id): PathId<LeaveId>) -> Result<Response> {
    answered(&verbs.leave(&cx, &id).await?)
}

/// Takes a leave back before anything was decided; its appointments stay.
#[utoipa::path(delete, path = "/api/v1/leaves/{id}", operation_id = "withdraw_leave", tag = "scheduling",
    params(("id" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = Leave), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 412, body = Problem), (status = 428, body = Problem)))]
async fn withdraw(
    State(verbs): State<Verbs>,
    cx: Cx,
    PathId(id): PathId<LeaveId>,
    version: IfMatch,
) -> Result<Response> {
    answered(&verbs.withdraw_leave(&cx, &id, version.required()?).await?)
}

/// Decides about every appointment in a leave. It is done afterwards, one by one; look at the leave to see how far.
#[utoipa::path(post, path = "/api/v1/leaves/{id}/decision", operation_id = "decide_leave", tag = "scheduling",
    params(("id" = String, Path), ("If-Match" = String, Header)), request_body = LeaveDecision,
    responses((status = 200, body = Leave), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 412, body = Problem), (status = 422, body = Problem), (status = 428, body = Problem)))]
async fn decide(
    State(verbs): State<Verbs>,
    cx: Cx,
    PathId(id): PathId<LeaveId>,
    version: IfMatch,
    Body(ask): Body<LeaveDecision>,
) -> Result<Response> {
    answered(&verbs.decide_leave(&cx, &id, version.required()?, ask).await?)
}

fn answered(leave: &Leave) -> Result<Response> {
    Ok((etag(leave.version), Json(offsets::answer(leave)?)).into_response())
}

/// The times kept for the patient of an appointment that a leave stands in the way of.
#[utoipa::path(get, path = "/api/v1/appointments/{id}/proposal", operation_id = "get_proposal", tag = "scheduling",
    params(("id" = String, Path)),
    responses((status = 200, body = Proposal), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn proposal(State(verbs): State<Verbs>, cx: Cx, PathId(id): PathId<AppointmentId>) -> Result<Response> {
    let proposal = verbs.proposal(&cx, &id).await?;
    Ok((etag(proposal.appointment.version), Json(offsets::answer(&proposal)?)).into_response())
}

/// Chooses one of them, or none: then the appointment is cancelled free of charge.
#[utoipa::path(post, path = "/api/v1/appointments/{id}/proposal", operation_id = "answer_proposal", tag = "scheduling",
    params(("id" = String, Path), ("If-Match" = String, Header)), request_body = AnswerProposal,
    responses((status = 200, body = Appointment), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 412, body = Problem), (status = 428, body = Problem)))]
async fn answer(
    State(verbs): State<Verbs>,
    cx: Cx,
    PathId(id): PathId<AppointmentId>,
    version: IfMatch,
    Body(ask): Body<AnswerProposal>,
) -> Result<Response> {
    let answered = verbs.answer_proposal(&cx, &id, version.required()?, ask).await?;
    Ok((etag(answered.version), Json(offsets::answer(&answered)?)).into_response())
}
