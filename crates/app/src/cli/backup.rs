//! `mediverse backup`

use std::{path::PathBuf, process::ExitCode};

use clap::Args;
use platform::{Error, Result};

use super::{Sources, keys, log, say, words::Words};
use crate::backup::{Plan, make, make_apart, make_sound};

/// Seals every database as it is at this moment into a folder, beside a running server. The key of the house is not in it.
#[derive(Debug, Args)]
pub(super) struct Backup {
    /// Folder of the backups: short for --set backup.folder=DIR.
    #[arg(long, value_name = "DIR")]
    to: Option<String>,
    /// Backups kept: short for --set backup.keep=N.
    #[arg(long, value_name = "N")]
    keep: Option<usize>,
    /// Only the data keys and the ledger of erasures: quick, to be done often.
    #[arg(long)]
    keys_only: bool,
    /// Looks whether it could be restored before older ones go.
    #[arg(long, conflicts_with = "keys_only")]
    verify: bool,
    #[command(flatten)]
    sources: Sources,
}

impl Backup {
    pub(super) async fn run(self) -> Result<ExitCode> {
        let flags = [("backup.folder", self.to), ("backup.keep", self.keep.map(|keep| keep.to_string()))];
        let flags: Vec<_> = flags.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
        let settings = self.sources.read(&flags)?;
        log(&settings)?;
        let words = Words::of_environment()?;
        if settings.backup.folder.is_empty() {
            return Err(Error::conflict("backup-nowhere"));
        }
        let master = keys::existing(&settings)?;
        let now = self.sources.world().clock.now();
        let plan = Plan { to: PathBuf::from(&settings.backup.folder), keep: settings.backup.keep, now };
        if self.keys_only {
            make_apart(&settings, &master, &plan).await?;
            say(words.say("cli-backup-keys", &[("folder", plan.to.join("keys").display().to_string())]));
            return Ok(ExitCode::SUCCESS);
        }
        let made = if self.verify {
            make_sound(&settings, &master, &plan).await?
        } else {
            make(&settings, &master, &plan).await?
        };
        let values = [
            ("folder", made.folder.display().to_string()),
            ("bytes", made.bytes.to_string()),
            ("milliseconds", made.paused.as_millis().to_string()),
        ];
        say(words.say("cli-backup-made", &values));
        Ok(ExitCode::SUCCESS)
    }
}
