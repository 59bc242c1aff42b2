//! The replicas of a service: which of them is up, how much each has to do, and which is asked next.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU32, AtomicU64, AtomicUsize, Ordering},
    },
};

use arc_swap::ArcSwap;
use tokio::sync::watch;

use crate::table::Address;

/// One running copy of a service.
pub(crate) struct Replica {
    /// Where it takes requests.
    pub address: SocketAddr,
    /// Where it tells whether it is ready.
    pub ready_address: SocketAddr,
    up: watch::Sender<bool>,
    in_flight: AtomicUsize,
    failures: AtomicU32,
    /// Requests since its last answer whose sender went away without one.
    given_up: AtomicUsize,
}

/// Failures in a row, without a question answered between, that take a replica out.
const FAILURES: u32 = 3;

impl Replica {
    /// A replica counts as up until it is known not to be: the first requests do not wait for the first question.
    fn new(address: SocketAddr, ready_address: SocketAddr) -> Arc<Self> {
        let (up, _) = watch::channel(true);
        Arc::new(Self {
            address,
            ready_address,
            up,
            in_flight: AtomicUsize::new(0),
            failures: AtomicU32::new(0),
            given_up: AtomicUsize::new(0),
        })
    }

    pub fn is_up(&self) -> bool {
        *self.up.borrow()
    }

    /// Takes it in, or out of, the choice.
    pub fn mark(&self, up: bool) {
        self.failures.store(0, Ordering::Relaxed);
        if up {
            self.given_up.store(0, Ordering::Relaxed);
        }
        self.up.send_if_modified(|was| std::mem::replace(was, up) != up);
    }

    /// A request broke off in the middle: once may be chance, several times are not.
    pub fn failed(&self) {
        if self.failures.fetch_add(1, Ordering::Relaxed) + 1 >= FAILURES {
            self.mark(false);
        }
    }

    /// A request was answered.
    pub fn answered(&self) {
        if self.failures.load(Ordering::Relaxed) != 0 {
            self.failures.store(0, Ordering::Relaxed);
        }
        if self.given_up.load(Ordering::Relaxed) != 0 {
            self.given_up.store(0, Ordering::Relaxed);
        }
    }

    /// Somebody waited for its answer in vain: whoever asks next, perhaps the same person again, is better off elsewhere,
    /// though it may be no more than slow.
    pub fn kept_waiting(&self) {
        self.given_up.fetch_add(1, Ordering::Relaxed);
    }

    /// How much it has to do, those who gave up waiting among it.
    fn busy(&self) -> usize {
        self.in_flight.load(Ordering::Relaxed) + self.given_up.load(Ordering::Relaxed)
    }

    /// Resolves when the replica is taken out.
    pub async fn went_down(&self) {
        let mut up = self.up.subscribe();
        // The sender lives as long as the replica.
        let _ = up.wait_for(|up| !*up).await;
    }
}

/// A request that a replica has to do; ends when it is dropped.
pub(crate) struct Engaged(pub Arc<Replica>);

impl Engaged {
    fn with(replica: Arc<Replica>) -> Self {
        replica.in_flight.fetch_add(1, Ordering::Relaxed);
        Self(replica)
    }
}

impl Drop for Engaged {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A service and its replicas.
pub(crate) struct Service {
    pub name: Arc<str>,
    pub addresses: Vec<Address>,
    replicas: ArcSwap<Vec<Arc<Replica>>>,
    sequence: AtomicU64,
    budget: AtomicI64,
}

/// What a repeated request costs, in hundredths of it; each request earns [`EARNED`].
const COST: i64 = 100;
const EARNED: i64 = 20;
/// The most that can be saved up: two hundred repetitions.
const SAVINGS: i64 = 200 * COST;

impl Service {
    pub fn new(name: &str, addresses: &[Address]) -> Arc<Self> {
        Arc::new(Self {
            name: name.into(),
            addresses: addresses.to_vec(),
            replicas: ArcSwap::default(),
            sequence: AtomicU64::new(0),
            budget: AtomicI64::new(SAVINGS),
        })
    }

    pub fn replicas(&self) -> Arc<Vec<Arc<Replica>>> {
        self.replicas.load_full()
    }

    /// Whether some replica is up.
    pub fn is_up(&self) -> bool {
        self.replicas.load().iter().any(|replica| replica.is_up())
    }

    /// Whether a replica other than this one is up.
    pub fn has_another(&self, than: &Replica) -> bool {
        self.replicas.load().iter().any(|replica| replica.is_up() && replica.address != than.address)
    }

    /// Asks what the addresses stand for now: replicas that stay keep their state, new ones join, others are dropped
    /// once their requests are answered. Where a name cannot be resolved, its replicas stay as they are.
    pub async fn resolve(&self) {
        let mut found = Vec::new();
        for address in &self.addresses {
            match tokio::net::lookup_host((address.host.as_str(), address.port)).await {
                Ok(all) => found.extend(all.map(|at| (at, SocketAddr::new(at.ip(), address.ready_port)))),
                Err(error) => {
                    tracing::warn!(service = %self.name, host = address.host, %error, "the name cannot be resolved");
                    return;
                }
            }
        }
        let known = self.replicas.load();
        let same = |replica: &&Arc<Replica>, at| replica.address == at;
        let mut next: Vec<Arc<Replica>> = Vec::new();
        for (at, ready) in found {
            if next.iter().any(|replica| replica.address == at) {
                continue;
            }
            let kept = known.iter().find(|replica| same(replica, at)).cloned();
            next.push(kept.unwrap_or_else(|| Replica::new(at, ready)));
        }
        self.replicas.store(Arc::new(next));
    }

    /// The less busy of two replicas chosen by chance (Mitzenmacher 2001) among those that are up and were not asked
    /// yet. Where none is up, any: our picture may be wrong, and a try costs no more than giving up.
    pub fn choose(&self, asked: &[Arc<Replica>]) -> Option<Engaged> {
        let replicas = self.replicas.load();
        let fresh = |replica: &&Arc<Replica>| !asked.iter().any(|other| Arc::ptr_eq(other, replica));
        let up: Vec<&Arc<Replica>> = replicas.iter().filter(|replica| replica.is_up()).filter(fresh).collect();
        let from = if up.is_empty() { replicas.iter().filter(fresh).collect() } else { up };
        let at = self.chance(from.len());
        let one = from.get(at)?;
        // Another one, where there is another.
        let other = from[(at + 1 + self.chance(from.len() - 1)) % from.len()];
        let chosen = if other.busy() < one.busy() { other } else { one };
        Some(Engaged::with(Arc::clone(chosen)))
    }

    /// Notes a first try.
    pub fn earn(&self) {
        if self.budget.load(Ordering::Relaxed) < SAVINGS {
            self.budget.fetch_add(EARNED, Ordering::Relaxed);
        }
    }

    /// Whether a repetition may be sent: at most one for five requests in the long run, so that a service in trouble
    /// does not get more to do because of it.
    pub fn spend(&self) -> bool {
        let left = self.budget.fetch_sub(COST, Ordering::Relaxed);
        if left < COST {
            self.budget.fetch_add(COST, Ordering::Relaxed);
        }
        left >= COST
    }

    /// A number below `bound`, evenly spread; no secret hangs on it (a Weyl sequence through SplitMix64's mixer).
    fn chance(&self, bound: usize) -> usize {
        let mut z = self.sequence.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % bound.max(1) as u64) as usize
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::Service;

    async fn three() -> Arc<Service> {
        let addresses: Vec<_> = (1..=3).map(|port| format!("127.0.0.1:{port}").parse().unwrap()).collect();
        let service = Service::new("three", &addresses);
        service.resolve().await;
        service
    }

    #[tokio::test]
    async fn the_less_busy_of_two_is_chosen_and_the_dead_are_not() {
        let service = three().await;
        let all: Vec<_> = (0..300).map(|_| service.choose(&[]).unwrap()).collect();
        for replica in service.replicas().iter() {
            let share = all.iter().filter(|engaged| Arc::ptr_eq(&engaged.0, replica)).count();
            assert!((90..=110).contains(&share), "{share} of 300");
        }
        let dead = service.replicas()[0].clone();
        dead.mark(false);
        assert!((0..50).all(|_| !Arc::ptr_eq(&service.choose(&[]).unwrap().0, &dead)));
        service.replicas().iter().for_each(|replica| replica.mark(false));
        assert!(service.choose(&[]).is_some() && !service.is_up(), "with none up, any is tried");
        assert!(service.choose(&service.replicas()).is_none(), "but none twice");
    }

    #[tokio::test]
    async fn who_kept_somebody_waiting_in_vain_is_asked_last_until_it_answers() {
        let addresses: Vec<_> = (1..=2).map(|port| format!("127.0.0.1:{port}").parse().unwrap()).collect();
        let service = Service::new("two", &addresses);
        service.resolve().await;
        let silent = service.replicas()[0].clone();
        silent.kept_waiting();
        assert!((0..50).all(|_| !Arc::ptr_eq(&service.choose(&[]).unwrap().0, &silent)));
        silent.answered();
        assert!((0..50).any(|_| Arc::ptr_eq(&service.choose(&[]).unwrap().0, &silent)));
    }

    #[tokio::test]
    async fn several_failures_in_a_row_take_a_replica_out() {
        let replica = three().await.replicas()[0].clone();
        replica.failed();
        replica.failed();
        replica.answered();
        replica.failed();
        replica.failed();
        assert!(replica.is_up());
        replica.failed();
        assert!(!replica.is_up());
        replica.went_down().await;
    }

    #[tokio::test]
    async fn repetitions_are_a_bounded_share_of_requests() {
        let service = three().await;
        assert_eq!((0..1000).filter(|_| service.spend()).count(), 200);
        (0..50).for_each(|_| service.earn());
        assert_eq!((0..1000).filter(|_| service.spend()).count(), 10);
    }
}
