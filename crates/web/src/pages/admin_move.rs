//! Moving an appointment on behalf (C6, C9): the same picker, and a reason the patient reads.

use axum::{
    extract::{Path, State},
    response::Response,
};
use contracts::{
    Permission,
    scheduling::{Appointment, Deed},
};
use platform::{
    Result,
    http::{Form, Params},
};
use serde::Deserialize;

use super::{
    Site, admin_reservations as list, go,
    move_::{self, Wanted, Way, move_to},
    offers::Choice,
    picker,
    visitor::Visitor,
};
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
    let way = Way { here: format!("{href}/move"), href, done: "flash-adm-moved" };
    let choice = Choice { slot: given.slot, take: given.take, tgl: given.tgl, ..Choice::default() };
    let reason = Some(given.reason.trim().to_owned()).filter(|reason| !reason.is_empty());
    move_to(&site, &visitor, &visit, Wanted { choice, version: given.version, reason }, way).await
}
