//! The house as its operators see it: processes, parked events, jobs, logs.

use askama::Template;

use super::{Field, Shell};
use crate::filters;

/// `/system`
#[derive(Debug, Clone, Template)]
#[template(path = "system.html")]
pub struct System {
    /// The frame.
    pub shell: Shell,
    /// The tabs.
    pub tabs: SystemTabs,
    /// What somebody should look at; empty where all is well.
    pub troubles: Vec<Trouble>,
    /// How many processes there are and which version they run, ready to read.
    pub summary: String,
    /// The parts of the house.
    pub services: Vec<Service>,
}

/// `/system/parked`
#[derive(Debug, Clone, Template)]
#[template(path = "system_parked.html")]
pub struct SystemParked {
    /// The frame.
    pub shell: Shell,
    /// The tabs.
    pub tabs: SystemTabs,
    /// Who did not answer, ready to read; empty where everybody did.
    pub silent: String,
    /// The events, the oldest first.
    pub events: Vec<Parked>,
}

/// `/system/jobs`
#[derive(Debug, Clone, Template)]
#[template(path = "system_jobs.html")]
pub struct SystemJobs {
    /// The frame.
    pub shell: Shell,
    /// The tabs.
    pub tabs: SystemTabs,
    /// Who did not answer, ready to read; empty where everybody did.
    pub silent: String,
    /// How many jobs each context has.
    pub counts: Vec<JobCount>,
    /// The jobs to be seen, dead ones first.
    pub jobs: Vec<JobRow>,
}

/// `/system/logs`
#[derive(Debug, Clone, Template)]
#[template(path = "system_logs.html")]
pub struct SystemLogs {
    /// The frame.
    pub shell: Shell,
    /// The tabs.
    pub tabs: SystemTabs,
    /// Who did not answer, ready to read; empty where everybody did.
    pub silent: String,
    /// What is looked for.
    pub trace: Field,
    /// The lines, in the order in which they were written.
    pub lines: Vec<LogRow>,
}

/// A view of the house.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SystemTab {
    /// Processes.
    Services,
    /// Parked events.
    Parked,
    /// Jobs.
    Jobs,
    /// Logs.
    Logs,
}

/// The tabs over every page of the house.
#[derive(Debug, Clone)]
pub struct SystemTabs {
    /// The one shown.
    pub here: SystemTab,
    /// Parked events.
    pub parked: i64,
    /// Dead jobs.
    pub dead: i64,
}

/// One tab.
#[derive(Debug, Clone)]
pub struct TabOfSystem {
    /// Where it leads.
    pub href: &'static str,
    /// Text key.
    pub label: &'static str,
    /// How many wait for a decision there; 0 shows nothing.
    pub count: i64,
    /// It is shown.
    pub current: bool,
}

impl SystemTabs {
    /// The tabs, in order.
    pub fn all(&self) -> [TabOfSystem; 4] {
        let tab = |tab, href, label, count| TabOfSystem { href, label, count, current: self.here == tab };
        [
            tab(SystemTab::Services, "/system", "system-services", 0),
            tab(SystemTab::Parked, "/system/parked", "system-parked", self.parked),
            tab(SystemTab::Jobs, "/system/jobs", "system-jobs", self.dead),
            tab(SystemTab::Logs, "/system/logs", "system-logs", 0),
        ]
    }
}

/// How bad something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// As it should be.
    Good,
    /// Worth a look.
    Slow,
    /// Somebody should act.
    Bad,
}

impl Grade {
    /// The word its classes end in.
    pub fn word(self) -> &'static str {
        match self {
            Self::Good => "ok",
            Self::Slow => "wait",
            Self::Bad => "danger",
        }
    }

    /// The icon beside its words: a state is never told by colour alone.
    pub fn icon(self) -> &'static str {
        match self {
            Self::Good => "check",
            Self::Slow => "clock",
            Self::Bad => "alert",
        }
    }
}

/// Something an operator should look at.
#[derive(Debug, Clone)]
pub struct Trouble {
    /// How bad it is.
    pub grade: Grade,
    /// What it is, ready to read.
    pub text: String,
    /// Where to look, if not here.
    pub href: Option<String>,
}

/// A part of the house with its replicas.
#[derive(Debug, Clone)]
pub struct Service {
    /// Its id within the page.
    pub id: String,
    /// Its name, ready to read.
    pub title: String,
    /// Its roles as the settings call them.
    pub role: String,
    /// Its icon.
    pub icon: &'static str,
    /// How it is as a whole.
    pub grade: Grade,
    /// The same in words.
    pub said: String,
    /// Its processes.
    pub replicas: Vec<Replica>,
    /// Its databases.
    pub stores: Vec<Store>,
}

/// A process.
#[derive(Debug, Clone)]
pub struct Replica {
    /// Its name in logs; the place where it should be while it does not answer.
    pub name: String,
    /// Where it is reached; empty for the process that answers.
    pub place: String,
    /// How it is.
    pub grade: Grade,
    /// The same in words: ready, or what is missing.
    pub said: String,
    /// Its version; empty while it does not answer.
    pub version: String,
    /// Most others run another version.
    pub odd: bool,
    /// How long it has run, ready to read.
    pub up: String,
}

/// A database of a part.
#[derive(Debug, Clone)]
pub struct Store {
    /// The context it belongs to.
    pub name: String,
    /// `SQLite` or `PostgreSQL`.
    pub engine: &'static str,
    /// The migrations applied, ready to read: `auth 9 · bus 2 · jobs 1`; empty where it does not answer.
    pub levels: String,
    /// Whether program and database agree.
    pub grade: Grade,
    /// What is wrong with it, ready to read; empty where nothing is.
    pub said: String,
    /// How far it is behind.
    pub meters: Vec<Meter>,
}

/// A bar with its number.
#[derive(Debug, Clone)]
pub struct Meter {
    /// Text key.
    pub label: &'static str,
    /// The number, ready to read.
    pub value: String,
    /// Length of the bar out of 100.
    pub percent: u32,
    /// How bad it is.
    pub grade: Grade,
}

/// An event that waits for a decision.
#[derive(Debug, Clone)]
pub struct Parked {
    /// Where the decision is posted (`/retry`, `/drop` are appended).
    pub action: String,
    /// Who could not apply it.
    pub hearer: String,
    /// Its name.
    pub kind: String,
    /// The kind of the last error.
    pub reason: String,
    /// How often it was tried, ready to read.
    pub tries: String,
    /// Since when, ready to read.
    pub since: String,
    /// Since when, for machines.
    pub iso: String,
    /// Who said it.
    pub source: String,
    /// What it is about.
    pub subject: String,
    /// Its id.
    pub id: String,
    /// Its number within its subject.
    pub n: i64,
    /// How many wait behind it, ready to read; empty where none do.
    pub behind: String,
}

/// The jobs of a context.
#[derive(Debug, Clone)]
pub struct JobCount {
    /// The context.
    pub context: String,
    /// Under way.
    pub running: i64,
    /// Should run now.
    pub due: i64,
    /// Failed, and wait for their next try.
    pub failing: i64,
    /// Failed for good.
    pub dead: i64,
}

/// A job.
#[derive(Debug, Clone)]
pub struct JobRow {
    /// Where the decision is posted (`/retry`, `/drop` are appended); none where there is nothing to decide.
    pub action: Option<String>,
    /// The context.
    pub context: String,
    /// What is to be done.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// Text key of how it stands.
    pub state: &'static str,
    /// How bad that is.
    pub grade: Grade,
    /// The kind of the last error; empty where there was none.
    pub error: String,
    /// How often it was tried, ready to read.
    pub tries: String,
    /// When it is due, or since when it is dead, ready to read.
    pub when: String,
    /// The same for machines.
    pub iso: String,
}

impl LogRow {
    /// The beginning of its trace: enough for the eye.
    pub fn short_trace(&self) -> &str {
        self.trace.as_deref().and_then(|trace| trace.get(..8)).unwrap_or_default()
    }
}

/// A line of the log.
#[derive(Debug, Clone)]
pub struct LogRow {
    /// The day, where it is another than that of the line before.
    pub day: String,
    /// The time to the millisecond.
    pub clock: String,
    /// When, for machines.
    pub iso: String,
    /// `WARN`.
    pub level: String,
    /// How bad that is.
    pub grade: Grade,
    /// The process.
    pub service: String,
    /// What it says.
    pub message: String,
    /// The module.
    pub target: String,
    /// What else it names.
    pub fields: Vec<(String, String)>,
    /// Its trace, where that is not what was looked for.
    pub trace: Option<String>,
}
