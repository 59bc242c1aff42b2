//! Moving an appointment: the same picker; the old time stands until the new one is had.

use axum::{extract::State, response::Response};
use contracts::{
    directory::Service,
    scheduling::{Appointment, Deed, Reschedule},
};
use platform::{
    Error, Result,
    http::{Form, Params},
};
use serde::Deserialize;

use super::{
    Site, go,
    offers::{Choice, Offered},
    own_visit::OwnVisit,
    picker, shown,
    visitor::Visitor,
};
use crate::view::{self, Area, Back, Here};

/// `GET /janji/{code}/ubah`
pub(super) async fn show(
    State(site): State<Site>,
    OwnVisit { visitor, visit, href }: OwnVisit,
    Params(choice): Params<Choice>,
) -> Result<Response> {
    if !visit.may.contains(&Deed::Move) {
        return Ok(go(&href));
    }
    let page = page(&site, &visitor, &visit, &choice).await?;
    if visitor.wants("picker") { visitor.page(&page.as_picker()) } else { visitor.page(&page) }
}

async fn page(site: &Site, visitor: &Visitor, appointment: &Appointment, choice: &Choice) -> Result<view::Move> {
    let href = format!("/janji/{}", appointment.code);
    let path = format!("{href}/ubah");
    let stream = match &appointment.doctor_slug {
        Some(slug) => format!("/dokter/{slug}/jam"),
        None => format!("/layanan/{}/jam", appointment.offer.service),
    };
    let offered = [offered(site, visitor, appointment).await?];
    // Without a day asked for, the day of the appointment is the one to look at first.
    let mut choice = choice.clone();
    if choice.tgl.is_empty() {
        choice.tgl = appointment.local_date.to_string();
    }
    let place = picker::Place {
        path: &path,
        stream: &stream,
        offered: &offered,
        hidden: vec![("version", appointment.version.to_string())],
    };
    let mut picker = picker::fill(site, visitor, place, &choice).await?;
    // What is moved keeps its way of meeting, and its own day is no obstacle.
    picker.modes.clear();
    picker.already = None;
    let mut shell = visitor.shell("move-title", Area::Patient, Here::Appointments);
    shell.back = Some(Back { href, label: "back-appointment" });
    Ok(view::Move { shell, visit: shown::visit(appointment, visitor), picker })
}

pub(super) async fn offered(site: &Site, visitor: &Visitor, appointment: &Appointment) -> Result<Offered> {
    let service: Service = site.directory.service(&visitor.cx, &appointment.offer.service).await?;
    Ok(Offered {
        facility: site.directory.facility(&visitor.cx, &appointment.offer.facility.to_string()).await?,
        fee: appointment.price.clone(),
        service,
        doctor: appointment.offer.doctor.clone(),
        mode: appointment.offer.mode,
    })
}

/// The picker's form, with the version of what is moved.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Given {
    slot: String,
    take: String,
    tgl: String,
    version: String,
}

/// `POST /janji/{code}/ubah`
pub(super) async fn save(
    State(site): State<Site>,
    OwnVisit { visitor, visit, href }: OwnVisit,
    Form(given): Form<Given>,
) -> Result<Response> {
    let way = Way { here: format!("{href}/ubah"), href, done: "flash-moved" };
    let choice = Choice { slot: given.slot, take: given.take, tgl: given.tgl, ..Choice::default() };
    move_to(&site, &visitor, &visit, Wanted { choice, version: given.version, reason: None }, way).await
}

/// What somebody chose for a visit.
pub(super) struct Wanted {
    /// The time.
    pub(super) choice: Choice,
    /// The version the form was filled in for; that of now where it says none.
    pub(super) version: String,
    /// Why, in somebody's words.
    pub(super) reason: Option<String>,
}

/// Where a move leads.
pub(super) struct Way {
    /// The picker, which says what stands in the way.
    pub(super) here: String,
    /// The visit.
    pub(super) href: String,
    /// What is told once it has moved.
    pub(super) done: &'static str,
}

/// Moves a visit to the chosen time: then to its page, or back to the picker with the reason.
pub(super) async fn move_to(
    site: &Site,
    visitor: &Visitor,
    visit: &Appointment,
    Wanted { choice, version, reason }: Wanted,
    Way { here, href, done }: Way,
) -> Result<Response> {
    let Some(starts_at) = choice.start() else {
        return visitor.go_and_tell(site, &choice.on(&here, None), visitor.say("picker-choose"));
    };
    // Pressed twice: it is there already.
    if visit.starts_at == starts_at {
        return Ok(go(&href));
    }
    let version = version.parse().unwrap_or(visit.version);
    let ask = Reschedule { starts_at, doctor: None, reason, override_reason: None };
    match site.scheduling.reschedule(&visitor.cx, &visit.id, version, ask).await {
        Ok(_) => visitor.go_and_say(&href, done),
        Err(error) if error.is_conflict("slot-taken") => Ok(go(&choice.on(&here, Some(starts_at)))),
        Err(error @ (Error::Conflict(_) | Error::Stale | Error::Invalid(_))) => {
            visitor.go_and_tell(site, &choice.on(&here, None), visitor.words_of(&error))
        }
        Err(other) => Err(other),
    }
}
