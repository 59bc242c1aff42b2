//! Who may come when: schedules, free times, holds and appointments.

use async_trait::async_trait;
use jiff::{Timestamp, civil::Date, civil::Time};
use platform::{Cx, Money, Result, db::Page, db::PageAsk};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    auth::AccountId,
    directory::{DoctorId, FacilityId, Mode, ServiceId, ServiceKind},
    people::PatientId,
};

platform::id!(/// A visit: one through all its changes (R.N2).
    AppointmentId, "apt");
platform::id!(/// A time kept for somebody while they fill in the form.
    HoldId, "hld");
platform::id!(/// The hours of a doctor at a facility, or of a service desk.
    ScheduleId, "sch");
platform::id!(/// A departure from the weekly hours: leave, closure, changed hours, a single slot.
    ExceptionId, "exc");

platform::words! {
    /// The state of an appointment (ARCHITECTURE.md §3).
    pub enum State {
        /// Kept for a moment.
        Held = "held",
        /// Waits for the doctor's acceptance.
        Pending = "pending",
        /// Waits for payment.
        AwaitingPayment = "awaiting_payment",
        /// Will take place.
        Booked = "booked",
        /// The patient is there.
        Arrived = "arrived",
        /// With the doctor now.
        InProgress = "in_progress",
        /// Took place.
        Fulfilled = "fulfilled",
        /// Will not take place.
        Cancelled = "cancelled",
        /// The patient did not come.
        NoShow = "noshow",
    }
}

platform::words! {
    /// Who cancelled, in the words of the status table.
    pub enum CancelledBy {
        /// The patient or their family.
        Patient = "patient",
        /// The doctor.
        Doctor = "doctor",
        /// Staff.
        Clinic = "clinic",
        /// The program: an expired hold or an unanswered request.
        System = "system",
    }
}

/// What is asked for: a service at a facility, with a doctor for consultations, in a mode.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub struct Offer {
    /// The facility.
    pub facility: FacilityId,
    /// The service.
    pub service: ServiceId,
    /// The doctor; none for a desk's services (lab, vaccination).
    #[serde(default)]
    pub doctor: Option<DoctorId>,
    /// In person or online.
    pub mode: Mode,
}

/// Asks for free times.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FreeTimesAsk {
    /// The offer.
    #[serde(flatten)]
    #[param(inline)]
    pub offer: Offer,
    /// First local date; today in the facility's zone when absent.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    pub from: Option<Date>,
    /// How many days, 1 to 31; 14 when absent.
    #[serde(default)]
    pub days: Option<u16>,
    /// Show times already taken as well, marked so.
    #[serde(default)]
    pub taken: bool,
}

/// Free times by local day of the facility.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct FreeTimes {
    /// The facility's zone.
    pub zone: String,
    /// Minutes a visit takes.
    pub duration_minutes: u16,
    /// What it costs.
    pub price: Money,
    /// The earliest free start within the days asked for.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub earliest: Option<Timestamp>,
    /// Every day asked for, in order.
    pub days: Vec<DayTimes>,
}

platform::words! {
    /// Why a day looks as it does.
    pub enum DayStatus {
        /// Has free times.
        Open = "open",
        /// Had times; all are taken.
        Full = "full",
        /// No practice on this weekday.
        Off = "off",
        /// A holiday.
        Holiday = "holiday",
        /// The doctor is on leave or the facility closed.
        Leave = "leave",
        /// Too far ahead, or past.
        Outside = "outside",
    }
}

/// One local day.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DayTimes {
    /// Local date of the facility.
    #[schema(value_type = String, format = Date)]
    pub date: Date,
    /// Why it looks as it does.
    pub status: DayStatus,
    /// Free starts and, for the picker, taken ones.
    pub times: Vec<SlotTime>,
}

/// One start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SlotTime {
    /// When it starts, with the facility's offset (RFC 3339).
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Local wall-clock time, `10:30`.
    pub local: String,
    /// Whether it can be booked.
    pub free: bool,
}

/// Keeps a time for the asker for a few minutes (R.H1).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AskHold {
    /// The offer.
    #[serde(flatten)]
    pub offer: Offer,
    /// Start.
    #[schema(value_type = String, format = DateTime)]
    pub starts_at: Timestamp,
}

/// A time kept.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Hold {
    /// Identifier; guests prove by it that the hold is theirs.
    pub id: HoldId,
    /// The offer.
    #[serde(flatten)]
    pub offer: Offer,
    /// Start.
    #[schema(value_type = String, format = DateTime)]
    pub starts_at: Timestamp,
    /// End.
    #[schema(value_type = String, format = DateTime)]
    pub ends_at: Timestamp,
    /// Until when it is kept.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
    /// The facility's zone.
    pub zone: String,
    /// What it will cost.
    pub price: Money,
}

/// Books an appointment: from a hold, or at a time directly.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Book {
    /// The offer.
    #[serde(flatten)]
    pub offer: Offer,
    /// Start.
    #[schema(value_type = String, format = DateTime)]
    pub starts_at: Timestamp,
    /// For whom: oneself, a family member; anyone for staff.
    pub patient: PatientId,
    /// "Silahkan isi keluhan anda": the complaint in the patient's words, 3 to 1,000 characters (C5). Encrypted at rest.
    #[serde(default)]
    pub complaint: String,
    /// The hold this comes from, if any.
    #[serde(default)]
    pub hold: Option<HoldId>,
    /// Staff only: book past notice, cap or capacity, with this reason (R.L5).
    #[serde(default)]
    pub override_reason: Option<String>,
}

/// An appointment as the asker may see it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Appointment {
    /// Identifier.
    pub id: AppointmentId,
    /// Booking code to say at the desk: no ambiguous letters, not guessable, unique in the facility (R.C10).
    pub code: String,
    /// State.
    pub state: State,
    /// The patient.
    pub patient: PatientId,
    /// Their name.
    pub patient_name: String,
    /// Their date of birth.
    #[schema(value_type = Option<String>, format = Date)]
    pub patient_birth_date: Option<Date>,
    /// Their sex.
    pub patient_sex: Option<crate::people::Sex>,
    /// The offer.
    #[serde(flatten)]
    pub offer: Offer,
    /// Kind of service.
    pub kind: ServiceKind,
    /// Name of the service in both languages.
    pub service_name: crate::directory::Bilingual,
    /// How to prepare.
    pub preparation: crate::directory::Bilingual,
    /// The doctor's name with titles.
    pub doctor_name: Option<String>,
    /// The doctor's slug.
    pub doctor_slug: Option<String>,
    /// The doctor's sex, for the portrait.
    pub doctor_sex: Option<crate::people::Sex>,
    /// The facility's name.
    pub facility_name: String,
    /// Its address.
    pub facility_address: String,
    /// Start.
    #[schema(value_type = String, format = DateTime)]
    pub starts_at: Timestamp,
    /// End.
    #[schema(value_type = String, format = DateTime)]
    pub ends_at: Timestamp,
    /// The facility's zone when it was booked.
    pub zone: String,
    /// Local date of the facility.
    #[schema(value_type = String, format = Date)]
    pub local_date: Date,
    /// The tariff it was booked at (R.H6).
    pub price: Money,
    /// The complaint; only for the patient's side and the doctor.
    pub complaint: Option<String>,
    /// When it was booked.
    #[schema(value_type = String, format = DateTime)]
    pub booked_at: Timestamp,
    /// Booked by staff for the patient.
    pub on_behalf: bool,
    /// Booked past a rule, with a reason.
    pub overbooked: bool,
    /// How often the patient has moved it.
    pub moves: i64,
    /// Who cancelled it.
    pub cancelled_by: Option<CancelledBy>,
    /// Reason of the last change, where one was given.
    pub reason: Option<String>,
    /// What the asker may do with it now.
    pub may: Vec<Deed>,
    /// What cancelling costs now, for the patient.
    pub cancel_fee: Money,
    /// Until when it can be cancelled or moved without a fee.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub free_until: Option<Timestamp>,
    /// Raised by every change; the ETag.
    pub version: i64,
}

platform::words! {
    /// What can be done with an appointment.
    pub enum Deed {
        /// Accept a request.
        Accept = "accept",
        /// Reject a request.
        Reject = "reject",
        /// Cancel.
        Cancel = "cancel",
        /// Move to another time.
        Move = "move",
        /// Mark as arrived.
        Arrive = "arrive",
        /// Begin the visit.
        Start = "start",
        /// Mark as taken place.
        Fulfil = "fulfil",
        /// Mark as not come.
        NoShow = "noshow",
        /// Correct a final state.
        Correct = "correct",
    }
}

/// A change of state.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Change {
    /// What to do. `move` and `correct` have verbs of their own.
    pub deed: Deed,
    /// Why; required of doctors and staff who cancel or reject. At most 300 characters.
    #[serde(default)]
    pub reason: Option<String>,
}

/// Moves an appointment to another time, and staff also to another doctor or mode.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Reschedule {
    /// New start.
    #[schema(value_type = String, format = DateTime)]
    pub starts_at: Timestamp,
    /// New doctor, by staff.
    #[serde(default)]
    pub doctor: Option<DoctorId>,
    /// Why; required of doctors and staff.
    #[serde(default)]
    pub reason: Option<String>,
    /// Staff only: past notice, cap or capacity, with this reason.
    #[serde(default)]
    pub override_reason: Option<String>,
}

/// One line of an appointment's history.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct HistoryLine {
    /// The state it came to.
    pub state: State,
    /// Start at that time.
    #[schema(value_type = String, format = DateTime)]
    pub starts_at: Timestamp,
    /// Who.
    pub actor: String,
    /// Why.
    pub reason: Option<String>,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}

platform::words! {
    /// Which side of now.
    pub enum When {
        /// Not over, first first.
        Upcoming = "upcoming",
        /// Over or cancelled, last first.
        Past = "past",
    }
}

/// Filters for appointments. What comes back is only what the asker may see.
#[derive(Debug, Clone, Default, Serialize, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct AppointmentSearch {
    /// Coming or past; everything, by time, when absent.
    pub when: Option<When>,
    /// One's own and one's family's (the default for patients), or those one serves.
    pub mine: Option<bool>,
    /// State.
    pub state: Option<State>,
    /// Patient.
    pub patient: Option<PatientId>,
    /// Doctor.
    pub doctor: Option<DoctorId>,
    /// Facility.
    pub facility: Option<FacilityId>,
    /// First local date.
    #[param(value_type = Option<String>)]
    pub from: Option<Date>,
    /// Last local date.
    #[param(value_type = Option<String>)]
    pub until: Option<Date>,
    /// Booking code.
    pub code: Option<String>,
    /// Page.
    #[serde(flatten)]
    #[param(inline)]
    pub page: PageAsk,
}

/// Hours of one schedule on one weekday.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Hours {
    /// 1 = Monday … 7 = Sunday.
    pub weekday: u8,
    /// Local time.
    #[schema(value_type = String, format = "time")]
    pub from: Time,
    /// Local time; at or before `from` means the next day.
    #[schema(value_type = String, format = "time")]
    pub until: Time,
    /// First local date these hours hold.
    #[schema(value_type = String, format = Date)]
    pub valid_from: Date,
    /// Last local date, or for good.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub valid_until: Option<Date>,
    /// Minutes from one start to the next; the service's length when absent.
    #[serde(default)]
    pub slot_minutes: Option<u16>,
    /// Visits at the same time.
    #[serde(default = "one")]
    pub capacity: u16,
    /// Modes offered.
    pub modes: Vec<Mode>,
    /// Services offered in these hours; all of the schedule's when empty.
    #[serde(default)]
    pub services: Vec<ServiceId>,
}

fn one() -> u16 {
    1
}

/// A schedule: of a doctor at a facility, or of a facility's desk.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Schedule {
    /// Identifier.
    pub id: ScheduleId,
    /// The facility.
    pub facility: FacilityId,
    /// The doctor, unless it is a desk's.
    pub doctor: Option<DoctorId>,
    /// The desk's services, unless it is a doctor's.
    pub services: Vec<ServiceId>,
    /// Weekly hours.
    pub hours: Vec<Hours>,
    /// At most so many visits on a local date.
    pub daily_cap: Option<u16>,
    /// Raised by every change; the ETag.
    pub version: i64,
}

/// Replaces a schedule's hours. Appointments outside the new hours stay and are answered with (R.V4, R.V5).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ScheduleForm {
    /// The facility.
    pub facility: FacilityId,
    /// The doctor, or
    #[serde(default)]
    pub doctor: Option<DoctorId>,
    /// the desk's services.
    #[serde(default)]
    pub services: Vec<ServiceId>,
    /// Weekly hours, at most 60 rows.
    pub hours: Vec<Hours>,
    /// Daily cap.
    #[serde(default)]
    pub daily_cap: Option<u16>,
}

platform::words! {
    /// What an exception does (R.V1: closure and leave win over changed hours, these over holidays, these over the week).
    pub enum ExceptionKind {
        /// Nobody there: leave, illness, closure.
        Absent = "absent",
        /// These hours instead of the week's on that date, holiday or not.
        Instead = "instead",
        /// These hours besides the week's.
        Extra = "extra",
    }
}

/// A departure from the weekly hours.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Exception {
    /// Identifier; made by the server.
    #[serde(default)]
    pub id: Option<ExceptionId>,
    /// The schedule; or
    #[serde(default)]
    pub schedule: Option<ScheduleId>,
    /// a doctor at all facilities; or
    #[serde(default)]
    pub doctor: Option<DoctorId>,
    /// a whole facility.
    #[serde(default)]
    pub facility: Option<FacilityId>,
    /// What it does.
    pub kind: ExceptionKind,
    /// Start.
    #[schema(value_type = String, format = DateTime)]
    pub starts_at: Timestamp,
    /// End.
    #[schema(value_type = String, format = DateTime)]
    pub ends_at: Timestamp,
    /// Minutes per slot, for `instead` and `extra`.
    #[serde(default)]
    pub slot_minutes: Option<u16>,
    /// Visits at the same time, for `instead` and `extra`.
    #[serde(default)]
    pub capacity: Option<u16>,
    /// Why, for staff; at most 200 characters.
    #[serde(default)]
    pub reason: Option<String>,
}

/// What a change of hours leaves outside: somebody must decide about each (R.V4).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Affected {
    /// How many.
    pub count: i64,
    /// The first 100.
    pub appointments: Vec<Appointment>,
}

/// A holiday.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Holiday {
    /// Date.
    #[schema(value_type = String, format = Date)]
    pub date: Date,
    /// Name.
    pub name: crate::directory::Bilingual,
    /// A bridge day by decree (cuti bersama).
    pub collective_leave: bool,
}

/// How a facility takes bookings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Policy {
    /// Minutes of notice for booking by the public.
    pub book_notice_minutes: u32,
    /// Minutes of notice for moving by the patient.
    pub move_notice_minutes: u32,
    /// Minutes of notice for cancelling by the patient.
    pub cancel_notice_minutes: u32,
    /// Minutes before the start until which cancelling and moving is free of a fee.
    pub free_change_minutes: u32,
    /// Fee afterwards, minor units of IDR.
    pub late_fee: i64,
    /// How often a patient may move one appointment; clinic's changes do not count (R.N3).
    pub max_moves: u32,
    /// Days ahead that can be booked.
    pub horizon_days: u16,
    /// Local time after which the same day is closed to the public.
    #[schema(value_type = Option<String>, format = "time")]
    pub same_day_cut_off: Option<Time>,
    /// Live consultations of a patient per local date (C4); 0 is without limit.
    pub daily_limit: u16,
    /// Coming appointments of a patient at most (R.L1); 0 is without limit.
    pub max_upcoming: u16,
    /// Minutes a hold is kept.
    pub hold_minutes: u16,
    /// Minutes after the start before no-show may be set (R.N4).
    pub no_show_grace_minutes: u16,
    /// Minutes a request may wait for acceptance before it lapses; never later than its start.
    pub accept_within_minutes: u32,
    /// Closed on public holidays.
    pub closed_on_holidays: bool,
    /// Closed on bridge days too.
    pub closed_on_collective_leave: bool,
    /// Raised by every change.
    pub version: i64,
}

/// Why a date has no free time: the rules that speak, in order.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct WhyNot {
    /// Text key of the rule: `holiday`, `leave`, `licence`, `notice`, `horizon`, `full` …
    pub rule: String,
    /// Values for the text.
    pub args: Vec<(String, String)>,
}

/// What is counted for a plain comparison: appointments of a facility and local day by state.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DayCount {
    /// The facility.
    pub facility: FacilityId,
    /// Local date.
    #[schema(value_type = String, format = Date)]
    pub date: Date,
    /// State.
    pub state: State,
    /// How many.
    pub count: i64,
}

/// The verbs of scheduling.
#[async_trait]
pub trait Scheduling: Send + Sync {
    /// Free times of an offer (C3). Free and busy only: no names, no reasons (R.G9).
    async fn free_times(&self, cx: &Cx, ask: FreeTimesAsk) -> Result<std::sync::Arc<FreeTimes>>;
    /// Why a local date has no free time.
    async fn why_not(&self, cx: &Cx, offer: Offer, date: Date) -> Result<Vec<WhyNot>>;
    /// Keeps a time. 409 `slot-taken` with alternatives, `not-bookable` with the rule.
    async fn hold(&self, cx: &Cx, ask: AskHold) -> Result<Hold>;
    /// A hold, known by its id.
    async fn held(&self, cx: &Cx, id: &HoldId) -> Result<Hold>;
    /// Lets a hold go.
    async fn release(&self, cx: &Cx, id: &HoldId) -> Result<()>;
    /// Books. 409 `slot-taken`, `day-limit`, `patient-overlap`, `hold-expired`, each with fresh alternatives (R.C7).
    /// The same key with the same body gives the same answer; with another body 409 `key-reused` (R.C5).
    async fn book(&self, cx: &Cx, key: Option<String>, ask: Book) -> Result<Appointment>;
    /// One appointment, by id or booking code; only of one's own family, practice or facility, else 404.
    async fn appointment(&self, cx: &Cx, id_or_code: &str) -> Result<Appointment>;
    /// Its history.
    async fn history(&self, cx: &Cx, id: &AppointmentId) -> Result<Vec<HistoryLine>>;
    /// Appointments one may see (C8, C9).
    async fn appointments(&self, cx: &Cx, ask: AppointmentSearch) -> Result<Page<Appointment>>;
    /// Changes the state, at that version.
    async fn change(&self, cx: &Cx, id: &AppointmentId, version: i64, ask: Change) -> Result<Appointment>;
    /// Moves, at that version; the old time is let go only when the new one is had (R.N2).
    async fn reschedule(&self, cx: &Cx, id: &AppointmentId, version: i64, ask: Reschedule) -> Result<Appointment>;
    /// Corrects a final state, with a reason (R.N1).
    async fn correct(
        &self,
        cx: &Cx,
        id: &AppointmentId,
        version: i64,
        to: State,
        reason: String,
    ) -> Result<Appointment>;

    /// A facility's or doctor's schedules.
    async fn schedules(&self, cx: &Cx, facility: Option<FacilityId>, doctor: Option<DoctorId>)
    -> Result<Vec<Schedule>>;
    /// Makes a schedule, or replaces the one of the same doctor or desk at that facility.
    async fn set_schedule(&self, cx: &Cx, version: Option<i64>, form: ScheduleForm) -> Result<(Schedule, Affected)>;
    /// Exceptions that touch a span of time, for whom they hold.
    async fn exceptions(
        &self,
        cx: &Cx,
        facility: Option<FacilityId>,
        doctor: Option<DoctorId>,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<Exception>>;
    /// Adds an exception; answers with the appointments it touches.
    async fn add_exception(&self, cx: &Cx, exception: Exception) -> Result<(Exception, Affected)>;
    /// Takes an exception back.
    async fn remove_exception(&self, cx: &Cx, id: &ExceptionId) -> Result<()>;
    /// Holidays of a year.
    async fn holidays(&self, cx: &Cx, year: i16) -> Result<Vec<Holiday>>;
    /// Adds or renames holidays.
    async fn set_holidays(&self, cx: &Cx, holidays: Vec<Holiday>) -> Result<()>;
    /// A facility's policy.
    async fn policy(&self, cx: &Cx, facility: &FacilityId) -> Result<Policy>;
    /// Replaces it, at that version.
    async fn set_policy(&self, cx: &Cx, facility: &FacilityId, version: i64, policy: Policy) -> Result<Policy>;
    /// Counts by facility, local date and state, at most 366 days.
    async fn counts(&self, cx: &Cx, facility: Option<FacilityId>, from: Date, until: Date) -> Result<Vec<DayCount>>;
    /// Tells, as they happen, which starts of a doctor or desk were taken or freed: for live pages.
    fn watch(&self) -> tokio::sync::broadcast::Receiver<SlotMoved>;
}

/// A start was taken or freed. A hint for pages; free times have the truth.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SlotMoved {
    /// The facility.
    pub facility: FacilityId,
    /// The doctor, or
    pub doctor: Option<DoctorId>,
    /// the desk's service.
    pub service: ServiceId,
    /// From.
    pub starts_at: Timestamp,
    /// To.
    pub ends_at: Timestamp,
    /// Taken or freed.
    pub free: bool,
}

/// What every event about an appointment carries: ids, times, amounts, zone; never content, names or contacts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Visit {
    /// The appointment.
    pub appointment: AppointmentId,
    /// The patient.
    pub patient: PatientId,
    /// Who booked.
    pub booked_by: Option<AccountId>,
    /// The offer.
    pub offer: Offer,
    /// Kind.
    pub kind: ServiceKind,
    /// State now.
    pub state: State,
    /// Start.
    pub starts_at: Timestamp,
    /// End.
    pub ends_at: Timestamp,
    /// The facility's zone.
    pub zone: String,
    /// Tariff.
    pub price: Money,
}

macro_rules! visit_event {
    ($(#[$meta:meta])* $name:ident, $kind:literal) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        pub struct $name {
            /// The visit as it is now.
            pub visit: Visit,
        }
        impl platform::bus::Event for $name {
            const KIND: &'static str = $kind;
            const CLASS: platform::bus::Class = platform::bus::Class::Fact;
            const SOURCE: &'static str = "scheduling";
            fn subject(&self) -> String {
                self.visit.appointment.to_string()
            }
        }
    };
}

visit_event!(/// Booked; in state `pending` when the doctor must accept first.
    AppointmentBooked, "scheduling.appointment_booked.v1");
visit_event!(/// The doctor accepted.
    AppointmentAccepted, "scheduling.appointment_accepted.v1");
visit_event!(/// The doctor rejected.
    AppointmentRejected, "scheduling.appointment_rejected.v1");
visit_event!(/// Moved to another time.
    AppointmentRescheduled, "scheduling.appointment_rescheduled.v1");
visit_event!(/// Cancelled.
    AppointmentCancelled, "scheduling.appointment_cancelled.v1");
visit_event!(/// The patient is there.
    AppointmentArrived, "scheduling.appointment_arrived.v1");
visit_event!(/// Took place.
    AppointmentFulfilled, "scheduling.appointment_fulfilled.v1");
visit_event!(/// The patient did not come.
    AppointmentNoShow, "scheduling.appointment_no_show.v1");

crate::event! {
    /// The earliest free start of a doctor, per facility and mode: the newest wins.
    AvailabilityChanged, "scheduling.availability_changed.v1", Profile, "scheduling", doctor {
        /// The doctor.
        pub doctor: DoctorId,
        /// Earliest free starts; places and modes without any are absent.
        pub earliest: Vec<EarliestFree>,
    }
}

/// The earliest free start at one place in one mode.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarliestFree {
    /// The facility.
    pub facility: FacilityId,
    /// The mode.
    pub mode: Mode,
    /// The start.
    pub at: Timestamp,
}
