//! `mediverse migrate`

use std::process::ExitCode;

use platform::Result;

use super::{Sources, log, say, words::Words};
use crate::wiring::House;

/// Opens every database, which brings it up to date, and makes the places at the broker, where there is one.
pub(super) async fn run(sources: &Sources) -> Result<ExitCode> {
    let settings = sources.read(&[])?;
    log(&settings)?;
    let house = House::open(settings, sources.world()).await?;
    let prepared = house.prepare_bus().await;
    house.close().await;
    prepared?;
    say(Words::of_environment()?.say("cli-up-to-date", &[]));
    Ok(ExitCode::SUCCESS)
}
