//! Facilities, their departments, and the regions they lie in.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Bilingual, DepartmentId, FacilityId};

/// A facility.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Facility {
    /// Identifier.
    pub id: FacilityId,
    /// Its part of an address: `klinik-losari-medika`.
    pub slug: String,
    /// Name.
    pub name: String,
    /// IANA zone: `Asia/Makassar`.
    pub zone: String,
    /// Street address.
    pub address: String,
    /// Kemendagri code of its regency or city: `73.71`.
    pub regency: String,
    /// Name of its regency or city.
    pub regency_name: String,
    /// Latitude in degrees.
    pub latitude: Option<f64>,
    /// Longitude in degrees.
    pub longitude: Option<f64>,
    /// Phone.
    pub phone: Option<String>,
    /// Takes BPJS patients.
    pub bpjs: bool,
    /// Open for business.
    pub active: bool,
    /// Raised by every change.
    pub version: i64,
}

/// Adds or replaces a facility.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct FacilityForm {
    /// Name, at most 120 characters.
    pub name: String,
    /// IANA zone. Changing it later does not move appointments (R.T7).
    pub zone: String,
    /// Street address.
    pub address: String,
    /// Kemendagri code of the regency or city.
    pub regency: String,
    /// Latitude.
    #[serde(default)]
    pub latitude: Option<f64>,
    /// Longitude.
    #[serde(default)]
    pub longitude: Option<f64>,
    /// Phone.
    #[serde(default)]
    pub phone: Option<String>,
    /// Takes BPJS patients.
    #[serde(default)]
    pub bpjs: bool,
    /// Open for business.
    #[serde(default = "super::yes")]
    pub active: bool,
}

/// A department of a facility.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Department {
    /// Identifier.
    pub id: DepartmentId,
    /// The facility.
    pub facility: FacilityId,
    /// Name.
    pub name: Bilingual,
}

/// A province, regency/city or district.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Region {
    /// Kemendagri code: `73`, `73.71`, `73.71.01`.
    pub code: String,
    /// Name.
    pub name: String,
}
