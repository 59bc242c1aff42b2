//! Certificates ordered from a real authority, renewed, and shared by gateways.

use std::{os::unix::fs::PermissionsExt, path::Path};

use gateway::{Gateway, Handle, Parts, Settings};
use http::StatusCode;
use jiff::SignedDuration;
use platform::{Clock, entropy::Entropy};
use tokio_rustls::rustls::pki_types::CertificateDer;

use crate::{
    authority::{Authority, DAYS},
    tls::{NAME, connect_to, new_certificate, over_http1, over_http2},
    world::{Replica, get, settings, table, texts, until},
};

async fn gateway(settings: Settings, replica: &Replica, clock: &Clock) -> Handle {
    let parts = Parts { clock: clock.clone(), entropy: Entropy::System, texts: texts(), limit: None };
    Gateway::start(settings, table(&[replica]), parts).await.unwrap()
}

/// The certificate a gateway shows, where it leads to this root.
async fn shown(gateway: &Handle, root: &CertificateDer<'static>) -> Option<CertificateDer<'static>> {
    let stream = connect_to(NAME, gateway.address(), root, b"h2").await?;
    stream.get_ref().1.peer_certificates()?.first().map(|certificate| certificate.clone().into_owned())
}

async fn shows_one(gateway: &Handle, root: &CertificateDer<'static>) -> CertificateDer<'static> {
    until(async || shown(gateway, root).await.is_some()).await;
    shown(gateway, root).await.unwrap()
}

fn note(folder: &Path) -> serde_json::Value {
    // It is replaced as a whole; before the first order there is none.
    std::fs::read(folder.join("order.json"))
        .map_or_else(|_| serde_json::json!({}), |text| serde_json::from_slice(&text).unwrap())
}

fn lies_under(folder: &Path, mode: u32) -> Vec<String> {
    let all = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
    let wide = all.filter(|entry| entry.metadata().unwrap().permissions().mode() & 0o777 & !mode != 0);
    wide.map(|entry| entry.file_name().into_string().unwrap()).collect()
}

/// J1: a certificate is ordered when there is none, and is there at the next start.
#[tokio::test]
async fn a_certificate_is_ordered_proven_and_kept() {
    let Some(authority) = Authority::start().await else { return };
    let (place, replica, root) =
        (tempfile::tempdir().unwrap(), Replica::saying("secure").await, authority.root().await);
    let folder = place.path().join("acme");
    let first = gateway(authority.entry(&folder), &replica, &Clock::System).await;
    let certificate = shows_one(&first, &root).await;
    let www = connect_to("www.klinik.example", first.address(), &root, b"h2").await;
    assert!(www.is_some(), "it is for every name");
    let told = over_http2(connect_to(NAME, first.address(), &root, b"h2").await.unwrap()).await;
    assert_eq!((told.status, told.text().as_str()), (StatusCode::OK, "secure"));
    until(async || note(&folder)["failures"] == 0).await;
    assert_eq!(lies_under(&folder, 0o600), ["answers"], "only their user reads the files");
    assert_eq!(lies_under(place.path(), 0o700), [""; 0], "and comes to them");
    assert_eq!(std::fs::read_dir(folder.join("answers")).unwrap().count(), 0, "answers are taken away");
    drop(first);
    let second = gateway(authority.client(&folder), &replica, &Clock::System).await;
    assert_eq!(shown(&second, &root).await, Some(certificate), "at once, without asking anybody");
    assert_eq!(authority.issued(), 1);
}

/// J1: one of several gateways orders; whichever is asked shows the answer, and all take the certificate.
#[tokio::test]
async fn gateways_that_share_a_folder_order_once() {
    let Some(authority) = Authority::start().await else { return };
    let (place, replica, root) =
        (tempfile::tempdir().unwrap(), Replica::saying("secure").await, authority.root().await);
    let folder = place.path().join("acme");
    // The one that is asked for proofs has a certificate of its own: it cannot be who orders.
    let own = tempfile::tempdir().unwrap();
    new_certificate(own.path());
    let asked = Settings {
        certificate: own.path().join("chain.pem").display().to_string(),
        private_key: own.path().join("key.pem").display().to_string(),
        redirect_listen: format!("127.0.0.1:{}", authority.proofs),
        acme_folder: folder.join("answers").display().to_string(),
        ..settings()
    };
    let _asked = gateway(asked, &replica, &Clock::System).await;
    let mut gateways = Vec::new();
    for _ in 0..4 {
        gateways.push(gateway(authority.client(&folder), &replica, &Clock::System).await);
    }
    let certificate = shows_one(&gateways[0], &root).await;
    for gateway in &gateways {
        assert_eq!(shows_one(gateway, &root).await, certificate);
    }
    assert_eq!(authority.issued(), 1);
}

/// J1: after two thirds of its life a certificate is renewed while people are connected; while that fails, the old one goes on.
#[tokio::test]
async fn a_certificate_is_renewed_when_the_authority_is_back() {
    let Some(mut authority) = Authority::start().await else { return };
    let (place, replica, old_root) =
        (tempfile::tempdir().unwrap(), Replica::saying("secure").await, authority.root().await);
    let folder = place.path().join("acme");
    // An hour ahead, so that whole days are left, and not by a hair.
    let clock = Clock::manual(Clock::System.now() + SignedDuration::from_hours(1));
    let watched = Settings { operations_listen: "127.0.0.1:0".to_owned(), ..authority.entry(&folder) };
    let gateway = gateway(watched, &replica, &clock).await;
    let old = shows_one(&gateway, &old_root).await;
    let connected = connect_to(NAME, gateway.address(), &old_root, b"http/1.1").await.unwrap();
    until(async || note(&folder)["failures"] == 0).await;
    let operations = gateway.operations_address().unwrap();
    let says =
        async |line: String| get(operations, "/metrics").await.text().lines().any(|told| told.starts_with(&line));
    until(async || says("gateway_certificate_orders_total{outcome=\"done\"} ".to_owned()).await).await;
    until(async || says(format!("gateway_certificate_days_left {}", DAYS - 1)).await).await;

    authority.kill();
    clock.advance(SignedDuration::from_hours(24 * DAYS * 7 / 10));
    until(async || note(&folder)["failures"] == 1).await;
    until(async || says("gateway_certificate_orders_total{outcome=\"failed\"} ".to_owned()).await).await;
    until(async || says(format!("gateway_certificate_days_left {}", DAYS * 3 / 10 - 1)).await).await;
    assert_eq!(shown(&gateway, &old_root).await, Some(old.clone()), "the old one goes on");

    // Pebble forgets its accounts with its root: the first order finds that out, the next makes an account.
    authority.start_again().await;
    let new_root = authority.root().await;
    for failures in 2.. {
        clock.advance(SignedDuration::from_hours(7));
        until(async || note(&folder)["failures"] == 0 || note(&folder)["failures"] == failures).await;
        if shown(&gateway, &new_root).await.is_some() {
            break;
        }
        assert!(failures < 4, "the authority is back, and the order fails");
    }
    let new = shows_one(&gateway, &new_root).await;
    assert_ne!(new, old);
    assert_eq!(over_http1(connected).await.status, StatusCode::OK, "who was connected stays connected");
}

/// J1: names that cannot be proven give no certificate, and are not asked for again at once.
#[tokio::test]
async fn what_cannot_be_proven_waits() {
    let Some(authority) = Authority::start().await else { return };
    let (place, replica, root) =
        (tempfile::tempdir().unwrap(), Replica::saying("secure").await, authority.root().await);
    let folder = place.path().join("acme");
    let clock = Clock::manual(Clock::System.now());
    // Nobody listens where the authority asks.
    let gateway = gateway(authority.client(&folder), &replica, &clock).await;
    until(async || note(&folder)["failures"] == 1).await;
    until(async || std::fs::read_dir(folder.join("answers")).unwrap().count() == 0).await;
    assert!(shown(&gateway, &root).await.is_none());
    let (last, next) = (note(&folder)["last"].clone(), note(&folder)["next"].clone());
    let instant = |value: &serde_json::Value| value.as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    assert!(instant(&next).duration_since(instant(&last)) >= SignedDuration::from_mins(1));
    clock.advance(SignedDuration::from_mins(2));
    until(async || note(&folder)["failures"] == 2).await;
    assert_eq!(authority.issued(), 0);
}
