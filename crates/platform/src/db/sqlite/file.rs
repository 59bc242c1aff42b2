//! The file of a database and the lock that keeps it to one process.

use std::{
    fs::{File, OpenOptions, TryLockError},
    path::{Path, PathBuf},
};

use super::DbError;

/// A database file that nobody else has open. Dropping it lets the next one in.
pub(super) struct DataFile {
    path: PathBuf,
    /// Open for as long as connections are: closing it would drop their locks (POSIX).
    data: File,
    _lock: File,
}

impl DataFile {
    /// Takes the file for this process, making it (readable by its owner only) where it is missing.
    pub(super) fn claim(path: &str) -> Result<Self, DbError> {
        let path = PathBuf::from(path.strip_prefix("//").unwrap_or(path));
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|e| cannot("make the folder of", &path, &e))?;
        }
        let beside = path.with_added_extension("lock");
        let lock = private(&beside).map_err(|e| cannot("open the lock of", &path, &e))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(DbError::Unavailable(format!(
                    "{} is open already, here or in another process",
                    path.display()
                )));
            }
            Err(TryLockError::Error(e)) => return Err(cannot("lock", &path, &e)),
        }
        let data = private(&path).map_err(|e| cannot("open", &path, &e))?;
        Ok(Self { path, data, _lock: lock })
    }

    /// Has everything written to it reach the disk.
    pub(super) fn sync(&self) -> Result<(), DbError> {
        self.data.sync_data().map_err(|e| cannot("sync", &self.path, &e))
    }

    /// Where it lies.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

fn private(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn cannot(act: &str, path: &Path, cause: &std::io::Error) -> DbError {
    DbError::Other(format!("cannot {act} {}: {cause}", path.display()))
}
