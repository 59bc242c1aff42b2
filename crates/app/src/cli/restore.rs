//! `mediverse restore`

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Args;
use platform::Result;

use super::{Sources, keys, log, say, words::Words};
use crate::backup::{Restored, reopen, restore, verify};

/// Brings a backup back into an empty folder or empty databases, or only looks whether it could be.
#[derive(Debug, Args)]
pub(super) struct Restore {
    /// The backup: a folder named mediverse-…
    #[arg(long, value_name = "DIR", required_unless_present = "in_place")]
    from: Option<PathBuf>,
    /// Folder of the data keys; without it, the folder keys beside the backup. The newest in it are taken.
    #[arg(long, value_name = "DIR")]
    keys: Option<PathBuf>,
    /// The databases are back already, by the server's own way to a moment: only forgets again whom the ledger names, begins
    /// a new epoch and has everything said anew.
    #[arg(long, conflicts_with_all = ["from", "verify"], requires = "keys")]
    in_place: bool,
    /// Only looks: seals, checksums, files, and what holds between them.
    #[arg(long)]
    verify: bool,
    #[command(flatten)]
    sources: Sources,
}

impl Restore {
    pub(super) async fn run(self) -> Result<ExitCode> {
        let settings = self.sources.read(&[])?;
        log(&settings)?;
        let words = Words::of_environment()?;
        let master = keys::existing(&settings)?;
        let world = self.sources.world();
        let Some(from) = self.from else {
            let restored = reopen(&settings, &world, &master, &self.keys.unwrap_or_default()).await?;
            return Ok(tell(&words, restored));
        };
        let keys = self.keys.unwrap_or_else(|| from.parent().unwrap_or(Path::new(".")).join("keys"));
        if self.verify {
            let (manifest, findings) = verify(&master, &from, &keys).await?;
            for finding in &findings {
                let mark = if finding.failed { "FAIL" } else { "ok  " };
                let values = [("about", finding.about.clone()), ("count", finding.count.to_string())];
                say(format_args!("{mark}  {}", words.say(finding.what, &values)));
            }
            let failed = findings.iter().any(|finding| finding.failed);
            let verdict = if failed { "cli-backup-unsound" } else { "cli-backup-sound" };
            say(words.say(verdict, &[("at", manifest.at.to_string()), ("program", manifest.program)]));
            return Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS });
        }
        let restored = restore(&settings, &world, &master, &from, &keys).await?;
        Ok(tell(&words, restored))
    }
}

fn tell(words: &Words, restored: Restored) -> ExitCode {
    let erased = ("erased", restored.erased.to_string());
    say(match restored.at {
        Some(at) => words.say("cli-restored", &[("at", at.to_string()), erased]),
        None => words.say("cli-reopened", &[erased]),
    });
    if let Some(why) = restored.unheard {
        say(words.say("cli-restored-unheard", &[("why", why)]));
    }
    ExitCode::SUCCESS
}
