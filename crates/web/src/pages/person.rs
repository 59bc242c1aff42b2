//! The form about a person (A2): at sign-up, of one's own profile, of a family member (A9).

use axum::{extract::State, http::StatusCode, response::Response};
use contracts::people::{AddFamilyMember, Address, EmergencyContact, Patient, PatientForm, PatientType, Relation, Sex};
use jiff::civil::Date;
use platform::{
    Error, FieldError, Result,
    error::Problems,
    http::{FieldProblem, Form, Params},
};
use serde::Deserialize;

use super::{
    Site,
    login::{Way, own_page},
    visitor::Visitor,
};
use crate::{
    format,
    view::{self, Area, Back, Field, Here, Mend, Option_, PersonFields},
};

/// A date in place of one that is missing.
const STAND_IN: Date = jiff::civil::date(1990, 1, 1);

/// Everything the three forms may send, as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    pub name: String,
    pub nik: String,
    pub no_nik_reason: String,
    pub birth_place: String,
    pub birth_day: String,
    pub birth_month: String,
    pub birth_year: String,
    pub sex: String,
    pub email: String,
    pub phone: String,
    pub address: String,
    pub kind: String,
    pub bpjs: String,
    pub contact_name: String,
    pub contact_phone: String,
    pub password: String,
    pub consent: String,
    pub relation: String,
    pub version: String,
    pub next: String,
}

impl Typed {
    /// What is kept about a patient, typed anew. Numbers shown masked may go back masked: they stay as they are.
    fn of(patient: &Patient) -> Self {
        let contact = patient.emergency_contact.clone();
        Self {
            name: patient.name.clone(),
            nik: patient.nik.clone().unwrap_or_default(),
            no_nik_reason: patient.no_nik_reason.clone().unwrap_or_default(),
            birth_place: patient.birth_place.clone(),
            birth_day: patient.birth_date.day().to_string(),
            birth_month: patient.birth_date.month().to_string(),
            birth_year: patient.birth_date.year().to_string(),
            sex: patient.sex.word().to_owned(),
            email: patient.email.clone().unwrap_or_default(),
            phone: patient.phone.clone().unwrap_or_default(),
            address: patient.address.line.clone(),
            kind: if patient.patient_type == PatientType::Bpjs { "bpjs" } else { "general" }.to_owned(),
            bpjs: patient.bpjs_number.clone().unwrap_or_default(),
            contact_name: contact.as_ref().map(|contact| contact.name.clone()).unwrap_or_default(),
            contact_phone: contact.map(|contact| contact.phone).unwrap_or_default(),
            version: patient.version.to_string(),
            ..Self::default()
        }
    }

    /// The person; what is missing or no such thing is noted, and stood in for, so that the rest can be checked too.
    pub fn person(&self, visitor: &Visitor, problems: &mut Problems) -> PatientForm {
        let number = |text: &str| text.trim().parse::<i16>().ok();
        let date = (|| {
            let day = i8::try_from(number(&self.birth_day)?).ok()?;
            let month = i8::try_from(number(&self.birth_month)?).ok()?;
            Date::new(number(&self.birth_year)?, month, day).ok()
        })();
        let empty = self.birth_day.is_empty() && self.birth_month.is_empty() && self.birth_year.is_empty();
        problems.check(date.is_some(), "birth_date", if empty { "required" } else { "no-such-date" });
        let sex = self.sex.parse::<Sex>().ok();
        problems.check(sex.is_some(), "sex", "required");
        let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let contact = given(&self.contact_name).is_some() || given(&self.contact_phone).is_some();
        let bpjs = self.kind == "bpjs";
        PatientForm {
            name: self.name.clone(),
            nik: given(&self.nik),
            no_nik_reason: given(&self.no_nik_reason),
            birth_place: self.birth_place.clone(),
            birth_date: date.unwrap_or(STAND_IN),
            sex: sex.unwrap_or(Sex::Female),
            email: given(&self.email),
            phone: given(&self.phone),
            address: Address { line: self.address.trim().to_owned(), ..Address::default() },
            patient_type: if bpjs { PatientType::Bpjs } else { PatientType::Umum },
            bpjs_number: given(&self.bpjs).filter(|_| bpjs),
            emergency_contact: contact.then(|| EmergencyContact {
                name: self.contact_name.clone(),
                phone: self.contact_phone.clone(),
                relation: visitor.say("contact-relation"),
            }),
        }
    }

    /// The fields as typed, each with what is wrong with it.
    pub fn fields(&self, visitor: &Visitor, wrong: &[Mend]) -> PersonFields {
        let field = |name: &str, value: &str| Field {
            value: value.to_owned(),
            error: wrong.iter().find(|mend| mend.field == name).map(|mend| mend.text.clone()),
        };
        let month = |month: i8| Option_ {
            value: month.to_string(),
            label: format::month(jiff::civil::date(2024, month, 1), visitor.speech.locale).to_owned(),
            chosen: self.birth_month.trim() == month.to_string(),
        };
        let reason = |word: &str| Option_ {
            value: word.to_owned(),
            label: visitor.say(&format!("no-nik-{word}")),
            chosen: self.no_nik_reason == word,
        };
        PersonFields {
            name: field("name", &self.name),
            nik: field("nik", &self.nik),
            no_nik_reasons: ["newborn", "foreigner", "later"].map(reason).to_vec(),
            birth_place: field("birth_place", &self.birth_place),
            birth_day: field("birth_day", &self.birth_day),
            birth_month: field("birth_month", &self.birth_month),
            birth_year: field("birth_year", &self.birth_year),
            months: (1..=12).map(month).collect(),
            sex: field("sex", &self.sex),
            email: field("email", &self.email),
            phone: field("phone", &self.phone),
            address: field("address", &self.address),
            kind: field("kind", if self.kind.is_empty() { "general" } else { &self.kind }),
            bpjs: field("bpjs", &self.bpjs),
            contact_name: field("contact_name", &self.contact_name),
            contact_phone: field("contact_phone", &self.contact_phone),
        }
    }
}

/// The field of the form that a field of the contract stands in.
fn field_of(contract: &str) -> &'static str {
    match contract.trim_start_matches("person.") {
        "nik" | "no_nik_reason" => "nik",
        "birth_place" => "birth_place",
        "birth_date" => "birth_day",
        "sex" => "sex",
        "email" => "email",
        "phone" => "phone",
        "password" => "password",
        "patient_type" => "kind",
        "bpjs_number" => "bpjs",
        "consent" => "consent",
        "relation" => "relation",
        place if place.starts_with("address") => "address",
        "emergency_contact.phone" => "contact_phone",
        contact if contact.starts_with("emergency_contact") => "contact_name",
        _ => "name",
    }
}

/// What must be mended, once for each field.
pub(super) fn mends(visitor: &Visitor, errors: &[FieldError]) -> Vec<Mend> {
    let mut mends: Vec<Mend> = Vec::new();
    for error in errors {
        let field = field_of(&error.field);
        if mends.iter().all(|mend| mend.field != field) {
            let told = FieldProblem::of(error, &visitor.speech.texts, visitor.speech.locale);
            let label = visitor.say(label_of(field));
            mends.push(Mend { field, text: format!("{label}: {}", told.message) });
        }
    }
    mends.sort_by_key(|mend| ORDER.iter().position(|field| *field == mend.field));
    mends
}

/// The fields as they stand in the forms, so that what must be mended is told from above.
const ORDER: [&str; 15] = [
    "relation",
    "name",
    "nik",
    "birth_place",
    "birth_day",
    "sex",
    "email",
    "phone",
    "address",
    "password",
    "kind",
    "bpjs",
    "contact_name",
    "contact_phone",
    "consent",
];

fn label_of(field: &str) -> &'static str {
    match field {
        "nik" => "field-nik",
        "birth_place" => "field-birth-place",
        "birth_day" => "field-birth-date",
        "sex" => "field-sex",
        "email" => "field-email",
        "phone" => "field-phone",
        "password" => "field-password",
        "kind" => "field-kind",
        "bpjs" => "field-bpjs",
        "consent" => "field-consent",
        "relation" => "field-relation",
        "address" => "field-address",
        "contact_name" => "field-contact-name",
        "contact_phone" => "field-contact-phone",
        _ => "field-name",
    }
}

/// Adds the fields of a refusal; other errors go on.
pub(super) fn gather<T>(result: Result<T>, errors: &mut Vec<FieldError>) -> Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(Error::Invalid(found)) => {
            errors.extend(found);
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// What the problems gathered so far say.
pub(super) fn found(problems: Problems) -> Vec<FieldError> {
    match problems.done() {
        Err(Error::Invalid(errors)) => errors,
        _ => Vec::new(),
    }
}

/// `GET /akun/profil`
pub(super) async fn own(State(site): State<Site>, visitor: Visitor, Params(way): Params<Way>) -> Result<Response> {
    visitor.cx.account()?;
    let mut typed = match own_patient(&site, &visitor).await? {
        Some(patient) => Typed::of(&patient),
        None => Typed {
            name: visitor.account.as_ref().map(|account| account.name.clone()).unwrap_or_default(),
            email: visitor.account.as_ref().map(|account| account.email.clone()).unwrap_or_default(),
            phone: visitor.account.as_ref().and_then(|account| account.phone.clone()).unwrap_or_default(),
            ..Typed::default()
        },
    };
    typed.next = way.next();
    let page = page(&visitor, &typed, Kind::Own, Vec::new());
    visitor.page(&page)
}

/// The visitor's own profile, if they have one.
pub(super) async fn own_patient(site: &Site, visitor: &Visitor) -> Result<Option<Patient>> {
    let family = site.people.my_patients(&visitor.cx).await?;
    match family.iter().find(|card| card.relation == Some(Relation::Own)) {
        Some(card) => site.people.patient(&visitor.cx, &card.id).await.map(Some),
        None => Ok(None),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Own,
    Member,
}

fn page(visitor: &Visitor, typed: &Typed, kind: Kind, mends: Vec<Mend>) -> view::Person {
    let own = kind == Kind::Own;
    let mut shell = visitor.shell(if own { "profile" } else { "member-title" }, Area::Patient, Here::Account);
    let back = if typed.next.is_empty() { "/akun".to_owned() } else { own_page(&typed.next) };
    shell.back = Some(Back { href: back, label: if typed.next.is_empty() { "back-account" } else { "back" } });
    shell.failing = !mends.is_empty();
    let relation = |relation: Relation| Option_ {
        value: relation.word().to_owned(),
        label: visitor.say(super::shown::relation_key(Some(relation))),
        chosen: typed.relation == relation.word(),
    };
    let family = [Relation::Child, Relation::Parent, Relation::Spouse, Relation::Sibling, Relation::Other];
    let error_of = |field: &str| mends.iter().find(|mend| mend.field == field).map(|mend| mend.text.clone());
    view::Person {
        shell,
        title: if own { "profile" } else { "member-title" },
        line: if own { "profile-line" } else { "member-line" },
        action: if own { "/akun/profil" } else { "/keluarga/tambah" },
        version: typed.version.clone(),
        next: typed.next.clone(),
        relations: if own { Vec::new() } else { family.map(relation).to_vec() },
        relation: Field { value: typed.relation.clone(), error: error_of("relation") },
        consent: Field { value: typed.consent.clone(), error: error_of("consent") },
        person: typed.fields(visitor, &mends),
        mends,
    }
}

/// `POST /akun/profil`: keeps the profile, or makes it where there was none.
pub(super) async fn keep_own(State(site): State<Site>, visitor: Visitor, Form(typed): Form<Typed>) -> Result<Response> {
    visitor.cx.account()?;
    let known = own_patient(&site, &visitor).await?;
    let mut problems = Problems::default();
    let person = typed.person(&visitor, &mut problems);
    let mut errors = found(problems);
    if errors.is_empty() {
        let kept = match &known {
            Some(patient) => {
                let version = typed.version.parse().unwrap_or(patient.version);
                site.people.change_patient(&visitor.cx, &patient.id, version, person).await
            }
            None => site.people.register_self(&visitor.cx, person).await,
        };
        if gather(kept, &mut errors)?.is_some() {
            let next = own_page(&typed.next);
            return visitor.go_and_say(if next.is_empty() { "/akun" } else { &next }, "flash-profile");
        }
    } else {
        gather(site.people.check_form(&visitor.cx, &person).await, &mut errors)?;
    }
    let page = page(&visitor, &typed, Kind::Own, mends(&visitor, &errors));
    visitor.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// `GET /keluarga/tambah`
pub(super) async fn member(visitor: Visitor, Params(way): Params<Way>) -> Result<Response> {
    visitor.cx.account()?;
    let typed = Typed { next: way.next(), ..Typed::default() };
    let page = page(&visitor, &typed, Kind::Member, Vec::new());
    visitor.page(&page)
}

/// `POST /keluarga/tambah`
pub(super) async fn add_member(
    State(site): State<Site>,
    visitor: Visitor,
    Form(typed): Form<Typed>,
) -> Result<Response> {
    visitor.cx.account()?;
    let mut problems = Problems::default();
    let relation = typed.relation.parse::<Relation>().ok();
    problems.check(relation.is_some(), "relation", "required");
    problems.check(typed.consent == "yes", "consent", "consent-needed");
    let person = typed.person(&visitor, &mut problems);
    let mut errors = found(problems);
    match relation {
        Some(relation) if errors.is_empty() => {
            let ask = AddFamilyMember { relation, consent: true, person };
            match site.people.add_family_member(&visitor.cx, ask).await {
                Ok(_) => {
                    let next = own_page(&typed.next);
                    return visitor.go_and_say(if next.is_empty() { "/akun" } else { &next }, "flash-member");
                }
                Err(Error::Invalid(found)) => errors.extend(found),
                Err(other) => return Err(other),
            }
        }
        _ => {
            gather(site.people.check_form(&visitor.cx, &person).await, &mut errors)?;
        }
    }
    let page = page(&visitor, &typed, Kind::Member, mends(&visitor, &errors));
    visitor.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}
