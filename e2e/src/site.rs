//! The program, running for one journey on data of its own.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use jiff::Timestamp;
use testkit::topology::{Shape, Topology};
use tokio::io::{AsyncBufReadExt, AsyncReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::time::{Duration, timeout};

/// A site to visit. The program behind it ends with this value.
pub struct Site {
    url: String,
    logins: Vec<LogIn>,
    program: Program,
}

/// What answers behind a site.
enum Program {
    /// `mediverse demo`, on a folder of its own.
    Demo { _process: Child, _data: tempfile::TempDir },
    /// The program over standard engines, in one process or several.
    Spread { _topology: Topology },
    /// Somebody else's.
    Elsewhere,
}

/// An account of the demo.
#[derive(Clone, Debug, serde::Deserialize)]
pub struct LogIn {
    /// `patient`, `doctor`, `admin`, `super_admin`.
    pub role: String,
    /// What one logs in with.
    pub email: String,
    /// The demo's password for it.
    pub password: String,
}

/// The one line of `mediverse demo --json`.
#[derive(serde::Deserialize)]
struct Ready {
    url: String,
    logins: Vec<LogIn>,
}

impl Site {
    /// Starts the program with a network of sample people and `more` arguments of `mediverse demo`: as that demonstration,
    /// or in the shape that `MEDIVERSE_TOPOLOGY` asks for (`served`, `split`).
    pub async fn demo(more: &[&str]) -> Result<Self> {
        let program = program();
        let shape = Shape::of_environment();
        if shape != Shape::Embedded {
            return Self::spread(&program, shape, more).await;
        }
        let data = tempfile::tempdir()?;
        let mut child = Command::new(&program)
            .args(["demo", "--json", "--listen", "127.0.0.1:0", "--data"])
            .arg(data.path())
            .args(more)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| {
                format!("{}: build it with `cargo build --workspace --bins --tests`", program.display())
            })?;
        let mut lines = BufReader::new(child.stdout.take().expect("stdout is piped")).lines();
        let mut complaints = child.stderr.take().expect("stderr is piped");
        let reader = tokio::spawn(async move {
            // Kept to its last 64 KiB while the program runs, and told where it does not start.
            let mut last = Vec::new();
            let mut chunk = [0; 4096];
            while let Ok(n @ 1..) = complaints.read(&mut chunk).await {
                last.extend_from_slice(&chunk[..n]);
                let excess = last.len().saturating_sub(64 * 1024);
                last.drain(..excess);
            }
            last
        });
        let ready = async {
            while let Some(line) = lines.next_line().await? {
                if let Ok(ready) = serde_json::from_str::<Ready>(&line) {
                    return Ok(ready);
                }
            }
            bail!("mediverse demo ended before it was ready: {}", String::from_utf8_lossy(&reader.await?))
        };
        let Ready { url, logins } =
            timeout(Duration::from_mins(2), ready).await.context("mediverse demo is not ready in 120 s")??;
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Ok(Self { url, logins, program: Program::Demo { _process: child, _data: data } })
    }

    async fn spread(program: &Path, shape: Shape, more: &[&str]) -> Result<Self> {
        let clock = match more {
            [] => None,
            ["--clock", at] => Some(at.parse::<Timestamp>()?),
            other => bail!("a program spread over processes knows no {other:?}"),
        };
        let topology = Topology::start_at(program, shape, &[], clock).await;
        let logins = serde_json::from_value(topology.logins.clone())?;
        Ok(Self { url: topology.url.clone(), logins, program: Program::Spread { _topology: topology } })
    }

    /// Whether there is a mailbox that shows codes: in the demonstration alone.
    pub fn has_mailbox(&self) -> bool {
        matches!(self.program, Program::Demo { .. })
    }

    /// A site that runs already.
    pub fn at(url: &str) -> Self {
        Self { url: url.trim_end_matches('/').to_owned(), logins: Vec::new(), program: Program::Elsewhere }
    }

    /// The address of a page, from its path.
    pub fn page(&self, path: &str) -> String {
        format!("{}{path}", self.url.trim_end_matches('/'))
    }

    /// The demo's account of a role.
    pub fn log_in_of(&self, role: &str) -> Result<&LogIn> {
        self.logins.iter().find(|login| login.role == role).with_context(|| format!("the demo has no {role}"))
    }
}

fn program() -> PathBuf {
    std::env::var_os("MEDIVERSE_BIN").map_or_else(|| crate::target().join("debug/mediverse"), PathBuf::from)
}
