//! A doctor's leave: entering it, deciding about the appointments in it, what became of each; and what its patients see.

use askama::Template;

use super::{Field, Option_, Shell};
use crate::filters;

/// `/d/cuti/baru`, `/a/jadwal/{doctor}/cuti`
#[derive(Debug, Clone, Template)]
#[template(path = "schedule_leave_new.html")]
pub struct LeaveNew {
    /// The frame.
    pub shell: Shell,
    /// Where the form is posted.
    pub action: String,
    /// Back to the hours.
    pub schedule: String,
    /// Whose leave.
    pub doctor: String,
    /// First day.
    pub from: Field,
    /// Last day.
    pub until: Field,
    /// From that time on the first day, or empty.
    pub start: Field,
    /// Until that time on the last day, or empty.
    pub end: Field,
    /// Everywhere or one place.
    pub places: Vec<Option_>,
    /// Why.
    pub reason: Field,
    /// Today: nothing earlier is offered.
    pub today: String,
}

/// `/d/cuti/{id}`, `/a/cuti/{id}`
#[derive(Debug, Clone, Template)]
#[template(path = "schedule_leave.html")]
pub struct LeavePlan {
    /// The frame.
    pub shell: Shell,
    /// Path of this leave.
    pub path: String,
    /// Back to the hours.
    pub schedule: String,
    /// Whose leave.
    pub doctor: String,
    /// From and until.
    pub when: String,
    /// Where; empty for everywhere.
    pub place: String,
    /// `deciding`, `running`, `done` or `withdrawn`.
    pub state: &'static str,
    /// The version the page was made from.
    pub version: String,
    /// The groups to decide about.
    pub groups: Vec<PlanGroup>,
    /// Every appointment and what became of it.
    pub results: Vec<PlanResult>,
    /// How many have an outcome.
    pub settled: usize,
    /// Outcomes with how many came to each: text key, count.
    pub totals: Vec<(String, usize)>,
}

impl LeavePlan {
    /// Share of the appointments that have an outcome, out of 100.
    pub fn progress(&self) -> usize {
        self.settled * 100 / self.results.len().max(1)
    }
}

/// Appointments that one decision suits.
#[derive(Debug, Clone)]
pub struct PlanGroup {
    /// Number in the form.
    pub n: usize,
    /// Service and way of meeting.
    pub title: String,
    /// The facility.
    pub place: String,
    /// The way chosen.
    pub way: String,
    /// Substitutes: id; name and how many times they are free.
    pub substitutes: Vec<Option_>,
    /// Later days: date; day and how many times are free.
    pub days: Vec<Option_>,
    /// What the patients are told.
    pub reason: String,
    /// What is wrong, ready to read.
    pub error: String,
    /// The appointments.
    pub visits: Vec<PlanVisit>,
}

/// An appointment to decide about.
#[derive(Debug, Clone)]
pub struct PlanVisit {
    /// Number in the form.
    pub n: usize,
    /// `Sen 23 Nov, 10.30 WITA`.
    pub when: String,
    /// The patient.
    pub name: String,
    /// The way chosen for it alone, or empty.
    pub way: String,
}

/// What became of an appointment.
#[derive(Debug, Clone)]
pub struct PlanResult {
    /// When it would have been.
    pub when: String,
    /// The patient.
    pub name: String,
    /// Text key of the outcome; `leave-waits` while there is none.
    pub outcome: &'static str,
    /// Class of its chip.
    pub class: &'static str,
    /// Icon of its chip.
    pub icon: &'static str,
    /// New time, doctor, or what the patient answered; may be empty.
    pub line: String,
    /// Why it became something else than was decided, or empty.
    pub why: String,
}

/// `/janji/{code}/usulan`: new times for a patient to choose from.
#[derive(Debug, Clone, Template)]
#[template(path = "schedule_offer.html")]
pub struct LeaveOffer {
    /// The frame.
    pub shell: Shell,
    /// Where the answer is posted.
    pub action: String,
    /// The appointment's page.
    pub href: String,
    /// The version the page was made from.
    pub version: String,
    /// Who cannot come.
    pub with: String,
    /// Their portrait.
    pub portrait: String,
    /// For whom.
    pub patient: String,
    /// The time that cannot be kept.
    pub when: String,
    /// Until when the times are kept.
    pub until: String,
    /// The times: value and long label.
    pub times: Vec<Option_>,
}
