//! Parked events for whoever decides about them in a transaction of their own, with a line of the audit trail beside it.

use jiff::Timestamp;

use super::{Parked, waiting};
use crate::{
    Error, Result,
    db::{Db, Tx},
};

/// At most `limit` parked events of the hearer whose database this is, the oldest first.
pub async fn parked(db: &Db, limit: i64) -> Result<Vec<Parked>> {
    db.read(async move |tx| waiting::parked(tx, limit).await).await
}

/// Has a parked event tried again. `NotFound` where none of that id is parked.
pub async fn retry_parked(tx: &mut Tx, id: &str, now: Timestamp) -> Result<()> {
    found(waiting::retry(tx, id, now).await?)
}

/// Lets a parked event go without its reaction, so that those after it follow. `NotFound` where none of that id is parked.
pub async fn drop_parked(tx: &mut Tx, id: &str, now: Timestamp) -> Result<()> {
    found(waiting::give_up(tx, id, now).await?)
}

fn found(there: bool) -> Result<()> {
    if there { Ok(()) } else { Err(Error::NotFound("parked-event")) }
}
