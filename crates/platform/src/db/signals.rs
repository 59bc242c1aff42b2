//! What parts of this process wait for after a commit, so that they need not look again and again.

use std::sync::Arc;

use tokio::sync::Notify;

use super::{Db, tx::Tx};

/// The bells of one database. Each has one listener in the process; what other processes do, it finds by looking now
/// and then.
#[derive(Debug, Default)]
pub(crate) struct Signals {
    /// An event was published.
    pub(crate) published: Notify,
    /// A job was enqueued.
    pub(crate) enqueued: Notify,
}

impl Tx {
    /// Rings a bell once the COMMIT is durable.
    pub(crate) fn ring_after_commit(&mut self, which: fn(&Signals) -> &Notify) {
        let signals = self.signals.clone();
        self.after_commit(move || which(&signals).notify_one());
    }
}

impl Db {
    /// The bells of this database.
    pub(crate) fn signals(&self) -> &Arc<Signals> {
        &self.counter().signals
    }
}
