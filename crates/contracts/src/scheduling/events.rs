//! What scheduling says: ids, times, amounts; never content.

use jiff::Timestamp;
use platform::Money;
use serde::{Deserialize, Serialize};

use super::{AppointmentId, Offer, State};
use crate::{
    auth::AccountId,
    directory::{DoctorId, FacilityId, Mode, ServiceKind},
    people::PatientId,
};

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
