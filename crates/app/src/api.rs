//! The REST API: the routes of every context, what is composed of several, and the description of it all.

mod aliases;
mod describe;
mod docs;
mod register;
mod system;

use std::sync::{Arc, Weak};

use auth::AuthContext;
use axum::Router;
use contracts::{people::People, scheduling::Scheduling};
use directory::DirectoryContext;
use platform::bus::BusHandle;
use utoipa::openapi::OpenApi;

/// What the API calls.
pub struct Verbs {
    /// Accounts.
    pub auth: Arc<AuthContext>,
    /// Patients.
    pub people: Arc<dyn People>,
    /// Facilities and doctors.
    pub directory: Arc<DirectoryContext>,
    /// Appointments.
    pub scheduling: Arc<dyn Scheduling>,
    /// The bus, while it runs.
    pub bus: Option<Weak<BusHandle>>,
    /// Sign-ups from one address in ten minutes at most.
    pub sign_ups: u32,
}

/// The routes and their description.
pub struct Api {
    routes: Router,
    description: OpenApi,
}

impl Api {
    /// Puts the routes of all contexts together.
    pub fn new(verbs: &Verbs) -> Self {
        let contexts = describe::empty()
            .merge(auth::http::routes(verbs.auth.clone()))
            .merge(people::http::routes(verbs.people.clone()))
            .merge(directory::http::routes(verbs.directory.clone()))
            .merge(directory::http::short_routes(verbs.directory.clone()))
            .merge(scheduling::http::routes(verbs.scheduling.clone()))
            .merge(register::routes(verbs))
            .merge(system::routes(verbs.bus.clone()));
        let (routes, mut description) = contexts.split_for_parts();
        describe::complete(&mut description);
        let routes = routes.clone().merge(aliases::routes(&routes));
        Self { routes, description }
    }

    /// The OpenAPI 3.1 description.
    pub fn description(&self) -> &OpenApi {
        &self.description
    }

    /// Everything under `/api`, and the paths that have other names too.
    pub fn router(self) -> Router {
        self.routes.merge(docs::routes(&self.description))
    }
}
