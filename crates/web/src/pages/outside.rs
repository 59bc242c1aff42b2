//! A doctor's calendars (C10): the secret address of their own, and those they keep elsewhere, whose events are busy time
//! here.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use contracts::{
    Permission,
    notifications::{AddOutsideCalendar, OutsideCalendar, OutsideCalendarId},
};
use platform::{Error, Result, http::Form};
use serde::Deserialize;

use super::{Site, notices, shown, visitor::Visitor};
use crate::{
    format,
    view::{Area, Back, Calendars, Field, Here, Mend, OutsideRow},
};

/// The page.
pub(super) const PATH: &str = "/d/kalender";
/// So many may be kept.
const MOST: usize = 3;

/// `GET /d/kalender`
pub(super) async fn show(State(site): State<Site>, visitor: Visitor) -> Result<Response> {
    visitor.page(&page(&site, &visitor, Field::default()).await?)
}

async fn page(site: &Site, visitor: &Visitor, url: Field) -> Result<Calendars> {
    visitor.cx.require(Permission::ScheduleOwn)?;
    let (calendars, feed) =
        tokio::try_join!(site.notifications.outside_calendars(&visitor.cx), site.notifications.feed(&visitor.cx))?;
    let address = feed.as_ref().map(notices::address).unwrap_or_default();
    let mut shell = visitor.shell("calendars-title", Area::Doctor, Here::Schedule);
    shell.back = Some(Back { href: "/d/jadwal".to_owned(), label: "schedule-title" });
    shell.failing = url.error.is_some();
    Ok(Calendars {
        shell,
        feed_app: address.split_once("://").map(|(_, rest)| format!("webcal://{rest}")).unwrap_or_default(),
        feed_made: feed
            .map(|feed| format::date(shown::at(feed.made_at, shown::HOUSE_ZONE).date(), visitor.speech.locale))
            .unwrap_or_default(),
        feed: address,
        more: calendars.len() < MOST,
        calendars: calendars.iter().map(|calendar| row(visitor, calendar)).collect(),
        mends: url.error.iter().map(|text| Mend { field: "url", text: text.clone() }).collect(),
        url,
    })
}

fn row(visitor: &Visitor, calendar: &OutsideCalendar) -> OutsideRow {
    let read = calendar.read_at.map(|at| format::when(&shown::at(at, shown::HOUSE_ZONE), visitor.speech.locale));
    OutsideRow {
        action: format!("{PATH}/{}/hapus", calendar.id),
        host: calendar.host.clone(),
        problem: calendar.problem.as_ref().map(|key| visitor.say(&format!("error-{key}"))).unwrap_or_default(),
        busy: visitor.say_with("outside-busy", &[("n", &calendar.spans.to_string())]),
        read: read.unwrap_or_default(),
    }
}

/// The form of a new one.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Given {
    url: String,
}

/// `POST /d/kalender`
pub(super) async fn add(State(site): State<Site>, visitor: Visitor, Form(given): Form<Given>) -> Result<Response> {
    let url = given.url.trim().to_owned();
    let (status, text) = match site.notifications.add_outside_calendar(&visitor.cx, AddOutsideCalendar { url }).await {
        Ok(_) => return visitor.go_and_say(PATH, "flash-calendar-added"),
        Err(error @ Error::Invalid(_)) => (StatusCode::UNPROCESSABLE_ENTITY, visitor.words_of(&error)),
        Err(error @ Error::Conflict(_)) => (StatusCode::CONFLICT, visitor.words_of(&error)),
        Err(other) => return Err(other),
    };
    visitor.page_with(status, &page(&site, &visitor, Field::refused(given.url, text)).await?)
}

/// `POST /d/kalender/{id}/hapus`
pub(super) async fn remove(State(site): State<Site>, visitor: Visitor, Path(id): Path<String>) -> Result<Response> {
    let id: OutsideCalendarId = id.parse().map_err(|_| Error::NotFound("calendar"))?;
    match site.notifications.remove_outside_calendar(&visitor.cx, &id).await {
        // Sent twice, it is gone already.
        Ok(()) | Err(Error::NotFound("calendar")) => visitor.go_and_say(PATH, "flash-calendar-gone"),
        Err(other) => Err(other),
    }
}
