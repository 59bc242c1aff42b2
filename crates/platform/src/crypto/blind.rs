//! Finding an encrypted value without reading it.

use zeroize::Zeroizing;

use super::primitives::{hex, hmac_sha256};

/// A keyed fingerprint: equal values have equal fingerprints, and nobody without the key can guess values from them.
#[derive(Clone)]
pub struct BlindIndex {
    version: u8,
    key: Zeroizing<[u8; 32]>,
}

impl BlindIndex {
    /// An index under one version of its key. Take the key from [`MasterKey::derive`](super::MasterKey::derive).
    pub fn new(version: u8, key: [u8; 32]) -> Self {
        Self { version, key: Zeroizing::new(key) }
    }

    /// `v1:` and 64 hex digits. The value must be brought into one form first (digits only, say).
    pub fn of(&self, value: &str) -> String {
        format!("v{}:{}", self.version, hex(&hmac_sha256(&self.key[..], &[value.as_bytes()])))
    }
}

#[cfg(test)]
mod tests {
    use super::BlindIndex;

    /// E6
    #[test]
    fn equal_values_meet_only_under_one_key_and_version() {
        let index = BlindIndex::new(1, [1; 32]);
        assert_eq!(index.of("3174010101900001"), index.of("3174010101900001"));
        assert_ne!(index.of("3174010101900001"), index.of("3174010101900002"));
        assert_ne!(index.of("x"), BlindIndex::new(1, [2; 32]).of("x"));
        assert!(BlindIndex::new(2, [1; 32]).of("x").starts_with("v2:"));
    }
}
