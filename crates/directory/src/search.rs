//! Finding doctors and facilities (B3).
//!
//! The index lies in memory: rebuilt from the database at start, and kept in step by every change before its author
//! gets the answer. A replica that hears of a change (the directory's own events) reads the row again and puts it;
//! versions decide, so order does not matter. See [`Words`] for why no engine's own text search is used.

mod doctors;
mod facilities;
mod fold;
mod index;
#[cfg(test)]
mod recall;
mod words;

pub(crate) use facilities::find as find_facilities;
pub(crate) use fold::{plain, words};
pub(crate) use index::{Index, Listed, Place};
pub(crate) use words::Words;
pub(crate) use doctors::find as find_doctors;
