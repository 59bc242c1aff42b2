//! TLS in which both ends show who they are: between the processes of one house. Each has a certificate for the names of
//! its roles, and all trust the one authority that vouches for them. Files that were renewed are read again.
//!
//! And TLS to the rest of the world, whose servers the machine's authorities vouch for.

use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    io,
    path::{Path, PathBuf},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use arc_swap::ArcSwap;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::interval,
};
use tokio_rustls::{
    TlsAcceptor, TlsConnector,
    rustls::{
        ClientConfig, RootCertStore, ServerConfig,
        crypto::{CryptoProvider, aws_lc_rs},
        pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject},
        server::WebPkiClientVerifier,
    },
};

use crate::{Error, Result};

/// How often files are looked at again.
pub const LOOK: Duration = Duration::from_secs(30);

/// The way to servers that the machine's authorities vouch for. Their certificates are read once, for the first who asks;
/// where none could be read, again for the next.
pub fn to_the_world() -> Result<TlsConnector> {
    static WORLD: OnceLock<TlsConnector> = OnceLock::new();
    if let Some(world) = WORLD.get() {
        return Ok(world.clone());
    }
    let roots = of_the_machine();
    let is_there = !roots.is_empty();
    let world = trusting(roots)?;
    Ok(if is_there { WORLD.get_or_init(|| world).clone() } else { world })
}

/// As [`to_the_world`], and to servers that these vouch for beside. Fails where one of them is no certificate.
pub fn to_the_world_and(authorities: Vec<CertificateDer<'static>>) -> Result<TlsConnector> {
    let mut roots = of_the_machine();
    for authority in authorities {
        roots.add(authority).map_err(Error::internal)?;
    }
    trusting(roots)
}

/// Whom the machine trusts.
fn of_the_machine() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
}

fn trusting(roots: RootCertStore) -> Result<TlsConnector> {
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(Error::internal)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

/// What this process shows others, and by whom it knows them.
pub struct Mutual {
    certificate: PathBuf,
    key: PathBuf,
    authority: PathBuf,
    provider: Arc<CryptoProvider>,
    current: ArcSwap<Current>,
    seen: AtomicU64,
}

/// What holds until the files change.
struct Current {
    server: Arc<ServerConfig>,
    client: Arc<ClientConfig>,
}

/// The texts of the files.
#[derive(Hash)]
struct Texts {
    certificate: Vec<u8>,
    key: Vec<u8>,
    authority: Vec<u8>,
}

impl std::fmt::Debug for Mutual {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Mutual({})", self.certificate.display())
    }
}

impl Mutual {
    /// Reads a certificate with its chain, its key, and the certificates of those who vouch for others. Fails where they
    /// cannot be read or do not fit each other.
    pub fn open(certificate: &Path, key: &Path, authority: &Path) -> Result<Arc<Self>> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let texts = Texts::read(certificate, key, authority)?;
        let current = ArcSwap::from_pointee(Current::of(&texts, &provider)?);
        let (certificate, key, authority) = (certificate.to_owned(), key.to_owned(), authority.to_owned());
        Ok(Arc::new(Self { certificate, key, authority, provider, current, seen: AtomicU64::new(texts.mark()) }))
    }

    /// Takes what the files hold now; answers whether it is something else. Fails, and keeps what it has, where they do
    /// not fit: somebody may have written one of three. Connections that are open stay so.
    pub fn reload(&self) -> Result<bool> {
        let texts = Texts::read(&self.certificate, &self.key, &self.authority)?;
        if texts.mark() == self.seen.load(Ordering::Relaxed) {
            return Ok(false);
        }
        self.current.store(Arc::new(Current::of(&texts, &self.provider)?));
        self.seen.store(texts.mark(), Ordering::Relaxed);
        Ok(true)
    }

    /// Looks at the files again and again, until it is aborted.
    pub async fn watch(self: Arc<Self>) {
        let mut looks = interval(LOOK);
        loop {
            looks.tick().await;
            let this = self.clone();
            match tokio::task::spawn_blocking(move || this.reload()).await {
                Ok(Ok(true)) => tracing::info!("the certificate for other processes was renewed"),
                Ok(Ok(false)) => {}
                Ok(Err(error)) => tracing::error!(%error, "the certificate for other processes stays as it is"),
                Err(error) => tracing::error!(%error, "certificates were not looked at"),
            }
        }
    }

    /// Lets a peer in who shows a certificate that is vouched for.
    pub async fn accept<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        stream: S,
    ) -> io::Result<tokio_rustls::server::TlsStream<S>> {
        let current = self.current.load_full();
        TlsAcceptor::from(current.server.clone()).accept(stream).await
    }

    /// Goes to a peer that must show a certificate for that name.
    pub async fn connect<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        name: &str,
        stream: S,
    ) -> io::Result<tokio_rustls::client::TlsStream<S>> {
        let name = ServerName::try_from(name.to_owned()).map_err(io::Error::other)?;
        let current = self.current.load_full();
        TlsConnector::from(current.client.clone()).connect(name, stream).await
    }
}

impl Texts {
    fn read(certificate: &Path, key: &Path, authority: &Path) -> Result<Self> {
        let text = |file: &Path| fs::read(file).map_err(|e| unfit(file, &e));
        Ok(Self { certificate: text(certificate)?, key: text(key)?, authority: text(authority)? })
    }

    fn mark(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.hash(&mut hasher);
        hasher.finish()
    }
}

impl Current {
    fn of(texts: &Texts, provider: &Arc<CryptoProvider>) -> Result<Self> {
        let certificates = |pem: &[u8]| {
            CertificateDer::pem_slice_iter(pem).collect::<std::result::Result<Vec<_>, _>>().map_err(|e| misfit(&e))
        };
        let mut roots = RootCertStore::empty();
        for root in certificates(&texts.authority)? {
            roots.add(root).map_err(|e| misfit(&e))?;
        }
        let (roots, chain) = (Arc::new(roots), certificates(&texts.certificate)?);
        let key = || PrivateKeyDer::from_pem_slice(&texts.key).map_err(|e| misfit(&e));
        let asked = WebPkiClientVerifier::builder_with_provider(roots.clone(), provider.clone());
        let mut server = ServerConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .map_err(|e| misfit(&e))?
            .with_client_cert_verifier(asked.build().map_err(|e| misfit(&e))?)
            .with_single_cert(chain.clone(), key()?)
            .map_err(|e| misfit(&e))?;
        server.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let client = ClientConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .map_err(|e| misfit(&e))?
            .with_root_certificates(roots)
            .with_client_auth_cert(chain, key()?)
            .map_err(|e| misfit(&e))?;
        Ok(Self { server: Arc::new(server), client: Arc::new(client) })
    }
}

fn unfit(file: &Path, cause: &io::Error) -> Error {
    Error::internal(format_args!("{}: {cause}", file.display()))
}

fn misfit(cause: &dyn std::fmt::Display) -> Error {
    Error::internal(format_args!("settings services.tls_certificate, tls_key and tls_authority do not fit: {cause}"))
}
