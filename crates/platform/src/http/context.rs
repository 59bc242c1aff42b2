//! From a request to the context of its operation: who, from where, in which language, under which name.

use std::{
    net::{IpAddr, SocketAddr},
    str::FromStr,
    sync::Arc,
};

use axum::extract::{ConnectInfo, FromRequestParts, Request};
use http::{HeaderMap, header, request::Parts};

use super::{
    auth::{Credential, Identity},
    cookie,
    csrf::Csrf,
    edge::Settings,
    network::Network,
};
use crate::{
    cx::{Actor, Cx},
    error::{Error, Result},
    i18n::Locale,
    ids,
    trace::Trace,
};

/// What is known of a visit before, and after, it is known who comes.
pub(super) struct Visit {
    pub cx: Cx,
    /// Whether errors are told to a program.
    pub wants_json: bool,
    pub path_and_query: String,
    /// The language just chosen with `?lang=`, to be remembered.
    pub chosen: Option<Locale>,
    /// A guest's fresh secret for forms, to be kept in a cookie.
    pub fresh_secret: Option<String>,
    pub csrf: Option<Csrf>,
    /// The trace a proxy of ours has begun.
    pub handed: Option<Trace>,
    /// The fields of a form of ours that came with the token of another session.
    pub stale_fields: Option<Vec<(String, String)>>,
}

impl Visit {
    /// Reads what the request says of itself.
    pub(super) fn open(settings: &Settings, request: &Request) -> Self {
        let headers = request.headers();
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        let trusted = peer.is_some_and(|peer| is_trusted(&settings.trusted_proxies, peer));
        let now = settings.clock.now();
        let request_id =
            handed_id(headers).filter(|_| trusted).unwrap_or_else(|| ids::encode("req", now, settings.entropy.bytes()));
        let chosen = request.uri().query().and_then(asked_locale);
        let remembered = || cookie::read(headers, "lang").and_then(|text| Locale::from_str(text).ok());
        let preferred = || text(headers, header::ACCEPT_LANGUAGE.as_str()).and_then(Locale::negotiate);
        let mut cx = Cx::guest(&request_id, Locale::default(), settings.clock.clone(), settings.entropy.clone());
        cx.locale = chosen.or_else(remembered).or_else(preferred).unwrap_or_default();
        cx.address = if trusted { forwarded(headers, &settings.trusted_proxies).or(peer) } else { peer };
        cx.deadline =
            jiff::SignedDuration::try_from(settings.time_limit).ok().and_then(|limit| now.checked_add(limit).ok());
        let handed = text(headers, "traceparent").filter(|_| trusted).and_then(|text| text.parse().ok());
        let path = request.uri().path();
        Self {
            cx,
            wants_json: path.starts_with("/api/") || !accepts_pages(headers),
            path_and_query: request.uri().path_and_query().map_or_else(|| path.to_owned(), ToString::to_string),
            chosen,
            fresh_secret: None,
            csrf: None,
            handed,
            stale_fields: None,
        }
    }

    /// Finds out who comes. A cookie that stands for nobody any more makes a guest; a bad bearer token is refused.
    /// Answers whether the visit came in by a cookie's session.
    pub(super) async fn recognise(&mut self, settings: &Settings, headers: &HeaderMap) -> Result<Recognised> {
        if let Some(token) = text(headers, header::AUTHORIZATION.as_str()) {
            let token = token.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
            let (_, token) = token.ok_or(Error::Unauthenticated("bad-token"))?;
            let identity = settings.authenticator.identify(Credential::Bearer(token.trim())).await?;
            self.admit(identity, headers);
            return Ok(Recognised::ByToken);
        }
        if let Some(value) = cookie::read(headers, cookie::session_name(settings.https)) {
            match settings.authenticator.identify(Credential::Cookie(value)).await {
                Ok(identity) => {
                    let secret = identity.csrf.clone().unwrap_or_else(|| session_of(&identity.actor));
                    self.csrf = Some(Csrf::new(settings.csrf_key.clone(), &secret, settings.entropy.clone()));
                    self.admit(identity, headers);
                    return Ok(Recognised::ByCookie);
                }
                Err(Error::Unauthenticated(_)) => {}
                Err(error) => return Err(error),
            }
        }
        self.give_guest_secret(settings, headers);
        Ok(Recognised::Guest)
    }

    fn admit(&mut self, identity: Identity, headers: &HeaderMap) {
        self.cx.actor = identity.actor;
        self.cx.permissions = identity.permissions;
        self.cx.facilities = identity.facilities;
        let said = self.chosen.is_some() || cookie::read(headers, "lang").is_some();
        if let Some(locale) = identity.locale.filter(|_| !said) {
            self.cx.locale = locale;
        }
    }

    /// Binds a guest's forms to a cookie, given out with the first page.
    fn give_guest_secret(&mut self, settings: &Settings, headers: &HeaderMap) {
        let kept = cookie::read(headers, cookie::guest_name(settings.https)).filter(|secret| secret.len() == 43);
        let secret = match kept {
            Some(secret) => secret.to_owned(),
            None if self.wants_json => return,
            None => self.fresh_secret.insert(crate::crypto::token(&settings.entropy)).clone(),
        };
        self.csrf = Some(Csrf::new(settings.csrf_key.clone(), &secret, settings.entropy.clone()));
    }
}

/// How somebody was recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Recognised {
    ByToken,
    ByCookie,
    Guest,
}

impl<S: Send + Sync> FromRequestParts<S> for Cx {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or_else(|| Error::internal("the route stands outside the edge: there is no context"))
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn accepts_pages(headers: &HeaderMap) -> bool {
    text(headers, header::ACCEPT.as_str()).is_some_and(|accept| accept.contains("text/html"))
}

fn asked_locale(query: &str) -> Option<Locale> {
    query.split('&').find_map(|pair| pair.strip_prefix("lang=")?.parse().ok())
}

fn session_of(actor: &Actor) -> String {
    match actor {
        Actor::Account { session, .. } => session.to_string(),
        Actor::Guest | Actor::System(_) => String::new(),
    }
}

/// A request id handed on by a proxy.
fn handed_id(headers: &HeaderMap) -> Option<String> {
    let id = text(headers, "x-request-id")?;
    let fits = (8..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    fits.then(|| id.to_owned())
}

fn is_trusted(proxies: &[Network], address: IpAddr) -> bool {
    proxies.iter().any(|network| network.contains(address))
}

/// The first address from the right that no trusted proxy has: what stands further left may be forged.
fn forwarded(headers: &HeaderMap, proxies: &[Network]) -> Option<IpAddr> {
    let lines: Vec<&str> = headers.get_all("x-forwarded-for").iter().filter_map(|line| line.to_str().ok()).collect();
    let hops = lines.iter().rev().flat_map(|line| line.rsplit(',')).map(|hop| hop.trim().parse::<IpAddr>().ok());
    hops.take_while(Option::is_some).flatten().find(|address| !is_trusted(proxies, *address))
}

/// Shared by the edge and its tests: the visit's context and forms' secret, where handlers find them.
pub(super) fn attach(visit: &Visit, request: &mut Request) {
    request.extensions_mut().insert(visit.cx.clone());
    if let Some(csrf) = &visit.csrf {
        request.extensions_mut().insert(csrf.clone());
    }
}

/// A key for forgery tokens as settings hold it.
pub(super) type CsrfKey = Arc<[u8; 32]>;
