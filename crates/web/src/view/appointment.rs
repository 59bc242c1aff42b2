//! Own appointments: the list, one of them, moving it, calling it off.

use askama::Template;

use super::{Field, Mend, Pager, Picker, Shell, Visit};
use crate::filters;

/// `/janji`
#[derive(Debug, Clone, Template)]
#[template(path = "appointments.html", blocks = ["list"])]
pub struct Appointments {
    /// The frame.
    pub shell: Shell,
    /// Coming, past, called off.
    pub tabs: Vec<Tab>,
    /// The rows.
    pub visits: Vec<Visit>,
    /// Where the list goes on.
    pub pager: Pager,
    /// Those that are over are shown.
    pub past: bool,
}

/// A part of the list.
#[derive(Debug, Clone)]
pub struct Tab {
    /// Where it leads.
    pub href: String,
    /// Text key.
    pub label: &'static str,
    /// How many; `None` hides the number.
    pub count: Option<u64>,
    /// It is shown now.
    pub chosen: bool,
}

/// `/janji/{kode}`
#[derive(Debug, Clone, Template)]
#[template(path = "appointment.html", blocks = ["visit"])]
pub struct Appointment {
    /// The frame.
    pub shell: Shell,
    /// The appointment.
    pub visit: Visit,
    /// The complaint; its owner and the doctor see it.
    pub complaint: String,
    /// What to do before the visit, ready to read; may be empty.
    pub prepare: String,
    /// Why it was called off, ready to read; may be empty.
    pub reason: String,
    /// What happened so far, newest last.
    pub happenings: Vec<Happening>,
    /// Until when moving and cancelling is free, ready to read; empty if never.
    pub free_until: String,
    /// What calling it off costs now, ready to read; empty if it cannot be called off.
    pub cost: String,
    /// The doctor decides, at the latest then; empty unless it waits for that.
    pub decided_by: String,
    /// Where other times are offered because the doctor went on leave; empty otherwise.
    pub proposal: String,
    /// Where the same can be booked once more; empty while this one is to come.
    pub again: String,
    /// Why it can be neither moved nor called off any more, ready to read; empty if it can.
    pub fixed: String,
    /// The calendar file, or empty.
    pub calendar: String,
}

/// Something that happened to an appointment.
#[derive(Debug, Clone)]
pub struct Happening {
    /// Icon name.
    pub icon: &'static str,
    /// What, ready to read.
    pub what: String,
    /// When, with zone.
    pub when: String,
}

/// `/janji/{kode}/ubah`
#[derive(Debug, Clone, Template)]
#[template(path = "move.html", blocks = ["picker"])]
pub struct Move {
    /// The frame.
    pub shell: Shell,
    /// The appointment as it stands.
    pub visit: Visit,
    /// The times; the version of the appointment travels in its hidden values.
    pub picker: Picker,
}

/// `/janji/{kode}/batal`
#[derive(Debug, Clone, Template)]
#[template(path = "cancel.html")]
pub struct Cancel {
    /// The frame.
    pub shell: Shell,
    /// The appointment as it stands.
    pub visit: Visit,
    /// Where the form is posted.
    pub action: String,
    /// Why.
    pub reasons: Vec<Reason>,
    /// More words.
    pub note: Field,
    /// What it means for money and the slot, ready to read.
    pub consequence: String,
    /// Version of the appointment the page was made from.
    pub version: String,
    /// What must be mended.
    pub mends: Vec<Mend>,
}

/// A reason for calling off.
#[derive(Debug, Clone)]
pub struct Reason {
    /// What the form sends.
    pub value: &'static str,
    /// Text key.
    pub label: &'static str,
    /// It is the chosen one.
    pub chosen: bool,
}
