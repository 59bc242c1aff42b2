//! Files in a bucket of S3, of Google Cloud Storage, or of what speaks as they do.
//!
//! A small client of our own: an object is put, got and deleted, and nothing else. The library for it (`object_store`
//! 0.13) would bring `ring` as a second library of ciphers into a program that has one, and with both on, what chooses
//! the default of TLS for the broker's and the cache's connections is no longer decided.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Method, Request, StatusCode, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use jiff::{SignedDuration, Timestamp};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::{TlsConnector, rustls::pki_types::ServerName};
use url::Url;

use super::{
    BlobName, Blobs, Kind, Settings, accepted,
    signing::{Asked, Signer},
};
use crate::{
    error::{Error, Result},
    tls,
};

/// How long a file may take on its way.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long a signature of a request of our own is good.
const SOON: SignedDuration = SignedDuration::from_mins(5);

/// Files in a bucket.
#[derive(Clone)]
pub struct Bucket {
    /// As people's browsers reach it: `https://host`.
    origin: String,
    host: String,
    /// Where connections go.
    address: (String, u16),
    tls: Option<(TlsConnector, ServerName<'static>)>,
    /// What stands before a name: `/bucket/`.
    path: String,
    signer: Signer,
    max_bytes: u64,
}

impl Bucket {
    /// The bucket at `https://host/bucket`, or one below `http://` in a network of one's own.
    pub fn new(url: &str, settings: &Settings) -> Result<Self> {
        let wrong = || Error::internal("setting files.url is no address of a bucket: s3:https://host/bucket");
        let url: Url = url.parse().map_err(|_| wrong())?;
        let name = url.host_str().ok_or_else(wrong)?.to_owned();
        let port = url.port_or_known_default().ok_or_else(wrong)?;
        let tls = match url.scheme() {
            "https" => Some((tls::to_the_world()?, ServerName::try_from(name.clone()).map_err(|_| wrong())?)),
            "http" => None,
            _ => return Err(wrong()),
        };
        let host = url.port().map_or_else(|| name.clone(), |port| format!("{name}:{port}"));
        Ok(Self {
            origin: format!("{}://{host}", url.scheme()),
            host,
            address: (name, port),
            tls,
            path: format!("{}/", url.path().trim_end_matches('/')),
            signer: Signer {
                region: settings.region.clone(),
                access_key: settings.access_key.clone(),
                secret: settings.secret_key.expose().clone().into(),
            },
            max_bytes: settings.max_bytes,
        })
    }

    fn signed(
        &self,
        method: &Method,
        name: &BlobName,
        query: &[(&str, &str)],
        now: Timestamp,
        life: SignedDuration,
    ) -> String {
        let path = format!("{}{}", self.path, name.path());
        let asked = Asked { method: method.as_str(), host: &self.host, path: &path, query };
        self.signer.sign(&asked, now, life)
    }

    /// One request on a connection of its own: files are few and large.
    async fn ask(
        &self,
        method: Method,
        name: &BlobName,
        content: Option<(Kind, Bytes)>,
    ) -> Result<(StatusCode, Bytes)> {
        // The other side judges by the time of the world, whatever the time of an operation is.
        #[expect(clippy::disallowed_methods, reason = "a signature for another's clock")]
        let now = Timestamp::now();
        let mut request = Request::builder().header(header::HOST, &self.host);
        request = request.uri(self.signed(&method, name, &[], now, SOON)).method(method);
        if let Some((kind, _)) = &content {
            request = request.header(header::CONTENT_TYPE, kind.media_type());
        }
        let content = content.map(|(_, content)| content).unwrap_or_default();
        let request = request.body(Full::new(content)).map_err(Error::internal)?;
        let away = |cause: &dyn std::fmt::Display| {
            tracing::warn!(%cause, "the bucket of files does not answer");
            Error::Unavailable("files")
        };
        let asking = async {
            let stream = TcpStream::connect((self.address.0.as_str(), self.address.1)).await.map_err(|e| away(&e))?;
            match &self.tls {
                Some((tls, name)) => {
                    let stream = tls.connect(name.clone(), stream).await.map_err(|e| away(&e))?;
                    exchange(stream, request, self.max_bytes).await
                }
                None => exchange(stream, request, self.max_bytes).await,
            }
            .map_err(|e| away(&e))
        };
        timeout(PATIENCE, asking).await.map_err(|_| away(&"it took too long"))?
    }
}

#[async_trait]
impl Blobs for Bucket {
    async fn put(&self, content: Bytes) -> Result<BlobName> {
        let kind = accepted(&content, self.max_bytes)?;
        let name = BlobName::of(&content);
        match self.ask(Method::PUT, &name, Some((kind, content))).await? {
            (status, _) if status.is_success() => Ok(name),
            (status, _) => Err(refused(status)),
        }
    }

    async fn get(&self, name: &BlobName) -> Result<Bytes> {
        match self.ask(Method::GET, name, None).await? {
            (StatusCode::OK, content) if BlobName::of(&content) == *name => Ok(content),
            (StatusCode::OK, _) => Err(Error::internal("a file is not what its name says")),
            (StatusCode::NOT_FOUND, _) => Err(Error::NotFound("file")),
            (status, _) => Err(refused(status)),
        }
    }

    async fn delete(&self, name: &BlobName) -> Result<()> {
        match self.ask(Method::DELETE, name, None).await? {
            (status, _) if status.is_success() || status == StatusCode::NOT_FOUND => Ok(()),
            (status, _) => Err(refused(status)),
        }
    }

    fn link(&self, name: &BlobName, kind: Kind, now: Timestamp, life: SignedDuration) -> String {
        let query = [("response-cache-control", "private, no-store"), ("response-content-type", kind.media_type())];
        format!("{}{}", self.origin, self.signed(&Method::GET, name, &query, now, life))
    }
}

fn refused(status: StatusCode) -> Error {
    Error::internal(format_args!("the bucket of files answered {status}"))
}

/// Sends a request and reads the answer, of at most so many bytes.
async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: Request<Full<Bytes>>,
    most: u64,
) -> Result<(StatusCode, Bytes), Box<dyn std::error::Error + Send + Sync>> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let driving = tokio::spawn(connection);
    let response = sender.send_request(request).await?;
    let status = response.status();
    let body = Limited::new(response.into_body(), usize::try_from(most)?).collect().await?.to_bytes();
    driving.abort();
    Ok((status, body))
}
