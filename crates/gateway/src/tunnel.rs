//! A WebSocket: after both sides have agreed, bytes go to and fro until one ends it or nothing moves for too long.

use std::{sync::Arc, time::Duration};

use http::Response;
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, split},
    time::{Instant, sleep_until},
};

use crate::{
    body::{Answer, full},
    connection::Caller,
    forward::{Errand, Gathered},
    headers, numbers,
    phase::{Phase, Phases},
    replica::Engaged,
};

/// Answers the upgrade and joins both connections.
pub(crate) fn join(
    client: OnUpgrade,
    mut answer: Response<Gathered>,
    mut errand: Errand<'_>,
    engaged: Engaged,
    idle: Duration,
) -> Response<Answer> {
    let service = hyper::upgrade::on(&mut answer);
    headers::of_answer(answer.headers_mut());
    headers::upgrade(answer.headers_mut(), "websocket");
    errand.kept.permit = None;
    let kept = Kept { _engaged: engaged, _caller: errand.caller.clone(), _request: errand.kept };
    let phase = errand.phase;
    tokio::spawn(async move {
        let _kept = kept;
        match tokio::try_join!(client, service) {
            Ok((client, service)) => carry(client, service, idle, phase).await,
            Err(error) => tracing::debug!(%error, "an upgrade was not completed"),
        }
    });
    answer.map(|_| full(bytes::Bytes::new()))
}

/// What lasts as long as the tunnel: its place among the connections, and the replica's engagement.
struct Kept<R> {
    _engaged: Engaged,
    _caller: Arc<Caller>,
    _request: R,
}

async fn carry(client: Upgraded, service: Upgraded, idle: Duration, mut phase: Phases) {
    let _open = numbers::Tunnel::open();
    let moved = tokio::sync::watch::Sender::new(Instant::now());
    let (client_reads, client_writes) = split(TokioIo::new(client));
    let (service_reads, service_writes) = split(TokioIo::new(service));
    let both =
        async { tokio::join!(pump(client_reads, service_writes, &moved), pump(service_reads, client_writes, &moved)) };
    tokio::select! {
        _ = both => {}
        () = stillness(&moved, idle) => tracing::debug!("a tunnel was idle for too long"),
        () = phase.reached(Phase::Over) => {}
    }
}

/// Carries bytes one way until they end, then tells the other side that they have.
async fn pump(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    moved: &tokio::sync::watch::Sender<Instant>,
) {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        match from.read(&mut buffer).await {
            Ok(0) | Err(_) => break,
            Ok(count) => {
                if to.write_all(&buffer[..count]).await.is_err() || to.flush().await.is_err() {
                    break;
                }
                moved.send_replace(Instant::now());
            }
        }
    }
    // The other side may have gone already.
    let _ = to.shutdown().await;
}

/// Resolves when nothing has moved for so long.
async fn stillness(moved: &tokio::sync::watch::Sender<Instant>, idle: Duration) {
    loop {
        let until = *moved.borrow() + idle;
        if until <= Instant::now() {
            return;
        }
        sleep_until(until).await;
    }
}
