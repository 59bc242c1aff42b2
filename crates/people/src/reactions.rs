//! What people does when it hears: keeps the language and contacts of accounts, and counts who has erased.

use contracts::{
    auth::{AccountOpened, AccountState},
    people::{ErasureDone, PatientId},
};
use platform::{Cx, Result, bus::Reactions, db::Tx};

use crate::{PeopleContext, account, erasure, family, vault::Vault};

impl PeopleContext {
    /// The reactions, to be joined to the bus.
    pub fn reactions(&self) -> Reactions {
        let mut reactions = Reactions::new("people", self.db.clone());
        let vault = self.vault.clone();
        reactions.hear::<AccountOpened>("copy of the account", move |tx, cx, event, _| {
            let vault = vault.clone();
            Box::pin(async move { keep_account(tx, cx, &vault, event).await })
        });
        reactions.hear::<ErasureDone>("answer to an erasure", |tx, cx, event, heard| {
            Box::pin(async move { erasure::answered(tx, cx, event, &heard.source).await })
        });
        reactions
    }
}

async fn keep_account(tx: &mut Tx, cx: &Cx, vault: &Vault, event: &AccountOpened) -> Result<()> {
    const RELOCATE: &str = "update patient set locale = $2 where account = $1 and locale <> $2 returning id";
    if event.state == AccountState::Closed {
        return account::close(tx, &event.account).await;
    }
    account::keep(tx, cx, vault, event).await?;
    let moved: Vec<(PatientId,)> = tx.all(RELOCATE, &[&event.account, &event.locale]).await?;
    for (patient,) in moved {
        family::raise(tx, cx, &patient).await?;
    }
    Ok(())
}
