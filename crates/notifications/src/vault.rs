//! What notifications seals and marks, and with which keys. None of them lies in its database.

use platform::{
    Cx, Error, Result,
    crypto::{BlindIndex, DataKey, KeyStore, MasterKey},
};
use serde::{Deserialize, Serialize};

/// The scope of the key for what is kept of accounts.
const SCOPE: &str = "notifications:accounts";

/// How somebody is reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Contact {
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) phone: Option<String>,
}

/// The keys of notifications. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Vault {
    key: DataKey,
    feeds: BlindIndex,
    unsubscribing: BlindIndex,
}

impl Vault {
    pub(crate) async fn open(cx: &Cx, keys: KeyStore, master: &MasterKey) -> Result<Self> {
        let feeds = BlindIndex::new(1, master.derive("blind-index:calendar-feeds:1"));
        let unsubscribing = BlindIndex::new(1, master.derive("blind-index:unsubscribe-links:1"));
        Ok(Self { key: keys.for_scope(cx, SCOPE).await?, feeds, unsubscribing })
    }

    /// Seals the contacts of an account.
    pub(crate) fn seal_contact(&self, cx: &Cx, account: &str, contact: &Contact) -> Result<Vec<u8>> {
        let plain = serde_json::to_vec(contact).map_err(Error::internal)?;
        Ok(self.key.seal(&place("account:contact", account), &plain, &cx.entropy))
    }

    /// Opens the contacts of an account.
    pub(crate) fn contact(&self, account: &str, sealed: &[u8]) -> Result<Contact> {
        let plain = self.key.open(&place("account:contact", account), sealed)?;
        serde_json::from_slice(&plain).map_err(|_| Error::internal("the contacts of an account cannot be read"))
    }

    /// Seals the secret part of a calendar's address.
    pub(crate) fn seal_token(&self, cx: &Cx, account: &str, token: &str) -> Vec<u8> {
        self.key.seal(&place("feed:token", account), token.as_bytes(), &cx.entropy)
    }

    /// Opens the secret part of a calendar's address.
    pub(crate) fn token(&self, account: &str, sealed: &[u8]) -> Result<String> {
        let plain = self.key.open(&place("feed:token", account), sealed)?;
        String::from_utf8(plain).map_err(|_| Error::internal("the address of a calendar cannot be read"))
    }

    /// Seals the address of a calendar kept elsewhere.
    pub(crate) fn seal_url(&self, cx: &Cx, calendar: &str, url: &str) -> Vec<u8> {
        self.key.seal(&place("outside_calendar:url", calendar), url.as_bytes(), &cx.entropy)
    }

    /// Opens the address of a calendar kept elsewhere.
    pub(crate) fn url(&self, calendar: &str, sealed: &[u8]) -> Result<String> {
        let plain = self.key.open(&place("outside_calendar:url", calendar), sealed)?;
        String::from_utf8(plain).map_err(|_| Error::internal("the address of a calendar cannot be read"))
    }

    /// What proves that the link of a letter is ours.
    pub(crate) fn signature(&self, letter: &str) -> String {
        self.unsubscribing.of(letter)
    }

    /// The fingerprint a calendar is found by.
    pub(crate) fn mark(&self, token: &str) -> String {
        self.feeds.of(token)
    }
}

fn place(column: &str, account: &str) -> String {
    format!("{column}:{account}")
}
