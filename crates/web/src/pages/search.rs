//! Search results: every filter stands in the address.

use axum::{extract::State, response::Response};
use contracts::directory::{DoctorCard, DoctorSearch, FacilitySearch, Mode, ServiceKind, Sort, Speciality};
use futures_util::future::try_join_all;
use jiff::civil::Date;
use platform::{
    Result,
    db::{Cursor, PageAsk},
    http::Params,
};
use serde::Deserialize;

use super::{
    Site, encoded,
    offers::{self, mode_of, word_of},
    shown,
    visitor::Visitor,
};
use crate::{
    format,
    view::{self, Area, Filter, Here, Option_, Pager, Search},
};

/// Doctors on a page.
const ROWS: u32 = 12;
/// Words that may mean an emergency: the number stands over the results then.
const RED_FLAGS: [&str; 12] = [
    "nyeri dada",
    "sakit dada",
    "sesak",
    "pingsan",
    "kejang",
    "stroke",
    "pendarahan",
    "perdarahan",
    "keracunan",
    "chest pain",
    "unconscious",
    "bleeding",
];

/// The query of the page.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wish {
    q: String,
    kota: String,
    poli: String,
    cara: String,
    layanan: String,
    tgl: String,
    urut: String,
    bpjs: String,
    sesudah: String,
}

impl Wish {
    /// The address of this search, with these parts changed; pages start anew.
    fn but(&self, change: impl FnOnce(&mut Self)) -> String {
        let mut other = Self { sesudah: String::new(), ..self.clone() };
        change(&mut other);
        let parts = [
            ("q", &other.q),
            ("kota", &other.kota),
            ("poli", &other.poli),
            ("cara", &other.cara),
            ("layanan", &other.layanan),
            ("tgl", &other.tgl),
            ("urut", &other.urut),
            ("bpjs", &other.bpjs),
            ("sesudah", &other.sesudah),
        ];
        let query: Vec<String> = parts
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| format!("{name}={}", encoded(value)))
            .collect();
        if query.is_empty() { "/cari".to_owned() } else { format!("/cari?{}", query.join("&")) }
    }

    fn kind(&self) -> Option<ServiceKind> {
        match self.layanan.as_str() {
            "konsultasi" => Some(ServiceKind::Consultation),
            "lab" => Some(ServiceKind::LabTest),
            "vaksin" => Some(ServiceKind::Vaccination),
            "tindakan" => Some(ServiceKind::Procedure),
            _ => None,
        }
    }

    /// A desk's services are looked for at facilities.
    fn at_desks(&self) -> Option<ServiceKind> {
        self.kind().filter(|kind| *kind != ServiceKind::Consultation)
    }

    fn ask(&self, today: Date) -> DoctorSearch {
        let text = |text: &str| Some(text.trim().chars().take(100).collect::<String>()).filter(|text| !text.is_empty());
        let days =
            |until: Date| u16::try_from(until.since(today).map_or(0, |span| span.get_days()).max(0)).unwrap_or(0) + 1;
        DoctorSearch {
            q: text(&self.q),
            speciality: text(&self.poli),
            city: text(&self.kota),
            mode: mode_of(&self.cara),
            bpjs: (self.bpjs == "1").then_some(true),
            free_within_days: self.tgl.parse().ok().filter(|day: &Date| *day >= today).map(days),
            sort: match self.urut.as_str() {
                "biaya" => Some(Sort::Fee),
                "nama" => Some(Sort::Name),
                "cepat" => Some(Sort::Earliest),
                _ if self.q.trim().is_empty() => Some(Sort::Earliest),
                _ => Some(Sort::Relevance),
            },
            page: PageAsk { limit: ROWS, after: cursor(&self.sesudah) },
            ..DoctorSearch::default()
        }
    }
}

/// The place in a list that an address names; none where it names nothing.
pub(super) fn cursor(text: &str) -> Option<Cursor> {
    serde_json::from_value(serde_json::Value::String(text.to_owned())).ok().filter(|_| !text.is_empty())
}

/// `GET /cari`
pub(super) async fn show(State(site): State<Site>, visitor: Visitor, Params(wish): Params<Wish>) -> Result<Response> {
    let cx = &visitor.cx;
    let specialities = site.directory.specialities(cx).await?;
    let cities = cities(&site, &visitor, &wish.kota).await?;
    let today = shown::at(cx.now(), "Asia/Jakarta").date();
    let mut shell = visitor.shell("search-title", Area::Patient, Here::Search);
    shell.path = wish.but(|same| same.sesudah.clone_from(&wish.sesudah));
    let (doctors, desks, next) = if let Some(kind) = wish.at_desks() {
        let (desks, next) = desks(&site, &visitor, &wish, kind).await?;
        (Vec::new(), desks, next)
    } else {
        let found = site.directory.search_doctors(cx, wish.ask(today)).await?;
        let mode = mode_of(&wish.cara);
        let cards = try_join_all(found.items.iter().map(|doctor| card(&site, &visitor, doctor, mode))).await?;
        (cards, Vec::new(), found.next)
    };
    let shown_now = (doctors.len() + desks.len()) as u64;
    let active = active(&visitor, &wish, &specialities, &cities);
    let page = Search {
        shell,
        specialities: specialities
            .iter()
            .map(|field| option(&field.slug, shown::said(&field.name, visitor.speech.locale), &wish.poli))
            .collect(),
        cities,
        modes: ["klinik", "video"].iter().map(|word| option(word, visitor.say(mode_key(word)), &wish.cara)).collect(),
        kinds: KINDS.iter().map(|(word, key)| option(word, visitor.say(key), &wish.layanan)).collect(),
        sorts: SORTS.iter().map(|(word, key)| option(word, visitor.say(key), &wish.urut)).collect(),
        date: wish.tgl.clone(),
        bpjs: wish.bpjs == "1",
        active,
        total: shown_now,
        more: next.is_some() || !wish.sesudah.is_empty(),
        doctors,
        desks,
        pager: Pager {
            from: 1,
            to: shown_now,
            total: None,
            previous: (!wish.sesudah.is_empty()).then(|| wish.but(|_| {})),
            next: next.map(|cursor| wish.but(|other| other.sesudah = cursor.to_string())),
        },
        emergency: RED_FLAGS.iter().any(|sign| wish.q.to_lowercase().contains(sign)),
        q: wish.q,
    };
    if visitor.wants("results") { visitor.page(&page.as_results()) } else { visitor.page(&page) }
}

const SORTS: [(&str, &str); 3] = [("cepat", "sort-soonest"), ("biaya", "sort-fee"), ("nama", "sort-name")];
const KINDS: [(&str, &str); 4] = [
    ("konsultasi", "kind-consultation"),
    ("lab", "tile-lab"),
    ("vaksin", "tile-vaccine"),
    ("tindakan", "tile-procedure"),
];

fn mode_key(word: &str) -> &'static str {
    if word == "video" { "mode-video" } else { "mode-clinic" }
}

fn option(value: &str, label: String, chosen: &str) -> Option_ {
    Option_ { value: value.to_owned(), label, chosen: value == chosen }
}

/// The cities that have facilities.
pub(super) async fn cities(site: &Site, visitor: &Visitor, chosen: &str) -> Result<Vec<Option_>> {
    let ask = FacilitySearch { page: PageAsk { limit: PageAsk::MOST, after: None }, ..FacilitySearch::default() };
    let facilities = site.directory.search_facilities(&visitor.cx, ask).await?;
    let mut cities: Vec<Option_> =
        facilities.items.into_iter().map(|facility| option(&facility.regency, facility.regency_name, chosen)).collect();
    cities.sort_by(|a, b| a.label.cmp(&b.label));
    cities.dedup_by(|a, b| a.value == b.value);
    Ok(cities)
}

fn active(visitor: &Visitor, wish: &Wish, specialities: &[Speciality], cities: &[Option_]) -> Vec<Filter> {
    let locale = visitor.speech.locale;
    let mut active = Vec::new();
    let mut add = |label: String, without: String| active.push(Filter { label, without });
    if let Some(field) = specialities.iter().find(|field| field.slug == wish.poli) {
        add(shown::said(&field.name, locale), wish.but(|w| w.poli.clear()));
    }
    if let Some(city) = cities.iter().find(|city| city.value == wish.kota) {
        add(city.label.clone(), wish.but(|w| w.kota.clear()));
    }
    if mode_of(&wish.cara).is_some() {
        add(visitor.say(mode_key(&wish.cara)), wish.but(|w| w.cara.clear()));
    }
    if let Some((_, key)) = KINDS.iter().find(|(word, _)| *word == wish.layanan) {
        add(visitor.say(key), wish.but(|w| w.layanan.clear()));
    }
    if let Ok(day) = wish.tgl.parse::<Date>() {
        add(visitor.say_with("filter-until", &[("day", &format::day(day, locale))]), wish.but(|w| w.tgl.clear()));
    }
    if wish.bpjs == "1" {
        add("BPJS".to_owned(), wish.but(|w| w.bpjs.clear()));
    }
    active
}

/// Facilities that offer a kind of service, each with its services.
async fn desks(
    site: &Site,
    visitor: &Visitor,
    wish: &Wish,
    kind: ServiceKind,
) -> Result<(Vec<view::Desk>, Option<Cursor>)> {
    let text = |text: &str| Some(text.trim().chars().take(100).collect::<String>()).filter(|text| !text.is_empty());
    let page = PageAsk { limit: ROWS, after: cursor(&wish.sesudah) };
    let ask = FacilitySearch { q: text(&wish.q), city: text(&wish.kota), kind: Some(kind), page };
    let found = site.directory.search_facilities(&visitor.cx, ask).await?;
    let mut desks = Vec::new();
    for facility in &found.items {
        desks.push(super::facility::desk(site, visitor, facility, Some(kind)).await?);
    }
    Ok((desks, found.next))
}

/// A doctor with the next free times.
pub(super) async fn card(
    site: &Site,
    visitor: &Visitor,
    found: &DoctorCard,
    mode: Option<Mode>,
) -> Result<view::DoctorCard> {
    let (cx, locale) = (&visitor.cx, visitor.speech.locale);
    let path = format!("/dokter/{}", found.slug);
    let offered = match offers::known(site.directory.doctor(cx, &found.id.to_string()).await)? {
        Some(doctor) => offers::of_doctor(site, cx, &doctor).await?,
        None => Vec::new(),
    };
    let here = offered.iter().filter(|offered| offered.facility.id == found.facility);
    let chosen =
        here.clone().find(|offered| mode.is_none_or(|mode| offered.mode == mode)).or_else(|| here.clone().next());
    let times = match chosen {
        Some(chosen) => offers::next_times(site, cx, chosen).await?,
        None => Vec::new(),
    };
    let zone = &found.zone;
    let today = shown::at(cx.now(), zone).date();
    let query = chosen.map_or_else(String::new, |chosen| {
        format!("?faskes={}&layanan={}&cara={}", chosen.facility.id, chosen.service.id, word_of(chosen.mode))
    });
    let first = times.first().map(|at| shown::at(*at, zone));
    let link = |at: &jiff::Timestamp| {
        let at = shown::at(*at, zone);
        let address = format!("{path}{query}&tgl={}&jam={}", at.date(), encoded(&format::rfc3339(&at)));
        (format::clock(&at, locale), address)
    };
    Ok(view::DoctorCard {
        href: format!("{path}{query}"),
        name: found.name.clone(),
        portrait: shown::portrait_of_doctor(Some(found.sex), &found.slug),
        speciality: found.specialities.iter().map(|field| shown::said(field, locale)).collect::<Vec<_>>().join(", "),
        years: found.years.map_or(0, |years| years.max(0) as u32),
        rating: String::new(),
        reviews: 0,
        place: format!("{}, {}", found.facility_name, found.city),
        fee: shown::money(chosen.map_or(&found.fee, |chosen| &chosen.fee), locale),
        bpjs: found.bpjs,
        day: match &first {
            Some(at) if at.date() == today => visitor.say("today"),
            Some(at) => format::day(at.date(), locale),
            None => String::new(),
        },
        zone: first.as_ref().map(format::zone).unwrap_or_default(),
        times: times.iter().map(link).collect(),
    })
}
