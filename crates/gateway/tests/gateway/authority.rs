//! A real authority that speaks ACME: Pebble, Let's Encrypt's own for tests, which checks every signature, nonce and proof.
//! Its resolver says that every name is this machine's.

use std::{
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use gateway::Settings;
use http_body_util::Empty;
use hyper_util::rt::TokioIo;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use tempfile::TempDir;
use tokio_rustls::rustls::pki_types::{CertificateDer, pem::PemObject};

use crate::{
    tls::{NAME, collected, connect_to},
    world::{Told, settings, soon, until},
};

const PROGRAM: &str = "/usr/bin/pebble";
const RESOLVER: &str = "/usr/bin/pebble-challtestsrv";

/// The days its certificates live.
pub const DAYS: i64 = 90;

/// An authority; dropping it ends it.
pub struct Authority {
    place: TempDir,
    own: CertificateDer<'static>,
    port: u16,
    management: u16,
    resolver: u16,
    /// Where it asks for proofs.
    pub proofs: u16,
    processes: Vec<Child>,
}

impl Authority {
    /// A running authority. None, with a word about it, where the programs are missing; in CI they must be there.
    pub async fn start() -> Option<Self> {
        if !Path::new(PROGRAM).exists() || !Path::new(RESOLVER).exists() {
            assert!(std::env::var_os("CI").is_none(), "{PROGRAM} and {RESOLVER} are not there");
            eprintln!("skipped: {PROGRAM} or {RESOLVER} is not there (Debian's package pebble)");
            return None;
        }
        let place = tempfile::tempdir().unwrap();
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        std::fs::write(place.path().join("own.pem"), cert.pem()).unwrap();
        std::fs::write(place.path().join("own-key.pem"), signing_key.serialize_pem()).unwrap();
        let [port, management, resolver, proofs] = free_ports();
        let own = cert.der().clone();
        let mut authority = Self { place, own, port, management, resolver, proofs, processes: Vec::new() };
        authority.start_again().await;
        Some(authority)
    }

    /// Starts it where it was; it knows nothing of what was before, and has another root.
    pub async fn start_again(&mut self) {
        let file = |name: &str| self.place.path().join(name).display().to_string();
        let config = serde_json::json!({ "pebble": {
            "listenAddress": format!("127.0.0.1:{}", self.port),
            "managementListenAddress": format!("127.0.0.1:{}", self.management),
            "certificate": file("own.pem"),
            "privateKey": file("own-key.pem"),
            "httpPort": self.proofs,
            "tlsPort": self.port,
            "certificateValidityPeriod": DAYS * 86_400,
        }});
        std::fs::write(file("config.json"), config.to_string()).unwrap();
        let log = std::fs::File::options().create(true).append(true).open(self.log()).unwrap();
        let names = format!("127.0.0.1:{}", self.resolver);
        let mut resolver = Command::new(RESOLVER);
        resolver.args(["-dns01", &names, "-defaultIPv4", "127.0.0.1", "-defaultIPv6", ""]);
        resolver.args(["-http01", "", "-https01", "", "-tlsalpn01", "", "-management", ""]);
        let mut program = Command::new(PROGRAM);
        program.args(["-config", &file("config.json"), "-dnsserver", &names]);
        // No waiting for its own sake, and no nonces refused by chance; every name is proven anew.
        program.env("PEBBLE_VA_NOSLEEP", "1").env("PEBBLE_WFE_NONCEREJECT", "0").env("PEBBLE_AUTHZREUSE", "0");
        for mut command in [resolver, program] {
            command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log.try_clone().unwrap());
            self.processes.push(command.spawn().unwrap());
        }
        until(async || self.ask(self.port, "/dir").await.is_some()).await;
        until(async || self.ask(self.management, "/roots/0").await.is_some()).await;
    }

    /// Ends it at once.
    pub fn kill(&mut self) {
        for mut process in self.processes.drain(..) {
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    /// What its certificates lead to.
    pub async fn root(&self) -> CertificateDer<'static> {
        let told = self.ask(self.management, "/roots/0").await.unwrap();
        CertificateDer::from_pem_slice(told.text().as_bytes()).unwrap()
    }

    /// How many certificates it has made.
    pub fn issued(&self) -> usize {
        let log = std::fs::read_to_string(self.log()).unwrap();
        log.lines().filter(|line| line.contains("Issued certificate serial")).count()
    }

    /// Settings of a gateway that orders here. Answers are shown at a port of no meaning.
    pub fn client(&self, folder: &Path) -> Settings {
        Settings {
            acme_directory: format!("https://localhost:{}/dir", self.port),
            acme_contact: "it@klinik.example".to_owned(),
            acme_trust: self.place.path().join("own.pem").display().to_string(),
            acme_folder: folder.display().to_string(),
            hosts: vec![NAME.to_owned(), format!("www.{NAME}")],
            redirect_listen: "127.0.0.1:0".to_owned(),
            reload_seconds: 1,
            ..settings()
        }
    }

    /// As [`Authority::client`], at the port where it asks for proofs.
    pub fn entry(&self, folder: &Path) -> Settings {
        Settings { redirect_listen: format!("127.0.0.1:{}", self.proofs), ..self.client(folder) }
    }

    fn log(&self) -> PathBuf {
        self.place.path().join("log")
    }

    async fn ask(&self, port: u16, path: &str) -> Option<Told> {
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        tokio::net::TcpStream::connect(address).await.ok()?;
        let stream = connect_to("localhost", address, &self.own, b"http/1.1").await?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.ok()?;
        tokio::spawn(connection);
        let request = http::Request::get(path).header("host", "localhost").body(Empty::<bytes::Bytes>::new()).unwrap();
        Some(collected(soon(sender.send_request(request)).await.ok()?).await)
    }
}

impl Drop for Authority {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Ports that were free a moment ago.
fn free_ports<const N: usize>() -> [u16; N] {
    let held = [(); N].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    held.map(|listener| listener.local_addr().unwrap().port())
}
