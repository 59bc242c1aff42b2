//! Numbers for Prometheus. Labels are words of ours: routes' templates, kinds, contexts; never what people wrote.

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, OnceLock},
    time::Duration,
};

use futures_util::future::join_all;
use http::{Method, StatusCode};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use super::process;
use crate::error::{Error, Result};

type Looking = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Sets gauges that are looked up only when somebody asks for the numbers.
#[derive(Clone)]
pub struct Gauges(Arc<dyn Fn() -> Looking + Send + Sync>);

impl Gauges {
    /// `Gauges::new(move || { let db = db.clone(); async move { … metrics::gauge!(…).set(…) } })`. What takes longer
    /// than two seconds is left as it was.
    pub fn new<F: Future<Output = ()> + Send + 'static>(look: impl Fn() -> F + Send + Sync + 'static) -> Self {
        Self(Arc::new(move || Box::pin(look())))
    }
}

/// The numbers of this process, in the text format of Prometheus.
#[derive(Clone)]
pub struct Metrics {
    handle: PrometheusHandle,
    gauges: Arc<[Gauges]>,
}

/// Seconds; finest where answers should lie.
const BUCKETS: [f64; 11] = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];
/// How long looking up gauges may take.
const PATIENCE: Duration = Duration::from_secs(2);

impl Metrics {
    /// Starts counting, once for the process; later calls answer with the same numbers.
    pub fn install() -> Result<Self> {
        static INSTALLED: OnceLock<std::result::Result<PrometheusHandle, String>> = OnceLock::new();
        let handle = INSTALLED.get_or_init(|| start().map_err(|e| e.to_string())).clone().map_err(Error::Internal)?;
        Ok(Self { handle, gauges: Arc::new([]) })
    }

    /// The same numbers, with gauges that are looked up when they are asked for.
    #[must_use]
    pub fn asking(self, gauges: Vec<Gauges>) -> Self {
        Self { gauges: gauges.into(), ..self }
    }

    /// The numbers now.
    pub async fn read(&self) -> String {
        process::look();
        let looked = join_all(self.gauges.iter().map(|gauges| tokio::time::timeout(PATIENCE, (gauges.0)()))).await;
        if looked.iter().any(std::result::Result::is_err) {
            tracing::warn!("some numbers could not be looked up in time");
        }
        self.render()
    }

    /// The numbers without looking anything up.
    pub fn render(&self) -> String {
        self.handle.run_upkeep();
        self.handle.render()
    }
}

fn start() -> std::result::Result<PrometheusHandle, metrics_exporter_prometheus::BuildError> {
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &BUCKETS)?
        .install_recorder()?;
    metrics::describe_histogram!("http_request_seconds", "Time until the head of the answer, by route.");
    metrics::describe_counter!("http_requests_total", "Requests answered, by route and status.");
    metrics::describe_counter!("http_conflicts_total", "Requests refused because of a conflict, by its kind.");
    metrics::describe_gauge!("ready_check", "1 where what the check looks at is there, else 0.");
    metrics::describe_gauge!("build_info", "1, with the version and the roles of this process.");
    metrics::describe_histogram!("bus_effect_seconds", "From the moment an event was said to its effect, by hearer.");
    metrics::describe_counter!("bus_sent_total", "Events sent, by the context that said them.");
    metrics::describe_gauge!("bus_outbox_unsent", "Events said and not sent yet.");
    metrics::describe_gauge!("bus_outbox_oldest_seconds", "How long the oldest of them has waited.");
    metrics::describe_gauge!("bus_waiting", "Events heard and not applied yet, without those that are parked.");
    metrics::describe_gauge!("bus_parked", "Events that failed by themselves and wait for a decision.");
    metrics::describe_gauge!("jobs_due", "Jobs that should have run by now.");
    metrics::describe_gauge!("jobs_oldest_due_seconds", "How late the latest of them is.");
    metrics::describe_gauge!("jobs_dead", "Jobs that failed for good.");
    metrics::describe_counter!("job_runs_total", "Runs of jobs, by how they ended.");
    metrics::describe_gauge!("db_pool_in_use", "Connections in use.");
    metrics::describe_gauge!("db_pool_size_max", "Connections there may be.");
    metrics::describe_gauge!("db_pool_waiting", "Units of work that wait for a connection.");
    metrics::describe_counter!("db_units_total", "Write units committed.");
    metrics::describe_counter!("db_commits_total", "COMMITs that held them.");
    metrics::describe_counter!("trace_spans_dropped_total", "Spans that never reached the collector.");
    Ok(handle)
}

/// Counts something a context did: `count("orders_total", "kind", "express")`. The label's values are words of ours.
pub fn count(name: &'static str, label: &'static str, value: &'static str) {
    metrics::counter!(name, label => value).increment(1);
}

/// Counts a refusal because of a conflict.
pub(crate) fn conflict(kind: &str) {
    metrics::counter!("http_conflicts_total", "kind" => kind.to_owned()).increment(1);
}

/// Counts an answered request under its route's template, never its path.
pub(crate) fn request(method: &Method, route: Option<&str>, status: StatusCode, took: Duration) {
    let route = route.unwrap_or("none").to_owned();
    let method = match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "OTHER",
    };
    metrics::histogram!("http_request_seconds", "method" => method, "route" => route.clone())
        .record(took.as_secs_f64());
    metrics::counter!("http_requests_total", "method" => method, "route" => route, "status" => status.as_str().to_owned()).increment(1);
}
