//! A doctor's licence to practise: STR anywhere, SIP at one facility.

use std::ops::RangeInclusive;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{
    Refusal,
    wall_clock::{day_of, day_start},
};

/// The local dates for which a document is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Licence {
    /// First valid date.
    pub from: Date,
    /// Last valid date; without it, for life.
    pub to: Option<Date>,
}

/// A permit (SIP) to practise at one facility.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PracticePermit {
    /// The facility's id.
    pub facility: String,
    /// When it is valid.
    #[serde(flatten)]
    pub valid: Licence,
}

/// What a doctor holds. A doctor is bookable where a registration and a permit of that facility cover the slot's
/// local date (R.V8).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Licences {
    /// Registrations (STR), old and new.
    pub registrations: Vec<Licence>,
    /// Permits (SIP), one per facility and period.
    pub permits: Vec<PracticePermit>,
}

impl Licences {
    /// The days on which the doctor may practise at the facility.
    pub(super) fn at(&self, facility: &str) -> Result<PracticeDays, Refusal> {
        let here: Vec<_> = self.permits.iter().filter(|permit| permit.facility == facility).collect();
        if here.is_empty() {
            return Err(Refusal::NotAtThisFacility);
        }
        Ok(PracticeDays {
            registrations: self.registrations.iter().map(days).collect(),
            permits: here.iter().map(|permit| days(&permit.valid)).collect(),
        })
    }
}

/// Licences at one facility in day numbers, for a quick answer per slot.
pub(super) struct PracticeDays {
    registrations: Vec<RangeInclusive<i64>>,
    permits: Vec<RangeInclusive<i64>>,
}

impl PracticeDays {
    /// Whether a registration and a permit cover the local day.
    pub fn cover(&self, day: i64) -> bool {
        self.registrations.iter().any(|days| days.contains(&day)) && self.permits.iter().any(|days| days.contains(&day))
    }
}

fn days(licence: &Licence) -> RangeInclusive<i64> {
    let number = |date| day_of(day_start(date));
    number(licence.from)..=licence.to.map_or(i64::MAX, number)
}
