//! What people write into the cells of a spreadsheet.

use contracts::{
    directory::{Mode, WeeklyHours},
    people::Sex,
};
use jiff::civil::{Date, Time};
use platform::{FieldError, error::Problems};

/// Notes that a cell cannot be understood, and goes on with `otherwise`.
fn understood<T>(problems: &mut Problems, column: &str, code: &str, value: Option<T>, otherwise: T) -> T {
    value.unwrap_or_else(|| {
        problems.add(FieldError::new(column, code));
        otherwise
    })
}

/// Yes or no in either language; `otherwise` where the cell is empty.
pub(super) fn yes_or_no(problems: &mut Problems, column: &str, cell: &str, otherwise: bool) -> bool {
    let value = match cell.to_ascii_lowercase().as_str() {
        "" => Some(otherwise),
        "ya" | "y" | "yes" | "true" | "1" => Some(true),
        "tidak" | "t" | "no" | "n" | "false" | "0" => Some(false),
        _ => None,
    };
    understood(problems, column, "cell-yes-no", value, otherwise)
}

/// A sex in either language, or its first letter.
pub(super) fn sex(problems: &mut Problems, column: &str, cell: &str) -> Sex {
    let value = match cell.to_ascii_lowercase().as_str() {
        "female" | "f" | "p" | "perempuan" | "wanita" => Some(Sex::Female),
        "male" | "m" | "l" | "laki-laki" | "pria" => Some(Sex::Male),
        _ => None,
    };
    understood(problems, column, "cell-sex", value, Sex::Female)
}

/// A date, `2027-12-31` or `31/12/2027`; `None` where the cell is empty.
pub(super) fn date(problems: &mut Problems, column: &str, cell: &str) -> Option<Date> {
    if cell.is_empty() {
        return None;
    }
    let local = || {
        let mut parts = cell.splitn(3, '/').map(str::trim);
        let (day, month, year) =
            (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        Date::new(year, month, day).ok()
    };
    let value = cell.parse().ok().or_else(local);
    if value.is_none() {
        problems.add(FieldError::new(column, "invalid-date"));
    }
    value
}

/// Rupiah: `150000`, `150.000` or `Rp 150.000`; `None` where the cell is empty.
pub(super) fn rupiah(problems: &mut Problems, column: &str, cell: &str) -> Option<i64> {
    if cell.is_empty() {
        return None;
    }
    let bare = cell.trim_start_matches("Rp").trim_start_matches('.').trim().trim_end_matches(",00").replace('.', "");
    let value = Some(&bare).filter(|bare| bare.bytes().all(|b| b.is_ascii_digit())).and_then(|bare| bare.parse().ok());
    if value.is_none() {
        problems.add(FieldError::new(column, "cell-rupiah"));
    }
    value
}

/// A number of minutes; none where the cell is empty.
pub(super) fn minutes(problems: &mut Problems, column: &str, cell: &str) -> u16 {
    if cell.is_empty() {
        return 0;
    }
    understood(problems, column, "cell-minutes", cell.parse().ok(), 0)
}

/// Degrees, with a point or, as spreadsheets here write them, a comma; `None` where the cell is empty.
pub(super) fn degrees(problems: &mut Problems, column: &str, cell: &str) -> Option<f64> {
    if cell.is_empty() {
        return None;
    }
    let value = cell.replacen(',', ".", 1).parse::<f64>().ok().filter(|degrees| degrees.is_finite());
    if value.is_none() {
        problems.add(FieldError::new(column, "wrong-type"));
    }
    value
}

/// Weekly hours: `mon 09:00-12:00; tue 13:00-17:00`, days in English or Indonesian.
pub(super) fn hours(problems: &mut Problems, column: &str, cell: &str, modes: &[Mode]) -> Vec<WeeklyHours> {
    let mut hours = Vec::new();
    for part in cell.split(';').map(str::trim).filter(|part| !part.is_empty()) {
        match span(part) {
            Some((weekday, from, until)) => hours.push(WeeklyHours { weekday, from, until, modes: modes.to_vec() }),
            None => problems.add(FieldError::new(column, "cell-hours")),
        }
    }
    hours
}

fn span(part: &str) -> Option<(u8, Time, Time)> {
    let (day, span) = part.split_once(char::is_whitespace)?;
    let (from, until) = span.split_once('-')?;
    Some((weekday(day)?, clock(from)?, clock(until)?))
}

fn weekday(day: &str) -> Option<u8> {
    let day = day.to_lowercase();
    let named = |names: &[&str]| names.contains(&day.as_str());
    Some(match () {
        () if named(&["mon", "sen", "senin", "monday"]) => 1,
        () if named(&["tue", "sel", "selasa", "tuesday"]) => 2,
        () if named(&["wed", "rab", "rabu", "wednesday"]) => 3,
        () if named(&["thu", "kam", "kamis", "thursday"]) => 4,
        () if named(&["fri", "jum", "jumat", "friday"]) => 5,
        () if named(&["sat", "sab", "sabtu", "saturday"]) => 6,
        () if named(&["sun", "min", "minggu", "sunday"]) => 7,
        () => return None,
    })
}

/// `09:00` or `9.00`.
fn clock(text: &str) -> Option<Time> {
    let (hour, minute) = text.trim().split_once([':', '.'])?;
    Time::new(hour.parse().ok()?, Some(minute).filter(|m| m.len() == 2)?.parse().ok()?, 0, 0).ok()
}

#[cfg(test)]
mod tests {
    use contracts::directory::Mode;
    use platform::error::Problems;

    use super::{date, degrees, hours, minutes, rupiah, yes_or_no};

    #[test]
    fn cells_are_read_as_people_write_them() {
        let mut problems = Problems::default();
        assert_eq!(rupiah(&mut problems, "fee", "Rp 150.000"), Some(150_000));
        assert_eq!(rupiah(&mut problems, "fee", "150.000,00"), Some(150_000));
        assert_eq!(degrees(&mut problems, "latitude", "-5,1478"), Some(-5.1478));
        assert_eq!((minutes(&mut problems, "minutes", "30"), minutes(&mut problems, "minutes", "")), (30, 0));
        assert_eq!(date(&mut problems, "d", "31/12/2027"), Some(jiff::civil::date(2027, 12, 31)));
        assert!(yes_or_no(&mut problems, "b", "Ya", false));
        let read = hours(&mut problems, "h", "mon 09:00-12:00; Sabtu 8.30-11.00", &[Mode::Online]);
        assert_eq!(read.iter().map(|row| (row.weekday, row.from.hour())).collect::<Vec<_>>(), [(1, 9), (6, 8)]);
        assert!(problems.done().is_ok());
        for (column, wrong) in [("fee", "seratus"), ("fee", "-5")] {
            let mut problems = Problems::default();
            assert_eq!(rupiah(&mut problems, column, wrong), None);
            assert!(problems.done().is_err());
        }
        let mut problems = Problems::default();
        assert!(hours(&mut problems, "h", "someday 9-12", &[Mode::Online]).is_empty());
        assert!(problems.done().is_err());
    }
}
