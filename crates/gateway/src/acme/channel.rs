//! The way to the authority: HTTPS, one connection for each of the few requests, bounded in time and size.

use std::{error::Error as StdError, future::Future, path::Path, pin::Pin, time::Duration};

use bytes::Bytes;
use http::{HeaderValue, Request, Uri, header, uri::Scheme};
use http_body_util::{BodyExt, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use instant_acme::{BodyWrapper, BytesResponse, HttpClient};
use platform::{
    Error, Result,
    tls::{to_the_world, to_the_world_and},
};
use tokio::{net::TcpStream, time::timeout};
use tokio_rustls::{
    TlsConnector,
    rustls::pki_types::{CertificateDer, ServerName, pem::PemObject},
};

/// How long one request may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// The largest answer that is read; a chain of certificates has a few thousand bytes.
const LARGEST: usize = 1024 * 1024;

type Cause = Box<dyn StdError + Send + Sync>;

/// Asks the authority.
#[derive(Clone)]
pub(crate) struct Channel(TlsConnector);

impl Channel {
    /// Trusts whom the machine trusts, and the authority in this file.
    pub async fn new(trust: Option<&Path>) -> Result<Self> {
        let Some(file) = trust else { return Ok(Self(to_the_world()?)) };
        let wrong = |e: &dyn std::fmt::Display| {
            Error::internal(format_args!("setting gateway.acme_trust: {}: {e}", file.display()))
        };
        let text = tokio::fs::read(file).await.map_err(|e| wrong(&e))?;
        let authorities =
            CertificateDer::pem_slice_iter(&text).collect::<Result<Vec<_>, _>>().map_err(|e| wrong(&e))?;
        to_the_world_and(authorities).map(Self).map_err(|e| wrong(&e))
    }

    async fn ask(&self, mut request: Request<BodyWrapper<Bytes>>) -> Result<BytesResponse, Cause> {
        let (host, port) = place(request.uri()).ok_or("the authority names an address without https")?;
        let stream = TcpStream::connect((host.as_str(), port)).await?;
        let stream = self.0.connect(ServerName::try_from(host)?, stream).await?;
        let authority = request.uri().authority().ok_or("the authority names an address without a host")?;
        let authority = HeaderValue::from_str(authority.as_str())?;
        request.headers_mut().insert(header::HOST, authority);
        let target = request.uri().path_and_query().cloned();
        *request.uri_mut() = target.map_or(Uri::from_static("/"), Uri::from);
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        let driving = Driving(tokio::spawn(connection));
        let (parts, body) = sender.send_request(request).await?.into_parts();
        let body = Limited::new(body, LARGEST).collect().await?.to_bytes();
        drop(driving);
        Ok(BytesResponse { parts, body: Box::new(body) })
    }
}

impl HttpClient for Channel {
    fn request(
        &self,
        request: Request<BodyWrapper<Bytes>>,
    ) -> Pin<Box<dyn Future<Output = Result<BytesResponse, instant_acme::Error>> + Send>> {
        let channel = self.clone();
        Box::pin(async move {
            let answered = timeout(PATIENCE, channel.ask(request)).await;
            answered.unwrap_or_else(|_| Err("the authority does not answer".into())).map_err(instant_acme::Error::Other)
        })
    }
}

/// A connection that is driven until this is dropped.
struct Driving(tokio::task::JoinHandle<hyper::Result<()>>);

impl Drop for Driving {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Host and port of an address with https.
fn place(uri: &Uri) -> Option<(String, u16)> {
    let host = uri.host()?.trim_start_matches('[').trim_end_matches(']');
    (uri.scheme() == Some(&Scheme::HTTPS)).then(|| (host.to_owned(), uri.port_u16().unwrap_or(443)))
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn only_https_is_asked() {
        let at = |uri: &'static str| place(&http::Uri::from_static(uri));
        assert_eq!(at("https://authority.example/directory"), Some(("authority.example".to_owned(), 443)));
        assert_eq!(at("https://[::1]:14000/dir"), Some(("::1".to_owned(), 14000)));
        assert_eq!(at("http://authority.example/directory"), None);
        assert_eq!(at("/directory"), None);
    }
}
