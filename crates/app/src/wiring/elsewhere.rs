//! What lives in other processes: clients in place of contexts, and what this process answers others with.

use std::{sync::Arc, time::Duration};

use auth::Doorkeeper;
use axum::Router;
use contracts::{auth::Auth, directory::Directory, people::People};
use platform::{Error, Result, crypto::MasterKey};
use remote::{
    Caller, Passes, RemoteAuth, RemoteDirectory, RemotePeople, RemoteScheduling, Service, Upstream, serve_auth,
    serve_directory, serve_people, serve_scheduling,
};
use tokio::{sync::watch, task::JoinHandle, time::timeout};

use super::{House, Part, Roles, World};
use crate::settings::Settings;

/// How long the first news of auth are waited for at the start. Whoever starts later than this is not ready until then.
const FIRST_NEWS: Duration = Duration::from_secs(5);

/// Calls the contexts of other processes.
pub(super) struct Elsewhere<'s> {
    settings: &'s Settings,
    passes: Passes,
}

impl<'s> Elsewhere<'s> {
    /// Calls with passes of a process with these roles.
    pub(super) fn new(settings: &'s Settings, roles: &Roles, master: &MasterKey, world: &World) -> Self {
        Self { settings, passes: Passes::new(master, &roles.name(), world.clock.clone()) }
    }

    fn caller(&self, part: Part) -> Result<Caller> {
        let addresses = self.settings.services.addresses(part);
        if addresses.is_empty() {
            return Err(Error::internal(format_args!(
                "setting services.{part} is needed: {part} does not live in this process"
            )));
        }
        Ok(Caller::new(Upstream::new(part.word(), &addresses), self.passes.clone()))
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

    pub(super) fn scheduling(&self) -> Result<Arc<RemoteScheduling>> {
        Ok(Arc::new(RemoteScheduling::new(self.caller(Part::Scheduling)?)))
    }
}

impl House {
    /// What other processes call here; nothing where no context of this process serves another.
    pub(super) fn services(&self) -> Router {
        let Self { roles, master, world, .. } = self;
        if roles.is_whole() || !roles.has_a_context() {
            return Router::new();
        }
        let mut services: Vec<Service> = Vec::new();
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
        let passes = Passes::new(master, &roles.name(), world.clock.clone());
        remote::router(services, passes, world.clock.clone(), world.entropy.clone())
    }

    /// Keeps up with what happens elsewhere until it is told to stop.
    pub(super) async fn keep_up(&self, stopped: &watch::Receiver<bool>) -> Vec<JoinHandle<()>> {
        let mut tasks = Vec::new();
        if let Some(keeper) = &self.doorkeeper {
            first_news(keeper).await;
            let (keeper, stopped) = (keeper.clone(), stopped.clone());
            tasks.push(tokio::spawn(async move { keeper.keep_up(stopped).await }));
        }
        if let Some(scheduling) = &self.remote_scheduling {
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
