//! The project's own commands: `cargo xtask test`, `graph`, `traceability`, `locales`, `openapi`, `deploy`, `replay`,
//! `chaos`, `pictures`, `sheets`, `bench`.

mod axe;
mod chaos;
mod deploy;
mod generated;
mod graph;
mod locales;
mod machine;
mod openapi;
mod rust_text;
mod steps;
mod traceability;
mod workspace;

use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::{Parser, Subcommand};

use crate::generated::Mode;

/// What can be asked of the project.
#[derive(Parser)]
#[command(name = "cargo xtask", about = "The project's own commands")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Everything a change must pass: format, lints, offline checks, tests, journeys in a browser.
    Test {
        /// More cases for each property test, and the tests marked as long.
        #[arg(long)]
        full: bool,
        /// Run this step alone (see the table a whole run prints for the names).
        #[arg(long, value_name = "STEP")]
        only: Option<String>,
    },
    /// Who depends on whom, and the rules about it; writes docs/graph.txt.
    Graph {
        /// Compare with docs/graph.txt, write nothing.
        #[arg(long)]
        check: bool,
    },
    /// Which requirement and which rule is shown by which test; writes docs/traceability.md.
    Traceability {
        /// Compare with docs/traceability.md, write nothing.
        #[arg(long)]
        check: bool,
    },
    /// The texts of every language have the same keys and the same variables.
    Locales,
    /// The description of the REST API as the program gives it; writes docs/openapi.json.
    Openapi {
        /// Compare with docs/openapi.json, write nothing.
        #[arg(long)]
        check: bool,
    },
    /// What is in deploy/: manifests, rules, dashboards, Terraform; parsed, rendered, checked, tested.
    Deploy {
        /// The one thing it does.
        #[arg(long, required = true)]
        check: bool,
    },
    /// Book a file of real appointments through the API and compare the outcome with a plain count.
    Replay {
        /// The CSV file, then options of the replay program.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Break services and engines under load, and prove that nothing was lost; `all` breaks everything in turn.
    Chaos {
        /// What breaks, then options of the chaos program.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Take the six pictures of the README from the demonstration, into docs/screenshots.
    Pictures,
    /// Lay out what the journeys have seen (`cargo xtask test --only e2e`): a picture for each journey, in target/e2e/sheets.
    Sheets,
    /// Measure; results go to bench/RESULTS.md.
    Bench {
        /// Options of the bench program.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
}

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<()> {
    match command {
        Command::Test { full, only } => steps::test(full, only.as_deref()),
        Command::Graph { check } => graph::run(Mode::new(check)),
        Command::Traceability { check } => traceability::run(Mode::new(check)),
        Command::Locales => locales::run(),
        Command::Openapi { check } => openapi::run(Mode::new(check)),
        Command::Deploy { .. } => deploy::check(),
        Command::Replay { args } => measure("replay", &args),
        Command::Chaos { args } => chaos::run(&args),
        Command::Pictures => gallery("pictures"),
        Command::Sheets => gallery("sheets"),
        Command::Bench { args } => measure("bench", &args),
    }
}

/// Runs the program of the `e2e` package that makes pictures for people, beside a server built for development.
fn gallery(what: &str) -> Result<()> {
    let program = if let Some(built) = std::env::var_os("MEDIVERSE_BIN") {
        built.into()
    } else {
        succeed("the build", &["build", "--package", "app"])?;
        workspace::program("debug")
    };
    let status = workspace::cargo(&["run", "--quiet", "--package", "e2e", "--bin", "gallery", "--", what])
        .env("MEDIVERSE_BIN", program)
        .status()?;
    if !status.success() {
        bail!("{what} ended with {status}");
    }
    Ok(())
}

fn succeed(what: &str, args: &[&str]) -> Result<()> {
    let status = workspace::cargo(args).status()?;
    if !status.success() {
        bail!("{what} ended with {status}");
    }
    Ok(())
}

/// Runs a program of the `bench` package, built as it ships, beside a server built the same way.
fn measure(program: &str, args: &[String]) -> Result<()> {
    // The program alone, as people build it; together with `bench` its dependencies would be built with other features.
    succeed("the release build", &["build", "--release", "--package", "app"])?;
    let status = workspace::cargo(&["run", "--release", "--quiet", "--package", "bench", "--bin", program, "--"])
        .env("MEDIVERSE_BIN", workspace::program("release"))
        .current_dir(std::env::current_dir()?)
        .args(args)
        .status()?;
    if !status.success() {
        bail!("{program} ended with {status}");
    }
    Ok(())
}
