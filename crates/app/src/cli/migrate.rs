//! `mediverse migrate`

use std::process::ExitCode;

use platform::Result;

use super::{Sources, log, say};
use crate::wiring::House;

/// Opens every database, which brings it up to date, and closes it again.
pub(super) async fn run(sources: &Sources) -> Result<ExitCode> {
    let settings = sources.read(&[])?;
    log(&settings)?;
    House::open(settings, sources.world()).await?.close().await;
    say("up to date");
    Ok(ExitCode::SUCCESS)
}
