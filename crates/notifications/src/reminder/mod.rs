//! Reminders (G2): rows with the instant they are due, derived anew whenever the visit or a preference changes. Whoever
//! sends one looks again at how things are, so that nobody is reminded twice, too late, or of what was called off.

pub mod plan;

use contracts::{
    auth::AccountId,
    notifications::{NotificationKind, Preferences},
    scheduling::AppointmentId,
};
use jiff::Timestamp;
use platform::{Cx, Result, db::Tx};

use self::plan::{Quiet, Step};
use crate::{
    NotificationsContext,
    notice::{self, Notice},
    preference,
    visit::{self, Visit},
    when,
};

/// Visits looked at in a round.
const A_ROUND: i64 = 100;

/// Plans the reminders of an account for a visit anew. What is due already and waits for the next round stays.
pub(crate) async fn derive(
    tx: &mut Tx,
    visit: &Visit,
    account: &AccountId,
    wanted: &Preferences,
    now: Timestamp,
) -> Result<()> {
    const CLEAR: &str = "delete from reminder where account = $1 and appointment = $2 and state = 'waiting' \
        and (due_at > $3 or starts_at <> $4)";
    const PLAN: &str = "insert into reminder (account, appointment, starts_at, minutes, due_at, state) \
        values ($1, $2, $3, $4, $5, 'waiting') on conflict do nothing";
    tx.exec(CLEAR, &[account, &visit.id, &now, &visit.starts_at]).await?;
    if !visit.is_coming() {
        return Ok(());
    }
    for due in plan::plan(visit.starts_at, &wanted.reminders, quiet(wanted, visit).as_ref(), now) {
        tx.exec(PLAN, &[account, &visit.id, &visit.starts_at, &i64::from(due.minutes), &due.at]).await?;
    }
    Ok(())
}

/// Takes back what waits for a visit that will not take place, or took place.
pub(crate) async fn call_off_unless_coming(tx: &mut Tx, visit: &Visit) -> Result<()> {
    const CALL_OFF: &str = "delete from reminder where appointment = $1 and state = 'waiting'";
    if visit.is_coming() {
        return Ok(());
    }
    tx.exec(CALL_OFF, &[&visit.id]).await.map(drop)
}

/// The quiet hours on the clock they were meant for: the person's own, or that of the facility.
fn quiet(wanted: &Preferences, visit: &Visit) -> Option<Quiet> {
    let hours = wanted.quiet?;
    Some(Quiet { hours, zone: when::zone(wanted.zone.as_deref().unwrap_or(&visit.zone)) })
}

impl NotificationsContext {
    /// Sends the reminders that are due, a hundred visits at most; answers how many there were.
    pub(crate) async fn remind_due(&self, cx: &Cx) -> Result<usize> {
        const DUE: &str = "select account, appointment from reminder where state = 'waiting' and due_at <= $1 \
            group by account, appointment order by min(due_at), account, appointment limit $2";
        let now = cx.now();
        let due: Vec<(AccountId, AppointmentId)> =
            self.db.read(async move |tx| tx.all(DUE, &[&now, &A_ROUND]).await).await?;
        let count = due.len();
        for (account, appointment) in due {
            let (cx, this) = (cx.clone(), self.clone());
            self.db.write(async move |tx| this.remind(tx, &cx, &account, &appointment).await).await?;
        }
        Ok(count)
    }

    /// What is due now for one account and one visit: one reminder at most, whatever has gathered.
    async fn remind(&self, tx: &mut Tx, cx: &Cx, account: &AccountId, appointment: &AppointmentId) -> Result<()> {
        const WAITING: &str = "select starts_at, minutes, due_at from reminder where account = $1 and appointment = $2 \
            and state = 'waiting' and due_at <= $3 order by due_at, minutes desc limit 20";
        const END: &str = "update reminder set state = $5 where account = $1 and appointment = $2 and starts_at = $3 \
            and minutes = $4 and state = 'waiting'";
        const LATER: &str = "update reminder set due_at = $5 where account = $1 and appointment = $2 and starts_at = $3 \
            and minutes = $4 and state = 'waiting'";
        let now = cx.now();
        let waiting: Vec<(Timestamp, i64, Timestamp)> = tx.all(WAITING, &[account, appointment, &now]).await?;
        let visit = visit::one(tx, appointment).await?.filter(Visit::is_coming);
        let wanted = preference::of(tx, account).await?;
        let last = waiting.len().saturating_sub(1);
        for (number, (starts_at, minutes, _)) in waiting.iter().enumerate() {
            let current = visit.as_ref().filter(|visit| visit.starts_at == *starts_at);
            let step = match current {
                Some(visit) if number == last => plan::step(*starts_at, quiet(&wanted, visit).as_ref(), now),
                _ => Step::Skip,
            };
            let (sql, end): (_, &(dyn platform::db::Bind + Sync)) = match &step {
                Step::Send => (END, &"sent"),
                Step::Skip => (END, &"skipped"),
                Step::Wait(until) => (LATER, until),
            };
            // Another replica may have been quicker.
            let done = tx.exec(sql, &[account, appointment, starts_at, minutes, end]).await? > 0;
            if let (true, Step::Send, Some(visit)) = (done, &step, current) {
                let by = self.carriers.channels();
                let notice = Notice {
                    account,
                    cause: &format!("reminder:{appointment}:{}:{minutes}", starts_at.as_second()),
                    kind: NotificationKind::Reminder,
                    to_doctor: false,
                    visit,
                    was_at: None,
                    at: now,
                    by: &by,
                };
                notice::tell(tx, cx, &notice, &self.bell).await?;
            }
        }
        Ok(())
    }
}
