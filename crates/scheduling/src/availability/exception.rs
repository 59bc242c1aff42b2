//! Dates and single slots that differ from the weekly plan.

use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};

use super::{Modes, SessionHours};

/// The sessions of one local date, in place of its weekly plan; none of them is a day off (R.V1).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DateOverride {
    /// The local date.
    pub date: Date,
    /// What takes place instead.
    pub sessions: Vec<SessionHours>,
}

/// A single slot beside the plan. Its buffers lie outside its length.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AddedSlot {
    /// Local start.
    pub at: DateTime,
    /// The longest visit that may take it, in minutes; also the length where the service does not say one.
    pub length_minutes: u16,
    /// In person, online or both.
    #[serde(default)]
    pub modes: Modes,
    /// Ids of the services that may be booked; without it, every service of the plan.
    pub services: Option<Vec<String>>,
    /// How many may book it.
    pub capacity: u16,
    /// Whether it stands even if its date is a holiday (R.V1).
    #[serde(default)]
    pub on_holidays: bool,
}

/// A single slot taken out: no visit may start then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemovedSlot {
    /// Local start; both instants where the reading occurs twice.
    pub at: DateTime,
}

/// A public holiday or day of joint leave that this facility keeps (R.V6).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holiday {
    /// The local date.
    pub date: Date,
    /// Its name, for people.
    pub name: String,
}
