//! Files in a folder.

use std::path::{Path, PathBuf};

use async_trait::async_trait;
use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use tokio::{fs, io::AsyncWriteExt};

use super::{BlobName, Blobs, Kind, Links, accepted};
use crate::{
    crypto::token,
    entropy::Entropy,
    error::{Error, Result},
};

/// Files in a folder, in 256 sub-folders.
#[derive(Debug, Clone)]
pub struct Folder {
    root: PathBuf,
    max_bytes: u64,
    links: Links,
}

impl Folder {
    /// Files of at most `max_bytes` under `root`, which is made where it is missing. Where it cannot be made, the log says
    /// so and putting a file fails: a program without its files still does all the rest.
    pub async fn open(root: &Path, max_bytes: u64, links: Links) -> Self {
        if let Err(cause) = make(root).await {
            tracing::warn!(folder = %root.display(), %cause, "files cannot be kept here: set files.url");
        }
        Self { root: root.to_owned(), max_bytes, links }
    }

    fn path(&self, name: &BlobName) -> PathBuf {
        self.root.join(name.path())
    }
}

#[async_trait]
impl Blobs for Folder {
    async fn put(&self, content: Bytes) -> Result<BlobName> {
        accepted(&content, self.max_bytes)?;
        let name = BlobName::of(&content);
        let path = self.path(&name);
        if fs::try_exists(&path).await.map_err(Error::internal)? {
            return Ok(name);
        }
        match write_whole(&path, &content).await {
            Ok(()) => Ok(name),
            Err(cause) => {
                tracing::warn!(folder = %self.root.display(), %cause, "a file could not be written");
                Err(Error::Unavailable("files"))
            }
        }
    }

    async fn get(&self, name: &BlobName) -> Result<Bytes> {
        match fs::read(self.path(name)).await {
            Ok(content) if BlobName::of(&content) == *name => Ok(content.into()),
            Ok(_) => Err(Error::internal("a file is not what its name says")),
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

    fn link(&self, name: &BlobName, kind: Kind, now: Timestamp, life: SignedDuration) -> String {
        self.links.make(name, kind, now, life)
    }
}

/// Makes a folder that nobody else on the machine looks into.
async fn make(folder: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    builder.mode(0o700);
    builder.create(folder).await
}

/// Writes beside and renames, so that a file is there whole or not at all; then makes the name durable.
async fn write_whole(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(path);
    make(folder).await?;
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

    use super::{Blobs, Folder, Links};
    use crate::error::Error;

    #[tokio::test]
    async fn files_are_kept_under_their_content_and_within_bounds() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::open(place.path(), 10, Links::new("/files", [1; 32])).await;
        let name = folder.put(Bytes::from_static(b"%PDF-1.7")).await.unwrap();
        assert_eq!(folder.put(Bytes::from_static(b"%PDF-1.7")).await.unwrap(), name);
        assert_eq!(folder.get(&name).await.unwrap(), "%PDF-1.7");
        std::fs::write(folder.path(&name), "%PDF-1.8").unwrap();
        assert!(matches!(folder.get(&name).await, Err(Error::Internal(_))), "a changed file is not handed out");
        folder.delete(&name).await.unwrap();
        folder.delete(&name).await.unwrap();
        assert!(matches!(folder.get(&name).await, Err(Error::NotFound(_))));
        assert!(matches!(folder.put(Bytes::from_static(b"%PDF-1.7...")).await, Err(Error::TooLarge(10))));
        assert!(matches!(folder.put(Bytes::from_static(b"<script>")).await, Err(Error::Unsupported)));
    }
}
