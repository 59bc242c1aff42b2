//! The directory: facilities, departments, services, specialities, regions and doctors, and how they are found
//! (B1–B5, A3).

mod access;
mod catalogue;
mod department;
mod doctor;
mod earliest;
mod export;
mod facility;
mod follow;
pub mod http;
mod import;
mod jobs;
mod memory;
mod photo;
mod reactions;
mod region;
pub mod sample;
mod search;
mod service;
mod slug;
mod speciality;
mod stored;

use std::sync::Arc;

use async_trait::async_trait;
use contracts::directory::{
    Bilingual, Department, DepartmentId, Directory, Doctor, DoctorCard, DoctorForm, DoctorId, DoctorRecords,
    DoctorSearch, Facility, FacilityForm, FacilityId, FacilitySearch, ImportReport, Region, Service, ServiceForm,
    ServiceId, ServiceKind, Speciality, SpecialityId,
};
use platform::{
    Cx, Error, Result,
    blobs::Blobs,
    db::{Db, Migration, Page, PageAsk},
    error::Problems,
    i18n::{Locale, Texts},
};

use crate::{follow::Follower, memory::Memory, photo::Photos};

/// The context's name: in events, in the audit trail and as the name of its database.
pub const CONTEXT: &str = "directory";

/// The schema, after [`platform::bus::MIGRATIONS`].
pub const MIGRATIONS: &[Migration] =
    platform::migrations!("0001_directory.sql", "0002_specialities.sql", "0003_changed.sql", "0004_photo.sql");

/// Texts for people: what is wrong with a field, and why something cannot be done.
pub const TEXTS: &[(Locale, &str)] = &[
    (Locale::Id, include_str!("../locales/id/directory.ftl")),
    (Locale::En, include_str!("../locales/en/directory.ftl")),
];

/// The directory, on its database.
pub struct DirectoryContext {
    db: Db,
    memory: Arc<Memory>,
    texts: Arc<Texts>,
    photos: Photos,
}

impl DirectoryContext {
    /// Opens it on a migrated database, reading into memory what lists and searches need. `texts` holds [`TEXTS`] and
    /// the platform's: an import says in words why it refused a row. What other processes change in the database is seen
    /// here within a second.
    pub async fn open(db: Db, texts: Arc<Texts>) -> Result<Self> {
        let follower = Follower::from_now(&db).await?;
        let memory = Arc::new(Memory::load(&db).await?);
        if let Some(follower) = follower {
            tokio::spawn(follower.follow(Arc::downgrade(&memory)));
        }
        Ok(Self { db, memory, texts, photos: Photos::new(None) })
    }

    /// Keeps photos of doctors there; without such a place there are none.
    #[must_use]
    pub fn with_files(self, files: Arc<dyn Blobs>) -> Self {
        Self { photos: Photos::new(Some(files)), ..self }
    }

    /// What it does when it hears the other contexts.
    pub fn reactions(&self) -> platform::bus::Reactions {
        reactions::of(self)
    }
}

#[async_trait]
impl Directory for DirectoryContext {
    async fn search_doctors(&self, cx: &Cx, ask: DoctorSearch) -> Result<Page<DoctorCard>> {
        let mut problems = Problems::default();
        problems.optional_text("q", ask.q.as_deref(), 100);
        problems.optional_text("city", ask.city.as_deref(), 100);
        service::range(&mut problems, "free_within_days", ask.free_within_days.unwrap_or_default().into(), 0, 366);
        problems.done()?;
        let catalogue = self.memory.catalogue();
        search::find_doctors(&self.memory.index(), &catalogue, cx, &ask)
    }

    async fn doctor(&self, cx: &Cx, id_or_slug: &str) -> Result<Doctor> {
        doctor::get(self, cx, id_or_slug).await
    }

    async fn my_doctor(&self, cx: &Cx) -> Result<Doctor> {
        doctor::mine(self, cx).await
    }

    async fn check_doctor(&self, cx: &Cx, form: &DoctorForm) -> Result<()> {
        doctor::check_new(self, cx, form).await
    }

    async fn add_doctor(&self, cx: &Cx, form: DoctorForm) -> Result<Doctor> {
        doctor::add(self, cx, form).await
    }

    async fn register_doctor(&self, cx: &Cx, form: DoctorForm) -> Result<Doctor> {
        doctor::register(self, cx, form).await
    }

    async fn change_doctor(&self, cx: &Cx, id: &DoctorId, version: i64, form: DoctorForm) -> Result<Doctor> {
        doctor::change(self, cx, id, version, form).await
    }

    async fn doctor_records(&self, cx: &Cx, ask: DoctorRecords) -> Result<Page<Doctor>> {
        doctor::records(self, cx, &ask).await
    }

    async fn waiting_doctors(&self, cx: &Cx, page: PageAsk) -> Result<Page<Doctor>> {
        doctor::waiting(self, cx, page).await
    }

    async fn decide_doctor(
        &self,
        cx: &Cx,
        id: &DoctorId,
        version: i64,
        approve: bool,
        reason: Option<String>,
    ) -> Result<Doctor> {
        doctor::decide(self, cx, id, version, approve, reason).await
    }

    async fn retire_doctor(&self, cx: &Cx, id: &DoctorId, version: i64) -> Result<Doctor> {
        doctor::retire(self, cx, id, version).await
    }

    async fn relist_doctor(&self, cx: &Cx, id: &DoctorId, version: i64) -> Result<Doctor> {
        doctor::relist(self, cx, id, version).await
    }

    async fn set_doctor_photo(&self, cx: &Cx, id: &DoctorId, picture: Vec<u8>) -> Result<Doctor> {
        photo::set(self, cx, id, picture).await
    }

    async fn remove_doctor_photo(&self, cx: &Cx, id: &DoctorId) -> Result<Doctor> {
        photo::remove(self, cx, id).await
    }

    async fn photo(&self, _: &Cx, name: &str) -> Result<Vec<u8>> {
        photo::get(self, name).await
    }

    async fn search_facilities(&self, cx: &Cx, ask: FacilitySearch) -> Result<Page<Facility>> {
        facility::search(self, cx, &ask)
    }

    async fn facility(&self, cx: &Cx, id_or_slug: &str) -> Result<Facility> {
        facility::get(self, cx, id_or_slug)
    }

    async fn add_facility(&self, cx: &Cx, form: FacilityForm) -> Result<Facility> {
        facility::add(self, cx, form).await
    }

    async fn change_facility(&self, cx: &Cx, id: &FacilityId, version: i64, form: FacilityForm) -> Result<Facility> {
        facility::change(self, cx, id, version, form).await
    }

    async fn departments(&self, cx: &Cx, facility: &FacilityId) -> Result<Vec<Department>> {
        department::of_facility(self, cx, facility)
    }

    async fn add_department(&self, cx: &Cx, facility: &FacilityId, name: Bilingual) -> Result<Department> {
        department::add(self, cx, facility, name).await
    }

    async fn rename_department(&self, cx: &Cx, id: &DepartmentId, name: Bilingual) -> Result<Department> {
        department::rename(self, cx, id, name).await
    }

    async fn remove_department(&self, cx: &Cx, id: &DepartmentId) -> Result<()> {
        department::remove(self, cx, id).await
    }

    async fn services(&self, cx: &Cx, facility: &FacilityId, kind: Option<ServiceKind>) -> Result<Vec<Service>> {
        service::of_facility(self, cx, facility, kind)
    }

    async fn service(&self, cx: &Cx, id: &ServiceId) -> Result<Service> {
        service::get(self, cx, id)
    }

    async fn add_service(&self, cx: &Cx, form: ServiceForm) -> Result<Service> {
        service::add(self, cx, form).await
    }

    async fn change_service(&self, cx: &Cx, id: &ServiceId, version: i64, form: ServiceForm) -> Result<Service> {
        service::change(self, cx, id, version, form).await
    }

    async fn specialities(&self, _: &Cx) -> Result<Vec<Speciality>> {
        Ok(speciality::list(self))
    }

    async fn add_speciality(&self, cx: &Cx, slug: String, name: Bilingual, title: String) -> Result<Speciality> {
        speciality::add(self, cx, slug, name, title).await
    }

    async fn change_speciality(
        &self,
        cx: &Cx,
        id: &SpecialityId,
        name: Bilingual,
        title: String,
    ) -> Result<Speciality> {
        speciality::change(self, cx, id, name, title).await
    }

    async fn regions(&self, _: &Cx, below: Option<String>) -> Result<Vec<Region>> {
        let parent = below.unwrap_or_default();
        if !parent.is_empty() && !region::is_code(&parent) {
            return Err(Error::NotFound("region"));
        }
        self.db.read(async move |tx| region::below(tx, &parent).await).await
    }

    async fn import(&self, cx: &Cx, what: &str, csv: Vec<u8>) -> Result<ImportReport> {
        import::run(self, cx, what, &csv).await
    }

    async fn preview_import(&self, cx: &Cx, what: &str, csv: Vec<u8>) -> Result<ImportReport> {
        import::preview(self, cx, what, &csv).await
    }

    async fn export(&self, cx: &Cx, what: &str, facility: Option<FacilityId>) -> Result<String> {
        export::run(self, cx, what, facility.as_ref()).await
    }
}
