//! A doctor's page: who it is, and the times.

use askama::Template;

use super::{DoctorCard, Picker, Shell};
use crate::filters;

/// `/dokter/{slug}`
#[derive(Debug, Clone, Template)]
#[template(path = "doctor.html", blocks = ["picker"])]
pub struct Doctor {
    /// The frame.
    pub shell: Shell,
    /// Name, speciality, rating, place, fee.
    pub doctor: DoctorCard,
    /// The registration (STR/SIP) is valid.
    pub registered: bool,
    /// Languages, ready to read; may be empty.
    pub languages: String,
    /// A few sentences by the doctor; may be empty.
    pub about: String,
    /// Where and when the doctor practises.
    pub places: Vec<Place>,
    /// Until when moving and cancelling is free, ready to read: `2 jam sebelumnya`; empty if never.
    pub free_until: String,
    /// The doctor decides about every request.
    pub by_request: bool,
    /// It is a desk's service, without a doctor.
    pub desk: bool,
    /// The times.
    pub picker: Picker,
}

/// A place of practice.
#[derive(Debug, Clone)]
pub struct Place {
    /// Facility.
    pub name: String,
    /// Street and city.
    pub address: String,
    /// Days and hours.
    pub hours: Vec<Hours>,
}

/// Days and hours, ready to read.
#[derive(Debug, Clone)]
pub struct Hours {
    /// `Senin, Rabu`.
    pub days: String,
    /// `09.00–12.00 WITA`.
    pub span: String,
}
