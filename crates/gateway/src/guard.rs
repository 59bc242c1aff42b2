//! Requests that are refused before anybody is asked: other names than ours, addresses that two programs could read in
//! two ways, and what only services may reach.

use http::{Method, Uri, Version, header, request::Parts};

use crate::refuse::Refusal;

/// The longest address that is read.
const LONGEST_TARGET: usize = 8 * 1024;

/// The name the request is sent to, in lower case and with its port. The target's name and the header's must agree,
/// and there must be exactly one (RFC 9112 §3.2): otherwise we and a service could take it for different sites.
pub(crate) fn host(parts: &Parts, names: &[String]) -> Result<String, Refusal> {
    let mut told = parts.headers.get_all(header::HOST).iter();
    let header = match (told.next(), told.next()) {
        (Some(host), None) => Some(host.to_str().map_err(|_| Refusal::Malformed)?.to_ascii_lowercase()),
        (None, _) => None,
        (Some(_), Some(_)) => return Err(Refusal::Malformed),
    };
    let target = parts.uri.authority().map(|authority| authority.as_str().to_ascii_lowercase());
    let host = match (header, target) {
        (Some(header), Some(target)) if header != target => return Err(Refusal::Malformed),
        (Some(host), _) | (None, Some(host)) => host,
        (None, None) => return Err(Refusal::Malformed),
    };
    let is_name = |b: u8| b.is_ascii_alphanumeric() || b"-._:[]".contains(&b);
    if host.is_empty() || !host.bytes().all(is_name) {
        return Err(Refusal::Malformed);
    }
    let name = without_port(&host);
    let known = names.is_empty() || names.iter().any(|ours| ours.eq_ignore_ascii_case(name));
    if known { Ok(host) } else { Err(Refusal::WrongHost) }
}

/// `name:port` without the port.
pub(crate) fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    }
}

/// A request that is read in one way only, and the path by which its service is found.
pub(crate) fn path(parts: &Parts, internal: &[String]) -> Result<String, Refusal> {
    if matches!(parts.method, Method::CONNECT | Method::TRACE) {
        return Err(Refusal::Method);
    }
    if parts.version < Version::HTTP_10 {
        return Err(Refusal::Malformed);
    }
    if length(&parts.uri) > LONGEST_TARGET {
        return Err(Refusal::LongTarget);
    }
    let path = plain(parts.uri.path()).ok_or(Refusal::Malformed)?;
    let lower = path.to_ascii_lowercase();
    let below = |prefix: &String| {
        lower.strip_prefix(prefix.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    if internal.iter().any(below) { Err(Refusal::NotFound) } else { Ok(path) }
}

fn length(uri: &Uri) -> usize {
    uri.path_and_query().map_or(0, |target| target.as_str().len())
}

/// The path with percent-encoded characters read once and empty segments left out. `None` where some program could
/// read it as another path: dot segments, encoded slashes, backslashes, control characters, broken encodings.
fn plain(path: &str) -> Option<String> {
    if !path.starts_with('/') {
        return None;
    }
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        let (byte, encoded) = match byte {
            b'%' => (hex(rest.next()?)? << 4 | hex(rest.next()?)?, true),
            byte => (byte, false),
        };
        if byte < 0x20 || byte == 0x7F || byte == b'\\' || (encoded && byte == b'/') {
            return None;
        }
        bytes.push(byte);
    }
    let text = String::from_utf8(bytes).ok()?;
    let segments: Vec<&str> = text.split('/').filter(|segment| !segment.is_empty()).collect();
    // A segment may carry parameters (`..;x`), which some programs cut off first.
    let is_dots = |segment: &&str| matches!(segment.split(';').next(), Some("." | ".."));
    if segments.iter().any(is_dots) { None } else { Some(format!("/{}", segments.join("/"))) }
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).map(|value| value as u8)
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::{host, path, plain};
    use crate::refuse::Refusal;

    #[test]
    fn paths_are_read_in_one_way_or_not_at_all() {
        assert_eq!(plain("/api/v1/d%C3%B6kter").as_deref(), Some("/api/v1/dökter"));
        assert_eq!(plain("//api///v1/").as_deref(), Some("/api/v1"));
        for odd in [
            "/a/../b",
            "/a/%2e%2e/b",
            "/a/.",
            "/a%2fb",
            "/a%5cb",
            "/a\\b",
            "/a%00",
            "/a%0d%0ab",
            "/%zz",
            "/%2",
            "/a/..;/b",
            "*",
            "/%ff",
        ] {
            assert_eq!(plain(odd), None, "{odd}");
        }
    }

    #[test]
    fn internal_paths_are_nowhere_however_they_are_written() {
        let internal = ["/internal".to_owned(), "/metrics".to_owned()];
        let asked = |uri: &str| path(&Request::get(uri).body(()).unwrap().into_parts().0, &internal);
        for written in
            ["/internal", "/internal/x", "//internal/x", "/Internal/x", "/%69nternal/x", "/METRICS", "/metrics/"]
        {
            assert!(matches!(asked(written), Err(Refusal::NotFound)), "{written}");
        }
        assert_eq!(asked("/internals").unwrap(), "/internals");
        assert!(matches!(asked(&format!("/{}", "a".repeat(9000))), Err(Refusal::LongTarget)));
    }

    #[test]
    fn there_is_one_host_and_it_is_ours() {
        let names = ["klinik.example".to_owned()];
        let asked = |uri: &str, hosts: &[&str]| {
            let request = hosts.iter().fold(Request::get(uri), |request, host| request.header("host", *host));
            host(&request.body(()).unwrap().into_parts().0, &names)
        };
        assert_eq!(asked("/", &["Klinik.example:8443"]).unwrap(), "klinik.example:8443");
        assert_eq!(asked("https://klinik.example/", &[]).unwrap(), "klinik.example");
        assert!(matches!(asked("/", &["evil.example"]), Err(Refusal::WrongHost)));
        assert!(matches!(asked("/", &[]), Err(Refusal::Malformed)));
        assert!(matches!(asked("/", &["klinik.example", "evil.example"]), Err(Refusal::Malformed)));
        assert!(matches!(asked("http://evil.example/", &["klinik.example"]), Err(Refusal::Malformed)));
        assert!(matches!(asked("/", &["klinik.example@evil.example"]), Err(Refusal::Malformed)));
    }
}
