//! What of a request's and an answer's headers goes on, and what we say ourselves.

use std::fmt::Write as _;

use http::{HeaderMap, HeaderName, HeaderValue, header, request::Parts};

use crate::visit::{FORWARDED_FOR, FORWARDED_PROTO, REQUEST_ID, Visit};

const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// Headers that speak of one connection only (RFC 9110 §7.6.1, and what older programs send).
const HOP_BY_HOP: [HeaderName; 9] = [
    header::CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

/// What only a proxy of ours may say of a request.
const CLAIMS: [HeaderName; 8] = [
    header::FORWARDED,
    HeaderName::from_static("x-real-ip"),
    HeaderName::from_static("x-original-url"),
    HeaderName::from_static("x-rewrite-url"),
    HeaderName::from_static("x-client-ip"),
    HeaderName::from_static("true-client-ip"),
    HeaderName::from_static("tracestate"),
    HeaderName::from_static("baggage"),
];

/// What the gateway was told about itself.
pub(crate) struct Manner<'a> {
    /// Headers that only services may send.
    pub private: &'a [HeaderName],
    /// The name the request was sent to.
    pub host: &'a str,
    /// Whether it came by TLS.
    pub secure: bool,
    /// Whether we compress answers ourselves, so that services must not.
    pub compresses: bool,
}

/// Makes the headers of a request fit to go on.
pub(crate) fn of_request(parts: &mut Parts, visit: &Visit, manner: &Manner<'_>) {
    let headers = &mut parts.headers;
    drop_hop_by_hop(headers);
    headers.remove(header::EXPECT);
    for name in manner.private {
        headers.remove(name);
    }
    if is_service_pass(headers) {
        headers.remove(header::AUTHORIZATION);
    }
    let proto = headers.get(FORWARDED_PROTO).filter(|_| visit.trusted).cloned();
    let before = if visit.trusted { handed_hops(headers) } else { String::new() };
    if !visit.trusted {
        drop_claims(headers);
    }
    if manner.compresses {
        headers.remove(header::ACCEPT_ENCODING);
    }
    join_cookies(headers);
    let hops = if before.is_empty() { visit.peer.to_string() } else { format!("{before}, {}", visit.peer) };
    set(headers, FORWARDED_FOR, &hops);
    headers.insert(FORWARDED_PROTO, proto.unwrap_or(HeaderValue::from_static(scheme(manner.secure))));
    set(headers, FORWARDED_HOST, manner.host);
    set(headers, header::HOST, manner.host);
    headers.insert(REQUEST_ID, visit.request_id.clone());
    set(headers, TRACEPARENT, &visit.trace.traceparent());
}

/// Makes the headers of an answer fit to go back.
pub(crate) fn of_answer(headers: &mut HeaderMap) {
    drop_hop_by_hop(headers);
}

/// Asks for the same change of protocol again, after hop-by-hop headers are gone.
pub(crate) fn upgrade(headers: &mut HeaderMap, protocol: &'static str) {
    headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static(protocol));
}

/// Whether a header that lists words lists this one.
pub(crate) fn lists(headers: &HeaderMap, name: HeaderName, word: &str) -> bool {
    headers
        .get_all(name)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .any(|listed| listed.trim().eq_ignore_ascii_case(word))
}

/// Whether an answer is a stream of events, which has no end of its own.
pub(crate) fn is_event_stream(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"))
}

/// `https` or `http`.
pub(crate) fn scheme(secure: bool) -> &'static str {
    if secure { "https" } else { "http" }
}

/// Services show each other `Authorization: Service …`; nobody comes in with it.
fn is_service_pass(headers: &HeaderMap) -> bool {
    let shown = headers.get(header::AUTHORIZATION).map_or(&b""[..], HeaderValue::as_bytes);
    shown.get(..8).is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"service "))
}

fn drop_hop_by_hop(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .filter_map(|name| name.trim().parse().ok())
        // Without these the message would be another one, or end elsewhere.
        .filter(|name| *name != header::HOST && *name != header::CONTENT_LENGTH && *name != header::CONTENT_TYPE)
        .collect();
    for name in named.iter().chain(&HOP_BY_HOP) {
        headers.remove(name);
    }
}

fn drop_claims(headers: &mut HeaderMap) {
    for name in &CLAIMS {
        headers.remove(name);
    }
    let forwarded: Vec<HeaderName> =
        headers.keys().filter(|name| name.as_str().starts_with("x-forwarded-")).cloned().collect();
    for name in forwarded {
        headers.remove(name);
    }
}

fn handed_hops(headers: &HeaderMap) -> String {
    headers.get_all(FORWARDED_FOR).iter().filter_map(|line| line.to_str().ok()).fold(String::new(), |mut all, line| {
        let _ = write!(all, "{}{}", if all.is_empty() { "" } else { ", " }, line.trim());
        all
    })
}

/// HTTP/2 may send cookies one by one; HTTP/1.1 must have one header (RFC 9113 §8.2.3).
fn join_cookies(headers: &mut HeaderMap) {
    if headers.get_all(header::COOKIE).iter().nth(1).is_none() {
        return;
    }
    let all: Vec<&[u8]> = headers.get_all(header::COOKIE).iter().map(HeaderValue::as_bytes).collect();
    if let Ok(joined) = HeaderValue::from_bytes(&all.join(&b"; "[..])) {
        headers.insert(header::COOKIE, joined);
    }
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    match HeaderValue::from_str(value) {
        Ok(value) => drop(headers.insert(name, value)),
        Err(_) => drop(headers.remove(name)),
    }
}
