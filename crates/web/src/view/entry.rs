//! Getting in: log in, sign up (A2); the form about a person that sign-up shares with profile and family.

use askama::Template;

use super::{Field, Mend, Option_, Shell};
use crate::filters;

/// `/masuk`
#[derive(Debug, Clone, Template)]
#[template(path = "login.html")]
pub struct Login {
    /// The frame.
    pub shell: Shell,
    /// Where to go afterwards.
    pub next: String,
    /// E-mail or phone.
    pub login: Field,
    /// The second factor's code, where the account asks for one.
    pub code: Option<Field>,
    /// Why it was refused, ready to read; never says whether the account exists.
    pub refused: Option<String>,
    /// The slot that waits for the person, ready to read; may be empty.
    pub waiting: String,
}

/// What is asked about a person.
#[derive(Debug, Clone)]
pub struct PersonFields {
    /// Full name.
    pub name: Field,
    /// NIK, 16 digits.
    pub nik: Field,
    /// Why there is none.
    pub no_nik_reasons: Vec<Option_>,
    /// Place of birth.
    pub birth_place: Field,
    /// Day of birth.
    pub birth_day: Field,
    /// Month of birth, 1 to 12.
    pub birth_month: Field,
    /// Year of birth.
    pub birth_year: Field,
    /// Months by name.
    pub months: Vec<Option_>,
    /// `female` or `male`, or empty.
    pub sex: Field,
    /// E-mail.
    pub email: Field,
    /// Phone, with WhatsApp.
    pub phone: Field,
    /// Street, district, city.
    pub address: Field,
    /// Postal code.
    pub postal_code: Field,
    /// `general` or `bpjs`.
    pub kind: Field,
    /// BPJS card number, 13 digits.
    pub bpjs: Field,
    /// Whom to call in an emergency.
    pub contact_name: Field,
    /// What they are to the person.
    pub contact_relation: Field,
    /// Their phone.
    pub contact_phone: Field,
}

/// `/daftar`
#[derive(Debug, Clone, Template)]
#[template(path = "signup.html")]
pub struct Signup {
    /// The frame.
    pub shell: Shell,
    /// Where to go afterwards.
    pub next: String,
    /// The slot that waits for the person, ready to read; may be empty.
    pub waiting: String,
    /// Who they are.
    pub person: PersonFields,
    /// New password; never sent back, so the value is always empty.
    pub password: Field,
    /// Agreed to the use of the data.
    pub consent: Field,
    /// What must be mended.
    pub mends: Vec<Mend>,
}

/// `/akun/profil`, `/keluarga/tambah` and `/keluarga/{id}`
#[derive(Debug, Clone, Template)]
#[template(path = "person.html")]
pub struct Person {
    /// The frame.
    pub shell: Shell,
    /// Text key of the heading.
    pub title: &'static str,
    /// Text key of the line under it.
    pub line: &'static str,
    /// Where the form is posted.
    pub action: String,
    /// Version of the profile the page was made from; empty for a new one.
    pub version: String,
    /// Where to go afterwards.
    pub next: String,
    /// What a family member may be; empty for one's own profile.
    pub relations: Vec<Option_>,
    /// What the family member is.
    pub relation: Field,
    /// May act for the family member.
    pub consent: Field,
    /// What is agreed to by that, whole; empty where nothing has to be agreed to.
    pub consent_text: String,
    /// Where the right to act for them is given up; empty for oneself and somebody new.
    pub release: String,
    /// Who they are.
    pub person: PersonFields,
    /// What must be mended.
    pub mends: Vec<Mend>,
}
