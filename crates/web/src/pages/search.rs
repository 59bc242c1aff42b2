//! Search results: every filter stands in the address.

use axum::{extract::State, response::Response};
use contracts::{
    directory::{DoctorCard, DoctorSearch, Facility, FacilitySearch, Mode, ServiceKind, Sort, Speciality},
    scheduling::Offer,
};
use futures_util::future::try_join_all;
use jiff::{Timestamp, civil::Date};
use platform::{
    Money, Result,
    db::{Cursor, PageAsk},
    http::Params,
};
use serde::Deserialize;

use super::{
    Site, encoded,
    offers::{self, Offered, mode_of, word_of},
    shown,
    visitor::Visitor,
};
use crate::{
    format,
    view::{self, Area, FacilityCard, Filter, Here, Option_, Pager, Rescue, Search, Tab},
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
    maks: String,
    hasil: String,
    sesudah: String,
}

impl Wish {
    /// This search with these parts changed; pages start anew.
    fn with(&self, change: impl FnOnce(&mut Self)) -> Self {
        let mut other = Self { sesudah: String::new(), ..self.clone() };
        change(&mut other);
        other
    }

    /// The address of this search, with these parts changed.
    fn but(&self, change: impl FnOnce(&mut Self)) -> String {
        self.with(change).address()
    }

    /// The address of this search.
    fn address(&self) -> String {
        let parts = [
            ("q", &self.q),
            ("kota", &self.kota),
            ("poli", &self.poli),
            ("cara", &self.cara),
            ("layanan", &self.layanan),
            ("tgl", &self.tgl),
            ("urut", &self.urut),
            ("bpjs", &self.bpjs),
            ("maks", &self.maks),
            ("hasil", &self.hasil),
            ("sesudah", &self.sesudah),
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

    /// Facilities themselves are looked for.
    fn for_places(&self) -> bool {
        self.hasil == "faskes"
    }

    /// The highest fee, of those that can be chosen.
    fn most(&self) -> Option<i64> {
        self.maks.parse().ok().filter(|fee| FEES.contains(fee))
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
            fee_max: self.most(),
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
    let today = shown::at(cx.now(), shown::HOUSE_ZONE).date();
    let mut shell = visitor.shell("search-title", Area::Patient, Here::Search);
    shell.path = wish.but(|same| same.sesudah.clone_from(&wish.sesudah));
    let (mut doctors, mut desks, mut places) = (Vec::new(), Vec::new(), Vec::new());
    let next;
    if wish.for_places() {
        (places, next) = facilities(&site, &visitor, &wish).await?;
    } else if let Some(kind) = wish.at_desks() {
        (desks, next) = self::desks(&site, &visitor, &wish, kind).await?;
    } else {
        let found = site.directory.search_doctors(cx, wish.ask(today)).await?;
        let mode = mode_of(&wish.cara);
        doctors = try_join_all(found.items.iter().map(|doctor| card(&site, &visitor, doctor, mode))).await?;
        next = found.next;
    }
    let shown_now = (doctors.len() + desks.len() + places.len()) as u64;
    let active = active(&visitor, &wish, &specialities, &cities);
    let rescues = if shown_now == 0 { rescues(&site, &visitor, &wish, &active, today).await? } else { Vec::new() };
    let active: Vec<Filter> =
        active.into_iter().map(|(label, without)| Filter { label, without: without.address() }).collect();
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
        fees: FEES
            .iter()
            .map(|fee| option(&fee.to_string(), shown::money(&Money::idr(*fee), visitor.speech.locale), &wish.maks))
            .collect(),
        tabs: [("", "results-doctors"), ("faskes", "results-places")]
            .map(|(word, label)| Tab {
                href: wish.but(|other| {
                    word.clone_into(&mut other.hasil);
                    if word == "faskes" {
                        other.layanan.clear();
                    }
                }),
                label,
                count: None,
                chosen: wish.for_places() == (word == "faskes"),
            })
            .to_vec(),
        rescues,
        places,
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

/// Fees that can be set as the highest, in rupiah.
const FEES: [i64; 4] = [100_000, 150_000, 250_000, 400_000];
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

/// The filters in force, each with the search without it.
fn active(visitor: &Visitor, wish: &Wish, specialities: &[Speciality], cities: &[Option_]) -> Vec<(String, Wish)> {
    let locale = visitor.speech.locale;
    let mut active = Vec::new();
    let mut add = |label: String, without: Wish| active.push((label, without));
    if let Some(field) = specialities.iter().find(|field| field.slug == wish.poli) {
        add(shown::said(&field.name, locale), wish.with(|w| w.poli.clear()));
    }
    if let Some(city) = cities.iter().find(|city| city.value == wish.kota) {
        add(city.label.clone(), wish.with(|w| w.kota.clear()));
    }
    if mode_of(&wish.cara).is_some() {
        add(visitor.say(mode_key(&wish.cara)), wish.with(|w| w.cara.clear()));
    }
    if let Some((_, key)) = KINDS.iter().find(|(word, _)| *word == wish.layanan) {
        add(visitor.say(key), wish.with(|w| w.layanan.clear()));
    }
    if let Ok(day) = wish.tgl.parse::<Date>() {
        add(visitor.say_with("filter-until", &[("day", &format::day(day, locale))]), wish.with(|w| w.tgl.clear()));
    }
    if wish.bpjs == "1" {
        add("BPJS".to_owned(), wish.with(|w| w.bpjs.clear()));
    }
    if let Some(fee) = wish.most() {
        let fee = shown::money(&Money::idr(fee), locale);
        add(visitor.say_with("filter-fee-most", &[("fee", &fee)]), wish.with(|w| w.maks.clear()));
    }
    active
}

/// What would be found without one of the filters, or without the words: those that help most, three at most.
async fn rescues(
    site: &Site,
    visitor: &Visitor,
    wish: &Wish,
    active: &[(String, Wish)],
    today: Date,
) -> Result<Vec<Rescue>> {
    let mut tries = active.to_vec();
    if !wish.q.trim().is_empty() {
        tries.push((format!("“{}”", wish.q.trim()), wish.with(|w| w.q.clear())));
    }
    let mut rescues = Vec::new();
    for (label, without) in tries {
        let found = count(site, visitor, &without, today).await?;
        if found > 0 {
            rescues.push((found, Rescue { label, found: found as u64, href: without.address() }));
        }
    }
    rescues.sort_by_key(|(found, _)| std::cmp::Reverse(*found));
    rescues.truncate(3);
    Ok(rescues.into_iter().map(|(_, rescue)| rescue).collect())
}

/// How many a search finds, as far as one page of them goes.
async fn count(site: &Site, visitor: &Visitor, wish: &Wish, today: Date) -> Result<usize> {
    let page = PageAsk { limit: PageAsk::MOST, after: None };
    if wish.for_places() || wish.at_desks().is_some() {
        let ask = FacilitySearch { page, ..places_ask(wish, wish.at_desks()) };
        return Ok(site.directory.search_facilities(&visitor.cx, ask).await?.items.len());
    }
    let ask = DoctorSearch { page, ..wish.ask(today) };
    Ok(site.directory.search_doctors(&visitor.cx, ask).await?.items.len())
}

fn places_ask(wish: &Wish, kind: Option<ServiceKind>) -> FacilitySearch {
    let text = |text: &str| Some(text.trim().chars().take(100).collect::<String>()).filter(|text| !text.is_empty());
    let page = PageAsk { limit: ROWS, after: cursor(&wish.sesudah) };
    FacilitySearch { q: text(&wish.q), city: text(&wish.kota), kind, managed: None, page }
}

/// Facilities by name and city.
async fn facilities(site: &Site, visitor: &Visitor, wish: &Wish) -> Result<(Vec<FacilityCard>, Option<Cursor>)> {
    let found = site.directory.search_facilities(&visitor.cx, places_ask(wish, None)).await?;
    let card = |facility: &Facility| FacilityCard {
        href: format!("/faskes/{}", facility.slug),
        name: facility.name.clone(),
        address: format!("{}, {}", facility.address, facility.regency_name),
        bpjs: facility.bpjs,
    };
    Ok((found.items.iter().map(card).collect(), found.next))
}

/// Facilities that offer a kind of service, each with its services.
async fn desks(
    site: &Site,
    visitor: &Visitor,
    wish: &Wish,
    kind: ServiceKind,
) -> Result<(Vec<view::Desk>, Option<Cursor>)> {
    let found = site.directory.search_facilities(&visitor.cx, places_ask(wish, Some(kind))).await?;
    let mut desks = Vec::new();
    for facility in &found.items {
        desks.push(super::facility::desk(site, visitor, facility, Some(kind)).await?);
    }
    Ok((desks, found.next))
}

/// A doctor as they were booked before, with the next free times of the same; `None` where they are not to be found any
/// more, or offer it no longer.
pub(super) async fn card_again(site: &Site, visitor: &Visitor, offer: &Offer) -> Result<Option<view::DoctorCard>> {
    let (cx, locale) = (&visitor.cx, visitor.speech.locale);
    let Some(id) = &offer.doctor else { return Ok(None) };
    let Some(doctor) = offers::known(site.directory.doctor(cx, &id.to_string()).await)? else { return Ok(None) };
    let offered = offers::of_doctor(site, cx, &doctor).await?;
    let same = |other: &&Offered| {
        other.facility.id == offer.facility && other.service.id == offer.service && other.mode == offer.mode
    };
    let Some(chosen) = offered.iter().find(same) else { return Ok(None) };
    let now = shown::at(cx.now(), &chosen.facility.zone);
    let mut card = view::DoctorCard {
        href: String::new(),
        name: doctor.name.clone(),
        portrait: shown::portrait_of(&doctor),
        speciality: doctor
            .specialities
            .iter()
            .map(|field| shown::said(&field.name, locale))
            .collect::<Vec<_>>()
            .join(", "),
        years: doctor.practising_since.map_or(0, |since| (now.year() - since).max(0) as u32),
        rating: String::new(),
        reviews: 0,
        place: format!("{}, {}", chosen.facility.name, chosen.facility.regency_name),
        fee: shown::money(&chosen.fee, locale),
        bpjs: chosen.facility.bpjs,
        day: String::new(),
        zone: String::new(),
        times: Vec::new(),
    };
    let times = offers::next_times(site, cx, chosen).await?;
    fill_times(&mut card, visitor, &doctor.slug, Some(chosen), &times, &chosen.facility.zone);
    Ok(Some(card))
}

/// Puts the next free times on a card, each leading to its page.
fn fill_times(
    card: &mut view::DoctorCard,
    visitor: &Visitor,
    slug: &str,
    chosen: Option<&Offered>,
    times: &[Timestamp],
    zone: &str,
) {
    let locale = visitor.speech.locale;
    let path = format!("/dokter/{slug}");
    let query = chosen.map_or_else(String::new, |chosen| {
        format!("?faskes={}&layanan={}&cara={}", chosen.facility.id, chosen.service.id, word_of(chosen.mode))
    });
    let today = shown::at(visitor.cx.now(), zone).date();
    let first = times.first().map(|at| shown::at(*at, zone));
    let link = |at: &Timestamp| {
        let at = shown::at(*at, zone);
        let address = format!("{path}{query}&tgl={}&jam={}", at.date(), encoded(&format::rfc3339(&at)));
        (format::clock(&at, locale), address)
    };
    card.href = format!("{path}{query}");
    card.day = match &first {
        Some(at) if at.date() == today => visitor.say("today"),
        Some(at) => format::day(at.date(), locale),
        None => String::new(),
    };
    card.zone = first.as_ref().map(format::zone).unwrap_or_default();
    card.times = times.iter().map(link).collect();
}

/// A doctor with the next free times.
pub(super) async fn card(
    site: &Site,
    visitor: &Visitor,
    found: &DoctorCard,
    mode: Option<Mode>,
) -> Result<view::DoctorCard> {
    let (cx, locale) = (&visitor.cx, visitor.speech.locale);
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
    let mut card = view::DoctorCard {
        href: String::new(),
        name: found.name.clone(),
        portrait: shown::portrait_of_card(found),
        speciality: found.specialities.iter().map(|field| shown::said(field, locale)).collect::<Vec<_>>().join(", "),
        years: found.years.map_or(0, |years| years.max(0) as u32),
        rating: String::new(),
        reviews: 0,
        place: format!("{}, {}", found.facility_name, found.city),
        fee: shown::money(chosen.map_or(&found.fee, |chosen| &chosen.fee), locale),
        bpjs: found.bpjs,
        day: String::new(),
        zone: String::new(),
        times: Vec::new(),
    };
    fill_times(&mut card, visitor, &found.slug, chosen, &times, &found.zone);
    Ok(card)
}
