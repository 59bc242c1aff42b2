//! Spans on their way to a collector: OTLP over HTTP in JSON (<https://opentelemetry.io/docs/specs/otlp/#otlphttp>).
//!
//! A queue of bounded length stands between the work and the collector. A collector that is away or slow costs spans,
//! which are counted, never time or memory. Of our own rather than the OpenTelemetry crates: a hundred crates for what
//! these lines do, and nothing of theirs is needed elsewhere.

use std::{sync::OnceLock, time::Duration};

use bytes::Bytes;
use http_body_util::Full;
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::{
    net::TcpStream,
    sync::{mpsc, oneshot},
    time::timeout,
};
use url::Url;

use super::{Ended, process};
use crate::{Error, Result};

/// Spans that may wait.
const QUEUE: usize = 4096;
/// Spans sent together at most.
const BATCH: usize = 512;
/// How long the first of a batch waits for others.
const GATHER: Duration = Duration::from_secs(1);
/// How long the collector may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where spans go to.
#[derive(Debug, Clone)]
pub struct Collector {
    /// Its address, such as `http://collector:4318`; spans go to `/v1/traces` there.
    pub endpoint: String,
    /// Which share of the traces that begin here is kept, from 0 to 1.
    pub ratio: f64,
    /// The version of this program.
    pub version: &'static str,
}

struct Exporter {
    ratio: f64,
    queue: mpsc::Sender<Message>,
}

enum Message {
    Span(Box<Ended>),
    Flush(oneshot::Sender<()>),
}

static EXPORTER: OnceLock<Exporter> = OnceLock::new();

/// Starts sending spans to a collector, once for the process. Fails where the address is no `http://…`: what needs more
/// than that is the work of a collector beside us.
pub fn collect(collector: &Collector) -> Result<()> {
    let target = Target::of(&collector.endpoint, collector.version).ok_or_else(|| {
        Error::internal("setting trace.endpoint: an address such as http://collector:4318 is expected")
    })?;
    let (queue, waiting) = mpsc::channel(QUEUE);
    if EXPORTER.set(Exporter { ratio: collector.ratio, queue }).is_ok() {
        tokio::spawn(send_on(waiting, target));
    }
    Ok(())
}

/// Sends what waits, for a while at most: before the process ends.
pub async fn finish() {
    let Some(exporter) = EXPORTER.get() else { return };
    let (done, sent) = oneshot::channel();
    if exporter.queue.send(Message::Flush(done)).await.is_ok() {
        // Whoever ends must not wait for a collector.
        let _ = timeout(PATIENCE, sent).await;
    }
}

/// Whether a trace that begins here is kept.
pub(super) fn wants(id: u128) -> bool {
    EXPORTER
        .get()
        .is_some_and(|exporter| (id as u64) as f64 / u64::MAX as f64 <= exporter.ratio && exporter.ratio > 0.0)
}

/// Puts a span into the queue, or counts it as lost.
pub(super) fn keep(ended: Ended) {
    let Some(exporter) = EXPORTER.get() else { return };
    if exporter.queue.try_send(Message::Span(Box::new(ended))).is_err() {
        metrics::counter!("trace_spans_dropped_total").increment(1);
    }
}

/// Where and as whom batches are sent.
struct Target {
    address: String,
    host: String,
    path: String,
    version: &'static str,
}

impl Target {
    /// At this endpoint; none where it is no `http://…`. Where it names no port it is that of HTTP, as with any address
    /// (OTLP's own, 4318, stands in it).
    fn of(endpoint: &str, version: &'static str) -> Option<Self> {
        let url = Url::parse(endpoint).ok().filter(|url| url.scheme() == "http")?;
        let (host, port) = (url.host_str()?, url.port_or_known_default()?);
        Some(Self {
            address: format!("{host}:{port}"),
            host: format!("{host}:{port}"),
            path: format!("{}/v1/traces", url.path().trim_end_matches('/')),
            version,
        })
    }
}

async fn send_on(mut waiting: mpsc::Receiver<Message>, target: Target) {
    let mut batch = Vec::new();
    while let Some(message) = waiting.recv().await {
        let mut flushed = None;
        let mut next = Some(message);
        let gathering = async {
            while let Some(message) = next {
                match message {
                    Message::Span(span) => batch.push(*span),
                    Message::Flush(done) => {
                        flushed = Some(done);
                        return;
                    }
                }
                if batch.len() >= BATCH {
                    return;
                }
                next = waiting.recv().await;
            }
        };
        // Time is up: what there is goes.
        let _ = timeout(GATHER, gathering).await;
        if !batch.is_empty() {
            let count = batch.len() as u64;
            let body = request(&batch, target.version).to_string();
            batch.clear();
            let sent = timeout(PATIENCE, post(&target, body.into())).await;
            if matches!(sent, Ok(Ok(()))) {
                metrics::counter!("trace_spans_sent_total").increment(count);
            } else {
                tracing::debug!(count, "spans did not reach the collector");
                metrics::counter!("trace_spans_dropped_total").increment(count);
            }
        }
        if let Some(done) = flushed {
            let _ = done.send(());
        }
    }
}

async fn post(target: &Target, body: Bytes) -> Result<()> {
    let stream = TcpStream::connect(&target.address).await.map_err(Error::internal)?;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(Error::internal)?;
    let connection = tokio::spawn(connection);
    let request = http::Request::post(&target.path)
        .header(http::header::HOST, &target.host)
        .header(http::header::CONTENT_TYPE, "application/json")
        .body(Full::new(body))
        .map_err(Error::internal)?;
    let answer = sender.send_request(request).await;
    connection.abort();
    match answer {
        Ok(answer) if answer.status().is_success() => Ok(()),
        Ok(answer) => Err(Error::internal(answer.status())),
        Err(error) => Err(Error::internal(error)),
    }
}

/// An `ExportTraceServiceRequest`.
fn request(batch: &[Ended], version: &str) -> Value {
    json!({ "resourceSpans": [{
        "resource": { "attributes": [text("service.name", process()), text("service.version", version)] },
        "scopeSpans": [{ "scope": { "name": "mediverse" }, "spans": batch.iter().map(span).collect::<Vec<_>>() }],
    }] })
}

fn span(ended: &Ended) -> Value {
    let span = &ended.span;
    let notes: Vec<Value> = span.notes.iter().map(|(key, value)| text(key, value)).collect();
    let mut out = json!({
        "traceId": span.trace.id(),
        "spanId": format!("{:016x}", span.trace.span),
        "name": span.name,
        "kind": span.kind as u8,
        "startTimeUnixNano": nanoseconds(span.began),
        "endTimeUnixNano": nanoseconds(ended.at),
        "attributes": notes,
        "status": if ended.failed { json!({ "code": 2 }) } else { json!({}) },
    });
    if let Some(parent) = span.parent {
        out["parentSpanId"] = json!(format!("{parent:016x}"));
    }
    out
}

fn text(key: &str, value: &str) -> Value {
    json!({ "key": key, "value": { "stringValue": value } })
}

/// As OTLP wants 64-bit numbers in JSON: as text.
fn nanoseconds(at: Timestamp) -> String {
    at.as_nanosecond().to_string()
}

#[cfg(test)]
mod tests {
    use super::{
        super::{Kind, Span},
        Ended, Target, request,
    };
    use crate::Clock;

    /// J5
    #[test]
    fn spans_go_to_the_port_that_is_named() {
        let address = |endpoint: &str| Target::of(endpoint, "1").map(|target| target.address);
        assert_eq!(address("http://collector:4318").as_deref(), Some("collector:4318"));
        assert_eq!(address("http://collector:80").as_deref(), Some("collector:80"));
        assert_eq!(address("http://collector").as_deref(), Some("collector:80"));
        assert_eq!(address("https://collector:4318"), None);
        assert_eq!(address("collector:4318"), None);
    }

    /// J5
    #[test]
    fn a_span_is_told_in_the_words_of_otlp() {
        let clock = Clock::manual("2026-11-24T02:00:00.5Z".parse().unwrap());
        let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".parse().unwrap();
        let mut span = Span::begin(Kind::Server, "POST /api/v1/orders", Some(parent), &clock);
        span.note("http.response.status_code", "201");
        clock.advance(jiff::SignedDuration::from_millis(20));
        let ended = Ended { at: clock.now(), span, failed: true };
        let told = request(&[ended], "1.2.3");
        let resource = &told["resourceSpans"][0];
        assert_eq!(resource["resource"]["attributes"][1]["value"]["stringValue"], "1.2.3");
        let span = &resource["scopeSpans"][0]["spans"][0];
        assert_eq!(span["traceId"], "0af7651916cd43dd8448eb211c80319c");
        assert_eq!(span["parentSpanId"], "b7ad6b7169203331");
        assert_eq!(span["kind"], 2);
        assert_eq!(span["startTimeUnixNano"], "1795485600500000000");
        assert_eq!(span["endTimeUnixNano"], "1795485600520000000");
        assert_eq!(span["status"]["code"], 2);
        assert_eq!(span["attributes"][0]["key"], "http.response.status_code");
    }
}
