//! Whether a replica is worth asking: after failures in a row it is left alone for a while, then tried by one call.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// Failures in a row that open the circuit.
const PATIENCE: u32 = 3;
/// How long it stays open at first; doubled by each failed try.
const PAUSE: Duration = Duration::from_millis(200);
/// How long at most. Short, for a try costs one call and a replica that is back is worth having.
const LONGEST: Duration = Duration::from_secs(1);

/// The circuit to one replica.
#[derive(Debug, Default)]
pub(crate) struct Breaker(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    failures: u32,
    open: Option<Open>,
}

#[derive(Debug)]
struct Open {
    until: Instant,
    pause: Duration,
    /// One call is finding out.
    tried: bool,
}

/// Leave to make one call. What came of it is told by [`Leave::good`] or [`Leave::bad`]; a call given up tells nothing.
#[derive(Debug)]
pub(crate) struct Leave<'b> {
    breaker: &'b Breaker,
    told: bool,
}

impl Breaker {
    /// Leave to call, if the circuit is closed, or it is time to try.
    pub(crate) fn enter(&self) -> Option<Leave<'_>> {
        if let Some(open) = &mut self.state().open {
            if open.tried || Instant::now() < open.until {
                return None;
            }
            open.tried = true;
        }
        Some(Leave { breaker: self, told: false })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Leave<'_> {
    /// The replica has answered.
    pub(crate) fn good(mut self) {
        *self.breaker.state() = State::default();
        self.told = true;
    }

    /// The replica has not answered.
    pub(crate) fn bad(mut self) {
        let mut state = self.breaker.state();
        state.failures = state.failures.saturating_add(1);
        let pause = match &state.open {
            Some(open) => (open.pause * 2).min(LONGEST),
            None => PAUSE,
        };
        if state.failures >= PATIENCE {
            state.open = Some(Open { until: Instant::now() + pause, pause, tried: false });
        }
        self.told = true;
    }
}

impl Drop for Leave<'_> {
    fn drop(&mut self) {
        if !self.told
            && let Some(open) = &mut self.breaker.state().open
        {
            open.tried = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Breaker;

    #[tokio::test(start_paused = true)]
    async fn a_replica_that_fails_is_left_alone_then_tried_by_one_call() {
        let breaker = Breaker::default();
        for _ in 0..3 {
            breaker.enter().unwrap().bad();
        }
        assert!(breaker.enter().is_none());
        tokio::time::advance(Duration::from_millis(201)).await;
        let trying = breaker.enter().unwrap();
        assert!(breaker.enter().is_none(), "one at a time");
        trying.bad();
        tokio::time::advance(Duration::from_millis(201)).await;
        assert!(breaker.enter().is_none(), "the pause grows");
        tokio::time::advance(Duration::from_millis(200)).await;
        drop(breaker.enter().unwrap());
        breaker.enter().expect("a try given up leaves room for another").good();
        assert!(breaker.enter().is_some() && breaker.enter().is_some(), "closed again");
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_between_failures_keeps_it_closed() {
        let breaker = Breaker::default();
        for _ in 0..10 {
            breaker.enter().unwrap().bad();
            breaker.enter().unwrap().bad();
            breaker.enter().unwrap().good();
        }
        assert!(breaker.enter().is_some());
    }
}
