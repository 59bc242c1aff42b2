//! Accepts connections: as many as there is room for, TLS where there is a certificate.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use futures_util::FutureExt;
use hyper_util::{rt::TokioExecutor, server::conn::auto};
use tokio::{
    net::{TcpListener, TcpStream},
    time::timeout,
};
use tokio_rustls::TlsAcceptor;

use crate::{
    connection::{Caller, protocol, serve},
    front::Front,
    numbers,
    phase::{Phase, Place, Room},
    visit::{is_proxy, network_of},
};

/// Where connections come in.
pub(crate) struct Door {
    pub listener: TcpListener,
    pub tls: Option<TlsAcceptor>,
    pub front: Arc<Front>,
    pub room: Arc<Room>,
}

/// What every connection is served with.
struct Service {
    tls: Option<TlsAcceptor>,
    front: Arc<Front>,
    protocol: auto::Builder<TokioExecutor>,
}

impl Door {
    /// Lets connections in until the gateway closes.
    pub async fn run(self) {
        let protocol = protocol(&self.front.settings.times());
        let service = Arc::new(Service { tls: self.tls, front: self.front, protocol });
        let mut phase = service.front.phase();
        loop {
            let next = async {
                let permit = self.room.permit().await;
                (permit, self.listener.accept().await)
            };
            let (permit, accepted) = tokio::select! {
                biased;
                () = phase.reached(Phase::Closing) => break,
                next = next => next,
            };
            match accepted {
                Ok((stream, peer)) => admit(&service, &self.room, permit, stream, peer),
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    pause().await;
                }
            }
        }
        // Who is connected already, but not accepted yet, has perhaps sent a request.
        while let Some(Ok((stream, peer))) = self.listener.accept().now_or_never() {
            let Some(permit) = self.room.permit().now_or_never() else { break };
            admit(&service, &self.room, permit, stream, peer);
        }
    }
}

fn admit(
    service: &Arc<Service>,
    room: &Arc<Room>,
    permit: tokio::sync::OwnedSemaphorePermit,
    stream: TcpStream,
    peer: SocketAddr,
) {
    let address = peer.ip().to_canonical();
    let counted = (!is_proxy(&service.front.proxies, address)).then(|| network_of(address));
    let Some(place) = room.place(permit, counted) else {
        numbers::refused("connections");
        return;
    };
    tokio::spawn(receive(service.clone(), place, stream, peer));
}

async fn receive(service: Arc<Service>, place: Place, stream: TcpStream, peer: SocketAddr) {
    let _open = numbers::Connection::open();
    // Small answers must not wait for the other side's acknowledgement.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY could not be set");
    }
    let front = &service.front;
    let caller = |secure| Caller { peer: peer.ip(), secure, _place: place };
    match &service.tls {
        None => serve(stream, caller(false), front, &service.protocol, &front.settings).await,
        Some(tls) => match timeout(front.settings.times().head, tls.accept(stream)).await {
            Ok(Ok(stream)) => serve(stream, caller(true), front, &service.protocol, &front.settings).await,
            Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
            Err(_) => tracing::debug!("a TLS handshake took too long"),
        },
    }
}

/// When accepting fails (no file descriptors left), time is what helps.
#[expect(clippy::disallowed_methods, reason = "there is no event to wait for: the system frees descriptors by itself")]
async fn pause() {
    tokio::time::sleep(Duration::from_millis(50)).await;
}
