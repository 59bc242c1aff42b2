//! The way from the gateway to services where both show certificates.

use std::{net::SocketAddr, path::Path, sync::Arc};

use axum::{Router, routing::get as getting};
use http::StatusCode;
use platform::{
    Clock,
    entropy::Entropy,
    http::{ServeLimits, serve_over},
    tls::Mutual,
};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tempfile::TempDir;
use tokio::{net::TcpListener, task::JoinHandle};

use crate::world::{get, settings, texts};

fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// What a process of that role shows.
fn identity(folder: &TempDir, by: &CertifiedIssuer<'static, KeyPair>, role: &str) -> Arc<Mutual> {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec![role.to_owned()]).unwrap().signed_by(&key, by).unwrap();
    let write = |name: &str, text: String| {
        let file = folder.path().join(format!("{role}.{name}"));
        std::fs::write(&file, text).unwrap();
        file
    };
    let [certificate, key, authority] =
        [write("crt", certificate.pem()), write("key", key.serialize_pem()), write("ca", by.pem())];
    Mutual::open(Path::new(&certificate), &key, &authority).unwrap()
}

async fn replica(tls: Arc<Mutual>) -> (SocketAddr, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let routes = Router::new().route("/readyz", getting(async || "ready")).fallback(async || "answered");
    let serving = serve_over(listener, routes, std::future::pending(), ServeLimits::default(), Some(tls));
    (address, tokio::spawn(serving))
}

/// What is answered at a path for which a service of that name is asked at that address.
async fn asked(service: &str, address: SocketAddr, shown: Option<Arc<Mutual>>) -> StatusCode {
    let parts = gateway::Parts { clock: Clock::System, entropy: Entropy::System, texts: texts(), limit: None };
    let table = gateway::Table::new().route("/", service).service(service, &[address.to_string()]).unwrap();
    let gateway = gateway::Gateway::start_over(settings(), table, parts, shown).await.unwrap();
    let told = get(gateway.address(), "/anything").await;
    gateway.drain().await;
    told.status
}

/// J1: encrypted on the way inside too, and only between those whom the house vouches for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn services_are_reached_with_a_certificate_and_by_their_names() {
    let (house, stranger) = (authority(), authority());
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let of_gateway = identity(&folders[0], &house, "gateway");
    let of_stranger = identity(&folders[1], &stranger, "gateway");
    let (address, serving) = replica(identity(&folders[0], &house, "scheduling")).await;
    assert_eq!(asked("scheduling", address, Some(of_gateway.clone())).await, StatusCode::OK);
    for (why, service, shown) in [
        ("nothing to show", "scheduling", None),
        ("another house", "scheduling", Some(of_stranger)),
        ("who answers is not people", "people", Some(of_gateway)),
    ] {
        let status = asked(service, address, shown).await;
        assert!(matches!(status.as_u16(), 502 | 503), "{why}: {status}");
    }
    serving.abort();
}
