//! Own account: profile, family, look, sign-ins, one's data, leaving for good.

use axum::{
    extract::{Path, State},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use contracts::{
    auth::{Session, SessionId},
    people::{Patient, PatientId, PatientType, Relation},
};
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
    view::{Account, Area, Back, Device, Here, Leave, Line, Relative},
};

/// The zone of dates that belong to no facility.
const HOUSE_ZONE: &str = "Asia/Jakarta";

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
    let sessions = site.auth.sessions(&visitor.cx).await?;
    let page = Account {
        shell: visitor.shell("nav-account", Area::Patient, Here::Account),
        lines: own.as_ref().map(|patient| lines(&visitor, patient)).unwrap_or_default(),
        warnings: own.iter().flat_map(|patient| &patient.warnings).map(|key| visitor.say(&warning_key(key))).collect(),
        family: family.iter().filter(|card| card.relation != Some(Relation::Own)).map(relative).collect(),
        devices: sessions.iter().map(|session| device(&visitor, session)).collect(),
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

fn device(visitor: &Visitor, session: &Session) -> Device {
    let (name, phone) = named(&session.device);
    let seen = shown::at(session.used_at, HOUSE_ZONE);
    Device {
        name,
        phone,
        seen: if session.current {
            visitor.say("device-now")
        } else {
            visitor.say_with("device-seen", &[("time", &format::when(&seen, visitor.speech.locale))])
        },
        this: session.current,
        action: format!("/akun/perangkat/{}/keluar", session.id),
    }
}

/// Browser and system of what a browser says of itself, and whether it is a phone.
fn named(agent: &str) -> (String, bool) {
    const BROWSERS: [(&str, &str); 6] = [
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser", "Samsung Internet"),
        ("Firefox", "Firefox"),
        ("Chrome", "Chrome"),
        ("Safari", "Safari"),
    ];
    const SYSTEMS: [(&str, &str); 6] = [
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    ];
    let first =
        |known: &[(&str, &'static str)]| known.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name);
    let phone = ["Android", "iPhone", "Mobile"].iter().any(|mark| agent.contains(mark));
    let name = match (first(&BROWSERS), first(&SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser}, {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => agent.chars().take(40).collect(),
    };
    (name, phone)
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

/// `POST /akun/perangkat/{id}/keluar`
pub(super) async fn end_session(
    State(site): State<Site>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response> {
    visitor.cx.account()?;
    let id: SessionId = id.parse().map_err(|_| Error::NotFound("session"))?;
    match site.auth.end_session(&visitor.cx, &id).await {
        Ok(()) | Err(Error::NotFound(_)) => visitor.go_and_say("/akun", "flash-session"),
        Err(other) => Err(other),
    }
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

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn devices_have_short_names() {
        let chrome =
            "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Mobile Safari/537.36";
        assert_eq!(named(chrome), ("Chrome, Android".to_owned(), true));
        assert_eq!(
            named("Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0"),
            ("Firefox, Linux".to_owned(), false)
        );
        assert_eq!(named("curl/8"), ("curl/8".to_owned(), false));
    }
}
