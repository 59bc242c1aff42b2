//! Fills the slot picker: the same for a doctor, a desk and a move.

use contracts::{
    Permission,
    directory::{Mode, ServiceKind},
    people::Relation,
    scheduling::{Appointment, AppointmentSearch, DayStatus, DayTimes, FreeTimesAsk, SlotTime},
};
use jiff::{Timestamp, ToSpan as _, Zoned, civil::Date};
use platform::{Error, Result, db::PageAsk};

use super::{
    Site, encoded,
    offers::{self, Choice, Offered, word_of},
    shown,
    visitor::Visitor,
};
use crate::{
    format,
    view::{self, Day, DayState, Fastest, Lost, Option_, Picker, Slot, SlotGroup, SlotState},
};

/// Days in the strip.
const DAYS: u16 = 14;

/// Where a picker stands.
pub(super) struct Place<'a> {
    /// The page's path; links add their query to it.
    pub path: &'a str,
    /// Where changes are heard, without the query.
    pub stream: &'a str,
    /// Everything that can be chosen.
    pub offered: &'a [Offered],
    /// What the form sends besides.
    pub hidden: Vec<(&'static str, String)>,
}

/// The picker of a choice.
pub(super) async fn fill(site: &Site, visitor: &Visitor, place: Place<'_>, choice: &Choice) -> Result<Picker> {
    let Some(chosen) = choice.among(place.offered) else { return Ok(closed(place.path)) };
    let (cx, locale, zone) = (&visitor.cx, visitor.speech.locale, chosen.facility.zone.as_str());
    let links = Links { place: &place, chosen };
    let today = shown::at(cx.now(), zone).date();
    let wished = choice.tgl.parse::<Date>().ok().filter(|day| *day >= today);
    let start = wished.filter(|day| *day >= today.saturating_add(i64::from(DAYS).days())).unwrap_or(today);
    let ask = FreeTimesAsk { offer: chosen.offer(), from: Some(start), days: Some(DAYS), taken: true };
    let times = match site.scheduling.free_times(cx, ask).await {
        Err(Error::NotFound(_)) => return Ok(closed(place.path)),
        other => other?,
    };
    let earliest = times.earliest.map(|at| shown::at(at, zone));
    let day = wished.or(earliest.as_ref().map(Zoned::date)).unwrap_or(start);
    let own = own_visits(site, visitor, day).await?;
    let marked = choice.jam.parse::<Timestamp>().ok();
    let slot = |time: &SlotTime| slot(time, zone, visitor, &own, chosen, marked);
    let shown_day = times.days.iter().find(|shown| shown.date == day);
    let last_day =
        today.saturating_add(i64::from(site.scheduling.policy(cx, &chosen.facility.id).await?.horizon_days).days());
    let later = start.saturating_add(i64::from(DAYS).days());
    let lost = match choice.lepas.parse::<Timestamp>() {
        Ok(at) if at > cx.now() => Some(lost(site, visitor, chosen, at).await?),
        _ => None,
    };
    Ok(Picker {
        action: place.path.to_owned(),
        hidden: hidden(&place, chosen, day),
        stream: format!("{}?{}", place.stream, Links::query(chosen, None)),
        places: places(&links),
        services: services(&links, visitor),
        modes: modes(&links, visitor),
        fastest: earliest.as_ref().filter(|_| lost.is_none()).map(|at| fastest(at, today, visitor)),
        month: month(start, locale),
        earlier: (start > today).then(|| links.to(chosen, Some(today))),
        later: (later <= last_day).then(|| links.to(chosen, Some(later))),
        days: times.days.iter().map(|shown| strip_day(shown, day, today, &links, visitor)).collect(),
        day: format::day_long(day, locale),
        groups: shown_day.map(|shown| groups(shown, &slot, &shown::at(cx.now(), zone))).unwrap_or_default(),
        zone: shown::zone_label(cx.now(), zone),
        lost,
        already: already(site, visitor, &own, chosen).await?,
        closed: false,
    })
}

/// The start somebody else took first, with the nearest free ones.
async fn lost(site: &Site, visitor: &Visitor, chosen: &Offered, at: Timestamp) -> Result<Lost> {
    let zone = chosen.facility.zone.as_str();
    let nearest = offers::nearest(site, &visitor.cx, &chosen.offer(), at, zone).await?;
    Ok(Lost {
        time: format::clock(&shown::at(at, zone), visitor.speech.locale),
        nearest: nearest.into_iter().map(|at| near(at, zone, true, visitor)).collect(),
    })
}

fn closed(path: &str) -> Picker {
    Picker { action: path.to_owned(), closed: true, ..Picker::default() }
}

/// A strip that runs over a month's end names both.
fn month(start: Date, locale: platform::i18n::Locale) -> String {
    let end = start.saturating_add((i64::from(DAYS) - 1).days());
    if start.month() == end.month() {
        format::month_year(start, locale)
    } else {
        format!("{}–{}", format::month(start, locale), format::month_year(end, locale))
    }
}

/// Addresses of other choices.
struct Links<'a> {
    place: &'a Place<'a>,
    chosen: &'a Offered,
}

impl Links<'_> {
    fn to(&self, offered: &Offered, day: Option<Date>) -> String {
        format!("{}?{}", self.place.path, Self::query(offered, day))
    }

    fn query(offered: &Offered, day: Option<Date>) -> String {
        let mut query =
            format!("faskes={}&layanan={}&cara={}", offered.facility.id, offered.service.id, word_of(offered.mode));
        if let Some(day) = day {
            query.push_str("&tgl=");
            query.push_str(&encoded(&day.to_string()));
        }
        query
    }

    /// The offers that differ from the chosen one in a part alone, where there is a choice.
    fn others<K: PartialEq>(&self, part: impl Fn(&Offered) -> K, same: impl Fn(&Offered) -> bool) -> Vec<&Offered> {
        let mut found: Vec<&Offered> = Vec::new();
        for offered in self.place.offered.iter().filter(|offered| same(offered)) {
            if found.iter().all(|known| part(known) != part(offered)) {
                found.push(offered);
            }
        }
        if found.len() > 1 { found } else { Vec::new() }
    }
}

fn places(links: &Links<'_>) -> Vec<Option_> {
    let option = |offered: &Offered| Option_ {
        value: links.to(offered, None),
        label: format!("{}, {}", offered.facility.name, offered.facility.regency_name),
        chosen: offered.facility.id == links.chosen.facility.id,
    };
    links.others(|offered| offered.facility.id.clone(), |_| true).into_iter().map(option).collect()
}

fn services(links: &Links<'_>, visitor: &Visitor) -> Vec<Option_> {
    let locale = visitor.speech.locale;
    let option = |offered: &Offered| Option_ {
        value: links.to(offered, None),
        label: format!("{} · {}", shown::said(&offered.service.name, locale), shown::money(&offered.fee, locale)),
        chosen: offered.service.id == links.chosen.service.id,
    };
    let here = |offered: &Offered| offered.facility.id == links.chosen.facility.id;
    links.others(|offered| offered.service.id.clone(), here).into_iter().map(option).collect()
}

/// Ways of meeting for the chosen place; the summary needs the chosen one even where there is no choice.
fn modes(links: &Links<'_>, visitor: &Visitor) -> Vec<view::Mode> {
    let chosen = links.chosen;
    let here =
        |offered: &&Offered| offered.facility.id == chosen.facility.id && offered.service.id == chosen.service.id;
    let mode = |offered: &Offered| view::Mode {
        href: links.to(offered, None),
        value: word_of(offered.mode),
        label: if offered.mode == Mode::Online { "mode-video" } else { "mode-clinic" },
        icon: if offered.mode == Mode::Online { "video" } else { "clinic" },
        fee: shown::money(&offered.fee, visitor.speech.locale),
        minutes: u32::from(offered.service.duration_minutes),
        bpjs: offered.facility.bpjs && offered.mode == Mode::InPerson,
        chosen: offered.mode == chosen.mode,
    };
    links.place.offered.iter().filter(here).map(mode).collect()
}

fn hidden(place: &Place<'_>, chosen: &Offered, day: Date) -> Vec<(&'static str, String)> {
    let mut hidden = place.hidden.clone();
    hidden.push(("faskes", chosen.facility.id.to_string()));
    hidden.push(("layanan", chosen.service.id.to_string()));
    hidden.push(("tgl", day.to_string()));
    hidden
}

fn fastest(at: &Zoned, today: Date, visitor: &Visitor) -> Fastest {
    let locale = visitor.speech.locale;
    let day = if at.date() == today { visitor.say("today").to_lowercase() } else { format::day(at.date(), locale) };
    Fastest { value: format::rfc3339(at), label: format!("{day}, {}", format::clock(at, locale)) }
}

fn strip_day(day: &DayTimes, chosen: Date, today: Date, links: &Links<'_>, visitor: &Visitor) -> Day {
    let locale = visitor.speech.locale;
    Day {
        href: links.to(links.chosen, Some(day.date)),
        weekday: if day.date == today {
            visitor.say("today")
        } else {
            format::weekday_short(day.date, locale).to_owned()
        },
        number: day.date.day().to_string(),
        long: format::day_long(day.date, locale),
        free: day.times.iter().filter(|time| time.free).count() as u32,
        state: match day.status {
            DayStatus::Open => DayState::Free,
            DayStatus::Full => DayState::Full,
            DayStatus::Off | DayStatus::Holiday | DayStatus::Leave | DayStatus::Outside => DayState::Closed,
        },
        chosen: day.date == chosen,
    }
}

/// The parts of a day: text key, icon, first hour, and the hour it ends before.
const PARTS: [(&str, &str, i8, i8); 4] = [
    ("part-morning", "sunrise", 4, 11),
    ("part-midday", "sun", 11, 15),
    ("part-afternoon", "sunset", 15, 18),
    ("part-evening", "moon", 18, 28),
];

/// The times of a day by its parts. Parts that are over are left out; on a day without any times, all are.
fn groups(day: &DayTimes, slot: &impl Fn(&SlotTime) -> Slot, now: &Zoned) -> Vec<SlotGroup> {
    if day.times.is_empty() {
        return Vec::new();
    }
    let part = |(label, icon, from, until): (&'static str, &'static str, i8, i8)| {
        let inside = |time: &&SlotTime| {
            let hour = time.local.hour().cast_signed();
            (from..until).contains(&hour) || (from..until).contains(&(hour + 24))
        };
        let slots: Vec<Slot> = day.times.iter().filter(inside).map(slot).collect();
        let over = slots.is_empty() && day.date == now.date() && until <= now.hour();
        (!over).then(|| SlotGroup {
            label,
            icon,
            free: slots.iter().filter(|slot| slot.is_free()).count() as u32,
            slots,
        })
    };
    PARTS.into_iter().filter_map(part).collect()
}

fn slot(
    time: &SlotTime,
    zone: &str,
    visitor: &Visitor,
    own: &[Appointment],
    chosen: &Offered,
    marked: Option<Timestamp>,
) -> Slot {
    let yours = own.iter().any(|visit| visit.starts_at == time.at && visit.offer.doctor == chosen.doctor);
    let state = match (yours, time.free) {
        (true, false) => SlotState::Yours,
        (_, true) => SlotState::Free,
        (false, false) => SlotState::Taken,
    };
    Slot { state, chosen: time.free && marked == Some(time.at), ..near(time.at, zone, time.free, visitor) }
}

/// A start as a slot that is free or not.
pub(super) fn near(at: Timestamp, zone: &str, free: bool, visitor: &Visitor) -> Slot {
    let at = shown::at(at, zone);
    Slot {
        value: format::rfc3339(&at),
        label: format::clock(&at, visitor.speech.locale),
        long: format::when(&at, visitor.speech.locale),
        state: if free { SlotState::Free } else { SlotState::Taken },
        chosen: false,
    }
}

/// The visitor's own and their family's visits of a day.
async fn own_visits(site: &Site, visitor: &Visitor, day: Date) -> Result<Vec<Appointment>> {
    let cx = &visitor.cx;
    if cx.account().is_err() || !cx.may(Permission::AppointmentOwn) || cx.may(Permission::AppointmentPractice) {
        return Ok(Vec::new());
    }
    let ask = AppointmentSearch {
        when: Some(contracts::scheduling::When::Upcoming),
        mine: Some(true),
        from: Some(day),
        until: Some(day),
        page: PageAsk { limit: 20, after: None },
        ..AppointmentSearch::default()
    };
    Ok(site.scheduling.appointments(cx, ask).await?.items)
}

/// The consultation that the visitor themselves already has on that day, where another is wished for: one a day (C4).
async fn already(
    site: &Site,
    visitor: &Visitor,
    own: &[Appointment],
    chosen: &Offered,
) -> Result<Option<(String, String)>> {
    let consultation = |visit: &&Appointment| visit.kind == ServiceKind::Consultation;
    if chosen.service.kind != ServiceKind::Consultation || !own.iter().any(|visit| consultation(&visit)) {
        return Ok(None);
    }
    let family = site.people.my_patients(&visitor.cx).await?;
    let me = family.iter().find(|card| card.relation == Some(Relation::Own)).map(|card| &card.id);
    let visit = own.iter().filter(consultation).find(|visit| Some(&visit.patient) == me);
    Ok(visit.map(|visit| {
        let at = shown::at(visit.starts_at, &visit.zone);
        (format::time(&at, visitor.speech.locale), format!("/janji/{}", visit.code))
    }))
}
