//! The calling side: one call, on as many replicas as is safe, within the time that is left.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use jiff::Timestamp;
use platform::{
    Cx, Error, Result,
    trace::{Kind, Span, Trace},
};
use serde::{Serialize, de::DeserializeOwned};
use tokio::time::{Instant, timeout};

use crate::{
    PREFIX, Passes, Upstream, carried,
    connection::Failed,
    fault::{self, Fault},
    service::CLOCK,
    upstream::Replica,
};

/// The largest answer that is read.
const LARGEST: usize = 16 << 20;
/// How long the first replica may take to answer what may be asked again while there is another; the next has all the
/// time that is left.
const PATIENCE: Duration = Duration::from_secs(1);
/// How many replicas one call may knock at.
const MOST: usize = 3;
/// How long one process may take that is asked by its address.
const PATIENCE_WITH_ONE: Duration = Duration::from_secs(3);

/// One call, and how often it may be made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Call {
    method: &'static str,
    /// Asked twice it is as if it were asked once.
    repeatable: bool,
}

impl Call {
    /// Changes nothing.
    pub(crate) const fn read(method: &'static str) -> Self {
        Self { method, repeatable: true }
    }

    /// Changes something.
    pub(crate) const fn write(method: &'static str) -> Self {
        Self { method, repeatable: false }
    }

    /// Changes something once, however often it is asked, where that holds.
    pub(crate) const fn again_if(self, sure: bool) -> Self {
        Self { repeatable: self.repeatable || sure, ..self }
    }
}

/// Calls one service. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Caller {
    upstream: Upstream,
    passes: Passes,
}

/// An answer, read whole.
struct Answer {
    status: StatusCode,
    is_fault: bool,
    body: Bytes,
}

impl Caller {
    /// Calls that service with passes of this process.
    pub fn new(upstream: Upstream, passes: Passes) -> Self {
        Self { upstream, passes }
    }

    /// The service's name.
    pub fn service(&self) -> &'static str {
        self.upstream.service()
    }

    /// Asks and reads the answer.
    pub(crate) async fn ask<A: Serialize, T: DeserializeOwned>(
        &self,
        call: Call,
        cx: Option<&Cx>,
        ask: &A,
    ) -> Result<T> {
        let left = carried::remaining(cx).ok_or(Error::Late)?;
        let end = Instant::now() + left;
        let span = self.span(call, cx);
        let trace = span.as_ref().map(Span::trace);
        let answer = self.knock(call, cx, trace, ask, end).await;
        self.read(call, span, answer)
    }

    fn span(&self, call: Call, cx: Option<&Cx>) -> Option<Span> {
        let (cx, trace) = cx.and_then(|cx| Some((cx, cx.trace?)))?;
        let name = format!("{}.{}", self.service(), call.method);
        Some(Span::begin(Kind::Client, name, Some(trace), &cx.clock))
    }

    fn read<T: DeserializeOwned>(&self, call: Call, span: Option<Span>, answer: Result<Answer>) -> Result<T> {
        if let Some(span) = span {
            span.end(answer.as_ref().map_or(true, |answer| answer.status.is_server_error()));
        }
        let answer = answer?;
        let service = self.service();
        if answer.status == StatusCode::OK {
            return serde_json::from_slice(&answer.body)
                .map_err(|_| Error::internal(format_args!("an answer of {service} cannot be read: {}", call.method)));
        }
        match serde_json::from_slice::<Fault>(&answer.body) {
            Ok(fault) if answer.is_fault => Err(fault.into_error(service)),
            _ if answer.status == StatusCode::UNAUTHORIZED => {
                Err(Error::internal(format_args!("{service} refused our pass: is its key another, or its clock off?")))
            }
            _ => Err(Error::Unavailable(service)),
        }
    }

    /// Asks replicas in turn until one answers, as long as asking again is safe.
    async fn knock<A: Serialize>(
        &self,
        call: Call,
        cx: Option<&Cx>,
        trace: Option<Trace>,
        ask: &A,
        end: Instant,
    ) -> Result<Answer> {
        let mut asked: Vec<SocketAddr> = Vec::new();
        let mut passing = None;
        while asked.len() < MOST {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(Error::Late);
            }
            let replicas = self.upstream.in_turn(&asked).await;
            let Some((replica, leave)) =
                replicas.iter().find_map(|replica| replica.breaker.enter().map(|leave| (replica, leave)))
            else {
                break;
            };
            let others =
                replicas.iter().any(|other| !asked.contains(&other.address) && other.address != replica.address);
            asked.push(replica.address);
            let is_first = asked.len() == 1;
            let limit = if call.repeatable && others && is_first { left.min(PATIENCE) } else { left };
            let body = Bytes::from(carried::write(cx, trace, limit, ask)?);
            let began = Instant::now();
            let answer = timeout(limit, self.one(replica, call, body)).await;
            let answer = answer.unwrap_or_else(|_| Err(Failed::after("no answer in time")));
            self.count(call, &answer, began);
            match answer {
                Ok(answer) => {
                    leave.good();
                    // What is missing there may be there elsewhere, once.
                    if !call.repeatable || passing.is_some() || !others || !is_passing(&answer) {
                        return Ok(answer);
                    }
                    passing = Some(answer);
                }
                Err(failed) => {
                    leave.bad();
                    replica.connection.forget().await;
                    tracing::warn!(called = self.service(), method = call.method, replica = %replica.address, why = failed.why, "a service did not answer");
                    if failed.begun && !(call.repeatable && is_first) {
                        return Err(if Instant::now() >= end {
                            Error::Late
                        } else {
                            Error::Unavailable(self.service())
                        });
                    }
                }
            }
        }
        passing.ok_or(Error::Unavailable(self.service()))
    }

    async fn one(&self, replica: &Arc<Replica>, call: Call, body: Bytes) -> Result<Answer, Failed> {
        let request = self.request(replica.address, call.method, body).map_err(Failed::after)?;
        let began = Instant::now();
        let response = replica.connection.send(request).await?;
        self.note_clock(replica, &response, began);
        let (head, body) = response.into_parts();
        let is_fault = head.headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == fault::MEDIA_TYPE);
        let body = Limited::new(body, LARGEST).collect().await.map_err(Failed::after)?.to_bytes();
        Ok(Answer { status: head.status, is_fault, body })
    }

    /// Opens a stream without end on one replica: its bytes are read as they come.
    pub(crate) async fn stream(&self, replica: &Replica, method: &'static str) -> Result<Incoming, Failed> {
        let body = carried::write(None, None, PATIENCE, &()).map_err(Failed::after)?;
        let request = self.request(replica.address, method, body.into()).map_err(Failed::after)?;
        let began = Instant::now();
        let response = timeout(PATIENCE, replica.connection.send(request)).await.map_err(Failed::after)??;
        self.note_clock(replica, &response, began);
        if response.status() != StatusCode::OK {
            return Err(Failed::after(response.status()));
        }
        Ok(response.into_body())
    }

    /// What the clock at the other end says, refused or not.
    fn note_clock(&self, replica: &Replica, response: &Response<Incoming>, began: Instant) {
        let said = response.headers().get(CLOCK).and_then(|said| said.to_str().ok()?.parse().ok());
        if let Some(said) = said.and_then(|said| Timestamp::from_millisecond(said).ok()) {
            self.passes.note_clock(replica.address, said, began.elapsed());
        }
    }

    /// The replicas there are now.
    pub(crate) async fn replicas(&self) -> Vec<Arc<Replica>> {
        self.upstream.in_turn(&[]).await
    }

    /// A caller for each replica there is now.
    pub(crate) async fn each(&self) -> Vec<One> {
        self.replicas().await.into_iter().map(|replica| One { caller: self.clone(), replica }).collect()
    }

    fn request(&self, replica: SocketAddr, method: &str, body: Bytes) -> Result<Request<Full<Bytes>>> {
        let service = self.service();
        let pass = HeaderValue::try_from(format!("Service {}", self.passes.show(service))).map_err(Error::internal)?;
        Request::post(format!("http://{replica}{PREFIX}/{service}/{method}"))
            .header(header::AUTHORIZATION, pass)
            .header(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))
            .body(Full::new(body))
            .map_err(Error::internal)
    }

    fn count(&self, call: Call, answer: &Result<Answer, Failed>, began: Instant) {
        let outcome = match answer {
            Ok(answer) if answer.status.is_server_error() => "failed",
            Ok(_) => "answered",
            Err(_) => "unanswered",
        };
        metrics::histogram!("service_call_seconds", "service" => self.service(), "method" => call.method)
            .record(began.elapsed().as_secs_f64());
        metrics::counter!("service_calls_total", "service" => self.service(), "outcome" => outcome).increment(1);
    }
}

/// Calls one replica and no other: where it does not answer, nobody does. `Unavailable` says that it surely did not begin.
#[derive(Debug, Clone)]
pub(crate) struct One {
    caller: Caller,
    replica: Arc<Replica>,
}

impl One {
    /// Where it is.
    pub(crate) fn address(&self) -> SocketAddr {
        self.replica.address
    }

    /// Asks and reads the answer.
    pub(crate) async fn ask<A: Serialize, T: DeserializeOwned>(
        &self,
        call: Call,
        cx: Option<&Cx>,
        ask: &A,
    ) -> Result<T> {
        let Self { caller, replica } = self;
        let left = carried::remaining(cx).ok_or(Error::Late)?.min(PATIENCE_WITH_ONE);
        let span = caller.span(call, cx);
        let body = Bytes::from(carried::write(cx, span.as_ref().map(Span::trace), left, ask)?);
        let began = Instant::now();
        let answer = timeout(left, caller.one(replica, call, body)).await;
        let answer = answer.unwrap_or_else(|_| Err(Failed::after("no answer in time")));
        caller.count(call, &answer, began);
        let answer = match answer {
            Ok(answer) => Ok(answer),
            Err(failed) => {
                replica.connection.forget().await;
                tracing::debug!(method = call.method, replica = %replica.address, why = failed.why, "a process did not answer");
                Err(if failed.begun { Error::Late } else { Error::Unavailable(caller.service()) })
            }
        };
        caller.read(call, span, answer)
    }
}

fn is_passing(answer: &Answer) -> bool {
    answer.status == StatusCode::SERVICE_UNAVAILABLE
        && (!answer.is_fault || serde_json::from_slice::<Fault>(&answer.body).is_ok_and(|fault| fault.is_passing()))
}
