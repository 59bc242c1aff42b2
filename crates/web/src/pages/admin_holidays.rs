//! Public holidays and bridge days of the whole network (R.V6). A facility says in its policy which of them it keeps, and
//! has closures of its own besides.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use contracts::{Permission, directory::Bilingual, scheduling::Holiday};
use jiff::civil::Date;
use platform::{Error, Result, http::Params};
use serde::Deserialize;

use super::{
    Site, admin,
    admin_form::{Filling, Places, Values},
    admin_masters::{self as masters, HOLIDAYS, both},
    shown,
    visitor::Visitor,
};
use crate::{
    format,
    view::{AdminHolidays, Area, Here, HolidayRow, Option_},
};

/// Facilities whose closures are linked.
const LINKED: usize = 12;

const PLACES: &Places = &[
    ("holidays[0].date", "date"),
    ("holidays[0].name.id", "name_id"),
    ("holidays[0].name.en", "name_en"),
    ("holidays", "date"),
];

/// The year shown, and the holiday that is opened for changing.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wish {
    tahun: String,
    ubah: String,
}

/// `GET /admin/holidays`
pub(super) async fn show(State(site): State<Site>, visitor: Visitor, Params(wish): Params<Wish>) -> Result<Response> {
    visitor.cx.require(Permission::ScheduleManage)?;
    let edited: Option<Date> = wish.ubah.parse().ok();
    let year = edited.map(Date::year).or_else(|| wish.tahun.parse().ok()).unwrap_or_else(|| this_year(&visitor));
    let known = match site.scheduling.holidays(&visitor.cx, year).await {
        Ok(known) => known,
        Err(Error::Invalid(_)) => return Err(Error::NotFound("holiday")),
        Err(other) => return Err(other),
    };
    let opened = known.iter().find(|holiday| Some(holiday.date) == edited);
    let filling = opened.map(|holiday| Filling::kept(values(holiday))).unwrap_or_default();
    visitor.page(&page(&site, &visitor, year, &known, &filling).await?)
}

/// `POST /admin/holidays`: adds one, or renames the one of that date.
pub(super) async fn keep(State(site): State<Site>, visitor: Visitor, mut sent: Filling) -> Result<Response> {
    masters::require_everywhere(&visitor.cx, Permission::ScheduleManage)?;
    let date: Option<Date> = sent.get("date").parse().ok();
    let year = date.map_or_else(|| this_year(&visitor), Date::year);
    let kept = match date {
        Some(date) => {
            let name: Bilingual = both(sent.get("name_id"), sent.get("name_en"));
            let holiday = Holiday { date, name, collective_leave: sent.has("collective") };
            site.scheduling.set_holidays(&visitor.cx, vec![holiday]).await
        }
        None => Err(Error::invalid("holidays[0].date", "invalid-date")),
    };
    match kept {
        Ok(()) => visitor.go_and_say(&format!("{HOLIDAYS}?tahun={year}"), "flash-adm-holiday"),
        Err(error) => {
            let status: StatusCode = sent.refused(&visitor, error, PLACES, &Values::new())?;
            let year = if (1900..=2200).contains(&year) { year } else { this_year(&visitor) };
            let known = site.scheduling.holidays(&visitor.cx, year).await?;
            visitor.page_with(status, &page(&site, &visitor, year, &known, &sent).await?)
        }
    }
}

/// `POST /admin/holidays/{date}/remove`
pub(super) async fn remove(State(site): State<Site>, visitor: Visitor, Path(date): Path<String>) -> Result<Response> {
    masters::require_everywhere(&visitor.cx, Permission::ScheduleManage)?;
    let date: Date = date.parse().map_err(|_| Error::NotFound("holiday"))?;
    match site.scheduling.remove_holiday(&visitor.cx, date).await {
        // Pressed twice: it is gone.
        Ok(()) | Err(Error::NotFound(_)) => {
            visitor.go_and_say(&format!("{HOLIDAYS}?tahun={}", date.year()), "flash-adm-removed")
        }
        Err(other) => Err(other),
    }
}

fn this_year(visitor: &Visitor) -> i16 {
    shown::at(visitor.cx.now(), shown::HOUSE_ZONE).year()
}

fn values(holiday: &Holiday) -> Values {
    vec![
        ("date", holiday.date.to_string()),
        ("name_id", holiday.name.id.clone()),
        ("name_en", holiday.name.en.clone()),
        ("collective", if holiday.collective_leave { "1".to_owned() } else { String::new() }),
    ]
}

async fn page(site: &Site, visitor: &Visitor, year: i16, known: &[Holiday], sent: &Filling) -> Result<AdminHolidays> {
    let today = shown::at(visitor.cx.now(), shown::HOUSE_ZONE).date();
    let edits = masters::everywhere(&visitor.cx, Permission::ScheduleManage);
    let places = admin::served(site, visitor).await?;
    let mut shell = visitor.shell("nav-holidays", Area::Admin, Here::Places);
    shell.failing = sent.failing();
    let opened = sent.has("date") && known.iter().any(|holiday| holiday.date.to_string() == sent.get("date"));
    Ok(AdminHolidays {
        shell,
        tabs: masters::tabs(&visitor.cx, HOLIDAYS),
        year,
        previous: format!("{HOLIDAYS}?tahun={}", year - 1),
        next: format!("{HOLIDAYS}?tahun={}", year + 1),
        edits,
        rows: known.iter().map(|holiday| row(visitor, holiday, today)).collect(),
        opened,
        mends: sent.mends.clone(),
        date: sent.field("date"),
        name_id: sent.field("name_id"),
        name_en: sent.field("name_en"),
        collective: sent.has("collective"),
        places: places
            .iter()
            .take(LINKED)
            .map(|place| Option_ {
                value: format!("{}/closures", masters::path_of(&place.id)),
                label: place.name.clone(),
                chosen: false,
            })
            .collect(),
    })
}

fn row(visitor: &Visitor, holiday: &Holiday, today: Date) -> HolidayRow {
    let locale = visitor.speech.locale;
    let day = format::day(holiday.date, locale);
    HolidayRow {
        iso: holiday.date.to_string(),
        long: format::day_long(holiday.date, locale),
        weekday: format::weekday_short(holiday.date, locale).to_owned(),
        number: holiday.date.day().to_string(),
        month: day.rsplit(' ').next().unwrap_or_default().to_owned(),
        name: shown::said(&holiday.name, locale),
        collective: holiday.collective_leave,
        past: holiday.date < today,
        edit: format!("{HOLIDAYS}?ubah={}#form", holiday.date),
        remove: format!("{HOLIDAYS}/{}/remove", holiday.date),
    }
}
