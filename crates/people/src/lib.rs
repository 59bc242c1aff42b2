//! Patients, their families, coverage and consents (A2, A6, A9). [`PeopleContext`] is the context; the others hold it as
//! `Arc<dyn contracts::people::People>`.

mod access;
mod account;
pub mod bpjs;
mod bulk;
mod context;
mod details;
mod erasure;
mod export;
mod family;
pub mod http;
mod import;
mod mask;
mod names;
pub mod nik;
mod patient;
mod patient_form;
pub mod phone;
mod profile;
mod reactions;
mod search;
mod vault;

use platform::{db::Migration, i18n::Locale};

pub use context::PeopleContext;

/// The schema of people, to be applied after those of the bus and of the jobs.
pub const MIGRATIONS: &[Migration] = platform::migrations!("0001_people.sql");

/// The texts of people.
pub const TEXTS: &[(Locale, &str)] =
    &[(Locale::Id, include_str!("../locales/id/people.ftl")), (Locale::En, include_str!("../locales/en/people.ftl"))];
