//! Telling somebody: a row in their inbox and, where they want it, sendings by other channels; all in the transaction of
//! what caused it.

use contracts::{
    auth::AccountId,
    notifications::{Channel, DeliveryId, NotificationId, NotificationKind},
};
use jiff::Timestamp;
use platform::{Cx, Result, db::Tx, jobs::Job};

use crate::{bell::Bell, delivery, preference, visit::Visit};

/// What somebody is told.
pub(crate) struct Notice<'a> {
    pub(crate) account: &'a AccountId,
    /// Names what caused it: the same cause tells nobody twice.
    pub(crate) cause: &'a str,
    pub(crate) kind: NotificationKind,
    pub(crate) to_doctor: bool,
    pub(crate) visit: &'a Visit,
    /// The start before a move.
    pub(crate) was_at: Option<Timestamp>,
    /// When it happened.
    pub(crate) at: Timestamp,
    /// The channels beside the inbox that may be used.
    pub(crate) by: &'a [Channel],
}

/// Tells it, unless the same cause did before.
pub(crate) async fn tell(tx: &mut Tx, cx: &Cx, notice: &Notice<'_>, bell: &Bell) -> Result<()> {
    const TELL: &str = "insert into notification (id, account, cause, kind, to_doctor, appointment, patient, doctor, \
        facility, mode, starts_at, ends_at, was_at, zone, sequence, at) \
        select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16 \
        where not exists (select 1 from account where id = $2 and closed = $17) \
        on conflict (account, cause) do nothing";
    let Notice { account, cause, kind, to_doctor, visit, was_at, at, by } = notice;
    let id: NotificationId = cx.new_id();
    let Visit { id: appointment, patient, doctor, facility, mode, starts_at, ends_at, zone, sequence, .. } = visit;
    let told = tx
        .exec(
            TELL,
            &[
                &id,
                account,
                cause,
                kind,
                to_doctor,
                appointment,
                patient,
                doctor,
                facility,
                mode,
                starts_at,
                ends_at,
                was_at,
                zone,
                sequence,
                at,
                &true,
            ],
        )
        .await?;
    if told == 0 {
        return Ok(());
    }
    if !by.is_empty() {
        let wanted = preference::of(tx, account).await?;
        for channel in by.iter().filter(|channel| preference::wants(&wanted, *kind, **channel)) {
            queue(tx, cx, &id, account, *channel).await?;
        }
    }
    let (bell, account) = (bell.clone(), account.to_string());
    tx.after_commit(move || bell.ring(&account));
    Ok(())
}

async fn queue(tx: &mut Tx, cx: &Cx, notification: &NotificationId, account: &AccountId, by: Channel) -> Result<()> {
    const QUEUE: &str = "insert into delivery (id, notification, account, channel, state, tries, queued_at) \
        values ($1, $2, $3, $4, 'queued', 0, $5)";
    let id: DeliveryId = cx.new_id();
    tx.exec(QUEUE, &[&id, notification, account, &by, &cx.now()]).await?;
    tx.enqueue(cx, Job::new(delivery::SEND, &id)?.key(id.to_string())).await
}
