//! The clocks of peers, as far as their answers tell: a process whose own clock stands apart from theirs has its passes
//! refused, and should say so before somebody sends it work.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use super::{APART, RENEW};

/// How long it counts what a peer's clock said. It is taken on by a clock that nobody sets, so that a step of our own
/// shows at once.
const COUNTS: Duration = Duration::from_mins(10);
/// An answer that took longer says too little of when it was given.
const QUICK: Duration = Duration::from_secs(1);
/// Peers remembered at most.
const MOST: usize = 256;

/// What a peer's clock said, and when that was heard.
#[derive(Debug, Clone, Copy)]
struct Told {
    said: Timestamp,
    heard: Instant,
}

/// What peers' clocks say. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct Peers(Arc<Mutex<HashMap<SocketAddr, Told>>>);

impl Peers {
    /// A peer's clock said this in an answer that took so long.
    pub(super) fn note(&self, peer: SocketAddr, said: Timestamp, took: Duration) {
        if took > QUICK {
            return;
        }
        let mut peers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        peers.retain(|_, told| told.heard.elapsed() < COUNTS);
        if peers.len() < MOST || peers.contains_key(&peer) {
            peers.insert(peer, Told { said, heard: Instant::now() });
        }
    }

    /// Whether our passes are good by the clocks of at least half of the peers. Where nobody was heard they are.
    pub(super) fn agree(&self, now: Timestamp) -> bool {
        let peers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let counting = peers.values().filter(|told| told.heard.elapsed() < COUNTS);
        let (mut all, mut apart) = (0, 0);
        for told in counting {
            let theirs = SignedDuration::try_from(told.heard.elapsed()).map_or(told.said, |passed| told.said + passed);
            let ahead = now.duration_since(theirs);
            // The very bounds by which they judge: a pass must not end later than one made now could, and one that is
            // nearly over here must not be over there.
            let within = -SignedDuration::from_secs(RENEW + APART)..=SignedDuration::from_secs(APART);
            all += 1;
            apart += usize::from(!within.contains(&ahead));
        }
        apart * 2 <= all
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::{SignedDuration, Timestamp};

    use super::Peers;

    fn at(seconds: i64) -> Timestamp {
        "2026-11-24T02:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_secs(seconds)
    }

    fn peer(port: u16) -> std::net::SocketAddr {
        ([127, 0, 0, 1], port).into()
    }

    const SOON: Duration = Duration::from_millis(2);

    #[tokio::test(start_paused = true)]
    async fn a_clock_is_wrong_where_most_peers_say_so() {
        let peers = Peers::default();
        assert!(peers.agree(at(0)), "nobody was heard");
        peers.note(peer(1), at(0), SOON);
        for (ours, right) in [(0, true), (5, true), (6, false), (-35, true), (-36, false), (600, false)] {
            assert_eq!(peers.agree(at(ours)), right, "{ours}");
        }
        peers.note(peer(2), at(600), SOON);
        assert!(peers.agree(at(0)) && peers.agree(at(600)), "one against one says nothing");
        peers.note(peer(3), at(0), SOON);
        assert!(peers.agree(at(0)) && !peers.agree(at(600)), "two against one");
        peers.note(peer(4), at(600), Duration::from_secs(3));
        assert!(peers.agree(at(0)), "an answer that took long counts for nothing");
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_heard_is_taken_on_and_forgotten_in_the_end() {
        let peers = Peers::default();
        peers.note(peer(1), at(0), SOON);
        tokio::time::advance(Duration::from_mins(5)).await;
        assert!(peers.agree(at(300)) && !peers.agree(at(900)), "our own step shows without another answer");
        tokio::time::advance(Duration::from_secs(301)).await;
        assert!(peers.agree(at(9_000)));
    }
}
