//! The house as its operators see it: every process, how far it is behind, what waits for somebody's decision, and what
//! was logged (H3, J5). Nothing of anybody's private life is in it.

use std::collections::BTreeMap;

use async_trait::async_trait;
use jiff::Timestamp;
use platform::{Cx, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What one process tells of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProcessState {
    /// Made at its start: tells a process from the one that stood in its place before.
    pub instance: String,
    /// Its name in logs and traces.
    pub name: String,
    /// The parts that live in it; `all` where it is alone.
    pub roles: Vec<String>,
    /// The version of the program.
    pub version: String,
    /// When it was started.
    #[schema(value_type = String, format = DateTime)]
    pub started_at: Timestamp,
    /// For how many seconds it has run.
    pub uptime_seconds: i64,
    /// What it needs and misses; it is ready where this is empty.
    pub missing: Vec<String>,
    /// What it does without for the moment.
    pub without: Vec<String>,
    /// The databases it has opened.
    pub databases: Vec<DatabaseState>,
}

/// A database as a process sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DatabaseState {
    /// The context it belongs to, or `keys`.
    pub name: String,
    /// `sqlite` or `postgres`.
    pub engine: String,
    /// The migrations of each ledger; empty where the database does not answer.
    pub levels: Vec<Level>,
    /// The connections to its server; none on SQLite.
    pub pool: Option<Pool>,
    /// How far its bus and jobs are behind; none where it has neither, or does not answer.
    pub behind: Option<Behind>,
}

/// How far a ledger of migrations is applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Level {
    /// Whose migrations: the context's own, `bus` or `jobs`.
    pub ledger: String,
    /// Applied to the database: more than are known where a newer version has come before.
    pub applied: i64,
    /// Known to the process.
    pub known: i64,
}

/// Connections to a server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Pool {
    /// In use.
    pub in_use: u64,
    /// There may be so many.
    pub most: u64,
    /// Units of work that wait for one.
    pub waiting: u64,
}

/// How far the bus and the jobs of a context are behind. Times are milliseconds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Behind {
    /// Events said and not sent yet.
    pub unsent: i64,
    /// How long the oldest of them has waited.
    pub unsent_ms: i64,
    /// Events heard that wait for their turn or their next try.
    pub waiting: i64,
    /// How long the oldest of them has waited.
    pub waiting_ms: i64,
    /// Events heard that wait for a decision.
    pub parked: i64,
    /// Jobs that should have run by now.
    pub due: i64,
    /// How late the latest of them is.
    pub due_ms: i64,
    /// Jobs that failed for good.
    pub dead: i64,
}

/// A place where a process lives, or should.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ServiceState {
    /// Where it was asked; none where it is the process that answers.
    pub address: Option<String>,
    /// The parts it is to answer for, by the settings.
    pub parts: Vec<String>,
    /// What it tells; none where it does not answer.
    pub state: Option<ProcessState>,
}

/// An event that its hearer could not apply, and that waits for a decision. Its content is not told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ParkedEvent {
    /// The context that could not apply it.
    pub hearer: String,
    /// The event.
    pub id: String,
    /// Who said it.
    pub source: String,
    /// Its name.
    pub kind: String,
    /// What it is about: a word and an id.
    pub subject: String,
    /// Its number within its subject.
    pub n: i64,
    /// How many later ones of the same subject wait for it.
    pub behind: i64,
    /// How often it was tried.
    pub attempts: i64,
    /// The kind of the last error.
    pub reason: String,
    /// Since when it is parked.
    #[schema(value_type = String, format = DateTime)]
    pub parked_at: Timestamp,
}

platform::words! {
    /// How a job stands.
    pub enum JobState {
        /// Failed for good: somebody has to decide.
        Dead = "dead",
        /// Failed, and waits for its next try.
        Failing = "failing",
        /// Under way.
        Running = "running",
        /// Should run now.
        Due = "due",
    }
}

/// A job that somebody may want to see. What it holds is not told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JobLine {
    /// The context whose job it is.
    pub context: String,
    /// The job.
    pub id: String,
    /// What is to be done.
    pub kind: String,
    /// How it stands.
    pub state: JobState,
    /// How often it was tried.
    pub attempts: i64,
    /// The kind of the last error; empty where there was none.
    pub last_error: String,
    /// When it is due; of a dead one, since when it is dead.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}

/// The jobs of a context: how many, and those to be seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ContextJobs {
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
    /// At most 50 that are dead and 50 others.
    pub items: Vec<JobLine>,
}

/// A line of a log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LogLine {
    /// When it was written (RFC 3339).
    pub at: String,
    /// `ERROR`, `WARN`, `INFO`, `DEBUG` or `TRACE`.
    pub level: String,
    /// The process that wrote it.
    pub service: String,
    /// What it says.
    pub message: String,
    /// The module that wrote it.
    pub target: String,
    /// The trace it belongs to.
    pub trace_id: Option<String>,
    /// The request it belongs to.
    pub request_id: Option<String>,
    /// What else it names.
    pub fields: BTreeMap<String, String>,
}

/// What is gathered from several processes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Gathered<T> {
    /// What those told who answered.
    pub items: Vec<T>,
    /// The parts of which nobody answered, or the places of those who did not.
    pub silent: Vec<String>,
}

/// One process as the others ask it. Verbs need `system.read`; those that change something `system.manage`.
#[async_trait]
pub trait Process: Send + Sync {
    /// How it is.
    async fn state(&self, cx: &Cx) -> Result<ProcessState>;
    /// At most 100 parked events of each context that lives in it, the oldest first.
    async fn parked(&self, cx: &Cx) -> Result<Vec<ParkedEvent>>;
    /// Has a parked event tried again. 404 where the hearer does not live here, or none of that id is parked.
    async fn retry_parked(&self, cx: &Cx, hearer: &str, id: &str) -> Result<()>;
    /// Lets a parked event go without its effect, for a reason that the audit trail keeps. 404, 422.
    async fn drop_parked(&self, cx: &Cx, hearer: &str, id: &str, reason: &str) -> Result<()>;
    /// The jobs of each context that lives in it.
    async fn jobs(&self, cx: &Cx) -> Result<Vec<ContextJobs>>;
    /// Has a dead job run again. 404 where there is none, or the same work is pending already.
    async fn retry_job(&self, cx: &Cx, context: &str, id: &str) -> Result<()>;
    /// Lets a dead job go, for a reason that the audit trail keeps. 404, 422.
    async fn drop_job(&self, cx: &Cx, context: &str, id: &str, reason: &str) -> Result<()>;
    /// The newest lines it keeps in memory, 200 at most, in the order in which they were written: those of a trace or a
    /// request, or where none is named those at `WARN` and above.
    async fn logs(&self, cx: &Cx, trace: Option<String>) -> Result<Vec<LogLine>>;
}

/// The whole house. A process that does not answer within three seconds is told of as silent and spoils nothing.
#[async_trait]
pub trait System: Send + Sync {
    /// Every place of the house, by the parts that live there.
    async fn services(&self, cx: &Cx) -> Result<Vec<ServiceState>>;
    /// The parked events of every context, the oldest first.
    async fn parked(&self, cx: &Cx) -> Result<Gathered<ParkedEvent>>;
    /// As [`Process::retry_parked`], wherever the hearer lives. 503 where nobody of it answers.
    async fn retry_parked(&self, cx: &Cx, hearer: &str, id: &str) -> Result<()>;
    /// As [`Process::drop_parked`], wherever the hearer lives. 503 where nobody of it answers.
    async fn drop_parked(&self, cx: &Cx, hearer: &str, id: &str, reason: &str) -> Result<()>;
    /// The jobs of every context.
    async fn jobs(&self, cx: &Cx) -> Result<Gathered<ContextJobs>>;
    /// As [`Process::retry_job`], wherever the context lives. 503 where nobody of it answers.
    async fn retry_job(&self, cx: &Cx, context: &str, id: &str) -> Result<()>;
    /// As [`Process::drop_job`], wherever the context lives. 503 where nobody of it answers.
    async fn drop_job(&self, cx: &Cx, context: &str, id: &str, reason: &str) -> Result<()>;
    /// The newest lines of all processes, 500 at most, in the order in which they were written: of a trace (32
    /// hexadecimal digits) or a request, or where none is named those at `WARN` and above. 422 for what is neither.
    async fn logs(&self, cx: &Cx, trace: Option<String>) -> Result<Gathered<LogLine>>;
}
