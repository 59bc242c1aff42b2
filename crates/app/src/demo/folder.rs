//! The folder of a demonstration. Planting happens beside it and is moved into place when it is whole, so that a
//! demonstration that was cut off leaves nothing half-done and nothing is planted twice.

use std::{
    fs,
    path::{Path, PathBuf},
};

use platform::{Error, Result};
use serde::{Deserialize, Serialize};

use super::{Login, plant};
use crate::{
    settings::Settings,
    wiring::{House, World},
};

/// Says that the folder is a demonstration's, and who can sign in.
const MARK: &str = "demo.json";

/// What was planted.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Prepared {
    /// The seed.
    pub seed: u64,
    /// The scale.
    pub scale: u32,
    /// Who can sign in.
    pub logins: Vec<Login>,
}

/// Makes the folder ready: plants a network unless it has one. Refuses a folder that holds anything else.
pub async fn prepare(folder: &Path, seed: u64, scale: u32, world: &World) -> Result<Prepared> {
    if let Some(there) = planted(folder)? {
        return Ok(there);
    }
    if folder.read_dir().is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(Error::internal(format_args!(
            "{} holds other data: name a folder that is empty or not there yet",
            folder.display()
        )));
    }
    let beside = beside(folder);
    clear(&beside)?;
    let settings = Settings::with(&[("database.url", &format!("sqlite:{}", beside.display()))])?;
    let house = House::open(settings, world.clone()).await?;
    let logins = plant(&house, seed, scale).await;
    house.close().await;
    let prepared = Prepared { seed, scale, logins: logins? };
    let text = serde_json::to_string_pretty(&prepared).map_err(Error::internal)?;
    fs::write(beside.join(MARK), text).map_err(Error::internal)?;
    fs::rename(&beside, folder).map_err(|e| Error::internal(format_args!("{}: {e}", folder.display())))?;
    Ok(prepared)
}

/// What was planted in a folder, if it is a demonstration's.
fn planted(folder: &Path) -> Result<Option<Prepared>> {
    match fs::read_to_string(folder.join(MARK)) {
        Ok(text) => serde_json::from_str(&text).map(Some).map_err(|e| Error::internal(format_args!("{MARK}: {e}"))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::internal(error)),
    }
}

fn beside(folder: &Path) -> PathBuf {
    folder.with_added_extension("planting")
}

/// Takes away what a demonstration that was cut off has left.
fn clear(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::internal(format_args!("{}: {error}", folder.display())))
        }
        _ => Ok(()),
    }
}
