//! A doctor's leave, and what becomes of the appointments in it: each has exactly one outcome.

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Appointment, AppointmentId, Offer, Visit};
use crate::{
    directory::{Bilingual, DoctorId, FacilityId},
    people::Sex,
};

platform::id!(/// A leave with the appointments it touches.
    LeaveId, "lve");

platform::words! {
    /// How far a leave has come. From the first moment on nothing new is booked into it.
    pub enum LeaveState {
        /// Somebody must decide about the appointments.
        Deciding = "deciding",
        /// What was decided is being done, one appointment after the other.
        Running = "running",
        /// Every appointment has its outcome.
        Done = "done",
        /// Taken back before anything was decided; the appointments stay.
        Withdrawn = "withdrawn",
    }
}

platform::words! {
    /// What shall become of an appointment.
    pub enum LeaveWay {
        /// Another doctor sees the patient at the same time.
        Substitute = "substitute",
        /// The patient chooses among times that are kept for them.
        Propose = "propose",
        /// The same doctor on a later day, in the same order.
        Later = "later",
        /// It is cancelled, and the patient told why.
        Cancel = "cancel",
    }
}

platform::words! {
    /// What became of an appointment.
    pub enum LeaveOutcome {
        /// Another doctor sees the patient.
        Substituted = "substituted",
        /// Times are kept for the patient to choose from.
        Proposed = "proposed",
        /// Moved to a later day.
        Moved = "moved",
        /// Cancelled.
        Cancelled = "cancelled",
        /// Moved, cancelled or begun by somebody else before its turn came.
        Elsewhere = "elsewhere",
        /// The leave was taken back.
        Kept = "kept",
    }
}

platform::words! {
    /// What a patient answered to the times proposed.
    pub enum ProposalAnswer {
        /// Chose one of them.
        Accepted = "accepted",
        /// Wanted none: the appointment is cancelled.
        Declined = "declined",
        /// Did not answer in time: the appointment is cancelled.
        Lapsed = "lapsed",
        /// Moved or cancelled in another way.
        Elsewhere = "elsewhere",
    }
}

/// Enters a leave: nothing new is booked into it from then on.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct LeaveForm {
    /// The doctor.
    pub doctor: DoctorId,
    /// Only there; everywhere the doctor practises when absent.
    #[serde(default)]
    pub facility: Option<FacilityId>,
    /// From.
    #[schema(value_type = String, format = DateTime)]
    pub starts_at: Timestamp,
    /// Until; at most two years later.
    #[schema(value_type = String, format = DateTime)]
    pub ends_at: Timestamp,
    /// Why, for staff; at most 200 characters.
    #[serde(default)]
    pub reason: Option<String>,
}

/// A leave with all that it touches.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Leave {
    /// Identifier.
    pub id: LeaveId,
    /// The doctor.
    pub doctor: DoctorId,
    /// Their name.
    pub doctor_name: String,
    /// Only there; everywhere when absent.
    pub facility: Option<FacilityId>,
    /// From.
    #[schema(value_type = String, format = DateTime)]
    pub starts_at: Timestamp,
    /// Until.
    #[schema(value_type = String, format = DateTime)]
    pub ends_at: Timestamp,
    /// The zone it was entered in.
    pub zone: String,
    /// How far it has come.
    pub state: LeaveState,
    /// The appointments by facility, service and mode, with what could become of them; empty unless somebody must decide.
    pub groups: Vec<LeaveGroup>,
    /// Every appointment, by time.
    pub visits: Vec<LeaveVisit>,
    /// When it was entered.
    #[schema(value_type = String, format = DateTime)]
    pub entered_at: Timestamp,
    /// Raised by every change; the ETag.
    pub version: i64,
}

/// A leave in a list.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct LeaveSummary {
    /// Identifier.
    pub id: LeaveId,
    /// Only there; everywhere when absent.
    pub facility: Option<FacilityId>,
    /// From.
    #[schema(value_type = String, format = DateTime)]
    pub starts_at: Timestamp,
    /// Until.
    #[schema(value_type = String, format = DateTime)]
    pub ends_at: Timestamp,
    /// The zone it was entered in.
    pub zone: String,
    /// How far it has come.
    pub state: LeaveState,
    /// Appointments it touches.
    pub visits: i64,
    /// Those without an outcome yet.
    pub open: i64,
}

/// Appointments that one decision suits.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct LeaveGroup {
    /// What they were booked for.
    pub offer: Offer,
    /// The facility's name.
    pub facility_name: String,
    /// The service's name.
    pub service_name: Bilingual,
    /// How many wait for a decision.
    pub count: i64,
    /// Doctors of the same speciality there who are free at some of the times, those free most often first.
    pub substitutes: Vec<Substitute>,
    /// Days after the leave on which the doctor has free times.
    pub later: Vec<LaterDay>,
}

/// Who could see the patients.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Substitute {
    /// The doctor.
    pub doctor: DoctorId,
    /// Their name.
    pub name: String,
    /// Their slug.
    pub slug: String,
    /// Their sex, for the portrait.
    pub sex: Sex,
    /// At how many of the times they are free.
    pub free: i64,
}

/// A day to move to.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct LaterDay {
    /// Local date.
    #[schema(value_type = String, format = Date)]
    pub date: Date,
    /// Free times on it.
    pub free: i64,
}

/// An appointment in a leave.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct LeaveVisit {
    /// The appointment as it is now.
    pub appointment: Appointment,
    /// When it would have taken place.
    #[schema(value_type = String, format = DateTime)]
    pub from_start: Timestamp,
    /// What was decided.
    pub way: Option<LeaveWay>,
    /// What became of it.
    pub outcome: Option<LeaveOutcome>,
    /// Why it became something else than was decided: the word of the conflict.
    pub why: Option<String>,
    /// Its new time.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub to_start: Option<Timestamp>,
    /// The doctor who sees the patient instead.
    pub to_doctor_name: Option<String>,
    /// Until when the patient may choose.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub answer_by: Option<Timestamp>,
    /// What the patient answered.
    pub answer: Option<ProposalAnswer>,
}

/// Decides about every appointment that waits for it.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct LeaveDecision {
    /// One choice for each.
    pub choices: Vec<LeaveChoice>,
}

/// A choice for one appointment.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct LeaveChoice {
    /// The appointment.
    pub appointment: AppointmentId,
    /// What shall become of it. Where that turns out impossible, new times are proposed.
    pub way: LeaveWay,
    /// Who sees the patient, for `substitute`.
    #[serde(default)]
    pub doctor: Option<DoctorId>,
    /// On which local date, for `later`.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub day: Option<Date>,
    /// What the patient is told, required for `cancel`; at most 300 characters.
    #[serde(default)]
    pub reason: Option<String>,
}

/// Times kept for a patient to choose from.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Proposal {
    /// The appointment that cannot take place.
    pub appointment: Appointment,
    /// The times, in order; empty where none was free.
    #[schema(value_type = Vec<String>)]
    pub times: Vec<Timestamp>,
    /// Until when they are kept.
    #[schema(value_type = String, format = DateTime)]
    pub answer_by: Timestamp,
}

/// Chooses one of the times proposed, or none of them.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AnswerProposal {
    /// The time; without one the appointment is cancelled, free of charge.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub at: Option<Timestamp>,
}

/// New times are kept for the patient of an appointment that its doctor's leave stands in the way of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AppointmentProposed {
    /// The visit, still at its old time.
    pub visit: Visit,
    /// The times kept.
    pub times: Vec<Timestamp>,
    /// Until when.
    pub answer_by: Timestamp,
}

impl platform::bus::Event for AppointmentProposed {
    const KIND: &'static str = "scheduling.appointment_proposed.v1";
    const CLASS: platform::bus::Class = platform::bus::Class::Fact;
    const SOURCE: &'static str = "scheduling";
    fn subject(&self) -> String {
        self.visit.appointment.to_string()
    }
}

crate::event! {
    /// Every appointment in a leave has its outcome.
    LeaveSettled, "scheduling.leave_settled.v1", Fact, "scheduling", leave {
        /// The leave.
        pub leave: LeaveId,
        /// The doctor.
        pub doctor: DoctorId,
        /// From.
        pub starts_at: Timestamp,
        /// Until.
        pub ends_at: Timestamp,
        /// How many appointments came to each outcome.
        pub outcomes: Vec<(LeaveOutcome, i64)>,
    }
}
