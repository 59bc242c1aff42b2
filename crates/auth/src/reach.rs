//! Whose accounts `account.manage` reaches (A4, A7). For whoever works for some facilities only: those of patients, and of
//! staff who work for no others. Not those of doctors, for auth does not know where a doctor works. Every other account is
//! not there for them.

use contracts::{
    Permission,
    auth::{AccountState, Role},
};
use platform::{Cx, Error, Id as _, Result};

use crate::account::Kept;

/// Whether the asker, who manages accounts, reaches that one to change it.
pub(crate) fn manages(cx: &Cx, account: &Kept) -> bool {
    let facilities = account.facilities();
    let reached = |role: &Role| match role {
        Role::Patient => true,
        Role::Admin => !facilities.is_empty() && facilities.iter().all(|facility| cx.serves(facility)),
        Role::Doctor | Role::SuperAdmin => false,
    };
    cx.facilities.is_none() || account.roles().iter().all(reached)
}

/// Whether the asker, who manages accounts, may look at that one: it is their own, they manage it, or it waits for an
/// approval that they may give.
pub(crate) fn sees(cx: &Cx, account: &Kept) -> bool {
    let own = cx.account().is_ok_and(|id| id == account.id.as_str());
    let waits_for_them = account.state == AccountState::Pending && account.roles() == [Role::Doctor];
    own || manages(cx, account) || (waits_for_them && cx.may(Permission::DoctorApprove))
}

/// `Ok` for who may change where the codes of another's account go: with them, whoever receives them takes it over.
pub(crate) fn require_contacts(cx: &Cx) -> Result<()> {
    if cx.facilities.is_some() {
        return Err(Error::Forbidden("role.manage"));
    }
    cx.require(Permission::RoleManage)
}
