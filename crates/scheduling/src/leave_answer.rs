//! What patients answer to the times proposed to them: one of them, or none; and what becomes of it when they say nothing.

use contracts::{
    Permission,
    scheduling::{
        AnswerProposal, Appointment, AppointmentId, CancelledBy, Deed, LeaveId, Proposal, ProposalAnswer, State,
    },
};
use jiff::Timestamp;
use platform::{Cx, Error, Result, db::Tx};

use crate::{
    SchedulingContext, access,
    access::Side,
    appointment::{self, Row},
    booking::RULES_CHANGED,
    change::{self, Applied, Why},
    copies,
    desk::DeskKey,
    leave::holder,
    leave_settle::TERMS,
    reschedule::{self, Wanted},
    verdict::Verdict,
};

/// How often an answer is judged anew when the rules change under it.
const TRIES: usize = 4;
/// Proposals read at a time.
const AT_ONCE: i64 = 200;

/// A proposal as it stands.
struct Standing {
    row: Row,
    side: Side,
    leave: LeaveId,
    answer_by: Timestamp,
    times: Vec<Timestamp>,
}

impl SchedulingContext {
    pub(crate) async fn show_proposal(&self, cx: &Cx, id: &AppointmentId) -> Result<Proposal> {
        let (by, id) = (cx.clone(), id.clone());
        let (shown, times, answer_by) = self
            .db
            .read(async move |tx| {
                let Standing { row, side, times, answer_by, .. } = standing(&by, tx, &id).await?;
                Ok((appointment::show(&by, tx, row, side).await?, times, answer_by))
            })
            .await?;
        Ok(Proposal { appointment: self.complaints.unseal(shown).await?, times, answer_by })
    }

    pub(crate) async fn keep_answer(
        &self,
        cx: &Cx,
        id: &AppointmentId,
        version: i64,
        ask: AnswerProposal,
    ) -> Result<Appointment> {
        for _ in 0..TRIES {
            let (by, wanted) = (cx.clone(), id.clone());
            let found = match self.db.read(async move |tx| standing(&by, tx, &wanted).await).await {
                Err(Error::NotFound("proposal")) => return Err(Error::conflict("proposal-over")),
                found => found?,
            };
            if found.row.version != version {
                return Err(Error::Stale);
            }
            let offer = found.row.offer();
            let answered = match ask.at {
                Some(at) if !found.times.contains(&at) => Err(Error::conflict("slot-taken")),
                Some(at) => self.accept(cx, found, at).await,
                None => self.decline(cx, found).await,
            };
            match answered {
                Ok(shown) => return self.complaints.unseal(shown).await,
                Err(error) if error.is_conflict(RULES_CHANGED) => self.desks.invalidate(&DeskKey::of(&offer)),
                Err(error) => return Err(error),
            }
        }
        Err(Error::Unavailable("busy"))
    }

    async fn accept(&self, cx: &Cx, found: Standing, at: Timestamp) -> Result<appointment::Shown> {
        let now = cx.now();
        let offer = found.row.offer();
        let (desk, _) = self.desk_now(&offer, now).await?;
        let verdict = Verdict::of(desk, &offer, at, TERMS, now)?;
        let (cx, watch) = (cx.clone(), self.watch.clone());
        self.db
            .write(async move |tx| {
                let Standing { row, side, leave, .. } = found;
                copies::lock_patient(tx, &row.patient, None).await?;
                answer(tx, &leave, &row.id, ProposalAnswer::Accepted, Some(at), now).await?;
                // Its holds go with its old time, behind the owner's lock: nobody comes between.
                let wanted =
                    Wanted { before: &row, side: Side::Staff, verdict: &verdict, reason: None, no_dearer: true };
                let row = reschedule::carry_out(&cx, tx, wanted, &watch).await?;
                appointment::show(&cx, tx, row, side).await
            })
            .await
    }

    async fn decline(&self, cx: &Cx, found: Standing) -> Result<appointment::Shown> {
        let (cx, watch) = (cx.clone(), self.watch.clone());
        self.db
            .write(async move |tx| {
                let Standing { mut row, side, leave, .. } = found;
                let now = cx.now();
                change::lock_for_release(tx, &row).await?;
                answer(tx, &leave, &row.id, ProposalAnswer::Declined, None, now).await?;
                // The clinic could not keep the time: what it costs is not the patient's.
                call_off(&cx, tx, &mut row, "leave-declined", CancelledBy::Clinic).await?;
                change::free_time(tx, &row, &watch).await?;
                appointment::show(&cx, tx, row, side).await
            })
            .await
    }

    /// Proposals that nobody answered lapse, each by itself. One that fails stands in nobody's way; the first failure is
    /// told when all have had their turn.
    pub(crate) async fn lapse_proposals(&self, cx: &Cx) -> Result<()> {
        const DUE: &str = "select leave, appointment, answer_by from leave_visit \
            where outcome = 'proposed' and answer is null and answer_by <= $1 and (answer_by, appointment) > ($2, $3) \
            order by answer_by, appointment limit $4";
        let now = cx.now();
        let mut failed = Ok(());
        let (mut at, mut after) = (Timestamp::constant(0, 0), String::new());
        loop {
            let key = after.clone();
            let due: Vec<(LeaveId, AppointmentId, Timestamp)> =
                self.db.read(async move |tx| tx.all(DUE, &[&now, &at, &key, &AT_ONCE]).await).await?;
            let Some((_, last, answer_by)) = due.last() else { return failed };
            (at, after) = (*answer_by, last.to_string());
            for (leave, id, _) in &due {
                failed = failed.and(match self.lapse_proposal(cx, leave, id).await {
                    Err(Error::Stale) => Ok(()), // answered at the last moment
                    Err(error) if error.is_conflict("proposal-over") => Ok(()),
                    lapsed => lapsed,
                });
            }
        }
    }

    async fn lapse_proposal(&self, cx: &Cx, leave: &LeaveId, id: &AppointmentId) -> Result<()> {
        let (cx, leave, id, watch) = (cx.clone(), leave.clone(), id.clone(), self.watch.clone());
        self.db
            .write(async move |tx| {
                let mut row = appointment::by_id(tx, &id).await?;
                change::lock_for_release(tx, &row).await?;
                reschedule::still_as_read(tx, &row).await?;
                if appointment::after(row.state, Deed::Cancel).is_none() {
                    // It took place after all, or is over.
                    return end(tx, &leave, &id, ProposalAnswer::Elsewhere).await;
                }
                end(tx, &leave, &id, ProposalAnswer::Lapsed).await?;
                call_off(&cx, tx, &mut row, "leave-unanswered", CancelledBy::System).await?;
                change::free_time(tx, &row, &watch).await
            })
            .await
    }
}

async fn call_off(cx: &Cx, tx: &mut Tx, row: &mut Row, cause: &'static str, by: CancelledBy) -> Result<()> {
    let why = Why { reason: None, cause: Some(cause) };
    change::apply(cx, tx, row, &Applied { to: State::Cancelled, why, cancelled_by: Some(by) }).await?;
    change::say(cx, tx, row, Deed::Cancel).await
}

/// The proposal for an appointment, to the patient's side and to staff who manage for them; 404 for others, and where there
/// is none.
async fn standing(cx: &Cx, tx: &mut Tx, id: &AppointmentId) -> Result<Standing> {
    const OPEN: &str = "select leave, answer_by from leave_visit where appointment = $1 and outcome = 'proposed' \
        and answer is null and answer_by > $2";
    const TIMES: &str = "select starts_at from hold where holder = $1 and expires_at > $2 order by starts_at limit 20";
    let row = appointment::by_id(tx, id).await?;
    let side = access::side(cx, tx, &row).await?;
    match side {
        Side::Patient => cx.require(Permission::AppointmentOwn)?,
        Side::Staff => cx.require(Permission::AppointmentManage)?,
        Side::Doctor | Side::Onlooker => return Err(Error::Forbidden("appointment.manage")),
    }
    let now = cx.now();
    let open: Option<(LeaveId, Timestamp)> = tx.one(OPEN, &[id, &now]).await?;
    let (leave, answer_by) = open.ok_or(Error::NotFound("proposal"))?;
    let times: Vec<(Timestamp,)> = tx.all(TIMES, &[&holder(id), &now]).await?;
    Ok(Standing { row, side, leave, answer_by, times: times.into_iter().map(|(at,)| at).collect() })
}

/// Writes an answer where there is none and it is in time; conflict `proposal-over` otherwise.
async fn answer(
    tx: &mut Tx,
    leave: &LeaveId,
    id: &AppointmentId,
    answer: ProposalAnswer,
    to_start: Option<Timestamp>,
    now: Timestamp,
) -> Result<()> {
    const ANSWER: &str = "update leave_visit set answer = $3, to_start = $4 where leave = $1 and appointment = $2 \
        and outcome = 'proposed' and answer is null and answer_by > $5";
    let written = tx.exec(ANSWER, &[leave, id, &answer, &to_start, &now]).await?;
    if written == 1 { Ok(()) } else { Err(Error::conflict("proposal-over")) }
}

async fn end(tx: &mut Tx, leave: &LeaveId, id: &AppointmentId, answer: ProposalAnswer) -> Result<()> {
    const END: &str = "update leave_visit set answer = $3 where leave = $1 and appointment = $2 \
        and outcome = 'proposed' and answer is null";
    let written = tx.exec(END, &[leave, id, &answer]).await?;
    if written == 1 { Ok(()) } else { Err(Error::Stale) }
}
