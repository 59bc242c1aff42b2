//! What is done with a form of hours: shown first, kept when nobody stands in the way or somebody is sure.

use axum::{http::StatusCode, response::Response};
use contracts::scheduling::{Exception, ExceptionKind};
use jiff::{
    ToSpan as _,
    civil::{Date, Time},
};
use platform::{Error, Result};

use super::{
    Base,
    editor::Editor,
    outcome::outcome,
    typed::{Typed, hours_of},
};
use crate::{
    pages::{Site, encoded, shown, visitor::Visitor},
    view,
};

/// Shows what it would come to, or keeps it: never over somebody's head.
pub(super) async fn keep(site: &Site, visitor: &Visitor, base: &Base, typed: Typed) -> Result<Response> {
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
        return visitor.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
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
        Err(Error::Stale | Error::PreconditionRequired) => {
            // Told once; whoever saves again does so over what they were told of.
            page.version = editor.kept_version();
            refused(visitor, page, &Error::Stale)
        }
        Err(error @ (Error::Invalid(_) | Error::Conflict(_))) => refused(visitor, page, &error),
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
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::CONFLICT);
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
            return visitor.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
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
