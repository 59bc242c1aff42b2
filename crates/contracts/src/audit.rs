//! One line of the audit trail: every write and every sensitive read of every context (A8). Contexts write it in the
//! transaction of what it tells of; `auth` keeps the trail.

use platform::{Cx, bus::Class};
use serde::{Deserialize, Serialize};

/// Who did what to which object. Holds ids only: never names, identity numbers or medical content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// The context it happened in.
    pub context: String,
    /// The account, or `system:…`.
    pub actor: String,
    /// The verb: `appointment.book`.
    pub action: String,
    /// The object's id.
    pub object: String,
    /// The patient concerned, where there is one.
    pub patient: Option<String>,
    /// The facility concerned, where there is one.
    pub facility: Option<String>,
    /// Text key or short word of the reason, where one was asked for.
    pub reason: Option<String>,
    /// The request it was part of.
    pub request_id: String,
    /// When.
    pub at: jiff::Timestamp,
}

impl AuditEntry {
    /// What the actor of `cx` did now.
    pub fn of(cx: &Cx, context: &str, action: &str, object: &str) -> Self {
        Self {
            context: context.to_owned(),
            actor: cx.actor_text(),
            action: action.to_owned(),
            object: object.to_owned(),
            patient: None,
            facility: None,
            reason: None,
            request_id: cx.request_id.to_string(),
            at: cx.now(),
        }
    }

    /// Names the patient concerned.
    #[must_use]
    pub fn about(mut self, patient: &str) -> Self {
        self.patient = Some(patient.to_owned());
        self
    }

    /// Names the facility concerned.
    #[must_use]
    pub fn at_facility(mut self, facility: &str) -> Self {
        self.facility = Some(facility.to_owned());
        self
    }

    /// Gives the reason.
    #[must_use]
    pub fn because(mut self, reason: &str) -> Self {
        self.reason = Some(reason.to_owned());
        self
    }
}

/// Every context says audit entries under a kind of its own, so that the hearer knows the source.
impl platform::bus::Event for AuditEntry {
    const KIND: &'static str = "audit.entry.v1";
    const CLASS: Class = Class::Log;
    const SOURCE: &'static str = "*";
    fn subject(&self) -> String {
        self.object.clone()
    }
}
