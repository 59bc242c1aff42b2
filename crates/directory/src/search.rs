//! Finding doctors and facilities (B3).
//!
//! The index lies in memory: rebuilt from the database at start, and kept in step by every change before its author
//! gets the answer; versions decide, so the order in which changes arrive does not matter. It is right in the one
//! process that owns the directory's database. A second one on the same database would have to be told of changes too:
//! every row it needs is in the events FacilityChanged, ServiceChanged and DoctorChanged, but of one database's hearers
//! only one hears each. See [`Words`] for why no engine's own text search is used.

mod doctors;
mod facilities;
mod fold;
mod index;
#[cfg(test)]
mod recall;
mod records;
mod words;

pub(crate) use doctors::find as find_doctors;
pub(crate) use facilities::find as find_facilities;
pub(crate) use fold::{plain, words};
pub(crate) use index::{Index, Listed, Place};
pub(crate) use records::find as find_records;
pub(crate) use words::Words;
