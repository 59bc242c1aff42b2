//! How early, how late and how many: the facility's policy for a schedule.

use jiff::{Timestamp, civil::Time};
use serde::{Deserialize, Serialize};

use super::{Audience, Refusal};

/// Limits that hold for every session of a plan (R.G6).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// How long before a visit one must act.
    pub notice: Notice,
    /// How many facility days ahead one may book; 0 is today only. Without it, without end.
    pub horizon_days: Option<u16>,
    /// From this local time on, today is no longer bookable.
    pub same_day_cutoff: Option<Time>,
    /// At most this many visits per local date.
    pub daily_cap: Option<u16>,
}

/// Minimum notice in minutes before the start. Staff are free of it (R.G8).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// For a new booking.
    pub book_minutes: u32,
    /// For a move: both the time given up and the time wished for must be this far away.
    pub move_minutes: u32,
    /// For cancelling.
    pub cancel_minutes: u32,
}

/// What somebody wants to do to a visit that is booked already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Move it to another time.
    Move,
    /// Cancel it.
    Cancel,
}

impl Policy {
    /// Whether a booked visit may still be moved or cancelled: `Past` once it has started, `TooSoon` inside the
    /// notice. Staff may at any time.
    pub fn may_change(
        &self,
        change: Change,
        starts_at: Timestamp,
        audience: Audience,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let minutes = match change {
            Change::Move => self.notice.move_minutes,
            Change::Cancel => self.notice.cancel_minutes,
        };
        let left = starts_at.duration_since(now);
        if audience == Audience::Staff {
            Ok(())
        } else if !left.is_positive() {
            Err(Refusal::Past)
        } else if left < jiff::SignedDuration::from_secs(i64::from(minutes) * 60) {
            Err(Refusal::TooSoon { minutes })
        } else {
            Ok(())
        }
    }
}
