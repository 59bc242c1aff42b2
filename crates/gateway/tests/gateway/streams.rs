//! What goes to and fro for as long as it likes: event streams and WebSockets.

use std::{
    convert::Infallible,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Body,
    extract::Request,
    response::{IntoResponse, Response},
    routing::any,
};
use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use http::{Method, StatusCode, header};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, sync::mpsc};
use tokio_stream::wrappers::UnboundedReceiverStream;
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Message, handshake::derive_accept_key, protocol::Role},
};

use crate::world::{Replica, Wire, ask, before, soon, until};

type Events = mpsc::UnboundedSender<Result<Bytes, Infallible>>;

/// A service whose event stream the test feeds.
async fn news() -> (Replica, Arc<Mutex<Option<Events>>>) {
    let sender = Arc::new(Mutex::new(None));
    let kept = sender.clone();
    let routes = Router::new().fallback(move || {
        let (events, stream) = mpsc::unbounded_channel();
        *kept.lock().unwrap() = Some(events);
        async move {
            ([(header::CONTENT_TYPE, "text/event-stream")], Body::from_stream(UnboundedReceiverStream::new(stream)))
        }
    });
    (Replica::serving(routes).await, sender)
}

#[tokio::test]
async fn an_event_arrives_before_the_stream_ends() {
    let (replica, events) = news().await;
    let gateway = before(&replica, |_| {}).await;
    let mut wire = Wire::open(gateway.address()).await;
    wire.send("GET /news HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\nAccept-Encoding: gzip, br\r\n\r\n").await;
    let head = wire.until("\r\n\r\n").await.to_ascii_lowercase();
    assert!(head.contains("text/event-stream") && !head.contains("content-encoding"), "{head}");
    let say = |text: &'static str| events.lock().unwrap().as_ref().unwrap().send(Ok(Bytes::from(text))).unwrap();
    say("data: one\n\n");
    wire.until("data: one").await;
    say("data: two\n\n");
    wire.until("data: two").await;
    drop(wire);
    until(|| async { events.lock().unwrap().as_ref().unwrap().is_closed() }).await;
}

#[tokio::test]
async fn a_stream_in_which_nothing_moves_ends() {
    let (replica, _events) = news().await;
    let gateway = before(&replica, |settings| settings.stream_idle_seconds = 1).await;
    let answer = Wire::open(gateway.address()).await.send("GET /news HTTP/1.1\r\nHost: a\r\n\r\n").await.rest().await;
    assert!(answer.contains("text/event-stream") && !answer.contains("0\r\n\r\n"), "cut off, not ended: {answer}");
}

async fn echo(mut request: Request) -> Response {
    let Some(key) = request.headers().get("sec-websocket-key").map(|key| derive_accept_key(key.as_bytes())) else {
        return StatusCode::UPGRADE_REQUIRED.into_response();
    };
    let upgrade = hyper::upgrade::on(&mut request);
    tokio::spawn(async move {
        let stream = TokioIo::new(upgrade.await.unwrap());
        let mut socket = WebSocketStream::from_raw_socket(stream, Role::Server, None).await;
        while let Some(Ok(message)) = socket.next().await {
            if (message.is_text() || message.is_binary()) && socket.send(message).await.is_err() {
                break;
            }
        }
    });
    let agreed = [(header::CONNECTION, "Upgrade".to_owned()), (header::UPGRADE, "websocket".to_owned())];
    (StatusCode::SWITCHING_PROTOCOLS, agreed, [("sec-websocket-accept", key)]).into_response()
}

async fn echoing() -> Replica {
    Replica::serving(Router::new().route("/chat", any(echo)).fallback(|| async { "no chat" })).await
}

#[tokio::test]
async fn a_websocket_goes_through() {
    let replica = echoing().await;
    let gateway = before(&replica, |_| {}).await;
    let stream = TcpStream::connect(gateway.address()).await.unwrap();
    let (mut socket, answer) = soon(client_async("ws://klinik.example/chat", stream)).await.unwrap();
    assert_eq!(answer.status(), StatusCode::SWITCHING_PROTOCOLS);
    for text in ["halo", &"panjang ".repeat(20_000)] {
        socket.send(Message::text(text)).await.unwrap();
        assert_eq!(soon(socket.next()).await.unwrap().unwrap().to_text().unwrap(), text);
    }
    socket.close(None).await.unwrap();
    while soon(socket.next()).await.is_some_and(|message| message.is_ok()) {}
    assert_eq!(replica.seen()[0].headers["x-forwarded-for"], "127.0.0.1");
}

#[tokio::test]
async fn a_websocket_in_which_nothing_moves_ends() {
    let replica = echoing().await;
    let gateway = before(&replica, |settings| settings.stream_idle_seconds = 1).await;
    let stream = TcpStream::connect(gateway.address()).await.unwrap();
    let (mut socket, _) = soon(client_async("ws://klinik.example/chat", stream)).await.unwrap();
    assert!(soon(socket.next()).await.is_none_or(|message| message.is_err()));
}

#[tokio::test]
async fn only_websockets_change_the_protocol() {
    let replica = echoing().await;
    let gateway = before(&replica, |_| {}).await;
    let asked = [("connection", "upgrade"), ("upgrade", "h2c"), ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")];
    let told = ask(gateway.address(), Method::GET, "/chat", &asked, b"").await;
    assert_eq!(told.status, StatusCode::BAD_GATEWAY, "a service that changes the protocol unasked is not followed");
    assert!(!replica.seen()[0].headers.contains_key("upgrade"));
}

#[tokio::test]
async fn open_streams_do_not_use_up_the_requests() {
    let (replica, _events) = news().await;
    let gateway = before(&replica, |settings| settings.requests = 1).await;
    let mut open = Vec::new();
    for _ in 0..3 {
        let mut wire = Wire::open(gateway.address()).await;
        wire.send("GET /news HTTP/1.1\r\nHost: a\r\n\r\n").await;
        assert!(wire.until("\r\n\r\n").await.starts_with("HTTP/1.1 200"));
        open.push(wire);
    }
}
