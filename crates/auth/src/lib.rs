//! Accounts, sign-in, sessions, access tokens, roles and the audit trail (A1, A3, A4, A5, A7, A8).
//! [`AuthContext`] is the context; the others hold it as `Arc<dyn contracts::auth::Auth>`.

pub mod account;
pub mod audit;
mod audit_check;
mod context;
mod doorkeeper;
mod erasure;
mod grant;
pub mod http;
mod jobs;
mod kept_view;
mod login;
mod named_role;
mod news;
mod password;
mod presence;
mod reach;
mod reactions;
mod reset;
mod role;
mod second_factor;
mod session;
mod settings;
mod sign_in;
mod throttle;
mod token;
mod vault;
mod verbs;

use platform::{db::Migration, i18n::Locale};

pub use context::{AuthContext, Parts};
pub use doorkeeper::Doorkeeper;
pub use settings::Settings;

/// The schema of auth, to be applied after those of the bus and of the jobs.
pub const MIGRATIONS: &[Migration] = platform::migrations!(
    "0001_accounts.sql",
    "0002_audit.sql",
    "0003_news.sql",
    "0004_named_roles.sql",
    "0005_kept_views.sql"
);

/// The texts of auth.
pub const TEXTS: &[(Locale, &str)] =
    &[(Locale::Id, include_str!("../locales/id/auth.ftl")), (Locale::En, include_str!("../locales/en/auth.ftl"))];
