//! Getting in: log in, sign up (A2).

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
    /// Why it was refused, ready to read; never says whether the account exists.
    pub refused: Option<String>,
    /// The slot that waits for the person, ready to read; may be empty.
    pub waiting: String,
}

/// `/daftar`
#[derive(Debug, Clone, Template)]
#[template(path = "signup.html")]
pub struct Signup {
    /// The frame.
    pub shell: Shell,
    /// Where to go afterwards.
    pub next: String,
    /// Full name.
    pub name: Field,
    /// NIK, 16 digits.
    pub nik: Field,
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
    /// New password; never sent back, so the value is always empty.
    pub password: Field,
    /// Street, district, city.
    pub address: Field,
    /// `general` or `bpjs`.
    pub kind: Field,
    /// BPJS card number, 13 digits.
    pub bpjs: Field,
    /// Whom to call in an emergency.
    pub contact_name: Field,
    /// Their phone.
    pub contact_phone: Field,
    /// Agreed to the use of the data.
    pub consent: Field,
    /// What must be mended.
    pub mends: Vec<Mend>,
}
