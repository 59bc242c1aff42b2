//! A place of its own at RabbitMQ for each test, taken away afterwards.

use std::{
    hash::{BuildHasher, RandomState},
    time::Duration,
};

use lapin::{
    Connection, ConnectionProperties,
    options::{ExchangeDeleteOptions, QueueDeleteOptions},
};
use platform::{bus::Broker, telemetry::Private};

/// Where RabbitMQ is for tests, unless `MEDIVERSE_TEST_RABBITMQ` says otherwise.
const RABBITMQ: &str = "amqp://guest:guest@127.0.0.1:5672/%2f";

/// How long taking a place away may take.
const REMOVED_WITHIN: Duration = Duration::from_secs(30);

/// A place at the broker that is there for one test; dropping it takes it away.
pub struct Fresh {
    /// What a bus is given.
    pub broker: Broker,
    hearers: Vec<&'static str>,
}

impl Fresh {
    /// For these hearers.
    pub fn new(hearers: &[&'static str]) -> Self {
        let prefix = format!("t_{:016x}", RandomState::new().hash_one(hearers));
        Self { broker: Broker { url: Private::new(url()), prefix, prefetch: 500 }, hearers: hearers.to_vec() }
    }

    /// The same place, reached through another address, such as a proxy's.
    pub fn through(&self, address: std::net::SocketAddr) -> Broker {
        let url = url();
        let (before, after) = (url.rsplit_once('@').map_or("amqp://", |(before, _)| before), url.rsplit_once('/'));
        let vhost = after.map_or("%2f", |(_, vhost)| vhost);
        Broker { url: Private::new(format!("{before}@{address}/{vhost}")), ..self.broker.clone() }
    }

    /// A connection of the test's own.
    pub async fn connect(&self) -> Connection {
        let connected = Connection::connect(&url(), ConnectionProperties::default()).await;
        connected.expect("RabbitMQ is there for tests (MEDIVERSE_TEST_RABBITMQ)")
    }
}

/// The server's address, such as `127.0.0.1:5672`.
pub fn server() -> String {
    let url = url();
    let rest = url.rsplit_once('@').map_or(url.as_str(), |(_, rest)| rest);
    rest.split('/').next().unwrap_or(rest).to_owned()
}

fn url() -> String {
    std::env::var("MEDIVERSE_TEST_RABBITMQ").unwrap_or_else(|_| RABBITMQ.to_owned())
}

/// On a thread of its own, for this also happens while a failed test unwinds.
impl Drop for Fresh {
    fn drop(&mut self) {
        let (prefix, hearers) = (self.broker.prefix.clone(), self.hearers.clone());
        let removing = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts");
            runtime.block_on(async { tokio::time::timeout(REMOVED_WITHIN, remove(&prefix, &hearers)).await })
        });
        if !matches!(removing.join(), Ok(Ok(Ok(())))) {
            eprintln!("queues {}.* of a test were left behind", self.broker.prefix);
        }
    }
}

async fn remove(prefix: &str, hearers: &[&str]) -> lapin::Result<()> {
    let connection = Connection::connect(&url(), ConnectionProperties::default()).await?;
    let channel = connection.create_channel().await?;
    for hearer in hearers {
        for lane in ["facts", "profiles"] {
            let queue = format!("{prefix}.{hearer}.{lane}");
            channel.queue_delete(queue.into(), QueueDeleteOptions::default()).await?;
        }
    }
    channel.exchange_delete(format!("{prefix}.events").into(), ExchangeDeleteOptions::default()).await?;
    connection.close(200, "done".into()).await
}
