//! What stands around every route, from the outside in: compression, the name and time limit of the request, the
//! catching of panics, who comes, forgery, the route; and on the way out errors, headers, numbers.

use std::{
    panic::AssertUnwindSafe,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Router,
    extract::{MatchedPath, Request, State},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
};
use futures_util::FutureExt;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use tower_http::{
    CompressionLevel,
    compression::{
        CompressionLayer, Predicate,
        predicate::{DefaultPredicate, SizeAbove},
    },
};

use super::{
    auth::Authenticator,
    context::{CsrfKey, Recognised, Visit, attach},
    cookie, csrf,
    extract::BodyLimit,
    headers::secure,
    network::Network,
    problem::{ErrorPage, Failure, Problem, StaleForm},
};
use crate::{
    clock::Clock,
    cx::Actor,
    entropy::Entropy,
    error::{Error, Result},
    i18n::Texts,
    telemetry,
    trace::{Here, Kind, Span, within},
};

/// What the edge needs to know.
pub struct Settings {
    /// Turns credentials into identities.
    pub authenticator: Arc<dyn Authenticator>,
    /// Where "now" comes from.
    pub clock: Clock,
    /// Where chance comes from.
    pub entropy: Entropy,
    /// Texts of errors.
    pub texts: Arc<Texts>,
    /// The installation's key for forgery tokens.
    pub csrf_key: CsrfKey,
    /// Our own origins (`https://example.org`); empty: the host that was asked for.
    pub origins: Vec<String>,
    /// Proxies whose `X-Forwarded-For` and `X-Request-Id` are believed.
    pub trusted_proxies: Vec<Network>,
    /// How long a handler may take until it has the head of its answer. Streams may go on after that.
    pub time_limit: Duration,
    /// The largest body, in bytes, where the route does not say otherwise (see [`BodyLimit`]).
    pub body_limit: usize,
    /// Whether people reach us by HTTPS: cookies are then bound to it.
    pub https: bool,
    /// Whether browsers are then told to come by HTTPS alone from now on.
    pub hsts: bool,
    /// Paths whose visitors need not be recognised: files that are the same for everybody.
    pub public_paths: Vec<String>,
}

impl Settings {
    /// The usual bounds: 10 s, 1 MiB, no proxies, own host, HTTPS, `/assets/` for everybody.
    pub fn new(
        authenticator: Arc<dyn Authenticator>,
        clock: Clock,
        entropy: Entropy,
        texts: Arc<Texts>,
        csrf_key: [u8; 32],
    ) -> Self {
        Self {
            authenticator,
            clock,
            entropy,
            texts,
            csrf_key: Arc::new(csrf_key),
            origins: Vec::new(),
            trusted_proxies: Vec::new(),
            time_limit: Duration::from_secs(10),
            body_limit: BodyLimit::default().0,
            https: true,
            hsts: true,
            public_paths: vec!["/assets/".to_owned()],
        }
    }
}

/// The edge: cheap to clone.
#[derive(Clone)]
pub struct Edge {
    settings: Arc<Settings>,
    error_page: Option<Arc<dyn ErrorPage>>,
}

impl Edge {
    /// An edge that tells errors as JSON alone.
    pub fn new(settings: Settings) -> Self {
        Self { settings: Arc::new(settings), error_page: None }
    }

    /// Shows errors to people with this page.
    #[must_use]
    pub fn with_error_page(mut self, page: Arc<dyn ErrorPage>) -> Self {
        self.error_page = Some(page);
        self
    }

    /// Puts everything around a router whose routes are complete.
    pub fn wrap(&self, router: Router) -> Router {
        let compressible = DefaultPredicate::new().and(SizeAbove::new(512));
        router
            .fallback(|| async { Error::NotFound("path") })
            .method_not_allowed_fallback(|| async { method_not_allowed() })
            .layer(from_fn_with_state(self.clone(), around))
            .layer(CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(compressible))
    }

    /// Recognises the visitor, guards against forgery, and lets the route answer.
    async fn answer(&self, visit: &mut Visit, mut request: Request, next: Next) -> Result<Response> {
        let settings = &*self.settings;
        request.extensions_mut().insert(BodyLimit(settings.body_limit));
        let path = request.uri().path();
        if !settings.public_paths.iter().any(|prefix| path.starts_with(prefix.as_str())) {
            let recognised = visit.recognise(settings, request.headers()).await?;
            if recognised != Recognised::ByToken {
                let signed_in = recognised == Recognised::ByCookie;
                let checked =
                    csrf::check(request, visit.csrf.as_ref(), signed_in, &settings.origins, settings.body_limit).await;
                request = checked.map_err(|refused| match refused {
                    csrf::Refused::Plainly(error) => error,
                    csrf::Refused::Stale(fields) => {
                        visit.stale_fields = Some(fields);
                        csrf::REFUSED
                    }
                })?;
            }
        }
        attach(visit, &mut request);
        Ok(next.run(request).await)
    }

    /// Tells a failure in the way the visitor reads.
    fn tell(&self, visit: &Visit, failure: &Failure, headers: &HeaderMap) -> Response {
        let instance = visit.path_and_query.split('?').next().unwrap_or_default();
        let mut problem =
            Problem::of_failure(failure, &self.settings.texts, visit.cx.locale, &visit.cx.request_id, instance);
        problem.stale_form = visit
            .stale_fields
            .as_ref()
            .zip(visit.csrf.as_ref())
            .map(|(fields, csrf)| StaleForm { fields: fields.clone(), token: csrf.token() });
        let mut response = match &self.error_page {
            Some(page) if !visit.wants_json => show(page.as_ref(), visit, problem),
            _ => problem.into_json(),
        };
        if let Some(allow) = headers.get(header::ALLOW) {
            response.headers_mut().insert(header::ALLOW, allow.clone());
        }
        response.headers_mut().insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(visit.cx.locale.word()));
        response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept, accept-language, cookie"));
        response
    }

    /// The headers of every answer.
    fn finish(&self, visit: &Visit, response: &mut Response) {
        let https = self.settings.https;
        let personal = visit.cx.actor != Actor::Guest;
        let is_page =
            response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
        let headers = response.headers_mut();
        secure(headers, personal, https && self.settings.hsts);
        if let Ok(id) = HeaderValue::from_str(&visit.cx.request_id) {
            headers.insert(HeaderName::from_static("x-request-id"), id);
        }
        if let Some(locale) = visit.chosen {
            append_cookie(headers, cookie::write("lang", locale.word(), Some(31_536_000), https));
        }
        if let Some(secret) = visit.fresh_secret.as_ref().filter(|_| is_page) {
            append_cookie(headers, cookie::write(cookie::guest_name(https), secret, None, https));
        }
    }
}

/// The page for an error, or the way to where it can be mended.
fn show(page: &dyn ErrorPage, visit: &Visit, problem: Problem) -> Response {
    let elsewhere =
        page.redirect(&visit.cx, &problem, &visit.path_and_query).and_then(|to| HeaderValue::from_str(&to).ok());
    if let Some(to) = elsewhere {
        return (
            StatusCode::SEE_OTHER,
            [(header::LOCATION, to), (header::CACHE_CONTROL, HeaderValue::from_static("no-store"))],
        )
            .into_response();
    }
    let html = page.render(&visit.cx, &problem);
    problem.into_page(html)
}

fn append_cookie(headers: &mut HeaderMap, written: Result<HeaderValue>) {
    if let Ok(value) = written {
        headers.append(header::SET_COOKIE, value);
    }
}

fn method_not_allowed() -> Response {
    let mut response = StatusCode::METHOD_NOT_ALLOWED.into_response();
    response.extensions_mut().insert(Failure::Status(StatusCode::METHOD_NOT_ALLOWED));
    response
}

/// One request, from its arrival to the head of its answer.
async fn around(State(edge): State<Edge>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let template = route.as_ref().map_or("none", MatchedPath::as_str);
    let mut visit = Visit::open(&edge.settings, &request);
    let mut span = Span::begin(Kind::Server, format!("{method} {template}"), visit.handed, &edge.settings.clock);
    visit.cx.trace = Some(span.trace());
    let here = Here { trace: span.trace(), request_id: visit.cx.request_id.clone() };
    let response = within(here, answer_in_time(&edge, &mut visit, request, next, route.as_ref())).await;
    telemetry::request(&method, route.as_ref().map(MatchedPath::as_str), response.status(), started.elapsed());
    span.note("http.response.status_code", response.status().as_str().to_owned());
    span.end(response.status().is_server_error());
    response
}

/// The answer, or what came in its place: an error, a panic, the end of the time.
async fn answer_in_time(
    edge: &Edge,
    visit: &mut Visit,
    request: Request,
    next: Next,
    route: Option<&MatchedPath>,
) -> Response {
    let limited = tokio::time::timeout(edge.settings.time_limit, edge.answer(visit, request, next));
    let mut response = match AssertUnwindSafe(limited).catch_unwind().await {
        Ok(Ok(Ok(response))) => response,
        Ok(Ok(Err(error))) => error.into_response(),
        Ok(Err(_)) => Error::Late.into_response(),
        // What the panic said may hold anything; the hook of `telemetry` has logged the place.
        Err(_) => Error::internal("a handler panicked").into_response(),
    };
    if let Some(failure) = failure_of(&response) {
        log(&failure, visit, route);
        response = edge.tell(visit, &failure, response.headers());
    }
    edge.finish(visit, &mut response);
    response
}

/// Why the response failed, if it did; a library's plain text counts by its status alone.
fn failure_of(response: &Response) -> Option<Failure> {
    if let Some(failure) = response.extensions().get::<Failure>() {
        return Some(failure.clone());
    }
    let status = response.status();
    let untold =
        response.headers().get(header::CONTENT_TYPE).is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"));
    ((status.is_client_error() || status.is_server_error()) && untold).then_some(Failure::Status(status))
}

/// Faults of ours go to the log with their cause; what callers did wrong does not.
fn log(failure: &Failure, visit: &Visit, route: Option<&MatchedPath>) {
    if let Failure::Error(error) = failure
        && let Error::Conflict(conflict) = &**error
    {
        telemetry::conflict(&conflict.kind);
    }
    if failure.status().is_server_error() {
        let cause = match failure {
            Failure::Error(error) => error.to_string(),
            Failure::Status(status) => status.to_string(),
        };
        tracing::error!(request_id = %visit.cx.request_id, route = route.map_or("-", MatchedPath::as_str), status = failure.status().as_u16(), cause, "request failed");
    }
}
