//! The program under test, as people run it: the real binary on a data folder or a database server, its clock set by a
//! start flag.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tokio::io::AsyncWriteExt;
use tokio::process::{Child, Command};
use tokio::time::{MissedTickBehavior, interval, timeout};

use crate::chaos::engines::free_port;
use crate::process::{self, Memory};
use crate::wire::{Wire, request};

/// How long a start or an orderly end may take.
const PATIENCE: Duration = Duration::from_mins(2);

/// Which database the program runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Engine {
    /// Files in the data folder.
    Sqlite,
    /// A server at 127.0.0.1:5432, user `postgres`; a database of its own for each site.
    Postgres,
}

impl std::fmt::Display for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        })
    }
}

/// Where a site's data lie, whether or not the program runs on them now.
#[derive(Debug, Clone)]
pub struct Site {
    /// The folder: database files, the master key, the log.
    pub folder: PathBuf,
    /// The engine.
    pub engine: Engine,
    /// What the program is told besides, as variables: `MEDIVERSE_SERVER__CONNECTIONS`. Later ones win.
    pub settings: Vec<(&'static str, String)>,
    /// The database on the server, for PostgreSQL.
    database: String,
}

impl Site {
    /// The site of that name below `parent`. Its folder is made where it is missing.
    pub fn at(parent: &Path, name: &str, engine: Engine) -> Result<Self> {
        let folder = parent.join(format!("{name}-{engine}"));
        fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
        Ok(Self { folder, engine, settings: Vec::new(), database: format!("mediverse_{name}").replace('-', "_") })
    }

    /// Deletes whatever was there, and makes an empty database where there is a server.
    pub async fn clear(&self) -> Result<()> {
        if self.folder.is_dir() {
            fs::remove_dir_all(&self.folder)?;
        }
        fs::create_dir_all(&self.folder)?;
        if self.engine == Engine::Postgres {
            let server = connect("postgres").await?;
            server.batch_execute(&format!("drop database if exists {} with (force)", self.database)).await?;
            server.batch_execute(&format!("create database {}", self.database)).await?;
        }
        Ok(())
    }

    /// Takes the site away.
    pub async fn remove(&self) -> Result<()> {
        if self.engine == Engine::Postgres {
            let server = connect("postgres").await?;
            server.batch_execute(&format!("drop database if exists {} with (force)", self.database)).await?;
        }
        if self.folder.is_dir() {
            fs::remove_dir_all(&self.folder)?;
        }
        Ok(())
    }

    /// A connection to the site's database on the server, for what is measured or written beside the program.
    pub async fn postgres(&self) -> Result<tokio_postgres::Client> {
        connect(&self.database).await
    }

    /// The file of a context's database.
    pub fn file(&self, context: &str) -> PathBuf {
        self.folder.join(format!("{context}.db"))
    }

    /// A connection to a context's file beside the program, waiting where the file is busy.
    pub fn sqlite(&self, context: &str) -> Result<rusqlite::Connection> {
        let connection = rusqlite::Connection::open(self.file(context))?;
        connection.busy_timeout(Duration::from_secs(10))?;
        Ok(connection)
    }

    /// The program with `args` on this site's data.
    fn command(&self, args: &[&str]) -> Result<Command> {
        let program = program()?;
        let mut command = Command::new(&program);
        let url = match self.engine {
            Engine::Sqlite => format!("sqlite:{}", self.folder.display()),
            Engine::Postgres => format!("postgres://postgres@127.0.0.1:5432/{}", self.database),
        };
        command
            .args(args)
            .env("MEDIVERSE_DATABASE__URL", url)
            .env("MEDIVERSE_KEYS__FILE", self.folder.join("master.key"))
            .env("MEDIVERSE_LOG__FORMAT", "lines")
            .env("MEDIVERSE_LOG__FILTER", "warn")
            // Long runs go on with the token they began with.
            .env("MEDIVERSE_SESSIONS__ACCESS_TOKEN_MINUTES", "600")
            .envs(self.settings.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .kill_on_drop(true);
        Ok(command)
    }

    /// Runs a command of the program to its end and answers what it said.
    pub async fn run(&self, args: &[&str]) -> Result<String> {
        self.run_with(args, "").await
    }

    /// The same, with a line on its standard input.
    pub async fn run_with(&self, args: &[&str], line: &str) -> Result<String> {
        let mut child =
            self.command(args)?.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        if let Some(mut input) = child.stdin.take() {
            input.write_all(format!("{line}\n").as_bytes()).await?;
        }
        let output = child.wait_with_output().await?;
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        if !output.status.success() {
            bail!("mediverse {} ended with {}: {said}", args.join(" "), output.status);
        }
        Ok(said)
    }

    /// Starts the program, its clock at `clock` (RFC 3339) where one is given, and waits until it is ready.
    pub async fn start(&self, clock: Option<&str>) -> Result<Server> {
        let address = free_address()?;
        let listen = address.to_string();
        let mut args = vec!["serve", "--listen", &listen];
        args.extend(clock.iter().flat_map(|clock| ["--clock", clock]));
        let log = fs::OpenOptions::new().create(true).append(true).open(self.folder.join("server.log"))?;
        let begun = Instant::now();
        let child = self.command(&args)?.stdout(log.try_clone()?).stderr(log).spawn()?;
        let pid = child.id().context("the server ended at once")?;
        let mut server = Server { address, pid, child, ready_after: Duration::ZERO };
        match timeout(PATIENCE, server.until_ready()).await {
            Ok(Ok(())) => server.ready_after = begun.elapsed(),
            Ok(Err(error)) => bail!("{error}; its log ends: {}", self.end_of_log()),
            Err(_) => {
                bail!("the server is not ready after {} s; its log ends: {}", PATIENCE.as_secs(), self.end_of_log())
            }
        }
        Ok(server)
    }

    /// The last lines of the server's log.
    pub fn end_of_log(&self) -> String {
        let log = fs::read_to_string(self.folder.join("server.log")).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }
}

/// The running program.
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    /// Its process.
    pub pid: u32,
    /// From its start until `/readyz` said yes.
    pub ready_after: Duration,
    child: Child,
}

impl Server {
    async fn until_ready(&mut self) -> Result<()> {
        let mut ask = Vec::new();
        request(&mut ask, "GET", "/readyz", "", "", b"");
        let mut again = interval(Duration::from_millis(2));
        again.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            again.tick().await;
            if let Some(status) = self.child.try_wait()? {
                bail!("the server ended with {status} before it was ready");
            }
            let mut wire = Wire::new(self.address);
            if let Ok(answer) = wire.exchange(&ask).await
                && answer.status == 200
            {
                return Ok(());
            }
        }
    }

    /// Its memory.
    pub fn memory(&self) -> Result<Memory> {
        process::memory(self.pid)
    }

    /// Its processor time.
    pub fn processor_time(&self) -> Result<Duration> {
        process::processor_time(self.pid)
    }

    /// Waits until it does nothing by itself any more: less than a twentieth of a processor, two seconds running. Answers the
    /// processor time that took, or what it has used so far when it is still busy after five minutes.
    pub async fn until_idle(&self) -> Result<Duration> {
        let first = self.processor_time()?;
        let (mut before, mut calm) = (first, 0);
        let mut again = interval(Duration::from_secs(1));
        again.tick().await;
        for _ in 0..300 {
            again.tick().await;
            let now = self.processor_time()?;
            // Twice in a row: what it does every second may just have been done.
            calm = if now.saturating_sub(before) < Duration::from_millis(50) { calm + 1 } else { 0 };
            before = now;
            if calm == 2 {
                break;
            }
        }
        Ok(before.saturating_sub(first))
    }

    /// Ends it in order, as an operator does (SIGTERM).
    pub async fn stop(mut self) -> Result<Memory> {
        let memory = self.memory()?;
        let signalled = Command::new("kill").args(["-TERM", &self.pid.to_string()]).status().await?;
        if !signalled.success() {
            bail!("the server could not be told to end");
        }
        timeout(PATIENCE, self.child.wait()).await.context("the server does not end")??;
        Ok(memory)
    }

    /// Ends it at once (SIGKILL), as a crash does.
    pub async fn kill(mut self) -> Result<()> {
        self.child.kill().await?;
        Ok(())
    }
}

/// The program: `MEDIVERSE_BIN`, or the one built beside this one.
pub fn program() -> Result<PathBuf> {
    if let Some(named) = std::env::var_os("MEDIVERSE_BIN") {
        return Ok(PathBuf::from(named));
    }
    let here = std::env::current_exe()?;
    let beside = here.ancestors().map(|folder| folder.join("mediverse")).find(|program| program.is_file());
    beside.context("set MEDIVERSE_BIN to the program under test")
}

/// The size of the program's file in bytes.
pub fn program_size() -> Result<u64> {
    Ok(fs::metadata(program()?)?.len())
}

fn free_address() -> Result<SocketAddr> {
    Ok((Ipv4Addr::LOCALHOST, free_port()?).into())
}

async fn connect(database: &str) -> Result<tokio_postgres::Client> {
    let url = format!("host=127.0.0.1 port=5432 user=postgres dbname={database}");
    let (client, connection) =
        tokio_postgres::connect(&url, tokio_postgres::NoTls).await.context("PostgreSQL at 127.0.0.1:5432")?;
    tokio::spawn(connection);
    Ok(client)
}
