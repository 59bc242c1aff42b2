//! Files that people bring (photographs, letters), kept under the SHA-256 of their content: in a folder by default, in a
//! bucket of S3, of Google Cloud Storage or of whatever speaks as they do, where `files.url` says so. They are handed out
//! by links that are signed and end.

mod bucket;
mod folder;
mod kind;
mod link;
mod signing;

use std::{path::Path, sync::Arc};

use async_trait::async_trait;
use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};

pub use self::{
    bucket::Bucket,
    folder::Folder,
    kind::Kind,
    link::{Links, routes},
};
use crate::{
    crypto::sha256_hex,
    error::{Error, Result},
    telemetry::Private,
};

/// Names a file by its content: 64 hex digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BlobName(String);

impl BlobName {
    /// The name of this content.
    pub fn of(content: &[u8]) -> Self {
        Self(sha256_hex(content))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Where it lies: two letters, so that no folder holds all, and the name.
    fn path(&self) -> String {
        format!("{}/{}", &self.0[..2], self.0)
    }
}

impl std::str::FromStr for BlobName {
    type Err = Error;

    /// 404 where the text cannot be a name: nothing is there.
    fn from_str(text: &str) -> Result<Self> {
        let fits = text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        if fits { Ok(Self(text.to_owned())) } else { Err(Error::NotFound("file")) }
    }
}

/// A place for files.
#[async_trait]
pub trait Blobs: Send + Sync {
    /// Keeps a file, durably, and names it. 413 beyond the bound, 415 where its first bytes are of no kind we keep.
    async fn put(&self, content: Bytes) -> Result<BlobName>;
    /// The content, or 404. What is not what its name says is never handed out.
    async fn get(&self, name: &BlobName) -> Result<Bytes>;
    /// Removes a file; one that is not there is no error.
    async fn delete(&self, name: &BlobName) -> Result<()>;
    /// A link at which a browser gets the file until it ends; whoever has it needs nothing else. It is for a page of
    /// whoever may see the file, and neither logged nor kept. `life` is at most seven days.
    fn link(&self, name: &BlobName, kind: Kind, now: Timestamp, life: SignedDuration) -> String;
}

crate::settings! {
    /// Where files that people bring lie.
    pub struct Settings in "files" {
        /// A folder (folder:/srv/files) that every replica of directory has, or a bucket as s3:https://host/bucket; Google's: s3:https://storage.googleapis.com/bucket; empty: the folder files beside the databases, or beside the master key where those are on a server.
        url: String = "",
        /// Region of the bucket; Google's: auto.
        region: String = "auto",
        /// Identifier of the access key; for Google Cloud Storage, of an HMAC key.
        access_key: String = "",
        /// The access key's secret.
        secret_key: Private<String> = "" (secret),
        /// Largest file in bytes.
        max_bytes: u64 = 10485760,
    }
}

/// Opens the place that is set; `usual` is the folder where none is. `links` signs those of a folder.
pub async fn open(settings: &Settings, usual: &Path, links: Links) -> Result<Arc<dyn Blobs>> {
    let folder =
        if settings.url.is_empty() { Some(usual) } else { settings.url.strip_prefix("folder:").map(Path::new) };
    if let Some(path) = folder {
        return Ok(Arc::new(Folder::open(path, settings.max_bytes, links).await));
    }
    let url = settings.url.strip_prefix("s3:");
    let url = url.ok_or_else(|| Error::internal("setting files.url begins with folder: or s3:"))?;
    Ok(Arc::new(Bucket::new(url, settings)?))
}

/// The kind of a file that is to be kept.
fn accepted(content: &[u8], max_bytes: u64) -> Result<Kind> {
    if content.len() as u64 > max_bytes {
        return Err(Error::TooLarge(max_bytes));
    }
    Kind::of(content).ok_or(Error::Unsupported)
}

#[cfg(test)]
mod tests {
    use super::BlobName;

    #[test]
    fn a_name_cannot_lead_elsewhere() {
        for text in ["../../etc/passwd", "", "AA", &format!("../{}", "a".repeat(61))] {
            assert!(text.parse::<BlobName>().is_err());
        }
        assert!("a".repeat(64).parse::<BlobName>().is_ok());
    }
}
