//! One connection: served until it ends, is idle for too long, or the gateway is leaving.

use std::{
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use http::Request;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto,
    service::TowerToHyperService,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::{Instant, sleep_until},
};
use tower::ServiceExt;
use tower_http::{CompressionLevel, compression::Compression};

use crate::{
    body::BrokenOff,
    compress::is_compressible,
    front::Front,
    phase::{Phase, Place},
    settings::{Settings, Times},
};

/// How long a connection that was just accepted, or has no request now, may still bring one when the gateway leaves:
/// the request may be under way.
const LINGER: Duration = Duration::from_millis(500);

/// What happens on a connection, so that somebody can tell when nothing does.
pub(crate) struct Activity {
    began: Instant,
    last: AtomicU64,
    in_flight: AtomicUsize,
    greeted: AtomicBool,
    closing: AtomicBool,
}

impl Activity {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            began: Instant::now(),
            last: AtomicU64::new(0),
            in_flight: AtomicUsize::new(0),
            greeted: AtomicBool::new(false),
            closing: AtomicBool::new(false),
        })
    }

    /// Something moved.
    pub fn touch(&self) {
        self.last.store(self.began.elapsed().as_millis() as u64, Ordering::Relaxed);
    }

    /// A request has come; it lasts until what is answered is dropped.
    pub fn enter(self: &Arc<Self>) -> Entered {
        self.greeted.store(true, Ordering::Relaxed);
        self.in_flight.fetch_add(1, Ordering::Relaxed);
        self.touch();
        Entered(self.clone())
    }

    /// Whether answers should tell the peer to come back on a new connection.
    pub fn is_closing(&self) -> bool {
        self.closing.load(Ordering::Relaxed)
    }

    /// Until when something must move.
    fn deadline(&self, times: &Times) -> Instant {
        let last = self.began + Duration::from_millis(self.last.load(Ordering::Relaxed));
        if self.in_flight.load(Ordering::Relaxed) > 0 {
            last + times.stream_idle
        } else if self.greeted.load(Ordering::Relaxed) {
            last + times.keep_alive
        } else {
            self.began + times.head
        }
    }
}

/// A request in flight on a connection.
pub(crate) struct Entered(Arc<Activity>);

impl Drop for Entered {
    fn drop(&mut self) {
        self.0.touch();
        self.0.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}

/// How HTTP is read: bounds on heads, streams and silence.
pub(crate) fn protocol(times: &Times) -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(times.head).max_buf_size(32 * 1024).max_headers(100);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(128)
        .max_header_list_size(32 * 1024)
        .keep_alive_interval(Duration::from_secs(20))
        .keep_alive_timeout(Duration::from_secs(10));
    builder
}

/// Whom a connection belongs to.
pub(crate) struct Caller {
    /// Where it comes from.
    pub peer: IpAddr,
    /// Whether it is TLS.
    pub secure: bool,
    /// Its place among the connections, kept by tunnels that outlive it.
    pub _place: Place,
}

/// Serves a connection to its end.
pub(crate) async fn serve<S>(
    stream: S,
    caller: Caller,
    front: &Arc<Front>,
    builder: &auto::Builder<TokioExecutor>,
    settings: &Settings,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let times = settings.times();
    let activity = Activity::new();
    let caller = Arc::new(caller);
    let answering = {
        let (front, caller, activity) = (front.clone(), caller.clone(), activity.clone());
        tower::service_fn(move |request: Request<Incoming>| {
            let (front, caller, activity) = (front.clone(), caller.clone(), activity.clone());
            async move { Ok::<_, std::convert::Infallible>(front.answer(request, &caller, &activity).await) }
        })
    };
    let compresses = settings.compression;
    let compressing = Compression::new(answering).quality(CompressionLevel::Fastest).compress_when(
        move |status, version, headers: &http::HeaderMap, marks: &http::Extensions| {
            compresses && is_compressible(status, version, headers, marks)
        },
    );
    let served = compressing.map_response(|answer| answer.map(|body| body.map_err(BrokenOff::because).boxed_unsync()));
    let connection = builder.serve_connection_with_upgrades(TokioIo::new(stream), TowerToHyperService::new(served));
    let mut connection = std::pin::pin!(connection);
    let mut phase = front.phase();
    let mut leave_at = None;
    loop {
        let deadline = activity.deadline(&times);
        tokio::select! {
            ended = connection.as_mut() => {
                // Peers that break off in the middle are everyday life.
                if let Err(error) = ended {
                    tracing::debug!(%error, "connection ended");
                }
                return;
            }
            () = sleep_until(deadline) => {
                // Meanwhile something may have moved.
                if activity.deadline(&times) <= Instant::now() {
                    tracing::debug!("a connection was idle for too long");
                    return;
                }
            }
            now = phase.changed() => match now {
                Phase::Open => {}
                Phase::Leaving => activity.closing.store(true, Ordering::Relaxed),
                Phase::Closing => {
                    activity.closing.store(true, Ordering::Relaxed);
                    leave_at = Some(Instant::now() + LINGER);
                }
                Phase::Over => return,
            },
            () = at(leave_at) => {
                leave_at = None;
                connection.as_mut().graceful_shutdown();
            }
        }
    }
}

/// Resolves at an instant; never where there is none.
async fn at(instant: Option<Instant>) {
    match instant {
        Some(instant) => sleep_until(instant).await,
        None => std::future::pending().await,
    }
}
