//! `cargo xtask replay FILE`: books a file of real appointments through the API and compares the outcome with a plain
//! count. Ends with 1 where anything differs.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use bench::replay::{self, Ask};
use bench::server::Engine;
use bench::visits;
use clap::Parser;

/// Books a file of real appointments through the API and compares the outcome with a plain count.
#[derive(Parser)]
struct Cli {
    /// The file; generated rows of the same shape stand in where there is none.
    file: Option<PathBuf>,
    /// Which database.
    #[arg(long, value_enum, default_value = "sqlite")]
    engine: Engine,
    /// Only the first so many rows.
    #[arg(long)]
    rows: Option<usize>,
    /// How many rows are generated where no file is named.
    #[arg(long, default_value_t = 400)]
    generated: usize,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(Cli::parse()).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: Cli) -> Result<bool> {
    let folder = bench::folder()?;
    let made = folder.join("generated.csv");
    let file = if let Some(file) = &cli.file {
        file.clone()
    } else {
        std::fs::write(&made, visits::generated(cli.generated))?;
        made
    };
    let ask = Ask { file: &file, rows: cli.rows, engine: cli.engine, folder: &folder, name: "replay" };
    let outcome = replay::run(&ask).await?;
    println!("{}", outcome.report);
    for refused in &outcome.refused {
        println!("refused: {refused}");
    }
    println!("{} booked + {} refused = {} rows", outcome.told.appointments, outcome.refused.len(), outcome.rows);
    for difference in &outcome.differences {
        println!("DIFFERS: {difference}");
    }
    println!(
        "{}",
        if outcome.differences.is_empty() { "equal to the plain count" } else { "NOT equal to the plain count" }
    );
    Ok(outcome.differences.is_empty())
}
