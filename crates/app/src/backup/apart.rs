//! What lies apart from the sets and lives shortly: the data keys, and the ledger of erasures.

use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
};

use jiff::{SignedDuration, Timestamp};
use platform::{Error, Result};

use super::{KEYS, SealingKey, ledger, sealed};

/// How long data keys are kept: after so many days nothing of an erased person can be read in any backup (A6).
const LIFE: SignedDuration = SignedDuration::from_hours(30 * 24);
/// What the ledger is sealed as.
const LEDGER: &str = "ledger";

/// The folder within that of the backups.
pub(super) fn folder(to: &Path) -> PathBuf {
    to.join(KEYS)
}

/// Seals keys and ledger as they were at a moment. Both are there whole, or neither counts.
pub(super) fn write(to: &Path, name: &str, keys: impl Read, erased: &[u8], key: &SealingKey) -> Result<()> {
    let folder = folder(to);
    sealed::private_folder(&folder)?;
    let (draft, place) = (folder.join(format!(".{name}")), folder.join(name));
    sealed::remove_folder(&draft)?;
    sealed::private_folder(&draft)?;
    sealed::seal(keys, &draft.join(KEYS), KEYS, key)?;
    sealed::seal(erased, &draft.join(LEDGER), LEDGER, key)?;
    sealed::sync_folder(&draft)?;
    fs::rename(&draft, &place).map_err(|e| sealed::cannot("written", &place, &e))?;
    sealed::sync_folder(&folder)
}

/// Removes what has lived long enough; the newest stays.
pub(super) fn forget_old(to: &Path, now: Timestamp) -> Result<()> {
    let mut all = all(&folder(to))?;
    all.pop();
    for (path, at) in all {
        if now.duration_since(at) > LIFE {
            sealed::remove_folder(&path)?;
        }
    }
    Ok(())
}

/// The newest keys in a folder, and the ledger beside them.
pub(super) fn newest(folder: &Path, key: &SealingKey) -> Result<(PathBuf, Vec<ledger::Erased>)> {
    let none = || Error::conflict("backup-no-keys").with("folder", folder.display());
    let (newest, _) = all(folder)?.pop().ok_or_else(none)?;
    let erased = ledger::read(sealed::open(&newest.join(LEDGER), LEDGER, key)?)?;
    Ok((newest.join(KEYS), erased))
}

/// When the newest keys in a folder of backups were sealed; none where there are none.
pub(super) fn newest_moment(to: &Path) -> Result<Option<Timestamp>> {
    Ok(all(&folder(to))?.pop().map(|(_, at)| at))
}

/// All there are, the newest last.
fn all(folder: &Path) -> Result<Vec<(PathBuf, Timestamp)>> {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(Vec::new()) };
    let mut all = Vec::new();
    for entry in entries {
        let path = entry.map_err(Error::internal)?.path();
        if let Some(at) = path.file_name().and_then(|name| super::make::moment_of(name.to_str()?)) {
            all.push((path, at));
        }
    }
    all.sort_by_key(|(_, at)| *at);
    Ok(all)
}
