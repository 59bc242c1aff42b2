//! Doctors who registered themselves and wait (A3).

use axum::{
    extract::{Path, State},
    response::Response,
};
use contracts::{
    Permission,
    directory::{Doctor, DoctorId},
};
use platform::{
    Error, Result,
    db::PageAsk,
    http::{Form, Params},
};
use serde::Deserialize;

use super::{Site, encoded, go, search, shown, visitor::Visitor};
use crate::{
    format,
    view::{Approvals, Area, DoctorRequest, Here, Pager},
};

/// Requests on a page.
const ROWS: u32 = 20;
/// The page.
const PATH: &str = "/a/dokter-menunggu";

/// The query of the page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wish {
    sesudah: String,
}

/// `GET /a/dokter-menunggu`
pub(super) async fn show(State(site): State<Site>, visitor: Visitor, Params(wish): Params<Wish>) -> Result<Response> {
    visitor.cx.require(Permission::DoctorApprove)?;
    let ask = PageAsk { limit: ROWS, after: search::cursor(&wish.sesudah) };
    let found = site.directory.waiting_doctors(&visitor.cx, ask).await?;
    let mut requests = Vec::new();
    for doctor in &found.items {
        requests.push(request(&site, &visitor, doctor).await);
    }
    let page = Approvals {
        shell: visitor.shell("approvals-title", Area::Admin, Here::Approvals),
        requests,
        pager: Pager {
            previous: (!wish.sesudah.is_empty()).then(|| PATH.to_owned()),
            next: found.next.map(|cursor| format!("{PATH}?sesudah={}", encoded(cursor.as_str()))),
            ..Pager::default()
        },
    };
    if visitor.wants("list") { visitor.page(&page.as_list()) } else { visitor.page(&page) }
}

async fn request(site: &Site, visitor: &Visitor, doctor: &Doctor) -> DoctorRequest {
    let locale = visitor.speech.locale;
    let email = match &doctor.account {
        // Who may approve need not be allowed to see accounts.
        Some(account) => site.auth.account(&visitor.cx, account).await.map(|account| account.email).unwrap_or_default(),
        None => String::new(),
    };
    let today = shown::at(visitor.cx.now(), shown::HOUSE_ZONE).date();
    DoctorRequest {
        action: format!("{PATH}/{}", doctor.id),
        version: doctor.version.to_string(),
        name: doctor.name.clone(),
        portrait: shown::portrait_of(doctor),
        speciality: doctor
            .specialities
            .iter()
            .map(|field| shown::said(&field.name, locale))
            .collect::<Vec<_>>()
            .join(", "),
        email,
        str_number: doctor.str_number.clone(),
        str_until: doctor.str_until.map(|until| format::date(until, locale)).unwrap_or_default(),
        str_expired: doctor.str_until.is_some_and(|until| until < today),
    }
}

/// The form of a decision.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Given {
    version: i64,
    reason: String,
}

/// `POST /a/dokter-menunggu/{id}/{approve|reject}`
pub(super) async fn decide(
    State(site): State<Site>,
    visitor: Visitor,
    Path((id, decision)): Path<(String, String)>,
    Form(given): Form<Given>,
) -> Result<Response> {
    let id: DoctorId = id.parse().map_err(|_| Error::NotFound("doctor"))?;
    let approve = match decision.as_str() {
        "approve" => true,
        "reject" => false,
        _ => return Err(Error::NotFound("path")),
    };
    let reason = Some(given.reason.trim().to_owned()).filter(|reason| !reason.is_empty());
    match site.directory.decide_doctor(&visitor.cx, &id, given.version, approve, reason).await {
        Ok(_) => visitor.go_and_say(PATH, if approve { "flash-approved" } else { "flash-refused" }),
        // Pressed twice: it is decided.
        Err(error) if error.is_conflict("doctor-not-waiting") => Ok(go(PATH)),
        Err(other) => Err(other),
    }
}
