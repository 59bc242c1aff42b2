//! Idempotency keys (R.C5): the same key with the same body is the same booking; with another body it is a conflict.
//! The key is claimed in the booking's own transaction, so a try that fails leaves the key free.

use contracts::scheduling::{AppointmentId, Book};
use jiff::Timestamp;
use platform::{Cx, Error, Result, crypto::sha256_hex, db::Tx};

/// What the body was: its digest, so that nothing of it is kept.
pub fn digest(ask: &Book) -> Result<String> {
    let body = serde_json::to_vec(ask).map_err(Error::internal)?;
    Ok(sha256_hex(&body))
}

/// Claims a key for a new appointment; answers the earlier one where the key stands for it already.
pub async fn claim(cx: &Cx, tx: &mut Tx, key: &str, digest: &str, id: &AppointmentId) -> Result<Option<AppointmentId>> {
    const CLAIM: &str = "insert into idempotency (actor, key, digest, appointment, at) values ($1, $2, $3, $4, $5) \
        on conflict do nothing";
    let actor = cx.actor_text();
    if tx.exec(CLAIM, &[&actor, &key, &digest, id, &cx.now()]).await? == 1 {
        return Ok(None);
    }
    earlier(tx, &actor, key, digest).await
}

/// The appointment that a key stands for; 409 where it stands for another body.
pub async fn earlier(tx: &mut Tx, actor: &str, key: &str, digest: &str) -> Result<Option<AppointmentId>> {
    let row: Option<(String, AppointmentId)> =
        tx.one("select digest, appointment from idempotency where actor = $1 and key = $2", &[&actor, &key]).await?;
    match row {
        Some((known, _)) if known != digest => Err(Error::conflict("key-reused")),
        Some((_, id)) => Ok(Some(id)),
        None => Ok(None),
    }
}

/// Forgets keys older than a day.
pub async fn purge(tx: &mut Tx, now: Timestamp) -> Result<u64> {
    let yesterday = now - jiff::SignedDuration::from_hours(24);
    tx.exec("delete from idempotency where at < $1", &[&yesterday]).await
}
