//! Who looks at a page and how: read once from the request, used by every handler.

use askama::Template;
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use contracts::{
    Permission,
    auth::{Account, AccountId},
    people::Relation,
};
use jiff::SignedDuration;
use platform::{
    Cx, Error, Result,
    http::{Csrf, Problem, cookie},
};
use serde::{Deserialize, Serialize};

use super::{Site, offers, sealed::Place, shown};
use crate::{
    speech::Speech,
    view::{Area, Flash, Here, Mend, Shell, Theme, Tone, Who},
};

/// The cookie that carries the text key of a notice to the next page.
const FLASH: &str = "flash";
/// The cookie of the theme chosen by hand.
pub(super) const THEME: &str = "theme";
/// The cookie that says whose next visits this device keeps: of nobody else who signs in here later.
pub(super) const KEEPS: &str = "keeps";
/// Seconds a choice about this device is remembered.
pub(super) const REMEMBERED: u64 = 31_536_000;

/// Notices that may follow a form, by text key, with their colour.
const NOTICES: [(&str, Tone); 42] = [
    ("flash-all-read", Tone::Ok),
    ("flash-notices", Tone::Ok),
    ("flash-feed", Tone::Ok),
    ("flash-feed-ended", Tone::Info),
    ("flash-calendar-added", Tone::Ok),
    ("flash-calendar-gone", Tone::Info),
    ("flash-language", Tone::Ok),
    ("flash-keeps", Tone::Ok),
    ("flash-keeps-not", Tone::Info),
    ("flash-moved", Tone::Ok),
    ("flash-cancelled", Tone::Ok),
    ("flash-profile", Tone::Ok),
    ("flash-member", Tone::Ok),
    ("flash-member-gone", Tone::Ok),
    ("flash-book-for", Tone::Info),
    ("flash-session", Tone::Ok),
    ("flash-welcome", Tone::Ok),
    ("flash-password", Tone::Ok),
    ("flash-reset", Tone::Ok),
    ("flash-factor-on", Tone::Ok),
    ("flash-factor-off", Tone::Info),
    ("flash-left", Tone::Info),
    ("flash-approved", Tone::Ok),
    ("flash-refused", Tone::Ok),
    ("flash-accepted", Tone::Ok),
    ("flash-rejected", Tone::Ok),
    ("flash-arrived", Tone::Ok),
    ("flash-started", Tone::Ok),
    ("flash-fulfilled", Tone::Ok),
    ("flash-no-show", Tone::Ok),
    ("flash-erased", Tone::Info),
    ("flash-schedule", Tone::Ok),
    ("flash-departure", Tone::Ok),
    ("flash-departure-gone", Tone::Ok),
    ("flash-leave-decided", Tone::Ok),
    ("flash-leave-withdrawn", Tone::Info),
    ("flash-doctor-profile", Tone::Ok),
    ("flash-photo", Tone::Ok),
    ("flash-photo-gone", Tone::Info),
    ("warning-nik-region", Tone::Wait),
    ("warning-nik-birth-date", Tone::Wait),
    ("warning-nik-sex", Tone::Wait),
];

/// What the page before was refused for. It travels to the page that shows it, so that going back asks nobody to send
/// a form twice.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Refusal {
    /// The remedy for the whole, ready to read.
    pub text: String,
    /// Fields with their remedies.
    pub fields: Vec<(String, String)>,
}

impl Refusal {
    /// Lives until the next page.
    fn place() -> Place {
        Place::new("refusal", "/", SignedDuration::from_mins(1))
    }

    /// The remedies for these fields.
    pub fn mends(&self, fields: &[&'static str]) -> Vec<Mend> {
        let mend = |(field, text): &(String, String)| {
            let field = fields.iter().find(|known| *known == field)?;
            Some(Mend { field, text: text.clone() })
        };
        self.fields.iter().filter_map(mend).collect()
    }
}

/// Who looks at a page and how.
pub(super) struct Visitor {
    /// The context of the request.
    pub cx: Cx,
    /// What the page speaks.
    pub speech: Speech,
    /// The account signed in, if any.
    pub account: Option<Account>,
    /// Path and query without `lang`.
    pub path: String,
    /// What the browser keeps for us.
    pub cookies: HeaderMap,
    /// What the page before was refused for.
    pub refusal: Option<Refusal>,
    /// This device keeps the next visits of whoever is signed in.
    pub keeps: bool,
    /// How much in the inbox is not read yet.
    pub unread: i64,
    portrait: String,
    csrf: Option<Csrf>,
    theme: Theme,
    flash: Option<(&'static str, Tone)>,
    fragment: Option<String>,
    https: bool,
}

impl FromRequestParts<Site> for Visitor {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self> {
        let cx = Cx::from_request_parts(parts, site).await?;
        // A program that asks for no page is given no secret, and needs none.
        let csrf = Csrf::from_request_parts(parts, site).await.ok();
        let speech = Speech { locale: cx.locale, texts: site.texts.clone() };
        let headers = &parts.headers;
        let told = cookie::read(headers, FLASH);
        let account = account_of(&cx, site).await?;
        Ok(Self {
            portrait: match &account {
                Some(account) => portrait_or_plain(&cx, site, account).await?,
                None => String::new(),
            },
            account,
            speech,
            path: path_without_language(parts.uri.path(), parts.uri.query().unwrap_or_default()),
            csrf,
            refusal: Refusal::place().read(site, &cx, headers),
            cookies: headers.get_all(header::COOKIE).iter().map(|line| (header::COOKIE, line.clone())).collect(),
            theme: theme_of(headers),
            keeps: cx.account().is_ok_and(|own| cookie::read(headers, KEEPS) == Some(own)),
            unread: unread(&cx, site, &parts.method, headers).await,
            flash: NOTICES
                .into_iter()
                .chain(super::system::NOTICES)
                .chain(super::admin::NOTICES)
                .find(|(key, _)| Some(*key) == told),
            fragment: headers.get("x-fragment").and_then(|name| name.to_str().ok()).map(ToOwned::to_owned),
            https: site.https,
            cx,
        })
    }
}

async fn account_of(cx: &Cx, site: &Site) -> Result<Option<Account>> {
    let Ok(id) = cx.account() else { return Ok(None) };
    let id: AccountId = id.parse().map_err(Error::internal)?;
    match site.auth.account(cx, &id).await {
        Ok(account) => Ok(Some(account)),
        Err(Error::NotFound(_)) => Ok(None),
        Err(other) => Err(other),
    }
}

/// What the bell says. A page does without it where it cannot be known now.
async fn unread(cx: &Cx, site: &Site, method: &Method, headers: &HeaderMap) -> i64 {
    let whole = method == Method::GET && !headers.contains_key("x-fragment");
    if !whole || cx.account().is_err() {
        return 0;
    }
    site.notifications.unread(cx).await.unwrap_or_else(|error| {
        tracing::debug!(error = error.word(), "the bell stays silent");
        0
    })
}

/// The portrait of whoever is signed in. A page is not refused for want of it: while people or directory is away it is
/// drawn of the account alone.
async fn portrait_or_plain(cx: &Cx, site: &Site, account: &Account) -> Result<String> {
    match portrait_of(cx, site, account).await {
        Err(Error::Unavailable(_) | Error::Late) => Ok(shown::portrait_of_patient(None, &account.id.to_string())),
        drawn => drawn,
    }
}

/// The portrait of whoever is signed in, drawn as their profile says.
async fn portrait_of(cx: &Cx, site: &Site, account: &Account) -> Result<String> {
    if cx.may(Permission::AppointmentPractice)
        && let Some(doctor) = offers::known(site.directory.my_doctor(cx).await)?
    {
        return Ok(shown::portrait_of(&doctor));
    }
    let family = if cx.may(Permission::ProfileOwn) { site.people.my_patients(cx).await? } else { Vec::new() };
    let own = family.iter().find(|card| card.relation == Some(Relation::Own));
    Ok(match own {
        Some(card) => shown::portrait_of_patient(Some(card.sex), &card.id.to_string()),
        None => shown::portrait_of_patient(None, &account.id.to_string()),
    })
}

fn path_without_language(path: &str, query: &str) -> String {
    let kept: Vec<&str> = query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("lang=")).collect();
    if kept.is_empty() { path.to_owned() } else { format!("{path}?{}", kept.join("&")) }
}

fn theme_of(headers: &HeaderMap) -> Theme {
    match cookie::read(headers, THEME) {
        Some("light") => Theme::Light,
        Some("dark") => Theme::Dark,
        _ => Theme::Device,
    }
}

impl Visitor {
    /// The sentence under a key.
    pub fn say(&self, key: &str) -> String {
        self.speech.say(key, &[])
    }

    /// The sentence under a key, with values.
    pub fn say_with(&self, key: &str, values: &[(&str, &str)]) -> String {
        self.speech.say(key, values)
    }

    /// The frame of a page whose title is under a text key.
    pub fn shell(&self, title: &str, area: Area, here: Here) -> Shell {
        self.titled(self.say(title), area, here)
    }

    /// The frame of a page with this title.
    pub fn titled(&self, title: String, area: Area, here: Here) -> Shell {
        Shell {
            locale: self.speech.locale,
            title,
            path: self.path.clone(),
            area,
            here,
            who: self.who(),
            work: self.work(),
            csrf: self.csrf.as_ref().map(Csrf::token).unwrap_or_default(),
            flash: self.notice(),
            theme: self.theme,
            back: None,
            step: 0,
            unread: self.unread,
            keeps: self.keeps && self.account.is_some(),
            operates: self.cx.may(Permission::SystemRead),
            duties: super::admin::duties(&self.cx),
            failing: self.refusal.is_some(),
        }
    }

    /// What just happened, in a sentence.
    fn notice(&self) -> Option<Flash> {
        let refused = self.refusal.as_ref().filter(|refusal| !refusal.text.is_empty());
        let refused = refused.map(|refusal| Flash { tone: Tone::Danger, text: refusal.text.clone() });
        refused.or_else(|| self.flash.map(|(key, tone)| Flash { tone, text: self.say(key) }))
    }

    /// Whose menus belong to the account's work, if it has any.
    pub fn work(&self) -> Option<Area> {
        if !super::admin::duties(&self.cx).is_empty() || self.cx.may(Permission::SystemRead) {
            Some(Area::Admin)
        } else if self.cx.may(Permission::AppointmentPractice) {
            Some(Area::Doctor)
        } else {
            None
        }
    }

    fn who(&self) -> Option<Who> {
        let account = self.account.as_ref()?;
        Some(Who { name: account.name.clone(), line: account.email.clone(), portrait: self.portrait.clone() })
    }

    /// Whether a part of the page alone is asked for.
    pub fn wants(&self, part: &str) -> bool {
        self.fragment.as_deref() == Some(part)
    }

    /// The page.
    pub fn page(&self, page: &impl Template) -> Result<Response> {
        self.page_with(StatusCode::OK, page)
    }

    /// The page with this status.
    pub fn page_with(&self, status: StatusCode, page: &impl Template) -> Result<Response> {
        let html = page.render_with_values(&self.speech).map_err(Error::internal)?;
        let language = HeaderValue::from_static(self.speech.locale.word());
        let mut answer = (
            status,
            [
                (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
                (header::CONTENT_LANGUAGE, language),
                (header::VARY, HeaderValue::from_static("accept-language, cookie, x-fragment")),
            ],
            html,
        )
            .into_response();
        if self.flash.is_some() {
            set_cookie(&mut answer, cookie::write(FLASH, "", Some(0), self.https)?);
        }
        if self.refusal.is_some() {
            Refusal::place().forget(self.https, &mut answer)?;
        }
        Ok(answer)
    }

    /// Sends the browser on; the next page shows the notice under this text key.
    pub fn go_and_say(&self, to: &str, notice: &'static str) -> Result<Response> {
        let mut answer = super::go(to);
        set_cookie(&mut answer, cookie::write(FLASH, notice, Some(60), self.https)?);
        Ok(answer)
    }

    /// Sends the browser on; the next page says why something was refused.
    pub fn go_and_tell(&self, site: &Site, to: &str, text: String) -> Result<Response> {
        self.go_refused(site, to, &Refusal { text, fields: Vec::new() })
    }

    /// Sends the browser to a form with what must be mended there.
    pub fn go_and_mend(&self, site: &Site, to: &str, mends: &[Mend]) -> Result<Response> {
        let fields = mends.iter().map(|mend| (mend.field.to_owned(), mend.text.clone())).collect();
        self.go_refused(site, to, &Refusal { text: String::new(), fields })
    }

    fn go_refused(&self, site: &Site, to: &str, refusal: &Refusal) -> Result<Response> {
        let mut answer = super::go(to);
        Refusal::place().keep(site, &self.cx, refusal, &mut answer)?;
        Ok(answer)
    }

    /// An error in the person's words.
    pub fn told(&self, error: &Error) -> Problem {
        Problem::of(error, &self.speech.texts, self.speech.locale, &self.cx.request_id, "")
    }

    /// An error in one text: title and what to do next. A field's own remedy where one field is to blame.
    pub fn words_of(&self, error: &Error) -> String {
        let problem = self.told(error);
        match problem.errors.first() {
            Some(field) => field.message.clone(),
            None if problem.detail.is_empty() => format!("{}.", problem.title),
            None => format!("{}. {}", problem.title, problem.detail),
        }
    }
}

/// Adds a cookie to an answer.
pub(super) fn set_cookie(answer: &mut Response, value: HeaderValue) {
    answer.headers_mut().append(header::SET_COOKIE, value);
}
