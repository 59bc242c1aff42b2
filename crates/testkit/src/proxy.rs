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
                let wire = *state.borrow();
                if wire.open {
                    tokio::spawn(carry(client, server.clone(), wire.cuts, state.clone()));
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

/// Carries bytes until the next cut after so many, also where that comes while the server is still being reached.
async fn carry(mut client: TcpStream, server: String, cuts: u64, mut state: watch::Receiver<Wire>) {
    let carrying = async {
        let Ok(mut server) = TcpStream::connect(&server).await else { return };
        let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
    };
    tokio::select! {
        biased;
        _ = state.wait_for(|wire| wire.cuts != cuts) => {}
        () = carrying => {}
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::{
        net::{TcpListener, TcpStream},
        sync::watch,
        time::timeout,
    };

    use super::{Wire, carry};

    #[tokio::test]
    async fn a_cut_while_the_server_is_being_reached_is_a_cut() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = listener.local_addr().unwrap().to_string();
        let client = TcpStream::connect(&server).await.unwrap();
        let (_wire, state) = watch::channel(Wire { open: true, cuts: 1 });
        let carried = timeout(Duration::from_secs(5), carry(client, server, 0, state)).await;
        assert!(carried.is_ok(), "it was accepted before the cut");
    }
}
