//! What a service asks of a slot.

use serde::{Deserialize, Serialize};

use super::Modes;

/// The rules of one service as this doctor or desk offers it (R.G3, R.G5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceRules {
    /// The service's id.
    pub service: String,
    /// Length of a visit in minutes; without it, the session's slot length.
    pub duration_minutes: Option<u16>,
    /// Length for a returning patient; without it, as for a new one.
    pub returning_minutes: Option<u16>,
    /// Minutes kept free before the visit.
    pub buffer_before_minutes: u16,
    /// Minutes kept free after the visit.
    pub buffer_after_minutes: u16,
    /// In person, online or both.
    #[serde(default)]
    pub modes: Modes,
    /// At most this many at the same time, where the session would allow more.
    pub capacity: Option<u16>,
}

impl ServiceRules {
    /// A service as long as the session's slots, without buffers.
    pub fn new(service: impl Into<String>) -> Self {
        Self {
            service: service.into(),
            duration_minutes: None,
            returning_minutes: None,
            buffer_before_minutes: 0,
            buffer_after_minutes: 0,
            modes: Modes::BOTH,
            capacity: None,
        }
    }

    /// Minutes of a visit in a session whose slots have the given length; at least 1.
    pub fn minutes(&self, visit: Visit, slot_minutes: u16) -> u16 {
        let first = self.duration_minutes.unwrap_or(slot_minutes);
        let minutes = match visit {
            Visit::New => first,
            Visit::Returning => self.returning_minutes.unwrap_or(first),
        };
        minutes.max(1)
    }
}

/// Whether the doctor knows the patient already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visit {
    /// A first visit.
    #[default]
    New,
    /// A further visit.
    Returning,
}
