//! Doctors for those who take them on (B2).

use askama::Template;

use super::{Field, Mend, Option_, Pager, PhotoForm, Shell, Tab};
use crate::filters;

/// `/admin/doctors`
#[derive(Debug, Clone, Template)]
#[template(path = "admin_doctors.html", blocks = ["list"])]
pub struct AdminDoctors {
    /// The frame.
    pub shell: Shell,
    /// The lists of master data.
    pub tabs: Vec<Tab>,
    /// What was sought.
    pub q: String,
    /// Facilities to filter by.
    pub facilities: Vec<Option_>,
    /// Specialities to filter by.
    pub specialities: Vec<Option_>,
    /// States to filter by.
    pub states: Vec<Option_>,
    /// The doctors.
    pub rows: Vec<DoctorRecord>,
    /// How many wait for an approval.
    pub waiting: usize,
    /// May take one on.
    pub adds: bool,
    /// Where the list goes on.
    pub pager: Pager,
}

/// A doctor in the list.
#[derive(Debug, Clone)]
pub struct DoctorRecord {
    /// Their page.
    pub href: String,
    /// Name with titles.
    pub name: String,
    /// Portrait.
    pub portrait: String,
    /// Specialities.
    pub speciality: String,
    /// Facilities.
    pub places: String,
    /// The paper that runs out first, ready to read.
    pub papers: String,
    /// Class of that line.
    pub papers_class: &'static str,
    /// Text key of the state.
    pub state: &'static str,
    /// Class of its chip.
    pub class: &'static str,
}

/// `/admin/doctors/new`, `/admin/doctors/{id}`
#[derive(Debug, Clone, Template)]
#[template(path = "admin_doctor_form.html")]
pub struct AdminDoctorForm {
    /// The frame.
    pub shell: Shell,
    /// Where it is sent.
    pub action: String,
    /// Version the page was made from; empty for a new one.
    pub version: String,
    /// What must be mended.
    pub mends: Vec<Mend>,
    /// What somebody else changed meanwhile.
    pub stale: Option<Vec<Mend>>,
    /// May save; else it is shown only.
    pub edits: bool,
    /// Portrait of one who is there.
    pub portrait: String,
    /// Gives one who is there a photo, or takes it away; none where one may not.
    pub photo: Option<PhotoForm>,
    /// What patients see of them, or empty.
    pub public: String,
    /// Text key and chip of the state of one who is there.
    pub state: Option<(&'static str, &'static str)>,
    /// Waits for an approval.
    pub waits: bool,
    /// May be retired.
    pub retires: bool,
    /// May be listed again.
    pub relists: bool,
    /// Version of one who is there.
    pub kept_version: i64,
    /// Name with titles.
    pub name: Field,
    /// Sex.
    pub sex: Field,
    /// Specialities to choose from.
    pub specialities: Vec<Option_>,
    /// What is wrong with them.
    pub specialities_field: Field,
    /// Year of first practice.
    pub since: Field,
    /// Languages to choose from.
    pub languages: Vec<Option_>,
    /// What is wrong with them.
    pub languages_field: Field,
    /// About, in Indonesian.
    pub about_id: Field,
    /// About, in English.
    pub about_en: Field,
    /// Bookings need no acceptance.
    pub auto_accept: bool,
    /// STR number.
    pub str_number: Field,
    /// The STR's last date; empty for life.
    pub str_until: Field,
    /// E-mail of the account that signs in as this doctor.
    pub account: Field,
    /// Where they practise.
    pub practices: Vec<PracticeBlock>,
    /// Facilities that may be added.
    pub more: Vec<Option_>,
    /// What is wrong with the choice of one.
    pub place: Field,
    /// Practices at facilities of others, which stay as they are.
    pub elsewhere: usize,
}

/// A practice in the form.
#[derive(Debug, Clone)]
pub struct PracticeBlock {
    /// Its number in the form.
    pub n: usize,
    /// The facility's id.
    pub facility: String,
    /// The facility's name.
    pub name: String,
    /// Name of the field that holds the facility.
    pub facility_name: &'static str,
    /// Id of the licence's field.
    pub sip_id: &'static str,
    /// Number of the licence.
    pub sip: Field,
    /// Id of its last date's field.
    pub until_id: &'static str,
    /// Its last date.
    pub until: Field,
    /// Id of the services' fields.
    pub services_id: &'static str,
    /// Services to choose from.
    pub services: Vec<OfferedService>,
    /// What is wrong with them.
    pub services_field: Field,
    /// Where a service is added.
    pub new_service: String,
    /// Id of the hours' fields.
    pub hours_id: &'static str,
    /// What is wrong with the hours.
    pub hours_field: Field,
    /// Days of a new practice, Monday first.
    pub days: Vec<PracticeDay>,
    /// Where the hours of one that is there are edited.
    pub hours: String,
}

/// A service as a doctor may offer it.
#[derive(Debug, Clone)]
pub struct OfferedService {
    /// Its id.
    pub value: String,
    /// Name.
    pub name: String,
    /// Its price, formatted.
    pub price: String,
    /// Offered.
    pub chosen: bool,
    /// The doctor's own fee as typed.
    pub fee: String,
    /// Name of that field.
    pub fee_name: String,
}

/// A weekday of a new practice.
#[derive(Debug, Clone)]
pub struct PracticeDay {
    /// `Senin`.
    pub name: &'static str,
    /// Its sessions.
    pub sessions: Vec<PracticeHours>,
}

/// A session of a new practice.
#[derive(Debug, Clone)]
pub struct PracticeHours {
    /// Name of the first field.
    pub from_name: String,
    /// `09:00`, or empty.
    pub from: String,
    /// Name of the second.
    pub until_name: String,
    /// `12:00`, or empty.
    pub until: String,
}
