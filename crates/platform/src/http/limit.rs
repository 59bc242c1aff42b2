//! How often is too often: a token bucket per key, in memory, of bounded number; counted together by all nodes that
//! share a Redis.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher as _},
    sync::{LazyLock, Mutex},
};

use jiff::Timestamp;
use redis::Script;

use crate::{
    error::{Error, Result},
    shared::Shared,
};

/// The same bucket in Redis, by its clock: the key holds the instant, in microseconds, when the bucket will be full.
/// Answers 0, or the microseconds until there is a token. Times are written out whole, for Lua would round them.
static TAKE: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "local time = redis.call('TIME')
         local now = time[1] * 1000000 + time[2]
         local each, period = tonumber(ARGV[1]), tonumber(ARGV[2])
         local full = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now) + each
         if full - now > period then return math.ceil(full - now - period) end
         redis.call('SET', KEYS[1], string.format('%.0f', full), 'PX', math.ceil((full - now) / 1000) + 1)
         return 0",
    )
});

/// A token bucket for each key. A key is anything that names who asks: an address, an account, an e-mail's hash.
#[derive(Debug)]
pub struct Limiter<K> {
    burst: f64,
    per_second: f64,
    capacity: usize,
    buckets: Mutex<HashMap<K, Bucket>>,
    shared: Option<(&'static str, Shared)>,
}

/// Tokens left at an instant.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    tokens: f64,
    at: Timestamp,
}

impl<K: Hash + Eq + Clone> Limiter<K> {
    /// At most `burst` at once, filled again over `period`; remembers at most `capacity` keys.
    pub fn new(burst: u32, period: jiff::SignedDuration, capacity: usize) -> Self {
        let per_second = f64::from(burst) / period.as_secs_f64().max(f64::MIN_POSITIVE);
        Self { burst: f64::from(burst), per_second, capacity, buckets: Mutex::default(), shared: None }
    }

    /// Counts together with the other nodes, under a name of its own. While Redis is away each node counts by itself.
    #[must_use]
    pub fn shared(mut self, name: &'static str, shared: &Shared) -> Self {
        self.shared = Some((name, shared.clone())).filter(|(_, shared)| shared.is_used());
        self
    }

    /// Takes one token of the key on all nodes, or answers 429 with the seconds until there is one.
    pub async fn take_everywhere(&self, key: &K, now: Timestamp) -> Result<()> {
        // Who has none here has none anywhere, and costs nothing more.
        self.take(key, now)?;
        let Some((name, shared)) = &self.shared else { return Ok(()) };
        let mut take = TAKE.prepare_invoke();
        // The same number on every node.
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        take.key(shared.key(name, &hasher.finish().to_be_bytes()));
        take.arg(1_000_000.0 / self.per_second).arg(1_000_000.0 * self.burst / self.per_second);
        match shared.run::<i64>(&take).await {
            Some(wait) if wait > 0 => Err(Error::RateLimited((wait as f64 / 1_000_000.0).ceil().max(1.0) as u64)),
            _ => Ok(()),
        }
    }

    /// Takes one token of the key, or answers 429 with the seconds until there is one.
    pub fn take(&self, key: &K, now: Timestamp) -> Result<()> {
        let mut buckets = self.buckets.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if buckets.len() >= self.capacity && !buckets.contains_key(key) {
            self.make_room(&mut buckets, now);
        }
        let bucket = buckets.entry(key.clone()).or_insert(Bucket { tokens: self.burst, at: now });
        let tokens = self.filled(bucket, now);
        *bucket = Bucket { tokens, at: now.max(bucket.at) };
        if tokens >= 1.0 {
            bucket.tokens -= 1.0;
            Ok(())
        } else {
            Err(Error::RateLimited(((1.0 - tokens) / self.per_second).ceil().max(1.0) as u64))
        }
    }

    /// Forgets a key, for instance after a successful sign-in.
    pub fn forget(&self, key: &K) {
        self.buckets.lock().unwrap_or_else(std::sync::PoisonError::into_inner).remove(key);
    }

    fn filled(&self, bucket: &Bucket, now: Timestamp) -> f64 {
        let passed = now.duration_since(bucket.at).as_secs_f64().max(0.0);
        (bucket.tokens + passed * self.per_second).min(self.burst)
    }

    /// Drops the keys that are full again, which loses nothing. If none is, drops the fuller half: those who were
    /// stopped stay stopped, even when somebody floods us with new keys.
    fn make_room(&self, buckets: &mut HashMap<K, Bucket>, now: Timestamp) {
        buckets.retain(|_, bucket| self.filled(bucket, now) < self.burst);
        if buckets.len() < self.capacity {
            return;
        }
        let mut levels: Vec<f64> = buckets.values().map(|bucket| self.filled(bucket, now)).collect();
        levels.sort_by(f64::total_cmp);
        let middle = levels[levels.len() / 2];
        buckets.retain(|_, bucket| self.filled(bucket, now) < middle);
    }
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};

    use super::Limiter;
    use crate::error::Error;

    #[test]
    fn a_key_gets_its_burst_and_then_waits() {
        let limiter = Limiter::new(3, SignedDuration::from_secs(60), 10);
        let start = Timestamp::UNIX_EPOCH;
        for _ in 0..3 {
            limiter.take(&"a", start).unwrap();
        }
        assert!(matches!(limiter.take(&"a", start), Err(Error::RateLimited(20))));
        limiter.take(&"b", start).unwrap();
        limiter.take(&"a", start + SignedDuration::from_secs(20)).unwrap();
        assert!(limiter.take(&"a", start).is_err(), "a clock that goes back gives nothing");
        limiter.forget(&"a");
        limiter.take(&"a", start).unwrap();
    }

    #[test]
    fn the_number_of_keys_is_bounded_and_the_stopped_stay_stopped() {
        let limiter = Limiter::new(2, SignedDuration::from_secs(60), 8);
        let start = Timestamp::UNIX_EPOCH;
        limiter.take(&0, start).unwrap();
        limiter.take(&0, start).unwrap();
        for key in 1..100 {
            limiter.take(&key, start).unwrap();
        }
        assert!(limiter.buckets.lock().unwrap().len() <= 8);
        assert!(limiter.take(&0, start).is_err());
    }
}
