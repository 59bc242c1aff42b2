//! scheduling

pub mod availability;
