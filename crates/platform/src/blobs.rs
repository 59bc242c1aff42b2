//! Files that people bring (photographs, letters), kept under the SHA-256 of their content.

use std::path::{Path, PathBuf};

use async_trait::async_trait;
use bytes::Bytes;
use tokio::{fs, io::AsyncWriteExt};

use crate::{
    crypto::{sha256_hex, token},
    entropy::Entropy,
    error::{Error, Result},
};

/// Names a file by its content: 64 hex digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BlobName(String);

impl BlobName {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
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
    /// Keeps a file, durably, and names it. 413 beyond the bound.
    async fn put(&self, content: Bytes) -> Result<BlobName>;
    /// The content, or 404.
    async fn get(&self, name: &BlobName) -> Result<Bytes>;
    /// Removes a file; one that is not there is no error.
    async fn delete(&self, name: &BlobName) -> Result<()>;
}

/// Files in a folder, in 256 sub-folders.
#[derive(Debug, Clone)]
pub struct Folder {
    root: PathBuf,
    max_bytes: u64,
}

impl Folder {
    /// Files of at most `max_bytes` under `root`, which is made where it is missing.
    pub async fn open(root: &Path, max_bytes: u64) -> Result<Self> {
        fs::create_dir_all(root).await.map_err(Error::internal)?;
        Ok(Self { root: root.to_owned(), max_bytes })
    }

    fn path(&self, name: &BlobName) -> PathBuf {
        self.root.join(&name.0[..2]).join(&name.0)
    }
}

#[async_trait]
impl Blobs for Folder {
    async fn put(&self, content: Bytes) -> Result<BlobName> {
        if content.len() as u64 > self.max_bytes {
            return Err(Error::TooLarge(self.max_bytes));
        }
        let name = BlobName(sha256_hex(&content));
        let path = self.path(&name);
        if fs::try_exists(&path).await.map_err(Error::internal)? {
            return Ok(name);
        }
        write_whole(&path, &content).await.map_err(Error::internal)?;
        Ok(name)
    }

    async fn get(&self, name: &BlobName) -> Result<Bytes> {
        match fs::read(self.path(name)).await {
            Ok(content) => Ok(content.into()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(Error::NotFound("file")),
            Err(error) => Err(Error::internal(error)),
        }
    }

    async fn delete(&self, name: &BlobName) -> Result<()> {
        match fs::remove_file(self.path(name)).await {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Error::internal(error)),
            _ => Ok(()),
        }
    }
}

/// Writes beside and renames, so that a file is there whole or not at all; then makes the name durable.
async fn write_whole(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder).await?;
    let draft = folder.join(format!(".{}", token(&Entropy::System)));
    let mut file = fs::File::create_new(&draft).await?;
    let written = async {
        file.write_all(content).await?;
        file.sync_all().await?;
        fs::rename(&draft, path).await
    };
    if let Err(error) = written.await {
        let _ = fs::remove_file(&draft).await;
        return Err(error);
    }
    fs::File::open(folder).await?.sync_all().await
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::{BlobName, Blobs, Folder};
    use crate::error::Error;

    #[tokio::test]
    async fn files_are_kept_under_their_content_and_within_bounds() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::open(place.path(), 10).await.unwrap();
        let name = folder.put(Bytes::from_static(b"abc")).await.unwrap();
        assert_eq!(folder.put(Bytes::from_static(b"abc")).await.unwrap(), name);
        assert_eq!(folder.get(&name).await.unwrap(), "abc");
        folder.delete(&name).await.unwrap();
        folder.delete(&name).await.unwrap();
        assert!(matches!(folder.get(&name).await, Err(Error::NotFound(_))));
        assert!(matches!(folder.put(Bytes::from_static(&[0; 11])).await, Err(Error::TooLarge(10))));
    }

    #[test]
    fn a_name_cannot_lead_elsewhere() {
        for text in ["../../etc/passwd", "", "AA", &format!("../{}", "a".repeat(61))] {
            assert!(text.parse::<BlobName>().is_err());
        }
        assert!("a".repeat(64).parse::<BlobName>().is_ok());
    }
}
