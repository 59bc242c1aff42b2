//! What happens to an appointment after it was booked: accepted, rejected, cancelled, arrived, started, fulfilled, not
//! come, corrected, moved. One statement changes the row where version and state are still the ones judged (R.C4, R.C9).

use contracts::{
    Permission,
    audit::AuditEntry,
    people::PatientId,
    scheduling::{
        Appointment, AppointmentAccepted, AppointmentArrived, AppointmentCancelled, AppointmentFulfilled,
        AppointmentId, AppointmentNoShow, AppointmentRejected, CancelledBy, Change, Deed, HistoryLine, SlotMoved,
        State,
    },
};
use jiff::Timestamp;
use platform::{Cx, Error, Result, db::Tx, error::Problems};

use crate::{
    SchedulingContext,
    access::{self, Side},
    appointment::{self, Row},
    claim, code, copies, owner, policy,
};

/// Longest reason.
const REASON_LENGTH: usize = 300;

impl SchedulingContext {
    /// One appointment by id or code, to whoever stands on a side of it.
    pub(crate) async fn show_by(&self, cx: &Cx, id_or_code: &str) -> Result<Appointment> {
        let (cx, wanted) = (cx.clone(), id_or_code.to_owned());
        let shown = self
            .db
            .read(async move |tx| {
                let row = find(tx, &wanted).await?;
                let side = access::side(&cx, tx, &row).await?;
                appointment::show(&cx, tx, row, side).await
            })
            .await?;
        self.complaints.unseal(shown).await
    }

    pub(crate) async fn change_state(
        &self,
        cx: &Cx,
        id: &AppointmentId,
        version: i64,
        mut ask: Change,
    ) -> Result<Appointment> {
        ask.reason = readable_reason(&ask)?;
        let reason = self.sealed_reason(cx, id, ask.reason.as_deref()).await?;
        let (cx, id, watch) = (cx.clone(), id.clone(), self.watch.clone());
        let shown = self
            .db
            .write(async move |tx| {
                let now = cx.now();
                let mut row = appointment::by_id(tx, &id).await?;
                let side = access::side(&cx, tx, &row).await?;
                check_form(&ask, side)?;
                side.require(&cx, ask.deed)?;
                if row.version != version {
                    return Err(Error::Stale);
                }
                let to = appointment::after(row.state, ask.deed)
                    .ok_or_else(|| Error::conflict("not-in-this-state").with("state", row.state))?;
                let policy = policy::of(tx, &row.facility).await?;
                if !appointment::in_time(&row, ask.deed, side, &policy, now) {
                    return Err(out_of_time(ask.deed));
                }
                let cancelled_by = (to == State::Cancelled).then(|| canceller(side));
                if to == State::Cancelled {
                    lock_for_release(tx, &row).await?;
                }
                apply(&cx, tx, &mut row, &Applied { to, why: Why { reason, cause: None }, cancelled_by }).await?;
                say(&cx, tx, &row, ask.deed).await?;
                if to == State::Cancelled {
                    free_time(tx, &row, &watch).await?;
                }
                appointment::show(&cx, tx, row, side).await
            })
            .await?;
        self.complaints.unseal(shown).await
    }

    pub(crate) async fn correct_state(
        &self,
        cx: &Cx,
        id: &AppointmentId,
        version: i64,
        to: State,
        reason: String,
    ) -> Result<Appointment> {
        cx.require(Permission::AppointmentCorrect)?;
        let mut problems = Problems::default();
        let reason = problems.text("reason", &reason, REASON_LENGTH);
        let allowed = matches!(to, State::Booked | State::Arrived | State::Fulfilled | State::NoShow);
        problems.check(allowed, "state", "not-one-of");
        problems.done()?;
        let reason = self.sealed_reason(cx, id, Some(&reason)).await?;
        let (cx, id) = (cx.clone(), id.clone());
        let shown = self
            .db
            .write(async move |tx| {
                let mut row = appointment::by_id(tx, &id).await?;
                if !cx.serves(&row.facility.to_string()) {
                    return Err(Error::NotFound("appointment"));
                }
                if row.version != version {
                    return Err(Error::Stale);
                }
                if !appointment::can_correct(row.state) || row.state == to {
                    return Err(Error::conflict("not-in-this-state").with("state", row.state));
                }
                apply(&cx, tx, &mut row, &Applied { to, why: Why { reason, cause: None }, cancelled_by: None }).await?;
                match to {
                    State::Fulfilled => say(&cx, tx, &row, Deed::Fulfil).await?,
                    State::NoShow => say(&cx, tx, &row, Deed::NoShow).await?,
                    State::Arrived => say(&cx, tx, &row, Deed::Arrive).await?,
                    _ => say(&cx, tx, &row, Deed::Accept).await?,
                }
                appointment::show(&cx, tx, row, Side::Staff).await
            })
            .await?;
        self.complaints.unseal(shown).await
    }

    pub(crate) async fn history_of(&self, cx: &Cx, id: &AppointmentId) -> Result<Vec<HistoryLine>> {
        let (cx, wanted) = (cx.clone(), id.clone());
        let lines = self
            .db
            .read(async move |tx| {
                let row = appointment::by_id(tx, &wanted).await?;
                let side = access::side(&cx, tx, &row).await?;
                history(tx, row, side).await
            })
            .await?;
        let mut history = Vec::with_capacity(lines.len());
        for (mut line, sealed) in lines {
            if let Some(sealed) = sealed {
                line.reason = self.complaints.open_reason(id, &sealed).await?;
            }
            history.push(line);
        }
        Ok(history)
    }

    /// A reason about an appointment, sealed with its patient's key. Keys are fetched outside the transaction that
    /// changes the appointment.
    async fn sealed_reason(&self, cx: &Cx, id: &AppointmentId, reason: Option<&str>) -> Result<Option<Vec<u8>>> {
        const PATIENT: &str = "select patient from appointment where id = $1";
        if reason.is_none() {
            return Ok(None);
        }
        let wanted = id.clone();
        let patient = self.db.read(async move |tx| tx.one::<(PatientId,)>(PATIENT, &[&wanted]).await).await?;
        let (patient,) = patient.ok_or(Error::NotFound("appointment"))?;
        self.complaints.seal_reason(cx, &patient, id, reason).await
    }

    /// Requests that nobody answered in time lapse; at most 200 a call. Each by itself: a booking waits for none of them.
    pub(crate) async fn lapse_unanswered(&self, cx: &Cx) -> Result<usize> {
        const DUE: &str = "select id from appointment where state = 'pending' and answer_by <= $1 \
            order by answer_by limit 200";
        let now = cx.now();
        let due: Vec<(AppointmentId,)> = self.db.read(async move |tx| tx.all(DUE, &[&now]).await).await?;
        for (id,) in &due {
            match self.lapse(cx, id).await {
                Ok(()) | Err(Error::Stale) => {} // answered at the last moment
                Err(other) => return Err(other),
            }
        }
        Ok(due.len())
    }

    async fn lapse(&self, cx: &Cx, id: &AppointmentId) -> Result<()> {
        let (cx, id, watch) = (cx.clone(), id.clone(), self.watch.clone());
        self.db
            .write(async move |tx| {
                let mut row = appointment::by_id(tx, &id).await?;
                if row.state != State::Pending || row.answer_by.is_none_or(|by| cx.now() < by) {
                    return Err(Error::Stale);
                }
                lock_for_release(tx, &row).await?;
                cancel_by_system(&cx, tx, &mut row, "unanswered").await?;
                free_time(tx, &row, &watch).await
            })
            .await
    }
}

/// Locks whose time is let go, before the appointment itself: in the order of every booking.
pub(crate) async fn lock_for_release(tx: &mut Tx, row: &Row) -> Result<()> {
    copies::lock_patient(tx, &row.patient, None).await?;
    owner::freed(tx, &row.owner).await
}

/// The program itself cancels, for a cause that is a text key.
pub(crate) async fn cancel_by_system(cx: &Cx, tx: &mut Tx, row: &mut Row, cause: &'static str) -> Result<()> {
    let why = Why { reason: None, cause: Some(cause) };
    let change = Applied { to: State::Cancelled, why, cancelled_by: Some(CancelledBy::System) };
    apply(cx, tx, row, &change).await?;
    say(cx, tx, row, Deed::Cancel).await
}

/// By id, or by booking code as people type it.
async fn find(tx: &mut Tx, id_or_code: &str) -> Result<Row> {
    if let Ok(id) = id_or_code.parse::<AppointmentId>() {
        return appointment::by_id(tx, &id).await;
    }
    match code::read(id_or_code) {
        Some(code) => appointment::by_code(tx, &code).await,
        None => Err(Error::NotFound("appointment")),
    }
}

/// A change about to be written.
pub(crate) struct Applied {
    pub to: State,
    pub why: Why,
    pub cancelled_by: Option<CancelledBy>,
}

/// Why something is done.
pub(crate) struct Why {
    /// In somebody's words, sealed with the patient's key.
    pub reason: Option<Vec<u8>>,
    /// The program's own cause, a text key.
    pub cause: Option<&'static str>,
}

/// Writes the new state where the row is still as it was read, and a line of history.
pub(crate) async fn apply(cx: &Cx, tx: &mut Tx, row: &mut Row, change: &Applied) -> Result<()> {
    const APPLY: &str = "update appointment set state = $1, reason = $2, cause = $3, \
        cancelled_by = coalesce($4, cancelled_by), version = version + 1, answer_by = null \
        where id = $5 and version = $6 and state = $7";
    let Applied { to, why, cancelled_by } = change;
    let changed =
        tx.exec(APPLY, &[to, &why.reason, &why.cause, cancelled_by, &row.id, &row.version, &row.state]).await?;
    if changed == 0 {
        return Err(Error::Stale);
    }
    let line = Line { from: row.state, to: change.to, from_start: row.starts_at, to_start: row.starts_at };
    remember(cx, tx, row, &line, why).await?;
    row.state = change.to;
    row.reason.clone_from(&why.reason);
    row.cause = why.cause.map(ToOwned::to_owned);
    row.cancelled_by = change.cancelled_by.or(row.cancelled_by);
    row.version += 1;
    Ok(())
}

/// A step in the life of an appointment.
pub(crate) struct Line {
    pub from: State,
    pub to: State,
    pub from_start: Timestamp,
    pub to_start: Timestamp,
}

/// Writes a line of history under the version the row is about to have.
pub(crate) async fn remember(cx: &Cx, tx: &mut Tx, row: &Row, line: &Line, why: &Why) -> Result<()> {
    const REMEMBER: &str = "insert into appointment_change (appointment, version, from_state, to_state, from_start, \
        to_start, actor, reason, cause, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    let (version, actor, now) = (row.version + 1, cx.actor_text(), cx.now());
    let Line { from, to, from_start, to_start } = line;
    tx.exec(REMEMBER, &[&row.id, &version, from, to, from_start, to_start, &actor, &why.reason, &why.cause, &now])
        .await?;
    Ok(())
}

/// Says what happened, and notes it in the audit trail.
pub(crate) async fn say(cx: &Cx, tx: &mut Tx, row: &Row, deed: Deed) -> Result<()> {
    let visit = row.visit();
    match deed {
        Deed::Accept => tx.publish(cx, &AppointmentAccepted { visit }).await?,
        Deed::Reject => tx.publish(cx, &AppointmentRejected { visit }).await?,
        Deed::Cancel => tx.publish(cx, &AppointmentCancelled { visit }).await?,
        Deed::Arrive | Deed::Start => tx.publish(cx, &AppointmentArrived { visit }).await?,
        Deed::Fulfil => tx.publish(cx, &AppointmentFulfilled { visit }).await?,
        Deed::NoShow => tx.publish(cx, &AppointmentNoShow { visit }).await?,
        Deed::Move | Deed::Correct => {}
    }
    audit(cx, tx, row, deed).await
}

/// A line of the audit trail about an appointment.
pub(crate) async fn audit(cx: &Cx, tx: &mut Tx, row: &Row, deed: Deed) -> Result<()> {
    let entry = AuditEntry::of(cx, "scheduling", &format!("appointment.{deed}"), &row.id.to_string())
        .about(&row.patient.to_string())
        .at_facility(&row.facility.to_string());
    tx.publish(cx, &entry).await
}

/// Frees the time everywhere (R.C8) and tells those who watch. The owner is noted already.
pub(crate) async fn free_time(tx: &mut Tx, row: &Row, watch: &crate::moves::Moves) -> Result<()> {
    claim::release(tx, row).await?;
    let (moved, watch) = (slot_moved(row, row.starts_at, row.ends_at, true), watch.clone());
    tx.after_commit(move || {
        let _ = watch.send(moved); // nobody watches: fine
    });
    Ok(())
}

/// What watchers are told.
pub(crate) fn slot_moved(row: &Row, starts_at: Timestamp, ends_at: Timestamp, free: bool) -> SlotMoved {
    SlotMoved {
        facility: row.facility.clone(),
        doctor: row.doctor.clone(),
        service: row.service.clone(),
        starts_at,
        ends_at,
        free,
    }
}

/// The reason as it is kept, trimmed and bounded.
fn readable_reason(ask: &Change) -> Result<Option<String>> {
    let mut problems = Problems::default();
    let reason = problems.optional_text("reason", ask.reason.as_deref(), REASON_LENGTH);
    problems.done()?;
    Ok(reason)
}

/// Doctors and staff say why they reject or cancel.
fn check_form(ask: &Change, side: Side) -> Result<()> {
    let mut problems = Problems::default();
    if side != Side::Patient && matches!(ask.deed, Deed::Reject | Deed::Cancel) {
        problems.check(ask.reason.is_some(), "reason", "required");
    }
    problems.check(!matches!(ask.deed, Deed::Move | Deed::Correct), "deed", "not-one-of");
    problems.done()
}

fn out_of_time(deed: Deed) -> Error {
    match deed {
        Deed::Cancel => Error::conflict("cancel-too-late"),
        Deed::NoShow => Error::conflict("no-show-too-early"),
        Deed::Accept => Error::conflict("request-lapsed"),
        _ => Error::conflict("too-early"),
    }
}

fn canceller(side: Side) -> CancelledBy {
    match side {
        Side::Patient => CancelledBy::Patient,
        Side::Doctor => CancelledBy::Doctor,
        Side::Staff | Side::Onlooker => CancelledBy::Clinic,
    }
}

/// The booking itself and every change after it, each with its reason still sealed where that side may read it.
async fn history(tx: &mut Tx, row: Row, side: Side) -> Result<Vec<(HistoryLine, Option<Vec<u8>>)>> {
    type Change = (State, State, Timestamp, Timestamp, String, Option<Vec<u8>>, Option<String>, Timestamp);
    const CHANGES: &str = "select from_state, to_state, from_start, to_start, actor, reason, cause, at \
        from appointment_change where appointment = $1 order by version limit 500";
    let changes: Vec<Change> = tx.all(CHANGES, &[&row.id]).await?;
    let first = changes.first();
    let booked = HistoryLine {
        state: first.map_or(row.state, |change| change.0),
        starts_at: first.map_or(row.starts_at, |change| change.2),
        actor: row.booked_by.map_or_else(|| "system".to_owned(), |account| account.to_string()),
        reason: None,
        at: row.booked_at,
    };
    let later = changes.into_iter().map(|(_, state, _, starts_at, actor, sealed, cause, at)| {
        let line = HistoryLine { state, starts_at, actor, reason: cause, at };
        (line, sealed.filter(|_| side.reads_reason()))
    });
    Ok(std::iter::once((booked, None)).chain(later).collect())
}
