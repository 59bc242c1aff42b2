//! `mediverse reconcile`

use std::{process::ExitCode, time::Duration};

use platform::Result;

use super::{Sources, log, say, words::Words};
use crate::{backup::reconcile, wiring::House};

/// How long events on their way may take to be heard before copies are compared.
const PATIENCE: Duration = Duration::from_mins(1);

/// Compares owners with copies. Exit code 1 where they differ.
pub(super) async fn run(sources: &Sources) -> Result<ExitCode> {
    let settings = sources.read(&[])?;
    log(&settings)?;
    let words = Words::of_environment()?;
    let house = House::open(settings, sources.world()).await?;
    let bus = house.start_bus().await?;
    let settled = bus.settle(PATIENCE).await;
    let compared = reconcile(&house).await;
    bus.stop().await;
    house.close().await;
    if let Err(error) = settled {
        say(words.say("cli-restored-unheard", &[("why", error.to_string())]));
    }
    let compared = compared?;
    for found in &compared {
        let values = [
            ("table", found.table.to_owned()),
            ("owner", found.owner.to_owned()),
            ("keeper", found.keeper.to_owned()),
            ("same", found.same.to_string()),
            ("missing", found.missing.to_string()),
            ("extra", found.left_over.to_string()),
            ("other", found.other.to_string()),
        ];
        let what = if found.is_none() { "cli-copy-same" } else { "cli-copy-differs" };
        say(words.say(what, &values));
    }
    Ok(if compared.iter().all(crate::backup::Difference::is_none) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
