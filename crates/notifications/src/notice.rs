//! Telling somebody: a row in their inbox and, where they want it, sendings by other channels; all in the transaction of
//! what caused it.

use std::collections::{BTreeSet, HashSet};

use contracts::{
    auth::AccountId,
    notifications::{Channel, DeliveryId, NotificationId, NotificationKind},
};
use jiff::Timestamp;
use platform::{
    Cx, Result,
    db::{Bind, Tx, Value},
    jobs::Job,
};

use crate::{bell::Bell, copies, delivery, preference, visit::Visit};

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
    /// The row in the inbox.
    fn row(&self, id: &NotificationId) -> Vec<Value> {
        let Self { account, cause, kind, to_doctor, visit, was_at, answer_by, at, .. } = self;
        let Visit { id: appointment, patient, doctor, facility, mode, starts_at, ends_at, zone, sequence, .. } = visit;
        let fields: [&dyn Bind; 17] = [
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
            answer_by,
        ];
        fields.map(Bind::value).into()
    }
}

/// Tells each whose account is open, unless the same cause did before.
pub(crate) async fn tell(tx: &mut Tx, cx: &Cx, notices: &[Notice<'_>], bell: &Bell) -> Result<()> {
    const TELL: &str = "insert into notification (id, account, cause, kind, to_doctor, appointment, patient, doctor, \
        facility, mode, starts_at, ends_at, was_at, zone, sequence, at, answer_by) \
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) \
        on conflict (account, cause) do nothing returning id";
    let closed = copies::closed(tx, notices.iter().map(|notice| notice.account)).await?;
    let open = notices.iter().filter(|notice| !closed.contains(notice.account));
    let open: Vec<(&Notice<'_>, NotificationId)> = open.map(|notice| (notice, cx.new_id())).collect();
    let rows: Vec<Vec<Value>> = open.iter().map(|(notice, id)| notice.row(id)).collect();
    let written: Vec<(NotificationId,)> = tx.insert_returning(TELL, &rows).await?;
    let written: HashSet<NotificationId> = written.into_iter().map(|(id,)| id).collect();
    let told: Vec<(&Notice<'_>, &NotificationId)> =
        open.iter().filter(|(_, id)| written.contains(id)).map(|(notice, id)| (*notice, id)).collect();
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
    let (mut rows, mut jobs) = (Vec::<Vec<Value>>::new(), Vec::new());
    for (Notice { account, kind, by, .. }, notification) in told {
        let Some(wanted) = wanted.get(account) else { continue };
        for channel in by.iter().filter(|channel| preference::wants(wanted, *kind, **channel)) {
            let id: DeliveryId = cx.new_id();
            let fields: [&dyn Bind; 5] = [&id, *notification, account, channel, &cx.now()];
            rows.push(fields.map(Bind::value).into());
            jobs.push(Job::new(delivery::SEND, &id)?.key(id.to_string()));
        }
    }
    tx.insert_many(QUEUE, &rows).await?;
    tx.enqueue_all(cx, &jobs).await
}
