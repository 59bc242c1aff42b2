//! The way to replicas: plain, or one on which both ends show certificates. The name a replica must have a certificate for
//! is that of its service. An address where a replica only tells whether it is ready is always plain.

use std::{
    future::Future,
    io,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use http::Uri;
use hyper_util::{
    client::legacy::connect::{Connected, Connection, HttpConnector},
    rt::TokioIo,
};
use platform::tls::Mutual;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::client::TlsStream;

use crate::replica::Service;

/// Makes connections to replicas of these services.
#[derive(Clone)]
pub(crate) struct Way {
    plain: HttpConnector,
    patience: Duration,
    sure: Option<Arc<Mutual>>,
    services: Arc<[Arc<Service>]>,
}

impl Way {
    /// Connections to these services are made within so long, and sure where there is a certificate to show.
    pub fn new(patience: Duration, sure: Option<Arc<Mutual>>, services: &[Arc<Service>]) -> Self {
        let mut plain = HttpConnector::new();
        plain.set_nodelay(true);
        plain.set_connect_timeout(Some(patience));
        Self { plain, patience, sure, services: services.into() }
    }

    /// By whose certificate who answers there is known; none where nobody takes requests.
    fn name(&self, to: &Uri) -> Option<Arc<str>> {
        let to: SocketAddr = to.authority()?.as_str().parse().ok()?;
        let takes = |service: &&Arc<Service>| service.replicas().iter().any(|replica| replica.address == to);
        self.services.iter().find(takes).map(|service| service.name.clone())
    }
}

impl tower::Service<Uri> for Way {
    type Response = TokioIo<Stream>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<TokioIo<Stream>>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.plain.poll_ready(cx).map_err(io::Error::other)
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        let sure = self.sure.clone().and_then(|sure| Some((sure, self.name(&to)?)));
        let (connecting, patience) = (self.plain.call(to), self.patience);
        Box::pin(async move {
            let stream = connecting.await.map_err(io::Error::other)?.into_inner();
            let Some((sure, name)) = sure else { return Ok(TokioIo::new(Stream::Plain(stream))) };
            let stream = timeout(patience, sure.connect(&name, stream)).await.map_err(io::Error::other)??;
            Ok(TokioIo::new(Stream::Sure(Box::new(stream))))
        })
    }
}

/// A connection to a replica.
pub(crate) enum Stream {
    /// As it is.
    Plain(TcpStream),
    /// Encrypted; both have shown who they are.
    Sure(Box<TlsStream<TcpStream>>),
}

impl Connection for Stream {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

impl AsyncRead for Stream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(cx, into),
            Self::Sure(stream) => Pin::new(stream).poll_read(cx, into),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, from: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(cx, from),
            Self::Sure(stream) => Pin::new(stream).poll_write(cx, from),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Self::Sure(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Sure(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}
