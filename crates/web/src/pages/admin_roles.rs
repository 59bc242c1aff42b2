//! What roles allow (A4): the matrix of kinds of accounts and named roles, and the making, changing and retiring of a
//! named role of staff.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use contracts::{
    Permission,
    auth::{NamedRole, NamedRoleForm, NamedRoleId, Role, RolePermissions},
};
use platform::{
    Error, FieldError, Result,
    cx::Permission as _,
    http::{FieldProblem, Form, Params},
};
use serde::Deserialize;

use super::{Site, admin_people::role_key, go, visitor::Visitor};
use crate::view::{
    AdminRole, AdminRoles, Area, Back, Field, Here, Mend, PermissionCell, PermissionGroup, PermissionRow, Right,
    RightGroup, RoleColumn,
};

const ROLES: &str = "/admin/roles";
const NEW: &str = "/admin/roles/new";

/// Permissions by what they are about: text key, and the beginning of their names.
const GROUPS: [(&str, &[&str]); 6] = [
    ("perms-people", &["profile", "patient"]),
    ("perms-appointments", &["appointment"]),
    ("perms-schedules", &["schedule"]),
    ("perms-directory", &["doctor", "service", "directory"]),
    ("perms-accounts", &["account", "role", "audit"]),
    ("perms-system", &["system"]),
];

fn is_about(permission: Permission, begins: &[&str]) -> bool {
    begins.contains(&permission.name().split('.').next().unwrap_or_default())
}

fn label_of(permission: Permission) -> String {
    format!("perm-{}", permission.name().replace('.', "-"))
}

/// Which role is opened for changing.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Edited {
    ubah: String,
}

/// A role of the matrix with what it allows.
struct Listed {
    column: RoleColumn,
    permissions: Vec<String>,
}

/// `GET /admin/roles`
pub(super) async fn show(State(site): State<Site>, visitor: Visitor, Params(wish): Params<Edited>) -> Result<Response> {
    let (kinds, named) = tokio::try_join!(site.auth.roles(&visitor.cx), site.auth.named_roles(&visitor.cx))?;
    let edits = visitor.cx.may(Permission::RoleManage);
    let (retired, in_use): (Vec<NamedRole>, Vec<NamedRole>) = named.into_iter().partition(|role| role.retired);
    let kinds = kinds.into_iter().map(|role| kind(&visitor, role, edits.then_some(wish.ubah.as_str())));
    let listed: Vec<Listed> = kinds.chain(in_use.into_iter().map(|role| of_staff(&visitor, role))).collect();
    let cells = |name: &'static str| {
        let cell = |role: &Listed| PermissionCell {
            held: role.permissions.iter().any(|held| held == name),
            edited: role.column.edited,
            role: role.column.label.clone(),
        };
        listed.iter().map(cell).collect()
    };
    let row = |permission: &Permission| PermissionRow {
        name: permission.name(),
        label: label_of(*permission),
        cells: cells(permission.name()),
    };
    let groups = GROUPS.into_iter().map(|(label, begins)| PermissionGroup {
        label,
        rows: Permission::ALL.iter().filter(|permission| is_about(**permission, begins)).map(row).collect(),
    });
    let page = AdminRoles {
        shell: visitor.shell("nav-roles", Area::Admin, Here::Roles),
        groups: groups.collect(),
        retired: retired.into_iter().map(|role| (role.name, holders(&visitor, role.holders))).collect(),
        roles: listed.iter().map(|role| role.column.clone()).collect(),
        edits,
    };
    visitor.page(&page)
}

/// A kind of account; `edited` is the word of the one opened for changing, for who may.
fn kind(visitor: &Visitor, role: RolePermissions, edited: Option<&str>) -> Listed {
    let label = visitor.say(role_key(role.role));
    let word = role.role.word();
    let column = RoleColumn {
        line: visitor.say_with("roles-count", &[("n", &role.permissions.len().to_string())]),
        named: false,
        href: format!("{ROLES}?ubah={word}"),
        action: format!("{ROLES}/{word}"),
        version: role.version,
        edited: edited == Some(word),
        keep: visitor.say_with("roles-keep", &[("role", &label)]),
        label,
    };
    Listed { column, permissions: role.permissions }
}

fn of_staff(visitor: &Visitor, role: NamedRole) -> Listed {
    let count = visitor.say_with("roles-count", &[("n", &role.permissions.len().to_string())]);
    let column = RoleColumn {
        line: format!("{count} · {}", holders(visitor, role.holders)),
        named: true,
        href: page_of(&role.id),
        action: String::new(),
        version: role.version,
        edited: false,
        keep: String::new(),
        label: role.name,
    };
    Listed { column, permissions: role.permissions }
}

fn holders(visitor: &Visitor, count: i64) -> String {
    visitor.say_with("role-holders", &[("n", &count.to_string())])
}

fn page_of(id: &NamedRoleId) -> String {
    format!("{ROLES}/of/{id}")
}

/// `GET` where only a form is sent: the matrix.
pub(super) async fn back(visitor: Visitor) -> Result<Response> {
    visitor.cx.require(Permission::RoleManage)?;
    Ok(go(ROLES))
}

/// `POST /admin/roles/{role}`: what a kind of account allows.
pub(super) async fn keep_kind(
    State(site): State<Site>,
    visitor: Visitor,
    Path(role): Path<String>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response> {
    let role: Role = role.parse().map_err(|_| Error::NotFound("role"))?;
    let typed = Typed::of(fields);
    let back = format!("{ROLES}?ubah={}", role.word());
    match site.auth.set_role(&visitor.cx, role, typed.version, typed.may).await {
        Ok(_) => visitor.go_and_say(ROLES, "flash-adm-role"),
        Err(error @ (Error::Conflict(_) | Error::Stale | Error::Invalid(_))) => {
            visitor.go_and_tell(&site, &back, visitor.words_of(&error))
        }
        Err(other) => Err(other),
    }
}

/// A form about what a role allows, as sent.
#[derive(Default)]
struct Typed {
    version: i64,
    name: String,
    may: Vec<String>,
}

impl Typed {
    fn of(fields: Vec<(String, String)>) -> Self {
        let mut typed = Self::default();
        for (name, value) in fields {
            match name.as_str() {
                "version" => typed.version = value.parse().unwrap_or_default(),
                "name" => typed.name = value,
                "may" => typed.may.push(value),
                _ => {}
            }
        }
        typed
    }

    fn form(&self) -> NamedRoleForm {
        NamedRoleForm { name: self.name.clone(), permissions: self.may.clone() }
    }
}

/// The named role of that id in use; 404.
async fn known(site: &Site, visitor: &Visitor, id: &str) -> Result<NamedRole> {
    visitor.cx.require(Permission::RoleManage)?;
    let id: NamedRoleId = id.parse().map_err(|_| Error::NotFound("role"))?;
    let named = site.auth.named_roles(&visitor.cx).await?;
    named.into_iter().find(|role| role.id == id && !role.retired).ok_or(Error::NotFound("role"))
}

/// The form: of a role that is there, or of a new one.
async fn form(
    site: &Site,
    visitor: &Visitor,
    role: Option<&NamedRole>,
    typed: &Typed,
    mends: Vec<Mend>,
) -> Result<AdminRole> {
    let kinds = site.auth.roles(&visitor.cx).await?;
    let of_admins: Vec<String> =
        kinds.into_iter().filter(|kind| kind.role == Role::Admin).flat_map(|kind| kind.permissions).collect();
    let right = |permission: &Permission| Right {
        name: permission.name(),
        label: label_of(*permission),
        chosen: typed.may.iter().any(|name| name == permission.name()),
        beyond: !of_admins.iter().any(|name| name == permission.name()),
    };
    // Whoever is in may always look after their own profile.
    let offered = |permission: &&Permission| permission.suits_staff() && **permission != Permission::ProfileOwn;
    let groups = GROUPS.into_iter().map(|(label, begins)| RightGroup {
        label,
        rights: Permission::ALL
            .iter()
            .filter(|permission| is_about(**permission, begins))
            .filter(offered)
            .map(right)
            .collect(),
    });
    let error = |field: &str| mends.iter().find(|mend| mend.field == field).map(|mend| mend.text.clone());
    let title = role.map_or_else(|| visitor.say("role-new"), |role| role.name.clone());
    let mut shell = visitor.titled(title, Area::Admin, Here::Roles);
    shell.back = Some(Back { href: ROLES.to_owned(), label: "nav-roles" });
    shell.failing = !mends.is_empty();
    Ok(AdminRole {
        shell,
        action: role.map_or_else(|| NEW.to_owned(), |role| page_of(&role.id)),
        version: role.map(|_| typed.version.to_string()).unwrap_or_default(),
        name: Field { value: typed.name.clone(), error: error("name") },
        rights: Field { value: String::new(), error: error("permissions") },
        groups: groups.filter(|group| !group.rights.is_empty()).collect(),
        holders: role.map(|role| holders(visitor, role.holders)).unwrap_or_default(),
        mends,
    })
}

/// `GET /admin/roles/new`
pub(super) async fn ask(State(site): State<Site>, visitor: Visitor) -> Result<Response> {
    visitor.cx.require(Permission::RoleManage)?;
    visitor.page(&form(&site, &visitor, None, &Typed::default(), Vec::new()).await?)
}

/// `POST /admin/roles/new`
pub(super) async fn make(
    State(site): State<Site>,
    visitor: Visitor,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response> {
    let typed = Typed::of(fields);
    let made = site.auth.make_role(&visitor.cx, typed.form()).await.map(drop);
    answer(&site, &visitor, None, &typed, made).await
}

/// `GET /admin/roles/of/{id}`
pub(super) async fn one(State(site): State<Site>, visitor: Visitor, Path(id): Path<String>) -> Result<Response> {
    let role = known(&site, &visitor, &id).await?;
    let typed = Typed { version: role.version, name: role.name.clone(), may: role.permissions.clone() };
    visitor.page(&form(&site, &visitor, Some(&role), &typed, Vec::new()).await?)
}

/// `POST /admin/roles/of/{id}`
pub(super) async fn keep(
    State(site): State<Site>,
    visitor: Visitor,
    Path(id): Path<String>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response> {
    let role = known(&site, &visitor, &id).await?;
    let typed = Typed::of(fields);
    let kept = site.auth.change_named_role(&visitor.cx, &role.id, typed.version, typed.form()).await.map(drop);
    answer(&site, &visitor, Some(&role), &typed, kept).await
}

/// The matrix with a notice, or the form again with everything typed.
async fn answer(
    site: &Site,
    visitor: &Visitor,
    role: Option<&NamedRole>,
    typed: &Typed,
    done: Result<()>,
) -> Result<Response> {
    let of_all = |error: &Error| vec![Mend { field: "name", text: visitor.words_of(error) }];
    let (status, mends, version) = match done {
        Ok(()) => return visitor.go_and_say(ROLES, "flash-adm-role"),
        Err(Error::Invalid(errors)) => (StatusCode::UNPROCESSABLE_ENTITY, mends(visitor, &errors), typed.version),
        Err(error @ Error::Conflict(_)) => (StatusCode::CONFLICT, of_all(&error), typed.version),
        // Who has read that somebody else was faster may overrule them.
        Err(error @ Error::Stale) => {
            (StatusCode::PRECONDITION_FAILED, of_all(&error), role.map_or(typed.version, |role| role.version))
        }
        Err(other) => return Err(other),
    };
    let typed = Typed { version, name: typed.name.clone(), may: typed.may.clone() };
    visitor.page_with(status, &form(site, visitor, role, &typed, mends).await?)
}

/// What must be mended, once for each field.
fn mends(visitor: &Visitor, errors: &[FieldError]) -> Vec<Mend> {
    let mut mends: Vec<Mend> = Vec::new();
    for error in errors {
        let field = if error.field == "name" { "name" } else { "permissions" };
        if mends.iter().all(|mend| mend.field != field) {
            let told = FieldProblem::of(error, &visitor.speech.texts, visitor.speech.locale);
            mends.push(Mend { field, text: told.message });
        }
    }
    mends
}

/// The version that a form was made from.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Version {
    version: i64,
}

/// `POST /admin/roles/of/{id}/retire`
pub(super) async fn retire(
    State(site): State<Site>,
    visitor: Visitor,
    Path(id): Path<String>,
    Form(given): Form<Version>,
) -> Result<Response> {
    let id: NamedRoleId = id.parse().map_err(|_| Error::NotFound("role"))?;
    match site.auth.retire_role(&visitor.cx, &id, given.version).await {
        Ok(()) => visitor.go_and_say(ROLES, "flash-adm-role-gone"),
        Err(error @ Error::Stale) => visitor.go_and_tell(&site, &page_of(&id), visitor.words_of(&error)),
        Err(other) => Err(other),
    }
}

#[cfg(test)]
mod tests {
    use contracts::Permission;
    use platform::cx::Permission as _;

    use super::{GROUPS, is_about};

    #[test]
    fn every_permission_stands_in_one_group() {
        for permission in Permission::ALL {
            let groups = GROUPS.iter().filter(|(_, begins)| is_about(*permission, begins)).count();
            assert_eq!(groups, 1, "{}", permission.name());
        }
    }
}
