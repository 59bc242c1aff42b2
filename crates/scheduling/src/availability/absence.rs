//! Time in which nothing can be booked: leave, blackouts, closures.

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

/// A stretch of local time that is taken away, part of a day or many days (R.V3). The buffers of a visit keep clear
/// of it too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Absence {
    /// What is away.
    pub target: Target,
    /// First local moment.
    pub from: DateTime,
    /// First local moment after it.
    pub to: DateTime,
}

/// What an [`Absence`] takes away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// The doctor, room or desk of the plan.
    Resource,
    /// The whole facility.
    Facility,
    /// One service, by id; other visits go on.
    Service(String),
}

impl Target {
    /// Whether an absence of this target stands in the way of a service.
    pub fn stops(&self, service: &str) -> bool {
        match self {
            Self::Resource | Self::Facility => true,
            Self::Service(id) => id == service,
        }
    }
}
