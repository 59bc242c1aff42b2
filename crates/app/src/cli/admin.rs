//! `mediverse admin …`

use std::{io::BufRead, process::ExitCode, time::Duration};

use clap::Subcommand;
use contracts::auth::{Account, AccountState};
use platform::{Error, Result};

use super::{Sources, log, say, words::Words};
use crate::wiring::House;

/// How long the bus may take to tell the others.
const PATIENCE: Duration = Duration::from_secs(30);

/// Accounts, from the machine itself.
#[derive(Debug, Subcommand)]
pub(super) enum Admin {
    /// Opens an account that runs the house. Its password is read from standard input, so that it is in no history. Where
    /// two run the house already, the account waits for the word of one of them.
    CreateSuperAdmin {
        /// The name to sign in with.
        #[arg(long)]
        email: String,
        #[command(flatten)]
        sources: Sources,
    },
    /// Confirms somebody whom the only super admin wants as a second one.
    ConfirmSuperAdmin {
        /// The name they sign in with.
        #[arg(long)]
        email: String,
        #[command(flatten)]
        sources: Sources,
    },
}

impl Admin {
    pub(super) async fn run(self) -> Result<ExitCode> {
        let (Self::CreateSuperAdmin { sources, .. } | Self::ConfirmSuperAdmin { sources, .. }) = &self;
        let (settings, world) = (sources.read(&[])?, sources.world());
        log(&settings)?;
        let words = Words::of_environment()?;
        let house = House::open(settings, world).await?;
        let account = self.act(&house).await;
        let bus = house.start_bus().await?;
        let settled = bus.settle(PATIENCE).await;
        bus.stop().await;
        house.close().await;
        let account = account?;
        settled?;
        let made = if account.state == AccountState::Active { "cli-account-made" } else { "cli-account-waits" };
        say(words.say(made, &[("id", account.id.to_string()), ("email", account.email)]));
        Ok(ExitCode::SUCCESS)
    }

    async fn act(&self, house: &House) -> Result<Account> {
        let cx = house.world.cx("command-line");
        match self {
            Self::CreateSuperAdmin { email, .. } => {
                let mut password = String::new();
                std::io::stdin().lock().read_line(&mut password).map_err(Error::internal)?;
                house.own_auth()?.create_super_admin(&cx, email, password.trim_end_matches(['\r', '\n'])).await
            }
            Self::ConfirmSuperAdmin { email, .. } => {
                let waiting = house.auth.super_admin_grants(&cx).await?;
                let grant = waiting.into_iter().find(|grant| grant.email.eq_ignore_ascii_case(email.trim()));
                let grant = grant.ok_or(Error::NotFound("grant-of-email"))?;
                house.auth.decide_super_admin(&cx, &grant.account, true).await
            }
        }
    }
}
