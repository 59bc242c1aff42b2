//! The replicas of one service: found by name, taken in turn, left alone while they fail.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use arc_swap::ArcSwap;
use platform::tls::Mutual;
use tokio::{net::lookup_host, time::Instant};

use crate::{
    breaker::Breaker,
    connection::{Connection, Secure},
};

/// How often names are looked up again, so that replicas added are found and those removed forgotten.
const LOOK_UP: Duration = Duration::from_secs(2);

/// One replica.
#[derive(Debug)]
pub(crate) struct Replica {
    pub(crate) address: SocketAddr,
    pub(crate) connection: Connection,
    pub(crate) breaker: Breaker,
}

/// The replicas of one service. Cheap to clone; clones share connections and what is known of each replica.
#[derive(Debug, Clone)]
pub struct Upstream(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    service: &'static str,
    names: Vec<String>,
    secure: Option<Secure>,
    replicas: ArcSwap<Vec<Arc<Replica>>>,
    turn: AtomicUsize,
    looked_up: Mutex<Option<Instant>>,
}

impl Upstream {
    /// The service at these places, each `host:port`; a host with several addresses stands for as many replicas.
    pub fn new(service: &'static str, names: &[String]) -> Self {
        Self::over(service, names, None)
    }

    /// As [`Upstream::new`], over connections on which both show certificates: whoever answers, one for the name given.
    pub fn over(service: &'static str, names: &[String], tls: Option<(Arc<Mutual>, &'static str)>) -> Self {
        Self(Arc::new(Inner {
            service,
            names: names.to_vec(),
            secure: tls.map(|(tls, name)| Secure { tls, name }),
            replicas: ArcSwap::default(),
            turn: AtomicUsize::new(0),
            looked_up: Mutex::default(),
        }))
    }

    /// The service's name.
    pub fn service(&self) -> &'static str {
        self.0.service
    }

    /// All replicas known now, the next in turn first, those asked already last.
    pub(crate) async fn in_turn(&self, asked: &[SocketAddr]) -> Vec<Arc<Replica>> {
        self.look_up().await;
        let replicas = self.0.replicas.load();
        if replicas.is_empty() {
            return Vec::new();
        }
        let first = self.0.turn.fetch_add(1, Ordering::Relaxed) % replicas.len();
        let mut all: Vec<_> = replicas[first..].iter().chain(&replicas[..first]).cloned().collect();
        all.sort_by_key(|replica| asked.contains(&replica.address));
        all
    }

    /// Looks the names up: before the first call, and now and then afterwards while calls go on.
    async fn look_up(&self) {
        let never = {
            let mut looked_up = self.0.looked_up.lock().unwrap_or_else(PoisonError::into_inner);
            let never = self.0.replicas.load().is_empty();
            if !never && looked_up.is_some_and(|at| at.elapsed() < LOOK_UP) {
                return;
            }
            *looked_up = Some(Instant::now());
            never
        };
        let inner = self.0.clone();
        let looking = tokio::spawn(async move { inner.look_up().await });
        if never {
            let _ = looking.await;
        }
    }
}

impl Inner {
    async fn look_up(&self) {
        let mut found = Vec::new();
        for name in &self.names {
            match lookup_host(name).await {
                Ok(addresses) => found.extend(addresses),
                Err(error) => {
                    tracing::warn!(called = self.service, name, %error, "a service's name cannot be looked up");
                    if !self.replicas.load().is_empty() {
                        return; // who is known already stays
                    }
                }
            }
        }
        found.sort_unstable();
        found.dedup();
        let known = self.replicas.load();
        if found.iter().eq(known.iter().map(|replica| &replica.address)) {
            return;
        }
        let as_known = |address: SocketAddr| {
            known.iter().find(|replica| replica.address == address).cloned().unwrap_or_else(|| {
                let connection = Connection::to(address, self.secure.clone());
                Arc::new(Replica { address, connection, breaker: Breaker::default() })
            })
        };
        self.replicas.store(Arc::new(found.into_iter().map(as_known).collect()));
    }
}

#[cfg(test)]
mod tests {
    use super::Upstream;

    #[tokio::test]
    async fn replicas_take_turns_and_those_asked_come_last() {
        let upstream = Upstream::new("test", &["127.0.0.1:1".to_owned(), "127.0.0.1:2".to_owned()]);
        let (one, other) = (upstream.in_turn(&[]).await, upstream.in_turn(&[]).await);
        assert_eq!((one.len(), other.len()), (2, 2));
        assert_ne!(one[0].address, other[0].address);
        for _ in 0..4 {
            assert_ne!(upstream.in_turn(&[one[0].address]).await[0].address, one[0].address);
        }
        assert!(Upstream::new("test", &[]).in_turn(&[]).await.is_empty());
    }
}
