//! A facility: its doctors, and its desks.

use askama::Template;

use super::{DoctorCard, Option_, Shell, Term};
use crate::filters;

/// `/faskes/{slug}`
#[derive(Debug, Clone, Template)]
#[template(path = "facility.html")]
pub struct Facility {
    /// The frame.
    pub shell: Shell,
    /// Name, address and what its desks offer.
    pub desk: Desk,
    /// A map of the address.
    pub map: String,
    /// Zone and city of its times: `WITA (Makassar)`.
    pub zone: String,
    /// Phone, or empty.
    pub phone: String,
    /// Takes BPJS.
    pub bpjs: bool,
    /// Its departments, by name.
    pub departments: Vec<String>,
    /// How it takes bookings.
    pub terms: Vec<Term>,
    /// Specialities of its doctors, to look at those alone.
    pub fields: Vec<Option_>,
    /// Its doctors, the earliest free first.
    pub doctors: Vec<DoctorCard>,
}

/// A facility and what can be booked there without a doctor.
#[derive(Debug, Clone)]
pub struct Desk {
    /// The facility's page.
    pub href: String,
    /// Its name.
    pub name: String,
    /// Street and city.
    pub address: String,
    /// What its desks offer.
    pub services: Vec<DeskService>,
}

/// Something a desk offers.
#[derive(Debug, Clone)]
pub struct DeskService {
    /// Its page with the times.
    pub href: String,
    /// Its name.
    pub name: String,
    /// Its kind, ready to read.
    pub kind: String,
    /// Icon name.
    pub icon: &'static str,
    /// Length in minutes.
    pub minutes: u32,
    /// Price, formatted.
    pub fee: String,
}
