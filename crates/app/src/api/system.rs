//! What operators see and do: how far the bus is behind, and the events it has parked.

use std::sync::{Arc, Weak};

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use contracts::Permission;
use jiff::Timestamp;
use platform::{Cx, Error, Result, bus::BusHandle, http::Problem};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Parked events shown of each hearer.
const SHOWN: i64 = 100;

type Bus = State<Option<Weak<BusHandle>>>;

/// How far a source is behind.
#[derive(Debug, Serialize, ToSchema)]
struct SourceLag {
    /// The context.
    source: String,
    /// Events not sent yet.
    unsent: i64,
    /// How long the oldest of them has waited, in milliseconds.
    oldest_ms: i64,
}

/// An event that waits for somebody's decision.
#[derive(Debug, Serialize, ToSchema)]
struct ParkedEvent {
    /// Who could not apply it.
    hearer: String,
    /// The event.
    id: String,
    /// Who said it.
    source: String,
    /// Its name.
    kind: String,
    /// How often it was tried.
    attempts: i64,
    /// The kind of the last error.
    reason: String,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    parked_at: Timestamp,
}

/// The bus now.
#[derive(Debug, Serialize, ToSchema)]
struct BusState {
    /// Every source.
    sources: Vec<SourceLag>,
    /// Parked events.
    parked: Vec<ParkedEvent>,
}

pub(super) fn routes(bus: Option<Weak<BusHandle>>) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(state)).routes(routes!(retry)).routes(routes!(give_up)).with_state(bus)
}

/// How far the bus is behind, and what it has parked. Needs `system.read`.
#[utoipa::path(get, path = "/api/v1/system/bus", operation_id = "bus_state", tag = "system", security(("bearer" = [])),
    responses((status = 200, body = BusState), (status = 401, body = Problem), (status = 403, body = Problem), (status = 503, body = Problem)))]
async fn state(State(bus): Bus, cx: Cx) -> Result<Json<BusState>> {
    cx.require(Permission::SystemRead)?;
    let bus = running(bus)?;
    let lags = bus.lag().await?.into_iter();
    let sources = lags.map(|lag| SourceLag {
        source: lag.source.to_string(),
        unsent: lag.unsent,
        oldest_ms: lag.oldest.as_millis() as i64,
    });
    let parked = bus.parked(SHOWN).await?.into_iter().map(|(hearer, p)| ParkedEvent {
        hearer: hearer.to_owned(),
        id: p.id,
        source: p.source,
        kind: p.kind,
        attempts: p.attempts,
        reason: p.reason,
        parked_at: p.parked_at,
    });
    Ok(Json(BusState { sources: sources.collect(), parked: parked.collect() }))
}

/// Has a parked event tried again. Needs `system.manage`.
#[utoipa::path(post, path = "/api/v1/system/parked/{hearer}/{id}/retry", operation_id = "retry_parked", tag = "system", security(("bearer" = [])),
    params(("hearer" = String, Path, description = "The context"), ("id" = String, Path, description = "The event")),
    responses((status = 202), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn retry(State(bus): Bus, cx: Cx, Path((hearer, id)): Path<(String, String)>) -> Result<StatusCode> {
    cx.require(Permission::SystemManage)?;
    running(bus)?.retry_parked(&hearer, &id).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Lets a parked event go without its reaction. Needs `system.manage`.
#[utoipa::path(delete, path = "/api/v1/system/parked/{hearer}/{id}", operation_id = "drop_parked", tag = "system", security(("bearer" = [])),
    params(("hearer" = String, Path, description = "The context"), ("id" = String, Path, description = "The event")),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn give_up(State(bus): Bus, cx: Cx, Path((hearer, id)): Path<(String, String)>) -> Result<StatusCode> {
    cx.require(Permission::SystemManage)?;
    running(bus)?.drop_parked(&hearer, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn running(bus: Option<Weak<BusHandle>>) -> Result<Arc<BusHandle>> {
    bus.and_then(|bus| bus.upgrade()).ok_or(Error::Unavailable("bus"))
}
