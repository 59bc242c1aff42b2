//! Texts for people: Fluent messages in Indonesian and English, found by key. No crate writes a sentence in Rust;
//! each exposes `pub const TEXTS: &[(Locale, &str)]` and the program gathers them in a [`Catalog`] (A1).

mod locale;
mod texts;

pub use fluent_bundle::FluentValue as Value;
pub use locale::Locale;
pub use texts::{Catalog, Texts};

/// This crate's own texts: what is said for every kind of error.
pub const TEXTS: &[(Locale, &str)] =
    &[(Locale::Id, include_str!("../locales/id/errors.ftl")), (Locale::En, include_str!("../locales/en/errors.ftl"))];
