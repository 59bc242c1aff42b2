//! Everything that decides when one doctor or desk of one facility can be booked.

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::{Absence, AddedSlot, DateOverride, Holiday, Licences, Policy, RemovedSlot, ServiceRules, SessionRule};

/// The schedule of one resource (a doctor, a lab desk, a vaccination session) at one facility.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The name claims are made under; see [`super::seat_key`].
    pub resource: String,
    /// The facility's id.
    pub facility: String,
    /// The facility's IANA zone.
    #[serde(with = "jiff::fmt::serde::tz::required")]
    pub zone: TimeZone,
    /// The weekly plan.
    pub sessions: Vec<SessionRule>,
    /// Dates that differ from it; of two for one date the first counts.
    #[serde(default)]
    pub overrides: Vec<DateOverride>,
    /// Single slots beside it.
    #[serde(default)]
    pub added: Vec<AddedSlot>,
    /// Single slots taken out.
    #[serde(default)]
    pub removed: Vec<RemovedSlot>,
    /// Leave, blackouts and closures.
    #[serde(default)]
    pub absences: Vec<Absence>,
    /// Holidays the facility keeps.
    #[serde(default)]
    pub holidays: Vec<Holiday>,
    /// The services on offer.
    pub services: Vec<ServiceRules>,
    /// Notice, horizon, caps.
    #[serde(default)]
    pub policy: Policy,
    /// The doctor's licences; none are needed for a desk or a room.
    pub licences: Option<Licences>,
}

impl Plan {
    /// An empty plan: no hours, no services, no limits.
    pub fn new(resource: impl Into<String>, facility: impl Into<String>, zone: TimeZone) -> Self {
        Self {
            resource: resource.into(),
            facility: facility.into(),
            zone,
            sessions: Vec::new(),
            overrides: Vec::new(),
            added: Vec::new(),
            removed: Vec::new(),
            absences: Vec::new(),
            holidays: Vec::new(),
            services: Vec::new(),
            policy: Policy::default(),
            licences: None,
        }
    }
}
