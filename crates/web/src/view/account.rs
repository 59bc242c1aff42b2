//! Own account: profile, language and look, devices, leaving.

use askama::Template;

use super::{Line, Shell};
use crate::filters;

/// `/akun`
#[derive(Debug, Clone, Template)]
#[template(path = "account.html")]
pub struct Account {
    /// The frame.
    pub shell: Shell,
    /// Name, contact, address and so on; identity numbers arrive masked.
    pub lines: Vec<Line>,
    /// Family members: name and line.
    pub family: Vec<(String, String)>,
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
