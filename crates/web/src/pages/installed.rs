//! The app on a person's device: what it is called there, what lives on without a connection, the next visits.

use axum::{
    Json,
    extract::State,
    http::{
        HeaderValue,
        header::{CACHE_CONTROL, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
};
use contracts::scheduling::{AppointmentSearch, When};
use platform::{Result, db::PageAsk};
use serde_json::json;

use super::{Site, shown, visitor::Visitor};
use crate::{
    assets,
    view::{Area, Emergency, FirstAid, Here, Offline},
};

/// Visits that a device keeps at most.
const KEPT: u32 = 5;

/// `GET /manifest.webmanifest` (W3C Web Application Manifest).
pub(super) async fn manifest(visitor: Visitor) -> Response {
    let icon = |file: &str, size: &str, purpose: &str| json!({ "src": format!("/icons/{file}"), "sizes": size, "type": "image/png", "purpose": purpose });
    let shortcut = |key: &str, url: &str| json!({ "name": visitor.say(key), "url": url });
    let manifest = json!({
        "id": "/",
        "name": "Mediverse",
        "short_name": "Mediverse",
        "description": visitor.say("foot-line"),
        "lang": visitor.speech.locale.word(),
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#f8f7f3",
        "theme_color": "#005f59",
        "categories": ["health", "medical"],
        "icons": [
            icon("app-192.png", "192x192", "any"),
            icon("app-512.png", "512x512", "any"),
            icon("app-maskable-512.png", "512x512", "maskable"),
            { "src": assets::url("logo.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any" },
        ],
        "shortcuts": [
            shortcut("nav-search", "/cari"),
            shortcut("nav-appointments", "/janji"),
            shortcut("emergency-title", "/darurat"),
        ],
    });
    let kind = [(CONTENT_TYPE, HeaderValue::from_static("application/manifest+json"))];
    (kind, manifest.to_string()).into_response()
}

/// `GET /sw.js`: asked for anew each time, so that a new release is seen at once.
pub(super) async fn worker() -> Response {
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("text/javascript; charset=utf-8")),
        (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    (headers, assets::worker()).into_response()
}

/// `GET /luring`: what a page shows that cannot be fetched. It holds nothing of anybody.
pub(super) async fn offline(visitor: Visitor) -> Result<Response> {
    visitor.page(&Offline { shell: visitor.shell("offline-title", Area::Patient, Here::Nowhere) })
}

/// First aid, step by step: text keys.
const FIRST_AID: [(&str, &str, &[&str]); 5] = [
    ("heart", "aid-heart", &["aid-heart-1", "aid-heart-2", "aid-heart-3"]),
    ("alert", "aid-bleeding", &["aid-bleeding-1", "aid-bleeding-2", "aid-bleeding-3"]),
    ("pulse", "aid-choking", &["aid-choking-1", "aid-choking-2", "aid-choking-3"]),
    ("bolt", "aid-stroke", &["aid-stroke-1", "aid-stroke-2", "aid-stroke-3"]),
    ("clock", "aid-seizure", &["aid-seizure-1", "aid-seizure-2", "aid-seizure-3"]),
];

/// `GET /darurat`: seconds count. Public, and kept on the device.
pub(super) async fn emergency(visitor: Visitor) -> Result<Response> {
    visitor.page(&Emergency {
        shell: visitor.shell("emergency-title", Area::Patient, Here::Nowhere),
        aid: FIRST_AID.map(|(icon, title, steps)| FirstAid { icon, title, steps: steps.to_vec() }).to_vec(),
    })
}

/// `GET /janji/berikutnya.json`: the next visits, for a device whose owner wants to read them without a connection.
/// Nothing in them tells why: neither complaint nor patient.
pub(super) async fn next_visits(State(site): State<Site>, visitor: Visitor) -> Result<Response> {
    visitor.cx.account()?;
    if !visitor.keeps {
        return Ok(Json(json!({ "visits": [] })).into_response());
    }
    let ask = AppointmentSearch {
        when: Some(When::Upcoming),
        mine: Some(true),
        page: PageAsk { limit: KEPT, after: None },
        ..AppointmentSearch::default()
    };
    let coming = site.scheduling.appointments(&visitor.cx, ask).await?.items;
    let visit = |appointment: &contracts::scheduling::Appointment| {
        let visit = shown::visit(appointment, &visitor);
        json!({
            "with": visit.with,
            "day": visit.when.day,
            "span": visit.when.span,
            "place": visit.place,
            "address": visit.address,
            "code": visit.code,
            "until": appointment.ends_at,
        })
    };
    let visits: Vec<_> = coming.iter().map(visit).collect();
    Ok(Json(json!({ "visits": visits })).into_response())
}
