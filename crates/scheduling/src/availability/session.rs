//! Consultation hours: the weekly sessions and what each of them offers.

use jiff::civil::{Date, Time, Weekday};
use serde::{Deserialize, Serialize};

use super::Modes;

/// The longest session, in minutes: one day. A longer one is cut to it.
pub const MAX_SESSION_MINUTES: u16 = 24 * 60;

/// One session of the weekly plan, on the dates for which it is valid (R.V2). Variants of the plan, such as the
/// hours of Ramadan, are further rules with their own validity (R.V6).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SessionRule {
    /// The local weekday on which the session starts; ISO number when written, Monday is 1.
    #[serde(with = "iso_weekday")]
    pub weekday: Weekday,
    /// The first local date on which the rule counts.
    pub valid_from: Date,
    /// The last local date on which it counts; without it, until further notice.
    pub valid_to: Option<Date>,
    /// When it opens and what it offers.
    #[serde(flatten)]
    pub hours: SessionHours,
}

impl SessionRule {
    /// Whether the rule opens a session on that local date.
    pub fn opens_on(&self, date: Date) -> bool {
        self.weekday == date.weekday() && self.valid_from <= date && self.valid_to.is_none_or(|last| date <= last)
    }
}

/// The hours of one session and what may be booked in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SessionHours {
    /// Opening time on the wall clock.
    pub from: Time,
    /// Length on the wall clock in minutes, at most [`MAX_SESSION_MINUTES`]; may cross midnight (R.T6).
    pub length_minutes: u16,
    /// Length of a visit in minutes where the service does not say one; 0 leaves it to the service.
    pub slot_minutes: u16,
    /// Distance of possible starts in minutes, counted from the opening (R.G4); without it, `slot_minutes`, and where
    /// that is 0, the length of the visit.
    pub align_minutes: Option<u16>,
    /// In person, online or both.
    #[serde(default)]
    pub modes: Modes,
    /// Ids of the services that may be booked; without it, every service of the plan.
    pub services: Option<Vec<String>>,
    /// How many visits may take place at the same time: 1 for a doctor, 20 for a vaccination session (R.G7).
    pub capacity: u16,
    /// Whether it takes place on holidays too (R.V1).
    #[serde(default)]
    pub on_holidays: bool,
}

impl SessionHours {
    /// Hours for one patient at a time, in any mode, for every service, not on holidays.
    pub fn new(from: Time, length_minutes: u16, slot_minutes: u16) -> Self {
        Self {
            from,
            length_minutes,
            slot_minutes,
            align_minutes: None,
            modes: Modes::BOTH,
            services: None,
            capacity: 1,
            on_holidays: false,
        }
    }

    /// Distance of possible starts in minutes, at least 1, for visits of that length.
    pub fn step_minutes(&self, visit_minutes: u16) -> u16 {
        let slot = if self.slot_minutes == 0 { visit_minutes } else { self.slot_minutes };
        self.align_minutes.unwrap_or(slot).max(1)
    }
}

/// Weekdays as ISO numbers.
mod iso_weekday {
    use jiff::civil::Weekday;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde calls")]
    pub fn serialize<S: Serializer>(weekday: &Weekday, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_i8(weekday.to_monday_one_offset())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Weekday, D::Error> {
        Weekday::from_monday_one_offset(i8::deserialize(from)?).map_err(D::Error::custom)
    }
}
