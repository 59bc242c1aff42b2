//! The way back: into an empty place, cleaned by the ledger of erasures, said anew, and only then put where it is opened.

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    time::Duration,
};

use platform::{Error, Result, bus, crypto::MasterKey, db::backup::Place, telemetry::Private};

use super::{
    CONTEXTS, Finding, KEYS, Manifest, SealingKey, apart, blocking, check, file_of, ledger::Erased,
    make::server_places, sealed, tools,
};
use crate::{
    settings::Settings,
    wiring::{House, World},
};

/// How long the contexts may take to hear each other.
const PATIENCE: Duration = Duration::from_mins(2);

/// Whoever ran a job when the backup was made is not there any more.
const JOBS_LET_GO: &str = "update job set lease_holder = null, lease_until = null where lease_holder is not null";

/// What was restored.
#[derive(Debug)]
pub struct Restored {
    /// The moment it is of; none where the databases were back already.
    pub at: Option<jiff::Timestamp>,
    /// People who were forgotten after it was made, and now are again.
    pub erased: usize,
    /// Why not everything was heard yet, where it was not; it is once the server runs.
    pub unheard: Option<String>,
}

/// Looks whether a set could be restored: seals, checksums, and on SQLite every file and what holds between them; a dump
/// is read through by `pg_restore`. `keys` is the folder of data keys.
pub async fn verify(master: &MasterKey, set: &Path, keys: &Path) -> Result<(Manifest, Vec<Finding>)> {
    verify_beside(master, set, keys, None).await
}

/// As [`verify`]; what has to be unsealed lies in this folder meanwhile, where one is named: that of the data, which has
/// the room and is as well guarded.
pub(super) async fn verify_beside(
    master: &MasterKey,
    set: &Path,
    keys: &Path,
    beside: Option<PathBuf>,
) -> Result<(Manifest, Vec<Finding>)> {
    let key = SealingKey::of(master);
    let (set, keys) = (set.to_owned(), keys.to_owned());
    blocking(move || {
        let manifest = Manifest::read(&set, &key)?;
        let (newest, _) = apart::newest(&keys, &key)?;
        manifest.files.iter().try_for_each(|part| sealed::compare(&set, part))?;
        if manifest.engine != "sqlite" {
            for part in &manifest.files {
                pour(tools::look()?, &set.join(part.file()), &part.database, &key)?;
            }
            pour(tools::look()?, &newest, KEYS, &key)?;
            return Ok((manifest, Vec::new()));
        }
        let scratch = Scratch::make(beside)?;
        unpack(&manifest, &set, &newest, &scratch.0, &key)?;
        let findings = check::check(&scratch.0)?;
        Ok((manifest, findings))
    })
    .await
}

/// Restores a set into what the settings name, which must be empty.
pub async fn restore(
    settings: &Settings,
    world: &World,
    master: &MasterKey,
    set: &Path,
    keys: &Path,
) -> Result<Restored> {
    let key = SealingKey::of(master);
    let manifest = Manifest::read(set, &key)?;
    let (newest, ledger) = apart::newest(keys, &key)?;
    manifest.files.iter().try_for_each(|part| sealed::compare(set, part))?;
    let files = file_of(settings, KEYS).is_some();
    match (manifest.engine.as_str(), settings.database.folder()) {
        ("sqlite", Some(data)) if files => {
            let staging = data.with_added_extension("restoring");
            empty_but_for_keys(settings, &data)?;
            sealed::remove_folder(&staging)?;
            sealed::private_folder(&staging)?;
            unpack(&manifest, set, &newest, &staging, &key)?;
            if let Some(finding) = check::check(&staging)?.into_iter().find(|finding| finding.failed) {
                return Err(Error::conflict("backup-unsound").with("about", finding.about));
            }
            let mut staged = settings.clone();
            staged.keys.file = settings.key_file().display().to_string();
            staged.database.url = Private::new(format!("sqlite:{}", staging.display()));
            let restored = open_again(staged, world, Some(manifest.at), &ledger).await?;
            put_in_place(settings, &staging, &data)?;
            Ok(restored)
        }
        ("postgres", _) if !files => {
            let places = server_places(settings, &[&CONTEXTS[..], &[KEYS]].concat())?;
            for place in &places {
                make_ready(place).await?;
            }
            for (part, place) in manifest.files.iter().zip(&places) {
                pour(tools::fill(place)?, &set.join(part.file()), &part.database, &key)?;
            }
            pour(tools::fill(&places[CONTEXTS.len()])?, &newest, KEYS, &key)?;
            open_again(settings.clone(), world, Some(manifest.at), &ledger).await
        }
        _ => Err(Error::conflict("backup-other-engine")),
    }
}

/// Does what a restore does at its end where the databases are back by other means: a server's own way to a moment. `keys` is
/// the folder of data keys, for the ledger in it.
pub async fn reopen(settings: &Settings, world: &World, master: &MasterKey, keys: &Path) -> Result<Restored> {
    let (_, ledger) = apart::newest(keys, &SealingKey::of(master))?;
    open_again(settings.clone(), world, None, &ledger).await
}

/// Before anybody is served: numbers given from now on are told from those given after the backup, whoever asked to be
/// forgotten since is forgotten again, and everybody hears of both.
async fn open_again(
    settings: Settings,
    world: &World,
    at: Option<jiff::Timestamp>,
    ledger: &[Erased],
) -> Result<Restored> {
    let house = House::open(settings, world.clone()).await?;
    for (_, db) in house.databases().iter().filter(|(name, _)| *name != KEYS) {
        db.write(async |tx| {
            tx.exec(JOBS_LET_GO, &[]).await?;
            bus::raise_epoch(tx).await
        })
        .await?;
    }
    let (cx, mut erased) = (world.cx("restore"), 0);
    for gone in ledger {
        let again = house.own_people()?.erase_again(&cx, &gone.account, &gone.patients).await?;
        erased += usize::from(again);
    }
    let bus = house.start_bus().await?;
    let settled = bus.settle(PATIENCE).await;
    bus.stop().await;
    house.close().await;
    let unheard = match settled {
        // Nobody forgotten may be seen again, not even for a moment.
        Err(error) if erased > 0 => return Err(error),
        settled => settled.err().map(|error| error.to_string()),
    };
    Ok(Restored { at, erased, unheard })
}

fn unpack(manifest: &Manifest, set: &Path, keys: &Path, to: &Path, key: &SealingKey) -> Result<()> {
    for part in &manifest.files {
        if !CONTEXTS.contains(&part.database.as_str()) {
            return Err(sealed::changed(set));
        }
        sealed::unseal(&set.join(part.file()), &to.join(format!("{}.db", part.database)), &part.database, key)?;
    }
    sealed::unseal(keys, &to.join(format!("{KEYS}.db")), KEYS, key)
}

/// Writes what a sealed file holds to a tool.
fn pour(mut tool: tools::Tool, from: &Path, database: &str, key: &SealingKey) -> Result<()> {
    let mut opened = sealed::open(from, database, key)?;
    let mut input = tool.input()?;
    let poured = io::copy(&mut opened, &mut input).and_then(|_| input.flush());
    drop(input);
    match poured {
        Err(error) if error.kind() == io::ErrorKind::InvalidData => {
            // What it was told so far it must not keep.
            tool.stop();
            Err(sealed::changed(from))
        }
        // The tool has gone; its own words say why.
        _ => tool.end(),
    }
}

/// What may lie where data are restored to: the key of the house.
fn own_files(settings: &Settings) -> Vec<PathBuf> {
    let key = settings.key_file();
    vec![key.with_added_extension("confirmed"), key]
}

fn empty_but_for_keys(settings: &Settings, data: &Path) -> Result<()> {
    let own = own_files(settings);
    let Ok(entries) = fs::read_dir(data) else { return Ok(()) };
    for entry in entries {
        let path = entry.map_err(Error::internal)?.path();
        if !own.contains(&path) {
            return Err(Error::conflict("restore-not-empty").with("place", path.display()));
        }
    }
    Ok(())
}

/// One renaming puts everything where it is opened. The key goes with it: until then it lies in both places.
fn put_in_place(settings: &Settings, staging: &Path, data: &Path) -> Result<()> {
    let in_data: Vec<PathBuf> =
        own_files(settings).into_iter().filter(|file| file.parent() == Some(data) && file.exists()).collect();
    for file in &in_data {
        let name = file.file_name().unwrap_or_default();
        fs::copy(file, staging.join(name)).map_err(|e| sealed::cannot("copied", file, &e))?;
    }
    sealed::sync_folder(staging)?;
    for file in &in_data {
        fs::remove_file(file).map_err(|e| sealed::cannot("moved", file, &e))?;
    }
    fs::rename(staging, data).map_err(|e| sealed::cannot("put in place", data, &e))?;
    match data.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        Some(parent) => sealed::sync_folder(parent),
        None => Ok(()),
    }
}

/// Refuses a database that holds something, and makes what a dump of one schema does not bring.
async fn make_ready(place: &Place) -> Result<()> {
    const TABLES: &str = "select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = $1 and c.relkind in ('r', 'p')";
    let told = |e: tokio_postgres::Error| Error::internal(format_args!("the database {}: {e}", place.database));
    let client = place.connect().await?;
    let schema = place.schema.as_deref().unwrap_or("public");
    let tables: i64 = client.query_one(TABLES, &[&schema]).await.map_err(told)?.get(0);
    if tables > 0 {
        return Err(Error::conflict("restore-not-empty").with("place", &place.database));
    }
    if place.schema.is_some() {
        let ready =
            format!("create extension if not exists btree_gist with schema public; drop schema if exists {schema}");
        client.batch_execute(&ready).await.map_err(told)?;
    }
    Ok(())
}

/// A folder for looking into, gone when it was looked at.
struct Scratch(PathBuf);

impl Scratch {
    fn make(beside: Option<PathBuf>) -> Result<Self> {
        let folder = match beside {
            Some(data) => data.join(".verify"),
            None => std::env::temp_dir().join(format!("mediverse-verify-{}", std::process::id())),
        };
        sealed::remove_folder(&folder)?;
        sealed::private_folder(&folder)?;
        Ok(Self(folder))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = sealed::remove_folder(&self.0);
    }
}
