//! Rules of a facility, its closures, and what is the whole network's: specialities and holidays (C1, C4).

use askama::Template;

use super::{Conflict, Field, Mend, Option_, Shell, Tab};
use crate::filters;

/// `/admin/facilities/{id}/policy`
#[derive(Debug, Clone, Template)]
#[template(path = "admin_policy.html")]
pub struct AdminPolicy {
    /// The frame.
    pub shell: Shell,
    /// The facility.
    pub facility: String,
    /// Where it is sent.
    pub action: String,
    /// Version the page was made from.
    pub version: String,
    /// What must be mended.
    pub mends: Vec<Mend>,
    /// What somebody else changed meanwhile.
    pub stale: Option<Vec<Mend>>,
    /// The rules by what they are about.
    pub groups: Vec<PolicyGroup>,
    /// Closed on public holidays.
    pub holidays: bool,
    /// Closed on bridge days too.
    pub collective: bool,
}

/// Rules about one thing.
#[derive(Debug, Clone)]
pub struct PolicyGroup {
    /// Text key.
    pub label: &'static str,
    /// The rules.
    pub rows: Vec<PolicyRow>,
}

/// A rule.
#[derive(Debug, Clone)]
pub struct PolicyRow {
    /// Id of its field.
    pub id: &'static str,
    /// Text key.
    pub label: &'static str,
    /// Text key of a hint, or empty.
    pub hint: &'static str,
    /// Type of the input.
    pub kind: &'static str,
    /// It must be given.
    pub needed: bool,
    /// Its value.
    pub field: Field,
}

/// `/admin/facilities/{id}/closures`
#[derive(Debug, Clone, Template)]
#[template(path = "admin_closures.html")]
pub struct AdminClosures {
    /// The frame.
    pub shell: Shell,
    /// The facility.
    pub facility: String,
    /// `WITA (Makassar)`.
    pub zone: String,
    /// Where one more is sent.
    pub action: String,
    /// Closures ahead.
    pub rows: Vec<ClosureRow>,
    /// What must be mended.
    pub mends: Vec<Mend>,
    /// First day.
    pub from: Field,
    /// Last day.
    pub until: Field,
    /// From when on the first day.
    pub start: Field,
    /// Until when on the last day.
    pub end: Field,
    /// Why, for staff.
    pub reason: Field,
    /// A part of a day was asked for.
    pub parts: bool,
    /// Appointments in a closure that was just entered.
    pub affected: Option<AffectedVisits>,
}

/// A closure.
#[derive(Debug, Clone)]
pub struct ClosureRow {
    /// Where it is taken back.
    pub action: String,
    /// From and until.
    pub when: String,
    /// Why, or empty.
    pub reason: String,
}

/// Appointments somebody must decide about.
#[derive(Debug, Clone)]
pub struct AffectedVisits {
    /// How many there are.
    pub count: i64,
    /// Where they are moved or cancelled.
    pub href: String,
    /// The first of them.
    pub visits: Vec<Conflict>,
}

/// `/admin/specialities`
#[derive(Debug, Clone, Template)]
#[template(path = "admin_specialities.html")]
pub struct AdminSpecialities {
    /// The frame.
    pub shell: Shell,
    /// The lists of master data.
    pub tabs: Vec<Tab>,
    /// The specialities by name.
    pub rows: Vec<SpecialityRow>,
}

/// A speciality.
#[derive(Debug, Clone)]
pub struct SpecialityRow {
    /// Its page.
    pub href: String,
    /// Name in the language of the page.
    pub name: String,
    /// Name in the other.
    pub other: String,
    /// The title behind a doctor's name.
    pub title: String,
    /// Its part of an address.
    pub slug: String,
}

/// `/admin/holidays`
#[derive(Debug, Clone, Template)]
#[template(path = "admin_holidays.html")]
pub struct AdminHolidays {
    /// The frame.
    pub shell: Shell,
    /// The lists of master data.
    pub tabs: Vec<Tab>,
    /// The year shown.
    pub year: i16,
    /// The year before.
    pub previous: String,
    /// The year after.
    pub next: String,
    /// May change the list.
    pub edits: bool,
    /// The holidays of the year.
    pub rows: Vec<HolidayRow>,
    /// One that is there is being renamed.
    pub opened: bool,
    /// What must be mended.
    pub mends: Vec<Mend>,
    /// Date.
    pub date: Field,
    /// Name in Indonesian.
    pub name_id: Field,
    /// Name in English.
    pub name_en: Field,
    /// A bridge day.
    pub collective: bool,
    /// Facilities with closures of their own: address, name.
    pub places: Vec<Option_>,
}

/// A holiday.
#[derive(Debug, Clone)]
pub struct HolidayRow {
    /// `2026-12-25`.
    pub iso: String,
    /// `Jumat, 25 Desember 2026`.
    pub long: String,
    /// `Jum`.
    pub weekday: String,
    /// `25`.
    pub number: String,
    /// `Des`.
    pub month: String,
    /// Name.
    pub name: String,
    /// A bridge day.
    pub collective: bool,
    /// It is over.
    pub past: bool,
    /// Where it is opened for changing.
    pub edit: String,
    /// Where it is removed.
    pub remove: String,
}
