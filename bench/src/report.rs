//! Results: a line for each measurement, printed and appended to `bench/RESULTS.md`.

use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::process;
use crate::server::Engine;

/// One measurement.
#[derive(Debug, Clone)]
pub struct Line {
    /// What was measured.
    pub what: String,
    /// On which engine, where that matters.
    pub engine: Option<Engine>,
    /// What came out.
    pub result: String,
    /// What is aimed at, and whether it was reached.
    pub aim: Option<(String, bool)>,
}

impl Line {
    /// A measurement without an aim.
    pub fn new(what: &str, engine: impl Into<Option<Engine>>, result: String) -> Self {
        Self { what: what.to_owned(), engine: engine.into(), result, aim: None }
    }

    /// With an aim.
    #[must_use]
    pub fn aims(mut self, aim: &str, reached: bool) -> Self {
        self.aim = Some((aim.to_owned(), reached));
        self
    }

    fn row(&self) -> String {
        let engine = self.engine.map(|engine| engine.to_string()).unwrap_or_default();
        let (aim, reached) = match &self.aim {
            Some((aim, true)) => (aim.as_str(), "yes"),
            Some((aim, false)) => (aim.as_str(), "**no**"),
            None => ("", ""),
        };
        format!("| {} | {engine} | {} | {aim} | {reached} |", self.what, self.result)
    }
}

/// The lines of one run.
pub struct Report {
    head: String,
    kept: bool,
    lines: Vec<Line>,
}

impl Report {
    /// Begins: notes machine, date and commit.
    pub fn begin(note: &str) -> Self {
        let said = |program: &str, args: &[&str]| {
            let output = Command::new(program).args(args).current_dir(env!("CARGO_MANIFEST_DIR")).output();
            output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default()
        };
        let changed = if said("git", &["status", "--porcelain", "--", "../crates"]).is_empty() {
            ""
        } else {
            ", with changes not committed"
        };
        let build = if cfg!(debug_assertions) { "Development build" } else { "Release build" };
        let mut head = format!(
            "## {}, commit {}{changed}\n\n{}. {build}; the load generator runs on the same processors, over loopback.\n",
            said("date", &["-u", "+%Y-%m-%d %H:%M UTC"]),
            said("git", &["rev-parse", "--short", "HEAD"]),
            process::machine(),
        );
        if !note.is_empty() {
            let _ = writeln!(head, "\n{note}");
        }
        println!("{head}");
        Self { head, kept: true, lines: Vec::new() }
    }

    /// Prints alone: a trial is no result.
    #[must_use]
    pub fn as_trial(mut self, trial: bool) -> Self {
        self.kept = !trial;
        self
    }

    /// Notes a measurement, and prints it.
    pub fn add(&mut self, line: Line) {
        println!("{}", line.row());
        self.lines.push(line);
    }

    /// Appends everything to the file; answers whether every aim was reached.
    pub fn end(self) -> Result<bool> {
        if self.kept && !self.lines.is_empty() {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("RESULTS.md");
            let mut file = OpenOptions::new().create(true).append(true).open(path)?;
            let rows: Vec<String> = self.lines.iter().map(Line::row).collect();
            writeln!(
                file,
                "{}\n| measurement | engine | result | aim | reached |\n|---|---|---|---|---|\n{}\n",
                self.head,
                rows.join("\n")
            )?;
        }
        Ok(self.lines.iter().all(|line| line.aim.as_ref().is_none_or(|(_, reached)| *reached)))
    }
}
