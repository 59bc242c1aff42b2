//! People as other contexts see them: a fake that knows the patients it is told of.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use contracts::people::{
    AddFamilyMember, Erasure, ErasureId, FamilyConsent, Patient, PatientCard, PatientChanged, PatientForm, PatientId,
    PatientSearch, People, Relation,
};
use platform::{Cx, Error, Result, db::Page};

/// Knows patients' profiles, and nothing else of people.
#[derive(Debug, Default)]
pub struct KnownPatients {
    profiles: Mutex<HashMap<PatientId, PatientChanged>>,
}

impl KnownPatients {
    /// Knows this one from now on.
    pub fn know(&self, profile: PatientChanged) {
        self.profiles().insert(profile.patient.clone(), profile);
    }

    /// Knows them no more.
    pub fn forget(&self, patient: &PatientId) {
        self.profiles().remove(patient);
    }

    fn profiles(&self) -> MutexGuard<'_, HashMap<PatientId, PatientChanged>> {
        self.profiles.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What this fake does not do.
const NOT_HERE: Error = Error::Unavailable("a fake does not do this");

#[async_trait]
impl People for KnownPatients {
    async fn check_form(&self, _: &Cx, _: &PatientForm) -> Result<Vec<String>> {
        Err(NOT_HERE)
    }

    async fn register_self(&self, _: &Cx, _: PatientForm) -> Result<Patient> {
        Err(NOT_HERE)
    }

    async fn register_patient(&self, _: &Cx, _: PatientForm) -> Result<Patient> {
        Err(NOT_HERE)
    }

    async fn my_patients(&self, _: &Cx) -> Result<Vec<PatientCard>> {
        Err(NOT_HERE)
    }

    async fn patient(&self, _: &Cx, _: &PatientId) -> Result<Patient> {
        Err(NOT_HERE)
    }

    async fn patient_profile(&self, _: &Cx, id: &PatientId) -> Result<PatientChanged> {
        self.profiles().get(id).cloned().ok_or(Error::NotFound("patient"))
    }

    async fn patients(&self, _: &Cx, _: PatientSearch) -> Result<Page<PatientCard>> {
        Err(NOT_HERE)
    }

    async fn change_patient(&self, _: &Cx, _: &PatientId, _: i64, _: PatientForm) -> Result<Patient> {
        Err(NOT_HERE)
    }

    async fn add_family_member(&self, _: &Cx, _: AddFamilyMember) -> Result<PatientCard> {
        Err(NOT_HERE)
    }

    async fn change_relation(&self, _: &Cx, _: &PatientId, _: Relation) -> Result<PatientCard> {
        Err(NOT_HERE)
    }

    async fn remove_family_member(&self, _: &Cx, _: &PatientId) -> Result<()> {
        Err(NOT_HERE)
    }

    async fn family_consents(&self, _: &Cx) -> Result<Vec<FamilyConsent>> {
        Err(NOT_HERE)
    }

    async fn export(&self, _: &Cx) -> Result<serde_json::Value> {
        Err(NOT_HERE)
    }

    async fn unregister(&self, _: &Cx) -> Result<Erasure> {
        Err(NOT_HERE)
    }

    async fn erasure(&self, _: &Cx, _: &ErasureId) -> Result<Erasure> {
        Err(NOT_HERE)
    }
}
