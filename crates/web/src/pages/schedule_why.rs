//! "Why is there no time?": a day of a doctor at a place in order, each part offered or refused by a named rule.

use axum::{
    extract::{Path, State},
    response::Response,
};
use contracts::scheduling::{ExplainAsk, Explained, Offer, Stretch, WhyNot};
use jiff::civil::{Date, DateTime, Time};
use platform::{Error, Result, http::Params, i18n::Locale};

use super::{
    Site,
    schedule::{Base, Wish, mode_of, modes, services_of},
    shown,
    visitor::Visitor,
};
use crate::{
    format,
    view::{Option_, ScheduleWhy, WhyPart},
};

/// `GET /d/jadwal/kenapa`
pub(super) async fn own(State(site): State<Site>, visitor: Visitor, Params(wish): Params<Wish>) -> Result<Response> {
    let base = Base::own(&site, &visitor).await?;
    show(&site, &visitor, &base, &wish).await
}

/// `GET /a/jadwal/{doctor}/kenapa`: for those who plan, and the front desk.
pub(super) async fn of(
    State(site): State<Site>,
    visitor: Visitor,
    Path(id): Path<String>,
    Params(wish): Params<Wish>,
) -> Result<Response> {
    let base = Base::of(&site, &visitor, &id).await?;
    show(&site, &visitor, &base, &wish).await
}

async fn show(site: &Site, visitor: &Visitor, base: &Base, wish: &Wish) -> Result<Response> {
    let (cx, locale) = (&visitor.cx, visitor.speech.locale);
    let practice = base.practice(&wish.faskes)?;
    let facility = site.directory.facility(cx, &practice.facility.to_string()).await?;
    let services = services_of(site, visitor, practice).await?;
    let service = services.iter().find(|service| service.id.to_string() == wish.layanan).or(services.first());
    let mode = mode_of(&wish.cara);
    let today = shown::at(cx.now(), &facility.zone).date();
    let date = wish.tgl.parse::<Date>().unwrap_or(today);
    let time = wish.jam.parse::<Time>().ok();
    let at = time.and_then(|time| date.to_datetime(time).to_zoned(shown::zone(&facility.zone)).ok());
    let found = match service {
        Some(service) => {
            let offer = Offer {
                facility: facility.id.clone(),
                service: service.id.clone(),
                doctor: Some(base.doctor.id.clone()),
                mode,
            };
            let ask = ExplainAsk { offer, date: Some(date), at: at.map(|at| at.timestamp()), staff: false };
            match site.scheduling.explain(cx, ask).await {
                Ok(found) => Some(found),
                Err(Error::NotFound(_)) => None,
                Err(other) => return Err(other),
            }
        }
        None => None,
    };
    let mut places = Vec::new();
    for practice in &base.practices {
        let facility = site.directory.facility(cx, &practice.facility.to_string()).await?;
        let id = facility.id.to_string();
        places.push(Option_ {
            chosen: facility.id == practice.facility && id == wish.faskes,
            value: id,
            label: facility.name,
        });
    }
    let parts: Vec<WhyPart> = found.iter().flat_map(|found| parts(found, visitor)).collect();
    visitor.page(&ScheduleWhy {
        shell: base.shell(visitor, "why-title"),
        path: format!("{}/kenapa", base.path),
        doctor: base.doctor.name.clone(),
        places,
        services: services
            .iter()
            .map(|one| Option_ {
                value: one.id.to_string(),
                label: shown::said(&one.name, locale),
                chosen: service.is_some_and(|service| service.id == one.id),
            })
            .collect(),
        modes: modes(visitor, mode),
        date: date.to_string(),
        time: time.map(|time| time.strftime("%H:%M").to_string()).unwrap_or_default(),
        day: format::day_long(date, locale),
        zone: shown::zone_label(cx.now(), &facility.zone),
        answer: found.as_ref().and_then(|found| found.at.as_ref()).map(|at| match &at.why {
            None => (true, visitor.say("why-offered")),
            Some(why) => (false, words(why, visitor)),
        }),
        offered: parts.iter().filter(|part| part.free).count(),
        nothing: match (&found, service) {
            (Some(_), _) => "",
            (None, Some(_)) => "why-no-schedule",
            (None, None) => "why-no-service",
        },
        parts,
    })
}

fn parts(found: &Explained, visitor: &Visitor) -> Vec<WhyPart> {
    let locale = visitor.speech.locale;
    let part = |stretch: &Stretch| {
        let (from, until) = (shown::at(stretch.from, &found.zone), shown::at(stretch.until, &found.zone));
        let end = if until.time() == Time::midnight() {
            if locale == Locale::Id { "24.00".to_owned() } else { "24:00".to_owned() }
        } else {
            format::clock(&until, locale)
        };
        WhyPart {
            span: format!("{}–{end}", format::clock(&from, locale)),
            free: stretch.why.is_none(),
            why: stretch.why.as_ref().map(|why| words(why, visitor)).unwrap_or_default(),
            icon: stretch.why.as_ref().map_or("check", |why| icon(&why.rule)),
        }
    };
    found.stretches.iter().map(part).collect()
}

/// A rule in words, its values as people of this language read them.
pub(super) fn words(why: &WhyNot, visitor: &Visitor) -> String {
    let locale = visitor.speech.locale;
    let point = |text: &str| if locale == Locale::Id { text.replace(':', ".") } else { text.to_owned() };
    let read = |(name, value): &(String, String)| {
        let value = match name.as_str() {
            "until" => value.parse::<DateTime>().map_or_else(
                |_| value.clone(),
                |at| format!("{}, {}", format::day(at.date(), locale), point(&at.strftime("%H:%M").to_string())),
            ),
            "date" => value.parse::<Date>().map_or_else(|_| value.clone(), |date| format::day_year(date, locale)),
            "weekday" => format::weekday_of(value.parse().unwrap_or(1), locale).to_owned(),
            "hours" | "time" => point(value),
            _ => value.clone(),
        };
        (name.clone(), value)
    };
    let values: Vec<(String, String)> = why.args.iter().map(read).collect();
    let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    visitor.say_with(&format!("why-{}", why.rule), &values)
}

fn icon(rule: &str) -> &'static str {
    match rule {
        "taken" | "held" | "elsewhere" | "day-full" => "user",
        "leave" | "closure" | "facility-closed" | "doctor-not-listed" => "door",
        "holiday" => "sun",
        "licence" | "licence-str" | "licence-sip" | "no-permit-here" => "shield",
        "horizon" | "no-hours" | "hours-over" | "hours-not-yet" => "cal",
        "notice" | "cut-off" | "past" | "outside-hours" => "clock",
        _ => "ban",
    }
}
