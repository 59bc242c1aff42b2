//! TLS with certificate files that are read again when they change, so that they can be renewed while everybody stays
//! connected. A pair that does not fit is not taken: the old one stays.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use arc_swap::ArcSwapOption;
use platform::{Clock, Error, Result};
use tokio::time::interval;
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::{CryptoProvider, aws_lc_rs},
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
        server::{ClientHello, ResolvesServerCert, ServerSessionMemoryCache},
        sign::CertifiedKey,
    },
};

use crate::{life::Life, numbers};

/// The certificate in force and the files it comes from.
pub(crate) struct Certificates {
    chain: PathBuf,
    key: PathBuf,
    provider: Arc<CryptoProvider>,
    /// Whether there may be none, because it is still to be ordered.
    ordered: bool,
    current: Arc<Current>,
    seen: AtomicU64,
}

/// Nobody is shaken hands with while there is none.
#[derive(Debug, Default)]
struct Current(ArcSwapOption<Held>);

#[derive(Debug)]
struct Held {
    key: Arc<CertifiedKey>,
    life: Option<Life>,
}

impl ResolvesServerCert for Current {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.0.load().as_ref().map(|held| held.key.clone())
    }
}

impl Certificates {
    /// Reads both files. Fails where they cannot be read, or where the key is another certificate's.
    pub async fn open(chain: PathBuf, key: PathBuf) -> Result<Arc<Self>> {
        let certificates = Self::of(chain, key, false);
        certificates.reload().await?;
        Ok(Arc::new(certificates))
    }

    /// Reads a file of key and chain that is still to be written, or to be written anew.
    pub async fn ordered(file: PathBuf) -> Arc<Self> {
        let certificates = Self::of(file.clone(), file, true);
        if let Err(error) = certificates.reload().await {
            tracing::warn!(%error, "the certificate cannot be read; another is ordered");
        }
        Arc::new(certificates)
    }

    fn of(chain: PathBuf, key: PathBuf, ordered: bool) -> Self {
        let provider = Arc::new(aws_lc_rs::default_provider());
        Self { chain, key, provider, ordered, current: Arc::default(), seen: AtomicU64::new(0) }
    }

    /// How long the certificate in force lives; `None` where there is none, or none that can be read.
    pub fn life(&self) -> Option<Life> {
        self.current.0.load().as_ref().and_then(|held| held.life.clone())
    }

    /// Accepts TLS 1.2 and 1.3, HTTP/2 before HTTP/1.1.
    pub fn acceptor(&self) -> Result<TlsAcceptor> {
        let mut config = ServerConfig::builder_with_provider(self.provider.clone())
            .with_safe_default_protocol_versions()
            .map_err(Error::internal)?
            .with_no_client_auth()
            .with_cert_resolver(self.current.clone());
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        config.session_storage = ServerSessionMemoryCache::new(10_000);
        config.ticketer = aws_lc_rs::Ticketer::new().map_err(Error::internal)?;
        Ok(TlsAcceptor::from(Arc::new(config)))
    }

    /// Takes what the files hold now. Answers whether it is something else; fails, and keeps what it has, where the
    /// files do not fit: one of two may have been written.
    pub async fn reload(&self) -> Result<bool> {
        if self.ordered && !tokio::fs::try_exists(&self.chain).await.map_err(Error::internal)? {
            return Ok(false);
        }
        let (texts, seen) = read(&self.chain, &self.key).await?;
        if seen == self.seen.load(Ordering::Relaxed) {
            return Ok(false);
        }
        let key = certified(&texts, &self.provider)?;
        let life = key.end_entity_cert().ok().and_then(|certificate| Life::of(certificate));
        self.current.0.store(Some(Arc::new(Held { key: Arc::new(key), life })));
        self.seen.store(seen, Ordering::Relaxed);
        Ok(true)
    }

    /// Looks at the files again and again, until it is aborted.
    pub async fn watch(self: Arc<Self>, every: Duration, clock: Clock) {
        let mut looks = interval(every.max(Duration::from_secs(1)));
        loop {
            looks.tick().await;
            let reloaded = self.reload().await;
            numbers::certificate(reloaded.is_err());
            let life = self.life();
            // One of an unusual kind, whose life we cannot read, is no missing one.
            if self.ordered || life.is_some() {
                numbers::life(life.as_ref(), clock.now());
            }
            match reloaded {
                Ok(true) => tracing::info!("the certificate was renewed"),
                Ok(false) => {}
                Err(error) => tracing::error!(%error, "the certificate stays as it is"),
            }
        }
    }
}

/// Both files and what tells them from others.
async fn read(chain: &PathBuf, key: &PathBuf) -> Result<((Vec<u8>, Vec<u8>), u64)> {
    let text = async |path: &PathBuf| {
        tokio::fs::read(path).await.map_err(|e| Error::internal(format_args!("{}: {e}", path.display())))
    };
    let texts = (text(chain).await?, text(key).await?);
    let mut hasher = DefaultHasher::new();
    texts.hash(&mut hasher);
    Ok((texts, hasher.finish()))
}

fn certified((chain, key): &(Vec<u8>, Vec<u8>), provider: &CryptoProvider) -> Result<CertifiedKey> {
    let chain: Vec<_> = CertificateDer::pem_slice_iter(chain)
        .collect::<std::result::Result<_, _>>()
        .map_err(|e| Error::internal(format_args!("gateway.certificate: {e}")))?;
    let key =
        PrivateKeyDer::from_pem_slice(key).map_err(|e| Error::internal(format_args!("gateway.private_key: {e}")))?;
    CertifiedKey::from_der(chain, key, provider).map_err(|e| Error::internal(format_args!("gateway.certificate: {e}")))
}
