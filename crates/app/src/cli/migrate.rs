//! `mediverse migrate`

use std::process::ExitCode;

use platform::Result;

use super::{Sources, log, say};
use crate::wiring::{House, World};

/// Opens every database, which brings it up to date, and closes it again.
pub(super) async fn run(sources: &Sources) -> Result<ExitCode> {
    let settings = sources.read(&[])?;
    log(&settings)?;
    House::open(settings, World::real()).await?.close().await;
    say("up to date");
    Ok(ExitCode::SUCCESS)
}
