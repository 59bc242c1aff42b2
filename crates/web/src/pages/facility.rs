//! A facility: its doctors, and the desks one can book without a doctor.

use axum::{
    extract::{Path, State},
    response::Response,
};
use contracts::directory::{DoctorSearch, Facility, Service, ServiceKind, Sort};
use futures_util::future::try_join_all;
use platform::{Result, db::PageAsk};

use super::{Site, search, service, shown, visitor::Visitor};
use crate::view::{self, Area, Back, Desk, DeskService, Here};

/// `GET /faskes/{slug}`
pub(super) async fn show(State(site): State<Site>, visitor: Visitor, Path(slug): Path<String>) -> Result<Response> {
    let facility = site.directory.facility(&visitor.cx, &slug).await?;
    let ask = DoctorSearch {
        facility: Some(facility.id.clone()),
        sort: Some(Sort::Earliest),
        page: PageAsk { limit: 24, after: None },
        ..DoctorSearch::default()
    };
    let found = site.directory.search_doctors(&visitor.cx, ask).await?;
    let doctors = try_join_all(found.items.iter().map(|doctor| search::card(&site, &visitor, doctor, None))).await?;
    let mut shell = visitor.titled(facility.name.clone(), Area::Patient, Here::Search);
    shell.back = Some(Back { href: "/cari".to_owned(), label: "back-results" });
    let address = format!("{}, {}", facility.address, facility.regency_name);
    let page = view::Facility {
        shell,
        map: shown::map(&facility.name, &address),
        zone: shown::zone_label(visitor.cx.now(), &facility.zone),
        phone: facility.phone.clone().unwrap_or_default(),
        bpjs: facility.bpjs,
        desk: desk(&site, &visitor, &facility, None).await?,
        doctors,
    };
    visitor.page(&page)
}

/// A facility with what its desks offer, of one kind or of all.
pub(super) async fn desk(
    site: &Site,
    visitor: &Visitor,
    facility: &Facility,
    kind: Option<ServiceKind>,
) -> Result<Desk> {
    let locale = visitor.speech.locale;
    let services = site.directory.services(&visitor.cx, &facility.id, kind).await?;
    let bookable = |service: &&Service| service.active && service.kind != ServiceKind::Consultation;
    let line = |service: &Service| DeskService {
        href: format!("/layanan/{}", service.id),
        name: shown::said(&service.name, locale),
        kind: visitor.say(service::kind_key(service.kind)),
        icon: match service.kind {
            ServiceKind::LabTest => "flask",
            ServiceKind::Vaccination => "syringe",
            ServiceKind::Procedure => "pulse",
            ServiceKind::Consultation => "stethoscope",
        },
        minutes: u32::from(service.duration_minutes),
        fee: shown::money(&service.price, locale),
    };
    Ok(Desk {
        href: format!("/faskes/{}", facility.slug),
        name: facility.name.clone(),
        address: format!("{}, {}", facility.address, facility.regency_name),
        services: services.iter().filter(bookable).map(line).collect(),
    })
}
