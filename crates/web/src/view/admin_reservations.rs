//! Appointments of the facilities, for who serves them (C9): the list, one of them, moving it, booking on behalf.

use askama::Template;

use super::{Chip, Field, Happening, Line, Mend, Option_, Pager, PersonFields, Picker, Shell, Tab, When};
use crate::filters;

/// `/admin`: every part of the work, where a phone's bar has no room for it.
#[derive(Debug, Clone, Template)]
#[template(path = "admin_home.html")]
pub struct AdminHome {
    /// The frame.
    pub shell: Shell,
    /// The parts this person may open.
    pub parts: Vec<AdminPart>,
}

/// A part of the work.
#[derive(Debug, Clone)]
pub struct AdminPart {
    /// Where it leads.
    pub href: &'static str,
    /// Icon name.
    pub icon: &'static str,
    /// Text key of its name.
    pub label: &'static str,
    /// Text key of what is done there.
    pub line: &'static str,
}

/// `/admin/reservations`
#[derive(Debug, Clone, Template)]
#[template(path = "admin_reservations.html", blocks = ["list"])]
pub struct Reservations {
    /// The frame.
    pub shell: Shell,
    /// The day shown in words; empty where days are not limited.
    pub day: String,
    /// The day shown, `YYYY-MM-DD`.
    pub date: String,
    /// The day before, today (empty on it) and the day after; empty where days are not limited.
    pub days: Option<(String, String, String)>,
    /// By state, with counts where they are known.
    pub tabs: Vec<Tab>,
    /// The state chosen, for the form of filters.
    pub state: String,
    /// Facilities to choose from; empty where there is one.
    pub facilities: Vec<Option_>,
    /// Doctors to choose from.
    pub doctors: Vec<Option_>,
    /// One patient or code alone is shown: who or which, and the address without.
    pub only: Option<(String, String)>,
    /// People found by a name, with where their appointments are; `None` where nobody was sought.
    pub found: Option<Vec<PatientFound>>,
    /// What came of the last deed, one line for each row.
    pub told: Vec<Told>,
    /// The rows.
    pub rows: Vec<Reservation>,
    /// This list with every row chosen.
    pub all: String,
    /// The views this person keeps.
    pub views: Vec<SavedView>,
    /// These filters as a view keeps them; `None` where they make none.
    pub kept: Option<String>,
    /// This list as a table to take along.
    pub export: String,
    /// This list, to come back to.
    pub back: String,
    /// May book on behalf.
    pub books: bool,
    /// What may be done with several at once.
    pub deeds: Vec<RowAct>,
    /// May call off several at once: with one reason.
    pub cancels: bool,
    /// May reject several at once: with one reason.
    pub rejects: bool,
    /// Where the list goes on.
    pub pager: Pager,
}

/// A view of the list, kept under a name.
#[derive(Debug, Clone)]
pub struct SavedView {
    /// What its owner calls it.
    pub name: String,
    /// The list so filtered.
    pub href: String,
    /// It is shown now.
    pub current: bool,
}

/// A person found by name or number.
#[derive(Debug, Clone)]
pub struct PatientFound {
    /// Where to go on with them.
    pub href: String,
    /// Name.
    pub name: String,
    /// Date of birth and age.
    pub born: String,
    /// Portrait.
    pub portrait: String,
}

/// What came of one row.
#[derive(Debug, Clone)]
pub struct Told {
    /// The booking code.
    pub code: String,
    /// It was done.
    pub done: bool,
    /// What came of it, ready to read.
    pub text: String,
}

/// Something that can be done with a press.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowAct {
    /// What the form sends.
    pub word: &'static str,
    /// Icon name.
    pub icon: &'static str,
    /// Text key.
    pub label: &'static str,
}

/// A row.
#[derive(Debug, Clone)]
pub struct Reservation {
    /// Its page.
    pub href: String,
    /// Code and version, as the form sends them.
    pub value: String,
    /// It is chosen at first.
    pub chosen: bool,
    /// When.
    pub when: When,
    /// Video (else at the facility).
    pub video: bool,
    /// The patient.
    pub patient: String,
    /// The code as it is read aloud.
    pub code: String,
    /// The doctor, or empty for a desk.
    pub doctor: String,
    /// The service.
    pub service: String,
    /// The facility; empty where all rows are of one.
    pub place: String,
    /// What it costs.
    pub fee: String,
    /// Its state.
    pub chip: Chip,
    /// Booked by staff, or past a rule: text keys.
    pub marks: Vec<&'static str>,
    /// What one would do next with it.
    pub next: Vec<RowAct>,
}

/// `/admin/reservations/{code}`
#[derive(Debug, Clone, Template)]
#[template(path = "admin_reservation.html")]
pub struct ReservationPage {
    /// The frame.
    pub shell: Shell,
    /// The appointment.
    pub row: Reservation,
    /// Its portrait.
    pub portrait: String,
    /// Facts about it.
    pub lines: Vec<Line>,
    /// Why it was called off, ready to read; may be empty.
    pub reason: String,
    /// What happened so far.
    pub happenings: Vec<Happening>,
    /// Where it can be moved; empty where it cannot.
    pub moves: String,
    /// It can be called off.
    pub cancels: bool,
    /// It can be rejected.
    pub rejects: bool,
    /// A visit for the same patient; empty where one may not book.
    pub again: String,
    /// What came of the last deed.
    pub told: Vec<Told>,
}

/// `/admin/reservations/{code}/move`
#[derive(Debug, Clone, Template)]
#[template(path = "admin_move.html", blocks = ["picker"])]
pub struct AdminMove {
    /// The frame.
    pub shell: Shell,
    /// What is moved.
    pub row: Reservation,
    /// The times.
    pub picker: Picker,
    /// Why.
    pub reason: Field,
}

/// `/admin/book`: for whom.
#[derive(Debug, Clone, Template)]
#[template(path = "admin_book.html")]
pub struct AdminBook {
    /// The frame.
    pub shell: Shell,
    /// What was sought.
    pub q: Field,
    /// Whom that found; `None` before a search.
    pub found: Option<Vec<PatientFound>>,
    /// May register patients.
    pub registers: bool,
    /// The form of a new patient is open.
    pub open: bool,
    /// The form of a new patient.
    pub person: PersonFields,
    /// What must be mended in it.
    pub mends: Vec<Mend>,
}

/// A doctor or a desk's service to book.
#[derive(Debug, Clone)]
pub struct BookChoice {
    /// Where its times are.
    pub href: String,
    /// Name.
    pub name: String,
    /// Speciality or kind, and the facility.
    pub line: String,
    /// What it costs.
    pub fee: String,
    /// The next free time, or empty.
    pub next: String,
    /// Portrait.
    pub portrait: String,
}

/// `/admin/book/{patient}`: what.
#[derive(Debug, Clone, Template)]
#[template(path = "admin_book_what.html")]
pub struct AdminBookWhat {
    /// The frame.
    pub shell: Shell,
    /// For whom; the address is where names are sought.
    pub patient: PatientFound,
    /// The doctor's or service's name sought.
    pub q: String,
    /// What can be booked.
    pub choices: Vec<BookChoice>,
}

/// `/admin/book/{patient}/{what}`: when.
#[derive(Debug, Clone, Template)]
#[template(path = "admin_book_when.html", blocks = ["picker"])]
pub struct AdminBookWhen {
    /// The frame.
    pub shell: Shell,
    /// For whom; the address leads back to the choice.
    pub patient: PatientFound,
    /// What was chosen.
    pub what: BookChoice,
    /// The times.
    pub picker: Picker,
    /// The complaint as typed.
    pub complaint: Field,
    /// A time past the rules, as typed.
    pub past: Field,
    /// Why the rules do not count, as typed.
    pub reason: Field,
    /// What must be mended.
    pub mends: Vec<Mend>,
}
