//! Named roles of staff (A4): made, renamed, redefined and retired by who may give roles; held by admins in place of what
//! admins usually may. Nobody gives what admins may not, but a super admin. [`role::hold_super_admins`] lets one
//! transaction at a time change them, so that their number is bounded.

use std::collections::BTreeMap;

use contracts::{
    Permission,
    auth::{NamedRole, NamedRoleChanged, NamedRoleForm, NamedRoleId},
};
use jiff::Timestamp;
use platform::{
    Cx, Error, Id as _, PermissionSet, Result,
    db::Tx,
    error::{FieldError, Problems},
};

use crate::{AuthContext, account, audit, news, role};

/// Roles in use at a time.
const MOST: usize = 50;
/// Named roles of an account.
const MOST_HELD: usize = 10;
/// Letters of a name.
const NAME: std::ops::RangeInclusive<usize> = 2..=60;

platform::row! {
    /// A named role as it is kept.
    struct Kept {
        id: NamedRoleId,
        name: String,
        permissions: String,
        retired_at: Option<Timestamp>,
        version: i64,
    }
}

const IN_USE: &str =
    "select id, name, permissions, retired_at, version from named_role where retired_at is null order by found_by";
const RETIRED: &str = "
    select id, name, permissions, retired_at, version from named_role where retired_at is not null
    order by retired_at desc, id limit 200";
const BY_ID: &str = "
    select id, name, permissions, retired_at, version from named_role where id = $1 and retired_at is null";
const HELD: &str = "
    select named_roles, count(*) from account where named_roles <> '' and state <> 'closed' group by named_roles";
const MAKE: &str = "
    insert into named_role (id, name, found_by, permissions, retired_at, version) values ($1, $2, $3, $4, null, 1)
    on conflict do nothing";
const CHANGE: &str = "
    update named_role set name = $3, found_by = $4, permissions = $5, version = version + 1
    where id = $1 and version = $2 and retired_at is null";
const RETIRE: &str = "
    update named_role set retired_at = $3, version = version + 1 where id = $1 and version = $2 and retired_at is null";

impl Kept {
    fn allows(&self) -> PermissionSet {
        if self.retired_at.is_some() { PermissionSet::default() } else { role::set_in(&self.permissions) }
    }

    fn shown(self, holders: i64) -> NamedRole {
        NamedRole {
            permissions: role::split(&self.permissions),
            retired: self.retired_at.is_some(),
            id: self.id,
            name: self.name,
            holders,
            version: self.version,
        }
    }
}

/// What these named roles allow together; retired ones allow nothing. One's own profile is no role's to give or take.
pub(crate) async fn allowed(tx: &mut Tx, held: &[NamedRoleId]) -> Result<PermissionSet> {
    let in_use: Vec<Kept> = tx.all(IN_USE, &[]).await?;
    let held = in_use.iter().filter(|role| held.contains(&role.id));
    let own = PermissionSet::of(&[Permission::ProfileOwn]);
    Ok(held.fold(own, |set, role| set.union(role.allows())))
}

/// As an account keeps them: each once.
pub(crate) fn listed(roles: &[NamedRoleId]) -> String {
    let mut ids: Vec<String> = roles.iter().map(ToString::to_string).collect();
    ids.sort();
    ids.dedup();
    ids.join(" ")
}

/// `Ok` where the asker may give the account these roles. Those it holds already it may keep; new ones are in use, and
/// allow what admins may, or a super admin gives them.
pub(crate) async fn may_give(tx: &mut Tx, cx: &Cx, before: &account::Kept, roles: &[NamedRoleId]) -> Result<()> {
    let mut problems = Problems::default();
    problems.at_most("named_roles", roles.len(), MOST_HELD);
    problems.done()?;
    let in_use: Vec<Kept> = tx.all(IN_USE, &[]).await?;
    let held = before.named_roles();
    let mut given = PermissionSet::default();
    for (i, id) in roles.iter().enumerate().filter(|(_, id)| !held.contains(id)) {
        let role = in_use.iter().find(|role| role.id == *id);
        let role = role.ok_or_else(|| Error::invalid(format!("named_roles[{i}]"), "unknown-role"))?;
        given = given.union(role.allows());
    }
    may_allow(tx, cx, given, "named_roles").await
}

/// `Ok` where staff may be allowed this on the asker's word.
async fn may_allow(tx: &mut Tx, cx: &Cx, set: PermissionSet, field: &str) -> Result<()> {
    let beyond = set.0 & !role::of_admins(tx).await?.0;
    if beyond == 0 || role::runs_the_house(tx, cx).await? { Ok(()) } else { Err(Error::invalid(field, "beyond-admin")) }
}

/// How many accounts hold each role. Few combinations are held.
async fn holders(tx: &mut Tx) -> Result<BTreeMap<String, i64>> {
    let mut counts = BTreeMap::new();
    for (held, count) in tx.all::<(String, i64)>(HELD, &[]).await? {
        for id in held.split_whitespace() {
            *counts.entry(id.to_owned()).or_default() += count;
        }
    }
    Ok(counts)
}

/// What a form says, once it is sound.
struct Sound {
    name: String,
    found_by: String,
    set: PermissionSet,
}

impl Sound {
    fn of(form: &NamedRoleForm) -> Result<Self> {
        let mut problems = Problems::default();
        let typed = problems.text("name", &form.name, *NAME.end());
        let name = typed.split_whitespace().collect::<Vec<_>>().join(" ");
        if (1..*NAME.start()).contains(&name.chars().count()) {
            problems.add(FieldError::new("name", "too-short").with("min", NAME.start()));
        }
        let mut set = PermissionSet::default();
        for (i, named) in form.permissions.iter().enumerate().take(Permission::ALL.len() + 1) {
            let field = format!("permissions[{i}]");
            match Permission::named(named) {
                None => problems.add(FieldError::new(field, "unknown-permission")),
                Some(permission) if !permission.suits_staff() => {
                    problems.add(FieldError::new(field, "not-of-staff"));
                }
                Some(permission) => set = set.union(PermissionSet::of(&[permission])),
            }
        }
        problems.at_most("permissions", form.permissions.len(), Permission::ALL.len());
        problems.check(!form.permissions.is_empty(), "permissions", "choose-permission");
        problems.done()?;
        let set = set.union(PermissionSet::of(&[Permission::ProfileOwn]));
        Ok(Self { found_by: name.to_lowercase(), name, set })
    }

    fn permissions(&self) -> Vec<String> {
        role::names(self.set)
    }
}

impl AuthContext {
    /// The named roles in use by name, then those retired that somebody still holds.
    pub(crate) async fn staff_roles(&self, cx: &Cx) -> Result<Vec<NamedRole>> {
        if !cx.may(Permission::AccountManage) {
            cx.require(Permission::RoleManage)?;
        }
        self.db
            .read(async |tx| {
                let holders = holders(tx).await?;
                let held_by = |role: &Kept| holders.get(&role.id.to_string()).copied().unwrap_or_default();
                let in_use: Vec<Kept> = tx.all(IN_USE, &[]).await?;
                let retired: Vec<Kept> = tx.all(RETIRED, &[]).await?;
                let retired = retired.into_iter().filter(|role| held_by(role) > 0);
                let shown = in_use.into_iter().chain(retired).map(|role| {
                    let holders = held_by(&role);
                    role.shown(holders)
                });
                Ok(shown.collect())
            })
            .await
    }

    /// Makes a named role.
    pub(crate) async fn name_role(&self, cx: &Cx, ask: NamedRoleForm) -> Result<NamedRole> {
        cx.require(Permission::RoleManage)?;
        let (sound, cx) = (Sound::of(&ask)?, cx.clone());
        self.db
            .write(async move |tx| {
                role::hold_super_admins(tx).await?;
                may_allow(tx, &cx, sound.set, "permissions").await?;
                if tx.all::<Kept>(IN_USE, &[]).await?.len() >= MOST {
                    return Err(Error::conflict("too-many-roles").with("max", MOST));
                }
                let (id, permissions): (NamedRoleId, _) = (cx.new_id(), sound.permissions());
                if tx.exec(MAKE, &[&id, &sound.name, &sound.found_by, &permissions.join(" ")]).await? == 0 {
                    return Err(name_taken());
                }
                audit::note(tx, &cx, "named-role.make", id.as_str()).await?;
                let made = NamedRole { id, name: sound.name, permissions, holders: 0, retired: false, version: 1 };
                tell(tx, &cx, &made).await?;
                Ok(made)
            })
            .await
    }

    /// Renames a named role and sets what it allows, at that version.
    pub(crate) async fn redefine_role(
        &self,
        cx: &Cx,
        id: &NamedRoleId,
        version: i64,
        ask: NamedRoleForm,
    ) -> Result<NamedRole> {
        cx.require(Permission::RoleManage)?;
        let (sound, cx, id, presence) = (Sound::of(&ask)?, cx.clone(), id.clone(), self.presence.clone());
        self.db
            .write(async move |tx| {
                role::hold_super_admins(tx).await?;
                let before = get(tx, &id).await?;
                let added = PermissionSet(sound.set.0 & !before.allows().0);
                may_allow(tx, &cx, added, "permissions").await?;
                let permissions = sound.permissions();
                let changed =
                    tx.exec(CHANGE, &[&id, &version, &sound.name, &sound.found_by, &permissions.join(" ")]).await;
                match changed {
                    Ok(0) => return Err(Error::Stale),
                    Ok(_) => {}
                    Err(error) if error.is_unique() => return Err(name_taken()),
                    Err(error) => return Err(error),
                }
                news::note_holders(tx, &cx, &id).await?;
                presence.forget_after_commit(tx);
                audit::note(tx, &cx, "named-role.change", id.as_str()).await?;
                let holders = holders(tx).await?.get(&id.to_string()).copied().unwrap_or_default();
                let version = version + 1;
                let changed = NamedRole { id, name: sound.name, permissions, holders, retired: false, version };
                tell(tx, &cx, &changed).await?;
                Ok(changed)
            })
            .await
    }

    /// Retires a named role, at that version. Its holders keep it, so that none of them falls back to what admins may.
    pub(crate) async fn end_role(&self, cx: &Cx, id: &NamedRoleId, version: i64) -> Result<()> {
        cx.require(Permission::RoleManage)?;
        let (cx, id, presence) = (cx.clone(), id.clone(), self.presence.clone());
        self.db
            .write(async move |tx| {
                role::hold_super_admins(tx).await?;
                let before = get(tx, &id).await?;
                if tx.exec(RETIRE, &[&id, &version, &cx.now()]).await? == 0 {
                    return Err(Error::Stale);
                }
                news::note_holders(tx, &cx, &id).await?;
                presence.forget_after_commit(tx);
                audit::note(tx, &cx, "named-role.retire", id.as_str()).await?;
                let name = before.name;
                tell(tx, &cx, &NamedRole { id, name, permissions: Vec::new(), holders: 0, retired: true, version })
                    .await
            })
            .await
    }
}

/// The role of that id in use; 404.
async fn get(tx: &mut Tx, id: &NamedRoleId) -> Result<Kept> {
    tx.one(BY_ID, &[id]).await?.ok_or(Error::NotFound("role"))
}

fn name_taken() -> Error {
    Error::invalid("name", "role-name-taken")
}

async fn tell(tx: &mut Tx, cx: &Cx, role: &NamedRole) -> Result<()> {
    let NamedRole { id, name, permissions, retired, .. } = role.clone();
    tx.publish(cx, &NamedRoleChanged { role: id, name, permissions, retired }).await
}
