//! The doctor's own profile.

use askama::Template;

use super::{Field, Option_, PhotoForm, Shell};
use crate::filters;

/// `/d/profil`
#[derive(Debug, Clone, Template)]
#[template(path = "doctor_profile.html")]
pub struct DoctorProfile {
    /// The frame.
    pub shell: Shell,
    /// Name with titles.
    pub name: String,
    /// Specialities.
    pub speciality: String,
    /// Address of the portrait.
    pub portrait: String,
    /// Gives a photo, or takes it away.
    pub photo: PhotoForm,
    /// What patients see of it.
    pub public: String,
    /// The version the page was made from.
    pub version: String,
    /// STR number.
    pub str_number: String,
    /// Until when, ready to read.
    pub str_until: String,
    /// It has run out, or does soon: class of the line.
    pub str_class: &'static str,
    /// Practices.
    pub practices: Vec<ProfilePractice>,
    /// About, in Indonesian.
    pub about_id: Field,
    /// About, in English.
    pub about_en: Field,
    /// Languages spoken.
    pub languages: Vec<Option_>,
    /// Bookings need no acceptance.
    pub auto_accept: bool,
    /// Year of first practice.
    pub since: Field,
}

/// Where the doctor practises.
#[derive(Debug, Clone)]
pub struct ProfilePractice {
    /// The facility.
    pub place: String,
    /// SIP number.
    pub sip: String,
    /// Until when, ready to read.
    pub until: String,
    /// Class of that line.
    pub class: &'static str,
    /// Services with their fees.
    pub fees: Vec<(String, String)>,
}
