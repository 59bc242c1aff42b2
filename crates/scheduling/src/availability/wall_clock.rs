//! The facility's clock on the wall: between local readings and instants, in whole seconds.
//!
//! The zone is asked once per question, not once per slot: a question touches a few weeks and hence two or three
//! stretches of constant offset.

use jiff::{
    Timestamp, ToSpan,
    civil::{Date, DateTime},
    tz::TimeZone,
};

/// Seconds of a minute.
pub const MINUTE: i64 = 60;
/// Seconds of a day without a clock change.
pub const DAY: i64 = 24 * 60 * MINUTE;
/// Days looked at on either side of the asked ones, so that sessions past midnight and any offset lie inside.
const MARGIN_DAYS: i64 = 3;

const EPOCH: Date = jiff::civil::date(1970, 1, 1);

/// The stretches of constant offset around some local dates.
pub struct WallClock {
    stretches: Vec<Stretch>,
}

/// The instants `from..to`, in which the wall clock reads instant + offset.
#[derive(Clone, Copy)]
pub struct Stretch {
    pub from: i64,
    pub to: i64,
    pub offset: i64,
}

impl WallClock {
    /// The clock of a zone around the dates from `first` to `last`.
    pub fn around(zone: &TimeZone, first: Date, last: Date) -> Self {
        let start = day_start(first) - MARGIN_DAYS * DAY;
        let end = day_start(last) + (MARGIN_DAYS + 1) * DAY;
        let begin = instant_or_bound(start);
        let mut stretches = Vec::with_capacity(3);
        let (mut from, mut offset) = (start, i64::from(zone.to_offset(begin).seconds()));
        for change in zone.following(begin) {
            let at = change.timestamp().as_second();
            if at >= end {
                break;
            }
            let next = i64::from(change.offset().seconds());
            if next != offset {
                stretches.push(Stretch { from, to: at, offset });
                (from, offset) = (at, next);
            }
        }
        stretches.push(Stretch { from, to: end, offset });
        Self { stretches }
    }

    /// The stretches, in order.
    pub fn stretches(&self) -> &[Stretch] {
        &self.stretches
    }

    /// The first instant at which the clock reads `reading`; the end of the gap if it never does.
    pub fn first(&self, reading: i64) -> i64 {
        let mut end = 0;
        for stretch in &self.stretches {
            let at = reading - stretch.offset;
            if at < stretch.to {
                return at.max(stretch.from);
            }
            end = stretch.to;
        }
        end
    }

    /// The last instant at which the clock reads `reading`; the end of the gap if it never does.
    pub fn last(&self, reading: i64) -> i64 {
        let mut start = 0;
        for stretch in self.stretches.iter().rev() {
            let at = reading - stretch.offset;
            if at >= stretch.from {
                return at.min(stretch.to);
            }
            start = stretch.from;
        }
        start
    }

    /// What the clock reads at an instant.
    pub fn reading(&self, at: i64) -> i64 {
        let stretch = self.stretches.iter().find(|stretch| at < stretch.to).or(self.stretches.last());
        at + stretch.map_or(0, |stretch| stretch.offset)
    }
}

/// The reading at which a local date begins.
pub fn day_start(date: Date) -> i64 {
    date.duration_since(EPOCH).as_secs()
}

/// A local date and time as a reading.
pub fn reading_of(at: DateTime) -> i64 {
    at.duration_since(EPOCH.at(0, 0, 0, 0)).as_secs()
}

/// The number of the local day a reading lies in, counted from 1970-01-01.
pub fn day_of(reading: i64) -> i64 {
    reading.div_euclid(DAY)
}

/// The date a number of days later, or the nearest that can be written.
pub fn later(date: Date, days: i64) -> Date {
    date.saturating_add(days.days())
}

/// The instant of a second, if it can be written.
pub fn instant(second: i64) -> Option<Timestamp> {
    Timestamp::from_second(second).ok()
}

fn instant_or_bound(second: i64) -> Timestamp {
    instant(second).unwrap_or(if second < 0 { Timestamp::MIN } else { Timestamp::MAX })
}

/// The whole second at or before an instant.
pub fn floor(at: Timestamp) -> i64 {
    at.as_second() - i64::from(at.subsec_nanosecond() < 0)
}

/// The whole second at or after an instant.
pub fn ceil(at: Timestamp) -> i64 {
    at.as_second() + i64::from(at.subsec_nanosecond() > 0)
}
