//! Jobs that failed for good.

use jiff::Timestamp;

use crate::{
    Cx, Error, Result,
    db::{Db, Tx},
};

const DEAD: &str = "
    select id, kind, attempts, coalesce(last_error, ''), ended_at from job where state = 'dead' order by ended_at limit $1";
/// Nothing where the same work was asked for again meanwhile: then that one does it.
const RETRY: &str = "
    update job set state = 'pending', attempts = 0, due_at = $2, ended_at = null where id = $1 and state = 'dead'
    and not exists (select 1 from job other where other.kind = job.kind and other.key = job.key and other.state = 'pending')";
const DROP: &str = "delete from job where id = $1 and state = 'dead'";

crate::row! {
    /// A job that failed for good.
    #[derive(Debug, Clone)]
    pub struct Dead {
        /// Its id.
        pub id: String,
        /// Which handler failed.
        pub kind: String,
        /// How often it was tried.
        pub attempts: i64,
        /// The kind of the last error.
        pub last_error: String,
        /// Since when it is dead.
        pub ended_at: Timestamp,
    }
}

/// At most `limit` dead jobs, the oldest first.
pub async fn dead(db: &Db, limit: i64) -> Result<Vec<Dead>> {
    db.read(async move |tx| tx.all(DEAD, &[&limit]).await).await
}

/// Has a dead job run again at once. `NotFound` where there is none, or the same work is pending already.
pub async fn retry_dead(db: &Db, cx: &Cx, id: &str) -> Result<()> {
    let (id, now) = (id.to_owned(), cx.now());
    db.write(async move |tx| tx.retry_dead_job(&id, now).await).await
}

/// Lets a dead job go.
pub async fn drop_dead(db: &Db, id: &str) -> Result<()> {
    let id = id.to_owned();
    db.write(async move |tx| tx.drop_dead_job(&id).await).await
}

impl Tx {
    /// As [`retry_dead`], within a transaction that writes something beside it.
    pub async fn retry_dead_job(&mut self, id: &str, now: Timestamp) -> Result<()> {
        let changed = self.exec(RETRY, &[&id, &now]).await?;
        self.ring_after_commit(|signals| &signals.enqueued);
        found(changed)
    }

    /// As [`drop_dead`], within a transaction that writes something beside it.
    pub async fn drop_dead_job(&mut self, id: &str) -> Result<()> {
        found(self.exec(DROP, &[&id]).await?)
    }
}

fn found(changed: u64) -> Result<()> {
    if changed > 0 { Ok(()) } else { Err(Error::NotFound("dead-job")) }
}
