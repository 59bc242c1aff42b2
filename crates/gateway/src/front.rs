//! One request, from its arrival to the head of its answer.

use std::{sync::Arc, time::Duration};

use http::{HeaderValue, Method, Request, Response, Version, header, request::Parts};
use hyper::body::Incoming;
use platform::{Clock, entropy::Entropy, http::Network, i18n::Texts};
use tokio::{
    sync::{Semaphore, watch},
    time::Instant,
};

use crate::{
    body::Answer,
    compress::{AskedFromElsewhere, is_asked_from_elsewhere},
    connection::{Activity, Caller},
    crowd::Crowd,
    forward::{Errand, Forwarder, Kept},
    guard,
    headers::Manner,
    limit::RateLimit,
    numbers,
    openapi::Descriptions,
    phase::{Phase, Phases},
    refuse::Refusal,
    settings::Settings,
    table::{Route, Table},
    visit::{REQUEST_ID, Visit},
};

/// Everything that answers requests.
pub(crate) struct Front {
    pub settings: Settings,
    pub table: Table,
    pub proxies: Vec<Network>,
    pub private_headers: Vec<http::HeaderName>,
    pub clock: Clock,
    pub entropy: Entropy,
    pub texts: Arc<Texts>,
    pub limit: Option<Arc<dyn RateLimit>>,
    pub forwarder: Forwarder,
    pub descriptions: Descriptions,
    pub room: Arc<Semaphore>,
    pub crowd: Arc<Crowd>,
    pub hsts: Option<HeaderValue>,
    pub phase: watch::Receiver<Phase>,
}

/// What the API is described at.
const DESCRIPTION: &str = "/api/openapi.json";
/// How long services may take to describe themselves.
const DESCRIBED_WITHIN: Duration = Duration::from_secs(5);

impl Front {
    pub fn phase(&self) -> Phases {
        Phases::new(self.phase.clone())
    }

    /// Answers a request.
    pub async fn answer(
        &self,
        request: Request<Incoming>,
        caller: &Arc<Caller>,
        activity: &Arc<Activity>,
    ) -> Response<Answer> {
        let started = Instant::now();
        let (head, body) = request.into_parts();
        let (visit, mut span) = Visit::open(&head, caller.peer, &self.proxies, &self.clock, &self.entropy);
        let (version, method) = (head.version, head.method.clone());
        let from_elsewhere = is_asked_from_elsewhere(&head.headers);
        let mut route = None;
        let answered = self.handle(head, body, &visit, caller, activity, &mut route).await;
        let mut response = match answered {
            Ok(response) => response,
            Err(refusal) => {
                note(refusal, &visit, route);
                let mut response = refusal.tell(&visit, &self.texts);
                if version < Version::HTTP_2 && leaves_body_unread(refusal) {
                    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
                }
                response
            }
        };
        self.finish(&mut response, &visit, version, caller, activity);
        if from_elsewhere {
            response.extensions_mut().insert(AskedFromElsewhere);
        }
        numbers::request(route, &method, response.status(), started.elapsed());
        if let Some(route) = route {
            span.note("http.route", route.pattern.to_string());
            span.note("peer.service", route.service.to_string());
        }
        span.note("http.response.status_code", response.status().as_str().to_owned());
        span.end(response.status().is_server_error());
        response
    }

    async fn handle<'t>(
        &'t self,
        head: Parts,
        body: Incoming,
        visit: &Visit,
        caller: &Arc<Caller>,
        activity: &Arc<Activity>,
        route: &mut Option<&'t Route>,
    ) -> Result<Response<Answer>, Refusal> {
        let entered = activity.enter();
        let host = guard::host(&head, &self.settings.hosts)?;
        let path = guard::path(&head, &self.settings.internal_paths)?;
        self.admit(visit).await?;
        let guest = self.crowd.enter(visit.rate_key()).ok_or(Refusal::TooMany(1))?;
        let permit = self.room.clone().try_acquire_owned().map_err(|_| Refusal::Busy)?;
        if path == DESCRIPTION && matches!(head.method, Method::GET | Method::HEAD) {
            return self.descriptions.answer(&head.headers, &self.forwarder, &self.table, DESCRIBED_WITHIN).await;
        }
        let found = self.table.find(&path).ok_or(Refusal::NotFound)?;
        *route = Some(found);
        let manner = Manner {
            private: &self.private_headers,
            host: &host,
            secure: caller.secure,
            compresses: self.settings.compression,
        };
        let errand = Errand {
            route: found,
            visit,
            manner,
            caller,
            activity,
            kept: Kept { _entered: entered, _guest: guest, permit: Some(permit) },
            phase: self.phase(),
        };
        self.forwarder.forward(errand, head, body).await
    }

    /// Lets a client in that has not asked too often.
    async fn admit(&self, visit: &Visit) -> Result<(), Refusal> {
        match &self.limit {
            Some(limit) => limit.take(visit.rate_key()).await.map_err(Refusal::TooMany),
            None => Ok(()),
        }
    }

    /// The headers of every answer.
    fn finish(
        &self,
        response: &mut Response<Answer>,
        visit: &Visit,
        version: Version,
        caller: &Caller,
        activity: &Activity,
    ) {
        let switching = response.status() == http::StatusCode::SWITCHING_PROTOCOLS;
        let headers = response.headers_mut();
        headers.insert(REQUEST_ID, visit.request_id.clone());
        if let Some(hsts) = self.hsts.as_ref().filter(|_| caller.secure) {
            headers.insert(header::STRICT_TRANSPORT_SECURITY, hsts.clone());
        }
        if activity.is_closing() && version < Version::HTTP_2 && !switching {
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
    }
}

/// What we could not do goes to the log; what callers did wrong only counts.
fn note(refusal: Refusal, visit: &Visit, route: Option<&Route>) {
    numbers::refused(refusal.kind());
    if refusal.status().is_server_error() {
        tracing::warn!(
            request_id = visit.request_id.to_str().unwrap_or_default(),
            trace_id = visit.trace.id(),
            route = route.map_or("-", |route| &*route.pattern),
            kind = refusal.kind(),
            "a request was not answered by its service"
        );
    }
}

/// After these the rest of the body may still be coming, so that nothing more can be read from the connection.
fn leaves_body_unread(refusal: Refusal) -> bool {
    matches!(refusal, Refusal::TooLarge(_) | Refusal::Slow | Refusal::Malformed | Refusal::Method)
}
