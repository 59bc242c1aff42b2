//! The doctors as the search sees them.

use std::{collections::HashMap, sync::Arc};

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
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) sex: Sex,
    pub(crate) specialities: Vec<SpecialityId>,
    pub(crate) practising_since: Option<i16>,
    pub(crate) places: Vec<Place>,
    /// Whether the public may find them.
    pub(crate) findable: bool,
    pub(crate) version: i64,
}

/// A practice: the facility and what is offered there, with the doctor's own fee where it differs.
pub(crate) struct Place {
    pub(crate) facility: FacilityId,
    pub(crate) services: Vec<(ServiceId, Option<i64>)>,
}

impl From<&Doctor> for Listed {
    fn from(doctor: &Doctor) -> Self {
        let place = |practice: &contracts::directory::Practice| Place {
            facility: practice.facility.clone(),
            services: practice.services.iter().map(|offered| (offered.service.clone(), offered.fee)).collect(),
        };
        Self {
            id: doctor.id.clone(),
            slug: doctor.slug.clone(),
            name: doctor.name.clone(),
            sex: doctor.sex,
            specialities: doctor.specialities.iter().map(|speciality| speciality.id.clone()).collect(),
            practising_since: doctor.practising_since,
            places: doctor.practices.iter().map(place).collect(),
            findable: doctor.state == DoctorState::Listed,
            version: doctor.version,
        }
    }
}

/// A doctor at their number.
pub(super) struct Entry {
    pub(super) doctor: Listed,
    /// The name as it is sorted by.
    pub(super) sort_name: String,
    /// How many words the name has, without the titles behind it.
    pub(super) name_words: usize,
    /// Earliest free starts. Changed in place: they change with every booking, and nobody should wait for that.
    pub(super) earliest: ArcSwap<Vec<EarliestFree>>,
}

/// All doctors. A number is never given twice; who is not listed stays without words.
#[derive(Default)]
pub(crate) struct Index {
    pub(super) entries: Vec<Entry>,
    numbers: HashMap<DoctorId, u32>,
    slugs: HashMap<String, u32>,
    pub(super) names: Words,
}

impl Index {
    /// Puts a doctor, unless a newer version is there.
    pub(crate) fn put(&mut self, doctor: Listed) {
        let number = match self.numbers.get(&doctor.id) {
            Some(&number) => {
                let before = &self.entries[number as usize].doctor;
                if before.version > doctor.version {
                    return;
                }
                if before.findable {
                    self.names.remove(number, &words(&before.name));
                }
                number
            }
            None => self.entries.len() as u32,
        };
        if doctor.findable {
            self.names.add(number, &words(&doctor.name));
        }
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
    pub(crate) fn note_earliest(&self, doctor: &DoctorId, earliest: Vec<EarliestFree>) {
        if let Some(number) = self.numbers.get(doctor) {
            self.entries[*number as usize].earliest.store(Arc::new(earliest));
        }
    }

    /// The doctor of a slug.
    pub(crate) fn of_slug(&self, slug: &str) -> Option<&DoctorId> {
        self.slugs.get(slug).map(|number| &self.entries[*number as usize].doctor.id)
    }
}

/// By the name itself, not by `dr.` or `Prof.`.
fn sort_name(name: &str) -> String {
    let plain = plain(name);
    let titles = |word: &&str| matches!(word.trim_end_matches('.'), "dr" | "drg" | "prof");
    plain.split_whitespace().skip_while(titles).collect::<Vec<_>>().join(" ")
}
