//! Consultation hours: the editor, what it would come to, and why a time cannot be had.

use askama::Template;

use super::{Field, Option_, Shell};
use crate::filters;

/// `/d/jadwal`, `/a/jadwal/{doctor}`
#[derive(Debug, Clone, Template)]
#[template(path = "schedule.html")]
pub struct Schedule {
    /// The frame.
    pub shell: Shell,
    /// Path of this editor.
    pub path: String,
    /// Where a leave is entered.
    pub leave_path: String,
    /// Whose hours: name with titles.
    pub doctor: String,
    /// Places of practice: address, name.
    pub places: Vec<Option_>,
    /// The facility's id.
    pub facility: String,
    /// `WITA (Makassar)`.
    pub zone: String,
    /// The week, Monday first.
    pub week: Vec<WeekDay>,
    /// At most so many visits a day.
    pub cap: Field,
    /// The version the page was made from; empty for a first schedule.
    pub version: String,
    /// Services to show starts of.
    pub services: Vec<Option_>,
    /// Ways of meeting to show starts of.
    pub modes: Vec<Option_>,
    /// What must be mended, ready to read.
    pub faults: Vec<String>,
    /// What the hours typed would come to.
    pub outcome: Option<Outcome>,
    /// Departures from the week.
    pub departures: Vec<Departure>,
    /// The form for one more.
    pub wanted: WantedDeparture,
    /// Leaves.
    pub leaves: Vec<LeaveLine>,
    /// Holidays ahead: day and name.
    pub holidays: Vec<(String, String)>,
    /// The facility is open on them.
    pub open_on_holidays: bool,
}

/// One weekday.
#[derive(Debug, Clone)]
pub struct WeekDay {
    /// `Senin`.
    pub name: String,
    /// `09.00–12.00, 13.00–15.00`; empty where there is no practice.
    pub line: String,
    /// Rows, the last of them empty.
    pub rows: Vec<HoursRow>,
    /// Shown unfolded.
    pub open: bool,
}

/// A row of hours.
#[derive(Debug, Clone, Default)]
pub struct HoursRow {
    /// Number of the row in the form.
    pub n: usize,
    /// 1 = Monday.
    pub weekday: u8,
    /// `09:00`, or empty.
    pub from: String,
    /// `12:00`.
    pub until: String,
    /// Minutes from start to start, or empty.
    pub slot: String,
    /// Visits at the same time.
    pub capacity: String,
    /// `both`, `in_person` or `online`.
    pub modes: String,
    /// `2026-11-23`, or empty.
    pub valid_from: String,
    /// `2026-12-31`, or empty.
    pub valid_until: String,
    /// Ids of the services these hours are kept for, with commas.
    pub services: String,
    /// What is wrong with it, ready to read.
    pub error: String,
    /// There are such hours; else it is the empty row.
    pub kept: bool,
}

impl HoursRow {
    /// More than from and until was given.
    pub fn is_special(&self) -> bool {
        !self.slot.is_empty() || !self.valid_until.is_empty() || self.capacity != "1" || self.modes != "both"
    }
}

/// What a change would come to.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Days in order.
    pub days: Vec<OutcomeDay>,
    /// How many starts would be new.
    pub new: usize,
    /// How many would be gone.
    pub gone: usize,
    /// Appointments that would lie outside.
    pub conflicts: Vec<Conflict>,
    /// How many there are in all.
    pub count: i64,
    /// It is about a departure, not about the week.
    pub departure: bool,
}

/// One day of it.
#[derive(Debug, Clone)]
pub struct OutcomeDay {
    /// `Sen 23 Nov`.
    pub label: String,
    /// Why there are no starts: text key, or empty.
    pub off: &'static str,
    /// A holiday's name, or empty.
    pub holiday: String,
    /// Starts in order.
    pub times: Vec<OutcomeStart>,
}

/// One start of it.
#[derive(Debug, Clone)]
pub struct OutcomeStart {
    /// `09.15`.
    pub clock: String,
    /// `kept`, `new` or `gone`.
    pub change: &'static str,
    /// Text key of that for who does not see its colour; empty where nothing changes.
    pub said: &'static str,
}

/// An appointment in the way.
#[derive(Debug, Clone)]
pub struct Conflict {
    /// `Sel 24 Nov, 10.30 WITA`.
    pub when: String,
    /// The patient.
    pub name: String,
    /// What for.
    pub service: String,
}

/// A departure from the week.
#[derive(Debug, Clone)]
pub struct Departure {
    /// Where it is taken back.
    pub action: String,
    /// `Sen 23 Nov, 09.00–12.00 WITA`.
    pub when: String,
    /// Text key of its kind.
    pub kind: &'static str,
    /// Why, or empty.
    pub reason: String,
    /// May be taken back here: leave has a page of its own.
    pub removable: bool,
}

/// What was typed of a departure.
#[derive(Debug, Clone, Default)]
pub struct WantedDeparture {
    /// `extra` or `instead`.
    pub kind: String,
    /// The day.
    pub day: String,
    /// From.
    pub from: String,
    /// Until.
    pub until: String,
    /// Shown unfolded.
    pub open: bool,
}

/// A leave in the list.
#[derive(Debug, Clone)]
pub struct LeaveLine {
    /// Its page.
    pub href: String,
    /// From and until.
    pub when: String,
    /// Text key of its state.
    pub state: &'static str,
    /// Class of its chip.
    pub class: &'static str,
    /// Appointments in it.
    pub visits: i64,
    /// Those without an outcome.
    pub open: i64,
}

/// `/a/jadwal`: whose hours to plan.
#[derive(Debug, Clone, Template)]
#[template(path = "schedule_doctors.html")]
pub struct ScheduleDoctors {
    /// The frame.
    pub shell: Shell,
    /// What was searched for.
    pub q: String,
    /// Doctors: address of their hours, name, speciality and place, portrait.
    pub doctors: Vec<(String, String, String, String)>,
}

/// `/d/jadwal/kenapa`, `/a/jadwal/{doctor}/kenapa`: why there is no time.
#[derive(Debug, Clone, Template)]
#[template(path = "schedule_why.html")]
pub struct ScheduleWhy {
    /// The frame.
    pub shell: Shell,
    /// Path of this page.
    pub path: String,
    /// Whose hours.
    pub doctor: String,
    /// Places.
    pub places: Vec<Option_>,
    /// Services.
    pub services: Vec<Option_>,
    /// Ways of meeting.
    pub modes: Vec<Option_>,
    /// The day, `2026-11-23`.
    pub date: String,
    /// The time asked about, `10:30`, or empty.
    pub time: String,
    /// `Senin, 23 November 2026`.
    pub day: String,
    /// `WITA (Makassar)`.
    pub zone: String,
    /// The answer about that time: offered or not, and in words.
    pub answer: Option<(bool, String)>,
    /// The day in order.
    pub parts: Vec<WhyPart>,
    /// How many starts are offered.
    pub offered: usize,
    /// Nothing can be asked: text key of the reason, or empty.
    pub nothing: &'static str,
}

/// A part of a day.
#[derive(Debug, Clone)]
pub struct WhyPart {
    /// `09.30–09.45`.
    pub span: String,
    /// A visit may start here.
    pub free: bool,
    /// Why not, in words.
    pub why: String,
    /// Icon of the reason.
    pub icon: &'static str,
}
