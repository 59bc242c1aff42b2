//! The list of free times.

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use super::{
    Ask, Busy, Modes, Plan, Refusal,
    grid::Opening,
    rule::Rule,
    wall_clock::{instant, later},
};

/// The most days one answer holds.
pub const MAX_DAYS: u16 = 62;

/// Free times by local day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FreeTimes {
    /// The facility's IANA zone.
    pub zone: String,
    /// One entry for every day asked for, in order.
    pub days: Vec<Day>,
    /// Before that instant, time alone changes nothing in it: no start comes too near, no hold runs out, no day begins.
    pub until: Timestamp,
}

/// The free times of the sessions that start on one local date.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Day {
    /// The local date.
    pub date: Date,
    /// In one word.
    pub status: DayStatus,
    /// How many slots are free.
    pub count: u32,
    /// The free slots; starts strictly increase.
    pub slots: Vec<Slot>,
}

/// A free slot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slot {
    /// Start of the visit.
    pub starts_at: Timestamp,
    /// End of the visit, without buffers.
    pub ends_at: Timestamp,
    /// Seats left, at least 1. Not for the public unless enabled (R.G9).
    pub seats_left: u16,
    /// Seats in all.
    pub capacity: u16,
    /// In which modes it can be had.
    pub modes: Modes,
}

/// What kind of day it is. For the public, `Leave` and `Closed` are shown as `Off` (R.G9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayStatus {
    /// At least one slot is free.
    Open,
    /// All that could still be booked is taken.
    Full,
    /// No session for this wish.
    Off,
    /// A holiday.
    Holiday,
    /// The doctor, desk or service is away.
    Leave,
    /// The facility is closed.
    Closed,
    /// Too late: begun, inside the notice or after the cut-off.
    Over,
    /// Further ahead than may be booked.
    OutsideHorizon,
    /// The doctor may not practise here on that day, or the service is not offered.
    NotOffered,
}

/// The free times for a wish: of `busy`, those that are live at `now` count.
pub fn free_times(plan: &Plan, ask: &Ask, busy: &[Busy], now: Timestamp) -> FreeTimes {
    let count = i64::from(ask.days.clamp(1, MAX_DAYS));
    let dates = (0..count).map(|n| later(ask.from, n));
    let rule = Rule::new(plan, &ask.wish, (ask.from, later(ask.from, count - 1)), busy, now);
    let mut until = i64::MAX;
    let days = match rule {
        Ok(rule) => {
            let mut eve = rule.openings(later(ask.from, -1));
            until = rule.turns_at(busy, now);
            dates.map(|date| day(&rule, date, &mut eve, &mut until)).collect()
        }
        Err(_) => dates.map(|date| Day { date, status: DayStatus::NotOffered, count: 0, slots: Vec::new() }).collect(),
    };
    let zone = plan.zone.iana_name().unwrap_or("Etc/Unknown").to_owned();
    FreeTimes { zone, days, until: instant(until).unwrap_or(Timestamp::MAX) }
}

/// One day; `eve` holds the sessions of the day before and afterwards those of this day, `until` is brought forward to
/// where the first of its starts comes too near.
fn day(rule: &Rule<'_>, date: Date, eve: &mut Vec<Opening>, until: &mut i64) -> Day {
    let openings = rule.openings(date);
    let mut tally = Tally::default();
    let mut slots = Vec::new();
    for (n, opening) in openings.iter().enumerate() {
        if let Some(refusal) = &opening.barred {
            tally.count(refusal);
            continue;
        }
        let rivals = || eve.iter().chain(&openings[..n]).filter(|rival| opening.from < rival.to);
        let overlaps = rivals().next().is_some();
        for (at, reading) in opening.starts(&rule.clock) {
            if let Some(turn) = rule.start_turns_at(opening, at) {
                *until = turn.min(*until);
            }
            match rule.judge(opening, at, reading) {
                // A start that two sessions offer is offered once, by the earlier one, as in `check`.
                Ok(_) if overlaps && rivals().any(|r| r.holds(at) && rule.judge(r, at, reading).is_ok()) => {}
                Ok(grant) => slots.extend(slot(opening, at, grant.taken.left_of(opening.capacity))),
                Err(refusal) => tally.count(&refusal),
            }
        }
    }
    if !slots.is_sorted_by_key(|slot: &Slot| slot.starts_at) {
        slots.sort_unstable_by_key(|slot| slot.starts_at);
    }
    let status = match rule.beyond_horizon(date) {
        Some(_) => DayStatus::OutsideHorizon,
        None if slots.is_empty() => tally.status(),
        None => DayStatus::Open,
    };
    *eve = openings;
    Day { date, status, count: slots.len() as u32, slots }
}

fn slot(opening: &Opening, at: i64, seats_left: u16) -> Option<Slot> {
    Some(Slot {
        starts_at: instant(at)?,
        ends_at: instant(at + opening.visit)?,
        seats_left,
        capacity: opening.capacity,
        modes: opening.modes,
    })
}

/// What stood in the way of a day's slots.
#[derive(Default)]
struct Tally {
    full: bool,
    leave: bool,
    closed: bool,
    over: bool,
    holiday: bool,
    unlicensed: bool,
}

impl Tally {
    fn count(&mut self, refusal: &Refusal) {
        match refusal {
            Refusal::Taken | Refusal::DayFull { .. } => self.full = true,
            Refusal::Leave => self.leave = true,
            Refusal::Closure => self.closed = true,
            Refusal::Past | Refusal::TooSoon { .. } | Refusal::CutOff { .. } => self.over = true,
            Refusal::Holiday { .. } => self.holiday = true,
            Refusal::LicenceExpired => self.unlicensed = true,
            _ => {}
        }
    }

    /// The word for a day without a free slot: what could be had soonest comes first.
    fn status(&self) -> DayStatus {
        let words = [
            (self.full, DayStatus::Full),
            (self.closed, DayStatus::Closed),
            (self.leave, DayStatus::Leave),
            (self.over, DayStatus::Over),
            (self.holiday, DayStatus::Holiday),
            (self.unlicensed, DayStatus::NotOffered),
        ];
        words.into_iter().find_map(|(seen, status)| seen.then_some(status)).unwrap_or(DayStatus::Off)
    }
}
