//! The people one acts for (A9): the list, and giving one of them up.

use axum::{
    extract::{Path, State},
    response::Response,
};
use contracts::{
    people::{PatientCard, PatientId, PatientType, Relation},
    scheduling::{AppointmentSearch, When},
};
use jiff::SignedDuration;
use platform::{Error, Result, db::PageAsk};
use serde::{Deserialize, Serialize};

use super::{Site, sealed::Place, shown, visitor::Visitor};
use crate::view::{Area, Back, Family, Here, Member, Release, Shell};

/// Most people one may act for.
const MOST: usize = 20;
/// How long somebody chosen to book for is remembered.
const MEANT: SignedDuration = SignedDuration::from_mins(30);

/// Whom the next booking is for, chosen by whom.
#[derive(Serialize, Deserialize)]
struct Meant {
    account: String,
    patient: PatientId,
}

fn place() -> Place {
    Place::new("book-for", "/", MEANT)
}

/// Whom the next booking is for, where this account chose somebody lately.
pub(super) fn meant(site: &Site, visitor: &Visitor) -> Option<PatientId> {
    let meant: Meant = place().read(site, &visitor.cx, &visitor.cookies)?;
    visitor.cx.account().is_ok_and(|account| account == meant.account).then_some(meant.patient)
}

/// Has the browser forget it: the booking after is for whoever it says.
pub(super) fn forget_meant(site: &Site, answer: &mut Response) -> Result<()> {
    place().forget(site.https, answer)
}

/// `GET /keluarga`
pub(super) async fn show(State(site): State<Site>, visitor: Visitor) -> Result<Response> {
    visitor.cx.account()?;
    let members = members(&site, &visitor).await?;
    visitor.page(&Family {
        shell: shell(&visitor, "family", "/akun", "back-account"),
        full: members.len() >= MOST,
        members: members.iter().map(|card| member(&visitor, card)).collect(),
    })
}

fn shell(visitor: &Visitor, title: &str, back: &str, label: &'static str) -> Shell {
    let mut shell = visitor.shell(title, Area::Patient, Here::Account);
    shell.back = Some(Back { href: back.to_owned(), label });
    shell
}

/// Everybody but oneself.
pub(super) async fn members(site: &Site, visitor: &Visitor) -> Result<Vec<PatientCard>> {
    let mut family = site.people.my_patients(&visitor.cx).await?;
    family.retain(|card| card.relation != Some(Relation::Own));
    Ok(family)
}

/// As pages show them.
pub(super) fn member(visitor: &Visitor, card: &PatientCard) -> Member {
    Member {
        name: card.name.clone(),
        portrait: shown::portrait_of_patient(Some(card.sex), &card.id.to_string()),
        line: shown::family_line(card, visitor),
        bpjs: card.patient_type == PatientType::Bpjs,
        book: format!("/keluarga/{}/pesan", card.id),
        edit: format!("/keluarga/{}", card.id),
        release: format!("/keluarga/{}/lepas", card.id),
    }
}

/// `GET /keluarga/{id}/pesan`: remembers whom to book for, and goes on to the search.
pub(super) async fn book(State(site): State<Site>, visitor: Visitor, Path(id): Path<String>) -> Result<Response> {
    let account = visitor.cx.account()?.to_owned();
    let patient: PatientId = id.parse().map_err(|_| Error::NotFound("patient"))?;
    if !site.people.my_patients(&visitor.cx).await?.iter().any(|card| card.id == patient) {
        return Err(Error::NotFound("patient"));
    }
    let mut answer = visitor.go_and_say("/cari", "flash-book-for")?;
    place().keep(&site, &visitor.cx, &Meant { account, patient }, &mut answer)?;
    Ok(answer)
}

/// `GET /keluarga/{id}/lepas`: what it means, before it happens.
pub(super) async fn ask(State(site): State<Site>, visitor: Visitor, Path(id): Path<String>) -> Result<Response> {
    visitor.cx.account()?;
    let id: PatientId = id.parse().map_err(|_| Error::NotFound("patient"))?;
    let members = members(&site, &visitor).await?;
    let card = members.iter().find(|card| card.id == id).ok_or(Error::NotFound("patient"))?;
    let coming = AppointmentSearch {
        when: Some(When::Upcoming),
        mine: Some(true),
        patient: Some(id),
        page: PageAsk { limit: PageAsk::MOST, after: None },
        ..AppointmentSearch::default()
    };
    visitor.page(&Release {
        shell: shell(&visitor, "release-title", "/keluarga", "family"),
        member: member(&visitor, card),
        coming: site.scheduling.appointments(&visitor.cx, coming).await?.items.len(),
    })
}

/// `POST /keluarga/{id}/lepas`
pub(super) async fn release(State(site): State<Site>, visitor: Visitor, Path(id): Path<String>) -> Result<Response> {
    visitor.cx.account()?;
    let id: PatientId = id.parse().map_err(|_| Error::NotFound("patient"))?;
    match site.people.remove_family_member(&visitor.cx, &id).await {
        // Pressed twice: it is done already.
        Ok(()) | Err(Error::NotFound(_)) => visitor.go_and_say("/keluarga", "flash-member-gone"),
        Err(other) => Err(other),
    }
}
