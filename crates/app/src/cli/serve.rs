//! `mediverse serve`

use std::{process::ExitCode, time::Instant};

use clap::Args;
use platform::Result;
use serde_json::json;

use super::{Sources, log, say};
use crate::{
    site::{Site, asked_to_end},
    wiring::House,
};

/// Serves. The first start makes the master key and prints its recovery text once.
#[derive(Debug, Args)]
pub(super) struct Serve {
    #[command(flatten)]
    sources: Sources,
    /// Parts that live in this process: short for --set services.roles=…; everything where it is absent.
    #[arg(long, value_name = "PART,PART")]
    roles: Option<String>,
    /// Address and port: short for --set server.listen=…, or gateway.listen=… where the gateway lives here.
    #[arg(long, value_name = "ADDR:PORT")]
    listen: Option<String>,
    /// Prints one line of JSON once ready.
    #[arg(long)]
    json: bool,
}

impl Serve {
    pub(super) async fn run(self) -> Result<ExitCode> {
        let began = Instant::now();
        let forwards = self.roles.as_deref().is_some_and(|roles| roles.split(',').any(|part| part.trim() == "gateway"));
        let door = if forwards { "gateway.listen" } else { "server.listen" };
        let flags: Vec<_> =
            [self.roles.map(|roles| ("services.roles", roles)), self.listen.map(|address| (door, address))]
                .into_iter()
                .flatten()
                .collect();
        let settings = self.sources.read(&flags)?;
        log(&settings)?;
        let house = House::open(settings, self.sources.world()).await?;
        if house.key_is_new {
            tell_key(&house);
        }
        let site = Site::open(house, began).await?;
        if self.json {
            say(json!({ "ready": true, "url": site.url(), "milliseconds": began.elapsed().as_millis() as u64 }));
        }
        asked_to_end().await;
        site.close().await;
        Ok(ExitCode::SUCCESS)
    }
}

/// On standard error, where no program takes it for an answer.
fn tell_key(house: &House) {
    eprintln!(
        "A master key was made: {}\nIts recovery text, to be kept on paper, apart from backups:\n\n    {}\n\nThen: mediverse keys confirm",
        house.settings.key_file().display(),
        house.master.recovery_text()
    );
}
