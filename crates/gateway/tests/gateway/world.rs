//! Services that do what a test wants, a gateway before them, and clients that can misbehave.

use std::{
    future::Future,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Router, extract::Request, middleware::Next, routing::any};
use bytes::Bytes;
use gateway::{Gateway, Handle, Parts, Settings, Table};
use http::{HeaderMap, Method, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioIo},
    service::TowerToHyperService,
};
use platform::{
    Clock,
    entropy::Entropy,
    i18n::{Catalog, Texts},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::{JoinHandle, JoinSet},
    time::{interval, timeout},
};

/// How long anything may take before a test counts as failed.
const PATIENCE: Duration = Duration::from_secs(20);

/// Waits for something that must happen.
pub async fn soon<T>(what: impl Future<Output = T>) -> T {
    timeout(PATIENCE, what).await.expect("this should have happened long ago")
}

/// Waits until a condition holds.
pub async fn until<F: Future<Output = bool>>(mut holds: impl FnMut() -> F) {
    let look = async {
        let mut looks = interval(Duration::from_millis(5));
        loop {
            looks.tick().await;
            if holds().await {
                return;
            }
        }
    };
    soon(look).await;
}

/// A request as a service saw it.
#[derive(Debug, Clone)]
pub struct Seen {
    pub method: Method,
    pub target: String,
    pub headers: HeaderMap,
}

/// A replica of a service. Dropping it kills it with all its connections.
pub struct Replica {
    pub address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
    task: JoinHandle<()>,
}

impl Replica {
    /// Serves these routes and tells that it is ready.
    pub async fn serving(routes: Router) -> Self {
        Self::at("127.0.0.1:0", routes).await
    }

    /// As [`Replica::serving`], at an address.
    pub async fn at(address: &str, routes: Router) -> Self {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let noted = seen.clone();
        let routes = routes.layer(axum::middleware::from_fn(move |request: Request, next: Next| {
            let seen = Seen {
                method: request.method().clone(),
                target: request.uri().to_string(),
                headers: request.headers().clone(),
            };
            noted.lock().unwrap().push(seen);
            next.run(request)
        }));
        // After the layer, so that questions of the gateway are not noted.
        let routes = if has_readiness(&routes) { routes } else { routes.route("/readyz", any(|| async { "ready" })) };
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        Self { address, seen, task: tokio::spawn(accept(listener, routes)) }
    }

    /// Answers everything with this text.
    pub async fn saying(text: &'static str) -> Self {
        Self::serving(Router::new().fallback(move || async move { text })).await
    }

    /// Answers with the body it got.
    pub async fn echoing() -> Self {
        Self::serving(Router::new().fallback(|body: Bytes| async move { body })).await
    }

    /// The requests it got, questions for its readiness left out.
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// Dies at once, in the middle of whatever it does.
    pub async fn kill(mut self) {
        self.task.abort();
        let _ = (&mut self.task).await;
    }
}

impl Drop for Replica {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Readiness that a test serves itself stands in the routes already; two of one path would panic.
fn has_readiness(routes: &Router) -> bool {
    format!("{routes:?}").contains("/readyz")
}

async fn accept(listener: TcpListener, routes: Router) {
    let mut connections = JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        stream.set_nodelay(true).unwrap();
        let service = TowerToHyperService::new(routes.clone());
        connections.spawn(async move {
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .with_upgrades()
                .await;
        });
    }
}

pub fn texts() -> Arc<Texts> {
    Arc::new(Catalog::new().with(platform::i18n::TEXTS).with(gateway::TEXTS).build().unwrap())
}

/// Settings of tests: a free port, short delays, no rate.
pub fn settings() -> Settings {
    Settings {
        listen: "127.0.0.1:0".to_owned(),
        rate_per_second: 0,
        drain_delay_ms: 50,
        probe_interval_ms: 50,
        ..Settings::defaults().unwrap()
    }
}

pub async fn start(settings: Settings, table: Table) -> Handle {
    let parts = Parts { clock: Clock::System, entropy: Entropy::System, texts: texts(), limit: None };
    Gateway::start(settings, table, parts).await.unwrap()
}

/// One service for everything, with these replicas.
pub fn table(replicas: &[&Replica]) -> Table {
    let addresses: Vec<String> = replicas.iter().map(|replica| replica.address.to_string()).collect();
    Table::new().route("/", "all").service("all", &addresses).unwrap()
}

/// A gateway before one replica.
pub async fn before(replica: &Replica, change: impl FnOnce(&mut Settings)) -> Handle {
    let mut settings = settings();
    change(&mut settings);
    start(settings, table(&[replica])).await
}

/// What was answered.
#[derive(Debug)]
pub struct Told {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Told {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

pub type Browser = Client<HttpConnector, Full<Bytes>>;

pub fn browser() -> Browser {
    Client::builder(TokioExecutor::new()).build_http()
}

/// Asks with these headers.
pub async fn ask(
    address: SocketAddr,
    method: Method,
    target: &str,
    headers: &[(&str, &str)],
    body: &'static [u8],
) -> Told {
    told(&browser(), address, method, target, headers, body).await.unwrap()
}

pub async fn get(address: SocketAddr, target: &str) -> Told {
    ask(address, Method::GET, target, &[], b"").await
}

/// As [`ask`], through a client whose connections are kept; `None` where the connection broke.
pub async fn told(
    browser: &Browser,
    address: SocketAddr,
    method: Method,
    target: &str,
    headers: &[(&str, &str)],
    body: &'static [u8],
) -> Option<Told> {
    let mut request = http::Request::builder().method(method).uri(format!("http://{address}{target}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Full::new(Bytes::from_static(body))).unwrap();
    let answer = soon(browser.request(request)).await.ok()?;
    let (head, body) = answer.into_parts();
    let body = soon(body.collect()).await.ok()?.to_bytes();
    Some(Told { status: head.status, headers: head.headers, body })
}

/// A connection on which a test writes what it likes.
pub struct Wire(pub TcpStream);

impl Wire {
    pub async fn open(address: SocketAddr) -> Self {
        Self(TcpStream::connect(address).await.unwrap())
    }

    pub async fn send(&mut self, text: &str) -> &mut Self {
        // The gateway may have closed the connection already: what it said can still be read.
        let _ = self.0.write_all(text.as_bytes()).await;
        self
    }

    /// Everything until the gateway closes the connection.
    pub async fn rest(&mut self) -> String {
        let mut all = Vec::new();
        // A reset is an end too.
        let _ = soon(self.0.read_to_end(&mut all)).await;
        String::from_utf8_lossy(&all).into_owned()
    }

    /// What comes until this text has come.
    pub async fn until(&mut self, text: &str) -> String {
        let mut all = Vec::new();
        let mut buffer = [0; 4096];
        while !String::from_utf8_lossy(&all).contains(text) {
            let count = soon(self.0.read(&mut buffer)).await.unwrap();
            assert!(count > 0, "the connection ended after {:?}", String::from_utf8_lossy(&all));
            all.extend_from_slice(&buffer[..count]);
        }
        String::from_utf8_lossy(&all).into_owned()
    }
}
