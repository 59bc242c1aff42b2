//! The real program with a network of sample people, in one of three shapes: one process on SQLite; one process on
//! PostgreSQL, RabbitMQ and Redis; or split into nine processes, two of them scheduling and two of them pages, each context
//! with a database and a role of its own, behind a gateway. Everything is a test's own and taken away with it.

mod databases;
mod process;
mod rest;

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use jiff::Timestamp;
use serde_json::Value;
use tokio::process::Command;

use self::{databases::Databases, process::Environment};
pub use self::{
    process::Process,
    rest::{Asker, Reply},
};
use crate::{rabbit, redis};

/// The contexts, each with a database of its own.
const CONTEXTS: [&str; 5] = ["auth", "people", "directory", "scheduling", "notifications"];
/// The processes beside the gateway.
const APART: [&str; 8] = ["auth", "people", "directory", "scheduling", "scheduling", "notifications", "web", "web"];
/// How long the sample network may take to be planted, and a process to start.
const PATIENCE: Duration = Duration::from_mins(3);

/// How the program is spread over processes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// One process on SQLite: the default.
    Embedded,
    /// One process on PostgreSQL, RabbitMQ and Redis.
    Served,
    /// Nine processes behind a gateway.
    Split,
}

impl Shape {
    /// Every shape.
    pub const ALL: [Self; 3] = [Self::Embedded, Self::Served, Self::Split];

    /// Its name, as `MEDIVERSE_TOPOLOGY` gives it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Embedded => "embedded",
            Self::Served => "served",
            Self::Split => "split",
        }
    }

    /// The shape that `MEDIVERSE_TOPOLOGY` asks for; the embedded one where it is not set.
    pub fn of_environment() -> Self {
        let asked = std::env::var("MEDIVERSE_TOPOLOGY").unwrap_or_default();
        Self::ALL.into_iter().find(|shape| shape.name() == asked).unwrap_or(Self::Embedded)
    }
}

/// The running program.
pub struct Topology {
    /// Where people and programs reach it.
    pub url: String,
    /// The sample accounts, as `mediverse demo --json` tells them.
    pub logins: Value,
    processes: Vec<Process>,
    databases: Option<Databases>,
    _rabbit: Option<rabbit::Fresh>,
    _redis: Option<redis::Server>,
    folder: tempfile::TempDir,
}

impl Topology {
    /// Plants a network and starts the program in that shape.
    pub async fn start(program: &Path, shape: Shape) -> Self {
        Self::start_with(program, shape, &[]).await
    }

    /// As [`Topology::start`], every process set so besides: `("LOG__FILTER", "info")`.
    pub async fn start_with(program: &Path, shape: Shape, settings: &[(&str, &str)]) -> Self {
        Self::start_at(program, shape, settings, None).await
    }

    /// As [`Topology::start_with`], with every clock at an instant.
    pub async fn start_at(program: &Path, shape: Shape, settings: &[(&str, &str)], clock: Option<Timestamp>) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let mut environment = Environment::new(program.to_owned(), clock);
        environment.set("LOG__FILTER", "warn").set("SESSIONS__HASHERS", "4").set("SERVER__SIGN_UPS", "100000");
        environment.set("KEYS__FILE", folder.path().join("master.key").display());
        let (mut databases, mut broker, mut shared) = (None, None, None);
        if shape == Shape::Embedded {
            environment.set("DATABASE__URL", format_args!("sqlite:{}", folder.path().join("data").display()));
        } else {
            let own = Databases::create().await;
            for (name, url) in own.names() {
                environment.set(&format!("DATABASE__{}", name.to_uppercase()), url);
            }
            environment.set("DATABASE__POOL", 4);
            databases = Some(own);
        }
        let logins = plant(&environment).await;
        if shape != Shape::Embedded {
            let rabbit = rabbit::Fresh::new(&CONTEXTS);
            environment.set("RABBITMQ__URL", rabbit.broker.url.expose()).set("RABBITMQ__PREFIX", &rabbit.broker.prefix);
            broker = Some(rabbit);
            shared = redis::Server::start().await;
            if let Some(redis) = &shared {
                environment.set("REDIS__URL", redis.url());
            }
            environment.run(&["migrate"]).await;
        }
        for (name, value) in settings {
            environment.set(name, value);
        }
        let processes = match shape {
            Shape::Embedded | Shape::Served => vec![Process::start("all", &environment, &[]).await],
            Shape::Split => split(&environment, folder.path()).await,
        };
        let url = processes.last().expect("a process was started").url().to_owned();
        Self { url, logins, processes, databases, _rabbit: broker, _redis: shared, folder }
    }

    /// The address of a page or a route.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// A guest at the door.
    pub fn guest(&self) -> Asker {
        Asker::guest(&self.url)
    }

    /// The sample account of a role, signed in.
    pub async fn signed_in(&self, role: &str) -> Asker {
        let (email, password) = self.login(role);
        self.guest().sign_in(&email, &password).await
    }

    /// A process by its name: `scheduling-1`.
    pub fn process(&mut self, name: &str) -> &mut Process {
        self.processes.iter_mut().find(|process| process.name() == name).expect("a process of that name")
    }

    /// The names of all processes.
    pub fn names(&self) -> Vec<String> {
        self.processes.iter().map(|process| process.name().to_owned()).collect()
    }

    /// The URL of a context's database; none on SQLite.
    pub fn database(&self, context: &str) -> Option<String> {
        self.databases.as_ref().map(|databases| databases.url(context))
    }

    /// Where the master key lies.
    pub fn key_file(&self) -> PathBuf {
        self.folder.path().join("master.key")
    }

    /// The sample account of a role: `patient`, `doctor`, `admin`, `super_admin`.
    pub fn login(&self, role: &str) -> (String, String) {
        let found = self.logins.as_array().into_iter().flatten().find(|login| login["role"] == role);
        let login = found.expect("a sample account of that role");
        let text = |key: &str| login[key].as_str().unwrap_or_default().to_owned();
        (text("email"), text("password"))
    }

    /// Ends everything in order.
    pub async fn stop(mut self) {
        for process in self.processes.iter_mut().rev() {
            process.terminate().await;
        }
    }
}

async fn plant(environment: &Environment) -> Value {
    let printed = environment.run(&["demo", "--plant", "--json"]).await;
    let line = printed.lines().find(|line| line.starts_with('{')).expect("a line of JSON");
    let planted: Value = serde_json::from_str(line).expect("a line of JSON");
    planted["logins"].clone()
}

/// Every part in a process of its own, scheduling and the pages in two; the gateway is the last.
async fn split(environment: &Environment, folder: &Path) -> Vec<Process> {
    let parts = APART;
    let all_keys = folder.join("service-keys");
    environment.run(&["keys", "services", "--to", &all_keys.display().to_string()]).await;
    let ports: Vec<u16> = parts.iter().map(|_| process::free_port()).collect();
    let mut common = environment.clone();
    common.set("SERVER__TRUSTED_PROXIES", "[\"127.0.0.1\"]").set("GATEWAY__RATE_PER_SECOND", 0);
    for part in ["auth", "people", "directory", "scheduling", "notifications", "web"] {
        let places = parts.iter().zip(&ports).filter(|(name, _)| **name == part);
        let addresses: Vec<String> = places.map(|(_, port)| format!("127.0.0.1:{port}")).collect();
        common.set(&format!("SERVICES__{}", part.to_uppercase()), addresses.join(","));
    }
    let entry = format!("127.0.0.1:{}", process::free_port());
    common.set("SERVICES__GATEWAY", &entry);
    let mut starting = Vec::new();
    for (n, (part, port)) in parts.into_iter().zip(&ports).enumerate() {
        let alone = parts.iter().filter(|other| **other == part).count() == 1;
        let number = 1 + parts[..n].iter().filter(|other| **other == part).count();
        let name = if alone { part.to_owned() } else { format!("{part}-{number}") };
        let mut own = common.only_databases_of(part);
        own.set("SERVICES__KEYS", own_keys(&all_keys, part).display());
        let listen = format!("127.0.0.1:{port}");
        starting.push(tokio::spawn(async move {
            Process::start(&name, &own, &["--roles", part, "--listen", &listen]).await
        }));
    }
    let mut processes = Vec::new();
    for process in starting {
        processes.push(process.await.expect("a process was started"));
    }
    let mut gateway = common.only_databases_of("gateway");
    gateway.set("SERVICES__KEYS", own_keys(&all_keys, "gateway").display());
    gateway.set("SERVICES__LISTEN", entry);
    processes.push(Process::start("gateway", &gateway, &["--roles", "gateway"]).await);
    processes
}

/// A folder with the signing key of one part, and what everybody may know of the others.
fn own_keys(all: &Path, part: &str) -> PathBuf {
    let own = all.with_file_name(format!("service-keys-{part}"));
    std::fs::create_dir_all(&own).expect("a folder can be made");
    for entry in std::fs::read_dir(all).expect("the keys were made") {
        let file = entry.expect("a file").path();
        let public = file.extension().is_some_and(|end| end == "pub");
        if public || file.file_stem().is_some_and(|role| role == part) {
            std::fs::copy(&file, own.join(file.file_name().expect("a name"))).expect("a file can be copied");
        }
    }
    own
}

/// Asks until something holds. Fails with what was to hold where it does not within half a minute.
pub async fn until<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let end = tokio::time::Instant::now() + Duration::from_secs(30);
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(tokio::time::Instant::now() < end, "it does not come true that {what}");
        let _ = tokio::time::timeout(Duration::from_millis(50), std::future::pending::<()>()).await;
    }
}

/// What a command of the program printed. Fails with what it complained of.
async fn output(mut command: Command) -> String {
    let output = tokio::time::timeout(PATIENCE, command.output()).await.expect("the program ends in time");
    let output = output.expect("the program runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    text
}
