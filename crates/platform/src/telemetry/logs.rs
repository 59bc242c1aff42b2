//! Log lines: to standard error, and the latest of them into memory for the super admin's page.

use std::{fmt, io::Write as _};

use serde_json::{Map, Value};
use tracing::{Event, Level, Subscriber, field::Field};
use tracing_subscriber::{
    EnvFilter, Layer, filter::Directive, layer::Context, layer::SubscriberExt as _, util::SubscriberInitExt as _,
};

use super::recent;
use crate::{
    error::{Error, Result},
    trace,
};

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

/// Libraries that, asked for more than this, tell what goes through them: statements with their parameters, bodies.
/// Whatever the filter says, they tell no more than warnings.
const DISCREET: [&str; 8] = [
    "tokio_postgres=warn",
    "postgres=warn",
    "rusqlite=warn",
    "lapin=warn",
    "redis=warn",
    "hyper=warn",
    "h2=warn",
    "rustls=warn",
];

/// Starts logging to standard error. `filter` as in `info,platform=debug`. Panics are logged by their place alone:
/// their message may quote anything. A second call changes nothing.
pub fn init(format: LogFormat, filter: &str) -> Result<()> {
    let mut filter = EnvFilter::try_new(filter).map_err(Error::internal)?;
    for discreet in DISCREET {
        filter = filter.add_directive(discreet.parse::<Directive>().map_err(Error::internal)?);
    }
    let registry = tracing_subscriber::registry();
    // The error says that logging has begun already, as in tests.
    let started = match format {
        LogFormat::Lines => {
            // On a full disk a complaint about the line that could not be written would fail as well, and panic.
            let people = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).log_internal_errors(false);
            registry.with(people.and_then(Logs { print: false }).with_filter(filter)).try_init().is_ok()
        }
        LogFormat::Json => registry.with(Logs { print: true }.with_filter(filter)).try_init().is_ok(),
    };
    if started {
        std::panic::set_hook(Box::new(|panic| {
            let place = panic.location().map_or_else(String::new, ToString::to_string);
            tracing::error!(place, "panic");
        }));
    }
    Ok(())
}

/// Makes a JSON object of each event, remembers it, and prints it.
struct Logs {
    print: bool,
}

impl<S: Subscriber> Layer<S> for Logs {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let level = *event.metadata().level();
        metrics::counter!("log_lines_total", "level" => word(level)).increment(1);
        let here = trace::here();
        let line = line(event, here.as_ref());
        if self.print {
            // Nobody could be told that standard error is closed.
            let _ = std::io::stderr().lock().write_all(format!("{line}\n").as_bytes());
        }
        recent::remember(here.map(|here| here.trace.id()), line);
    }
}

fn line(event: &Event<'_>, here: Option<&trace::Here>) -> String {
    let mut fields = Fields(Map::new());
    fields.put("timestamp", now().into());
    fields.put("level", word(*event.metadata().level()).into());
    fields.put("service", trace::process().into());
    if let Some(here) = here {
        fields.put("trace_id", here.trace.id().into());
        fields.put("request_id", (&*here.request_id).into());
    }
    event.record(&mut fields);
    fields.put("target", event.metadata().target().into());
    Value::Object(fields.0).to_string()
}

#[expect(clippy::disallowed_methods, reason = "a log line tells when it was written, whatever time a rule works at")]
fn now() -> String {
    jiff::Timestamp::now().to_string()
}

fn word(level: Level) -> &'static str {
    match level {
        Level::ERROR => "ERROR",
        Level::WARN => "WARN",
        Level::INFO => "INFO",
        Level::DEBUG => "DEBUG",
        Level::TRACE => "TRACE",
    }
}

/// The fields of an event, as JSON.
struct Fields(Map<String, Value>);

impl Fields {
    fn put(&mut self, name: &str, value: Value) {
        self.0.insert(name.to_owned(), value);
    }
}

impl tracing::field::Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field.name(), value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field.name(), value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field.name(), value.into());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field.name(), value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field.name(), value.into());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field.name(), format!("{value:?}").into());
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use tracing::{Event, Subscriber};
    use tracing_subscriber::{EnvFilter, Layer, layer::Context, layer::SubscriberExt as _};

    use super::{DISCREET, line};
    use crate::trace::{Here, Kind, Span, within};

    #[derive(Clone, Default)]
    struct Caught(Arc<Mutex<Vec<String>>>);

    impl<S: Subscriber> Layer<S> for Caught {
        fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
            self.0.lock().unwrap().push(line(event, crate::trace::here().as_ref()));
        }
    }

    /// J5
    #[tokio::test]
    async fn a_line_bears_the_trace_it_belongs_to() {
        let caught = Caught::default();
        let _guard = tracing::subscriber::set_default(tracing_subscriber::registry().with(caught.clone()));
        let trace = Span::begin(Kind::Server, "GET /x", None, &crate::Clock::System).trace();
        within(Here { trace, request_id: "req_7".into() }, async { tracing::warn!(left = 3, "room is short") }).await;
        let told: serde_json::Value = serde_json::from_str(&caught.0.lock().unwrap()[0]).unwrap();
        assert_eq!(told["trace_id"], trace.id());
        assert_eq!(told["request_id"], "req_7");
        assert_eq!((told["level"].as_str(), told["message"].as_str()), (Some("WARN"), Some("room is short")));
        assert_eq!(told["left"], 3);
    }

    /// J5, J9
    #[test]
    fn libraries_that_tell_parameters_are_kept_quiet_whatever_is_asked_for() {
        let caught = Caught::default();
        let filter = DISCREET
            .iter()
            .fold(EnvFilter::new("trace"), |filter, discreet| filter.add_directive(discreet.parse().unwrap()));
        let _guard =
            tracing::subscriber::set_default(tracing_subscriber::registry().with(caught.clone().with_filter(filter)));
        tracing::debug!(target: "tokio_postgres::query", "executing with parameters [Ayu]");
        tracing::debug!(target: "platform::db", "ours");
        let lines = caught.0.lock().unwrap();
        assert!(lines.len() == 1 && lines[0].contains("ours"), "{lines:?}");
    }
}
