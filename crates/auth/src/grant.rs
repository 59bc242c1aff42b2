//! Becoming super admin takes the word of two (A4): one super admin asks for it, another confirms it within a week. Where
//! only one runs the house, whoever works at the machine itself is the second.

use contracts::{
    Permission,
    auth::{Account, AccountId, AccountState, Role, SuperAdminGrant},
};
use jiff::{SignedDuration, Timestamp};
use platform::{Actor, Cx, Error, Id as _, Result, db::Tx};

use crate::{
    AuthContext,
    account::{self, Kept},
    audit, news, role,
};

/// How long a grant waits.
const GOOD_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Grants shown.
const SHOWN: i64 = 100;

const ASK: &str = "
    insert into super_admin_grant (account, asked_by, asked_at) values ($1, $2, $3)
    on conflict (account) do update set asked_by = $2, asked_at = $3";
const WAITING: &str = "
    select g.account, a.email, g.asked_by, g.asked_at from super_admin_grant g join account a on a.id = g.account
    where g.asked_at > $1 and a.state <> 'closed' order by g.asked_at desc limit $2";
const ASKED_BY: &str = "select asked_by from super_admin_grant where account = $1 and asked_at > $2";
const DROP: &str = "delete from super_admin_grant where account = $1";
const RUNNING: &str =
    "select count(*) from account where state = 'active' and (' ' || roles || ' ') like '% super_admin %'";
const STORE: &str = "update account set roles = $2, state = $3, version = version + 1 where id = $1";

/// Whether the asker's word alone does not make a super admin. Call it behind [`role::hold_super_admins`].
pub(crate) async fn needs_another(tx: &mut Tx, cx: &Cx) -> Result<bool> {
    match cx.actor {
        Actor::System(_) => Ok(tx.one::<(i64,)>(RUNNING, &[]).await?.is_some_and(|(running,)| running > 1)),
        Actor::Account { .. } | Actor::Guest => Ok(true),
    }
}

/// Whether a change would make somebody super admin.
pub(crate) fn is_gained(before: &Kept, after: &Kept) -> bool {
    let comes_back = before.state != AccountState::Active && after.state == AccountState::Active;
    after.is(Role::SuperAdmin) && (!before.is(Role::SuperAdmin) || comes_back)
}

/// The account as it becomes at once: without the new role, or waiting.
pub(crate) fn withheld(before: &Kept, mut after: Kept) -> Kept {
    if before.is(Role::SuperAdmin) {
        after.state = AccountState::Pending;
        return after;
    }
    let others: Vec<&str> = after.roles.split_whitespace().filter(|word| *word != Role::SuperAdmin.word()).collect();
    if others.is_empty() {
        // Nothing else was asked for: they go on as what they are, and where they are, and may no more than before.
        (after.roles, after.facilities) = (before.roles.clone(), before.facilities.clone());
        after.named_roles.clone_from(&before.named_roles);
    } else {
        after.roles = others.join(" ");
    }
    after
}

/// Notes that somebody is to become super admin.
pub(crate) async fn ask(tx: &mut Tx, cx: &Cx, account: &AccountId) -> Result<()> {
    tx.exec(ASK, &[account, &cx.actor_text(), &cx.now()]).await?;
    audit::note(tx, cx, "super-admin.ask", account.as_str()).await
}

impl AuthContext {
    /// Who waits, the newest first.
    pub(crate) async fn grants(&self, cx: &Cx) -> Result<Vec<SuperAdminGrant>> {
        cx.require(Permission::RoleManage)?;
        let since = cx.now() - GOOD_FOR;
        let found: Vec<(AccountId, Option<String>, String, Timestamp)> =
            self.db.read(async move |tx| tx.all(WAITING, &[&since, &SHOWN]).await).await?;
        let shown = found.into_iter().map(|(account, email, asked_by, asked_at)| SuperAdminGrant {
            account,
            email: email.unwrap_or_default(),
            asked_by,
            asked_at,
        });
        Ok(shown.collect())
    }

    /// Another super admin confirms or refuses.
    pub(crate) async fn decide_grant(&self, cx: &Cx, id: &AccountId, confirm: bool) -> Result<Account> {
        cx.require(Permission::RoleManage)?;
        let (cx, id, presence) = (cx.clone(), id.clone(), self.presence.clone());
        self.db
            .write(async move |tx| {
                role::hold_super_admins(tx).await?;
                let mut account = account::get(tx, id.as_str()).await?;
                let asked: Option<(String,)> = tx.one(ASKED_BY, &[&id, &(cx.now() - GOOD_FOR)]).await?;
                let (asked_by,) = asked.ok_or(Error::NotFound("super-admin-grant"))?;
                if confirm {
                    second_word(tx, &cx, &id, &asked_by).await?;
                }
                decide(&mut account, confirm)?;
                tx.exec(STORE, &[&account.id, &account.roles, &account.state]).await?;
                tx.exec(DROP, &[&id]).await?;
                news::note(tx, &cx, &id).await?;
                tx.publish(&cx, &account.profile()).await?;
                presence.forget_after_commit(tx);
                let action = if confirm { "super-admin.confirm" } else { "super-admin.refuse" };
                audit::note(tx, &cx, action, id.as_str()).await?;
                Ok(account::get(tx, id.as_str()).await?.shown())
            })
            .await
    }
}

/// `Ok` for a super admin who neither asked nor is meant, or the machine where only one runs the house.
async fn second_word(tx: &mut Tx, cx: &Cx, meant: &AccountId, asked_by: &str) -> Result<()> {
    let is_second = match &cx.actor {
        Actor::System(_) => !needs_another(tx, cx).await?,
        Actor::Guest => false,
        Actor::Account { id, .. } => {
            **id != *asked_by && **id != *meant.as_str() && role::runs_the_house(tx, cx).await?
        }
    };
    if is_second { Ok(()) } else { Err(Error::conflict("needs-another-super-admin")) }
}

/// The account as the decision leaves it.
fn decide(account: &mut Kept, confirm: bool) -> Result<()> {
    match (confirm, account.state) {
        (true, AccountState::Deactivated | AccountState::Closed) => return Err(Error::conflict("account-deactivated")),
        (true, _) => {
            let held: Vec<&str> = Role::ALL
                .iter()
                .filter(|role| **role == Role::SuperAdmin || account.is(**role))
                .map(|role| role.word())
                .collect();
            account.roles = held.join(" ");
            account.state = AccountState::Active;
        }
        (false, AccountState::Pending) if account.is(Role::SuperAdmin) => account.state = AccountState::Deactivated,
        (false, _) => {}
    }
    Ok(())
}
