//! `mediverse init`: everything a first start in earnest needs, one question at a time. What is there already is left as
//! it is, so that a walk that was cut off can be taken again.

mod ask;
mod file;
mod place;

use std::{path::PathBuf, process::ExitCode, time::Duration};

use clap::Args;
use contracts::auth::{AccountSearch, Role};
use platform::{Cx, Error, Result};

use self::{ask::Asker, file::Written, place::Place};
use super::{Sources, keys, log, say, words::Words};
use crate::{settings::Settings, wiring::House};

/// How long the bus may take to tell the others.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often somebody is asked again after an answer that cannot be taken.
const ATTEMPTS: usize = 5;

/// The password of who runs the house, where nobody types it: in no flag, so that it is in no history.
const PASSWORD: &str = "MEDIVERSE_INIT_PASSWORD";

/// Walks through a first start: keys, database, super admin, first facility, address. Writes a configuration that
/// `mediverse serve --config` starts from, and never overwrites one. Scripts give --yes, the flags, and the password in
/// MEDIVERSE_INIT_PASSWORD or on standard input.
#[derive(Debug, Args)]
pub(super) struct Init {
    /// Configuration file to write.
    #[arg(long, env = "MEDIVERSE_CONFIG", value_name = "FILE", default_value = "mediverse.toml")]
    config: PathBuf,
    /// Where data lie: sqlite:FOLDER, or postgres://user:password@host/name.
    #[arg(long, value_name = "URL", env = "MEDIVERSE_INIT_DATABASE", hide_env_values = true)]
    database: Option<String>,
    /// Address people see, such as https://klinik.example.
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// Address and port to listen at.
    #[arg(long, value_name = "ADDR:PORT")]
    listen: Option<String>,
    /// File of the master key, made where it is not there.
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// E-mail of who runs the house.
    #[arg(long, value_name = "E-MAIL")]
    email: Option<String>,
    #[command(flatten)]
    place: Place,
    /// Asks nothing but the password where it is not given: what no flag says is left as it usually is, and no facility
    /// is opened without --facility.
    #[arg(long)]
    yes: bool,
}

impl Init {
    pub(super) async fn run(self) -> Result<ExitCode> {
        let words = Words::of_environment()?;
        let asker = Asker::new(&words, self.yes);
        let there = self.config.exists();
        let written = if there { None } else { Some(self.settle(&asker)?) };
        let sources = Sources { config: there.then(|| self.config.clone()), ..Sources::default() };
        let flags = written.as_ref().map(Written::flags).unwrap_or_default();
        let settings = sources.read(&flags)?;
        if there {
            self.refuse_other(&settings)?;
        }
        log(&settings)?;
        let house = House::open(settings, sources.world()).await?;
        let walked = self.walk(&asker, &house, written).await;
        let bus = house.start_bus().await?;
        let settled = bus.settle(PATIENCE).await;
        bus.stop().await;
        let settings = house.settings.clone();
        house.close().await;
        walked?;
        settled?;
        self.tell_rest(&words, &settings);
        Ok(ExitCode::SUCCESS)
    }

    /// What is to stand in the file.
    fn settle(&self, asker: &Asker<'_>) -> Result<Written> {
        asker.tell("init-welcome", &[]);
        let database = asker.text(self.database.as_deref(), "init-database", "sqlite:data", file::checked_database)?;
        let public_url = asker.text(self.public_url.as_deref(), "init-public-url", "", file::checked_url)?;
        let listen = self.listen.clone().unwrap_or_else(|| "127.0.0.1:8080".to_owned());
        Written::new(&self.config, &database, &public_url, &listen, self.key.as_deref())
    }

    /// What the flags say must be what the file says: it is not written twice.
    fn refuse_other(&self, settings: &Settings) -> Result<()> {
        let key = self.key.as_deref().map(file::whole).transpose()?;
        let said = [
            ("database.url", self.database.as_deref().map(file::checked_database), settings.database.url.expose()),
            ("server.public_url", self.public_url.as_deref().map(file::checked_url), &settings.server.public_url),
            ("server.listen", self.listen.clone().map(Ok), &settings.server.listen),
            ("keys.file", key.map(Ok), &settings.key_file().display().to_string()),
        ];
        for (setting, flag, there) in said {
            if flag.transpose()?.is_some_and(|flag| flag != *there) {
                return Err(Error::conflict("init-other").with("file", self.config.display()).with("setting", setting));
            }
        }
        Ok(())
    }

    /// Step by step, each of them only where it was not taken before.
    async fn walk(&self, asker: &Asker<'_>, house: &House, written: Option<Written>) -> Result<()> {
        match written {
            Some(written) => {
                written.save()?;
                asker.tell("init-written", &[("file", self.config.display().to_string())]);
            }
            None => asker.tell("init-file-there", &[("file", self.config.display().to_string())]),
        }
        if house.key_is_new {
            keys::tell_new(asker.words(), house);
        }
        let cx = house.world.cx("command-line");
        self.name_super_admin(asker, house, &cx).await?;
        self.place.open_first(asker, house, &cx).await
    }

    async fn name_super_admin(&self, asker: &Asker<'_>, house: &House, cx: &Cx) -> Result<()> {
        if runs_already(house, cx).await? {
            asker.tell("init-admin-there", &[]);
            return Ok(());
        }
        let given = std::env::var(PASSWORD).ok();
        let asked = asker.asks() && (self.email.is_none() || given.is_none());
        for attempt in 1.. {
            let email = asker.needed(self.email.as_deref(), "init-email", "--email")?;
            let password = asker.secret(given.clone())?;
            match house.own_auth()?.create_super_admin(cx, &email, &password).await {
                Ok(account) => {
                    let values = [("id", account.id.to_string()), ("email", account.email)];
                    asker.tell("cli-account-made", &values);
                    break;
                }
                Err(error @ Error::Invalid(_)) if asked && attempt < ATTEMPTS => asker.tell_error(&error),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// How to go on.
    fn tell_rest(&self, words: &Words, settings: &Settings) {
        let file = self.config.display().to_string();
        say(format_args!("\n{}\n\n    mediverse serve --config {file}\n", words.say("init-done", &[])));
        let notes = [
            (settings.server.https(), "init-note-https"),
            (!settings.mail.is_used(), "init-note-mail"),
            (settings.backup.folder.is_empty(), "init-note-backup"),
        ];
        for (_, note) in notes.iter().filter(|(applies, _)| *applies) {
            say(format_args!("- {}", words.say(note, &[("listen", settings.server.listen.clone())])));
        }
    }
}

/// Whether somebody runs the house.
pub(super) async fn runs_already(house: &House, cx: &Cx) -> Result<bool> {
    let ask = AccountSearch { role: Some(Role::SuperAdmin), ..AccountSearch::default() };
    Ok(!house.auth.accounts(cx, ask).await?.items.is_empty())
}
