//! What is asked for.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::directory::{DoctorId, FacilityId, Mode, ServiceId};

/// What is asked for: a service at a facility, with a doctor for consultations, in a mode.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub struct Offer {
    /// The facility.
    pub facility: FacilityId,
    /// The service.
    pub service: ServiceId,
    /// The doctor; none for a desk's services (lab, vaccination).
    #[serde(default)]
    pub doctor: Option<DoctorId>,
    /// In person or online.
    pub mode: Mode,
}
