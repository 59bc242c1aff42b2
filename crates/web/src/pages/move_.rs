//! Moving an appointment: the same picker; the old time stands until the new one is had.

use axum::{
    extract::{Path, State},
    response::Response,
};
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
    picker, shown,
    visitor::Visitor,
};
use crate::view::{self, Area, Back, Here};

/// `GET /janji/{code}/ubah`
pub(super) async fn show(
    State(site): State<Site>,
    visitor: Visitor,
    Path(code): Path<String>,
    Params(choice): Params<Choice>,
) -> Result<Response> {
    visitor.cx.account()?;
    let appointment = site.scheduling.appointment(&visitor.cx, &code).await?;
    if !appointment.may.contains(&Deed::Move) {
        return Ok(go(&format!("/janji/{}", appointment.code)));
    }
    let page = page(&site, &visitor, &appointment, &choice).await?;
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
    visitor: Visitor,
    Path(code): Path<String>,
    Form(given): Form<Given>,
) -> Result<Response> {
    visitor.cx.account()?;
    let appointment = site.scheduling.appointment(&visitor.cx, &code).await?;
    let href = format!("/janji/{}", appointment.code);
    let choice = Choice { slot: given.slot, take: given.take, tgl: given.tgl, ..Choice::default() };
    let here = format!("{href}/ubah");
    let Some(starts_at) = choice.start() else {
        return visitor.go_and_tell(&site, &choice.on(&here, None), visitor.say("picker-choose"));
    };
    // Pressed twice: it is there already.
    if appointment.starts_at == starts_at {
        return Ok(go(&href));
    }
    let version = given.version.parse().unwrap_or(appointment.version);
    let ask = Reschedule { starts_at, doctor: None, reason: None, override_reason: None };
    match site.scheduling.reschedule(&visitor.cx, &appointment.id, version, ask).await {
        Ok(_) => visitor.go_and_say(&href, "flash-moved"),
        Err(error) if error.is_conflict("slot-taken") => Ok(go(&choice.on(&here, Some(starts_at)))),
        Err(error @ (Error::Conflict(_) | Error::Stale | Error::Invalid(_))) => {
            visitor.go_and_tell(&site, &choice.on(&here, None), visitor.words_of(&error))
        }
        Err(other) => Err(other),
    }
}
