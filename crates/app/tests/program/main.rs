//! The whole program in one process, asked through HTTP, on both engines.
#![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

mod backup;
mod erasure;
mod forms;
mod fuzz;
mod health;
mod house;
mod journey;
mod masters;
mod matrix;
mod notified;
mod observed;
mod shards;
mod sign_up;
mod system;

/// Declares tests that run on both engines, as `name::sqlite` and `name::postgres`.
macro_rules! on_both_engines {
    ($($(#[$about:meta])* async fn $name:ident($engine:ident) $body:block)+) => {$(
        $(#[$about])*
        mod $name {
            use super::*;

            async fn test($engine: platform::db::Engine) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                test(platform::db::Engine::Sqlite).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                test(platform::db::Engine::Postgres).await;
            }
        }
    )+};
}
pub(crate) use on_both_engines;
