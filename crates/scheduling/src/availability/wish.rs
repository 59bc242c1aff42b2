//! What somebody asks for.

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use super::{Mode, Visit};

/// Who wants what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wish {
    /// The service's id.
    pub service: String,
    /// In person or online; without it, either.
    pub mode: Option<Mode>,
    /// First or further visit.
    #[serde(default)]
    pub visit: Visit,
    /// Public or staff.
    #[serde(default)]
    pub audience: Audience,
    /// A new booking or a move.
    #[serde(default)]
    pub purpose: Purpose,
}

impl Wish {
    /// A new booking of a service by the public, in any mode, for a new patient.
    pub fn of(service: impl Into<String>) -> Self {
        Self {
            service: service.into(),
            mode: None,
            visit: Visit::New,
            audience: Audience::Public,
            purpose: Purpose::Book,
        }
    }
}

/// On whose terms. Staff may book into the running session and past notice and cut-off; the public may not (R.G8).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// Patients and visitors.
    #[default]
    Public,
    /// Front desk, doctors, admins.
    Staff,
}

/// Which notice counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// A new booking.
    #[default]
    Book,
    /// A new time for a booking. The caller leaves the booking's own claims out of the busy ones.
    Move,
}

/// A question for the free times of some days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ask {
    /// Who wants what.
    pub wish: Wish,
    /// The first local date of the facility.
    pub from: Date,
    /// How many days; at most [`super::MAX_DAYS`] are answered.
    pub days: u16,
}

/// A request for one start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Who wants what.
    pub wish: Wish,
    /// When the visit shall start.
    pub starts_at: Timestamp,
}
