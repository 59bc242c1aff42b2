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
    /// The registration (STR) is valid.
    pub registered: bool,
    /// Until when, ready to read; empty at a desk.
    pub registration: String,
    /// What is offered where, how and for how much; empty at a desk.
    pub fees: Vec<Tariff>,
    /// Others to turn to while this one takes no bookings.
    pub others: Vec<DoctorCard>,
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
    /// Its page.
    pub href: String,
    /// Until when the licence to practise there (SIP) holds, ready to read; empty at a desk.
    pub licence: String,
    /// Takes BPJS.
    pub bpjs: bool,
    /// Days and hours.
    pub hours: Vec<Hours>,
}

/// Something a doctor offers at a place.
#[derive(Debug, Clone)]
pub struct Tariff {
    /// The service.
    pub service: String,
    /// Facility.
    pub place: String,
    /// By video (else at the facility).
    pub video: bool,
    /// Length in minutes.
    pub minutes: u32,
    /// Price, formatted.
    pub fee: String,
    /// The times of it.
    pub href: String,
}

/// Days and hours, ready to read.
#[derive(Debug, Clone)]
pub struct Hours {
    /// `Senin, Rabu`.
    pub days: String,
    /// `09.00–12.00 WITA`.
    pub span: String,
}
