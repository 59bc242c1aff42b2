//! `mediverse keys …`: the recovery text of the master key, on paper, and back from it.

use std::{io::BufRead, path::PathBuf, process::ExitCode};

use clap::{Args, Subcommand};
use platform::{Error, Result, crypto::MasterKey, entropy::Entropy};
use remote::make_keys;

use super::{Sources, say, words::Words};
use crate::{
    settings::Settings,
    wiring::{House, Part, Roles},
};

/// The key of the house.
#[derive(Debug, Subcommand)]
pub(super) enum Keys {
    /// Prints the recovery text, to be kept on paper.
    Recovery(Sources),
    /// Reads the recovery text from standard input; `doctor` is content once it is right.
    Confirm(Sources),
    /// Makes the key file anew from the recovery text on standard input. Never overwrites one.
    Restore(Sources),
    /// Makes the keys by which the processes of a split house prove their roles to each other, where there are none yet.
    Services(Services),
}

/// Where the keys of roles go.
#[derive(Debug, Args)]
pub(super) struct Services {
    /// Folder: short for --set services.keys=DIR.
    #[arg(long, value_name = "DIR")]
    to: Option<String>,
    /// Makes another key for this role, beside the one it has: --anew web.
    #[arg(long, value_name = "ROLE")]
    anew: Vec<String>,
    #[command(flatten)]
    sources: Sources,
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
            Self::Services(command) => command.run()?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Services {
    fn run(self) -> Result<()> {
        let flags: Vec<_> = self.to.map(|folder| ("services.keys", folder)).into_iter().collect();
        let folder = PathBuf::from(self.sources.read(&flags)?.services.keys);
        if folder.as_os_str().is_empty() {
            return Err(Error::conflict("keys-nowhere"));
        }
        let again = Roles::parse(&self.anew.join(","))?;
        let anew = |part: &&Part| !self.anew.is_empty() && again.has(**part);
        let (again, first): (Vec<&Part>, Vec<&Part>) = Part::ALL.iter().partition(anew);
        let words = |parts: Vec<&Part>| parts.into_iter().map(|part| part.word()).collect::<Vec<&str>>();
        let mut made = make_keys(&folder, &words(first), false, &Entropy::System)?;
        made.extend(make_keys(&folder, &words(again), true, &Entropy::System)?);
        for file in made {
            say(file.display());
        }
        Ok(())
    }
}

/// Shows the recovery text of a key made just now, once; on standard error, where no program takes it for an answer.
pub(super) fn tell_new(words: &Words, house: &House) {
    let made = words.say("cli-key-made", &[("file", house.settings.key_file().display().to_string())]);
    let (text, then) = (words.say("cli-key-text", &[]), words.say("cli-key-then", &[]));
    eprintln!("{made}\n{text}\n\n    {}\n\n{then}", house.master.recovery_text());
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
