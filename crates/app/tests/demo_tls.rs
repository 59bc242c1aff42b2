//! The demonstration by HTTPS, as a phone in the same network reaches it.
#![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

use std::{net::SocketAddr, path::Path, process::Stdio, sync::Arc};

use app::demo::authority::Authority;
use bytes::Bytes;
use http::{HeaderMap, Request, header};
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::TokioIo;
use platform::Clock;
use serde_json::Value;
use testkit::topology::Asker;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    net::TcpStream,
    process::{Child, Command},
};
use tokio_rustls::{
    TlsAcceptor, TlsConnector,
    client::TlsStream,
    rustls::{
        ClientConfig, RootCertStore, ServerConfig,
        crypto::aws_lc_rs,
        pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject as _},
    },
};

/// A demonstration that runs, and its one line.
async fn demo(folder: &Path) -> (Child, Value) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mediverse"));
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("MEDIVERSE_")) {
        command.env_remove(name);
    }
    command.args(["demo", "--tls", "--json", "--listen", "127.0.0.1:0", "--trust-listen", "127.0.0.1:0", "--data"]);
    let mut child = command.arg(folder).stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let line = lines.next_line().await.unwrap().expect("a line of JSON");
    (child, serde_json::from_str(&line).unwrap())
}

async fn end(mut demo: Child) {
    let id = demo.id().unwrap().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().await.unwrap().success());
    assert!(demo.wait().await.unwrap().success());
}

/// Somebody who trusts these roots alone.
fn trusting(roots: &[CertificateDer<'static>]) -> TlsConnector {
    let mut store = RootCertStore::empty();
    for root in roots {
        store.add(root.clone()).unwrap();
    }
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
    let config = config.with_safe_default_protocol_versions().unwrap();
    TlsConnector::from(Arc::new(config.with_root_certificates(store).with_no_client_auth()))
}

async fn connect(connector: &TlsConnector, name: &'static str, port: u16) -> std::io::Result<TlsStream<TcpStream>> {
    let stream = TcpStream::connect(SocketAddr::from(([127, 0, 0, 1], port))).await?;
    connector.connect(ServerName::try_from(name).unwrap(), stream).await
}

/// A request over a connection of its own.
async fn ask(stream: TlsStream<TcpStream>, request: Request<Full<Bytes>>) -> (u16, HeaderMap, String) {
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let (head, body) = sender.send_request(request).await.unwrap().into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    (head.status.as_u16(), head.headers, String::from_utf8_lossy(&body).into_owned())
}

/// The cookies of an answer, as they are set.
fn cookies(headers: &HeaderMap) -> Vec<String> {
    headers.get_all(header::SET_COOKIE).iter().map(|line| line.to_str().unwrap().to_owned()).collect()
}

/// J1: who trusts the authority of a demonstration reaches it by HTTPS, with cookies that are sent by nothing else.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_phone_that_trusts_the_demonstration_signs_in_by_https() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("demo");
    let (running, ready) = demo(&data).await;
    let url = ready["url"].as_str().unwrap();
    let port: u16 = url.strip_prefix("https://localhost:").expect(url).parse().unwrap();

    // The plain page tells how to trust it and hands out whom.
    let plain = Asker::guest(ready["trust"].as_str().unwrap().replace("localhost", "127.0.0.1").trim_end_matches('/'));
    let page = plain.send(http::Method::GET, "/", &[("accept-language", "id")], None).await;
    let text = String::from_utf8_lossy(&page.body).into_owned();
    assert!(text.contains("Percayai demonstrasi ini") && text.contains(&format!("href=\"{url}/\"")), "{text}");
    assert!(!page.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap().contains("unsafe"));
    let english = plain.get("/?lang=en").await.body;
    assert!(String::from_utf8_lossy(&english).contains("Trust this demonstration"));
    let certificate = plain.get("/mediverse-demo.crt").await;
    assert_eq!(certificate.headers[header::CONTENT_TYPE], "application/x-x509-ca-cert");
    assert_eq!(certificate.body, std::fs::read(ready["authority"].as_str().unwrap()).unwrap());
    let root = CertificateDer::from_pem_slice(&certificate.body).unwrap();

    assert!(connect(&trusting(&[]), "localhost", port).await.is_err(), "nobody else vouches for it");
    let known = trusting(std::slice::from_ref(&root));
    for name in ["localhost", "127.0.0.1"] {
        assert!(connect(&known, name, port).await.is_ok(), "{name}");
    }
    let host = format!("localhost:{port}");
    let request = || Request::builder().header(header::HOST, &host).header(header::ACCEPT, "text/html");
    let stream = connect(&known, "localhost", port).await.unwrap();
    let (status, headers, page) = ask(stream, request().uri("/masuk").body(Full::default()).unwrap()).await;
    assert_eq!(status, 200, "{page}");
    assert!(!headers.contains_key(header::STRICT_TRANSPORT_SECURITY), "localhost is shared with others");
    let guest = cookies(&headers).into_iter().find(|cookie| cookie.starts_with("__Host-guest=")).unwrap();
    assert!(guest.contains("; Secure"), "{guest}");

    let csrf = page.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let patient = &ready["logins"][0];
    let (email, password) = (patient["email"].as_str().unwrap(), patient["password"].as_str().unwrap());
    let form = format!("csrf={csrf}&login={}&password={password}", email.replace('@', "%40"));
    let enter = request()
        .method("POST")
        .uri("/masuk")
        .header(header::ORIGIN, url)
        .header(header::COOKIE, guest.split(';').next().unwrap())
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Full::from(form))
        .unwrap();
    let (status, headers, body) = ask(connect(&known, "localhost", port).await.unwrap(), enter).await;
    assert_eq!(status, 303, "{body}");
    let session = cookies(&headers).into_iter().find(|cookie| cookie.starts_with("__Host-session=")).unwrap();
    assert!(session.contains("; Secure") && session.contains("; HttpOnly"), "{session}");
    end(running).await;

    // The next start has the same authority: phones need not be told again.
    let (running, ready) = demo(&data).await;
    assert_eq!(std::fs::read(ready["authority"].as_str().unwrap()).unwrap(), certificate.body);
    end(running).await;
}

/// J1: the authority could not vouch for a site of the internet if it wanted to.
#[tokio::test]
async fn the_authority_vouches_for_private_networks_alone() {
    let folder = tempfile::tempdir().unwrap();
    let now = Clock::System.now();
    let authority = Authority::open(folder.path(), now).unwrap();
    let root = CertificateDer::from_pem_slice(authority.certificate().as_bytes()).unwrap();
    for (name, good) in [
        ("localhost", true),
        ("laptop.local", true),
        ("192.168.1.20", true),
        ("10.1.2.3", true),
        ("klinik.example", false),
        ("203.0.113.5", false),
    ] {
        let (chain, key) = authority.vouch(&[name.to_owned()], now).unwrap();
        let chain = vec![CertificateDer::from_pem_file(chain).unwrap()];
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
        let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
        let config = config.with_single_cert(chain, PrivateKeyDer::from_pem_file(key).unwrap()).unwrap();
        let (client, server) = tokio::io::duplex(64 * 1024);
        let serving = tokio::spawn(async move { TlsAcceptor::from(Arc::new(config)).accept(server).await.is_ok() });
        let connected =
            trusting(std::slice::from_ref(&root)).connect(ServerName::try_from(name).unwrap(), client).await;
        assert_eq!(connected.is_ok(), good, "{name}: {:?}", connected.err());
        drop(serving);
    }
}
