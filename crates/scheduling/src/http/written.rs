//! Free times as JSON, written start by start into one buffer: they are what is asked for most, an answer has hundreds
//! of starts, and a tree of values would cost ten times as much as the text.

use bytes::Bytes;
use contracts::scheduling::{DayTimes, FreeTimes};
use jiff::{
    Timestamp,
    tz::{Offset, TimeZone},
};
use platform::{Error, Result};

use super::offsets;

/// Bytes of a start and of all that stands around a day's starts.
const START: usize = 72;
const DAY: usize = 72;
/// Bytes of all that stands around the days.
const REST: usize = 256;

/// The answer with the facility's offset on every start, fields in the order of their names.
pub(super) fn text(times: &FreeTimes) -> Result<Bytes> {
    let mut clock = Clock::new(crate::desk::zone_of(&times.zone)?);
    let starts: usize = times.days.iter().map(|day| day.times.len()).sum();
    let mut out = Vec::with_capacity(REST + DAY * times.days.len() + START * starts);
    out.extend_from_slice(b"{\"days\":[");
    for (n, day) in times.days.iter().enumerate() {
        if n > 0 {
            out.push(b',');
        }
        write_day(&mut out, day, &mut clock);
    }
    out.extend_from_slice(b"],\"duration_minutes\":");
    json(&mut out, &times.duration_minutes)?;
    out.extend_from_slice(b",\"earliest\":");
    match times.earliest {
        Some(at) => clock.write(&mut out, at),
        None => out.extend_from_slice(b"null"),
    }
    out.extend_from_slice(b",\"price\":");
    json(&mut out, &times.price)?;
    out.extend_from_slice(b",\"zone\":");
    json(&mut out, &times.zone)?;
    out.push(b'}');
    Ok(out.into())
}

fn json<T: serde::Serialize>(out: &mut Vec<u8>, value: &T) -> Result<()> {
    serde_json::to_writer(out, value).map_err(Error::internal)
}

fn write_day(out: &mut Vec<u8>, day: &DayTimes, clock: &mut Clock) {
    out.extend_from_slice(b"{\"date\":\"");
    out.extend_from_slice(day.date.to_string().as_bytes());
    out.extend_from_slice(b"\",\"status\":\"");
    out.extend_from_slice(day.status.word().as_bytes());
    out.extend_from_slice(b"\",\"times\":[");
    for (n, time) in day.times.iter().enumerate() {
        out.extend_from_slice(if n == 0 { b"{\"at\":" } else { b",{\"at\":" });
        clock.write(out, time.at);
        out.extend_from_slice(if time.free { b",\"free\":true" } else { b",\"free\":false" });
        out.extend_from_slice(b",\"local\":\"");
        let ([h, hh], [m, mm]) = (two_digits(u32::from(time.local.hour())), two_digits(u32::from(time.local.minute())));
        out.extend_from_slice(&[h, hh, b':', m, mm]);
        out.extend_from_slice(b"\"}");
    }
    out.extend_from_slice(b"]}");
}

/// The facility's clock. The zone is asked once for each stretch of constant offset, not once for each start.
struct Clock {
    zone: TimeZone,
    /// The stretch looked at last, `from..to`.
    from: Timestamp,
    to: Timestamp,
    offset: Offset,
    /// The offset as it is written; none where it has seconds, which the form has no room for.
    sign: Option<[u8; 6]>,
}

impl Clock {
    fn new(zone: TimeZone) -> Self {
        Self { zone, from: Timestamp::MAX, to: Timestamp::MIN, offset: Offset::UTC, sign: None }
    }

    fn turn_to(&mut self, at: Timestamp) {
        if self.from <= at && at < self.to {
            return;
        }
        self.from = at;
        self.to = self.zone.following(at).next().map_or(Timestamp::MAX, |change| change.timestamp());
        self.offset = self.zone.to_offset(at);
        let seconds = self.offset.seconds();
        self.sign = (seconds % 60 == 0).then(|| {
            let (minutes, sign) = (seconds.unsigned_abs() / 60, if seconds < 0 { b'-' } else { b'+' });
            let ([h, hh], [m, mm]) = (two_digits(minutes / 60), two_digits(minutes % 60));
            [sign, h, hh, b':', m, mm]
        });
    }

    #[expect(clippy::many_single_char_names, reason = "the two digits of each part, in the order they are written")]
    /// Writes an instant in quotation marks: `"2026-11-24T10:30:00+08:00"`.
    fn write(&mut self, out: &mut Vec<u8>, at: Timestamp) {
        self.turn_to(at);
        let local = self.offset.to_datetime(at);
        out.push(b'"');
        match self.sign {
            Some(sign) if at.subsec_nanosecond() == 0 && (0..=9999).contains(&local.year()) => {
                let year = local.year().unsigned_abs();
                let [[c, cc], [y, yy]] = [two_digits(u32::from(year / 100)), two_digits(u32::from(year % 100))];
                let two = |part: i8| two_digits(u32::from(part.unsigned_abs()));
                let ([o, oo], [d, dd]) = (two(local.month()), two(local.day()));
                let ([h, hh], [m, mm], [s, ss]) = (two(local.hour()), two(local.minute()), two(local.second()));
                out.extend_from_slice(&[c, cc, y, yy, b'-', o, oo, b'-', d, dd, b'T', h, hh, b':', m, mm, b':', s, ss]);
                out.extend_from_slice(&sign);
            }
            _ => out.extend_from_slice(offsets::in_zone(at, &self.zone).as_bytes()),
        }
        out.push(b'"');
    }
}

/// The last two digits of a number.
fn two_digits(number: u32) -> [u8; 2] {
    [b'0' + (number / 10 % 10) as u8, b'0' + (number % 10) as u8]
}

#[cfg(test)]
mod tests {
    use contracts::scheduling::{DayStatus, DayTimes, FreeTimes, SlotTime};
    use jiff::{SignedDuration, Timestamp, civil::date};
    use platform::Money;
    use proptest::prelude::*;
    use serde_json::Value;

    use crate::http::offsets::in_zone;

    /// Zones with and without clock changes, on both sides of Greenwich, with half hours, with a day left out, and one
    /// whose offset once had seconds.
    const ZONES: [&str; 8] = [
        "Asia/Jakarta",
        "Asia/Makassar",
        "Asia/Jayapura",
        "America/New_York",
        "America/St_Johns",
        "Australia/Lord_Howe",
        "Pacific/Apia",
        "Africa/Monrovia",
    ];

    /// The plain way: a tree of values, every start's offset looked up in the zone.
    fn plainly(times: &FreeTimes) -> Vec<u8> {
        let zone = crate::desk::zone_of(&times.zone).unwrap();
        let mut json = serde_json::to_value(times).unwrap();
        json["earliest"] = times.earliest.map_or(Value::Null, |at| Value::String(in_zone(at, &zone)));
        for (day, shown) in times.days.iter().enumerate() {
            for (n, time) in shown.times.iter().enumerate() {
                json["days"][day]["times"][n]["at"] = Value::String(in_zone(time.at, &zone));
            }
        }
        serde_json::to_vec(&json).unwrap()
    }

    fn answer(zone: &str, first: Timestamp, steps: &[Vec<(i64, bool)>]) -> FreeTimes {
        let zoned = crate::desk::zone_of(zone).unwrap();
        let mut at = first;
        let mut days = Vec::new();
        for (n, steps) in steps.iter().enumerate() {
            let mut times = Vec::new();
            for (seconds, free) in steps {
                at += SignedDuration::from_secs(*seconds);
                let local = zoned.to_datetime(at).into();
                times.push(SlotTime { at, local, free: *free });
            }
            let status = DayStatus::ALL[n % DayStatus::ALL.len()];
            days.push(DayTimes { date: zoned.to_datetime(at).date(), status, times });
        }
        FreeTimes {
            zone: zone.to_owned(),
            duration_minutes: 20,
            price: Money::idr(150_000),
            earliest: days.iter().flat_map(|day| &day.times).map(|time| time.at).next(),
            days,
        }
    }

    proptest! {
        /// J4
        #[test]
        fn r_t5_free_times_are_written_as_the_plain_way_writes_them(
            zone in 0..ZONES.len(),
            first in -2_000_000_000_i64..4_000_000_000,
            steps in prop::collection::vec(prop::collection::vec((1..200_000_i64, any::<bool>()), 0..6), 0..20),
        ) {
            let times = answer(ZONES[zone], Timestamp::from_second(first).unwrap(), &steps);
            prop_assert_eq!(
                String::from_utf8(super::text(&times).unwrap().to_vec()).unwrap(),
                String::from_utf8(plainly(&times)).unwrap()
            );
        }
    }

    /// J4
    #[test]
    fn r_t5_the_offset_changes_within_an_answer_where_the_clock_does() {
        let zoned = crate::desk::zone_of("America/New_York").unwrap();
        let first = date(2026, 11, 1).at(0, 30, 0, 0).to_zoned(zoned).unwrap().timestamp();
        let times = answer("America/New_York", first, &[vec![(0, true), (3600, true), (3600, true)]]);
        let text = String::from_utf8(super::text(&times).unwrap().to_vec()).unwrap();
        for at in ["00:30:00-04:00", "01:30:00-04:00", "01:30:00-05:00"] {
            assert!(text.contains(&format!("\"at\":\"2026-11-01T{at}\",\"free\":true")), "{text}");
        }
    }
}
