//! Encryption at rest, blind indexes, tokens and comparisons. Built on AES-256-GCM, HMAC-SHA-256 and SHA-256.

mod primitives;

pub use primitives::{equal, hmac_sha256, sha256_hex, token};
