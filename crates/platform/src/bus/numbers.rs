//! How far the bus of one context is behind, as its database tells it: for whoever looks, in whichever process.

use jiff::{SignedDuration, Timestamp};

use crate::{Result, db::Db};

const SAID: &str = "select count(*), min(at) from outbox where sent_at is null";
const HEARD: &str = "
    select count(*) filter (where parked_at is null), count(*) filter (where parked_at is not null),
        min(kept_at) filter (where parked_at is null) from waiting";

/// How far the bus of one context is behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Numbers {
    /// Events said and not sent yet.
    pub unsent: i64,
    /// How long the oldest of them has waited.
    pub oldest: SignedDuration,
    /// Events heard that wait for their turn or their next try.
    pub waiting: i64,
    /// How long the oldest of them has waited.
    pub heard_oldest: SignedDuration,
    /// Events heard that wait for a decision.
    pub parked: i64,
}

/// Looks into the database of a context.
pub async fn numbers(db: &Db, now: Timestamp) -> Result<Numbers> {
    let (said, heard) = db
        .read(async move |tx| {
            let said = tx.one::<(i64, Option<Timestamp>)>(SAID, &[]).await?.unwrap_or_default();
            Ok((said, tx.one::<(i64, i64, Option<Timestamp>)>(HEARD, &[]).await?.unwrap_or_default()))
        })
        .await?;
    let since = |at: Option<Timestamp>| at.map_or(SignedDuration::ZERO, |at| now.duration_since(at));
    Ok(Numbers {
        unsent: said.0,
        oldest: since(said.1),
        waiting: heard.0,
        heard_oldest: since(heard.2),
        parked: heard.1,
    })
}
