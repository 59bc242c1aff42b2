//! The way to PostgreSQL, encrypted as `sslmode` asks, against a server that takes nothing else.

use std::{
    os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown},
    path::{Path, PathBuf},
};

use platform::db::{Db, DbOptions, backup::Place};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};

use crate::cluster::{Cluster, folder, programs};

/// Somebody who vouches for servers, and where their certificate lies.
struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    file: PathBuf,
}

impl Authority {
    fn make(file: PathBuf) -> Self {
        let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        std::fs::write(&file, issuer.pem()).unwrap();
        Self { issuer, file }
    }

    /// Gives the server a certificate for its address by number, not by name.
    fn vouch(&self, data: &Path) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let owner = std::fs::metadata(data).unwrap();
        for (name, text) in [("server.crt", certificate.pem()), ("server.key", key.serialize_pem())] {
            let file = data.join(name);
            std::fs::write(&file, text).unwrap();
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
            chown(&file, Some(owner.uid()), Some(owner.gid())).unwrap();
        }
    }
}

/// Whether the connection is encrypted; else why there is none.
async fn encrypted(url: &str) -> Result<bool, String> {
    const SQL: &str = "select ssl from pg_stat_ssl where pid = pg_backend_pid()";
    let options = DbOptions { pool: 1, ..DbOptions::default() };
    let db = Db::open(url, options).await.map_err(|error| error.to_string())?;
    let told = db.read(async |tx| tx.one::<(bool,)>(SQL, &[]).await).await.map_err(|error| error.to_string());
    db.close().await;
    // What backups connect by.
    let client = Place::of(url).unwrap().connect().await.map_err(|error| error.to_string())?;
    let of_backups: bool = client.query_one(SQL, &[]).await.unwrap().get(0);
    let (told,) = told?.unwrap();
    assert_eq!(told, of_backups);
    Ok(told)
}

/// J1: who the server is, is looked at as far as the address asks.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_are_encrypted_and_servers_known_as_the_address_asks() {
    let Some(programs) = programs() else { return };
    let place = folder();
    let data = place.path().join("data");
    let cluster = Cluster::make(&programs, &data, "ssl = on");
    let (known, stranger) =
        (Authority::make(place.path().join("known.pem")), Authority::make(place.path().join("stranger.pem")));
    known.vouch(&data);
    std::fs::write(data.join("pg_hba.conf"), "local all all trust\nhostssl all all 127.0.0.1/32 trust\n").unwrap();
    cluster.start();
    let (known, stranger) = (known.file.display(), stranger.file.display());
    let at = |host: &str, rest: &str| format!("postgres://postgres@{host}:{}/postgres{rest}", cluster.port);

    for (host, rest) in [
        ("127.0.0.1", "?sslmode=prefer".to_owned()),
        ("127.0.0.1", "?sslmode=require".to_owned()),
        ("127.0.0.1", format!("?sslmode=require&sslrootcert={known}")),
        ("localhost", format!("?sslmode=verify-ca&sslrootcert={known}")),
        ("127.0.0.1", format!("?sslmode=verify-full&sslrootcert={known}")),
    ] {
        assert_eq!(encrypted(&at(host, &rest)).await, Ok(true), "{host} {rest}");
    }
    for (host, rest, why) in [
        ("127.0.0.1", String::new(), "28000"),
        ("127.0.0.1", "?sslmode=disable".to_owned(), "28000"),
        ("127.0.0.1", format!("?sslmode=require&sslrootcert={stranger}"), "invalid peer certificate"),
        ("127.0.0.1", format!("?sslmode=verify-ca&sslrootcert={stranger}"), "invalid peer certificate"),
        ("localhost", format!("?sslmode=verify-full&sslrootcert={known}"), "not valid for"),
        ("127.0.0.1", format!("?sslmode=verify-full&sslrootcert={stranger}"), "invalid peer certificate"),
        ("127.0.0.1", "?sslmode=verify-full".to_owned(), "invalid peer certificate"),
        ("127.0.0.1", "?sslmode=verify-full&sslrootcert=/nowhere.pem".to_owned(), "/nowhere.pem"),
    ] {
        let refused = encrypted(&at(host, &rest)).await.expect_err(&rest);
        assert!(refused.contains(why), "{rest}: {refused}");
    }
    cluster.stop();

    // A server that cannot is good enough for `prefer` alone.
    cluster.set("ssl = off");
    std::fs::write(data.join("pg_hba.conf"), "local all all trust\nhost all all 127.0.0.1/32 trust\n").unwrap();
    cluster.start();
    assert_eq!(encrypted(&at("127.0.0.1", "?sslmode=prefer")).await, Ok(false));
    let refused = encrypted(&at("127.0.0.1", "?sslmode=require")).await.unwrap_err();
    assert!(refused.contains("does not support TLS"), "{refused}");
}
