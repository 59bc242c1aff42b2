//! Doctors: who they are, where they practise, and whether they may be found.

use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Bilingual, DoctorId, FacilityId, Mode, ServiceId, SpecialityId};
use crate::{auth::AccountId, people::Sex};

platform::words! {
    /// Whether a doctor may be found and booked.
    pub enum DoctorState {
        /// Registered themselves; waits for an approval (A3).
        Waiting = "waiting",
        /// Listed.
        Listed = "listed",
        /// Refused by an admin.
        Refused = "refused",
        /// No longer practising here.
        Retired = "retired",
    }
}

/// A field of medicine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Speciality {
    /// Identifier.
    pub id: SpecialityId,
    /// Its part of an address: `anak`.
    pub slug: String,
    /// Name of the field.
    pub name: Bilingual,
    /// The title behind the doctor's name: `Sp.A`.
    pub title: String,
}

/// Weekly hours in the form that adds a doctor (B2): scheduling takes them over as the doctor's first schedule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WeeklyHours {
    /// 1 = Monday … 7 = Sunday (ISO 8601).
    pub weekday: u8,
    /// Local time of the facility.
    #[schema(value_type = String, format = "time")]
    pub from: Time,
    /// Local time; at or before `from` means the next day (R.T6).
    #[schema(value_type = String, format = "time")]
    pub until: Time,
    /// Modes offered in these hours.
    pub modes: Vec<Mode>,
}

/// A doctor's practice at one facility.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Practice {
    /// The facility.
    pub facility: FacilityId,
    /// Consultation services offered there, with the doctor's own fee where it differs from the service's price.
    pub services: Vec<PracticeService>,
    /// Number of the licence to practise there (SIP).
    pub sip_number: String,
    /// Last local date of that licence; not bookable after it (R.V8).
    #[schema(value_type = String, format = Date)]
    pub sip_until: Date,
    /// Consultation hours, taken in the same form; slot length follows the service.
    #[serde(default)]
    pub hours: Vec<WeeklyHours>,
}

/// A service as one doctor offers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PracticeService {
    /// The service.
    pub service: ServiceId,
    /// The doctor's fee in minor units of IDR, where it differs.
    #[serde(default)]
    pub fee: Option<i64>,
}

/// The largest picture taken as a doctor's photo, in bytes: what a phone makes fits.
pub const LARGEST_PHOTO: usize = 8 << 20;

/// A doctor's photo: the names of its files, each a JPEG that never changes, for everybody at `/photos/{name}.jpg`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DoctorPhoto {
    /// A square of 160 pixels, for lists.
    pub small: String,
    /// A square of 320 pixels.
    pub large: String,
}

/// A doctor, whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Doctor {
    /// Identifier.
    pub id: DoctorId,
    /// Its part of an address: `sitti-khadijah-sp-a`.
    pub slug: String,
    /// Their account, if they have one.
    pub account: Option<AccountId>,
    /// Name with titles: `dr. Sitti Khadijah, Sp.A`.
    pub name: String,
    /// Sex, for the portrait and for patients who mind.
    pub sex: Sex,
    /// Specialities.
    pub specialities: Vec<Speciality>,
    /// Year of first practice.
    pub practising_since: Option<i16>,
    /// Languages spoken, BCP 47: `id`, `en`, `bug`.
    pub languages: Vec<String>,
    /// A few sentences about themselves.
    pub about: Bilingual,
    /// Registration number (STR); shown to staff and the doctor.
    pub str_number: String,
    /// Last date of the registration; not bookable after it (R.V8). `None`: for life.
    #[schema(value_type = Option<String>, format = Date)]
    pub str_until: Option<Date>,
    /// Where they practise.
    pub practices: Vec<Practice>,
    /// Bookings need no acceptance by hand (C7).
    pub auto_accept: bool,
    /// Their photo, if there is one.
    #[serde(default)]
    pub photo: Option<DoctorPhoto>,
    /// Whether they may be found.
    pub state: DoctorState,
    /// Raised by every change.
    pub version: i64,
}

/// Adds or replaces a doctor; also the form of self-registration (A3).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DoctorForm {
    /// Name with titles, at most 120 characters.
    pub name: String,
    /// Sex.
    pub sex: Sex,
    /// Specialities, at least one.
    pub specialities: Vec<SpecialityId>,
    /// Year of first practice.
    #[serde(default)]
    pub practising_since: Option<i16>,
    /// Languages.
    #[serde(default)]
    pub languages: Vec<String>,
    /// About.
    #[serde(default)]
    pub about: Bilingual,
    /// STR number.
    pub str_number: String,
    /// STR's last date.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub str_until: Option<Date>,
    /// Practices, at most 10.
    pub practices: Vec<Practice>,
    /// Accept bookings without asking.
    #[serde(default = "super::yes")]
    pub auto_accept: bool,
    /// The account that signs in as this doctor; given by staff only.
    #[serde(default)]
    pub account: Option<AccountId>,
}
