//! Real connections.

use std::{sync::Arc, time::Duration};

use axum::{Router, body::Body, routing::get as on_get};
use futures_util::StreamExt;
use platform::http::{ServeLimits, serve_with};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::{Notify, oneshot},
    time::timeout,
};

const PATIENCE: Duration = Duration::from_secs(10);

#[tokio::test]
async fn a_request_in_flight_is_finished_before_the_end() {
    let (entered, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let slow = {
        let (entered, go_on) = (entered.clone(), go_on.clone());
        move || async move {
            entered.notify_one();
            go_on.notified().await;
            "finished"
        }
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let server = tokio::spawn(serve_with(
        listener,
        Router::new().route("/", on_get(slow)),
        async { drop(stopped.await) },
        ServeLimits::default(),
    ));
    let mut caller = TcpStream::connect(address).await.unwrap();
    caller.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    timeout(PATIENCE, entered.notified()).await.unwrap();
    stop.send(()).unwrap();
    go_on.notify_one();
    let mut answer = String::new();
    timeout(PATIENCE, caller.read_to_string(&mut answer)).await.unwrap().unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("finished"), "{answer}");
    timeout(PATIENCE, server).await.unwrap().unwrap();
    assert!(TcpStream::connect(address).await.is_err(), "nothing is accepted after the end");
}

#[tokio::test]
async fn a_stream_without_an_end_keeps_no_server_from_leaving() {
    for kind in ["text/event-stream", "application/x-ndjson"] {
        let endless = move || async move {
            let first = futures_util::stream::once(async { Ok::<_, std::convert::Infallible>("first\n") });
            let body = Body::from_stream(first.chain(futures_util::stream::pending()));
            ([("content-type", kind)], body)
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let limits = ServeLimits { grace: Duration::from_mins(5), ..ServeLimits::default() };
        let routes = Router::new().route("/", on_get(endless));
        let server = tokio::spawn(serve_with(listener, routes, async { drop(stopped.await) }, limits));
        let mut caller = TcpStream::connect(address).await.unwrap();
        caller.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
        let mut heard = String::new();
        while !heard.contains("first") {
            let mut piece = [0; 512];
            let read = timeout(PATIENCE, caller.read(&mut piece)).await.unwrap().unwrap();
            heard.push_str(&String::from_utf8_lossy(&piece[..read]));
        }
        stop.send(()).unwrap();
        timeout(PATIENCE, caller.read_to_string(&mut heard)).await.unwrap().unwrap();
        assert!(heard.ends_with("0\r\n\r\n"), "{kind}: it ends as streams end: {heard}");
        timeout(PATIENCE, server).await.expect("long before the grace is over").unwrap();
    }
}

#[tokio::test]
async fn a_peer_that_sends_no_head_is_cut_off() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let limits = ServeLimits { header_read: Duration::from_millis(50), ..ServeLimits::default() };
    tokio::spawn(serve_with(listener, Router::new(), std::future::pending(), limits));
    let mut caller = TcpStream::connect(address).await.unwrap();
    caller.write_all(b"GET / HTTP/1.1\r\nhost:").await.unwrap();
    let mut answer = Vec::new();
    timeout(PATIENCE, caller.read_to_end(&mut answer)).await.expect("cut off in time").unwrap();
}
