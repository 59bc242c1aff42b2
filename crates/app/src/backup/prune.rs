//! Which sets stay. A set that is not whole counts for nothing: it neither takes the place of a good one nor is taken
//! for the newest.

use std::{
    fs,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use platform::Result;

use super::{Manifest, SealingKey, make::moment_of, sealed};

/// How a set that was looked at and found unsound is named, so that nobody takes it for a backup.
const ASIDE: &str = ".unsound-";

/// What a folder of backups holds of one set.
enum Found {
    /// Signed by us, each file as long as it was written.
    Whole,
    /// Of another house: not ours to remove.
    Foreign,
    /// Anything else.
    Broken,
}

/// Removes sets beyond the newest `keep` that are whole, and what is broken and older than those. The one `made` just now
/// stays whatever its moment says: a clock that was ahead may have named others later.
pub(super) fn forget_old(to: &Path, keep: usize, made: &Path, key: &SealingKey) -> Result<()> {
    let others = all(to)?.into_iter().rev().filter(|(_, path)| path != made);
    let mut room = keep.max(1) - 1;
    for (_, path) in others {
        match look(&path, key) {
            Found::Foreign => {}
            Found::Whole if room > 0 => room -= 1,
            // It may be the one that somebody still hopes to read; good ones enough are there before it goes.
            Found::Broken if room > 0 => {}
            Found::Whole | Found::Broken => sealed::remove_folder(&path)?,
        }
    }
    Ok(())
}

/// The moment of the newest set that is whole, of those made until now.
pub(super) fn newest(to: &Path, key: &SealingKey, now: Timestamp) -> Option<Timestamp> {
    let made = all(to).ok()?.into_iter().rev().filter(|(at, _)| *at <= now);
    made.map(|(at, path)| (at, look(&path, key))).find(|(_, found)| matches!(found, Found::Whole)).map(|(at, _)| at)
}

/// Takes an unsound set out of the way, for whoever wants to know why. The one before it goes.
pub(super) fn put_aside(to: &Path, set: &Path) -> Result<()> {
    for entry in fs::read_dir(to).map_err(|e| sealed::cannot("read", to, &e))? {
        let path = entry.map_err(platform::Error::internal)?.path();
        if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(ASIDE)) {
            sealed::remove_folder(&path)?;
        }
    }
    let name = set.file_name().unwrap_or_default().to_string_lossy();
    fs::rename(set, to.join(format!("{ASIDE}{name}"))).map_err(|e| sealed::cannot("put aside", set, &e))?;
    sealed::sync_folder(to)
}

/// All sets, the newest last.
fn all(to: &Path) -> Result<Vec<(Timestamp, PathBuf)>> {
    let entries = fs::read_dir(to).map_err(|e| sealed::cannot("read", to, &e))?;
    let mut sets: Vec<(Timestamp, PathBuf)> = entries
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            Some((moment_of(path.file_name()?.to_str()?)?, path))
        })
        .collect();
    sets.sort();
    Ok(sets)
}

fn look(set: &Path, key: &SealingKey) -> Found {
    let manifest = match Manifest::read(set, key) {
        Ok(manifest) => manifest,
        Err(error) if error.is_conflict("backup-other-key") => return Found::Foreign,
        Err(_) => return Found::Broken,
    };
    let as_long =
        |part: &super::manifest::Part| fs::metadata(set.join(part.file())).is_ok_and(|file| file.len() == part.bytes);
    if manifest.files.iter().all(as_long) { Found::Whole } else { Found::Broken }
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use platform::{crypto::MasterKey, entropy::Entropy};

    use super::{forget_old, newest, put_aside};
    use crate::backup::{Manifest, SealingKey, manifest::Part};

    fn key(seed: u64) -> SealingKey {
        SealingKey::of(&MasterKey::generate(&Entropy::seeded(seed)))
    }

    /// A set of one small file, made on that day.
    fn set(to: &Path, day: u32, key: &SealingKey) -> PathBuf {
        let folder = to.join(format!("mediverse-202611{day:02}T010203.456Z"));
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join("auth.sealed"), "1234").unwrap();
        let at = format!("2026-11-{day:02}T01:02:03.456Z").parse().unwrap();
        let mut manifest = Manifest::new(at, "sqlite", key);
        manifest.files.push(Part { database: "auth".to_owned(), bytes: 4, sha256: String::new() });
        manifest.write(&folder, key).unwrap();
        folder
    }

    /// J6: whatever is wrong with newer ones, the last good backup stays.
    #[test]
    fn the_last_good_set_never_goes() {
        let (place, key) = (tempfile::tempdir().unwrap(), key(1));
        let to = place.path();
        let sets: Vec<PathBuf> = (1..=6).map(|day| set(to, day, &key)).collect();
        let foreign = set(to, 7, &self::key(2));
        std::fs::write(sets[3].join("auth.sealed"), "123").unwrap();
        std::fs::remove_file(sets[4].join("manifest.json")).unwrap();
        std::fs::create_dir(to.join("keys")).unwrap();
        let at = |day: u32| format!("2026-11-{day:02}T12:00:00Z").parse().unwrap();
        assert_eq!(newest(to, &key, at(7)).unwrap().to_string(), "2026-11-06T01:02:03.456Z");
        assert_eq!(
            newest(to, &key, at(5)).unwrap().to_string(),
            "2026-11-03T01:02:03.456Z",
            "those of a clock ahead count for nothing"
        );
        forget_old(to, 2, &sets[5], &key).unwrap();
        let there = |at: usize| sets[at].exists();
        assert!(there(5) && there(2), "two that are whole");
        assert!(there(3) && there(4), "what is broken takes nobody's place");
        assert!(!there(0) && !there(1), "older ones go");
        assert!(foreign.exists() && to.join("keys").exists(), "what is not ours stays");
        // One made now is kept, though a clock that was ahead has named another later.
        let ahead = set(to, 30, &key);
        let made = set(to, 8, &key);
        forget_old(to, 1, &made, &key).unwrap();
        assert!(made.exists() && !ahead.exists() && !there(5) && !there(2) && !there(3));
    }

    #[test]
    fn an_unsound_set_is_put_aside_and_only_the_last_of_them_kept() {
        let (place, key) = (tempfile::tempdir().unwrap(), key(1));
        let to = place.path();
        for day in 1..=2 {
            put_aside(to, &set(to, day, &key)).unwrap();
        }
        assert_eq!(newest(to, &key, jiff::Timestamp::MAX), None);
        let left: Vec<_> = std::fs::read_dir(to).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, [".unsound-mediverse-20261102T010203.456Z"]);
    }
}
