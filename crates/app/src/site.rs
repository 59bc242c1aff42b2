//! A house that answers at an address, until it is told to stop.

use std::{net::SocketAddr, sync::Arc, time::Instant};

use axum::Router;
use platform::{
    Error, Result,
    http::{ServeLimits, serve_over},
    tls::Mutual,
};
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

use crate::wiring::{House, Running, entry_checks};

/// A running house and where it is reached.
pub struct Site {
    /// The address people and programs reach.
    pub address: SocketAddr,
    running: Running,
    gateway: Option<gateway::Handle>,
    stop: watch::Sender<bool>,
    servers: Vec<JoinHandle<()>>,
}

/// The listeners of a house, in the order in which they are opened: an address that is taken is told before anything
/// moves.
struct Doors {
    routes: Option<TcpListener>,
    services: Option<TcpListener>,
    operations: Option<TcpListener>,
}

impl Doors {
    async fn open(house: &House) -> Result<Self> {
        let server = &house.settings.server;
        // A gateway alone has no routes of its own.
        let routes = (house.roles.is_whole() || house.roles.is_behind_a_gateway()).then_some(server.listen.as_str());
        let services = Some(house.settings.services.listen.as_str()).filter(|_| !house.roles.is_whole());
        Ok(Self {
            routes: maybe(routes).await?,
            services: maybe(services).await?,
            operations: maybe(Some(server.operations_listen.as_str())).await?,
        })
    }
}

impl Site {
    /// Listens, starts everything, and answers when requests are taken.
    pub async fn open(house: House, began: Instant) -> Result<Self> {
        let doors = Doors::open(&house).await?;
        let limits = ServeLimits { connections: house.settings.server.connections, ..ServeLimits::default() };
        let own = doors.routes.as_ref().map(TcpListener::local_addr).transpose().map_err(Error::internal)?;
        let running = house.start().await?;
        let (stop, stopped) = watch::channel(false);
        let mut servers = Vec::new();
        let mut serve = |listener: Option<TcpListener>, router: Router, tls: Option<Arc<Mutual>>| {
            if let Some(listener) = listener {
                servers.push(tokio::spawn(serve_over(listener, router, told(stopped.clone()), limits, tls)));
            }
        };
        let tls = running.house.tls();
        if doors.routes.is_some() {
            serve(doors.routes, running.router()?, tls.clone());
        }
        serve(doors.services, running.house.internal(), tls);
        let gateway = running.house.start_gateway(own).await?;
        running.house.needs(entry_checks(gateway.as_ref()));
        if doors.operations.is_some() {
            serve(doors.operations, running.house.operations_with(entry_checks(gateway.as_ref()))?, None);
        }
        let address = gateway.as_ref().map(gateway::Handle::address).or(own);
        let address = address.ok_or_else(|| Error::internal("nothing listens: name a role"))?;
        tracing::info!(%address, roles = running.house.roles.name(), milliseconds = began.elapsed().as_millis() as u64, "ready");
        Ok(Self { address, running, gateway, stop, servers })
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
        if let Some(gateway) = self.gateway {
            gateway.drain().await;
        }
        let _ = self.stop.send(true);
        for server in self.servers {
            if server.await.is_err() {
                tracing::error!("a server had panicked");
            }
        }
        self.running.stop().await;
    }
}

/// A listener at an address, where one is named.
async fn maybe(address: Option<&str>) -> Result<Option<TcpListener>> {
    match address.filter(|address| !address.is_empty()) {
        Some(address) => listen(address).await.map(Some),
        None => Ok(None),
    }
}

async fn listen(address: &str) -> Result<TcpListener> {
    let refused = |e: std::io::Error| Error::conflict("cannot-listen").with("address", address).with("cause", e);
    TcpListener::bind(address).await.map_err(refused)
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
