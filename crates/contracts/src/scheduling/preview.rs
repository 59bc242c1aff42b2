//! What hours would come to, before they are kept.

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Affected, DayStatus, Exception, ExceptionId, LocalTime, ScheduleForm};
use crate::directory::{Bilingual, Mode, ServiceId};

/// Asks what a schedule would come to; nothing is kept.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PreviewAsk {
    /// The schedule as it would be.
    pub form: ScheduleForm,
    /// Departures as if they were added, at most 20.
    #[serde(default)]
    pub added: Vec<Exception>,
    /// Departures as if they were taken back, at most 20.
    #[serde(default)]
    pub removed: Vec<ExceptionId>,
    /// The service whose starts are shown.
    pub service: ServiceId,
    /// In which mode.
    pub mode: Mode,
    /// First local date; today when absent.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub from: Option<Date>,
    /// How many days, 1 to 31; 14 when absent.
    #[serde(default)]
    pub days: Option<u16>,
}

/// What it would come to: by hours, departures, holidays and licence alone, whoever has booked what.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Preview {
    /// The facility's zone.
    pub zone: String,
    /// Minutes a visit takes.
    pub duration_minutes: u16,
    /// Every day asked for, in order.
    pub days: Vec<PreviewDay>,
    /// Appointments that would lie outside; somebody must decide about each (R.V4).
    pub affected: Affected,
}

/// One local day.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PreviewDay {
    /// Local date of the facility.
    #[schema(value_type = String, format = Date)]
    pub date: Date,
    /// Why it looks as it does.
    pub status: DayStatus,
    /// The holiday on it, whether the facility keeps it or not.
    pub holiday: Option<Bilingual>,
    /// Starts in order: those there would be, and those there would be no more.
    pub times: Vec<PreviewTime>,
}

platform::words! {
    /// What becomes of a start.
    pub enum StartChange {
        /// There now and then.
        Kept = "kept",
        /// Not there now.
        New = "new",
        /// There now, not then.
        Gone = "gone",
    }
}

/// One start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PreviewTime {
    /// When it starts.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Local wall-clock time.
    #[schema(value_type = String)]
    pub local: LocalTime,
    /// What becomes of it.
    pub change: StartChange,
}
