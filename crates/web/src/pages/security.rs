//! Security of one's own account: password, second factor, where one is signed in.

use axum::{
    extract::{Path, State},
    response::Response,
};
use contracts::auth::{Session, SessionId};
use platform::{Error, Result, error::FieldError, http::FieldProblem};

use super::{Site, shown, visitor::Visitor};
use crate::{
    format,
    view::{Area, Back, Device, Here, Mend, Security, Shell},
};

/// The frame of a page under the account.
pub(super) fn shell(visitor: &Visitor, title: &str, back: (&str, &'static str)) -> Shell {
    let mut shell = visitor.shell(title, Area::Patient, Here::Account);
    shell.back = Some(Back { href: back.0.to_owned(), label: back.1 });
    shell
}

/// What is wrong with these fields of a form, each under its label's text key.
pub(super) fn mends(visitor: &Visitor, errors: &[FieldError], fields: &[(&'static str, &str)]) -> Vec<Mend> {
    let mend = |error: &FieldError| {
        let (field, label) = fields.iter().find(|(field, _)| *field == error.field).or(fields.first())?;
        let told = FieldProblem::of(error, &visitor.speech.texts, visitor.speech.locale);
        Some(Mend { field, text: format!("{}: {}", visitor.say(label), told.message) })
    };
    errors.iter().filter_map(mend).collect()
}

/// `GET /akun/keamanan`
pub(super) async fn show(State(site): State<Site>, visitor: Visitor) -> Result<Response> {
    visitor.cx.account()?;
    let mut sessions = site.auth.sessions(&visitor.cx).await?;
    sessions.sort_by_key(|session| (!session.current, std::cmp::Reverse(session.used_at)));
    visitor.page(&Security {
        shell: shell(&visitor, "security", ("/akun", "back-account")),
        factor: visitor.account.as_ref().is_some_and(|account| account.second_factor),
        devices: sessions.iter().map(|session| device(&visitor, session)).collect(),
    })
}

fn device(visitor: &Visitor, session: &Session) -> Device {
    let (name, phone) = named(&session.device);
    let seen = shown::at(session.used_at, shown::HOUSE_ZONE);
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

/// `POST /akun/perangkat/{id}/keluar`
pub(super) async fn end_session(
    State(site): State<Site>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response> {
    visitor.cx.account()?;
    let id: SessionId = id.parse().map_err(|_| Error::NotFound("session"))?;
    match site.auth.end_session(&visitor.cx, &id).await {
        Ok(()) | Err(Error::NotFound(_)) => visitor.go_and_say("/akun/keamanan", "flash-session"),
        Err(other) => Err(other),
    }
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
