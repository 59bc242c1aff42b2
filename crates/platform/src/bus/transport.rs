//! What carries events from the saying end to the hearing ends.

use std::sync::Arc;

use async_trait::async_trait;
use futures_util::future::try_join_all;

use super::{event::Envelope, hearer::Hearer};
use crate::Result;

/// Carries events. A broker fits in here: its sending side is a transport, its receiving side calls
/// [`Hearer::take`] and acknowledges what that has taken. Events may arrive late, twice and in any order.
#[async_trait]
pub trait Transport: Send + Sync {
    /// Sends events, at most about 500; `Ok` once none of them can be lost any more.
    async fn send(&self, events: &[Arc<Envelope>]) -> Result<()>;
}

/// Carries events within this process, straight into the hearers' databases. There is nothing in between that could
/// keep events for a hearer whose database is away: then the others are given the same batch again until it is back.
pub struct InProcess {
    hearers: Vec<Arc<Hearer>>,
}

impl InProcess {
    /// To these hearers.
    pub fn new(hearers: Vec<Arc<Hearer>>) -> Self {
        Self { hearers }
    }
}

#[async_trait]
impl Transport for InProcess {
    async fn send(&self, events: &[Arc<Envelope>]) -> Result<()> {
        try_join_all(self.hearers.iter().map(|hearer| hearer.take(events))).await.map(drop)
    }
}
