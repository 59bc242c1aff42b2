//! The doctors as the search sees them. There are many, so that their records are kept small: texts without room to
//! grow, and each id of a facility, service or speciality once, however many doctors refer to it.

use std::{
    collections::{HashMap, HashSet},
    hash::Hash,
    sync::Arc,
};

use arc_swap::ArcSwap;
use contracts::{
    directory::{Doctor, DoctorId, DoctorState, FacilityId, ServiceId, SpecialityId},
    people::Sex,
    scheduling::EarliestFree,
};

use super::{Words, plain, words};

/// A doctor, as much as lists show and filters ask for.
pub(crate) struct Listed {
    pub(crate) id: DoctorId,
    pub(crate) slug: Arc<str>,
    pub(crate) name: Box<str>,
    pub(crate) sex: Sex,
    /// The small file of their photo.
    pub(crate) photo: Option<Box<str>>,
    pub(crate) specialities: Box<[SpecialityId]>,
    pub(crate) practising_since: Option<i16>,
    pub(crate) places: Box<[Place]>,
    pub(crate) state: DoctorState,
    pub(crate) version: i64,
}

/// A practice: the facility and what is offered there, with the doctor's own fee where it differs.
pub(crate) struct Place {
    pub(crate) facility: FacilityId,
    pub(crate) services: Box<[(ServiceId, Option<i64>)]>,
}

impl Listed {
    /// Whether the public may find them.
    pub(crate) fn is_findable(&self) -> bool {
        self.state == DoctorState::Listed
    }
}

impl From<&Doctor> for Listed {
    fn from(doctor: &Doctor) -> Self {
        let place = |practice: &contracts::directory::Practice| Place {
            facility: practice.facility.clone(),
            services: practice.services.iter().map(|offered| (offered.service.clone(), offered.fee)).collect(),
        };
        Self {
            id: doctor.id.clone(),
            slug: doctor.slug.as_str().into(),
            name: doctor.name.as_str().into(),
            sex: doctor.sex,
            photo: doctor.photo.as_ref().map(|photo| photo.small.as_str().into()),
            specialities: doctor.specialities.iter().map(|speciality| speciality.id.clone()).collect(),
            practising_since: doctor.practising_since,
            places: doctor.practices.iter().map(place).collect(),
            state: doctor.state,
            version: doctor.version,
        }
    }
}

/// A doctor at their number.
pub(super) struct Entry {
    pub(super) doctor: Listed,
    /// The name as it is sorted by.
    pub(super) sort_name: Box<str>,
    /// How many words the name has, without the titles behind it.
    pub(super) name_words: usize,
    /// Earliest free starts. Changed in place: they change with every booking, and nobody should wait for that.
    pub(super) earliest: ArcSwap<Vec<EarliestFree>>,
}

/// One of each id.
#[derive(Default)]
struct Ids {
    facilities: HashSet<FacilityId>,
    services: HashSet<ServiceId>,
    specialities: HashSet<SpecialityId>,
}

impl Ids {
    /// Makes a doctor refer to the ids known already.
    fn share(&mut self, doctor: &mut Listed) {
        doctor.specialities.iter_mut().for_each(|id| share(&mut self.specialities, id));
        for place in &mut doctor.places {
            share(&mut self.facilities, &mut place.facility);
            place.services.iter_mut().for_each(|(id, _)| share(&mut self.services, id));
        }
    }
}

/// Replaces an id by the equal one that is known, or gets to know it.
fn share<I: Hash + Eq + Clone>(known: &mut HashSet<I>, id: &mut I) {
    match known.get(id) {
        Some(same) => *id = same.clone(),
        None => drop(known.insert(id.clone())),
    }
}

/// All doctors. A number is never given twice; who is not listed stays without words.
#[derive(Default)]
pub(crate) struct Index {
    pub(super) entries: Vec<Entry>,
    numbers: HashMap<DoctorId, u32>,
    slugs: HashMap<Arc<str>, u32>,
    pub(super) names: Words,
    ids: Ids,
}

impl Index {
    /// Puts a doctor, unless a newer version is there.
    pub(crate) fn put(&mut self, mut doctor: Listed) {
        let number = match self.numbers.get(&doctor.id) {
            Some(&number) => {
                let before = &self.entries[number as usize].doctor;
                if before.version > doctor.version {
                    return;
                }
                if before.is_findable() {
                    self.names.remove(number, &words(&before.name));
                }
                number
            }
            None => self.entries.len() as u32,
        };
        if doctor.is_findable() {
            self.names.add(number, &words(&doctor.name));
        }
        self.ids.share(&mut doctor);
        self.slugs.insert(doctor.slug.clone(), number);
        let sort_name = sort_name(&doctor.name);
        let name_words = words(doctor.name.split(',').next().unwrap_or_default()).len();
        if let Some(entry) = self.entries.get_mut(number as usize) {
            (entry.doctor, entry.sort_name, entry.name_words) = (doctor, sort_name, name_words);
        } else {
            self.numbers.insert(doctor.id.clone(), number);
            self.entries.push(Entry { doctor, sort_name, name_words, earliest: ArcSwap::default() });
        }
    }

    /// Notes a doctor's earliest free starts; nothing for a doctor who is not there.
    pub(crate) fn note_earliest(&self, doctor: &DoctorId, mut earliest: Vec<EarliestFree>) {
        let Some(number) = self.numbers.get(doctor) else { return };
        let entry = &self.entries[*number as usize];
        for free in &mut earliest {
            if let Some(place) = entry.doctor.places.iter().find(|place| place.facility == free.facility) {
                free.facility = place.facility.clone();
            }
        }
        earliest.shrink_to_fit();
        entry.earliest.store(Arc::new(earliest));
    }

    /// Gives back what was set aside for more doctors, after many were put.
    pub(crate) fn shrink(&mut self) {
        self.entries.shrink_to_fit();
        self.numbers.shrink_to_fit();
        self.slugs.shrink_to_fit();
        self.names.shrink();
    }

    /// The doctor of a slug.
    pub(crate) fn of_slug(&self, slug: &str) -> Option<&DoctorId> {
        self.slugs.get(slug).map(|number| &self.entries[*number as usize].doctor.id)
    }
}

/// Whether a word is a title before a name.
pub(super) fn is_title(word: &str) -> bool {
    matches!(word.trim_end_matches('.'), "dr" | "drg" | "prof")
}

/// By the name itself, not by `dr.` or `Prof.`.
fn sort_name(name: &str) -> Box<str> {
    let plain = plain(name);
    plain.split_whitespace().skip_while(|word| is_title(word)).collect::<Vec<_>>().join(" ").into()
}
