//! What happens to an appointment after it was booked.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::directory::DoctorId;

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
