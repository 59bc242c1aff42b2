//! Sends a request to a replica of its service, and to another one where that is safe.
//!
//! Safe is: nothing was sent (no connection); or the request may be done twice (its method says so, or it carries an
//! `Idempotency-Key` to a path that knows it) and its body is known as a whole. Then a short answer is taken in as a whole
//! before its head is passed on, so that a replica that dies in the middle of it is not noticed either.

use std::{sync::Arc, time::Duration};

use http::{HeaderMap, Method, Request, Response, StatusCode, Uri, Version, header, request::Parts, uri::PathAndQuery};
use http_body::Body;
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper_util::{
    client::legacy::Client,
    rt::{TokioExecutor, TokioTimer},
};
use platform::tls::Mutual;
use tokio::{
    sync::OwnedSemaphorePermit,
    time::{Instant, timeout_at},
};

use crate::{
    body::{Answer, Bounds, Held, Outgoing, Passing, full, gather},
    connection::{Activity, Caller, Entered},
    crowd::Guest,
    early::HearOut,
    headers::{self, Manner},
    numbers,
    phase::Phases,
    refuse::Refusal,
    replica::{Engaged, Replica, Service},
    settings::{Settings, Times},
    table::{Route, Table},
    tunnel,
    visit::Visit,
    way::Way,
};

/// How often a request is sent at most.
const TRIES: usize = 3;

/// The services and the connections to them.
pub(crate) struct Forwarder {
    services: Vec<Arc<Service>>,
    client: Client<HearOut<Way>, Outgoing>,
    times: Times,
    body_limit: u64,
    replay: u64,
    /// Paths that do what has an `Idempotency-Key` once.
    keyed: Vec<String>,
}

/// A request on its way, without its head and body.
pub(crate) struct Errand<'a> {
    pub route: &'a Route,
    pub visit: &'a Visit,
    pub manner: Manner<'a>,
    pub caller: &'a Arc<Caller>,
    pub activity: &'a Arc<Activity>,
    /// What must last until the answer is read to its end.
    pub kept: Kept,
    pub phase: Phases,
}

/// What a request takes up.
pub(crate) struct Kept {
    /// Of its connection: there is something to wait for.
    pub _entered: Entered,
    /// Of its client's share.
    pub _guest: Guest,
    /// Of all the requests there may be. Streams give it back: they are bounded by connections and by each client's share.
    pub permit: Option<OwnedSemaphorePermit>,
}

/// A body that is sent once, or again.
enum Load {
    Whole(bytes::Bytes),
    Once(Arc<Held>),
}

/// Why a try gave no answer.
enum Failure {
    /// There was no connection: nothing was sent.
    Unsent,
    /// It broke off, with the request partly or wholly sent.
    Broken,
    /// The replica was found dead while it had the request.
    Gone,
    /// The time was over.
    Late,
}

impl Forwarder {
    pub fn new(settings: &Settings, table: &Table, sure: Option<Arc<Mutual>>) -> Self {
        let services: Vec<_> = table.services().map(|(name, addresses)| Service::new(name, addresses)).collect();
        let way = Way::new(Duration::from_millis(settings.connect_ms), sure, &services);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .timer(TokioTimer::new())
            .pool_idle_timeout(Duration::from_millis(settings.pool_idle_ms))
            .pool_max_idle_per_host(settings.pool_size)
            .http1_max_buf_size(64 * 1024)
            .build(HearOut(way));
        Self {
            services,
            client,
            times: settings.times(),
            body_limit: settings.body_limit_bytes,
            replay: settings.replay_bytes,
            keyed: settings.keyed_paths.clone(),
        }
    }

    pub fn services(&self) -> &[Arc<Service>] {
        &self.services
    }

    fn service(&self, name: &str) -> Option<&Arc<Service>> {
        self.services.iter().find(|service| &*service.name == name)
    }

    /// Sends the request on and passes the answer back.
    pub async fn forward(
        &self,
        mut errand: Errand<'_>,
        mut head: Parts,
        body: Incoming,
    ) -> Result<Response<Answer>, Refusal> {
        let service = self.service(&errand.route.service).ok_or(Refusal::NotFound)?;
        let upgrading = wants_websocket(&head);
        let may_repeat = may_repeat(&head, &self.keyed) && !upgrading;
        let announced = announced(&head.headers);
        if announced.is_some_and(|size| size > self.body_limit) {
            linger(&head, body);
            return Err(Refusal::TooLarge(self.body_limit));
        }
        let until = Instant::now() + self.times.body;
        let bounds = Bounds { size: self.body_limit, idle: self.times.body_idle, until };
        let empty = body.is_end_stream();
        let held = Held::new(body, bounds, errand.activity.clone());
        let load = if empty {
            Load::Whole(bytes::Bytes::new())
        } else if announced.is_some_and(|size| size <= self.replay) {
            // A small body is waited for here: a slow sender takes none of its service's time.
            Load::Whole(gather(&held).await?)
        } else {
            Load::Once(held)
        };
        let client_upgrade = upgrading.then(|| hyper::upgrade::on(upgradable(&mut head)));
        headers::of_request(&mut head, errand.visit, &errand.manner);
        if upgrading {
            headers::upgrade(&mut head.headers, "websocket");
        }
        service.earn();
        let (answer, engaged) = self.send(service, &head, &load, may_repeat).await?;
        if answer.status() == StatusCode::SWITCHING_PROTOCOLS {
            let (Some(client), true) = (client_upgrade, upgrading) else { return Err(Refusal::BadGateway) };
            return Ok(tunnel::join(client, answer, errand, engaged, self.times.stream_idle));
        }
        let endless = headers::is_event_stream(answer.headers());
        Ok(answer.map(|body| match body {
            Gathered::Whole(bytes) => full(bytes),
            Gathered::Streaming(body) => {
                if endless {
                    errand.kept.permit = None;
                }
                Passing::on(body, errand.activity.clone(), self.times.stream_idle, (errand.kept, engaged))
            }
        }))
    }

    /// Tries replicas until one answers.
    async fn send(
        &self,
        service: &Arc<Service>,
        head: &Parts,
        load: &Load,
        may_repeat: bool,
    ) -> Result<(Response<Gathered>, Engaged), Refusal> {
        let until = Instant::now() + self.times.answer;
        // A body that comes slowly, but comes, does not shorten the time its service has.
        let until = if matches!(load, Load::Once(_)) { until + self.times.body } else { until };
        let repeatable = may_repeat && matches!(load, Load::Whole(_));
        let mut asked: Vec<Arc<Replica>> = Vec::new();
        loop {
            let Some(engaged) = service.choose(&asked) else { return Err(Refusal::Unavailable) };
            let last = asked.len() + 1 >= TRIES;
            let tried = self.try_once(service, &engaged.0, head, load, repeatable, until).await;
            let failure = match tried {
                // The replica says itself that it cannot: another may.
                Ok(answer)
                    if answer.status() == StatusCode::SERVICE_UNAVAILABLE
                        && repeatable
                        && !last
                        && service.has_another(&engaged.0)
                        && service.spend() =>
                {
                    numbers::repeated(service, "unavailable");
                    asked.push(engaged.0.clone());
                    continue;
                }
                Ok(answer) => return Ok((answer, engaged)),
                Err(failure) => failure,
            };
            if let Load::Once(held) = load
                && let Some(fault) = held.fault()
            {
                return Err(fault);
            }
            let unread = match load {
                Load::Whole(_) => true,
                Load::Once(held) => held.is_whole(),
            };
            let (again, why, refusal) = match failure {
                Failure::Unsent => (unread, "unsent", Refusal::Unavailable),
                Failure::Broken => (repeatable, "broken", Refusal::BadGateway),
                Failure::Gone => (repeatable, "gone", Refusal::BadGateway),
                Failure::Late => return Err(Refusal::Late),
            };
            asked.push(engaged.0.clone());
            // A try that sent nothing cost nobody anything.
            let paid = || matches!(failure, Failure::Unsent) || service.spend();
            if !again || last || !paid() {
                return Err(refusal);
            }
            numbers::repeated(service, why);
        }
    }

    async fn try_once(
        &self,
        service: &Service,
        replica: &Arc<Replica>,
        head: &Parts,
        load: &Load,
        repeatable: bool,
        until: Instant,
    ) -> Result<Response<Gathered>, Failure> {
        let request = request(replica, head, load);
        let answering = async {
            let answer = self.client.request(request).await.map_err(|error| {
                tracing::debug!(service = %service.name, replica = %replica.address, %error, "a try failed");
                if error.is_connect() { Failure::Unsent } else { Failure::Broken }
            })?;
            self.gather(answer, repeatable).await
        };
        let waiting = Waiting::for_(replica);
        let outcome = tokio::select! {
            outcome = timeout_at(until, answering) => outcome.unwrap_or(Err(Failure::Late)),
            () = given_up(service, replica), if repeatable => Err(Failure::Gone),
        };
        waiting.end();
        match &outcome {
            Ok(_) => replica.answered(),
            Err(Failure::Unsent) => replica.mark(false),
            Err(Failure::Broken) => replica.failed(),
            Err(Failure::Gone | Failure::Late) => {}
        }
        outcome
    }

    /// Takes a short answer in, where another can still be asked for it.
    async fn gather(&self, answer: Response<Incoming>, repeatable: bool) -> Result<Response<Gathered>, Failure> {
        let short = announced(answer.headers()).is_some_and(|size| size <= self.replay);
        let (mut head, body) = answer.into_parts();
        if head.status != StatusCode::SWITCHING_PROTOCOLS {
            headers::of_answer(&mut head.headers);
        }
        // What a service speaks to us is not what we speak to the client.
        head.version = Version::HTTP_11;
        if !(repeatable && short) {
            return Ok(Response::from_parts(head, Gathered::Streaming(body)));
        }
        let gathered = Limited::new(body, self.replay as usize).collect().await.map_err(|_| Failure::Broken)?;
        Ok(Response::from_parts(head, Gathered::Whole(gathered.to_bytes())))
    }

    /// Asks a service for something on our own account.
    pub async fn fetch(&self, service: &Service, path: &'static str, limit: usize) -> Option<bytes::Bytes> {
        let engaged = service.choose(&[])?;
        let mut request = Request::new(Outgoing::full(bytes::Bytes::new()));
        *request.uri_mut() = address(&engaged.0, Some(&PathAndQuery::from_static(path)));
        let answer = self.client.request(request).await.ok().filter(|answer| answer.status() == StatusCode::OK)?;
        Limited::new(answer.into_body(), limit).collect().await.ok().map(http_body_util::Collected::to_bytes)
    }
}

/// How long a body that was refused is still read.
const LINGER: Duration = Duration::from_secs(5);

/// Who is sending a body reads no answer before its end, and none at all where the connection is closed on what was sent. So
/// what was refused is read for a while, and thrown away. Who asks first (`Expect: 100-continue`) sends nothing.
fn linger(head: &Parts, mut body: Incoming) {
    if head.headers.contains_key(header::EXPECT) {
        return;
    }
    tokio::spawn(async move {
        let read = async { while let Some(Ok(_)) = body.frame().await {} };
        // What is still coming after that is its sender's own doing.
        let _ = tokio::time::timeout(LINGER, read).await;
    });
}

/// A client who waits; one who goes away without an answer leaves a mark.
struct Waiting<'r> {
    replica: &'r Replica,
    since: Instant,
    over: bool,
}

/// Who goes away sooner has changed their mind.
const PATIENT: Duration = Duration::from_millis(500);

impl<'r> Waiting<'r> {
    fn for_(replica: &'r Replica) -> Self {
        Self { replica, since: Instant::now(), over: false }
    }

    fn end(mut self) {
        self.over = true;
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if !self.over && self.since.elapsed() >= PATIENT {
            self.replica.kept_waiting();
        }
    }
}

/// The body of an answer.
pub(crate) enum Gathered {
    /// Read to its end.
    Whole(bytes::Bytes),
    /// Still coming.
    Streaming(Incoming),
}

/// Resolves when the replica is found dead and another lives, so that waiting for it makes no sense.
async fn given_up(service: &Service, replica: &Replica) {
    if !replica.is_up() {
        // It was chosen for want of a better one.
        return std::future::pending().await;
    }
    replica.went_down().await;
    if !service.has_another(replica) {
        std::future::pending().await
    }
}

fn request(replica: &Replica, head: &Parts, load: &Load) -> Request<Outgoing> {
    let mut request = Request::new(match load {
        Load::Whole(bytes) => Outgoing::full(bytes.clone()),
        Load::Once(held) => Outgoing::streamed(held),
    });
    *request.method_mut() = head.method.clone();
    *request.uri_mut() = address(replica, head.uri.path_and_query());
    *request.headers_mut() = head.headers.clone();
    request
}

fn address(replica: &Replica, target: Option<&PathAndQuery>) -> Uri {
    let target = target.map_or("/", PathAndQuery::as_str);
    // An address and a target that were read before are a URI.
    format!("http://{}{target}", replica.address).parse().unwrap_or_default()
}

/// The size of the body as its head says.
fn announced(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Whether doing it twice is the same as once (RFC 9110 §9.2.2), or a key makes it so at one of these paths.
fn may_repeat(head: &Parts, keyed: &[String]) -> bool {
    let idempotent = matches!(head.method, Method::GET | Method::HEAD | Method::OPTIONS | Method::PUT | Method::DELETE);
    let has_key = || head.headers.contains_key("idempotency-key");
    idempotent || (head.method == Method::POST && has_key() && keyed.iter().any(|path| path == head.uri.path()))
}

fn wants_websocket(head: &Parts) -> bool {
    head.version == Version::HTTP_11
        && head.method == Method::GET
        && headers::lists(&head.headers, header::CONNECTION, "upgrade")
        && headers::lists(&head.headers, header::UPGRADE, "websocket")
}

/// The request whose connection becomes a tunnel: hyper asks for a whole one.
fn upgradable(head: &mut Parts) -> Request<()> {
    let mut request = Request::new(());
    std::mem::swap(request.extensions_mut(), &mut head.extensions);
    request
}
