//! Signing up (A2): everything is checked before anything is kept, and all that must be mended is told at once.

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use contracts::auth::{LogIn, OpenAccount, Role};
use platform::{
    Cx, Error, FieldError, Result,
    error::Problems,
    http::{Form, Params},
};

use super::{
    Site, go, login,
    login::{Way, own_page},
    person::{self, Typed},
    visitor::Visitor,
};
use crate::view::{Area, Field, Here, Mend, Signup};

/// `GET /daftar`
pub(super) async fn show(State(site): State<Site>, visitor: Visitor, Params(way): Params<Way>) -> Result<Response> {
    if visitor.account.is_some() {
        let next = way.next();
        return Ok(go(if next.is_empty() { "/" } else { &next }));
    }
    let typed = Typed { next: way.next(), ..Typed::default() };
    let page = page(&site, &visitor, &typed, Vec::new()).await;
    visitor.page(&page)
}

async fn page(site: &Site, visitor: &Visitor, typed: &Typed, mends: Vec<Mend>) -> Signup {
    let error_of = |field: &str| mends.iter().find(|mend| mend.field == field).map(|mend| mend.text.clone());
    let mut shell = visitor.shell("signup-title", Area::Patient, Here::Account);
    shell.failing = !mends.is_empty();
    let next = own_page(&typed.next);
    Signup {
        shell,
        waiting: login::waiting(site, visitor, &next).await,
        next,
        person: typed.fields(visitor, &mends),
        password: Field { value: String::new(), error: error_of("password") },
        consent: Field { value: typed.consent.clone(), error: error_of("consent") },
        mends,
    }
}

/// `POST /daftar`
pub(super) async fn join(
    State(site): State<Site>,
    visitor: Visitor,
    headers: HeaderMap,
    Form(typed): Form<Typed>,
) -> Result<Response> {
    let cx = &visitor.cx;
    let mut problems = Problems::default();
    let letters = typed.password.chars().count();
    if letters < 10 {
        problems.add(FieldError::new("password", "too-short").with("min", 10));
    }
    problems.check(!typed.email.trim().is_empty(), "email", "required");
    problems.check(typed.consent == "yes", "consent", "consent-to-use");
    let person = typed.person(&visitor, None, &mut problems);
    let mut errors = person::found(problems);
    let warnings = person::gather(site.people.check_form(cx, &person).await, &mut errors)?.unwrap_or_default();
    if !errors.is_empty() {
        let page = page(&site, &visitor, &typed, person::mends(&visitor, &errors)).await;
        return visitor.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    if let Err(error) = site.auth.open_account(cx, account(&typed)).await {
        return refuse(&site, &visitor, &typed, error).await;
    }
    let ask = LogIn { login: typed.email.trim().to_owned(), password: typed.password.clone(), code: None };
    let session = site.auth.log_in_browser(cx, ask, login::device(&headers)).await?;
    let identity = site.auth.identify_cookie(&session.cookie).await?;
    let own =
        Cx { actor: identity.actor, permissions: identity.permissions, facilities: identity.facilities, ..cx.clone() };
    // The account stands now: should this fail, its profile is asked for at the first booking.
    site.people.register_self(&own, person).await?;
    let next = own_page(&typed.next);
    let notice = warnings.first().map_or("flash-welcome", |key| warning(key));
    let mut answer = visitor.go_and_say(if next.is_empty() { "/" } else { &next }, notice)?;
    login::keep_session(&site, cx, &session, &mut answer)?;
    Ok(answer)
}

fn account(typed: &Typed) -> OpenAccount {
    let phone = typed.phone.trim();
    OpenAccount {
        email: typed.email.trim().to_owned(),
        phone: (!phone.is_empty()).then(|| phone.to_owned()),
        name: typed.name.trim().to_owned(),
        password: typed.password.clone(),
        role: Role::Patient,
        facilities: Vec::new(),
    }
}

/// The form again, with what the account was refused for.
async fn refuse(site: &Site, visitor: &Visitor, typed: &Typed, error: Error) -> Result<Response> {
    let (status, mends) = match error {
        Error::Invalid(fields) => (StatusCode::UNPROCESSABLE_ENTITY, person::mends(visitor, &fields)),
        error if error.is_conflict("email-taken") => {
            (StatusCode::CONFLICT, vec![Mend { field: "email", text: visitor.words_of(&error) }])
        }
        error if error.is_conflict("phone-taken") => {
            (StatusCode::CONFLICT, vec![Mend { field: "phone", text: visitor.words_of(&error) }])
        }
        other => return Err(other),
    };
    let page = page(site, visitor, typed, mends).await;
    visitor.page_with(status, &page)
}

/// The notice of a soft warning: the number is kept as typed, and looked at again in the profile.
fn warning(key: &str) -> &'static str {
    match key.trim_start_matches("warning-") {
        "nik-birth-date" => "warning-nik-birth-date",
        "nik-sex" => "warning-nik-sex",
        _ => "warning-nik-region",
    }
}
