//! The doctor's day.

use askama::Template;

use super::{Chip, Shell};
use crate::filters;

/// `/d/hari-ini`
#[derive(Debug, Clone, Template)]
#[template(path = "doctor_day.html", blocks = ["day"])]
pub struct DoctorDay {
    /// The frame.
    pub shell: Shell,
    /// Facility and zone: `Klinik Losari Medika · WITA`.
    pub place: String,
    /// `Senin, 23 November`.
    pub day: String,
    /// The server's time with zone: `10.00 WITA`.
    pub now: String,
    /// The same for machines, RFC 3339.
    pub now_iso: String,
    /// The day before.
    pub previous: String,
    /// Today.
    pub today: String,
    /// The day after.
    pub next: String,
    /// Where changes of the day are heard (SSE), or empty.
    pub stream: String,
    /// Whose turn it is.
    pub turn: Option<Turn>,
    /// The day's appointments in order of time.
    pub queue: Vec<Queued>,
    /// Requests that wait for the doctor's word.
    pub asks: Vec<Queued>,
    /// How many are done, waiting, coming, off.
    pub counts: (u32, u32, u32, u32),
    /// Appointments per hour.
    pub bars: Vec<Bar>,
    /// The week around the day.
    pub week: Vec<WeekLink>,
    /// All, by video, at the clinic: address, text key, how many, and whether it is what is shown.
    pub kinds: Vec<(String, &'static str, u32, bool)>,
    /// Where it is explained why a time of this day is not free.
    pub why: String,
    /// The next day with appointments, if this one is empty: label and address.
    pub next_busy: Option<(String, String)>,
}

impl DoctorDay {
    /// How many appointments the day has.
    pub fn total(&self) -> u32 {
        self.counts.0 + self.counts.1 + self.counts.2 + self.counts.3
    }

    /// Left edge and width of each part of the progress bar, out of 100.
    pub fn parts(&self) -> Vec<(&'static str, f32, f32)> {
        let total = self.total().max(1) as f32;
        let mut left = 0.0;
        [("ok", self.counts.0), ("wait", self.counts.1), ("next", self.counts.2), ("off", self.counts.3)]
            .into_iter()
            .filter(|(_, count)| *count > 0)
            .map(|(name, count)| {
                let width = count as f32 * 100.0 / total;
                left += width;
                (name, left - width, (width - 1.0).max(0.5))
            })
            .collect()
    }
}

/// A day of the week strip.
#[derive(Debug, Clone)]
pub struct WeekLink {
    /// The day's page.
    pub href: String,
    /// `Sen`.
    pub weekday: String,
    /// `23`.
    pub number: String,
    /// `Senin, 23 November 2026`.
    pub long: String,
    /// Appointments on it that stand.
    pub count: u32,
    /// It is the day shown.
    pub chosen: bool,
    /// It is today.
    pub today: bool,
}

/// Whose turn it is.
#[derive(Debug, Clone)]
pub struct Turn {
    /// The appointment.
    pub visit: Queued,
    /// Complaint in the patient's words.
    pub complaint: String,
    /// Which visit of this patient it is, ready to read; may be empty.
    pub nth: String,
    /// Length and way of meeting, ready to read: `Video, 15 mnt`.
    pub how: String,
    /// The patient is there (else the next to come).
    pub current: bool,
}

/// An appointment in the doctor's day.
#[derive(Debug, Clone)]
pub struct Queued {
    /// Its page.
    pub href: String,
    /// Where its actions are posted (`/accept`, `/reject`, `/arrived`, `/start`, `/no-show`, `/fulfilled` are appended).
    pub action: String,
    /// Version the page was made from.
    pub version: String,
    /// The day of the page, `YYYY-MM-DD`.
    pub day: String,
    /// `10.15`.
    pub time: String,
    /// RFC 3339.
    pub iso: String,
    /// `Rab 25 Nov, 14.00 WITA`, for requests of other days.
    pub when: String,
    /// Patient's name.
    pub name: String,
    /// Sex and age, ready to read: `Perempuan, 34 th`.
    pub line: String,
    /// Who pays, ready to read: `Umum`.
    pub coverage: String,
    /// Short reason, ready to read; may be empty.
    pub reason: String,
    /// Address of the portrait.
    pub portrait: String,
    /// Video consultation (else at the facility).
    pub video: bool,
    /// Its state.
    pub chip: Chip,
    /// It is the turn now.
    pub now: bool,
    /// May be accepted or rejected.
    pub askable: bool,
    /// May be marked as arrived.
    pub arrivable: bool,
    /// May be begun.
    pub startable: bool,
    /// May be marked as not come.
    pub missable: bool,
    /// May be marked as done.
    pub fulfillable: bool,
}

/// Appointments of one hour.
#[derive(Debug, Clone)]
pub struct Bar {
    /// `09`.
    pub hour: String,
    /// How many.
    pub count: u32,
    /// Height out of 52.
    pub height: u32,
    /// Left edge in the drawing, which is 240 wide.
    pub x: u32,
    /// Width in the drawing.
    pub width: u32,
    /// It is this hour.
    pub now: bool,
}

impl Bar {
    /// Upper edge of the bar in the drawing.
    pub fn y(&self) -> u32 {
        68 - self.height
    }

    /// Where the number stands.
    pub fn label_y(&self) -> u32 {
        self.y().saturating_sub(6)
    }

    /// The middle of the bar.
    pub fn middle(&self) -> u32 {
        self.x + self.width / 2
    }
}
