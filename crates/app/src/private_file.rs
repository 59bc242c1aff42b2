//! Files that nobody but their owner may read.

use std::{
    fs::{self, OpenOptions},
    io::{ErrorKind, Write as _},
    path::Path,
};

use platform::{Error, Result};

/// Writes a file that is not there yet. 409 `file-exists` where it is: nothing is overwritten.
pub fn write_new(path: &Path, text: &str) -> Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => Error::conflict("file-exists").with("file", path.display()),
        _ => Error::internal(format_args!("{}: {error}", path.display())),
    })?;
    file.write_all(text.as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(|error| Error::internal(format_args!("{}: {error}", path.display())))
}

/// Writes a file anew, whole or not at all.
pub fn replace(path: &Path, text: &str) -> Result<()> {
    let failed = |error: std::io::Error| Error::internal(format_args!("{}: {error}", path.display()));
    let beside = path.with_added_extension("new");
    match fs::remove_file(&beside) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(failed(error)),
        _ => {}
    }
    write_new(&beside, text)?;
    fs::rename(&beside, path).map_err(failed)
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::{replace, write_new};

    #[test]
    fn only_the_owner_reads_them_and_none_is_overwritten_unasked() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret");
        write_new(&file, "one").unwrap();
        assert!(write_new(&file, "two").unwrap_err().is_conflict("file-exists"));
        replace(&file, "three").unwrap();
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "three");
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    }
}
