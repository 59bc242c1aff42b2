//! Consultation hours (C1): the week at each place with what it would come to before it is kept, departures, holidays and
//! leaves. For the doctor themselves, and for those who plan at their facilities.

use axum::{
    extract::{Path, State},
    response::Response,
};
use contracts::{
    Permission,
    directory::{Doctor, DoctorSearch, Facility, FacilityId, Mode, Practice, Service, ServiceId},
    scheduling::{
        Appointment, DayStatus, Exception, ExceptionId, ExceptionKind, Hours, LeaveState, LeaveSummary, Preview,
        PreviewAsk, Schedule, ScheduleForm, StartChange,
    },
};
use jiff::{
    Timestamp, ToSpan as _,
    civil::{Date, Time},
};
use platform::{
    Error, Result,
    db::PageAsk,
    http::{Form, Params},
};
use serde::Deserialize;

use super::{Site, encoded, offers, shown, visitor::Visitor};
use crate::{
    format,
    view::{
        self, Area, Conflict, Departure, Field, Here, HoursRow, LeaveLine, Option_, Outcome, OutcomeDay, OutcomeStart,
        ScheduleDoctors, WantedDeparture, WeekDay,
    },
};

/// Days shown of what hours would come to.
const DAYS: u16 = 14;
/// Days ahead in which departures and holidays are listed.
const AHEAD: i64 = 120;
/// Rows that a form may have.
const MOST_ROWS: usize = 80;
/// Conflicts shown.
const CONFLICTS: usize = 20;

/// The query of the page.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wish {
    /// The facility.
    pub faskes: String,
    /// The service.
    pub layanan: String,
    /// `video` or `klinik`.
    pub cara: String,
    /// The day.
    pub tgl: String,
    /// The time.
    pub jam: String,
}

/// Whose hours, and on whose pages.
pub(super) struct Base {
    /// The doctor.
    pub doctor: Doctor,
    /// Whose menus.
    pub area: Area,
    /// Path of the editor.
    pub path: String,
    /// The practices that may be planned here.
    pub practices: Vec<Practice>,
}

impl Base {
    /// The doctor's own.
    pub async fn own(site: &Site, visitor: &Visitor) -> Result<Self> {
        visitor.cx.require(Permission::ScheduleOwn)?;
        let doctor = site.directory.my_doctor(&visitor.cx).await?;
        Ok(Self { practices: doctor.practices.clone(), doctor, area: Area::Doctor, path: "/d/jadwal".to_owned() })
    }

    /// Of a doctor at a facility that the asker serves; else 404.
    pub async fn of(site: &Site, visitor: &Visitor, id: &str) -> Result<Self> {
        let cx = &visitor.cx;
        let reads = cx.may(Permission::AppointmentManage);
        if !reads {
            cx.require(Permission::ScheduleManage)?;
        }
        let doctor = site.directory.doctor(cx, id).await?;
        let served = doctor.practices.iter().filter(|practice| cx.serves(&practice.facility.to_string()));
        let practices: Vec<Practice> = served.cloned().collect();
        if practices.is_empty() {
            return Err(Error::NotFound("doctor"));
        }
        Ok(Self { path: format!("/a/jadwal/{}", doctor.id), doctor, area: Area::Admin, practices })
    }

    /// Where a leave of this doctor is entered.
    pub fn leave_path(&self) -> String {
        match self.area {
            Area::Doctor => "/d/cuti/baru".to_owned(),
            _ => format!("{}/cuti", self.path),
        }
    }

    /// The practice wished for, else the first.
    pub fn practice(&self, wish: &str) -> Result<&Practice> {
        let wished = self.practices.iter().find(|practice| practice.facility.to_string() == wish);
        wished.or(self.practices.first()).ok_or(Error::NotFound("schedule"))
    }

    /// The frame of a page about these hours.
    pub fn shell(&self, visitor: &Visitor, title: &str) -> view::Shell {
        let mut shell = visitor.shell(title, self.area, Here::Schedule);
        if self.area == Area::Doctor
            && let Some(who) = &mut shell.who
        {
            who.name.clone_from(&self.doctor.name);
            who.portrait = shown::portrait_of_doctor(Some(self.doctor.sex), &self.doctor.slug);
            let field = self.doctor.specialities.first();
            who.line = field.map(|field| shown::said(&field.name, visitor.speech.locale)).unwrap_or_default();
        }
        shell
    }
}

/// `GET /d/jadwal`
pub(super) async fn own(State(site): State<Site>, visitor: Visitor, Params(wish): Params<Wish>) -> Result<Response> {
    let base = Base::own(&site, &visitor).await?;
    visitor.page(&Editor::open(&site, &visitor, &base, &wish.faskes).await?.page(&Typed::default()).await?)
}

/// `GET /a/jadwal/{doctor}`
pub(super) async fn of(
    State(site): State<Site>,
    visitor: Visitor,
    Path(id): Path<String>,
    Params(wish): Params<Wish>,
) -> Result<Response> {
    visitor.cx.require(Permission::ScheduleManage)?;
    let base = Base::of(&site, &visitor, &id).await?;
    visitor.page(&Editor::open(&site, &visitor, &base, &wish.faskes).await?.page(&Typed::default()).await?)
}

/// `POST /d/jadwal`
pub(super) async fn keep_own(
    State(site): State<Site>,
    visitor: Visitor,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response> {
    let base = Base::own(&site, &visitor).await?;
    keep(&site, &visitor, &base, Typed(fields)).await
}

/// `POST /a/jadwal/{doctor}`
pub(super) async fn keep_of(
    State(site): State<Site>,
    visitor: Visitor,
    Path(id): Path<String>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response> {
    visitor.cx.require(Permission::ScheduleManage)?;
    let base = Base::of(&site, &visitor, &id).await?;
    keep(&site, &visitor, &base, Typed(fields)).await
}

/// `POST /d/jadwal/perubahan/{id}/hapus`
pub(super) async fn drop_own(State(site): State<Site>, visitor: Visitor, Path(id): Path<String>) -> Result<Response> {
    let base = Base::own(&site, &visitor).await?;
    take_back(&site, &visitor, &base, &id).await
}

/// `POST /a/jadwal/{doctor}/perubahan/{id}/hapus`
pub(super) async fn drop_of(
    State(site): State<Site>,
    visitor: Visitor,
    Path((doctor, id)): Path<(String, String)>,
) -> Result<Response> {
    let base = Base::of(&site, &visitor, &doctor).await?;
    take_back(&site, &visitor, &base, &id).await
}

async fn take_back(site: &Site, visitor: &Visitor, base: &Base, id: &str) -> Result<Response> {
    let id: ExceptionId = id.parse().map_err(|_| Error::NotFound("exception"))?;
    match site.scheduling.remove_exception(&visitor.cx, &id).await {
        // Pressed twice: it is gone.
        Ok(()) | Err(Error::NotFound(_)) => visitor.go_and_say(&base.path, "flash-departure-gone"),
        Err(other) => Err(other),
    }
}

/// The fields of a form as typed.
#[derive(Debug, Default)]
pub(super) struct Typed(pub Vec<(String, String)>);

impl Typed {
    /// A field; empty where it was not sent.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.trim())
    }

    /// Whether a field was sent at all.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    /// The rows of hours, removed ones left out.
    fn rows(&self) -> Vec<HoursRow> {
        let field = |letter: &str, n: usize| self.get(&format!("{letter}{n}")).to_owned();
        let rows = (0..MOST_ROWS).filter(|n| self.has(&format!("d{n}")) && self.get(&format!("x{n}")).is_empty());
        let rows = rows.map(|n| HoursRow {
            n,
            weekday: field("d", n).parse().unwrap_or(1),
            from: field("f", n),
            until: field("u", n),
            slot: field("s", n),
            capacity: field("c", n),
            modes: field("m", n),
            valid_from: field("vf", n),
            valid_until: field("vu", n),
            services: field("sv", n),
            error: String::new(),
            kept: true,
        });
        rows.filter(|row| !row.from.is_empty() || !row.until.is_empty()).collect()
    }
}

/// Reads a row; where it cannot be read, the text key of what is wrong.
fn hours_of(row: &HoursRow, today: Date) -> std::result::Result<Hours, &'static str> {
    let time = |text: &str| text.parse::<Time>().map_err(|_| "hours-bad-time");
    let number = |text: &str, otherwise: Option<u16>| match text {
        "" => Ok(otherwise),
        text => text.parse().map(Some).map_err(|_| "hours-bad-number"),
    };
    let date = |text: &str| match text {
        "" => Ok(None),
        text => text.parse::<Date>().map(Some).map_err(|_| "hours-bad-date"),
    };
    Ok(Hours {
        weekday: row.weekday,
        from: time(&row.from)?,
        until: time(&row.until)?,
        valid_from: date(&row.valid_from)?.unwrap_or(today),
        valid_until: date(&row.valid_until)?,
        slot_minutes: number(&row.slot, None)?,
        capacity: number(&row.capacity, Some(1))?.unwrap_or(1),
        modes: match row.modes.as_str() {
            "in_person" => vec![Mode::InPerson],
            "online" => vec![Mode::Online],
            _ => vec![Mode::InPerson, Mode::Online],
        },
        services: row.services.split(',').filter_map(|id| id.parse::<ServiceId>().ok()).collect(),
    })
}

fn row_of(n: usize, hours: &Hours) -> HoursRow {
    let number = |number: Option<u16>| number.map(|number| number.to_string()).unwrap_or_default();
    HoursRow {
        n,
        weekday: hours.weekday,
        from: hours.from.strftime("%H:%M").to_string(),
        until: hours.until.strftime("%H:%M").to_string(),
        slot: number(hours.slot_minutes),
        capacity: hours.capacity.to_string(),
        modes: match hours.modes.as_slice() {
            [one] => one.word().to_owned(),
            _ => "both".to_owned(),
        },
        valid_from: hours.valid_from.to_string(),
        valid_until: hours.valid_until.map(|date| date.to_string()).unwrap_or_default(),
        services: hours.services.iter().map(ToString::to_string).collect::<Vec<_>>().join(","),
        error: String::new(),
        kept: true,
    }
}

/// The editor of one place.
struct Editor<'a> {
    site: &'a Site,
    visitor: &'a Visitor,
    base: &'a Base,
    facility: Facility,
    services: Vec<Service>,
    kept: Option<Schedule>,
}

impl<'a> Editor<'a> {
    async fn open(site: &'a Site, visitor: &'a Visitor, base: &'a Base, wish: &str) -> Result<Self> {
        let cx = &visitor.cx;
        let practice = base.practice(wish)?;
        let facility = site.directory.facility(cx, &practice.facility.to_string()).await?;
        let kept = site.scheduling.schedules(cx, Some(facility.id.clone()), Some(base.doctor.id.clone())).await?;
        let services = services_of(site, visitor, practice).await?;
        Ok(Self { site, visitor, base, facility, services, kept: kept.into_iter().next() })
    }

    fn today(&self) -> Date {
        shown::at(self.visitor.cx.now(), &self.facility.zone).date()
    }

    fn form(&self, hours: Vec<Hours>, daily_cap: Option<u16>) -> ScheduleForm {
        ScheduleForm {
            facility: self.facility.id.clone(),
            doctor: Some(self.base.doctor.id.clone()),
            services: Vec::new(),
            hours,
            daily_cap,
        }
    }

    /// What a form would come to, from that day on.
    async fn preview(&self, typed: &Typed, form: ScheduleForm, added: Vec<Exception>, from: Date) -> Result<Preview> {
        let service = self.services.iter().find(|service| service.id.to_string() == typed.get("layanan"));
        let Some(service) = service.or(self.services.first()) else { return Err(Error::invalid("service", "unknown")) };
        let wished = mode_of(typed.get("cara"));
        let mode = if service.modes.contains(&wished) { wished } else { service.modes[0] };
        let ask = PreviewAsk {
            form,
            added,
            removed: Vec::new(),
            service: service.id.clone(),
            mode,
            from: Some(from),
            days: Some(DAYS),
        };
        self.site.scheduling.preview(&self.visitor.cx, ask).await
    }

    /// The page, with what was typed.
    async fn page(&self, typed: &Typed) -> Result<view::Schedule> {
        let (visitor, cx, locale) = (self.visitor, &self.visitor.cx, self.visitor.speech.locale);
        let kept = self.kept.iter().flat_map(|schedule| &schedule.hours).enumerate();
        let rows: Vec<HoursRow> =
            if typed.has("d0") { typed.rows() } else { kept.map(|(n, hours)| row_of(n, hours)).collect() };
        let cap = self.kept.as_ref().and_then(|schedule| schedule.daily_cap).map(|cap| cap.to_string());
        let cap = if typed.has("cap") { typed.get("cap").to_owned() } else { cap.unwrap_or_default() };
        let (from, today) = (cx.now(), self.today());
        let until = from + jiff::SignedDuration::from_hours(24 * AHEAD);
        let facility = Some(self.facility.id.clone());
        let doctor = Some(self.base.doctor.id.clone());
        let exceptions = self.site.scheduling.exceptions(cx, facility, doctor, from, until).await?;
        let leaves = self.site.scheduling.leaves(cx, &self.base.doctor.id).await?;
        let policy = self.site.scheduling.policy(cx, &self.facility.id).await?;
        let mut holidays = self.site.scheduling.holidays(cx, today.year()).await?;
        holidays.extend(self.site.scheduling.holidays(cx, today.year() + 1).await?);
        let last = today.saturating_add(AHEAD.days());
        let holidays = holidays.into_iter().filter(|holiday| today <= holiday.date && holiday.date <= last);
        let mut places = Vec::new();
        for practice in &self.base.practices {
            let facility = self.site.directory.facility(cx, &practice.facility.to_string()).await?;
            places.push(Option_ {
                value: format!("{}?faskes={}", self.base.path, encoded(&facility.id.to_string())),
                chosen: facility.id == self.facility.id,
                label: facility.name,
            });
        }
        let chosen_mode = mode_of(typed.get("cara"));
        Ok(view::Schedule {
            shell: self.base.shell(visitor, "schedule-title"),
            path: self.base.path.clone(),
            leave_path: self.base.leave_path(),
            doctor: self.base.doctor.name.clone(),
            places,
            facility: self.facility.id.to_string(),
            zone: shown::zone_label(cx.now(), &self.facility.zone),
            week: self.week(rows),
            cap: Field::of(cap),
            version: self.kept.as_ref().map(|schedule| schedule.version.to_string()).unwrap_or_default(),
            services: self
                .services
                .iter()
                .map(|service| Option_ {
                    value: service.id.to_string(),
                    label: shown::said(&service.name, locale),
                    chosen: service.id.to_string() == typed.get("layanan"),
                })
                .collect(),
            modes: modes(visitor, chosen_mode),
            faults: Vec::new(),
            outcome: None,
            departures: exceptions.iter().map(|exception| self.departure(exception, &leaves)).collect(),
            wanted: WantedDeparture {
                kind: if typed.get("kind") == "instead" { "instead" } else { "extra" }.to_owned(),
                day: typed.get("hari").to_owned(),
                from: typed.get("mulai").to_owned(),
                until: typed.get("selesai").to_owned(),
                open: typed.has("hari"),
            },
            leaves: leaves.into_iter().map(|leave| self.leave(leave)).collect(),
            open_on_holidays: !policy.closed_on_holidays,
            holidays: holidays
                .map(|holiday| (format::day(holiday.date, locale), shown::said(&holiday.name, locale)))
                .collect(),
        })
    }

    fn week(&self, rows: Vec<HoursRow>) -> Vec<WeekDay> {
        let locale = self.visitor.speech.locale;
        let mut n = rows.iter().map(|row| row.n + 1).max().unwrap_or(0);
        let monday = Date::constant(2026, 11, 23);
        let days = (1..=7_u8).map(|weekday| {
            let mut own: Vec<HoursRow> = rows.iter().filter(|row| row.weekday == weekday).cloned().collect();
            own.sort_by(|a, b| (&a.valid_from, &a.from).cmp(&(&b.valid_from, &b.from)));
            let point = |time: &str| {
                if locale == platform::i18n::Locale::Id { time.replace(':', ".") } else { time.to_owned() }
            };
            let spans = own.iter().map(|row| format!("{}–{}", point(&row.from), point(&row.until)));
            let (line, open) = (spans.collect::<Vec<_>>().join(", "), own.iter().any(|row| !row.error.is_empty()));
            own.push(HoursRow {
                n,
                weekday,
                capacity: "1".to_owned(),
                modes: "both".to_owned(),
                valid_from: self.today().to_string(),
                ..HoursRow::default()
            });
            n += 1;
            let date = monday.saturating_add(i64::from(weekday - 1).days());
            WeekDay { name: format::weekday(date, locale).to_owned(), line, rows: own, open }
        });
        days.collect()
    }

    fn departure(&self, exception: &Exception, leaves: &[LeaveSummary]) -> Departure {
        // What a leave closed opens with the leave.
        let of_leave = leaves.iter().any(|leave| {
            matches!(leave.state, LeaveState::Deciding | LeaveState::Running)
                && (leave.starts_at, leave.ends_at) == (exception.starts_at, exception.ends_at)
        });
        let (zone, locale) = (&self.facility.zone, self.visitor.speech.locale);
        let kind = match (exception.kind, &exception.facility) {
            (ExceptionKind::Absent, Some(_)) => "departure-closed",
            (ExceptionKind::Absent, None) => "departure-absent",
            (ExceptionKind::Instead, _) => "departure-instead",
            (ExceptionKind::Extra, _) => "departure-extra",
        };
        let id = exception.id.as_ref().map(ToString::to_string).unwrap_or_default();
        Departure {
            action: format!("{}/perubahan/{id}/hapus", self.base.path),
            when: span(exception.starts_at, exception.ends_at, zone, locale),
            kind,
            reason: exception.reason.clone().unwrap_or_default(),
            removable: exception.facility.is_none() && !of_leave,
        }
    }

    fn leave(&self, leave: LeaveSummary) -> LeaveLine {
        let (state, class) = state_of(leave.state);
        let root = if self.base.area == Area::Doctor { "/d/cuti" } else { "/a/cuti" };
        LeaveLine {
            href: format!("{root}/{}", leave.id),
            when: span(leave.starts_at, leave.ends_at, &leave.zone, self.visitor.speech.locale),
            state,
            class,
            visits: leave.visits,
            open: leave.open,
        }
    }
}

/// Text key and chip of a leave's state.
pub(super) fn state_of(state: LeaveState) -> (&'static str, &'static str) {
    match state {
        LeaveState::Deciding => ("leave-deciding", "chip--wait"),
        LeaveState::Running => ("leave-running", "chip--info"),
        LeaveState::Done => ("leave-done", "chip--ok"),
        LeaveState::Withdrawn => ("leave-withdrawn", "chip--mute"),
    }
}

/// From and until, the day once where it is one; whole days without times.
pub(super) fn span(starts: Timestamp, ends: Timestamp, zone: &str, locale: platform::i18n::Locale) -> String {
    let (from, to) = (shown::at(starts, zone), shown::at(ends, zone));
    let whole = from.time() == Time::midnight() && to.time() == Time::midnight();
    if whole {
        let last = to.date().saturating_sub(1.day());
        return if last <= from.date() {
            format::day_year(from.date(), locale)
        } else {
            format!("{} – {}", format::day(from.date(), locale), format::day_year(last, locale))
        };
    }
    if from.date() == to.date() {
        format!("{}, {}", format::day(from.date(), locale), format::span(&from, &to, locale))
    } else {
        format!("{} – {}", format::when(&from, locale), format::when(&to, locale))
    }
}

/// The services a practice offers.
pub(super) async fn services_of(site: &Site, visitor: &Visitor, practice: &Practice) -> Result<Vec<Service>> {
    let mut services = Vec::new();
    for offered in &practice.services {
        services.extend(offers::known(site.directory.service(&visitor.cx, &offered.service).await)?);
    }
    services.retain(|service| !service.modes.is_empty());
    Ok(services)
}

/// The way of meeting in an address.
pub(super) fn mode_of(word: &str) -> Mode {
    if word == "video" { Mode::Online } else { Mode::InPerson }
}

/// The ways of meeting to choose from.
pub(super) fn modes(visitor: &Visitor, chosen: Mode) -> Vec<Option_> {
    let option = |value: &str, label: &str, mode: Mode| Option_ {
        value: value.to_owned(),
        label: visitor.say(label),
        chosen: mode == chosen,
    };
    vec![option("klinik", "mode-clinic", Mode::InPerson), option("video", "mode-video", Mode::Online)]
}

/// Shows what it would come to, or keeps it: never over somebody's head.
async fn keep(site: &Site, visitor: &Visitor, base: &Base, typed: Typed) -> Result<Response> {
    visitor.cx.account()?;
    let editor = Editor::open(site, visitor, base, typed.get("faskes")).await?;
    if typed.has("hari") {
        return keep_departure(&editor, &typed).await;
    }
    let mut rows = typed.rows();
    let today = editor.today();
    let mut hours = Vec::new();
    for row in &mut rows {
        match hours_of(row, today) {
            Ok(one) => hours.push(one),
            Err(key) => row.error = visitor.say(key),
        }
    }
    let daily_cap = match typed.get("cap") {
        "" => None,
        cap => Some(cap.parse::<u16>().unwrap_or(0)),
    };
    let mut page = editor.page(&typed).await?;
    if rows.iter().any(|row| !row.error.is_empty()) {
        page.faults.push(visitor.say("hours-mend"));
        page.week = editor.week(rows);
        page.shell.failing = true;
        return visitor.page_with(axum::http::StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    let form = editor.form(hours, daily_cap);
    let found = match editor.preview(&typed, form.clone(), Vec::new(), today).await {
        Ok(found) => found,
        Err(error @ (Error::Invalid(_) | Error::Conflict(_))) => return refused(visitor, page, &error),
        Err(other) => return Err(other),
    };
    let sure = found.affected.count == 0 || typed.get("yakin") == "ya";
    if typed.get("simpan").is_empty() || !sure {
        page.outcome = Some(outcome(visitor, &found, false));
        return visitor.page(&page);
    }
    let version = typed.get("version").parse().ok();
    match site.scheduling.set_schedule(&visitor.cx, version, form).await {
        Ok(_) => {
            let back = format!("{}?faskes={}", base.path, encoded(&editor.facility.id.to_string()));
            visitor.go_and_say(&back, "flash-schedule")
        }
        Err(error @ (Error::Invalid(_) | Error::Conflict(_) | Error::Stale)) => refused(visitor, page, &error),
        Err(other) => Err(other),
    }
}

fn refused(visitor: &Visitor, mut page: view::Schedule, error: &Error) -> Result<Response> {
    let told = visitor.told(error);
    page.faults = if told.errors.is_empty() {
        vec![visitor.words_of(error)]
    } else {
        told.errors.iter().map(|field| field.message.clone()).collect()
    };
    page.shell.failing = true;
    let status = axum::http::StatusCode::from_u16(error.status()).unwrap_or(axum::http::StatusCode::CONFLICT);
    visitor.page_with(status, &page)
}

/// Hours besides the week's, or in place of a day's.
async fn keep_departure(editor: &Editor<'_>, typed: &Typed) -> Result<Response> {
    let (visitor, site) = (editor.visitor, editor.site);
    let mut page = editor.page(typed).await?;
    let read = departure_of(editor, typed);
    let exception = match read {
        Ok(exception) => exception,
        Err(key) => {
            page.faults.push(visitor.say(key));
            page.shell.failing = true;
            return visitor.page_with(axum::http::StatusCode::UNPROCESSABLE_ENTITY, &page);
        }
    };
    let kept = editor.kept.clone();
    let form = editor.form(
        kept.as_ref().map(|schedule| schedule.hours.clone()).unwrap_or_default(),
        kept.and_then(|schedule| schedule.daily_cap),
    );
    let day = shown::at(exception.starts_at, &editor.facility.zone).date();
    let found = match editor.preview(typed, form, vec![exception.clone()], day).await {
        Ok(found) => found,
        Err(error @ (Error::Invalid(_) | Error::Conflict(_))) => return refused(visitor, page, &error),
        Err(other) => return Err(other),
    };
    let sure = found.affected.count == 0 || typed.get("yakin") == "ya";
    if typed.get("simpan").is_empty() || !sure {
        page.outcome = Some(outcome(visitor, &found, true));
        return visitor.page(&page);
    }
    match site.scheduling.add_exception(&visitor.cx, exception).await {
        Ok(_) => {
            let back = format!("{}?faskes={}", editor.base.path, encoded(&editor.facility.id.to_string()));
            visitor.go_and_say(&back, "flash-departure")
        }
        Err(error @ (Error::Invalid(_) | Error::Conflict(_))) => refused(visitor, page, &error),
        Err(other) => Err(other),
    }
}

fn departure_of(editor: &Editor<'_>, typed: &Typed) -> std::result::Result<Exception, &'static str> {
    let schedule = editor.kept.as_ref().ok_or("departure-no-schedule")?;
    let day: Date = typed.get("hari").parse().map_err(|_| "hours-bad-date")?;
    let time = |name: &str| typed.get(name).parse::<Time>().map_err(|_| "hours-bad-time");
    let (from, until) = (time("mulai")?, time("selesai")?);
    let zone = shown::zone(&editor.facility.zone);
    let instant = |date: Date, time: Time| {
        date.to_datetime(time).to_zoned(zone.clone()).map(|at| at.timestamp()).map_err(|_| "hours-bad-date")
    };
    let last = if until <= from { day.saturating_add(1.day()) } else { day };
    Ok(Exception {
        id: None,
        schedule: Some(schedule.id.clone()),
        doctor: None,
        facility: None,
        kind: if typed.get("kind") == "instead" { ExceptionKind::Instead } else { ExceptionKind::Extra },
        starts_at: instant(day, from)?,
        ends_at: instant(last, until)?,
        slot_minutes: None,
        capacity: None,
        reason: None,
    })
}

fn outcome(visitor: &Visitor, found: &Preview, departure: bool) -> Outcome {
    let locale = visitor.speech.locale;
    let count =
        |change: StartChange| found.days.iter().flat_map(|day| &day.times).filter(|time| time.change == change).count();
    let point = if locale == platform::i18n::Locale::Id { '.' } else { ':' };
    let days = found.days.iter().map(|day| OutcomeDay {
        label: format::day(day.date, locale),
        off: match day.status {
            DayStatus::Holiday => "outcome-holiday",
            DayStatus::Leave => "outcome-leave",
            DayStatus::Outside => "outcome-outside",
            DayStatus::Open | DayStatus::Full => "",
            DayStatus::Off => "outcome-off",
        },
        holiday: day.holiday.as_ref().map(|name| shown::said(name, locale)).unwrap_or_default(),
        times: day
            .times
            .iter()
            .map(|time| OutcomeStart {
                clock: format!("{:02}{point}{:02}", time.local.hour(), time.local.minute()),
                change: time.change.word(),
                said: match time.change {
                    StartChange::Kept => "",
                    StartChange::New => "outcome-is-new",
                    StartChange::Gone => "outcome-is-gone",
                },
            })
            .collect(),
    });
    Outcome {
        new: count(StartChange::New),
        gone: count(StartChange::Gone),
        conflicts: found.affected.appointments.iter().take(CONFLICTS).map(|visit| conflict(visit, visitor)).collect(),
        count: found.affected.count,
        days: days.collect(),
        departure,
    }
}

fn conflict(visit: &Appointment, visitor: &Visitor) -> Conflict {
    let locale = visitor.speech.locale;
    Conflict {
        when: format::when(&shown::at(visit.starts_at, &visit.zone), locale),
        name: visit.patient_name.clone(),
        service: shown::said(&visit.service_name, locale),
    }
}

/// The query of the list of doctors.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Sought {
    q: String,
}

/// `GET /a/jadwal`
pub(super) async fn doctors(
    State(site): State<Site>,
    visitor: Visitor,
    Params(sought): Params<Sought>,
) -> Result<Response> {
    let cx = &visitor.cx;
    if !cx.may(Permission::AppointmentManage) {
        cx.require(Permission::ScheduleManage)?;
    }
    let places: Vec<Option<FacilityId>> = match &cx.facilities {
        Some(served) => served.iter().filter_map(|id| id.parse().ok()).map(Some).collect(),
        None => vec![None],
    };
    let q: String = sought.q.trim().chars().take(100).collect();
    let mut rows: Vec<(String, String, String, String)> = Vec::new();
    let plans = cx.may(Permission::ScheduleManage);
    for facility in places {
        let ask = DoctorSearch {
            q: Some(q.clone()).filter(|q| !q.is_empty()),
            facility,
            page: PageAsk { limit: 50, after: None },
            ..DoctorSearch::default()
        };
        for card in site.directory.search_doctors(cx, ask).await?.items {
            let page = if plans { String::new() } else { "/kenapa".to_owned() };
            let href = format!("/a/jadwal/{}{page}", card.id);
            let field = card.specialities.first().map(|name| shown::said(name, visitor.speech.locale));
            let line = [field.unwrap_or_default(), card.facility_name].join(" · ");
            if !rows.iter().any(|(known, ..)| *known == href) {
                rows.push((href, card.name, line, shown::portrait_of_doctor(Some(card.sex), &card.slug)));
            }
        }
    }
    rows.sort_by(|a, b| a.1.cmp(&b.1));
    visitor.page(&ScheduleDoctors {
        shell: visitor.shell("schedules-title", Area::Admin, Here::Schedule),
        q,
        doctors: rows,
    })
}
