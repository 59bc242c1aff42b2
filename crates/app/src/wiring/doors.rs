//! What people, programs and operators reach of a house, and what stands around every route.

use std::sync::Arc;

use auth::Doorkeeper;
use axum::Router;
use platform::{
    Result,
    db::Db,
    http::{Authenticator, Edge, health, health::Check},
    telemetry::Metrics,
    tls::Mutual,
};
use remote::Passes;

use super::{House, Part, World, passes};
use crate::{api, backup, health as ready, numbers, settings::Settings};

impl House {
    /// The REST API with its description, around verbs in this process.
    pub fn api(&self) -> api::Api {
        api::Api::new(&api::Verbs {
            auth: self.auth.clone(),
            people: self.people.clone(),
            directory: self.directory.clone(),
            scheduling: self.scheduling.clone(),
            notifications: self.notifications.clone(),
            bell: self.bell.clone(),
            system: self.system.clone(),
            sign_ups: self.settings.server.sign_ups,
            shared: self.shared.clone(),
        })
    }

    /// Everything people and programs reach.
    pub fn router(&self) -> Result<Router> {
        let mut routes = self.api().router(&self.roles);
        if self.roles.has(Part::Web) {
            routes = routes.merge(self.pages());
        }
        if let Some(mailbox) = &self.mailbox {
            routes = routes.merge(mailbox.routes());
        }
        if self.settings.server.operations_listen.is_empty() {
            let local = axum::middleware::from_fn(ready::metrics_from_here);
            routes = routes.merge(self.operations()?.layer(local));
        }
        let public = self.edge()?.wrap(routes);
        let beside = self.settings.services.listen.is_empty();
        Ok(if beside { public.merge(self.services()) } else { public })
    }

    /// What this process shows to the others, and they to it, at every listener but that of operations.
    pub fn tls(&self) -> Option<Arc<Mutual>> {
        self.tls.clone()
    }

    /// What other processes call here, for a listener of its own.
    pub fn internal(&self) -> Router {
        self.services()
    }

    /// The pages.
    fn pages(&self) -> Router {
        web::router(web::Services {
            auth: self.auth(),
            people: self.people(),
            directory: self.directory(),
            scheduling: self.scheduling(),
            system: self.system.clone(),
            notifications: self.notifications(),
            texts: self.texts.clone(),
            seal: self.master.sealing("pages"),
            https: self.https(),
            demo: self.mailbox.is_some(),
        })
    }

    /// Says what else must hold for this process to be ready, as operators see it.
    pub fn needs(&self, more: Vec<Check>) {
        self.process.needs(more);
    }

    /// `/livez`, `/readyz` and `/metrics`.
    pub fn operations(&self) -> Result<Router> {
        self.operations_with(Vec::new())
    }

    /// As [`House::operations`], ready only where these hold too.
    pub fn operations_with(&self, more: Vec<Check>) -> Result<Router> {
        let metrics = Metrics::install()?;
        let mut gauges = numbers::gauges(&self.databases, &self.world.clock);
        if let Some(scheduling) = &self.own.scheduling {
            gauges.push(numbers::holds(scheduling, &self.world.clock));
        }
        gauges.extend(backup::gauges(&self.settings, &self.master, &self.world.clock));
        numbers::build(&self.roles.name());
        let mut checks = checks(&self.settings, &self.world, &self.databases, self.doorkeeper.as_ref(), &self.passes);
        checks.extend(more);
        Ok(health::router(checks, Some(metrics.asking(gauges))))
    }

    /// What stands around every route.
    fn edge(&self) -> Result<Edge> {
        let server = &self.settings.server;
        let gate: Arc<dyn Authenticator> = match &self.doorkeeper {
            Some(keeper) => keeper.clone(),
            None => Arc::new(auth::http::Gate(self.auth.clone())),
        };
        let World { clock, entropy } = self.world.clone();
        let mut settings = platform::http::Settings {
            origins: if self.own_tls { Vec::new() } else { server.origins() },
            trusted_proxies: server.proxies()?,
            time_limit: server.time_limit(),
            body_limit: server.body_limit_bytes,
            https: self.https(),
            hsts: !self.own_tls,
            ..platform::http::Settings::new(gate, clock, entropy, self.texts.clone(), self.master.derive("csrf"))
        };
        // Mail programs end letters there by themselves: they are nobody, and have no token of a form (RFC 8058).
        settings.public_paths.push("/berhenti/".to_owned());
        settings.public_paths.push("/photos/".to_owned());
        Ok(Edge::new(settings).with_error_page(Arc::new(web::Pages::new(self.texts.clone()))))
    }
}

/// What must hold for a process to be sent requests.
pub(super) fn checks(
    settings: &Settings,
    world: &World,
    databases: &[(&'static str, Db)],
    doorkeeper: Option<&Arc<Doorkeeper>>,
    passes: &Passes,
) -> Vec<Check> {
    let mut checks = ready::checks(databases, &world.clock);
    checks.extend(passes::check(passes, databases.iter().map(|(_, db)| db.engine()), &world.clock));
    for (name, url) in [("broker", &settings.rabbitmq.url), ("redis", &settings.redis.url)] {
        if !url.expose().is_empty() {
            checks.push(Check::listens(name, url.expose()).dispensable());
        }
    }
    if let Some(keeper) = doorkeeper.cloned() {
        checks.push(Check::new("auth", move || std::future::ready(keeper.is_ready())));
    }
    checks
}
