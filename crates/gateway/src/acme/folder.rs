//! What gateways share about their certificate: files that only their user can read, each replaced as a whole.
//!
//! | file | is |
//! |---|---|
//! | `account.json` | the account's key and address at the authority |
//! | `certificate.pem` | the certificate's key and chain, in one file so that they always fit |
//! | `answers/` | what is shown to the authority while an order is under way |
//! | `order.json` | what became of the last order, and when the next may be |
//! | `lock` | held by whoever orders; the system frees it when its holder dies |

use std::{
    fs::{DirBuilder, File, OpenOptions, TryLockError},
    io::{self, Write},
    path::{Path, PathBuf},
};

use platform::{Error, Result};

/// The folder.
#[derive(Debug, Clone)]
pub(crate) struct Folder(PathBuf);

/// The right to order and to write into the folder, until it is dropped.
pub(crate) struct Lock(#[expect(dead_code, reason = "closing the file gives the right back")] File);

impl Folder {
    const ACCOUNT: &str = "account.json";
    const CERTIFICATE: &str = "certificate.pem";
    const ORDER: &str = "order.json";
    const LOCK: &str = "lock";

    /// Makes the folder where it is not there. Fails where it cannot be written to.
    pub async fn open(path: &Path) -> Result<Self> {
        let folder = Self(path.to_owned());
        let answers = folder.answers();
        blocking(&folder.0, move || make(&answers)).await?;
        Ok(folder)
    }

    /// Where key and chain lie.
    pub fn certificate(&self) -> PathBuf {
        self.0.join(Self::CERTIFICATE)
    }

    /// Where the answers lie that anybody may read over HTTP.
    pub fn answers(&self) -> PathBuf {
        self.0.join("answers")
    }

    /// The right to order; `None` while another has it.
    pub async fn lock(&self) -> Result<Option<Lock>> {
        let path = self.0.join(Self::LOCK);
        blocking(&self.0, move || {
            let file = private().create(true).truncate(false).open(path)?;
            match file.try_lock() {
                Ok(()) => Ok(Some(Lock(file))),
                Err(TryLockError::WouldBlock) => Ok(None),
                Err(TryLockError::Error(error)) => Err(error),
            }
        })
        .await
    }

    /// The account as it was kept.
    pub async fn account(&self) -> Result<Option<Vec<u8>>> {
        self.read(Self::ACCOUNT).await
    }

    /// Keeps the account.
    pub async fn keep_account(&self, _: &Lock, account: Vec<u8>) -> Result<()> {
        self.write(self.0.join(Self::ACCOUNT), account).await
    }

    /// Forgets the account, so that the next order makes a new one.
    pub async fn forget_account(&self, _: &Lock) -> Result<()> {
        let path = self.0.join(Self::ACCOUNT);
        blocking(&self.0, move || gone(std::fs::remove_file(path))).await
    }

    /// What became of the last order.
    pub async fn record(&self) -> Result<Option<Vec<u8>>> {
        self.read(Self::ORDER).await
    }

    /// Keeps what became of an order.
    pub async fn keep_record(&self, _: &Lock, record: Vec<u8>) -> Result<()> {
        self.write(self.0.join(Self::ORDER), record).await
    }

    /// Whether a certificate lies here.
    pub async fn has_certificate(&self) -> Result<bool> {
        let path = self.certificate();
        blocking(&self.0, move || path.try_exists()).await
    }

    /// Keeps a certificate's key and chain.
    pub async fn keep_certificate(&self, _: &Lock, pem: String) -> Result<()> {
        self.write(self.certificate(), pem.into_bytes()).await
    }

    /// Shows an answer to whoever asks for the token.
    pub async fn show(&self, _: &Lock, token: &str, proof: &str) -> Result<()> {
        if !is_token(token) {
            return Err(Error::internal("the authority's token is none"));
        }
        self.write(self.answers().join(token), proof.as_bytes().to_vec()).await
    }

    /// Takes all answers away.
    pub async fn clear(&self, _: &Lock) -> Result<()> {
        let answers = self.answers();
        blocking(&self.0, move || {
            for entry in std::fs::read_dir(answers)? {
                gone(std::fs::remove_file(entry?.path()))?;
            }
            Ok(())
        })
        .await
    }

    async fn read(&self, name: &str) -> Result<Option<Vec<u8>>> {
        let path = self.0.join(name);
        blocking(&self.0, move || match std::fs::read(path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        })
        .await
    }

    async fn write(&self, path: PathBuf, bytes: Vec<u8>) -> Result<()> {
        blocking(&self.0, move || replace(&path, &bytes)).await
    }
}

/// Whether this can be a token (RFC 8555 §8.3): letters of base64url. No path can be written with them.
pub(crate) fn is_token(text: &str) -> bool {
    !text.is_empty() && text.len() <= 200 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
}

/// Files may lie on another machine, which may take its time.
async fn blocking<T: Send + 'static>(
    folder: &Path,
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await.map_err(Error::internal)?;
    done.map_err(|e| Error::internal(format_args!("gateway.acme_folder {}: {e}", folder.display())))
}

fn make(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Writes beside the file and then in its place: whoever reads sees the old bytes or the new ones, also after a loss of
/// power.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = path.with_added_extension("new");
    gone(std::fs::remove_file(&beside))?;
    let mut file = private().create_new(true).open(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&beside, path)?;
    match path.parent() {
        Some(parent) => File::open(parent)?.sync_all(),
        None => Ok(()),
    }
}

/// Something that is not there need not be taken away.
fn gone(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::{Folder, is_token};

    #[tokio::test]
    async fn one_orders_at_a_time() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::open(&place.path().join("shared/acme")).await.unwrap();
        let (one, other) = (folder.lock().await.unwrap(), folder.lock().await.unwrap());
        assert!(one.is_some() && other.is_none());
        drop(one);
        assert!(folder.lock().await.unwrap().is_some(), "and the next when the first has ended");
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn what_is_kept_is_for_the_program_alone() {
        use std::os::unix::fs::PermissionsExt;

        let place = tempfile::tempdir().unwrap();
        let folder = Folder::open(&place.path().join("acme")).await.unwrap();
        let lock = folder.lock().await.unwrap().unwrap();
        folder.keep_certificate(&lock, "old".to_owned()).await.unwrap();
        folder.keep_certificate(&lock, "new".to_owned()).await.unwrap();
        folder.keep_account(&lock, b"account".to_vec()).await.unwrap();
        folder.show(&lock, "token-1_a", "proof").await.unwrap();
        let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        for file in [folder.certificate(), place.path().join("acme/account.json"), place.path().join("acme/lock")] {
            assert_eq!(mode(&file), 0o600, "{}", file.display());
        }
        assert_eq!((mode(&place.path().join("acme")), mode(&folder.answers())), (0o700, 0o700));
        assert_eq!(std::fs::read_to_string(folder.certificate()).unwrap(), "new");
        folder.clear(&lock).await.unwrap();
        assert_eq!(std::fs::read_dir(folder.answers()).unwrap().count(), 0);
        folder.forget_account(&lock).await.unwrap();
        assert_eq!(folder.account().await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_token_is_no_path() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::open(place.path()).await.unwrap();
        let lock = folder.lock().await.unwrap().unwrap();
        for token in ["../x", "a/b", "a.b", ""] {
            assert!(!is_token(token) && folder.show(&lock, token, "proof").await.is_err(), "{token}");
        }
        assert!(!is_token(&"a".repeat(201)));
    }
}
