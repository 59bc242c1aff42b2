//! The REST API: the routes of every context, what is composed of several, and the description of it all.

mod aliases;
mod describe;
mod docs;
mod register;
mod system;

use std::sync::Arc;

use axum::Router;
use contracts::{
    auth::Auth, directory::Directory, notifications::Notifications, people::People, scheduling::Scheduling,
    system::System,
};
use notifications::Bell;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::wiring::{Part, Roles};

/// What the API calls.
pub struct Verbs {
    /// Accounts.
    pub auth: Arc<dyn Auth>,
    /// Patients.
    pub people: Arc<dyn People>,
    /// Facilities and doctors.
    pub directory: Arc<dyn Directory>,
    /// Appointments.
    pub scheduling: Arc<dyn Scheduling>,
    /// What people are told.
    pub notifications: Arc<dyn Notifications>,
    /// Rings for those who look at their inbox.
    pub bell: Bell,
    /// The house as its operators see it.
    pub system: Arc<dyn System>,
    /// Sign-ups from one address in ten minutes at most.
    pub sign_ups: u32,
    /// With whom they are counted together.
    pub shared: platform::shared::Shared,
}

/// The routes of each part, and the description of them all.
pub struct Api {
    parts: Vec<(Part, Router, Vec<String>)>,
    /// What operators see and do: told where the pages are, which need nothing that could be away.
    system: Router,
    description: OpenApi,
}

impl Api {
    /// Puts the routes of all parts together. What is composed of several contexts is answered by the first one it is
    /// about.
    pub fn new(verbs: &Verbs) -> Self {
        let Verbs { auth, people, directory, scheduling, notifications, bell, system, .. } = verbs;
        let of_auth = auth::http::routes(auth.clone()).merge(register::routes(verbs));
        let of_directory =
            directory::http::routes(directory.clone()).merge(directory::http::short_routes(directory.clone()));
        let routers = [
            (Part::Auth, of_auth),
            (Part::People, people::http::routes(people.clone())),
            (Part::Directory, of_directory),
            (Part::Scheduling, scheduling::http::routes(scheduling.clone())),
            (Part::Notifications, notifications::http::routes(notifications.clone(), bell.clone())),
        ];
        let mut whole = describe::empty();
        let mut parts = Vec::new();
        for (part, router) in routers {
            let (routes, description) = router.split_for_parts();
            let mut paths: Vec<String> = description.paths.paths.keys().cloned().collect();
            paths.extend(aliases::of(&paths));
            let routes = routes.clone().merge(aliases::routes(&routes, &paths));
            parts.push((part, routes, paths));
            whole = whole.merge(OpenApiRouter::with_openapi(description));
        }
        let (system, described) = system::routes(system.clone()).split_for_parts();
        let (_, mut description) = whole.merge(OpenApiRouter::with_openapi(described)).split_for_parts();
        describe::complete(&mut description);
        Self { parts, system, description }
    }

    /// The OpenAPI 3.1 description of the whole API, wherever its parts live.
    pub fn description(&self) -> &OpenApi {
        &self.description
    }

    /// Which part answers a path, as its template.
    pub fn paths(&self) -> impl Iterator<Item = (&str, Part)> {
        self.parts.iter().flat_map(|(part, _, paths)| paths.iter().map(|path| (path.as_str(), *part)))
    }

    /// What is under `/api` and the paths that have other names too, of the parts that live here.
    pub fn router(self, roles: &Roles) -> Router {
        let docs = docs::routes(&self.description);
        let system = if roles.has(Part::Web) { self.system } else { Router::new() };
        let here = self.parts.into_iter().filter(|(part, ..)| roles.has(*part));
        here.fold(docs.merge(system), |router, (_, routes, _)| router.merge(routes))
    }
}
