//! Departures from the weekly hours.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{ExceptionId, ScheduleId};
use crate::directory::{DoctorId, FacilityId};

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
