//! Weekly hours.

use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Appointment, ScheduleId};
use crate::directory::{DoctorId, FacilityId, Mode, ServiceId};

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

/// What a change of hours leaves outside: somebody must decide about each (R.V4).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Affected {
    /// How many.
    pub count: i64,
    /// The first 100.
    pub appointments: Vec<Appointment>,
}
