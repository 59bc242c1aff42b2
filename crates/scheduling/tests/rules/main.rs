//! The rules of scheduling, each named after its id, on both engines.
#![allow(clippy::unwrap_used, clippy::cloned_ref_to_slice_refs, clippy::unnecessary_wraps)]

mod access;
mod booking;
mod changes;
mod clinic;
mod explained;
mod full;
mod hearing;
mod holds;
mod leaves;
mod limits;
mod lists;
mod moves;
mod outside;
mod previews;
mod races;
mod refusals;
mod schedules;
mod times;
