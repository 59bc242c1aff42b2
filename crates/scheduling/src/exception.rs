//! Departures from the weekly hours: leave and closures, hours instead of the week's, hours besides them (C1, R.V3).
//! Single slots are added as short `extra` hours and taken out as short absences.

use contracts::{
    directory::{DoctorId, FacilityId},
    scheduling::{Exception, ExceptionId, ExceptionKind, ScheduleId},
};
use jiff::Timestamp;
use platform::{Cx, Error, Result, db::Tx, error::Problems};

platform::row! {
    struct Row {
        id: ExceptionId,
        schedule: Option<ScheduleId>,
        doctor: Option<DoctorId>,
        facility: Option<FacilityId>,
        kind: ExceptionKind,
        starts_at: Timestamp,
        ends_at: Timestamp,
        slot_minutes: Option<i64>,
        capacity: Option<i64>,
        reason: Option<String>,
    }
}

impl From<Row> for Exception {
    fn from(row: Row) -> Self {
        let small = |number: Option<i64>| number.and_then(|n| u16::try_from(n).ok());
        Self {
            id: Some(row.id),
            schedule: row.schedule,
            doctor: row.doctor,
            facility: row.facility,
            kind: row.kind,
            starts_at: row.starts_at,
            ends_at: row.ends_at,
            slot_minutes: small(row.slot_minutes),
            capacity: small(row.capacity),
            reason: row.reason,
        }
    }
}

/// Exceptions of a facility, a doctor or one schedule that reach into a span; at most 2,000, earliest first.
pub async fn touching(
    tx: &mut Tx,
    facility: &FacilityId,
    doctor: Option<&DoctorId>,
    schedule: Option<&ScheduleId>,
    from: Timestamp,
    until: Option<Timestamp>,
) -> Result<Vec<Exception>> {
    const TOUCHING: &str = "select id, schedule, doctor, facility, kind, starts_at, ends_at, slot_minutes, capacity, reason \
        from exception where (facility = $1 or doctor = $2 or schedule = $3) and ends_at > $4 \
        and (cast($5 as text) is null or starts_at < $6) order by starts_at, id limit 2000";
    let bounded = until.map(|_| "yes");
    let last = until.unwrap_or(from);
    let rows: Vec<Row> = tx.all(TOUCHING, &[facility, &doctor, &schedule, &from, &bounded, &last]).await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// The exception of that id.
pub async fn one(tx: &mut Tx, id: &ExceptionId) -> Result<Exception> {
    const ONE: &str = "select id, schedule, doctor, facility, kind, starts_at, ends_at, slot_minutes, capacity, reason \
        from exception where id = $1";
    let row: Option<Row> = tx.one(ONE, &[id]).await?;
    row.map(Into::into).ok_or(Error::NotFound("exception"))
}

/// Keeps a new one.
pub async fn add(cx: &Cx, tx: &mut Tx, mut exception: Exception) -> Result<Exception> {
    const ADD: &str = "insert into exception (id, schedule, doctor, facility, kind, starts_at, ends_at, slot_minutes, \
        capacity, reason) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    let id: ExceptionId = cx.new_id();
    let slot = exception.slot_minutes.map(i64::from);
    let capacity = exception.capacity.map(i64::from);
    tx.exec(
        ADD,
        &[
            &id,
            &exception.schedule,
            &exception.doctor,
            &exception.facility,
            &exception.kind,
            &exception.starts_at,
            &exception.ends_at,
            &slot,
            &capacity,
            &exception.reason,
        ],
    )
    .await?;
    exception.id = Some(id);
    Ok(exception)
}

/// Takes one back.
pub async fn remove(tx: &mut Tx, id: &ExceptionId) -> Result<()> {
    tx.exec("delete from exception where id = $1", &[id]).await?;
    Ok(())
}

/// What every field must be, all told at once.
pub fn check(exception: &mut Exception) -> Result<()> {
    let mut problems = Problems::default();
    let targets = [exception.schedule.is_some(), exception.doctor.is_some(), exception.facility.is_some()];
    problems.check(targets.iter().filter(|given| **given).count() == 1, "schedule", "one-target");
    problems.check(exception.starts_at < exception.ends_at, "ends_at", "end-after-start");
    let length = exception.ends_at.duration_since(exception.starts_at);
    if exception.kind == ExceptionKind::Absent {
        problems.check(length.as_hours() <= 24 * 731, "ends_at", "too-long-absence");
    } else {
        problems.check(exception.facility.is_none(), "facility", "hours-need-schedule");
        problems.check(length.as_hours() <= 24, "ends_at", "too-long-session");
    }
    problems.range("slot_minutes", exception.slot_minutes.unwrap_or(5), 5, 720);
    problems.range("capacity", exception.capacity.unwrap_or(1), 1, 500);
    exception.reason = problems.optional_text("reason", exception.reason.as_deref(), 200);
    problems.done()
}
