//! The gateway leaves without losing a request.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{Router, body::Body};
use bytes::Bytes;
use gateway::Settings;
use http::StatusCode;
use http_body_util::Full;
use tokio::sync::{Notify, mpsc};
use tokio_stream::wrappers::UnboundedReceiverStream;

use crate::world::{Browser, Replica, Wire, before, browser, get, settings, soon, start, table, until};

/// What became of a request.
enum Sent {
    Answered(StatusCode),
    /// There was no connection to send it on.
    Never,
    Lost,
}

async fn post(browser: &Browser, address: SocketAddr) -> Sent {
    let request = http::Request::post(format!("http://{address}/")).body(Full::new(Bytes::from_static(b"x"))).unwrap();
    match soon(browser.request(request)).await {
        Ok(answer) => Sent::Answered(answer.status()),
        Err(error) if error.is_connect() => Sent::Never,
        Err(_) => Sent::Lost,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_request_is_lost() {
    let replica = Replica::echoing().await;
    let first = before(&replica, |settings| settings.drain_delay_ms = 300).await;
    let second = before(&replica, |_| {}).await;
    let (leaving, staying) = (first.address(), second.address());
    let done = Arc::new(AtomicUsize::new(0));
    let callers: Vec<_> = (0..16)
        .map(|_| {
            let done = done.clone();
            tokio::spawn(async move {
                let (browser, mut moved, mut bad) = (browser(), 0, 0);
                // A caller that is refused a connection, having sent nothing, goes to the other gateway.
                while moved < 20 {
                    let target = if moved == 0 { leaving } else { staying };
                    match post(&browser, target).await {
                        Sent::Answered(StatusCode::OK) => {
                            done.fetch_add(1, Ordering::Relaxed);
                            moved += usize::from(moved > 0);
                        }
                        Sent::Never if moved == 0 => moved = 1,
                        _ => bad += 1,
                    }
                }
                bad
            })
        })
        .collect();
    until(|| async { done.load(Ordering::Relaxed) >= 200 }).await;
    assert!(soon(first.drain()).await, "everything was finished");
    for caller in callers {
        assert_eq!(soon(caller).await.unwrap(), 0);
    }
    assert!(done.load(Ordering::Relaxed) <= replica.seen().len(), "every answer was a request");
}

#[tokio::test]
async fn what_was_begun_is_finished_and_readiness_goes_first() {
    let (begun, release) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (inner_begun, inner_release) = (begun.clone(), release.clone());
    let routes = Router::new().fallback(move || {
        let (begun, release) = (inner_begun.clone(), inner_release.clone());
        async move {
            begun.notify_one();
            release.notified().await;
            "finished"
        }
    });
    let replica = Replica::serving(routes).await;
    let gateway = before(&replica, |settings| {
        settings.operations_listen = "127.0.0.1:0".to_owned();
        settings.drain_delay_ms = 400;
    })
    .await;
    let (address, operations) = (gateway.address(), gateway.operations_address().unwrap());
    assert_eq!(get(operations, "/readyz").await.status, StatusCode::OK);
    let slow = tokio::spawn(async move { get(address, "/slow").await });
    soon(begun.notified()).await;
    let draining = tokio::spawn(gateway.drain());
    until(|| async { get(operations, "/readyz").await.status == StatusCode::SERVICE_UNAVAILABLE }).await;
    assert!(get(operations, "/readyz").await.text().contains("draining"));
    assert_eq!(get(operations, "/livez").await.status, StatusCode::OK);
    // Still open, and says that the next request should take another connection.
    let mut late = Wire::open(address).await;
    late.send("GET /late HTTP/1.1\r\nHost: a\r\n\r\n").await;
    soon(begun.notified()).await;
    until(|| async { tokio::net::TcpStream::connect(address).await.is_err() }).await;
    release.notify_waiters();
    assert_eq!(soon(slow).await.unwrap().text(), "finished");
    let answer = late.rest().await;
    assert!(answer.to_ascii_lowercase().contains("connection: close") && answer.ends_with("finished"), "{answer}");
    assert!(soon(draining).await.unwrap());
}

#[tokio::test]
async fn streams_are_cut_off_when_the_time_is_over() {
    let (events, stream) = mpsc::unbounded_channel::<Result<Bytes, std::convert::Infallible>>();
    let stream = Arc::new(std::sync::Mutex::new(Some(stream)));
    let routes = Router::new().fallback(move || {
        let body = stream
            .lock()
            .unwrap()
            .take()
            .map_or_else(Body::empty, |events| Body::from_stream(UnboundedReceiverStream::new(events)));
        async move { body }
    });
    let replica = Replica::serving(routes).await;
    let gateway = start(Settings { drain_seconds: 1, ..settings() }, table(&[&replica])).await;
    let mut wire = Wire::open(gateway.address()).await;
    wire.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
    events.send(Ok(Bytes::from("beginning"))).unwrap();
    wire.until("beginning").await;
    assert!(!soon(gateway.drain()).await, "somebody was cut off");
    wire.rest().await;
}
