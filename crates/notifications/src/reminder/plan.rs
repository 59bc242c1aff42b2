//! When to remind: pure functions of the visit, what the person asked for, and now.

use contracts::notifications::QuietHours;
use jiff::{SignedDuration, Timestamp, ToSpan as _, civil::Time, tz::TimeZone};

/// So near to the start nobody is reminded any more: they are on their way.
pub const TOO_NEAR: SignedDuration = SignedDuration::from_mins(10);
/// A reminder that quiet hours put off comes at least so long before the start.
pub const PUT_OFF_UNTIL: SignedDuration = SignedDuration::from_hours(1);
/// A reminder that cannot be put off comes so long before the quiet hours.
const BEFORE_QUIET: SignedDuration = SignedDuration::from_mins(15);
/// Two reminders nearer to each other than this are one.
pub const APART: SignedDuration = SignedDuration::from_mins(30);

/// Hours without reminders, on the clock of a zone.
#[derive(Debug, Clone)]
pub struct Quiet {
    /// The hours.
    pub hours: QuietHours,
    /// Whose clock.
    pub zone: TimeZone,
}

/// A reminder to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// As asked for: minutes before the start.
    pub minutes: u32,
    /// When to send it.
    pub at: Timestamp,
}

/// What becomes of a reminder that is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It is sent now.
    Send,
    /// It comes too late to help.
    Skip,
    /// It is put off.
    Wait(Timestamp),
}

impl Quiet {
    /// The quiet hours around an instant: from when and until when. None where it is not quiet.
    pub fn around(&self, at: Timestamp) -> Option<(Timestamp, Timestamp)> {
        let time = |of: contracts::scheduling::LocalTime| {
            Time::new(of.hour().cast_signed(), of.minute().cast_signed(), 0, 0).ok()
        };
        let (from, until) = (time(self.hours.from)?, time(self.hours.until)?);
        let local = at.to_zoned(self.zone.clone());
        let (today, now) = (local.date(), local.time());
        let (begins, ends) = match (from < until, now >= from, now < until) {
            (true, true, true) => (today, today),
            (false, true, _) => (today, today.checked_add(1.day()).ok()?),
            (false, false, true) => (today.checked_sub(1.day()).ok()?, today),
            _ => return None,
        };
        let instant = |date: jiff::civil::Date, time: Time| {
            self.zone.to_ambiguous_zoned(date.to_datetime(time)).compatible().ok().map(|zoned| zoned.timestamp())
        };
        instant(begins, from).zip(instant(ends, until))
    }
}

/// The reminders still to come for a visit, in order. What would have been due already is left out: whoever books late
/// was told just now (R.M2).
pub fn plan(starts_at: Timestamp, minutes: &[u32], quiet: Option<&Quiet>, now: Timestamp) -> Vec<Due> {
    let mut due: Vec<Due> = minutes
        .iter()
        .filter_map(|minutes| {
            let at = starts_at.checked_sub(SignedDuration::from_mins(i64::from(*minutes))).ok()?;
            Some(Due { minutes: *minutes, at: clear_of(quiet, at, starts_at)? })
        })
        .filter(|due| due.at > now && starts_at.duration_since(due.at) >= TOO_NEAR)
        .collect();
    due.sort_unstable_by_key(|due| (due.at, std::cmp::Reverse(due.minutes)));
    // Of two that came together, the one nearer to the visit is kept.
    let mut kept: Vec<Due> = Vec::new();
    for next in due {
        if kept.last().is_some_and(|last| next.at.duration_since(last.at) < APART) {
            kept.pop();
        }
        kept.push(next);
    }
    kept
}

/// After the quiet hours where that is early enough before the visit, else before they begin. None where quiet hours
/// leave no room between one day's and the next.
fn clear_of(quiet: Option<&Quiet>, at: Timestamp, starts_at: Timestamp) -> Option<Timestamp> {
    let Some(quiet) = quiet else { return Some(at) };
    let Some((begins, ends)) = quiet.around(at) else { return Some(at) };
    if starts_at.duration_since(ends) >= PUT_OFF_UNTIL && quiet.around(ends).is_none() {
        return Some(ends);
    }
    let before = begins.checked_sub(BEFORE_QUIET).ok()?;
    let clear = quiet.around(before).map_or(before, |(_, ends)| ends);
    quiet.around(clear).is_none().then_some(clear)
}

/// What becomes of a reminder that is due now, though perhaps since long: the program may have been away.
pub fn step(starts_at: Timestamp, quiet: Option<&Quiet>, now: Timestamp) -> Step {
    if starts_at.duration_since(now) < TOO_NEAR {
        return Step::Skip;
    }
    match quiet.and_then(|quiet| quiet.around(now)) {
        None => Step::Send,
        Some((_, ends)) if starts_at.duration_since(ends) >= PUT_OFF_UNTIL => Step::Wait(ends),
        Some(_) => Step::Skip,
    }
}

#[cfg(test)]
mod tests {
    use contracts::notifications::QuietHours;
    use jiff::{SignedDuration, Timestamp, tz::TimeZone};
    use proptest::prelude::*;

    use super::{APART, Due, Quiet, Step, TOO_NEAR, plan, step};

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn quiet(from: &str, until: &str) -> Quiet {
        let hours = QuietHours { from: from.parse().unwrap(), until: until.parse().unwrap() };
        Quiet { hours, zone: TimeZone::get("Asia/Makassar").unwrap() }
    }

    /// G2
    #[test]
    fn r_m6_a_reminder_at_night_comes_in_the_morning_or_the_evening_before() {
        let night = quiet("21:00", "07:00");
        // 06:30 in Makassar, a day before: put off to 07:00.
        let due = plan(at("2026-11-25T06:30:00+08:00"), &[1440], Some(&night), at("2026-11-20T00:00:00Z"));
        assert_eq!(due, [Due { minutes: 1440, at: at("2026-11-24T07:00:00+08:00") }]);
        // Two hours before 07:30 is in the night, and 07:00 would be too near: the evening before.
        let due = plan(at("2026-11-25T07:30:00+08:00"), &[120], Some(&night), at("2026-11-20T00:00:00Z"));
        assert_eq!(due, [Due { minutes: 120, at: at("2026-11-24T20:45:00+08:00") }]);
    }

    /// G2
    #[test]
    fn r_m2_who_books_late_is_not_reminded_of_what_is_past() {
        let now = at("2026-11-24T10:00:00+08:00");
        let due = plan(at("2026-11-25T09:00:00+08:00"), &[2880, 1440, 120], None, now);
        assert_eq!(due, [Due { minutes: 120, at: at("2026-11-25T07:00:00+08:00") }]);
    }

    /// G2
    #[test]
    fn r_m5_after_an_outage_nothing_stale_is_sent() {
        let (starts, night) = (at("2026-11-25T09:00:00+08:00"), quiet("21:00", "07:00"));
        assert_eq!(step(starts, Some(&night), at("2026-11-24T12:00:00+08:00")), Step::Send);
        let late = step(starts, Some(&night), at("2026-11-25T02:00:00+08:00"));
        assert_eq!(late, Step::Wait(at("2026-11-25T07:00:00+08:00")));
        assert_eq!(step(starts, Some(&night), at("2026-11-25T08:55:00+08:00")), Step::Skip);
        assert_eq!(step(starts, Some(&night), at("2026-11-26T09:00:00+08:00")), Step::Skip);
        let early = at("2026-11-25T07:30:00+08:00");
        assert_eq!(step(early, Some(&night), at("2026-11-25T05:00:00+08:00")), Step::Skip);
    }

    fn hours() -> impl Strategy<Value = Option<Quiet>> {
        let zones = prop_oneof![
            Just("Asia/Makassar"),
            Just("Asia/Jayapura"),
            Just("America/New_York"),
            Just("Australia/Lord_Howe"),
            Just("UTC")
        ];
        let hours = (0_u32..1440, 0_u32..1440, zones).prop_filter_map("they differ", |(from, until, zone)| {
            let time = |minute: u32| format!("{:02}:{:02}", minute / 60, minute % 60).parse().unwrap();
            let hours = QuietHours { from: time(from), until: time(until) };
            (from != until).then(|| Quiet { hours, zone: TimeZone::get(zone).unwrap() })
        });
        proptest::option::of(hours)
    }

    proptest! {
        /// G2
        #[test]
        fn r_m1_a_plan_is_in_the_future_in_order_apart_and_never_in_quiet_hours(
            start in 1_790_000_000_i64..1_830_000_000,
            before in 0_i64..3_000_000,
            minutes in proptest::collection::vec(15_u32..20_160, 0..6),
            quiet in hours(),
        ) {
            let starts_at = Timestamp::from_second(start).unwrap();
            let now = starts_at - SignedDuration::from_secs(before);
            let due = plan(starts_at, &minutes, quiet.as_ref(), now);
            prop_assert!(due.len() <= minutes.len());
            for reminder in &due {
                prop_assert!(minutes.contains(&reminder.minutes));
                prop_assert!(reminder.at > now);
                prop_assert!(starts_at.duration_since(reminder.at) >= TOO_NEAR);
                if let Some(quiet) = &quiet {
                    let night = quiet.around(reminder.at);
                    prop_assert!(night.is_none(), "{reminder:?} in {night:?}");
                }
            }
            for pair in due.windows(2) {
                prop_assert!(pair[1].at.duration_since(pair[0].at) >= APART);
            }
            prop_assert_eq!(&due, &plan(starts_at, &minutes, quiet.as_ref(), now), "planned again it is the same");
        }

        /// G2
        #[test]
        fn r_m5_whenever_the_program_comes_back_it_sends_by_day_and_in_time(
            start in 1_790_000_000_i64..1_830_000_000,
            before in -100_000_i64..3_000_000,
            quiet in hours(),
        ) {
            let starts_at = Timestamp::from_second(start).unwrap();
            let now = starts_at - SignedDuration::from_secs(before);
            match step(starts_at, quiet.as_ref(), now) {
                Step::Send => {
                    prop_assert!(starts_at.duration_since(now) >= TOO_NEAR);
                    prop_assert!(quiet.as_ref().and_then(|quiet| quiet.around(now)).is_none());
                }
                Step::Wait(until) => {
                    prop_assert!(until > now);
                    prop_assert_ne!(step(starts_at, quiet.as_ref(), until), Step::Skip);
                }
                Step::Skip => prop_assert!(before < 200_000, "there was a day of time for it"),
            }
        }
    }
}
