//! Rings where somebody's inbox has changed, for those who look at it at this moment.

use platform::live::{Live, Topic, Watch};
use serde::{Deserialize, Serialize};

/// What the news are called among the nodes.
const TOPIC: &str = "notifications.inbox";

/// Whose inbox has changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Rung {
    pub(crate) account: String,
}

/// Rings on this node, and on the others where nodes share news. Cheap to clone.
#[derive(Clone)]
pub struct Bell(Topic<Rung>);

impl Bell {
    /// A bell heard wherever these news travel.
    pub fn over(live: &Live) -> Self {
        Self(live.topic(TOPIC))
    }

    /// Rings for an account.
    pub(crate) fn ring(&self, account: &str) {
        self.0.tell(Rung { account: account.to_owned() });
    }

    /// Listens from now on.
    pub(crate) fn listen(&self) -> Watch<Rung> {
        self.0.watch()
    }
}
