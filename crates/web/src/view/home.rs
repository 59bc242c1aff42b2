//! Home: the next useful thing in one tap.

use askama::Template;

use super::{DoctorCard, Option_, Shell, State, Visit};
use crate::filters;

/// `/`
#[derive(Debug, Clone, Template)]
#[template(path = "home.html")]
pub struct Home {
    /// The frame.
    pub shell: Shell,
    /// `Senin, 23 November`.
    pub today: String,
    /// First name of whoever is signed in, or empty.
    pub name: String,
    /// Text key of the greeting for the hour: `hello-morning`, `hello-midday`, `hello-afternoon`, `hello-evening`.
    pub greeting: &'static str,
    /// The next appointment, if it is near.
    pub next: Option<Next>,
    /// The next appointment, if it is further away.
    pub later: Option<Visit>,
    /// Doctors seen before, with their next free times.
    pub known: Vec<DoctorCard>,
    /// Cities to search in.
    pub cities: Vec<Option_>,
    /// Kinds of service.
    pub tiles: Vec<Tile>,
    /// Every doctor below is free today (else soon).
    pub today_free: bool,
    /// Doctors with free times soon.
    pub doctors: Vec<DoctorCard>,
}

/// The next appointment.
#[derive(Debug, Clone)]
pub struct Next {
    /// The appointment.
    pub visit: Visit,
    /// How long until it begins, ready to read: `14 menit lagi`.
    pub countdown: String,
}

/// A kind of service.
#[derive(Debug, Clone)]
pub struct Tile {
    /// Where it leads.
    pub href: String,
    /// Icon name.
    pub icon: &'static str,
    /// Colour word: brand, info, plum, ok, wait, danger.
    pub tone: &'static str,
    /// Text key of its name.
    pub label: &'static str,
    /// One line under it, ready to read; may be empty.
    pub note: String,
}
