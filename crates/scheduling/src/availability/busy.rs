//! Time that is taken already.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::wall_clock::{WallClock, ceil, day_of, floor};

/// Seats a slot can have at most; a larger capacity is cut to it.
pub const MAX_SEATS: u16 = 1023;

/// A live claim, a hold or a foreign event. The caller gives every one that touches the asked days, whole local days
/// at both ends, and leaves out those of a booking that is being moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Busy {
    /// Start, with the buffer before.
    pub starts_at: Timestamp,
    /// End, with the buffer after.
    pub ends_at: Timestamp,
    /// The seat it takes, from 1; without one it takes them all (an outside calendar, work at another facility) and
    /// does not count for the daily cap.
    pub seat: Option<u16>,
    /// For a hold, until when; from that instant on it takes nothing (R.H2).
    pub hold_until: Option<Timestamp>,
}

/// What is taken at `now`, sorted for look-up.
pub struct Occupied {
    claims: Vec<Claim>,
    longest: i64,
    /// The local days of the claims that count for the cap, sorted; empty where there is no cap.
    days: Vec<i64>,
}

struct Claim {
    from: i64,
    to: i64,
    seat: Option<u16>,
}

impl Occupied {
    /// The live ones of `busy`; their days are counted only where a cap asks for it.
    pub fn at(now: Timestamp, busy: &[Busy], clock: &WallClock, count_days: bool) -> Self {
        let mut claims: Vec<Claim> = busy
            .iter()
            .filter(|claim| claim.hold_until.is_none_or(|until| now < until))
            .map(|claim| Claim { from: floor(claim.starts_at), to: ceil(claim.ends_at), seat: claim.seat })
            .filter(|claim| claim.from < claim.to)
            .collect();
        claims.sort_unstable_by_key(|claim| claim.from);
        let longest = claims.iter().map(|claim| claim.to - claim.from).max().unwrap_or(0);
        let mut days: Vec<i64> = Vec::new();
        if count_days {
            let counted = claims.iter().filter(|claim| claim.seat.is_some());
            days.extend(counted.map(|claim| day_of(clock.reading(claim.from))));
            days.sort_unstable();
        }
        Self { claims, longest, days }
    }

    /// How many claims start on a local day.
    pub fn on_day(&self, day: i64) -> usize {
        self.days.partition_point(|&other| other <= day) - self.days.partition_point(|&other| other < day)
    }

    /// The seats taken at some instant of `from..to`.
    pub fn seats(&self, from: i64, to: i64) -> TakenSeats {
        let mut taken = TakenSeats::default();
        let first = self.claims.partition_point(|claim| claim.from <= from - self.longest);
        for claim in self.claims[first..].iter().take_while(|claim| claim.from < to) {
            if from < claim.to {
                taken.add(claim.seat);
            }
        }
        taken
    }
}

/// A set of seats.
#[derive(Default)]
pub struct TakenSeats {
    bits: [u64; (MAX_SEATS as usize + 1) / 64],
    all: bool,
}

impl TakenSeats {
    fn add(&mut self, seat: Option<u16>) {
        match seat {
            Some(seat) => {
                let seat = usize::from(seat.min(MAX_SEATS));
                self.bits[seat / 64] |= 1 << (seat % 64);
            }
            None => self.all = true,
        }
    }

    fn has(&self, seat: u16) -> bool {
        self.all || self.bits[usize::from(seat) / 64] & (1 << (seat % 64)) != 0
    }

    /// Seats left of `capacity`. Seats beyond it count as taken too, so that a session made smaller is not booked
    /// over what it still holds (R.V5).
    pub fn left_of(&self, capacity: u16) -> u16 {
        if self.all {
            return 0;
        }
        let taken: u32 = self.bits.iter().map(|word| word.count_ones()).sum();
        capacity.saturating_sub(taken as u16)
    }

    /// The numbers of the seats left of `capacity`, in order.
    pub fn free_of(&self, capacity: u16) -> Vec<u16> {
        let left = usize::from(self.left_of(capacity));
        (1..=capacity).filter(|&seat| !self.has(seat)).take(left).collect()
    }
}
