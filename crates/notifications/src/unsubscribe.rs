//! Ending a kind of e-mail by the link in a letter, without signing in (RFC 8058). The link names the letter, which tells
//! nothing of the person, and carries a signature of ours.

use contracts::{
    audit::AuditEntry,
    auth::AccountId,
    notifications::{Channel, DeliveryId, KindChannels, NotificationKind},
};
use jiff::Timestamp;
use platform::{Cx, Error, Id as _, Result, crypto, db::Tx};

use crate::{NotificationsContext, delivery::Item, notice, preference, vault::Vault};

/// The path that ends letters of a kind; none of a kind that stays.
pub(crate) fn path(vault: &Vault, item: &Item) -> Option<String> {
    item.kind().may_be_ended().then(|| format!("/berhenti/{}", token(vault, &item.id)))
}

fn token(vault: &Vault, letter: &DeliveryId) -> String {
    let signature = vault.signature(letter.as_str());
    format!("{letter}.{}", signature.split(':').next_back().unwrap_or_default())
}

/// The letter that a link of ours names; 404.
fn letter_of(vault: &Vault, given: &str) -> Result<DeliveryId> {
    let missing = || Error::NotFound("unsubscribe-link");
    let letter = given.split('.').next().unwrap_or_default().parse().map_err(|_| missing())?;
    if crypto::equal(token(vault, &letter).as_bytes(), given.as_bytes()) { Ok(letter) } else { Err(missing()) }
}

/// Whom a letter was for, and of which kind it was.
async fn found(tx: &mut Tx, letter: &DeliveryId) -> Result<(AccountId, NotificationKind)> {
    const FOUND: &str = "select x.account, n.kind, n.answer_by from delivery x \
        join notification n on n.id = x.notification where x.id = $1";
    let row: Option<(AccountId, NotificationKind, Option<Timestamp>)> = tx.one(FOUND, &[letter]).await?;
    let (account, stored, answer_by) = row.ok_or(Error::NotFound("unsubscribe-link"))?;
    let kind = notice::kind_of(stored, answer_by);
    if kind.may_be_ended() { Ok((account, kind)) } else { Err(Error::NotFound("unsubscribe-link")) }
}

impl NotificationsContext {
    /// Which kind of letter a link ends.
    pub(crate) async fn what_ends(&self, token: &str) -> Result<NotificationKind> {
        let letter = letter_of(&self.vault, token)?;
        let (_, kind) = self.db.read(async move |tx| found(tx, &letter).await).await?;
        Ok(kind)
    }

    /// Ends e-mail of the kind a link names, whatever else is wanted. A mail program may ask twice at once and tells
    /// nobody what came of it: where the preferences changed meanwhile, it is done on those.
    pub(crate) async fn end_kind(&self, cx: &Cx, token: &str) -> Result<NotificationKind> {
        match self.try_to_end(cx, token).await {
            Err(Error::Stale) => self.try_to_end(cx, token).await,
            done => done,
        }
    }

    async fn try_to_end(&self, cx: &Cx, token: &str) -> Result<NotificationKind> {
        let (letter, cx) = (letter_of(&self.vault, token)?, cx.clone());
        self.db
            .write(async move |tx| {
                let (account, kind) = found(tx, &letter).await?;
                let mut wanted = preference::of(tx, &account).await?;
                if !preference::wants(&wanted, kind, Channel::Email) {
                    return Ok(kind);
                }
                for KindChannels { channels, .. } in wanted.channels.iter_mut().filter(|of| of.kind == kind) {
                    channels.retain(|channel| *channel != Channel::Email);
                }
                let before = wanted.version;
                wanted.version += 1;
                preference::keep(tx, &account, before, &wanted).await?;
                let id = account.to_string();
                tx.publish(&cx, &AuditEntry::of(&cx, "notifications", "preferences.unsubscribe", &id)).await?;
                Ok(kind)
            })
            .await
    }
}
