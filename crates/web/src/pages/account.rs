//! Own account: the start of it, and the settings of this browser.

use axum::{extract::State, response::Response};
use contracts::{
    auth::ChangeAccount,
    people::{EmergencyContact as Contact, Patient, PatientType},
};
use platform::{
    Result,
    http::{Form, cookie},
    i18n::Locale,
};
use serde::Deserialize;

use super::{
    Site, family, go, person,
    visitor::{KEEPS, REMEMBERED, THEME, Visitor, set_cookie},
};
use crate::{
    format,
    view::{Account, Area, Here, Line},
};

/// `GET /akun`
pub(super) async fn show(State(site): State<Site>, visitor: Visitor) -> Result<Response> {
    visitor.cx.account()?;
    let own = person::own_patient(&site, &visitor).await?;
    let members = family::members(&site, &visitor).await?;
    let page = Account {
        shell: visitor.shell("nav-account", Area::Patient, Here::Account),
        lines: own.as_ref().map(|patient| lines(&visitor, patient)).unwrap_or_default(),
        warnings: own.iter().flat_map(|patient| &patient.warnings).map(|key| visitor.say(&warning_key(key))).collect(),
        family: members.iter().map(|card| family::member(&visitor, card)).collect(),
        factor: visitor.account.as_ref().is_some_and(|account| account.second_factor),
        keeps: visitor.keeps,
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
    let contact = patient.emergency_contact.as_ref().map(|contact| {
        let Contact { name, relation, phone } = contact;
        if relation.is_empty() { format!("{name}, {phone}") } else { format!("{name} ({relation}), {phone}") }
    });
    let postal = patient.address.postal_code.as_deref().unwrap_or_default();
    let address = format!("{} {postal}", patient.address.line).trim().to_owned();
    let reason = patient.no_nik_reason.as_ref().map(|reason| visitor.say(&format!("no-nik-{reason}")));
    let born = format!("{}, {}", patient.birth_place, format::date(patient.birth_date, locale));
    vec![
        line("profile-name", given(&patient.name)),
        line("profile-birth", Some(born)),
        line("profile-nik", patient.nik.clone().or(reason)),
        line("profile-email", patient.email.clone()),
        line("profile-phone", patient.phone.clone()),
        line("profile-address", given(&address)),
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
        "light" => ("light", REMEMBERED),
        "dark" => ("dark", REMEMBERED),
        _ => ("", 0),
    };
    set_cookie(&mut answer, cookie::write(THEME, value, Some(life), site.https)?);
    Ok(answer)
}

/// The form of the language.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Tongue {
    locale: String,
}

/// `POST /akun/bahasa`: the language of the account's messages, and of this browser's pages.
pub(super) async fn set_language(
    State(site): State<Site>,
    visitor: Visitor,
    Form(given): Form<Tongue>,
) -> Result<Response> {
    visitor.cx.account()?;
    let Ok(locale) = given.locale.parse::<Locale>() else { return Ok(go("/akun")) };
    if let Some(account) = &visitor.account
        && account.locale != locale
    {
        let change = ChangeAccount { locale: Some(locale), ..ChangeAccount::default() };
        site.auth.change_account(&visitor.cx, &account.id, account.version, change).await?;
    }
    let mut answer = visitor.go_and_say("/akun", "flash-language")?;
    set_cookie(&mut answer, cookie::write("lang", locale.word(), Some(REMEMBERED), site.https)?);
    Ok(answer)
}

/// The form about this device.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Device {
    keep: String,
}

/// `POST /akun/perangkat-ini`: whether this browser keeps the next visits, to be read without a connection.
pub(super) async fn keep_here(
    State(site): State<Site>,
    visitor: Visitor,
    Form(given): Form<Device>,
) -> Result<Response> {
    let own = visitor.cx.account()?;
    let keep = given.keep == "yes";
    let mut answer = visitor.go_and_say("/akun", if keep { "flash-keeps" } else { "flash-keeps-not" })?;
    let (value, life) = if keep { (own, REMEMBERED) } else { ("", 0) };
    set_cookie(&mut answer, cookie::write(KEEPS, value, Some(life), site.https)?);
    Ok(answer)
}
