//! PostgreSQL, RabbitMQ and Redis as processes of the run's own: on free ports, below one folder, gone with it.

use std::ffi::OsStr;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::{Instant, timeout};

use super::pause;

/// How long an engine may take to start or to end.
const PATIENCE: Duration = Duration::from_mins(2);
/// Folders of programs, unless `MEDIVERSE_CHAOS_POSTGRES`, `…_RABBITMQ` and `…_REDIS` name others.
const POSTGRES: &str = "/usr/lib/postgresql/15/bin";
const RABBITMQ: &str = "/usr/lib/rabbitmq/bin";
const REDIS: &str = "/usr/bin";

/// How many ports there are to choose from.
const PORTS: u16 = 12_000;

/// A port nobody listens at now, below those that the machine gives to connections and to whoever asks for any: while its
/// process is away nobody else gets it.
pub fn free_port() -> Result<u16> {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = std::process::id() as u16 % PORTS;
    for _ in 0..PORTS {
        let port = 20_000 + (first + NEXT.fetch_add(1, Ordering::Relaxed)) % PORTS;
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return Ok(port);
        }
    }
    bail!("every port from 20000 to {} is taken", 20_000 + PORTS)
}

fn here(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}

fn programs(variable: &str, usual: &str) -> PathBuf {
    std::env::var_os(variable).map_or_else(|| usual.into(), PathBuf::from)
}

/// Asks until something holds; fails naming it.
pub async fn until(what: &str, patience: Duration, mut holds: impl AsyncFnMut() -> Result<bool>) -> Result<()> {
    let end = Instant::now() + patience;
    loop {
        if holds().await.unwrap_or(false) {
            return Ok(());
        }
        if Instant::now() > end {
            bail!("after {} s it is not so that {what}", patience.as_secs());
        }
        pause(Duration::from_millis(50)).await;
    }
}

/// Sends a signal to a process, or to a group of them where `id` is negative.
pub async fn signal(id: i64, signal: &str) -> Result<()> {
    let sent = Command::new("kill").args([format!("-{signal}"), "--".to_owned(), id.to_string()]).status().await?;
    if !sent.success() {
        bail!("process {id} took no {signal}");
    }
    Ok(())
}

/// A process with whatever it started: a group of its own, ended as a whole.
pub struct Group {
    child: Child,
    id: i64,
}

impl Group {
    fn spawn(command: &mut Command, log: &Path) -> Result<Self> {
        let log = fs::OpenOptions::new().create(true).append(true).open(log)?;
        let told = command.as_std().get_program().to_string_lossy().into_owned();
        let child = command
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .context(told)?;
        let id = i64::from(child.id().context("a process that ended at once")?);
        Ok(Self { child, id })
    }

    fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// Signals the leader alone and waits until it has ended.
    async fn end(&mut self, how: &str) -> Result<()> {
        if !self.has_ended() {
            signal(self.id, how).await?;
            timeout(PATIENCE, self.child.wait()).await.context("an engine does not end")??;
        }
        Ok(())
    }

    /// Ends all of it at once.
    async fn kill(&mut self) -> Result<()> {
        if !self.has_ended() {
            signal(-self.id, "KILL").await?;
            self.child.wait().await?;
        }
        Ok(())
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if !self.has_ended() {
            let group = format!("-{}", self.id);
            let _ = std::process::Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
        }
    }
}

/// A PostgreSQL server.
pub struct Postgres {
    folder: PathBuf,
    port: u16,
    group: Option<Group>,
}

impl Postgres {
    /// Makes a cluster and starts it.
    pub async fn start(folder: &Path) -> Result<Self> {
        let folder = folder.join("postgres");
        fs::create_dir_all(&folder)?;
        // Whoever the server runs as must get through to its own folder.
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o777))?;
        let data = folder.join("data");
        let made = as_postgres("initdb")
            .args(["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "-D"])
            .arg(&data)
            .current_dir(&folder)
            .stdin(Stdio::null())
            .output()
            .await
            .context("initdb")?;
        if !made.status.success() {
            bail!("initdb: {}", String::from_utf8_lossy(&made.stderr));
        }
        let mut server = Self { folder, port: free_port()?, group: None };
        server.start_again().await?;
        Ok(server)
    }

    /// Starts it where it was.
    pub async fn start_again(&mut self) -> Result<()> {
        let port = self.port.to_string();
        let mut command = as_postgres("postgres");
        command.arg("-D").arg(self.folder.join("data")).args(["-p", &port, "-k"]).arg(&self.folder);
        command.args(["-c", "listen_addresses=127.0.0.1", "-c", "max_connections=300"]);
        // When each row was committed tells how late an event had its effect.
        command.args(["-c", "track_commit_timestamp=on"]);
        self.group = Some(Group::spawn(command.current_dir(&self.folder), &self.folder.join("server.log"))?);
        until("PostgreSQL answers", PATIENCE, async || Ok(self.connect("postgres").await.is_ok())).await
    }

    /// Starts it at another port, as its stand-in would be found elsewhere. Answers where.
    pub async fn start_elsewhere(&mut self) -> Result<SocketAddr> {
        self.port = free_port()?;
        self.start_again().await?;
        Ok(self.address())
    }

    /// Ends it at once, in the middle of whatever it does; the next start recovers from its log.
    pub async fn crash(&mut self) -> Result<()> {
        match &mut self.group {
            Some(group) => group.end("QUIT").await,
            None => Ok(()),
        }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        here(self.port)
    }

    /// A connection of the run's own.
    pub async fn connect(&self, database: &str) -> Result<tokio_postgres::Client> {
        let url = format!("host=127.0.0.1 port={} user=postgres dbname={database}", self.port);
        let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await?;
        tokio::spawn(connection);
        Ok(client)
    }
}

/// A program of PostgreSQL, which refuses to run as root.
fn as_postgres(program: &str) -> Command {
    let program = programs("MEDIVERSE_CHAOS_POSTGRES", POSTGRES).join(program);
    let root = fs::metadata("/proc/self").is_ok_and(|me| std::os::unix::fs::MetadataExt::uid(&me) == 0);
    if !root {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]).arg(program);
    command
}

/// A RabbitMQ broker with a name service of its own.
pub struct RabbitMq {
    folder: PathBuf,
    port: u16,
    names_port: u16,
    distribution_port: u16,
    group: Option<Group>,
    _names: Group,
}

impl RabbitMq {
    /// Starts an empty broker.
    pub async fn start(folder: &Path) -> Result<Self> {
        let folder = folder.join("rabbitmq");
        fs::create_dir_all(&folder)?;
        fs::write(folder.join("enabled_plugins"), "[].\n")?;
        fs::write(folder.join("rabbitmq.conf"), "log.file.level = error\nvm_memory_high_watermark.absolute = 1GB\n")?;
        let names_port = free_port()?;
        let mut names = Command::new("epmd");
        names.args(["-port", &names_port.to_string(), "-address", "127.0.0.1"]);
        let names = Group::spawn(&mut names, &folder.join("names.log"))?;
        let (port, distribution_port) = (free_port()?, free_port()?);
        let mut broker = Self { folder, port, names_port, distribution_port, group: None, _names: names };
        broker.start_again().await?;
        Ok(broker)
    }

    /// Starts it where it was, with what it had kept.
    pub async fn start_again(&mut self) -> Result<()> {
        let folder = &self.folder;
        let mut command = Command::new(programs("MEDIVERSE_CHAOS_RABBITMQ", RABBITMQ).join("rabbitmq-server"));
        let set = |command: &mut Command, name: &str, value: &OsStr| {
            command.env(name, value);
        };
        for (name, file) in [
            ("HOME", ""),
            ("RABBITMQ_MNESIA_BASE", "data"),
            ("RABBITMQ_LOG_BASE", "logs"),
            ("RABBITMQ_ENABLED_PLUGINS_FILE", "enabled_plugins"),
            ("RABBITMQ_CONFIG_FILE", "rabbitmq.conf"),
            ("RABBITMQ_GENERATED_CONFIG_DIR", "generated"),
        ] {
            set(&mut command, name, folder.join(file).as_os_str());
        }
        for (name, value) in [
            ("RABBITMQ_NODENAME", format!("mediverse-{}@localhost", self.port)),
            ("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1".to_owned()),
            ("RABBITMQ_NODE_PORT", self.port.to_string()),
            ("RABBITMQ_DIST_PORT", self.distribution_port.to_string()),
            ("RABBITMQ_CONF_ENV_FILE", "/dev/null".to_owned()),
            ("ERL_EPMD_PORT", self.names_port.to_string()),
        ] {
            set(&mut command, name, OsStr::new(&value));
        }
        self.group = Some(Group::spawn(command.current_dir(folder), &folder.join("server.log"))?);
        let address = self.address();
        until("RabbitMQ answers", PATIENCE, async || {
            // It greets whoever speaks its protocol once it takes connections.
            let mut stream = TcpStream::connect(address).await?;
            stream.write_all(b"AMQP\x00\x00\x09\x01").await?;
            let mut kind = [0];
            timeout(Duration::from_secs(1), stream.read_exact(&mut kind)).await??;
            Ok(kind[0] == 1)
        })
        .await
    }

    /// Ends it at once.
    pub async fn crash(&mut self) -> Result<()> {
        match &mut self.group {
            Some(group) => group.kill().await,
            None => Ok(()),
        }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        here(self.port)
    }
}

/// A Redis server.
pub struct Redis {
    folder: PathBuf,
    port: u16,
    group: Option<Group>,
}

impl Redis {
    /// Starts an empty server.
    pub async fn start(folder: &Path) -> Result<Self> {
        let folder = folder.join("redis");
        fs::create_dir_all(&folder)?;
        let mut server = Self { folder, port: free_port()?, group: None };
        server.start_again().await?;
        Ok(server)
    }

    /// Starts it, empty, where it was.
    pub async fn start_again(&mut self) -> Result<()> {
        let port = self.port.to_string();
        let mut command = Command::new(programs("MEDIVERSE_CHAOS_REDIS", REDIS).join("redis-server"));
        command.args(["--port", &port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]);
        self.group = Some(Group::spawn(command.current_dir(&self.folder), &self.folder.join("server.log"))?);
        until("Redis answers", PATIENCE, async || Ok(self.say("PING").await?.starts_with("+PONG"))).await
    }

    /// Ends it at once.
    pub async fn crash(&mut self) -> Result<()> {
        match &mut self.group {
            Some(group) => group.kill().await,
            None => Ok(()),
        }
    }

    /// Does a command of one word, such as `FLUSHALL`, and answers the start of what it said.
    pub async fn say(&self, word: &str) -> Result<String> {
        let mut stream = TcpStream::connect(self.address()).await?;
        stream.write_all(format!("{word}\r\n").as_bytes()).await?;
        let mut said = [0; 64];
        let read = timeout(Duration::from_secs(5), stream.read(&mut said)).await??;
        Ok(String::from_utf8_lossy(&said[..read]).into_owned())
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        here(self.port)
    }
}
