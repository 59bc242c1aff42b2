//! The loss of one of two replicas is not noticed; nothing is done twice that must not be.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{Router, routing::any};
use bytes::Bytes;
use http::{Method, StatusCode};
use tokio::{net::TcpListener, sync::watch};

use crate::world::{Replica, Wire, ask, before, browser, settings, soon, start, table, told, until};

/// Where a key makes a request one that may be repeated.
const KEYED: &str = "/api/v1/appointments";

/// A replica that answers every request after a few milliseconds of work, with the body it got.
async fn working() -> Replica {
    let work = |body: Bytes| async move {
        let mut ticks = tokio::time::interval(Duration::from_millis(3));
        ticks.tick().await;
        ticks.tick().await;
        body
    };
    Replica::serving(Router::new().fallback(work)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_killed_in_the_middle_of_load_is_not_noticed() {
    let (one, two) = (working().await, working().await);
    let gateway = start(settings(), table(&[&one, &two])).await;
    let address = gateway.address();
    let (stop, stopped) = watch::channel(false);
    let done = Arc::new(AtomicUsize::new(0));
    let callers: Vec<_> = (0..16)
        .map(|n| {
            let (stopped, done) = (stopped.clone(), done.clone());
            tokio::spawn(async move {
                let browser = browser();
                let mut bad = Vec::new();
                while !*stopped.borrow() {
                    let (method, body): (_, &[u8]) =
                        if n % 2 == 0 { (Method::GET, b"") } else { (Method::POST, b"booking") };
                    let key = [("idempotency-key", "k-1"), ("content-type", "text/plain")];
                    let answer = told(&browser, address, method, KEYED, &key, body).await;
                    match answer {
                        Some(told) if told.status == StatusCode::OK && told.body == body => {}
                        other => bad.push(format!("{other:?}")),
                    }
                    done.fetch_add(1, Ordering::Relaxed);
                }
                bad
            })
        })
        .collect();
    until(|| async { done.load(Ordering::Relaxed) >= 300 }).await;
    assert!(!one.seen().is_empty() && !two.seen().is_empty(), "both have something to do");
    one.kill().await;
    let killed = done.load(Ordering::Relaxed);
    until(|| async { done.load(Ordering::Relaxed) >= killed + 600 }).await;
    stop.send_replace(true);
    for caller in callers {
        assert_eq!(soon(caller).await.unwrap(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn where_nothing_was_sent_any_request_goes_to_another() {
    let (dead, alive) = (Replica::echoing().await, Replica::echoing().await);
    let gone = dead.address;
    // No questions for readiness: the gateway finds out by the requests themselves.
    let quiet = gateway::Settings { probe_interval_ms: 600_000, ..settings() };
    let table = table(&[&dead, &alive]);
    dead.kill().await;
    let gateway = start(quiet, table).await;
    assert!(tokio::net::TcpStream::connect(gone).await.is_err());
    for _ in 0..20 {
        let told = ask(gateway.address(), Method::POST, "/", &[], b"no key, a body").await;
        assert_eq!((told.status, told.text().as_str()), (StatusCode::OK, "no key, a body"));
    }
}

/// A replica that reads a request, says this, and breaks off; counts the requests it read.
async fn breaking(after: &'static str) -> (std::net::SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let read = Arc::new(AtomicUsize::new(0));
    let count = read.clone();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let count = count.clone();
            tokio::spawn(async move {
                let mut wire = Wire(stream);
                let head = wire.until("\r\n\r\n").await;
                if !head.contains("/readyz") {
                    count.fetch_add(1, Ordering::Relaxed);
                }
                wire.send(after).await;
            });
        }
    });
    (address, read)
}

#[tokio::test]
async fn what_must_not_be_done_twice_is_sent_once() {
    let (address, read) = breaking("").await;
    let other = breaking("").await;
    let addresses = [address.to_string(), other.0.to_string()];
    let all = gateway::Table::new().route("/", "all").service("all", &addresses).unwrap();
    let quiet = gateway::Settings { probe_interval_ms: 600_000, ..settings() };
    let gateway = start(quiet, all).await;
    // Without a key, and with one that nobody knows there.
    let (key, below) = ([("idempotency-key", "k")], "/api/v1/appointments/apt_1/cancel");
    for (sent, path, key) in [(1, KEYED, &[][..]), (2, "/api/x", &key[..]), (3, below, &key[..])] {
        let told = ask(gateway.address(), Method::POST, path, key, b"once").await;
        assert_eq!(
            (told.status, told.json()["type"].as_str().unwrap()),
            (StatusCode::BAD_GATEWAY, "/problems/bad-gateway")
        );
        assert_eq!(read.load(Ordering::Relaxed) + other.1.load(Ordering::Relaxed), sent, "{path}");
    }
}

#[tokio::test]
async fn with_a_key_it_is_sent_again_elsewhere() {
    let (address, _) = breaking("").await;
    let alive = Replica::echoing().await;
    let addresses = [address.to_string(), alive.address.to_string()];
    let all = gateway::Table::new().route("/", "all").service("all", &addresses).unwrap();
    let gateway = start(gateway::Settings { probe_interval_ms: 600_000, ..settings() }, all).await;
    for _ in 0..10 {
        let told = ask(gateway.address(), Method::POST, KEYED, &[("idempotency-key", "k")], b"twice").await;
        assert_eq!((told.status, told.text().as_str()), (StatusCode::OK, "twice"));
    }
}

#[tokio::test]
async fn a_replica_that_dies_in_the_middle_of_its_answer_is_not_noticed() {
    let (address, read) = breaking("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf").await;
    let alive = Replica::saying("the whole").await;
    let addresses = [address.to_string(), alive.address.to_string()];
    let all = gateway::Table::new().route("/", "all").service("all", &addresses).unwrap();
    let gateway = start(gateway::Settings { probe_interval_ms: 600_000, ..settings() }, all).await;
    for _ in 0..20 {
        assert_eq!(ask(gateway.address(), Method::GET, "/", &[], b"").await.text(), "the whole");
    }
    assert!(read.load(Ordering::Relaxed) > 0, "it was asked");
}

#[tokio::test]
async fn a_replica_that_says_it_is_not_ready_gets_nothing() {
    let ready = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let asked = ready.clone();
    let readiness = move || {
        let ready = asked.load(Ordering::Relaxed);
        async move { if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE } }
    };
    let starting =
        Replica::serving(Router::new().route("/readyz", any(readiness)).fallback(|| async { "starting" })).await;
    let other = Replica::saying("other").await;
    let gateway = start(settings(), table(&[&starting, &other])).await;
    let questions = || starting.seen().iter().filter(|seen| seen.target == "/readyz").count();
    let others = || starting.seen().iter().filter(|seen| seen.target != "/readyz").count();
    until(|| async { questions() >= 2 }).await;
    let before = others();
    for _ in 0..20 {
        assert_eq!(ask(gateway.address(), Method::GET, "/", &[], b"").await.text(), "other");
    }
    assert_eq!(others(), before);
    ready.store(true, Ordering::Relaxed);
    until(|| async { ask(gateway.address(), Method::GET, "/", &[], b"").await.text() == "starting" }).await;
}

#[tokio::test]
async fn a_frozen_replica_keeps_nobody_waiting() {
    // It takes connections, and answers nothing: as a process that is stopped.
    let frozen = Replica::serving(
        Router::new().route("/readyz", any(std::future::pending::<()>)).fallback(std::future::pending::<()>),
    )
    .await;
    let alive = Replica::saying("alive").await;
    let short = gateway::Settings { probe_limit_ms: 200, ..settings() };
    let gateway = start(short, table(&[&frozen, &alive])).await;
    let began = Instant::now();
    for _ in 0..10 {
        assert_eq!(ask(gateway.address(), Method::GET, "/", &[], b"").await.text(), "alive");
    }
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_replica_that_comes_back_is_used_again() {
    let replica = Replica::saying("first").await;
    let address = replica.address;
    let gateway = before(&replica, |_| {}).await;
    assert_eq!(ask(gateway.address(), Method::GET, "/", &[], b"").await.text(), "first");
    replica.kill().await;
    let down = ask(gateway.address(), Method::GET, "/api/x", &[], b"").await;
    assert_eq!((down.status, down.header("retry-after")), (StatusCode::SERVICE_UNAVAILABLE, "1"));
    until(|| async { gateway.missing() == ["all"] }).await;
    let _again = Replica::at(&address.to_string(), Router::new().fallback(|| async { "again" })).await;
    until(|| async { gateway.missing().is_empty() }).await;
    assert_eq!(ask(gateway.address(), Method::GET, "/", &[], b"").await.text(), "again");
}

#[tokio::test]
async fn who_waited_in_vain_is_not_led_to_the_same_replica_again() {
    let silent = Replica::serving(Router::new().fallback(std::future::pending::<()>)).await;
    let alive = Replica::saying("alive").await;
    let quiet = gateway::Settings { probe_interval_ms: 600_000, ..settings() };
    let gateway = start(quiet, table(&[&silent, &alive])).await;
    let patient = || tokio::time::timeout(Duration::from_secs(1), ask(gateway.address(), Method::GET, "/", &[], b""));
    until(|| async { patient().await.is_err() }).await;
    for _ in 0..20 {
        assert_eq!(patient().await.expect("the other is asked").text(), "alive");
    }
}
