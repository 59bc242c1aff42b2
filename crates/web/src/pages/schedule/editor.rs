//! The editor of the hours at one place: what is kept, what was typed, what stands around it.

use contracts::{
    directory::{Facility, Service},
    scheduling::{
        Exception, ExceptionKind, Hours, LeaveState, LeaveSummary, Preview, PreviewAsk, Schedule, ScheduleForm,
    },
};
use jiff::{ToSpan as _, civil::Date};
use platform::{Error, Result};

use super::{
    Base, mode_of, modes, services_of, span, state_of,
    typed::{Typed, row_of},
    week::week,
};
use crate::{
    format,
    pages::{Site, encoded, shown, visitor::Visitor},
    view::{self, Area, Departure, Field, HoursRow, LeaveLine, Option_, WantedDeparture, WeekDay},
};

/// Days shown of what hours would come to.
const DAYS: u16 = 14;
/// Days ahead in which departures and holidays are listed.
const AHEAD: i64 = 120;

/// The editor of one place.
pub(super) struct Editor<'a> {
    pub site: &'a Site,
    pub visitor: &'a Visitor,
    pub base: &'a Base,
    pub facility: Facility,
    services: Vec<Service>,
    /// What is kept now, where there is something.
    pub kept: Option<Schedule>,
}

impl<'a> Editor<'a> {
    /// The editor at the practice wished for.
    pub async fn open(site: &'a Site, visitor: &'a Visitor, base: &'a Base, wish: &str) -> Result<Self> {
        let cx = &visitor.cx;
        let practice = base.practice(wish)?;
        let facility = site.directory.facility(cx, &practice.facility.to_string()).await?;
        let kept = site.scheduling.schedules(cx, Some(facility.id.clone()), Some(base.doctor.id.clone())).await?;
        let services = services_of(site, visitor, practice).await?;
        Ok(Self { site, visitor, base, facility, services, kept: kept.into_iter().next() })
    }

    /// Today at the facility.
    pub fn today(&self) -> Date {
        shown::at(self.visitor.cx.now(), &self.facility.zone).date()
    }

    /// What is asked for with these hours.
    pub fn form(&self, hours: Vec<Hours>, daily_cap: Option<u16>) -> ScheduleForm {
        ScheduleForm {
            facility: self.facility.id.clone(),
            doctor: Some(self.base.doctor.id.clone()),
            services: Vec::new(),
            hours,
            daily_cap,
        }
    }

    /// What a form would come to, from that day on.
    pub async fn preview(
        &self,
        typed: &Typed,
        form: ScheduleForm,
        added: Vec<Exception>,
        from: Date,
    ) -> Result<Preview> {
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
    pub async fn page(&self, typed: &Typed) -> Result<view::Schedule> {
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
            // What was opened stays what is saved over: a preview must not take over what somebody else saved meanwhile.
            version: if typed.has("version") { typed.get("version").to_owned() } else { self.kept_version() },
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

    /// The version of what is kept; empty where nothing is.
    pub fn kept_version(&self) -> String {
        self.kept.as_ref().map(|schedule| schedule.version.to_string()).unwrap_or_default()
    }

    /// The days of the form with these rows.
    pub fn week(&self, rows: Vec<HoursRow>) -> Vec<WeekDay> {
        week(self.visitor, rows, self.today())
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
