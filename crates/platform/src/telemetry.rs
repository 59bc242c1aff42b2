//! What operators see: logs, numbers, and nothing of anybody's private life.

use std::{fmt, sync::OnceLock, time::Duration};

use http::{Method, StatusCode};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

use crate::error::{Error, Result};

/// A value that logs and error texts do not show.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct Private<T>(T);

impl<T> Private<T> {
    /// Hides a value.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value, where it is truly needed.
    pub const fn expose(&self) -> &T {
        &self.0
    }

    /// The value itself.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<'de, T: serde::Deserialize<'de>> serde::Deserialize<'de> for Private<T> {
    fn deserialize<D: serde::Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        T::deserialize(source).map(Self)
    }
}

impl<T> fmt::Debug for Private<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("«private»")
    }
}

impl<T> fmt::Display for Private<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("«private»")
    }
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people at a terminal.
    Lines,
    /// One JSON object a line, for collectors.
    Json,
}

impl LogFormat {
    /// Lines at a terminal, JSON elsewhere.
    pub fn detect() -> Self {
        if std::io::IsTerminal::is_terminal(&std::io::stderr()) { Self::Lines } else { Self::Json }
    }
}

/// Starts logging to standard error. `filter` as in `info,platform=debug`. Panics are logged by their place alone:
/// their message may quote anything. A second call changes nothing.
pub fn init(format: LogFormat, filter: &str) -> Result<()> {
    let filter = EnvFilter::try_new(filter).map_err(Error::internal)?;
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // The error says that logging has begun already, as in tests.
    let started = match format {
        LogFormat::Lines => subscriber.try_init().is_ok(),
        LogFormat::Json => subscriber.json().flatten_event(true).try_init().is_ok(),
    };
    if started {
        std::panic::set_hook(Box::new(|panic| {
            let place = panic.location().map_or_else(String::new, ToString::to_string);
            tracing::error!(place, "panic");
        }));
    }
    Ok(())
}

/// The numbers of this process, in the text format of Prometheus.
#[derive(Clone)]
pub struct Metrics(PrometheusHandle);

/// Seconds; finest where answers should lie.
const BUCKETS: [f64; 11] = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

impl Metrics {
    /// Starts counting, once for the process; later calls answer with the same numbers.
    pub fn install() -> Result<Self> {
        static INSTALLED: OnceLock<std::result::Result<Metrics, String>> = OnceLock::new();
        INSTALLED.get_or_init(|| Self::start().map_err(|e| e.to_string())).clone().map_err(Error::Internal)
    }

    fn start() -> std::result::Result<Self, metrics_exporter_prometheus::BuildError> {
        let handle = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &BUCKETS)?
            .install_recorder()?;
        metrics::describe_histogram!("http_request_seconds", "Time until the head of the answer, by route.");
        metrics::describe_counter!("http_requests_total", "Requests answered, by route and status.");
        Ok(Self(handle))
    }

    /// The numbers now.
    pub fn render(&self) -> String {
        self.0.run_upkeep();
        self.0.render()
    }
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

#[cfg(test)]
mod tests {
    use super::Private;

    /// E6
    #[test]
    fn private_values_do_not_show() {
        let card = Private::new("3174010101900001");
        assert_eq!(format!("{card} {card:?}"), "«private» «private»");
        assert_eq!(*card.expose(), "3174010101900001");
    }
}
