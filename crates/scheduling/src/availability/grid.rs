//! One session on one date, as instants, and the starts on its grid.

use jiff::civil::Date;

use super::{
    AddedSlot, MAX_SESSION_MINUTES, Modes, Refusal, ServiceRules, SessionHours, Visit,
    busy::MAX_SEATS,
    wall_clock::{MINUTE, WallClock, reading_of},
};

/// The instants `from..to` in which visits of one service may start, and where they must lie.
pub struct Opening {
    /// First instant.
    pub from: i64,
    /// First instant after it.
    pub to: i64,
    /// Visit and buffers end by then (R.G2).
    fits_to: i64,
    /// Visit and buffers start from then on.
    fits_from: i64,
    /// The wall-clock reading the grid is anchored to (R.G4).
    anchor: i64,
    /// Distance of starts on the wall clock, in seconds.
    step: i64,
    /// Length of a visit in seconds.
    pub visit: i64,
    /// Modes that session and service have in common.
    pub modes: Modes,
    /// Seats of each slot.
    pub capacity: u16,
    /// Why nothing of it can be booked.
    pub barred: Option<Refusal>,
}

impl Opening {
    /// A session that starts on a local date; none if it has no length.
    pub fn of_session(
        hours: &SessionHours,
        date: Date,
        service: &ServiceRules,
        visit: Visit,
        clock: &WallClock,
        barred: Option<Refusal>,
    ) -> Option<Self> {
        let anchor = reading_of(date.to_datetime(hours.from));
        let length = i64::from(hours.length_minutes.min(MAX_SESSION_MINUTES)) * MINUTE;
        let (from, to) = (clock.first(anchor), clock.last(anchor + length));
        let minutes = service.minutes(visit, hours.slot_minutes);
        (length > 0 && from < to).then(|| Self {
            from,
            to,
            fits_from: from,
            fits_to: to,
            anchor,
            step: i64::from(hours.step_minutes(minutes)) * MINUTE,
            visit: i64::from(minutes) * MINUTE,
            modes: hours.modes.and(service.modes),
            capacity: seats(hours.capacity, service),
            barred,
        })
    }

    /// An added slot: one start, buffers outside. None if its reading is skipped by the clock (R.T3).
    pub fn of_added(
        slot: &AddedSlot,
        service: &ServiceRules,
        visit: Visit,
        clock: &WallClock,
        barred: Option<Refusal>,
    ) -> Option<Self> {
        let anchor = reading_of(slot.at);
        let from = clock.first(anchor);
        (clock.reading(from) == anchor).then(|| Self {
            from,
            to: from + 1,
            fits_from: from - i64::from(service.buffer_before_minutes) * MINUTE,
            fits_to: from + i64::from(slot.length_minutes) * MINUTE + i64::from(service.buffer_after_minutes) * MINUTE,
            anchor,
            step: MINUTE,
            visit: i64::from(service.minutes(visit, slot.length_minutes)) * MINUTE,
            modes: slot.modes.and(service.modes),
            capacity: seats(slot.capacity, service),
            barred,
        })
    }

    /// Whether an instant lies in it.
    pub fn holds(&self, at: i64) -> bool {
        self.from <= at && at < self.to
    }

    /// Whether a start with that wall-clock reading is on the grid.
    pub fn on_grid(&self, reading: i64) -> bool {
        (reading - self.anchor).rem_euclid(self.step) == 0
    }

    /// Whether a claim from `from` to `to` lies inside.
    pub fn fits(&self, from: i64, to: i64) -> bool {
        self.fits_from <= from && to <= self.fits_to
    }

    /// Every start on the grid with its wall-clock reading, in order.
    pub fn starts<'a>(&'a self, clock: &'a WallClock) -> impl Iterator<Item = (i64, i64)> + 'a {
        clock.stretches().iter().flat_map(move |stretch| {
            let (from, to) = (self.from.max(stretch.from), self.to.min(stretch.to));
            let past_grid = (from + stretch.offset - self.anchor).rem_euclid(self.step);
            let first = if past_grid == 0 { from } else { from + self.step - past_grid };
            let count = if first < to { (to - first - 1) / self.step + 1 } else { 0 };
            (0..count).map(move |k| (first + k * self.step, first + k * self.step + stretch.offset))
        })
    }
}

fn seats(capacity: u16, service: &ServiceRules) -> u16 {
    capacity.min(service.capacity.unwrap_or(u16::MAX)).min(MAX_SEATS)
}
