//! `mediverse admin …`

use std::{io::BufRead, process::ExitCode, time::Duration};

use clap::Subcommand;
use platform::{Error, Result};

use super::{Sources, log, say};
use crate::wiring::House;

/// How long the bus may take to tell the others.
const PATIENCE: Duration = Duration::from_secs(30);

/// Accounts, from the machine itself.
#[derive(Debug, Subcommand)]
pub(super) enum Admin {
    /// Opens an account that runs the house. Its password is read from standard input, so that it is in no history.
    CreateSuperAdmin {
        /// The name to sign in with.
        #[arg(long)]
        email: String,
        #[command(flatten)]
        sources: Sources,
    },
}

impl Admin {
    pub(super) async fn run(self) -> Result<ExitCode> {
        let Self::CreateSuperAdmin { email, sources } = self;
        let settings = sources.read(&[])?;
        log(&settings)?;
        let mut password = String::new();
        std::io::stdin().lock().read_line(&mut password).map_err(Error::internal)?;
        let house = House::open(settings, sources.world()).await?;
        let cx = house.world.cx("command-line");
        let account = house.auth.create_super_admin(&cx, &email, password.trim_end_matches(['\r', '\n'])).await;
        let bus = house.start_bus().await?;
        let settled = bus.settle(PATIENCE).await;
        bus.stop().await;
        house.close().await;
        let account = account?;
        settled?;
        say(format_args!("{} {}", account.id, account.email));
        Ok(ExitCode::SUCCESS)
    }
}
