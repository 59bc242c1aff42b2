//! A wire that can be cut: stands between the program and a server, so that a test loses the server when it wants.

use std::net::SocketAddr;

use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
};

/// A wire to a server.
pub struct Proxy {
    /// Where the program connects to.
    pub address: SocketAddr,
    wire: watch::Sender<Wire>,
    listening: JoinHandle<()>,
}

#[derive(Clone, Copy, PartialEq)]
struct Wire {
    /// Whether new connections go through.
    open: bool,
    /// Raised by every cut.
    cuts: u64,
}

impl Proxy {
    /// To this server, such as `127.0.0.1:5672`.
    pub async fn to(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("a listener has an address");
        let (wire, state) = watch::channel(Wire { open: true, cuts: 0 });
        let server = server.to_owned();
        let listening = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                if state.borrow().open {
                    tokio::spawn(carry(client, server.clone(), state.clone()));
                }
            }
        });
        Self { address, wire, listening }
    }

    /// Cuts every connection; new ones go through.
    pub fn cut(&self) {
        self.wire.send_modify(|wire| wire.cuts += 1);
    }

    /// Cuts every connection and lets none through, as if the server were gone.
    pub fn shut(&self) {
        self.wire.send_modify(|wire| *wire = Wire { open: false, cuts: wire.cuts + 1 });
    }

    /// Lets connections through again.
    pub fn open(&self) {
        self.wire.send_modify(|wire| wire.open = true);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

async fn carry(mut client: TcpStream, server: String, mut state: watch::Receiver<Wire>) {
    let Ok(mut server) = TcpStream::connect(&server).await else { return };
    let cuts = state.borrow().cuts;
    tokio::select! {
        _ = tokio::io::copy_bidirectional(&mut client, &mut server) => {}
        _ = state.wait_for(|wire| wire.cuts != cuts) => {}
    }
}
