//! Brings a fresh Debian machine to where the tests can run: packages, PostgreSQL on 127.0.0.1:5432, RabbitMQ on
//! 127.0.0.1:5672, cargo-nextest. Tests that need Redis, or an authority for certificates, start one of their own.
//! What is there already is left alone.

use std::net::{SocketAddr, TcpStream};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::workspace;

/// A program the tests need and the Debian package that brings it.
const PROGRAMS: [(&str, &str); 9] = [
    ("/usr/bin/chromium", "chromium"),
    ("/usr/bin/chromedriver", "chromium-driver"),
    ("/usr/bin/pg_createcluster", "postgresql"),
    ("/usr/bin/psql", "postgresql"),
    ("npm", "npm"),
    ("/usr/bin/redis-server", "redis-server"),
    ("/usr/sbin/rabbitmq-server", "rabbitmq-server"),
    ("/usr/bin/pebble", "pebble"),
    ("/usr/lib/python3/dist-packages/aiosmtpd/__init__.py", "python3-aiosmtpd"),
];

/// The newest runner that this workspace's compiler builds.
const NEXTEST: &str = "0.9.143";

/// A cluster of the tests' own, so that no other database's log-in rules are touched.
const CLUSTER: &str = "mediverse-tests";

const POSTGRES: u16 = 5432;
const RABBITMQ: u16 = 5672;

/// Installs and starts what is missing.
pub fn prepare() -> Result<()> {
    let installed = install_packages()?;
    start_postgres(installed.contains(&"postgresql"))?;
    start_rabbitmq()?;
    install_nextest()
}

/// The packages that were missing and now are there.
fn install_packages() -> Result<Vec<&'static str>> {
    let mut packages: Vec<&str> =
        PROGRAMS.iter().filter(|(program, _)| !is_there(program)).map(|(_, package)| *package).collect();
    packages.dedup();
    if packages.is_empty() {
        return Ok(packages);
    }
    install(&packages)?;
    Ok(packages)
}

/// Installs packages of Debian.
pub fn install(packages: &[&str]) -> Result<()> {
    println!("installing {}", packages.join(" "));
    apt_get(&["update", "--quiet=2"])?;
    apt_get(&[&["install", "--yes", "--quiet=2", "--no-install-recommends"], packages].concat())
}

fn is_there(program: &str) -> bool {
    let answers = Command::new(program)
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    std::path::Path::new(program).is_file() || answers.is_ok_and(|status| status.success())
}

fn apt_get(args: &[&str]) -> Result<()> {
    as_root("apt-get", args).env("DEBIAN_FRONTEND", "noninteractive").run("apt-get")
}

/// A command run as root: directly where this is root, else through sudo without a question.
fn as_root(program: &str, args: &[&str]) -> Command {
    if is_root() {
        return workspace::command(program, args);
    }
    let mut command = workspace::command("sudo", &["--non-interactive", "--preserve-env=DEBIAN_FRONTEND", program]);
    command.args(args);
    command
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").stdin(Stdio::null()).output();
    id.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

fn start_postgres(just_installed: bool) -> Result<()> {
    if answers_at(POSTGRES) {
        return if lets_us_in() { Ok(()) } else { let_us_in(just_installed) };
    }
    let version = newest_postgres()?;
    println!("starting PostgreSQL {version} on 127.0.0.1:5432");
    if !clusters()?.iter().any(|cluster| cluster.name == CLUSTER) {
        let place = ["--port", "5432", "--start-conf", "manual", "--locale", "C.UTF-8", "-o", "max_connections=300"];
        let rules = ["--", "--auth-host=trust", "--auth-local=trust"];
        as_root("pg_createcluster", &[&place[..], &[&version, CLUSTER], &rules[..]].concat())
            .run("pg_createcluster")?;
    }
    // Without systemd, as in a container; with it this works too. The server's files must not keep our output open.
    as_root("pg_ctlcluster", &["--skip-systemctl-redirect", &version, CLUSTER, "start"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .run("pg_ctlcluster")?;
    wait_until("PostgreSQL answers", Duration::from_secs(30), lets_us_in)
}

/// Debian starts a server while it is installed. That one, and any on a machine that is there for tests, is told to let
/// the tests in; elsewhere the person decides.
fn let_us_in(just_installed: bool) -> Result<()> {
    const LINE: &str = "host all postgres 127.0.0.1/32 trust";
    let advice =
        format!("PostgreSQL on 127.0.0.1:5432 asks for a password; put `{LINE}` first in its pg_hba.conf, or stop it");
    if !just_installed && std::env::var_os("CI").is_none() {
        bail!(advice);
    }
    let Some(cluster) = clusters()?.into_iter().find(|cluster| cluster.port == "5432") else { bail!(advice) };
    println!("letting postgres in from 127.0.0.1 without a password (cluster {} {})", cluster.version, cluster.name);
    let rules = format!("/etc/postgresql/{}/{}/pg_hba.conf", cluster.version, cluster.name);
    as_root("sed", &["-i", &format!("1i {LINE}"), &rules]).run("sed")?;
    as_root("pg_ctlcluster", &["--skip-systemctl-redirect", &cluster.version, &cluster.name, "reload"])
        .run("pg_ctlcluster")?;
    wait_until("PostgreSQL lets us in", Duration::from_secs(30), lets_us_in)
}

/// With its own account guest/guest, which it lets in from this machine alone.
fn start_rabbitmq() -> Result<()> {
    if answers_at(RABBITMQ) {
        return Ok(());
    }
    println!("starting RabbitMQ on 127.0.0.1:{RABBITMQ}");
    as_root("rabbitmq-server", &["-detached"])
        .env("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .run("rabbitmq-server")?;
    wait_until("RabbitMQ answers", Duration::from_mins(1), || answers_at(RABBITMQ))
}

fn answers_at(port: u16) -> bool {
    TcpStream::connect_timeout(&SocketAddr::from(([127, 0, 0, 1], port)), Duration::from_secs(2)).is_ok()
}

fn lets_us_in() -> bool {
    let ask = ["-h", "127.0.0.1", "-p", "5432", "-U", "postgres", "--no-password", "-c", "select 1"];
    let answer = workspace::command("psql", &ask).stdout(Stdio::null()).stderr(Stdio::null()).status();
    answer.is_ok_and(|status| status.success())
}

/// One line of `pg_lsclusters`.
struct Cluster {
    version: String,
    name: String,
    port: String,
}

fn clusters() -> Result<Vec<Cluster>> {
    let output = workspace::command("pg_lsclusters", &["--no-header"]).output().context("pg_lsclusters")?;
    let listed = String::from_utf8_lossy(&output.stdout);
    Ok(listed
        .lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace().map(str::to_owned);
            Some(Cluster { version: words.next()?, name: words.next()?, port: words.next()? })
        })
        .collect())
}

fn newest_postgres() -> Result<String> {
    let installed = std::fs::read_dir("/usr/lib/postgresql").context("PostgreSQL's programs")?;
    installed
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok()?.parse::<u32>().ok())
        .max()
        .map(|version| version.to_string())
        .context("no PostgreSQL under /usr/lib/postgresql")
}

fn install_nextest() -> Result<()> {
    if workspace::cargo(&["nextest", "--version"]).stdout(Stdio::null()).stderr(Stdio::null()).status()?.success() {
        return Ok(());
    }
    println!("installing cargo-nextest {NEXTEST}");
    workspace::cargo(&["install", "--locked", "--quiet", "cargo-nextest", "--version", NEXTEST]).run("cargo install")
}

fn wait_until(what: &str, limit: Duration, mut condition: impl FnMut() -> bool) -> Result<()> {
    let start = Instant::now();
    while !condition() {
        if start.elapsed() > limit {
            bail!("waited {} s in vain until {what}", limit.as_secs());
        }
        std::thread::park_timeout(Duration::from_millis(200));
    }
    Ok(())
}

/// Runs a command and turns a failure into an error that names it.
trait Run {
    fn run(&mut self, name: &str) -> Result<()>;
}

impl Run for Command {
    fn run(&mut self, name: &str) -> Result<()> {
        let status = self.status().with_context(|| name.to_owned())?;
        if !status.success() {
            bail!("{name} ended with {status}");
        }
        Ok(())
    }
}
