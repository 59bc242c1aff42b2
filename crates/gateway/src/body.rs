//! Bodies on their way through: bounded in size and time going in, watched going out, never gathered unless small.

use std::{
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU8, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::{BodyExt, Full, combinators::UnsyncBoxBody};
use hyper::body::Incoming;
use tokio::time::{Instant, Sleep, sleep_until};

use crate::{connection::Activity, refuse::Refusal};

/// Why a body broke off.
#[derive(Debug)]
pub(crate) struct BrokenOff(Box<dyn std::error::Error + Send + Sync>);

impl BrokenOff {
    pub fn because(why: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self(why.into())
    }
}

impl std::fmt::Display for BrokenOff {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the body broke off: {}", self.0)
    }
}

impl std::error::Error for BrokenOff {}

/// The body of an answer.
pub(crate) type Answer = UnsyncBoxBody<Bytes, BrokenOff>;

/// An answer that is there as a whole.
pub(crate) fn full(bytes: Bytes) -> Answer {
    Full::new(bytes).map_err(|never| match never {}).boxed_unsync()
}

/// The bounds of a body going in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// Bytes.
    pub size: u64,
    /// Between two pieces.
    pub idle: Duration,
    /// Until it is there.
    pub until: Instant,
}

/// A request's body while it is not known whether its request was sent: given out once, and still here if nobody took
/// the first piece.
pub(crate) struct Held {
    body: Mutex<Option<Incoming>>,
    bounds: Bounds,
    activity: Arc<Activity>,
    fault: AtomicU8,
}

/// [`Held::fault`]: none yet. Other numbers are a fault; sizes are told by the bounds.
const NONE: u8 = 0;
const TOO_LARGE: u8 = 1;
const SLOW: u8 = 2;
const MALFORMED: u8 = 3;

impl Held {
    pub fn new(body: Incoming, bounds: Bounds, activity: Arc<Activity>) -> Arc<Self> {
        Arc::new(Self { body: Mutex::new(Some(body)), bounds, activity, fault: AtomicU8::new(NONE) })
    }

    /// Whether nobody has begun to read it.
    pub fn is_whole(&self) -> bool {
        self.body.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// What was wrong with the body itself, if that is why its request failed.
    pub fn fault(&self) -> Option<Refusal> {
        match self.fault.load(Ordering::Relaxed) {
            TOO_LARGE => Some(Refusal::TooLarge(self.bounds.size)),
            SLOW => Some(Refusal::Slow),
            MALFORMED => Some(Refusal::Malformed),
            _ => None,
        }
    }

    fn take(&self) -> Option<Incoming> {
        self.body.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn broke_off(&self, fault: u8, why: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> BrokenOff {
        self.fault.store(fault, Ordering::Relaxed);
        BrokenOff::because(why)
    }
}

/// A body on its way to a service.
pub(crate) enum Outgoing {
    /// Known as a whole, so that it can be sent again.
    Full(Option<Bytes>),
    /// Passed on piece by piece.
    Streamed(Box<Streamed>),
}

/// See [`Outgoing::Streamed`].
pub(crate) struct Streamed {
    held: Arc<Held>,
    taken: Option<Incoming>,
    left: u64,
    patience: Option<Pin<Box<Sleep>>>,
    hint: SizeHint,
}

impl Outgoing {
    /// The held body, passed on as it comes.
    pub fn streamed(held: &Arc<Held>) -> Self {
        let hint = held
            .body
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .as_ref()
            .map_or_else(SizeHint::new, Body::size_hint);
        Self::Streamed(Box::new(Streamed {
            left: held.bounds.size,
            held: held.clone(),
            taken: None,
            patience: None,
            hint,
        }))
    }

    /// A body known as a whole.
    pub fn full(bytes: Bytes) -> Self {
        Self::Full(Some(bytes).filter(|bytes| !bytes.is_empty()))
    }
}

impl Streamed {
    fn poll_frame(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BrokenOff>>> {
        if self.taken.is_none() {
            self.taken = self.held.take();
        }
        let Some(body) = &mut self.taken else { return Poll::Ready(None) };
        match Pin::new(body).poll_frame(cx) {
            Poll::Ready(Some(Ok(frame))) => {
                self.patience = None;
                self.held.activity.touch();
                let size = frame.data_ref().map_or(0, Bytes::len) as u64;
                match self.left.checked_sub(size) {
                    Some(left) => self.left = left,
                    None => return Poll::Ready(Some(Err(self.held.broke_off(TOO_LARGE, "the body is too large")))),
                }
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(Some(Err(error))) => Poll::Ready(Some(Err(self.held.broke_off(MALFORMED, error)))),
            Poll::Ready(None) => Poll::Ready(None),
            Poll::Pending => {
                let bounds = self.held.bounds;
                let patience = self
                    .patience
                    .get_or_insert_with(|| Box::pin(sleep_until(bounds.until.min(Instant::now() + bounds.idle))));
                ready!(patience.as_mut().poll(cx));
                Poll::Ready(Some(Err(self.held.broke_off(SLOW, "the body comes too slowly"))))
            }
        }
    }
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = BrokenOff;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BrokenOff>>> {
        match self.get_mut() {
            Self::Full(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Self::Streamed(streamed) => streamed.poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Full(None))
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Full(bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, Bytes::len) as u64),
            Self::Streamed(streamed) => streamed.hint,
        }
    }
}

/// Reads a small body as a whole.
pub(crate) async fn gather(held: &Arc<Held>) -> Result<Bytes, Refusal> {
    let gathered = Outgoing::streamed(held).collect().await;
    gathered.map(http_body_util::Collected::to_bytes).map_err(|_| held.fault().unwrap_or(Refusal::Malformed))
}

/// A service's answer on its way back, with what must last as long as it does.
pub(crate) struct Passing<K> {
    body: Incoming,
    activity: Arc<Activity>,
    idle: Duration,
    patience: Option<Pin<Box<Sleep>>>,
    _kept: K,
}

impl<K: Send + Unpin + 'static> Passing<K> {
    /// Passes an answer on as it comes. It is cut off after `idle` without a byte; `kept` is dropped at its end.
    pub fn on(body: Incoming, activity: Arc<Activity>, idle: Duration, kept: K) -> Answer {
        Self { body, activity, idle, patience: None, _kept: kept }.boxed_unsync()
    }
}

impl<K: Unpin> Body for Passing<K> {
    type Data = Bytes;
    type Error = BrokenOff;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BrokenOff>>> {
        let this = self.get_mut();
        match Pin::new(&mut this.body).poll_frame(cx) {
            Poll::Ready(frame) => {
                this.patience = None;
                this.activity.touch();
                Poll::Ready(frame.map(|frame| frame.map_err(BrokenOff::because)))
            }
            Poll::Pending => {
                let idle = this.idle;
                let patience = this.patience.get_or_insert_with(|| Box::pin(sleep_until(Instant::now() + idle)));
                ready!(patience.as_mut().poll(cx));
                Poll::Ready(Some(Err(BrokenOff::because("the service sent nothing for too long"))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
