//! `cargo xtask bench`: measures the release build and appends a table to `bench/RESULTS.md`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use bench::pages;
use bench::races::{self, Rounds};
use bench::report::Report;
use bench::server::Engine;
use bench::world::World;
use bench::{load, ready, split, users};
use clap::{Parser, ValueEnum};

/// Measures the program.
#[derive(Parser)]
struct Cli {
    /// What is measured; everything but `users`, `split` and `pages` where nothing is named.
    what: Vec<What>,
    /// On which engine; both where none is named. Free times, searches, growth and the start are measured on SQLite
    /// alone unless an engine is named.
    #[arg(long, value_enum)]
    engine: Option<Engine>,
    /// Seconds of each load; 60 where it is not said, 600 for `users`.
    #[arg(long)]
    seconds: Option<u64>,
    /// Doctors of the world; 10,000 where it is not said, 1,000 for `users` and `split`.
    #[arg(long)]
    doctors: Option<usize>,
    /// Appointments of the world; a million where it is not said, 100,000 for `users`.
    #[arg(long)]
    appointments: Option<usize>,
    /// `users`: people signed in.
    #[arg(long, default_value_t = 10_000)]
    users: usize,
    /// Requests a second of all `users` together (1,000 where it is not said); of `split` bookings a second (300).
    #[arg(long)]
    rate: Option<f64>,
    /// `split`: seconds for which the broker is away.
    #[arg(long, default_value_t = 60)]
    outage: u64,
    /// `pages`: so many times the demonstration's data.
    #[arg(long, default_value_t = 100)]
    scale: u32,
    /// `pages`: first visits of each page in a browser.
    #[arg(long, default_value_t = 5)]
    visits: usize,
    /// `pages`: requests for each page.
    #[arg(long, default_value_t = 300)]
    requests: usize,
    /// `pages`: appends the table; otherwise it is printed alone.
    #[arg(long)]
    record: bool,
    /// Rounds of each race.
    #[arg(long, default_value_t = 200)]
    rounds: usize,
    /// Growth to ten million appointments as well (some 15 GB of disk).
    #[arg(long)]
    ten_million: bool,
    /// Prints alone and appends nothing.
    #[arg(long)]
    trial: bool,
    /// A remark for the table: what else the machine was doing.
    #[arg(long, default_value = "")]
    note: String,
    /// Serves the bytes of a file and nothing else: what an answer is compared with.
    #[arg(long, hide = true)]
    serve_bare: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    /// Sustained bookings, and their share of the bare driver's.
    Bookings,
    /// Free times while others book.
    FreeTimes,
    /// Searches by filter and by misspelt name.
    Search,
    /// Costs in a small and in a large world.
    Growth,
    /// Many callers, one winner.
    Races,
    /// Start, idle memory, size.
    Ready,
    /// Thousands of signed-in people for ten minutes.
    Users,
    /// Services against one process, the gateway, events through the broker.
    Split,
    /// First visits in a browser, and the server's time for every page.
    Pages,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = match &cli.serve_bare {
        Some(file) => std::fs::read(file).map_err(Into::into).and_then(load::serve_bare).map(|()| true),
        None => tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(Into::into)
            .and_then(|runtime| runtime.block_on(run(&cli))),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: &Cli) -> Result<bool> {
    let only_pages = !cli.what.is_empty() && cli.what.iter().all(|what| *what == What::Pages);
    let mut report = Report::begin(&cli.note).as_trial(cli.trial || (only_pages && !cli.record));
    let measured = measure(cli, &mut report).await;
    // What was measured before a failure is kept.
    let reached = report.end()?;
    measured.map(|()| reached)
}

async fn measure(cli: &Cli, report: &mut Report) -> Result<()> {
    if cli.what.contains(&What::Split) {
        split::run(
            report,
            split::Plan {
                lasting: Duration::from_secs(cli.seconds.unwrap_or(60)),
                outage: Duration::from_secs(cli.outage),
                a_second: cli.rate.unwrap_or(300.0),
                doctors: cli.doctors.unwrap_or(1_000),
            },
        )
        .await?;
    }
    if cli.what.contains(&What::Users) {
        signed_in(cli, report).await?;
    }
    if cli.what.contains(&What::Pages) {
        let plan = pages::Plan { scale: cli.scale, visits: cli.visits, requests: cli.requests };
        pages::run(report, plan).await?;
    }
    if cli.what.iter().all(|what| matches!(what, What::Split | What::Users | What::Pages)) && !cli.what.is_empty() {
        return Ok(());
    }
    let wanted = |what: What| cli.what.is_empty() || cli.what.contains(&what);
    let seconds = cli.seconds.unwrap_or(60);
    let lasting = Duration::from_secs(seconds);
    let short = Duration::from_secs((seconds / 3).max(1));
    let (doctors, appointments) = (cli.doctors.unwrap_or(10_000), cli.appointments.unwrap_or(1_000_000));
    for engine in cli.engine.map_or(vec![Engine::Sqlite, Engine::Postgres], |engine| vec![engine]) {
        let alone = cli.engine.is_some() || engine == Engine::Sqlite;
        if wanted(What::Races) {
            races::run(report, engine, Rounds { races: cli.rounds, moves: cli.rounds }).await?;
        }
        let reads = alone && [What::FreeTimes, What::Search, What::Ready].into_iter().any(wanted);
        if reads || wanted(What::Bookings) {
            let mut world = World::open(engine, doctors, appointments).await?;
            if alone && wanted(What::Ready) {
                ready::run(report, &mut world).await?;
            }
            if wanted(What::Bookings) {
                load::bookings(report, &mut world, lasting).await?;
            }
            if alone && wanted(What::FreeTimes) {
                load::free_times(report, &mut world, short).await?;
            }
            if alone && wanted(What::Search) {
                load::search(report, &mut world, short).await?;
            }
        }
        if alone && wanted(What::Growth) {
            let mut sizes = vec![doctors, appointments];
            if cli.ten_million && engine == Engine::Sqlite {
                sizes.push(10_000_000);
            }
            let mut worlds = Vec::new();
            for size in sizes {
                worlds.push(World::open(engine, doctors, size).await?);
            }
            load::growth(report, &mut worlds, short / 2).await?;
        }
    }
    Ok(())
}

/// Thousands of signed-in people, on either engine.
async fn signed_in(cli: &Cli, report: &mut Report) -> Result<()> {
    let load = users::Load {
        users: cli.users,
        a_second: cli.rate.unwrap_or(1_000.0),
        lasting: Duration::from_secs(cli.seconds.unwrap_or(600)),
    };
    for engine in cli.engine.map_or(vec![Engine::Sqlite, Engine::Postgres], |engine| vec![engine]) {
        let (doctors, appointments) = (cli.doctors.unwrap_or(1_000), cli.appointments.unwrap_or(100_000));
        let mut world = World::open_apart(engine, "town", doctors, appointments).await?;
        users::run(report, &mut world, load).await?;
    }
    Ok(())
}
