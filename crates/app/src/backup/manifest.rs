//! What a set holds, signed.

use std::{fmt::Write as _, fs, path::Path};

use jiff::Timestamp;
use platform::{
    Error, Result,
    crypto::{equal, hmac_sha256},
};
use serde::{Deserialize, Serialize};

use super::SealingKey;

/// The only format so far.
const FORMAT: u32 = 1;
const FILE: &str = "manifest.json";
const SIGNATURE: &str = "manifest.mac";
/// A manifest is some hundred bytes; nothing longer is read.
const MOST_BYTES: u64 = 1 << 20;

/// What a set holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Manifest {
    format: u32,
    /// The moment all databases are of.
    pub at: Timestamp,
    /// The version of the program that made it.
    pub program: String,
    /// `sqlite` or `postgres`.
    pub engine: String,
    /// Which key sealed it.
    key: String,
    /// Its files.
    pub files: Vec<Part>,
}

/// A sealed file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Part {
    /// The database it holds.
    pub database: String,
    /// Its length in bytes.
    pub bytes: u64,
    /// SHA-256 of it, in hex.
    pub sha256: String,
}

impl Part {
    /// The name of its file.
    pub(super) fn file(&self) -> String {
        format!("{}.sealed", self.database)
    }
}

impl Manifest {
    pub(super) fn new(at: Timestamp, engine: &str, key: &SealingKey) -> Self {
        let program = env!("CARGO_PKG_VERSION").to_owned();
        Self { format: FORMAT, at, program, engine: engine.to_owned(), key: key.mark.clone(), files: Vec::new() }
    }

    /// Writes it into the folder of its set, signed.
    pub(super) fn write(&self, folder: &Path, key: &SealingKey) -> Result<()> {
        let text = serde_json::to_vec_pretty(self).map_err(Error::internal)?;
        super::sealed::write_durably(&folder.join(SIGNATURE), signature(&text, key).as_bytes())?;
        super::sealed::write_durably(&folder.join(FILE), &text)
    }

    /// Reads it; the conflict says whether the folder holds none, it was changed, or sealed with another key.
    pub(super) fn read(folder: &Path, key: &SealingKey) -> Result<Self> {
        let none = || Error::conflict("backup-none").with("folder", folder.display());
        let changed = || Error::conflict("backup-changed").with("file", folder.join(FILE).display());
        let length = fs::metadata(folder.join(FILE)).map_err(|_| none())?.len();
        if length > MOST_BYTES {
            return Err(changed());
        }
        let text = fs::read(folder.join(FILE)).map_err(|_| none())?;
        let manifest: Self = serde_json::from_slice(&text).map_err(|_| changed())?;
        if manifest.key != key.mark {
            return Err(Error::conflict("backup-other-key"));
        }
        let signed = fs::read(folder.join(SIGNATURE)).map_err(|_| changed())?;
        if !equal(&signed, signature(&text, key).as_bytes()) || manifest.format != FORMAT {
            return Err(changed());
        }
        Ok(manifest)
    }
}

fn signature(text: &[u8], key: &SealingKey) -> String {
    hmac_sha256(&key.signing, &[text]).iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
