//! The context itself: its database, its keys, and the verbs others call.

use async_trait::async_trait;
use contracts::people::{
    AddFamilyMember, Erasure, ErasureId, FamilyConsent, Patient, PatientCard, PatientChanged, PatientForm, PatientId,
    PatientSearch, People, Relation,
};
use platform::{
    Cx, Result,
    crypto::{KeyStore, MasterKey},
    db::{Db, Page},
};

use crate::vault::Vault;

/// Patients and their families. Cheap to clone.
#[derive(Clone)]
pub struct PeopleContext {
    pub(crate) db: Db,
    pub(crate) vault: Vault,
    /// The contexts that answer an erasure, separated by blanks.
    pub(crate) answering: String,
}

impl PeopleContext {
    /// The context over its database (migrated: bus, jobs, [`MIGRATIONS`](crate::MIGRATIONS)). `answering` are all
    /// contexts that answer an erasure, `people` among them.
    pub async fn open(cx: &Cx, db: Db, keys: KeyStore, master: &MasterKey, answering: &[&str]) -> Result<Self> {
        Ok(Self { db, vault: Vault::open(cx, keys, master).await?, answering: answering.join(" ") })
    }
}

#[async_trait]
impl People for PeopleContext {
    async fn check_form(&self, cx: &Cx, form: &PatientForm) -> Result<Vec<String>> {
        Ok(Self::checked(cx, form)?.warnings())
    }

    async fn register_self(&self, cx: &Cx, form: PatientForm) -> Result<Patient> {
        self.register_own(cx, form).await
    }

    async fn register_patient(&self, cx: &Cx, form: PatientForm) -> Result<Patient> {
        self.register_for(cx, form).await
    }

    async fn my_patients(&self, cx: &Cx) -> Result<Vec<PatientCard>> {
        self.household(cx).await
    }

    async fn patient(&self, cx: &Cx, id: &PatientId) -> Result<Patient> {
        self.show(cx, id).await
    }

    async fn patient_profile(&self, cx: &Cx, id: &PatientId) -> Result<PatientChanged> {
        self.outline(cx, id).await
    }

    async fn patients(&self, cx: &Cx, ask: PatientSearch) -> Result<Page<PatientCard>> {
        self.search(cx, ask).await
    }

    async fn change_patient(&self, cx: &Cx, id: &PatientId, version: i64, form: PatientForm) -> Result<Patient> {
        self.change(cx, id, version, form).await
    }

    async fn add_family_member(&self, cx: &Cx, ask: AddFamilyMember) -> Result<PatientCard> {
        self.add_member(cx, ask).await
    }

    async fn change_relation(&self, cx: &Cx, id: &PatientId, relation: Relation) -> Result<PatientCard> {
        self.relate(cx, id, relation).await
    }

    async fn remove_family_member(&self, cx: &Cx, id: &PatientId) -> Result<()> {
        self.remove_member(cx, id).await
    }

    async fn family_consents(&self, cx: &Cx) -> Result<Vec<FamilyConsent>> {
        self.consents(cx).await
    }

    async fn export(&self, cx: &Cx) -> Result<serde_json::Value> {
        self.everything(cx).await
    }

    async fn unregister(&self, cx: &Cx) -> Result<Erasure> {
        self.forget_asker(cx).await
    }

    async fn erasure(&self, _: &Cx, id: &ErasureId) -> Result<Erasure> {
        self.progress(id).await
    }
}
