//! How long events and the notes of what was heard are kept, and how a source speaks again: all in small pieces, so
//! that nobody waits long for the database.

use jiff::{SignedDuration, Timestamp};

use crate::{
    Result,
    db::{Db, Tx},
    ids,
};

/// Facts, lines and the notes of what was heard are kept for 90 days.
pub(super) const KEPT: SignedDuration = SignedDuration::from_hours(90 * 24);

/// The last of the next 500 rows by id. Ids are made in the order of time.
const SENT_PIECE: &str =
    "select max(id) from (select id from outbox where id > $1 and id < $2 order by id limit 500) piece";
const FORGET_SENT: &str =
    "delete from outbox where id > $1 and id <= $2 and class <> 'profile' and sent_at is not null";

const LINES_PIECE: &str =
    "select max(id) from (select id from heard_log where id > $1 and id < $2 order by id limit 500) piece";
const FORGET_LINES: &str = "delete from heard_log where id > $1 and id <= $2";

const HEARD_PIECE: &str = "
    select source, subject from (
        select source, subject from heard where class = 'fact' and (source, subject) > ($1, $2) order by source, subject limit 500
    ) piece order by source desc, subject desc limit 1";
const FORGET_HEARD: &str = "
    delete from heard where class = 'fact' and (source, subject) > ($1, $2) and (source, subject) <= ($3, $4) and at < $5";

const AGAIN_PIECE: &str = "select max(id) from (select id from outbox where id > $1 order by id limit 500) piece";
const SEND_AGAIN: &str = "
    update outbox set sent_at = null
    where id > $1 and id <= $2 and sent_at is not null and (class = 'profile' or at >= $3)";

const RAISE: &str = "update bus_state set epoch = epoch + 1 where one = 1 returning epoch";
/// Whoever held it when the backup was made is not there any more.
const LET_GO: &str = "update relay_lease set until = $1 where one = 1";
const SPEAK_ANEW: &str = "update outbox set epoch = $1, n = 1, sent_at = null where class = 'profile'";

/// Deletes what was sent more than 90 days ago; of profiles the newest stay.
pub(super) async fn forget_sent(db: &Db, now: Timestamp) -> Result<()> {
    let (before, mut from) = (first_id(now - KEPT), Some(String::new()));
    while let Some(after) = from {
        let before = before.clone();
        from = db.write(async move |tx| piece(tx, SENT_PIECE, FORGET_SENT, after, before).await).await?;
    }
    Ok(())
}

/// Deletes notes of facts and lines heard more than 90 days ago; those of profiles stay.
pub(super) async fn forget_heard(db: &Db, now: Timestamp) -> Result<()> {
    let (before, mut from) = (first_id(now - KEPT), Some(String::new()));
    while let Some(after) = from {
        let before = before.clone();
        from = db.write(async move |tx| piece(tx, LINES_PIECE, FORGET_LINES, after, before).await).await?;
    }
    let mut from = Some((String::new(), String::new()));
    while let Some((source, subject)) = from {
        from = db
            .write(async move |tx| {
                let Some(last) = tx.one::<(String, String)>(HEARD_PIECE, &[&source, &subject]).await? else {
                    return Ok(None);
                };
                tx.exec(FORGET_HEARD, &[&source, &subject, &last.0, &last.1, &(now - KEPT)]).await?;
                Ok(Some(last))
            })
            .await?;
    }
    Ok(())
}

/// Has the present profiles sent again, and what else was said since `since`.
pub(super) async fn send_again(db: &Db, since: Timestamp) -> Result<()> {
    let mut from = Some(String::new());
    while let Some(after) = from {
        from = db
            .write(async move |tx| {
                let Some(last) = tx.one::<(Option<String>,)>(AGAIN_PIECE, &[&after]).await?.and_then(|(id,)| id) else {
                    return Ok(None);
                };
                tx.exec(SEND_AGAIN, &[&after, &last, &since]).await?;
                tx.ring_after_commit(|signals| &signals.published);
                Ok(Some(last))
            })
            .await?;
    }
    Ok(())
}

/// Begins a new epoch and answers its number. To be done once after a context's database was restored from a backup
/// and before it is used: numbers given from now on are told from those that were given after the backup was made,
/// and all profiles are said anew.
pub async fn raise_epoch(tx: &mut Tx) -> Result<i64> {
    let (epoch,) =
        tx.one::<(i64,)>(RAISE, &[]).await?.ok_or_else(|| crate::Error::internal("the bus has no state here"))?;
    tx.exec(SPEAK_ANEW, &[&epoch]).await?;
    tx.exec(LET_GO, &[&Timestamp::UNIX_EPOCH]).await?;
    tx.ring_after_commit(|signals| &signals.published);
    Ok(epoch)
}

/// Deletes within the next 500 ids; answers where it came to, or none at the end.
async fn piece(
    tx: &mut Tx,
    next: &'static str,
    delete: &'static str,
    after: String,
    before: String,
) -> Result<Option<String>> {
    let last = tx.one::<(Option<String>,)>(next, &[&after, &before]).await?.and_then(|(id,)| id);
    if let Some(last) = &last {
        tx.exec(delete, &[&after, last]).await?;
    }
    Ok(last)
}

/// What sorts before every event said from then on.
fn first_id(at: Timestamp) -> String {
    ids::encode("evt", at, [0; 10])
}
