//! Search results.

use askama::Template;

use super::{Desk, DoctorCard, Option_, Pager, Shell, Tab};
use crate::filters;

/// `/cari`
#[derive(Debug, Clone, Template)]
#[template(path = "search.html", blocks = ["results"])]
pub struct Search {
    /// The frame.
    pub shell: Shell,
    /// What was typed.
    pub q: String,
    /// Cities.
    pub cities: Vec<Option_>,
    /// Specialities.
    pub specialities: Vec<Option_>,
    /// Kinds of service.
    pub kinds: Vec<Option_>,
    /// Ways of meeting: any, video, clinic.
    pub modes: Vec<Option_>,
    /// Orders: soonest, rating, fee.
    pub sorts: Vec<Option_>,
    /// Earliest day, `YYYY-MM-DD` or empty.
    pub date: String,
    /// Only those who take BPJS.
    pub bpjs: bool,
    /// Highest fees to choose from.
    pub fees: Vec<Option_>,
    /// Doctors or facilities.
    pub tabs: Vec<Tab>,
    /// What helps where nothing was found.
    pub rescues: Vec<Rescue>,
    /// Facilities, where those are looked for.
    pub places: Vec<FacilityCard>,
    /// Filters in force, each with the address without it.
    pub active: Vec<Filter>,
    /// How many are on this page.
    pub total: u64,
    /// There are others before or after.
    pub more: bool,
    /// The doctors of this page.
    pub doctors: Vec<DoctorCard>,
    /// The facilities of this page, where a desk's service is looked for.
    pub desks: Vec<Desk>,
    /// Where the list goes on.
    pub pager: Pager,
    /// Something like an emergency was typed: show the number first.
    pub emergency: bool,
}

/// A filter in force.
#[derive(Debug, Clone)]
pub struct Filter {
    /// What it is, ready to read.
    pub label: String,
    /// The same search without it.
    pub without: String,
}

/// A search that finds something, where this one does not.
#[derive(Debug, Clone)]
pub struct Rescue {
    /// What is left out, ready to read.
    pub label: String,
    /// How many are found then, 100 at most.
    pub found: u64,
    /// The search without it.
    pub href: String,
}

/// A facility in a list.
#[derive(Debug, Clone)]
pub struct FacilityCard {
    /// Its page.
    pub href: String,
    /// Its name.
    pub name: String,
    /// Street and city.
    pub address: String,
    /// Takes BPJS.
    pub bpjs: bool,
}
