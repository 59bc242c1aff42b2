//! A process of the program with somebody who starts it again whenever it ends.

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tokio::process::{Child, Command};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::engines::{signal, until};
use super::pause;
use crate::client::Client;

/// From the end of a process to its next start.
const PAUSE: Duration = Duration::from_millis(200);
/// How long a start or an orderly end may take.
const PATIENCE: Duration = Duration::from_mins(2);

/// What a process is started with.
#[derive(Debug, Clone, Default)]
pub struct Start {
    /// `scheduling-1`.
    pub name: String,
    /// Options of `serve`.
    pub args: Vec<String>,
    /// Settings, as variables.
    pub variables: BTreeMap<String, String>,
    /// Largest file it may write, in KiB: a disk that is full.
    pub largest_file: Option<u64>,
}

/// The program's command with these settings and no others.
pub fn command(program: &Path, variables: &BTreeMap<String, String>) -> Command {
    let mut command = Command::new(program);
    dress(&mut command, variables);
    command
}

fn dress(command: &mut Command, variables: &BTreeMap<String, String>) {
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("MEDIVERSE_")) {
        command.env_remove(name);
    }
    command.envs(variables).stdin(Stdio::null()).kill_on_drop(true);
}

/// A process that is kept running.
pub struct Node {
    /// `scheduling-1`.
    pub name: String,
    /// Where it listens.
    pub address: SocketAddr,
    start: Arc<Mutex<Start>>,
    /// The process now; none between an end and the next start.
    id: watch::Receiver<Option<u32>>,
    wanted: watch::Sender<bool>,
    keeping: JoinHandle<()>,
}

impl Node {
    /// Starts it and keeps it running; its log goes into `folder`.
    pub fn start(program: PathBuf, folder: &Path, address: SocketAddr, start: Start) -> Self {
        let log = folder.join(format!("{}.log", start.name));
        let name = start.name.clone();
        let start = Arc::new(Mutex::new(start));
        let (wanted, on) = watch::channel(true);
        let (running, id) = watch::channel(None);
        let keeping = tokio::spawn(keep(program, log, start.clone(), on, running));
        Self { name, address, start, id, wanted, keeping }
    }

    /// Waits until it says that it is ready.
    pub async fn ready(&self) -> Result<()> {
        until(&format!("{} is ready", self.name), PATIENCE, async || self.is_ready().await).await
    }

    /// Whether it says so now.
    pub async fn is_ready(&self) -> Result<bool> {
        // The gateway tells nobody outside how it is; it is ready when it forwards.
        let path = if self.name == "gateway" { "/api/v1/specialities" } else { "/readyz" };
        let mut guest = Client::guest(self.address);
        Ok(timeout(Duration::from_secs(2), guest.ask("GET", path, "", b"")).await??.status == 200)
    }

    /// Sends a signal to the process, if there is one now.
    pub async fn signal(&self, word: &str) -> Result<()> {
        let id = *self.id.borrow();
        match id {
            Some(id) => signal(id.into(), word).await,
            None => Ok(()),
        }
    }

    /// Ends it in order and leaves it ended.
    pub async fn take_away(&self) -> Result<()> {
        self.wanted.send_replace(false);
        self.signal("TERM").await?;
        let mut id = self.id.clone();
        timeout(PATIENCE, id.wait_for(Option::is_none)).await.context("it does not end in order")??;
        Ok(())
    }

    /// Kills it and leaves it ended.
    pub async fn crash(&self) -> Result<()> {
        self.wanted.send_replace(false);
        self.signal("KILL").await?;
        let mut id = self.id.clone();
        timeout(PATIENCE, id.wait_for(Option::is_none)).await.context("it does not end")??;
        Ok(())
    }

    /// Starts it again after [`Node::take_away`] or [`Node::crash`].
    pub fn bring_back(&self) {
        self.wanted.send_replace(true);
    }

    /// Changes what the next start is made with.
    pub fn change(&self, how: impl FnOnce(&mut Start)) {
        how(&mut self.start.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Kills it and waits until another runs in its place.
    pub async fn replace(&self) -> Result<()> {
        let before = *self.id.borrow();
        self.signal("KILL").await?;
        let mut id = self.id.clone();
        timeout(PATIENCE, id.wait_for(|id| id.is_some() && *id != before)).await.context("no other was started")??;
        Ok(())
    }

    /// Its process now.
    pub fn process(&self) -> Option<u32> {
        *self.id.borrow()
    }
}

impl Drop for Node {
    /// The process is dropped with the task that keeps it, and killed by that.
    fn drop(&mut self) {
        self.keeping.abort();
    }
}

async fn keep(
    program: PathBuf,
    log: PathBuf,
    start: Arc<Mutex<Start>>,
    mut wanted: watch::Receiver<bool>,
    running: watch::Sender<Option<u32>>,
) {
    loop {
        if wanted.wait_for(|wanted| *wanted).await.is_err() {
            return;
        }
        let spec = start.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match launch(&program, &log, &spec) {
            Ok(mut child) => {
                running.send_replace(child.id());
                let _ = child.wait().await;
                running.send_replace(None);
            }
            Err(error) => eprintln!("{}: {error:#}", spec.name),
        }
        pause(PAUSE).await;
    }
}

/// What runs a program for which a write past its limit is an error, as on a full disk, and not its end.
const WITHOUT_SIGNAL: &str = "trap '' XFSZ; exec \"$@\"";

fn launch(program: &Path, log: &Path, start: &Start) -> Result<Child> {
    let (log, mut command) = match start.largest_file {
        None => (fs::OpenOptions::new().create(true).append(true).open(log)?, Command::new(program)),
        Some(largest) => {
            let mut command = Command::new("sh");
            command.args(["-c", WITHOUT_SIGNAL, "sh", "prlimit"]).arg(format!("--fsize={}", largest * 1024));
            command.arg("--").arg(program);
            // Where every write fails because there is no room.
            (fs::OpenOptions::new().write(true).open("/dev/full")?, command)
        }
    };
    dress(&mut command, &start.variables);
    command.arg("serve").args(&start.args);
    command.stdout(log.try_clone()?).stderr(log).spawn().context("the program")
}

/// Runs a command of the program to its end, a line on its standard input, and answers what it said.
pub async fn run(program: &Path, variables: &BTreeMap<String, String>, args: &[&str], line: &str) -> Result<String> {
    let mut command = command(program, variables);
    let mut child = command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    if let Some(mut input) = child.stdin.take() {
        // Who asks for nothing may have ended before.
        let _ = tokio::io::AsyncWriteExt::write_all(&mut input, format!("{line}\n").as_bytes()).await;
    }
    let output = timeout(PATIENCE, child.wait_with_output()).await.context("the program does not end")??;
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if !output.status.success() {
        bail!("mediverse {} ended with {}: {said}", args.join(" "), output.status);
    }
    Ok(said)
}
