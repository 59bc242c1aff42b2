//! The jobs of one context that somebody may want to see: those due, those that run, those that have failed.

use jiff::{SignedDuration, Timestamp};

use crate::{Result, db::Db};

/// A job that failed is tried again within this time, so that none is missed by looking no further.
const AHEAD: SignedDuration = SignedDuration::from_hours(2);

const TALLY: &str = "
    select count(*) filter (where lease_until > $1), count(*) filter (where due_at <= $1 and coalesce(lease_until <= $1, true)),
        count(*) filter (where due_at > $1 and last_error is not null) from job where state = 'pending' and due_at <= $2";
const DEAD: &str = "select count(*) from job where state = 'dead'";
const ROWS: &str = "
    select id, kind, attempts, coalesce(last_error, ''), due_at, coalesce(lease_until > $1, false) from job
    where state = 'pending' and due_at <= $2 and (due_at <= $1 or last_error is not null) order by due_at, id limit $3";

/// How many jobs there are of each standing. One that failed and is due again is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Under way in some process.
    pub running: i64,
    /// Should run now.
    pub due: i64,
    /// Failed, and wait for their next try.
    pub failing: i64,
    /// Failed for good.
    pub dead: i64,
}

/// How a job stands that is not dead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Under way in some process.
    Running,
    /// Should run now.
    Due,
    /// Failed, and waits for its next try.
    Failing,
}

/// A job that is not dead.
#[derive(Debug, Clone)]
pub struct Pending {
    /// Its id.
    pub id: String,
    /// Which handler does it.
    pub kind: String,
    /// How it stands.
    pub standing: Standing,
    /// How often it was begun since it was asked for, or since it last went well.
    pub attempts: i64,
    /// The kind of the last error; empty where there was none.
    pub last_error: String,
    /// When it should run.
    pub due_at: Timestamp,
}

crate::row! {
    struct Row {
        id: String,
        kind: String,
        attempts: i64,
        last_error: String,
        due_at: Timestamp,
        running: bool,
    }
}

/// How many jobs there are, and at most `limit` of them that are not dead, those due first in front. What they hold is
/// not told.
pub async fn pending(db: &Db, now: Timestamp, limit: i64) -> Result<(Tally, Vec<Pending>)> {
    let ahead = now + AHEAD;
    db.read(async move |tx| {
        let (running, due, failing) = tx.one::<(i64, i64, i64)>(TALLY, &[&now, &ahead]).await?.unwrap_or_default();
        let dead = tx.one::<(i64,)>(DEAD, &[]).await?.unwrap_or_default().0;
        let rows = tx.all::<Row>(ROWS, &[&now, &ahead, &limit]).await?;
        Ok((Tally { running, due, failing, dead }, rows.into_iter().map(|row| row.told(now)).collect()))
    })
    .await
}

impl Row {
    fn told(self, now: Timestamp) -> Pending {
        let Self { id, kind, attempts, last_error, due_at, running } = self;
        let standing = match running {
            true => Standing::Running,
            false if due_at <= now => Standing::Due,
            false => Standing::Failing,
        };
        Pending { id, kind, standing, attempts, last_error, due_at }
    }
}
