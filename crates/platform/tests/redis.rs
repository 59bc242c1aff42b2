//! What nodes share in Redis, on a server of the tests' own that is killed, frozen and emptied: caches, limits, news.
//! Redis away means slower, never wrong, and nobody waits for it.

#![allow(clippy::unwrap_used)]

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use futures_util::StreamExt as _;
use jiff::{SignedDuration, Timestamp};
use platform::{
    Error, Result,
    cache::Cache,
    http::limit::Limiter,
    live::{Live, Missed, Topic, Watch},
    shared::{Settings, Shared},
    telemetry::Private,
};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use testkit::redis::Server;
use tokio::time::timeout;

const KEY: [u8; 32] = [7; 32];
const SOON: Duration = Duration::from_secs(10);
const LIFE: Duration = Duration::from_mins(10);

/// A process of the installation.
struct Node {
    shared: Shared,
    live: Live,
}

impl Node {
    fn of(server: &Server) -> Self {
        let shared = Shared::open(&server.settings(), KEY).unwrap();
        Self { live: Live::over(&shared), shared }
    }

    async fn up(server: &Server) -> Self {
        let node = Self::of(server);
        timeout(SOON, node.shared.wait_until_up()).await.unwrap();
        node
    }

    fn cache(&self) -> Cache<String, u32> {
        Cache::shared("numbers", 100, LIFE, &self.shared, &self.live)
    }
}

fn on_redis<F: Future<Output = ()>>(test: impl FnOnce(Server) -> F) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        if let Some(server) = Server::start().await {
            test(server).await;
        }
    });
}

async fn until(what: &str, holds: impl AsyncFn() -> bool) {
    let end = Instant::now() + SOON;
    while !holds().await {
        assert!(Instant::now() < end, "{what}");
        let _ = tokio::time::timeout(Duration::from_millis(5), std::future::pending::<()>()).await;
    }
}

/// Listens on a node, from the moment on when what another tells comes there.
async fn hearing(from: &Topic<u32>, at: &Topic<u32>) -> Watch<u32> {
    let mut watch = at.watch();
    for n in 1_000_000.. {
        from.tell(n);
        // Up to this one: those told before may come late.
        let heard = async {
            loop {
                match watch.next().await {
                    Some(Ok(heard)) if heard == n => return,
                    Some(_) => {}
                    None => panic!("nobody tells any more"),
                }
            }
        };
        if timeout(Duration::from_millis(250), heard).await.is_ok() {
            break;
        }
    }
    while watch.try_next().is_some() {}
    watch
}

/// The next news, whatever was missed before.
async fn next_news(watch: &mut Watch<u32>) -> u32 {
    loop {
        if let Ok(news) = next(watch).await {
            return news;
        }
    }
}

async fn next(watch: &mut Watch<u32>) -> Result<u32, Missed> {
    timeout(SOON, watch.next()).await.unwrap().unwrap()
}

/// J5: a listener of one node hears what is told on another, its own too, once.
#[test]
fn news_reach_every_node_once() {
    on_redis(async |server| {
        let (one, other) = (Node::up(&server).await, Node::up(&server).await);
        let (a, b) = (one.live.topic::<u32>("seats"), other.live.topic::<u32>("seats"));
        let (mut at_b, mut at_a) = (hearing(&a, &b).await, hearing(&b, &a).await);
        while at_b.try_next().is_some() {}
        a.tell(1);
        b.tell(2);
        assert_eq!((next_news(&mut at_a).await, next_news(&mut at_a).await), (1, 2));
        let heard = [next_news(&mut at_b).await, next_news(&mut at_b).await];
        assert!(heard.contains(&1) && heard.contains(&2), "{heard:?}");
        assert_eq!((at_a.try_next(), at_b.try_next()), (None, None), "each once");
    });
}

/// J5, H3: while Redis is away news still reach the listeners of the node, and those of others know that they miss some.
#[test]
fn without_redis_listeners_know_that_they_miss_something() {
    on_redis(async |mut server| {
        let (one, other) = (Node::up(&server).await, Node::up(&server).await);
        let (a, b) = (one.live.topic::<u32>("seats"), other.live.topic::<u32>("seats"));
        let mut at_b = hearing(&a, &b).await;
        server.kill();
        until("both notice", async || !one.shared.is_up() && !other.shared.is_up()).await;
        let mut at_a = a.watch();
        let began = Instant::now();
        a.tell(1);
        assert!(began.elapsed() < Duration::from_secs(1), "nobody waits");
        assert_eq!(next(&mut at_a).await, Ok(1));
        assert_eq!(next(&mut at_b).await, Err(Missed));
        server.start_again().await;
        let mut at_b = hearing(&a, &b).await;
        a.tell(2);
        assert_eq!(next_news(&mut at_b).await, 2, "it connects by itself");
    });
}

/// J5: a value is made once for all nodes, however many ask on each.
#[test]
fn a_value_is_made_once_for_all_nodes() {
    on_redis(async |server| {
        let nodes = [Node::up(&server).await, Node::up(&server).await, Node::up(&server).await];
        let made = Arc::new(AtomicUsize::new(0));
        let mut asked = Vec::new();
        for node in &nodes {
            let cache = node.cache();
            for _ in 0..10 {
                let (cache, made) = (cache.clone(), made.clone());
                asked.push(tokio::spawn(async move {
                    let make = async {
                        made.fetch_add(1, Ordering::SeqCst);
                        let _ = tokio::time::timeout(Duration::from_millis(100), std::future::pending::<()>()).await;
                        Ok(7)
                    };
                    cache.get_with("key".to_owned(), make).await
                }));
            }
        }
        for one in asked {
            assert_eq!(one.await.unwrap().unwrap(), 7);
        }
        assert_eq!(made.load(Ordering::SeqCst), 1);
        let keys = format!("{:?}", server.command(&["KEYS", "*"]).await);
        assert!(!keys.contains("key\""), "what a key is about cannot be read: {keys}");
    });
}

/// J5: what one node forgets, every node forgets within a second, also while another is making it.
#[test]
fn what_one_node_forgets_all_forget() {
    on_redis(async |server| {
        let (one, other) = (Node::up(&server).await, Node::up(&server).await);
        let (a, b) = (one.cache(), other.cache());
        let key = || "key".to_owned();
        // Until the other node hears what is forgotten here.
        until("the other node hears", async || {
            b.get_with(key(), async { Ok(1) }).await.unwrap();
            a.forget(&key()).await;
            timeout(Duration::from_millis(50), async {
                while b.get(&key()).await.is_some() {
                    tokio::task::yield_now().await
                }
            })
            .await
            .is_ok()
        })
        .await;
        for version in 2..20 {
            b.get_with(key(), async { Ok(version) }).await.unwrap();
            a.forget(&key()).await;
            let began = Instant::now();
            until("it is forgotten", async || b.get(&key()).await.is_none()).await;
            assert!(began.elapsed() < Duration::from_secs(1));
        }
        // Made on one node from what was read before it was forgotten on the other: nobody finds it afterwards.
        let stale = b.get_with(key(), async {
            a.forget(&key()).await;
            Ok(100)
        });
        assert_eq!(stale.await.unwrap(), 100, "who had asked before gets what was so");
        assert_eq!(a.get_with(key(), async { Ok(101) }).await.unwrap(), 101);
        until("the other node too", async || b.get_with(key(), async { Ok(102) }).await.unwrap() == 101).await;
    });
}

/// J5, H3: without Redis values are made on each node and live a second; what was forgotten meanwhile does not come
/// back with Redis; an emptied Redis is filled again.
#[test]
fn without_redis_a_cache_is_slower_and_never_wrong() {
    on_redis(async |server| {
        let (one, other) = (Node::up(&server).await, Node::up(&server).await);
        let (a, b) = (one.cache(), other.cache());
        let key = || "key".to_owned();
        assert_eq!(a.get_with(key(), async { Ok(1) }).await.unwrap(), 1);
        server.command(&["FLUSHALL"]).await;
        assert_eq!(b.get_with(key(), async { Ok(1) }).await.unwrap(), 1, "emptied: made again");
        server.pause();
        until("both notice", async || {
            let _ = a.get_with("other".to_owned(), async { Ok(0) }).await;
            let _ = b.get_with("other".to_owned(), async { Ok(0) }).await;
            !one.shared.is_up() && !other.shared.is_up()
        })
        .await;
        // The quickest of some: the machine may have other things to do.
        let mut quickest = Duration::MAX;
        for _ in 0..10 {
            let began = Instant::now();
            a.forget(&key()).await;
            assert_eq!(a.get_with(key(), async { Ok(2) }).await.unwrap(), 2);
            quickest = quickest.min(began.elapsed());
        }
        assert!(quickest < Duration::from_millis(50), "a frozen Redis costs nothing once it is noticed: {quickest:?}");
        until("within a second or so", async || b.get_with(key(), async { Ok(2) }).await.unwrap() == 2).await;
        server.resume();
        until("both connect", async || one.shared.is_up() && other.shared.is_up()).await;
        // What lay in Redis was forgotten while it was away.
        until("what was forgotten is gone there too", async || {
            a.clear();
            b.clear();
            let (x, y) =
                (a.get_with(key(), async { Ok(3) }).await.unwrap(), b.get_with(key(), async { Ok(3) }).await.unwrap());
            (x, y) == (3, 3)
        })
        .await;
    });
}

/// J5, J9: nodes count together; without Redis each counts by itself.
#[test]
fn limits_are_counted_together() {
    on_redis(async |mut server| {
        let (one, other) = (Node::up(&server).await, Node::up(&server).await);
        let limiter = |node: &Node| Limiter::new(4, SignedDuration::from_mins(10), 100).shared("tries", &node.shared);
        let (a, b) = (limiter(&one), limiter(&other));
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        for _ in 0..2 {
            a.take_everywhere(&"someone", now).await.unwrap();
            b.take_everywhere(&"someone", now).await.unwrap();
        }
        let refused = b.take_everywhere(&"someone", now).await;
        assert!(matches!(refused, Err(Error::RateLimited(1..=150))), "{refused:?}");
        assert!(a.take_everywhere(&"someone", now).await.is_err());
        a.take_everywhere(&"another", now).await.unwrap();
        server.kill();
        let began = Instant::now();
        let (c, d) = (limiter(&one), limiter(&other));
        for _ in 0..4 {
            c.take_everywhere(&"someone", now).await.unwrap();
        }
        assert!(c.take_everywhere(&"someone", now).await.is_err(), "it counts by itself");
        d.take_everywhere(&"someone", now).await.unwrap();
        assert!(began.elapsed() < Duration::from_secs(1));
    });
}

/// Many requests meet a Redis that froze: each waits a tenth of a second at most, and soon none waits at all.
#[test]
fn a_frozen_redis_holds_nobody_up() {
    on_redis(async |server| {
        let node = Node::up(&server).await;
        let limiter = Arc::new(Limiter::new(10_000, SignedDuration::from_mins(1), 100).shared("calls", &node.shared));
        server.pause();
        let began = Instant::now();
        let mut calls = Vec::new();
        for _ in 0..200 {
            let limiter = limiter.clone();
            calls.push(tokio::spawn(async move { limiter.take_everywhere(&1, Timestamp::UNIX_EPOCH).await }));
        }
        for call in calls {
            call.await.unwrap().unwrap();
        }
        assert!(began.elapsed() < Duration::from_secs(5), "all wait at once: {:?}", began.elapsed());
        let began = Instant::now();
        for _ in 0..1_000 {
            limiter.take_everywhere(&1, Timestamp::UNIX_EPOCH).await.unwrap();
        }
        assert!(began.elapsed() < Duration::from_secs(5), "nobody waits any more: {:?}", began.elapsed());
        server.resume();
        until("it comes back", async || node.shared.is_up()).await;
    });
}

/// A Redis that speaks TLS by the certificate of an authority of its own is reached where that is named.
#[tokio::test]
async fn an_authority_of_its_own_vouches_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: String| {
        let file = folder.path().join(name).display().to_string();
        std::fs::write(&file, text).unwrap();
        file
    };
    let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let vouching = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let shown = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap().signed_by(&key, &vouching).unwrap();
    let (authority, shown) = (write("authority.pem", vouching.pem()), write("redis.pem", shown.pem()));
    let key = write("redis.key", key.serialize_pem());
    let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).unwrap().port();
    let more = format!(
        "--tls-port {port} --tls-cert-file {shown} --tls-key-file {key} --tls-ca-cert-file {authority} --tls-auth-clients no"
    );
    let Some(_server) = Server::start_with(more.split(' ').map(str::to_owned).collect()).await else { return };
    let settings = |url: &str, authority: &str| Settings {
        url: Private::new(url.to_owned()),
        authority: authority.to_owned(),
        prefix: "test".to_owned(),
    };
    let url = format!("rediss://127.0.0.1:{port}/");
    let shared = Shared::open(&settings(&url, &authority), KEY).unwrap();
    timeout(SOON, shared.wait_until_up()).await.unwrap();
    for (url, authority) in [(url.as_str(), "/nowhere.pem"), ("redis://127.0.0.1/", authority.as_str())] {
        let wrong = Shared::open(&settings(url, authority), KEY).unwrap_err().to_string();
        assert!(wrong.contains("redis.authority"), "{wrong}");
    }
}
