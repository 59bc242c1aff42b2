//! Sealed files: written durably, with their length and checksum; opened piece by piece.

use std::{
    fmt::Write as _,
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    path::Path,
};

use platform::{
    Error, Result,
    crypto::{OpeningReader, SealingWriter},
    entropy::Entropy,
};
use sha2::{Digest, Sha256};

use super::{SealingKey, manifest::Part};

/// A file that is hashed and counted on its way to the disk.
struct Counted {
    file: File,
    hash: Sha256,
    bytes: u64,
}

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hash.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Seals all that `from` gives as the database of that name into a new file.
pub(super) fn seal(mut from: impl Read, to: &Path, database: &str, key: &SealingKey) -> Result<Part> {
    let written = (|| {
        let file = Counted { file: new_file(to)?, hash: Sha256::new(), bytes: 0 };
        let mut sealing = SealingWriter::begin(file, &key.bytes, database, &Entropy::System)?;
        io::copy(&mut from, &mut sealing)?;
        let done = sealing.finish()?;
        done.file.sync_all()?;
        Ok::<_, io::Error>((done.bytes, hex(&done.hash.finalize())))
    })();
    let (bytes, sha256) = written.map_err(|e| cannot("written", to, &e))?;
    Ok(Part { database: database.to_owned(), bytes, sha256 })
}

/// What a sealed file holds, as it is read.
pub(super) fn open(from: &Path, database: &str, key: &SealingKey) -> Result<impl Read + Send + use<>> {
    let file = File::open(from).map_err(|e| cannot("read", from, &e))?;
    OpeningReader::begin(file, &key.bytes, database).map_err(|_| changed(from))
}

/// Opens a sealed file into a new one.
pub(super) fn unseal(from: &Path, to: &Path, database: &str, key: &SealingKey) -> Result<()> {
    let mut opened = open(from, database, key)?;
    let mut file = new_file(to).map_err(|e| cannot("written", to, &e))?;
    match io::copy(&mut opened, &mut file) {
        Ok(_) => file.sync_all().map_err(|e| cannot("written", to, &e)),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => Err(changed(from)),
        Err(error) => Err(cannot("written", to, &error)),
    }
}

/// Fails where a file is not the one that its manifest names.
pub(super) fn compare(folder: &Path, part: &Part) -> Result<()> {
    let path = folder.join(part.file());
    let mut file = File::open(&path).map_err(|_| changed(&path))?;
    let (mut hash, mut bytes, mut piece) = (Sha256::new(), 0, vec![0; 1 << 16]);
    loop {
        let read = file.read(&mut piece).map_err(|e| cannot("read", &path, &e))?;
        if read == 0 {
            break;
        }
        hash.update(&piece[..read]);
        bytes += read as u64;
    }
    if bytes == part.bytes && hex(&hash.finalize()) == part.sha256 { Ok(()) } else { Err(changed(&path)) }
}

/// Writes a new small file and has it reach the disk.
pub(super) fn write_durably(to: &Path, bytes: &[u8]) -> Result<()> {
    let written = new_file(to).and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()));
    written.map_err(|e| cannot("written", to, &e))
}

/// Has a folder's names reach the disk.
pub(super) fn sync_folder(folder: &Path) -> Result<()> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(|e| cannot("written", folder, &e))
}

/// A folder that only its owner may read, made where it is missing.
pub(super) fn private_folder(path: &Path) -> Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|e| cannot("made", path, &e))
}

/// Removes a folder and what is in it; one that is not there is no error.
pub(super) fn remove_folder(path: &Path) -> Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(cannot("removed", path, &error)),
        _ => Ok(()),
    }
}

fn new_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

pub(super) fn cannot(act: &str, path: &Path, cause: &io::Error) -> Error {
    Error::internal(format_args!("{} was not {act}: {cause}", path.display()))
}

pub(super) fn changed(file: &Path) -> Error {
    Error::conflict("backup-changed").with("file", file.display())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
