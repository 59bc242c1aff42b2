//! Doing what was decided about the appointments in a leave: each in a unit of work of its own, in which the change and its
//! outcome are written together. So it may be cut off anywhere, run twice or on two nodes: what is done is not done again,
//! and what could not be done as decided becomes a proposal, never nothing.

use contracts::{
    audit::AuditEntry,
    directory::{DoctorId, FacilityId},
    scheduling::{
        AppointmentProposed, CancelledBy, Deed, Hold, LeaveId, LeaveOutcome, LeaveSettled, LeaveWay, Offer, State,
    },
};
use jiff::{SignedDuration, Timestamp, civil::Date};
use platform::{Actor, Cx, Error, Money, Result, db::Tx};

use crate::{
    SchedulingContext,
    access::Side,
    appointment::{self, Row, can_move},
    availability::{self, Ask, Audience, Purpose, Slot},
    booking::RULES_CHANGED,
    change::{self, Applied, Why},
    copies,
    desk::DeskKey,
    free, hold,
    leave::{LeaveRow, VisitRow, holder, leave_columns, visit_columns},
    owner,
    reschedule::{self, Wanted},
    verdict::{Terms, Verdict},
};

/// The job that settles one leave.
pub(crate) const JOB: &str = "settle-leave";
/// How often one appointment is tried anew when something changes under it.
const TRIES: usize = 8;
/// Appointments read at a time.
const AT_ONCE: i64 = 50;
/// Times tried on a later day for one appointment.
const LATER_TRIES: usize = 20;
/// Times proposed to a patient, and how long they are kept.
const PROPOSED: usize = 3;
const KEPT: SignedDuration = SignedDuration::from_hours(48);
/// A patient has at least so long to answer.
const KEPT_AT_LEAST: SignedDuration = SignedDuration::from_hours(1);
/// Days after the leave in which times are looked for.
const DAYS: u16 = 31;

/// The terms of a move that the clinic makes: no notice, no cap on moves, no rule gone past.
pub(crate) const TERMS: Terms = Terms { audience: Audience::Staff, purpose: Purpose::Move, overriding: false };

/// What became of an appointment, about to be written.
#[derive(Debug, Default)]
struct Came<'a> {
    why: Option<&'a str>,
    to_start: Option<Timestamp>,
    to_doctor: Option<&'a DoctorId>,
    answer_by: Option<Timestamp>,
}

impl SchedulingContext {
    /// Goes on with every leave that was decided: for those whose job was lost.
    pub(crate) async fn settle_leaves(&self, cx: &Cx) -> Result<()> {
        const RUNNING: &str = "select id from leave where state = 'running' order by id limit 200";
        let running: Vec<(LeaveId,)> = self.db.read(async move |tx| tx.all(RUNNING, &[]).await).await?;
        let mut failed = Ok(());
        for (leave,) in running {
            failed = failed.and(self.settle_leave(cx, &leave).await);
        }
        failed
    }

    /// Settles every appointment of a leave that has no outcome yet, in the order of their times. One that fails stands in
    /// nobody's way; it is tried again with the job.
    pub(crate) async fn settle_leave(&self, cx: &Cx, id: &LeaveId) -> Result<()> {
        const ONE: &str = concat!("select ", leave_columns!(), " from leave where id = $1 and state = 'running'");
        const OPEN: &str = concat!(
            "select ",
            visit_columns!(),
            " from leave_visit v where v.leave = $1 and v.outcome is null and (v.from_start, v.appointment) > ($2, $3) \
             order by v.from_start, v.appointment limit $4"
        );
        let wanted = id.clone();
        let row: Option<LeaveRow> = self.db.read(async move |tx| tx.one(ONE, &[&wanted]).await).await?;
        let Some(leave) = row else { return Ok(()) };
        let cx = &on_behalf(cx, &leave);
        let mut failed = Ok(());
        let (mut at, mut after) = (Timestamp::constant(0, 0), String::new());
        loop {
            let (wanted, key) = (id.clone(), after.clone());
            let open: Vec<VisitRow> =
                self.db.read(async move |tx| tx.all(OPEN, &[&wanted, &at, &key, &AT_ONCE]).await).await?;
            let Some(last) = open.last() else { break };
            (at, after) = (last.from_start, last.appointment.to_string());
            for visit in &open {
                failed = failed.and(self.settle_visit(cx, &leave, visit).await);
            }
        }
        failed?;
        let (by, leave) = (cx.clone(), leave);
        self.db.write(async move |tx| finish(&by, tx, &leave).await).await
    }

    async fn settle_visit(&self, cx: &Cx, leave: &LeaveRow, visit: &VisitRow) -> Result<()> {
        for _ in 0..TRIES {
            let id = visit.appointment.clone();
            let row = self.db.read(async move |tx| appointment::by_id(tx, &id).await).await?;
            let stays = row.starts_at == visit.from_start && can_move(row.state);
            let settled = match visit.way {
                Some(LeaveWay::Substitute) if stays => self.substitute(cx, leave, visit, &row).await,
                Some(LeaveWay::Later) if stays => self.move_later(cx, leave, visit, &row).await,
                Some(LeaveWay::Cancel) if stays => self.call_off(cx, leave, visit, &row).await,
                Some(LeaveWay::Propose) if stays => self.propose(cx, leave, visit, &row, None).await,
                _ => self.note(cx, visit, LeaveOutcome::Elsewhere).await,
            };
            match settled {
                Err(Error::Stale) => {} // somebody was faster: look anew
                Err(error) if error.is_conflict(RULES_CHANGED) => self.desks.invalidate(&DeskKey::of(&row.offer())),
                other => return other,
            }
            if self.is_settled(visit).await? {
                return Ok(());
            }
        }
        Err(Error::Unavailable("busy"))
    }

    async fn is_settled(&self, visit: &VisitRow) -> Result<bool> {
        const SETTLED: &str = "select 1 from leave_visit where leave = $1 and appointment = $2 and outcome is not null";
        let (leave, id) = (visit.leave.clone(), visit.appointment.clone());
        let row: Option<(i64,)> = self.db.read(async move |tx| tx.one(SETTLED, &[&leave, &id]).await).await?;
        Ok(row.is_some())
    }

    /// Nothing was to be done any more.
    async fn note(&self, cx: &Cx, visit: &VisitRow, outcome: LeaveOutcome) -> Result<()> {
        let (now, visit) = (cx.now(), visit.clone());
        self.db.write(async move |tx| record(tx, &visit, outcome, Came::default(), now).await).await
    }

    /// The same time with the other doctor.
    async fn substitute(&self, cx: &Cx, leave: &LeaveRow, visit: &VisitRow, row: &Row) -> Result<()> {
        let offer = Offer { doctor: visit.doctor.clone(), ..row.offer() };
        match self.move_to(cx, visit, row, &offer, row.starts_at, LeaveOutcome::Substituted).await {
            Err(error) => match impossible(&error) {
                Some(why) => self.propose(cx, leave, visit, row, Some(why)).await,
                None => Err(error),
            },
            done => done,
        }
    }

    /// The first time on that day which keeps the order and leaves room for those who come after.
    async fn move_later(&self, cx: &Cx, leave: &LeaveRow, visit: &VisitRow, row: &Row) -> Result<()> {
        let Some(day) = visit.day else { return self.propose(cx, leave, visit, row, None).await };
        let offer = row.offer();
        let mut why = "slot-taken".to_owned();
        let starts = match self.starts_in_order(cx, visit, row, &offer, day).await {
            Err(Error::Invalid(_)) => Vec::new(), // a day beyond every calendar
            found => found?,
        };
        for start in starts {
            match self.move_to(cx, visit, row, &offer, start, LeaveOutcome::Moved).await {
                Err(error) => match impossible(&error) {
                    Some(word) => why = word,
                    None => return Err(error),
                },
                done => return done,
            }
            if why == "day-limit" {
                break; // the whole day is no use to this patient
            }
        }
        self.propose(cx, leave, visit, row, Some(why)).await
    }

    /// Free starts of a day after the one given last, from the one that suits best: as near to the old clock time as leaves
    /// room for the visits that come after.
    async fn starts_in_order(
        &self,
        cx: &Cx,
        visit: &VisitRow,
        row: &Row,
        offer: &Offer,
        day: Date,
    ) -> Result<Vec<Timestamp>> {
        const STILL: &str = "select count(*) from leave_visit v join appointment a on a.id = v.appointment \
            where v.leave = $1 and v.day = $2 and v.way = 'later' and v.outcome is null and a.facility = $3 \
            and (v.from_start, v.appointment) > ($4, $5)";
        let now = cx.now();
        let Some(desk) = self.desk_if_any(offer, now).await? else { return Ok(Vec::new()) };
        let (mine, facility) = (visit.clone(), row.facility.clone());
        let (last, still) = self
            .db
            .read(async move |tx| {
                let last = given_last(tx, &mine, &facility).await?;
                let key = (mine.from_start, mine.appointment.to_string());
                let still: Option<(i64,)> = tx.one(STILL, &[&mine.leave, &mine.day, &facility, &key.0, &key.1]).await?;
                Ok((last, still.map_or(0, |(count,)| count)))
            })
            .await?;
        let (busy, _) = self.busy_of_days(&desk, day, 1).await?;
        let wish = free::wish(&offer.service, offer.mode, Audience::Staff, Purpose::Move);
        let days = availability::free_times(&desk.plan, &Ask { wish, from: day, days: 1 }, &busy, now).days;
        let starts = days.into_iter().flat_map(|day| day.slots).map(|slot| slot.starts_at);
        let starts: Vec<Timestamp> = starts.filter(|start| last.is_none_or(|last| last < *start)).collect();
        let clock = |at: Timestamp| desk.plan.zone.to_datetime(at).time();
        let wished = starts.iter().position(|start| clock(*start) >= clock(row.starts_at)).unwrap_or(starts.len());
        let room = starts.len().saturating_sub(1 + usize::try_from(still).unwrap_or(usize::MAX));
        let first = wished.min(room);
        Ok(starts[first..].iter().chain(starts[..first].iter().rev()).copied().take(LATER_TRIES).collect())
    }

    /// Moves it and writes the outcome, both or none.
    async fn move_to(
        &self,
        cx: &Cx,
        visit: &VisitRow,
        row: &Row,
        offer: &Offer,
        start: Timestamp,
        outcome: LeaveOutcome,
    ) -> Result<()> {
        let now = cx.now();
        let (desk, _) = self.desk_now(offer, now).await?;
        let verdict = Verdict::of(desk, offer, start, TERMS, now)?;
        let (cx, visit, row, watch) = (cx.clone(), visit.clone(), row.clone(), self.watch.clone());
        self.db
            .write(async move |tx| {
                let reason = visit.reason.clone();
                let wanted = Wanted { before: &row, side: Side::Staff, verdict: &verdict, reason, no_dearer: true };
                let moved = reschedule::carry_out(&cx, tx, wanted, &watch).await?;
                // Behind the owner's lock: another node may have given a later start meanwhile.
                if outcome == LeaveOutcome::Moved
                    && given_last(tx, &visit, &row.facility).await?.is_some_and(|last| moved.starts_at <= last)
                {
                    return Err(Error::Stale);
                }
                let came = Came {
                    to_start: Some(moved.starts_at),
                    to_doctor: moved.doctor.as_ref().filter(|doctor| Some(*doctor) != row.doctor.as_ref()),
                    ..Came::default()
                };
                record(tx, &visit, outcome, came, now).await
            })
            .await
    }

    async fn call_off(&self, cx: &Cx, leave: &LeaveRow, visit: &VisitRow, row: &Row) -> Result<()> {
        let (cx, leave, visit, mut row, watch) =
            (cx.clone(), leave.clone(), visit.clone(), row.clone(), self.watch.clone());
        self.db
            .write(async move |tx| {
                change::lock_for_release(tx, &row).await?;
                reschedule::still_as_read(tx, &row).await?;
                let cause = visit.reason.is_none().then_some("leave");
                let why = Why { reason: visit.reason.clone(), cause };
                let cancelled_by = Some(canceller(&cx, tx, &leave).await?);
                change::apply(&cx, tx, &mut row, &Applied { to: State::Cancelled, why, cancelled_by }).await?;
                change::say(&cx, tx, &row, Deed::Cancel).await?;
                change::free_time(tx, &row, &watch).await?;
                record(tx, &visit, LeaveOutcome::Cancelled, Came::default(), cx.now()).await
            })
            .await
    }

    /// Keeps some times for the patient to choose from, and tells them. Where none is free they may still choose any other
    /// time by themselves, or none.
    async fn propose(&self, cx: &Cx, leave: &LeaveRow, visit: &VisitRow, row: &Row, why: Option<String>) -> Result<()> {
        let now = cx.now();
        let answer_by = (now + KEPT).min(row.starts_at).max(now + KEPT_AT_LEAST);
        let verdicts = self.proposable(cx, leave, row, answer_by).await?;
        let (cx, visit, row, watch) = (cx.clone(), visit.clone(), row.clone(), self.watch.clone());
        self.db
            .write(async move |tx| {
                copies::lock_patient(tx, &row.patient, None).await?;
                match verdicts.first() {
                    Some(first) if !owner::touch(tx, &first.desk.owner, first.desk.plan_number).await? => {
                        return Err(Error::conflict(RULES_CHANGED));
                    }
                    _ => {}
                }
                reschedule::still_as_read(tx, &row).await?;
                let mut times = Vec::new();
                for verdict in &verdicts {
                    if keep(&cx, tx, &row, verdict, times.len(), answer_by).await? {
                        times.push(verdict.slot.starts_at);
                        let taken = change::slot_moved(&row, verdict.slot.starts_at, verdict.slot.ends_at, false);
                        let watch = watch.clone();
                        tx.after_commit(move || {
                            let _ = watch.send(taken); // nobody watches: fine
                        });
                    }
                }
                let came = Came { why: why.as_deref(), answer_by: Some(answer_by), ..Came::default() };
                record(tx, &visit, LeaveOutcome::Proposed, came, now).await?;
                tx.publish(&cx, &AppointmentProposed { visit: row.visit(), times, answer_by }).await?;
                let entry = AuditEntry::of(&cx, "scheduling", "appointment.propose", &row.id.to_string())
                    .about(&row.patient.to_string())
                    .at_facility(&row.facility.to_string());
                tx.publish(&cx, &entry).await
            })
            .await
    }

    /// Free times of the same doctor after the leave: the first of each of the next days, then what else there is.
    async fn proposable(&self, cx: &Cx, leave: &LeaveRow, row: &Row, after: Timestamp) -> Result<Vec<Verdict>> {
        let (now, offer) = (cx.now(), row.offer());
        let desk = match self.desk_now(&offer, now).await {
            Ok((desk, _)) => desk,
            Err(Error::NotFound(_)) => return Ok(Vec::new()),
            Err(other) => return Err(other),
        };
        let from = desk.local_date(leave.ends_at.max(after));
        let (busy, _) = self.busy_of_days(&desk, from, DAYS).await?;
        let wish = free::wish(&offer.service, offer.mode, Audience::Staff, Purpose::Move);
        let mut days = availability::free_times(&desk.plan, &Ask { wish, from, days: DAYS }, &busy, now).days;
        for day in &mut days {
            day.slots.retain(|slot| after < slot.starts_at);
        }
        let first: Vec<&Slot> = days.iter().filter_map(|day| day.slots.first()).take(PROPOSED).collect();
        let rest = days.iter().flat_map(|day| day.slots.iter().skip(1)).take(PROPOSED - first.len());
        let mut starts: Vec<Timestamp> = first.into_iter().chain(rest).map(|slot| slot.starts_at).collect();
        starts.sort_unstable();
        let verdicts = starts.into_iter().map(|start| Verdict::of(desk.clone(), &offer, start, TERMS, now));
        Ok(verdicts.filter_map(Result::ok).collect())
    }
}

/// Whoever decided: history and audit name them.
fn on_behalf(cx: &Cx, leave: &LeaveRow) -> Cx {
    match &leave.decided_by {
        Some(account) if !account.starts_with("system:") => {
            let actor = Actor::Account { id: account.as_str().into(), session: JOB.into() };
            Cx { actor, ..cx.clone() }
        }
        _ => cx.clone(),
    }
}

/// In whose name it is called off.
async fn canceller(cx: &Cx, tx: &mut Tx, leave: &LeaveRow) -> Result<CancelledBy> {
    let own = crate::access::own_doctor(cx, tx).await?.as_ref() == Some(&leave.doctor);
    Ok(if own { CancelledBy::Doctor } else { CancelledBy::Clinic })
}

/// The word of a refusal that trying again does not help; none for any other error.
fn impossible(error: &Error) -> Option<String> {
    match error {
        Error::Conflict(conflict) if conflict.kind != RULES_CHANGED => Some(conflict.kind.clone()),
        Error::NotFound(_) => Some("not-offered".to_owned()),
        _ => None,
    }
}

/// The latest start that this leave gave on that day at that place.
async fn given_last(tx: &mut Tx, visit: &VisitRow, facility: &FacilityId) -> Result<Option<Timestamp>> {
    const LAST: &str = "select max(v.to_start) from leave_visit v join appointment a on a.id = v.appointment \
        where v.leave = $1 and v.day = $2 and v.outcome = 'moved' and a.facility = $3";
    let row: Option<(Option<Timestamp>,)> = tx.one(LAST, &[&visit.leave, &visit.day, facility]).await?;
    Ok(row.and_then(|(last,)| last))
}

/// Writes what became of an appointment where nothing has yet; `Stale` where something has.
async fn record(tx: &mut Tx, visit: &VisitRow, outcome: LeaveOutcome, came: Came<'_>, now: Timestamp) -> Result<()> {
    const RECORD: &str = "update leave_visit set outcome = $3, why = $4, to_start = $5, to_doctor = $6, answer_by = $7, \
        settled_at = $8 where leave = $1 and appointment = $2 and outcome is null";
    let Came { why, to_start, to_doctor, answer_by } = came;
    let written = tx
        .exec(RECORD, &[&visit.leave, &visit.appointment, &outcome, &why, &to_start, &to_doctor, &answer_by, &now])
        .await?;
    if written == 1 { Ok(()) } else { Err(Error::Stale) }
}

/// Keeps one time for the patient, behind the owner's lock; answers whether it could be had.
async fn keep(cx: &Cx, tx: &mut Tx, row: &Row, verdict: &Verdict, k: usize, until: Timestamp) -> Result<bool> {
    let now = cx.now();
    let (slot, desk) = (&verdict.slot, &verdict.desk);
    let kept = Hold {
        id: cx.new_id(),
        offer: row.offer(),
        starts_at: slot.starts_at,
        ends_at: slot.ends_at,
        expires_at: until,
        zone: desk.facility.zone.clone(),
        price: Money::idr(row.price),
    };
    match verdict.take(tx, &kept.id.to_string(), Some(until), now).await {
        Ok(_) => {}
        Err(Error::Conflict(_)) => return Ok(false),
        Err(other) => return Err(other),
    }
    let written = hold::write(tx, &kept, &holder(&row.id), k as i64 + 1, &desk.owner, now).await?;
    if written { Ok(true) } else { Err(Error::Stale) }
}

/// Every appointment has its outcome: the leave is done, and says so once.
async fn finish(cx: &Cx, tx: &mut Tx, leave: &LeaveRow) -> Result<()> {
    const DONE: &str = "update leave set state = 'done', version = version + 1 where id = $1 and state = 'running' \
        and not exists (select 1 from leave_visit where leave = $1 and outcome is null)";
    const OUTCOMES: &str =
        "select outcome, count(*) from leave_visit where leave = $1 group by outcome order by outcome";
    if tx.exec(DONE, &[&leave.id]).await? == 0 {
        return Ok(());
    }
    let outcomes = tx.all(OUTCOMES, &[&leave.id]).await?;
    let LeaveRow { id, doctor, starts_at, ends_at, .. } = leave.clone();
    tx.publish(cx, &LeaveSettled { leave: id, doctor, starts_at, ends_at, outcomes }).await
}
