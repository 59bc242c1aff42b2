//! One process of the program, and what it is told by its environment.

use std::{
    collections::BTreeMap,
    fmt::Display,
    net::TcpListener,
    path::PathBuf,
    process::Stdio,
    sync::atomic::{AtomicU16, Ordering},
    time::Instant,
};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader},
    process::{Child, Command},
    task::JoinHandle,
    time::timeout,
};

use super::{CONTEXTS, PATIENCE, output};

/// What is set for processes: the settings, as variables.
#[derive(Debug, Clone)]
pub(super) struct Environment {
    program: PathBuf,
    variables: BTreeMap<String, String>,
    /// What every process's clock shows, and since when.
    clock: Option<(Timestamp, Instant)>,
}

impl Environment {
    pub(super) fn new(program: PathBuf, clock: Option<Timestamp>) -> Self {
        Self { program, variables: BTreeMap::new(), clock: clock.map(|at| (at, Instant::now())) }
    }

    /// Sets `SECTION__KEY`.
    pub(super) fn set(&mut self, name: &str, value: impl Display) -> &mut Self {
        self.variables.insert(format!("MEDIVERSE_{name}"), value.to_string());
        self
    }

    /// The same without the databases that are none of that part's.
    pub(super) fn only_databases_of(&self, part: &str) -> Self {
        let mut own = self.clone();
        let keys = matches!(part, "auth" | "people" | "scheduling" | "notifications");
        for other in CONTEXTS.iter().filter(|context| **context != part).chain((!keys).then_some(&"keys")) {
            // An address that leads nowhere: whoever opens it fails.
            own.set(&format!("DATABASE__{}", other.to_uppercase()), "postgres://nobody@127.0.0.1:1/none");
        }
        own
    }

    /// Runs a command to its end.
    pub(super) async fn run(&self, args: &[&str]) -> String {
        output(self.command(args)).await
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        // What the machine's own environment says of the program is not meant for tests.
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("MEDIVERSE_")) {
            command.env_remove(name);
        }
        if let Some((at, since)) = self.clock {
            // Whoever starts later begins later, so that all clocks agree.
            let now = SignedDuration::try_from(since.elapsed()).map_or(at, |passed| at + passed);
            command.args(args).args(["--clock", &now.to_string()]);
        } else {
            command.args(args);
        }
        command.envs(&self.variables).stdin(Stdio::null()).kill_on_drop(true);
        command
    }
}

/// A running process.
pub struct Process {
    name: String,
    environment: Environment,
    args: Vec<String>,
    child: Child,
    url: String,
    complaints: Option<JoinHandle<String>>,
}

impl Process {
    /// Starts `serve` and waits until it is ready.
    pub(super) async fn start(name: &str, environment: &Environment, args: &[&str]) -> Self {
        let mut all = vec!["serve", "--json"];
        all.extend(args);
        if !args.contains(&"--listen") {
            all.extend(["--listen", "127.0.0.1:0"]);
        }
        let mut environment = environment.clone();
        environment.set("TRACE__SERVICE", name);
        let args: Vec<String> = all.into_iter().map(ToOwned::to_owned).collect();
        let (child, url, complaints) = launch(name, &environment, &args).await;
        Self { name: name.to_owned(), environment, args, child, url, complaints: Some(complaints) }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where it listens.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its number on this machine; none once it has ended.
    pub fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// Ends it at once, as a crash would (SIGKILL).
    pub async fn kill(&mut self) {
        self.child.kill().await.expect("the process can be ended");
    }

    /// Sends it a signal: `STOP`, `CONT`, `TERM`.
    pub async fn signal(&self, signal: &str) {
        let Some(id) = self.child.id() else { return };
        let sent = Command::new("kill").args([format!("-{signal}"), id.to_string()]).status().await;
        assert!(sent.is_ok_and(|status| status.success()), "{} took no {signal}", self.name);
    }

    /// Ends it in order (SIGTERM); answers what it had to complain of.
    pub async fn terminate(&mut self) -> String {
        self.signal("TERM").await;
        let ended = timeout(PATIENCE, self.child.wait()).await;
        assert!(
            ended.is_ok_and(|status| status.is_ok_and(|status| status.success())),
            "{} did not end in order",
            self.name
        );
        match self.complaints.take() {
            Some(complaints) => complaints.await.unwrap_or_default(),
            None => String::new(),
        }
    }

    /// Starts it again at the same address, after it has ended.
    pub async fn start_again(&mut self) {
        self.start_again_with(&[]).await;
    }

    /// As [`Process::start_again`], this once with flags besides: `--clock`.
    pub async fn start_again_with(&mut self, flags: &[&str]) {
        let args: Vec<String> = self.args.iter().cloned().chain(flags.iter().map(|flag| (*flag).to_owned())).collect();
        let (child, url, complaints) = launch(&self.name, &self.environment, &args).await;
        (self.child, self.url, self.complaints) = (child, url, Some(complaints));
    }
}

async fn launch(name: &str, environment: &Environment, args: &[String]) -> (Child, String, JoinHandle<String>) {
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let mut command = environment.command(&args);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
    let mut lines = BufReader::new(child.stdout.take().expect("stdout is piped")).lines();
    let mut stderr = child.stderr.take().expect("stderr is piped");
    let complaints = tokio::spawn(async move {
        // The last 64 KiB are kept.
        let (mut last, mut chunk) = (Vec::new(), [0; 4096]);
        while let Ok(n @ 1..) = stderr.read(&mut chunk).await {
            last.extend_from_slice(&chunk[..n]);
            let excess = last.len().saturating_sub(64 * 1024);
            last.drain(..excess);
        }
        String::from_utf8_lossy(&last).into_owned()
    });
    let ready = async {
        while let Ok(Some(line)) = lines.next_line().await {
            if let Ok(ready) = serde_json::from_str::<Value>(&line)
                && let Some(url) = ready["url"].as_str()
            {
                return Some(url.to_owned());
            }
        }
        None
    };
    let url = timeout(PATIENCE, ready).await.ok().flatten();
    let Some(url) = url else {
        let _ = child.kill().await;
        panic!("{name} was not ready: {}", complaints.await.unwrap_or_default());
    };
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    (child, url, complaints)
}

/// How many ports are tried from 20000 on.
const PORTS: u16 = 12_000;

/// A port nobody listens at now, below those that the machine gives to connections: no connection takes it before the
/// process that is told of it listens there.
pub(super) fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    // Tests that run at the same time have numbers near each other: their ports lie sixty apart.
    let first = (std::process::id() % 200) as u16 * 60;
    let mut ports = (0..PORTS).map(|_| 20_000 + (first + NEXT.fetch_add(1, Ordering::Relaxed)) % PORTS);
    ports.find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok()).expect("a port is free")
}
