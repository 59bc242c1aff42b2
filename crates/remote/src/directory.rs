//! The directory in another process.

use contracts::directory::{
    Bilingual, Department, DepartmentId, Directory, Doctor, DoctorCard, DoctorForm, DoctorId, DoctorRecords,
    DoctorSearch, Facility, FacilityForm, FacilityId, FacilitySearch, ImportReport, Region, Service, ServiceForm,
    ServiceId, ServiceKind, Speciality, SpecialityId,
};
use platform::db::{Page, PageAsk};

use crate::{Caller, verbs::remote};

/// The directory in another process.
#[derive(Debug, Clone)]
pub struct RemoteDirectory {
    caller: Caller,
}

impl RemoteDirectory {
    /// Called by this caller.
    pub fn new(caller: Caller) -> Self {
        Self { caller }
    }
}

remote! {
    Directory as "directory", RemoteDirectory, serve_directory {
        read search_doctors(ask: DoctorSearch) -> Page<DoctorCard>;
        read doctor(id_or_slug & str) -> Doctor;
        read my_doctor() -> Doctor;
        read check_doctor(form & DoctorForm) -> ();
        write add_doctor(form: DoctorForm) -> Doctor;
        write register_doctor(form: DoctorForm) -> Doctor;
        write change_doctor(id & DoctorId, version: i64, form: DoctorForm) -> Doctor;
        read doctor_records(ask: DoctorRecords) -> Page<Doctor>;
        read waiting_doctors(page: PageAsk) -> Page<Doctor>;
        write decide_doctor(id & DoctorId, version: i64, approve: bool, reason: Option<String>) -> Doctor;
        write retire_doctor(id & DoctorId, version: i64) -> Doctor;
        write relist_doctor(id & DoctorId, version: i64) -> Doctor;
        write set_doctor_photo(id & DoctorId, picture: Vec<u8>) -> Doctor;
        write remove_doctor_photo(id & DoctorId) -> Doctor;
        read photo(name & str) -> Vec<u8>;
        read search_facilities(ask: FacilitySearch) -> Page<Facility>;
        read facility(id_or_slug & str) -> Facility;
        write add_facility(form: FacilityForm) -> Facility;
        write change_facility(id & FacilityId, version: i64, form: FacilityForm) -> Facility;
        read departments(facility & FacilityId) -> Vec<Department>;
        write add_department(facility & FacilityId, name: Bilingual) -> Department;
        write rename_department(id & DepartmentId, name: Bilingual) -> Department;
        write remove_department(id & DepartmentId) -> ();
        read services(facility & FacilityId, kind: Option<ServiceKind>) -> Vec<Service>;
        read service(id & ServiceId) -> Service;
        write add_service(form: ServiceForm) -> Service;
        write change_service(id & ServiceId, version: i64, form: ServiceForm) -> Service;
        read specialities() -> Vec<Speciality>;
        write add_speciality(slug: String, name: Bilingual, title: String) -> Speciality;
        write change_speciality(id & SpecialityId, name: Bilingual, title: String) -> Speciality;
        read regions(below: Option<String>) -> Vec<Region>;
        write import(what & str, csv: Vec<u8>) -> ImportReport;
        read preview_import(what & str, csv: Vec<u8>) -> ImportReport;
        // It is audited: asked again of its own accord, it would stand there twice.
        write export(what & str, facility: Option<FacilityId>) -> String;
    }
}
