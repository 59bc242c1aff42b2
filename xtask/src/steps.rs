//! `cargo xtask test`: the steps, in order, each timed; all are run so that one failure does not hide another.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::generated::Mode;
use crate::{axe, chaos, deploy, graph, locales, machine, openapi, traceability, workspace};

/// One thing a change must pass. To add one, add a line to `STEPS`.
struct Step {
    name: &'static str,
    about: &'static str,
    /// Steps that must have passed before this one makes sense.
    after: &'static [&'static str],
    run: fn(&Run) -> Result<Outcome>,
}

/// How this run was asked for.
struct Run {
    full: bool,
}

/// What a step that passed has to say for the table; often nothing.
type Outcome = String;

const STEPS: &[Step] = &[
    Step {
        name: "machine",
        about: "Debian packages, PostgreSQL, cargo-nextest",
        after: &[],
        run: |_| done(machine::prepare()),
    },
    Step { name: "format", about: "cargo fmt", after: &[], run: |_| cargo(&["fmt", "--all", "--check"]) },
    Step { name: "graph", about: "who may depend on whom", after: &[], run: |_| done(graph::run(Mode::Check)) },
    Step {
        name: "deploy",
        about: "manifests, rules and dashboards",
        after: &["machine"],
        run: |_| done(deploy::check()),
    },
    Step { name: "locales", about: "the same texts in every language", after: &[], run: |_| done(locales::run()) },
    Step {
        name: "traceability",
        about: "docs/traceability.md",
        after: &[],
        run: |_| done(traceability::run(Mode::Check)),
    },
    Step {
        name: "lints",
        about: "cargo clippy",
        after: &[],
        run: |_| cargo(&["clippy", "--workspace", "--all-targets", "--locked", "--quiet", "--", "-D", "warnings"]),
    },
    Step { name: "build", about: "programs and tests", after: &[], run: |_| build() },
    Step { name: "openapi", about: "docs/openapi.json", after: &["build"], run: |_| done(openapi::run(Mode::Check)) },
    Step { name: "axe", about: "the accessibility checker", after: &["machine"], run: |_| done(axe::fetch()) },
    // The permission matrix, the pages in every language and the contracts over HTTP are golden files among these.
    Step {
        name: "tests",
        about: "unit, property, both databases, contracts, journeys",
        after: &["build"],
        run: |run| nextest(run, "all()", EMBEDDED),
    },
    Step { name: "split", about: "journeys through services behind a gateway", after: &["build", "axe"], run: split },
    Step { name: "served", about: "journeys on PostgreSQL, RabbitMQ and Redis", after: &["build", "axe"], run: served },
    Step {
        name: "doctests",
        about: "examples in the documentation",
        after: &["build"],
        run: |_| cargo(&["test", "--doc", "--workspace", "--locked", "--quiet"]),
    },
    Step { name: "chaos", about: "services and engines broken under load", after: &["build"], run: broken },
];

/// Steps that are part of another one, for `--only`.
const PARTS: &[Step] = &[Step {
    name: "e2e",
    about: "the journeys alone",
    after: &[],
    run: |run| build().and_then(|_| nextest(run, "package(e2e)", EMBEDDED)),
}];

/// How the program that journeys visit is spread over processes (`MEDIVERSE_TOPOLOGY`): one on SQLite, one on standard
/// engines, services behind a gateway.
const EMBEDDED: &str = "embedded";
const SERVED: &str = "served";
const SPLIT: &str = "split";
/// Every journey; what tests the harness itself needs no program.
const JOURNEYS: &str = "package(e2e) - binary(harness)";
/// A booking, a race for one time, a change heard by another's page, a doctor's day: through every service at least once.
const FEW: &str = "package(e2e) & (test(=a_signed_in_patient_books_with_four_taps) \
    | test(=one_of_two_gets_the_time_and_the_other_is_told_kindly) \
    | test(=a_time_that_somebody_takes_vanishes_within_a_second) | test(=a_doctor_goes_through_the_day))";

/// Runs every step, or the one that is asked for, and prints the table.
pub fn test(full: bool, only: Option<&str>) -> Result<()> {
    let run = Run { full };
    let steps: Vec<&Step> = match only {
        None => STEPS.iter().collect(),
        Some(name) => STEPS.iter().chain(PARTS).filter(|step| step.name == name).collect(),
    };
    if steps.is_empty() {
        let names: Vec<_> = STEPS.iter().chain(PARTS).map(|step| step.name).collect();
        bail!("no step of that name; there are {}", names.join(", "));
    }
    let mut table = Vec::new();
    let mut passed = BTreeSet::new();
    for step in steps {
        let missing = step.after.iter().find(|needed| only.is_none() && !passed.contains(**needed));
        let start = Instant::now();
        let result = if let Some(needed) = missing {
            Err(Failure::Skipped(needed))
        } else {
            println!("\n==> {}: {}", step.name, step.about);
            (step.run)(&run).map_err(Failure::Failed)
        };
        if let Err(Failure::Failed(error)) = &result {
            eprintln!("==> {} FAILED: {error:#}", step.name);
        }
        if result.is_ok() {
            passed.insert(step.name);
        }
        table.push((step, start.elapsed(), result));
    }
    summary(&table)
}

enum Failure {
    Failed(anyhow::Error),
    Skipped(&'static str),
}

fn summary(table: &[(&Step, Duration, Result<Outcome, Failure>)]) -> Result<()> {
    println!("\n{:<14} {:>8}  outcome", "step", "seconds");
    for (step, took, result) in table {
        let outcome = match result {
            Ok(said) if said.is_empty() => "ok".to_owned(),
            Ok(said) => format!("ok: {said}"),
            Err(Failure::Failed(_)) => "FAILED".to_owned(),
            Err(Failure::Skipped(needed)) => format!("not run: {needed} failed"),
        };
        println!("{:<14} {:>8.1}  {outcome}", step.name, took.as_secs_f64());
    }
    let total: Duration = table.iter().map(|(_, took, _)| *took).sum();
    println!("{:<14} {:>8.1}", "total", total.as_secs_f64());
    for (step, _, result) in table {
        if let Err(Failure::Failed(error)) = result {
            let message = format!("{error:#}");
            bail!("the first step that failed is `{}`: {}", step.name, message.lines().next().unwrap_or_default());
        }
    }
    Ok(())
}

fn done(result: Result<()>) -> Result<Outcome> {
    result.map(|()| Outcome::new())
}

fn cargo(args: &[&str]) -> Result<Outcome> {
    succeed(&mut workspace::cargo(args))
}

/// Everything at once: a build of one package would choose other features for its dependencies and build them again.
fn build() -> Result<Outcome> {
    cargo(&["build", "--workspace", "--bins", "--tests", "--locked", "--quiet"])
}

/// Journeys in services: a few, or all with `--full`.
fn split(run: &Run) -> Result<Outcome> {
    nextest(run, if run.full { JOURNEYS } else { FEW }, SPLIT)
}

/// Journeys in one process on standard engines.
fn served(run: &Run) -> Result<Outcome> {
    if !run.full {
        return Ok("not run: only with --full".to_owned());
    }
    nextest(run, JOURNEYS, SERVED)
}

fn nextest(run: &Run, filter: &str, topology: &str) -> Result<Outcome> {
    let mut command = workspace::cargo(&["nextest", "run", "--workspace", "--locked", "--cargo-quiet", "-E", filter]);
    command.env("MEDIVERSE_BIN", workspace::program("debug")).env("MEDIVERSE_TOPOLOGY", topology);
    // A snapshot that differs is a failure, never a new snapshot.
    command.env("INSTA_UPDATE", "no").env("INSTA_FORCE_PASS", "0");
    if run.full {
        command.args(["--run-ignored", "all"]).env("PROPTEST_CASES", "2000");
    }
    let mut child = command.stderr(Stdio::piped()).spawn()?;
    let mut closing_line = Outcome::new();
    if let Some(said) = child.stderr.take() {
        for line in BufReader::new(said).split(b'\n') {
            let line = line?;
            std::io::stderr().write_all(&[&line, b"\n".as_slice()].concat())?;
            let line = String::from_utf8_lossy(&line);
            if line.contains("tests run:") || line.contains("test run:") {
                line.trim().clone_into(&mut closing_line);
            }
        }
    }
    let status = child.wait()?;
    if !status.success() {
        bail!("nextest ended with {status}; {closing_line}");
    }
    Ok(closing_line)
}

/// The short form of everything that breaks; some four minutes.
fn broken(run: &Run) -> Result<Outcome> {
    if !run.full {
        return Ok("not run: only with --full".to_owned());
    }
    done(chaos::run(&["all".to_owned(), "--short".to_owned()]))
}

fn succeed(command: &mut Command) -> Result<Outcome> {
    let status = command.status()?;
    if !status.success() {
        bail!("ended with {status}");
    }
    Ok(Outcome::new())
}
