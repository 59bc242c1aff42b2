//! Each service's role reads and writes its own data, and cannot read another's, in both ways of setting up a server.

use std::{path::Path, process::Stdio};

use app::{
    settings::Settings,
    wiring::{House, World},
};
use tokio_postgres::{Client, Error, NoTls};

use crate::cluster::{Cluster, folder, programs, run};

const SERVICES: [&str; 6] = ["auth", "people", "directory", "scheduling", "notifications", "keys"];

fn deploy(file: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy").join(file)
}

async fn connect(cluster: &Cluster, role: &str, password: &str, database: &str) -> Result<Client, Error> {
    let url = format!("postgres://{role}:{password}@127.0.0.1:{}/{database}", cluster.port);
    let (client, connection) = tokio_postgres::connect(&url, NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

/// What the server answered, in its words.
fn words(error: &Error) -> String {
    error.as_db_error().map(|answer| answer.message().to_owned()).unwrap_or_default()
}

/// The whole program with these databases, once, so that every table is there.
async fn open_all(folder: &Path, urls: impl Fn(&str) -> String) {
    let mut flags: Vec<(String, String)> =
        SERVICES.iter().map(|name| (format!("database.{name}"), urls(name))).collect();
    flags.push(("keys.file".to_owned(), folder.join("master.key").display().to_string()));
    flags.push(("database.url".to_owned(), format!("sqlite:{}", folder.join("none").display())));
    flags.push(("database.pool".to_owned(), "2".to_owned()));
    let house = House::open(Settings::read(None, [], flags).unwrap(), World::real()).await.unwrap();
    house.close().await;
}

/// J1, J6: a database for each service, made by the script that the containers run.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_opens_no_other_s_database() {
    let Some(programs) = programs() else { return };
    let place = folder();
    let cluster = Cluster::make(&programs, &place.path().join("data"), "");
    cluster.start();
    let mut script = std::process::Command::new("sh");
    script.arg(deploy("compose/databases.sh")).env("PGHOST", place.path()).env("PGPORT", cluster.port.to_string());
    script.env("POSTGRES_USER", "postgres").env("MONITOR_DATABASE_PASSWORD", "m").stdout(Stdio::null());
    for service in SERVICES {
        script.env(format!("{}_DATABASE_PASSWORD", service.to_uppercase()), format!("of-{service}"));
    }
    run(&mut script);
    let port = cluster.port;
    open_all(place.path(), |name| format!("postgres://{name}:of-{name}@127.0.0.1:{port}/{name}")).await;

    let own = connect(&cluster, "scheduling", "of-scheduling", "scheduling").await.unwrap();
    own.query("select id from appointment limit 1", &[]).await.unwrap();
    for other in SERVICES.iter().filter(|name| **name != "scheduling") {
        let refused = connect(&cluster, "scheduling", "of-scheduling", other).await.err().unwrap();
        assert!(words(&refused).contains("permission denied for database"), "{other}: {refused}");
    }
    assert!(connect(&cluster, "people", "of-scheduling", "people").await.is_err(), "a password is one role's");
}

/// J1, J6: one database with a schema for each service, made by `deploy/postgres/schemas.sql`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_reads_no_other_s_schema() {
    let Some(programs) = programs() else { return };
    let place = folder();
    let cluster = Cluster::make(&programs, &place.path().join("data"), "");
    cluster.start();
    cluster.connect("postgres").await.batch_execute("create database mediverse").await.unwrap();
    let mut script = cluster.program("psql");
    script.args(["--set=ON_ERROR_STOP=1", "--dbname=mediverse"]);
    for service in SERVICES {
        script.arg(format!("--set={service}_password=of-{service}"));
    }
    let sql = std::fs::read(deploy("postgres/schemas.sql")).unwrap();
    let file = place.path().join("schemas.sql");
    std::fs::write(&file, sql).unwrap();
    run(script.arg("--file").arg(&file));
    let port = cluster.port;
    open_all(place.path(), |name| format!("postgres://{name}:of-{name}@127.0.0.1:{port}/mediverse?schema={name}"))
        .await;

    let scheduling = connect(&cluster, "scheduling", "of-scheduling", "mediverse").await.unwrap();
    scheduling.query("select id from scheduling.appointment limit 1", &[]).await.unwrap();
    for (table, schema) in [("patient", "people"), ("account", "auth"), ("doctor", "directory"), ("data_key", "keys")] {
        for sql in [format!("select * from {schema}.{table}"), format!("delete from {schema}.{table}")] {
            let refused = scheduling.execute(&sql, &[]).await.err().unwrap();
            assert_eq!(words(&refused), format!("permission denied for schema {schema}"), "{sql}");
        }
    }
    let refused = scheduling.batch_execute("create table public.stray (id bigint)").await.err().unwrap();
    assert_eq!(words(&refused), "permission denied for schema public");
}
