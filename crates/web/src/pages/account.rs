//! Own account: profile, family, look, one's data, leaving for good.

use axum::{
    extract::{Path, State},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use contracts::people::{Patient, PatientId, PatientType, Relation};
use platform::{
    Error, Result,
    http::{Form, cookie},
};
use serde::Deserialize;

use super::{
    Site, go, login, person, shown,
    visitor::{THEME, THEME_LIFE, Visitor, set_cookie},
};
use crate::{
    format,
    view::{Account, Area, Back, Here, Leave, Line, Relative},
};

/// `GET /akun`
pub(super) async fn show(State(site): State<Site>, visitor: Visitor) -> Result<Response> {
    visitor.cx.account()?;
    let own = person::own_patient(&site, &visitor).await?;
    let family = site.people.my_patients(&visitor.cx).await?;
    let relative = |card: &contracts::people::PatientCard| Relative {
        name: card.name.clone(),
        line: shown::family_line(card, &visitor),
        action: format!("/keluarga/{}/lepas", card.id),
    };
    let page = Account {
        shell: visitor.shell("nav-account", Area::Patient, Here::Account),
        lines: own.as_ref().map(|patient| lines(&visitor, patient)).unwrap_or_default(),
        warnings: own.iter().flat_map(|patient| &patient.warnings).map(|key| visitor.say(&warning_key(key))).collect(),
        family: family.iter().filter(|card| card.relation != Some(Relation::Own)).map(relative).collect(),
        factor: visitor.account.as_ref().is_some_and(|account| account.second_factor),
    };
    visitor.page(&page)
}

fn warning_key(key: &str) -> String {
    if key.starts_with("warning-") { key.to_owned() } else { format!("warning-{key}") }
}

fn lines(visitor: &Visitor, patient: &Patient) -> Vec<Line> {
    let locale = visitor.speech.locale;
    let none = || visitor.say("none-yet");
    let line = |label, value: Option<String>| Line { label, value: value.unwrap_or_else(none), change: String::new() };
    let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let kind = match patient.patient_type {
        PatientType::Umum => visitor.say("kind-general"),
        PatientType::Bpjs => format!("BPJS {}", patient.bpjs_number.clone().unwrap_or_default()),
    };
    let contact = patient.emergency_contact.as_ref().map(|contact| format!("{}, {}", contact.name, contact.phone));
    let reason = patient.no_nik_reason.as_ref().map(|reason| visitor.say(&format!("no-nik-{reason}")));
    let born = format!("{}, {}", patient.birth_place, format::date(patient.birth_date, locale));
    vec![
        line("profile-name", given(&patient.name)),
        line("profile-birth", Some(born)),
        line("profile-nik", patient.nik.clone().or(reason)),
        line("profile-email", patient.email.clone()),
        line("profile-phone", patient.phone.clone()),
        line("profile-address", given(&patient.address.line)),
        line("profile-kind", Some(kind)),
        line("profile-contact", contact),
    ]
}

/// The form of the look.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Look {
    theme: String,
}

/// `POST /akun/tampilan`
pub(super) async fn set_theme(State(site): State<Site>, Form(look): Form<Look>) -> Result<Response> {
    let mut answer = go("/akun");
    let (value, life) = match look.theme.as_str() {
        "light" => ("light", THEME_LIFE),
        "dark" => ("dark", THEME_LIFE),
        _ => ("", 0),
    };
    set_cookie(&mut answer, cookie::write(THEME, value, Some(life), site.https)?);
    Ok(answer)
}

/// `POST /keluarga/{id}/lepas`
pub(super) async fn release_member(
    State(site): State<Site>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response> {
    visitor.cx.account()?;
    let id: PatientId = id.parse().map_err(|_| Error::NotFound("patient"))?;
    site.people.remove_family_member(&visitor.cx, &id).await?;
    visitor.go_and_say("/akun", "flash-member-gone")
}

/// `GET /akun/data.json`: everything kept about the asker.
pub(super) async fn export(State(site): State<Site>, visitor: Visitor) -> Result<Response> {
    visitor.cx.account()?;
    let data = site.people.export(&visitor.cx).await?;
    let text = serde_json::to_string_pretty(&data).map_err(Error::internal)?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"mediverse-data.json\"")),
    ];
    Ok((headers, text).into_response())
}

/// `GET /akun/hapus`
pub(super) async fn ask_to_leave(visitor: Visitor) -> Result<Response> {
    visitor.cx.account()?;
    visitor.page(&leave_page(&visitor, false))
}

fn leave_page(visitor: &Visitor, failing: bool) -> Leave {
    let mut shell = visitor.shell("leave-title", Area::Patient, Here::Account);
    shell.back = Some(Back { href: "/akun".to_owned(), label: "back-account" });
    shell.failing = failing;
    Leave { shell, error: failing.then(|| visitor.say("leave-sure-needed")) }
}

/// The form of leaving for good.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Sure {
    sure: String,
}

/// `POST /akun/hapus`: unregisters (A6).
pub(super) async fn unregister(
    State(site): State<Site>,
    visitor: Visitor,
    Form(given): Form<Sure>,
) -> Result<Response> {
    visitor.cx.account()?;
    if given.sure != "yes" {
        return visitor.page_with(axum::http::StatusCode::UNPROCESSABLE_ENTITY, &leave_page(&visitor, true));
    }
    site.people.unregister(&visitor.cx).await?;
    let mut answer = visitor.go_and_say("/", "flash-erased")?;
    login::forget_session(&site, &mut answer)?;
    Ok(answer)
}
