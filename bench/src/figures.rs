//! What is compared at the end of a replay, and the plain count over the file that it is compared with. The count reads
//! the file by itself, by columns and letters, and shares no code with what was booked.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result, bail};

/// Outcomes by facility, day and lead time.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Figures {
    /// Patients in the file, or known to the program.
    pub patients: usize,
    /// Patients with at least one appointment.
    pub patients_seen: usize,
    /// Appointments.
    pub appointments: usize,
    /// Appointments by facility and day.
    pub by_day: BTreeMap<(String, String), usize>,
    /// Appointments and no-shows by facility.
    pub by_facility: BTreeMap<String, (usize, usize)>,
    /// Appointments by days between booking and visit.
    pub lead_days: BTreeMap<i64, usize>,
}

impl Figures {
    /// Counts one appointment.
    pub fn note(&mut self, facility: &str, day: &str, lead: i64, came: bool) {
        self.appointments += 1;
        *self.by_day.entry((facility.to_owned(), day.to_owned())).or_default() += 1;
        let (all, missed) = self.by_facility.entry(facility.to_owned()).or_default();
        *all += 1;
        *missed += usize::from(!came);
        *self.lead_days.entry(lead).or_default() += 1;
    }

    /// No-shows.
    pub fn missed(&self) -> usize {
        self.by_facility.values().map(|(_, missed)| missed).sum()
    }

    /// Where the two differ, each difference in a line; nothing where they are equal.
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let mut found = Vec::new();
        let numbers = [
            ("patients", self.patients, other.patients),
            ("patients seen", self.patients_seen, other.patients_seen),
            ("appointments", self.appointments, other.appointments),
        ];
        found.extend(numbers.iter().filter(|(_, a, b)| a != b).map(|(what, a, b)| format!("{what}: {a} against {b}")));
        compare(&mut found, "facility and day", &self.by_day, &other.by_day);
        compare(&mut found, "facility (appointments, no-shows)", &self.by_facility, &other.by_facility);
        compare(&mut found, "lead days", &self.lead_days, &other.lead_days);
        found
    }

    /// A few lines for people.
    pub fn told(&self) -> String {
        let rate = |missed: usize, all: usize| 100.0 * missed as f64 / all.max(1) as f64;
        let mut text = format!(
            "{} patients, {} appointments at {} facilities on {} facility-days; no-show {:.2} % ({})",
            self.patients,
            self.appointments,
            self.by_facility.len(),
            self.by_day.len(),
            rate(self.missed(), self.appointments),
            self.missed(),
        );
        let mut by_rate: Vec<_> = self.by_facility.iter().filter(|(_, (all, _))| *all >= 30).collect();
        by_rate.sort_by(|(_, a), (_, b)| rate(b.1, b.0).total_cmp(&rate(a.1, a.0)));
        if let (Some((most, m)), Some((least, l))) = (by_rate.first(), by_rate.last()) {
            let _ = write!(
                text,
                "\nno-show by facility: from {:.1} % ({least}) to {:.1} % ({most})",
                rate(l.1, l.0),
                rate(m.1, m.0)
            );
        }
        let days: i64 = self.lead_days.iter().map(|(days, count)| days * *count as i64).sum();
        let _ = write!(
            text,
            "\nlead time: same day {}, mean {:.1} days, longest {} days",
            self.lead_days.get(&0).copied().unwrap_or_default(),
            days as f64 / self.appointments.max(1) as f64,
            self.lead_days.keys().next_back().copied().unwrap_or_default(),
        );
        text
    }
}

fn compare<K: Ord + std::fmt::Debug, V: PartialEq + std::fmt::Debug>(
    found: &mut Vec<String>,
    what: &str,
    a: &BTreeMap<K, V>,
    b: &BTreeMap<K, V>,
) {
    let keys: BTreeSet<&K> = a.keys().chain(b.keys()).collect();
    for key in keys {
        if a.get(key) != b.get(key) {
            found.push(format!("{what} {key:?}: {:?} against {:?}", a.get(key), b.get(key)));
        }
    }
}

/// The plain count over the file's first `limit` rows: all but the rows booked after their day.
pub fn plain_count(file: &Path, limit: Option<usize>) -> Result<Figures> {
    let text = std::fs::read_to_string(file)?;
    let mut lines = text.lines();
    let head: Vec<&str> = lines.next().context("the file is empty")?.split(',').collect();
    let column = |name: &str| head.iter().position(|found| *found == name).with_context(|| format!("no column {name}"));
    let (patient, booked, day) = (column("PatientId")?, column("ScheduledDay")?, column("AppointmentDay")?);
    let (place, no_show) = (column("Neighbourhood")?, column("No-show")?);
    let mut figures = Figures::default();
    let (mut patients, mut seen) = (BTreeSet::new(), BTreeSet::new());
    for line in lines.take(limit.unwrap_or(usize::MAX)) {
        let cells: Vec<&str> = line.split(',').collect();
        if cells.len() != head.len() {
            bail!("a row has {} cells: {line}", cells.len());
        }
        patients.insert(cells[patient]);
        let lead = day_number(&cells[day][..10])? - day_number(&cells[booked][..10])?;
        if lead < 0 {
            continue;
        }
        seen.insert(cells[patient]);
        figures.note(cells[place], &cells[day][..10], lead, cells[no_show].trim() == "No");
    }
    (figures.patients, figures.patients_seen) = (patients.len(), seen.len());
    Ok(figures)
}

/// Days since 1 March of the year 0 in the Gregorian calendar, by arithmetic on `2016-04-29`.
fn day_number(text: &str) -> Result<i64> {
    let mut parts = text.split('-').map(str::parse::<i64>);
    let mut next = || parts.next().transpose().ok().flatten().with_context(|| format!("{text} is no date"));
    let (year, month, day) = (next()?, next()?, next()?);
    let (years, months) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    Ok(365 * years + years / 4 - years / 100 + years / 400 + (153 * months + 2) / 5 + day)
}

#[cfg(test)]
mod tests {
    use super::{Figures, day_number};

    #[test]
    fn days_are_counted_over_the_ends_of_months_and_years() {
        let days = |from, to| day_number(to).unwrap() - day_number(from).unwrap();
        assert_eq!(days("2016-02-28", "2016-03-01"), 2);
        assert_eq!(days("2015-11-10", "2016-05-04"), 176);
        assert_eq!(days("2015-02-28", "2015-03-01"), 1);
    }

    #[test]
    fn any_difference_is_named() {
        let (mut a, mut b) = (Figures::default(), Figures::default());
        a.note("X", "2016-05-01", 3, true);
        b.note("X", "2016-05-01", 3, false);
        assert_eq!(a.differences(&b).len(), 1);
        b.note("Y", "2016-05-01", 4, false);
        assert_eq!(a.differences(&b).len(), 5, "{:?}", a.differences(&b));
        assert!(a.differences(&a.clone()).is_empty());
    }
}
