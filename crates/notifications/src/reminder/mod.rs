//! Reminders (G2): rows with the instant they are due, derived anew whenever the visit or a preference changes. Whoever
//! sends one looks again at how things are, so that nobody is reminded twice, too late, or of what was called off.

pub mod plan;

use contracts::{
    auth::AccountId,
    notifications::{NotificationKind, Preferences},
    people::PatientId,
    scheduling::AppointmentId,
};
use jiff::{SignedDuration, Timestamp};
use platform::{
    Cx, Result,
    db::{self, Bind, Tx, Value},
};

use self::plan::Quiet;
use crate::{
    NotificationsContext, copies,
    notice::{self, Notice},
    preference,
    visit::{self, Visit},
    when,
};

/// Visits looked at in a round.
const A_ROUND: i64 = 100;
/// What could not be sent waits so long for its next turn.
const PAUSE: SignedDuration = SignedDuration::from_mins(5);

/// Plans the reminders of an account for a visit anew. What is due already and waits for the next round stays.
pub(crate) async fn derive(
    tx: &mut Tx,
    visit: &Visit,
    account: &AccountId,
    wanted: &Preferences,
    now: Timestamp,
) -> Result<()> {
    tx.exec_each(&[clearing(visit, account, now)]).await?;
    plan_all(tx, &planned(visit, account, wanted, now)).await
}

/// The statement that takes back what was planned and is not due yet, or was for another start.
pub(crate) fn clearing(visit: &Visit, account: &AccountId, now: Timestamp) -> db::Step {
    const CLEAR: &str = "delete from reminder where account = $1 and appointment = $2 and state = 'waiting' \
        and (due_at > $3 or starts_at <> $4)";
    db::Step::new(CLEAR, &[account, &visit.id, &now, &visit.starts_at])
}

/// The reminders of a visit that will take place, for [`plan_all`].
pub(crate) fn planned(visit: &Visit, account: &AccountId, wanted: &Preferences, now: Timestamp) -> Vec<Vec<Value>> {
    if !visit.is_coming() {
        return Vec::new();
    }
    let due = plan::plan(visit.starts_at, &wanted.reminders, quiet(wanted, visit).as_ref(), now).into_iter();
    let row = |due: plan::Due| -> Vec<Value> {
        let fields: [&dyn Bind; 5] = [account, &visit.id, &visit.starts_at, &i64::from(due.minutes), &due.at];
        fields.map(Bind::value).into()
    };
    due.map(row).collect()
}

/// Plans them, each once.
pub(crate) async fn plan_all(tx: &mut Tx, planned: &[Vec<Value>]) -> Result<()> {
    const PLAN: &str = "insert into reminder (account, appointment, starts_at, minutes, due_at, state) \
        values ($1, $2, $3, $4, $5, 'waiting') on conflict do nothing";
    tx.insert_many(PLAN, planned).await.map(drop)
}

/// The statement that takes back what waits for a visit that will not take place, or took place.
pub(crate) fn calling_off(visit: &Visit) -> db::Step {
    db::Step::new("delete from reminder where appointment = $1 and state = 'waiting'", &[&visit.id])
}

/// Follows who may act for a patient: whoever may no more is not reminded of the patient's visits, those who are added are.
pub(crate) async fn follow(tx: &mut Tx, patient: &PatientId, added: &[AccountId], now: Timestamp) -> Result<()> {
    const LEFT: &str = "delete from reminder where state = 'waiting' \
        and appointment in (select id from visit where patient = $1) \
        and account not in (select account from patient_account where patient = $1)";
    tx.exec(LEFT, &[patient]).await?;
    if added.is_empty() {
        return Ok(());
    }
    let visits = visit::coming_for(tx, patient, now).await?;
    for account in added.iter().filter(|_| !visits.is_empty()) {
        let wanted = preference::of(tx, account).await?;
        for visit in &visits {
            derive(tx, visit, account, &wanted, now).await?;
        }
    }
    Ok(())
}

/// The quiet hours on the clock they were meant for: the person's own, or that of the facility.
fn quiet(wanted: &Preferences, visit: &Visit) -> Option<Quiet> {
    let hours = wanted.quiet?;
    Some(Quiet { hours, zone: when::zone(wanted.zone.as_deref().unwrap_or(&visit.zone)) })
}

impl NotificationsContext {
    /// Sends the reminders that are due, a hundred visits at most; answers how many there were. What fails is put off and
    /// holds up nobody else; the first failure is answered at the end.
    pub(crate) async fn remind_due(&self, cx: &Cx) -> Result<usize> {
        const DUE: &str = "select account, appointment from reminder where state = 'waiting' and due_at <= $1 \
            group by account, appointment order by min(due_at), account, appointment limit $2";
        let now = cx.now();
        let due: Vec<(AccountId, AppointmentId)> =
            self.db.read(async move |tx| tx.all(DUE, &[&now, &A_ROUND]).await).await?;
        let count = due.len();
        let mut failure = None;
        for (account, appointment) in due {
            let (cx, this, whose, of) = (cx.clone(), self.clone(), account.clone(), appointment.clone());
            let done = self.db.write(async move |tx| this.remind(tx, &cx, &whose, &of).await).await;
            if let Err(error) = done {
                self.db.write(async move |tx| put_off(tx, &account, &appointment, now).await).await?;
                failure = failure.or(Some(error));
            }
        }
        failure.map_or(Ok(count), Err)
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
        let mut visit = visit::one(tx, appointment).await?.filter(Visit::is_coming);
        if let Some(coming) = &visit
            && !copies::acts_for(tx, account, &coming.patient).await?
        {
            visit = None;
        }
        let wanted = preference::of(tx, account).await?;
        let last = waiting.len().saturating_sub(1);
        for (number, (starts_at, minutes, _)) in waiting.iter().enumerate() {
            let current = visit.as_ref().filter(|visit| visit.starts_at == *starts_at);
            let step = match current {
                Some(visit) if number == last => plan::step(*starts_at, quiet(&wanted, visit).as_ref(), now),
                _ => plan::Step::Skip,
            };
            let (sql, end): (_, &(dyn Bind + Sync)) = match &step {
                plan::Step::Send => (END, &"sent"),
                plan::Step::Skip => (END, &"skipped"),
                plan::Step::Wait(until) => (LATER, until),
            };
            // Another replica may have been quicker.
            let done = tx.exec(sql, &[account, appointment, starts_at, minutes, end]).await? > 0;
            if let (true, plan::Step::Send, Some(visit)) = (done, &step, current) {
                let by = self.carriers.channels();
                let notice = Notice {
                    account,
                    cause: &format!("reminder:{appointment}:{}:{minutes}", starts_at.as_second()),
                    kind: NotificationKind::Reminder,
                    to_doctor: false,
                    visit,
                    was_at: None,
                    answer_by: None,
                    at: now,
                    by: &by,
                };
                notice::tell(tx, cx, &[notice], &self.bell).await?;
            }
        }
        Ok(())
    }
}

/// Gives what is due for one account and one visit another turn later.
async fn put_off(tx: &mut Tx, account: &AccountId, appointment: &AppointmentId, now: Timestamp) -> Result<()> {
    const LATER: &str = "update reminder set due_at = $3 where account = $1 and appointment = $2 \
        and state = 'waiting' and due_at <= $4";
    tx.exec(LATER, &[account, appointment, &(now + PAUSE), &now]).await.map(drop)
}
