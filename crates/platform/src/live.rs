//! News for whoever listens at this moment: a time was taken, a message has come. News are hints and may be lost, but
//! never unnoticed: who listens is told that something was [`Missed`], and reads anew what is true.
//!
//! Within a process news travel through memory. Where nodes share a Redis they reach the listeners of every node;
//! while it is away, those of other nodes are told every few seconds that they may have missed something.

mod hub;

use std::{
    any::Any,
    pin::Pin,
    sync::{Arc, Weak},
    task::{Context, Poll},
};

use futures_util::{FutureExt as _, Stream, StreamExt as _};
use serde::{Serialize, de::DeserializeOwned};
use tokio::sync::broadcast;
use tokio_stream::wrappers::BroadcastStream;

use self::hub::Hub;
use crate::shared::Shared;

/// News a slow listener may fall behind before it is told that it missed some.
const KEPT: usize = 1_024;

/// Something can be news.
pub trait News: Clone + Serialize + DeserializeOwned + Send + Sync + 'static {}
impl<T: Clone + Serialize + DeserializeOwned + Send + Sync + 'static> News for T {}

/// Where news travel. Cheap to clone.
#[derive(Clone, Default)]
pub struct Live(Option<Arc<Hub>>);

impl Live {
    /// Within this process.
    pub fn local() -> Self {
        Self::default()
    }

    /// To every node that shares this; within the process where nothing is shared.
    pub fn over(shared: &Shared) -> Self {
        Self(shared.is_used().then(|| Hub::start(shared.clone())))
    }

    /// The news of this name: the same for all who ask for it while anybody holds it. A name says nothing of a person.
    pub fn topic<T: News>(&self, name: &str) -> Topic<T> {
        let fresh = |hub: Option<Weak<Hub>>| {
            let (said, others) = (broadcast::channel(KEPT).0, broadcast::channel(KEPT).0);
            Arc::new(Told { name: name.to_owned(), said, others, hub })
        };
        let Some(hub) = &self.0 else { return Topic { told: fresh(None), carrier: None } };
        let told = hub.find_or_add(name, || fresh(Some(Arc::downgrade(hub))));
        Topic { told, carrier: Some(hub.clone()) }
    }
}

/// News of one name and kind.
pub struct Topic<T: News> {
    told: Arc<Told<T>>,
    carrier: Option<Arc<Hub>>,
}

impl<T: News> Clone for Topic<T> {
    fn clone(&self) -> Self {
        Self { told: self.told.clone(), carrier: self.carrier.clone() }
    }
}

impl<T: News> Topic<T> {
    /// Tells everybody who listens. Never waits and never fails.
    pub fn tell(&self, news: T) {
        self.tell_other_nodes(&news);
        let _ = self.told.said.send(Some(news)); // nobody listens: fine
    }

    /// Tells those who listen on other nodes.
    pub fn tell_other_nodes(&self, news: &T) {
        if let Some(hub) = self.told.hub.as_ref().and_then(Weak::upgrade)
            && let Ok(text) = serde_json::to_string(news)
        {
            hub.send(&self.told.name, text);
        }
    }

    /// Listens from now on.
    pub fn watch(&self) -> Watch<T> {
        self.listen(&self.told.said)
    }

    /// Listens from now on to what other nodes tell.
    pub fn watch_other_nodes(&self) -> Watch<T> {
        self.listen(&self.told.others)
    }

    fn listen(&self, to: &broadcast::Sender<Option<T>>) -> Watch<T> {
        Watch { said: BroadcastStream::new(to.subscribe()), _topic: self.clone() }
    }
}

/// Something was missed: what is shown must be read anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Missed;

/// Who listens: a stream that ends only when the process does.
pub struct Watch<T: News> {
    said: BroadcastStream<Option<T>>,
    _topic: Topic<T>,
}

impl<T: News> Watch<T> {
    /// What has been told already, without waiting.
    pub fn try_next(&mut self) -> Option<Result<T, Missed>> {
        self.next().now_or_never().flatten()
    }
}

impl<T: News> Stream for Watch<T> {
    type Item = Result<T, Missed>;
    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.said.poll_next_unpin(cx).map(|said| said.map(|said| said.ok().flatten().ok_or(Missed)))
    }
}

/// The listeners of a topic in this process. `None` is told where something was missed.
struct Told<T: News> {
    name: String,
    said: broadcast::Sender<Option<T>>,
    /// What came from other nodes alone.
    others: broadcast::Sender<Option<T>>,
    hub: Option<Weak<Hub>>,
}

/// A topic without the type of its news.
trait Hears: Send + Sync {
    /// News of another node.
    fn hear(&self, text: &str);
    /// News of another node may have been lost.
    fn miss(&self);
    fn any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync>;
}

impl<T: News> Hears for Told<T> {
    fn hear(&self, text: &str) {
        // A node of another version may say what cannot be read here.
        let news: Option<T> = serde_json::from_str(text).ok();
        let _ = self.others.send(news.clone());
        let _ = self.said.send(news);
    }

    fn miss(&self) {
        let _ = self.others.send(None);
        let _ = self.said.send(None);
    }

    fn any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync> {
        self
    }
}

impl<T: News> Drop for Told<T> {
    fn drop(&mut self) {
        if let Some(hub) = self.hub.as_ref().and_then(Weak::upgrade) {
            hub.forget(&self.name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{KEPT, Live, Missed};

    #[tokio::test]
    async fn everybody_who_listens_is_told_and_slow_ones_know_what_they_missed() {
        let topic = Live::local().topic::<usize>("numbers");
        let (mut one, mut other) = (topic.watch(), topic.watch());
        topic.tell(1);
        assert_eq!((one.try_next(), one.try_next(), other.try_next()), (Some(Ok(1)), None, Some(Ok(1))));
        for n in 0..=KEPT {
            topic.tell(n);
        }
        assert_eq!((one.try_next(), one.try_next()), (Some(Err(Missed)), Some(Ok(1))));
    }
}
