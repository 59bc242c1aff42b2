//! Facilities, departments, services, specialities, regions and doctors: what there is to be found.

use async_trait::async_trait;
use jiff::{Timestamp, civil::Date, civil::Time};
use platform::{Cx, Money, Result, db::Page, db::PageAsk};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::AccountId;

platform::id!(/// A place of care.
    FacilityId, "fac");
platform::id!(/// A department (poli) of a facility.
    DepartmentId, "dep");
platform::id!(/// Something a facility offers at a price.
    ServiceId, "svc");
platform::id!(/// A doctor.
    DoctorId, "doc");
platform::id!(/// A field of medicine.
    SpecialityId, "spc");

platform::words! {
    /// The four kinds of visit (C2).
    pub enum ServiceKind {
        /// A consultation with a doctor, in person or online.
        Consultation = "consultation",
        /// A laboratory test.
        LabTest = "lab_test",
        /// A medical procedure.
        Procedure = "procedure",
        /// A vaccination.
        Vaccination = "vaccination",
    }
}

platform::words! {
    /// How a visit takes place.
    pub enum Mode {
        /// At the facility.
        InPerson = "in_person",
        /// By video and chat.
        Online = "online",
    }
}

platform::words! {
    /// Whether a doctor may be found and booked.
    pub enum DoctorState {
        /// Registered themselves; waits for an approval (A3).
        Waiting = "waiting",
        /// Listed.
        Listed = "listed",
        /// Refused by an admin.
        Refused = "refused",
        /// No longer practising here.
        Retired = "retired",
    }
}

/// A text in both languages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Bilingual {
    /// Indonesian.
    pub id: String,
    /// English.
    pub en: String,
}

/// A facility.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Facility {
    /// Identifier.
    pub id: FacilityId,
    /// Its part of an address: `klinik-losari-medika`.
    pub slug: String,
    /// Name.
    pub name: String,
    /// IANA zone: `Asia/Makassar`.
    pub zone: String,
    /// Street address.
    pub address: String,
    /// Kemendagri code of its regency or city: `73.71`.
    pub regency: String,
    /// Name of its regency or city.
    pub regency_name: String,
    /// Latitude in degrees.
    pub latitude: Option<f64>,
    /// Longitude in degrees.
    pub longitude: Option<f64>,
    /// Phone.
    pub phone: Option<String>,
    /// Takes BPJS patients.
    pub bpjs: bool,
    /// Open for business.
    pub active: bool,
    /// Raised by every change.
    pub version: i64,
}

/// Adds or replaces a facility.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct FacilityForm {
    /// Name, at most 120 characters.
    pub name: String,
    /// IANA zone. Changing it later does not move appointments (R.T7).
    pub zone: String,
    /// Street address.
    pub address: String,
    /// Kemendagri code of the regency or city.
    pub regency: String,
    /// Latitude.
    #[serde(default)]
    pub latitude: Option<f64>,
    /// Longitude.
    #[serde(default)]
    pub longitude: Option<f64>,
    /// Phone.
    #[serde(default)]
    pub phone: Option<String>,
    /// Takes BPJS patients.
    #[serde(default)]
    pub bpjs: bool,
    /// Open for business.
    #[serde(default = "yes")]
    pub active: bool,
}

fn yes() -> bool {
    true
}

/// A department of a facility.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Department {
    /// Identifier.
    pub id: DepartmentId,
    /// The facility.
    pub facility: FacilityId,
    /// Name.
    pub name: Bilingual,
}

/// A field of medicine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Speciality {
    /// Identifier.
    pub id: SpecialityId,
    /// Its part of an address: `anak`.
    pub slug: String,
    /// Name of the field.
    pub name: Bilingual,
    /// The title behind the doctor's name: `Sp.A`.
    pub title: String,
}

/// Something a facility offers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Service {
    /// Identifier.
    pub id: ServiceId,
    /// The facility.
    pub facility: FacilityId,
    /// The department, if any.
    pub department: Option<DepartmentId>,
    /// Which of the four kinds.
    pub kind: ServiceKind,
    /// Name.
    pub name: Bilingual,
    /// How to prepare: fasting, papers to bring.
    pub preparation: Bilingual,
    /// Minutes a visit takes.
    pub duration_minutes: u16,
    /// Minutes kept free before it.
    pub buffer_before_minutes: u16,
    /// Minutes kept free after it.
    pub buffer_after_minutes: u16,
    /// Price, unless the doctor's own fee says otherwise.
    pub price: Money,
    /// How it may take place.
    pub modes: Vec<Mode>,
    /// Offered now.
    pub active: bool,
    /// Raised by every change.
    pub version: i64,
}

/// Adds or replaces a service.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ServiceForm {
    /// Made by whoever asks: a form that is sent twice with it adds one service. Not heeded in a change.
    #[serde(default)]
    pub id: Option<ServiceId>,
    /// The facility.
    pub facility: FacilityId,
    /// The department, if any.
    #[serde(default)]
    pub department: Option<DepartmentId>,
    /// Kind.
    pub kind: ServiceKind,
    /// Name.
    pub name: Bilingual,
    /// Preparation.
    #[serde(default)]
    pub preparation: Bilingual,
    /// Minutes, 5 to 720.
    pub duration_minutes: u16,
    /// Minutes before, up to 120.
    #[serde(default)]
    pub buffer_before_minutes: u16,
    /// Minutes after, up to 120.
    #[serde(default)]
    pub buffer_after_minutes: u16,
    /// Price in minor units of IDR.
    pub price: i64,
    /// Modes; at least one.
    pub modes: Vec<Mode>,
    /// Offered now.
    #[serde(default = "yes")]
    pub active: bool,
}

/// Weekly hours in the form that adds a doctor (B2): scheduling takes them over as the doctor's first schedule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WeeklyHours {
    /// 1 = Monday … 7 = Sunday (ISO 8601).
    pub weekday: u8,
    /// Local time of the facility.
    #[schema(value_type = String, format = "time")]
    pub from: Time,
    /// Local time; at or before `from` means the next day (R.T6).
    #[schema(value_type = String, format = "time")]
    pub until: Time,
    /// Modes offered in these hours.
    pub modes: Vec<Mode>,
}

/// A doctor's practice at one facility.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Practice {
    /// The facility.
    pub facility: FacilityId,
    /// Consultation services offered there, with the doctor's own fee where it differs from the service's price.
    pub services: Vec<PracticeService>,
    /// Number of the licence to practise there (SIP).
    pub sip_number: String,
    /// Last local date of that licence; not bookable after it (R.V8).
    #[schema(value_type = String, format = Date)]
    pub sip_until: Date,
    /// Consultation hours, taken in the same form; slot length follows the service.
    #[serde(default)]
    pub hours: Vec<WeeklyHours>,
}

/// A service as one doctor offers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PracticeService {
    /// The service.
    pub service: ServiceId,
    /// The doctor's fee in minor units of IDR, where it differs.
    #[serde(default)]
    pub fee: Option<i64>,
}

/// A doctor, whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Doctor {
    /// Identifier.
    pub id: DoctorId,
    /// Its part of an address: `sitti-khadijah-sp-a`.
    pub slug: String,
    /// Their account, if they have one.
    pub account: Option<AccountId>,
    /// Name with titles: `dr. Sitti Khadijah, Sp.A`.
    pub name: String,
    /// Sex, for the portrait and for patients who mind.
    pub sex: crate::people::Sex,
    /// Specialities.
    pub specialities: Vec<Speciality>,
    /// Year of first practice.
    pub practising_since: Option<i16>,
    /// Languages spoken, BCP 47: `id`, `en`, `bug`.
    pub languages: Vec<String>,
    /// A few sentences about themselves.
    pub about: Bilingual,
    /// Registration number (STR); shown to staff and the doctor.
    pub str_number: String,
    /// Last date of the registration; not bookable after it (R.V8). `None`: for life.
    #[schema(value_type = Option<String>, format = Date)]
    pub str_until: Option<Date>,
    /// Where they practise.
    pub practices: Vec<Practice>,
    /// Bookings need no acceptance by hand (C7).
    pub auto_accept: bool,
    /// Whether they may be found.
    pub state: DoctorState,
    /// Raised by every change.
    pub version: i64,
}

/// Adds or replaces a doctor; also the form of self-registration (A3).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DoctorForm {
    /// Name with titles, at most 120 characters.
    pub name: String,
    /// Sex.
    pub sex: crate::people::Sex,
    /// Specialities, at least one.
    pub specialities: Vec<SpecialityId>,
    /// Year of first practice.
    #[serde(default)]
    pub practising_since: Option<i16>,
    /// Languages.
    #[serde(default)]
    pub languages: Vec<String>,
    /// About.
    #[serde(default)]
    pub about: Bilingual,
    /// STR number.
    pub str_number: String,
    /// STR's last date.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub str_until: Option<Date>,
    /// Practices, at most 10.
    pub practices: Vec<Practice>,
    /// Accept bookings without asking.
    #[serde(default = "yes")]
    pub auto_accept: bool,
    /// The account that signs in as this doctor; given by staff only.
    #[serde(default)]
    pub account: Option<AccountId>,
}

platform::words! {
    /// How results are ordered.
    pub enum Sort {
        /// Best match first, then the earliest free time.
        Relevance = "relevance",
        /// The earliest free time first.
        Earliest = "earliest",
        /// The lowest fee first.
        Fee = "fee",
        /// By name.
        Name = "name",
    }
}

/// Filters for doctors (B3). All are optional and combine.
#[derive(Debug, Clone, Default, Serialize, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct DoctorSearch {
    /// Name, speciality or facility, typing errors forgiven; at most 100 characters.
    pub q: Option<String>,
    /// Speciality's slug.
    pub speciality: Option<String>,
    /// Kemendagri code of a regency/city or province, or the beginning of the city's name.
    pub city: Option<String>,
    /// Facility.
    pub facility: Option<FacilityId>,
    /// Kind of service.
    pub kind: Option<ServiceKind>,
    /// In person or online.
    pub mode: Option<Mode>,
    /// Only facilities that take BPJS.
    pub bpjs: Option<bool>,
    /// Fee at most, minor units of IDR.
    pub fee_max: Option<i64>,
    /// Free within so many days from today.
    pub free_within_days: Option<u16>,
    /// Order.
    pub sort: Option<Sort>,
    /// Page.
    #[serde(flatten)]
    #[param(inline)]
    pub page: PageAsk,
}

/// A doctor at a facility, in a list of results.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DoctorCard {
    /// The doctor.
    pub id: DoctorId,
    /// Slug.
    pub slug: String,
    /// Name with titles.
    pub name: String,
    /// Sex, for the portrait.
    pub sex: crate::people::Sex,
    /// Specialities.
    pub specialities: Vec<Bilingual>,
    /// Years of practice.
    pub years: Option<i16>,
    /// The facility of the earliest free time (or the first that fits the filters).
    pub facility: FacilityId,
    /// Its name.
    pub facility_name: String,
    /// Its city.
    pub city: String,
    /// Its zone.
    pub zone: String,
    /// Lowest fee that fits the filters.
    pub fee: Money,
    /// Modes offered.
    pub modes: Vec<Mode>,
    /// Takes BPJS there.
    pub bpjs: bool,
    /// The earliest free start known; a hint, the doctor's page has the truth.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub earliest_free: Option<Timestamp>,
}

/// Filters for facilities.
#[derive(Debug, Clone, Default, Serialize, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct FacilitySearch {
    /// Name, typing errors forgiven.
    pub q: Option<String>,
    /// City, as in [`DoctorSearch::city`].
    pub city: Option<String>,
    /// Kind of service offered.
    pub kind: Option<ServiceKind>,
    /// Only facilities whose directory one edits, closed ones too.
    pub managed: Option<bool>,
    /// Page.
    #[serde(flatten)]
    #[param(inline)]
    pub page: PageAsk,
}

/// Filters for the doctors of one's facilities, in every state.
#[derive(Debug, Clone, Default, Serialize, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct DoctorRecords {
    /// Words of the name; at most 100 characters.
    pub q: Option<String>,
    /// Facility.
    pub facility: Option<FacilityId>,
    /// Speciality.
    pub speciality: Option<SpecialityId>,
    /// State.
    pub state: Option<DoctorState>,
    /// Page.
    #[serde(flatten)]
    #[param(inline)]
    pub page: PageAsk,
}

/// A province, regency/city or district.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Region {
    /// Kemendagri code: `73`, `73.71`, `73.71.01`.
    pub code: String,
    /// Name.
    pub name: String,
}

/// What an import did, or would do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportReport {
    /// Rows added.
    pub added: u64,
    /// Rows that changed something already there.
    pub changed: u64,
    /// Rows that were as they are already.
    pub same: u64,
    /// Rows refused, each with its line (the header is line 1) and reason.
    pub refused: Vec<RefusedRow>,
    /// In a preview, every good row by line, with what would become of it; empty otherwise.
    #[serde(default)]
    pub rows: Vec<GoodRow>,
}

platform::words! {
    /// What a row of a file is.
    pub enum RowKind {
        /// A region.
        Region = "region",
        /// A facility.
        Facility = "facility",
        /// A service of a facility, with its price.
        Service = "service",
        /// A doctor at a facility.
        Doctor = "doctor",
    }
}

platform::words! {
    /// What becomes of a good row.
    pub enum RowFate {
        /// It is new.
        Added = "added",
        /// It changes what is there.
        Changed = "changed",
        /// It is there already, just so.
        Same = "same",
    }
}

/// A row that was, or would be, taken in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GoodRow {
    /// Line in the file.
    pub line: u64,
    /// What it is.
    pub kind: RowKind,
    /// Its name, as the file has it.
    pub name: String,
    /// What becomes of it.
    pub fate: RowFate,
}

/// A row that was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RefusedRow {
    /// Line in the file.
    pub line: u64,
    /// The column, where one is to blame.
    pub field: String,
    /// What stands in that cell, at most 60 characters; empty where nothing does, or it is nobody's to repeat.
    #[serde(default)]
    pub cell: String,
    /// Why and what to do, in the asker's language.
    pub reason: String,
}

/// The verbs of directory. Reading needs no permission: it is what the public may see.
#[async_trait]
pub trait Directory: Send + Sync {
    /// Doctors to be found (B3).
    async fn search_doctors(&self, cx: &Cx, ask: DoctorSearch) -> Result<Page<DoctorCard>>;
    /// A listed doctor by id or slug; staff and the doctor see those not listed too; else 404.
    async fn doctor(&self, cx: &Cx, id_or_slug: &str) -> Result<Doctor>;
    /// The doctor that the asker's account signs in as.
    async fn my_doctor(&self, cx: &Cx) -> Result<Doctor>;
    /// Everything that is wrong with a doctor's form, without keeping anything: 422.
    async fn check_doctor(&self, cx: &Cx, form: &DoctorForm) -> Result<()>;
    /// Adds a doctor, listed at once (staff, B2).
    async fn add_doctor(&self, cx: &Cx, form: DoctorForm) -> Result<Doctor>;
    /// A doctor registers themselves and waits (A3).
    async fn register_doctor(&self, cx: &Cx, form: DoctorForm) -> Result<Doctor>;
    /// Replaces a doctor's fields, at that version.
    async fn change_doctor(&self, cx: &Cx, id: &DoctorId, version: i64, form: DoctorForm) -> Result<Doctor>;
    /// The doctors of one's facilities by name, in every state (A3, B2).
    async fn doctor_records(&self, cx: &Cx, ask: DoctorRecords) -> Result<Page<Doctor>>;
    /// Doctors who wait for an approval.
    async fn waiting_doctors(&self, cx: &Cx, page: PageAsk) -> Result<Page<Doctor>>;
    /// Approves or refuses one who waits.
    async fn decide_doctor(
        &self,
        cx: &Cx,
        id: &DoctorId,
        version: i64,
        approve: bool,
        reason: Option<String>,
    ) -> Result<Doctor>;
    /// Takes a doctor out of the list; appointments stay (R.V5).
    async fn retire_doctor(&self, cx: &Cx, id: &DoctorId, version: i64) -> Result<Doctor>;
    /// Puts a retired doctor back into the list.
    async fn relist_doctor(&self, cx: &Cx, id: &DoctorId, version: i64) -> Result<Doctor>;

    /// Facilities to be found.
    async fn search_facilities(&self, cx: &Cx, ask: FacilitySearch) -> Result<Page<Facility>>;
    /// A facility by id or slug.
    async fn facility(&self, cx: &Cx, id_or_slug: &str) -> Result<Facility>;
    /// Adds a facility.
    async fn add_facility(&self, cx: &Cx, form: FacilityForm) -> Result<Facility>;
    /// Replaces a facility's fields.
    async fn change_facility(&self, cx: &Cx, id: &FacilityId, version: i64, form: FacilityForm) -> Result<Facility>;

    /// A facility's departments.
    async fn departments(&self, cx: &Cx, facility: &FacilityId) -> Result<Vec<Department>>;
    /// Adds a department.
    async fn add_department(&self, cx: &Cx, facility: &FacilityId, name: Bilingual) -> Result<Department>;
    /// Gives a department another name.
    async fn rename_department(&self, cx: &Cx, id: &DepartmentId, name: Bilingual) -> Result<Department>;
    /// Removes a department that no service names.
    async fn remove_department(&self, cx: &Cx, id: &DepartmentId) -> Result<()>;

    /// A facility's services, of one kind or all.
    async fn services(&self, cx: &Cx, facility: &FacilityId, kind: Option<ServiceKind>) -> Result<Vec<Service>>;
    /// One service.
    async fn service(&self, cx: &Cx, id: &ServiceId) -> Result<Service>;
    /// Adds a service.
    async fn add_service(&self, cx: &Cx, form: ServiceForm) -> Result<Service>;
    /// Replaces a service's fields; appointments keep what they were booked with (R.V5).
    async fn change_service(&self, cx: &Cx, id: &ServiceId, version: i64, form: ServiceForm) -> Result<Service>;

    /// All specialities.
    async fn specialities(&self, cx: &Cx) -> Result<Vec<Speciality>>;
    /// Adds a speciality.
    async fn add_speciality(&self, cx: &Cx, slug: String, name: Bilingual, title: String) -> Result<Speciality>;
    /// Gives a speciality another name and title; its address stays.
    async fn change_speciality(&self, cx: &Cx, id: &SpecialityId, name: Bilingual, title: String)
    -> Result<Speciality>;
    /// Regions below a code; provinces for none.
    async fn regions(&self, cx: &Cx, below: Option<String>) -> Result<Vec<Region>>;

    /// Imports rows of `regions`, `facilities`, `services` or `doctors`, or of the last three in one file (`network`), from
    /// CSV: every bad row named, good rows kept, harmless twice.
    async fn import(&self, cx: &Cx, what: &str, csv: Vec<u8>) -> Result<ImportReport>;
    /// What [`Directory::import`] would do with this file now, row by row, at most 2,000 of them; nothing is kept.
    async fn preview_import(&self, cx: &Cx, what: &str, csv: Vec<u8>) -> Result<ImportReport>;
    /// The asker's `facilities`, `services` or `doctors` (of one facility, or all they serve) as a table for a spreadsheet,
    /// at most 10,000 rows, with the columns that [`Directory::import`] takes. 422 where there are more. Doctors' are audited.
    async fn export(&self, cx: &Cx, what: &str, facility: Option<FacilityId>) -> Result<String>;
}

crate::event! {
    /// A facility as others may know it.
    FacilityChanged, "directory.facility_changed.v1", Profile, "directory", facility {
        /// The facility.
        pub facility: FacilityId,
        /// Slug.
        pub slug: String,
        /// Name.
        pub name: String,
        /// IANA zone.
        pub zone: String,
        /// Street address and city.
        pub address: String,
        /// Open for business.
        pub active: bool,
    }
}

crate::event! {
    /// A service as others may know it.
    ServiceChanged, "directory.service_changed.v1", Profile, "directory", service {
        /// The service.
        pub service: ServiceId,
        /// All of it.
        pub details: Service,
    }
}

crate::event! {
    /// A doctor as others may know them.
    DoctorChanged, "directory.doctor_changed.v1", Profile, "directory", doctor {
        /// The doctor.
        pub doctor: DoctorId,
        /// Slug.
        pub slug: String,
        /// Account.
        pub account: Option<AccountId>,
        /// Name with titles.
        pub name: String,
        /// Sex, for the portrait.
        pub sex: crate::people::Sex,
        /// First speciality.
        pub speciality: Bilingual,
        /// STR's last date.
        pub str_until: Option<Date>,
        /// Practices with services, fees, SIP and first hours.
        pub practices: Vec<Practice>,
        /// Accepts without asking.
        pub auto_accept: bool,
        /// Whether they may be booked.
        pub state: DoctorState,
    }
}

crate::event! {
    /// An account that registered as a doctor was approved or refused.
    DoctorDecided, "directory.doctor_decided.v1", Fact, "directory", doctor {
        /// The doctor.
        pub doctor: DoctorId,
        /// Their account.
        pub account: AccountId,
        /// Approved or refused.
        pub approved: bool,
    }
}
