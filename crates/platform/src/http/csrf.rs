//! Against requests that another site makes a browser send: where the browser says they come from must be here, and
//! forms carry a token bound to the session (a guest's: to a cookie of their own).

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{FromRequestParts, Request},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use http::{HeaderMap, Method, header, request::Parts};

use super::extract::{BodyLimit, read_bounded};
use crate::{
    crypto,
    entropy::Entropy,
    error::{Error, Result},
};

pub(super) const REFUSED: Error = Error::Forbidden("csrf");
/// The longest form, in bytes, that is offered once more where its token is no longer good.
const OFFERED_AGAIN: usize = 32 * 1024;

/// Why a request is not let through.
#[derive(Debug)]
pub(super) enum Refused {
    Plainly(Error),
    /// It is a form that our own page sent, as the browser proves; its token belongs to a session that is over. These
    /// are its fields.
    Stale(Vec<(String, String)>),
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::Plainly(error)
    }
}

/// Gives tokens for the forms of a page. A handler takes it as an argument.
#[derive(Clone)]
pub struct Csrf {
    key: Arc<[u8; 32]>,
    secret: Arc<str>,
    entropy: Entropy,
}

impl Csrf {
    pub(super) fn new(key: Arc<[u8; 32]>, secret: &str, entropy: Entropy) -> Self {
        Self { key, secret: secret.into(), entropy }
    }

    /// A token for the hidden field `csrf` or the header `X-CSRF-Token`. It is masked with fresh chance each time, so
    /// that compression says nothing about it (BREACH).
    pub fn token(&self) -> String {
        let mask: [u8; 32] = self.entropy.bytes();
        let mut bytes = [0; 64];
        for (i, byte) in self.proof().iter().enumerate() {
            bytes[i] = mask[i];
            bytes[i + 32] = byte ^ mask[i];
        }
        BASE64_URL_SAFE_NO_PAD.encode(bytes)
    }

    fn accepts(&self, token: &str) -> bool {
        let Some(bytes) = BASE64_URL_SAFE_NO_PAD.decode(token).ok().filter(|bytes| bytes.len() == 64) else {
            return false;
        };
        let (mask, masked) = bytes.split_at(32);
        let proof: Vec<u8> = mask.iter().zip(masked).map(|(a, b)| a ^ b).collect();
        crypto::equal(&proof, &self.proof())
    }

    fn proof(&self) -> [u8; 32] {
        crypto::hmac_sha256(&self.key[..], &[b"csrf:", self.secret.as_bytes()])
    }
}

impl std::fmt::Debug for Csrf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Csrf(«private»)")
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Csrf {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or_else(|| Error::internal("no forgery secret: the request carries no session and asked for no page"))
    }
}

/// Lets a request through that changes nothing, or that provably comes from our own pages; hands it back, because the
/// token may have to be read from its body.
pub(super) async fn check(
    request: Request,
    csrf: Option<&Csrf>,
    signed_in: bool,
    origins: &[String],
    body_limit: usize,
) -> Result<Request, Refused> {
    if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE) {
        return Ok(request);
    }
    match origin(request.headers(), origins) {
        Origin::Foreign => return Err(REFUSED.into()),
        Origin::Unknown if signed_in => return Err(REFUSED.into()),
        Origin::Own | Origin::Unknown => {}
    }
    match Kind::of(request.headers()) {
        // A page of another site cannot send these without asking first (CORS preflight), and we never say yes.
        Kind::NotAForm => Ok(request),
        Kind::Multipart => {
            // A file form's token would be somewhere in its stream; here the browser's word on the origin must do.
            let proven = matches!(origin(request.headers(), origins), Origin::Own);
            if proven || header_token_fits(&request, csrf) { Ok(request) } else { Err(REFUSED.into()) }
        }
        Kind::Other | Kind::Urlencoded if header_token_fits(&request, csrf) => Ok(request),
        Kind::Other => Err(REFUSED.into()),
        Kind::Urlencoded => {
            let proven = matches!(origin(request.headers(), origins), Origin::Own);
            check_field(request, csrf, body_limit, proven).await
        }
    }
}

/// Whether the token in the form's field `csrf` fits. Where it does not, a form that `proven`ly is ours is handed back.
async fn check_field(
    request: Request,
    csrf: Option<&Csrf>,
    body_limit: usize,
    proven: bool,
) -> Result<Request, Refused> {
    let (parts, body) = request.into_parts();
    let mut reading = Request::new(body);
    reading.extensions_mut().insert(BodyLimit(body_limit));
    let bytes = read_bounded(reading).await?;
    let token =
        url::form_urlencoded::parse(&bytes).find(|(name, _)| name == "csrf").map(|(_, value)| value.into_owned());
    if token.zip(csrf).is_some_and(|(token, csrf)| csrf.accepts(&token)) {
        Ok(Request::from_parts(parts, Body::from(bytes)))
    } else if proven && bytes.len() <= OFFERED_AGAIN {
        let fields = url::form_urlencoded::parse(&bytes).filter(|(name, _)| name != "csrf");
        Err(Refused::Stale(fields.map(|(name, value)| (name.into_owned(), value.into_owned())).collect()))
    } else {
        Err(REFUSED.into())
    }
}

fn header_token_fits(request: &Request, csrf: Option<&Csrf>) -> bool {
    let token = request.headers().get("x-csrf-token").and_then(|value| value.to_str().ok());
    token.zip(csrf).is_some_and(|(token, csrf)| csrf.accepts(token))
}

/// Where the browser says a request comes from.
enum Origin {
    /// One of our own pages, or the person's own hand.
    Own,
    /// Another site's page.
    Foreign,
    /// It does not say: no browser, or a very old one.
    Unknown,
}

fn origin(headers: &HeaderMap, own: &[String]) -> Origin {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let claimed = match text(header::ORIGIN.as_str()) {
        Some(origin) if is_own(origin, text(header::HOST.as_str()), own) => Origin::Own,
        Some(_) => Origin::Foreign,
        None => Origin::Unknown,
    };
    match (text("sec-fetch-site"), claimed) {
        (_, Origin::Foreign) => Origin::Foreign,
        (Some("same-origin" | "none"), _) => Origin::Own,
        (Some(_), _) => Origin::Foreign,
        (None, claimed) => claimed,
    }
}

/// Whether the origin is one of those configured, or the host asked for where none is.
fn is_own(origin: &str, host: Option<&str>, own: &[String]) -> bool {
    if own.is_empty() {
        let authority = origin.split_once("://").map(|(_, authority)| authority);
        host.is_some() && authority == host
    } else {
        own.iter().any(|known| known == origin)
    }
}

/// What a body is, as far as forgery goes.
enum Kind {
    Urlencoded,
    Multipart,
    /// `text/plain` or no type: forms can send these too.
    Other,
    NotAForm,
}

impl Kind {
    fn of(headers: &HeaderMap) -> Self {
        let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        match content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
            "application/x-www-form-urlencoded" => Self::Urlencoded,
            "multipart/form-data" => Self::Multipart,
            // Without a body there is no type; DELETE and PUT are no methods of forms, POST is.
            "" if headers.get(header::CONTENT_LENGTH).is_none_or(|length| length == "0") => Self::NotAForm,
            "" | "text/plain" => Self::Other,
            _ => Self::NotAForm,
        }
    }
}
