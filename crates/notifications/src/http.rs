//! The REST face: one's inbox, preferences and calendar, and the calendar behind a secret address.

use std::{sync::Arc, time::Duration};

use axum::{
    Json,
    extract::{Path, State},
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use contracts::notifications::{
    AddOutsideCalendar, Delivery, Feed, Notification, NotificationId, Notifications, OutsideCalendar,
    OutsideCalendarId, Preferences, PreferencesForm,
};
use futures_util::{Stream, StreamExt as _, stream};
use http::{HeaderMap, StatusCode, header};
use platform::{
    Cx, Error, Result,
    db::{Page, PageAsk},
    http::{Body, IfMatch, Params, PathId, etag},
    live::Watch,
};
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, timeout};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::bell::{Bell, Rung};

/// How often the number is looked at though nothing rang: news may be lost.
const LOOK: Duration = Duration::from_secs(20);
/// How long a stream goes on before its reader signs in anew by opening another.
const LIFE: Duration = Duration::from_mins(5);

#[derive(Clone)]
struct Face {
    verbs: Arc<dyn Notifications>,
    bell: Bell,
}

/// The routes of notifications, over whoever does its verbs. `bell` rings in the process that does them.
pub fn routes(verbs: Arc<dyn Notifications>, bell: Bell) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(unread))
        .routes(routes!(live))
        .routes(routes!(read_all))
        .routes(routes!(read))
        .routes(routes!(deliveries))
        .routes(routes!(preferences, set_preferences))
        .routes(routes!(feed, renew_feed, end_feed))
        .routes(routes!(calendar))
        .routes(routes!(outside_calendars, add_outside_calendar))
        .routes(routes!(remove_outside_calendar))
        .with_state(Face { verbs, bell })
}

/// A number of notifications.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Unread {
    /// Not read yet, 1,000 at most.
    pub unread: i64,
}

/// How many were marked.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MarkedRead {
    /// Read now, and not before.
    pub read: i64,
}

/// One's inbox, the newest first.
#[utoipa::path(get, path = "/api/v1/notifications", operation_id = "list_notifications", tag = "notifications",
    params(PageAsk), responses((status = 200, body = Page<Notification>), (status = 401), (status = 422)))]
async fn list(State(face): State<Face>, cx: Cx, Params(ask): Params<PageAsk>) -> Result<Json<Page<Notification>>> {
    face.verbs.inbox(&cx, ask).await.map(Json)
}

/// How many of one's notifications are not read.
#[utoipa::path(get, path = "/api/v1/notifications/unread", operation_id = "count_unread_notifications",
    tag = "notifications", responses((status = 200, body = Unread), (status = 401)))]
async fn unread(State(face): State<Face>, cx: Cx) -> Result<Json<Unread>> {
    Ok(Json(Unread { unread: face.verbs.unread(&cx).await? }))
}

/// The number of unread notifications, at once and whenever it changes (server-sent events named `unread`). The stream
/// ends after some minutes; browsers open it again by themselves.
#[utoipa::path(get, path = "/api/v1/notifications/live", operation_id = "watch_notifications", tag = "notifications",
    responses((status = 200, content_type = "text/event-stream"), (status = 401)))]
async fn live(State(face): State<Face>, cx: Cx) -> Result<Sse<impl Stream<Item = Result<Event, axum::Error>>>> {
    let account = cx.account()?.to_owned();
    let first = face.verbs.unread(&cx).await?;
    // Whoever asks waits for no single answer here.
    let cx = Cx { deadline: None, ..cx };
    let rest = Listening { watch: face.bell.listen(), face, cx, account, told: first, ends: Instant::now() + LIFE };
    let counts = stream::once(std::future::ready(first)).chain(stream::unfold(rest, Listening::next));
    let events = counts.map(|unread| Event::default().event("unread").json_data(Unread { unread }));
    Ok(Sse::new(events).keep_alive(KeepAlive::default()))
}

/// Somebody who looks at their inbox.
struct Listening {
    face: Face,
    cx: Cx,
    account: String,
    watch: Watch<Rung>,
    /// The number told last.
    told: i64,
    ends: Instant,
}

impl Listening {
    /// The next number that differs.
    async fn next(mut self) -> Option<(i64, Self)> {
        while Instant::now() < self.ends {
            let concerns = match timeout(LOOK, self.watch.next()).await {
                Ok(None) => return None,
                Ok(Some(Ok(rung))) => rung.account == self.account,
                // Something was missed, or a while has passed.
                Ok(Some(Err(_))) | Err(_) => true,
            };
            if concerns {
                let unread = self.face.verbs.unread(&self.cx).await.ok()?;
                if unread != self.told {
                    self.told = unread;
                    return Some((unread, self));
                }
            }
        }
        None
    }
}

/// Marks all that came until now as read.
#[utoipa::path(post, path = "/api/v1/notifications/reading", operation_id = "read_all_notifications",
    tag = "notifications", responses((status = 200, body = MarkedRead), (status = 401)))]
async fn read_all(State(face): State<Face>, cx: Cx) -> Result<Json<MarkedRead>> {
    Ok(Json(MarkedRead { read: face.verbs.mark_all_read(&cx).await? }))
}

/// Marks one as read.
#[utoipa::path(post, path = "/api/v1/notifications/{id}/reading", operation_id = "read_notification",
    tag = "notifications", params(("id" = String, Path)), responses((status = 204), (status = 401), (status = 404)))]
async fn read(State(face): State<Face>, cx: Cx, PathId(id): PathId<NotificationId>) -> Result<StatusCode> {
    face.verbs.mark_read(&cx, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// How one was sent beside the inbox.
#[utoipa::path(get, path = "/api/v1/notifications/{id}/deliveries", operation_id = "list_notification_deliveries",
    tag = "notifications", params(("id" = String, Path)),
    responses((status = 200, body = Vec<Delivery>), (status = 401), (status = 404)))]
async fn deliveries(
    State(face): State<Face>,
    cx: Cx,
    PathId(id): PathId<NotificationId>,
) -> Result<Json<Vec<Delivery>>> {
    face.verbs.deliveries(&cx, &id).await.map(Json)
}

/// How one wants to be told.
#[utoipa::path(get, path = "/api/v1/notifications/preferences", operation_id = "get_notification_preferences",
    tag = "notifications", responses((status = 200, body = Preferences), (status = 401)))]
async fn preferences(State(face): State<Face>, cx: Cx) -> Result<Response> {
    face.verbs.preferences(&cx).await.map(versioned)
}

/// Replaces them, at the version of `If-Match`.
#[utoipa::path(put, path = "/api/v1/notifications/preferences", operation_id = "set_notification_preferences",
    tag = "notifications", request_body = PreferencesForm,
    params(("If-Match" = String, Header, description = "The version that is changed.")),
    responses((status = 200, body = Preferences), (status = 401), (status = 412), (status = 422), (status = 428)))]
async fn set_preferences(
    State(face): State<Face>,
    cx: Cx,
    version: IfMatch,
    Body(form): Body<PreferencesForm>,
) -> Result<Response> {
    face.verbs.set_preferences(&cx, version.required()?, form).await.map(versioned)
}

fn versioned(preferences: Preferences) -> Response {
    (etag(preferences.version), Json(preferences)).into_response()
}

/// The address of one's calendar.
#[utoipa::path(get, path = "/api/v1/notifications/feed", operation_id = "get_calendar_feed", tag = "notifications",
    responses((status = 200, body = Feed), (status = 401), (status = 404)))]
async fn feed(State(face): State<Face>, cx: Cx) -> Result<Json<Feed>> {
    face.verbs.feed(&cx).await?.map(Json).ok_or(Error::NotFound("feed"))
}

/// A new address; the old one is no longer good.
#[utoipa::path(post, path = "/api/v1/notifications/feed", operation_id = "renew_calendar_feed", tag = "notifications",
    responses((status = 201, body = Feed), (status = 401)))]
async fn renew_feed(State(face): State<Face>, cx: Cx) -> Result<Response> {
    let feed = face.verbs.renew_feed(&cx).await?;
    Ok((StatusCode::CREATED, Json(feed)).into_response())
}

/// Ends the address.
#[utoipa::path(delete, path = "/api/v1/notifications/feed", operation_id = "end_calendar_feed", tag = "notifications",
    responses((status = 204), (status = 401)))]
async fn end_feed(State(face): State<Face>, cx: Cx) -> Result<StatusCode> {
    face.verbs.end_feed(&cx).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Somebody's calendar (RFC 5545), by its secret address: calendar programs cannot sign in.
#[utoipa::path(get, path = "/calendar/{file}", operation_id = "get_calendar", tag = "notifications",
    params(("file" = String, Path, description = "The secret and `.ics`.")),
    responses((status = 200, content_type = "text/calendar"), (status = 304), (status = 404)))]
async fn calendar(State(face): State<Face>, cx: Cx, Path(file): Path<String>, headers: HeaderMap) -> Result<Response> {
    let token = file.strip_suffix(".ics").ok_or(Error::NotFound("calendar"))?;
    let calendar = face.verbs.calendar(&cx, token).await?;
    let tag = format!("\"{}\"", calendar.etag);
    let known = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let is_known = known.flat_map(|tags| tags.split(',')).any(|known| known.trim().trim_start_matches("W/") == tag);
    let about = [
        (header::ETAG, tag),
        (header::CACHE_CONTROL, "private, max-age=900".to_owned()),
        (header::HeaderName::from_static("x-robots-tag"), "noindex".to_owned()),
    ];
    if is_known {
        return Ok((StatusCode::NOT_MODIFIED, about).into_response());
    }
    let kind = [(header::CONTENT_TYPE, "text/calendar; charset=utf-8")];
    Ok((about, kind, calendar.text).into_response())
}

/// The calendars that one, as a doctor, keeps elsewhere and whose events are busy time here.
#[utoipa::path(get, path = "/api/v1/notifications/outside-calendars", operation_id = "list_outside_calendars",
    tag = "notifications", responses((status = 200, body = Vec<OutsideCalendar>), (status = 401), (status = 403)))]
async fn outside_calendars(State(face): State<Face>, cx: Cx) -> Result<Json<Vec<OutsideCalendar>>> {
    face.verbs.outside_calendars(&cx).await.map(Json)
}

/// Adds one by its address.
#[utoipa::path(post, path = "/api/v1/notifications/outside-calendars", operation_id = "add_outside_calendar",
    tag = "notifications", request_body = AddOutsideCalendar, responses((status = 201, body = OutsideCalendar),
    (status = 401), (status = 403), (status = 404), (status = 409, description = "too-many-calendars"), (status = 422)))]
async fn add_outside_calendar(
    State(face): State<Face>,
    cx: Cx,
    Body(ask): Body<AddOutsideCalendar>,
) -> Result<Response> {
    let calendar = face.verbs.add_outside_calendar(&cx, ask).await?;
    Ok((StatusCode::CREATED, Json(calendar)).into_response())
}

/// Takes one away, with the busy time that came from it.
#[utoipa::path(delete, path = "/api/v1/notifications/outside-calendars/{id}", operation_id = "remove_outside_calendar",
    tag = "notifications", params(("id" = String, Path)),
    responses((status = 204), (status = 401), (status = 403), (status = 404)))]
async fn remove_outside_calendar(
    State(face): State<Face>,
    cx: Cx,
    PathId(id): PathId<OutsideCalendarId>,
) -> Result<StatusCode> {
    face.verbs.remove_outside_calendar(&cx, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
