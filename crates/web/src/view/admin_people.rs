//! Accounts, and who did what (A7, A8).

use askama::Template;

use super::{Option_, Pager, Shell};
use crate::filters;

/// `/admin/users`
#[derive(Debug, Clone, Template)]
#[template(path = "admin_users.html", blocks = ["list"])]
pub struct AdminUsers {
    /// The frame.
    pub shell: Shell,
    /// What was sought.
    pub q: String,
    /// Roles to filter by.
    pub roles: Vec<Option_>,
    /// States to filter by.
    pub states: Vec<Option_>,
    /// The accounts.
    pub users: Vec<UserRow>,
    /// May open accounts of staff.
    pub opens: bool,
    /// Where the list goes on.
    pub pager: Pager,
}

/// An account.
#[derive(Debug, Clone)]
pub struct UserRow {
    /// Its page.
    pub href: String,
    /// Name.
    pub name: String,
    /// E-mail.
    pub email: String,
    /// Portrait.
    pub portrait: String,
    /// What its roles are called.
    pub roles: Vec<String>,
    /// Text key of its state.
    pub state: &'static str,
    /// Class of the state's chip.
    pub class: &'static str,
    /// The last sign-in, ready to read.
    pub seen: String,
}

/// `/admin/users/{id}`
#[derive(Debug, Clone, Template)]
#[template(path = "admin_user.html")]
pub struct AdminUser {
    /// The frame.
    pub shell: Shell,
    /// The account.
    pub user: UserRow,
    /// Phone, or empty.
    pub phone: String,
    /// When it was opened.
    pub opened: String,
    /// A second factor is asked for.
    pub factor: bool,
    /// Version the page was made from.
    pub version: i64,
    /// Its roles, to be chosen; empty where one may not give any.
    pub roles: Vec<Option_>,
    /// Named roles, to be chosen.
    pub named: Vec<Option_>,
    /// Facilities, to be chosen.
    pub facilities: Vec<Option_>,
    /// It may be shut (`true`) or opened again (`false`); `None` where neither.
    pub active: Option<bool>,
    /// Waits for the word of another super admin, and this person may give it.
    pub grant: bool,
}

impl AdminUser {
    /// It may be shut.
    pub fn shuts(&self) -> bool {
        self.active == Some(true)
    }

    /// It may be opened again.
    pub fn opens(&self) -> bool {
        self.active == Some(false)
    }
}

/// `/admin/audit`
#[derive(Debug, Clone, Template)]
#[template(path = "admin_audit.html", blocks = ["list"])]
pub struct AdminAudit {
    /// The frame.
    pub shell: Shell,
    /// The filters as typed.
    pub actor: String,
    /// The verb, or its beginning.
    pub action: String,
    /// The object.
    pub object: String,
    /// The patient.
    pub patient: String,
    /// From this day on.
    pub from: String,
    /// Up to this day.
    pub until: String,
    /// The lines.
    pub lines: Vec<AuditRow>,
    /// What the check of the chain found.
    pub verdict: Option<Verdict>,
    /// What was refused, ready to read.
    pub refused: String,
    /// Where the list goes on.
    pub pager: Pager,
}

/// A line of the trail.
#[derive(Debug, Clone)]
pub struct AuditRow {
    /// Place in the chain, or empty.
    pub seq: String,
    /// RFC 3339.
    pub iso: String,
    /// When, ready to read.
    pub at: String,
    /// Who.
    pub actor: String,
    /// The verb.
    pub action: String,
    /// To what.
    pub object: String,
    /// The patient, or empty.
    pub patient: String,
    /// Why, or empty.
    pub reason: String,
    /// The request.
    pub request: String,
}

/// What a check of the chain found.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// Nothing is broken.
    pub whole: bool,
    /// It came to the end.
    pub complete: bool,
    /// What to read.
    pub text: String,
    /// Where the check goes on; empty at the end.
    pub after: String,
}
