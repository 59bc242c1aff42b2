//! Days on which a whole facility is closed: renovation, an outing, a holiday of its own (C1, R.V3).

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use contracts::{
    Permission,
    directory::Facility,
    scheduling::{Affected, Exception, ExceptionId, ExceptionKind},
};
use jiff::{
    SignedDuration, Timestamp, ToSpan as _,
    civil::{Date, Time},
};
use platform::{Error, Result};

use super::{
    Site,
    admin_form::{Filling, Places, Values},
    admin_masters as masters, encoded,
    schedule::span,
    shown,
    visitor::Visitor,
};
use crate::{
    format,
    view::{AdminClosures, AffectedVisits, ClosureRow, Conflict, Here},
};

/// Days ahead that are shown.
const AHEAD: i64 = 731;
/// Appointments shown of those in the way.
const CONFLICTS: usize = 20;

const PLACES: &Places = &[("starts_at", "from"), ("ends_at", "until"), ("reason", "reason")];

/// `GET /admin/facilities/{id}/closures`
pub(super) async fn show(State(site): State<Site>, visitor: Visitor, Path(id): Path<String>) -> Result<Response> {
    let facility = masters::facility_where(&site, &visitor, Permission::ScheduleManage, &id).await?;
    visitor.page(&page(&site, &visitor, &facility, &Filling::default(), None).await?)
}

/// `POST /admin/facilities/{id}/closures`: nothing new is booked; what is booked stays until somebody decides (R.V5).
pub(super) async fn add(
    State(site): State<Site>,
    visitor: Visitor,
    Path(id): Path<String>,
    mut sent: Filling,
) -> Result<Response> {
    let facility = masters::facility_where(&site, &visitor, Permission::ScheduleManage, &id).await?;
    let Some(closure) = closure(&visitor, &facility, &mut sent) else {
        let page = page(&site, &visitor, &facility, &sent, None).await?;
        return visitor.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
    };
    // Pressed twice: it is there.
    let same = |known: &Exception| (known.starts_at, known.ends_at) == (closure.starts_at, closure.ends_at);
    if closures(&site, &visitor, &facility).await?.iter().any(same) {
        return visitor.go_and_say(&path_of(&facility), "flash-adm-closure");
    }
    match site.scheduling.add_exception(&visitor.cx, closure).await {
        Ok((_, affected)) if affected.count == 0 => visitor.go_and_say(&path_of(&facility), "flash-adm-closure"),
        Ok((kept, affected)) => {
            let told = told(&visitor, &facility, &kept, &affected);
            visitor.page(&page(&site, &visitor, &facility, &Filling::default(), Some(told)).await?)
        }
        Err(error) => {
            let status = sent.refused(&visitor, error, PLACES, &Values::new())?;
            visitor.page_with(status, &page(&site, &visitor, &facility, &sent, None).await?)
        }
    }
}

/// `POST /admin/facilities/{id}/closures/{closure}/remove`
pub(super) async fn remove(
    State(site): State<Site>,
    visitor: Visitor,
    Path((id, closure)): Path<(String, String)>,
) -> Result<Response> {
    let facility = masters::facility_where(&site, &visitor, Permission::ScheduleManage, &id).await?;
    let closure: ExceptionId = closure.parse().map_err(|_| Error::NotFound("exception"))?;
    match site.scheduling.remove_exception(&visitor.cx, &closure).await {
        // Pressed twice: it is gone.
        Ok(()) | Err(Error::NotFound(_)) => visitor.go_and_say(&path_of(&facility), "flash-adm-removed"),
        Err(other) => Err(other),
    }
}

fn path_of(facility: &Facility) -> String {
    format!("{}/closures", masters::path_of(&facility.id))
}

/// What was typed, or nothing where it must be mended: whole days, or a part of them.
fn closure(visitor: &Visitor, facility: &Facility, sent: &mut Filling) -> Option<Exception> {
    let from: Option<Date> = sent.get("from").parse().ok();
    if from.is_none() {
        sent.mend("from", visitor.say("hours-bad-date"));
    }
    let until = if sent.has("until") { sent.get("until").parse().ok() } else { from };
    if until.is_none() && from.is_some() {
        sent.mend("until", visitor.say("hours-bad-date"));
    }
    let mut time = |field: &'static str| {
        let read: Option<Time> = sent.get(field).replace('.', ":").parse().ok();
        if read.is_none() && sent.has(field) {
            sent.mend(field, visitor.say("hours-bad-time"));
        }
        read
    };
    let (start, end) = (time("start"), time("end"));
    if !sent.mends.is_empty() {
        return None;
    }
    let zone = shown::zone(&facility.zone);
    let instant = |date: Date, time: Time| date.to_datetime(time).to_zoned(zone.clone()).ok().map(|at| at.timestamp());
    let (first, last) = (from?, until?);
    let starts_at = instant(first, start.unwrap_or_else(Time::midnight))?;
    let ends_at = match end {
        Some(end) => instant(last, end)?,
        None => instant(last.saturating_add(1.day()), Time::midnight())?,
    };
    Some(Exception {
        id: None,
        schedule: None,
        doctor: None,
        facility: Some(facility.id.clone()),
        kind: ExceptionKind::Absent,
        starts_at,
        ends_at,
        slot_minutes: None,
        capacity: None,
        reason: Some(sent.text("reason")).filter(|reason| !reason.is_empty()),
    })
}

/// The facility's closures that are not over.
async fn closures(site: &Site, visitor: &Visitor, facility: &Facility) -> Result<Vec<Exception>> {
    let now = visitor.cx.now();
    let until: Timestamp = now + SignedDuration::from_hours(24 * AHEAD);
    let all = site.scheduling.exceptions(&visitor.cx, Some(facility.id.clone()), None, now, until).await?;
    let whole = |exception: &Exception| exception.facility.is_some() && exception.kind == ExceptionKind::Absent;
    Ok(all.into_iter().filter(whole).collect())
}

fn told(visitor: &Visitor, facility: &Facility, kept: &Exception, affected: &Affected) -> AffectedVisits {
    let locale = visitor.speech.locale;
    let day = shown::at(kept.starts_at, &facility.zone).date();
    AffectedVisits {
        count: affected.count,
        href: format!("/admin/reservations?tgl={day}&faskes={}", encoded(&facility.id.to_string())),
        visits: affected
            .appointments
            .iter()
            .take(CONFLICTS)
            .map(|visit| Conflict {
                when: format::when(&shown::at(visit.starts_at, &visit.zone), locale),
                name: visit.patient_name.clone(),
                service: shown::said(&visit.service_name, locale),
            })
            .collect(),
    }
}

async fn page(
    site: &Site,
    visitor: &Visitor,
    facility: &Facility,
    sent: &Filling,
    affected: Option<AffectedVisits>,
) -> Result<AdminClosures> {
    let locale = visitor.speech.locale;
    let path = path_of(facility);
    let back = masters::path_of(&facility.id);
    let mut shell = masters::below(visitor, visitor.say("closures-title"), Here::Places, back, "back-facility");
    shell.failing = sent.failing();
    let rows = closures(site, visitor, facility).await?.into_iter().map(|closure| ClosureRow {
        action: format!("{path}/{}/remove", closure.id.map(|id| id.to_string()).unwrap_or_default()),
        when: span(closure.starts_at, closure.ends_at, &facility.zone, locale),
        reason: closure.reason.unwrap_or_default(),
    });
    Ok(AdminClosures {
        shell,
        facility: facility.name.clone(),
        zone: shown::zone_label(visitor.cx.now(), &facility.zone),
        action: path.clone(),
        rows: rows.collect(),
        mends: sent.mends.clone(),
        from: sent.field("from"),
        until: sent.field("until"),
        start: sent.field("start"),
        end: sent.field("end"),
        reason: sent.field("reason"),
        parts: sent.has("start") || sent.has("end"),
        affected,
    })
}
