//! A desk: everything needed to judge and price a visit to one doctor at one facility, or to a service without a
//! doctor. Put together from the copies, the schedule, exceptions, holidays and policy, and kept in memory under the
//! owner's `plan` number, so that a desk in memory is never older than the rules.

use std::sync::Arc;

use contracts::{
    directory::{DoctorState, FacilityId, Mode, Service, ServiceId},
    scheduling::{Exception, ExceptionId, ExceptionKind, Hours, Offer, Policy, ScheduleId},
};
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use platform::{Error, Money, Result, db::Tx};
use serde::{Deserialize, Serialize};

use crate::{
    availability::{
        self, Absence, DateOverride, Licence, Licences, Modes, Notice, Plan, PracticePermit, ServiceRules,
        SessionHours, SessionRule, Target,
    },
    copies::{self, Doctor, Facility},
    exception, holiday, owner, policy,
};

/// What a schedule keeps as JSON.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ScheduleBody {
    /// Weekly hours.
    pub hours: Vec<Hours>,
    /// At most so many visits on a local date.
    pub daily_cap: Option<u16>,
}

/// A doctor at a facility, or a facility's desk, ready to be asked.
#[derive(Debug)]
pub struct Desk {
    /// Whose time it is: the doctor's id, or the schedule's for a desk without one.
    pub owner: Arc<str>,
    /// The owner's `plan` number this was read at.
    pub plan_number: i64,
    /// The facility.
    pub facility: Arc<Facility>,
    /// The doctor.
    pub doctor: Option<Arc<Doctor>>,
    /// Services that may be booked here.
    pub services: Vec<Service>,
    /// The facility's policy.
    pub policy: Arc<Policy>,
    /// The rules in the form that [`availability`] judges by.
    pub plan: Plan,
}

impl Desk {
    /// The service of that id, if offered here in that mode.
    pub fn service(&self, id: &ServiceId, mode: Mode) -> Option<&Service> {
        self.services.iter().find(|service| service.id == *id && copies::offers(service, mode))
    }

    /// What a service costs here: the doctor's own fee, or the service's price (R.H6).
    pub fn price(&self, service: &Service) -> Money {
        let fee = self.doctor.as_ref().and_then(|doctor| doctor.fee_for(&self.facility.id, &service.id));
        fee.map_or_else(|| service.price.clone(), Money::idr)
    }

    /// The local date of an instant.
    pub fn local_date(&self, at: Timestamp) -> Date {
        self.plan.zone.to_datetime(at).date()
    }
}

/// The name a desk is kept in memory under.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DeskKey {
    facility: FacilityId,
    of: String,
}

impl DeskKey {
    /// The desk that an offer is booked at.
    pub fn of(offer: &Offer) -> Self {
        let of = offer.doctor.as_ref().map_or_else(|| offer.service.to_string(), ToString::to_string);
        Self { facility: offer.facility.clone(), of }
    }
}

platform::row! {
    struct ScheduleRow {
        id: ScheduleId,
        body: String,
    }
}

/// Rules that somebody thinks of and nobody has kept.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// Hours in place of the schedule's.
    pub body: Option<ScheduleBody>,
    /// The desk's services in place of the schedule's; none for a doctor.
    pub services: Vec<ServiceId>,
    /// Departures besides those kept.
    pub added: Vec<Exception>,
    /// Departures taken back.
    pub removed: Vec<ExceptionId>,
}

/// Reads the desk of an offer; 404 where there is no such doctor, desk or schedule.
pub async fn load(tx: &mut Tx, offer: &Offer, now: Timestamp) -> Result<Desk> {
    put_together(tx, offer, None, now).await
}

/// The desk of an offer as a draft would make it. It is only looked at: nothing can be booked by it.
pub async fn drafted(tx: &mut Tx, offer: &Offer, draft: &Draft, now: Timestamp) -> Result<Desk> {
    put_together(tx, offer, Some(draft), now).await
}

async fn put_together(tx: &mut Tx, offer: &Offer, draft: Option<&Draft>, now: Timestamp) -> Result<Desk> {
    let missing = || Error::NotFound("schedule");
    let drafted = draft.and_then(|draft| draft.body.clone());
    let owner: Arc<str> = match (&offer.doctor, schedule_of(tx, offer).await?) {
        (Some(doctor), _) => doctor.to_string().into(),
        (None, Some(row)) => row.id.to_string().into(),
        (None, None) if drafted.is_some() => "draft".into(),
        (None, None) => return Err(missing()),
    };
    // The number first: what changes while the rest is read makes the desk look older than it is, never newer.
    let plan_number = owner::numbers(tx, &owner).await?.plan;
    let (schedule, body) = match (schedule_of(tx, offer).await?, drafted) {
        (row, Some(body)) => (row.map(|row| row.id), body),
        (Some(row), None) => (Some(row.id), copies::parse(&row.body)?),
        (None, None) => return Err(missing()),
    };
    let facility = copies::facility(tx, &offer.facility).await?.ok_or_else(missing)?;
    let doctor = match &offer.doctor {
        Some(id) => Some(copies::doctor(tx, id).await?.ok_or_else(missing)?),
        None => None,
    };
    let policy = policy::of(tx, &facility.id).await?;
    let own = draft.map_or(&[][..], |draft| &draft.services);
    let services = services_at(tx, &facility, doctor.as_ref(), schedule.as_ref(), own).await?;
    let zone = zone_of(&facility.zone)?;
    let mut plan = Plan::new(owner.to_string(), facility.id.to_string(), zone.clone());
    plan.sessions = body.hours.iter().map(session).collect();
    plan.services = services.iter().map(service_rules).collect();
    plan.policy = rules_of(&policy, body.daily_cap);
    plan.licences = doctor.as_ref().map(licences);
    add_holidays(tx, &mut plan, &policy, now).await?;
    let kept = exception::of_desk(tx, &facility.id, offer.doctor.as_ref(), schedule.as_ref(), now - 48.hours()).await?;
    add_exceptions(&mut plan, with_draft(kept, draft));
    let (facility, doctor, policy) = (Arc::new(facility), doctor.map(Arc::new), Arc::new(policy));
    Ok(Desk { owner, plan_number, facility, doctor, services, policy, plan })
}

fn with_draft(kept: Vec<Exception>, draft: Option<&Draft>) -> Vec<Exception> {
    let Some(draft) = draft else { return kept };
    let stays = |exception: &Exception| exception.id.as_ref().is_none_or(|id| !draft.removed.contains(id));
    kept.into_iter().filter(stays).chain(draft.added.iter().cloned()).collect()
}

async fn schedule_of(tx: &mut Tx, offer: &Offer) -> Result<Option<ScheduleRow>> {
    const OF_DOCTOR: &str = "select id, body from schedule where facility = $1 and doctor = $2";
    const OF_SERVICE: &str = "select s.id, s.body from schedule_service x join schedule s on s.id = x.schedule \
        where x.service = $2 and s.facility = $1";
    match &offer.doctor {
        Some(doctor) => tx.one(OF_DOCTOR, &[&offer.facility, doctor]).await,
        None => tx.one(OF_SERVICE, &[&offer.facility, &offer.service]).await,
    }
}

/// What may be booked: nothing while the facility is shut or the doctor not listed.
async fn services_at(
    tx: &mut Tx,
    facility: &Facility,
    doctor: Option<&Doctor>,
    schedule: Option<&ScheduleId>,
    drafted: &[ServiceId],
) -> Result<Vec<Service>> {
    if !facility.active || doctor.is_some_and(|doctor| doctor.state != DoctorState::Listed) {
        return Ok(Vec::new());
    }
    let wanted: Vec<ServiceId> = if let Some(doctor) = doctor {
        let practice = doctor.practice_at(&facility.id);
        practice.map(|p| p.services.iter().map(|s| s.service.clone()).collect()).unwrap_or_default()
    } else if !drafted.is_empty() {
        drafted.to_vec()
    } else {
        let rows: Vec<(ServiceId,)> =
            tx.all("select service from schedule_service where schedule = $1 order by service", &[&schedule]).await?;
        rows.into_iter().map(|(id,)| id).collect()
    };
    let all = copies::services_of(tx, &facility.id).await?;
    Ok(all.into_iter().filter(|service| service.active && wanted.contains(&service.id)).collect())
}

/// The zone of that IANA name.
pub fn zone_of(name: &str) -> Result<TimeZone> {
    TimeZone::get(name).map_err(|_| Error::invalid("zone", "unknown-zone"))
}

fn session(hours: &Hours) -> SessionRule {
    SessionRule {
        weekday: jiff::civil::Weekday::from_monday_one_offset(hours.weekday.cast_signed())
            .unwrap_or(jiff::civil::Weekday::Monday),
        valid_from: hours.valid_from,
        valid_to: hours.valid_until,
        hours: SessionHours {
            from: hours.from,
            length_minutes: length_minutes(hours),
            slot_minutes: hours.slot_minutes.unwrap_or(AS_LONG_AS_THE_SERVICE),
            align_minutes: None,
            modes: modes(&hours.modes),
            services: (!hours.services.is_empty()).then(|| hours.services.iter().map(ToString::to_string).collect()),
            capacity: hours.capacity.max(1),
            on_holidays: false,
        },
    }
}

/// Where the hours do not say, one visit starts where the one before ends.
const AS_LONG_AS_THE_SERVICE: u16 = 0;

/// Minutes from opening to closing; a closing at or before the opening is the next day's (R.T6).
fn length_minutes(hours: &Hours) -> u16 {
    let of_day = |time: jiff::civil::Time| i32::from(time.hour()) * 60 + i32::from(time.minute());
    let span = of_day(hours.until) - of_day(hours.from);
    (if span <= 0 { span + 24 * 60 } else { span }) as u16
}

/// Modes as the rules know them.
pub fn modes(list: &[Mode]) -> Modes {
    Modes { in_person: list.contains(&Mode::InPerson), online: list.contains(&Mode::Online) }
}

/// A mode as the rules know it.
pub fn mode(mode: Mode) -> availability::Mode {
    match mode {
        Mode::InPerson => availability::Mode::InPerson,
        Mode::Online => availability::Mode::Online,
    }
}

fn service_rules(service: &Service) -> ServiceRules {
    ServiceRules {
        duration_minutes: Some(service.duration_minutes),
        buffer_before_minutes: service.buffer_before_minutes,
        buffer_after_minutes: service.buffer_after_minutes,
        modes: modes(&service.modes),
        ..ServiceRules::new(service.id.to_string())
    }
}

fn rules_of(policy: &Policy, daily_cap: Option<u16>) -> availability::Policy {
    availability::Policy {
        notice: Notice {
            book_minutes: policy.book_notice_minutes,
            move_minutes: policy.move_notice_minutes,
            cancel_minutes: policy.cancel_notice_minutes,
        },
        horizon_days: Some(policy.horizon_days),
        same_day_cutoff: policy.same_day_cut_off,
        daily_cap,
    }
}

fn licences(doctor: &Doctor) -> Licences {
    let permit = |practice: &contracts::directory::Practice| PracticePermit {
        facility: practice.facility.to_string(),
        valid: Licence { from: Date::MIN, to: Some(practice.sip_until) },
    };
    Licences {
        registrations: vec![Licence { from: Date::MIN, to: doctor.str_until }],
        permits: doctor.practices.iter().map(permit).collect(),
    }
}

/// The holidays that the facility keeps, as far ahead as can be booked.
async fn add_holidays(tx: &mut Tx, plan: &mut Plan, policy: &Policy, now: Timestamp) -> Result<()> {
    if !policy.closed_on_holidays && !policy.closed_on_collective_leave {
        return Ok(());
    }
    let today = plan.zone.to_datetime(now).date();
    let last = today.saturating_add((i64::from(policy.horizon_days) + 40).days());
    let kept = holiday::between(tx, today.saturating_sub(2.days()), last).await?.into_iter().filter(|holiday| {
        if holiday.collective_leave { policy.closed_on_collective_leave } else { policy.closed_on_holidays }
    });
    plan.holidays = kept.map(|holiday| availability::Holiday { date: holiday.date, name: holiday.name.id }).collect();
    Ok(())
}

/// Leave, closures, changed and additional hours.
fn add_exceptions(plan: &mut Plan, mut exceptions: Vec<Exception>) {
    // Hours instead of the week's first: additional ones come on top of them, whichever start earlier.
    exceptions.sort_by_key(|e| (e.kind == ExceptionKind::Extra, e.starts_at));
    for e in exceptions {
        let from = plan.zone.to_datetime(e.starts_at);
        let to = plan.zone.to_datetime(e.ends_at);
        match e.kind {
            ExceptionKind::Absent => {
                let target = if e.facility.is_some() { Target::Facility } else { Target::Resource };
                plan.absences.push(Absence { target, from, to });
            }
            ExceptionKind::Instead | ExceptionKind::Extra => {
                let length = e.ends_at.duration_since(e.starts_at).as_mins().clamp(1, 24 * 60) as u16;
                let hours = SessionHours {
                    capacity: e.capacity.unwrap_or(1).max(1),
                    on_holidays: true,
                    ..SessionHours::new(from.time(), length, e.slot_minutes.unwrap_or(AS_LONG_AS_THE_SERVICE))
                };
                override_on(plan, from.date(), e.kind == ExceptionKind::Extra).sessions.push(hours);
            }
        }
    }
}

/// The override of a date; a new one keeps the week's sessions where hours are only added to them.
fn override_on(plan: &mut Plan, date: Date, keep_week: bool) -> &mut DateOverride {
    let known = plan.overrides.iter().position(|known| known.date == date);
    let at = known.unwrap_or_else(|| {
        let week = plan.sessions.iter().filter(|rule| keep_week && rule.opens_on(date)).map(|rule| rule.hours.clone());
        plan.overrides.push(DateOverride { date, sessions: week.collect() });
        plan.overrides.len() - 1
    });
    &mut plan.overrides[at]
}
