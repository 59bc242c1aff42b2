//! The REST API of auth: each handler reads the request, asks the verb and shows the answer.

mod access;
mod accounts;
mod gate;
mod grants;
mod named_roles;
mod trail;

use std::sync::Arc;

use axum::{Router, routing::post};
use contracts::auth::Auth;
use utoipa_axum::{router::OpenApiRouter, routes};

pub use gate::Gate;
pub(crate) use gate::shown;

/// What every handler holds.
pub(crate) type Verbs = axum::extract::State<Arc<dyn Auth>>;

/// All routes of auth, with their documentation.
pub fn routes(auth: Arc<dyn Auth>) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(access::log_in))
        .routes(routes!(access::refresh))
        .routes(routes!(access::log_out))
        .routes(routes!(access::start_reset))
        .routes(routes!(access::finish_reset))
        .routes(routes!(access::change_password))
        .routes(routes!(access::me))
        .routes(routes!(access::sessions))
        .routes(routes!(access::end_session))
        .routes(routes!(access::start_second_factor))
        .routes(routes!(access::confirm_second_factor))
        .routes(routes!(access::remove_second_factor))
        .routes(routes!(access::jwks))
        .routes(routes!(accounts::list, accounts::create))
        .routes(routes!(accounts::get, accounts::put, accounts::patch))
        .routes(routes!(accounts::reset_password))
        .routes(routes!(accounts::roles))
        .routes(routes!(accounts::set_role))
        .routes(routes!(named_roles::list, named_roles::make))
        .routes(routes!(named_roles::change, named_roles::retire))
        .routes(routes!(grants::list))
        .routes(routes!(grants::decide))
        .routes(routes!(trail::search))
        .routes(routes!(trail::verify))
        .merge(aliases().into())
        .with_state(auth)
}

/// The same verb under the names the requirements use (J4).
fn aliases() -> Router<Arc<dyn Auth>> {
    ["/auth/login", "/users/login", "/api/v1/users/login"]
        .into_iter()
        .fold(Router::new(), |router, path| router.route(path, post(access::log_in)))
}
