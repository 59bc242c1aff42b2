//! A fresh, migrated database on either engine, and tests that run on both.

use std::{
    future::Future,
    hash::{BuildHasher, RandomState},
};

use platform::db::{Db, DbOptions, Engine, Migration};

/// Where PostgreSQL is for tests, unless `MEDIVERSE_TEST_POSTGRES` says otherwise.
const POSTGRES: &str = "postgres://postgres@127.0.0.1:5432/postgres";
/// The database that holds a schema for each test; made where it is missing.
const DATABASE: &str = "mediverse_test";

/// A database that is there for one test; dropping it takes it away.
pub struct Fresh {
    /// The database, migrated.
    pub db: Db,
    /// Its URL, for opening it again or in another process.
    pub url: String,
    _place: Place,
}

enum Place {
    Folder { _folder: tempfile::TempDir },
    Schema(String),
}

/// A schema is dropped on a thread of its own, for this also happens while a failed test unwinds.
impl Drop for Place {
    fn drop(&mut self) {
        let Self::Schema(schema) = self else { return };
        let drop_it = format!("set lock_timeout = '5s'; drop schema if exists {schema} cascade");
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts");
            runtime.block_on(async { connect(&server_url(DATABASE)).await.batch_execute(&drop_it).await })
        });
        if !matches!(dropping.join(), Ok(Ok(()))) {
            eprintln!("the schema {schema} of a test was left behind");
        }
    }
}

impl Fresh {
    /// Makes one on this engine.
    pub async fn new(engine: Engine, context: &'static str, migrations: &[Migration]) -> Self {
        Self::with(engine, context, migrations, DbOptions::default()).await
    }

    /// Makes one on this engine with options of its own.
    pub async fn with(engine: Engine, context: &'static str, migrations: &[Migration], options: DbOptions) -> Self {
        let (url, place) = match engine {
            Engine::Sqlite => {
                let folder = tempfile::tempdir().expect("a temporary folder can be made");
                (format!("sqlite:{}/{context}.db", folder.path().display()), Place::Folder { _folder: folder })
            }
            Engine::Postgres => {
                make_database().await;
                let schema = format!("t_{:016x}", RandomState::new().hash_one(context));
                (format!("{}?schema={schema}", server_url(DATABASE)), Place::Schema(schema))
            }
        };
        let db = Db::open(&url, options).await.expect("the test database opens");
        db.migrate(context, migrations).await.expect("the migrations apply");
        Self { db, url, _place: place }
    }

    /// Closes it and takes it away.
    pub async fn remove(self) {
        self.db.close().await;
    }
}

/// An empty database on the server, for a program that makes its own schemas; dropping it takes it away.
pub struct Empty {
    /// Its URL.
    pub url: String,
    name: String,
}

impl Empty {
    /// Makes one.
    pub async fn new() -> Self {
        let name = format!("t_{:016x}", RandomState::new().hash_one("empty"));
        let client = connect(&server_url("postgres")).await;
        client.batch_execute(&format!("create database {name}")).await.expect("a database can be made");
        Self { url: server_url(&name), name }
    }
}

/// On a thread of its own, for this also happens while a failed test unwinds.
impl Drop for Empty {
    fn drop(&mut self) {
        let drop_it = format!("drop database if exists {} with (force)", self.name);
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts");
            runtime.block_on(async { connect(&server_url("postgres")).await.batch_execute(&drop_it).await })
        });
        if !matches!(dropping.join(), Ok(Ok(()))) {
            eprintln!("the database {} of a test was left behind", self.name);
        }
    }
}

/// Runs a test on this engine with a fresh database that is taken away afterwards, also where the test fails.
pub fn run<T, F>(engine: Engine, context: &'static str, migrations: &[Migration], test: T)
where
    T: FnOnce(Db) -> F,
    F: Future<Output = platform::Result<()>>,
{
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime starts").block_on(async {
        let fresh = Fresh::new(engine, context, migrations).await;
        test(fresh.db.clone()).await.expect("the test answers Ok");
        fresh.remove().await;
    });
}

/// Declares tests that run on both engines, as `name::sqlite` and `name::postgres`, each with a fresh database. In the
/// body `?` works.
///
/// ```ignore
/// testkit::db_test! {
///     MIGRATIONS;
///
///     /// C3, C4
///     async fn r_c1_two_people_one_slot(db: Db) {
///         assert_eq!(db.read(async |tx| tx.all::<(i64,)>("select 1", &[]).await).await?, [(1,)]);
///     }
/// }
/// ```
#[macro_export]
macro_rules! db_test {
    ($migrations:expr; $($(#[$about:meta])* async fn $name:ident($db:ident : $type:ty) $body:block)+) => {$(
        $(#[$about])*
        #[allow(clippy::unwrap_used)]
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn test($db: $type) -> ::platform::Result<()> {
                $body
                Ok(())
            }

            #[test]
            fn sqlite() {
                $crate::db::run(::platform::db::Engine::Sqlite, "test", $migrations, test);
            }

            #[test]
            fn postgres() {
                $crate::db::run(::platform::db::Engine::Postgres, "test", $migrations, test);
            }
        }
    )+};
}

/// The URL of a database on the test server.
pub(crate) fn server_url(database: &str) -> String {
    let url = std::env::var("MEDIVERSE_TEST_POSTGRES").unwrap_or_else(|_| POSTGRES.to_owned());
    let server = url.rsplit_once('/').expect("MEDIVERSE_TEST_POSTGRES names a database").0;
    format!("{server}/{database}")
}

async fn make_database() {
    let url = std::env::var("MEDIVERSE_TEST_POSTGRES").unwrap_or_else(|_| POSTGRES.to_owned());
    let client = connect(&url).await;
    let there = client.query_opt("select 1 from pg_database where datname = $1", &[&DATABASE]).await;
    if there.expect("PostgreSQL answers").is_none() {
        // Another test may be quicker; then it is there all the same.
        let _ = client.batch_execute(&format!("create database {DATABASE}")).await;
    }
}

pub(crate) async fn connect(url: &str) -> tokio_postgres::Client {
    let connected = tokio_postgres::connect(url, tokio_postgres::NoTls).await;
    let (client, connection) = connected.expect("PostgreSQL is there for tests (MEDIVERSE_TEST_POSTGRES)");
    tokio::spawn(connection);
    client
}
