//! Moving an appointment on behalf (C6, C9): the same picker, and a reason the patient reads.

use axum::{
    extract::{Path, State},
    response::Response,
};
use contracts::{
    Permission,
    scheduling::{Appointment, Deed, Reschedule},
};
use platform::{
    Error, Result,
    http::{Form, Params},
};
use serde::Deserialize;

use super::{Site, admin_reservations as list, go, move_, offers::Choice, picker, visitor::Visitor};
use crate::view::{AdminMove, Area, Back, Field, Here};

/// `GET /admin/reservations/{code}/move`
pub(super) async fn show(
    State(site): State<Site>,
    visitor: Visitor,
    Path(code): Path<String>,
    Params(choice): Params<Choice>,
) -> Result<Response> {
    visitor.cx.require(Permission::AppointmentManage)?;
    let visit = site.scheduling.appointment(&visitor.cx, &code).await?;
    if !visit.may.contains(&Deed::Move) {
        return Ok(go(&format!("{}/{}", list::PATH, visit.code)));
    }
    let page = page(&site, &visitor, &visit, &choice).await?;
    if visitor.wants("picker") { visitor.page(&page.as_picker()) } else { visitor.page(&page) }
}

async fn page(site: &Site, visitor: &Visitor, visit: &Appointment, choice: &Choice) -> Result<AdminMove> {
    let href = format!("{}/{}", list::PATH, visit.code);
    let path = format!("{href}/move");
    let offered = [move_::offered(site, visitor, visit).await?];
    let mut choice = choice.clone();
    if choice.tgl.is_empty() {
        choice.tgl = visit.local_date.to_string();
    }
    let hidden = vec![("version", visit.version.to_string())];
    let place = picker::Place { path: &path, stream: "", offered: &offered, hidden };
    let mut picker = picker::fill(site, visitor, place, &choice).await?;
    picker.modes.clear();
    picker.stream.clear();
    picker.already = None;
    // A soonest time taken by one press would go without a reason.
    picker.fastest = None;
    let mut shell = visitor.shell("move-title", Area::Admin, Here::Reservations);
    shell.back = Some(Back { href, label: "back-appointment" });
    Ok(AdminMove { shell, row: list::row(visitor, visit, true, false), picker, reason: Field::default() })
}

/// The picker's form, with the version of what is moved and why.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Given {
    slot: String,
    take: String,
    tgl: String,
    version: String,
    reason: String,
}

/// `POST /admin/reservations/{code}/move`
pub(super) async fn save(
    State(site): State<Site>,
    visitor: Visitor,
    Path(code): Path<String>,
    Form(given): Form<Given>,
) -> Result<Response> {
    visitor.cx.require(Permission::AppointmentManage)?;
    let visit = site.scheduling.appointment(&visitor.cx, &code).await?;
    let href = format!("{}/{}", list::PATH, visit.code);
    let here = format!("{href}/move");
    let choice = Choice { slot: given.slot, take: given.take, tgl: given.tgl, ..Choice::default() };
    let Some(starts_at) = choice.start() else {
        return visitor.go_and_tell(&site, &choice.on(&here, None), visitor.say("picker-choose"));
    };
    // Pressed twice: it is there already.
    if visit.starts_at == starts_at {
        return Ok(go(&href));
    }
    let version = given.version.parse().unwrap_or(visit.version);
    let reason = Some(given.reason.trim().to_owned()).filter(|reason| !reason.is_empty());
    let ask = Reschedule { starts_at, doctor: None, reason, override_reason: None };
    match site.scheduling.reschedule(&visitor.cx, &visit.id, version, ask).await {
        Ok(_) => visitor.go_and_say(&href, "flash-adm-moved"),
        Err(error) if error.is_conflict("slot-taken") => Ok(go(&choice.on(&here, Some(starts_at)))),
        Err(error @ (Error::Conflict(_) | Error::Stale | Error::Invalid(_))) => {
            visitor.go_and_tell(&site, &choice.on(&here, None), visitor.words_of(&error))
        }
        Err(other) => Err(other),
    }
}
