//! Own account: profile, family, language and look, leaving.

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
    /// Soft warnings about the profile, ready to read.
    pub warnings: Vec<String>,
    /// Family members.
    pub family: Vec<Relative>,
    /// A second factor is asked for.
    pub factor: bool,
}

/// A family member.
#[derive(Debug, Clone)]
pub struct Relative {
    /// Name.
    pub name: String,
    /// Relation and age, ready to read.
    pub line: String,
    /// Where the right to act for them is given up.
    pub action: String,
}

/// `/akun/hapus`
#[derive(Debug, Clone, Template)]
#[template(path = "leave.html")]
pub struct Leave {
    /// The frame.
    pub shell: Shell,
    /// What must be confirmed first, ready to read.
    pub error: Option<String>,
}
