//! The gateway: the single entry of a network of services. It knows paths, addresses and health; what a request means
//! is for its service to know.
//!
//! A request passes, in this order: a place among the connections and TLS ([`door`]), bounds on time ([`connection`]),
//! name, address and form ([`guard`]), the client's rate ([`limit`]), the routing table ([`table`]), what may be said on
//! whose behalf ([`headers`]), and a replica of its service ([`forward`]). `docs/gateway.md` tells operators the rest.

mod acme;
mod body;
mod compress;
mod connection;
mod crowd;
mod door;
mod early;
mod forward;
mod front;
mod guard;
mod headers;
mod life;
mod limit;
mod numbers;
mod openapi;
mod phase;
mod probe;
mod redirect;
mod refuse;
mod replica;
mod settings;
mod table;
mod tls;
mod tunnel;
mod visit;
mod way;

use std::{future::Future, net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use futures_util::future::join_all;
use http::HeaderValue;
use platform::{
    Clock, Error, Result,
    entropy::Entropy,
    http::{
        ServeLimits,
        health::{self, Check},
        serve_with,
    },
    i18n::{Locale, Texts},
    telemetry::Metrics,
    tls::Mutual,
};
use tokio::{
    net::TcpListener,
    sync::{Semaphore, watch},
    task::JoinHandle,
    time::timeout,
};

use crate::{
    acme::{Folder, Keeper, Plan},
    crowd::Crowd,
    door::Door,
    forward::Forwarder,
    front::Front,
    openapi::Descriptions,
    phase::{Phase, Phases, Room},
    replica::Service,
    tls::Certificates,
};
pub use crate::{
    limit::{Buckets, RateLimit},
    settings::Settings,
    table::{Address, Table},
};

/// This crate's texts.
pub const TEXTS: &[(Locale, &str)] =
    &[(Locale::Id, include_str!("../locales/id/gateway.ftl")), (Locale::En, include_str!("../locales/en/gateway.ftl"))];

/// What the gateway is given by the program.
pub struct Parts {
    /// Where "now" comes from.
    pub clock: Clock,
    /// Where chance comes from.
    pub entropy: Entropy,
    /// Texts, the platform's and [`TEXTS`] among them.
    pub texts: Arc<Texts>,
    /// Who counts requests of clients; `None`: this process by itself, as the settings say.
    pub limit: Option<Arc<dyn RateLimit>>,
}

/// Starts gateways.
pub struct Gateway;

/// A running gateway. Dropping it ends everything at once; [`Handle::drain`] ends it in order.
pub struct Handle {
    address: SocketAddr,
    redirect_address: Option<SocketAddr>,
    operations_address: Option<SocketAddr>,
    certificates: Option<Arc<Certificates>>,
    services: Vec<Arc<Service>>,
    phase: watch::Sender<Phase>,
    room: Arc<Room>,
    delay: Duration,
    grace: Duration,
    door: JoinHandle<()>,
    helpers: Vec<JoinHandle<()>>,
    servers: Vec<JoinHandle<()>>,
}

impl Gateway {
    /// Listens, looks after the services, and forwards requests by the table. Fails where an address is taken, a
    /// certificate does not fit, or a route's service has no address.
    pub async fn start(settings: Settings, table: Table, parts: Parts) -> Result<Handle> {
        Self::start_over(settings, table, parts, None).await
    }

    /// As [`Gateway::start`], over connections to services on which both ends show certificates, where one is given.
    pub async fn start_over(
        settings: Settings,
        table: Table,
        parts: Parts,
        sure: Option<Arc<Mutual>>,
    ) -> Result<Handle> {
        table.check()?;
        numbers::describe();
        let plan = Plan::of(&settings)?;
        let shared = match &plan {
            Some(plan) => Some(Folder::open(&plan.folder).await?),
            None => None,
        };
        let certificates = certificates(&settings, shared.as_ref()).await?;
        let tls = certificates.as_ref().map(|certificates| certificates.acceptor()).transpose()?;
        let listener = listen(&settings.listen).await?;
        let address = listener.local_addr().map_err(Error::internal)?;
        let (phase, phases) = watch::channel(Phase::Open);
        let forwarder = Forwarder::new(&settings, &table, sure.clone());
        let services = forwarder.services().to_vec();
        join_all(services.iter().map(|service| service.resolve())).await;
        let mut helpers = look_after(&services, &settings, sure.as_ref());
        let reload = Duration::from_secs(settings.reload_seconds);
        if let Some(certificates) = &certificates {
            helpers.push(tokio::spawn(certificates.clone().watch(reload, parts.clock.clone())));
        }
        let room = Room::new(settings.connections, settings.connections_per_client);
        let mut servers = Vec::new();
        let redirect = secondary(&settings.redirect_listen).await?;
        let operations = secondary(&settings.operations_listen).await?;
        let redirect_address = redirect.as_ref().map(|(_, address)| *address);
        let operations_address = operations.as_ref().map(|(_, address)| *address);
        if let Some((listener, _)) = redirect {
            let answers = match &shared {
                Some(folder) => Some(folder.answers()),
                None => Some(&settings.acme_folder).filter(|folder| !folder.is_empty()).map(PathBuf::from),
            };
            servers.push(side(listener, redirect::router(&settings, answers), Phase::Closing, &phases));
        }
        if let (Some(plan), Some(folder), Some(certificates)) = (plan, shared, &certificates) {
            let (clock, entropy) = (parts.clock.clone(), parts.entropy.clone());
            let keeper = Keeper::new(plan, folder, certificates.clone(), clock, entropy).await?;
            helpers.push(tokio::spawn(keeper.keep(reload)));
        }
        if let Some((listener, _)) = operations {
            let router = health::router(checks(&phases, &services), Some(Metrics::install()?));
            servers.push(side(listener, router, Phase::Over, &phases));
        }
        let (delay, grace) =
            (Duration::from_millis(settings.drain_delay_ms), Duration::from_secs(settings.drain_seconds));
        let front = Front {
            proxies: settings.proxies()?,
            private_headers: settings.private_header_names()?,
            limit: limit(&settings, &parts),
            clock: parts.clock,
            entropy: parts.entropy,
            texts: parts.texts,
            forwarder,
            descriptions: Descriptions::default(),
            room: Arc::new(Semaphore::new(settings.requests)),
            crowd: Crowd::new(settings.requests_per_client),
            hsts: hsts(&settings),
            phase: phases,
            table,
            settings,
        };
        let door = Door { listener, tls, front: Arc::new(front), room: room.clone() };
        let door = tokio::spawn(door.run());
        tracing::info!(%address, "the gateway takes requests");
        Ok(Handle {
            address,
            redirect_address,
            operations_address,
            certificates,
            services,
            phase,
            room,
            delay,
            grace,
            door,
            helpers,
            servers,
        })
    }
}

impl Handle {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it sends plain HTTP to HTTPS.
    pub fn redirect_address(&self) -> Option<SocketAddr> {
        self.redirect_address
    }

    /// Where it tells how it is.
    pub fn operations_address(&self) -> Option<SocketAddr> {
        self.operations_address
    }

    /// What must hold for it to be sent requests, for a `/readyz` that the program has already: it is not leaving, and
    /// some service answers.
    pub fn checks(&self) -> Vec<Check> {
        checks(&self.phase.subscribe(), &self.services)
    }

    /// The services of which no replica answers now.
    pub fn missing(&self) -> Vec<String> {
        self.services.iter().filter(|service| !service.is_up()).map(|service| service.name.to_string()).collect()
    }

    /// Reads the certificate's files now. Answers whether they hold something else than before.
    pub async fn reload_certificates(&self) -> Result<bool> {
        match &self.certificates {
            Some(certificates) => certificates.reload().await,
            None => Ok(false),
        }
    }

    /// Leaves in order: says that it is not ready, and goes on for `gateway.drain_delay_ms`; takes nobody new, and
    /// finishes what was begun within `gateway.drain_seconds`; then cuts off what is left. Answers whether nothing was.
    pub async fn drain(mut self) -> bool {
        self.phase.send_replace(Phase::Leaving);
        seen_elsewhere(self.delay).await;
        self.phase.send_replace(Phase::Closing);
        let finished = timeout(self.grace, async {
            // A door that panicked is closed too.
            let _ = (&mut self.door).await;
            self.room.emptied().await;
        });
        let finished = finished.await.is_ok();
        if !finished {
            tracing::warn!("streams were still open when the time for finishing them was over");
        }
        self.phase.send_replace(Phase::Over);
        self.room.emptied().await;
        let servers = std::mem::take(&mut self.servers);
        join_all(servers).await;
        finished
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.phase.send_replace(Phase::Over);
        self.door.abort();
        self.helpers.iter().chain(&self.servers).for_each(JoinHandle::abort);
    }
}

/// Whoever sends us requests asks whether we are ready only now and then.
#[expect(
    clippy::disallowed_methods,
    reason = "nobody tells us that they have seen it: the time between two questions is what must pass"
)]
async fn seen_elsewhere(delay: Duration) {
    tokio::time::sleep(delay).await;
}

fn look_after(services: &[Arc<Service>], settings: &Settings, sure: Option<&Arc<Mutual>>) -> Vec<JoinHandle<()>> {
    let every = Duration::from_millis(settings.probe_interval_ms.max(1));
    let patience = Duration::from_millis(settings.probe_limit_ms);
    let watch = |service: &Arc<Service>| probe::watch(service.clone(), every, patience, sure.cloned());
    services.iter().map(|service| tokio::spawn(watch(service))).collect()
}

fn limit(settings: &Settings, parts: &Parts) -> Option<Arc<dyn RateLimit>> {
    if settings.rate_per_second == 0 {
        return None;
    }
    let local = || -> Arc<dyn RateLimit> {
        Arc::new(Buckets::new(settings.rate_per_second, settings.rate_burst, parts.clock.clone()))
    };
    Some(parts.limit.clone().unwrap_or_else(local))
}

fn hsts(settings: &Settings) -> Option<HeaderValue> {
    let seconds = Some(settings.hsts_seconds).filter(|seconds| *seconds > 0)?;
    HeaderValue::from_str(&format!("max-age={seconds}")).ok()
}

fn checks(phases: &watch::Receiver<Phase>, services: &[Arc<Service>]) -> Vec<Check> {
    let phases = phases.clone();
    let services = services.to_vec();
    let staying = Check::new("draining", move || {
        let open = *phases.borrow() == Phase::Open;
        async move { if open { Ok(()) } else { Err(Error::Unavailable("draining")) } }
    });
    let answered = Check::new("services", move || {
        let some = services.is_empty() || services.iter().any(|service| service.is_up());
        async move { if some { Ok(()) } else { Err(Error::Unavailable("services")) } }
    });
    vec![staying, answered]
}

async fn certificates(settings: &Settings, shared: Option<&Folder>) -> Result<Option<Arc<Certificates>>> {
    if let Some(folder) = shared {
        return Ok(Some(Certificates::ordered(folder.certificate()).await));
    }
    match (settings.certificate.as_str(), settings.private_key.as_str()) {
        ("", "") => Ok(None),
        ("", _) | (_, "") => Err(Error::internal("gateway.certificate and gateway.private_key belong together")),
        (chain, key) => Certificates::open(PathBuf::from(chain), PathBuf::from(key)).await.map(Some),
    }
}

async fn listen(address: &str) -> Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|e| Error::internal(format_args!("cannot listen at {address}: {e}")))
}

async fn secondary(address: &str) -> Result<Option<(TcpListener, SocketAddr)>> {
    if address.is_empty() {
        return Ok(None);
    }
    let listener = listen(address).await?;
    let address = listener.local_addr().map_err(Error::internal)?;
    Ok(Some((listener, address)))
}

/// Serves a port of few routes until a phase is reached.
fn side(listener: TcpListener, router: axum::Router, until: Phase, phases: &watch::Receiver<Phase>) -> JoinHandle<()> {
    let mut phases = Phases::new(phases.clone());
    let shutdown: std::pin::Pin<Box<dyn Future<Output = ()> + Send>> =
        Box::pin(async move { phases.reached(until).await });
    let limits = ServeLimits { connections: 1_000, grace: Duration::from_secs(1), ..ServeLimits::default() };
    tokio::spawn(serve_with(listener, router, shutdown, limits))
}
