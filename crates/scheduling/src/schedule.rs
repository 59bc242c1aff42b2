//! Schedules: the weekly hours of a doctor at a facility, or of a facility's desk (C1). A schedule is one document with
//! a version; what a change leaves outside the hours stays booked and is answered with (R.V4, R.V5).

use contracts::{
    audit::AuditEntry,
    directory::{DoctorId, FacilityId, ServiceId, WeeklyHours},
    scheduling::{Affected, Exception, ExceptionId, ExceptionKind, Hours, Offer, Schedule, ScheduleForm, ScheduleId},
};
use jiff::{Timestamp, civil::Date};
use platform::{Cx, Error, Result, db::Tx, error::Problems};

use crate::{
    SchedulingContext, access,
    access::Side,
    appointment::{self, Row, columns},
    availability::{self, Audience, Purpose, Refusal, Request},
    copies,
    desk::{self, Desk, Draft, ScheduleBody},
    exception, free, owner,
};

/// Rows of hours in one schedule, and services of one desk.
const MOST_HOURS: usize = 60;
const MOST_SERVICES: usize = 50;
/// Affected appointments looked through, and shown.
const LOOKED_THROUGH: i64 = 5_000;
pub(crate) const SHOWN: usize = 100;

platform::row! {
    pub(crate) struct ScheduleRow {
        pub id: ScheduleId,
        facility: FacilityId,
        doctor: Option<DoctorId>,
        body: String,
        version: i64,
    }
}

impl ScheduleRow {
    /// Whose time it is.
    pub(crate) fn owner(&self) -> String {
        self.doctor.as_ref().map_or_else(|| self.id.to_string(), ToString::to_string)
    }
}

impl SchedulingContext {
    pub(crate) async fn list_schedules(
        &self,
        cx: &Cx,
        facility: Option<FacilityId>,
        doctor: Option<DoctorId>,
    ) -> Result<Vec<Schedule>> {
        const LIST: &str = "select id, facility, doctor, body, version from schedule \
            where (cast($1 as text) is null or facility = $1) and (cast($2 as text) is null or doctor = $2) \
            order by facility, id limit 500";
        let cx = cx.clone();
        self.db
            .read(async move |tx| {
                let of = facility.as_ref().map(ToString::to_string);
                access::edits_schedule(&cx, tx, of.as_deref(), doctor.as_ref()).await?;
                let rows: Vec<ScheduleRow> = tx.all(LIST, &[&facility, &doctor]).await?;
                let mut schedules = Vec::with_capacity(rows.len());
                for row in rows {
                    schedules.push(shown(tx, row).await?);
                }
                Ok(schedules)
            })
            .await
    }

    pub(crate) async fn replace_schedule(
        &self,
        cx: &Cx,
        version: Option<i64>,
        form: ScheduleForm,
    ) -> Result<(Schedule, Affected)> {
        check(&form)?;
        let by = cx.clone();
        let (schedule, owner) = self
            .db
            .write(async move |tx| {
                let cx = by;
                access::edits_schedule(&cx, tx, Some(&form.facility.to_string()), form.doctor.as_ref()).await?;
                check_place(tx, &form).await?;
                let row = match find(tx, &form).await? {
                    Some(row) => replace(tx, row, version, &form).await?,
                    None => add(&cx, tx, &form).await?,
                };
                let owner = row.owner();
                owner::replan(tx, &owner).await?;
                let audit = AuditEntry::of(&cx, "scheduling", "schedule.set", &row.id.to_string());
                tx.publish(&cx, &audit.at_facility(&row.facility.to_string())).await?;
                Ok((shown(tx, row).await?, owner))
            })
            .await?;
        // After the commit: no booking waits for it, and none that the old rules allowed is missed.
        let affected = self.affected(cx, vec![owner], None).await?;
        Ok((schedule, affected))
    }

    pub(crate) async fn list_exceptions(
        &self,
        cx: &Cx,
        facility: Option<FacilityId>,
        doctor: Option<DoctorId>,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<Exception>> {
        let cx = cx.clone();
        self.db
            .read(async move |tx| {
                let of = facility.as_ref().map(ToString::to_string);
                access::edits_schedule(&cx, tx, of.as_deref(), doctor.as_ref()).await?;
                let facility = facility.ok_or_else(|| Error::invalid("facility", "required"))?;
                let mut problems = Problems::default();
                problems.check(exception::can_be_kept(from), "from", "bad-time");
                problems.check(exception::can_be_kept(until), "until", "bad-time");
                problems.done()?;
                exception::touching(tx, &facility, doctor.as_ref(), from, until).await
            })
            .await
    }

    pub(crate) async fn put_exception(&self, cx: &Cx, mut exception: Exception) -> Result<(Exception, Affected)> {
        exception::check(&mut exception)?;
        let by = cx.clone();
        let (kept, owners) = self
            .db
            .write(async move |tx| {
                let cx = by;
                let owners = owners_touched(&cx, tx, &exception).await?;
                // The owners are locked first: of two who press at once the second finds what the first has kept.
                for owner in &owners {
                    owner::replan(tx, owner).await?;
                }
                if let Some(same) = exception::same(tx, &exception).await? {
                    return Ok((same, owners));
                }
                let kept = exception::add(&cx, tx, exception).await?;
                let id = kept.id.as_ref().map(ToString::to_string).unwrap_or_default();
                tx.publish(&cx, &AuditEntry::of(&cx, "scheduling", "exception.add", &id)).await?;
                Ok((kept, owners))
            })
            .await?;
        // Hours instead of the week's take the whole local day.
        let day = jiff::SignedDuration::from_hours(24);
        let affected = match kept.kind {
            ExceptionKind::Absent => self.affected(cx, owners, Some((kept.starts_at, kept.ends_at))).await?,
            ExceptionKind::Instead => {
                self.affected(cx, owners, Some((kept.starts_at - day, kept.ends_at + day))).await?
            }
            ExceptionKind::Extra => Affected { count: 0, appointments: Vec::new() },
        };
        Ok((kept, affected))
    }

    pub(crate) async fn take_exception_back(&self, cx: &Cx, id: &ExceptionId) -> Result<()> {
        let (cx, id) = (cx.clone(), id.clone());
        self.db
            .write(async move |tx| {
                let exception = exception::one(tx, &id).await?;
                // The owners are locked first: whether a leave stands on it does not change in between.
                for owner in owners_touched(&cx, tx, &exception).await? {
                    owner::replan(tx, &owner).await?;
                }
                exception::by_hand(tx, &id).await?;
                exception::remove(tx, &id).await?;
                tx.publish(&cx, &AuditEntry::of(&cx, "scheduling", "exception.remove", &id.to_string())).await
            })
            .await
    }
}

/// The hours that came in the form that added a doctor become their first schedule (B2); later forms change nothing.
pub async fn first_hours(
    cx: &Cx,
    tx: &mut Tx,
    doctor: &DoctorId,
    facility: &FacilityId,
    weekly: &[WeeklyHours],
) -> Result<()> {
    if weekly.is_empty() {
        return Ok(());
    }
    let hours = weekly.iter().map(|week| Hours {
        weekday: week.weekday,
        from: week.from,
        until: week.until,
        valid_from: Date::constant(2000, 1, 1),
        valid_until: None,
        slot_minutes: None,
        capacity: 1,
        modes: week.modes.clone(),
        services: Vec::new(),
    });
    let form = ScheduleForm {
        facility: facility.clone(),
        doctor: Some(doctor.clone()),
        services: Vec::new(),
        hours: hours.collect(),
        daily_cap: None,
    };
    if find(tx, &form).await?.is_none() {
        add(cx, tx, &form).await?;
    }
    Ok(())
}

/// Whose time an exception touches, if the asker may edit it; in one order, so that two of them do not deadlock.
async fn owners_touched(cx: &Cx, tx: &mut Tx, exception: &Exception) -> Result<Vec<String>> {
    const BY_ID: &str = "select id, facility, doctor, body, version from schedule where id = $1";
    const OF_FACILITY: &str = "select distinct coalesce(doctor, id) from schedule where facility = $1 order by 1";
    if let Some(id) = &exception.schedule {
        let row: ScheduleRow = tx.one(BY_ID, &[id]).await?.ok_or(Error::NotFound("schedule"))?;
        access::edits_schedule(cx, tx, Some(&row.facility.to_string()), row.doctor.as_ref()).await?;
        return Ok(vec![row.owner()]);
    }
    if let Some(doctor) = &exception.doctor {
        // A doctor's leave holds at all facilities: the doctor's own to give, or of staff who serve one of them.
        let known = copies::doctor(tx, doctor).await?.ok_or(Error::NotFound("doctor"))?;
        let at = known.practices.iter().map(|practice| practice.facility.to_string()).find(|id| cx.serves(id));
        access::edits_schedule(cx, tx, at.as_deref(), Some(doctor)).await?;
        return Ok(vec![doctor.to_string()]);
    }
    let facility = exception.facility.as_ref().ok_or_else(|| Error::invalid("schedule", "one-target"))?;
    access::edits_schedule(cx, tx, Some(&facility.to_string()), None).await?;
    let owners: Vec<(String,)> = tx.all(OF_FACILITY, &[facility]).await?;
    Ok(owners.into_iter().map(|(owner,)| owner).collect())
}

/// Whether the facility is known, the doctor practises there, and the desk's services are the facility's own: nobody
/// takes another's services to their desk.
pub(crate) async fn check_place(tx: &mut Tx, form: &ScheduleForm) -> Result<()> {
    let mut problems = Problems::default();
    problems.check(copies::facility(tx, &form.facility).await?.is_some(), "facility", "unknown");
    if let Some(doctor) = &form.doctor {
        let practises =
            copies::doctor(tx, doctor).await?.is_some_and(|known| known.practice_at(&form.facility).is_some());
        problems.check(practises, "doctor", "unknown");
    }
    let own = copies::services_of(tx, &form.facility).await?;
    for (n, service) in form.services.iter().enumerate() {
        problems.check(own.iter().any(|known| known.id == *service), &format!("services.{n}"), "unknown");
    }
    problems.done()
}

pub(crate) async fn find(tx: &mut Tx, form: &ScheduleForm) -> Result<Option<ScheduleRow>> {
    const OF_DOCTOR: &str =
        "select id, facility, doctor, body, version from schedule where facility = $1 and doctor = $2";
    const OF_DESK: &str = "select s.id, s.facility, s.doctor, s.body, s.version from schedule_service x \
        join schedule s on s.id = x.schedule where s.facility = $1 and x.service = $2";
    match (&form.doctor, form.services.first()) {
        (Some(doctor), _) => tx.one(OF_DOCTOR, &[&form.facility, doctor]).await,
        (None, Some(service)) => tx.one(OF_DESK, &[&form.facility, service]).await,
        (None, None) => Ok(None),
    }
}

async fn add(cx: &Cx, tx: &mut Tx, form: &ScheduleForm) -> Result<ScheduleRow> {
    const ADD: &str = "insert into schedule (id, facility, doctor, body, version) values ($1, $2, $3, $4, 1)";
    let row = ScheduleRow {
        id: cx.new_id(),
        facility: form.facility.clone(),
        doctor: form.doctor.clone(),
        body: body(form)?,
        version: 1,
    };
    tx.exec(ADD, &[&row.id, &row.facility, &row.doctor, &row.body]).await?;
    keep_services(tx, &row, form).await?;
    owner::replan(tx, &row.owner()).await?;
    Ok(row)
}

async fn replace(tx: &mut Tx, mut row: ScheduleRow, version: Option<i64>, form: &ScheduleForm) -> Result<ScheduleRow> {
    const REPLACE: &str = "update schedule set body = $1, version = version + 1 where id = $2 and version = $3";
    let version = version.ok_or(Error::PreconditionRequired)?;
    row.body = body(form)?;
    if tx.exec(REPLACE, &[&row.body, &row.id, &version]).await? == 0 {
        return Err(Error::Stale);
    }
    row.version = version + 1;
    keep_services(tx, &row, form).await?;
    Ok(row)
}

async fn keep_services(tx: &mut Tx, row: &ScheduleRow, form: &ScheduleForm) -> Result<()> {
    const KEEP: &str = "insert into schedule_service (service, schedule) values ($1, $2) on conflict do nothing";
    tx.exec("delete from schedule_service where schedule = $1", &[&row.id]).await?;
    if row.doctor.is_none() {
        for service in &form.services {
            if tx.exec(KEEP, &[service, &row.id]).await? == 0 {
                return Err(Error::conflict("service-has-desk"));
            }
        }
    }
    Ok(())
}

fn body(form: &ScheduleForm) -> Result<String> {
    copies::text(&ScheduleBody { hours: form.hours.clone(), daily_cap: form.daily_cap })
}

async fn shown(tx: &mut Tx, row: ScheduleRow) -> Result<Schedule> {
    let ScheduleBody { hours, daily_cap } = copies::parse(&row.body)?;
    let services: Vec<(ServiceId,)> =
        tx.all("select service from schedule_service where schedule = $1 order by service", &[&row.id]).await?;
    Ok(Schedule {
        id: row.id,
        facility: row.facility,
        doctor: row.doctor,
        services: services.into_iter().map(|(id,)| id).collect(),
        hours,
        daily_cap,
        version: row.version,
    })
}

impl SchedulingContext {
    /// Coming visits of some owners that the rules would no longer allow (R.V4): judged by the same rule as a booking,
    /// with what is taken, notice and horizon left out of account.
    async fn affected(&self, cx: &Cx, owners: Vec<String>, span: Option<(Timestamp, Timestamp)>) -> Result<Affected> {
        let mut all = Affected { count: 0, appointments: Vec::new() };
        for owner in owners {
            let (cx, room) = (cx.clone(), SHOWN - all.appointments.len());
            let part = self.db.read(async move |tx| affected_of(&cx, tx, &owner, span, room, None).await).await?;
            all.count += part.count;
            all.appointments.extend(part.appointments);
        }
        Ok(all)
    }
}

/// Coming visits of an owner that the rules, or at one facility a draft of them, would not allow; `room` of them shown.
pub(crate) async fn affected_of(
    cx: &Cx,
    tx: &mut Tx,
    owner: &str,
    span: Option<(Timestamp, Timestamp)>,
    room: usize,
    draft: Option<(&FacilityId, &Draft)>,
) -> Result<Affected> {
    const COMING: &str = concat!(
        "select ",
        columns!(),
        " from resource_claim c join appointment a on a.id = c.appointment \
         where c.owner = $1 and c.starts_at > $2 and c.starts_at < $3 and c.ends_at > $4 \
         and a.state in ('pending', 'awaiting_payment', 'booked') order by a.starts_at, a.id limit $5"
    );
    let now = cx.now();
    let ahead = now + jiff::SignedDuration::from_hours(24 * 800);
    let (from, until) = span.map_or((now, ahead), |(from, until)| (from.max(now), until));
    let reach = from - jiff::SignedDuration::from_hours(48);
    let rows: Vec<Row> = tx.all(COMING, &[&owner, &reach, &until, &from, &LOOKED_THROUGH]).await?;
    let mut affected = Affected { count: 0, appointments: Vec::new() };
    let mut desks: Vec<(Offer, Option<Desk>)> = Vec::new();
    let mut kept: Vec<(Offer, Option<Desk>)> = Vec::new();
    for row in rows {
        let offer = row.offer();
        if draft.is_some_and(|(facility, _)| *facility != offer.facility) {
            continue;
        }
        if !desks.iter().any(|(known, _)| *known == offer) {
            let drafted = draft.filter(|(facility, _)| **facility == offer.facility).map(|(_, draft)| draft);
            desks.push((offer.clone(), desk_of(tx, &offer, drafted, now).await?));
        }
        let desk = desks.iter().find(|(known, _)| *known == offer).and_then(|(_, desk)| desk.as_ref());
        // A desk that is gone keeps nobody.
        if desk.is_none_or(|desk| no_longer_fits(desk, &row, now)) {
            // A draft is not blamed for what lies outside already.
            if draft.is_some() && outside_already(tx, &mut kept, &row, now).await? {
                continue;
            }
            affected.count += 1;
            if affected.appointments.len() < room {
                affected.appointments.push(appointment::show(cx, tx, row, Side::Staff).await?.appointment);
            }
        }
    }
    Ok(affected)
}

/// Whether a visit lies outside the rules as they are.
async fn outside_already(
    tx: &mut Tx,
    kept: &mut Vec<(Offer, Option<Desk>)>,
    row: &Row,
    now: Timestamp,
) -> Result<bool> {
    let offer = row.offer();
    if !kept.iter().any(|(known, _)| *known == offer) {
        let desk = desk_of(tx, &offer, None, now).await?;
        kept.push((offer.clone(), desk));
    }
    let desk = kept.iter().find(|(known, _)| *known == offer).and_then(|(_, desk)| desk.as_ref());
    Ok(desk.is_none_or(|desk| no_longer_fits(desk, row, now)))
}

async fn desk_of(tx: &mut Tx, offer: &Offer, draft: Option<&Draft>, now: Timestamp) -> Result<Option<Desk>> {
    let desk = match draft {
        Some(draft) => desk::drafted(tx, offer, draft, now).await,
        None => desk::load(tx, offer, now).await,
    };
    match desk {
        Ok(desk) => Ok(Some(desk)),
        Err(Error::NotFound(_)) => Ok(None),
        Err(other) => Err(other),
    }
}

fn no_longer_fits(desk: &Desk, row: &Row, now: Timestamp) -> bool {
    let wish = free::wish(&row.service, row.mode, Audience::Staff, Purpose::Move);
    let mut plan = desk.plan.clone();
    plan.policy = availability::Policy::default();
    match availability::check(&plan, &Request { wish, starts_at: row.starts_at }, &[], now) {
        Ok(_) | Err(Refusal::Past) => false,
        Err(_) => true,
    }
}

/// What every field must be, all told at once.
pub(crate) fn check(form: &ScheduleForm) -> Result<()> {
    let mut problems = Problems::default();
    problems.check(form.doctor.is_some() == form.services.is_empty(), "services", "doctor-or-services");
    problems.at_most("services", form.services.len(), MOST_SERVICES);
    problems.at_most("hours", form.hours.len(), MOST_HOURS);
    problems.range("daily_cap", form.daily_cap.unwrap_or(1), 1, 1_000);
    for (n, hours) in form.hours.iter().enumerate() {
        let field = |name: &str| format!("hours.{n}.{name}");
        problems.range(&field("weekday"), hours.weekday, 1, 7);
        problems.range(&field("slot_minutes"), hours.slot_minutes.unwrap_or(5), 5, 720);
        problems.range(&field("capacity"), hours.capacity, 1, 500);
        problems.check(!hours.modes.is_empty(), &field("modes"), "required");
        let in_order = hours.valid_until.is_none_or(|last| hours.valid_from <= last);
        problems.check(in_order, &field("valid_until"), "end-after-start");
        problems.check(full_minute(hours.from), &field("from"), "full-minutes");
        problems.check(full_minute(hours.until), &field("until"), "full-minutes");
        problems.at_most(&field("services"), hours.services.len(), MOST_SERVICES);
        let disagrees = |other: &Hours| other.capacity != hours.capacity && overlap(hours, other);
        problems.check(!form.hours[..n.min(MOST_HOURS)].iter().any(disagrees), &field("capacity"), "one-capacity");
    }
    problems.done()
}

fn full_minute(time: jiff::civil::Time) -> bool {
    time.second() == 0 && time.subsec_nanosecond() == 0
}

/// Whether two rows of hours are ever open at the same time. Seats are counted per time, so rows that overlap must
/// agree on how many there are.
fn overlap(a: &Hours, b: &Hours) -> bool {
    let (from_a, to_a) = minutes_of_week(a);
    let (from_b, to_b) = minutes_of_week(b);
    let valid =
        a.valid_until.is_none_or(|last| b.valid_from <= last) && b.valid_until.is_none_or(|last| a.valid_from <= last);
    let week = 7 * 24 * 60;
    valid && [-week, 0, week].iter().any(|shift| from_a < to_b + shift && from_b + shift < to_a)
}

/// From when to when, in minutes since Monday; a closing at or before the opening is the next day's.
fn minutes_of_week(hours: &Hours) -> (i32, i32) {
    let of_day = |time: jiff::civil::Time| i32::from(time.hour()) * 60 + i32::from(time.minute());
    let day = (i32::from(hours.weekday) - 1) * 24 * 60;
    let (from, until) = (of_day(hours.from), of_day(hours.until));
    (day + from, day + if until <= from { until + 24 * 60 } else { until })
}
