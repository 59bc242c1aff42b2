//! Carries news between the nodes that share a Redis.

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use futures_util::StreamExt as _;
use redis::aio::PubSubSink;
use tokio::{
    sync::{Notify, mpsc},
    time::timeout,
};

use super::{Hears, News, Told};
use crate::{entropy::Entropy, shared::Shared};

/// News that wait to be sent; more are lost, and the other nodes are told that some were.
const WAITING: usize = 4_096;
/// How often those who cannot hear the other nodes are told that they may have missed something.
const DEAF: Duration = Duration::from_secs(5);
/// How often it is looked whether something that was lost can be told of.
const LOOK: Duration = Duration::from_secs(1);
/// How long subscribing may take.
const SUBSCRIBE_WITHIN: Duration = Duration::from_secs(1);
/// The channel on which a node says that it could not send something.
const LOST: &str = "*lost";

/// What a node tells the others and hears from them.
pub(super) struct Hub {
    /// Tells our own news, which come back, from those of others.
    node: String,
    topics: Mutex<HashMap<String, Weak<dyn Hears>>>,
    /// Rung when topics have come or gone.
    changed: Arc<Notify>,
    out: mpsc::Sender<(String, String)>,
    lost: Arc<AtomicBool>,
}

impl Hub {
    /// Starts carrying, until it is dropped.
    pub(super) fn start(shared: Shared) -> Arc<Self> {
        let node = u128::from_be_bytes(Entropy::System.bytes()).to_string();
        let (out, waiting) = mpsc::channel(WAITING);
        let (changed, lost) = (Arc::<Notify>::default(), Arc::<AtomicBool>::default());
        tokio::spawn(send(shared.clone(), node.clone(), waiting, lost.clone()));
        let hub = Arc::new(Self { node, topics: Mutex::default(), changed: changed.clone(), out, lost });
        tokio::spawn(hear(Arc::downgrade(&hub), shared, changed));
        hub
    }

    /// The topic of this name, or a new one.
    pub(super) fn find_or_add<T: News>(&self, name: &str, fresh: impl FnOnce() -> Arc<Told<T>>) -> Arc<Told<T>> {
        let mut topics = self.topics();
        if let Some(there) = topics.get(name).and_then(Weak::upgrade) {
            drop(topics);
            // Another type under the same name is a fault of the program: it hears this node only.
            return there.any().downcast().unwrap_or_else(|_| fresh());
        }
        let topic = fresh();
        let hears: Arc<dyn Hears> = topic.clone();
        topics.insert(name.to_owned(), Arc::downgrade(&hears));
        self.changed.notify_one();
        topic
    }

    /// Lets go of a topic nobody holds.
    pub(super) fn forget(&self, name: &str) {
        let mut topics = self.topics();
        if topics.get(name).is_some_and(|topic| topic.strong_count() == 0) {
            topics.remove(name);
            self.changed.notify_one();
        }
    }

    /// Sends news to the other nodes soon.
    pub(super) fn send(&self, topic: &str, text: String) {
        if self.out.try_send((topic.to_owned(), text)).is_err() {
            self.lost.store(true, Ordering::Relaxed);
        }
    }

    fn topics(&self) -> MutexGuard<'_, HashMap<String, Weak<dyn Hears>>> {
        self.topics.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn names(&self) -> HashSet<String> {
        self.topics().keys().cloned().collect()
    }

    /// Upgraded outside the lock: the last one to let go of a topic takes the lock.
    fn topic(&self, name: &str) -> Option<Arc<dyn Hears>> {
        let topic = self.topics().get(name).cloned();
        topic.and_then(|topic| topic.upgrade())
    }

    fn miss_all(&self) {
        for name in self.names() {
            self.miss(&name);
        }
    }

    fn miss(&self, name: &str) {
        if let Some(topic) = self.topic(name) {
            topic.miss();
        }
    }

    /// What came on a channel.
    fn hear(&self, name: &str, message: &str) {
        let Some((node, text)) = message.split_once('\n').filter(|(node, _)| *node != self.node) else { return };
        if name == LOST {
            tracing::debug!(node, "another node could not tell its news");
            self.miss_all();
        } else if let Some(topic) = self.topic(name) {
            topic.hear(text);
        }
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        self.changed.notify_one();
    }
}

/// Sends what waits. What cannot be sent is lost; the others are told so once they can be.
async fn send(shared: Shared, node: String, mut waiting: mpsc::Receiver<(String, String)>, lost: Arc<AtomicBool>) {
    let publish = async |topic: &str, text: &str| {
        let mut command = redis::cmd("PUBLISH");
        command.arg(shared.channel(topic)).arg(format!("{node}\n{text}"));
        shared.ask::<i64>(&command).await.is_some()
    };
    loop {
        match timeout(LOOK, waiting.recv()).await {
            Ok(None) => return,
            Ok(Some((topic, text))) => {
                if !publish(&topic, &text).await {
                    lost.store(true, Ordering::Relaxed);
                }
            }
            Err(_) => {}
        }
        if lost.load(Ordering::Relaxed) && shared.is_up() && publish(LOST, "").await {
            lost.store(false, Ordering::Relaxed);
        }
    }
}

/// Hears the other nodes, through every loss of Redis.
async fn hear(hub: Weak<Hub>, shared: Shared, changed: Arc<Notify>) {
    loop {
        while timeout(DEAF, shared.wait_until_up()).await.is_err() {
            let Some(hub) = hub.upgrade() else { return };
            hub.miss_all();
        }
        if let Some(listening) = shared.listen().await {
            let (mut sink, mut messages) = listening.split();
            let mut heard = HashSet::new();
            let prefix = shared.channel("");
            while follow(&hub, &shared, &mut sink, &mut heard).await {
                tokio::select! {
                    message = messages.next() => {
                        let Some(message) = message else { break };
                        let (channel, text) = (message.get_channel_name(), message.get_payload::<String>());
                        if let (Some(hub), Ok(text)) = (hub.upgrade(), text) {
                            hub.hear(channel.strip_prefix(&prefix).unwrap_or_default(), &text);
                        }
                    }
                    () = changed.notified() => {}
                    () = shared.wait_until_down() => break,
                }
            }
        }
        let Some(hub) = hub.upgrade() else { return };
        hub.miss_all();
        drop(hub);
        let _ = timeout(Duration::from_millis(50), std::future::pending::<()>()).await;
    }
}

/// Listens to the topics there are, and no others; false where that cannot be done, or nobody is left. Listeners of a
/// topic that is heard only from now on are told that they may have missed something.
async fn follow(hub: &Weak<Hub>, shared: &Shared, sink: &mut PubSubSink, heard: &mut HashSet<String>) -> bool {
    let Some(mut wanted) = hub.upgrade().map(|hub| hub.names()) else { return false };
    wanted.insert(LOST.to_owned());
    let (come, gone): (Vec<_>, Vec<_>) =
        (wanted.difference(heard).cloned().collect(), heard.difference(&wanted).cloned().collect());
    for name in come {
        let subscribed = timeout(SUBSCRIBE_WITHIN, sink.subscribe(shared.channel(&name))).await;
        if !matches!(subscribed, Ok(Ok(()))) {
            return false;
        }
        if let Some(hub) = hub.upgrade() {
            hub.miss(&name);
        }
        heard.insert(name);
    }
    for name in gone {
        let left = timeout(SUBSCRIBE_WITHIN, sink.unsubscribe(shared.channel(&name))).await;
        if !matches!(left, Ok(Ok(()))) {
            return false;
        }
        heard.remove(&name);
    }
    true
}
