//! Serving connections: bounded in number and time, ended in order.

use std::{future::Future, net::SocketAddr, sync::Arc, time::Duration};

use axum::{BoxError, Router, body::Body, extract::ConnectInfo, middleware::map_response, response::Response};
use futures_util::StreamExt;
use http::header;
use hyper::body::Incoming;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{
        conn::auto,
        graceful::{GracefulConnection, GracefulShutdown},
    },
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpListener,
    sync::{OwnedSemaphorePermit, Semaphore, watch},
};
use tower::ServiceExt;

use crate::tls::Mutual;

/// Bounds on connections.
#[derive(Debug, Clone, Copy)]
pub struct ServeLimits {
    /// How long the head of a request may take to arrive; also how long an idle connection is kept.
    pub header_read: Duration,
    /// Connections at one time; more wait to be accepted.
    pub connections: usize,
    /// Streams at one time on one HTTP/2 connection.
    pub streams: u32,
    /// How long requests in flight may go on after the shutdown began.
    pub grace: Duration,
}

impl Default for ServeLimits {
    fn default() -> Self {
        Self { header_read: Duration::from_secs(10), connections: 10_000, streams: 128, grace: Duration::from_secs(15) }
    }
}

/// Serves HTTP/1.1 and cleartext HTTP/2 until `shutdown` resolves, then stops accepting, lets requests in flight
/// finish for a bounded time, and returns. Handlers see the peer as `ConnectInfo<SocketAddr>`.
pub async fn serve(listener: TcpListener, router: Router, shutdown: impl Future<Output = ()>) {
    serve_with(listener, router, shutdown, ServeLimits::default()).await;
}

/// As [`serve`], with other bounds.
pub async fn serve_with(
    listener: TcpListener,
    router: Router,
    shutdown: impl Future<Output = ()>,
    limits: ServeLimits,
) {
    serve_over(listener, router, shutdown, limits, None).await;
}

/// As [`serve_with`], to peers that show who they are, where a certificate is given.
pub async fn serve_over(
    listener: TcpListener,
    router: Router,
    shutdown: impl Future<Output = ()>,
    limits: ServeLimits,
    tls: Option<Arc<Mutual>>,
) {
    let builder = Arc::new(connection_builder(limits));
    let graceful = GracefulShutdown::new();
    let (leave, leaving) = watch::channel(false);
    let router = router.layer(map_response(move |answer: Response| {
        let leaving = leaving.clone();
        async move { until_leaving(answer, leaving) }
    }));
    let room = Arc::new(Semaphore::new(limits.connections));
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        let next = async {
            let place = room.clone().acquire_owned().await.expect("the semaphore is never closed");
            (place, listener.accept().await)
        };
        let (place, (stream, peer)) = tokio::select! {
            biased;
            () = &mut shutdown => break,
            (place, accepted) = next => match accepted {
                Ok(accepted) => (place, accepted),
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    pause().await;
                    continue;
                }
            },
        };
        // Small answers must not wait for the other side's acknowledgement.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY could not be set");
        }
        let Some(tls) = &tls else {
            end(graceful.watch(connection(&builder, stream, peer, router.clone())), place);
            continue;
        };
        let (tls, builder, router, watcher) = (tls.clone(), builder.clone(), router.clone(), graceful.watcher());
        tokio::spawn(async move {
            match tokio::time::timeout(limits.header_read, tls.accept(stream)).await {
                Ok(Ok(stream)) => end(watcher.watch(connection(&builder, stream, peer, router)), place),
                Ok(Err(error)) => tracing::warn!(%peer, %error, "a peer did not show who it is"),
                Err(_) => tracing::debug!(%peer, "a peer said nothing"),
            }
        });
    }
    drop(listener);
    leave.send_replace(true);
    if tokio::time::timeout(limits.grace, graceful.shutdown()).await.is_err() {
        tracing::warn!("requests were still in flight when the time for finishing them was over");
    }
}

/// What is told as it happens, to browsers and to other processes: streams without an end of their own.
const ENDLESS: [&str; 2] = ["text/event-stream", "application/x-ndjson"];

/// Lets such a stream end as soon as the server is leaving, which would wait for it; whoever follows it comes back elsewhere.
fn until_leaving(answer: Response, mut leaving: watch::Receiver<bool>) -> Response {
    let kind = answer.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    if !kind.is_some_and(|kind| ENDLESS.iter().any(|endless| kind.starts_with(endless))) {
        return answer;
    }
    answer.map(|body| {
        let left = async move {
            // The sender's end is an end too.
            let _ = leaving.wait_for(|leaving| *leaving).await;
        };
        Body::from_stream(body.into_data_stream().take_until(left))
    })
}

/// When accepting fails (no file descriptors left), time is what helps.
#[expect(clippy::disallowed_methods, reason = "there is no event to wait for: the system frees descriptors by itself")]
async fn pause() {
    tokio::time::sleep(Duration::from_millis(50)).await;
}

fn connection_builder(limits: ServeLimits) -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_read)
        .keep_alive(true)
        .max_buf_size(64 * 1024);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(limits.streams)
        .max_header_list_size(32 * 1024)
        .keep_alive_interval(Duration::from_secs(20))
        .keep_alive_timeout(Duration::from_secs(10));
    builder
}

/// Serves a connection to its end; its place is free then.
fn end(connection: impl Future<Output = Result<(), BoxError>> + Send + 'static, place: OwnedSemaphorePermit) {
    tokio::spawn(async move {
        // Peers that break off in the middle are everyday life.
        if let Err(error) = connection.await {
            tracing::debug!(%error, "connection ended");
        }
        drop(place);
    });
}

/// The connection as a future that can be told to end in order.
fn connection<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    builder: &auto::Builder<TokioExecutor>,
    stream: S,
    peer: SocketAddr,
    router: Router,
) -> impl GracefulConnection<Error = BoxError> + Send + use<S> {
    let service = hyper::service::service_fn(move |request: http::Request<Incoming>| {
        let mut request = request.map(axum::body::Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().oneshot(request)
    });
    builder.serve_connection(TokioIo::new(stream), service).into_owned()
}
