//! What auth does when it hears: lines for the trail, approvals of doctors, requests to be forgotten.

use std::sync::Arc;

use contracts::{
    audit::AuditEntry,
    auth::{AccountState, Role},
    directory::DoctorDecided,
    people::PatientErased,
};
use platform::{Cx, Id as _, Result, bus::Reactions, db::Tx};

use crate::{AuthContext, account, audit, erasure, presence::Presence};

impl AuthContext {
    /// What auth does when it hears.
    pub fn reactions(self: Arc<Self>) -> Reactions {
        let mut reactions = Reactions::new("auth", self.db.clone());
        reactions.hear_many::<AuditEntry>("keep-audit-line", |tx, _, heard| Box::pin(audit::keep_all(tx, heard)));
        let presence = self.presence.clone();
        reactions.hear::<DoctorDecided>("doctor-decided", move |tx, cx, decided, _| {
            let presence = presence.clone();
            Box::pin(async move { decide(tx, cx, &presence, decided).await })
        });
        let presence = self.presence.clone();
        reactions.hear::<PatientErased>("erase", move |tx, cx, erased, _| {
            let presence = presence.clone();
            Box::pin(async move { erasure::erase(tx, cx, &presence, erased).await })
        });
        reactions
    }
}

/// An approved doctor need not wait any more; a refused one waits (again), and may only see that (A3).
async fn decide(tx: &mut Tx, cx: &Cx, presence: &Presence, decided: &DoctorDecided) -> Result<()> {
    let Some(account) = account::find(tx, decided.account.as_str()).await? else { return Ok(()) };
    let state = match (decided.approved, account.state) {
        // A super admin waits for another's word, not for this one.
        (true, AccountState::Pending) if !account.is(Role::SuperAdmin) => AccountState::Active,
        (false, AccountState::Active) if account.roles() == [Role::Doctor] => AccountState::Pending,
        _ => return Ok(()),
    };
    account::set_state(tx, cx, account, state).await?;
    presence.forget_after_commit(tx);
    let action = if decided.approved { "account.approve" } else { "account.refuse" };
    audit::note(tx, cx, action, decided.account.as_str()).await
}
