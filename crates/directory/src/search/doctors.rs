//! Finding doctors: match the words, filter, order, take a page.

use std::sync::Arc;

use contracts::{
    directory::{DoctorCard, DoctorSearch, Facility, FacilityId, Mode, Service, Sort, SpecialityId},
    scheduling::EarliestFree,
};
use jiff::{Timestamp, ToSpan as _, tz::TimeZone};
use platform::{Cx, Id as _, Money, Result, db::Page};
use serde::{Deserialize, Serialize};

use super::{
    facilities::city_filter,
    index::{Entry, Index, Place},
    words,
};
use crate::catalogue::Catalogue;

/// The weight of a word in a speciality's and a facility's name, beside 1 in the doctor's own.
const SPECIALITY: f32 = 0.7;
const FACILITY: f32 = 0.6;
/// How much it is worth that every word of a name was asked for.
const WHOLE: f32 = 0.15;

/// Where a result stands in its order; the last part makes it the only one there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Key(i64, i64, String, String);

/// A doctor who fits, at the place that fits best.
struct Found<'i> {
    entry: &'i Entry,
    first: i64,
    second: i64,
    /// Set only where the order is by name.
    name: &'i str,
    place: Fitting<'i>,
}

impl Found<'_> {
    fn rank(&self) -> (i64, i64, &str, &str) {
        (self.first, self.second, self.name, self.entry.doctor.id.as_str())
    }

    fn key(&self) -> Key {
        let (first, second, name, id) = self.rank();
        Key(first, second, name.to_owned(), id.to_owned())
    }
}

/// A practice that fits the filters.
struct Fitting<'i> {
    facility: &'i Arc<Facility>,
    fee: i64,
    earliest: Option<Timestamp>,
}

/// The doctors who fit.
pub(crate) fn find(index: &Index, catalogue: &Catalogue, cx: &Cx, ask: &DoctorSearch) -> Result<Page<DoctorCard>> {
    let after: Option<Key> = ask.page.after()?;
    let scores = ask.q.as_deref().and_then(|q| scores(index, catalogue, &words(q)));
    let sort = ask.sort.unwrap_or(Sort::Relevance);
    let filter = Filter::new(catalogue, cx, ask, sort);
    let mut found = Vec::new();
    for (number, entry) in index.entries.iter().enumerate() {
        let score = scores.as_ref().map_or(0.0, |scores| scores[number]);
        if !entry.doctor.is_findable() || (scores.is_some() && score <= 0.0) {
            continue;
        }
        let Some(place) = filter.place(entry) else { continue };
        let earliest = place.earliest.map_or(i64::MAX, Timestamp::as_microsecond);
        let (first, second, name) = match sort {
            Sort::Relevance => (-(f64::from(score) * 1e6) as i64, earliest, ""),
            Sort::Earliest => (earliest, 0, ""),
            Sort::Fee => (place.fee, earliest, ""),
            Sort::Name => (0, 0, &*entry.sort_name),
        };
        let one = Found { entry, first, second, name, place };
        if after.as_ref().is_none_or(|Key(first, second, name, id)| one.rank() > (*first, *second, name, id)) {
            found.push(one);
        }
    }
    let wanted = ask.page.size() + 1;
    if found.len() > wanted {
        found.select_nth_unstable_by(wanted - 1, |a, b| a.rank().cmp(&b.rank()));
        found.truncate(wanted);
    }
    found.sort_unstable_by(|a, b| a.rank().cmp(&b.rank()));
    let page = Page::of(found, &ask.page, Found::key)?;
    let this_year = cx.now().to_zoned(TimeZone::UTC).year();
    Ok(page.map(|one| filter.card(&one, this_year)))
}

/// How well each doctor fits the words: 0 where too few of them do. Rare words count for more than common ones.
fn scores(index: &Index, catalogue: &Catalogue, asked: &[String]) -> Option<Vec<f32>> {
    if asked.is_empty() {
        return None;
    }
    let count = index.entries.len();
    let mut sum = vec![0.0_f32; count];
    let mut matched = vec![0_u8; count];
    for (at, word) in asked.iter().enumerate() {
        let fits = word_fits(index, catalogue, word, at + 1 == asked.len());
        let best = fits.iter().copied().fold(0.0, f32::max);
        let as_good = fits.iter().filter(|fit| **fit > 0.0 && **fit >= best - 0.15).count().max(1);
        let weight = 0.1 + (1.0 + count as f32 / as_good as f32).ln() / (1.0 + count as f32).ln();
        for (number, fit) in fits.into_iter().enumerate().filter(|(_, fit)| *fit > 0.0) {
            sum[number] += fit * weight;
            matched[number] += 1;
        }
    }
    for ((total, matched), entry) in sum.iter_mut().zip(matched).zip(&index.entries) {
        // Of two who fit alike, the one with nothing more in the name was meant.
        let whole = (f32::from(matched) / entry.name_words.max(1) as f32).min(1.0);
        *total *= if usize::from(matched) * 2 < asked.len() { 0.0 } else { 1.0 + WHOLE * whole };
    }
    // Far from the best is noise.
    let least = sum.iter().copied().fold(0.0, f32::max) * 0.5;
    for total in sum.iter_mut().filter(|total| **total < least) {
        *total = 0.0;
    }
    Some(sum)
}

/// How well each doctor fits one word, by their own name, their speciality's or their facility's.
fn word_fits(index: &Index, catalogue: &Catalogue, word: &str, last: bool) -> Vec<f32> {
    let mut fits = vec![0.0_f32; index.entries.len()];
    index.names.like(word, last, |number, fit| fits[number as usize] = fits[number as usize].max(fit));
    let specialities = best_fits(catalogue.specialities.all().len(), SPECIALITY, |found| {
        catalogue.speciality_words.like(word, last, found)
    });
    let facilities =
        best_fits(catalogue.facilities.all().len(), FACILITY, |found| catalogue.facility_words.like(word, last, found));
    for (fit, entry) in fits.iter_mut().zip(&index.entries) {
        if let Some(specialities) = &specialities {
            let known = entry.doctor.specialities.iter().filter_map(|id| catalogue.specialities.place(id));
            *fit = known.fold(*fit, |fit, place| fit.max(specialities[place as usize]));
        }
        if let Some(facilities) = &facilities {
            let known = entry.doctor.places.iter().filter_map(|place| catalogue.facilities.place(&place.facility));
            *fit = known.fold(*fit, |fit, place| fit.max(facilities[place as usize]));
        }
    }
    fits
}

/// The best fit of each of so many; nothing where none fits.
fn best_fits(count: usize, weight: f32, search: impl FnOnce(&mut dyn FnMut(u32, f32))) -> Option<Vec<f32>> {
    let mut fits: Option<Vec<f32>> = None;
    search(&mut |place, fit| {
        let fits = fits.get_or_insert_with(|| vec![0.0; count]);
        fits[place as usize] = fits[place as usize].max(fit * weight);
    });
    fits
}

/// The speciality asked for.
enum Wanted {
    Any,
    Only(SpecialityId),
    /// There is none of that name: nobody fits.
    Unknown,
}

/// The filters, looked up once.
struct Filter<'i> {
    catalogue: &'i Catalogue,
    ask: &'i DoctorSearch,
    sort: Sort,
    now: Timestamp,
    speciality: Wanted,
    /// For each facility by place: whether it fits, and until when a start must be free.
    facilities: Vec<Option<Timestamp>>,
}

impl<'i> Filter<'i> {
    fn new(catalogue: &'i Catalogue, cx: &Cx, ask: &'i DoctorSearch, sort: Sort) -> Self {
        let now = cx.now();
        let in_city = city_filter(ask.city.as_deref());
        let mut until = Until { now, days: ask.free_within_days, zones: Vec::new() };
        let mut fitting = |facility: &Arc<Facility>| {
            let fits = facility.active
                && ask.facility.as_ref().is_none_or(|wanted| *wanted == facility.id)
                && (ask.bpjs != Some(true) || facility.bpjs)
                && in_city(facility);
            fits.then(|| until.of(&facility.zone))
        };
        let facilities = catalogue.facilities.all().iter().map(&mut fitting).collect();
        let of_slug =
            |slug: &String| catalogue.specialities.all().iter().find(|s| s.slug == *slug).map(|s| s.id.clone());
        let speciality =
            ask.speciality.as_ref().map_or(Wanted::Any, |slug| of_slug(slug).map_or(Wanted::Unknown, Wanted::Only));
        Self { catalogue, ask, sort, now, speciality, facilities }
    }

    /// The place of a doctor that fits best: the cheapest where the order is by fee, else the one free first.
    fn place(&self, entry: &'i Entry) -> Option<Fitting<'i>> {
        match &self.speciality {
            Wanted::Only(speciality) if entry.doctor.specialities.contains(speciality) => {}
            Wanted::Any => {}
            Wanted::Only(_) | Wanted::Unknown => return None,
        }
        let earliest = entry.earliest.load();
        let fitting = entry.doctor.places.iter().filter_map(|place| self.fitting(place, &earliest));
        fitting.min_by_key(|place| {
            let earliest = place.earliest.unwrap_or(Timestamp::MAX);
            if self.sort == Sort::Fee { (place.fee, earliest) } else { (0, earliest) }
        })
    }

    fn fitting(&self, place: &'i Place, earliest: &[EarliestFree]) -> Option<Fitting<'i>> {
        let at = self.catalogue.facilities.place(&place.facility)?;
        let until = self.facilities[at as usize]?;
        let fee = self.offers(place).map(|(fee, _)| fee).min()?;
        if self.ask.fee_max.is_some_and(|most| fee > most) {
            return None;
        }
        let earliest = self.earliest(&place.facility, earliest);
        if self.ask.free_within_days.is_some() && earliest.is_none_or(|start| start >= until) {
            return None;
        }
        Some(Fitting { facility: self.catalogue.facilities.at(at), fee, earliest })
    }

    /// The services of a place that fit, with their fees.
    fn offers(&self, place: &'i Place) -> impl Iterator<Item = (i64, &'i Arc<Service>)> {
        place.services.iter().filter_map(|(id, fee)| {
            let service = self.catalogue.services.get(id)?;
            let fits = service.active
                && self.ask.kind.is_none_or(|kind| kind == service.kind)
                && self.ask.mode.is_none_or(|mode| service.modes.contains(&mode));
            fits.then(|| (fee.unwrap_or(service.price.amount), service))
        })
    }

    /// The earliest start known there that is still to come.
    fn earliest(&self, facility: &FacilityId, known: &[EarliestFree]) -> Option<Timestamp> {
        let fits = |free: &&EarliestFree| {
            free.facility == *facility && self.ask.mode.is_none_or(|mode| mode == free.mode) && free.at >= self.now
        };
        known.iter().filter(fits).map(|free| free.at).min()
    }

    fn card(&self, found: &Found<'i>, this_year: i16) -> DoctorCard {
        let doctor = &found.entry.doctor;
        let facility = found.place.facility;
        let offered = |mode: &Mode| {
            let there = doctor.places.iter().filter(|place| place.facility == facility.id);
            there.flat_map(|place| self.offers(place)).any(|(_, service)| service.modes.contains(mode))
        };
        DoctorCard {
            id: doctor.id.clone(),
            slug: doctor.slug.to_string(),
            name: doctor.name.to_string(),
            sex: doctor.sex,
            photo: doctor.photo.as_deref().map(ToOwned::to_owned),
            specialities: doctor
                .specialities
                .iter()
                .filter_map(|id| self.catalogue.specialities.get(id))
                .map(|s| s.name.clone())
                .collect(),
            years: doctor.practising_since.map(|since| (this_year - since).max(0)),
            facility: facility.id.clone(),
            facility_name: facility.name.clone(),
            city: facility.regency_name.clone(),
            zone: facility.zone.clone(),
            fee: Money::idr(found.place.fee),
            modes: Mode::ALL.iter().copied().filter(offered).collect(),
            bpjs: facility.bpjs,
            earliest_free: found.place.earliest,
        }
    }
}

/// The end of the last local day that counts as "within so many days", by zone (R.T2).
struct Until {
    now: Timestamp,
    days: Option<u16>,
    zones: Vec<(String, Timestamp)>,
}

impl Until {
    fn of(&mut self, zone: &str) -> Timestamp {
        let Some(days) = self.days else { return Timestamp::MAX };
        if let Some((_, until)) = self.zones.iter().find(|(known, _)| known == zone) {
            return *until;
        }
        let local = self.now.to_zoned(TimeZone::get(zone).unwrap_or(TimeZone::UTC));
        let day_after = local.date().checked_add((i32::from(days) + 1).days());
        let until = day_after
            .and_then(|date| date.to_zoned(local.time_zone().clone()))
            .map_or(Timestamp::MAX, |start| start.timestamp());
        self.zones.push((zone.to_owned(), until));
        until
    }
}
