//! `mediverse openapi`

use std::process::ExitCode;

use platform::{Error, Result};

use super::say;
use crate::{
    settings::Settings,
    wiring::{House, World},
};

/// Prints the description. The handlers need their verbs, so a house is opened in a folder that is taken away again.
pub(super) async fn run() -> Result<ExitCode> {
    let folder = std::env::temp_dir().join(format!("mediverse-openapi-{}", std::process::id()));
    let settings = Settings::with(&[("database.url", &format!("sqlite:{}", folder.display()))])?;
    let house = House::open(settings, World::real()).await?;
    let text = house.api().description().to_pretty_json().map_err(Error::internal)?;
    house.close().await;
    std::fs::remove_dir_all(&folder).map_err(Error::internal)?;
    say(text);
    Ok(ExitCode::SUCCESS)
}
