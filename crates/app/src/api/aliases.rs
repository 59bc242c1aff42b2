//! Paths that other systems expect (J4), answered as those beside them are: by the same handler.

use std::net::SocketAddr;

use axum::{
    Router,
    extract::{ConnectInfo, Request},
    http::{Extensions, Uri},
    response::{IntoResponse, Response},
    routing::any,
};
use platform::{
    Cx, Error,
    http::{BodyLimit, Csrf},
};
use tower::ServiceExt;

/// Short path and the path it stands for. Those with an identifier end in it.
pub(super) const ALIASES: &[(&str, &str)] =
    &[("/bookings", "/api/v1/appointments"), ("/users/{id}", "/api/v1/users/{id}")];

/// Names under which auth itself answers sign-ins as well.
pub(super) const LOG_IN: &[&str] = &["/auth/login", "/users/login", "/api/v1/users/login"];

/// The other names of some of these paths.
pub(super) fn of(paths: &[String]) -> Vec<String> {
    let has = |long: &str| paths.iter().any(|path| path == long);
    let short = ALIASES.iter().filter(|(_, long)| has(long)).map(|(short, _)| *short);
    let log_in = LOG_IN.iter().copied().filter(|_| has("/api/v1/auth/login"));
    short.chain(log_in).map(ToOwned::to_owned).collect()
}

/// The short paths in front of the routes, where those have the long ones.
pub(super) fn routes(whole: &Router, paths: &[String]) -> Router {
    let here = ALIASES.iter().filter(|(_, long)| paths.iter().any(|path| path == long));
    here.fold(Router::new(), |router, (short, long)| {
        let whole = whole.clone();
        let (prefix, target) = (stem(short), stem(long));
        router.route(short, any(move |request: Request| answer(whole.clone(), prefix, target, request)))
    })
}

fn stem(path: &'static str) -> &'static str {
    path.split('{').next().unwrap_or(path)
}

async fn answer(whole: Router, prefix: &'static str, target: &'static str, request: Request) -> Response {
    match renamed(request, prefix, target) {
        Ok(request) => whole.oneshot(request).await.into_response(),
        Err(error) => error.into_response(),
    }
}

/// The same request for the long path. What the edge found out goes with it; what the outer router noted of the short
/// path does not.
fn renamed(request: Request, prefix: &str, target: &str) -> Result<Request, Error> {
    let (mut parts, body) = request.into_parts();
    let path_and_query = parts.uri.path_and_query().map_or_else(|| parts.uri.path(), |whole| whole.as_str());
    let rest = path_and_query.strip_prefix(prefix).ok_or(Error::NotFound("path"))?;
    parts.uri = Uri::try_from(format!("{target}{rest}")).map_err(|_| Error::NotFound("path"))?;
    let mut kept = Extensions::new();
    keep::<Cx>(&parts.extensions, &mut kept);
    keep::<Csrf>(&parts.extensions, &mut kept);
    keep::<BodyLimit>(&parts.extensions, &mut kept);
    keep::<ConnectInfo<SocketAddr>>(&parts.extensions, &mut kept);
    parts.extensions = kept;
    Ok(Request::from_parts(parts, body))
}

fn keep<T: Clone + Send + Sync + 'static>(from: &Extensions, to: &mut Extensions) {
    if let Some(value) = from.get::<T>() {
        to.insert(value.clone());
    }
}
