//! The part of a cache that nodes share, in Redis.

use std::{
    borrow::Borrow,
    collections::HashSet,
    future::Future,
    marker::PhantomData,
    pin::Pin,
    sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use futures_util::StreamExt as _;
use redis::Script;
use serde::{Serialize, de::DeserializeOwned};
use tokio::time::{Instant, timeout};

use crate::{
    Result,
    entropy::Entropy,
    live::{Live, Topic, Watch},
    shared::Shared,
};

/// How long one node may take to make a value before another makes it too.
const MAKING: Duration = Duration::from_secs(2);
/// How often those who wait for another node look.
const LOOK: Duration = Duration::from_millis(20);
/// Keys remembered that could not be forgotten in Redis; of others what lies there dies of age.
const LATE: usize = 10_000;

/// A value being made.
pub(super) type Making<'m, V> = Pin<&'m mut (dyn Future<Output = Result<V>> + Send + 'm)>;

/// Where a cache looks, and asks to be the one who makes a value.
#[async_trait]
pub(super) trait Second<K, V>: Send + Sync {
    /// The value of another node, or what is made here, once for all nodes.
    async fn find_or_make(&self, key: &K, make: Making<'_, V>) -> Result<V>;
    /// Forgets a value on every node.
    async fn forget(&self, key: &K);
    /// Whether what other nodes forget is heard here.
    fn hears(&self) -> bool;
}

/// Values in Redis. Beside each lies a mark that is changed whenever the value is forgotten, so that one made from what
/// was read before is not put there afterwards.
pub(super) struct InRedis<K, V> {
    name: &'static str,
    life: Duration,
    shared: Shared,
    forgotten: Topic<String>,
    /// Forgotten here while Redis was away: taken away there once it answers.
    late: Arc<Mutex<HashSet<[String; 2]>>>,
    types: PhantomData<fn() -> (K, V)>,
}

/// Puts a value where its mark is still the same, and opens the way for others.
static PUT: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "redis.call('DEL', KEYS[3])
         local mark = redis.call('GET', KEYS[2]) or ''
         if mark ~= ARGV[1] then return 0 end
         redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
         return 1",
    )
});

/// Takes a value away and changes its mark, which outlives everybody who may be making a value now.
static FORGET: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "redis.call('DEL', KEYS[1])
         redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
         return 1",
    )
});

/// What lies in Redis under a key.
struct Found {
    value: Option<String>,
    mark: String,
}

impl<K, V> InRedis<K, V> {
    pub(super) fn new(name: &'static str, life: Duration, shared: Shared, live: &Live) -> Self {
        let forgotten = live.topic(&format!("forgotten:{name}"));
        Self { name, life, shared, forgotten, late: Arc::default(), types: PhantomData }
    }

    /// Nobody can read it there now; it is taken away as soon as Redis answers again.
    fn forget_later(&self, keys: [String; 2]) {
        let mut late = lock(&self.late);
        if late.len() >= LATE {
            tracing::warn!(cache = self.name, "too much was forgotten while redis is away: the rest dies of age");
            return;
        }
        late.insert(keys);
        if late.len() > 1 {
            return; // the task of the first one takes them along
        }
        let (shared, late, life) = (self.shared.clone(), self.late.clone(), self.life);
        tokio::spawn(async move {
            loop {
                let Some(keys) = lock(&late).iter().next().cloned() else { return };
                shared.wait_until_up().await;
                if forget(&shared, &keys, life).await {
                    lock(&late).remove(&keys);
                }
            }
        });
    }

    /// What other nodes, and this one, forget.
    pub(super) fn forgotten(&self) -> Watch<String> {
        self.forgotten.watch()
    }
}

impl<K: Borrow<str>, V: Serialize + DeserializeOwned> InRedis<K, V> {
    fn keys(&self, key: &K) -> [String; 3] {
        let about = key.borrow().as_bytes();
        // One slot of a cluster for all three.
        let base = self.shared.key(self.name, about);
        [format!("{{{base}}}"), format!("{{{base}}}:mark"), format!("{{{base}}}:making")]
    }

    async fn find(&self, keys: &[String; 3]) -> Option<Found> {
        let mut command = redis::cmd("MGET");
        command.arg(&keys[..2]);
        let (value, mark): (Option<String>, Option<String>) = self.shared.ask(&command).await?;
        Some(Found { value, mark: mark.unwrap_or_default() })
    }

    /// Whether we are the one who makes it; none where Redis does not answer.
    async fn may_make(&self, keys: &[String; 3]) -> Option<bool> {
        let mut command = redis::cmd("SET");
        command.arg(&keys[2]).arg(1).arg("NX").arg("PX").arg(MAKING.as_millis() as u64);
        self.shared.ask::<Option<String>>(&command).await.map(|set| set.is_some())
    }

    /// Looks until the value is there, or it is ours to make: then with the mark as it is before making. None where
    /// Redis does not answer.
    async fn look(&self, keys: &[String; 3]) -> Option<std::result::Result<V, String>> {
        let end = Instant::now() + MAKING;
        loop {
            let found = self.find(keys).await?;
            // A node of another version may have put what cannot be read here.
            if let Some(value) = found.value.and_then(|text| serde_json::from_str(&text).ok()) {
                return Some(Ok(value));
            }
            if self.may_make(keys).await? || Instant::now() >= end {
                return Some(Err(found.mark));
            }
            let _ = timeout(LOOK, std::future::pending::<()>()).await;
        }
    }
}

#[async_trait]
impl<K, V> Second<K, V> for InRedis<K, V>
where
    K: Borrow<str> + Send + Sync,
    V: Serialize + DeserializeOwned + Send + Sync,
{
    async fn find_or_make(&self, key: &K, make: Making<'_, V>) -> Result<V> {
        let keys = self.keys(key);
        let mark = match self.look(&keys).await {
            Some(Ok(value)) => return Ok(value),
            Some(Err(mark)) => mark,
            None => return make.await,
        };
        let made = make.await;
        let text = made.as_ref().ok().and_then(|value| serde_json::to_string(value).ok());
        if let Some(text) = text {
            let mut put = PUT.prepare_invoke();
            put.key(&keys[..]).arg(mark).arg(text).arg(self.life.as_millis() as u64);
            self.shared.run::<i64>(&put).await;
        } else {
            let mut let_go = redis::cmd("DEL");
            let_go.arg(&keys[2]);
            self.shared.ask::<i64>(&let_go).await;
        }
        made
    }

    async fn forget(&self, key: &K) {
        let [value, mark, _] = self.keys(key);
        let keys = [value, mark];
        if !forget(&self.shared, &keys, self.life).await {
            self.forget_later(keys);
        }
        self.forgotten.tell(key.borrow().to_owned());
    }

    fn hears(&self) -> bool {
        self.shared.is_up()
    }
}

async fn forget(shared: &Shared, keys: &[String; 2], life: Duration) -> bool {
    let mark = u64::from_be_bytes(Entropy::System.bytes()).to_string();
    let mut forget = FORGET.prepare_invoke();
    forget.key(&keys[..]).arg(mark).arg((life + MAKING).as_millis() as u64);
    shared.run::<i64>(&forget).await.is_some()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Has what others forget forgotten here as well: a key, or everything where something was missed. Ends when `forget`
/// answers false: then nobody has the cache any more.
pub(super) async fn follow(mut forgotten: Watch<String>, forget: impl Fn(Option<String>) -> bool) {
    while let Some(key) = forgotten.next().await {
        if !forget(key.ok()) {
            return;
        }
    }
}
