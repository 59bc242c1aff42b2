//! Many callers at once, all in one thread: each has a connection of its own and one request in flight.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Result;
use futures_util::future::join_all;
use tokio::time::{Instant, sleep_until};

use crate::wire::{Answer, Wire};

/// Closed loop: each caller asks its next question when the last is answered. `next` writes a request and answers what
/// it was, or `None` when there is nothing more to ask; `heard` gets the answer and how long it took.
pub async fn closed_loop<J>(
    address: SocketAddr,
    callers: usize,
    next: impl FnMut(&mut Vec<u8>) -> Option<J>,
    heard: impl FnMut(J, Result<Answer<'_>>, Duration),
) {
    let (next, heard) = (RefCell::new(next), RefCell::new(heard));
    let caller = || async {
        let (mut wire, mut ask) = (Wire::new(address), Vec::with_capacity(2048));
        loop {
            let Some(job) = (next.borrow_mut())(&mut ask) else { return };
            let begun = Instant::now();
            let answer = wire.exchange(&ask).await;
            (heard.borrow_mut())(job, answer, begun.elapsed());
        }
    };
    join_all((0..callers).map(|_| caller())).await;
}

/// Open loop: requests are due at a fixed rate whether or not those before are answered, and each is timed from when
/// it was due, so that a stall of the server counts for everybody it kept waiting. `callers` must be more than are ever
/// in flight.
pub async fn open_loop<J>(
    address: SocketAddr,
    callers: usize,
    a_second: f64,
    lasting: Duration,
    next: impl FnMut(&mut Vec<u8>) -> Option<J>,
    heard: impl FnMut(J, Result<Answer<'_>>, Duration),
) {
    let (next, heard) = (RefCell::new(next), RefCell::new(heard));
    let begun = Instant::now();
    let due = RefCell::new(0_u32);
    let caller = || async {
        let (mut wire, mut ask) = (Wire::new(address), Vec::with_capacity(2048));
        loop {
            let after = Duration::from_secs_f64(f64::from(due.replace_with(|n| *n + 1)) / a_second);
            if after >= lasting {
                return;
            }
            sleep_until(begun + after).await;
            let Some(job) = (next.borrow_mut())(&mut ask) else { return };
            let answer = wire.exchange(&ask).await;
            (heard.borrow_mut())(job, answer, begun.elapsed().saturating_sub(after));
        }
    };
    join_all((0..callers).map(|_| caller())).await;
}

/// All at once: the connections are opened first, then every request goes out together. Answers come in the order of
/// the requests.
pub async fn all_at_once(wires: &mut [Wire], asks: &[Vec<u8>]) -> Vec<Result<(u16, String, Vec<u8>)>> {
    join_all(wires.iter_mut().zip(asks).map(|(wire, ask)| async move {
        let answer = wire.exchange(ask).await?;
        let kind = if answer.status >= 400 { answer.problem() } else { String::new() };
        Ok((answer.status, kind, answer.body.to_vec()))
    }))
    .await
}
