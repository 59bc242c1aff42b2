//! PostgreSQL clusters of a test's own: roles that open no other's data, encryption on the way, and the way back to a moment.
#![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

mod cluster;
mod encrypted;
mod point_in_time;
mod roles;
