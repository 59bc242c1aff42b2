//! Services: what a facility offers, and how a visit takes place.

use platform::Money;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Bilingual, DepartmentId, FacilityId, ServiceId};

platform::words! {
    /// The four kinds of visit (C2).
    pub enum ServiceKind {
        /// A consultation with a doctor, in person or online.
        Consultation = "consultation",
        /// A laboratory test.
        LabTest = "lab_test",
        /// A medical procedure.
        Procedure = "procedure",
        /// A vaccination.
        Vaccination = "vaccination",
    }
}

platform::words! {
    /// How a visit takes place.
    pub enum Mode {
        /// At the facility.
        InPerson = "in_person",
        /// By video and chat.
        Online = "online",
    }
}

/// Something a facility offers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Service {
    /// Identifier.
    pub id: ServiceId,
    /// The facility.
    pub facility: FacilityId,
    /// The department, if any.
    pub department: Option<DepartmentId>,
    /// Which of the four kinds.
    pub kind: ServiceKind,
    /// Name.
    pub name: Bilingual,
    /// How to prepare: fasting, papers to bring.
    pub preparation: Bilingual,
    /// Minutes a visit takes.
    pub duration_minutes: u16,
    /// Minutes kept free before it.
    pub buffer_before_minutes: u16,
    /// Minutes kept free after it.
    pub buffer_after_minutes: u16,
    /// Price, unless the doctor's own fee says otherwise.
    pub price: Money,
    /// How it may take place.
    pub modes: Vec<Mode>,
    /// Offered now.
    pub active: bool,
    /// Raised by every change.
    pub version: i64,
}

/// Adds or replaces a service.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ServiceForm {
    /// Made by whoever asks: a form that is sent twice with it adds one service. Not heeded in a change.
    #[serde(default)]
    pub id: Option<ServiceId>,
    /// The facility.
    pub facility: FacilityId,
    /// The department, if any.
    #[serde(default)]
    pub department: Option<DepartmentId>,
    /// Kind.
    pub kind: ServiceKind,
    /// Name.
    pub name: Bilingual,
    /// Preparation.
    #[serde(default)]
    pub preparation: Bilingual,
    /// Minutes, 5 to 720.
    pub duration_minutes: u16,
    /// Minutes before, up to 120.
    #[serde(default)]
    pub buffer_before_minutes: u16,
    /// Minutes after, up to 120.
    #[serde(default)]
    pub buffer_after_minutes: u16,
    /// Price in minor units of IDR.
    pub price: i64,
    /// Modes; at least one.
    pub modes: Vec<Mode>,
    /// Offered now.
    #[serde(default = "super::yes")]
    pub active: bool,
}
