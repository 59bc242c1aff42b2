//! What roles allow (A4): the matrix, and the form of a named role of staff.

use askama::Template;

use super::{Field, Mend, Shell};
use crate::filters;

/// `/admin/roles`
#[derive(Debug, Clone, Template)]
#[template(path = "admin_roles.html")]
pub struct AdminRoles {
    /// The frame.
    pub shell: Shell,
    /// The roles of the matrix, in the order of its columns: the kinds of accounts, then the named roles in use.
    pub roles: Vec<RoleColumn>,
    /// Named roles that somebody still holds though they are retired: name and line.
    pub retired: Vec<(String, String)>,
    /// Permissions by what they are about.
    pub groups: Vec<PermissionGroup>,
    /// May change what a role allows.
    pub edits: bool,
}

impl AdminRoles {
    /// The kinds of accounts.
    pub fn kinds(&self) -> impl Iterator<Item = &RoleColumn> {
        self.roles.iter().filter(|role| !role.named)
    }

    /// The named roles in use.
    pub fn named(&self) -> impl Iterator<Item = &RoleColumn> {
        self.roles.iter().filter(|role| role.named)
    }
}

/// A role.
#[derive(Debug, Clone)]
pub struct RoleColumn {
    /// What people call it.
    pub label: String,
    /// How much it allows, and to how many.
    pub line: String,
    /// A named role of staff, not a kind of account.
    pub named: bool,
    /// Where it is changed.
    pub href: String,
    /// Where the form of this page sends it.
    pub action: String,
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
#[derive(Debug, Clone)]
pub struct PermissionCell {
    /// It has.
    pub held: bool,
    /// The role is opened for changing.
    pub edited: bool,
    /// What people call the role.
    pub role: String,
}

/// `/admin/roles/new`, `/admin/roles/of/{id}`
#[derive(Debug, Clone, Template)]
#[template(path = "admin_role.html")]
pub struct AdminRole {
    /// The frame.
    pub shell: Shell,
    /// Where the form goes.
    pub action: String,
    /// Version the page was made from; empty for a new role.
    pub version: String,
    /// What people call it.
    pub name: Field,
    /// What it may allow, by what that is about.
    pub groups: Vec<RightGroup>,
    /// What is wrong with the choice.
    pub rights: Field,
    /// How many hold it, ready to read; empty for a new role.
    pub holders: String,
    /// What must be mended.
    pub mends: Vec<Mend>,
}

/// Permissions about one thing, to be chosen.
#[derive(Debug, Clone)]
pub struct RightGroup {
    /// Text key.
    pub label: &'static str,
    /// The permissions.
    pub rights: Vec<Right>,
}

/// A permission to be chosen.
#[derive(Debug, Clone)]
pub struct Right {
    /// Its name.
    pub name: &'static str,
    /// Text key of what it allows.
    pub label: String,
    /// The role has it.
    pub chosen: bool,
    /// Admins may not, so that a super admin has to give it.
    pub beyond: bool,
}
