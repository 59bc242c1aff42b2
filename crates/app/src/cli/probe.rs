//! `mediverse probe`

use std::{process::ExitCode, time::Duration};

use clap::Args;
use platform::{Error, Result};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use super::say;

/// How long the answer may take.
const PATIENCE: Duration = Duration::from_secs(3);
/// The longest answer that is read, in bytes.
const LONGEST: u64 = 16 * 1024;

/// Asks a running mediverse whether it is ready: for images without any other program to ask with.
#[derive(Debug, Args)]
pub(super) struct Probe {
    /// Where /readyz is answered (server.operations_listen).
    #[arg(value_name = "ADDR:PORT", default_value = "127.0.0.1:9090")]
    address: String,
    /// Asks whether it lives, not whether it is ready.
    #[arg(long)]
    live: bool,
}

impl Probe {
    /// Exit code 0 where the answer is yes, else 1; prints the answer.
    pub(super) async fn run(self) -> Result<ExitCode> {
        let path = if self.live { "/livez" } else { "/readyz" };
        let answer = timeout(PATIENCE, ask(&self.address, path)).await.map_err(|_| Error::Late)??;
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        say(body);
        let good = head.split_whitespace().nth(1) == Some("200");
        Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

async fn ask(address: &str, path: &str) -> Result<String> {
    let mut stream = TcpStream::connect(address).await.map_err(Error::internal)?;
    let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.map_err(Error::internal)?;
    let mut answer = String::new();
    stream.take(LONGEST).read_to_string(&mut answer).await.map_err(Error::internal)?;
    Ok(answer)
}
