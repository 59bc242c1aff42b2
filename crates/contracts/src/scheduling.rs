//! Who may come when: schedules, free times, holds and appointments.

mod appointment;
mod change;
mod events;
mod exception;
mod explain;
mod free;
mod hold;
mod leave;
mod local_time;
mod offer;
mod policy;
mod preview;
mod schedule;

use async_trait::async_trait;
use jiff::{Timestamp, civil::Date};
use platform::{Cx, Result, db::Page};

use crate::directory::{DoctorId, FacilityId};

pub use self::{
    appointment::*, change::*, events::*, exception::*, explain::*, free::*, hold::*, leave::*, local_time::*,
    offer::*, policy::*, preview::*, schedule::*,
};

platform::id!(/// A visit: one through all its changes (R.N2).
    AppointmentId, "apt");
platform::id!(/// A time kept for somebody while they fill in the form.
    HoldId, "hld");
platform::id!(/// The hours of a doctor at a facility, or of a service desk.
    ScheduleId, "sch");
platform::id!(/// A departure from the weekly hours: leave, closure, changed hours, a single slot.
    ExceptionId, "exc");

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
    /// All appointments of the asker's facilities that the filters leave, to be taken along in a table: at most 5,000, 422
    /// `from` where there are more; in the audit trail. The page asked for does not count.
    async fn export(&self, cx: &Cx, ask: AppointmentSearch) -> Result<Vec<Appointment>>;
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
    /// Adds an exception; answers with the appointments it touches. The same one of a schedule twice is one.
    async fn add_exception(&self, cx: &Cx, exception: Exception) -> Result<(Exception, Affected)>;
    /// Takes an exception back. 409 `absence-from-outside` where a calendar kept elsewhere says it, `absence-of-leave` where
    /// it is a leave's that is being decided about or settled.
    async fn remove_exception(&self, cx: &Cx, id: &ExceptionId) -> Result<()>;
    /// Holidays of a year.
    async fn holidays(&self, cx: &Cx, year: i16) -> Result<Vec<Holiday>>;
    /// Adds or renames holidays.
    async fn set_holidays(&self, cx: &Cx, holidays: Vec<Holiday>) -> Result<()>;
    /// Takes the holiday of a date out of the list; 404 where there is none.
    async fn remove_holiday(&self, cx: &Cx, date: Date) -> Result<()>;
    /// A facility's policy.
    async fn policy(&self, cx: &Cx, facility: &FacilityId) -> Result<Policy>;
    /// Replaces it, at that version.
    async fn set_policy(&self, cx: &Cx, facility: &FacilityId, version: i64, policy: Policy) -> Result<Policy>;
    /// Counts by facility, local date and state, at most 366 days.
    async fn counts(&self, cx: &Cx, facility: Option<FacilityId>, from: Date, until: Date) -> Result<Vec<DayCount>>;
    /// What a schedule would come to, and which appointments it would leave outside; nothing is kept.
    async fn preview(&self, cx: &Cx, ask: PreviewAsk) -> Result<Preview>;
    /// Why a time cannot be had: the rule by name, for doctors and staff.
    async fn explain(&self, cx: &Cx, ask: ExplainAsk) -> Result<Explained>;

    /// Enters a doctor's leave; answers with the appointments it touches and what could become of them (R.V4). The same one
    /// twice is one. 409 `leave-open` where another that is not done overlaps it.
    async fn enter_leave(&self, cx: &Cx, form: LeaveForm) -> Result<Leave>;
    /// A leave one may edit.
    async fn leave(&self, cx: &Cx, id: &LeaveId) -> Result<Leave>;
    /// A doctor's leaves that are not over for a month, latest first; at most 100.
    async fn leaves(&self, cx: &Cx, doctor: &DoctorId) -> Result<Vec<LeaveSummary>>;
    /// Decides about every appointment in it, at that version. What was decided is done afterwards, whatever restarts.
    async fn decide_leave(&self, cx: &Cx, id: &LeaveId, version: i64, ask: LeaveDecision) -> Result<Leave>;
    /// Takes it back before anything was decided, at that version; one that touches no appointment at any time.
    async fn withdraw_leave(&self, cx: &Cx, id: &LeaveId, version: i64) -> Result<Leave>;
    /// The times kept for the patient of an appointment; 404 where none are, or they have been answered.
    async fn proposal(&self, cx: &Cx, id: &AppointmentId) -> Result<Proposal>;
    /// Answers it, at the appointment's version. 409 `proposal-over` where it lapsed or was answered.
    async fn answer_proposal(
        &self,
        cx: &Cx,
        id: &AppointmentId,
        version: i64,
        ask: AnswerProposal,
    ) -> Result<Appointment>;
    /// Tells, as they happen, which starts of a doctor or desk were taken or freed: for live pages.
    fn watch(&self) -> tokio::sync::broadcast::Receiver<SlotMoved>;
}
