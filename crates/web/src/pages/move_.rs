//! Moving an appointment: the same picker; the old time stands until the new one is had.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use contracts::{
    directory::Service,
    scheduling::{Appointment, Deed, Reschedule},
};
use jiff::Timestamp;
use platform::{
    Error, Result,
    http::{Form, Params},
};
use serde::Deserialize;

use super::{
    Site, go,
    offers::{self, Choice, Offered},
    picker, shown,
    visitor::Visitor,
};
use crate::view::{self, Area, Back, Flash, Here, Tone};

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
    let page = page(&site, &visitor, &appointment, &choice, None).await?;
    if visitor.wants("picker") { visitor.page(&page.as_picker()) } else { visitor.page(&page) }
}

async fn page(
    site: &Site,
    visitor: &Visitor,
    appointment: &Appointment,
    choice: &Choice,
    lost: Option<(Timestamp, Vec<Timestamp>)>,
) -> Result<view::Move> {
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
        lost,
    };
    let mut picker = picker::fill(site, visitor, place, &choice).await?;
    // What is moved keeps its way of meeting, and its own day is no obstacle.
    picker.modes.clear();
    picker.already = None;
    let mut shell = visitor.shell("move-title", Area::Patient, Here::Appointments);
    shell.back = Some(Back { href, label: "back-appointment" });
    Ok(view::Move { shell, visit: shown::visit(appointment, visitor), picker })
}

async fn offered(site: &Site, visitor: &Visitor, appointment: &Appointment) -> Result<Offered> {
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
    let Some(starts_at) = choice.start() else {
        return refuse(
            &site,
            &visitor,
            &appointment,
            &choice,
            StatusCode::UNPROCESSABLE_ENTITY,
            visitor.say("picker-choose"),
        )
        .await;
    };
    // Pressed twice: it is there already.
    if appointment.starts_at == starts_at {
        return Ok(go(&href));
    }
    let version = given.version.parse().unwrap_or(appointment.version);
    let ask = Reschedule { starts_at, doctor: None, reason: None, override_reason: None };
    match site.scheduling.reschedule(&visitor.cx, &appointment.id, version, ask).await {
        Ok(_) => visitor.go_and_say(&href, "flash-moved"),
        Err(error) if error.is_conflict("slot-taken") => {
            let nearest = offers::nearest(&site, &visitor.cx, &appointment.offer, starts_at, &appointment.zone).await?;
            let mut page = page(&site, &visitor, &appointment, &choice, Some((starts_at, nearest))).await?;
            page.shell.failing = true;
            visitor.page_with(StatusCode::CONFLICT, &page)
        }
        Err(error @ (Error::Conflict(_) | Error::Stale | Error::Invalid(_))) => {
            let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::CONFLICT);
            let fresh = site.scheduling.appointment(&visitor.cx, &code).await?;
            refuse(&site, &visitor, &fresh, &choice, status, visitor.words_of(&error)).await
        }
        Err(other) => Err(other),
    }
}

async fn refuse(
    site: &Site,
    visitor: &Visitor,
    appointment: &Appointment,
    choice: &Choice,
    status: StatusCode,
    text: String,
) -> Result<Response> {
    let mut page = page(site, visitor, appointment, choice, None).await?;
    page.shell.flash = Some(Flash { tone: Tone::Danger, text });
    page.shell.failing = true;
    visitor.page_with(status, &page)
}
