//! Making a set.

use std::{
    fs::{self, File},
    io::Read as _,
    path::{Path, PathBuf},
    time::Duration,
};

use jiff::{Timestamp, tz::TimeZone};
use platform::{
    Error, Result,
    crypto::MasterKey,
    db::backup::{Frozen, Place, freeze, freeze_server},
};

use super::{CONTEXTS, KEYS, Manifest, SealingKey, apart, blocking, file_of, ledger, prune, sealed, tools};
use crate::settings::Settings;

/// What is wanted.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The folder of the backups.
    pub to: PathBuf,
    /// How many good sets are kept; older ones go once the new one is there.
    pub keep: usize,
    /// The moment it is named by.
    pub now: Timestamp,
}

/// What was made.
#[derive(Debug)]
pub struct Made {
    /// The folder of the set.
    pub folder: PathBuf,
    /// Bytes of its files.
    pub bytes: u64,
    /// How long writers waited.
    pub paused: Duration,
}

/// How a set and what lies apart of it are named.
const NAME: &str = "mediverse-%Y%m%dT%H%M%S.%3fZ";

/// The moment in a name; none where it is no such name.
pub(super) fn moment_of(name: &str) -> Option<Timestamp> {
    let civil = jiff::civil::DateTime::strptime("mediverse-%Y%m%dT%H%M%S.%fZ", name).ok()?;
    TimeZone::UTC.to_timestamp(civil).ok()
}

/// Makes a set of all databases, and keys and ledger apart from it. Until it is whole it has no name, so a process that
/// is killed leaves the sets before as they were.
pub async fn make(settings: &Settings, master: &MasterKey, plan: &Plan) -> Result<Made> {
    let work = Work::begin(master, plan)?;
    match files(settings, &[&CONTEXTS[..], &[KEYS]].concat())? {
        Some(files) => {
            let drafts = Drafts::beside(&files[0])?;
            blocking(move || work.of_files(&files, &drafts)).await
        }
        None => work.of_server(settings).await,
    }
}

/// Seals keys and ledger alone: quickly done, so that it can be done often.
pub async fn make_apart(settings: &Settings, master: &MasterKey, plan: &Plan) -> Result<()> {
    let work = Work::begin(master, plan)?;
    match files(settings, &["people", KEYS])? {
        Some(files) => {
            let drafts = Drafts::beside(&files[0])?;
            blocking(move || {
                let frozen = freeze(&files)?;
                work.keys_and_ledger(&frozen, [0, 1], &drafts)
            })
            .await
        }
        None => work.keys_of_server(&server_places(settings, &["people", KEYS])?).await,
    }
}

/// A backup on its way.
struct Work {
    key: SealingKey,
    plan: Plan,
    name: String,
    _lock: File,
}

impl Work {
    fn begin(master: &MasterKey, plan: &Plan) -> Result<Self> {
        sealed::private_folder(&plan.to)?;
        let lock = lock(&plan.to.join(".lock"))?;
        // What a killed process left behind. No other one is at work: the lock is ours.
        for entry in fs::read_dir(&plan.to).map_err(|e| sealed::cannot("read", &plan.to, &e))? {
            let path = entry.map_err(Error::internal)?.path();
            if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(".partial-")) {
                sealed::remove_folder(&path)?;
            }
        }
        let name = plan.now.strftime(NAME).to_string();
        Ok(Self { key: SealingKey::of(master), plan: plan.clone(), name, _lock: lock })
    }

    fn partial(&self) -> PathBuf {
        self.plan.to.join(format!(".partial-{}", self.name))
    }

    fn of_files(self, files: &[PathBuf], drafts: &Drafts) -> Result<Made> {
        let frozen = freeze(files)?;
        let mut manifest = Manifest::new(self.plan.now, "sqlite", &self.key);
        let partial = self.partial();
        sealed::private_folder(&partial)?;
        for (number, database) in CONTEXTS.iter().enumerate() {
            let draft = drafts.copy(&frozen, number)?;
            let to = partial.join(format!("{database}.sealed"));
            manifest.files.push(sealed::seal(read(&draft)?, &to, database, &self.key)?);
            drafts.remove(&draft)?;
        }
        let people = CONTEXTS.iter().position(|name| *name == "people").unwrap_or_default();
        self.keys_and_ledger(&frozen, [people, CONTEXTS.len()], drafts)?;
        self.finish(&manifest, frozen.paused)
    }

    fn keys_and_ledger(&self, frozen: &Frozen, [people, keys]: [usize; 2], drafts: &Drafts) -> Result<()> {
        let draft = drafts.copy(frozen, people)?;
        let erased = ledger::of_file(&draft)?;
        drafts.remove(&draft)?;
        let draft = drafts.copy(frozen, keys)?;
        apart::write(&self.plan.to, &self.name, read(&draft)?, &erased, &self.key)?;
        drafts.remove(&draft)?;
        apart::forget_old(&self.plan.to, self.plan.now)
    }

    async fn of_server(self, settings: &Settings) -> Result<Made> {
        let all = server_places(settings, &[&CONTEXTS[..], &[KEYS]].concat())?;
        // The keys come last: whatever a context has sealed, its key was there before.
        let frozen = freeze_server(&all, "outbox").await?;
        let mut manifest = Manifest::new(self.plan.now, "postgres", &self.key);
        let partial = self.partial();
        sealed::private_folder(&partial)?;
        for ((database, place), snapshot) in CONTEXTS.iter().zip(&all).zip(&frozen.snapshots) {
            let (mut dump, to) = (tools::dump(place, Some(snapshot))?, partial.join(format!("{database}.sealed")));
            let key = SealingKey { bytes: self.key.bytes, mark: String::new(), signing: [0; 32] };
            let part = blocking(move || {
                let part = sealed::seal(dump.output()?, &to, database, &key)?;
                dump.end()?;
                Ok(part)
            });
            manifest.files.push(part.await?);
        }
        self.keys_of_server(&[all[1].clone(), all[CONTEXTS.len()].clone()]).await?;
        self.finish(&manifest, frozen.paused)
    }

    async fn keys_of_server(&self, places: &[Place]) -> Result<()> {
        let erased = ledger::of_server(&places[0]).await?;
        let mut dump = tools::dump(&places[1], None)?;
        apart::write(&self.plan.to, &self.name, dump.output()?, &erased, &self.key)?;
        dump.end()?;
        apart::forget_old(&self.plan.to, self.plan.now)
    }

    /// Gives the set its name, and lets old ones go.
    fn finish(&self, manifest: &Manifest, paused: Duration) -> Result<Made> {
        let (partial, folder) = (self.partial(), self.plan.to.join(&self.name));
        manifest.write(&partial, &self.key)?;
        sealed::sync_folder(&partial)?;
        fs::rename(&partial, &folder).map_err(|e| sealed::cannot("written", &folder, &e))?;
        sealed::sync_folder(&self.plan.to)?;
        prune::forget_old(&self.plan.to, self.plan.keep, &folder, &self.key)?;
        let bytes = manifest.files.iter().map(|part| part.bytes).sum();
        Ok(Made { folder, bytes, paused })
    }
}

/// Where files are copied to before they are sealed: beside the data, for what is not sealed shall not come where
/// backups are.
struct Drafts {
    folder: PathBuf,
    _lock: File,
}

impl Drafts {
    fn beside(file: &Path) -> Result<Self> {
        let data = file.parent().unwrap_or(Path::new("."));
        let lock = lock(&data.join("backup.lock"))?;
        let folder = data.join(".backup");
        sealed::remove_folder(&folder)?;
        sealed::private_folder(&folder)?;
        Ok(Self { folder, _lock: lock })
    }

    fn copy(&self, frozen: &Frozen, number: usize) -> Result<PathBuf> {
        let draft = self.folder.join(format!("{number}.db"));
        frozen.copy(number, &draft)?;
        Ok(draft)
    }

    fn remove(&self, draft: &Path) -> Result<()> {
        debug_assert!(draft.starts_with(&self.folder));
        for beside in ["db", "db-wal", "db-shm"] {
            match fs::remove_file(draft.with_extension(beside)) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(sealed::cannot("removed", draft, &error));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

impl Drop for Drafts {
    fn drop(&mut self) {
        let _ = sealed::remove_folder(&self.folder);
    }
}

fn read(draft: &Path) -> Result<impl std::io::Read + use<>> {
    File::open(draft).map(|file| file.take(u64::MAX)).map_err(|e| sealed::cannot("read", draft, &e))
}

/// Two backups at a time would remove each other's drafts.
fn lock(path: &Path) -> Result<File> {
    let file = File::create(path).map_err(|e| sealed::cannot("made", path, &e))?;
    file.try_lock().map_err(|_| Error::conflict("backup-running").with("file", path.display()))?;
    Ok(file)
}

/// The files of databases; none where they are on a server.
fn files(settings: &Settings, names: &[&str]) -> Result<Option<Vec<PathBuf>>> {
    let files: Vec<PathBuf> = names.iter().filter_map(|name| file_of(settings, name)).collect();
    match files.len() {
        0 => Ok(None),
        count if count == names.len() => Ok(Some(files)),
        _ => Err(Error::conflict("backup-mixed")),
    }
}

pub(super) fn server_places(settings: &Settings, names: &[&str]) -> Result<Vec<Place>> {
    names.iter().map(|name| Place::of(&settings.database.url_of(name))).collect()
}

#[cfg(test)]
mod tests {
    use super::{NAME, moment_of};

    #[test]
    fn a_name_holds_its_moment() {
        let at: jiff::Timestamp = "2026-11-24T01:02:03.456Z".parse().unwrap();
        assert_eq!(moment_of(&at.strftime(NAME).to_string()), Some(at));
        assert_eq!(moment_of("keys"), None);
    }
}
