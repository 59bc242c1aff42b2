//! What hours would come to, and why there is no time.

use axum::{Json, extract::State};
use contracts::scheduling::{ExplainAsk, Explained, Preview, PreviewAsk};
use platform::{
    Cx, Result,
    http::{Body, Params, Problem},
};
use serde_json::Value;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Verbs, offsets};

pub fn routes(verbs: Verbs) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(preview)).routes(routes!(explain)).with_state(verbs)
}

/// What a schedule would come to, and the appointments it would leave outside. Nothing is kept.
#[utoipa::path(post, path = "/api/v1/schedules/preview", operation_id = "preview_schedule", tag = "scheduling",
    request_body = PreviewAsk,
    responses((status = 200, body = Preview), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn preview(State(verbs): State<Verbs>, cx: Cx, Body(ask): Body<PreviewAsk>) -> Result<Json<Value>> {
    Ok(Json(offsets::answer(&verbs.preview(&cx, ask).await?)?))
}

/// Why a time cannot be had, for doctors and staff: a local day in stretches, each offered or refused by a named rule.
#[utoipa::path(get, path = "/api/v1/schedules/explanation", operation_id = "explain_times", tag = "scheduling",
    params(ExplainAsk),
    responses((status = 200, body = Explained), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn explain(State(verbs): State<Verbs>, cx: Cx, Params(ask): Params<ExplainAsk>) -> Result<Json<Value>> {
    Ok(Json(offsets::answer(&verbs.explain(&cx, ask).await?)?))
}
