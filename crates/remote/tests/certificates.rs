//! Calls over connections on which both ends show certificates: who has none is refused, names are looked at, and what
//! was renewed counts without a new start.
#![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
};

use contracts::people::{PatientId, People};
use platform::{
    Actor, Clock, Cx, Error, Id as _, PermissionSet,
    crypto::MasterKey,
    entropy::Entropy,
    http::{ServeLimits, serve_over},
    i18n::Locale,
    tls::Mutual,
};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use remote::{Caller, Passes, RemotePeople, Upstream, router, serve_people};
use tempfile::TempDir;
use tokio::{io::AsyncWriteExt as _, net::TcpListener, task::JoinHandle};

/// Whoever vouches for the processes of a house.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// Writes a certificate for these names, and by whom this process knows others.
    fn write(&self, folder: &Path, names: &[&str]) {
        let key = KeyPair::generate().unwrap();
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let certificate = CertificateParams::new(names).unwrap().signed_by(&key, &self.0).unwrap();
        std::fs::write(folder.join("tls.crt"), certificate.pem()).unwrap();
        std::fs::write(folder.join("tls.key"), key.serialize_pem()).unwrap();
        std::fs::write(folder.join("ca.crt"), self.0.pem()).unwrap();
    }
}

fn open(folder: &Path) -> Arc<Mutual> {
    let file = |name: &str| -> PathBuf { folder.join(name) };
    Mutual::open(&file("tls.crt"), &file("tls.key"), &file("ca.crt")).unwrap()
}

/// What a process of these roles shows.
fn identity(authority: &Authority, names: &[&str]) -> (TempDir, Arc<Mutual>) {
    let folder = tempfile::tempdir().unwrap();
    authority.write(folder.path(), names);
    let opened = open(folder.path());
    (folder, opened)
}

fn passes(caller: &str) -> Passes {
    Passes::new(&MasterKey::generate(&Entropy::seeded(1)), caller, Clock::System)
}

/// A people that answers where both show certificates.
async fn people(tls: Arc<Mutual>) -> (SocketAddr, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let verbs = Arc::new(testkit::people::KnownPatients::default());
    let routes = router(vec![serve_people(verbs)], passes("people"), Clock::System, Entropy::System);
    let serving = serve_over(listener, routes, std::future::pending(), ServeLimits::default(), Some(tls));
    (address, tokio::spawn(serving))
}

async fn ask(address: SocketAddr, tls: Option<(Arc<Mutual>, &'static str)>) -> Error {
    let people = RemotePeople::new(Caller::new(Upstream::over("people", &[address.to_string()], tls), passes("web")));
    let cx = Cx {
        actor: Actor::Account { id: "acc_siti".into(), session: "ses_1".into() },
        permissions: PermissionSet(1),
        ..Cx::guest("req_siti", Locale::En, Clock::System, Entropy::System)
    };
    people.patient_profile(&cx, &PatientId::from_parts(jiff::Timestamp::UNIX_EPOCH, [7; 10])).await.unwrap_err()
}

fn is_answered(error: &Error) -> bool {
    matches!(error, Error::NotFound(_))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_show_who_they_are_and_names_are_looked_at() {
    let (house, stranger) = (Authority::new(), Authority::new());
    let (_people, of_people) = identity(&house, &["people"]);
    let (_web, of_web) = identity(&house, &["web"]);
    let (_thief, of_thief) = identity(&stranger, &["web", "people"]);
    let (address, serving) = people(of_people).await;
    let known = ask(address, Some((of_web.clone(), "people"))).await;
    assert!(is_answered(&known), "{known}");
    for (who, tls) in [
        ("without TLS", None),
        ("vouched for by a stranger", Some((of_thief.clone(), "people"))),
        ("looking for another", Some((of_web.clone(), "scheduling"))),
    ] {
        let refused = ask(address, tls).await;
        assert!(matches!(refused, Error::Unavailable("people")), "{who}: {refused}");
    }
    // Someone who trusts the house, and has no certificate to show.
    let mut stream = anonymous(&house, address).await;
    let told = match &mut stream {
        Ok(stream) => {
            let _ = stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await;
            let mut answer = Vec::new();
            tokio::io::AsyncReadExt::read_to_end(stream, &mut answer).await.map(|_| answer)
        }
        Err(error) => Err(std::io::Error::other(error.to_string())),
    };
    assert!(told.as_ref().is_err_and(|error| error.to_string().contains("CertificateRequired")), "{told:?}");
    // A people of strangers is not asked.
    let (elsewhere, other) = people(of_thief).await;
    assert!(matches!(ask(elsewhere, Some((of_web, "people"))).await, Error::Unavailable("people")));
    serving.abort();
    other.abort();
}

async fn anonymous(
    house: &Authority,
    address: SocketAddr,
) -> std::io::Result<tokio_rustls::client::TlsStream<tokio::net::TcpStream>> {
    use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto::aws_lc_rs, pki_types::ServerName};
    let mut roots = RootCertStore::empty();
    roots.add(house.0.der().clone()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = tokio::net::TcpStream::connect(address).await?;
    let name = ServerName::try_from("people").unwrap();
    tokio_rustls::TlsConnector::from(Arc::new(config)).connect(name, stream).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_that_were_renewed_count_and_those_that_do_not_fit_change_nothing() {
    let (before, after) = (Authority::new(), Authority::new());
    let (at_people, of_people) = identity(&before, &["people"]);
    let (at_web, of_web) = identity(&before, &["web"]);
    let (address, serving) = people(of_people.clone()).await;
    assert!(is_answered(&ask(address, Some((of_web.clone(), "people"))).await));
    assert!(!of_people.reload().unwrap(), "nothing has changed");

    // One of three files is written: it does not fit, and nothing changes.
    std::fs::write(at_people.path().join("tls.key"), KeyPair::generate().unwrap().serialize_pem()).unwrap();
    assert!(of_people.reload().is_err());
    assert!(is_answered(&ask(address, Some((of_web.clone(), "people"))).await));

    // Another authority, on both sides.
    after.write(at_people.path(), &["people"]);
    assert!(of_people.reload().unwrap());
    assert!(matches!(ask(address, Some((of_web.clone(), "people"))).await, Error::Unavailable("people")));
    after.write(at_web.path(), &["web"]);
    assert!(of_web.reload().unwrap());
    assert!(is_answered(&ask(address, Some((of_web, "people"))).await));
    serving.abort();
}
