//! `mediverse demo`

mod over_tls;

use std::{path::PathBuf, process::ExitCode, time::Instant};

use clap::Args;
use jiff::Timestamp;
use platform::Result;
use serde_json::json;

use self::over_tls::Secured;
use super::{Sources, log, say};
use crate::{
    demo::{Login, plant, prepare},
    site::{Site, asked_to_end},
    wiring::House,
};

/// Serves a believable network with sample people. The folder is made at the first start and used again afterwards.
#[derive(Debug, Args)]
pub(super) struct Demo {
    /// Folder of the data.
    #[arg(long, value_name = "DIR", default_value = "mediverse-demo")]
    data: PathBuf,
    /// Address and port, 127.0.0.1:8080 where none are named, with --tls 0.0.0.0:8443; port 0 takes a free one.
    #[arg(long, value_name = "ADDR:PORT")]
    listen: Option<String>,
    /// By HTTPS, for phones in the same network: makes a certificate authority in the folder of the data, and tells how to
    /// trust it.
    #[arg(long)]
    tls: bool,
    /// Address and port of the plain page that hands out the authority's certificate.
    #[arg(long, value_name = "ADDR:PORT", default_value = "0.0.0.0:8080", requires = "tls")]
    trust_listen: String,
    /// Another number gives other people and visits.
    #[arg(long, value_name = "N", default_value_t = 47)]
    seed: u64,
    /// So many times the data.
    #[arg(long, value_name = "K", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
    scale: u32,
    /// Starts at another instant, such as 2027-03-01T08:00:00+07:00, and runs on from there.
    #[arg(long, value_name = "INSTANT")]
    clock: Option<Timestamp>,
    /// Prints one line of JSON once ready: address and log-ins.
    #[arg(long)]
    json: bool,
    /// Only plants, into the databases that the environment names (MEDIVERSE_DATABASE__URL and others), and prints the log-ins.
    #[arg(long, conflicts_with_all = ["data", "listen", "tls"])]
    plant: bool,
    /// Logs what happens, also how long the start took.
    #[arg(long)]
    verbose: bool,
}

impl Demo {
    pub(super) async fn run(self) -> Result<ExitCode> {
        if self.plant {
            return self.only_plant().await;
        }
        let filter = if self.verbose { "info" } else { "warn" };
        let mut flags =
            vec![("database.url", format!("sqlite:{}", self.data.display())), ("log.filter", filter.to_owned())];
        let sources = Sources { clock: self.clock, ..Sources::default() };
        log(&sources.read(&flags)?)?;
        let world = sources.world();
        let prepared = prepare(&self.data, self.seed, self.scale, &world).await?;
        let began = Instant::now();
        let secured = if self.tls { Some(Secured::prepare(&self.data, self.listen.as_deref())?) } else { None };
        match &secured {
            Some(secured) => flags.extend(secured.flags()),
            None => flags.push(("server.listen", self.listen.clone().unwrap_or_else(|| "127.0.0.1:8080".to_owned()))),
        }
        let house = House::open(sources.read(&flags)?, world).await?.with_mailbox(&self.data).await?;
        if let Some(secured) = secured {
            return secured.serve(house.behind_own_tls(), &self.trust_listen, &prepared.logins, self.json, began).await;
        }
        let site = Site::open(house, began).await?;
        if self.json {
            say(
                json!({ "ready": true, "url": site.url(), "logins": prepared.logins, "milliseconds": began.elapsed().as_millis() as u64 }),
            );
        } else {
            welcome(&site.url(), &prepared.logins);
        }
        asked_to_end().await;
        site.close().await;
        Ok(ExitCode::SUCCESS)
    }

    async fn only_plant(&self) -> Result<ExitCode> {
        let sources = Sources { clock: self.clock, ..Sources::default() };
        let settings = sources.read(&[])?;
        log(&settings)?;
        let house = House::open(settings, sources.world()).await?;
        let logins = plant(&house, self.seed, self.scale).await;
        house.close().await;
        let logins = logins?;
        if self.json {
            say(json!({ "logins": logins }));
        } else {
            tell(&logins);
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Addresses and log-ins for a person at a terminal.
fn welcome(url: &str, logins: &[Login]) {
    say(format_args!("\n  Mediverse  {url}\n  API        {url}/api/docs\n  Mailbox    {url}/dev/mailbox\n"));
    tell(logins);
}

fn tell(logins: &[Login]) {
    for login in logins {
        let role = login.role.to_string();
        say(format_args!("  {role:<12} {:<28} {}  {} {}", login.email, login.password, login.name, login.note));
    }
    say("");
}
