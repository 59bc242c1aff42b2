//! Own account: the start of it, what one has agreed to, one's data, leaving for good.

use askama::Template;

use super::{Field, Line, Member, Mend, Shell};
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
    pub family: Vec<Member>,
    /// A second factor is asked for.
    pub factor: bool,
    /// The next visits are kept on this device, to be read without a connection.
    pub keeps: bool,
}

/// `/akun/data`: what one has agreed to, and everything kept to take along.
#[derive(Debug, Clone, Template)]
#[template(path = "own_data.html")]
pub struct OwnData {
    /// The frame.
    pub shell: Shell,
    /// When the use of the data for visits and care was agreed to, ready to read.
    pub since: String,
    /// Consents to act for others, the newest first.
    pub consents: Vec<Consent>,
}

/// A consent to act for somebody.
#[derive(Debug, Clone)]
pub struct Consent {
    /// For whom, or that the name is no longer known here.
    pub who: String,
    /// The relation, ready to read.
    pub relation: String,
    /// The text agreed to, whole.
    pub text: String,
    /// When it was given, ready to read.
    pub given: String,
    /// When it ended, ready to read; empty while it holds.
    pub ended: String,
    /// Where it is taken back; empty once it has ended.
    pub release: String,
}

/// `/akun/hapus`
#[derive(Debug, Clone, Template)]
#[template(path = "leave.html")]
pub struct Leave {
    /// The frame.
    pub shell: Shell,
    /// Coming visits, which are called off.
    pub coming: usize,
    /// Family members who are forgotten too, for nobody else acts for them: those acted for, by name.
    pub family: Vec<String>,
    /// What must be confirmed first.
    pub sure: Field,
    /// The password, as a proof; never sent back, so the value is always empty.
    pub password: Field,
    /// The code of the second factor, where the account asks for one.
    pub code: Option<Field>,
    /// What must be mended.
    pub mends: Vec<Mend>,
}

/// `/dihapus/{id}`: how far an erasure has come.
#[derive(Debug, Clone, Template)]
#[template(path = "erased.html")]
pub struct Erased {
    /// The frame.
    pub shell: Shell,
    /// Everybody has answered.
    pub done: bool,
    /// When it was asked for, ready to read.
    pub asked: String,
    /// Each part of the house.
    pub parts: Vec<ErasedPart>,
}

/// What a part of the house has erased and keeps.
#[derive(Debug, Clone)]
pub struct ErasedPart {
    /// What lies there, ready to read.
    pub name: String,
    /// It has answered.
    pub answered: bool,
    /// How many rows are gone.
    pub erased: i64,
    /// How many are kept apart and sealed because the law says so.
    pub kept: i64,
    /// Until when, ready to read; may be empty.
    pub until: String,
}
