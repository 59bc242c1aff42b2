//! Moving an appointment: one visit through all its changes. Its own claims are let go and the new ones had in one
//! transaction, so the old time is never lost before the new one is had (R.N2), and 10.00 → 10.15 does not block itself.

use contracts::{
    directory::ServiceKind,
    scheduling::{Appointment, AppointmentId, AppointmentRescheduled, Deed, Offer, Reschedule, State},
};
use jiff::Timestamp;
use platform::{Cx, Error, Result, db::Tx, error::Problems};

use crate::{
    SchedulingContext,
    access::{self, Side},
    appointment::{self, Row},
    availability::{Audience, Change, Purpose},
    booking::RULES_CHANGED,
    change::{self, Line, Why},
    claim, copies,
    desk::{Desk, DeskKey},
    moves::Moves,
    owner, policy,
    verdict::{Terms, Verdict},
};

/// How often a move is judged anew when the rules change under it.
const TRIES: u8 = 4;
/// Longest reason.
const REASON_LENGTH: usize = 300;

/// A move judged and ready to be written.
struct Judged {
    row: Row,
    side: Side,
    verdict: Verdict,
    /// The reason, sealed.
    reason: Option<Vec<u8>>,
}

impl SchedulingContext {
    pub(crate) async fn move_visit(
        &self,
        cx: &Cx,
        id: &AppointmentId,
        version: i64,
        mut ask: Reschedule,
    ) -> Result<Appointment> {
        let (row, side) = self.row_for_move(cx, id).await?;
        check_form(&mut ask, side)?;
        if row.version != version {
            return Err(Error::Stale);
        }
        if !appointment::can_move(row.state) {
            return Err(Error::conflict("not-in-this-state").with("state", row.state));
        }
        let offer = Offer { doctor: ask.doctor.clone().or(row.doctor.clone()), ..row.offer() };
        for _ in 0..TRIES {
            let moved = match self.judge_move(cx, row.clone(), side, &offer, &ask).await {
                Ok(judged) => self.write_move(cx, judged).await,
                Err(refusal) => Err(refusal),
            };
            match moved {
                Ok(shown) => return self.complaints.unseal(shown).await,
                Err(error) if error.is_conflict(RULES_CHANGED) => self.desks.invalidate(&DeskKey::of(&offer)),
                Err(error) => return Err(self.with_alternatives(cx, &offer, ask.starts_at, error).await),
            }
        }
        Err(Error::Unavailable("busy"))
    }

    async fn row_for_move(&self, cx: &Cx, id: &AppointmentId) -> Result<(Row, Side)> {
        let (cx, id) = (cx.clone(), id.clone());
        self.db
            .read(async move |tx| {
                let row = appointment::by_id(tx, &id).await?;
                let side = access::side(&cx, tx, &row).await?;
                side.require(&cx, Deed::Move)?;
                Ok((row, side))
            })
            .await
    }

    async fn judge_move(&self, cx: &Cx, row: Row, side: Side, offer: &Offer, ask: &Reschedule) -> Result<Judged> {
        let now = cx.now();
        let (desk, _) = self.desk_now(offer, now).await?;
        if side == Side::Patient {
            let early = desk.plan.policy.may_change(Change::Move, row.starts_at, Audience::Public, now);
            early.map_err(|_| Error::conflict("move-too-late"))?;
            if row.moves >= i64::from(desk.policy.max_moves) {
                return Err(Error::conflict("moved-too-often").with("max", desk.policy.max_moves));
            }
        }
        let terms = Terms {
            audience: if side == Side::Patient { Audience::Public } else { Audience::Staff },
            purpose: Purpose::Move,
            overriding: ask.override_reason.is_some(),
        };
        let verdict = Verdict::of(desk, offer, ask.starts_at, terms, now)?;
        let reason = self.complaints.seal_reason(cx, &row.patient, &row.id, ask.reason.as_deref()).await?;
        Ok(Judged { row, side, verdict, reason })
    }

    async fn write_move(&self, cx: &Cx, judged: Judged) -> Result<appointment::Shown> {
        let (cx, watch) = (cx.clone(), self.watch.clone());
        self.db
            .write(async move |tx| {
                let Judged { row, side, verdict, reason } = judged;
                let wanted = Wanted { before: &row, side, verdict: &verdict, reason, no_dearer: false };
                let row = carry_out(&cx, tx, wanted, &watch).await?;
                appointment::show(&cx, tx, row, side).await
            })
            .await
    }
}

/// A move judged, about to be carried out.
pub(crate) struct Wanted<'a> {
    pub before: &'a Row,
    pub side: Side,
    pub verdict: &'a Verdict,
    /// The reason, sealed.
    pub reason: Option<Vec<u8>>,
    /// Another doctor's fee is not asked of a patient who did not choose them (R.H6).
    pub no_dearer: bool,
}

/// Locks, lets the old time go, has the new one, writes and says it: all or nothing. `Stale` where the row is no longer as
/// it was read, conflict [`RULES_CHANGED`] where the rules are no longer those it was judged by.
pub(crate) async fn carry_out(cx: &Cx, tx: &mut Tx, wanted: Wanted<'_>, watch: &Moves) -> Result<Row> {
    let Wanted { before, side, verdict, reason, no_dearer } = wanted;
    let now = cx.now();
    copies::lock_patient(tx, &before.patient, None).await?;
    let desk = &verdict.desk;
    if !owner::touch_among(tx, &desk.owner, desk.plan_number, std::slice::from_ref(&before.owner)).await? {
        return Err(Error::conflict(RULES_CHANGED));
    }
    still_as_read(tx, before).await?;
    claim::release(tx, before).await?;
    let overbooked = claim_anew(tx, before, verdict, now).await?;
    let why = Why { reason, cause: None };
    let mut row = Row { reason: why.reason.clone(), ..moved(before, side, verdict, overbooked, now) };
    if no_dearer {
        row.price = row.price.min(before.price);
    }
    write(tx, before, &row).await?;
    let line = Line { from: before.state, to: row.state, from_start: before.starts_at, to_start: row.starts_at };
    change::remember(cx, tx, before, &line, &why).await?;
    tx.publish(cx, &AppointmentRescheduled { visit: row.visit() }).await?;
    change::audit(cx, tx, &row, Deed::Move).await?;
    let freed = change::slot_moved(before, before.starts_at, before.ends_at, true);
    let taken = change::slot_moved(&row, row.starts_at, row.ends_at, false);
    let watch = watch.clone();
    tx.after_commit(move || {
        let _ = watch.send(freed); // nobody watches: fine
        let _ = watch.send(taken);
    });
    Ok(row)
}

/// Behind the patient's lock, which every move and cancellation takes: who was slower learns so before claims are looked
/// for where they are no more (R.C4).
pub(crate) async fn still_as_read(tx: &mut Tx, before: &Row) -> Result<()> {
    let found: Option<(i64,)> = tx.one("select version from appointment where id = $1", &[&before.id]).await?;
    if found == Some((before.version,)) { Ok(()) } else { Err(Error::Stale) }
}

/// Claims the new time, the old one being let go; answers whether it had to be overbooked.
async fn claim_anew(tx: &mut Tx, row: &Row, verdict: &Verdict, now: Timestamp) -> Result<bool> {
    let by = row.id.to_string();
    let overbooked = verdict.take(tx, &by, None, now).await?;
    claim::claim_patient(tx, &row.patient, verdict.visit(), &by, 0, now).await?;
    let limit = verdict.desk.policy.daily_limit;
    if verdict.service.kind == ServiceKind::Consultation && limit > 0 {
        claim::claim_day(tx, &row.patient, verdict.local_date(), limit, &by).await?;
    }
    Ok(overbooked)
}

/// The row as it becomes. Moves by the clinic do not count (R.N3); the tariff stays the one it was booked at, unless
/// the doctor is another (R.H6).
fn moved(before: &Row, side: Side, verdict: &Verdict, overbooked: bool, now: Timestamp) -> Row {
    let Verdict { desk, service, slot, .. } = verdict;
    let doctor = desk.doctor.as_ref().map(|doctor| doctor.id.clone());
    let state = state_after(before.state, side, desk);
    Row {
        price: if doctor == before.doctor { before.price } else { desk.price(service).amount },
        doctor,
        starts_at: slot.starts_at,
        ends_at: slot.ends_at,
        zone: desk.facility.zone.clone(),
        local_date: verdict.local_date(),
        state,
        answer_by: (state == State::Pending).then(|| policy::answer_by(&desk.policy, slot.starts_at, now)),
        overbooked,
        cause: None,
        moves: before.moves + i64::from(side == Side::Patient),
        owner: desk.owner.to_string(),
        version: before.version + 1,
        ..before.clone()
    }
}

/// A patient's move asks the doctor again where they accept by hand; a doctor's own move is an acceptance; a clinic's
/// leaves the question open.
fn state_after(before: State, side: Side, desk: &Desk) -> State {
    let by_hand = desk.doctor.as_ref().is_some_and(|doctor| !doctor.auto_accept);
    match (before, side) {
        (State::AwaitingPayment, _) => before,
        (State::Pending, Side::Staff) | (_, Side::Patient) if by_hand => State::Pending,
        _ => State::Booked,
    }
}

/// Writes the new time where the row is still as it was read.
async fn write(tx: &mut Tx, before: &Row, row: &Row) -> Result<()> {
    const MOVE: &str = "update appointment set doctor = $1, starts_at = $2, ends_at = $3, zone = $4, local_date = $5, \
        price = $6, state = $7, answer_by = $8, moves = $9, reason = $10, cause = null, owner = $11, overbooked = $12, \
        version = version + 1 where id = $13 and version = $14 and state = $15";
    let changed = tx
        .exec(
            MOVE,
            &[
                &row.doctor,
                &row.starts_at,
                &row.ends_at,
                &row.zone,
                &row.local_date,
                &row.price,
                &row.state,
                &row.answer_by,
                &row.moves,
                &row.reason,
                &row.owner,
                &row.overbooked,
                &before.id,
                &before.version,
                &before.state,
            ],
        )
        .await?;
    if changed == 0 { Err(Error::Stale) } else { Ok(()) }
}

/// Only staff move to another doctor or past a rule; doctors and staff say why.
fn check_form(ask: &mut Reschedule, side: Side) -> Result<()> {
    let mut problems = Problems::default();
    problems.check(side == Side::Staff || ask.doctor.is_none(), "doctor", "staff-only");
    problems.check(side == Side::Staff || ask.override_reason.is_none(), "override_reason", "staff-only");
    ask.reason = problems.optional_text("reason", ask.reason.as_deref(), REASON_LENGTH);
    ask.override_reason = problems.optional_text("override_reason", ask.override_reason.as_deref(), REASON_LENGTH);
    problems.check(side == Side::Patient || ask.reason.is_some(), "reason", "required");
    problems.done()
}
