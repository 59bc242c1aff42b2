//! Tables to take along (C9): the master data as an import takes it, and reservations as they are filtered.

use axum::{extract::State, response::Response};
use contracts::{
    Permission,
    directory::{FacilityId, Mode},
    scheduling::Appointment,
};
use platform::{
    Cx, Error, Result,
    http::Params,
    sheet::{Cell, Sheet},
};
use serde::Deserialize;

use super::{Site, admin_import, admin_reservations, shown, visitor::Visitor};
use crate::format;

/// Tables of the master data: word, text key of the name, what one must be allowed.
const TABLES: [(&str, &str, Permission); 3] = [
    ("facilities", "import-facilities", Permission::DirectoryManage),
    ("services", "import-services", Permission::ServiceManage),
    ("doctors", "import-doctors", Permission::DoctorManage),
];

/// What the asker may take along.
pub(super) fn tables(cx: &Cx) -> impl Iterator<Item = (&'static str, &'static str)> {
    TABLES.into_iter().filter(|(.., permission)| cx.may(*permission)).map(|(word, label, _)| (word, label))
}

/// Which table, of which facility.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wish {
    tabel: String,
    faskes: String,
}

/// `GET /admin/export`
pub(super) async fn master(State(site): State<Site>, visitor: Visitor, Params(wish): Params<Wish>) -> Result<Response> {
    let cx = &visitor.cx;
    cx.account()?;
    let (word, ..) = TABLES.iter().find(|(word, ..)| *word == wish.tabel).ok_or(Error::NotFound("path"))?;
    let facility = Some(wish.faskes.as_str()).filter(|id| !id.is_empty());
    let facility: Option<FacilityId> =
        facility.map(|id| id.parse().map_err(|_| Error::NotFound("facility"))).transpose()?;
    match site.directory.export(cx, word, facility).await {
        Ok(table) => Ok(admin_import::table_of(&format!("{word}.csv"), table)),
        Err(error @ Error::Invalid(_)) => visitor.go_and_tell(&site, "/admin/import", visitor.words_of(&error)),
        Err(other) => Err(other),
    }
}

/// `GET /admin/reservations/export`: what the list shows under these filters, all of its pages.
pub(super) async fn reservations(
    State(site): State<Site>,
    visitor: Visitor,
    Params(wish): Params<admin_reservations::Wish>,
) -> Result<Response> {
    let ask = admin_reservations::asked(&site, &visitor, &wish).await?;
    let name = ask.day.map_or_else(|| "reservations.csv".to_owned(), |day| format!("reservations-{day}.csv"));
    match site.scheduling.export(&visitor.cx, ask.search).await {
        Ok(visits) => Ok(admin_import::table_of(&name, table(&visitor, &visits))),
        Err(error @ Error::Invalid(_)) => visitor.go_and_tell(&site, &wish.address(), visitor.words_of(&error)),
        Err(other) => Err(other),
    }
}

/// Times stand in the zone of each facility; the header names it where there is one.
fn table(visitor: &Visitor, visits: &[Appointment]) -> String {
    let first = visits.first();
    let zone = first.filter(|first| visits.iter().all(|visit| visit.zone == first.zone));
    let zone = zone.map_or_else(
        || visitor.say("csv-zone-of-facility"),
        |visit| format!("{}, {}", format::zone(&shown::at(visit.starts_at, &visit.zone)), visit.zone),
    );
    let mut sheet = Sheet::headed([
        visitor.say("csv-code"),
        visitor.say("res-date"),
        visitor.say_with("csv-start", &[("zone", &zone)]),
        visitor.say_with("csv-end", &[("zone", &zone)]),
        visitor.say("csv-zone"),
        visitor.say("sum-patient"),
        visitor.say("sum-doctor"),
        visitor.say("sum-service"),
        visitor.say("sum-mode"),
        visitor.say("sum-place"),
        visitor.say("res-state"),
        visitor.say_with("csv-fee", &[("currency", first.map_or("IDR", |visit| visit.price.currency.as_str()))]),
    ]);
    for visit in visits {
        sheet.row(line(visitor, visit));
    }
    sheet.done()
}

fn line(visitor: &Visitor, visit: &Appointment) -> [Cell; 12] {
    let clock = |at| {
        let at = shown::at(at, &visit.zone);
        format!("{:02}:{:02}", at.hour(), at.minute())
    };
    let mode = if visit.offer.mode == Mode::Online { "mode-video-short" } else { "mode-clinic-short" };
    [
        shown::code(&visit.code).into(),
        visit.local_date.to_string().into(),
        clock(visit.starts_at).into(),
        clock(visit.ends_at).into(),
        visit.zone.clone().into(),
        visit.patient_name.clone().into(),
        visit.doctor_name.clone().into(),
        shown::said(&visit.service_name, visitor.speech.locale).into(),
        visitor.say(mode).into(),
        visit.facility_name.clone().into(),
        visitor.say(shown::chip(visit, visitor).state.key()).into(),
        visit.price.amount.into(),
    ]
}
