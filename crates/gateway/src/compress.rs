//! Which answers are compressed: texts that are worth it and hold no secret that their size could tell.
//!
//! BREACH (Gluck, Harris, Prado 2013) guesses a secret from the size of a compressed answer that also holds text of the
//! attacker's choice. So an answer that sets a cookie is never compressed, and a personal one only where the browser
//! says that our own page, or the person, asked for it: an attacker's page cannot say so. Forgery tokens in forms are
//! masked anew in each page besides.

use http::{Extensions, HeaderMap, HeaderValue, StatusCode, Version, header};

/// Smaller answers do not get smaller.
const WORTH_IT: u64 = 512;

/// Marks an answer whose asker may be somebody else's page.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AskedFromElsewhere;

/// Whether the browser does not vouch that our own page, or the person, asks.
pub(crate) fn is_asked_from_elsewhere(headers: &HeaderMap) -> bool {
    let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    // A program with a token sends no cookies by itself: nobody can make it ask.
    let by_token = headers.contains_key(header::AUTHORIZATION);
    !by_token && !matches!(site, Some(b"same-origin" | b"none"))
}

/// Whether an answer is compressed.
pub(crate) fn is_compressible(status: StatusCode, _: Version, headers: &HeaderMap, marks: &Extensions) -> bool {
    let caching = headers.get(header::CACHE_CONTROL).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let personal = caching.contains("no-store") || caching.contains("private");
    !status.is_informational()
        && status != StatusCode::PARTIAL_CONTENT
        && is_text(headers)
        && size(headers).is_none_or(|size| size >= WORTH_IT)
        && !headers.contains_key(header::SET_COOKIE)
        && !caching.contains("no-transform")
        && !(personal && marks.get::<AskedFromElsewhere>().is_some())
}

fn size(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Kinds that are text; streams of events or lines are not gathered for compression's sake.
fn is_text(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match kind.as_str() {
        "text/event-stream" => false,
        "application/json"
        | "application/javascript"
        | "application/xml"
        | "application/manifest+json"
        | "application/wasm"
        | "image/svg+xml" => true,
        other => other.starts_with("text/") || other.ends_with("+json") || other.ends_with("+xml"),
    }
}

#[cfg(test)]
mod tests {
    use http::{Extensions, HeaderMap, HeaderName, StatusCode, Version};

    use super::{AskedFromElsewhere, is_asked_from_elsewhere, is_compressible};

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    fn compressed(pairs: &[(&'static str, &'static str)], from_elsewhere: bool) -> bool {
        let mut marks = Extensions::new();
        if from_elsewhere {
            marks.insert(AskedFromElsewhere);
        }
        is_compressible(StatusCode::OK, Version::HTTP_11, &headers(pairs), &marks)
    }

    #[test]
    fn texts_are_compressed_and_what_must_not_be_is_not() {
        let html = ("content-type", "text/html; charset=utf-8");
        assert!(compressed(&[html], true));
        assert!(compressed(&[("content-type", "application/problem+json"), ("content-length", "512")], true));
        assert!(compressed(&[html, ("cache-control", "no-store")], false));
        for (why, pairs) in [
            ("small", vec![html, ("content-length", "511")]),
            ("a stream", vec![("content-type", "text/event-stream")]),
            ("compressed by nature", vec![("content-type", "image/webp")]),
            ("of unknown kind", vec![]),
            ("a secret is set", vec![html, ("set-cookie", "session=x")]),
            ("not to be changed", vec![html, ("cache-control", "public, no-transform")]),
            ("personal, asked by another site (BREACH)", vec![html, ("cache-control", "no-store")]),
            ("private, asked by another site (BREACH)", vec![html, ("cache-control", "private")]),
        ] {
            assert!(!compressed(&pairs, true), "{why}");
        }
    }

    #[test]
    fn only_the_browser_can_vouch_for_our_own_page() {
        assert!(is_asked_from_elsewhere(&headers(&[])));
        assert!(is_asked_from_elsewhere(&headers(&[("sec-fetch-site", "cross-site")])));
        assert!(is_asked_from_elsewhere(&headers(&[("sec-fetch-site", "same-site")])));
        assert!(!is_asked_from_elsewhere(&headers(&[("sec-fetch-site", "same-origin")])));
        assert!(!is_asked_from_elsewhere(&headers(&[("sec-fetch-site", "none")])));
        assert!(!is_asked_from_elsewhere(&headers(&[("authorization", "Bearer x")])));
    }
}
