//! The answering side: proves who calls, reads who asks, does the verb within the time that is left.

use std::sync::Arc;

use async_trait::async_trait;
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Path, State},
    response::{IntoResponse, Response},
    routing::post,
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use platform::{
    Actor, Clock, Cx, Error, Result,
    entropy::Entropy,
    trace::{self, Here, Kind, Span},
};
use tokio::time::timeout;

use crate::{
    PREFIX, Pass, Passes,
    carried::Arrived,
    fault::{self, Fault},
    may,
};

/// The largest request that is read: an import fits.
const LARGEST: usize = 64 << 20;

/// In an answer: the service's clock, in milliseconds since 1970.
pub(crate) const CLOCK: &str = "service-clock";

/// What a service answers with.
pub(crate) enum Answer {
    /// JSON.
    Whole(Vec<u8>),
    /// JSON lines without end.
    Stream(Body),
}

/// The verbs of one contract as others call them.
#[async_trait]
pub(crate) trait Serves: Send + Sync {
    /// Does one verb: `ask` holds its arguments in JSON.
    async fn serve(&self, method: &str, cx: &Cx, ask: &str) -> Result<Answer>;
}

/// A contract's service: its name and what does its verbs.
#[derive(Clone)]
pub struct Service {
    pub(crate) name: &'static str,
    pub(crate) verbs: Arc<dyn Serves>,
}

#[derive(Clone)]
struct Desk {
    services: Arc<[Service]>,
    passes: Passes,
    clock: Clock,
    entropy: Entropy,
}

/// The routes under which these services answer others, for a listener that the public does not reach.
pub fn router(services: Vec<Service>, passes: Passes, clock: Clock, entropy: Entropy) -> Router {
    let desk = Desk { services: services.into(), passes, clock, entropy };
    Router::new().route(&format!("{PREFIX}/{{service}}/{{method}}"), post(answer)).with_state(desk)
}

/// One call. The pass is looked at before anything else, even whether there is such a service: from strangers no body is
/// read.
async fn answer(
    State(desk): State<Desk>,
    Path((service, method)): Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let mut answer = match desk.pass(&headers, &service) {
        Err(_) => (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, "Service")]).into_response(),
        Ok(pass) => desk.hear(&pass, &service, &method, body).await,
    };
    // Also where the pass is refused: then most of all the caller should know by which clock.
    answer.headers_mut().insert(CLOCK, HeaderValue::from(desk.clock.now().as_millisecond()));
    answer
}

impl Desk {
    fn pass(&self, headers: &HeaderMap, service: &str) -> Result<Pass> {
        let shown = headers.get(header::AUTHORIZATION).and_then(|shown| shown.to_str().ok()).unwrap_or_default();
        self.passes.check(shown.strip_prefix("Service ").unwrap_or_default(), service)
    }

    /// Reads what is asked by somebody who is known, and does it.
    async fn hear(&self, pass: &Pass, service: &str, method: &str, body: Body) -> Response {
        // A body that breaks off has nobody to be told.
        let Ok(body) = to_bytes(body, LARGEST).await else { return StatusCode::PAYLOAD_TOO_LARGE.into_response() };
        match self.serve(pass, service, method, &body).await {
            Ok(Answer::Whole(body)) => ([(header::CONTENT_TYPE, "application/json")], body).into_response(),
            Ok(Answer::Stream(body)) => ([(header::CONTENT_TYPE, "application/x-ndjson")], body).into_response(),
            Err(error) => refused(&error, service, method),
        }
    }

    async fn serve(&self, pass: &Pass, service: &str, method: &str, body: &[u8]) -> Result<Answer> {
        if !may::call(&pass.caller, service, method) {
            tracing::error!(caller = pass.caller, service, method, "a process asked for what its roles never ask");
            return Err(Error::Forbidden("call-between-services"));
        }
        let service =
            self.services.iter().find(|known| known.name == service).ok_or_else(|| unknown(service, method))?;
        let mut arrived = Arrived::read(body)?;
        let mut cx = arrived.cx(&pass.caller, self.clock.clone(), self.entropy.clone())?;
        if matches!(cx.actor, Actor::System(_)) && cx.permissions.0 != 0 && !pass.may_act_as_program() {
            return Err(Error::Forbidden("act-as-program"));
        }
        let span = cx
            .trace
            .map(|trace| Span::begin(Kind::Server, format!("{}.{method}", service.name), Some(trace), &self.clock));
        cx.trace = span.as_ref().map(Span::trace);
        // Whoever has gone away gets no answer any more; what is written is written to the end.
        let work = timeout(arrived.remaining(), service.verbs.serve(method, &cx, arrived.ask()));
        let answer = match cx.trace {
            Some(trace) => trace::within(Here { trace, request_id: cx.request_id.clone() }, work).await,
            None => work.await,
        }
        .unwrap_or(Err(Error::Late));
        if let Some(span) = span {
            span.end(answer.as_ref().is_err_and(|error| error.status() >= 500));
        }
        answer
    }
}

/// A verb that this version does not have.
pub(crate) fn unknown(service: &str, method: &str) -> Error {
    Error::internal(format_args!("{service} has no verb {method}: is the caller of another version?"))
}

fn refused(error: &Error, service: &str, method: &str) -> Response {
    if error.status() >= 500 {
        tracing::error!(service, method, cause = %error, "a service call failed");
    }
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let kind = HeaderValue::from_static(fault::MEDIA_TYPE);
    let body = serde_json::to_vec(&Fault::from(error)).unwrap_or_default();
    (status, [(header::CONTENT_TYPE, kind)], body).into_response()
}
