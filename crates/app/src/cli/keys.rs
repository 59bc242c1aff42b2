//! `mediverse keys …`: the recovery text of the master key, on paper, and back from it.

use std::{io::BufRead, path::PathBuf, process::ExitCode};

use clap::Subcommand;
use platform::{Error, Result, crypto::MasterKey, entropy::Entropy};

use super::{Sources, say, words::Words};
use crate::settings::Settings;

/// The key of the house.
#[derive(Debug, Subcommand)]
pub(super) enum Keys {
    /// Prints the recovery text, to be kept on paper.
    Recovery(Sources),
    /// Reads the recovery text from standard input; `doctor` is content once it is right.
    Confirm(Sources),
    /// Makes the key file anew from the recovery text on standard input. Never overwrites one.
    Restore(Sources),
}

impl Keys {
    pub(super) fn run(self) -> Result<ExitCode> {
        match self {
            Self::Recovery(sources) => say(existing(&sources.read(&[])?)?.recovery_text()),
            Self::Confirm(sources) => {
                let settings = sources.read(&[])?;
                let typed = MasterKey::recover(&typed()?)?;
                if typed.recovery_text() != existing(&settings)?.recovery_text() {
                    return Err(Error::conflict("other-recovery-text"));
                }
                std::fs::write(confirmation(&settings), "confirmed\n").map_err(Error::internal)?;
                say(Words::of_environment()?.say("cli-key-confirmed", &[]));
            }
            Self::Restore(sources) => {
                let path = sources.read(&[])?.key_file();
                MasterKey::recover(&typed()?)?.save(&path)?;
                say(path.display());
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Beside the key: that somebody has its recovery text.
pub(super) fn confirmation(settings: &Settings) -> PathBuf {
    settings.key_file().with_added_extension("confirmed")
}

/// The key that is there.
pub(super) fn existing(settings: &Settings) -> Result<MasterKey> {
    let path = settings.key_file();
    if !path.exists() {
        return Err(Error::conflict("no-master-key").with("file", path.display()));
    }
    MasterKey::open(&path, &Entropy::System).map(|(key, _)| key)
}

fn typed() -> Result<String> {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).map_err(Error::internal)?;
    Ok(line)
}
