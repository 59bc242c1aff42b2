//! The weekly hours of a desk (laboratory, procedures, vaccination) with how many it takes at a time (C1, C2): looked at
//! before they are kept, as a doctor's are.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use contracts::{
    Permission,
    directory::{Facility, Service, ServiceKind},
    scheduling::{Hours, Preview, PreviewAsk, Schedule, ScheduleForm},
};
use platform::{Error, Result, http::Form};

use super::{
    Site, admin_masters as masters, admin_services as services,
    schedule::{self, Typed},
    shown,
    visitor::Visitor,
};
use crate::view::{AdminDeskHours, Field, Here, HoursRow};

/// Days shown of what hours would come to.
const DAYS: u16 = 14;

/// A desk and what is kept of it.
struct Desk {
    service: Service,
    facility: Facility,
    kept: Option<Schedule>,
    /// The names of everything done at the desk.
    names: Vec<String>,
}

async fn open(site: &Site, visitor: &Visitor, id: &str) -> Result<Desk> {
    visitor.cx.require(Permission::ScheduleManage)?;
    let (service, facility) = services::own(site, visitor, id).await?;
    if service.kind == ServiceKind::Consultation {
        return Err(Error::NotFound("schedule"));
    }
    let schedules = site.scheduling.schedules(&visitor.cx, Some(facility.id.clone()), None).await?;
    let kept = schedules.into_iter().find(|schedule| schedule.services.contains(&service.id));
    let all = site.directory.services(&visitor.cx, &facility.id, None).await?;
    let here = |one: &&Service| match &kept {
        Some(schedule) => schedule.services.contains(&one.id),
        None => one.id == service.id,
    };
    let names = all.iter().filter(here).map(|one| shown::said(&one.name, visitor.speech.locale)).collect();
    Ok(Desk { service, facility, kept, names })
}

impl Desk {
    fn form(&self, hours: Vec<Hours>, daily_cap: Option<u16>) -> ScheduleForm {
        let services = self.kept.as_ref().map(|kept| kept.services.clone());
        ScheduleForm {
            facility: self.facility.id.clone(),
            doctor: None,
            services: services.unwrap_or_else(|| vec![self.service.id.clone()]),
            hours,
            daily_cap,
        }
    }

    async fn preview(&self, site: &Site, visitor: &Visitor, form: ScheduleForm) -> Result<Preview> {
        let mode = *self.service.modes.first().ok_or_else(|| Error::invalid("modes", "required"))?;
        let from = shown::at(visitor.cx.now(), &self.facility.zone).date();
        let service = self.service.id.clone();
        let (added, removed) = (Vec::new(), Vec::new());
        let ask = PreviewAsk { form, added, removed, service, mode, from: Some(from), days: Some(DAYS) };
        site.scheduling.preview(&visitor.cx, ask).await
    }

    fn page(&self, visitor: &Visitor, typed: &Typed) -> AdminDeskHours {
        let today = shown::at(visitor.cx.now(), &self.facility.zone).date();
        let kept = self.kept.iter().flat_map(|schedule| &schedule.hours).enumerate();
        let rows: Vec<HoursRow> =
            if typed.has("d0") { typed.rows() } else { kept.map(|(n, hours)| schedule::row_of(n, hours)).collect() };
        let cap = self.kept.as_ref().and_then(|schedule| schedule.daily_cap).map(|cap| cap.to_string());
        let version = self.kept.as_ref().map(|schedule| schedule.version.to_string()).unwrap_or_default();
        let back = format!("/admin/services/{}", self.service.id);
        let title = visitor.say("desk-hours-title");
        AdminDeskHours {
            shell: masters::below(visitor, title, Here::Places, back, "back-service"),
            action: services::hours_path(&self.service.id),
            service: shown::said(&self.service.name, visitor.speech.locale),
            place: format!("{} · {}", self.facility.name, shown::zone_label(visitor.cx.now(), &self.facility.zone)),
            shared: if self.names.len() > 1 { self.names.join(", ") } else { String::new() },
            week: schedule::week(visitor, rows, today),
            cap: Field::of(if typed.has("cap") { typed.get("cap").to_owned() } else { cap.unwrap_or_default() }),
            version: if typed.has("version") { typed.get("version").to_owned() } else { version },
            faults: Vec::new(),
            outcome: None,
        }
    }
}

/// `GET /admin/services/{id}/hours`
pub(super) async fn show(State(site): State<Site>, visitor: Visitor, Path(id): Path<String>) -> Result<Response> {
    let desk = open(&site, &visitor, &id).await?;
    visitor.page(&desk.page(&visitor, &Typed::default()))
}

/// `POST /admin/services/{id}/hours`: shows what it would come to, or keeps it.
pub(super) async fn keep(
    State(site): State<Site>,
    visitor: Visitor,
    Path(id): Path<String>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response> {
    let desk = open(&site, &visitor, &id).await?;
    let typed = Typed(fields);
    let today = shown::at(visitor.cx.now(), &desk.facility.zone).date();
    let mut page = desk.page(&visitor, &typed);
    let mut rows = typed.rows();
    let mut hours = Vec::new();
    for row in &mut rows {
        match schedule::hours_of(row, today) {
            Ok(one) => hours.push(one),
            Err(key) => row.error = visitor.say(key),
        }
    }
    if rows.iter().any(|row| !row.error.is_empty()) {
        page.faults.push(visitor.say("hours-mend"));
        page.week = schedule::week(&visitor, rows, today);
        page.shell.failing = true;
        return visitor.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    let modes = desk.service.modes.clone();
    for row in &mut hours {
        row.modes.retain(|mode| modes.contains(mode));
    }
    let daily_cap = match typed.get("cap") {
        "" => None,
        cap => Some(cap.parse().unwrap_or(0)),
    };
    let form = desk.form(hours, daily_cap);
    let found = match desk.preview(&site, &visitor, form.clone()).await {
        Ok(found) => found,
        Err(error @ (Error::Invalid(_) | Error::Conflict(_))) => return refused(&visitor, page, &error),
        Err(other) => return Err(other),
    };
    let sure = found.affected.count == 0 || typed.get("yakin") == "ya";
    if typed.get("simpan").is_empty() || !sure {
        page.outcome = Some(schedule::outcome(&visitor, &found, false));
        return visitor.page(&page);
    }
    match site.scheduling.set_schedule(&visitor.cx, typed.get("version").parse().ok(), form).await {
        Ok(_) => visitor.go_and_say(&services::hours_path(&desk.service.id), "flash-adm-hours"),
        Err(error @ (Error::Stale | Error::PreconditionRequired)) => {
            // Saving once more is a decision: the page goes on from what is kept now.
            page.version = desk.kept.as_ref().map(|kept| kept.version.to_string()).unwrap_or_default();
            refused(&visitor, page, if matches!(error, Error::Stale) { &error } else { &Error::Stale })
        }
        Err(error @ (Error::Invalid(_) | Error::Conflict(_))) => refused(&visitor, page, &error),
        Err(other) => Err(other),
    }
}

fn refused(visitor: &Visitor, mut page: AdminDeskHours, error: &Error) -> Result<Response> {
    let told = visitor.told(error);
    page.faults = if told.errors.is_empty() {
        vec![visitor.words_of(error)]
    } else {
        told.errors.iter().map(|field| field.message.clone()).collect()
    };
    page.shell.failing = true;
    visitor.page_with(StatusCode::from_u16(error.status()).unwrap_or(StatusCode::CONFLICT), &page)
}
