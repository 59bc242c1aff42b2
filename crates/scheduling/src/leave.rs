//! A doctor's leave: entered, shown, decided about, taken back. From the moment it is entered it is an absence like any
//! other, so nothing new is booked into it; the appointments it touches are written down with it and each comes to exactly
//! one outcome (R.V4). What is decided about them is in `leave_decide`; it is done by `leave_settle`, and what patients
//! answer is in `leave_answer`.

use contracts::{
    Permission,
    audit::AuditEntry,
    directory::{DoctorId, FacilityId},
    scheduling::{
        AppointmentId, Exception, ExceptionId, ExceptionKind, Leave, LeaveForm, LeaveId, LeaveOutcome, LeaveState,
        LeaveSummary, LeaveVisit, LeaveWay, ProposalAnswer, ScheduleId,
    },
};
use jiff::{SignedDuration, Timestamp, civil::Date};
use platform::{
    Cx, Error, Result,
    db::{Step, Tx},
    error::Problems,
};

use crate::{
    SchedulingContext, access,
    access::Side,
    appointment::{self, Row, columns},
    around::Around,
    copies, exception, owner,
};

/// Appointments that one leave may touch; a longer one is entered in parts.
pub(crate) const MOST_VISITS: usize = 2_000;

platform::row! {
    /// A leave as it is kept.
    #[derive(Debug, Clone)]
    pub(crate) struct LeaveRow {
        pub id: LeaveId,
        pub doctor: DoctorId,
        pub facility: Option<FacilityId>,
        pub starts_at: Timestamp,
        pub ends_at: Timestamp,
        pub zone: String,
        pub exception: ExceptionId,
        pub state: LeaveState,
        pub decided_by: Option<String>,
        pub entered_at: Timestamp,
        pub version: i64,
    }
}

/// The columns of [`LeaveRow`], in order.
macro_rules! leave_columns {
    () => {
        "id, doctor, facility, starts_at, ends_at, zone, exception, state, decided_by, entered_at, version"
    };
}
pub(crate) use leave_columns;

platform::row! {
    /// An appointment in a leave as it is kept.
    #[derive(Debug, Clone)]
    pub(crate) struct VisitRow {
        pub leave: LeaveId,
        pub appointment: AppointmentId,
        pub from_start: Timestamp,
        pub way: Option<LeaveWay>,
        pub doctor: Option<DoctorId>,
        pub day: Option<Date>,
        pub reason: Option<Vec<u8>>,
        pub outcome: Option<LeaveOutcome>,
        pub why: Option<String>,
        pub to_start: Option<Timestamp>,
        pub to_doctor: Option<DoctorId>,
        pub answer_by: Option<Timestamp>,
        pub answer: Option<ProposalAnswer>,
    }
}

/// The columns of [`VisitRow`], in order.
macro_rules! visit_columns {
    () => {
        "v.leave, v.appointment, v.from_start, v.way, v.doctor, v.day, v.reason, v.outcome, v.why, v.to_start, \
         v.to_doctor, v.answer_by, v.answer"
    };
}
pub(crate) use visit_columns;

impl SchedulingContext {
    pub(crate) async fn keep_leave(&self, cx: &Cx, form: LeaveForm) -> Result<Leave> {
        let (form, absence) = checked(form, cx.now())?;
        let by = cx.clone();
        let id = self.db.write(async move |tx| enter(&by, tx, &form, absence).await).await?;
        self.show_leave(cx, &id).await
    }

    pub(crate) async fn show_leave(&self, cx: &Cx, id: &LeaveId) -> Result<Leave> {
        let (by, id) = (cx.clone(), id.clone());
        let mut leave = self.db.read(async move |tx| read(&by, tx, &id).await).await?;
        if leave.state == LeaveState::Deciding {
            leave.groups = self.choices_for(cx, &leave).await?;
        }
        Ok(leave)
    }

    pub(crate) async fn list_leaves(&self, cx: &Cx, doctor: &DoctorId) -> Result<Vec<LeaveSummary>> {
        const LIST: &str = concat!(
            "select ",
            leave_columns!(),
            " from leave where doctor = $1 and ends_at > $2 order by ends_at desc, id desc limit 100"
        );
        const COUNTS: &str = "select count(*), count(*) - count(outcome) from leave_visit where leave = $1";
        let (cx, doctor) = (cx.clone(), doctor.clone());
        self.db
            .read(async move |tx| {
                let month_ago = cx.now() - SignedDuration::from_hours(24 * 31);
                let rows: Vec<LeaveRow> = tx.all(LIST, &[&doctor, &month_ago]).await?;
                let mut list = Vec::new();
                for row in rows {
                    match may_see(&cx, tx, &row).await {
                        Ok(()) => {}
                        Err(Error::NotFound(_)) => continue,
                        Err(other) => return Err(other),
                    }
                    let (visits, open) = tx.one::<(i64, i64)>(COUNTS, &[&row.id]).await?.unwrap_or_default();
                    let LeaveRow { id, facility, starts_at, ends_at, zone, state, .. } = row;
                    list.push(LeaveSummary { id, facility, starts_at, ends_at, zone, state, visits, open });
                }
                if list.is_empty() {
                    may_see_some(&cx, tx, &doctor).await?;
                }
                Ok(list)
            })
            .await
    }

    pub(crate) async fn take_leave_back(&self, cx: &Cx, id: &LeaveId, version: i64) -> Result<Leave> {
        const KEPT: &str =
            "update leave_visit set outcome = 'kept', settled_at = $2 where leave = $1 and outcome is null";
        let (by, leave) = (cx.clone(), id.clone());
        self.db
            .write(async move |tx| {
                let row = editable(&by, tx, &leave).await?;
                owner::replan(tx, &row.doctor.to_string()).await?;
                turn(tx, &row, version, LeaveState::Withdrawn, None).await?;
                exception::remove(tx, &row.exception).await?;
                tx.exec(KEPT, &[&leave, &by.now()]).await?;
                audit(&by, tx, &row.id, row.facility.as_ref(), "leave.withdraw").await
            })
            .await?;
        self.show_leave(cx, id).await
    }
}

/// What every field must be, and the absence that the leave is.
fn checked(form: LeaveForm, now: Timestamp) -> Result<(LeaveForm, Exception)> {
    let mut absence = Exception {
        id: None,
        schedule: None,
        doctor: Some(form.doctor.clone()),
        facility: None,
        kind: ExceptionKind::Absent,
        starts_at: form.starts_at,
        ends_at: form.ends_at,
        slot_minutes: None,
        capacity: None,
        reason: form.reason.clone(),
    };
    exception::check(&mut absence)?;
    let mut problems = Problems::default();
    problems.check(now < form.ends_at, "ends_at", "over-already");
    problems.done()?;
    Ok((form, absence))
}

/// The absence and the appointments it touches, behind the owner's lock: what is booked at the same moment is either
/// among them or refused.
async fn enter(cx: &Cx, tx: &mut Tx, form: &LeaveForm, mut absence: Exception) -> Result<LeaveId> {
    const OPEN: &str = "select id from leave where doctor = $1 and state in ('deciding', 'running') and starts_at < $3 \
        and ends_at > $2 limit 1";
    const ENTER: &str = "insert into leave (id, doctor, facility, starts_at, ends_at, zone, exception, state, entered_by, \
        entered_at, version) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1)";
    const TOUCHES: &str = "insert into leave_visit (leave, appointment, from_start) values ($1, $2, $3)";
    may_edit(cx, tx, &form.doctor, form.facility.as_ref()).await?;
    let doctor = copies::doctor(tx, &form.doctor).await?.ok_or(Error::NotFound("doctor"))?;
    if let Some(facility) = &form.facility {
        absence.schedule = Some(schedule_at(tx, facility, &form.doctor).await?);
        absence.doctor = None;
    }
    let place = form.facility.clone().or_else(|| doctor.practices.first().map(|p| p.facility.clone()));
    let zone = match place {
        Some(place) => copies::facility(tx, &place).await?.map(|facility| facility.zone),
        None => None,
    };
    owner::replan(tx, &form.doctor.to_string()).await?;
    if let Some(same) = entered_before(tx, form).await? {
        return Ok(same);
    }
    if tx.one::<(LeaveId,)>(OPEN, &[&form.doctor, &form.starts_at, &form.ends_at]).await?.is_some() {
        return Err(Error::conflict("leave-open"));
    }
    let kept = exception::add(cx, tx, absence).await?;
    let visits = touched(cx, tx, form).await?;
    if visits.len() > MOST_VISITS {
        return Err(Error::invalid("ends_at", "leave-too-long"));
    }
    let id: LeaveId = cx.new_id();
    let state = if visits.is_empty() { LeaveState::Done } else { LeaveState::Deciding };
    let zone = zone.unwrap_or_else(|| "Asia/Jakarta".to_owned());
    let now = cx.now();
    tx.exec(
        ENTER,
        &[
            &id,
            &form.doctor,
            &form.facility,
            &form.starts_at,
            &form.ends_at,
            &zone,
            &kept.id,
            &state,
            &cx.actor_text(),
            &now,
        ],
    )
    .await?;
    for visit in &visits {
        tx.exec(TOUCHES, &[&id, &visit.id, &visit.starts_at]).await?;
    }
    audit(cx, tx, &id, form.facility.as_ref(), "leave.enter").await?;
    Ok(id)
}

/// The leave that the same form entered already: pressed twice it is one. A leave whose absence was taken back since is no
/// such leave.
async fn entered_before(tx: &mut Tx, form: &LeaveForm) -> Result<Option<LeaveId>> {
    const SAME: &str = "select l.id from leave l where l.doctor = $1 and l.starts_at = $2 and l.ends_at = $3 \
        and coalesce(l.facility, '') = coalesce(cast($4 as text), '') and l.state <> 'withdrawn' \
        and exists (select 1 from exception x where x.id = l.exception) limit 1";
    let same: Option<(LeaveId,)> =
        tx.one(SAME, &[&form.doctor, &form.starts_at, &form.ends_at, &form.facility]).await?;
    Ok(same.map(|(id,)| id))
}

async fn schedule_at(tx: &mut Tx, facility: &FacilityId, doctor: &DoctorId) -> Result<ScheduleId> {
    const AT: &str = "select id from schedule where facility = $1 and doctor = $2";
    let row: Option<(ScheduleId,)> = tx.one(AT, &[facility, doctor]).await?;
    row.map(|(id,)| id).ok_or_else(|| Error::invalid("facility", "unknown"))
}

/// Coming visits whose time, buffers included, reaches into the leave, and for which no other leave's proposal is open.
async fn touched(cx: &Cx, tx: &mut Tx, form: &LeaveForm) -> Result<Vec<Row>> {
    const TOUCHED: &str = concat!(
        "select ",
        columns!(),
        " from resource_claim c join appointment a on a.id = c.appointment \
         where c.owner = $1 and c.starts_at > $2 and c.starts_at < $3 and c.ends_at > $4 \
         and a.state in ('pending', 'awaiting_payment', 'booked') and (cast($5 as text) is null or a.facility = $5) \
         and not exists (select 1 from leave_visit v where v.appointment = a.id and v.outcome = 'proposed' \
         and v.answer is null) order by a.starts_at, a.id limit $6"
    );
    let from = form.starts_at.max(cx.now());
    let reach = from - SignedDuration::from_hours(48);
    let limit = MOST_VISITS as i64 + 1;
    tx.all(TOUCHED, &[&form.doctor, &reach, &form.ends_at, &from, &form.facility, &limit]).await
}

/// Whether the asker may enter and decide: the doctor their own; staff who plan and manage at that facility, or at every
/// place where the doctor practises. Else 403 or 404.
async fn may_edit(cx: &Cx, tx: &mut Tx, doctor: &DoctorId, facility: Option<&FacilityId>) -> Result<()> {
    if is_own(cx, tx, doctor).await? {
        return cx.require(Permission::AppointmentDecideOwn);
    }
    cx.require(Permission::ScheduleManage)?;
    let known = copies::doctor(tx, doctor).await?.ok_or(Error::NotFound("doctor"))?;
    let serves_all = match facility {
        Some(facility) => cx.serves(&facility.to_string()) && known.practice_at(facility).is_some(),
        None => {
            !known.practices.is_empty() && known.practices.iter().all(|place| cx.serves(&place.facility.to_string()))
        }
    };
    if serves_all { cx.require(Permission::AppointmentManage) } else { Err(Error::NotFound("leave")) }
}

/// Whether the asker is that doctor.
async fn is_own(cx: &Cx, tx: &mut Tx, doctor: &DoctorId) -> Result<bool> {
    Ok(cx.may(Permission::ScheduleOwn) && access::own_doctor(cx, tx).await?.as_ref() == Some(doctor))
}

/// Whether a leave with its appointments is the asker's to see: besides what [`may_edit`] asks, staff serve every place of
/// those appointments, also where the doctor practises no more. Else 403 or 404.
async fn may_see(cx: &Cx, tx: &mut Tx, row: &LeaveRow) -> Result<()> {
    const PLACES: &str = "select distinct a.facility from leave_visit v join appointment a on a.id = v.appointment \
        where v.leave = $1";
    may_edit(cx, tx, &row.doctor, row.facility.as_ref()).await?;
    let places: Vec<(FacilityId,)> = tx.all(PLACES, &[&row.id]).await?;
    let serves_all = places.iter().all(|(place,)| cx.serves(&place.to_string()));
    if serves_all || is_own(cx, tx, &row.doctor).await? { Ok(()) } else { Err(Error::NotFound("leave")) }
}

/// Whether the asker plans for the doctor anywhere at all.
async fn may_see_some(cx: &Cx, tx: &mut Tx, doctor: &DoctorId) -> Result<()> {
    let known = copies::doctor(tx, doctor).await?.ok_or(Error::NotFound("doctor"))?;
    let at = known.practices.iter().map(|place| place.facility.to_string()).find(|id| cx.serves(id));
    access::edits_schedule(cx, tx, at.as_deref(), Some(doctor)).await
}

/// A leave's row, if the asker may edit it.
pub(crate) async fn editable(cx: &Cx, tx: &mut Tx, id: &LeaveId) -> Result<LeaveRow> {
    const ONE: &str = concat!("select ", leave_columns!(), " from leave where id = $1");
    let row: LeaveRow = tx.one(ONE, &[id]).await?.ok_or(Error::NotFound("leave"))?;
    may_see(cx, tx, &row).await?;
    Ok(row)
}

async fn read(cx: &Cx, tx: &mut Tx, id: &LeaveId) -> Result<Leave> {
    const VISITS: &str = concat!(
        "select ",
        visit_columns!(),
        " from leave_visit v where v.leave = $1 order by v.from_start, v.appointment"
    );
    let row = editable(cx, tx, id).await?;
    let doctor_name = name_of(tx, &row.doctor).await?;
    let rows: Vec<VisitRow> = tx.all(VISITS, &[id]).await?;
    let (mut visits, mut around) = (Vec::with_capacity(rows.len()), Around::default());
    for visit in rows {
        let to_doctor_name = match &visit.to_doctor {
            Some(doctor) => Some(name_of(tx, doctor).await?),
            None => None,
        };
        let appointment = appointment::by_id(tx, &visit.appointment).await?;
        let appointment = appointment::show_among(cx, tx, appointment, Side::Staff, &mut around).await?.appointment;
        let VisitRow { from_start, way, outcome, why, to_start, answer_by, answer, .. } = visit;
        visits.push(LeaveVisit {
            appointment,
            from_start,
            way,
            outcome,
            why,
            to_start,
            to_doctor_name,
            answer_by,
            answer,
        });
    }
    let LeaveRow { id, doctor, facility, starts_at, ends_at, zone, state, entered_at, version, .. } = row;
    let groups = Vec::new();
    Ok(Leave {
        id,
        doctor,
        doctor_name,
        facility,
        starts_at,
        ends_at,
        zone,
        state,
        groups,
        visits,
        entered_at,
        version,
    })
}

async fn name_of(tx: &mut Tx, doctor: &DoctorId) -> Result<String> {
    let row: Option<(String,)> = tx.one("select name from doctor where id = $1", &[doctor]).await?;
    Ok(row.map(|(name,)| name).unwrap_or_default())
}

/// From deciding to another state, at that version. A leave that touches no appointment is done at once; it can be taken
/// back all the same.
pub(crate) async fn turn(tx: &mut Tx, row: &LeaveRow, version: i64, to: LeaveState, by: Option<&str>) -> Result<()> {
    const TOUCHES: &str = "select 1 from leave_visit where leave = $1 limit 1";
    const TURN: &str = "update leave set state = $2, decided_by = $4, version = version + 1 \
        where id = $1 and version = $3 and state = $5";
    let may_turn = match row.state {
        LeaveState::Deciding => true,
        LeaveState::Done if to == LeaveState::Withdrawn => tx.one::<(i64,)>(TOUCHES, &[&row.id]).await?.is_none(),
        _ => false,
    };
    if !may_turn {
        return Err(Error::conflict("leave-decided"));
    }
    let turned = tx.exec(TURN, &[&row.id, &to, &version, &by, &row.state]).await?;
    if turned == 0 { Err(Error::Stale) } else { Ok(()) }
}

/// Notes what was done with a leave in the audit trail.
pub(crate) async fn audit(
    cx: &Cx,
    tx: &mut Tx,
    leave: &LeaveId,
    facility: Option<&FacilityId>,
    action: &str,
) -> Result<()> {
    let entry = AuditEntry::of(cx, "scheduling", action, &leave.to_string());
    let entry = match facility {
        Some(facility) => entry.at_facility(&facility.to_string()),
        None => entry,
    };
    tx.publish(cx, &entry).await
}

/// Whose are the times kept for an appointment's patient.
pub(crate) fn holder(appointment: &AppointmentId) -> String {
    format!("leave:{appointment}")
}

/// The statements that let go of what is kept for the patient of an appointment, which has been moved or called off.
pub(crate) fn no_longer_proposed(appointment: &AppointmentId) -> [Step; 3] {
    const ANSWERED: &str = "update leave_visit set answer = 'elsewhere' \
        where appointment = $1 and outcome = 'proposed' and answer is null";
    const CLAIMS: &str = "delete from resource_claim where hold_until is not null \
        and appointment in (select id from hold where holder = $1)";
    const HOLDS: &str = "delete from hold where holder = $1";
    let holder = holder(appointment);
    [Step::new(ANSWERED, &[appointment]), Step::new(CLAIMS, &[&holder]), Step::new(HOLDS, &[&holder])]
}
