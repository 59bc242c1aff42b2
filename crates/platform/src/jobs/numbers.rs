//! How far the jobs of one context are behind.

use jiff::{SignedDuration, Timestamp};

use crate::{Result, db::Db};

const DUE: &str = "select count(*), min(due_at) from job where state = 'pending' and due_at <= $1";
const DEAD: &str = "select count(*) from job where state = 'dead'";

/// How far the jobs of one context are behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Numbers {
    /// Jobs that should have run by now, those under way included.
    pub due: i64,
    /// How late the latest of them is.
    pub oldest: SignedDuration,
    /// Jobs that failed for good.
    pub dead: i64,
}

/// Looks into the database of a context.
pub async fn numbers(db: &Db, now: Timestamp) -> Result<Numbers> {
    let (due, dead) = db
        .read(async move |tx| {
            let due = tx.one::<(i64, Option<Timestamp>)>(DUE, &[&now]).await?.unwrap_or_default();
            Ok((due, tx.one::<(i64,)>(DEAD, &[]).await?.unwrap_or_default().0))
        })
        .await?;
    let oldest = due.1.map_or(SignedDuration::ZERO, |at| now.duration_since(at));
    Ok(Numbers { due: due.0, oldest, dead })
}
