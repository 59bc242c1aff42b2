//! Facilities, departments, services, specialities, regions and doctors: what there is to be found.

mod doctor;
mod events;
mod facility;
mod search;
mod service;
mod sheet;

use async_trait::async_trait;
use platform::{Cx, Result, db::Page, db::PageAsk};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use self::{doctor::*, events::*, facility::*, search::*, service::*, sheet::*};

platform::id!(/// A place of care.
    FacilityId, "fac");
platform::id!(/// A department (poli) of a facility.
    DepartmentId, "dep");
platform::id!(/// Something a facility offers at a price.
    ServiceId, "svc");
platform::id!(/// A doctor.
    DoctorId, "doc");
platform::id!(/// A field of medicine.
    SpecialityId, "spc");

/// A text in both languages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Bilingual {
    /// Indonesian.
    pub id: String,
    /// English.
    pub en: String,
}

/// What a form means that does not say.
fn yes() -> bool {
    true
}

/// The verbs of directory. Reading needs no permission: it is what the public may see.
#[async_trait]
pub trait Directory: Send + Sync {
    /// Doctors to be found (B3).
    async fn search_doctors(&self, cx: &Cx, ask: DoctorSearch) -> Result<Page<DoctorCard>>;
    /// A listed doctor by id or slug; staff and the doctor see those not listed too; else 404.
    async fn doctor(&self, cx: &Cx, id_or_slug: &str) -> Result<Doctor>;
    /// The doctor that the asker's account signs in as.
    async fn my_doctor(&self, cx: &Cx) -> Result<Doctor>;
    /// Everything that is wrong with a doctor's form, without keeping anything: 422.
    async fn check_doctor(&self, cx: &Cx, form: &DoctorForm) -> Result<()>;
    /// Adds a doctor, listed at once (staff, B2).
    async fn add_doctor(&self, cx: &Cx, form: DoctorForm) -> Result<Doctor>;
    /// A doctor registers themselves and waits (A3).
    async fn register_doctor(&self, cx: &Cx, form: DoctorForm) -> Result<Doctor>;
    /// Replaces a doctor's fields, at that version.
    async fn change_doctor(&self, cx: &Cx, id: &DoctorId, version: i64, form: DoctorForm) -> Result<Doctor>;
    /// The doctors of one's facilities by name, in every state (A3, B2).
    async fn doctor_records(&self, cx: &Cx, ask: DoctorRecords) -> Result<Page<Doctor>>;
    /// Doctors who wait for an approval.
    async fn waiting_doctors(&self, cx: &Cx, page: PageAsk) -> Result<Page<Doctor>>;
    /// Approves or refuses one who waits.
    async fn decide_doctor(
        &self,
        cx: &Cx,
        id: &DoctorId,
        version: i64,
        approve: bool,
        reason: Option<String>,
    ) -> Result<Doctor>;
    /// Takes a doctor out of the list; appointments stay (R.V5).
    async fn retire_doctor(&self, cx: &Cx, id: &DoctorId, version: i64) -> Result<Doctor>;
    /// Puts a retired doctor back into the list.
    async fn relist_doctor(&self, cx: &Cx, id: &DoctorId, version: i64) -> Result<Doctor>;
    /// Gives a doctor a photo, in place of the one before: a JPEG, PNG or WebP of at most 8 MiB. Kept are squares drawn
    /// anew, without whatever else the file tells. For the doctor, and for staff who may change doctors there.
    async fn set_doctor_photo(&self, cx: &Cx, id: &DoctorId, picture: Vec<u8>) -> Result<Doctor>;
    /// Takes a doctor's photo away; where there is none, nothing changes.
    async fn remove_doctor_photo(&self, cx: &Cx, id: &DoctorId) -> Result<Doctor>;
    /// A file of a photo by its name, for everybody; 404 where there is none.
    async fn photo(&self, cx: &Cx, name: &str) -> Result<Vec<u8>>;

    /// Facilities to be found.
    async fn search_facilities(&self, cx: &Cx, ask: FacilitySearch) -> Result<Page<Facility>>;
    /// A facility by id or slug.
    async fn facility(&self, cx: &Cx, id_or_slug: &str) -> Result<Facility>;
    /// Adds a facility.
    async fn add_facility(&self, cx: &Cx, form: FacilityForm) -> Result<Facility>;
    /// Replaces a facility's fields.
    async fn change_facility(&self, cx: &Cx, id: &FacilityId, version: i64, form: FacilityForm) -> Result<Facility>;

    /// A facility's departments.
    async fn departments(&self, cx: &Cx, facility: &FacilityId) -> Result<Vec<Department>>;
    /// Adds a department.
    async fn add_department(&self, cx: &Cx, facility: &FacilityId, name: Bilingual) -> Result<Department>;
    /// Gives a department another name.
    async fn rename_department(&self, cx: &Cx, id: &DepartmentId, name: Bilingual) -> Result<Department>;
    /// Removes a department that no service names.
    async fn remove_department(&self, cx: &Cx, id: &DepartmentId) -> Result<()>;

    /// A facility's services, of one kind or all.
    async fn services(&self, cx: &Cx, facility: &FacilityId, kind: Option<ServiceKind>) -> Result<Vec<Service>>;
    /// One service.
    async fn service(&self, cx: &Cx, id: &ServiceId) -> Result<Service>;
    /// Adds a service.
    async fn add_service(&self, cx: &Cx, form: ServiceForm) -> Result<Service>;
    /// Replaces a service's fields; appointments keep what they were booked with (R.V5).
    async fn change_service(&self, cx: &Cx, id: &ServiceId, version: i64, form: ServiceForm) -> Result<Service>;

    /// All specialities.
    async fn specialities(&self, cx: &Cx) -> Result<Vec<Speciality>>;
    /// Adds a speciality.
    async fn add_speciality(&self, cx: &Cx, slug: String, name: Bilingual, title: String) -> Result<Speciality>;
    /// Gives a speciality another name and title; its address stays.
    async fn change_speciality(&self, cx: &Cx, id: &SpecialityId, name: Bilingual, title: String)
    -> Result<Speciality>;
    /// Regions below a code; provinces for none.
    async fn regions(&self, cx: &Cx, below: Option<String>) -> Result<Vec<Region>>;

    /// Imports rows of `regions`, `facilities`, `services` or `doctors`, or of the last three in one file (`network`), from
    /// CSV: every bad row named, good rows kept, harmless twice.
    async fn import(&self, cx: &Cx, what: &str, csv: Vec<u8>) -> Result<ImportReport>;
    /// What [`Directory::import`] would do with this file now, row by row, at most 2,000 of them; nothing is kept.
    async fn preview_import(&self, cx: &Cx, what: &str, csv: Vec<u8>) -> Result<ImportReport>;
    /// The asker's `facilities`, `services` or `doctors` (of one facility, or all they serve) as a table for a spreadsheet,
    /// at most 10,000 rows, with the columns that [`Directory::import`] takes. 422 where there are more. Doctors' are audited.
    async fn export(&self, cx: &Cx, what: &str, facility: Option<FacilityId>) -> Result<String>;
}
