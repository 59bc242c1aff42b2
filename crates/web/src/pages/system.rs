//! The house for its operators (H3, J5): processes, parked events, jobs, logs by trace id.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use contracts::{
    Permission,
    system::{ContextJobs, Gathered, ParkedEvent},
};
use platform::{
    Error, Result,
    http::{Form, Params},
};
use serde::Deserialize;

use super::{Site, system_told as told, visitor::Visitor};
use crate::view::{
    Area, Field, Here, Shell, System, SystemJobs, SystemLogs, SystemParked, SystemTab, SystemTabs, Tone,
};

/// What may have just happened on these pages.
pub(super) const NOTICES: [(&str, Tone); 4] = [
    ("flash-event-retried", Tone::Ok),
    ("flash-event-dropped", Tone::Info),
    ("flash-job-retried", Tone::Ok),
    ("flash-job-dropped", Tone::Info),
];

const PARKED: &str = "/system/parked";
const JOBS: &str = "/system/jobs";

fn shell(visitor: &Visitor, title: &str) -> Shell {
    visitor.shell(title, Area::Admin, Here::System)
}

fn tabs(here: SystemTab, parked: &Gathered<ParkedEvent>, jobs: &Gathered<ContextJobs>) -> SystemTabs {
    SystemTabs {
        here,
        parked: i64::try_from(parked.items.len()).unwrap_or(i64::MAX),
        dead: jobs.items.iter().map(|jobs| jobs.dead).sum(),
    }
}

/// `GET /system`
pub(super) async fn show(State(site): State<Site>, visitor: Visitor) -> Result<Response> {
    visitor.cx.require(Permission::SystemRead)?;
    let places = site.system.services(&visitor.cx).await?;
    let services = told::services(&visitor.speech, &places);
    let (parked, dead) = told::decisions(&places);
    visitor.page(&System {
        shell: shell(&visitor, "system-title"),
        tabs: SystemTabs { here: SystemTab::Services, parked, dead },
        troubles: told::troubles(&visitor.speech, &places, &services),
        summary: told::summary(&visitor.speech, &places),
        services,
    })
}

/// `GET /system/parked`
pub(super) async fn parked(State(site): State<Site>, visitor: Visitor) -> Result<Response> {
    visitor.cx.require(Permission::SystemRead)?;
    let (parked, jobs) = tokio::try_join!(site.system.parked(&visitor.cx), site.system.jobs(&visitor.cx))?;
    visitor.page(&SystemParked {
        shell: shell(&visitor, "system-parked-title"),
        tabs: tabs(SystemTab::Parked, &parked, &jobs),
        silent: told::silent(&visitor.speech, &parked.silent),
        events: parked.items.iter().map(|event| told::parked(&visitor.speech, event)).collect(),
    })
}

/// `GET /system/jobs`
pub(super) async fn jobs(State(site): State<Site>, visitor: Visitor) -> Result<Response> {
    visitor.cx.require(Permission::SystemRead)?;
    let (parked, jobs) = tokio::try_join!(site.system.parked(&visitor.cx), site.system.jobs(&visitor.cx))?;
    let tabs = tabs(SystemTab::Jobs, &parked, &jobs);
    let silent = told::silent(&visitor.speech, &jobs.silent);
    let (counts, jobs) = told::jobs(&visitor.speech, &jobs.items);
    visitor.page(&SystemJobs { shell: shell(&visitor, "system-jobs-title"), tabs, silent, counts, jobs })
}

/// What is looked for in the logs.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wish {
    trace: String,
}

/// `GET /system/logs`
pub(super) async fn logs(State(site): State<Site>, visitor: Visitor, Params(wish): Params<Wish>) -> Result<Response> {
    visitor.cx.require(Permission::SystemRead)?;
    let sought = wish.trace.trim().to_owned();
    let lines = site.system.logs(&visitor.cx, Some(sought.clone()));
    let others = async { tokio::try_join!(site.system.parked(&visitor.cx), site.system.jobs(&visitor.cx)) };
    let (lines, others) = tokio::join!(lines, others);
    let (parked, jobs) = others?;
    let mut page = SystemLogs {
        shell: shell(&visitor, "system-logs-title"),
        tabs: tabs(SystemTab::Logs, &parked, &jobs),
        silent: String::new(),
        trace: Field::of(&sought),
        lines: Vec::new(),
    };
    match lines {
        Ok(found) => {
            page.silent = told::silent(&visitor.speech, &found.silent);
            page.lines = told::lines(&visitor.speech, &found.items, &sought.to_ascii_lowercase());
            visitor.page(&page)
        }
        Err(error @ Error::Invalid(_)) => {
            page.trace = Field::refused(sought, visitor.words_of(&error));
            page.shell.failing = true;
            visitor.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(other) => Err(other),
    }
}

/// The form of a decision.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Given {
    reason: String,
}

/// `POST /system/parked/{hearer}/{id}/{retry|drop}`
pub(super) async fn decide_event(
    State(site): State<Site>,
    visitor: Visitor,
    Path((hearer, id, deed)): Path<(String, String, String)>,
    Form(given): Form<Given>,
) -> Result<Response> {
    let (done, notice) = match deed.as_str() {
        "retry" => (site.system.retry_parked(&visitor.cx, &hearer, &id).await, "flash-event-retried"),
        "drop" => (site.system.drop_parked(&visitor.cx, &hearer, &id, &given.reason).await, "flash-event-dropped"),
        _ => return Err(Error::NotFound("path")),
    };
    answer(&site, &visitor, PARKED, done, notice)
}

/// `POST /system/jobs/{context}/{id}/{retry|drop}`
pub(super) async fn decide_job(
    State(site): State<Site>,
    visitor: Visitor,
    Path((context, id, deed)): Path<(String, String, String)>,
    Form(given): Form<Given>,
) -> Result<Response> {
    let (done, notice) = match deed.as_str() {
        "retry" => (site.system.retry_job(&visitor.cx, &context, &id).await, "flash-job-retried"),
        "drop" => (site.system.drop_job(&visitor.cx, &context, &id, &given.reason).await, "flash-job-dropped"),
        _ => return Err(Error::NotFound("path")),
    };
    answer(&site, &visitor, JOBS, done, notice)
}

/// Back to the list, with what came of it.
fn answer(site: &Site, visitor: &Visitor, to: &str, done: Result<()>, notice: &'static str) -> Result<Response> {
    match done {
        Ok(()) => visitor.go_and_say(to, notice),
        // Decided already by somebody else, no reason given, or nobody of that part answers: the list says how it is now.
        Err(Error::NotFound(_)) => visitor.go_and_tell(site, to, visitor.say("system-decided")),
        Err(error @ (Error::Invalid(_) | Error::Unavailable(_) | Error::Late)) => {
            visitor.go_and_tell(site, to, visitor.words_of(&error))
        }
        Err(other) => Err(other),
    }
}
