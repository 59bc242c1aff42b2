//! What the gateway answers itself when a request cannot be answered by a service: `application/problem+json` (RFC
//! 9457) for programs, a small page for people, in their language.

use askama::Template;
use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use platform::i18n::{Texts, Value};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::{
    body::{Answer, full},
    visit::Visit,
};

/// Why a request is not answered by a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// 400: it can be read in more than one way, or not at all.
    Malformed,
    /// 404: nobody answers this path, or nobody outside may ask.
    NotFound,
    /// 405: a method that no route has.
    Method,
    /// 408: its body came too slowly.
    Slow,
    /// 413: more bytes than this.
    TooLarge(u64),
    /// 414: the address is too long.
    LongTarget,
    /// 421: sent to a name that is not ours.
    WrongHost,
    /// 429: too many; seconds until the next is taken.
    TooMany(u64),
    /// 502: the service broke off, or answered what cannot be read.
    BadGateway,
    /// 503: no replica takes requests now.
    Unavailable,
    /// 503: everything is busy here.
    Busy,
    /// 504: the service did not answer in time.
    Late,
}

impl Refusal {
    pub fn status(self) -> StatusCode {
        match self {
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Slow => StatusCode::REQUEST_TIMEOUT,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::LongTarget => StatusCode::URI_TOO_LONG,
            Self::WrongHost => StatusCode::MISDIRECTED_REQUEST,
            Self::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::BadGateway => StatusCode::BAD_GATEWAY,
            Self::Unavailable | Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Self::Late => StatusCode::GATEWAY_TIMEOUT,
        }
    }

    /// The last part of the problem's type and of its text key.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::NotFound => "not-found",
            Self::Method => "method-not-allowed",
            Self::Slow => "slow-request",
            Self::TooLarge(_) => "too-large",
            Self::LongTarget => "long-address",
            Self::WrongHost => "wrong-host",
            Self::TooMany(_) => "rate-limited",
            Self::BadGateway => "bad-gateway",
            Self::Unavailable | Self::Busy => "unavailable",
            Self::Late => "late",
        }
    }

    /// Seconds after which trying again may help.
    fn retry_after(self) -> Option<u64> {
        match self {
            Self::TooMany(seconds) => Some(seconds),
            Self::Unavailable | Self::Busy => Some(1),
            _ => None,
        }
    }

    /// The answer, as its reader reads.
    pub fn tell(self, visit: &Visit, texts: &Texts) -> Response<Answer> {
        let told = self.words(visit, texts);
        let (kind, bytes) = if visit.wants_json {
            ("application/problem+json", serde_json::to_vec(&told).unwrap_or_default())
        } else {
            ("text/html; charset=utf-8", told.page(visit, texts).into_bytes())
        };
        let mut response = Response::new(full(Bytes::from(bytes)));
        *response.status_mut() = self.status();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(visit.locale.word()));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(header::VARY, HeaderValue::from_static("accept, accept-language, cookie"));
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        if let Some(seconds) = self.retry_after() {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if !visit.wants_json {
            shield(headers);
        }
        response
    }

    fn words(self, visit: &Visit, texts: &Texts) -> Told {
        let value = match self {
            Self::TooLarge(max) => ("max", Value::from(max)),
            other => ("seconds", Value::from(other.retry_after().unwrap_or(1))),
        };
        let kind = self.kind();
        let say = |key: &str| texts.get(visit.locale, key, std::slice::from_ref(&value));
        Told {
            kind: format!("/problems/{kind}"),
            title: say(&format!("problem-{kind}")),
            status: self.status().as_u16(),
            detail: say(&format!("problem-{kind}.detail")),
            instance: visit.path.clone(),
            request_id: visit.request_id.to_str().unwrap_or_default().to_owned(),
        }
    }
}

/// The problem as it is written.
#[derive(Debug, Serialize)]
struct Told {
    #[serde(rename = "type")]
    kind: String,
    title: String,
    status: u16,
    detail: String,
    instance: String,
    request_id: String,
}

/// The page. It needs no other file: those may be what cannot be had.
#[derive(Template)]
#[template(path = "refusal.html")]
struct Page<'a> {
    language: &'a str,
    style: &'a str,
    title: &'a str,
    detail: &'a str,
    again: String,
    code: String,
    request_id: &'a str,
}

const STYLE: &str = include_str!("../templates/refusal.css");

impl Told {
    fn page(&self, visit: &Visit, texts: &Texts) -> String {
        let page = Page {
            language: visit.locale.word(),
            style: STYLE,
            title: &self.title,
            detail: &self.detail,
            again: texts.get(visit.locale, "gateway-again", &[]),
            code: texts.get(visit.locale, "gateway-code", &[]),
            request_id: &self.request_id,
        };
        page.render().unwrap_or_else(|_| self.title.clone())
    }
}

/// The page may use its own style and nothing else.
fn shield(headers: &mut HeaderMap) {
    let style = BASE64_STANDARD.encode(Sha256::digest(STYLE));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
}
