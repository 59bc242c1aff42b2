//! What auth seals and marks, and with which keys. None of them lies in its database.

use platform::{
    Result,
    crypto::{DataKey, MasterKey, equal, hmac_sha256},
    entropy::Entropy,
};

/// The keys of auth. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Vault {
    data: DataKey,
    codes: [u8; 32],
    trail: [u8; 32],
    checks: [u8; 32],
    entropy: Entropy,
}

impl Vault {
    /// Seals with the data key; marks with keys derived from the master key.
    pub(crate) fn new(master: &MasterKey, data: DataKey, entropy: Entropy) -> Self {
        let [codes, trail, checks] =
            ["auth:reset-codes:1", "auth:audit-head:1", "auth:audit-check:1"].map(|purpose| master.derive(purpose));
        Self { data, codes, trail, checks, entropy }
    }

    /// Seals a secret for the place where it will lie.
    pub(crate) fn seal(&self, place: &str, secret: &[u8]) -> Vec<u8> {
        self.data.seal(place, secret, &self.entropy)
    }

    /// Opens what was sealed for that place.
    pub(crate) fn open(&self, place: &str, sealed: &[u8]) -> Result<Vec<u8>> {
        self.data.open(place, sealed)
    }

    /// The hash of a reset code. Keyed, for six digits alone are guessed at once by whoever reads the database.
    pub(crate) fn code_hash(&self, login: &[u8], code: &str) -> Vec<u8> {
        hmac_sha256(&self.codes, &[login, b" ", code.as_bytes()]).to_vec()
    }

    /// The mark on the last link of the audit trail.
    pub(crate) fn head_mark(&self, seq: i64, hash: &[u8]) -> Vec<u8> {
        hmac_sha256(&self.trail, &[&seq.to_be_bytes(), hash]).to_vec()
    }

    /// Whether that is the mark of this link.
    pub(crate) fn is_head_mark(&self, seq: i64, hash: &[u8], mark: &[u8]) -> bool {
        equal(&self.head_mark(seq, hash), mark)
    }

    /// The signature on how far a check of the trail came. Of a key of its own: it must not pass for the mark of the end.
    pub(crate) fn check_mark(&self, seq: i64, hash: &[u8]) -> Vec<u8> {
        hmac_sha256(&self.checks, &[&seq.to_be_bytes(), hash]).to_vec()
    }

    /// Whether that is the signature on this link.
    pub(crate) fn is_check_mark(&self, seq: i64, hash: &[u8], mark: &[u8]) -> bool {
        equal(&self.check_mark(seq, hash), mark)
    }
}
