//! TLS with certificate files that are read again when they change, so that an ACME client can renew them while
//! everybody stays connected. A pair that does not fit is not taken: the old one stays.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use arc_swap::ArcSwap;
use platform::{Error, Result};
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

use crate::numbers;

/// The certificate in force and the files it comes from.
pub(crate) struct Certificates {
    chain: PathBuf,
    key: PathBuf,
    provider: Arc<CryptoProvider>,
    current: Arc<Current>,
    seen: AtomicU64,
}

#[derive(Debug)]
struct Current(ArcSwap<CertifiedKey>);

impl ResolvesServerCert for Current {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.load_full())
    }
}

impl Certificates {
    /// Reads both files. Fails where they cannot be read, or where the key is another certificate's.
    pub async fn open(chain: PathBuf, key: PathBuf) -> Result<Arc<Self>> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let (texts, seen) = read(&chain, &key).await?;
        let current = Arc::new(Current(ArcSwap::from_pointee(certified(&texts, &provider)?)));
        Ok(Arc::new(Self { chain, key, provider, current, seen: AtomicU64::new(seen) }))
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
    /// files do not fit: an ACME client may have written one of two.
    pub async fn reload(&self) -> Result<bool> {
        let (texts, seen) = read(&self.chain, &self.key).await?;
        if seen == self.seen.load(Ordering::Relaxed) {
            return Ok(false);
        }
        self.current.0.store(Arc::new(certified(&texts, &self.provider)?));
        self.seen.store(seen, Ordering::Relaxed);
        Ok(true)
    }

    /// Looks at the files again and again, until it is aborted.
    pub async fn watch(self: Arc<Self>, every: Duration) {
        let mut looks = interval(every.max(Duration::from_secs(1)));
        loop {
            looks.tick().await;
            let reloaded = self.reload().await;
            numbers::certificate(reloaded.is_err());
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
