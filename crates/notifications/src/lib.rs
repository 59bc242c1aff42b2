//! What people are told, and how: inbox, e-mail with calendar invitations, reminders, personal calendars (G1, G2, G4,
//! C10). It owns notifications, their deliveries, reminders, preferences and the addresses of calendars; of visits,
//! people and places it keeps what telling needs. [`NotificationsContext`] is the context; the others hold it as
//! `Arc<dyn contracts::notifications::Notifications>`.

mod bell;
mod calendar;
pub mod channel;
mod context;
mod copies;
mod delivery;
mod erasure;
mod feed;
pub mod http;
mod inbox;
mod jobs;
mod letter;
mod news;
mod notice;
mod outside;
mod preference;
mod proposal;
mod reactions;
mod reminder;
mod saying;
mod settings;
mod smtp;
mod unsubscribe;
mod vault;
mod visit;
mod when;

use platform::{db::Migration, i18n::Locale};

pub use bell::Bell;
pub use calendar::{Event, Status, file};
pub use context::{NotificationsContext, Parts};
pub use outside::Calendars;
pub use reminder::plan;
pub use settings::{House, Mail};
pub use smtp::Smtp;

/// The schema of notifications, to be applied after those of the bus and of the jobs.
pub const MIGRATIONS: &[Migration] =
    platform::migrations!("0001_notifications.sql", "0002_outside.sql", "0003_proposals.sql");

/// The texts of notifications.
pub const TEXTS: &[(Locale, &str)] = &[
    (Locale::Id, include_str!("../locales/id/notifications.ftl")),
    (Locale::En, include_str!("../locales/en/notifications.ftl")),
];
