//! What is compressed on its way out.

use axum::{Router, routing::any};
use http::{Method, header};

use crate::world::{Replica, Told, ask, before};

const LONG: &str = "Jadwal dokter hari ini. ";

async fn asked(headers: &'static [(&'static str, &'static str)], from: &[(&str, &str)], size: usize) -> Told {
    let body = LONG.repeat(size);
    let routes = Router::new().fallback(any(move || {
        let (body, headers) =
            (axum::body::Body::from(body.clone()), axum::response::AppendHeaders(headers.iter().copied()));
        async move { (headers, body) }
    }));
    let replica = Replica::serving(routes).await;
    let gateway = before(&replica, |_| {}).await;
    ask(gateway.address(), Method::GET, "/", from, b"").await
}

const BROWSER: &[(&str, &str)] = &[("accept-encoding", "gzip, deflate, br"), ("sec-fetch-site", "same-origin")];
const OTHER_SITE: &[(&str, &str)] = &[("accept-encoding", "gzip, deflate, br"), ("sec-fetch-site", "cross-site")];

#[tokio::test]
async fn texts_are_compressed_with_what_the_browser_knows() {
    let br = asked(&[("content-type", "text/html; charset=utf-8")], BROWSER, 200).await;
    assert_eq!((br.header("content-encoding"), br.header("vary")), ("br", "accept-encoding"));
    assert!(br.body.len() < 500 && !br.headers.contains_key(header::CONTENT_LENGTH));
    let gzip = asked(&[("content-type", "application/json")], &[("accept-encoding", "gzip")], 200).await;
    assert_eq!(gzip.header("content-encoding"), "gzip");
    assert_eq!(gzip.body[..2], [0x1F, 0x8B]);
    let plain = asked(&[("content-type", "text/plain")], &[], 200).await;
    assert_eq!((plain.header("content-encoding"), plain.text()), ("", LONG.repeat(200)));
}

#[tokio::test]
async fn what_must_not_be_compressed_is_not() {
    const HTML: (&str, &str) = ("content-type", "text/html");
    for (why, headers, from, size) in [
        ("small", &[HTML][..], BROWSER, 2),
        ("a picture", &[("content-type", "image/png")], BROWSER, 200),
        ("events", &[("content-type", "text/event-stream")], BROWSER, 200),
        ("a secret is set", &[HTML, ("set-cookie", "session=x")], BROWSER, 200),
        ("not to be changed", &[HTML, ("cache-control", "no-transform")], BROWSER, 200),
        ("personal, and another site asks", &[HTML, ("cache-control", "no-store")], OTHER_SITE, 200),
        ("compressed already", &[HTML, ("content-encoding", "zstd")], BROWSER, 200),
    ] {
        let told = asked(headers, from, size).await;
        assert!(!matches!(told.header("content-encoding"), "br" | "gzip"), "{why}");
        assert_eq!(told.body.len(), LONG.len() * size, "{why}");
    }
    let own = asked(&[HTML, ("cache-control", "no-store")], BROWSER, 200).await;
    assert_eq!(own.header("content-encoding"), "br", "our own page asks");
}
