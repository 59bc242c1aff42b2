//! How often one client may ask.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use platform::{Clock, Error, http::limit::Limiter, shared::Shared};
use tokio::sync::Semaphore;

/// Counts requests of clients.
#[async_trait]
pub trait RateLimit: Send + Sync {
    /// Takes one request of the client (an IPv6 client is its /64), or answers with the seconds until the next may come. A counter
    /// that does not answer must let requests pass: it protects, but is not needed.
    async fn take(&self, client: IpAddr) -> Result<(), u64>;
}

/// Clients that are remembered.
const CLIENTS: usize = 100_000;
/// Questions to Redis at the same time; where there are more, requests are counted here alone.
const QUESTIONS: usize = 256;

/// A token bucket for each client, of bounded number: in this process, or together with other gateways.
pub struct Buckets {
    rate: (u32, SignedDuration),
    own: Limiter<IpAddr>,
    together: Option<Arc<Together>>,
    clock: Clock,
}

impl Buckets {
    /// `burst` requests at once, `per_second` in the long run, counted in this process.
    pub fn new(per_second: u32, burst: u32, clock: Clock) -> Self {
        let period = SignedDuration::from_secs_f64(f64::from(burst) / f64::from(per_second.max(1)));
        let rate = (burst.max(1), period);
        Self { rate, own: bucket(rate), together: None, clock }
    }

    /// Counts together with every gateway that shares this Redis; each by itself while it is away. No request waits
    /// for it: what Redis says of one holds from the client's next on.
    #[must_use]
    pub fn shared(self, shared: &Shared) -> Self {
        let together = shared.is_used().then(|| {
            Arc::new(Together {
                buckets: bucket(self.rate).shared("gateway", shared),
                stopped: Mutex::default(),
                questions: Arc::new(Semaphore::new(QUESTIONS)),
            })
        });
        Self { together, ..self }
    }
}

fn bucket((burst, period): (u32, SignedDuration)) -> Limiter<IpAddr> {
    Limiter::new(burst, period, CLIENTS)
}

#[async_trait]
impl RateLimit for Buckets {
    async fn take(&self, client: IpAddr) -> Result<(), u64> {
        let now = self.clock.now();
        self.own.take(&client, now).map_err(|error| seconds(&error))?;
        match &self.together {
            Some(together) => together.take(client, now),
            None => Ok(()),
        }
    }
}

/// What all gateways count.
struct Together {
    buckets: Limiter<IpAddr>,
    /// Who has none left anywhere, and until when.
    stopped: Mutex<HashMap<IpAddr, Timestamp>>,
    questions: Arc<Semaphore>,
}

impl Together {
    fn take(self: &Arc<Self>, client: IpAddr, now: Timestamp) -> Result<(), u64> {
        if let Some(wait) = self.wait(client, now) {
            return Err(wait);
        }
        let Ok(question) = self.questions.clone().try_acquire_owned() else { return Ok(()) };
        let together = self.clone();
        tokio::spawn(async move {
            if let Err(error) = together.buckets.take_everywhere(&client, now).await {
                together.stop(client, now, now + SignedDuration::from_secs(seconds(&error) as i64));
            }
            drop(question);
        });
        Ok(())
    }

    /// Seconds until the client may come again, if it may not now.
    fn wait(&self, client: IpAddr, now: Timestamp) -> Option<u64> {
        let mut stopped = self.stopped.lock().unwrap_or_else(PoisonError::into_inner);
        let until = *stopped.get(&client)?;
        if until <= now {
            stopped.remove(&client);
            return None;
        }
        Some(until.duration_since(now).as_secs_f64().ceil().max(1.0) as u64)
    }

    fn stop(&self, client: IpAddr, now: Timestamp, until: Timestamp) {
        let mut stopped = self.stopped.lock().unwrap_or_else(PoisonError::into_inner);
        if stopped.len() >= CLIENTS {
            stopped.retain(|_, until| *until > now);
        }
        if stopped.len() < CLIENTS {
            stopped.insert(client, until);
        }
    }
}

fn seconds(error: &Error) -> u64 {
    match error {
        Error::RateLimited(seconds) => *seconds,
        _ => 1,
    }
}
