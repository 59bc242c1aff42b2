//! The program `mediverse`: every context put together in one process, with its command line, its REST API and its
//! sample data. [`wiring`] is the one file that knows them all.

pub mod api;
pub mod backup;
pub mod cli;
pub mod demo;
pub mod health;
pub mod mailbox;
pub mod numbers;
pub mod private_file;
pub mod settings;
pub mod site;
pub mod system;
pub mod wiring;

/// The texts of the command line.
pub const TEXTS: &[(platform::i18n::Locale, &str)] = &[
    (platform::i18n::Locale::Id, include_str!("../locales/id/cli.ftl")),
    (platform::i18n::Locale::Id, include_str!("../locales/id/backup.ftl")),
    (platform::i18n::Locale::Id, include_str!("../locales/id/demo.ftl")),
    (platform::i18n::Locale::Id, include_str!("../locales/id/init.ftl")),
    (platform::i18n::Locale::En, include_str!("../locales/en/cli.ftl")),
    (platform::i18n::Locale::En, include_str!("../locales/en/backup.ftl")),
    (platform::i18n::Locale::En, include_str!("../locales/en/demo.ftl")),
    (platform::i18n::Locale::En, include_str!("../locales/en/init.ftl")),
];
