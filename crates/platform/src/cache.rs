//! A bounded cache whose entries die of age, filled once however many ask at the same time.

use std::{future::Future, hash::Hash, sync::Arc, time::Duration};

use crate::error::{Error, Result};

/// Values by key. Cheap to clone; clones share. Anything personal needs a short life.
#[derive(Clone)]
pub struct Cache<K, V>(moka::future::Cache<K, V>)
where
    K: Hash + Eq + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static;

impl<K, V> Cache<K, V>
where
    K: Hash + Eq + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    /// At most `capacity` entries, each at most `life` old.
    pub fn new(capacity: u64, life: Duration) -> Self {
        Self(moka::future::Cache::builder().max_capacity(capacity).time_to_live(life).build())
    }

    /// The value, if it is here.
    pub async fn get(&self, key: &K) -> Option<V> {
        self.0.get(key).await
    }

    /// The value; where it is missing, `fill` makes it, once for all who ask meanwhile. A failure is not kept.
    pub async fn get_with(&self, key: K, fill: impl Future<Output = Result<V>>) -> Result<V> {
        self.0
            .try_get_with(key, fill)
            .await
            .map_err(|shared: Arc<Error>| Arc::try_unwrap(shared).unwrap_or_else(|shared| again(&shared)))
    }

    /// Puts a value in.
    pub async fn put(&self, key: K, value: V) {
        self.0.insert(key, value).await;
    }

    /// Takes a value out.
    pub async fn forget(&self, key: &K) {
        self.0.invalidate(key).await;
    }

    /// Takes everything out.
    pub fn clear(&self) {
        self.0.invalidate_all();
    }
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
}
