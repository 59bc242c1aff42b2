//! Who gets a request, and what is said on whose behalf.

use axum::Router;
use gateway::Table;
use http::{Method, StatusCode};

use crate::world::{Replica, Wire, ask, before, get, settings, start};

#[tokio::test]
async fn requests_go_where_the_table_says() {
    let (web, api) = (Replica::saying("web").await, Replica::saying("api").await);
    let table = Table::new()
        .route("/", "web")
        .route("/api", "api")
        .service("web", &[web.address.to_string()])
        .unwrap()
        .service("api", &[api.address.to_string()])
        .unwrap();
    let gateway = start(settings(), table).await;
    assert_eq!(get(gateway.address(), "/search?q=a%20b").await.text(), "web");
    assert_eq!(get(gateway.address(), "/api/v1/x").await.text(), "api");
    assert_eq!(web.seen()[0].target, "/search?q=a%20b", "the address stays as it was written");
    assert_eq!(web.seen()[0].method, Method::GET);
}

#[tokio::test]
async fn strangers_are_not_believed_what_they_say_of_themselves() {
    let replica = Replica::saying("ok").await;
    let gateway = before(&replica, |settings| settings.private_headers = vec!["x-between-services".to_owned()]).await;
    let forged = [
        ("x-forwarded-for", "198.51.100.1"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-prefix", "/evil"),
        ("forwarded", "for=198.51.100.1"),
        ("x-real-ip", "198.51.100.1"),
        ("x-original-url", "/internal"),
        ("x-request-id", "chosen-by-stranger"),
        ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
        ("tracestate", "a=b"),
        ("authorization", "Service forged"),
        ("x-between-services", "forged"),
        ("accept-encoding", "gzip"),
    ];
    let told = ask(gateway.address(), Method::GET, "/", &forged, b"").await;
    let seen = &replica.seen()[0].headers;
    let header = |name: &str| seen.get(name).map_or("", |value| value.to_str().unwrap());
    assert_eq!(header("x-forwarded-for"), "127.0.0.1");
    assert_eq!(header("x-forwarded-proto"), "http");
    assert_eq!(header("x-forwarded-host"), gateway.address().to_string());
    assert_eq!(header("host"), gateway.address().to_string());
    for gone in [
        "x-forwarded-prefix",
        "forwarded",
        "x-real-ip",
        "x-original-url",
        "tracestate",
        "authorization",
        "x-between-services",
        "accept-encoding",
    ] {
        assert_eq!(header(gone), "", "{gone}");
    }
    assert!(header("x-request-id").starts_with("req_"));
    assert_eq!(told.header("x-request-id"), header("x-request-id"), "both sides can name the request");
    assert!(header("traceparent").len() == 55 && !header("traceparent").contains("0af7651916cd43dd"));
}

#[tokio::test]
async fn proxies_of_ours_are_believed() {
    let replica = Replica::saying("ok").await;
    let gateway = before(&replica, |settings| settings.trusted_proxies = vec!["127.0.0.0/8".to_owned()]).await;
    let handed = [
        ("x-forwarded-for", "198.51.100.1"),
        ("x-forwarded-proto", "https"),
        ("x-request-id", "handed-on-1"),
        ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
        ("authorization", "service forged"),
    ];
    ask(gateway.address(), Method::GET, "/", &handed, b"").await;
    let seen = &replica.seen()[0].headers;
    assert_eq!(seen["x-forwarded-for"], "198.51.100.1, 127.0.0.1");
    assert_eq!(seen["x-forwarded-proto"], "https");
    assert_eq!(seen["x-request-id"], "handed-on-1");
    let trace = seen["traceparent"].to_str().unwrap();
    assert!(trace.starts_with("00-0af7651916cd43dd8448eb211c80319c-") && !trace.contains("b7ad6b7169203331"));
    assert!(!seen.contains_key("authorization"), "not even a proxy speaks as a service");
}

#[tokio::test]
async fn what_speaks_of_one_connection_stays_on_it() {
    let routes =
        Router::new().fallback(|| async { [("connection", "x-inner"), ("x-inner", "1"), ("keep-alive", "timeout=5")] });
    let replica = Replica::serving(routes).await;
    let gateway = before(&replica, |_| {}).await;
    let mut wire = Wire::open(gateway.address()).await;
    let answer = wire
        .send("GET / HTTP/1.1\r\nHost: a.example\r\nConnection: close, X-Mine\r\nX-Mine: 1\r\nTE: trailers\r\nProxy-Authorization: Basic x\r\nUpgrade: h2c\r\n\r\n")
        .await
        .rest()
        .await
        .to_ascii_lowercase();
    let seen = &replica.seen()[0].headers;
    for gone in ["connection", "x-mine", "te", "proxy-authorization", "upgrade"] {
        assert!(!seen.contains_key(gone), "{gone}");
    }
    assert!(
        answer.starts_with("http/1.1 200") && !answer.contains("x-inner") && !answer.contains("keep-alive"),
        "{answer}"
    );
}

#[tokio::test]
async fn inner_paths_and_other_names_are_not_served() {
    let replica = Replica::saying("secret").await;
    let gateway = before(&replica, |settings| settings.hosts = vec!["klinik.example".to_owned()]).await;
    let ask = async |target: &'static str, host: &'static str| {
        ask(gateway.address(), Method::GET, target, &[("host", host)], b"").await
    };
    for target in ["/internal/x", "/metrics", "/livez", "/readyz", "//internal", "/%69nternal/x", "/INTERNAL"] {
        assert_eq!(ask(target, "klinik.example").await.status, StatusCode::NOT_FOUND, "{target}");
    }
    for target in ["/a/..%2finternal", "/a/%2e%2e/internal", "/a/..;/internal", "/a%5c..%5cinternal"] {
        assert_eq!(ask(target, "klinik.example").await.status, StatusCode::BAD_REQUEST, "{target}");
    }
    assert_eq!(ask("/", "evil.example").await.status, StatusCode::MISDIRECTED_REQUEST);
    assert!(replica.seen().is_empty());
    assert_eq!(ask("/", "KLINIK.example:443").await.status, StatusCode::OK);
}

#[tokio::test]
async fn heads_without_bodies_keep_their_length_and_their_connection() {
    let replica = Replica::saying("twelve bytes").await;
    let gateway = before(&replica, |_| {}).await;
    let mut wire = Wire::open(gateway.address()).await;
    let head = wire.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n").await.until("\r\n\r\n").await.to_ascii_lowercase();
    assert!(head.contains("content-length: 12"), "{head}");
    let next = wire.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await.rest().await;
    assert!(next.starts_with("HTTP/1.1 200") && next.ends_with("twelve bytes"), "{next}");
}
