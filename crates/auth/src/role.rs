//! Roles and what they allow: stored, editable, checked by permission and never by name (A4).

use contracts::{
    Permission,
    auth::{AccountState, PermissionsChanged, Role, RolePermissions},
};
use platform::{
    Cx, Error, PermissionSet, Result,
    cx::{Actor, Permission as _},
    db::{Db, Tx},
};

use crate::{
    AuthContext,
    account::{self, Kept},
    audit, named_role,
};

const SEED: &str =
    "insert into role_permission (role, permissions, version) values ($1, $2, 1) on conflict (role) do nothing";
const ALL: &str = "select role, permissions, version from role_permission order by role";
const SET: &str = "update role_permission set permissions = $3, version = version + 1 where role = $1 and version = $2";
const HOLD: &str = "update role_permission set version = version where role = 'super_admin'";

/// What somebody who waits for an approval may do.
const WHILE_WAITING: &[Permission] = &[Permission::ProfileOwn, Permission::DoctorOwn];

/// What a role allows until somebody edits it (UI.md §8).
fn usual(role: Role) -> &'static [Permission] {
    use Permission as P;
    match role {
        Role::Patient => &[P::ProfileOwn, P::AppointmentOwn],
        Role::Doctor => &[P::ProfileOwn, P::DoctorOwn, P::ScheduleOwn, P::AppointmentPractice, P::AppointmentDecideOwn],
        Role::Admin => &[
            P::ProfileOwn,
            P::PatientRead,
            P::PatientWrite,
            P::AppointmentRead,
            P::AppointmentManage,
            P::AppointmentDecide,
            P::AppointmentAttend,
            P::AppointmentCorrect,
            P::ScheduleManage,
            P::DoctorManage,
            P::DoctorApprove,
            P::ServiceManage,
            P::AccountManage,
            P::AuditRead,
        ],
        Role::SuperAdmin => Permission::ALL,
    }
}

/// Gives every role what it usually allows, where nothing is stored yet.
pub(crate) async fn seed(db: &Db) -> Result<()> {
    db.write(async |tx| {
        for role in Role::ALL {
            tx.exec(SEED, &[role, &words(usual(*role))]).await?;
        }
        Ok(())
    })
    .await
}

/// What an account may do in its state. Named roles stand in the place of what admins usually may, also where all of them
/// are retired and allow nothing.
pub(crate) async fn allowed(tx: &mut Tx, account: &Kept) -> Result<PermissionSet> {
    let (stored, roles, named_roles) = (stored_sets(tx).await?, account.roles(), account.named_roles());
    let own = if roles.contains(&Role::Admin) && !named_roles.is_empty() {
        named_role::allowed(tx, &named_roles).await?
    } else {
        PermissionSet::default()
    };
    let held = stored.iter().filter(|(role, _)| roles.contains(role));
    let usual = held.filter(|(role, _)| *role != Role::Admin || named_roles.is_empty());
    Ok(within(usual.fold(own, |set, (_, allowed)| set.union(*allowed)), account.state))
}

async fn stored_sets(tx: &mut Tx) -> Result<Vec<(Role, PermissionSet)>> {
    let stored: Vec<(Role, String, i64)> = tx.all(ALL, &[]).await?;
    Ok(stored.into_iter().map(|(role, permissions, _)| (role, set_in(&permissions))).collect())
}

/// What admins usually may.
pub(crate) async fn of_admins(tx: &mut Tx) -> Result<PermissionSet> {
    let found = stored_sets(tx).await?.into_iter().find(|(role, _)| *role == Role::Admin);
    Ok(found.map(|(_, allowed)| allowed).unwrap_or_default())
}

/// Whether the asker runs the house: an active super admin, or the program itself.
pub(crate) async fn runs_the_house(tx: &mut Tx, cx: &Cx) -> Result<bool> {
    match &cx.actor {
        Actor::System(_) => Ok(true),
        Actor::Guest => Ok(false),
        Actor::Account { id, .. } => {
            let own = account::find(tx, id).await?;
            Ok(own.is_some_and(|own| own.is(Role::SuperAdmin) && own.state == AccountState::Active))
        }
    }
}

/// What is left of a set of permissions in that state.
pub(crate) fn within(set: PermissionSet, state: AccountState) -> PermissionSet {
    match state {
        AccountState::Active => set,
        AccountState::Pending => PermissionSet(set.0 & PermissionSet::of(WHILE_WAITING).0),
        AccountState::Deactivated | AccountState::Closed => PermissionSet::default(),
    }
}

/// What each role allows.
pub(crate) async fn stored(tx: &mut Tx) -> Result<Vec<RolePermissions>> {
    let stored: Vec<(Role, String, i64)> = tx.all(ALL, &[]).await?;
    let shown = stored.into_iter().map(|(role, permissions, version)| RolePermissions {
        role,
        permissions: split(&permissions),
        version,
    });
    Ok(shown.collect())
}

/// The set of these permissions by name; one that is no longer known allows nothing.
pub(crate) fn set_of(names: &[String]) -> PermissionSet {
    let known: Vec<Permission> = names.iter().filter_map(|name| Permission::named(name)).collect();
    PermissionSet::of(&known)
}

/// The names in a set.
pub(crate) fn names(set: PermissionSet) -> Vec<String> {
    Permission::ALL.iter().filter(|p| set.has(**p)).map(|p| p.name().to_owned()).collect()
}

/// Lets only one transaction at a time change who runs the house.
pub(crate) async fn hold_super_admins(tx: &mut Tx) -> Result<()> {
    tx.exec(HOLD, &[]).await.map(drop)
}

impl AuthContext {
    /// The role × permission matrix (A4).
    pub(crate) async fn matrix(&self, cx: &Cx) -> Result<Vec<RolePermissions>> {
        if !cx.may(Permission::AccountManage) {
            cx.require(Permission::RoleManage)?;
        }
        self.db.read(async |tx| stored(tx).await).await
    }

    /// Sets what a role allows, at that version. Whoever runs the house keeps the right to edit roles.
    pub(crate) async fn allow(
        &self,
        cx: &Cx,
        role: Role,
        version: i64,
        permissions: Vec<String>,
    ) -> Result<RolePermissions> {
        cx.require(Permission::RoleManage)?;
        let mut set = PermissionSet::default();
        for (i, name) in permissions.iter().enumerate() {
            let permission = Permission::named(name)
                .ok_or_else(|| Error::invalid(format!("permissions[{i}]"), "unknown-permission"))?;
            set = set.union(PermissionSet::of(&[permission]));
        }
        if role == Role::SuperAdmin && !set.has(Permission::RoleManage) {
            return Err(Error::conflict("would-lock-out"));
        }
        let (cx, presence, permissions) = (cx.clone(), self.presence.clone(), names(set));
        self.db
            .write(async move |tx| {
                if tx.exec(SET, &[&role, &version, &permissions.join(" ")]).await? == 0 {
                    return Err(Error::Stale);
                }
                tx.publish(&cx, &PermissionsChanged { role, permissions: permissions.clone() }).await?;
                audit::note(tx, &cx, "role.change", role.word()).await?;
                presence.forget_after_commit(tx);
                Ok(RolePermissions { role, permissions, version: version + 1 })
            })
            .await
    }
}

fn words(permissions: &[Permission]) -> String {
    permissions.iter().map(|p| p.name()).collect::<Vec<_>>().join(" ")
}

/// The words of a list as it is stored.
pub(crate) fn split(permissions: &str) -> Vec<String> {
    permissions.split_whitespace().map(ToOwned::to_owned).collect()
}

/// The set of the names stored in a line; one that is no longer known allows nothing.
pub(crate) fn set_in(permissions: &str) -> PermissionSet {
    let known: Vec<Permission> = permissions.split_whitespace().filter_map(Permission::named).collect();
    PermissionSet::of(&known)
}
