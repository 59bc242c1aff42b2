//! The program as services on engines of the run's own: a database and a role for each context, every way between two
//! processes a link that can be broken, every process kept running.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use futures_util::future::{try_join, try_join_all, try_join3};

use super::engines::{Postgres, RabbitMq, Redis, free_port};
use super::link::{Link, Mode};
use super::node::{self, Node, Start};
use crate::client::Client;
use crate::staff;

/// The contexts, each with a database of its own.
pub const CONTEXTS: [&str; 5] = ["auth", "people", "directory", "scheduling", "notifications"];
/// The processes beside the gateway, with their parts.
const APART: [(&str, &str); 8] = [
    ("auth", "auth"),
    ("people", "people"),
    ("directory", "directory"),
    ("scheduling-1", "scheduling"),
    ("scheduling-2", "scheduling"),
    ("notifications", "notifications"),
    ("web-1", "web"),
    ("web-2", "web"),
];

/// Everything that runs.
pub struct Network {
    /// Where people and programs come in.
    pub gateway: SocketAddr,
    /// Every process; the gateway is the last.
    pub nodes: Vec<Node>,
    /// The database server.
    pub postgres: Postgres,
    /// The broker.
    pub rabbit: RabbitMq,
    /// The cache.
    pub redis: Redis,
    /// Logs and data.
    pub folder: PathBuf,
    to_nodes: BTreeMap<&'static str, Link>,
    to_databases: BTreeMap<&'static str, Link>,
    to_rabbit: Link,
    to_redis: Link,
}

impl Network {
    /// Starts engines, databases and services below `folder`, with a super admin and nothing else.
    pub async fn start(program: &Path, folder: &Path) -> Result<Self> {
        let (postgres, rabbit, redis) =
            try_join3(Postgres::start(folder), RabbitMq::start(folder), Redis::start(folder)).await?;
        let mut to_databases = BTreeMap::new();
        let server = postgres.connect("postgres").await?;
        for context in CONTEXTS.into_iter().chain(["keys"]) {
            server.batch_execute(&format!("create role {context} login")).await?;
            server.batch_execute(&format!("create database {context} owner {context}")).await?;
            server.batch_execute(&format!("revoke all on database {context} from public")).await?;
            to_databases.insert(context, Link::to(postgres.address()).await?);
        }
        let (to_rabbit, to_redis) = try_join(Link::to(rabbit.address()), Link::to(redis.address())).await?;
        let mut common = Variables::default();
        common.set("LOG__FILTER", "warn").set("LOG__FORMAT", "lines");
        common.set("SESSIONS__HASHERS", 4).set("SESSIONS__ACCESS_TOKEN_MINUTES", 600);
        common.set("SERVER__SIGN_UPS", 100_000).set("SERVER__TRUSTED_PROXIES", "[\"127.0.0.1\"]");
        common.set("GATEWAY__RATE_PER_SECOND", 0).set("DATABASE__POOL", 6);
        common.set("KEYS__FILE", folder.join("master.key").display());
        common.set("RABBITMQ__URL", format_args!("amqp://guest:guest@{}/%2f", to_rabbit.address));
        common.set("REDIS__URL", format_args!("redis://{}/", to_redis.address));
        for (context, link) in &to_databases {
            let url = format!("postgres://{context}@{}/{context}", link.address);
            common.set(&format!("DATABASE__{}", context.to_uppercase()), url);
        }
        node::run(program, &common.0, &["migrate"], "").await?;
        staff_made(program, &common.0).await?;

        let mut places = Vec::new();
        let mut to_nodes = BTreeMap::new();
        for (name, _) in APART {
            let address = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?));
            places.push(address);
            to_nodes.insert(name, Link::to(address).await?);
        }
        for part in ["auth", "people", "directory", "scheduling", "notifications", "web"] {
            let of_part = APART.iter().filter(|(_, of)| *of == part);
            let addresses: Vec<String> = of_part.map(|(name, _)| to_nodes[name].address.to_string()).collect();
            common.set(&format!("SERVICES__{}", part.to_uppercase()), addresses.join(","));
        }
        let gateway = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?));
        let mut nodes = Vec::new();
        for ((name, part), address) in APART.into_iter().zip(places).chain([(("gateway", "gateway"), gateway)]) {
            let variables = common.only_of(name, part);
            let args = ["--roles", part, "--listen", &address.to_string()].map(str::to_owned).to_vec();
            let start = Start { name: name.to_owned(), args, variables, largest_file: None };
            nodes.push(Node::start(program.to_owned(), folder, address, start));
        }
        let folder = folder.to_owned();
        let network =
            Self { gateway, nodes, postgres, rabbit, redis, folder, to_nodes, to_databases, to_rabbit, to_redis };
        network.ready().await?;
        Ok(network)
    }

    /// Waits until every process is ready, and the gateway forwards.
    pub async fn ready(&self) -> Result<()> {
        try_join_all(self.nodes.iter().map(Node::ready)).await.map(drop)
    }

    /// The super admin, signed in through the gateway.
    pub async fn super_admin(&self) -> Result<Client> {
        staff::super_admin(self.gateway).await
    }

    /// A process by its name.
    pub fn node(&self, name: &str) -> Result<&Node> {
        self.nodes.iter().find(|node| node.name == name).with_context(|| format!("no process {name}"))
    }

    /// The way to a process, as all the others go it.
    pub fn to_node(&self, name: &str) -> Result<&Link> {
        self.to_nodes.get(name).with_context(|| format!("no way to {name}"))
    }

    /// The ways to the databases, by context.
    pub fn to_databases(&self) -> &BTreeMap<&'static str, Link> {
        &self.to_databases
    }

    /// The way to the broker.
    pub fn to_rabbit(&self) -> &Link {
        &self.to_rabbit
    }

    /// The way to Redis.
    pub fn to_redis(&self) -> &Link {
        &self.to_redis
    }

    /// Makes every way whole again.
    pub fn mend(&self) {
        let links = self.to_nodes.values().chain(self.to_databases.values()).chain([&self.to_rabbit, &self.to_redis]);
        links.for_each(|link| link.become_(Mode::Open));
    }

    /// The ends of the logs of all processes, for whoever has to find out.
    pub fn ends_of_logs(&self) -> String {
        let end = |node: &Node| {
            let log = std::fs::read_to_string(self.folder.join(format!("{}.log", node.name))).unwrap_or_default();
            let lines: Vec<&str> = log.lines().collect();
            format!("--- {}\n{}\n", node.name, lines[lines.len().saturating_sub(8)..].join("\n"))
        };
        self.nodes.iter().map(end).collect()
    }

    /// Ends every process in order.
    pub async fn stop(self) -> Result<()> {
        for node in self.nodes.iter().rev() {
            node.take_away().await?;
        }
        Ok(())
    }
}

/// Settings as variables.
#[derive(Debug, Clone, Default)]
pub(crate) struct Variables(pub(crate) BTreeMap<String, String>);

impl Variables {
    /// Sets `SECTION__KEY`.
    pub(crate) fn set(&mut self, name: &str, value: impl Display) -> &mut Self {
        self.0.insert(format!("MEDIVERSE_{name}"), value.to_string());
        self
    }

    /// What a process of those parts, separated by commas, is told: no databases but its own.
    pub(crate) fn only_of(&self, name: &str, parts: &str) -> BTreeMap<String, String> {
        let mut own = self.clone();
        own.set("TRACE__SERVICE", name);
        let has = |wanted: &str| parts.split(',').any(|part| part == wanted);
        let keys = ["auth", "people", "scheduling", "notifications"].into_iter().any(has);
        for other in CONTEXTS.iter().filter(|context| !has(context)).chain((!keys).then_some(&"keys")) {
            own.set(&format!("DATABASE__{}", other.to_uppercase()), "postgres://nobody@127.0.0.1:1/none");
        }
        own.0
    }
}

/// The super admin, made on the command line.
pub(crate) async fn staff_made(program: &Path, variables: &BTreeMap<String, String>) -> Result<()> {
    let args = ["admin", "create-super-admin", "--email", staff::SUPER_ADMIN];
    node::run(program, variables, &args, staff::PASSWORD).await?;
    Ok(())
}

/// Fails where something of the machine that is needed is missing, naming it.
pub fn needs(programs: &[&str]) -> Result<()> {
    let path = std::env::var("PATH").unwrap_or_default();
    for program in programs {
        if !path.split(':').any(|folder| Path::new(folder).join(program).is_file()) {
            bail!("{program} is not there");
        }
    }
    Ok(())
}
