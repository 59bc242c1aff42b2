//! Size, time and number are bounded.

use std::time::Instant;

use axum::Router;
use http::{Method, StatusCode};

use crate::world::{Replica, Wire, ask, before, browser, soon, told, until};

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
