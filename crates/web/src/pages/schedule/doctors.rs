//! The doctors whose hours somebody may plan.

use axum::{extract::State, response::Response};
use contracts::{
    Permission,
    directory::{DoctorSearch, FacilityId},
};
use platform::{Result, db::PageAsk, http::Params};
use serde::Deserialize;

use crate::{
    pages::{Site, shown, visitor::Visitor},
    view::{Area, Here, ScheduleDoctors},
};

/// The query of the list of doctors.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::pages) struct Sought {
    q: String,
}

/// `GET /a/jadwal`
pub(in crate::pages) async fn doctors(
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
            let portrait = shown::portrait_of_card(&card);
            let field = card.specialities.first().map(|name| shown::said(name, visitor.speech.locale));
            let line = [field.unwrap_or_default(), card.facility_name].join(" · ");
            if !rows.iter().any(|(known, ..)| *known == href) {
                rows.push((href, card.name, line, portrait));
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
