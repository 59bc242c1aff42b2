//! Free times and holds.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use bytes::Bytes;
use contracts::scheduling::{AskHold, FreeTimes, FreeTimesAsk, Hold, HoldId, Offer, SlotMoved, WhyNot};
use futures_util::{Stream, StreamExt};
use jiff::civil::Date;
use platform::{
    Cx, Result,
    http::{Body, Params, PathId, Problem},
};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio_stream::wrappers::BroadcastStream;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Verbs, offsets, written};

/// Bytes of written answers kept, of those asked for again and again.
const KEPT_BYTES: u64 = 8 << 20;

/// An answer with its text. It keeps the answer alive, so that the address it is kept under stays its own.
type Written = (Arc<FreeTimes>, Bytes);

#[derive(Clone)]
struct Free {
    verbs: Verbs,
    written: moka::sync::Cache<usize, Written>,
}

pub fn routes(verbs: Verbs) -> OpenApiRouter {
    let weigher = |_: &usize, written: &Written| u32::try_from(written.1.len()).unwrap_or(u32::MAX);
    let written = moka::sync::Cache::builder().max_capacity(KEPT_BYTES).weigher(weigher).build();
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(why))
        .routes(routes!(live))
        .routes(routes!(hold))
        .routes(routes!(held, release))
        .with_state(Free { verbs, written })
}

/// Free times of a doctor or a desk, by local day.
#[utoipa::path(get, path = "/api/v1/free-times", operation_id = "list_free_times", tag = "scheduling",
    params(FreeTimesAsk), responses((status = 200, body = FreeTimes), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn list(State(free): State<Free>, cx: Cx, Params(ask): Params<FreeTimesAsk>) -> Result<Response> {
    let times = free.verbs.free_times(&cx, ask).await?;
    let address = Arc::as_ptr(&times).addr();
    let text = if let Some((_, text)) = free.written.get(&address) {
        text
    } else {
        let text = written::text(&times)?;
        free.written.insert(address, (times, text.clone()));
        text
    };
    Ok(([(header::CONTENT_TYPE, "application/json")], text).into_response())
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
struct WhyAsk {
    #[serde(flatten)]
    #[param(inline)]
    offer: Offer,
    /// Local date of the facility.
    #[param(value_type = String)]
    date: Date,
}

/// The rules that leave a date without a free time.
#[utoipa::path(get, path = "/api/v1/free-times/why", operation_id = "why_no_free_time", tag = "scheduling",
    params(WhyAsk), responses((status = 200, body = Vec<WhyNot>), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn why(State(free): State<Free>, cx: Cx, Params(ask): Params<WhyAsk>) -> Result<Json<Vec<WhyNot>>> {
    Ok(Json(free.verbs.why_not(&cx, ask.offer, ask.date).await?))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
struct LiveAsk {
    /// The facility.
    facility: contracts::directory::FacilityId,
    /// The doctor; all of the facility's when absent.
    #[serde(default)]
    doctor: Option<contracts::directory::DoctorId>,
}

/// Starts taken and freed, as they happen (server-sent events named `slot`). A hint: free times have the truth. The
/// event `again` says that some were missed.
#[utoipa::path(get, path = "/api/v1/free-times/live", operation_id = "watch_free_times", tag = "scheduling",
    params(LiveAsk), responses((status = 200, content_type = "text/event-stream")))]
async fn live(
    State(free): State<Free>,
    Params(ask): Params<LiveAsk>,
) -> Sse<impl Stream<Item = Result<Event, axum::Error>>> {
    let moves = BroadcastStream::new(free.verbs.watch()).filter_map(move |moved| {
        let event = match moved {
            Ok(moved) => concerns(&ask, &moved).then(|| {
                Event::default().event("slot").json_data(json!({
                    "starts_at": moved.starts_at, "ends_at": moved.ends_at, "free": moved.free,
                    "doctor": moved.doctor, "service": moved.service,
                }))
            }),
            Err(_) => Some(Ok(Event::default().event("again").data("missed"))),
        };
        std::future::ready(event)
    });
    Sse::new(moves).keep_alive(KeepAlive::default())
}

fn concerns(ask: &LiveAsk, moved: &SlotMoved) -> bool {
    // A doctor's time is taken at every facility at once.
    match &ask.doctor {
        Some(doctor) => moved.doctor.as_ref() == Some(doctor),
        None => moved.facility == ask.facility,
    }
}

/// Keeps a time for a few minutes.
#[utoipa::path(post, path = "/api/v1/holds", operation_id = "hold_time", tag = "scheduling", request_body = AskHold,
    responses((status = 201, body = Hold), (status = 409, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
async fn hold(State(free): State<Free>, cx: Cx, Body(ask): Body<AskHold>) -> Result<Response> {
    let hold = free.verbs.hold(&cx, ask).await?;
    Ok((StatusCode::CREATED, Json(offsets::answer(&hold)?)).into_response())
}

/// A hold, known to whoever has its id.
#[utoipa::path(get, path = "/api/v1/holds/{id}", operation_id = "get_hold", tag = "scheduling",
    params(("id" = String, Path)), responses((status = 200, body = Hold), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn held(State(free): State<Free>, cx: Cx, PathId(id): PathId<HoldId>) -> Result<Json<Value>> {
    Ok(Json(offsets::answer(&free.verbs.held(&cx, &id).await?)?))
}

/// Lets a hold go.
#[utoipa::path(delete, path = "/api/v1/holds/{id}", operation_id = "release_hold", tag = "scheduling",
    params(("id" = String, Path)), responses((status = 204)))]
async fn release(State(free): State<Free>, cx: Cx, PathId(id): PathId<HoldId>) -> Result<StatusCode> {
    free.verbs.release(&cx, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
