//! Booking in three steps and a confirmation.

use askama::Template;

use super::{Field, Line, Lost, Mend, Shell, Visit};
use crate::filters;

/// A slot kept for a while.
#[derive(Debug, Clone)]
pub struct Holding {
    /// RFC 3339 end, by the server's clock.
    pub until_iso: String,
    /// `09.51 WITA`.
    pub until: String,
    /// Seconds left when the page was made.
    pub seconds: u32,
    /// Seconds of the whole hold.
    pub whole: u32,
    /// It ran out: answers stay, and this is where the slot may be asked for again.
    pub expired: Option<String>,
    /// It ran out, and nobody else has the slot.
    pub free: bool,
}

impl Holding {
    /// How much of the hold is left, 0 to 100.
    pub fn percent(&self) -> u32 {
        (self.seconds * 100).checked_div(self.whole).unwrap_or(0).min(100)
    }

    /// Time left as `4:42`.
    pub fn left(&self) -> String {
        format!("{}:{:02}", self.seconds / 60, self.seconds % 60)
    }
}

/// Somebody a visit can be for.
#[derive(Debug, Clone)]
pub struct Patient {
    /// What the form sends.
    pub value: String,
    /// Name.
    pub name: String,
    /// Address of the portrait.
    pub portrait: String,
    /// Relation and age, ready to read: `anak, 4 th`.
    pub line: String,
    /// Insured by BPJS.
    pub bpjs: bool,
    /// It is the chosen one.
    pub chosen: bool,
}

/// A rule of the facility for this visit.
#[derive(Debug, Clone)]
pub struct Term {
    /// Icon name.
    pub icon: &'static str,
    /// The rule, ready to read.
    pub text: String,
}

/// A line of the costs.
#[derive(Debug, Clone)]
pub struct Fee {
    /// What for, ready to read.
    pub label: String,
    /// How much, formatted.
    pub amount: String,
}

/// `/pesan/{hold}/data`: for whom and why.
#[derive(Debug, Clone, Template)]
#[template(path = "booking_data.html")]
pub struct BookingData {
    /// The frame.
    pub shell: Shell,
    /// Where the form is posted.
    pub action: String,
    /// The kept slot.
    pub hold: Holding,
    /// Somebody else has the slot now.
    pub lost: Option<Lost>,
    /// Where another time is chosen.
    pub times: String,
    /// What is being booked.
    pub visit: Visit,
    /// For whom.
    pub patients: Vec<Patient>,
    /// Where the answers are sent on the way to adding somebody to the family.
    pub add_member: String,
    /// The complaint.
    pub complaint: Field,
    /// Least and most letters of a complaint.
    pub complaint_bounds: (u32, u32),
    /// What to do before the visit, ready to read; may be empty.
    pub prepare: String,
    /// What must be mended.
    pub mends: Vec<Mend>,
}

/// `/pesan/{hold}/periksa`: certainty before the commit.
#[derive(Debug, Clone, Template)]
#[template(path = "booking_check.html")]
pub struct BookingCheck {
    /// The frame.
    pub shell: Shell,
    /// Where the form is posted.
    pub action: String,
    /// The kept slot.
    pub hold: Holding,
    /// Somebody else has the slot now.
    pub lost: Option<Lost>,
    /// Where another time is chosen.
    pub times: String,
    /// What is being booked.
    pub visit: Visit,
    /// What was answered.
    pub lines: Vec<Line>,
    /// The complaint as typed.
    pub complaint: String,
    /// Where the complaint is changed.
    pub change: String,
    /// The costs.
    pub fees: Vec<Fee>,
    /// Their sum, formatted.
    pub total: String,
    /// What moving, cancelling and not coming means.
    pub terms: Vec<Term>,
    /// BPJS does not pay here, though it insures the patient.
    pub no_bpjs: bool,
    /// The doctor decides, at the latest then; empty if the booking stands at once.
    pub decided_by: String,
    /// Key that makes a second press harmless.
    pub idempotency_key: String,
    /// Why it was refused, ready to read.
    pub refused: Option<String>,
}

/// `/janji/{kode}/selesai`: proof.
#[derive(Debug, Clone, Template)]
#[template(path = "booking_done.html")]
pub struct BookingDone {
    /// The frame.
    pub shell: Shell,
    /// The appointment.
    pub visit: Visit,
    /// Place in the day's queue, or 0.
    pub queue: u32,
    /// The doctor decides, at the latest then; empty if it stands.
    pub decided_by: String,
    /// What to do before the visit, ready to read; may be empty.
    pub prepare: String,
    /// Papers are to be brought of which the line above says nothing.
    pub bring: bool,
    /// When to be there, ready to read: `10.15 WITA`.
    pub arrive: String,
    /// The calendar file, or empty.
    pub calendar: String,
}
