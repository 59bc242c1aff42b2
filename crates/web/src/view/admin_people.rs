//! Accounts, what roles allow, and who did what (A4, A7, A8).

use askama::Template;

use super::{Option_, Pager, Shell};
use crate::filters;

/// `/admin/roles`
#[derive(Debug, Clone, Template)]
#[template(path = "admin_roles.html")]
pub struct AdminRoles {
    /// The frame.
    pub shell: Shell,
    /// The roles, in the order of the columns.
    pub roles: Vec<RoleColumn>,
    /// Permissions by what they are about.
    pub groups: Vec<PermissionGroup>,
    /// May change what a role allows.
    pub edits: bool,
}

/// A role.
#[derive(Debug, Clone)]
pub struct RoleColumn {
    /// What forms send.
    pub word: &'static str,
    /// Text key.
    pub label: &'static str,
    /// How many permissions it has.
    pub count: usize,
    /// Version the page was made from.
    pub version: i64,
    /// Opened for changing.
    pub edited: bool,
    /// What the button says that keeps it.
    pub keep: String,
}

/// Permissions about one thing.
#[derive(Debug, Clone)]
pub struct PermissionGroup {
    /// Text key.
    pub label: &'static str,
    /// Its permissions.
    pub rows: Vec<PermissionRow>,
}

/// A permission.
#[derive(Debug, Clone)]
pub struct PermissionRow {
    /// Its name: `appointment.attend`.
    pub name: &'static str,
    /// Text key of what it allows.
    pub label: String,
    /// Each role's, in the order of the columns.
    pub cells: Vec<PermissionCell>,
}

/// Whether a role has a permission.
#[derive(Debug, Clone, Copy)]
pub struct PermissionCell {
    /// It has.
    pub held: bool,
    /// The role is opened for changing.
    pub edited: bool,
    /// Text key of the role.
    pub role: &'static str,
}

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
    /// Text keys of its roles.
    pub roles: Vec<&'static str>,
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
