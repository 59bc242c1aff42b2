//! A Redis server of a test's own, which it may pause, stop and empty.

use std::{
    net::TcpListener,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use platform::{shared, telemetry::Private};

/// Where the program lies, unless `MEDIVERSE_TEST_REDIS_SERVER` says otherwise.
const PROGRAM: &str = "/usr/bin/redis-server";

/// How long it may take to answer after its start.
const ANSWERS_WITHIN: Duration = Duration::from_secs(30);

/// A server on a free port; dropping it ends it.
pub struct Server {
    port: u16,
    /// What it is started with beside.
    more: Vec<String>,
    process: Option<Child>,
}

impl Server {
    /// A running server; none, with a word about it, where the program is missing.
    pub async fn start() -> Option<Self> {
        Self::start_with(Vec::new()).await
    }

    /// As [`Server::start`], with more words on its command line.
    pub async fn start_with(more: Vec<String>) -> Option<Self> {
        if !std::path::Path::new(&program()).exists() {
            eprintln!("skipped: {} is not there (MEDIVERSE_TEST_REDIS_SERVER)", program());
            return None;
        }
        let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port is free").port();
        let mut server = Self { port, more, process: None };
        server.start_again().await;
        Some(server)
    }

    /// How programs reach it.
    pub fn settings(&self) -> shared::Settings {
        shared::Settings { url: Private::new(self.url()), authority: String::new(), prefix: "test".to_owned() }
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }

    /// Ends it at once.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    /// Starts it, empty, where it was.
    pub async fn start_again(&mut self) {
        let port = self.port.to_string();
        let process = Command::new(program())
            .args(["--port", &port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
            .args(&self.more)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        self.process = Some(process.expect("redis-server starts"));
        let end = Instant::now() + ANSWERS_WITHIN;
        while Instant::now() < end {
            if let Ok(mut connection) = self.connect().await
                && redis::cmd("PING").query_async::<String>(&mut connection).await.is_ok()
            {
                return;
            }
            let _ = tokio::time::timeout(Duration::from_millis(10), std::future::pending::<()>()).await;
        }
        panic!("redis-server does not answer");
    }

    /// Freezes it: connections stay, answers do not come.
    pub fn pause(&self) {
        self.signal("-STOP");
    }

    /// Lets it go on.
    pub fn resume(&self) {
        self.signal("-CONT");
    }

    /// Does a command on it.
    pub async fn command(&self, words: &[&str]) -> redis::Value {
        let mut connection = self.connect().await.expect("redis answers");
        let mut command = redis::cmd(words[0]);
        command.arg(&words[1..]);
        command.query_async(&mut connection).await.expect("redis does it")
    }

    async fn connect(&self) -> redis::RedisResult<redis::aio::MultiplexedConnection> {
        redis::Client::open(self.url())?.get_multiplexed_async_connection().await
    }

    fn signal(&self, signal: &str) {
        let id = self.process.as_ref().expect("the server runs").id().to_string();
        let done = Command::new("kill").args([signal, &id]).status();
        assert!(done.is_ok_and(|status| status.success()), "the server is signalled");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

fn program() -> String {
    std::env::var("MEDIVERSE_TEST_REDIS_SERVER").unwrap_or_else(|_| PROGRAM.to_owned())
}
