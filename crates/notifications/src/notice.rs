//! Telling somebody: a row in their inbox and, where they want it, sendings by other channels; all in the transaction of
//! what caused it.

use std::collections::BTreeSet;

use contracts::{
    auth::AccountId,
    notifications::{Channel, DeliveryId, NotificationId, NotificationKind},
};
use jiff::Timestamp;
use platform::{
    Cx, Result,
    db::{Step, Tx},
    jobs::Job,
};

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
    /// Until when an answer is awaited, of times proposed.
    pub(crate) answer_by: Option<Timestamp>,
    /// When it happened.
    pub(crate) at: Timestamp,
    /// The channels beside the inbox that may be used.
    pub(crate) by: &'a [Channel],
}

/// The kind as its column knows it.
fn stored(kind: NotificationKind) -> NotificationKind {
    if kind == NotificationKind::Proposed { NotificationKind::Reminder } else { kind }
}

/// The kind of what is stored so.
pub(crate) fn kind_of(stored: NotificationKind, answer_by: Option<Timestamp>) -> NotificationKind {
    if answer_by.is_some() { NotificationKind::Proposed } else { stored }
}

impl Notice<'_> {
    /// The row in the inbox, unless the same cause told it before or the account is closed.
    fn step(&self, id: &NotificationId) -> Step {
        const TELL: &str = "insert into notification (id, account, cause, kind, to_doctor, appointment, patient, doctor, \
            facility, mode, starts_at, ends_at, was_at, zone, sequence, at, answer_by) \
            select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $18 \
            where not exists (select 1 from account where id = $2 and closed = $17) \
            on conflict (account, cause) do nothing";
        let Self { account, cause, kind, to_doctor, visit, was_at, answer_by, at, .. } = self;
        let Visit { id: appointment, patient, doctor, facility, mode, starts_at, ends_at, zone, sequence, .. } = visit;
        Step::new(
            TELL,
            &[
                id,
                account,
                cause,
                &stored(*kind),
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
                answer_by,
            ],
        )
    }
}

/// Tells each, unless the same cause did before.
pub(crate) async fn tell(tx: &mut Tx, cx: &Cx, notices: &[Notice<'_>], bell: &Bell) -> Result<()> {
    let ids: Vec<NotificationId> = notices.iter().map(|_| cx.new_id()).collect();
    let steps: Vec<Step> = notices.iter().zip(&ids).map(|(notice, id)| notice.step(id)).collect();
    let written = tx.exec_each(&steps).await?;
    let told = notices.iter().zip(&ids).zip(written).filter(|(_, rows)| *rows > 0).map(|(told, _)| told);
    let told: Vec<(&Notice<'_>, &NotificationId)> = told.collect();
    queue(tx, cx, &told).await?;
    let (bell, accounts) = (bell.clone(), told.iter().map(|(notice, _)| notice.account.to_string()));
    let accounts: BTreeSet<String> = accounts.collect();
    tx.after_commit(move || accounts.iter().for_each(|account| bell.ring(account)));
    Ok(())
}

/// Queues the sendings beside the inbox that people want, each with the job that sends it.
async fn queue(tx: &mut Tx, cx: &Cx, told: &[(&Notice<'_>, &NotificationId)]) -> Result<()> {
    const QUEUE: &str = "insert into delivery (id, notification, account, channel, state, tries, queued_at) \
        values ($1, $2, $3, $4, 'queued', 0, $5)";
    let asked = told.iter().filter(|(notice, _)| !notice.by.is_empty()).map(|(notice, _)| notice.account);
    let wanted = preference::of_each(tx, asked.collect()).await?;
    let (mut rows, mut jobs) = (Vec::new(), Vec::new());
    for (Notice { account, kind, by, .. }, notification) in told {
        let Some(wanted) = wanted.get(account) else { continue };
        for channel in by.iter().filter(|channel| preference::wants(wanted, *kind, **channel)) {
            let id: DeliveryId = cx.new_id();
            rows.push(Step::new(QUEUE, &[&id, notification, account, channel, &cx.now()]));
            jobs.push(Job::new(delivery::SEND, &id)?.key(id.to_string()));
        }
    }
    tx.exec_each(&rows).await?;
    tx.enqueue_all(cx, &jobs).await
}
