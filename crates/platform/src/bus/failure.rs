//! When a reaction fails: how long until the next try, and when to stop trying.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::{Error, entropy::Entropy};

/// After so many tries by itself an event is parked.
const TRIES: i64 = 8;
/// For so long something that is not known yet may still become known.
const NOT_YET_FOR: SignedDuration = SignedDuration::from_hours(24);
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
const NOT_YET: &str = "not-yet-known";

/// What a reaction answers when it needs something it has not heard of yet: an order before its customer's profile.
/// Between contexts there is no order, so this is no fault; it is tried again for a day.
pub fn not_yet() -> Error {
    Error::Unavailable(NOT_YET)
}

/// A failed reaction.
#[derive(Debug, Clone)]
pub(super) struct Failure {
    /// The event's id.
    pub(super) event: String,
    /// The kind of error, without its text: that may hold what is of people.
    pub(super) word: String,
    not_yet: bool,
}

impl Failure {
    pub(super) fn of(event: String, error: &Error) -> Self {
        Self { event, word: error.word().to_owned(), not_yet: matches!(error, Error::Unavailable(NOT_YET)) }
    }

    /// Whether this was the last try.
    pub(super) fn is_final(&self, attempts: i64, kept_at: Timestamp, now: Timestamp) -> bool {
        if self.not_yet { now.duration_since(kept_at) >= NOT_YET_FOR } else { attempts >= TRIES }
    }
}

/// The pause before the next try: `first`, doubling with each up to `longest`, and up to half of it more by chance, so
/// that not all come back at once.
pub(crate) fn pause(first: Duration, longest: Duration, attempts: i64, entropy: &Entropy) -> SignedDuration {
    let doubled = first.as_millis() as u64 * (1 << attempts.clamp(1, 30).saturating_sub(1));
    let milliseconds = doubled.min(longest.as_millis() as u64);
    SignedDuration::from_millis((milliseconds + entropy.below(milliseconds / 2 + 1)) as i64)
}

/// The pause before the next try of a reaction.
pub(super) fn reaction_pause(attempts: i64, entropy: &Entropy) -> SignedDuration {
    pause(FIRST_PAUSE, LONGEST_PAUSE, attempts, entropy)
}
