//! A forgotten password: ask for a code, then set a new one by it. Every answer is the same whether there is such an
//! account or not.

use axum::{extract::State, http::StatusCode, response::Response};
use contracts::auth::{FinishReset, StartReset};
use jiff::SignedDuration;
use platform::{Error, Result, http::Form};
use serde::Deserialize;

use super::{Site, go, sealed::Place, security, visitor::Visitor};
use crate::view::{Area, Back, Field, Here, Mend, ResetAsk, ResetFinish, Shell};

/// The fields of the second step with the text keys of their labels.
const FIELDS: [(&str, &str); 3] =
    [("code", "field-reset-code"), ("login", "field-login"), ("password", "field-password-new")];

/// Where the browser keeps whose code is awaited: as long as a code is good, and never in an address.
fn place() -> Place {
    Place::new("reset", "/masuk", SignedDuration::from_mins(15))
}

fn shell(visitor: &Visitor, title: &str, failing: bool) -> Shell {
    let mut shell = visitor.shell(title, Area::Patient, Here::Account);
    shell.back = Some(Back { href: "/masuk".to_owned(), label: "back-login" });
    shell.failing |= failing;
    shell
}

/// `GET /masuk/lupa`
pub(super) async fn ask(visitor: Visitor) -> Result<Response> {
    visitor.page(&ask_page(&visitor, Field::default()))
}

fn ask_page(visitor: &Visitor, login: Field) -> ResetAsk {
    ResetAsk { shell: shell(visitor, "reset-title", login.error.is_some()), login }
}

/// The form of the first step.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    login: String,
}

/// `POST /masuk/lupa`: sends a code, if there is somebody to send it to.
pub(super) async fn start(State(site): State<Site>, visitor: Visitor, Form(asked): Form<Asked>) -> Result<Response> {
    let login = asked.login.trim().to_owned();
    match site.auth.start_reset(&visitor.cx, StartReset { login: login.clone() }).await {
        Ok(()) => {
            let mut answer = go("/masuk/kode");
            place().keep(&site, &visitor.cx, &login, &mut answer)?;
            Ok(answer)
        }
        Err(error @ (Error::Invalid(_) | Error::RateLimited(_))) => {
            let page = ask_page(&visitor, Field::refused(asked.login, visitor.words_of(&error)));
            visitor.page_with(status_of(&error), &page)
        }
        Err(other) => Err(other),
    }
}

fn status_of(error: &Error) -> StatusCode {
    StatusCode::from_u16(error.status()).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY)
}

/// `GET /masuk/kode`
pub(super) async fn show(State(site): State<Site>, visitor: Visitor) -> Result<Response> {
    let login: String = place().read(&site, &visitor.cx, &visitor.cookies).unwrap_or_default();
    visitor.page(&finish_page(&visitor, login, &Given::default(), Vec::new()))
}

/// The login asked for stands in a sentence; where the browser has forgotten it, it is asked again.
fn finish_page(visitor: &Visitor, sent_to: String, given: &Given, mends: Vec<Mend>) -> ResetFinish {
    let field = |name: &str, value: &str| Field {
        value: value.to_owned(),
        error: mends.iter().find(|mend| mend.field == name).map(|mend| mend.text.clone()),
    };
    ResetFinish {
        shell: shell(visitor, "reset-code-title", !mends.is_empty()),
        login: field("login", if sent_to.is_empty() { &given.login } else { &sent_to }),
        sent_to,
        code: field("code", &given.code),
        password: field("password", ""),
        mends,
    }
}

/// The form of the second step.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Given {
    login: String,
    code: String,
    password: String,
}

/// `POST /masuk/kode`: sets the new password; all sessions of the account end.
pub(super) async fn finish(State(site): State<Site>, visitor: Visitor, Form(given): Form<Given>) -> Result<Response> {
    let sent_to: String = place().read(&site, &visitor.cx, &visitor.cookies).unwrap_or_default();
    let code: String = given.code.chars().filter(|letter| !letter.is_whitespace()).collect();
    let ask = FinishReset { login: given.login.trim().to_owned(), code, password: given.password.clone() };
    let mends = match site.auth.finish_reset(&visitor.cx, ask).await {
        Ok(()) => {
            let mut answer = visitor.go_and_say("/masuk", "flash-reset")?;
            place().forget(site.https, &mut answer)?;
            return Ok(answer);
        }
        Err(Error::Invalid(fields)) => security::mends(&visitor, &fields, &FIELDS),
        Err(error @ Error::RateLimited(_)) => vec![Mend { field: "code", text: visitor.words_of(&error) }],
        Err(other) => return Err(other),
    };
    visitor.page_with(StatusCode::UNPROCESSABLE_ENTITY, &finish_page(&visitor, sent_to, &given, mends))
}
