//! The time of day as a parameter. Rules never ask the machine; they ask `cx.now()`.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use jiff::Timestamp;

/// Where "now" comes from. Cut to microseconds, which both database engines keep.
#[derive(Debug, Clone)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// The machine's clock, shifted by so many microseconds (`--clock`).
    Shifted(i64),
    /// Stands still until it is moved: for tests. Microseconds since 1970.
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that shows `at` now and runs on from there.
    pub fn starting_at(at: Timestamp) -> Self {
        Self::Shifted(at.as_microsecond() - machine_microseconds())
    }

    /// A clock that stands still at `at`.
    pub fn manual(at: Timestamp) -> Self {
        Self::Manual(Arc::new(AtomicI64::new(at.as_microsecond())))
    }

    /// The present instant, in whole microseconds.
    pub fn now(&self) -> Timestamp {
        let microseconds = match self {
            Self::System => machine_microseconds(),
            Self::Shifted(by) => machine_microseconds() + by,
            Self::Manual(at) => at.load(Ordering::Relaxed),
        };
        Timestamp::from_microsecond(microseconds).unwrap_or(Timestamp::MAX)
    }

    /// Moves a manual clock forward; other clocks go by themselves.
    pub fn advance(&self, by: jiff::SignedDuration) {
        if let Self::Manual(at) = self {
            at.fetch_add(by.as_micros() as i64, Ordering::Relaxed);
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that asks the machine for the time")]
fn machine_microseconds() -> i64 {
    Timestamp::now().as_microsecond()
}
