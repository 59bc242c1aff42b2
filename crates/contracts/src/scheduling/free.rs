//! Free times, and why there are none.

use jiff::{Timestamp, civil::Date};
use platform::Money;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{LocalTime, Offer};
use crate::directory::{DoctorId, FacilityId, ServiceId};

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
    #[schema(value_type = String)]
    pub local: LocalTime,
    /// Whether it can be booked.
    pub free: bool,
}

/// Why a date has no free time: the rules that speak, in order.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct WhyNot {
    /// Text key of the rule: `holiday`, `leave`, `licence`, `notice`, `horizon`, `full` …
    pub rule: String,
    /// Values for the text.
    pub args: Vec<(String, String)>,
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
