//! The command line: a file for each command.

mod admin;
mod audit;
mod backup;
mod demo;
mod doctor;
mod events;
mod import;
mod init;
mod keys;
mod migrate;
mod openapi;
mod probe;
mod qr;
mod reconcile;
mod restore;
mod serve;
mod words;

use std::{path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand};
use jiff::Timestamp;
use platform::{Error, Result, telemetry, trace};

use crate::{settings::Settings, wiring::World};

/// Mediverse: appointments with doctors, laboratories and vaccinations.
#[derive(Debug, Parser)]
#[command(name = "mediverse", version, propagate_version = true)]
struct Line {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serves a believable network with sample people, to try everything out.
    Demo(demo::Demo),
    /// Walks through a first start: keys, database, super admin, first facility, address.
    Init(init::Init),
    /// Serves.
    Serve(serve::Serve),
    /// Brings every database up to date.
    Migrate(Sources),
    /// Seals every database as it is at this moment, beside a running server.
    Backup(backup::Backup),
    /// Brings a backup back, or looks whether it could be.
    Restore(restore::Restore),
    /// Compares what the parts of the program own with the copies that others keep.
    Reconcile(Sources),
    /// Accounts, from the machine itself.
    #[command(subcommand)]
    Admin(admin::Admin),
    /// Prints the description of the REST API as JSON.
    Openapi,
    /// Looks whether everything is in order.
    Doctor(Sources),
    /// Takes rows of a CSV file in; refused ones are named with line and reason.
    Import(import::Import),
    /// The key of the house.
    #[command(subcommand)]
    Keys(keys::Keys),
    /// Asks a running mediverse whether it is ready.
    Probe(probe::Probe),
    /// The audit trail.
    #[command(subcommand)]
    Audit(audit::Audit),
    /// Events between the parts of the program.
    #[command(subcommand)]
    Events(events::Events),
}

/// Where settings come from.
#[derive(Debug, Clone, Default, Args)]
pub struct Sources {
    /// Configuration file; see docs/config.toml.
    #[arg(long, env = "MEDIVERSE_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// One setting, such as --set server.listen=0.0.0.0:80.
    #[arg(long = "set", value_name = "SECTION.KEY=VALUE", value_parser = pair)]
    set: Vec<(String, String)>,
    /// Folder of the data: short for --set database.url=sqlite:DIR.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Works at another instant, such as 2027-03-01T08:00:00+07:00, and runs on from there: for replays.
    #[arg(long, value_name = "INSTANT")]
    clock: Option<Timestamp>,
}

fn pair(text: &str) -> std::result::Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("SECTION.KEY=VALUE is expected")?;
    Ok((key.trim().to_owned(), value.to_owned()))
}

impl Sources {
    /// The real world, at the time asked for.
    fn world(&self) -> World {
        World::starting_at(self.clock)
    }

    /// The settings, with flags of the command's own.
    fn read(&self, more: &[(&str, String)]) -> Result<Settings> {
        if let Some(file) = self.config.as_deref().filter(|file| !file.exists()) {
            return Err(Error::conflict("no-config").with("file", file.display()));
        }
        let mut flags = self.set.clone();
        if let Some(folder) = &self.data {
            flags.push(("database.url".to_owned(), format!("sqlite:{}", folder.display())));
        }
        flags.extend(more.iter().map(|(key, value)| ((*key).to_owned(), value.clone())));
        Settings::read(
            self.config.as_deref(),
            std::env::vars_os().filter_map(|(key, value)| Some((key.into_string().ok()?, value.into_string().ok()?))),
            flags,
        )
    }
}

/// Starts logging and tracing as the settings say.
fn log(settings: &Settings) -> Result<()> {
    // Before anything counts: what is counted earlier is lost.
    telemetry::Metrics::install()?;
    telemetry::init(settings.log.format()?, &settings.log.filter)?;
    let trace = &settings.trace;
    let roles = settings.services.roles()?;
    match trace.service.as_str() {
        "" if roles.is_whole() => {}
        "" => trace::name_process(&roles.name()),
        name => trace::name_process(name),
    }
    if trace.endpoint.is_empty() {
        return Ok(());
    }
    let version = env!("CARGO_PKG_VERSION");
    trace::collect(&trace::Collector { endpoint: trace.endpoint.clone(), ratio: trace.ratio, version })
}

/// Does what the command line says. Exit codes: 0 done, 1 not done (the reason is on standard error), 2 a wrong command line.
pub async fn run() -> ExitCode {
    let done = match Line::parse().command {
        Command::Demo(command) => command.run().await,
        Command::Init(command) => command.run().await,
        Command::Serve(command) => command.run().await,
        Command::Migrate(sources) => migrate::run(&sources).await,
        Command::Backup(command) => command.run().await,
        Command::Restore(command) => command.run().await,
        Command::Reconcile(sources) => reconcile::run(&sources).await,
        Command::Admin(command) => command.run().await,
        Command::Openapi => openapi::run().await,
        Command::Doctor(sources) => doctor::run(&sources).await,
        Command::Import(command) => command.run().await,
        Command::Keys(command) => command.run(),
        Command::Probe(command) => command.run().await,
        Command::Audit(command) => command.run().await,
        Command::Events(command) => command.run().await,
    };
    trace::finish().await;
    match done {
        Ok(code) => code,
        Err(error) => {
            say_error(&error);
            ExitCode::FAILURE
        }
    }
}

/// The reason and the remedy for whoever runs the program, in their language.
fn say_error(error: &Error) {
    let text = words::Words::of_environment().map_or_else(|_| error.to_string(), |words| words.error(error));
    eprintln!("mediverse: {text}");
}

/// A line on standard output. Whoever reads may have gone away.
fn say(text: impl std::fmt::Display) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stdout(), "{text}");
}
