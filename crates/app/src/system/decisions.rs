//! What an operator decides about an event or a job that cannot go on: one transaction, with its line of the audit trail.

use contracts::audit::AuditEntry;
use platform::{Cx, Error, FieldError, Result, bus, db::Db};

/// The longest reason, in characters.
const LONGEST: usize = 300;

/// Has a parked event tried again.
pub(super) async fn retry_parked(cx: &Cx, hearer: &str, db: &Db, id: &str) -> Result<()> {
    let (cx, id, entry) = (cx.clone(), id.to_owned(), AuditEntry::of(cx, hearer, "event.retry", id));
    db.write(async move |tx| {
        bus::retry_parked(tx, &id, cx.now()).await?;
        tx.publish(&cx, &entry).await
    })
    .await
}

/// Lets a parked event go without its effect.
pub(super) async fn drop_parked(cx: &Cx, hearer: &str, db: &Db, id: &str, reason: &str) -> Result<()> {
    let entry = AuditEntry::of(cx, hearer, "event.drop", id).because(&checked(reason)?);
    let (cx, id) = (cx.clone(), id.to_owned());
    db.write(async move |tx| {
        bus::drop_parked(tx, &id, cx.now()).await?;
        tx.publish(&cx, &entry).await
    })
    .await
}

/// Has a dead job run again.
pub(super) async fn retry_job(cx: &Cx, context: &str, db: &Db, id: &str) -> Result<()> {
    let (cx, id, entry) = (cx.clone(), id.to_owned(), AuditEntry::of(cx, context, "job.retry", id));
    db.write(async move |tx| {
        tx.retry_dead_job(&id, cx.now()).await?;
        tx.publish(&cx, &entry).await
    })
    .await
}

/// Lets a dead job go.
pub(super) async fn drop_job(cx: &Cx, context: &str, db: &Db, id: &str, reason: &str) -> Result<()> {
    let entry = AuditEntry::of(cx, context, "job.drop", id).because(&checked(reason)?);
    let (cx, id) = (cx.clone(), id.to_owned());
    db.write(async move |tx| {
        tx.drop_dead_job(&id).await?;
        tx.publish(&cx, &entry).await
    })
    .await
}

/// A reason that says something, and not too much.
fn checked(reason: &str) -> Result<String> {
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(Error::invalid("reason", "required"));
    }
    if reason.chars().count() > LONGEST {
        return Err(Error::Invalid(vec![FieldError::new("reason", "too-long").with("max", LONGEST)]));
    }
    Ok(reason.to_owned())
}
