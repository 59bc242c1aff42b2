//! A bounded cache whose entries die of age, filled once however many ask at the same time.
//!
//! It lies in memory. With [`Cache::shared`] the nodes that share a Redis fill it once for all of them, and what one
//! forgets all forget at once; while Redis is away each goes on by itself, with entries of a second's life.

mod second;

use std::{
    borrow::Borrow,
    future::Future,
    hash::{BuildHasher, Hash, RandomState},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use serde::{Serialize, de::DeserializeOwned};

use self::second::{InRedis, Second};
use crate::{
    error::{Error, Result},
    live::Live,
    shared::Shared,
};

/// Keys that are forgotten together in memory: forgetting one costs a filling of the others in its part.
const PARTS: usize = 256;
/// The life of an entry while what other nodes forget cannot be heard.
const ALONE: Duration = Duration::from_secs(1);

/// Values by key. Cheap to clone; clones share. Anything personal needs a short life, and is never shared.
#[derive(Clone)]
pub struct Cache<K, V>(Arc<Inner<K, V>>)
where
    K: Hash + Eq + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static;

struct Inner<K, V> {
    kept: moka::future::Cache<K, Kept<V>>,
    parts: Parts,
    second: Option<Box<dyn Second<K, V>>>,
}

/// A value, and which forgetting it is younger than.
#[derive(Clone)]
struct Kept<V> {
    value: V,
    age: u64,
    at: Instant,
}

/// Counts how often a part of the keys was forgotten.
struct Parts {
    hasher: RandomState,
    ages: Box<[AtomicU64]>,
}

impl<K, V> Cache<K, V>
where
    K: Hash + Eq + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    /// At most `capacity` entries, each at most `life` old, in this process.
    pub fn new(capacity: u64, life: Duration) -> Self {
        Self::with(capacity, life, None)
    }

    fn with(capacity: u64, life: Duration, second: Option<Box<dyn Second<K, V>>>) -> Self {
        let kept = moka::future::Cache::builder().max_capacity(capacity).time_to_live(life).build();
        Self(Arc::new(Inner { kept, parts: Parts::new(), second }))
    }

    /// The value, if it is here.
    pub async fn get(&self, key: &K) -> Option<V> {
        let kept = self.0.kept.get(key).await?;
        self.0.is_good(&kept, self.0.parts.of(key)).then_some(kept.value)
    }

    /// The value; where it is missing, `fill` makes it, once for all who ask meanwhile. A failure is not kept. Whoever
    /// asks after a key was forgotten never gets what was made before that.
    pub async fn get_with(&self, key: K, fill: impl Future<Output = Result<V>> + Send) -> Result<V>
    where
        K: Clone,
    {
        let inner = &*self.0;
        let part = inner.parts.of(&key);
        let age = part.load(Ordering::SeqCst);
        let mut fill = std::pin::pin!(fill);
        loop {
            if let Some(kept) = inner.kept.get(&key).await {
                if inner.is_good(&kept, part) {
                    return Ok(kept.value);
                }
                inner.kept.invalidate(&key).await;
            }
            let made = async {
                // Read before it is made: what is forgotten meanwhile makes it old at once.
                let age = part.load(Ordering::SeqCst);
                let value = match &inner.second {
                    Some(second) => second.find_or_make(&key, fill.as_mut()).await?,
                    None => fill.as_mut().await?,
                };
                Ok(Kept { value, age, at: Instant::now() })
            };
            let kept = inner.kept.try_get_with_by_ref(&key, made).await.map_err(told)?;
            if kept.age >= age {
                return Ok(kept.value);
            }
            // Another had begun to make it before it was forgotten, and we ask after that.
        }
    }

    /// Puts a value in, in this process.
    pub async fn put(&self, key: K, value: V) {
        let age = self.0.parts.of(&key).load(Ordering::SeqCst);
        self.0.kept.insert(key, Kept { value, age, at: Instant::now() }).await;
    }

    /// Takes a value out, on every node that shares it.
    pub async fn forget(&self, key: &K) {
        self.0.parts.forget(key);
        self.0.kept.invalidate(key).await;
        if let Some(second) = &self.0.second {
            second.forget(key).await;
        }
    }

    /// Takes everything out, in this process.
    pub fn clear(&self) {
        self.0.parts.forget_all();
        self.0.kept.invalidate_all();
    }
}

impl<K, V> Cache<K, V>
where
    K: Borrow<str> + Hash + Eq + Send + Sync + 'static,
    V: Clone + Serialize + DeserializeOwned + Send + Sync + 'static,
{
    /// At most `capacity` entries on each node, each at most `life` old, filled once for all nodes and forgotten by all
    /// at once. `name` is the cache's own. Nothing personal may lie in it.
    pub fn shared(name: &'static str, capacity: u64, life: Duration, shared: &Shared, live: &Live) -> Self {
        if !shared.is_used() {
            return Self::new(capacity, life);
        }
        let second = InRedis::new(name, life, shared.clone(), live);
        let forgotten = second.forgotten();
        let cache = Self::with(capacity, life, Some(Box::new(second)));
        let inner = Arc::downgrade(&cache.0);
        tokio::spawn(second::follow(forgotten, move |key| {
            let Some(inner) = inner.upgrade() else { return false };
            match key {
                Some(key) => inner.parts.forget(key.as_str()),
                None => inner.parts.forget_all(),
            }
            true
        }));
        cache
    }
}

impl<K, V> Inner<K, V> {
    fn is_good(&self, kept: &Kept<V>, part: &AtomicU64) -> bool {
        let alone = self.second.as_ref().is_some_and(|second| !second.hears());
        kept.age == part.load(Ordering::SeqCst) && (!alone || kept.at.elapsed() < ALONE)
    }
}

impl Parts {
    fn new() -> Self {
        Self { hasher: RandomState::new(), ages: (0..PARTS).map(|_| AtomicU64::new(0)).collect() }
    }

    fn of<K: Hash + ?Sized>(&self, key: &K) -> &AtomicU64 {
        &self.ages[self.hasher.hash_one(key) as usize % PARTS]
    }

    fn forget<K: Hash + ?Sized>(&self, key: &K) {
        self.of(key).fetch_add(1, Ordering::SeqCst);
    }

    fn forget_all(&self) {
        for age in &self.ages {
            age.fetch_add(1, Ordering::SeqCst);
        }
    }
}

/// A failure that may have been told to several who waited.
fn told(shared: Arc<Error>) -> Error {
    Arc::try_unwrap(shared).unwrap_or_else(|shared| again(&shared))
}

/// The same failure told to another who waited for it.
fn again(error: &Error) -> Error {
    match error {
        Error::Unauthenticated(reason) => Error::Unauthenticated(reason),
        Error::Forbidden(permission) => Error::Forbidden(permission),
        Error::NotFound(thing) => Error::NotFound(thing),
        Error::Unavailable(what) => Error::Unavailable(what),
        Error::Late => Error::Late,
        other if other.status() == 503 => Error::Unavailable("database"),
        other => Error::internal(other),
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::atomic::{AtomicU32, Ordering},
        time::Duration,
    };

    use futures_util::future::join_all;
    use tokio::sync::oneshot;

    use super::Cache;
    use crate::error::Error;

    #[tokio::test]
    async fn a_value_is_made_once_for_all_who_wait() {
        let (cache, made) = (Cache::new(10, Duration::from_mins(1)), AtomicU32::new(0));
        let asked = join_all((0..20).map(|_| {
            cache.get_with("key", async {
                tokio::task::yield_now().await;
                made.fetch_add(1, Ordering::Relaxed);
                Ok(7)
            })
        }));
        assert!(asked.await.into_iter().all(|value| value.unwrap() == 7));
        assert_eq!(made.load(Ordering::Relaxed), 1);
        cache.forget(&"key").await;
        assert_eq!(cache.get(&"key").await, None);
    }

    #[tokio::test]
    async fn a_failure_is_told_and_not_kept() {
        let cache: Cache<u8, u8> = Cache::new(10, Duration::from_mins(1));
        let failed = cache.get_with(1, async { Err(Error::NotFound("thing")) }).await;
        assert!(matches!(failed, Err(Error::NotFound("thing"))));
        assert_eq!(cache.get_with(1, async { Ok(2) }).await.unwrap(), 2);
    }

    /// Who has changed something and forgot the key never reads what another began to read before that.
    #[tokio::test]
    async fn what_was_begun_before_forgetting_is_not_given_to_who_asks_after_it() {
        let cache: Cache<u8, &str> = Cache::new(10, Duration::from_mins(1));
        let (begun, has_begun) = oneshot::channel();
        let (go_on, may_go_on) = oneshot::channel::<()>();
        let slow = tokio::spawn({
            let cache = cache.clone();
            async move {
                let read = async {
                    begun.send(()).unwrap();
                    may_go_on.await.unwrap();
                    Ok("old")
                };
                cache.get_with(1, read).await
            }
        });
        has_begun.await.unwrap();
        cache.forget(&1).await;
        let after = tokio::spawn({
            let cache = cache.clone();
            async move { cache.get_with(1, async { Ok("new") }).await }
        });
        tokio::task::yield_now().await;
        go_on.send(()).unwrap();
        assert_eq!((slow.await.unwrap().unwrap(), after.await.unwrap().unwrap()), ("old", "new"));
        assert_eq!(cache.get(&1).await, Some("new"));
    }
}
