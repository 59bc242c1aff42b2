//! What every page needs of the network, in memory: facilities, departments, services, specialities. Reads never wait
//! for the database, and a change is seen at once, for it is put here before its author gets the answer (B5).
//! Nothing is ever taken out of a shelf, so that a place on it is as good as an id; departments alone may go.

use std::{
    borrow::Borrow,
    collections::{BTreeMap, HashMap},
    hash::Hash,
    sync::Arc,
};

use contracts::directory::{
    Department, DepartmentId, Facility, FacilityId, Service, ServiceId, Speciality, SpecialityId,
};

use crate::search::{Words, plain, words};

/// A row with a number that is raised by every change.
pub(crate) trait Versioned {
    /// The number.
    fn version(&self) -> i64;
}

impl Versioned for Facility {
    fn version(&self) -> i64 {
        self.version
    }
}

impl Versioned for Service {
    fn version(&self) -> i64 {
        self.version
    }
}

impl Versioned for Speciality {
    fn version(&self) -> i64 {
        1
    }
}

/// Rows by id and by place. The newest version wins, whatever order they come in.
#[derive(Clone)]
pub(crate) struct Shelf<I, T> {
    rows: Vec<Arc<T>>,
    places: HashMap<I, u32>,
}

impl<I, T> Default for Shelf<I, T> {
    fn default() -> Self {
        Self { rows: Vec::new(), places: HashMap::new() }
    }
}

impl<I: Hash + Eq, T: Versioned> Shelf<I, T> {
    /// Puts a row; answers its place and what stood there, or nothing where a newer version is there.
    fn put(&mut self, id: I, row: T) -> Option<(u32, Option<Arc<T>>)> {
        let row = Arc::new(row);
        match self.places.get(&id) {
            Some(&place) if self.rows[place as usize].version() > row.version() => None,
            Some(&place) => Some((place, Some(std::mem::replace(&mut self.rows[place as usize], row)))),
            None => {
                let place = self.rows.len() as u32;
                self.rows.push(row);
                self.places.insert(id, place);
                Some((place, None))
            }
        }
    }

    /// The row of an id.
    pub(crate) fn get<Q: Hash + Eq + ?Sized>(&self, id: &Q) -> Option<&Arc<T>>
    where
        I: Borrow<Q>,
    {
        self.place(id).map(|place| self.at(place))
    }

    /// The place of an id.
    pub(crate) fn place<Q: Hash + Eq + ?Sized>(&self, id: &Q) -> Option<u32>
    where
        I: Borrow<Q>,
    {
        self.places.get(id).copied()
    }

    /// The row at a place.
    pub(crate) fn at(&self, place: u32) -> &Arc<T> {
        &self.rows[place as usize]
    }

    /// Every row, by place.
    pub(crate) fn all(&self) -> &[Arc<T>] {
        &self.rows
    }
}

/// The network but its doctors.
#[derive(Default, Clone)]
pub(crate) struct Catalogue {
    pub(crate) facilities: Shelf<FacilityId, Facility>,
    pub(crate) services: Shelf<ServiceId, Service>,
    pub(crate) specialities: Shelf<SpecialityId, Speciality>,
    facility_slugs: HashMap<String, u32>,
    services_of: HashMap<FacilityId, Vec<u32>>,
    departments: BTreeMap<DepartmentId, Department>,
    pub(crate) facility_words: Words,
    pub(crate) speciality_words: Words,
}

impl Catalogue {
    /// Puts a facility, unless a newer version is there.
    pub(crate) fn put_facility(&mut self, facility: Facility) {
        let new_words = facility_words(&facility);
        let slug = facility.slug.clone();
        if let Some((place, before)) = self.facilities.put(facility.id.clone(), facility) {
            if let Some(before) = before {
                self.facility_words.remove(place, &facility_words(&before));
            }
            self.facility_words.add(place, &new_words);
            self.facility_slugs.insert(slug, place);
        }
    }

    /// Puts a service, unless a newer version is there.
    pub(crate) fn put_service(&mut self, service: Service) {
        let facility = service.facility.clone();
        if let Some((place, None)) = self.services.put(service.id.clone(), service) {
            self.services_of.entry(facility).or_default().push(place);
        }
    }

    /// Puts a speciality.
    pub(crate) fn put_speciality(&mut self, speciality: Speciality) {
        let new_words = speciality_words(&speciality);
        if let Some((place, before)) = self.specialities.put(speciality.id.clone(), speciality) {
            if let Some(before) = before {
                self.speciality_words.remove(place, &speciality_words(&before));
            }
            self.speciality_words.add(place, &new_words);
        }
    }

    /// Puts a department.
    pub(crate) fn put_department(&mut self, department: Department) {
        self.departments.insert(department.id.clone(), department);
    }

    /// Takes a department out.
    pub(crate) fn remove_department(&mut self, id: &DepartmentId) {
        self.departments.remove(id);
    }

    /// A facility by id or slug.
    pub(crate) fn facility(&self, id_or_slug: &str) -> Option<&Arc<Facility>> {
        match id_or_slug.parse::<FacilityId>() {
            Ok(id) => self.facilities.get(&id),
            Err(_) => self.facility_slugs.get(id_or_slug).map(|place| self.facilities.at(*place)),
        }
    }

    /// A facility's services, oldest first.
    pub(crate) fn services_of(&self, facility: &FacilityId) -> impl Iterator<Item = &Arc<Service>> {
        self.services_of.get(facility).into_iter().flatten().map(|place| self.services.at(*place))
    }

    /// A facility's departments, oldest first.
    pub(crate) fn departments_of<'c>(&'c self, facility: &'c FacilityId) -> impl Iterator<Item = &'c Department> {
        self.departments.values().filter(move |department| department.facility == *facility)
    }

    /// A department.
    pub(crate) fn department(&self, id: &DepartmentId) -> Option<&Department> {
        self.departments.get(id)
    }
}

/// A city's name as people begin to type it: `Kota Makassar` → `makassar`.
pub(crate) fn plain_city(regency_name: &str) -> String {
    let plain = plain(regency_name);
    let short = ["kota administrasi ", "kabupaten administrasi ", "kota ", "kabupaten ", "kab. "]
        .iter()
        .find_map(|kind| plain.strip_prefix(kind));
    short.unwrap_or(&plain).trim().to_owned()
}

fn facility_words(facility: &Facility) -> Vec<String> {
    words(&format!("{} {}", facility.name, plain_city(&facility.regency_name)))
}

fn speciality_words(speciality: &Speciality) -> Vec<String> {
    let mut all = words(&speciality.name.id);
    all.extend(words(&speciality.name.en));
    all.extend(words(&speciality.title));
    all
}
