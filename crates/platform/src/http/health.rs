//! Whether the program lives, whether it is ready, and its numbers.

use std::{future::Future, pin::Pin, sync::Arc, time::Duration};

use axum::{
    Json, Router,
    extract::State,
    response::{IntoResponse, Response},
    routing::get,
};
use futures_util::future::join_all;
use http::{StatusCode, header};
use serde_json::json;
use tokio::net::TcpStream;
use url::Url;

use crate::{
    error::{Error, Result},
    telemetry::Metrics,
};

type Answer = Pin<Box<dyn Future<Output = Result<()>> + Send>>;

/// One thing that must work before requests are taken, or that is missed without it.
#[derive(Clone)]
pub struct Check {
    name: &'static str,
    needed: bool,
    ask: Arc<dyn Fn() -> Answer + Send + Sync>,
}

impl Check {
    /// A named check: `Check::new("database", move || { let db = db.clone(); async move { … } })`.
    pub fn new<F: Future<Output = Result<()>> + Send + 'static>(
        name: &'static str,
        ask: impl Fn() -> F + Send + Sync + 'static,
    ) -> Self {
        Self { name, needed: true, ask: Arc::new(move || Box::pin(ask())) }
    }

    /// Whether somebody listens at an address such as `amqp://user:password@host:5672/` or `redis://host`.
    pub fn listens(name: &'static str, url: &str) -> Self {
        let url = Url::parse(url).ok();
        let port = url.as_ref().and_then(|url| url.port().or_else(|| usual_port(url.scheme())));
        let address = url.as_ref().and_then(Url::host_str).map(str::to_owned).zip(port);
        Self::new(name, move || {
            let address = address.clone();
            async move {
                let address = address.ok_or(Error::Unavailable(name))?;
                TcpStream::connect(address).await.map(drop).map_err(|_| Error::Unavailable(name))
            }
        })
    }

    /// Without it requests are taken all the same; it is named as what is done without.
    #[must_use]
    pub fn dispensable(self) -> Self {
        Self { needed: false, ..self }
    }
}

/// What the routes share.
#[derive(Clone)]
struct Health {
    checks: Arc<[Check]>,
    metrics: Option<Metrics>,
}

/// How long a check may take before it counts as failed.
const PATIENCE: Duration = Duration::from_secs(2);

/// The port where the address says none.
fn usual_port(scheme: &str) -> Option<u16> {
    match scheme {
        "amqp" => Some(5672),
        "amqps" => Some(5671),
        "redis" | "rediss" => Some(6379),
        _ => None,
    }
}

/// `/livez` (the process answers), `/readyz` (every check passes, else 503 with the names of those that do not) and
/// `/metrics` (Prometheus text; 404 without a recorder). For a port that the public does not reach.
pub fn router(checks: Vec<Check>, metrics: Option<Metrics>) -> Router {
    Router::new()
        .route("/livez", get(|| async { "ok" }))
        .route("/readyz", get(readiness))
        .route("/metrics", get(numbers))
        .with_state(Health { checks: checks.into(), metrics })
}

async fn readiness(State(health): State<Health>) -> Response {
    let (missing, without) = look(&health.checks).await;
    let (status, word) =
        if missing.is_empty() { (StatusCode::OK, "ready") } else { (StatusCode::SERVICE_UNAVAILABLE, "not-ready") };
    let body = json!({ "status": word, "missing": missing, "without": without });
    (status, [(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
}

/// The names of the checks that do not pass: what is needed, and what is done without.
pub async fn look(checks: &[Check]) -> (Vec<&'static str>, Vec<&'static str>) {
    let answers = join_all(checks.iter().map(|check| tokio::time::timeout(PATIENCE, (check.ask)()))).await;
    let (mut missing, mut without) = (Vec::new(), Vec::new());
    for (check, answer) in checks.iter().zip(answers) {
        let passes = matches!(answer, Ok(Ok(())));
        metrics::gauge!("ready_check", "check" => check.name).set(u8::from(passes));
        match (passes, check.needed) {
            (true, _) => {}
            (false, true) => missing.push(check.name),
            (false, false) => without.push(check.name),
        }
    }
    (missing, without)
}

async fn numbers(State(health): State<Health>) -> Response {
    match health.metrics {
        Some(metrics) => {
            // What is missing is a number too, so that an alert can name it.
            look(&health.checks).await;
            ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], metrics.read().await).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
