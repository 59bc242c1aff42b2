//! Weekly hours in the form that adds a doctor.

use contracts::directory::{Mode, WeeklyHours};
use platform::{FieldError, error::Problems};

/// So many rows at most.
const MOST: usize = 60;
/// Minutes in a day and in a week.
const DAY: i32 = 24 * 60;
const WEEK: i32 = 7 * DAY;

/// Notes what is wrong with the hours of a practice; `offered` are the modes its services have.
pub(super) fn check(problems: &mut Problems, field: &str, hours: &[WeeklyHours], offered: &[Mode]) {
    if hours.len() > MOST {
        problems.add(FieldError::new(field, "too-many").with("max", MOST));
        return;
    }
    for (at, row) in hours.iter().enumerate() {
        let field = format!("{field}[{at}]");
        problems.check((1..=7).contains(&row.weekday), &format!("{field}.weekday"), "weekday");
        problems.check(row.from != row.until, &format!("{field}.until"), "hours-empty");
        let whole = |time: jiff::civil::Time| time.second() == 0 && time.subsec_nanosecond() == 0;
        problems.check(whole(row.from) && whole(row.until), &format!("{field}.from"), "whole-minutes");
        problems.check(!row.modes.is_empty(), &format!("{field}.modes"), "required");
        problems.check(
            row.modes.iter().all(|mode| offered.contains(mode)),
            &format!("{field}.modes"),
            "mode-not-offered",
        );
        let overlapped = hours[..at].iter().any(|other| overlap(row, other));
        problems.check(!overlapped, &field, "hours-overlap");
    }
}

/// Whether two spans of the week share a minute; the week is a circle (R.T6, R.G1).
fn overlap(a: &WeeklyHours, b: &WeeklyHours) -> bool {
    let (a_from, a_length) = span(a);
    let (b_from, b_length) = span(b);
    (b_from - a_from).rem_euclid(WEEK) < a_length || (a_from - b_from).rem_euclid(WEEK) < b_length
}

/// The minute of the week it starts, and how many it lasts.
fn span(row: &WeeklyHours) -> (i32, i32) {
    let minute = |time: jiff::civil::Time| i32::from(time.hour()) * 60 + i32::from(time.minute());
    let length = (minute(row.until) - minute(row.from)).rem_euclid(DAY);
    ((i32::from(row.weekday) - 1) * DAY + minute(row.from), if length == 0 { DAY } else { length })
}

#[cfg(test)]
mod tests {
    use contracts::directory::{Mode, WeeklyHours};
    use jiff::civil::time;

    use super::overlap;

    fn hours(weekday: u8, from: i8, until: i8) -> WeeklyHours {
        WeeklyHours { weekday, from: time(from, 0, 0, 0), until: time(until, 0, 0, 0), modes: vec![Mode::InPerson] }
    }

    #[test]
    fn hours_overlap_over_midnight_and_over_the_week_but_not_by_touching() {
        assert!(overlap(&hours(1, 9, 12), &hours(1, 11, 13)));
        assert!(!overlap(&hours(1, 9, 12), &hours(1, 12, 13)));
        assert!(!overlap(&hours(1, 9, 12), &hours(2, 9, 12)));
        assert!(overlap(&hours(1, 22, 2), &hours(2, 1, 3)));
        assert!(overlap(&hours(7, 22, 2), &hours(1, 1, 3)));
        assert!(!overlap(&hours(7, 22, 1), &hours(1, 1, 3)));
    }
}
