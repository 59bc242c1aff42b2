//! Security of one's own account: password, second factor, where one is signed in; and a forgotten password.

use askama::Template;

use super::{Field, Mend, Shell};
use crate::{filters, qr::QrImage};

/// `/akun/keamanan`
#[derive(Debug, Clone, Template)]
#[template(path = "security.html")]
pub struct Security {
    /// The frame.
    pub shell: Shell,
    /// A second factor is asked for.
    pub factor: bool,
    /// Where the person is signed in.
    pub devices: Vec<Device>,
}

/// A place where the person is signed in.
#[derive(Debug, Clone)]
pub struct Device {
    /// Browser and system, ready to read.
    pub name: String,
    /// A phone (else a computer).
    pub phone: bool,
    /// Last seen, ready to read.
    pub seen: String,
    /// It is this one.
    pub this: bool,
    /// Where it is signed out.
    pub action: String,
}

/// `/akun/keamanan/sandi`
#[derive(Debug, Clone, Template)]
#[template(path = "password.html")]
pub struct Password {
    /// The frame.
    pub shell: Shell,
    /// The sign-in name, for password managers.
    pub login: String,
    /// The present password; never sent back.
    pub current: Field,
    /// The new one; never sent back.
    pub password: Field,
    /// What must be mended.
    pub mends: Vec<Mend>,
}

/// `/akun/keamanan/kode`
#[derive(Debug, Clone, Template)]
#[template(path = "second_factor.html")]
pub struct SecondFactor {
    /// The frame.
    pub shell: Shell,
    /// It is in use.
    pub on: bool,
    /// It is being set up.
    pub enrolment: Option<Enrolment>,
    /// Six digits.
    pub code: Field,
}

/// What an authenticator is given.
#[derive(Debug, Clone)]
pub struct Enrolment {
    /// To be scanned.
    pub picture: QrImage,
    /// To be typed by hand, in groups of four.
    pub secret: String,
}

/// `/masuk/lupa`
#[derive(Debug, Clone, Template)]
#[template(path = "reset_ask.html")]
pub struct ResetAsk {
    /// The frame.
    pub shell: Shell,
    /// E-mail or phone.
    pub login: Field,
}

/// `/masuk/kode`
#[derive(Debug, Clone, Template)]
#[template(path = "reset_finish.html")]
pub struct ResetFinish {
    /// The frame.
    pub shell: Shell,
    /// The login a code was asked for; empty where the browser no longer knows.
    pub sent_to: String,
    /// E-mail or phone.
    pub login: Field,
    /// Six digits.
    pub code: Field,
    /// New password; never sent back.
    pub password: Field,
    /// What must be mended.
    pub mends: Vec<Mend>,
}
