//! The form about a person (A2): at sign-up, of one's own profile, of a family member (A9).

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use contracts::people::{
    AddFamilyMember, Address, EmergencyContact, Patient, PatientForm, PatientId, PatientType, Relation, Sex,
};
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
    pub postal_code: String,
    pub kind: String,
    pub bpjs: String,
    pub contact_name: String,
    pub contact_relation: String,
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
            postal_code: patient.address.postal_code.clone().unwrap_or_default(),
            kind: if patient.patient_type == PatientType::Bpjs { "bpjs" } else { "general" }.to_owned(),
            bpjs: patient.bpjs_number.clone().unwrap_or_default(),
            contact_name: contact.as_ref().map(|contact| contact.name.clone()).unwrap_or_default(),
            contact_relation: contact.as_ref().map(|contact| contact.relation.clone()).unwrap_or_default(),
            contact_phone: contact.map(|contact| contact.phone).unwrap_or_default(),
            version: patient.version.to_string(),
            ..Self::default()
        }
    }

    /// The person; what is missing or no such thing is noted, and stood in for, so that the rest can be checked too.
    /// What the form does not ask for stays as it was `before`.
    pub fn person(&self, visitor: &Visitor, before: Option<&Patient>, problems: &mut Problems) -> PatientForm {
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
            address: Address {
                line: self.address.trim().to_owned(),
                region: before.and_then(|before| before.address.region.clone()),
                postal_code: given(&self.postal_code),
            },
            patient_type: if bpjs { PatientType::Bpjs } else { PatientType::Umum },
            bpjs_number: given(&self.bpjs).filter(|_| bpjs),
            emergency_contact: contact.then(|| EmergencyContact {
                name: self.contact_name.clone(),
                phone: self.contact_phone.clone(),
                relation: given(&self.contact_relation).unwrap_or_else(|| visitor.say("contact-relation")),
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
            postal_code: field("postal_code", &self.postal_code),
            kind: field("kind", if self.kind.is_empty() { "general" } else { &self.kind }),
            bpjs: field("bpjs", &self.bpjs),
            contact_name: field("contact_name", &self.contact_name),
            contact_relation: field("contact_relation", &self.contact_relation),
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
        "address.postal_code" => "postal_code",
        place if place.starts_with("address") => "address",
        "emergency_contact.phone" => "contact_phone",
        "emergency_contact.relation" => "contact_relation",
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
const ORDER: [&str; 17] = [
    "relation",
    "name",
    "nik",
    "birth_place",
    "birth_day",
    "sex",
    "email",
    "phone",
    "address",
    "postal_code",
    "password",
    "kind",
    "bpjs",
    "contact_name",
    "contact_relation",
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
        "contact_relation" => "field-contact-relation",
        "postal_code" => "field-postal-code",
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

/// Whom the form is about.
enum About<'a> {
    /// Oneself.
    Own,
    /// Somebody new in the family.
    New,
    /// Somebody one acts for.
    Member(&'a PatientId),
}

fn page(visitor: &Visitor, typed: &Typed, about: &About<'_>, mends: Vec<Mend>) -> view::Person {
    let (title, line, action, start) = match about {
        About::Own => ("profile", "profile-line", "/akun/profil".to_owned(), "/akun"),
        About::New => ("member-title", "member-line", "/keluarga/tambah".to_owned(), "/keluarga"),
        About::Member(id) => ("member-change", "member-change-line", format!("/keluarga/{id}"), "/keluarga"),
    };
    let mut shell = visitor.shell(title, Area::Patient, Here::Account);
    shell.back = Some(match own_page(&typed.next) {
        next if !next.is_empty() => Back { href: next, label: "back" },
        _ if start == "/akun" => Back { href: start.to_owned(), label: "back-account" },
        _ => Back { href: start.to_owned(), label: "family" },
    });
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
        title,
        line,
        action,
        version: typed.version.clone(),
        next: typed.next.clone(),
        relations: if matches!(about, About::Own) { Vec::new() } else { family.map(relation).to_vec() },
        relation: Field { value: typed.relation.clone(), error: error_of("relation") },
        consent: Field { value: typed.consent.clone(), error: error_of("consent") },
        consent_text: if matches!(about, About::New) { visitor.say(CONSENT) } else { String::new() },
        release: if let About::Member(id) = about { format!("/keluarga/{id}/lepas") } else { String::new() },
        person: typed.fields(visitor, &mends),
        mends,
    }
}

/// The text that people records as agreed to: what is recorded is what was shown.
const CONSENT: &str = "people-consent-family-1";

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
    let page = page(&visitor, &typed, &About::Own, Vec::new());
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

/// Where the form leads once it is kept.
fn onward<'a>(next: &'a str, start: &'a str) -> &'a str {
    if next.is_empty() { start } else { next }
}

/// `POST /akun/profil`: keeps the profile, or makes it where there was none.
pub(super) async fn keep_own(State(site): State<Site>, visitor: Visitor, Form(typed): Form<Typed>) -> Result<Response> {
    visitor.cx.account()?;
    let known = own_patient(&site, &visitor).await?;
    let mut problems = Problems::default();
    let person = typed.person(&visitor, known.as_ref(), &mut problems);
    let mut errors = found(problems);
    if errors.is_empty() {
        let kept = match &known {
            Some(patient) => change(&site, &visitor, patient, &typed, person).await,
            None => site.people.register_self(&visitor.cx, person).await,
        };
        match (kept, &known) {
            (Ok(_), _) => return visitor.go_and_say(onward(&own_page(&typed.next), "/akun"), "flash-profile"),
            (Err(Error::Invalid(found)), _) => errors.extend(found),
            (Err(Error::Stale), Some(fresh)) => return overtaken(&visitor, typed, fresh, &About::Own),
            (Err(other), _) => return Err(other),
        }
    } else {
        gather(site.people.check_form(&visitor.cx, &person).await, &mut errors)?;
    }
    let page = page(&visitor, &typed, &About::Own, mends(&visitor, &errors));
    visitor.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

async fn change(
    site: &Site,
    visitor: &Visitor,
    patient: &Patient,
    typed: &Typed,
    person: PatientForm,
) -> Result<Patient> {
    let version = typed.version.parse().unwrap_or(patient.version);
    site.people.change_patient(&visitor.cx, &patient.id, version, person).await
}

/// Somebody else kept a change meanwhile: the form again with what was typed, which may then be kept over it.
fn overtaken(visitor: &Visitor, mut typed: Typed, fresh: &Patient, about: &About<'_>) -> Result<Response> {
    typed.version = fresh.version.to_string();
    let mends = vec![Mend { field: "name", text: visitor.say("person-overtaken") }];
    visitor.page_with(StatusCode::PRECONDITION_FAILED, &page(visitor, &typed, about, mends))
}

/// `GET /keluarga/tambah`
pub(super) async fn member(visitor: Visitor, Params(way): Params<Way>) -> Result<Response> {
    visitor.cx.account()?;
    let typed = Typed { next: way.next(), ..Typed::default() };
    let page = page(&visitor, &typed, &About::New, Vec::new());
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
    let person = typed.person(&visitor, None, &mut problems);
    let mut errors = found(problems);
    match relation {
        Some(relation) if errors.is_empty() => {
            let ask = AddFamilyMember { relation, consent: true, person };
            match site.people.add_family_member(&visitor.cx, ask).await {
                Ok(card) => {
                    let next = own_page(&typed.next);
                    return visitor.go_and_say(&chosen_there(onward(&next, "/keluarga"), &card.id), "flash-member");
                }
                Err(Error::Invalid(found)) => errors.extend(found),
                Err(error) if error.is_conflict("too-many-members") => {
                    let mends = vec![Mend { field: "name", text: visitor.words_of(&error) }];
                    return visitor.page_with(StatusCode::CONFLICT, &page(&visitor, &typed, &About::New, mends));
                }
                Err(other) => return Err(other),
            }
        }
        _ => {
            gather(site.people.check_form(&visitor.cx, &person).await, &mut errors)?;
        }
    }
    let page = page(&visitor, &typed, &About::New, mends(&visitor, &errors));
    visitor.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// On the way of a booking the new member is whom it is for.
fn chosen_there(next: &str, member: &PatientId) -> String {
    if next.starts_with("/pesan/") && !next.contains('?') { format!("{next}?untuk={member}") } else { next.to_owned() }
}

/// Somebody the visitor acts for, and what they are to them; oneself is changed elsewhere.
async fn acted_for(site: &Site, visitor: &Visitor, id: &str) -> Result<(Patient, Relation)> {
    let id: PatientId = id.parse().map_err(|_| Error::NotFound("patient"))?;
    let family = site.people.my_patients(&visitor.cx).await?;
    let relation = family.iter().find(|card| card.id == id).and_then(|card| card.relation);
    let relation = relation.filter(|relation| *relation != Relation::Own).ok_or(Error::NotFound("patient"))?;
    Ok((site.people.patient(&visitor.cx, &id).await?, relation))
}

/// `GET /keluarga/{id}`
pub(super) async fn show_member(
    State(site): State<Site>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response> {
    visitor.cx.account()?;
    let (patient, relation) = acted_for(&site, &visitor, &id).await?;
    let typed = Typed { relation: relation.word().to_owned(), ..Typed::of(&patient) };
    visitor.page(&page(&visitor, &typed, &About::Member(&patient.id), Vec::new()))
}

/// `POST /keluarga/{id}`
pub(super) async fn keep_member(
    State(site): State<Site>,
    visitor: Visitor,
    Path(id): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response> {
    visitor.cx.account()?;
    let (patient, before) = acted_for(&site, &visitor, &id).await?;
    let about = About::Member(&patient.id);
    let mut problems = Problems::default();
    let relation = typed.relation.parse::<Relation>().ok();
    problems.check(relation.is_some_and(|relation| relation != Relation::Own), "relation", "required");
    let mut person = typed.person(&visitor, Some(&patient), &mut problems);
    // Asked for of oneself only; what staff has written down of a member stays.
    person.emergency_contact.clone_from(&patient.emergency_contact);
    let mut errors = found(problems);
    match relation {
        Some(relation) if errors.is_empty() => match change(&site, &visitor, &patient, &typed, person).await {
            Ok(_) => {
                if relation != before {
                    site.people.change_relation(&visitor.cx, &patient.id, relation).await?;
                }
                return visitor.go_and_say("/keluarga", "flash-profile");
            }
            Err(Error::Invalid(found)) => errors.extend(found),
            Err(Error::Stale) => return overtaken(&visitor, typed, &patient, &about),
            Err(other) => return Err(other),
        },
        _ => {
            gather(site.people.check_form(&visitor.cx, &person).await, &mut errors)?;
        }
    }
    visitor.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page(&visitor, &typed, &about, mends(&visitor, &errors)))
}

#[cfg(test)]
mod tests {
    use contracts::people::PatientId;
    use platform::Id as _;

    use super::chosen_there;

    #[test]
    fn who_was_added_on_the_way_is_whom_the_booking_is_for() {
        let member = PatientId::from_parts(jiff::Timestamp::UNIX_EPOCH, [1; 10]);
        assert_eq!(chosen_there("/pesan/hold/data", &member), format!("/pesan/hold/data?untuk={member}"));
        assert_eq!(chosen_there("/keluarga", &member), "/keluarga");
    }
}
