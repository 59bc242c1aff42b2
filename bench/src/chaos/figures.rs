//! How well the program was reached while something was broken.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// A client's operation must be answered within this, its own retries included.
pub const SOON: Duration = Duration::from_secs(2);

#[derive(Debug, Default)]
struct Seen {
    due: u64,
    late: u64,
    longest_wait: Duration,
    longest_for: &'static str,
    last_answer: Option<Instant>,
    longest_gap: Duration,
    last_late: Option<Instant>,
    bookings: u64,
    refused: u64,
    wrong: Vec<String>,
}

/// What all clients saw.
#[derive(Debug, Default)]
pub struct Figures(Mutex<Seen>);

/// The sums, at the end.
#[derive(Debug, Clone)]
pub struct Sums {
    /// Operations that were due.
    pub due: u64,
    /// Share of them answered well within [`SOON`].
    pub available: f64,
    /// The longest any client waited for one.
    pub longest_wait: Duration,
    /// What for.
    pub longest_for: &'static str,
    /// The longest time in which no client at all was answered.
    pub longest_gap: Duration,
    /// Bookings accepted.
    pub bookings: u64,
    /// Bookings and moves refused because the time was gone.
    pub refused: u64,
    /// When the last operation was late.
    pub last_late: Option<Instant>,
}

impl Figures {
    fn with<T>(&self, what: impl FnOnce(&mut Seen) -> T) -> T {
        what(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// An operation, `what`, was answered well after so long. `pace` is the time between a client's operations: those that would
    /// have been due while it waited, and would have waited too long as well, count as late with it.
    pub fn answered(&self, what: &'static str, took: Duration, pace: Duration) {
        self.with(|seen| {
            let now = Instant::now();
            let late = if took > SOON { 1 + ((took - SOON).as_millis() / pace.as_millis().max(1)) as u64 } else { 0 };
            seen.due += late.max(1);
            seen.late += late;
            if late > 0 {
                seen.last_late = Some(now);
            }
            if took > seen.longest_wait {
                (seen.longest_wait, seen.longest_for) = (took, what);
            }
            if let Some(last) = seen.last_answer.replace(now) {
                seen.longest_gap = seen.longest_gap.max(now - last);
            }
        });
    }

    /// A booking was accepted.
    pub fn booked(&self) {
        self.with(|seen| seen.bookings += 1);
    }

    /// A time was gone.
    pub fn refused(&self) {
        self.with(|seen| seen.refused += 1);
    }

    /// The program said something that is not so.
    pub fn wrong(&self, what: String) {
        self.with(|seen| seen.wrong.push(what));
    }

    /// Everything that was wrong.
    pub fn all_wrong(&self) -> Vec<String> {
        self.with(|seen| seen.wrong.clone())
    }

    /// The sums.
    pub fn sums(&self) -> Sums {
        self.with(|seen| Sums {
            due: seen.due,
            available: 1.0 - seen.late as f64 / seen.due.max(1) as f64,
            longest_wait: seen.longest_wait,
            longest_for: seen.longest_for,
            longest_gap: seen.longest_gap,
            bookings: seen.bookings,
            refused: seen.refused,
            last_late: seen.last_late,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Figures;

    #[test]
    fn who_waits_long_counts_for_all_that_was_due_meanwhile() {
        let figures = Figures::default();
        let pace = Duration::from_millis(100);
        for _ in 0..9 {
            figures.answered("look", Duration::from_millis(5), pace);
        }
        assert!((figures.sums().available - 1.0).abs() < f64::EPSILON);
        figures.answered("book", Duration::from_millis(2_950), pace);
        let sums = figures.sums();
        assert_eq!((sums.due, sums.longest_for), (9 + 10, "book"));
        assert!((sums.available - 9.0 / 19.0).abs() < 1e-9, "{sums:?}");
    }
}
