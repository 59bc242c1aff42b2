//! Backups: every database as it was at one moment, sealed, beside a running server; and the way back.
//!
//! A *set* is a folder with a sealed file for each context and a manifest. The data keys are not in it: they lie apart,
//! in a folder whose files live for 30 days at most, together with the ledger of erasures, so that destroying a key
//! erases old backups too (ARCHITECTURE.md §5a). The key of the house, from which the sealing key is made, is in neither.

mod apart;
mod check;
mod daily;
mod ledger;
mod make;
mod manifest;
mod prune;
mod reconcile;
mod restore;
mod sealed;
mod sound;
mod tools;

use platform::{
    Result,
    crypto::{MasterKey, sha256_hex},
};

pub use self::{
    check::Finding,
    daily::{Daily, add_job, gauges, newest},
    make::{Made, Plan, make, make_apart},
    manifest::Manifest,
    reconcile::{Difference, reconcile},
    restore::{Restored, reopen, restore, verify},
    sound::make_sound,
};
use crate::settings::Settings;

/// The databases of contexts.
const CONTEXTS: [&str; 5] = ["auth", "people", "directory", "scheduling", "notifications"];
/// The store of data keys.
const KEYS: &str = "keys";

/// What seals a backup, made from the key of the house.
struct SealingKey {
    bytes: [u8; 32],
    /// Tells whether a backup was sealed with this key, without telling anything of it.
    mark: String,
    signing: [u8; 32],
}

impl SealingKey {
    fn of(master: &MasterKey) -> Self {
        Self {
            bytes: master.derive("backup:1"),
            mark: sha256_hex(&master.derive("backup-mark:1"))[..16].to_owned(),
            signing: master.derive("backup-manifest:1"),
        }
    }
}

/// The file of a database, where it is one.
fn file_of(settings: &Settings, database: &str) -> Option<std::path::PathBuf> {
    settings.database.url_of(database).strip_prefix("sqlite:").map(std::path::PathBuf::from)
}

/// Work on files, where others need not wait for it.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(platform::Error::internal)?
}
