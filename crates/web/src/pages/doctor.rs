//! A doctor's page: who it is, and the times; keeping one of them.

use axum::{
    extract::{Path, State},
    response::Response,
};
use contracts::directory::{Doctor, DoctorSearch, Mode, Sort};
use futures_util::future::try_join_all;
use platform::{
    Result,
    db::PageAsk,
    http::{Form, Params},
};

use super::{
    Site, booking,
    offers::{self, Choice, Offered},
    picker, search, shown,
    visitor::Visitor,
};
use crate::{
    format,
    view::{self, Area, Back, DoctorCard, Here, Hours, Place, Tariff},
};

/// `GET /dokter/{slug}`
pub(super) async fn show(
    State(site): State<Site>,
    visitor: Visitor,
    Path(slug): Path<String>,
    Params(choice): Params<Choice>,
) -> Result<Response> {
    let doctor = site.directory.doctor(&visitor.cx, &slug).await?;
    let page = fill(&site, &visitor, &doctor, &choice).await?;
    if visitor.wants("picker") { visitor.page(&page.as_picker()) } else { visitor.page(&page) }
}

/// `POST /dokter/{slug}`: keeps the time chosen, or leads back to the nearest where somebody was faster.
pub(super) async fn hold(
    State(site): State<Site>,
    visitor: Visitor,
    Path(slug): Path<String>,
    Form(choice): Form<Choice>,
) -> Result<Response> {
    let doctor = site.directory.doctor(&visitor.cx, &slug).await?;
    let offered = offers::of_doctor(&site, &visitor.cx, &doctor).await?;
    booking::keep_time(&site, &visitor, &offered, &choice, &format!("/dokter/{}", doctor.slug)).await
}

async fn fill(site: &Site, visitor: &Visitor, doctor: &Doctor, choice: &Choice) -> Result<view::Doctor> {
    let (cx, locale) = (&visitor.cx, visitor.speech.locale);
    let offered = offers::of_doctor(site, cx, doctor).await?;
    let path = format!("/dokter/{}", doctor.slug);
    let place = picker::Place { path: &path, stream: &format!("{path}/jam"), offered: &offered, hidden: Vec::new() };
    let picker = picker::fill(site, visitor, place, choice).await?;
    let chosen = choice.among(&offered);
    let mut shell = visitor.titled(doctor.name.clone(), Area::Patient, Here::Search);
    shell.back = Some(Back { href: "/cari".to_owned(), label: "back-results" });
    shell.step = 1;
    let today = shown::at(cx.now(), shown::HOUSE_ZONE).date();
    Ok(view::Doctor {
        shell,
        doctor: head(visitor, doctor, chosen),
        registered: doctor.str_until.is_none_or(|until| until >= today),
        registration: match doctor.str_until {
            Some(until) => visitor.say_with("valid-until", &[("date", &format::date(until, locale))]),
            None => visitor.say("valid-for-life"),
        },
        fees: tariffs(visitor, &path, &offered),
        others: if picker.closed { others(site, visitor, doctor).await? } else { Vec::new() },
        languages: languages(visitor, doctor),
        about: shown::said(&doctor.about, locale),
        places: places(visitor, doctor, &offered),
        free_until: match chosen {
            Some(offered) => free_until(site, visitor, offered).await?,
            None => String::new(),
        },
        by_request: !doctor.auto_accept,
        desk: false,
        picker,
    })
}

/// What the doctor offers: each place, service and way of meeting.
fn tariffs(visitor: &Visitor, path: &str, offered: &[Offered]) -> Vec<Tariff> {
    let locale = visitor.speech.locale;
    let tariff = |offer: &Offered| Tariff {
        service: shown::said(&offer.service.name, locale),
        place: offer.facility.name.clone(),
        video: offer.mode == Mode::Online,
        minutes: u32::from(offer.service.duration_minutes),
        fee: shown::money(&offer.fee, locale),
        href: format!(
            "{path}?faskes={}&layanan={}&cara={}",
            offer.facility.id,
            offer.service.id,
            offers::word_of(offer.mode)
        ),
    };
    offered.iter().map(tariff).collect()
}

/// Doctors of the same field who are free soon.
async fn others(site: &Site, visitor: &Visitor, doctor: &Doctor) -> Result<Vec<DoctorCard>> {
    let ask = DoctorSearch {
        speciality: doctor.specialities.first().map(|field| field.slug.clone()),
        sort: Some(Sort::Earliest),
        page: PageAsk { limit: 4, after: None },
        ..DoctorSearch::default()
    };
    let found = site.directory.search_doctors(&visitor.cx, ask).await?;
    let others = found.items.iter().filter(|other| other.id != doctor.id).take(3);
    try_join_all(others.map(|other| search::card(site, visitor, other, None))).await
}

/// How long before the start changing is free, in words.
pub(super) async fn free_until(site: &Site, visitor: &Visitor, offered: &Offered) -> Result<String> {
    let policy = site.scheduling.policy(&visitor.cx, &offered.facility.id).await?;
    Ok(before_start(visitor, policy.free_change_minutes.max(policy.cancel_notice_minutes)))
}

/// `2 jam sebelumnya`
pub(super) fn before_start(visitor: &Visitor, minutes: u32) -> String {
    match minutes {
        0 => visitor.say("until-start"),
        whole if whole % 1_440 == 0 => visitor.say_with("days-before", &[("n", &(whole / 1_440).to_string())]),
        whole if whole % 60 == 0 => visitor.say_with("hours-before", &[("n", &(whole / 60).to_string())]),
        other => visitor.say_with("minutes-before", &[("n", &other.to_string())]),
    }
}

fn head(visitor: &Visitor, doctor: &Doctor, chosen: Option<&Offered>) -> DoctorCard {
    let locale = visitor.speech.locale;
    let year = shown::at(visitor.cx.now(), shown::HOUSE_ZONE).year();
    let specialities: Vec<String> = doctor.specialities.iter().map(|field| shown::said(&field.name, locale)).collect();
    DoctorCard {
        href: format!("/dokter/{}", doctor.slug),
        name: doctor.name.clone(),
        portrait: shown::portrait_of(doctor),
        speciality: specialities.join(", "),
        years: doctor.practising_since.map_or(0, |since| (year - since).max(0) as u32),
        rating: String::new(),
        reviews: 0,
        place: chosen
            .map(|offered| format!("{}, {}", offered.facility.name, offered.facility.regency_name))
            .unwrap_or_default(),
        fee: chosen.map(|offered| shown::money(&offered.fee, locale)).unwrap_or_default(),
        bpjs: chosen.is_some_and(|offered| offered.facility.bpjs),
        day: String::new(),
        zone: String::new(),
        times: Vec::new(),
    }
}

fn languages(visitor: &Visitor, doctor: &Doctor) -> String {
    let name = |code: &String| {
        let key = format!("language-{code}");
        visitor.speech.texts.say(visitor.speech.locale, &key, &[]).unwrap_or_else(|| code.clone())
    };
    doctor.languages.iter().map(name).collect::<Vec<_>>().join(", ")
}

/// Where and when the doctor practises, days with equal hours together.
fn places(visitor: &Visitor, doctor: &Doctor, offered: &[Offered]) -> Vec<Place> {
    let locale = visitor.speech.locale;
    let place = |practice: &contracts::directory::Practice| {
        let facility = &offered.iter().find(|offered| offered.facility.id == practice.facility)?.facility;
        let zone = format::zone(&shown::at(visitor.cx.now(), &facility.zone));
        let mut spans: Vec<(String, Vec<u8>)> = Vec::new();
        let mut hours = practice.hours.clone();
        hours.sort_by_key(|hours| (hours.weekday, hours.from));
        for hours in &hours {
            let mark = if locale == platform::i18n::Locale::Id { '.' } else { ':' };
            let clock = |time: jiff::civil::Time| format!("{:02}{mark}{:02}", time.hour(), time.minute());
            let video = if hours.modes == [Mode::Online] {
                format!(" · {}", visitor.say("mode-video"))
            } else {
                String::new()
            };
            let span = format!("{}–{} {zone}{video}", clock(hours.from), clock(hours.until));
            match spans.iter_mut().find(|(known, _)| *known == span) {
                Some((_, days)) => days.push(hours.weekday),
                None => spans.push((span, vec![hours.weekday])),
            }
        }
        let hours = spans.into_iter().map(|(span, days)| Hours { days: days_of(&days, locale), span }).collect();
        Some(Place {
            name: facility.name.clone(),
            address: format!("{}, {}", facility.address, facility.regency_name),
            href: format!("/faskes/{}", facility.slug),
            licence: visitor.say_with("sip-until", &[("date", &format::date(practice.sip_until, locale))]),
            bpjs: facility.bpjs,
            hours,
        })
    };
    doctor.practices.iter().filter_map(place).collect()
}

/// `Senin–Jumat`, or `Senin, Rabu`.
fn days_of(days: &[u8], locale: platform::i18n::Locale) -> String {
    // The first of January 2024 was a Monday.
    let name = |day: u8| format::weekday(jiff::civil::date(2024, 1, day.clamp(1, 7) as i8), locale);
    let run = days.windows(2).all(|pair| pair[1] == pair[0] + 1);
    match days {
        [first, .., last] if run && days.len() > 2 => format!("{}–{}", name(*first), name(*last)),
        _ => days.iter().map(|day| name(*day)).collect::<Vec<_>>().join(", "),
    }
}
