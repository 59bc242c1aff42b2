//! The inbox (G4): what one was told, the newest first; opening something marks it as read.

use axum::{
    extract::{Path, State},
    response::Response,
};
use contracts::notifications::{Notification, NotificationId, NotificationKind};
use platform::{
    Error, Result,
    db::PageAsk,
    http::{Form, Params},
};
use serde::Deserialize;

use super::{Site, encoded, search, shown, visitor::Visitor};
use crate::{
    format,
    view::{Area, Here, Inbox, InboxDay, InboxItem, Pager},
};

/// Rows on a page.
const ROWS: u32 = 25;

/// The query of the page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wish {
    sesudah: String,
}

/// `GET /kotak-masuk`
pub(super) async fn show(State(site): State<Site>, visitor: Visitor, Params(wish): Params<Wish>) -> Result<Response> {
    visitor.cx.account()?;
    let page = PageAsk { limit: ROWS, after: search::cursor(&wish.sesudah) };
    let found = site.notifications.inbox(&visitor.cx, page).await?;
    let page = Inbox {
        shell: visitor.shell("inbox", Area::Patient, Here::Inbox),
        unread: found.items.iter().any(|item| item.read_at.is_none()) || visitor.unread > 0,
        days: days(&visitor, &found.items),
        pager: Pager {
            previous: (!wish.sesudah.is_empty()).then(|| "/kotak-masuk".to_owned()),
            next: found.next.map(|cursor| format!("/kotak-masuk?sesudah={}", encoded(cursor.as_str()))),
            ..Pager::default()
        },
    };
    if visitor.wants("inbox") { visitor.page(&page.as_list()) } else { visitor.page(&page) }
}

/// Under the day on which they came.
fn days(visitor: &Visitor, items: &[Notification]) -> Vec<InboxDay> {
    let locale = visitor.speech.locale;
    let today = shown::at(visitor.cx.now(), shown::HOUSE_ZONE).date();
    let mut days: Vec<InboxDay> = Vec::new();
    for item in items {
        let at = shown::at(item.at, shown::HOUSE_ZONE);
        let day = if at.date() == today { visitor.say("today") } else { format::day_year(at.date(), locale) };
        let (icon, tone) = look(item.kind);
        let row = InboxItem {
            action: format!("/kotak-masuk/{}", item.id),
            about: item.appointment.as_ref().map(ToString::to_string).unwrap_or_default(),
            to_doctor: item.to_doctor,
            to_choose: item.kind == NotificationKind::Proposed,
            icon,
            tone,
            title: item.title.clone(),
            body: item.body.clone(),
            at: format::time(&at, locale),
            unread: item.read_at.is_none(),
        };
        match days.last_mut() {
            Some(last) if last.day == day => last.items.push(row),
            _ => days.push(InboxDay { day, items: vec![row] }),
        }
    }
    days
}

/// Icon and colour of a kind.
fn look(kind: NotificationKind) -> (&'static str, &'static str) {
    match kind {
        NotificationKind::Requested => ("clock", "plum"),
        NotificationKind::Booked => ("cal", "info"),
        NotificationKind::Accepted => ("check", "ok"),
        NotificationKind::Rejected | NotificationKind::Cancelled => ("x", "danger"),
        NotificationKind::Moved => ("swap", "brand"),
        NotificationKind::Proposed => ("cal", "plum"),
        NotificationKind::Reminder => ("bell", "wait"),
    }
}

/// The form that opens something: what it is about, and on whose side it was told.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Opened {
    tentang: String,
    sisi: String,
    bagian: String,
}

/// `POST /kotak-masuk/{id}`: marks as read, and opens what it is about.
pub(super) async fn open(
    State(site): State<Site>,
    visitor: Visitor,
    Path(id): Path<String>,
    Form(opened): Form<Opened>,
) -> Result<Response> {
    let cx = &visitor.cx;
    cx.account()?;
    let id: NotificationId = id.parse().map_err(|_| Error::NotFound("notification"))?;
    site.notifications.mark_read(cx, &id).await?;
    Ok(super::go(&about(&site, &visitor, &opened).await?))
}

/// The page of what a notification is about; the inbox where that is not to be found, or not for whoever asks.
async fn about(site: &Site, visitor: &Visitor, opened: &Opened) -> Result<String> {
    if opened.tentang.is_empty() {
        return Ok("/kotak-masuk".to_owned());
    }
    let found = site.scheduling.appointment(&visitor.cx, &opened.tentang).await;
    let side = if opened.sisi == "d" { "/d/janji" } else { "/janji" };
    let known = super::offers::known(found)?;
    let part = if opened.bagian == "usulan" { "/usulan" } else { "" };
    Ok(known.map_or_else(|| "/kotak-masuk".to_owned(), |appointment| format!("{side}/{}{part}", appointment.code)))
}

/// `POST /kotak-masuk/dibaca`
pub(super) async fn all_read(State(site): State<Site>, visitor: Visitor) -> Result<Response> {
    visitor.cx.account()?;
    site.notifications.mark_all_read(&visitor.cx).await?;
    visitor.go_and_say("/kotak-masuk", "flash-all-read")
}
