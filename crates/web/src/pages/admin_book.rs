//! Booking on behalf (C9): for whom, what, when. A walk-in or a caller may be somebody new.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use contracts::{
    Permission,
    directory::{DoctorCard, DoctorSearch, FacilityId, Service, ServiceId, ServiceKind},
    people::{Patient, PatientCard, PatientId, PatientSearch},
    scheduling::{Book, HoldId},
};
use futures_util::future::try_join_all;
use jiff::{Timestamp, civil::Date, civil::Time};
use platform::{
    Error, Result,
    db::PageAsk,
    error::Problems,
    http::{Form, Params},
};
use serde::Deserialize;

use super::{
    Site, admin, admin_reservations as list, go,
    offers::{self, Choice, Offered},
    person::{self, Typed},
    picker, service, shown,
    visitor::Visitor,
};
use crate::{
    format,
    view::{AdminBook, AdminBookWhat, AdminBookWhen, Area, Back, BookChoice, Field, Here, Mend, PatientFound},
};

/// People shown for a name.
const PEOPLE: u32 = 20;
/// Doctors and desk's services to choose from at most.
const CHOICES: usize = 60;
/// The first page.
const PATH: &str = "/admin/book";

fn allowed(visitor: &Visitor) -> Result<()> {
    visitor.cx.require(Permission::AppointmentManage)?;
    visitor.cx.require(Permission::PatientRead)
}

fn first(visitor: &Visitor, q: &str, found: Option<Vec<PatientFound>>, typed: &Typed, mends: Vec<Mend>) -> AdminBook {
    let mut shell = visitor.shell("book-title", Area::Admin, Here::Reservations);
    shell.back = Some(Back { href: list::PATH.to_owned(), label: "nav-reservations" });
    shell.failing = !mends.is_empty();
    AdminBook {
        shell,
        q: Field::of(q),
        found,
        registers: visitor.cx.may(Permission::PatientWrite),
        open: !mends.is_empty(),
        person: typed.fields(visitor, &mends),
        mends,
    }
}

/// `GET /admin/book`
pub(super) async fn who(visitor: Visitor) -> Result<Response> {
    allowed(&visitor)?;
    visitor.page(&first(&visitor, "", None, &Typed::default(), Vec::new()))
}

/// The form that seeks a patient.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Sought {
    q: String,
}

/// `POST /admin/book`: names and numbers are sought by a form, so that none stands in an address.
pub(super) async fn seek(State(site): State<Site>, visitor: Visitor, Form(sought): Form<Sought>) -> Result<Response> {
    allowed(&visitor)?;
    let q: String = sought.q.trim().chars().take(100).collect();
    if q.is_empty() {
        return Ok(go(PATH));
    }
    let ask = PatientSearch { q: Some(q.clone()), page: PageAsk { limit: PEOPLE, after: None } };
    match site.people.patients(&visitor.cx, ask).await {
        Ok(people) => {
            let href = |card: &PatientCard| format!("{PATH}/{}", card.id);
            let found = people.items.iter().map(|card| list::person(&visitor, card, href(card))).collect();
            visitor.page(&first(&visitor, &q, Some(found), &Typed::default(), Vec::new()))
        }
        Err(error @ Error::Invalid(_)) => {
            let mut page = first(&visitor, &q, None, &Typed::default(), Vec::new());
            page.q = Field::refused(q, visitor.words_of(&error));
            page.shell.failing = true;
            visitor.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(other) => Err(other),
    }
}

/// `POST /admin/book/new`: somebody new.
pub(super) async fn register(
    State(site): State<Site>,
    visitor: Visitor,
    Form(mut typed): Form<Typed>,
) -> Result<Response> {
    allowed(&visitor)?;
    visitor.cx.require(Permission::PatientWrite)?;
    // A caller seldom has the identity card at hand: it can be shown on the day.
    if typed.nik.trim().is_empty() && typed.no_nik_reason.is_empty() {
        "later".clone_into(&mut typed.no_nik_reason);
    }
    let mut problems = Problems::default();
    let form = typed.person(&visitor, None, &mut problems);
    let mut errors = person::found(problems);
    // What else is wrong is said at once with what was seen here.
    if !errors.is_empty() {
        person::gather(site.people.check_form(&visitor.cx, &form).await, &mut errors)?;
    } else if let Some(patient) = person::gather(site.people.register_patient(&visitor.cx, form).await, &mut errors)? {
        return Ok(go(&format!("{PATH}/{}", patient.id)));
    }
    let mends = person::mends(&visitor, &errors);
    visitor.page_with(StatusCode::UNPROCESSABLE_ENTITY, &first(&visitor, "", None, &typed, mends))
}

/// The query of the choice.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wish {
    q: String,
}

/// `GET /admin/book/{patient}`
pub(super) async fn what(
    State(site): State<Site>,
    visitor: Visitor,
    Path(patient): Path<String>,
    Params(wish): Params<Wish>,
) -> Result<Response> {
    allowed(&visitor)?;
    let patient = find(&site, &visitor, &patient).await?;
    let path = format!("{PATH}/{}", patient.id);
    let q: String = wish.q.trim().chars().take(100).collect();
    let choices = choices(&site, &visitor, &q, &path).await?;
    let mut shell = visitor.shell("book-what", Area::Admin, Here::Reservations);
    shell.back = Some(Back { href: PATH.to_owned(), label: "book-other-patient" });
    visitor.page(&AdminBookWhat { shell, patient: found(&visitor, &patient, path), q, choices })
}

async fn find(site: &Site, visitor: &Visitor, id: &str) -> Result<Patient> {
    let id: PatientId = id.parse().map_err(|_| Error::NotFound("patient"))?;
    site.people.patient(&visitor.cx, &id).await
}

fn found(visitor: &Visitor, patient: &Patient, href: String) -> PatientFound {
    let card = PatientCard {
        id: patient.id.clone(),
        name: patient.name.clone(),
        birth_date: patient.birth_date,
        sex: patient.sex,
        patient_type: patient.patient_type,
        relation: None,
    };
    list::person(visitor, &card, href)
}

/// Doctors and desks' services of the facilities served.
async fn choices(site: &Site, visitor: &Visitor, q: &str, path: &str) -> Result<Vec<BookChoice>> {
    let cx = &visitor.cx;
    let places: Vec<Option<FacilityId>> = match &cx.facilities {
        Some(served) => served.iter().filter_map(|id| id.parse().ok()).map(Some).collect(),
        None => vec![None],
    };
    let doctors = places.into_iter().map(|facility| {
        let ask = DoctorSearch {
            q: Some(q.to_owned()).filter(|q| !q.is_empty()),
            facility,
            page: PageAsk { limit: 50, after: None },
            ..DoctorSearch::default()
        };
        site.directory.search_doctors(cx, ask)
    });
    let (doctors, served) = tokio::try_join!(try_join_all(doctors), admin::served(site, visitor))?;
    let desks = try_join_all(served.iter().map(|place| site.directory.services(cx, &place.id, None))).await?;
    let mut all: Vec<BookChoice> =
        doctors.iter().flat_map(|page| &page.items).map(|card| of_doctor(visitor, card, path)).collect();
    let sought = q.to_lowercase();
    for (place, services) in served.iter().zip(&desks) {
        let desk = services.iter().filter(|service| service.active && service.kind != ServiceKind::Consultation);
        all.extend(
            desk.map(|service| of_service(visitor, service, &place.name, path))
                .filter(|choice| sought.is_empty() || choice.name.to_lowercase().contains(&sought)),
        );
    }
    all.dedup_by(|a, b| a.href == b.href);
    all.truncate(CHOICES);
    Ok(all)
}

fn of_doctor(visitor: &Visitor, card: &DoctorCard, path: &str) -> BookChoice {
    let locale = visitor.speech.locale;
    let field = card.specialities.first().map(|name| shown::said(name, locale)).unwrap_or_default();
    BookChoice {
        href: format!("{path}/{}?faskes={}", card.id, card.facility),
        name: card.name.clone(),
        line: [field, card.facility_name.clone()].join(" · "),
        fee: shown::money(&card.fee, locale),
        next: card.earliest_free.map(|at| format::when(&shown::at(at, &card.zone), locale)).unwrap_or_default(),
        portrait: shown::portrait_of_card(card),
    }
}

fn of_service(visitor: &Visitor, service: &Service, place: &str, path: &str) -> BookChoice {
    let locale = visitor.speech.locale;
    BookChoice {
        href: format!("{path}/{}", service.id),
        name: shown::said(&service.name, locale),
        line: [visitor.say(service::kind_key(service.kind)), place.to_owned()].join(" · "),
        fee: shown::money(&service.price, locale),
        next: String::new(),
        portrait: shown::picture_of_service(),
    }
}

/// What was chosen, with everything of it that is offered at the facilities served.
async fn chosen(site: &Site, visitor: &Visitor, what: &str, choice: &Choice) -> Result<(BookChoice, Vec<Offered>)> {
    let cx = &visitor.cx;
    let (mut offered, mut taken) = if let Ok(id) = what.parse::<ServiceId>() {
        let service = site.directory.service(cx, &id).await?;
        let offered = offers::of_service(site, cx, service.clone()).await?;
        (offered, of_service(visitor, &service, "", ""))
    } else {
        let doctor = site.directory.doctor(cx, what).await?;
        let offered = offers::of_doctor(site, cx, &doctor).await?;
        let field = doctor.specialities.first().map(|field| shown::said(&field.name, visitor.speech.locale));
        let portrait = shown::portrait_of(&doctor);
        let (line, next) = (field.unwrap_or_default(), String::new());
        let what = BookChoice { href: String::new(), name: doctor.name, line, fee: String::new(), next, portrait };
        (offered, what)
    };
    offered.retain(|offer| cx.serves(&offer.facility.id.to_string()));
    let of = choice.among(&offered).ok_or(Error::NotFound("service"))?;
    taken.line = [taken.line.trim_end_matches(" · "), of.facility.name.as_str()].join(" · ");
    taken.fee = shown::money(&of.fee, visitor.speech.locale);
    Ok((taken, offered))
}

/// `GET /admin/book/{patient}/{what}`
pub(super) async fn when(
    State(site): State<Site>,
    visitor: Visitor,
    Path((patient, what)): Path<(String, String)>,
    Params(choice): Params<Choice>,
) -> Result<Response> {
    allowed(&visitor)?;
    let page = times(&site, &visitor, &patient, &what, &choice, &Given::default(), Vec::new()).await?;
    if visitor.wants("picker") { visitor.page(&page.as_picker()) } else { visitor.page(&page) }
}

async fn times(
    site: &Site,
    visitor: &Visitor,
    patient: &str,
    what: &str,
    choice: &Choice,
    given: &Given,
    mends: Vec<Mend>,
) -> Result<AdminBookWhen> {
    let patient = find(site, visitor, patient).await?;
    let (taken, offered) = chosen(site, visitor, what, choice).await?;
    let href = format!("{PATH}/{}", patient.id);
    let path = format!("{href}/{what}");
    let key: HoldId = visitor.cx.new_id();
    let hidden = vec![("key", key.to_string())];
    let place = picker::Place { path: &path, stream: "", offered: &offered, hidden };
    let mut picker = picker::fill(site, visitor, place, choice).await?;
    picker.stream.clear();
    picker.already = None;
    picker.fastest = None;
    let mut shell = visitor.shell("book-when", Area::Admin, Here::Reservations);
    shell.back = Some(Back { href: href.clone(), label: "book-other-choice" });
    shell.failing = !mends.is_empty() || shell.failing;
    let field = |name: &str, value: &str| Field {
        value: value.to_owned(),
        error: mends.iter().find(|mend| mend.field == name).map(|mend| mend.text.clone()),
    };
    Ok(AdminBookWhen {
        shell,
        patient: found(visitor, &patient, href),
        what: taken,
        picker,
        complaint: field("complaint", &given.complaint),
        past: field("past", &given.past),
        reason: field("override_reason", &given.override_reason),
        mends,
    })
}

/// The form: the picker's choice, the complaint, and a time past the rules with its reason.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Given {
    slot: String,
    take: String,
    tgl: String,
    faskes: String,
    layanan: String,
    cara: String,
    key: String,
    complaint: String,
    past: String,
    override_reason: String,
}

/// `POST /admin/book/{patient}/{what}`
pub(super) async fn book(
    State(site): State<Site>,
    visitor: Visitor,
    Path((patient, what)): Path<(String, String)>,
    Form(given): Form<Given>,
) -> Result<Response> {
    allowed(&visitor)?;
    let id: PatientId = patient.parse().map_err(|_| Error::NotFound("patient"))?;
    let choice = Choice {
        slot: given.slot.clone(),
        take: given.take.clone(),
        tgl: given.tgl.clone(),
        faskes: given.faskes.clone(),
        layanan: given.layanan.clone(),
        cara: given.cara.clone(),
        ..Choice::default()
    };
    let (_, offered) = chosen(&site, &visitor, &what, &choice).await?;
    let of = choice.among(&offered).ok_or(Error::NotFound("service"))?;
    let (mend, status) = match asked(&visitor, &given, &choice, of, id) {
        Err(mend) => (mend, StatusCode::UNPROCESSABLE_ENTITY),
        Ok(ask) => {
            let key = given.key.parse::<HoldId>().ok().map(|key| key.to_string());
            match site.scheduling.book(&visitor.cx, key, ask).await {
                Ok(visit) => return visitor.go_and_say(&format!("{}/{}", list::PATH, visit.code), "flash-adm-booked"),
                Err(error @ (Error::Conflict(_) | Error::Stale | Error::Invalid(_))) => refused(&visitor, &error),
                Err(other) => return Err(other),
            }
        }
    };
    let page = times(&site, &visitor, &patient, &what, &choice, &given, vec![mend]).await?;
    visitor.page_with(status, &page)
}

/// What is asked for, or the field that is not filled in.
fn asked(
    visitor: &Visitor,
    given: &Given,
    choice: &Choice,
    of: &Offered,
    patient: PatientId,
) -> std::result::Result<Book, Mend> {
    let mend = |field: &'static str, key: &str| Mend { field, text: visitor.say(key) };
    let past = !given.past.trim().is_empty();
    let starts_at = if past {
        past_the_rules(given, &of.facility.zone).ok_or_else(|| mend("past", "hours-bad-time"))?
    } else {
        choice.start().ok_or_else(|| mend("times", "picker-choose"))?
    };
    let why = given.override_reason.trim();
    if past && why.is_empty() {
        return Err(mend("override_reason", "book-past-why"));
    }
    Ok(Book {
        offer: of.offer(),
        starts_at,
        patient,
        complaint: given.complaint.trim().to_owned(),
        hold: None,
        override_reason: past.then(|| why.to_owned()),
    })
}

/// Beside which field a refusal is shown.
fn refused(visitor: &Visitor, error: &Error) -> (Mend, StatusCode) {
    let told = visitor.told(error);
    let field = match told.errors.first().map(|error| error.field.as_str()) {
        Some("complaint") => "complaint",
        Some("override_reason") => "override_reason",
        _ => "times",
    };
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::CONFLICT);
    (Mend { field, text: visitor.words_of(error) }, status)
}

/// The start typed by hand, on the day shown.
fn past_the_rules(given: &Given, zone: &str) -> Option<Timestamp> {
    let day: Date = given.tgl.parse().ok()?;
    let time: Time = given.past.trim().replace('.', ":").parse().ok()?;
    day.to_datetime(time).to_zoned(shown::zone(zone)).ok().map(|at| at.timestamp())
}

#[cfg(test)]
mod tests {
    use super::{Given, past_the_rules};

    #[test]
    fn a_time_typed_by_hand_is_the_facility_s_own() {
        let given = Given { tgl: "2026-11-24".into(), past: "17.30".into(), ..Given::default() };
        let at = past_the_rules(&given, "Asia/Makassar").map(|at| at.to_string());
        assert_eq!(at.as_deref(), Some("2026-11-24T09:30:00Z"));
        assert_eq!(past_the_rules(&Given { past: "nanti".into(), ..given }, "Asia/Makassar"), None);
    }
}
