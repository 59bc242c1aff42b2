//! What an event is, for the one who says it and for those who hear it.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

crate::words! {
    /// How the events of a kind are numbered, kept and applied.
    pub enum Class {
        /// Something happened. Every one is applied, in the order of its subject; kept 90 days. It carries ids, times
        /// and amounts, never names, contacts or medical content.
        Fact = "fact",
        /// How somebody or something is now. The newest of a subject wins, older ones may be skipped; the outbox keeps
        /// the newest only. All profile events of one subject are one profile: each carries the whole of it.
        Profile = "profile",
        /// A line for a log. Without order and without a counter, so that saying it makes nobody wait; each is applied
        /// once, known by its id.
        Log = "log",
    }
}

/// What [`Event::SOURCE`] says of events that any context may say, such as lines for the audit trail.
pub const ANY_SOURCE: &str = "*";

/// Something a context says to the others.
pub trait Event: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// Its name among all events: `order-placed`.
    const KIND: &'static str;
    /// How it is numbered and applied.
    const CLASS: Class;
    /// The context that says it, or [`ANY_SOURCE`].
    const SOURCE: &'static str;
    /// Whom or what it is about: an id. Facts of one subject are heard in the order they were said.
    fn subject(&self) -> String;
}

/// What is known of an event beside its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// The event's own id, the same at every delivery.
    pub id: String,
    /// The context that said it.
    pub source: Arc<str>,
    /// Raised when the source was restored from a backup.
    pub epoch: i64,
    /// Whom or what it is about.
    pub subject: String,
    /// Its number within the subject, from 1; 0 for [`Class::Log`].
    pub n: i64,
    /// When it was said.
    pub at: Timestamp,
}

/// An event on its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// The event's own id.
    pub id: String,
    /// The context that said it.
    pub source: Arc<str>,
    /// Raised when the source was restored from a backup.
    pub epoch: i64,
    /// Whom or what it is about.
    pub subject: String,
    /// Its number within the subject.
    pub n: i64,
    /// Its name among all events.
    pub kind: String,
    /// How it is applied.
    pub class: Class,
    /// Its content, as JSON.
    pub payload: String,
    /// When it was said.
    pub at: Timestamp,
    /// When number 1 of its subject was said, in this epoch.
    pub began: Timestamp,
    /// The trace it was said in, as a `traceparent`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<String>,
}

impl Envelope {
    pub(super) fn heard(&self) -> Heard {
        Heard {
            id: self.id.clone(),
            source: self.source.clone(),
            epoch: self.epoch,
            subject: self.subject.clone(),
            n: self.n,
            at: self.at,
        }
    }

    /// Where it stands among the events of its subject.
    pub(super) fn place(&self) -> (i64, i64) {
        (self.epoch, self.n)
    }
}
