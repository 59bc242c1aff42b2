//! A house that answers at an address, until it is told to stop.

use std::{net::SocketAddr, time::Instant};

use platform::{
    Error, Result,
    http::{ServeLimits, serve_with},
};
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

use crate::wiring::{House, Running};

/// A running house and where it is reached.
pub struct Site {
    /// The address it listens at.
    pub address: SocketAddr,
    running: Running,
    stop: watch::Sender<bool>,
    servers: Vec<JoinHandle<()>>,
}

impl Site {
    /// Listens, starts everything, and answers when requests are taken.
    pub async fn open(house: House, began: Instant) -> Result<Self> {
        let server = house.settings.server.clone();
        let listener = listen(&server.listen).await?;
        let operations = match server.operations_listen.as_str() {
            "" => None,
            address => Some((listen(address).await?, house.operations()?)),
        };
        let address = listener.local_addr().map_err(Error::internal)?;
        let running = house.start().await?;
        let (stop, stopped) = watch::channel(false);
        let limits = ServeLimits { connections: server.connections, ..ServeLimits::default() };
        let mut servers = vec![tokio::spawn(serve_with(listener, running.router()?, told(stopped.clone()), limits))];
        if let Some((listener, router)) = operations {
            servers.push(tokio::spawn(serve_with(listener, router, told(stopped), limits)));
        }
        tracing::info!(%address, milliseconds = began.elapsed().as_millis() as u64, "ready");
        Ok(Self { address, running, stop, servers })
    }

    /// The address people see.
    pub fn url(&self) -> String {
        match self.running.house.settings.server.public_url.trim_end_matches('/') {
            "" => format!("http://{}", self.address),
            public => public.to_owned(),
        }
    }

    /// The house with everything moving.
    pub fn running(&self) -> &Running {
        &self.running
    }

    /// Takes no more requests, finishes those under way, then stops the rest and closes the databases.
    pub async fn close(self) {
        let _ = self.stop.send(true);
        for server in self.servers {
            if server.await.is_err() {
                tracing::error!("a server had panicked");
            }
        }
        self.running.stop().await;
    }
}

async fn listen(address: &str) -> Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|e| {
        let hint =
            if e.kind() == std::io::ErrorKind::AddrInUse { "; name another, port 0 takes a free one" } else { "" };
        Error::internal(format_args!("cannot listen at {address}: {e}{hint}"))
    })
}

async fn told(mut stopped: watch::Receiver<bool>) {
    // The sender's end is an end too.
    let _ = stopped.wait_for(|stop| *stop).await;
}

/// Resolves when the machine or a person asks the program to end.
pub async fn asked_to_end() {
    let interrupt = tokio::signal::ctrl_c();
    tokio::select! {
        _ = interrupt => {}
        () = terminated() => {}
    }
}

#[cfg(unix)]
async fn terminated() {
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut signal) => drop(signal.recv().await),
        Err(_) => std::future::pending().await,
    }
}

#[cfg(not(unix))]
async fn terminated() {
    std::future::pending().await
}
