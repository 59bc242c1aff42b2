//! Patients, their families, coverage and consents.

use async_trait::async_trait;
use jiff::{Timestamp, civil::Date};
use platform::{Cx, Result, db::Page, i18n::Locale};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::AccountId;

platform::id!(/// A patient: the person treated, who may or may not have an account.
    PatientId, "pat");
platform::id!(/// A request to be forgotten.
    ErasureId, "era");

platform::words! {
    /// Administrative sex as on the identity card (FHIR administrative-gender, without the values the card lacks).
    pub enum Sex {
        /// Female.
        Female = "female",
        /// Male.
        Male = "male",
    }
}

platform::words! {
    /// Who pays by default.
    pub enum PatientType {
        /// Pays for themselves.
        Umum = "umum",
        /// Insured by BPJS Kesehatan.
        Bpjs = "bpjs",
    }
}

platform::words! {
    /// What a family member is to the account that books for them.
    pub enum Relation {
        /// Themselves.
        Own = "self",
        /// Child.
        Child = "child",
        /// Mother or father.
        Parent = "parent",
        /// Husband or wife.
        Spouse = "spouse",
        /// Brother or sister.
        Sibling = "sibling",
        /// Anyone else in their care.
        Other = "other",
    }
}

/// A postal address.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Address {
    /// Street, number, RT/RW.
    pub line: String,
    /// Kemendagri code of the district, `73.71.01`, or of the regency, `73.71`.
    pub region: Option<String>,
    /// Postal code.
    pub postal_code: Option<String>,
}

/// Whom to call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EmergencyContact {
    /// Name.
    pub name: String,
    /// Phone.
    pub phone: String,
    /// Relation, in words.
    pub relation: String,
}

/// Everything sign-up asks about a person (A2).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PatientForm {
    /// Full name, at most 120 characters.
    pub name: String,
    /// NIK, 16 digits; or none, with a reason.
    #[serde(default)]
    pub nik: Option<String>,
    /// Why there is no NIK: `newborn`, `foreigner`, `later`.
    #[serde(default)]
    pub no_nik_reason: Option<String>,
    /// Place of birth (the T of TTL).
    pub birth_place: String,
    /// Date of birth.
    #[schema(value_type = String, format = Date)]
    pub birth_date: Date,
    /// Sex.
    pub sex: Sex,
    /// E-mail.
    #[serde(default)]
    pub email: Option<String>,
    /// Phone or WhatsApp number.
    #[serde(default)]
    pub phone: Option<String>,
    /// Address.
    #[serde(default)]
    pub address: Address,
    /// Umum or BPJS.
    pub patient_type: PatientType,
    /// 13 digits, required for BPJS.
    #[serde(default)]
    pub bpjs_number: Option<String>,
    /// Whom to call.
    #[serde(default)]
    pub emergency_contact: Option<EmergencyContact>,
}

/// A patient as one may see them.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Patient {
    /// Identifier.
    pub id: PatientId,
    /// Their own account, if they have one.
    pub account: Option<AccountId>,
    /// Full name.
    pub name: String,
    /// NIK, masked (`7371••••••••0001`) unless one may see it.
    pub nik: Option<String>,
    /// Why there is none.
    pub no_nik_reason: Option<String>,
    /// Place of birth.
    pub birth_place: String,
    /// Date of birth.
    #[schema(value_type = String, format = Date)]
    pub birth_date: Date,
    /// Sex.
    pub sex: Sex,
    /// E-mail.
    pub email: Option<String>,
    /// Phone.
    pub phone: Option<String>,
    /// Address.
    pub address: Address,
    /// Umum or BPJS.
    pub patient_type: PatientType,
    /// BPJS number, masked unless one may see it.
    pub bpjs_number: Option<String>,
    /// Whom to call.
    pub emergency_contact: Option<EmergencyContact>,
    /// Soft warnings by text key: `nik-birth-date`, `nik-sex`, `nik-region`.
    pub warnings: Vec<String>,
    /// Raised by every change; the ETag.
    pub version: i64,
}

/// A patient in a list, and what they are to the one who asks.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PatientCard {
    /// Identifier.
    pub id: PatientId,
    /// Full name.
    pub name: String,
    /// Date of birth.
    #[schema(value_type = String, format = Date)]
    pub birth_date: Date,
    /// Sex.
    pub sex: Sex,
    /// Umum or BPJS.
    pub patient_type: PatientType,
    /// What they are to the asker; `None` in staff's lists.
    pub relation: Option<Relation>,
}

crate::filters! {
    /// Filters for staff.
    pub struct PatientSearch {
        /// Part of the name, or the whole phone, e-mail, NIK or BPJS number. Sent in a body by programs that put no
        /// identity numbers into addresses.
        pub q: Option<String>,
    }
}

/// Adds a family member to book for.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AddFamilyMember {
    /// What they are to me.
    pub relation: Relation,
    /// I am allowed to act for them: shown text was accepted.
    pub consent: bool,
    /// Who they are.
    #[serde(flatten)]
    pub person: PatientForm,
}

/// A consent to act for somebody, as whoever gave it reads it: the proof stays when the right has ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FamilyConsent {
    /// Whom it is about.
    pub patient: PatientId,
    /// Their name; `None` once the right to act has ended.
    pub name: Option<String>,
    /// What they are, or were, to the asker.
    pub relation: Relation,
    /// Key of the text that was shown and accepted.
    pub text: String,
    /// The language it was shown in.
    #[schema(value_type = String)]
    pub locale: Locale,
    /// When it was given.
    #[schema(value_type = String, format = DateTime)]
    pub given_at: Timestamp,
    /// When it ended.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ended_at: Option<Timestamp>,
}

/// How far an erasure has come (A6).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Erasure {
    /// Identifier.
    pub id: ErasureId,
    /// When it was asked for.
    #[schema(value_type = String, format = DateTime)]
    pub asked_at: Timestamp,
    /// When every context had answered.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub done_at: Option<Timestamp>,
    /// What each context answered.
    pub answers: Vec<ErasureAnswer>,
    /// Contexts that have not answered yet.
    pub waiting_for: Vec<String>,
}

/// What one context erased and what it must keep.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ErasureAnswer {
    /// The context.
    pub context: String,
    /// Rows erased.
    pub erased: i64,
    /// Rows kept apart and sealed because the law says so.
    pub kept: i64,
    /// Until when they are kept.
    #[schema(value_type = Option<String>, format = Date)]
    pub kept_until: Option<Date>,
}

/// The verbs of people.
#[async_trait]
pub trait People: Send + Sync {
    /// Checks a form without keeping anything: 422, or soft warnings by text key.
    async fn check_form(&self, cx: &Cx, form: &PatientForm) -> Result<Vec<String>>;
    /// Keeps the asker's own profile. The answer never tells whether the NIK was known already.
    async fn register_self(&self, cx: &Cx, form: PatientForm) -> Result<Patient>;
    /// Registers a patient for staff (walk-in, phone).
    async fn register_patient(&self, cx: &Cx, form: PatientForm) -> Result<Patient>;
    /// The asker and their family.
    async fn my_patients(&self, cx: &Cx) -> Result<Vec<PatientCard>>;
    /// One patient: one's own, one's family's, or any for staff who may; else 404. Sensitive: audited.
    async fn patient(&self, cx: &Cx, id: &PatientId) -> Result<Patient>;
    /// What scheduling may know of a patient; for the program itself.
    async fn patient_profile(&self, cx: &Cx, id: &PatientId) -> Result<PatientChanged>;
    /// Patients, for staff.
    async fn patients(&self, cx: &Cx, ask: PatientSearch) -> Result<Page<PatientCard>>;
    /// Replaces a profile's fields, at that version.
    async fn change_patient(&self, cx: &Cx, id: &PatientId, version: i64, form: PatientForm) -> Result<Patient>;
    /// Adds a family member (A9).
    async fn add_family_member(&self, cx: &Cx, ask: AddFamilyMember) -> Result<PatientCard>;
    /// Says anew what a family member is to the asker; 404 for whom they do not act.
    async fn change_relation(&self, cx: &Cx, id: &PatientId, relation: Relation) -> Result<PatientCard>;
    /// Ends the right to act for a family member.
    async fn remove_family_member(&self, cx: &Cx, id: &PatientId) -> Result<()>;
    /// The consents the asker has given to act for others, the newest first, ended ones too; 100 at most.
    async fn family_consents(&self, cx: &Cx) -> Result<Vec<FamilyConsent>>;
    /// Everything kept about the asker, as JSON.
    async fn export(&self, cx: &Cx) -> Result<serde_json::Value>;
    /// Unregisters the asker (A6): begins an erasure.
    async fn unregister(&self, cx: &Cx) -> Result<Erasure>;
    /// How far an erasure has come. Known to whoever holds its id: the person has no account any more.
    async fn erasure(&self, cx: &Cx, id: &ErasureId) -> Result<Erasure>;
}

crate::event! {
    /// A patient as other contexts may know them: the newest wins.
    PatientChanged, "people.patient_changed.v1", Profile, "people", patient {
        /// The patient.
        pub patient: PatientId,
        /// Raised by every change, so that an answer and an event can be compared.
        pub version: i64,
        /// Accounts that may act for them: their own and their family's.
        pub accounts: Vec<AccountId>,
        /// Full name.
        pub name: String,
        /// Date of birth.
        pub birth_date: Date,
        /// Sex.
        pub sex: Sex,
        /// Umum or BPJS.
        pub patient_type: PatientType,
        /// Language.
        pub locale: Locale,
    }
}

crate::event! {
    /// Forget this person: every hearer erases its copies and answers with [`ErasureDone`].
    PatientErased, "people.patient_erased.v1", Fact, "people", erasure {
        /// The erasure to answer to.
        pub erasure: ErasureId,
        /// The patients to forget.
        pub patients: Vec<PatientId>,
        /// The account to close, if any.
        pub account: Option<AccountId>,
    }
}

/// A context has erased. Said by every hearer of [`PatientErased`] under its own source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ErasureDone {
    /// The erasure.
    pub erasure: ErasureId,
    /// What was done.
    pub answer: ErasureAnswer,
}

impl platform::bus::Event for ErasureDone {
    const KIND: &'static str = "erasure.done.v1";
    const CLASS: platform::bus::Class = platform::bus::Class::Log;
    const SOURCE: &'static str = "*";
    fn subject(&self) -> String {
        self.erasure.to_string()
    }
}
