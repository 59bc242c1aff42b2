//! The program on engines of the run's own, as one process or as services, with doctors and patients.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use futures_util::future::try_join_all;
use jiff::civil::{Date, Weekday};
use jiff::{Timestamp, ToSpan};

use crate::bus;
use crate::chaos::engines::{Postgres, RabbitMq, Redis, free_port, until};
use crate::chaos::network::{CONTEXTS, Variables, staff_made};
use crate::chaos::node::{self, Node, Start};
use crate::client::Client;
use crate::faults;
use crate::places::{self, Offer};
use crate::staff;
use crate::wire::request;
use crate::world;

/// The services: five processes, two of them scheduling. The entry is the last; contexts not named here live with people.
const APART: [(&str, &str); 5] = [
    ("people", "auth,people"),
    ("directory", "directory"),
    ("scheduling-1", "scheduling"),
    ("scheduling-2", "scheduling"),
    ("gateway", "gateway,web"),
];
const COMPLAINT: &str = "Demam tiga hari, batuk berdahak, pusing";

/// The program, furnished.
pub struct House {
    /// `one process`.
    pub name: &'static str,
    /// Where people and programs come in.
    pub entry: SocketAddr,
    nodes: Vec<Node>,
    offers: Vec<Offer>,
    patients: Vec<String>,
    token: String,
    first: Date,
    next: u64,
}

impl House {
    /// One process on a database of its own, events within the process.
    pub async fn one(program: &Path, folder: &Path, postgres: &Postgres, doctors: usize) -> Result<Self> {
        postgres.connect("postgres").await?.batch_execute("create database one").await?;
        let folder = below(folder, "one")?;
        let mut told = common(&folder);
        told.set("DATABASE__URL", format_args!("postgres://postgres@{}/one", postgres.address()));
        told.set("DATABASE__POOL", 16);
        prepare(program, &folder, &told, doctors).await?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?));
        let args = ["--listen".to_owned(), address.to_string()].to_vec();
        let start = Start { name: "all".to_owned(), args, variables: told.0, largest_file: None };
        let nodes = vec![Node::start(program.to_owned(), &folder, address, start)];
        Self::furnish("one process", address, nodes, doctors).await
    }

    /// Services, each context on a database of its own, events through the broker.
    pub async fn split(
        program: &Path,
        folder: &Path,
        postgres: &Postgres,
        rabbit: &RabbitMq,
        redis: &Redis,
        doctors: usize,
    ) -> Result<Self> {
        let folder = below(folder, "split")?;
        let mut told = common(&folder);
        let server = postgres.connect("postgres").await?;
        for context in CONTEXTS.into_iter().chain(["keys"]) {
            server.batch_execute(&format!("create role {context} login")).await?;
            server.batch_execute(&format!("create database {context} owner {context}")).await?;
            let url = format!("postgres://{context}@{}/{context}", postgres.address());
            told.set(&format!("DATABASE__{}", context.to_uppercase()), url);
        }
        told.set("DATABASE__POOL", 8);
        told.set("RABBITMQ__URL", format_args!("amqp://guest:guest@{}/%2f", rabbit.address()));
        told.set("REDIS__URL", format_args!("redis://{}/", redis.address()));
        prepare(program, &folder, &told, doctors).await?;
        let mut places = Vec::new();
        for _ in APART {
            places.push(SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?)));
        }
        // The pages live with the gateway, which finds them by itself.
        let apart = apart();
        for part in CONTEXTS {
            let of_part = apart.iter().zip(&places).filter(|((_, parts), _)| has(parts, part));
            let addresses: Vec<String> = of_part.map(|(_, address)| address.to_string()).collect();
            told.set(&format!("SERVICES__{}", part.to_uppercase()), addresses.join(","));
        }
        let mut nodes = Vec::new();
        for ((name, parts), address) in apart.iter().zip(&places) {
            let args = ["--roles", parts, "--listen", &address.to_string()].map(str::to_owned).to_vec();
            let mut variables = told.only_of(name, parts);
            // The pages beside the gateway listen at a port that nobody need know.
            variables.extend(own_door(parts));
            let start = Start { name: (*name).to_owned(), args, variables, largest_file: None };
            nodes.push(Node::start(program.to_owned(), &folder, *address, start));
        }
        let entry = *places.last().context("there is an entry")?;
        Self::furnish("services", entry, nodes, doctors).await
    }

    async fn furnish(name: &'static str, entry: SocketAddr, nodes: Vec<Node>, doctors: usize) -> Result<Self> {
        let mut house = Self {
            name,
            entry,
            nodes,
            offers: Vec::new(),
            patients: Vec::new(),
            token: String::new(),
            first: next_monday(),
            next: 0,
        };
        house.ready().await?;
        let mut head = staff::super_admin(entry).await?;
        house.patients = faults::patients_in_order(&mut head, doctors * 2).await?;
        house.offers = world::furnish(&mut head, doctors).await?.iter().map(world::offer).collect();
        places::until_bookable(&mut head, &house.offers).await?;
        bus::until_all_heard(&mut head).await?;
        house.token = head.token;
        Ok(house)
    }

    /// Ends every process, the entry first.
    pub async fn leave(&self) -> Result<()> {
        for node in self.nodes.iter().rev() {
            node.take_away().await?;
        }
        Ok(())
    }

    /// Starts every process that has ended.
    pub async fn come(&self) -> Result<()> {
        self.nodes.iter().for_each(Node::bring_back);
        self.ready().await
    }

    async fn ready(&self) -> Result<()> {
        try_join_all(self.nodes.iter().map(Node::ready)).await?;
        // Ready is each by itself; what is asked goes through several.
        until("the way in is open", Duration::from_mins(1), async || {
            let mut guest = Client::guest(self.entry);
            Ok(guest.ask("GET", "/api/v1/specialities", "", b"").await?.status == 200)
        })
        .await
    }

    /// Waits until everything said was sent.
    pub async fn until_all_heard(&self) -> Result<()> {
        bus::until_all_heard(&mut staff::super_admin(self.entry).await?).await
    }

    /// Where a process listens itself.
    pub fn address_of(&self, name: &str) -> Result<SocketAddr> {
        let node = self.nodes.iter().find(|node| node.name == name);
        Ok(node.with_context(|| format!("no process {name}"))?.address)
    }

    /// How many processes there are.
    pub fn processes(&self) -> usize {
        self.nodes.len()
    }

    /// The path of a doctor, each number another.
    pub fn some_doctor(&self, number: usize) -> String {
        format!("/api/v1/doctors/{}", self.offers[number % self.offers.len()].doctor)
    }

    /// Writes the request for the next booking; none where every time is booked.
    pub fn write_booking(&mut self, into: &mut Vec<u8>) -> Option<()> {
        if self.next >= world::bookings_of(&self.patients) {
            return None;
        }
        let booking = world::booking(self.next, &self.patients, self.offers.len(), self.first);
        self.next += 1;
        let body = self.offers[booking.doctor].booking(&booking.start, &booking.patient, COMPLAINT);
        request(into, "POST", "/api/v1/appointments", &self.token, "", &body);
        Some(())
    }
}

fn has(parts: &str, wanted: &str) -> bool {
    parts.split(',').any(|part| part == wanted)
}

/// Every process with its parts.
fn apart() -> Vec<(&'static str, String)> {
    let unnamed = CONTEXTS.into_iter().filter(|context| !APART.iter().any(|(_, parts)| has(parts, context)));
    let more = unnamed.fold(String::new(), |more, context| more + "," + context);
    let with_more = |(name, parts): (&'static str, &str)| {
        let parts = if has(parts, "people") { format!("{parts}{more}") } else { parts.to_owned() };
        (name, parts)
    };
    APART.into_iter().map(with_more).collect()
}

fn own_door(parts: &str) -> Option<(String, String)> {
    parts.contains("gateway").then(|| ("MEDIVERSE_SERVER__LISTEN".to_owned(), "127.0.0.1:0".to_owned()))
}

fn below(folder: &Path, name: &str) -> Result<std::path::PathBuf> {
    let folder = folder.join(name);
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}

fn common(folder: &Path) -> Variables {
    let mut told = Variables::default();
    told.set("LOG__FILTER", "warn").set("LOG__FORMAT", "lines");
    told.set("SESSIONS__HASHERS", 4).set("SESSIONS__ACCESS_TOKEN_MINUTES", 600);
    told.set("SERVER__TRUSTED_PROXIES", "[\"127.0.0.1\"]").set("GATEWAY__RATE_PER_SECOND", 0);
    told.set("GATEWAY__CONNECTIONS_PER_CLIENT", 0).set("GATEWAY__REQUESTS_PER_CLIENT", 0);
    told.set("KEYS__FILE", folder.join("master.key").display());
    told
}

/// Tables, the super admin, patients.
async fn prepare(program: &Path, folder: &Path, told: &Variables, doctors: usize) -> Result<()> {
    if doctors == 0 {
        bail!("nobody can be booked");
    }
    node::run(program, &told.0, &["migrate"], "").await?;
    staff_made(program, &told.0).await?;
    let file = folder.join("patients.csv");
    std::fs::write(&file, faults::patients_csv(doctors * 2)?)?;
    node::run(program, &told.0, &["import", "patients", &file.display().to_string()], "").await?;
    Ok(())
}

/// Bookings begin with the week after this one.
#[expect(clippy::disallowed_methods, reason = "services under test run by the machine's clock")]
fn next_monday() -> Date {
    let today = jiff::tz::offset(8).to_datetime(Timestamp::now()).date();
    let since_monday = today.weekday().since(Weekday::Monday);
    today + (7 - i64::from(since_monday)).days()
}
