//! Calling off: what it costs first, then why, then once.

use axum::{extract::State, http::StatusCode, response::Response};
use contracts::scheduling::{Appointment, Change, Deed};
use platform::{Error, Result, http::Form};
use serde::Deserialize;

use super::{Site, booking::instant, go, own_visit::OwnVisit, shown, visitor::Visitor};
use crate::view::{Area, Back, Cancel, Field, Here, Mend, Reason};

/// Reasons to choose from: the word kept, and its text key.
const REASONS: [(&str, &str); 5] = [
    ("better", "reason-better"),
    ("busy", "reason-busy"),
    ("other-doctor", "reason-other-doctor"),
    ("mistake", "reason-mistake"),
    ("other", "reason-other"),
];

/// `GET /janji/{code}/batal`
pub(super) async fn show(OwnVisit { visitor, visit, href }: OwnVisit) -> Result<Response> {
    if !visit.may.contains(&Deed::Cancel) {
        return Ok(go(&href));
    }
    visitor.page(&page(&visitor, &visit, &Given::default(), Vec::new()))
}

fn page(visitor: &Visitor, appointment: &Appointment, given: &Given, mends: Vec<Mend>) -> Cancel {
    let href = format!("/janji/{}", appointment.code);
    let mut shell = visitor.shell("cancel-title", Area::Patient, Here::Appointments);
    shell.back = Some(Back { href: href.clone(), label: "back-appointment" });
    shell.failing = !mends.is_empty();
    Cancel {
        shell,
        visit: shown::visit(appointment, visitor),
        action: format!("{href}/batal"),
        reasons: REASONS.iter().map(|(value, label)| Reason { value, label, chosen: given.reason == *value }).collect(),
        note: Field::of(given.note.clone()),
        consequence: consequence(visitor, appointment),
        version: appointment.version.to_string(),
        mends,
    }
}

fn consequence(visitor: &Visitor, appointment: &Appointment) -> String {
    if appointment.cancel_fee.amount > 0 {
        let fee = shown::money(&appointment.cancel_fee, visitor.speech.locale);
        return visitor.say_with("cancel-costs", &[("fee", &fee)]);
    }
    match appointment.free_until.filter(|until| *until > visitor.cx.now()) {
        Some(until) => visitor.say_with("cancel-free-until", &[("until", &instant(visitor, until, &appointment.zone))]),
        None => visitor.say("cancel-no-fee"),
    }
}

/// What calling off costs now, in a line.
pub(super) fn cost(visitor: &Visitor, appointment: &Appointment) -> String {
    if appointment.cancel_fee.amount > 0 {
        let fee = shown::money(&appointment.cancel_fee, visitor.speech.locale);
        return visitor.say_with("cost-now", &[("fee", &fee)]);
    }
    match appointment.free_until.filter(|until| *until > visitor.cx.now()) {
        Some(until) => visitor.say_with("cancel-free", &[("until", &instant(visitor, until, &appointment.zone))]),
        None => visitor.say("cost-nothing"),
    }
}

/// The form.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Given {
    reason: String,
    note: String,
    version: String,
}

/// `POST /janji/{code}/batal`
pub(super) async fn call_off(
    State(site): State<Site>,
    OwnVisit { visitor, visit, href }: OwnVisit,
    Form(given): Form<Given>,
) -> Result<Response> {
    // Pressed twice: it is off already.
    if visit.state == contracts::scheduling::State::Cancelled {
        return Ok(go(&href));
    }
    let chosen = REASONS.iter().find(|(value, _)| *value == given.reason).map(|(value, _)| *value);
    // A patient owes no reason; one in their own words says more than one of the list.
    let reason = Some(given.note.trim()).filter(|note| !note.is_empty()).or(chosen).map(ToOwned::to_owned);
    let version = given.version.parse().unwrap_or(visit.version);
    let change = Change { deed: Deed::Cancel, reason };
    match site.scheduling.change(&visitor.cx, &visit.id, version, change).await {
        Ok(_) => visitor.go_and_say(&href, "flash-cancelled"),
        Err(error @ (Error::Conflict(_) | Error::Stale | Error::Invalid(_))) => {
            let fresh = site.scheduling.appointment(&visitor.cx, &visit.code).await?;
            let mends = vec![Mend { field: "note", text: visitor.words_of(&error) }];
            let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::CONFLICT);
            visitor.page_with(status, &page(&visitor, &fresh, &given, mends))
        }
        Err(other) => Err(other),
    }
}
