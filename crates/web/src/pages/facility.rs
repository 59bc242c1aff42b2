//! A facility: its doctors, and the desks one can book without a doctor.

use axum::{
    extract::{Path, State},
    response::Response,
};
use contracts::{
    directory::{DoctorCard, DoctorSearch, Facility, Service, ServiceKind, Sort},
    scheduling::Policy,
};
use futures_util::future::try_join_all;
use platform::{Result, db::PageAsk, http::Params};
use serde::Deserialize;

use super::{Site, doctor, encoded, search, service, shown, visitor::Visitor};
use crate::view::{self, Area, Back, Desk, DeskService, Here, Option_, Term};

/// Doctors shown.
const DOCTORS: u32 = 24;

/// The query of the page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wish {
    poli: String,
}

/// `GET /faskes/{slug}`
pub(super) async fn show(
    State(site): State<Site>,
    visitor: Visitor,
    Path(slug): Path<String>,
    Params(wish): Params<Wish>,
) -> Result<Response> {
    let (cx, locale) = (&visitor.cx, visitor.speech.locale);
    let facility = site.directory.facility(cx, &slug).await?;
    let all = doctors(&site, &visitor, &facility, None).await?;
    let chosen = Some(wish.poli.as_str()).filter(|slug| !slug.is_empty());
    let found = match chosen {
        Some(field) => doctors(&site, &visitor, &facility, Some(field)).await?,
        None => all.clone(),
    };
    let cards = try_join_all(found.iter().map(|doctor| search::card(&site, &visitor, doctor, None))).await?;
    let path = format!("/faskes/{}", facility.slug);
    let mut shell = visitor.titled(facility.name.clone(), Area::Patient, Here::Search);
    shell.back = Some(Back { href: "/cari".to_owned(), label: "back-results" });
    shell.path.clone_from(&path);
    let address = format!("{}, {}", facility.address, facility.regency_name);
    let mut departments: Vec<String> =
        site.directory.departments(cx, &facility.id).await?.iter().map(|dep| shown::said(&dep.name, locale)).collect();
    departments.sort();
    let page = view::Facility {
        shell,
        map: shown::map(&facility.name, &address),
        zone: shown::zone_label(cx.now(), &facility.zone),
        phone: facility.phone.clone().unwrap_or_default(),
        bpjs: facility.bpjs,
        departments,
        terms: terms(&visitor, &site.scheduling.policy(cx, &facility.id).await?),
        fields: fields(&site, &visitor, &path, &all, chosen).await?,
        desk: desk(&site, &visitor, &facility, None).await?,
        doctors: cards,
    };
    visitor.page(&page)
}

async fn doctors(
    site: &Site,
    visitor: &Visitor,
    facility: &Facility,
    speciality: Option<&str>,
) -> Result<Vec<DoctorCard>> {
    let ask = DoctorSearch {
        facility: Some(facility.id.clone()),
        speciality: speciality.map(ToOwned::to_owned),
        sort: Some(Sort::Earliest),
        page: PageAsk { limit: DOCTORS, after: None },
        ..DoctorSearch::default()
    };
    Ok(site.directory.search_doctors(&visitor.cx, ask).await?.items)
}

/// The specialities to be found here, each leading to its doctors; none where there is little to choose.
async fn fields(
    site: &Site,
    visitor: &Visitor,
    path: &str,
    doctors: &[DoctorCard],
    chosen: Option<&str>,
) -> Result<Vec<Option_>> {
    let locale = visitor.speech.locale;
    let mut fields =
        vec![Option_ { value: format!("{path}#docs-h"), label: visitor.say("any"), chosen: chosen.is_none() }];
    for field in site.directory.specialities(&visitor.cx).await? {
        if doctors.iter().any(|doctor| doctor.specialities.contains(&field.name)) {
            fields.push(Option_ {
                value: format!("{path}?poli={}#docs-h", encoded(&field.slug)),
                label: shown::said(&field.name, locale),
                chosen: chosen == Some(field.slug.as_str()),
            });
        }
    }
    Ok(if fields.len() > 2 { fields } else { Vec::new() })
}

/// How the facility takes bookings, in words.
fn terms(visitor: &Visitor, policy: &Policy) -> Vec<Term> {
    let mut terms = vec![Term {
        icon: "cal",
        text: visitor.say_with("policy-horizon", &[("n", &policy.horizon_days.to_string())]),
    }];
    let free = doctor::before_start(visitor, policy.free_change_minutes.max(policy.cancel_notice_minutes));
    terms.push(Term { icon: "shield", text: visitor.say_with("cancel-free", &[("until", &free)]) });
    if policy.daily_limit == 1 {
        terms.push(Term { icon: "info", text: visitor.say("policy-once-a-day") });
    }
    if policy.closed_on_holidays {
        terms.push(Term { icon: "sun", text: visitor.say("policy-holidays") });
    }
    terms
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
