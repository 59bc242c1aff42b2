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

use crate::{error::Result, telemetry::Metrics};

type Answer = Pin<Box<dyn Future<Output = Result<()>> + Send>>;

/// One thing that must work before requests are taken.
#[derive(Clone)]
pub struct Check {
    name: &'static str,
    ask: Arc<dyn Fn() -> Answer + Send + Sync>,
}

impl Check {
    /// A named check: `Check::new("database", move || { let db = db.clone(); async move { … } })`.
    pub fn new<F: Future<Output = Result<()>> + Send + 'static>(
        name: &'static str,
        ask: impl Fn() -> F + Send + Sync + 'static,
    ) -> Self {
        Self { name, ask: Arc::new(move || Box::pin(ask())) }
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
    let answers = join_all(health.checks.iter().map(|check| tokio::time::timeout(PATIENCE, (check.ask)()))).await;
    let failed: Vec<&str> = health
        .checks
        .iter()
        .zip(answers)
        .filter(|(_, answer)| !matches!(answer, Ok(Ok(()))))
        .map(|(check, _)| check.name)
        .collect();
    let (status, word) =
        if failed.is_empty() { (StatusCode::OK, "ready") } else { (StatusCode::SERVICE_UNAVAILABLE, "not-ready") };
    (status, [(header::CACHE_CONTROL, "no-store")], Json(json!({ "status": word, "missing": failed }))).into_response()
}

async fn numbers(State(health): State<Health>) -> Response {
    match health.metrics {
        Some(metrics) => ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], metrics.render()).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
