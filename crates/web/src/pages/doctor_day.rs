//! The doctor's day: who comes, who waits for an answer, what was done.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use contracts::{
    Permission,
    directory::Mode,
    scheduling::{Appointment, AppointmentSearch, Change, Deed, State as Stage, When},
};
use jiff::{ToSpan as _, Zoned, civil::Date};
use platform::{
    Error, Result,
    db::PageAsk,
    http::{Form, Params},
    i18n::Locale,
};
use serde::Deserialize;

use super::{Site, go, shown, visitor::Visitor};
use crate::{
    format,
    view::{Area, Bar, DoctorDay, Flash, Here, Queued, Tone, Turn, WeekLink},
};

/// The query of the page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wish {
    tgl: String,
    cara: String,
}

/// Pages of a week read at most.
const PAGES: usize = 6;

/// `GET /d/hari-ini`
pub(super) async fn show(State(site): State<Site>, visitor: Visitor, Params(wish): Params<Wish>) -> Result<Response> {
    let page = page(&site, &visitor, wish.tgl.parse().ok(), &wish.cara).await?;
    if visitor.wants("day") { visitor.page(&page.as_day()) } else { visitor.page(&page) }
}

async fn page(site: &Site, visitor: &Visitor, day: Option<Date>, kind: &str) -> Result<DoctorDay> {
    let (cx, locale) = (&visitor.cx, visitor.speech.locale);
    cx.require(Permission::AppointmentPractice)?;
    let doctor = site.directory.my_doctor(cx).await?;
    let mut places = Vec::new();
    for practice in &doctor.practices {
        places.push(site.directory.facility(cx, &practice.facility.to_string()).await?);
    }
    let zone = places.first().map_or(shown::HOUSE_ZONE, |facility| facility.zone.as_str()).to_owned();
    let now = shown::at(cx.now(), &zone);
    let day = day.unwrap_or_else(|| now.date());
    let monday = day.saturating_sub(i64::from(day.weekday().to_monday_zero_offset()).days());
    let sunday = monday.saturating_add(6.days());
    let of_week =
        all(site, visitor, AppointmentSearch { from: Some(monday), until: Some(sunday), ..search(&doctor.id) }).await?;
    let week = week(visitor, &of_week, monday, day, now.date());
    let visits: Vec<Appointment> = of_week.into_iter().filter(|visit| visit.local_date == day).collect();
    let waiting = AppointmentSearch { when: Some(When::Upcoming), state: Some(Stage::Pending), ..search(&doctor.id) };
    let asks = all(site, visitor, waiting).await?;
    let queue: Vec<Queued> = visits.iter().map(|visit| queued(visitor, visit, day, &now)).collect();
    let turn = turn(visitor, &visits, &queue, day == now.date());
    let href = |day: Date| format!("/d/hari-ini?tgl={day}");
    let shown = |queued: &Queued| match kind {
        "video" => queued.video,
        "klinik" => !queued.video,
        _ => true,
    };
    let kinds = kinds(&queue, day, kind);
    let mut shell = visitor.shell("nav-today", Area::Doctor, Here::Today);
    if let Some(who) = &mut shell.who {
        who.name.clone_from(&doctor.name);
        who.portrait = shown::portrait_of(&doctor);
        who.line = doctor.specialities.first().map(|field| shown::said(&field.name, locale)).unwrap_or_default();
    }
    let names: Vec<&str> = places.iter().map(|facility| facility.name.as_str()).collect();
    Ok(DoctorDay {
        shell,
        place: format!("{} · {}", names.join(", "), format::zone(&now)),
        day: long_day(day, locale),
        now: format::time(&now, locale),
        now_iso: format::rfc3339(&now),
        previous: href(day.saturating_sub(1.day())),
        today: "/d/hari-ini".to_owned(),
        next: href(day.saturating_add(1.day())),
        stream: "/d/hari-ini/perubahan".to_owned(),
        turn,
        counts: counts(&visits),
        bars: bars(&visits, &now),
        next_busy: if visits.is_empty() { next_busy(site, visitor, &doctor.id, day).await? } else { None },
        asks: asks.iter().map(|visit| queued(visitor, visit, day, &now)).collect(),
        queue: queue.into_iter().filter(shown).collect(),
        week,
        kinds,
        why: format!("/d/jadwal/kenapa?tgl={day}"),
    })
}

/// Monday to Sunday, each with how many appointments stand on it.
fn week(visitor: &Visitor, visits: &[Appointment], monday: Date, chosen: Date, today: Date) -> Vec<WeekLink> {
    let locale = visitor.speech.locale;
    let stands = |visit: &&Appointment| !matches!(visit.state, Stage::Cancelled);
    let link = |n: i64| {
        let date = monday.saturating_add(n.days());
        WeekLink {
            href: format!("/d/hari-ini?tgl={date}"),
            weekday: format::weekday_short(date, locale).to_owned(),
            number: date.day().to_string(),
            long: format::day_long(date, locale),
            count: visits.iter().filter(|visit| visit.local_date == date).filter(stands).count() as u32,
            chosen: date == chosen,
            today: date == today,
        }
    };
    (0..7).map(link).collect()
}

/// What the queue can be narrowed to; nothing where all is of one kind.
fn kinds(queue: &[Queued], day: Date, kind: &str) -> Vec<(String, &'static str, u32, bool)> {
    let video = queue.iter().filter(|queued| queued.video).count() as u32;
    let clinic = queue.len() as u32 - video;
    if video == 0 || clinic == 0 {
        return Vec::new();
    }
    let chip = |word: &str, label: &'static str, count: u32| {
        let more = if word.is_empty() { String::new() } else { format!("&cara={word}") };
        (format!("/d/hari-ini?tgl={day}{more}"), label, count, kind == word)
    };
    vec![chip("", "day-all", video + clinic), chip("video", "day-video", video), chip("klinik", "day-clinic", clinic)]
}

fn search(doctor: &contracts::directory::DoctorId) -> AppointmentSearch {
    AppointmentSearch {
        mine: Some(true),
        doctor: Some(doctor.clone()),
        page: PageAsk { limit: PageAsk::MOST, after: None },
        ..AppointmentSearch::default()
    }
}

async fn all(site: &Site, visitor: &Visitor, mut ask: AppointmentSearch) -> Result<Vec<Appointment>> {
    let mut all = Vec::new();
    for _ in 0..PAGES {
        let page = site.scheduling.appointments(&visitor.cx, ask.clone()).await?;
        all.extend(page.items);
        if page.next.is_none() || ask.page.limit < PageAsk::MOST {
            break;
        }
        ask.page.after = page.next;
    }
    Ok(all)
}

fn long_day(day: Date, locale: Locale) -> String {
    let comma = if locale == Locale::Id { "," } else { "" };
    format!("{}{comma} {} {}", format::weekday(day, locale), day.day(), format::month(day, locale))
}

/// Whose turn it is: who is with the doctor, else who waits, else who comes next.
fn turn(visitor: &Visitor, visits: &[Appointment], queue: &[Queued], today: bool) -> Option<Turn> {
    if !today {
        return None;
    }
    let first = |stage: Stage| visits.iter().position(|visit| visit.state == stage);
    let at = first(Stage::InProgress).or_else(|| first(Stage::Arrived)).or_else(|| first(Stage::Booked))?;
    let (visit, queued) = (&visits[at], queue[at].clone());
    let minutes = visit.ends_at.duration_since(visit.starts_at).as_mins().to_string();
    let mode = visitor.say(if visit.offer.mode == Mode::Online { "mode-video" } else { "mode-clinic" });
    Some(Turn {
        complaint: visit.complaint.clone().unwrap_or_default(),
        nth: String::new(),
        how: format!("{mode}, {}", visitor.say_with("minutes", &[("n", &minutes)])),
        current: matches!(visit.state, Stage::InProgress | Stage::Arrived),
        visit: Queued { now: true, ..queued },
    })
}

fn queued(visitor: &Visitor, visit: &Appointment, day: Date, now: &Zoned) -> Queued {
    let locale = visitor.speech.locale;
    let at = shown::at(visit.starts_at, &visit.zone);
    let sex = visit.patient_sex.map(|sex| visitor.say(&format!("sex-{}", sex.word())));
    let age = visit.patient_birth_date.map(|born| shown::years(born, now.date()).to_string());
    let age = age.map(|age| visitor.say_with("age", &[("n", &age)]));
    let may = |deed| visit.may.contains(&deed);
    Queued {
        href: format!("/d/janji/{}", visit.code),
        action: format!("/d/janji/{}", visit.code),
        version: visit.version.to_string(),
        day: day.to_string(),
        time: format::clock(&at, locale),
        iso: format::rfc3339(&at),
        when: format::when(&at, locale),
        name: visit.patient_name.clone(),
        line: [sex, age].into_iter().flatten().collect::<Vec<_>>().join(", "),
        coverage: String::new(),
        reason: short(visit.complaint.as_deref().unwrap_or_default()),
        portrait: shown::portrait_of_patient(visit.patient_sex, &visit.patient.to_string()),
        video: visit.offer.mode == Mode::Online,
        chip: shown::chip(visit, visitor),
        now: visit.state == Stage::InProgress,
        askable: may(Deed::Accept),
        arrivable: may(Deed::Arrive),
        startable: may(Deed::Start) && visit.state == Stage::Arrived,
        missable: may(Deed::NoShow),
        fulfillable: may(Deed::Fulfil) && matches!(visit.state, Stage::Arrived | Stage::InProgress),
    }
}

/// The beginning of a complaint, for a row.
fn short(complaint: &str) -> String {
    let line = complaint.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= 60 {
        line
    } else {
        format!("{}…", line.chars().take(58).collect::<String>().trim_end())
    }
}

/// How many are done, waiting, coming, off.
fn counts(visits: &[Appointment]) -> (u32, u32, u32, u32) {
    let of = |stages: &[Stage]| visits.iter().filter(|visit| stages.contains(&visit.state)).count() as u32;
    (
        of(&[Stage::Fulfilled]),
        of(&[Stage::Arrived, Stage::InProgress]),
        of(&[Stage::Booked, Stage::Pending, Stage::AwaitingPayment, Stage::Held]),
        of(&[Stage::Cancelled, Stage::NoShow]),
    )
}

/// Appointments per hour, six hours at most around the busiest stretch of the day.
fn bars(visits: &[Appointment], now: &Zoned) -> Vec<Bar> {
    let mut hours = std::collections::BTreeMap::<i8, u32>::new();
    for visit in visits.iter().filter(|visit| visit.state != Stage::Cancelled) {
        *hours.entry(shown::at(visit.starts_at, &visit.zone).hour()).or_default() += 1;
    }
    let most = hours.values().copied().max().unwrap_or(0).max(1);
    // The drawing is 240 wide: six bars stand as in the pattern, a long day's stand closer.
    let pitch = 240 / (hours.len() as u32).max(6);
    let width = pitch * 13 / 20;
    let bar = |(place, (hour, count)): (usize, (i8, u32))| Bar {
        hour: format!("{hour:02}"),
        count,
        height: (count * 52 / most).max(4),
        x: place as u32 * pitch + (pitch - width) / 2,
        width,
        now: hour == now.hour(),
    };
    hours.into_iter().enumerate().map(bar).collect()
}

async fn next_busy(
    site: &Site,
    visitor: &Visitor,
    doctor: &contracts::directory::DoctorId,
    day: Date,
) -> Result<Option<(String, String)>> {
    let page = PageAsk { limit: 1, after: None };
    let from = Some(day.saturating_add(1.day()));
    let ask = AppointmentSearch { when: Some(When::Upcoming), from, page, ..search(doctor) };
    let next = all(site, visitor, ask).await?.into_iter().next();
    Ok(next.map(|visit| {
        (format::day(visit.local_date, visitor.speech.locale), format!("/d/hari-ini?tgl={}", visit.local_date))
    }))
}

/// The form of a deed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Given {
    version: String,
    reason: String,
    tgl: String,
}

/// What each address does, and the notice after it.
fn deed_of(word: &str) -> Option<(Deed, &'static str)> {
    match word {
        "accept" => Some((Deed::Accept, "flash-accepted")),
        "reject" => Some((Deed::Reject, "flash-rejected")),
        "arrived" => Some((Deed::Arrive, "flash-arrived")),
        "start" => Some((Deed::Start, "flash-started")),
        "no-show" => Some((Deed::NoShow, "flash-no-show")),
        "fulfilled" => Some((Deed::Fulfil, "flash-fulfilled")),
        _ => None,
    }
}

/// `POST /d/janji/{code}/{deed}`
pub(super) async fn act(
    State(site): State<Site>,
    visitor: Visitor,
    Path((code, word)): Path<(String, String)>,
    Form(given): Form<Given>,
) -> Result<Response> {
    visitor.cx.account()?;
    let (deed, notice) = deed_of(&word).ok_or(Error::NotFound("path"))?;
    let visit = site.scheduling.appointment(&visitor.cx, &code).await?;
    let version = given.version.parse().unwrap_or(visit.version);
    let reason = Some(given.reason.trim().to_owned()).filter(|reason| !reason.is_empty());
    let day = given.tgl.parse::<Date>().ok();
    let changed = site.scheduling.change(&visitor.cx, &visit.id, version, Change { deed, reason }).await;
    match changed {
        Ok(_) if visitor.wants("day") => visitor.page(&page(&site, &visitor, day, "").await?.as_day()),
        Ok(_) => visitor
            .go_and_say(&day.map_or_else(|| "/d/hari-ini".to_owned(), |day| format!("/d/hari-ini?tgl={day}")), notice),
        Err(error @ (Error::Conflict(_) | Error::Stale | Error::Invalid(_))) => {
            let mut page = page(&site, &visitor, day, "").await?;
            page.shell.flash = Some(Flash { tone: Tone::Danger, text: visitor.words_of(&error) });
            page.shell.failing = true;
            let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::CONFLICT);
            visitor.page_with(status, &page)
        }
        Err(Error::NotFound(_)) => Ok(go("/d/hari-ini")),
        Err(other) => Err(other),
    }
}
