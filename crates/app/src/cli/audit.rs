//! `mediverse audit verify`

use std::process::ExitCode;

use clap::Subcommand;
use platform::Result;

use super::{Sources, log, say, words::Words};
use crate::wiring::House;

/// The audit trail, from the machine itself.
#[derive(Debug, Subcommand)]
pub(super) enum Audit {
    /// Checks that nobody changed, cut or lengthened the trail, and says how far it came.
    Verify {
        /// Goes on from where an earlier check ended.
        #[arg(long, value_name = "HEAD")]
        after: Option<String>,
        #[command(flatten)]
        sources: Sources,
    },
}

impl Audit {
    pub(super) async fn run(self) -> Result<ExitCode> {
        let Self::Verify { after, sources } = self;
        let settings = sources.read(&[])?;
        log(&settings)?;
        let words = Words::of_environment()?;
        let house = House::open(settings, sources.world()).await?;
        let checked = check(&house, &words, after).await;
        house.close().await;
        checked
    }
}

/// Stretch after stretch, each told, so that a check that is broken off can go on.
async fn check(house: &House, words: &Words, mut after: Option<String>) -> Result<ExitCode> {
    let cx = house.world.cx("command-line");
    loop {
        let verdict = house.auth.verify_audit(&cx, after).await?;
        let values = [
            ("checked", verdict.checked.to_string()),
            ("sealed", verdict.sealed.to_string()),
            ("head", verdict.head.clone()),
            ("line", verdict.broken_at.unwrap_or_default().to_string()),
        ];
        if verdict.broken_at.is_some() {
            say(words.say("cli-audit-broken", &values));
            return Ok(ExitCode::FAILURE);
        }
        if verdict.complete {
            say(words.say("cli-audit-whole", &values));
            return Ok(ExitCode::SUCCESS);
        }
        say(words.say("cli-audit-so-far", &values));
        after = Some(verdict.head);
    }
}
