//! Filters, and what is found by them.

use jiff::Timestamp;
use platform::Money;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Bilingual, DoctorId, DoctorState, FacilityId, Mode, ServiceKind, SpecialityId};
use crate::people::Sex;

platform::words! {
    /// How results are ordered.
    pub enum Sort {
        /// Best match first, then the earliest free time.
        Relevance = "relevance",
        /// The earliest free time first.
        Earliest = "earliest",
        /// The lowest fee first.
        Fee = "fee",
        /// By name.
        Name = "name",
    }
}

crate::filters! {
    /// Filters for doctors (B3). All are optional and combine.
    pub struct DoctorSearch {
        /// Name, speciality or facility, typing errors forgiven; at most 100 characters.
        pub q: Option<String>,
        /// Speciality's slug.
        pub speciality: Option<String>,
        /// Kemendagri code of a regency/city or province, or the beginning of the city's name.
        pub city: Option<String>,
        /// Facility.
        pub facility: Option<FacilityId>,
        /// Kind of service.
        pub kind: Option<ServiceKind>,
        /// In person or online.
        pub mode: Option<Mode>,
        /// Only facilities that take BPJS.
        pub bpjs: Option<bool>,
        /// Fee at most, minor units of IDR.
        pub fee_max: Option<i64>,
        /// Free within so many days from today.
        pub free_within_days: Option<u16>,
        /// Order.
        pub sort: Option<Sort>,
    }
}

/// A doctor at a facility, in a list of results.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DoctorCard {
    /// The doctor.
    pub id: DoctorId,
    /// Slug.
    pub slug: String,
    /// Name with titles.
    pub name: String,
    /// Sex, for the portrait.
    pub sex: Sex,
    /// The small file of their photo, if there is one.
    #[serde(default)]
    pub photo: Option<String>,
    /// Specialities.
    pub specialities: Vec<Bilingual>,
    /// Years of practice.
    pub years: Option<i16>,
    /// The facility of the earliest free time (or the first that fits the filters).
    pub facility: FacilityId,
    /// Its name.
    pub facility_name: String,
    /// Its city.
    pub city: String,
    /// Its zone.
    pub zone: String,
    /// Lowest fee that fits the filters.
    pub fee: Money,
    /// Modes offered.
    pub modes: Vec<Mode>,
    /// Takes BPJS there.
    pub bpjs: bool,
    /// The earliest free start known; a hint, the doctor's page has the truth.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub earliest_free: Option<Timestamp>,
}

crate::filters! {
    /// Filters for facilities.
    pub struct FacilitySearch {
        /// Name, typing errors forgiven.
        pub q: Option<String>,
        /// City, as in [`DoctorSearch::city`].
        pub city: Option<String>,
        /// Kind of service offered.
        pub kind: Option<ServiceKind>,
        /// Only facilities whose directory one edits, closed ones too.
        pub managed: Option<bool>,
    }
}

crate::filters! {
    /// Filters for the doctors of one's facilities, in every state.
    pub struct DoctorRecords {
        /// Words of the name; at most 100 characters.
        pub q: Option<String>,
        /// Facility.
        pub facility: Option<FacilityId>,
        /// Speciality.
        pub speciality: Option<SpecialityId>,
        /// State.
        pub state: Option<DoctorState>,
    }
}
