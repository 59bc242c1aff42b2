//! Bookings, free times and searches in a prepared world, and what they cost as it grows.

mod bookings;
mod free_times;
mod growth;
mod search;

pub use self::{
    bookings::bookings,
    free_times::{free_times, serve_bare},
    growth::growth,
    search::search,
};

/// Callers who look for free times, or search.
const READERS: usize = 16;
