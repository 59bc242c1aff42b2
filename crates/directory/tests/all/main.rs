//! The directory as its callers see it, on both database engines.

#![allow(
    clippy::unwrap_used,
    clippy::assigning_clones,
    clippy::cloned_ref_to_slice_refs,
    reason = "tests say what they expect, not how fast"
)]

mod doctors;
mod facilities;
mod follow;
mod http;
mod imports;
mod masters;
mod memory;
mod photos;
mod search;
mod world;
