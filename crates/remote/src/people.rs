//! People in another process.

use contracts::people::{
    AddFamilyMember, Erasure, ErasureId, FamilyConsent, Patient, PatientCard, PatientChanged, PatientForm, PatientId,
    PatientSearch, People, Relation,
};
use platform::db::Page;

use crate::{Caller, verbs::remote};

/// People in another process.
#[derive(Debug, Clone)]
pub struct RemotePeople {
    caller: Caller,
}

impl RemotePeople {
    /// Called by this caller.
    pub fn new(caller: Caller) -> Self {
        Self { caller }
    }
}

remote! {
    People as "people", RemotePeople, serve_people {
        read check_form(form & PatientForm) -> Vec<String>;
        write register_self(form: PatientForm) -> Patient;
        write register_patient(form: PatientForm) -> Patient;
        read my_patients() -> Vec<PatientCard>;
        read patient(id & PatientId) -> Patient;
        read patient_profile(id & PatientId) -> PatientChanged;
        read patients(ask: PatientSearch) -> Page<PatientCard>;
        write change_patient(id & PatientId, version: i64, form: PatientForm) -> Patient;
        write add_family_member(ask: AddFamilyMember) -> PatientCard;
        write change_relation(id & PatientId, relation: Relation) -> PatientCard, again if true;
        write remove_family_member(id & PatientId) -> ();
        read family_consents() -> Vec<FamilyConsent>;
        read export() -> serde_json::Value;
        // Asked twice it answers with the same erasure.
        write unregister() -> Erasure, again if true;
        read erasure(id & ErasureId) -> Erasure;
    }
}
