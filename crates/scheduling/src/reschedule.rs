//! Moving an appointment: one visit through all its changes. Its own claims are let go and the new ones had in one
//! transaction, so the old time is never lost before the new one is had (R.N2), and 10.00 → 10.15 does not block itself.

use std::sync::Arc;

use contracts::{
    directory::{Service, ServiceKind},
    scheduling::{Appointment, AppointmentId, AppointmentRescheduled, Deed, Offer, Reschedule, State},
};
use jiff::Timestamp;
use platform::{Cx, Error, Result, db::Tx, error::Problems};

use crate::{
    SchedulingContext,
    access::{self, Side},
    appointment::{self, Row},
    availability::{self, AcceptedSlot, Audience, Change, Purpose, Request},
    booking::{self, refused},
    change::{self, Line},
    claim::{self, Span},
    desk::{Desk, DeskKey},
    free, owner,
};

/// How often a move is judged anew when the rules change under it.
const TRIES: u8 = 4;
/// Longest reason.
const REASON_LENGTH: usize = 300;

/// A move judged and ready to be written.
struct Judged {
    row: Row,
    side: Side,
    desk: Arc<Desk>,
    service: Service,
    slot: AcceptedSlot,
    ask: Reschedule,
}

impl SchedulingContext {
    pub(crate) async fn move_visit(&self, cx: &Cx, id: &AppointmentId, version: i64, mut ask: Reschedule) -> Result<Appointment> {
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
            let judged = self.judge_move(cx, row.clone(), side, &offer, &ask).await?;
            match self.write_move(cx, judged).await {
                Ok(shown) => return self.complaints.unseal(shown).await,
                Err(error) if error.is_conflict("rules-changed") => self.desks.invalidate(&DeskKey::of(&offer)),
                Err(Error::Conflict(mut conflict)) => {
                    if conflict.alternatives.is_null() {
                        conflict.alternatives = self.alternatives(cx, &offer, ask.starts_at).await;
                    }
                    return Err(Error::Conflict(conflict));
                }
                Err(other) => return Err(other),
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
                if side == Side::Onlooker { Err(Error::Forbidden("appointment.manage")) } else { Ok((row, side)) }
            })
            .await
    }

    async fn judge_move(&self, cx: &Cx, row: Row, side: Side, offer: &Offer, ask: &Reschedule) -> Result<Judged> {
        let now = cx.now();
        let desk = self.desk_kept(offer, now).await?;
        let service = desk.service(&offer.service, offer.mode).ok_or(Error::NotFound("service"))?.clone();
        if side == Side::Patient {
            let early = desk.plan.policy.may_change(Change::Move, row.starts_at, Audience::Public, now);
            early.map_err(|_| Error::conflict("move-too-late"))?;
            if row.moves >= i64::from(desk.policy.max_moves) {
                return Err(Error::conflict("moved-too-often").with("max", desk.policy.max_moves));
            }
        }
        let audience = if side == Side::Patient { Audience::Public } else { Audience::Staff };
        let wish = free::wish(&offer.service, offer.mode, audience, Purpose::Move);
        let mut plan = desk.plan.clone();
        plan.policy.daily_cap = None;
        if ask.override_reason.is_some() {
            plan.policy.horizon_days = None;
        }
        let request = Request { wish, starts_at: ask.starts_at };
        let slot = availability::check(&plan, &request, &[], now).map_err(|refusal| refused(&refusal))?;
        Ok(Judged { row, side, desk, service, slot, ask: ask.clone() })
    }

    async fn write_move(&self, cx: &Cx, judged: Judged) -> Result<appointment::Shown> {
        let (cx, watch) = (cx.clone(), self.watch.clone());
        self.db
            .write(async move |tx| {
                let Judged { mut row, side, desk, service, slot, ask } = judged;
                let now = cx.now();
                lock_both(tx, &row, &desk).await?;
                let by = row.id.to_string();
                claim::release(tx, &by).await?;
                claim_anew(tx, &row, &desk, &service, &slot, &ask, now).await?;
                let (from_state, from_start, from_end) = (row.state, row.starts_at, row.ends_at);
                let freed = change::slot_moved(&row, from_start, from_end, true);
                write(&cx, tx, &mut row, side, &desk, &service, &slot, &ask).await?;
                let line = Line { from: from_state, to: row.state, from_start, to_start: row.starts_at };
                row.version -= 1;
                change::remember(&cx, tx, &row, &line, ask.reason.as_deref()).await?;
                row.version += 1;
                tx.publish(&cx, &AppointmentRescheduled { visit: row.visit() }).await?;
                change::audit(&cx, tx, &row, Deed::Move).await?;
                let taken = change::slot_moved(&row, row.starts_at, row.ends_at, false);
                tx.after_commit(move || {
                    let _ = watch.send(freed); // nobody watches: fine
                    let _ = watch.send(taken);
                });
                appointment::show(tx, row, side, now).await
            })
            .await
    }
}

/// Notes the change at the old owner and, under its rules, at the new one; in one order everywhere, so that two moves
/// across the same pair do not wait for each other.
async fn lock_both(tx: &mut Tx, row: &Row, desk: &Desk) -> Result<()> {
    let other = (row.owner != *desk.owner).then_some(row.owner.as_str());
    if let Some(old) = other.filter(|old| *old < &*desk.owner) {
        owner::freed(tx, old).await?;
    }
    if !owner::touch(tx, &desk.owner, desk.plan_number).await? {
        return Err(Error::conflict("rules-changed"));
    }
    if let Some(old) = other.filter(|old| *old > &*desk.owner) {
        owner::freed(tx, old).await?;
    }
    Ok(())
}

async fn claim_anew(
    tx: &mut Tx,
    row: &Row,
    desk: &Desk,
    service: &Service,
    slot: &AcceptedSlot,
    ask: &Reschedule,
    now: Timestamp,
) -> Result<()> {
    let by = row.id.to_string();
    let date = desk.local_date(slot.starts_at);
    let same_day = date == row.local_date && *desk.owner == *row.owner;
    if let Some(cap) = desk.plan.policy.daily_cap.filter(|_| !same_day && ask.override_reason.is_none()) {
        booking::within_cap(tx, desk, slot, cap).await?;
    }
    let seats: Vec<i64> = slot.seats.iter().map(|seat| i64::from(*seat)).collect();
    let span = Span { starts_at: slot.claim_starts_at, ends_at: slot.claim_ends_at };
    if !claim::claim_seat(tx, &desk.owner, &seats, span, None, &by, now).await? {
        return Err(Error::conflict("slot-taken"));
    }
    let patient = row.patient.to_string();
    let visit = Span { starts_at: slot.starts_at, ends_at: slot.ends_at };
    if !claim::claim_patient(tx, &patient, visit, &by).await? {
        return Err(Error::conflict("patient-overlap"));
    }
    let limit = desk.policy.daily_limit;
    if service.kind == ServiceKind::Consultation
        && limit > 0
        && !claim::claim_day(tx, &patient, date, limit, &by).await?
    {
        return Err(Error::conflict("day-limit").with("limit", limit));
    }
    Ok(())
}

/// Writes the new time where the row is still as it was read. Moves by the clinic do not count (R.N3).
#[expect(clippy::too_many_arguments, reason = "the parts of one judged move")]
async fn write(
    cx: &Cx,
    tx: &mut Tx,
    row: &mut Row,
    side: Side,
    desk: &Desk,
    service: &Service,
    slot: &AcceptedSlot,
    ask: &Reschedule,
) -> Result<()> {
    const MOVE: &str = "update appointment set doctor = $1, starts_at = $2, ends_at = $3, zone = $4, local_date = $5, \
        price = $6, state = $7, answer_by = $8, moves = $9, reason = $10, owner = $11, version = version + 1 \
        where id = $12 and version = $13 and state = $14";
    let before = (row.version, row.state);
    let waits = side == Side::Patient && desk.doctor.as_ref().is_some_and(|doctor| !doctor.auto_accept);
    row.doctor = desk.doctor.as_ref().map(|doctor| doctor.id.clone());
    row.starts_at = slot.starts_at;
    row.ends_at = slot.ends_at;
    row.zone.clone_from(&desk.facility.zone);
    row.local_date = desk.local_date(slot.starts_at);
    row.price = desk.price(service).amount;
    row.state = if waits { State::Pending } else { State::Booked };
    row.answer_by = waits.then(|| {
        (cx.now() + crate::policy::minutes(desk.policy.accept_within_minutes)).min(slot.starts_at)
    });
    row.moves += i64::from(side == Side::Patient);
    row.reason.clone_from(&ask.reason);
    row.owner = desk.owner.to_string();
    row.version += 1;
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
                &row.id,
                &before.0,
                &before.1,
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
