//! What operators see and do: processes and how far they are behind, parked events, jobs, logs by trace id (H3, J5).

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use contracts::system::{ContextJobs, Gathered, LogLine, ParkedEvent, ServiceState, System};
use platform::{
    Cx, Result,
    http::{Body, Params, Problem},
};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

type House = State<Arc<dyn System>>;

/// Why something is let go.
#[derive(Debug, Deserialize, ToSchema)]
struct Reason {
    /// What the audit trail keeps: at most 300 characters, nothing of anybody's private life.
    reason: String,
}

/// Which lines of the log.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
struct LogSearch {
    /// A trace (32 hexadecimal digits) or a request; without it the newest lines at `WARN` and above.
    trace: Option<String>,
}

pub(super) fn routes(system: Arc<dyn System>) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(services))
        .routes(routes!(parked))
        .routes(routes!(retry_parked))
        .routes(routes!(drop_parked))
        .routes(routes!(jobs))
        .routes(routes!(retry_job))
        .routes(routes!(drop_job))
        .routes(routes!(logs))
        .with_state(system)
}

/// Every process of the house, in whichever topology: what lives in it, version, migrations, what it misses, how far its
/// outboxes, hearers and jobs are behind, connections. One that does not answer within three seconds has no `state`.
/// Needs `system.read`.
#[utoipa::path(get, path = "/api/v1/system/services", operation_id = "services", tag = "system", security(("bearer" = [])),
    responses((status = 200, body = Vec<ServiceState>), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn services(State(system): House, cx: Cx) -> Result<Json<Vec<ServiceState>>> {
    system.services(&cx).await.map(Json)
}

/// Events that their hearer could not apply, of every context; `silent` names those of which nobody answered. Needs
/// `system.read`.
#[utoipa::path(get, path = "/api/v1/system/parked", operation_id = "parked_events", tag = "system", security(("bearer" = [])),
    responses((status = 200, body = Gathered<ParkedEvent>), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn parked(State(system): House, cx: Cx) -> Result<Json<Gathered<ParkedEvent>>> {
    system.parked(&cx).await.map(Json)
}

/// Has a parked event tried again. Needs `system.manage`; audited.
#[utoipa::path(post, path = "/api/v1/system/parked/{hearer}/{id}/retry", operation_id = "retry_parked", tag = "system", security(("bearer" = [])),
    params(("hearer" = String, Path, description = "The context"), ("id" = String, Path, description = "The event")),
    responses((status = 202), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 503, body = Problem)))]
async fn retry_parked(State(system): House, cx: Cx, Path((hearer, id)): Path<(String, String)>) -> Result<StatusCode> {
    system.retry_parked(&cx, &hearer, &id).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Lets a parked event go without its effect; those after it follow. Needs `system.manage`; audited with the reason.
#[utoipa::path(post, path = "/api/v1/system/parked/{hearer}/{id}/drop", operation_id = "drop_parked", tag = "system", security(("bearer" = [])),
    params(("hearer" = String, Path, description = "The context"), ("id" = String, Path, description = "The event")),
    request_body = Reason,
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem), (status = 503, body = Problem)))]
async fn drop_parked(
    State(system): House,
    cx: Cx,
    Path((hearer, id)): Path<(String, String)>,
    Body(given): Body<Reason>,
) -> Result<StatusCode> {
    system.drop_parked(&cx, &hearer, &id, &given.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The jobs of every context: how many are due, run, fail and are dead, and those to be seen; `silent` names the contexts of
/// which nobody answered. Needs `system.read`.
#[utoipa::path(get, path = "/api/v1/system/jobs", operation_id = "jobs", tag = "system", security(("bearer" = [])),
    responses((status = 200, body = Gathered<ContextJobs>), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn jobs(State(system): House, cx: Cx) -> Result<Json<Gathered<ContextJobs>>> {
    system.jobs(&cx).await.map(Json)
}

/// Has a dead job run again. Needs `system.manage`; audited.
#[utoipa::path(post, path = "/api/v1/system/jobs/{context}/{id}/retry", operation_id = "retry_job", tag = "system", security(("bearer" = [])),
    params(("context" = String, Path, description = "The context"), ("id" = String, Path, description = "The job")),
    responses((status = 202), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 503, body = Problem)))]
async fn retry_job(State(system): House, cx: Cx, Path((context, id)): Path<(String, String)>) -> Result<StatusCode> {
    system.retry_job(&cx, &context, &id).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Lets a dead job go undone. Needs `system.manage`; audited with the reason.
#[utoipa::path(post, path = "/api/v1/system/jobs/{context}/{id}/drop", operation_id = "drop_job", tag = "system", security(("bearer" = [])),
    params(("context" = String, Path, description = "The context"), ("id" = String, Path, description = "The job")),
    request_body = Reason,
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem), (status = 503, body = Problem)))]
async fn drop_job(
    State(system): House,
    cx: Cx,
    Path((context, id)): Path<(String, String)>,
    Body(given): Body<Reason>,
) -> Result<StatusCode> {
    system.drop_job(&cx, &context, &id, &given.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The newest log lines of all processes, in the order in which they were written: of a trace, of a request, or what went
/// wrong lately. Each process keeps 4,096 lines in memory; `silent` names the places that did not answer. Needs `system.read`.
#[utoipa::path(get, path = "/api/v1/system/logs", operation_id = "logs", tag = "system", security(("bearer" = [])), params(LogSearch),
    responses((status = 200, body = Gathered<LogLine>), (status = 401, body = Problem), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn logs(State(system): House, cx: Cx, Params(ask): Params<LogSearch>) -> Result<Json<Gathered<LogLine>>> {
    system.logs(&cx, ask.trace).await.map(Json)
}
