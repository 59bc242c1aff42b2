//! What people seals and marks, and with which keys. None of them lies in its database.

use contracts::people::PatientId;
use platform::{
    Cx, Error, Result,
    crypto::{BlindIndex, DataKey, KeyStore, MasterKey},
};

use crate::details::Details;

/// The scope of the key for copies of accounts' contacts.
const COPIES: &str = "people:account-copies";

/// The keys of people. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Vault {
    keys: KeyStore,
    copies: DataKey,
    /// A key of its own, so that it can be renewed alone.
    identity: BlindIndex,
    found_by: BlindIndex,
}

impl Vault {
    pub(crate) async fn open(cx: &Cx, keys: KeyStore, master: &MasterKey) -> Result<Self> {
        Ok(Self {
            copies: keys.for_scope(cx, COPIES).await?,
            keys,
            identity: BlindIndex::new(1, master.derive("blind-index:nik:1")),
            found_by: BlindIndex::new(1, master.derive("blind-index:people:1")),
        })
    }

    /// Seals a patient's details with their own key, made where there is none.
    pub(crate) async fn seal(&self, cx: &Cx, patient: &PatientId, details: &Details) -> Result<Vec<u8>> {
        let plain = serde_json::to_vec(details).map_err(Error::internal)?;
        let key = self.keys.for_scope(cx, &scope(patient)).await?;
        Ok(key.seal(&place(patient), &plain, &cx.entropy))
    }

    /// Opens a patient's details. Fails where they were changed, or moved from another patient's row.
    pub(crate) async fn unseal(&self, patient: &PatientId, sealed: &[u8]) -> Result<Details> {
        let plain = self.keys.open_sealed(&place(patient), sealed).await?;
        serde_json::from_slice(&plain).map_err(|_| Error::internal("the details of a patient cannot be read"))
    }

    /// Destroys a patient's key for good.
    pub(crate) async fn destroy(&self, cx: &Cx, patient: &PatientId) -> Result<()> {
        self.keys.destroy(cx, &scope(patient)).await
    }

    /// Seals the copy of an account's contacts.
    pub(crate) fn seal_copy(&self, cx: &Cx, account: &str, plain: &[u8]) -> Vec<u8> {
        self.copies.seal(&format!("account:contact:{account}"), plain, &cx.entropy)
    }

    /// Opens the copy of an account's contacts.
    pub(crate) fn open_copy(&self, account: &str, sealed: &[u8]) -> Result<Vec<u8>> {
        self.copies.open(&format!("account:contact:{account}"), sealed)
    }

    /// The fingerprint of a NIK.
    pub(crate) fn nik_mark(&self, nik: &str) -> String {
        self.identity.of(nik)
    }

    /// The fingerprint of anything else of a kind: `phone`, `email`, `bpjs`, `ref`.
    pub(crate) fn mark(&self, kind: &str, value: &str) -> String {
        self.found_by.of(&format!("{kind}:{value}"))
    }

    /// The fingerprints a patient is found by.
    pub(crate) fn marks(&self, details: &Details) -> Vec<String> {
        let of = |kind: &str, value: &Option<String>| value.as_ref().map(|value| self.mark(kind, value));
        let found = [
            details.nik.as_deref().map(|nik| self.nik_mark(nik)),
            of("bpjs", &details.bpjs_number),
            of("phone", &details.phone),
            of("email", &details.email),
        ];
        found.into_iter().flatten().collect()
    }
}

fn scope(patient: &PatientId) -> String {
    format!("patient:{patient}")
}

fn place(patient: &PatientId) -> String {
    format!("patient:details:{patient}")
}
