//! A doctor's leave: entered, then decided about by groups, then shown with what became of each appointment.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use contracts::{
    directory::{DoctorId, Mode},
    scheduling::{
        AppointmentId, Leave, LeaveChoice, LeaveDecision, LeaveForm, LeaveGroup, LeaveId, LeaveOutcome, LeaveState,
        LeaveVisit, LeaveWay, ProposalAnswer,
    },
};
use jiff::{
    Timestamp, ToSpan as _,
    civil::{Date, Time},
};
use platform::{Error, Result, http::Form};

use super::{
    Site, go,
    schedule::{Base, Typed, span},
    shown,
    visitor::Visitor,
};
use crate::{
    format,
    view::{Area, Field, Here, LeaveNew, LeavePlan, Option_, PlanGroup, PlanResult, PlanVisit},
};

/// `GET /d/cuti/baru`
pub(super) async fn ask_own(State(site): State<Site>, visitor: Visitor) -> Result<Response> {
    let base = Base::own(&site, &visitor).await?;
    visitor.page(&form(&site, &visitor, &base, &Typed::default()).await?)
}

/// `GET /a/jadwal/{doctor}/cuti`
pub(super) async fn ask_of(State(site): State<Site>, visitor: Visitor, Path(id): Path<String>) -> Result<Response> {
    let base = Base::of(&site, &visitor, &id).await?;
    visitor.page(&form(&site, &visitor, &base, &Typed::default()).await?)
}

/// `POST /d/cuti/baru`
pub(super) async fn enter_own(
    State(site): State<Site>,
    visitor: Visitor,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response> {
    let base = Base::own(&site, &visitor).await?;
    enter(&site, &visitor, &base, &Typed(fields)).await
}

/// `POST /a/jadwal/{doctor}/cuti`
pub(super) async fn enter_of(
    State(site): State<Site>,
    visitor: Visitor,
    Path(id): Path<String>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response> {
    let base = Base::of(&site, &visitor, &id).await?;
    enter(&site, &visitor, &base, &Typed(fields)).await
}

async fn form(site: &Site, visitor: &Visitor, base: &Base, typed: &Typed) -> Result<LeaveNew> {
    let cx = &visitor.cx;
    let mut places = Vec::new();
    let whole = base.practices.len() == base.doctor.practices.len();
    if whole {
        places.push(Option_ {
            value: String::new(),
            label: visitor.say("leave-everywhere"),
            chosen: typed.get("faskes").is_empty(),
        });
    }
    for practice in &base.practices {
        let facility = site.directory.facility(cx, &practice.facility.to_string()).await?;
        let value = facility.id.to_string();
        places.push(Option_ { chosen: typed.get("faskes") == value, value, label: facility.name });
    }
    let zone = zone_of(site, visitor, base, typed.get("faskes")).await?;
    let today = shown::at(cx.now(), &zone).date();
    let field =
        |name: &str, otherwise: String| Field::of(if typed.has(name) { typed.get(name).to_owned() } else { otherwise });
    let tomorrow = today.saturating_add(1.day()).to_string();
    Ok(LeaveNew {
        shell: base.shell(visitor, "leave-new-title"),
        action: base.leave_path(),
        schedule: base.path.clone(),
        doctor: base.doctor.name.clone(),
        from: field("dari", tomorrow.clone()),
        until: field("sampai", tomorrow),
        start: field("mulai", String::new()),
        end: field("selesai", String::new()),
        places,
        reason: field("alasan", String::new()),
        today: today.to_string(),
    })
}

async fn zone_of(site: &Site, visitor: &Visitor, base: &Base, wish: &str) -> Result<String> {
    let practice = base.practice(wish)?;
    Ok(site.directory.facility(&visitor.cx, &practice.facility.to_string()).await?.zone)
}

async fn enter(site: &Site, visitor: &Visitor, base: &Base, typed: &Typed) -> Result<Response> {
    visitor.cx.account()?;
    let zone = zone_of(site, visitor, base, typed.get("faskes")).await?;
    let mut page = form(site, visitor, base, typed).await?;
    let wrong = visitor.say("hours-bad-date");
    let read = |day: &str, time: &str, end: bool| -> Option<Timestamp> {
        let day: Date = day.parse().ok()?;
        let at = match (time, end) {
            ("", true) => day.saturating_add(1.day()).to_datetime(Time::midnight()),
            ("", false) => day.to_datetime(Time::midnight()),
            (time, _) => day.to_datetime(time.parse().ok()?),
        };
        Some(at.to_zoned(shown::zone(&zone)).ok()?.timestamp())
    };
    let starts = read(typed.get("dari"), typed.get("mulai"), false);
    let ends = read(typed.get("sampai"), typed.get("selesai"), true);
    let (Some(starts_at), Some(ends_at)) = (starts, ends) else {
        if starts.is_none() {
            page.from.error = Some(wrong.clone());
        }
        if ends.is_none() {
            page.until.error = Some(wrong);
        }
        page.shell.failing = true;
        return visitor.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
    };
    let wanted = LeaveForm {
        doctor: base.doctor.id.clone(),
        facility: match typed.get("faskes") {
            "" => None,
            id => Some(id.parse().map_err(|_| Error::NotFound("facility"))?),
        },
        starts_at,
        ends_at,
        reason: Some(typed.get("alasan").to_owned()).filter(|reason| !reason.is_empty()),
    };
    match site.scheduling.enter_leave(&visitor.cx, wanted).await {
        Ok(leave) => Ok(go(&format!("{}/{}", root(base.area), leave.id))),
        Err(error @ (Error::Invalid(_) | Error::Conflict(_))) => {
            let text = visitor.words_of(&error);
            match visitor.told(&error).errors.first().map(|field| field.field.clone()).as_deref() {
                Some("reason") => page.reason.error = Some(text),
                Some("starts_at") => page.from.error = Some(text),
                _ => page.until.error = Some(text),
            }
            page.shell.failing = true;
            let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::CONFLICT);
            visitor.page_with(status, &page)
        }
        Err(other) => Err(other),
    }
}

fn root(area: Area) -> &'static str {
    if area == Area::Doctor { "/d/cuti" } else { "/a/cuti" }
}

/// `GET /d/cuti/{id}`
pub(super) async fn show_own(State(site): State<Site>, visitor: Visitor, Path(id): Path<String>) -> Result<Response> {
    let leave = site.scheduling.leave(&visitor.cx, &known(&id)?).await?;
    visitor.page(&plan(&visitor, Area::Doctor, &leave, &Typed::default()))
}

/// `GET /a/cuti/{id}`
pub(super) async fn show_of(State(site): State<Site>, visitor: Visitor, Path(id): Path<String>) -> Result<Response> {
    let leave = site.scheduling.leave(&visitor.cx, &known(&id)?).await?;
    visitor.page(&plan(&visitor, Area::Admin, &leave, &Typed::default()))
}

/// `POST /d/cuti/{id}`
pub(super) async fn decide_own(
    State(site): State<Site>,
    visitor: Visitor,
    Path(id): Path<String>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response> {
    decide(&site, &visitor, Area::Doctor, &id, &Typed(fields)).await
}

/// `POST /a/cuti/{id}`
pub(super) async fn decide_of(
    State(site): State<Site>,
    visitor: Visitor,
    Path(id): Path<String>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response> {
    decide(&site, &visitor, Area::Admin, &id, &Typed(fields)).await
}

/// `POST /d/cuti/{id}/tarik`
pub(super) async fn withdraw_own(
    State(site): State<Site>,
    visitor: Visitor,
    Path(id): Path<String>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response> {
    withdraw(&site, &visitor, Area::Doctor, &id, &Typed(fields)).await
}

/// `POST /a/cuti/{id}/tarik`
pub(super) async fn withdraw_of(
    State(site): State<Site>,
    visitor: Visitor,
    Path(id): Path<String>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response> {
    withdraw(&site, &visitor, Area::Admin, &id, &Typed(fields)).await
}

fn known(id: &str) -> Result<LeaveId> {
    id.parse().map_err(|_| Error::NotFound("leave"))
}

async fn withdraw(site: &Site, visitor: &Visitor, area: Area, id: &str, typed: &Typed) -> Result<Response> {
    let version = typed.get("version").parse().map_err(|_| Error::PreconditionRequired)?;
    let back = format!("{}/{id}", root(area));
    match site.scheduling.withdraw_leave(&visitor.cx, &known(id)?, version).await {
        Ok(_) => visitor.go_and_say(&back, "flash-leave-withdrawn"),
        // It has been decided or taken back meanwhile: its page says how it stands.
        Err(Error::Conflict(_) | Error::Stale) => Ok(go(&back)),
        Err(other) => Err(other),
    }
}

async fn decide(site: &Site, visitor: &Visitor, area: Area, id: &str, typed: &Typed) -> Result<Response> {
    let id = known(id)?;
    let leave = site.scheduling.leave(&visitor.cx, &id).await?;
    let path = format!("{}/{id}", root(area));
    if leave.state != LeaveState::Deciding {
        return Ok(go(&path)); // pressed twice: it is being done
    }
    let mut page = plan(visitor, area, &leave, typed);
    let choices = match choices(&leave, typed) {
        Ok(choices) => choices,
        Err((n, key)) => {
            page.groups[n].error = visitor.say(key);
            page.shell.failing = true;
            return visitor.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
        }
    };
    let version = typed.get("version").parse().unwrap_or(leave.version);
    match site.scheduling.decide_leave(&visitor.cx, &id, version, LeaveDecision { choices }).await {
        Ok(_) => visitor.go_and_say(&path, "flash-leave-decided"),
        Err(error @ (Error::Invalid(_) | Error::Conflict(_) | Error::Stale)) => {
            if let Some(group) = page.groups.first_mut() {
                group.error = visitor.words_of(&error);
            }
            page.shell.failing = true;
            let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::CONFLICT);
            visitor.page_with(status, &page)
        }
        Err(other) => Err(other),
    }
}

/// The visits that wait, by group, each with its number in the form.
fn grouped(leave: &Leave) -> Vec<(&LeaveGroup, Vec<(usize, &LeaveVisit)>)> {
    let numbered: Vec<(usize, &LeaveVisit)> =
        leave.visits.iter().enumerate().filter(|(_, visit)| visit.outcome.is_none()).collect();
    let of = |group: &LeaveGroup| {
        numbered.iter().filter(|(_, visit)| visit.appointment.offer == group.offer).copied().collect::<Vec<_>>()
    };
    leave.groups.iter().map(|group| (group, of(group))).collect()
}

/// What was chosen for each appointment: its own way, else its group's. Else the group and the text key of what is missing.
fn choices(leave: &Leave, typed: &Typed) -> std::result::Result<Vec<LeaveChoice>, (usize, &'static str)> {
    let mut choices = Vec::new();
    for (n, (_, visits)) in grouped(leave).into_iter().enumerate() {
        let field = |name: &str| typed.get(&format!("g{n}{name}"));
        for (m, visit) in visits {
            let own = typed.get(&format!("v{m}"));
            let word = if own.is_empty() { field("") } else { own };
            let way: LeaveWay = word.parse().map_err(|_| (n, "leave-choose"))?;
            choices.push(choice(&visit.appointment.id, way, &field).map_err(|key| (n, key))?);
        }
    }
    Ok(choices)
}

fn choice<'a>(
    appointment: &AppointmentId,
    way: LeaveWay,
    field: &impl Fn(&str) -> &'a str,
) -> std::result::Result<LeaveChoice, &'static str> {
    let doctor: Option<DoctorId> = field("doctor").parse().ok();
    let day: Option<Date> = field("day").parse().ok();
    let reason = Some(field("reason").to_owned()).filter(|reason| !reason.is_empty());
    match way {
        LeaveWay::Substitute if doctor.is_none() => Err("leave-choose-doctor"),
        LeaveWay::Later if day.is_none() => Err("leave-choose-day"),
        LeaveWay::Cancel if reason.is_none() => Err("leave-choose-reason"),
        _ => Ok(LeaveChoice {
            appointment: appointment.clone(),
            way,
            doctor: doctor.filter(|_| way == LeaveWay::Substitute),
            day: day.filter(|_| way == LeaveWay::Later),
            reason,
        }),
    }
}

fn plan(visitor: &Visitor, area: Area, leave: &Leave, typed: &Typed) -> LeavePlan {
    let locale = visitor.speech.locale;
    let groups = grouped(leave).into_iter().enumerate().map(|(n, (group, visits))| {
        let field = |name: &str| typed.get(&format!("g{n}{name}")).to_owned();
        let mode = visitor.say(if group.offer.mode == Mode::Online { "mode-video" } else { "mode-clinic" });
        let of = group.count.to_string();
        PlanGroup {
            n,
            title: format!("{} · {mode}", shown::said(&group.service_name, locale)),
            place: group.facility_name.clone(),
            way: field(""),
            substitutes: group
                .substitutes
                .iter()
                .map(|other| Option_ {
                    value: other.doctor.to_string(),
                    label: visitor.say_with(
                        "leave-free-of",
                        &[("name", &other.name), ("n", &other.free.to_string()), ("of", &of)],
                    ),
                    chosen: other.doctor.to_string() == field("doctor"),
                })
                .collect(),
            days: group
                .later
                .iter()
                .map(|day| Option_ {
                    value: day.date.to_string(),
                    label: visitor.say_with(
                        "leave-day-free",
                        &[("day", &format::day(day.date, locale)), ("n", &day.free.to_string())],
                    ),
                    chosen: day.date.to_string() == field("day"),
                })
                .collect(),
            reason: field("reason"),
            error: String::new(),
            visits: visits
                .into_iter()
                .map(|(m, visit)| PlanVisit {
                    n: m,
                    when: format::when(&shown::at(visit.from_start, &visit.appointment.zone), locale),
                    name: visit.appointment.patient_name.clone(),
                    way: typed.get(&format!("v{m}")).to_owned(),
                })
                .collect(),
        }
    });
    let groups: Vec<PlanGroup> = groups.collect();
    let results: Vec<PlanResult> = leave.visits.iter().map(|visit| result(visitor, visit)).collect();
    let mut totals: Vec<(String, usize)> = Vec::new();
    for outcome in results.iter().map(|result| result.outcome) {
        match totals.iter_mut().find(|(known, _)| known == outcome) {
            Some((_, count)) => *count += 1,
            None => totals.push((outcome.to_owned(), 1)),
        }
    }
    let mut shell = visitor.shell("leave-title-doctor", area, Here::Schedule);
    if area == Area::Doctor
        && let Some(who) = &mut shell.who
    {
        who.name.clone_from(&leave.doctor_name);
    }
    let place = leave.facility.as_ref().and_then(|id| {
        let visit = leave.visits.iter().find(|visit| visit.appointment.offer.facility == *id)?;
        Some(visit.appointment.facility_name.clone())
    });
    LeavePlan {
        shell,
        path: format!("{}/{}", root(area), leave.id),
        schedule: match area {
            Area::Doctor => "/d/jadwal".to_owned(),
            _ => format!("/a/jadwal/{}", leave.doctor),
        },
        doctor: leave.doctor_name.clone(),
        when: span(leave.starts_at, leave.ends_at, &leave.zone, locale),
        place: place.unwrap_or_default(),
        state: leave.state.word(),
        version: leave.version.to_string(),
        groups,
        settled: leave.visits.iter().filter(|visit| visit.outcome.is_some()).count(),
        results,
        totals,
    }
}

fn result(visitor: &Visitor, visit: &LeaveVisit) -> PlanResult {
    let locale = visitor.speech.locale;
    let zone = &visit.appointment.zone;
    let at = |at: Timestamp| format::when(&shown::at(at, zone), locale);
    let (outcome, class, icon) = match visit.outcome {
        None => ("leave-waits", "chip--wait", "clock"),
        Some(LeaveOutcome::Substituted) => ("leave-substituted", "chip--ok", "swap"),
        Some(LeaveOutcome::Moved) => ("leave-moved", "chip--ok", "arr-r"),
        Some(LeaveOutcome::Cancelled) => ("leave-cancelled", "chip--mute", "x"),
        Some(LeaveOutcome::Elsewhere) => ("leave-elsewhere", "chip--mute", "user"),
        Some(LeaveOutcome::Kept) => ("leave-kept", "chip--info", "cal"),
        Some(LeaveOutcome::Proposed) => match visit.answer {
            None => ("leave-proposed", "chip--plum", "clock"),
            Some(ProposalAnswer::Accepted) => ("leave-accepted", "chip--ok", "check"),
            Some(ProposalAnswer::Declined) => ("leave-declined", "chip--mute", "x"),
            Some(ProposalAnswer::Lapsed) => ("leave-lapsed", "chip--mute", "x"),
            Some(ProposalAnswer::Elsewhere) => ("leave-elsewhere", "chip--mute", "user"),
        },
    };
    let mut line: Vec<String> = Vec::new();
    line.extend(visit.to_doctor_name.clone());
    line.extend(visit.to_start.map(at));
    if visit.answer.is_none() {
        line.extend(visit.answer_by.map(|by| visitor.say_with("leave-answer-by", &[("time", &at(by))])));
    }
    let why = match visit.why.as_deref() {
        None => String::new(),
        Some("slot-taken") => visitor.say("leave-why-taken"),
        Some("day-limit") => visitor.say("leave-why-day"),
        Some("patient-overlap") => visitor.say("leave-why-overlap"),
        Some(_) => visitor.say("leave-why-rules"),
    };
    PlanResult {
        when: at(visit.from_start),
        name: visit.appointment.patient_name.clone(),
        outcome,
        class,
        icon,
        line: line.join(" · "),
        why,
    }
}
