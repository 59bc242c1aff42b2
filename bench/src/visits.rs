//! The rows of a file of real appointments: who, where, booked when, for which day, and whether they came.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result};
use jiff::civil::{Date, DateTime, date};
use jiff::{Timestamp, ToSpan, tz::TimeZone};
use serde::Deserialize;

use crate::numbers::Dice;

/// One row.
#[derive(Debug, Clone)]
pub struct Visit {
    /// `AppointmentID`.
    pub id: String,
    /// `PatientId`.
    pub patient: String,
    /// `Gender`: F or M.
    pub sex: char,
    /// `ScheduledDay`: when it was booked, on the clock of the place.
    pub scheduled: DateTime,
    /// `AppointmentDay`.
    pub day: Date,
    /// `Age` in years.
    pub age: i16,
    /// `Neighbourhood`.
    pub place: String,
    /// Whether they came; the file's `No-show` says the opposite.
    pub came: bool,
}

impl Visit {
    /// Booked for a day that was over: the file has one such row.
    pub fn is_too_late(&self) -> bool {
        self.day < self.scheduled.date()
    }
}

#[derive(Deserialize)]
struct Row {
    #[serde(rename = "PatientId")]
    patient: String,
    #[serde(rename = "AppointmentID")]
    id: String,
    #[serde(rename = "Gender")]
    gender: char,
    #[serde(rename = "ScheduledDay")]
    scheduled: Timestamp,
    #[serde(rename = "AppointmentDay")]
    day: Timestamp,
    #[serde(rename = "Age")]
    age: i16,
    #[serde(rename = "Neighbourhood")]
    place: String,
    #[serde(rename = "No-show")]
    no_show: String,
}

/// The first `limit` rows of the file (all where there is none), in the order in which they were booked.
pub fn read(file: &Path, limit: Option<usize>) -> Result<Vec<Visit>> {
    let mut reader = csv::Reader::from_path(file).with_context(|| file.display().to_string())?;
    let mut visits = Vec::new();
    for row in reader.deserialize().take(limit.unwrap_or(usize::MAX)) {
        let row: Row = row?;
        // Written as if in UTC; the clinics' clocks are meant.
        let clock = |at: Timestamp| TimeZone::UTC.to_datetime(at);
        visits.push(Visit {
            id: row.id,
            patient: row.patient,
            sex: row.gender,
            scheduled: clock(row.scheduled),
            day: clock(row.day).date(),
            age: row.age,
            place: row.place,
            came: row.no_show == "No",
        });
    }
    visits.sort_by(|a, b| (a.scheduled, &a.id).cmp(&(b.scheduled, &b.id)));
    Ok(visits)
}

/// The days on which rows were booked, in order.
pub fn booking_days(visits: &[Visit]) -> Vec<Date> {
    visits.iter().map(|visit| visit.scheduled.date()).collect::<BTreeSet<_>>().into_iter().collect()
}

/// A file of `count` rows of the same shape as the real one: second visits of a patient on one day, same-day bookings,
/// patients of several ages, and one row booked after its day.
pub fn generated(count: usize) -> String {
    let mut dice = Dice::new(2016);
    let mut text = String::from(
        "PatientId,AppointmentID,Gender,ScheduledDay,AppointmentDay,Age,Neighbourhood,Scholarship,Hipertension,\
         Diabetes,Alcoholism,Handcap,SMS_received,No-show\n",
    );
    let first = date(2016, 4, 18);
    let mut before: Option<(u64, Date)> = None;
    for n in 0..count {
        let patient = match before {
            // Every eighth row is another visit of the patient before, on the same day.
            Some((patient, ..)) if n % 8 == 7 => patient,
            _ => 1000 + dice.below((count as u64 * 2 / 3).max(1)),
        };
        let booked = first + (dice.below(6) as i64).days();
        let day = match before {
            Some((_, day)) if n % 8 == 7 => day,
            _ if n == count / 2 => booked - 1.day(),
            _ => booked + [0, 0, 1, 3, 7, 12][dice.below(6) as usize].days(),
        };
        let booked = if n % 8 == 7 { booked.min(day) } else { booked };
        let place = ["ANDORINHAS", "BELA VISTA", "CARATOÍRA", "D'ALMEIDA", "ENSEADA DO SUÁ"][patient as usize % 5];
        let (sex, age) = (if patient % 3 == 0 { 'M' } else { 'F' }, (patient * 7) % 95 + dice.below(2));
        let no_show = if dice.below(5) == 0 { "Yes" } else { "No" };
        let time = format!("{:02}:{:02}:{:02}", 7 + dice.below(10), dice.below(60), dice.below(60));
        writeln!(
            text,
            "{patient},{},{sex},{booked}T{time}Z,{day}T00:00:00Z,{age},{place},0,0,0,0,0,0,{no_show}",
            5_000_000 + n
        )
        .expect("a String takes all that is written");
        before = (n != count / 2).then_some((patient, day));
    }
    text
}
