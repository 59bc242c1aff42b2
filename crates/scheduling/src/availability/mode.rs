//! In person or online.

use serde::{Deserialize, Serialize};

/// How a visit takes place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// The patient comes to the facility.
    InPerson,
    /// By chat, voice or video.
    Online,
}

/// The set of modes a session or a service allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Modes {
    /// Visits at the facility.
    pub in_person: bool,
    /// Visits over the net.
    pub online: bool,
}

impl Modes {
    /// Only at the facility.
    pub const IN_PERSON: Self = Self { in_person: true, online: false };
    /// Only over the net.
    pub const ONLINE: Self = Self { in_person: false, online: true };
    /// Either.
    pub const BOTH: Self = Self { in_person: true, online: true };

    /// The modes in both sets.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { in_person: self.in_person && other.in_person, online: self.online && other.online }
    }

    /// Whether the wished mode is among these; a wish for no mode in particular takes any.
    pub fn allow(self, wished: Option<Mode>) -> bool {
        match wished {
            Some(Mode::InPerson) => self.in_person,
            Some(Mode::Online) => self.online,
            None => self.in_person || self.online,
        }
    }
}

impl Default for Modes {
    fn default() -> Self {
        Self::BOTH
    }
}
