//! The program, running for one journey on data of its own.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use jiff::Timestamp;
use testkit::topology::{Shape, Topology};
use tokio::io::{AsyncBufReadExt, AsyncReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::time::{Duration, timeout};

/// How long a demonstration may take to be planted and to start.
const PATIENCE: Duration = Duration::from_mins(2);

/// A site to visit. The program behind it ends with this value.
pub struct Site {
    url: String,
    logins: Vec<LogIn>,
    program: Program,
}

/// What answers behind a site.
enum Program {
    /// `mediverse demo`, on a folder of its own.
    Demo { _process: Child, _data: Option<tempfile::TempDir> },
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
        let mut site = Self::start(&program, data.path(), more, PATIENCE).await?;
        if let Program::Demo { _data: kept, .. } = &mut site.program {
            *kept = Some(data);
        }
        Ok(site)
    }

    /// The demonstration on a folder that stays, planted there at its first start: for networks that take long to plant.
    pub async fn demo_in(data: &Path, more: &[&str], patience: Duration) -> Result<Self> {
        Self::start(&program(), data, more, patience).await
    }

    async fn start(program: &Path, data: &Path, more: &[&str], patience: Duration) -> Result<Self> {
        let mut child = Command::new(program)
            .args(["demo", "--json", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
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
        let Ready { url, logins } = timeout(patience, ready)
            .await
            .with_context(|| format!("mediverse demo is not ready in {patience:?}"))??;
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Ok(Self { url, logins, program: Program::Demo { _process: child, _data: None } })
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

    /// Where it answers, without a slash at the end.
    pub fn url(&self) -> &str {
        self.url.trim_end_matches('/')
    }

    /// Every account of a role that the demo tells, in its order.
    pub fn log_ins_of(&self, role: &str) -> impl Iterator<Item = &LogIn> {
        self.logins.iter().filter(move |login| login.role == role)
    }

    /// The demo's account of a role.
    pub fn log_in_of(&self, role: &str) -> Result<&LogIn> {
        self.log_ins_of(role).next().with_context(|| format!("the demo has no {role}"))
    }
}

fn program() -> PathBuf {
    std::env::var_os("MEDIVERSE_BIN").map_or_else(|| crate::target().join("debug/mediverse"), PathBuf::from)
}
