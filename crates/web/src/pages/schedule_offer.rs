//! What a patient sees whose doctor went on leave: times kept for them, to choose one or none.

use axum::{extract::State, response::Response};
use contracts::scheduling::AnswerProposal;
use platform::{Error, Result, http::Form};
use serde::Deserialize;

use super::{Site, go, own_visit::OwnVisit, shown};
use crate::{
    format,
    view::{Area, Back, Here, LeaveOffer, Option_},
};

/// `GET /janji/{code}/usulan`
pub(super) async fn show(State(site): State<Site>, OwnVisit { visitor, visit, href }: OwnVisit) -> Result<Response> {
    let (cx, locale) = (&visitor.cx, visitor.speech.locale);
    let found = match site.scheduling.proposal(cx, &visit.id).await {
        Ok(found) => found,
        // Answered or over: the appointment says how it stands.
        Err(Error::NotFound("proposal")) => return Ok(go(&href)),
        Err(other) => return Err(other),
    };
    let visit = found.appointment;
    let card = shown::visit(&visit, &visitor);
    let mut shell = visitor.shell("offer-title", Area::Patient, Here::Appointments);
    shell.back = Some(Back { href: href.clone(), label: "back-appointments" });
    let at = |at| shown::at(at, &visit.zone);
    visitor.page(&LeaveOffer {
        shell,
        action: format!("{href}/usulan"),
        href,
        version: visit.version.to_string(),
        with: card.with,
        portrait: card.portrait,
        patient: visit.patient_name.clone(),
        when: format::when(&at(visit.starts_at), locale),
        until: format::when(&at(found.answer_by), locale),
        times: found
            .times
            .iter()
            .map(|time| Option_ { value: time.to_string(), label: format::when(&at(*time), locale), chosen: false })
            .collect(),
    })
}

/// The form.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Given {
    version: String,
    pilih: String,
    tidak: String,
}

/// `POST /janji/{code}/usulan`
pub(super) async fn answer(
    State(site): State<Site>,
    OwnVisit { visitor, visit, href }: OwnVisit,
    Form(given): Form<Given>,
) -> Result<Response> {
    let again = format!("{href}/usulan");
    let at = match (given.tidak.as_str(), given.pilih.parse()) {
        ("", Ok(at)) => Some(at),
        ("", Err(_)) => return visitor.go_and_tell(&site, &again, visitor.say("offer-choose")),
        _ => None,
    };
    let version = given.version.parse().unwrap_or(visit.version);
    match site.scheduling.answer_proposal(&visitor.cx, &visit.id, version, AnswerProposal { at }).await {
        Ok(_) => visitor.go_and_say(&href, if at.is_some() { "flash-moved" } else { "flash-cancelled" }),
        Err(error @ (Error::Conflict(_) | Error::Stale)) => {
            visitor.go_and_tell(&site, &again, visitor.words_of(&error))
        }
        Err(other) => Err(other),
    }
}
