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

/// Exceptions at a desk, its doctor and its facility that are not over at an instant; at most 2,000, earliest first.
pub async fn of_desk(
    tx: &mut Tx,
    facility: &FacilityId,
    doctor: Option<&DoctorId>,
    schedule: Option<&ScheduleId>,
    from: Timestamp,
) -> Result<Vec<Exception>> {
    const OF_DESK: &str = "select id, schedule, doctor, facility, kind, starts_at, ends_at, slot_minutes, capacity, reason \
        from exception where (facility = $1 or doctor = $2 or schedule = $3) and ends_at > $4 \
        order by starts_at, id limit 2000";
    let rows: Vec<Row> = tx.all(OF_DESK, &[facility, &doctor, &schedule, &from]).await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Exceptions of a facility and its schedules, or of one doctor there, that reach into a span; at most 2,000, earliest
/// first.
pub async fn touching(
    tx: &mut Tx,
    facility: &FacilityId,
    doctor: Option<&DoctorId>,
    from: Timestamp,
    until: Timestamp,
) -> Result<Vec<Exception>> {
    const TOUCHING: &str = "select id, schedule, doctor, facility, kind, starts_at, ends_at, slot_minutes, capacity, reason \
        from exception where (facility = $1 or doctor = $2 or schedule in (select s.id from schedule s \
        where s.facility = $1 and (cast($2 as text) is null or s.doctor = $2))) \
        and ends_at > $3 and starts_at < $4 order by starts_at, id limit 2000";
    let rows: Vec<Row> = tx.all(TOUCHING, &[facility, &doctor, &from, &until]).await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// The exception of that id.
pub async fn one(tx: &mut Tx, id: &ExceptionId) -> Result<Exception> {
    const ONE: &str = "select id, schedule, doctor, facility, kind, starts_at, ends_at, slot_minutes, capacity, reason \
        from exception where id = $1";
    let row: Option<Row> = tx.one(ONE, &[id]).await?;
    row.map(Into::into).ok_or(Error::NotFound("exception"))
}

/// The same departure of a schedule where it was added by hand already: pressed twice it is one. Call it behind the
/// owner's lock.
pub async fn same(tx: &mut Tx, exception: &Exception) -> Result<Option<Exception>> {
    const SAME: &str = "select id, schedule, doctor, facility, kind, starts_at, ends_at, slot_minutes, capacity, reason \
        from exception x where schedule = $1 and kind = $2 and starts_at = $3 and ends_at = $4 \
        and not exists (select 1 from leave l where l.exception = x.id) order by id limit 20";
    let Exception { schedule: Some(schedule), kind, starts_at, ends_at, slot_minutes, capacity, .. } = exception else {
        return Ok(None);
    };
    let rows: Vec<Row> = tx.all(SAME, &[schedule, kind, starts_at, ends_at]).await?;
    let mut known = rows.into_iter().map(Exception::from);
    Ok(known.find(|known| known.slot_minutes == *slot_minutes && known.capacity == *capacity))
}

/// `Ok` where one may be taken back by hand: conflict `absence-from-outside` where a calendar kept elsewhere says it, and
/// `absence-of-leave` where a leave that is not over with stands on it.
pub async fn by_hand(tx: &mut Tx, id: &ExceptionId) -> Result<()> {
    const OUTSIDE: &str = "select 1 from outside_busy where exception = $1";
    const OF_LEAVE: &str = "select 1 from leave where exception = $1 and state in ('deciding', 'running') limit 1";
    if tx.one::<(i64,)>(OUTSIDE, &[id]).await?.is_some() {
        return Err(Error::conflict("absence-from-outside"));
    }
    if tx.one::<(i64,)>(OF_LEAVE, &[id]).await?.is_some() {
        return Err(Error::conflict("absence-of-leave"));
    }
    Ok(())
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
    problems.check(can_be_kept(exception.starts_at), "starts_at", "bad-time");
    problems.check(can_be_kept(exception.ends_at), "ends_at", "bad-time");
    let length = exception.ends_at.duration_since(exception.starts_at);
    if exception.kind == ExceptionKind::Absent {
        problems.check(length.as_hours() <= 24 * 731, "ends_at", "too-long-absence");
    } else {
        problems.check(exception.facility.is_none(), "facility", "hours-need-schedule");
        problems.check(length.as_hours() <= 24, "ends_at", "too-long-session");
        problems.check(full_minute(exception.starts_at), "starts_at", "full-minutes");
        problems.check(full_minute(exception.ends_at), "ends_at", "full-minutes");
    }
    problems.range("slot_minutes", exception.slot_minutes.unwrap_or(5), 5, 720);
    problems.range("capacity", exception.capacity.unwrap_or(1), 1, 500);
    exception.reason = problems.optional_text("reason", exception.reason.as_deref(), 200);
    problems.done()
}

/// Whether both engines can keep an instant: the years 1900 to 2200.
pub fn can_be_kept(at: Timestamp) -> bool {
    (-2_208_988_800..7_289_654_400).contains(&at.as_second())
}

fn full_minute(at: Timestamp) -> bool {
    at.as_second() % 60 == 0 && at.subsec_nanosecond() == 0
}
