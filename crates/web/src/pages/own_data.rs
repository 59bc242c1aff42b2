//! What one has agreed to, and everything kept to take along.

use axum::{
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use contracts::{
    Permission,
    notifications::{Notification, OutsideCalendar},
    people::FamilyConsent,
    scheduling::{Appointment, AppointmentSearch},
};
use jiff::Timestamp;
use platform::{Error, Result, db::PageAsk};
use serde_json::json;

use super::{Site, security, shown, visitor::Visitor};
use crate::{
    format,
    view::{Consent, OwnData},
};

/// Pages of appointments, and of what one was told, that are taken along at most: ten thousand of each.
const PAGES: usize = 100;

/// `GET /akun/data`
pub(super) async fn show(State(site): State<Site>, visitor: Visitor) -> Result<Response> {
    visitor.cx.account()?;
    let consents = site.people.family_consents(&visitor.cx).await?;
    let since = visitor.account.as_ref().map(|account| day(&visitor, account.opened_at)).unwrap_or_default();
    visitor.page(&OwnData {
        shell: security::shell(&visitor, "own-data", ("/akun", "back-account")),
        since,
        consents: consents.iter().map(|given| consent(&visitor, given)).collect(),
    })
}

fn day(visitor: &Visitor, at: Timestamp) -> String {
    format::date(shown::at(at, shown::HOUSE_ZONE).date(), visitor.speech.locale)
}

fn consent(visitor: &Visitor, given: &FamilyConsent) -> Consent {
    Consent {
        who: given.name.clone().unwrap_or_else(|| visitor.say("consent-nobody")),
        relation: visitor.say(shown::relation_key(Some(given.relation))),
        // In the language it was shown in: that is what was agreed to.
        text: visitor.speech.texts.say(given.locale, &given.text, &[]).unwrap_or_else(|| given.text.clone()),
        given: day(visitor, given.given_at),
        ended: given.ended_at.map(|at| day(visitor, at)).unwrap_or_default(),
        release: if given.ended_at.is_none() { format!("/keluarga/{}/lepas", given.patient) } else { String::new() },
    }
}

/// `GET /akun/data.json`: everything that is kept about the asker, from every part of the house that keeps some.
pub(super) async fn export(State(site): State<Site>, visitor: Visitor) -> Result<Response> {
    let cx = &visitor.cx;
    cx.account()?;
    let data = json!({
        "taken_at": cx.now(),
        "account": visitor.account,
        "sign_ins": site.auth.sessions(cx).await?,
        "people": site.people.export(cx).await?,
        "appointments": appointments(&site, &visitor).await?,
        "notifications": told(&site, &visitor).await?,
        "notification_preferences": site.notifications.preferences(cx).await?,
        // Its address is a secret that need not lie in a file.
        "calendar_made_at": site.notifications.feed(cx).await?.map(|feed| feed.made_at),
        "outside_calendars": outside_calendars(&site, &visitor).await?,
    });
    let text = serde_json::to_string_pretty(&data).map_err(Error::internal)?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"mediverse-data.json\"")),
    ];
    Ok((headers, text).into_response())
}

async fn told(site: &Site, visitor: &Visitor) -> Result<Vec<Notification>> {
    let mut all = Vec::new();
    let mut page = PageAsk { limit: PageAsk::MOST, after: None };
    for _ in 0..PAGES {
        let found = site.notifications.inbox(&visitor.cx, page.clone()).await?;
        all.extend(found.items);
        let Some(next) = found.next else { break };
        page.after = Some(next);
    }
    Ok(all)
}

/// Calendars that a doctor keeps elsewhere; nobody else has any.
async fn outside_calendars(site: &Site, visitor: &Visitor) -> Result<Vec<OutsideCalendar>> {
    if !visitor.cx.may(Permission::ScheduleOwn) {
        return Ok(Vec::new());
    }
    site.notifications.outside_calendars(&visitor.cx).await
}

/// Those of the asker and their family; who has none of their own, as staff, is told nothing of others'.
async fn appointments(site: &Site, visitor: &Visitor) -> Result<Vec<Appointment>> {
    let mut all = Vec::new();
    if !visitor.cx.may(Permission::AppointmentOwn) {
        return Ok(all);
    }
    let mut ask = AppointmentSearch {
        mine: Some(true),
        page: PageAsk { limit: PageAsk::MOST, after: None },
        ..AppointmentSearch::default()
    };
    for _ in 0..PAGES {
        let found = site.scheduling.appointments(&visitor.cx, ask.clone()).await?;
        all.extend(found.items);
        let Some(next) = found.next else { break };
        ask.page.after = Some(next);
    }
    Ok(all)
}
