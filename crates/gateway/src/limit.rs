//! How often one client may ask.

use std::net::IpAddr;

use async_trait::async_trait;
use jiff::SignedDuration;
use platform::{Clock, http::limit::Limiter, shared::Shared};

/// Counts requests of clients.
#[async_trait]
pub trait RateLimit: Send + Sync {
    /// Takes one request of the client (an IPv6 client is its /64), or answers with the seconds until the next may come. A counter
    /// that does not answer must let requests pass: it protects, but is not needed.
    async fn take(&self, client: IpAddr) -> Result<(), u64>;
}

/// Clients that are remembered.
const CLIENTS: usize = 100_000;

/// A token bucket for each client, of bounded number: in this process, or together with other gateways.
pub struct Buckets {
    buckets: Limiter<IpAddr>,
    clock: Clock,
}

impl Buckets {
    /// `burst` requests at once, `per_second` in the long run, counted in this process.
    pub fn new(per_second: u32, burst: u32, clock: Clock) -> Self {
        let period = SignedDuration::from_secs_f64(f64::from(burst) / f64::from(per_second.max(1)));
        Self { buckets: Limiter::new(burst.max(1), period, CLIENTS), clock }
    }

    /// Counts together with every gateway that shares this Redis; each by itself while it is away.
    #[must_use]
    pub fn shared(self, shared: &Shared) -> Self {
        Self { buckets: self.buckets.shared("gateway", shared), ..self }
    }
}

#[async_trait]
impl RateLimit for Buckets {
    async fn take(&self, client: IpAddr) -> Result<(), u64> {
        self.buckets.take_everywhere(&client, self.clock.now()).await.map_err(|error| match error {
            platform::Error::RateLimited(seconds) => seconds,
            _ => 1,
        })
    }
}
