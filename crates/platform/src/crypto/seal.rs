//! Sealing: AES-256-GCM under a data key, with a header that names version and key.

use std::sync::Arc;

use aes_gcm::{
    Aes256Gcm, KeyInit,
    aead::{Aead, Payload},
};

use crate::{
    entropy::Entropy,
    error::{Error, Result},
};

/// The only format so far.
const VERSION: u8 = 1;
/// Bytes of the key's identifier.
const ID: usize = 16;
/// Bytes of a nonce.
const NONCE: usize = 12;
const HEADER: usize = 1 + ID + NONCE;

/// A key that seals values. Cheap to clone. At most 2³² values under one key (random nonces, NIST SP 800-38D).
#[derive(Clone)]
pub struct DataKey {
    id: [u8; ID],
    cipher: Arc<Aes256Gcm>,
}

impl std::fmt::Debug for DataKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DataKey({})", self.id_text())
    }
}

impl DataKey {
    /// A key from its bytes.
    pub(super) fn new(id: [u8; ID], key: &[u8; 32]) -> Self {
        Self { id, cipher: Arc::new(Aes256Gcm::new(&(*key).into())) }
    }

    /// The identifier in hex.
    pub(super) fn id_text(&self) -> String {
        super::primitives::hex(&self.id)
    }

    /// The sealed value: version, key id, nonce, ciphertext, tag. `place` says where it will lie
    /// (`table:column:row`); it cannot be opened anywhere else.
    pub fn seal(&self, place: &str, plain: &[u8], entropy: &Entropy) -> Vec<u8> {
        let nonce: [u8; NONCE] = entropy.bytes();
        let mut sealed = Vec::with_capacity(HEADER + plain.len() + 16);
        sealed.push(VERSION);
        sealed.extend_from_slice(&self.id);
        sealed.extend_from_slice(&nonce);
        let aad = bound_to(&sealed, place);
        let ciphertext = self.cipher.encrypt(&nonce.into(), Payload { msg: plain, aad: &aad });
        sealed.extend(ciphertext.expect("values are far below the 64 GiB that AES-GCM takes"));
        sealed
    }

    /// The value. Fails where a byte was changed, where it lay in another place, or where another key sealed it.
    pub fn open(&self, place: &str, sealed: &[u8]) -> Result<Vec<u8>> {
        let refused =
            || Error::internal("a sealed value cannot be opened: it was changed, moved, or sealed with another key");
        if key_id(sealed) != Some(self.id) {
            return Err(refused());
        }
        let (header, ciphertext) = sealed.split_at_checked(HEADER).ok_or_else(refused)?;
        let nonce: [u8; NONCE] = header[1 + ID..].try_into().map_err(|_| refused())?;
        let aad = bound_to(header, place);
        self.cipher.decrypt(&nonce.into(), Payload { msg: ciphertext, aad: &aad }).map_err(|_| refused())
    }
}

/// The identifier of the key that sealed a value; `None` where it is no sealed value of a version known here.
pub(super) fn key_id(sealed: &[u8]) -> Option<[u8; ID]> {
    let (version, rest) = sealed.split_first()?;
    if *version == VERSION { rest.first_chunk().copied() } else { None }
}

fn bound_to(header: &[u8], place: &str) -> Vec<u8> {
    [header, place.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::DataKey;
    use crate::entropy::Entropy;

    /// E6
    #[test]
    fn a_sealed_value_opens_only_unchanged_in_its_place_with_its_key() {
        let key = DataKey::new([7; 16], &[1; 32]);
        let sealed = key.seal("order:note:ord_1", b"sakit kepala", &Entropy::System);
        assert_eq!(key.open("order:note:ord_1", &sealed).unwrap(), b"sakit kepala");
        assert!(key.open("order:note:ord_2", &sealed).is_err());
        for i in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[i] ^= 1;
            assert!(key.open("order:note:ord_1", &changed).is_err(), "byte {i} was changed unnoticed");
            assert!(key.open("order:note:ord_1", &sealed[..i]).is_err());
        }
        assert!(DataKey::new([8; 16], &[1; 32]).open("order:note:ord_1", &sealed).is_err());
        assert!(DataKey::new([7; 16], &[2; 32]).open("order:note:ord_1", &sealed).is_err());
        assert_ne!(sealed, key.seal("order:note:ord_1", b"sakit kepala", &Entropy::System));
    }
}
