//! Which starts were taken and freed, told to those who watch: on this node, and on the others where nodes share news.

use std::sync::Arc;

use arc_swap::ArcSwap;
use contracts::scheduling::SlotMoved;
use futures_util::StreamExt as _;
use platform::live::{Live, Topic};
use tokio::sync::{broadcast, watch};

/// Changes a slow watcher may fall behind before it must read anew.
const WATCHED: usize = 1_024;
/// What the news are called among the nodes.
const TOPIC: &str = "scheduling.moves";

/// Tells of moves. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Moves {
    /// Replaced when something was missed: who watched sees an end, and reads anew.
    here: Arc<ArcSwap<broadcast::Sender<SlotMoved>>>,
    elsewhere: watch::Sender<Option<Topic<SlotMoved>>>,
}

impl Moves {
    /// Of this node alone, until they are shared.
    pub(crate) fn new() -> Self {
        Self { here: Arc::new(ArcSwap::from_pointee(broadcast::channel(WATCHED).0)), elsewhere: watch::channel(None).0 }
    }

    /// Tells everybody; answers how many watch here.
    pub(crate) fn send(&self, moved: SlotMoved) -> usize {
        if let Some(topic) = &*self.elsewhere.borrow() {
            topic.tell_other_nodes(&moved);
        }
        self.here.load().send(moved).unwrap_or(0)
    }

    /// Watches from now on.
    pub(crate) fn subscribe(&self) -> broadcast::Receiver<SlotMoved> {
        self.here.load().subscribe()
    }

    /// Shares the moves of this node with the others, and tells theirs to those who watch here.
    pub(crate) fn share(&self, live: &Live) {
        let topic = live.topic::<SlotMoved>(TOPIC);
        let mut theirs = topic.watch_other_nodes();
        self.elsewhere.send_replace(Some(topic));
        let here = Arc::downgrade(&self.here);
        tokio::spawn(async move {
            while let Some(moved) = theirs.next().await {
                let Some(here) = here.upgrade() else { return };
                match moved {
                    Ok(moved) => drop(here.load().send(moved)),
                    Err(_) => here.store(Arc::new(broadcast::channel(WATCHED).0)),
                }
            }
        });
    }
}
