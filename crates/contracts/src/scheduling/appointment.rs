//! Appointments: booked, shown, searched, counted.

use jiff::{Timestamp, civil::Date};
use platform::Money;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{AppointmentId, Deed, HoldId, Offer};
use crate::{
    directory::{Bilingual, DoctorId, FacilityId, ServiceKind},
    people::{PatientId, Sex},
};

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
    pub patient_sex: Option<Sex>,
    /// The offer.
    #[serde(flatten)]
    pub offer: Offer,
    /// Kind of service.
    pub kind: ServiceKind,
    /// Name of the service in both languages.
    pub service_name: Bilingual,
    /// How to prepare.
    pub preparation: Bilingual,
    /// The doctor's name with titles.
    pub doctor_name: Option<String>,
    /// The doctor's slug.
    pub doctor_slug: Option<String>,
    /// The doctor's sex, for the portrait.
    pub doctor_sex: Option<Sex>,
    /// The small file of the doctor's photo, if there is one.
    #[serde(default)]
    pub doctor_photo: Option<String>,
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

crate::filters! {
    /// Filters for appointments. What comes back is only what the asker may see.
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
    }
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
