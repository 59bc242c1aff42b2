//! Asking for a job, within the transaction that makes it necessary.

use jiff::Timestamp;
use serde::Serialize;

use crate::{
    Cx, Error, Result,
    db::{Step, Tx},
    ids,
};

/// Asked for again under its key, a pending job moves to the new time and content and counts its tries anew.
const ENQUEUE: &str = "
    insert into job (id, kind, key, payload, due_at, state, attempts, asked, created_at)
    values ($1, $2, $3, $4, $5, 'pending', 0, 0, $6)
    on conflict (kind, key) where state = 'pending' do update set
        due_at = excluded.due_at, payload = excluded.payload, attempts = 0, asked = job.asked + 1";

const CANCEL: &str = "delete from job where kind = $1 and key = $2 and state = 'pending'";

/// Something to be done later.
#[derive(Debug, Clone)]
pub struct Job {
    /// Which handler does it.
    pub kind: &'static str,
    /// Of pending jobs of a kind there is one for each key; without a key there may be any number.
    pub key: Option<String>,
    /// When, at the earliest; none is at once.
    pub due_at: Option<Timestamp>,
    /// What the handler is given, as JSON: ids rather than content, for it outlives an erasure until it is run.
    pub payload: serde_json::Value,
}

impl Job {
    /// A job for the handler of `kind`, at once, any number of them.
    pub fn new(kind: &'static str, payload: &impl Serialize) -> Result<Self> {
        let payload = serde_json::to_value(payload).map_err(Error::internal)?;
        Ok(Self { kind, key: None, due_at: None, payload })
    }

    /// Only one of this kind and key.
    #[must_use]
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// Not before then.
    #[must_use]
    pub fn due_at(mut self, at: Timestamp) -> Self {
        self.due_at = Some(at);
        self
    }
}

impl Tx {
    /// Asks for a job: it is run if, and only if, this transaction is committed.
    pub async fn enqueue(&mut self, cx: &Cx, job: Job) -> Result<()> {
        self.enqueue_all(cx, &[job]).await
    }

    /// Asks for many, as [`Tx::enqueue`] does for one.
    pub async fn enqueue_all(&mut self, cx: &Cx, jobs: &[Job]) -> Result<()> {
        let now = cx.now();
        let step = |job: &Job| {
            let id = ids::encode("job", now, cx.entropy.bytes());
            let due_at = job.due_at.unwrap_or(now);
            Step::new(ENQUEUE, &[&id, &job.kind, &job.key, &job.payload, &due_at, &now])
        };
        self.exec_each(&jobs.iter().map(step).collect::<Vec<_>>()).await?;
        if !jobs.is_empty() {
            self.ring_after_commit(|signals| &signals.enqueued);
        }
        Ok(())
    }

    /// Takes a pending job back; false where there is none. One that runs at the moment runs to its end.
    pub async fn cancel_job(&mut self, kind: &str, key: &str) -> Result<bool> {
        Ok(self.exec(CANCEL, &[&kind, &key]).await? > 0)
    }
}
