//! Setting up and taking off one's second factor: six digits of an authenticator.

use axum::{extract::State, http::StatusCode, response::Response};
use contracts::auth;
use jiff::SignedDuration;
use platform::{Error, Result, http::Form};
use serde::Deserialize;

use super::{Site, go, sealed::Place, security, visitor::Visitor};
use crate::{
    qr::QrImage,
    view::{Enrolment, Field, SecondFactor},
};

/// The page, and the path under which the browser keeps what is being set up.
const PAGE: &str = "/akun/keamanan/kode";

/// The secret lies sealed in the browser until its first code is shown, so that reloading shows the same picture.
fn place() -> Place {
    Place::new("factor", PAGE, SignedDuration::from_mins(15))
}

/// `GET /akun/keamanan/kode`
pub(super) async fn show(State(site): State<Site>, visitor: Visitor) -> Result<Response> {
    let page = page(&site, &visitor, Field::default())?;
    visitor.page(&page)
}

fn page(site: &Site, visitor: &Visitor, code: Field) -> Result<SecondFactor> {
    let account = visitor.cx.account()?;
    let on = visitor.account.as_ref().is_some_and(|account| account.second_factor);
    let begun: Option<(String, auth::SecondFactor)> = place().read(site, &visitor.cx, &visitor.cookies);
    let begun = begun.filter(|(owner, _)| owner == account && !on);
    let enrolment = match begun {
        Some((_, factor)) => {
            Some(Enrolment { picture: QrImage::of(&factor.address)?, secret: in_groups(&factor.secret) })
        }
        None => None,
    };
    let mut shell = security::shell(visitor, "factor", ("/akun/keamanan", "back-security"));
    shell.failing |= code.error.is_some();
    Ok(SecondFactor { shell, on, enrolment, code })
}

/// `ABCD EFGH …`, to be typed by hand.
fn in_groups(secret: &str) -> String {
    let letters: Vec<char> = secret.chars().collect();
    letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

/// `POST /akun/keamanan/kode/mulai`: makes the secret.
pub(super) async fn start(State(site): State<Site>, visitor: Visitor) -> Result<Response> {
    let account = visitor.cx.account()?.to_owned();
    match site.auth.start_second_factor(&visitor.cx).await {
        Ok(factor) => {
            let mut answer = go(PAGE);
            place().keep(&site, &visitor.cx, &(account, factor), &mut answer)?;
            Ok(answer)
        }
        // Set up elsewhere in the meantime: the page shows it.
        Err(Error::Conflict(_)) => Ok(go(PAGE)),
        Err(other) => Err(other),
    }
}

/// The form with a code.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Given {
    code: String,
}

/// `POST /akun/keamanan/kode/pasang`: puts it in use by its first code.
pub(super) async fn confirm(State(site): State<Site>, visitor: Visitor, Form(given): Form<Given>) -> Result<Response> {
    visitor.cx.account()?;
    let done = site.auth.confirm_second_factor(&visitor.cx, given.code.trim()).await;
    settle(&site, &visitor, done, given, "flash-factor-on")
}

/// `POST /akun/keamanan/kode/lepas`: takes it off by a code.
pub(super) async fn remove(State(site): State<Site>, visitor: Visitor, Form(given): Form<Given>) -> Result<Response> {
    visitor.cx.account()?;
    let done = site.auth.remove_second_factor(&visitor.cx, given.code.trim()).await;
    settle(&site, &visitor, done, given, "flash-factor-off")
}

fn settle(site: &Site, visitor: &Visitor, done: Result<()>, given: Given, notice: &'static str) -> Result<Response> {
    match done {
        Ok(()) => {
            let mut answer = visitor.go_and_say("/akun/keamanan", notice)?;
            place().forget(site.https, &mut answer)?;
            Ok(answer)
        }
        Err(error @ (Error::Invalid(_) | Error::RateLimited(_))) => {
            let text = match &error {
                // "Ask for a new one" is for codes that are sent; the authenticator shows the next by itself.
                Error::Invalid(_) => visitor.say("factor-wrong"),
                _ => visitor.words_of(&error),
            };
            let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
            visitor.page_with(status, &page(site, visitor, Field::refused(given.code, text))?)
        }
        Err(Error::Conflict(_)) => Ok(go(PAGE)),
        Err(other) => Err(other),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_secret_is_shown_in_groups() {
        assert_eq!(super::in_groups("ABCDEFGHIJ"), "ABCD EFGH IJ");
    }
}
