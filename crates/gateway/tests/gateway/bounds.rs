//! Size, time and number are bounded.

use std::{io, sync::Arc, time::Instant};

use axum::{
    Router,
    body::Body,
    routing::{get, post},
};
use bytes::Bytes;
use futures_util::stream::pending;
use gateway::{Buckets, Gateway, Parts, RateLimit, Settings};
use http::{Method, StatusCode};
use platform::{Clock, entropy::Entropy};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::world::{Replica, Wire, ask, before, browser, settings, soon, table, texts, told, until};

#[tokio::test]
async fn large_bodies_are_refused_announced_or_not() {
    let replica = Replica::echoing().await;
    let gateway = before(&replica, |settings| settings.body_limit_bytes = 1000).await;
    let announced = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n";
    let answer = Wire::open(gateway.address()).await.send(announced).await.until("request_id").await;
    assert!(answer.starts_with("HTTP/1.1 413") && answer.contains("/problems/too-large"), "{answer}");
    assert!(replica.seen().is_empty());
    let chunk = format!("3e9\r\n{}\r\n", "x".repeat(1001));
    let chunked = format!("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{chunk}");
    let answer = Wire::open(gateway.address()).await.send(&chunked).await.rest().await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    let fits = ask(gateway.address(), Method::POST, "/", &[], &[b'x'; 1000]).await;
    assert_eq!((fits.status, fits.body.len()), (StatusCode::OK, 1000));
}

#[tokio::test]
async fn slow_senders_are_not_waited_for() {
    let replica = Replica::echoing().await;
    let gateway = before(&replica, |settings| {
        settings.header_seconds = 1;
        settings.keep_alive_seconds = 1;
        settings.body_idle_seconds = 1;
    })
    .await;
    let began = Instant::now();
    let mut silent = Wire::open(gateway.address()).await;
    let mut half_a_head = Wire::open(gateway.address()).await;
    half_a_head.send("GET / HTTP/1.1\r\nHost: a\r\nX-A: ").await;
    let mut half_a_body = Wire::open(gateway.address()).await;
    half_a_body.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf").await;
    let mut idle = Wire::open(gateway.address()).await;
    idle.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
    let ends = tokio::join!(silent.rest(), half_a_head.rest(), half_a_body.rest(), idle.rest());
    assert_eq!(ends.0, "");
    assert!(!ends.1.contains(" 200 "), "{}", ends.1);
    assert!(ends.2.starts_with("HTTP/1.1 408") && ends.2.contains("/problems/slow-request"), "{}", ends.2);
    assert!(ends.3.starts_with("HTTP/1.1 200"), "{}", ends.3);
    assert!(began.elapsed().as_secs() < 10, "nobody was waited for long");
}

#[tokio::test]
async fn a_service_that_does_not_answer_in_time_is_not_waited_for() {
    let replica = Replica::serving(Router::new().fallback(std::future::pending::<()>)).await;
    let gateway = before(&replica, |settings| settings.time_limit_seconds = 1).await;
    let late = ask(gateway.address(), Method::GET, "/api/x", &[], b"").await;
    assert_eq!(late.status, StatusCode::GATEWAY_TIMEOUT);
    assert_eq!(late.json()["type"], "/problems/late");
}

#[tokio::test]
async fn a_client_may_ask_so_often_and_no_header_makes_it_another() {
    let replica = Replica::saying("ok").await;
    let gateway = before(&replica, |settings| {
        settings.rate_per_second = 1;
        settings.rate_burst = 5;
    })
    .await;
    let mut answers = Vec::new();
    for n in 0..8 {
        let forged = format!("198.51.100.{n}");
        answers.push(ask(gateway.address(), Method::GET, "/", &[("x-forwarded-for", &forged)], b"").await);
    }
    let refused: Vec<_> = answers.iter().filter(|told| told.status == StatusCode::TOO_MANY_REQUESTS).collect();
    assert!((2..=3).contains(&refused.len()), "{}", refused.len());
    assert!(refused[0].header("retry-after").parse::<u64>().unwrap() >= 1);
    assert_eq!(refused[0].header("content-type"), "application/problem+json");
    assert_eq!(refused[0].json()["type"], "/problems/rate-limited");
}

#[tokio::test]
async fn clients_behind_a_proxy_of_ours_are_counted_apart() {
    let replica = Replica::saying("ok").await;
    let gateway = before(&replica, |settings| {
        settings.rate_per_second = 1;
        settings.rate_burst = 1;
        settings.trusted_proxies = vec!["127.0.0.1".to_owned()];
    })
    .await;
    let ask = async |client: &'static str| {
        ask(gateway.address(), Method::GET, "/", &[("x-forwarded-for", client)], b"").await
    };
    assert_eq!(ask("198.51.100.1").await.status, StatusCode::OK);
    assert_eq!(ask("198.51.100.2").await.status, StatusCode::OK);
    assert_eq!(ask("203.0.113.9, 198.51.100.1").await.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(ask("2001:db8::1").await.status, StatusCode::OK);
    assert_eq!(ask("2001:db8::2").await.status, StatusCode::TOO_MANY_REQUESTS, "a /64 is one client");
}

/// J2: gateways that share Redis count a client together, and each by itself while Redis is away.
#[tokio::test]
async fn a_client_is_counted_by_all_gateways_together() {
    let Some(mut server) = testkit::redis::Server::start().await else { return };
    let replica = Replica::saying("ok").await;
    let shared = || platform::shared::Shared::open(&server.settings(), [1; 32]).unwrap();
    let clock = Clock::manual(Clock::System.now());
    let mut gateways = Vec::new();
    for shared in [shared(), shared()] {
        soon(shared.wait_until_up()).await;
        let limit = Buckets::new(1, 60, clock.clone()).shared(&shared);
        let parts =
            Parts { clock: clock.clone(), entropy: Entropy::System, texts: texts(), limit: Some(Arc::new(limit)) };
        let settings = Settings { rate_per_second: 1, rate_burst: 60, ..settings() };
        gateways.push(Gateway::start(settings, table(&[&replica]), parts).await.unwrap());
    }
    let status = async |n: usize| ask(gateways[n].address(), Method::GET, "/", &[], b"").await.status;
    for n in 0..60 {
        assert_eq!(status(n % 2).await, StatusCode::OK);
    }
    // The clock stands still: by itself each would take thirty more.
    let more = std::cell::Cell::new(0);
    until(async || {
        more.set(more.get() + 1);
        status(1).await == StatusCode::TOO_MANY_REQUESTS
    })
    .await;
    assert!(more.get() < 20, "{} more", more.get());
    let by_itself = Buckets::new(1, 5, clock.clone()).shared(&shared());
    server.kill();
    let client = "198.51.100.1".parse().unwrap();
    for _ in 0..5 {
        by_itself.take(client).await.unwrap();
    }
    assert!(by_itself.take(client).await.is_err());
}

#[tokio::test]
async fn one_client_has_a_bounded_number_of_connections() {
    let replica = Replica::saying("ok").await;
    let gateway = before(&replica, |settings| settings.connections_per_client = 2).await;
    let (mut one, mut two) = (Wire::open(gateway.address()).await, Wire::open(gateway.address()).await);
    one.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.until("ok").await;
    two.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.until("ok").await;
    assert_eq!(Wire::open(gateway.address()).await.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.rest().await, "");
    drop(one);
    let browser = browser();
    until(|| async { told(&browser, gateway.address(), Method::GET, "/", &[], b"").await.is_some() }).await;
}

#[tokio::test]
async fn too_many_requests_at_once_are_told_to_come_back() {
    let (begun, release) = (tokio::sync::Semaphore::new(0), tokio::sync::Notify::new());
    let shared = std::sync::Arc::new((begun, release));
    let inner = shared.clone();
    let routes = Router::new().fallback(move || {
        let shared = inner.clone();
        async move {
            shared.0.add_permits(1);
            shared.1.notified().await;
            "done"
        }
    });
    let replica = Replica::serving(routes).await;
    let gateway = before(&replica, |settings| settings.requests = 1).await;
    let address = gateway.address();
    let first = tokio::spawn(async move { ask(address, Method::GET, "/", &[], b"").await });
    soon(shared.0.acquire()).await.unwrap().forget();
    let second = ask(address, Method::GET, "/", &[], b"").await;
    assert_eq!((second.status, second.header("retry-after")), (StatusCode::SERVICE_UNAVAILABLE, "1"));
    shared.1.notify_waiters();
    assert_eq!(soon(first).await.unwrap().text(), "done");
}

#[tokio::test]
async fn one_client_cannot_take_up_all_requests() {
    let shared = std::sync::Arc::new((tokio::sync::Semaphore::new(0), tokio::sync::Notify::new()));
    let inner = shared.clone();
    let slow = move || {
        let shared = inner.clone();
        async move {
            shared.0.add_permits(1);
            shared.1.notified().await;
            "done"
        }
    };
    let stream =
        || async { ([("content-type", "text/event-stream")], Body::from_stream(pending::<io::Result<Bytes>>())) };
    let routes = Router::new().route("/slow", get(slow)).route("/stream", get(stream)).fallback(|| async { "ok" });
    let replica = Replica::serving(routes).await;
    let gateway = before(&replica, |settings| {
        settings.requests_per_client = 2;
        settings.trusted_proxies = vec!["127.0.0.1".to_owned()];
    })
    .await;
    let address = gateway.address();
    let of = move |client: &'static str, target: &'static str| async move {
        ask(address, Method::GET, target, &[("x-forwarded-for", client)], b"").await
    };
    let first = tokio::spawn(of("198.51.100.1", "/slow"));
    soon(shared.0.acquire()).await.unwrap().forget();
    let mut listening = Wire::open(address).await;
    listening
        .send("GET /stream HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 198.51.100.1\r\n\r\n")
        .await
        .until("\r\n\r\n")
        .await;
    let third = of("198.51.100.1", "/").await;
    assert_eq!((third.status, third.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, "1"), "streams count too");
    assert_eq!(of("198.51.100.2", "/").await.text(), "ok", "others are not in its way");
    shared.1.notify_waiters();
    assert_eq!(soon(first).await.unwrap().text(), "done");
    assert_eq!(of("198.51.100.1", "/").await.text(), "ok", "what was given back can be used again");
    drop(listening);
}

/// What a service answers before it has read the body arrives, and is no sign that the replica is broken.
#[tokio::test]
async fn a_service_may_refuse_a_body_it_has_not_read() {
    const LARGE: usize = 8 * 1024 * 1024;
    let refusing = || async { (StatusCode::PAYLOAD_TOO_LARGE, [("connection", "close")], "too large here") };
    let replica = Replica::serving(Router::new().route("/upload", post(refusing)).fallback(|| async { "ok" })).await;
    let gateway = before(&replica, |settings| settings.probe_interval_ms = 60_000).await;
    let body: &'static [u8] = vec![b'x'; LARGE].leak();
    for n in 0..20 {
        let told = ask(gateway.address(), Method::POST, "/upload", &[], body).await;
        assert_eq!((told.status, told.text().as_str()), (StatusCode::PAYLOAD_TOO_LARGE, "too large here"), "{n}");
        assert!(gateway.missing().is_empty(), "{n}");
    }
}

/// Who sends a body that is refused by its announced size reads so, whether or not it looks before all is sent.
#[tokio::test]
async fn a_refused_body_is_read_for_a_while() {
    let replica = Replica::echoing().await;
    let gateway = before(&replica, |settings| settings.body_limit_bytes = 1000).await;
    for _ in 0..5 {
        let (mut reads, mut writes) = Wire::open(gateway.address()).await.0.into_split();
        writes.write_all(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 8000000\r\n\r\n").await.unwrap();
        writes.write_all(&vec![b'x'; 8_000_000]).await.unwrap();
        let mut answer = Vec::new();
        soon(reads.read_to_end(&mut answer)).await.unwrap();
        assert!(answer.starts_with(b"HTTP/1.1 413"), "{}", String::from_utf8_lossy(&answer));
    }
    assert!(replica.seen().is_empty());
}
