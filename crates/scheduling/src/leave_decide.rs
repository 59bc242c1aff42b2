//! Deciding what becomes of the appointments in a leave: one choice for each of them, checked, sealed and written down
//! for `leave_settle` to do.

use contracts::{
    directory::{DoctorId, FacilityId, ServiceId},
    people::PatientId,
    scheduling::{AppointmentId, Leave, LeaveChoice, LeaveDecision, LeaveId, LeaveState, LeaveWay},
};
use platform::{Cx, Result, db::Tx, error::Problems, jobs::Job};

use crate::{
    SchedulingContext,
    appointment::{Row, columns},
    copies, free,
    leave::{LeaveRow, MOST_VISITS, audit, editable, turn},
    leave_settle,
};

/// Longest reason told to a patient.
const REASON_LENGTH: usize = 300;

/// A choice with its reason sealed.
struct Sealed {
    choice: LeaveChoice,
    reason: Option<Vec<u8>>,
}

impl SchedulingContext {
    pub(crate) async fn keep_decision(&self, cx: &Cx, id: &LeaveId, version: i64, ask: LeaveDecision) -> Result<Leave> {
        let (by, leave) = (cx.clone(), id.clone());
        // Whoever may not decide is told so before their choices are looked at.
        self.db.read(async move |tx| editable(&by, tx, &leave).await.map(drop)).await?;
        let choices = self.sealed(cx, id, checked_choices(ask)?).await?;
        let (by, leave) = (cx.clone(), id.clone());
        self.db.write(async move |tx| decide(&by, tx, &leave, version, &choices).await).await?;
        self.show_leave(cx, id).await
    }

    /// Reasons sealed with each patient's key, outside the transaction that writes them.
    async fn sealed(&self, cx: &Cx, leave: &LeaveId, choices: Vec<LeaveChoice>) -> Result<Vec<Sealed>> {
        const PATIENTS: &str = "select a.id, a.patient from leave_visit v join appointment a on a.id = v.appointment \
            where v.leave = $1 order by a.id";
        let id = leave.clone();
        let patients: Vec<(AppointmentId, PatientId)> =
            self.db.read(async move |tx| tx.all(PATIENTS, &[&id]).await).await?;
        let mut sealed = Vec::with_capacity(choices.len());
        for choice in choices {
            let patient = patients.binary_search_by(|(id, _)| id.cmp(&choice.appointment));
            let reason = match patient {
                Ok(at) => {
                    let (id, patient) = &patients[at];
                    self.complaints.seal_reason(cx, patient, id, choice.reason.as_deref()).await?
                }
                Err(_) => None,
            };
            sealed.push(Sealed { choice, reason });
        }
        Ok(sealed)
    }
}

/// What every choice must be, all told at once.
fn checked_choices(ask: LeaveDecision) -> Result<Vec<LeaveChoice>> {
    let mut problems = Problems::default();
    problems.at_most("choices", ask.choices.len(), MOST_VISITS);
    let mut choices = ask.choices;
    for (n, choice) in choices.iter_mut().enumerate() {
        let field = |name: &str| format!("choices.{n}.{name}");
        choice.reason = problems.optional_text(&field("reason"), choice.reason.as_deref(), REASON_LENGTH);
        match choice.way {
            LeaveWay::Substitute => problems.check(choice.doctor.is_some(), &field("doctor"), "required"),
            LeaveWay::Later => match choice.day {
                Some(day) => problems.range(&field("day"), day, free::FIRST_DATE, free::LAST_DATE),
                None => problems.check(false, &field("day"), "required"),
            },
            LeaveWay::Cancel => problems.check(choice.reason.is_some(), &field("reason"), "required"),
            LeaveWay::Propose => {}
        }
    }
    problems.done()?;
    Ok(choices)
}

async fn decide(cx: &Cx, tx: &mut Tx, id: &LeaveId, version: i64, choices: &[Sealed]) -> Result<()> {
    const CHOOSE: &str = "update leave_visit set way = $3, doctor = $4, day = $5, reason = $6 \
        where leave = $1 and appointment = $2 and outcome is null";
    /// Whoever is still there at the old time and has no choice.
    const LEFT: &str = "select count(*) from leave_visit v join appointment a on a.id = v.appointment \
        where v.leave = $1 and v.way is null and v.outcome is null and a.starts_at = v.from_start \
        and a.state in ('pending', 'awaiting_payment', 'booked')";
    let row = editable(cx, tx, id).await?;
    turn(tx, &row, version, LeaveState::Running, Some(&cx.actor_text())).await?;
    let mut problems = Problems::default();
    for (n, Sealed { choice, reason }) in choices.iter().enumerate() {
        let LeaveChoice { appointment, way, doctor, day, .. } = choice;
        if let Some(doctor) = doctor.as_ref().filter(|_| *way == LeaveWay::Substitute) {
            let able = can_stand_in(tx, &row, appointment, doctor).await?;
            problems.check(able, &format!("choices.{n}.doctor"), "unknown");
        }
        let known = tx.exec(CHOOSE, &[id, appointment, way, doctor, day, reason]).await? == 1;
        problems.check(known, &format!("choices.{n}.appointment"), "unknown");
    }
    let left: Option<(i64,)> = tx.one(LEFT, &[id]).await?;
    problems.check(left.is_none_or(|(count,)| count == 0), "choices", "every-visit");
    problems.done()?;
    tx.enqueue(cx, Job::new(leave_settle::JOB, id)?.key(id.to_string())).await?;
    audit(cx, tx, &row.id, row.facility.as_ref(), "leave.decide").await
}

/// Whether another doctor of the same speciality offers just that at the same place.
async fn can_stand_in(tx: &mut Tx, leave: &LeaveRow, visit: &AppointmentId, doctor: &DoctorId) -> Result<bool> {
    const BOOKED: &str = concat!(
        "select ",
        columns!(),
        " from leave_visit v join appointment a on a.id = v.appointment where v.leave = $1 and a.id = $2"
    );
    let visit: Option<Row> = tx.one(BOOKED, &[&leave.id, visit]).await?;
    let (Some(visit), Some(absent), Some(other)) =
        (visit, copies::doctor(tx, &leave.doctor).await?, copies::doctor(tx, doctor).await?)
    else {
        return Ok(false);
    };
    Ok(stands_in(&absent, &other, &visit.facility, &visit.service))
}

/// Whether one doctor may see another's patients for a service at a facility: another person, the same speciality, the
/// same service there.
pub(crate) fn stands_in(
    absent: &copies::Doctor,
    other: &copies::Doctor,
    facility: &FacilityId,
    service: &ServiceId,
) -> bool {
    let offers = |doctor: &copies::Doctor| {
        doctor
            .practice_at(facility)
            .is_some_and(|place| place.services.iter().any(|offered| offered.service == *service))
    };
    other.id != absent.id && other.speciality.id == absent.speciality.id && offers(other)
}
