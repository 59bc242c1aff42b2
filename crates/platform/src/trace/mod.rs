//! One trace for all that a request sets going, in this process and in others: W3C trace context
//! (<https://www.w3.org/TR/trace-context/>) in and out, spans over OTLP.
//!
//! The context of an operation carries the trace ([`Cx::trace`](crate::Cx::trace)); whoever calls another process, or
//! says an event, hands [`Trace::traceparent`] on, and whoever is called begins a [`Span`] under it. Log lines of an
//! operation bear its trace's id ([`within`]).

mod otlp;

use std::{
    borrow::Cow,
    fmt,
    future::Future,
    str::FromStr,
    sync::{Arc, OnceLock},
};

use jiff::Timestamp;

pub use self::otlp::{Collector, collect, finish};
use crate::{Clock, entropy::Entropy};

/// Where an operation stands in its trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trace {
    id: u128,
    span: u64,
    sampled: bool,
}

impl Trace {
    /// The first step of a new trace. Whether its spans are kept is decided here, for all that follows.
    fn root() -> Self {
        let (id, span) = chance();
        Self { id, span, sampled: otlp::wants(id) }
    }

    /// The next step.
    fn child(self) -> Self {
        Self { span: chance().1, ..self }
    }

    /// The trace's id, as logs show it: 32 digits in hexadecimal.
    pub fn id(&self) -> String {
        format!("{:032x}", self.id)
    }

    /// As the header `traceparent` and an event's envelope carry it.
    pub fn traceparent(&self) -> String {
        format!("00-{:032x}-{:016x}-{:02x}", self.id, self.span, u8::from(self.sampled))
    }
}

/// The text is no `traceparent` of version 00.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a traceparent")]
pub struct BadTrace;

impl FromStr for Trace {
    type Err = BadTrace;

    /// `00-<32 hex>-<16 hex>-<2 hex>`, neither id all zeros.
    fn from_str(text: &str) -> Result<Self, BadTrace> {
        let mut parts = text.split('-');
        let mut part = |digits: usize| {
            let part = parts.next().filter(|part| part.len() == digits)?;
            part.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')).then_some(part)
        };
        let (version, id, span, flags) =
            (part(2).ok_or(BadTrace)?, part(32).ok_or(BadTrace)?, part(16).ok_or(BadTrace)?, part(2).ok_or(BadTrace)?);
        let id = u128::from_str_radix(id, 16).map_err(|_| BadTrace)?;
        let span = u64::from_str_radix(span, 16).map_err(|_| BadTrace)?;
        let flags = u8::from_str_radix(flags, 16).map_err(|_| BadTrace)?;
        if version != "00" || id == 0 || span == 0 || parts.next().is_some() {
            return Err(BadTrace);
        }
        Ok(Self { id, span, sampled: flags & 1 == 1 })
    }
}

/// What a span is of, in OTLP's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Work within this process: a job.
    Internal = 1,
    /// A request answered.
    Server = 2,
    /// A request made.
    Client = 3,
    /// An event said.
    Producer = 4,
    /// An event heard.
    Consumer = 5,
}

/// What is known of a span beside its name. Words and numbers that say nothing about anybody: routes, kinds, statuses.
pub type Note = (&'static str, Cow<'static, str>);

/// One timed step of a trace. It is kept when [`Span::end`] is called, and forgotten when dropped.
#[derive(Debug)]
pub struct Span {
    trace: Trace,
    parent: Option<u64>,
    kind: Kind,
    name: Cow<'static, str>,
    notes: Vec<Note>,
    clock: Clock,
    began: Timestamp,
}

/// A span that has ended.
#[derive(Debug)]
struct Ended {
    span: Span,
    at: Timestamp,
    failed: bool,
}

impl Span {
    /// Begins a step under `parent`, or a trace of its own.
    pub fn begin(kind: Kind, name: impl Into<Cow<'static, str>>, parent: Option<Trace>, clock: &Clock) -> Self {
        let trace = parent.map_or_else(Trace::root, Trace::child);
        let (parent, clock) = (parent.map(|parent| parent.span), clock.clone());
        let began = clock.now();
        Self { trace, parent, kind, name: name.into(), notes: Vec::new(), clock, began }
    }

    /// Where what happens within it stands.
    pub fn trace(&self) -> Trace {
        self.trace
    }

    /// Adds what is known.
    pub fn note(&mut self, key: &'static str, value: impl Into<Cow<'static, str>>) {
        if self.trace.sampled {
            self.notes.push((key, value.into()));
        }
    }

    /// Ends it; `failed` where that was our fault.
    pub fn end(self, failed: bool) {
        if self.trace.sampled {
            let at = self.clock.now();
            otlp::keep(Ended { span: self, at, failed });
        }
    }
}

/// Which operation the present task works on.
#[derive(Debug, Clone)]
pub struct Here {
    /// Its step.
    pub trace: Trace,
    /// The request's name.
    pub request_id: Arc<str>,
}

tokio::task_local! {
    static HERE: Here;
}

/// Does this as part of an operation: log lines bear the trace's id and the request's.
pub async fn within<F: Future>(here: Here, work: F) -> F::Output {
    HERE.scope(here, work).await
}

/// Which operation the present task works on, if any.
pub fn here() -> Option<Here> {
    HERE.try_with(Clone::clone).ok()
}

/// Ids of traces and spans need only differ: they are no secret, and a replay with a seed must not be moved by them.
fn chance() -> (u128, u64) {
    let bytes: [u8; 24] = Entropy::System.bytes();
    let (id, span) = bytes.split_at(16);
    let id = id.iter().fold(0_u128, |id, byte| id << 8 | u128::from(*byte));
    let span = span.iter().fold(0_u64, |span, byte| span << 8 | u64::from(*byte));
    (id.max(1), span.max(1))
}

/// The name of this process among others, as logs and traces show it.
static PROCESS: OnceLock<String> = OnceLock::new();

/// Names this process, once.
pub fn name_process(name: &str) {
    // Whoever names it twice, as tests do in one process, keeps the first name.
    let _ = PROCESS.set(name.to_owned());
}

/// The name of this process.
pub fn process() -> &'static str {
    PROCESS.get().map_or("mediverse", String::as_str)
}

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.id)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Here, Kind, Span, Trace, here, within};
    use crate::Clock;

    /// J5
    #[test]
    fn a_trace_is_read_as_it_was_written_and_rubbish_is_refused() {
        let text = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        let trace: Trace = text.parse().unwrap();
        assert_eq!(trace.traceparent(), text);
        assert_eq!(trace.id(), "0af7651916cd43dd8448eb211c80319c");
        for rubbish in [
            "",
            "00-0-0-00",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x",
        ] {
            assert!(rubbish.parse::<Trace>().is_err(), "{rubbish}");
        }
    }

    #[test]
    fn a_step_has_a_number_of_its_own_in_the_trace_it_was_handed() {
        let handed: Trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00".parse().unwrap();
        let span = Span::begin(Kind::Server, "GET /x", Some(handed), &Clock::System);
        assert_eq!(span.trace().id(), handed.id());
        assert_ne!(span.trace(), handed);
        assert!(span.trace().traceparent().ends_with("-00"), "what the first step decided about keeping holds");
        let own = Span::begin(Kind::Internal, "job", None, &Clock::System);
        assert_ne!(own.trace().id(), handed.id());
    }

    #[tokio::test]
    async fn a_task_knows_what_it_works_on() {
        assert!(here().is_none());
        let trace = Span::begin(Kind::Internal, "x", None, &Clock::System).trace();
        let seen = within(Here { trace, request_id: "req_1".into() }, async { here() }).await.unwrap();
        assert_eq!((seen.trace, &*seen.request_id), (trace, "req_1"));
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in "\\PC{0,64}") {
            let _ = text.parse::<Trace>();
        }
    }
}
