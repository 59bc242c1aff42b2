//! Encryption at rest, blind indexes, tokens and comparisons. Built on AES-256-GCM, HMAC-SHA-256 and SHA-256.
//!
//! A master key ([`MasterKey`]) lies in a file of its own and wraps data keys; a [`KeyStore`] keeps those, one a scope
//! (a person, a month of a context). Every ciphertext names its key. Destroying a scope's key makes everything sealed
//! with it unreadable, in old backups too (ARCHITECTURE.md §5a).

mod blind;
mod master;
mod primitives;
mod seal;
mod store;
mod stream;

pub use blind::BlindIndex;
pub use master::MasterKey;
pub use primitives::{equal, hmac_sha256, sha256_hex, token};
pub use seal::DataKey;
pub use store::KeyStore;
pub use stream::{OpeningReader, SealingWriter};
