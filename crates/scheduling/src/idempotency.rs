//! Idempotency keys (R.C5): the same key with the same body is the same booking; with another body it is a conflict.
//! The key is claimed in the booking's own transaction, so a try that fails leaves the key free.

use contracts::scheduling::{AppointmentId, Book};
use jiff::Timestamp;
use platform::{Cx, Error, Result, crypto::BlindIndex, db::Tx};

/// The purpose that the key of the digests is derived for.
pub const PURPOSE: &str = "blind-index:idempotency:1";

/// Keys forgotten at a time.
pub const PIECE: i64 = 500;

/// What the body was: its fingerprint under a key of the house (HMAC-SHA-256), so that nothing of it is kept and nobody
/// who holds the database can try out complaints until one fits.
pub fn digest(bodies: &BlindIndex, ask: &Book) -> Result<String> {
    let body = serde_json::to_string(ask).map_err(Error::internal)?;
    Ok(bodies.of(&body))
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

/// Forgets keys older than a day, at most [`PIECE`] at a time so that nobody waits long; answers how many.
pub async fn purge(tx: &mut Tx, now: Timestamp) -> Result<u64> {
    const PURGE: &str = "delete from idempotency where (actor, key) in \
        (select actor, key from idempotency where at < $1 order by at limit $2)";
    let yesterday = now - jiff::SignedDuration::from_hours(24);
    tx.exec(PURGE, &[&yesterday, &PIECE]).await
}

#[cfg(test)]
mod tests {
    use contracts::scheduling::Book;
    use platform::crypto::{BlindIndex, sha256_hex};

    use super::digest;

    /// E6
    #[test]
    fn r_c5_a_digest_says_nothing_without_the_key() {
        let ask: Book = serde_json::from_value(serde_json::json!({
            "facility": "fac_01K9ZQZ5YX0000000000000000", "service": "svc_01K9ZQZ5YX0000000000000000", "mode": "online",
            "starts_at": "2026-11-23T02:00:00Z", "patient": "pat_01K9ZQZ5YX0000000000000000", "complaint": "Batuk",
        }))
        .unwrap();
        let (house, stranger) = (BlindIndex::new(1, [1; 32]), BlindIndex::new(1, [2; 32]));
        let made = digest(&house, &ask).unwrap();
        assert_eq!(made, digest(&house, &ask).unwrap());
        assert_ne!(made, digest(&stranger, &ask).unwrap(), "anybody could make it");
        assert!(!made.contains(&sha256_hex(&serde_json::to_vec(&ask).unwrap())));
        assert_ne!(made, digest(&house, &Book { complaint: "Demam".to_owned(), ..ask }).unwrap());
    }
}
