//! What notifications promises, on both engines.
#![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

mod erasure;
mod face;
mod feeds;
mod house;
mod outside;
mod proposals;
mod reminders;
mod sending;
mod telling;
mod unsubscribing;
