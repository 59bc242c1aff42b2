//! What lives in other processes: clients in place of contexts, and what this process answers others with.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use auth::Doorkeeper;
use axum::Router;
use contracts::{auth::Auth, directory::Directory, notifications::Notifications, people::People};
use futures_util::future::join_all;
use platform::{Error, Result, tls::Mutual};
use remote::{
    Caller, PROCESS, Passes, Processes, RemoteAuth, RemoteDirectory, RemoteNotifications, RemotePeople,
    RemoteScheduling, Service, Upstream, serve_auth, serve_directory, serve_notifications, serve_people, serve_process,
    serve_scheduling,
};
use tokio::{sync::watch, task::JoinHandle, time::timeout};

use super::{House, Part, Roles};
use crate::{
    settings::Settings,
    system::{Asked, Place},
};

/// How long the first news of auth are waited for at the start. Whoever starts later than this is not ready until then.
const FIRST_NEWS: Duration = Duration::from_secs(5);

/// Calls the contexts of other processes.
pub(super) struct Elsewhere<'s> {
    settings: &'s Settings,
    passes: Passes,
    tls: Option<Arc<Mutual>>,
    is_whole: bool,
}

impl<'s> Elsewhere<'s> {
    /// Calls from a process with these roles, by its passes and its certificate.
    pub(super) fn new(settings: &'s Settings, roles: &Roles, passes: Passes, tls: Option<Arc<Mutual>>) -> Self {
        Self { settings, passes, tls, is_whole: roles.is_whole() }
    }

    /// A service at places where that part shows its certificate.
    fn upstream(&self, service: &'static str, part: Part, places: &[String]) -> Upstream {
        Upstream::over(service, places, self.tls.clone().map(|tls| (tls, part.word())))
    }

    fn caller(&self, part: Part) -> Result<Caller> {
        let addresses = self.settings.services.addresses(part);
        if addresses.is_empty() {
            return Err(Error::internal(format_args!(
                "setting services.{part} is needed: {part} does not live in this process"
            )));
        }
        Ok(Caller::new(self.upstream(part.word(), part, &addresses), self.passes.clone()))
    }

    pub(super) fn auth(&self) -> Result<Arc<dyn Auth>> {
        Ok(Arc::new(RemoteAuth::new(self.caller(Part::Auth)?)))
    }

    pub(super) fn people(&self) -> Result<Arc<dyn People>> {
        Ok(Arc::new(RemotePeople::new(self.caller(Part::People)?)))
    }

    pub(super) fn directory(&self) -> Result<Arc<dyn Directory>> {
        Ok(Arc::new(RemoteDirectory::new(self.caller(Part::Directory)?)))
    }

    /// Every process of the house; none where this one is all of it.
    pub(super) fn processes(&self) -> Option<Box<dyn Asked>> {
        if self.is_whole {
            return None;
        }
        let mut named: Vec<Named> = Vec::new();
        for part in Part::ALL {
            for address in self.settings.services.addresses(*part) {
                if let Some(known) = named.iter_mut().find(|known| known.address == address) {
                    known.parts.push(*part);
                    continue;
                }
                let there = self.upstream(PROCESS, *part, std::slice::from_ref(&address));
                let processes = Processes::at(there, self.passes.clone());
                named.push(Named { address, parts: vec![*part], processes });
            }
        }
        Some(Box::new(Everybody(named)))
    }

    /// The pages alone call it. A house that was set up before it was there goes on without: its verbs answer 503.
    pub(super) fn notifications(&self) -> Arc<dyn Notifications> {
        let (part, addresses) = (Part::Notifications, self.settings.services.addresses(Part::Notifications));
        let caller = Caller::new(self.upstream(part.word(), part, &addresses), self.passes.clone());
        Arc::new(RemoteNotifications::new(caller))
    }

    pub(super) fn scheduling(&self) -> Result<Arc<RemoteScheduling>> {
        Ok(Arc::new(RemoteScheduling::new(self.caller(Part::Scheduling)?)))
    }
}

/// An address of the settings, and who is to answer there: as many as the name has addresses.
struct Named {
    address: String,
    parts: Vec<Part>,
    processes: Processes,
}

/// Every process that the settings name.
struct Everybody(Vec<Named>);

#[async_trait]
impl Asked for Everybody {
    async fn places(&self) -> Vec<Place> {
        let found = join_all(self.0.iter().map(|named| async move { (named, named.processes.all().await) })).await;
        let mut places: Vec<Place> = Vec::new();
        for (named, processes) in found {
            if processes.is_empty() {
                places.push(Place { address: named.address.clone(), parts: named.parts.clone(), process: None });
            }
            for (address, process) in processes {
                let address = address.to_string();
                match places.iter_mut().find(|known| known.address == address) {
                    Some(known) => known.parts.extend(&named.parts),
                    None => {
                        places.push(Place { address, parts: named.parts.clone(), process: Some(Arc::new(process)) });
                    }
                }
            }
        }
        places
    }
}

impl House {
    /// What other processes call here; nothing where there is no other.
    pub(super) fn services(&self) -> Router {
        let Self { roles, world, passes, .. } = self;
        if roles.is_whole() {
            return Router::new();
        }
        let mut services: Vec<Service> = vec![serve_process(self.process.clone())];
        if roles.has(Part::Auth) {
            services.push(serve_auth(self.auth.clone()));
        }
        if roles.has(Part::People) {
            services.push(serve_people(self.people.clone()));
        }
        if roles.has(Part::Directory) {
            services.push(serve_directory(self.directory.clone()));
        }
        if roles.has(Part::Scheduling) {
            services.push(serve_scheduling(self.scheduling.clone()));
        }
        if roles.has(Part::Notifications) {
            services.push(serve_notifications(self.notifications.clone()));
        }
        remote::router(services, passes.clone(), world.clock.clone(), world.entropy.clone())
    }

    /// Keeps up with what happens elsewhere until it is told to stop.
    pub(super) async fn keep_up(&self, stopped: &watch::Receiver<bool>) -> Vec<JoinHandle<()>> {
        let mut tasks = Vec::new();
        if let Some(tls) = &self.tls {
            let (tls, mut stopped) = (tls.clone(), stopped.clone());
            tasks.push(tokio::spawn(async move {
                tokio::select! {
                    () = tls.watch() => {}
                    _ = stopped.wait_for(|stop| *stop) => {}
                }
            }));
        }
        if let Some(keeper) = &self.doorkeeper {
            first_news(keeper).await;
            let (keeper, stopped) = (keeper.clone(), stopped.clone());
            tasks.push(tokio::spawn(async move { keeper.keep_up(stopped).await }));
        }
        // Whom nobody watches here need not be followed.
        if let Some(scheduling) = self.remote_scheduling.as_ref().filter(|_| self.roles.has(Part::Web)) {
            let (scheduling, mut stopped, shared) = (scheduling.clone(), stopped.clone(), self.shared.is_used());
            tasks.push(tokio::spawn(async move {
                tokio::select! {
                    () = scheduling.follow(shared) => {}
                    _ = stopped.wait_for(|stop| *stop) => {}
                }
            }));
        }
        tasks
    }
}

async fn first_news(keeper: &Doorkeeper) {
    let learnt = timeout(FIRST_NEWS, async {
        while keeper.learn().await.is_err() {
            let _ = timeout(Duration::from_millis(100), std::future::pending::<()>()).await;
        }
    });
    if learnt.await.is_err() {
        tracing::warn!("auth does not answer yet; this process is not ready until it does");
    }
}
