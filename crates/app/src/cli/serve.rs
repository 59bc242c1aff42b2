//! `mediverse serve`

use std::{process::ExitCode, time::Instant};

use clap::Args;
use platform::Result;
use serde_json::json;

use super::{Sources, init::runs_already, keys, log, say, words::Words};
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
        let words = Words::of_environment()?;
        if house.key_is_new {
            keys::tell_new(&words, &house);
        }
        if house.roles.is_whole() && !runs_already(&house, &house.world.cx("command-line")).await? {
            eprintln!("{}", words.say("cli-nobody-runs", &[]));
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
