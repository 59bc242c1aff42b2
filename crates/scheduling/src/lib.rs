//! Scheduling: who may come when. It owns schedules, exceptions, holidays, policies, holds and appointments, and keeps
//! copies of facilities, services, doctors and patients by hearing their owners.
//!
//! The parts, inside out: [`availability`] judges (pure); `desk` puts together what it judges by; `free` lists,
//! `hold`, `booking`, `change` and `reschedule` write after a `verdict`; `claim` is where the database forbids what must not be; `owner`
//! numbers every change so that caches are exact; `http` is the face for programs.

mod access;
mod appointment;
mod around;
pub mod availability;
mod booking;
mod change;
mod claim;
mod code;
mod complaint;
mod context;
mod copies;
mod desk;
mod exception;
mod explain;
mod export;
mod free;
mod hold;
mod holiday;
pub mod http;
mod idempotency;
mod jobs;
mod leave;
mod leave_answer;
mod leave_choices;
mod leave_decide;
mod leave_settle;
mod lists;
mod moves;
mod outside;
mod owner;
mod past;
mod policy;
mod preview;
mod reactions;
mod reschedule;
mod schedule;
mod told;
mod verdict;

use platform::{db::Migration, i18n::Locale};

pub use context::SchedulingContext;

/// The schema of this context's database, after those of bus and jobs.
pub const MIGRATIONS: &[Migration] =
    platform::migrations!("0001_scheduling.sql", "0002_leave.sql", "0003_outside.sql", "0004_claims_by_number.sql",);

/// The texts of this context's errors.
pub const TEXTS: &[(Locale, &str)] = &[
    (Locale::Id, include_str!("../locales/id/scheduling.ftl")),
    (Locale::En, include_str!("../locales/en/scheduling.ftl")),
];
