//! What the nodes of an installation share, in Redis: caches, counts, news. None of it is a fact that lives only there:
//! Redis may be away, slow, or empty at any moment, and everybody goes on with what their own node knows.
//!
//! Nobody waits for a connection. A task of its own connects, and looks every second whether Redis answers; while it
//! does not, whoever asks is told so at once.

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use arc_swap::ArcSwapOption;
use redis::{
    AsyncConnectionConfig, Client, Cmd, FromRedisValue, ScriptInvocation, TlsCertificates, aio::MultiplexedConnection,
};
use tokio::{
    sync::{Notify, watch},
    time::timeout,
};

use crate::{Error, Result, crypto::hmac_sha256, telemetry::Private};

/// The longest anybody waits for an answer.
const ANSWER_WITHIN: Duration = Duration::from_millis(100);
/// The longest the task waits for a connection.
const CONNECT_WITHIN: Duration = Duration::from_secs(1);
/// How often the task looks whether Redis answers.
const LOOK: Duration = Duration::from_secs(1);
/// The pause before connecting anew, which doubles up to the longest.
const PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

crate::settings! {
    /// What several nodes share.
    pub struct Settings in "redis" {
        /// Address of Redis, such as rediss://:password@host:6379/0; empty: each node keeps caches, limits and live news to itself.
        url: Private<String> = "" (secret),
        /// File in PEM of the authority that vouches for Redis at an address with rediss://, as a managed one often has its own; empty: those the machine trusts.
        authority: String = "",
        /// What the names of keys and channels begin with.
        prefix: String = "mediverse",
    }
}

/// Makes connections to this address, to those whom the authority in this file vouches for where there is one.
fn client(url: &str, authority: &str) -> Result<Client> {
    // The reason may quote the password.
    let client = Client::open(url).map_err(|_| Error::internal("setting redis.url is no address of Redis"))?;
    if authority.is_empty() {
        return Ok(client);
    }
    let wrong = |e: &dyn std::fmt::Display| Error::internal(format_args!("setting redis.authority: {authority}: {e}"));
    let pem = std::fs::read(authority).map_err(|e| wrong(&e))?;
    let certificates = TlsCertificates { client_tls: None, root_cert: Some(pem) };
    Client::build_with_tls(url, certificates)
        .map_err(|_| wrong(&"its certificates cannot be read, or redis.url does not begin with rediss://"))
}

/// The way to what is shared. Cheap to clone.
#[derive(Clone, Default)]
pub struct Shared(Option<Arc<Link>>);

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Shared({})", if self.is_used() { "redis" } else { "nothing" })
    }
}

struct Link {
    prefix: String,
    /// Makes names of keys from what they are about, so that nobody can be read out of them.
    key: [u8; 32],
    client: Client,
    connection: ArcSwapOption<MultiplexedConnection>,
    up: watch::Sender<bool>,
    /// Rung when the connection was lost or nobody needs it any more.
    lost: Arc<Notify>,
}

impl Shared {
    /// Nothing is shared: there is one node.
    pub fn none() -> Self {
        Self::default()
    }

    /// What these settings name; nothing where no address is set. Names of keys are made with `key`. It connects in the
    /// background and fails only where the address or the authority cannot be read.
    pub fn open(settings: &Settings, key: [u8; 32]) -> Result<Self> {
        let url = settings.url.expose();
        if url.is_empty() {
            return Ok(Self::none());
        }
        let client = client(url, &settings.authority)?;
        let lost = Arc::<Notify>::default();
        let link = Arc::new(Link {
            prefix: settings.prefix.clone(),
            key,
            client,
            connection: ArcSwapOption::default(),
            up: watch::channel(false).0,
            lost: lost.clone(),
        });
        tokio::spawn(keep_up(Arc::downgrade(&link), lost));
        Ok(Self(Some(link)))
    }

    /// Whether anything is shared at all.
    pub fn is_used(&self) -> bool {
        self.0.is_some()
    }

    /// Whether Redis answers, as far as is known.
    pub fn is_up(&self) -> bool {
        self.0.as_ref().is_some_and(|link| *link.up.borrow())
    }

    /// Waits until Redis answers; for ever where nothing is shared.
    pub async fn wait_until_up(&self) {
        match &self.0 {
            Some(link) => drop(link.up.subscribe().wait_for(|up| *up).await),
            None => std::future::pending().await,
        }
    }

    /// Waits until Redis no longer answers.
    pub(crate) async fn wait_until_down(&self) {
        if let Some(link) = &self.0 {
            let _ = link.up.subscribe().wait_for(|up| !*up).await;
        }
    }

    /// The name of a key that is about something which must not be read out of it.
    pub(crate) fn key(&self, area: &str, about: &[u8]) -> String {
        use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
        let Some(link) = &self.0 else { return String::new() };
        let hidden = hmac_sha256(&link.key, &[area.as_bytes(), b"\0", about]);
        format!("{}:{area}:{}", link.prefix, BASE64_URL_SAFE_NO_PAD.encode(&hidden[..18]))
    }

    /// The name of a channel, or of the channels of an area.
    pub(crate) fn channel(&self, name: &str) -> String {
        self.0.as_ref().map_or_else(String::new, |link| format!("{}:live:{name}", link.prefix))
    }

    /// Has Redis do something; none where it does not answer.
    pub(crate) async fn ask<T: FromRedisValue>(&self, command: &Cmd) -> Option<T> {
        self.answer(async |mut connection| command.query_async(&mut connection).await).await
    }

    /// Runs a script; none where Redis does not answer.
    pub(crate) async fn run<T: FromRedisValue>(&self, script: &ScriptInvocation<'_>) -> Option<T> {
        self.answer(async |mut connection| script.invoke_async(&mut connection).await).await
    }

    /// A connection of its own for listening.
    pub(crate) async fn listen(&self) -> Option<redis::aio::PubSub> {
        let link = self.0.as_ref()?;
        timeout(CONNECT_WITHIN, link.client.get_async_pubsub()).await.ok()?.ok()
    }

    async fn answer<T>(&self, ask: impl AsyncFnOnce(MultiplexedConnection) -> redis::RedisResult<T>) -> Option<T> {
        let link = self.0.as_ref()?;
        let connection = link.connection.load_full()?;
        match timeout(ANSWER_WITHIN, ask((*connection).clone())).await {
            Ok(Ok(answer)) => Some(answer),
            // It answers, but cannot do it: full, loading, or a wrong type.
            Ok(Err(error)) if error.code().is_some() => {
                tracing::debug!(%error, "redis refuses");
                None
            }
            _ => {
                link.lose(&connection);
                None
            }
        }
    }
}

impl Link {
    fn lose(&self, connection: &Arc<MultiplexedConnection>) {
        let now = self.connection.load_full();
        if now.is_some_and(|now| Arc::ptr_eq(&now, connection)) {
            self.connection.store(None);
            self.tell(false);
            self.lost.notify_one();
        }
    }

    fn tell(&self, up: bool) {
        if self.up.send_replace(up) != up {
            metrics::gauge!("redis_up").set(f64::from(u8::from(up)));
            if up {
                tracing::info!("redis answers")
            } else {
                tracing::warn!("redis does not answer: each node goes on by itself")
            }
        }
    }

    async fn connect(client: &Client) -> Option<MultiplexedConnection> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(CONNECT_WITHIN))
            .set_response_timeout(Some(ANSWER_WITHIN));
        let connecting = client.get_multiplexed_async_connection_with_config(&config);
        let mut connection = timeout(CONNECT_WITHIN, connecting).await.ok()?.ok()?;
        answers(&mut connection).await.then_some(connection)
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.lost.notify_one();
    }
}

async fn answers(connection: &mut MultiplexedConnection) -> bool {
    let pinged = timeout(ANSWER_WITHIN * 2, redis::cmd("PING").query_async::<redis::Value>(connection)).await;
    matches!(pinged, Ok(Ok(_)))
}

/// Connects, looks whether Redis answers, and connects anew, until nobody needs it any more.
async fn keep_up(link: Weak<Link>, lost: Arc<Notify>) {
    let mut pause = PAUSE;
    loop {
        let Some(client) = link.upgrade().map(|link| link.client.clone()) else { return };
        if let Some(connection) = Link::connect(&client).await {
            pause = PAUSE;
            let connection = Arc::new(connection);
            let Some(open) = link.upgrade() else { return };
            open.connection.store(Some(connection.clone()));
            open.tell(true);
            drop(open);
            while timeout(LOOK, lost.notified()).await.is_err() {
                let alive = answers(&mut (*connection).clone()).await;
                let Some(open) = link.upgrade() else { return };
                if !alive {
                    open.lose(&connection);
                }
            }
        }
        let _ = timeout(pause, std::future::pending::<()>()).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}
