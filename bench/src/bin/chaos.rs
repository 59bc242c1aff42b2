//! `cargo xtask chaos`: breaks one thing after the other under load and proves that nothing was lost.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use bench::chaos::{self, Fault, Outcome, Plan, Stage};
use bench::report::{Line, Report};
use bench::server::Engine;
use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};

/// Breaks things under load.
#[derive(Parser)]
struct Cli {
    /// What breaks; `all` for everything, one after the other on the same stage.
    #[arg(required = true)]
    what: Vec<String>,
    /// Where chance begins.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Seconds that each fault lasts.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Everything in a few minutes: each fault for four seconds, a smaller load.
    #[arg(long)]
    short: bool,
    /// Patients who book at the same time, each about eight operations a second.
    #[arg(long)]
    patients: Option<usize>,
    /// Spoils what was kept before it is checked, to see that the checker complains: the run must fail.
    #[arg(long)]
    spoil: bool,
    /// Appends the figures to bench/RESULTS.md, with this remark about the machine.
    #[arg(long, value_name = "REMARK")]
    record: Option<String>,
}

impl Cli {
    fn plan(&self) -> Plan {
        let (seconds, calm, patients) = if self.short { (4, 2, 6) } else { (self.seconds, 3, 12) };
        let (lasting, calm) = (Duration::from_secs(seconds.max(1)), Duration::from_secs(calm));
        Plan { seed: self.seed, lasting, calm, patients: self.patients.unwrap_or(patients), spoil: self.spoil }
    }

    fn faults(&self) -> Result<Vec<Fault>> {
        if self.what.iter().any(|what| what == "all") {
            return Ok(Fault::ALL.to_vec());
        }
        let one = |what: &String| <Fault as clap::ValueEnum>::from_str(what, true).map_err(anyhow::Error::msg);
        self.what.iter().map(|what| one(what).with_context(|| format!("no fault {what}"))).collect()
    }
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    match runtime.map_err(Into::into).and_then(|runtime| runtime.block_on(run_or_give_up(&cli))) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Whoever ends this early leaves no engine behind: everything that was started ends with what holds it.
async fn run_or_give_up(cli: &Cli) -> Result<bool> {
    let mut end = signal(SignalKind::terminate())?;
    tokio::select! {
        done = run(cli) => done,
        _ = end.recv() => bail!("ended"),
        _ = tokio::signal::ctrl_c() => bail!("ended"),
    }
}

async fn run(cli: &Cli) -> Result<bool> {
    let (faults, plan) = (cli.faults()?, cli.plan());
    chaos::needs(&["setpriv", "prlimit", "epmd", "kill"])?;
    let folder = folder()?;
    println!(
        "seed {}, {} s each, {} patients, logs in {}",
        plan.seed,
        plan.lasting.as_secs(),
        plan.patients,
        folder.display()
    );
    let mut stage = Stage::set(&chaos::program()?, &folder).await?;
    let mut outcomes = Vec::new();
    for fault in faults {
        let outcome = match stage.play(fault, plan).await {
            Ok(outcome) => outcome,
            Err(error) => {
                // What was found out before is told all the same.
                record(cli.record.as_deref(), &outcomes)?;
                return Err(error);
            }
        };
        println!("{}", outcome.told());
        for wrong in outcome.faults.iter().take(12) {
            println!("  FAULT: {wrong}");
        }
        outcomes.push(outcome);
    }
    stage.end().await?;
    record(cli.record.as_deref(), &outcomes)?;
    let right = outcomes.iter().all(Outcome::is_right);
    if right {
        std::fs::remove_dir_all(&folder)?;
    }
    Ok(right)
}

/// Below the system's folder for such things: the database server's own account must get there.
fn folder() -> Result<PathBuf> {
    let folder = std::env::temp_dir().join(format!("mediverse-chaos-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}

fn record(remark: Option<&str>, outcomes: &[Outcome]) -> Result<()> {
    let Some(remark) = remark else { return Ok(()) };
    let mut report = Report::begin(remark);
    for outcome in outcomes {
        let told = outcome.told();
        let result = told.split_once(' ').map_or(told.as_str(), |(_, rest)| rest.trim_start());
        let mut line = Line::new(&format!("fault: {}", outcome.fault.name()), Engine::Postgres, result.to_owned());
        if let (Some((share, gap)), Some(reached)) = (outcome.fault.aim(), outcome.reached()) {
            let mut aim = format!("≥ {:.1} %", share * 100.0);
            if let Some(gap) = gap {
                write!(aim, ", no gap over {} s", gap.as_secs())?;
            }
            line = line.aims(&aim, reached && outcome.is_right());
        }
        report.add(line);
    }
    report.end()?;
    Ok(())
}
