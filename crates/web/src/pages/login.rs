//! Signing in and out.

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::Response,
};
use contracts::auth::{Account, BrowserSession, LogIn, Role};
use platform::{
    Cx, Error, Result,
    http::{Form, Params, cookie},
};
use serde::Deserialize;

use super::{
    Site, go, shown,
    visitor::{KEEPS, Visitor, set_cookie},
};
use crate::{
    format,
    view::{Area, Field, Here, Login},
};

/// Where to go afterwards.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Way {
    next: String,
}

impl Way {
    /// The page asked for; nothing where it would lead to another site.
    pub fn next(&self) -> String {
        own_page(&self.next)
    }
}

/// A path of ours, or nothing.
pub(super) fn own_page(next: &str) -> String {
    let ours = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains('\\')
        && next.bytes().all(|b| b.is_ascii_graphic());
    if ours { next.to_owned() } else { String::new() }
}

/// `GET /masuk`
pub(super) async fn show(State(site): State<Site>, visitor: Visitor, Params(way): Params<Way>) -> Result<Response> {
    if let Some(account) = &visitor.account {
        return Ok(go(&start_of(account, &way.next())));
    }
    let page = page(&site, &visitor, way.next()).await;
    visitor.page(&page)
}

async fn page(site: &Site, visitor: &Visitor, next: String) -> Login {
    Login {
        shell: visitor.shell("login-title", Area::Patient, Here::Account),
        waiting: waiting(site, visitor, &next).await,
        next,
        login: Field::default(),
        code: None,
        refused: None,
    }
}

/// What is kept for whoever signs in on the way to a booking.
pub(super) async fn waiting(site: &Site, visitor: &Visitor, next: &str) -> String {
    let id = next.strip_prefix("/pesan/").and_then(|rest| rest.split('/').next()).and_then(|id| id.parse().ok());
    let Some(id) = id else { return String::new() };
    let Ok(hold) = site.scheduling.held(&visitor.cx, &id).await else { return String::new() };
    let locale = visitor.speech.locale;
    let time = format::when(&shown::at(hold.starts_at, &hold.zone), locale);
    let until = format::time(&shown::at(hold.expires_at, &hold.zone), locale);
    visitor.say_with("login-waiting", &[("time", &time), ("until", &until)])
}

/// The form.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Given {
    login: String,
    password: String,
    code: String,
    next: String,
}

/// `POST /masuk`
pub(super) async fn enter(
    State(site): State<Site>,
    visitor: Visitor,
    headers: HeaderMap,
    Form(given): Form<Given>,
) -> Result<Response> {
    let next = own_page(&given.next);
    let code = Some(given.code.trim().to_owned()).filter(|code| !code.is_empty());
    let ask = LogIn { login: given.login.clone(), password: given.password, code };
    match site.auth.log_in_browser(&visitor.cx, ask, device(&headers)).await {
        Ok(session) => signed_in(&site, &visitor.cx, &session, &next),
        Err(error @ (Error::Unauthenticated(_) | Error::Invalid(_) | Error::RateLimited(_) | Error::Forbidden(_))) => {
            let mut page = page(&site, &visitor, next).await;
            page.shell.failing = true;
            page.login = Field::of(given.login);
            let asks_code = matches!(error, Error::Unauthenticated("code-needed"));
            page.code = (asks_code || !given.code.is_empty()).then(Field::default);
            page.refused = Some(reason(&visitor, &error));
            let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
            // 401 asks the browser for credentials of another kind: here the form does.
            let status = if status == StatusCode::UNAUTHORIZED { StatusCode::UNPROCESSABLE_ENTITY } else { status };
            visitor.page_with(status, &page)
        }
        Err(other) => Err(other),
    }
}

fn reason(visitor: &Visitor, error: &Error) -> String {
    let problem = visitor.told(error);
    if problem.detail.is_empty() { problem.title } else { problem.detail }
}

/// Gives the session to the browser and sends it on.
pub(super) fn signed_in(site: &Site, cx: &Cx, session: &BrowserSession, next: &str) -> Result<Response> {
    let mut answer = go(&start_of(&session.account, next));
    keep_session(site, cx, session, &mut answer)?;
    Ok(answer)
}

/// Puts the session's cookie on an answer.
pub(super) fn keep_session(site: &Site, cx: &Cx, session: &BrowserSession, answer: &mut Response) -> Result<()> {
    let life = session.ends_at.duration_since(cx.now()).as_secs().max(0).cast_unsigned();
    set_cookie(answer, cookie::write(cookie::session_name(site.https), &session.cookie, Some(life), site.https)?);
    Ok(())
}

/// Where somebody with this account begins, unless a page was asked for.
fn start_of(account: &Account, next: &str) -> String {
    if next.is_empty() { start(&account.roles, !account.named_roles.is_empty()).to_owned() } else { next.to_owned() }
}

/// Where somebody with these roles begins, holding named ones or none.
fn start(roles: &[Role], named: bool) -> &'static str {
    if roles.contains(&Role::Doctor) {
        "/d/hari-ini"
    } else if roles.contains(&Role::Admin) && named {
        "/admin/mulai"
    } else if roles.contains(&Role::SuperAdmin) || roles.contains(&Role::Admin) {
        "/admin"
    } else {
        "/"
    }
}

/// What signs in, as it names itself.
pub(super) fn device(headers: &HeaderMap) -> &str {
    headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or("unknown")
}

/// `POST /keluar`
pub(super) async fn leave(State(site): State<Site>, visitor: Visitor) -> Result<Response> {
    out(&site, &visitor, false).await
}

/// `POST /keluar/semua`
pub(super) async fn leave_everywhere(State(site): State<Site>, visitor: Visitor) -> Result<Response> {
    out(&site, &visitor, true).await
}

async fn out(site: &Site, visitor: &Visitor, everywhere: bool) -> Result<Response> {
    if visitor.cx.account().is_ok() {
        site.auth.log_out(&visitor.cx, everywhere).await?;
    }
    let mut answer = visitor.go_and_say("/", "flash-left")?;
    forget_session(site, &mut answer)?;
    Ok(answer)
}

/// Takes the session's cookie from the browser, and with it the wish that this device keeps visits.
pub(super) fn forget_session(site: &Site, answer: &mut Response) -> Result<()> {
    set_cookie(answer, cookie::write(cookie::session_name(site.https), "", Some(0), site.https)?);
    set_cookie(answer, cookie::write(KEEPS, "", Some(0), site.https)?);
    Ok(())
}

#[cfg(test)]
mod tests {
    use contracts::auth::Role;

    use super::{own_page, start};

    #[test]
    fn everybody_begins_where_their_work_is() {
        for (roles, named, begins) in [
            (vec![Role::Patient], false, "/"),
            (vec![Role::Admin], false, "/admin"),
            (vec![Role::Admin], true, "/admin/mulai"),
            (vec![Role::SuperAdmin], false, "/admin"),
            (vec![Role::Admin, Role::Doctor], false, "/d/hari-ini"),
        ] {
            assert_eq!(start(&roles, named), begins, "{roles:?}");
        }
    }

    #[test]
    fn nobody_is_sent_to_another_site() {
        assert_eq!(own_page("/pesan/x/data"), "/pesan/x/data");
        for elsewhere in ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/a\nb"] {
            assert_eq!(own_page(elsewhere), "", "{elsewhere:?}");
        }
    }
}
