//! The databases of what lives in this process: where they are, who makes them, how they are brought up to date.

use std::path::Path;

use platform::{
    Error, Result,
    crypto::{KeyStore, MasterKey},
    db::{Db, DbError, Migration},
    entropy::Entropy,
};

use super::roles::{Part, Roles};
use crate::settings::Settings;

/// The name of the store of data keys among the databases.
pub(super) const KEYS: &str = "keys";

/// The databases that processes with these roles open.
pub(super) fn names_of(roles: &Roles) -> Vec<&'static str> {
    let here: Vec<Part> = Part::CONTEXTS.into_iter().filter(|part| roles.has(*part)).collect();
    let keys = here.iter().any(|part| part.needs_keys()).then_some(KEYS);
    here.into_iter().map(Part::word).chain(keys).collect()
}

pub(super) async fn named(settings: &Settings, name: &'static str) -> Result<(&'static str, Db)> {
    Ok((name, open(settings, name).await?))
}

/// The key of the house. Where it has several processes none of them makes one: each would have its own.
pub(super) fn master_key(settings: &Settings, roles: &Roles) -> Result<(MasterKey, bool)> {
    let file = settings.key_file();
    if !roles.is_whole() && !file.exists() {
        return Err(Error::internal(format_args!(
            "{} is not there: all processes of a house need its one key (mediverse keys make)",
            file.display()
        )));
    }
    MasterKey::open(&file, &Entropy::System)
}

pub(super) async fn open_keys(db: Option<Db>, master: &MasterKey) -> Result<Option<KeyStore>> {
    match db {
        Some(db) => KeyStore::open(db, master).await.map(Some),
        None => Ok(None),
    }
}

/// Scheduling does so by itself.
pub(super) async fn bring_up_to_date(part: Part, db: Db) -> Result<()> {
    match part {
        Part::Auth => migrate(&db, "auth", auth::MIGRATIONS).await,
        Part::People => migrate(&db, "people", people::MIGRATIONS).await,
        Part::Directory => migrate(&db, "directory", directory::MIGRATIONS).await,
        Part::Notifications => migrate(&db, "notifications", notifications::MIGRATIONS).await,
        Part::Scheduling | Part::Web | Part::Gateway => Ok(()),
    }
}

pub(super) async fn open(settings: &Settings, context: &str) -> Result<Db> {
    Db::open(&settings.database.url_of(context), settings.database.options())
        .await
        .map_err(|error| refused(error, context))
}

/// Says what to do where the data are another's.
pub(super) fn refused(error: Error, context: &str) -> Error {
    match error {
        Error::Db(DbError::Unavailable(why)) if why.contains("open already") => {
            Error::conflict("data-in-use").with("where", why)
        }
        Error::Db(error) => Error::conflict("database-away").with("context", context).with("cause", error),
        other => other,
    }
}

/// Brings a context's database up to date. Bus, jobs and context each keep a ledger of their own, so that each can grow
/// at its end; of processes that start at once one applies what is new, the others find it done.
async fn migrate(db: &Db, context: &'static str, own: &[Migration]) -> Result<()> {
    db.migrate("bus", platform::bus::MIGRATIONS).await?;
    db.migrate("jobs", platform::jobs::MIGRATIONS).await?;
    db.migrate(context, own).await.map(drop)
}

pub(super) fn make_folders(settings: &Settings) -> Result<()> {
    let folders = [settings.database.folder(), settings.key_file().parent().map(Path::to_path_buf)];
    for folder in folders.into_iter().flatten().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(&folder).map_err(|e| Error::internal(format_args!("{}: {e}", folder.display())))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

    use platform::db::{Db, DbOptions, Engine};

    use super::migrate;

    /// J1, J3
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn replicas_that_start_at_once_migrate_once_into_three_ledgers() {
        let fresh = testkit::db::Fresh::new(Engine::Postgres, "people", &[]).await;
        let replicas: Vec<_> = (0..8)
            .map(|_| {
                let url = fresh.url.clone();
                tokio::spawn(async move {
                    let db = Db::open(&url, DbOptions { pool: 1, ..DbOptions::default() }).await?;
                    let migrated = migrate(&db, "people", people::MIGRATIONS).await;
                    db.close().await;
                    migrated
                })
            })
            .collect();
        for replica in replicas {
            replica.await.unwrap().unwrap();
        }
        let ledgers: Vec<(String, i64)> = fresh
            .db
            .read(async |tx| {
                tx.all("select context, count(*) from _migration group by context order by context", &[]).await
            })
            .await
            .unwrap();
        let one = |name: &str, steps: &[platform::db::Migration]| (name.to_owned(), steps.len() as i64);
        let wanted = [
            one("bus", platform::bus::MIGRATIONS),
            one("jobs", platform::jobs::MIGRATIONS),
            one("people", people::MIGRATIONS),
        ];
        assert_eq!(ledgers, wanted);
        fresh.remove().await;
    }
}
