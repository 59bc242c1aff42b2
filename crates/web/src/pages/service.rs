//! A desk's service: a laboratory test, a vaccination, a procedure. Booked like a doctor, without one.

use axum::{
    extract::{Path, State},
    response::Response,
};
use contracts::directory::{Service, ServiceId, ServiceKind};
use platform::{
    Error, Result,
    http::{Form, Params},
};

use super::{
    Site, booking, doctor,
    offers::{self, Choice},
    picker, shown,
    visitor::Visitor,
};
use crate::view::{self, Area, Back, DoctorCard, Here, Place};

/// `GET /layanan/{id}`
pub(super) async fn show(
    State(site): State<Site>,
    visitor: Visitor,
    Path(id): Path<String>,
    Params(choice): Params<Choice>,
) -> Result<Response> {
    let service = find(&site, &visitor, &id).await?;
    let page = fill(&site, &visitor, service, &choice).await?;
    if visitor.wants("picker") { visitor.page(&page.as_picker()) } else { visitor.page(&page) }
}

/// `POST /layanan/{id}`: keeps the time chosen.
pub(super) async fn hold(
    State(site): State<Site>,
    visitor: Visitor,
    Path(id): Path<String>,
    Form(choice): Form<Choice>,
) -> Result<Response> {
    let service = find(&site, &visitor, &id).await?;
    let offered = offers::of_service(&site, &visitor.cx, service.clone()).await?;
    booking::keep_time(&site, &visitor, &offered, &choice, &format!("/layanan/{}", service.id)).await
}

/// Consultations are booked with their doctor: here they are not found.
async fn find(site: &Site, visitor: &Visitor, id: &str) -> Result<Service> {
    let id: ServiceId = id.parse().map_err(|_| Error::NotFound("service"))?;
    let service = site.directory.service(&visitor.cx, &id).await?;
    if service.active && service.kind != ServiceKind::Consultation {
        Ok(service)
    } else {
        Err(Error::NotFound("service"))
    }
}

async fn fill(site: &Site, visitor: &Visitor, service: Service, choice: &Choice) -> Result<view::Doctor> {
    let locale = visitor.speech.locale;
    let offered = offers::of_service(site, &visitor.cx, service.clone()).await?;
    let path = format!("/layanan/{}", service.id);
    let place = picker::Place { path: &path, stream: &format!("{path}/jam"), offered: &offered, hidden: Vec::new() };
    let picker = picker::fill(site, visitor, place, choice).await?;
    let chosen = choice.among(&offered).ok_or(Error::NotFound("service"))?;
    let facility = &chosen.facility;
    let name = shown::said(&service.name, locale);
    let mut shell = visitor.titled(name.clone(), Area::Patient, Here::Search);
    shell.back = Some(Back { href: format!("/faskes/{}", facility.slug), label: "back-facility" });
    shell.step = 1;
    let place = format!("{}, {}", facility.name, facility.regency_name);
    Ok(view::Doctor {
        shell,
        doctor: DoctorCard {
            href: path.clone(),
            name,
            portrait: shown::picture_of_service(),
            speciality: visitor.say(kind_key(service.kind)),
            years: 0,
            rating: String::new(),
            reviews: 0,
            place,
            fee: shown::money(&service.price, locale),
            bpjs: facility.bpjs,
            day: String::new(),
            zone: String::new(),
            times: Vec::new(),
        },
        registered: false,
        registration: String::new(),
        fees: Vec::new(),
        others: Vec::new(),
        languages: String::new(),
        about: shown::said(&service.preparation, locale),
        places: vec![Place {
            name: facility.name.clone(),
            address: format!("{}, {}", facility.address, facility.regency_name),
            href: format!("/faskes/{}", facility.slug),
            licence: String::new(),
            bpjs: facility.bpjs,
            hours: Vec::new(),
        }],
        free_until: doctor::free_until(site, visitor, chosen).await?,
        by_request: false,
        desk: true,
        picker,
    })
}

/// The text key of a kind of service.
pub(super) fn kind_key(kind: ServiceKind) -> &'static str {
    match kind {
        ServiceKind::Consultation => "kind-consultation",
        ServiceKind::LabTest => "tile-lab",
        ServiceKind::Procedure => "tile-procedure",
        ServiceKind::Vaccination => "tile-vaccine",
    }
}
