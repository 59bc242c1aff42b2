//! Changing one's own password.

use axum::{extract::State, http::StatusCode, response::Response};
use contracts::auth::ChangePassword;
use platform::{Error, Result, error::FieldError, http::Form};
use serde::Deserialize;

use super::{Site, security, visitor::Visitor};
use crate::view::{Field, Mend, Password};

/// The fields with the text keys of their labels.
const FIELDS: [(&str, &str); 2] = [("current", "field-password-current"), ("password", "field-password-new")];

/// `GET /akun/keamanan/sandi`
pub(super) async fn show(visitor: Visitor) -> Result<Response> {
    visitor.cx.account()?;
    visitor.page(&page(&visitor, Vec::new()))
}

/// Passwords never come back: both fields are empty again, with what is wrong.
fn page(visitor: &Visitor, mends: Vec<Mend>) -> Password {
    let error_of = |field: &str| mends.iter().find(|mend| mend.field == field).map(|mend| mend.text.clone());
    let mut shell = security::shell(visitor, "password-change", ("/akun/keamanan", "back-security"));
    shell.failing = !mends.is_empty();
    Password {
        shell,
        login: visitor.account.as_ref().map(|account| account.email.clone()).unwrap_or_default(),
        current: Field { value: String::new(), error: error_of("current") },
        password: Field { value: String::new(), error: error_of("password") },
        mends,
    }
}

/// The form.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Given {
    current: String,
    password: String,
}

/// `POST /akun/keamanan/sandi`: other sessions end.
pub(super) async fn change(State(site): State<Site>, visitor: Visitor, Form(given): Form<Given>) -> Result<Response> {
    visitor.cx.account()?;
    let ask = ChangePassword { current: given.current, password: given.password };
    let fields = match site.auth.change_password(&visitor.cx, ask).await {
        Ok(()) => return visitor.go_and_say("/akun/keamanan", "flash-password"),
        Err(Error::Invalid(fields)) => fields,
        Err(error @ Error::RateLimited(_)) => {
            let mends = vec![Mend { field: "current", text: visitor.words_of(&error) }];
            return visitor.page_with(StatusCode::TOO_MANY_REQUESTS, &page(&visitor, mends));
        }
        Err(other) => return Err(other),
    };
    refuse(&visitor, &fields)
}

fn refuse(visitor: &Visitor, fields: &[FieldError]) -> Result<Response> {
    visitor.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page(visitor, security::mends(visitor, fields, &FIELDS)))
}
