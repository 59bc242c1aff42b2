//! Who sends a request, under which name it goes on, and in which language its sender reads.

use std::{
    net::{IpAddr, Ipv6Addr},
    str::FromStr,
};

use http::{HeaderMap, HeaderName, HeaderValue, header, request::Parts};
use platform::{
    Clock,
    entropy::Entropy,
    http::{Network, cookie},
    i18n::Locale,
    ids,
    trace::{Kind, Span, Trace},
};

use crate::numbers::method_name;

/// `X-Request-Id`
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// `X-Forwarded-For`
pub(crate) const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// `X-Forwarded-Proto`
pub(crate) const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// What is known of a request before it is forwarded.
pub(crate) struct Visit {
    /// Where the connection comes from.
    pub peer: IpAddr,
    /// Where the request comes from: the peer, or who a believed proxy says.
    pub client: IpAddr,
    /// Whether the peer is a believed proxy.
    pub trusted: bool,
    /// Names the request in every log.
    pub request_id: HeaderValue,
    /// Our step of what the request is part of.
    pub trace: Trace,
    /// The language of its sender.
    pub locale: Locale,
    /// Whether its sender is a program.
    pub wants_json: bool,
    /// The path asked for, as it came.
    pub path: String,
}

impl Visit {
    /// Reads what the request says of itself, and believes it where it comes from a proxy of ours. The span is the
    /// gateway's step of the trace, to be ended with the answer.
    pub fn open(parts: &Parts, peer: IpAddr, proxies: &[Network], clock: &Clock, entropy: &Entropy) -> (Self, Span) {
        let headers = &parts.headers;
        let peer = peer.to_canonical();
        let trusted = is_proxy(proxies, peer);
        let handed = || headers.get(REQUEST_ID).filter(|id| trusted && is_request_id(id)).cloned();
        let fresh = || {
            HeaderValue::from_str(&ids::encode("req", clock.now(), entropy.bytes()))
                .unwrap_or(HeaderValue::from_static("req"))
        };
        let handed_trace =
            headers.get("traceparent").filter(|_| trusted).and_then(|value| value.to_str().ok()?.parse().ok());
        let span = Span::begin(Kind::Server, method_name(&parts.method), handed_trace, clock);
        let path = parts.uri.path();
        let visit = Self {
            peer,
            client: if trusted { forwarded(headers, proxies).unwrap_or(peer) } else { peer },
            trusted,
            request_id: handed().unwrap_or_else(fresh),
            trace: span.trace(),
            locale: locale(headers),
            wants_json: path.starts_with("/api/") || !accepts_pages(headers),
            path: path.to_owned(),
        };
        (visit, span)
    }

    /// What stands for the client where it is counted: an IPv6 client owns a whole /64.
    pub fn rate_key(&self) -> IpAddr {
        network_of(self.client)
    }
}

/// The address, or its /64.
pub(crate) fn network_of(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
    }
}

pub(crate) fn is_proxy(proxies: &[Network], address: IpAddr) -> bool {
    proxies.iter().any(|network| network.contains(address))
}

/// The first address from the right that no believed proxy has: what stands further left may be forged.
fn forwarded(headers: &HeaderMap, proxies: &[Network]) -> Option<IpAddr> {
    let lines: Vec<&str> = headers.get_all(FORWARDED_FOR).iter().filter_map(|line| line.to_str().ok()).collect();
    let hops = lines.iter().rev().flat_map(|line| line.rsplit(',')).map(|hop| hop.trim().parse::<IpAddr>().ok());
    hops.take_while(Option::is_some).flatten().map(|hop| hop.to_canonical()).find(|hop| !is_proxy(proxies, *hop))
}

fn is_request_id(id: &HeaderValue) -> bool {
    let id = id.as_bytes();
    (8..=64).contains(&id.len()) && id.iter().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(b))
}

fn locale(headers: &HeaderMap) -> Locale {
    let remembered = cookie::read(headers, "lang").and_then(|text| Locale::from_str(text).ok());
    let preferred = || headers.get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok()).and_then(Locale::negotiate);
    remembered.or_else(preferred).unwrap_or_default()
}

fn accepts_pages(headers: &HeaderMap) -> bool {
    headers.get(header::ACCEPT).and_then(|v| v.to_str().ok()).is_some_and(|accept| accept.contains("text/html"))
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use http::Request;
    use platform::{Clock, entropy::Entropy, http::Network};

    use super::{Visit, network_of};

    fn visit(peer: &str, forwarded_for: &[&str], id: &str) -> Visit {
        let mut request = Request::builder().uri("/").header("x-request-id", id);
        for line in forwarded_for {
            request = request.header("x-forwarded-for", *line);
        }
        let parts = request.body(()).unwrap().into_parts().0;
        let proxies: Vec<Network> = vec!["10.0.0.0/8".parse().unwrap()];
        Visit::open(&parts, peer.parse().unwrap(), &proxies, &Clock::System, &Entropy::seeded(1)).0
    }

    #[test]
    fn only_a_proxy_of_ours_is_believed() {
        let stranger = visit("203.0.113.9", &["198.51.100.1"], "stranger-chosen");
        assert_eq!(stranger.client, "203.0.113.9".parse::<IpAddr>().unwrap());
        assert!(stranger.request_id.to_str().unwrap().starts_with("req_"));
        let ours = visit("10.0.0.1", &["1.1.1.1, 198.51.100.1, 10.0.0.7"], "handed-on-1");
        assert_eq!(ours.client, "198.51.100.1".parse::<IpAddr>().unwrap(), "what stands further left may be forged");
        assert_eq!(ours.request_id, "handed-on-1");
        assert!(visit("10.0.0.1", &[], "a b").request_id.to_str().unwrap().starts_with("req_"));
        assert_eq!(visit("10.0.0.1", &["1.1.1.1, rubbish"], "x").client, "10.0.0.1".parse::<IpAddr>().unwrap());
        assert_eq!(visit("::ffff:10.0.0.1", &["8.8.8.8"], "x").client, "8.8.8.8".parse::<IpAddr>().unwrap());
    }

    #[test]
    fn a_client_counts_by_its_network() {
        let net = |text: &str| network_of(text.parse().unwrap()).to_string();
        assert_eq!(net("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(net("203.0.113.9"), "203.0.113.9");
    }
}
