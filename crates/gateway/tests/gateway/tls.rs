//! TLS with certificates that are renewed while people are connected, and the way to it from plain HTTP.

use std::{net::SocketAddr, path::Path, sync::Arc};

use gateway::{Handle, Settings};
use http::{Method, StatusCode, Version};
use http_body_util::{BodyExt, Empty};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rcgen::{CertifiedKey, KeyPair, generate_simple_self_signed};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio_rustls::{
    TlsConnector,
    client::TlsStream,
    rustls::{
        ClientConfig, RootCertStore,
        crypto::aws_lc_rs,
        pki_types::{CertificateDer, ServerName},
    },
};

use crate::world::{Replica, Told, Wire, ask, settings, soon, start, table};

pub const NAME: &str = "klinik.example";

pub fn new_certificate(folder: &Path) -> CertificateDer<'static> {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed([NAME.to_owned()]).unwrap();
    std::fs::write(folder.join("chain.pem"), cert.pem()).unwrap();
    std::fs::write(folder.join("key.pem"), KeyPair::serialize_pem(&signing_key)).unwrap();
    cert.der().clone()
}

fn secured(folder: &Path) -> Settings {
    Settings {
        certificate: folder.join("chain.pem").display().to_string(),
        private_key: folder.join("key.pem").display().to_string(),
        hosts: vec![NAME.to_owned()],
        ..settings()
    }
}

/// A connection whose other side proves by this root that it has this name.
pub async fn connect_to(
    name: &'static str,
    address: SocketAddr,
    root: &CertificateDer<'static>,
    protocol: &[u8],
) -> Option<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(root.clone()).unwrap();
    let mut config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![protocol.to_vec()];
    let stream = TcpStream::connect(address).await.unwrap();
    soon(TlsConnector::from(Arc::new(config)).connect(ServerName::try_from(name).unwrap(), stream)).await.ok()
}

async fn connect(address: SocketAddr, root: &CertificateDer<'static>, protocol: &[u8]) -> Option<TlsStream<TcpStream>> {
    connect_to(NAME, address, root, protocol).await
}

fn request(version: Version) -> http::Request<Empty<bytes::Bytes>> {
    let uri = if version == Version::HTTP_2 { format!("https://{NAME}/x") } else { "/x".to_owned() };
    let request = http::Request::builder().uri(uri).version(version).header("cookie", "a=1").header("cookie", "b=2");
    let request = if version == Version::HTTP_2 { request } else { request.header("host", NAME) };
    request.body(Empty::new()).unwrap()
}

pub async fn collected(answer: http::Response<hyper::body::Incoming>) -> Told {
    let (head, body) = answer.into_parts();
    Told { status: head.status, headers: head.headers, body: body.collect().await.unwrap().to_bytes() }
}

pub async fn over_http2(stream: TlsStream<TcpStream>) -> Told {
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    collected(soon(sender.send_request(request(Version::HTTP_2))).await.unwrap()).await
}

pub async fn over_http1(stream: TlsStream<TcpStream>) -> Told {
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    collected(soon(sender.send_request(request(Version::HTTP_11))).await.unwrap()).await
}

async fn gateway(folder: &TempDir, replica: &Replica) -> (Handle, CertificateDer<'static>) {
    let root = new_certificate(folder.path());
    (start(secured(folder.path()), table(&[replica])).await, root)
}

#[tokio::test]
async fn both_protocols_are_spoken_over_tls() {
    let (folder, replica) = (tempfile::tempdir().unwrap(), Replica::saying("secure").await);
    let (gateway, root) = gateway(&folder, &replica).await;
    for protocol in [&b"h2"[..], b"http/1.1"] {
        let stream = connect(gateway.address(), &root, protocol).await.unwrap();
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(protocol));
        let told = if protocol == b"h2" { over_http2(stream).await } else { over_http1(stream).await };
        assert_eq!((told.status, told.text().as_str()), (StatusCode::OK, "secure"));
        assert_eq!(told.header("strict-transport-security"), "max-age=31536000");
    }
    for seen in replica.seen() {
        assert_eq!(seen.headers["x-forwarded-proto"], "https");
        assert_eq!(
            (&seen.headers["host"], &seen.headers["cookie"]),
            (&NAME.parse().unwrap(), &"a=1; b=2".parse().unwrap())
        );
        assert_eq!(seen.target, "/x");
    }
}

#[tokio::test]
async fn a_renewed_certificate_is_taken_without_a_restart() {
    let (folder, replica) = (tempfile::tempdir().unwrap(), Replica::saying("secure").await);
    let (gateway, old) = gateway(&folder, &replica).await;
    let connected = connect(gateway.address(), &old, b"http/1.1").await.unwrap();
    assert!(!gateway.reload_certificates().await.unwrap(), "nothing has changed");
    std::fs::write(folder.path().join("key.pem"), "half written").unwrap();
    assert!(gateway.reload_certificates().await.is_err());
    assert!(connect(gateway.address(), &old, b"h2").await.is_some(), "what does not fit is not taken");
    let new = new_certificate(folder.path());
    assert!(gateway.reload_certificates().await.unwrap());
    assert!(connect(gateway.address(), &old, b"h2").await.is_none());
    let stream = connect(gateway.address(), &new, b"h2").await.unwrap();
    assert_eq!(over_http2(stream).await.status, StatusCode::OK);
    assert_eq!(over_http1(connected).await.status, StatusCode::OK, "who was connected stays connected");
}

#[tokio::test]
async fn a_key_of_another_certificate_does_not_start() {
    let folder = tempfile::tempdir().unwrap();
    new_certificate(folder.path());
    std::fs::write(folder.path().join("key.pem"), KeyPair::generate().unwrap().serialize_pem()).unwrap();
    let parts = gateway::Parts {
        clock: platform::Clock::System,
        entropy: platform::entropy::Entropy::System,
        texts: crate::world::texts(),
        limit: None,
    };
    assert!(gateway::Gateway::start(secured(folder.path()), gateway::Table::new(), parts).await.is_err());
}

#[tokio::test]
async fn who_does_not_shake_hands_is_not_waited_for() {
    let (folder, replica) = (tempfile::tempdir().unwrap(), Replica::saying("secure").await);
    new_certificate(folder.path());
    let impatient = Settings { header_seconds: 1, ..secured(folder.path()) };
    let gateway = start(impatient, table(&[&replica])).await;
    assert_eq!(Wire::open(gateway.address()).await.rest().await, "");
    let plain =
        Wire::open(gateway.address()).await.send("GET / HTTP/1.1\r\nHost: klinik.example\r\n\r\n").await.rest().await;
    assert!(!plain.contains("secure"));
}

#[tokio::test]
async fn plain_http_leads_to_https_and_answers_acme() {
    let (folder, replica) = (tempfile::tempdir().unwrap(), Replica::saying("secure").await);
    new_certificate(folder.path());
    std::fs::write(folder.path().join("token-1_a"), "token-1_a.thumbprint").unwrap();
    let both = Settings {
        redirect_listen: "127.0.0.1:0".to_owned(),
        acme_folder: folder.path().display().to_string(),
        ..secured(folder.path())
    };
    let gateway = start(both, table(&[&replica])).await;
    let plain = gateway.redirect_address().unwrap();
    let ask = async |method, target: &'static str, host: &'static str| {
        ask(plain, method, target, &[("host", host)], b"").await
    };
    let told = ask(Method::POST, "/api/x?y=1", "klinik.example:80").await;
    assert_eq!(
        (told.status, told.header("location")),
        (StatusCode::PERMANENT_REDIRECT, "https://klinik.example/api/x?y=1")
    );
    assert_eq!(ask(Method::GET, "/", "evil.example").await.status, StatusCode::MISDIRECTED_REQUEST);
    let acme = ask(Method::GET, "/.well-known/acme-challenge/token-1_a", "klinik.example").await;
    assert_eq!((acme.status, acme.text().as_str()), (StatusCode::OK, "token-1_a.thumbprint"));
    for secret in ["key.pem", "..%2fkey.pem", "%2e%2e%2fkey.pem"] {
        let target = format!("/.well-known/acme-challenge/{secret}");
        let told = crate::world::ask(plain, Method::GET, &target, &[("host", NAME)], b"").await;
        assert_eq!(told.status, StatusCode::NOT_FOUND, "{secret}");
    }
    assert!(replica.seen().is_empty());
}
