//! One HTTP/2 connection to a replica, shared by all calls to it and made anew when it breaks.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::{
    body::Incoming,
    client::conn::http2::{self, SendRequest},
};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use platform::tls::Mutual;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    sync::Mutex,
    time::timeout,
};

/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_millis(500);
/// How often a silent peer is asked whether it is there, and how long it may take to say so.
const ASK: Duration = Duration::from_secs(2);
const ANSWER: Duration = Duration::from_secs(1);

/// The body of a call.
pub(crate) type Body = Full<Bytes>;

/// Why there was no answer.
#[derive(Debug)]
pub(crate) struct Failed {
    /// Whether the replica may have begun to do what was asked.
    pub(crate) begun: bool,
    /// For the log.
    pub(crate) why: String,
}

impl Failed {
    fn before(why: impl std::fmt::Display) -> Self {
        Self { begun: false, why: why.to_string() }
    }

    /// The replica may be at it.
    pub(crate) fn after(why: impl std::fmt::Display) -> Self {
        Self { begun: true, why: why.to_string() }
    }
}

/// How connections of one service are made sure: by whose certificate, and to whom.
#[derive(Debug, Clone)]
pub(crate) struct Secure {
    pub(crate) tls: Arc<Mutual>,
    /// The name that whoever answers must have a certificate for: their role.
    pub(crate) name: &'static str,
}

/// The connection to one address.
#[derive(Debug)]
pub(crate) struct Connection {
    address: SocketAddr,
    secure: Option<Secure>,
    open: Mutex<Option<SendRequest<Body>>>,
}

impl Connection {
    /// Not made yet.
    pub(crate) fn to(address: SocketAddr, secure: Option<Secure>) -> Self {
        Self { address, secure, open: Mutex::default() }
    }

    /// Sends a request and answers the head of the answer. A connection that broke while it lay idle is made anew.
    pub(crate) async fn send(&self, request: Request<Body>) -> Result<Response<Incoming>, Failed> {
        let mut sender = self.sender().await?;
        match sender.try_send_request(request).await {
            Ok(response) => Ok(response),
            Err(mut refused) => match refused.take_message() {
                // It never left this process.
                Some(request) => {
                    self.forget().await;
                    let mut sender = self.sender().await?;
                    sender
                        .send_request(request)
                        .await
                        .map_err(|e| Failed { begun: !e.is_canceled(), why: e.to_string() })
                }
                None => Err(Failed::after(refused.into_error())),
            },
        }
    }

    /// Lets the connection go, so that the next call makes a new one.
    pub(crate) async fn forget(&self) {
        *self.open.lock().await = None;
    }

    async fn sender(&self) -> Result<SendRequest<Body>, Failed> {
        let mut open = self.open.lock().await;
        if let Some(sender) = open.as_ref().filter(|sender| !sender.is_closed()) {
            return Ok(sender.clone());
        }
        let sender = timeout(CONNECT, self.connect()).await.map_err(Failed::before)??;
        *open = Some(sender.clone());
        Ok(sender)
    }

    async fn connect(&self) -> Result<SendRequest<Body>, Failed> {
        let stream = TcpStream::connect(self.address).await.map_err(Failed::before)?;
        stream.set_nodelay(true).map_err(Failed::before)?;
        match &self.secure {
            Some(Secure { tls, name }) => self.greet(tls.connect(name, stream).await.map_err(Failed::before)?).await,
            None => self.greet(stream).await,
        }
    }

    async fn greet<S>(&self, stream: S) -> Result<SendRequest<Body>, Failed>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let (sender, connection) = http2::Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            .keep_alive_interval(ASK)
            .keep_alive_timeout(ANSWER)
            .keep_alive_while_idle(true)
            .initial_stream_window_size(1 << 20)
            .initial_connection_window_size(4 << 20)
            .handshake(TokioIo::new(stream))
            .await
            .map_err(Failed::before)?;
        let address = self.address;
        tokio::spawn(async move {
            // Peers come and go; calls under way are told by their own errors.
            if let Err(error) = connection.await {
                tracing::debug!(%address, %error, "a connection to a service ended");
            }
        });
        Ok(sender)
    }
}
