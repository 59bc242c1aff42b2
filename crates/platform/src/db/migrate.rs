//! Migrations: one portable file in most cases, applied once, in order, all or none, and never edited afterwards.
//!
//! A line that ends in `-- only sqlite` or `-- only postgres` is kept on that engine alone.

use sha2::{Digest, Sha256};

use super::{
    DbError, Engine,
    expand::is_contract,
    postgres::on_error,
    sqlite::{on_prepare, on_run},
};

/// One step of a context's schema. Make a list of them with [`migrations!`](crate::migrations).
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// Its file's name, such as `0007_queue.sql`.
    pub name: &'static str,
    /// Its text.
    pub sql: &'static str,
}

/// The migrations of a crate by the names of their files, which lie in its folder `migrations/`.
///
/// `const MIGRATIONS: &[Migration] = platform::migrations!("0001_schedule.sql", "0002_claims.sql");`
#[macro_export]
macro_rules! migrations {
    ($($name:literal),* $(,)?) => {
        &[$($crate::db::Migration {
            name: $name,
            sql: ::std::include_str!(::std::concat!(::std::env!("CARGO_MANIFEST_DIR"), "/migrations/", $name)),
        }),*]
    };
}

impl Migration {
    /// The text for one engine, line numbers kept.
    fn text_for(&self, engine: Engine) -> String {
        let not_for_it = match engine {
            Engine::Sqlite => "-- only postgres",
            Engine::Postgres => "-- only sqlite",
        };
        let keep = |line: &&'static str| if line.trim_end().ends_with(not_for_it) { "" } else { *line };
        self.sql.lines().map(|line| keep(&line)).collect::<Vec<_>>().join("\n")
    }

    /// The same for any line ends.
    fn checksum(&self) -> String {
        use std::fmt::Write as _;
        let text = self.sql.lines().collect::<Vec<_>>().join("\n");
        Sha256::digest(text.as_bytes()).iter().fold(String::with_capacity(64), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }

    fn failed(&self, cause: DbError) -> DbError {
        match cause {
            DbError::Unavailable(why) => DbError::Unavailable(format!("migration {}: {why}", self.name)),
            DbError::Full => DbError::Full,
            other => DbError::Other(format!("migration {}: {other}", self.name)),
        }
    }
}

const TABLE: &str = "create table if not exists _migration (
    context text not null, n bigint not null, name text not null, checksum text not null, primary key (context, n))";
pub(super) const COUNT: &str = "select count(*) from _migration where context = $1";
const APPLIED: &str = "select name, checksum from _migration where context = $1 order by n";
const NOTE: &str = "insert into _migration (context, n, name, checksum) values ($1, $2, $3, $4)";

/// Those not applied yet, where the applied ones are the first of the list, unchanged. The version after this one may have
/// added more: both serve beside each other for as long as they are exchanged.
fn outstanding<'m>(migrations: &'m [Migration], applied: &[(String, String)]) -> Result<&'m [Migration], DbError> {
    for (i, (name, checksum)) in applied.iter().enumerate() {
        let Some(migration) = migrations.get(i) else {
            // A newer version has come before us. What it added hurts nobody; what it took away may be ours.
            if is_contract(name) {
                return Err(DbError::Other(format!("the database is newer than this program: it has {name}")));
            }
            continue;
        };
        if migration.name != name {
            return Err(DbError::Other(format!(
                "migration {} stands where {name} was applied; new ones go to the end",
                migration.name
            )));
        }
        if migration.checksum() != *checksum {
            return Err(DbError::Other(format!(
                "migration {name} was changed after it was applied; undo that and add a new one"
            )));
        }
    }
    Ok(&migrations[applied.len().min(migrations.len())..])
}

/// On the writer's thread, alone. Foreign keys are off while tables are rebuilt and checked before the end.
pub(super) fn sqlite(
    connection: &mut rusqlite::Connection,
    context: &str,
    migrations: &[Migration],
) -> Result<usize, DbError> {
    connection.execute_batch("pragma foreign_keys = off").map_err(|e| on_run(&e))?;
    let applied = sqlite_in_transaction(connection, context, migrations);
    connection.execute_batch("pragma foreign_keys = on").map_err(|e| on_run(&e))?;
    applied
}

fn sqlite_in_transaction(
    connection: &mut rusqlite::Connection,
    context: &str,
    migrations: &[Migration],
) -> Result<usize, DbError> {
    let run = |e: rusqlite::Error| on_run(&e);
    let tx = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Exclusive).map_err(run)?;
    tx.execute_batch(TABLE).map_err(run)?;
    let applied = {
        let mut statement = tx.prepare(APPLIED).map_err(run)?;
        let rows = statement.query_map([context], |row| Ok((row.get(0)?, row.get(1)?))).map_err(run)?;
        rows.collect::<Result<Vec<(String, String)>, _>>().map_err(run)?
    };
    let new = outstanding(migrations, &applied)?;
    for (i, migration) in new.iter().enumerate() {
        tx.execute_batch(&migration.text_for(Engine::Sqlite)).map_err(|e| migration.failed(on_prepare(&e)))?;
        let n = (applied.len() + i) as i64;
        tx.execute(NOTE, (context, n, migration.name, migration.checksum())).map_err(run)?;
    }
    let broken: i64 =
        tx.query_row("select count(*) from pragma_foreign_key_check", [], |row| row.get(0)).map_err(run)?;
    if broken > 0 {
        return Err(DbError::ForeignKey(format!("{broken} rows refer to nothing after the migrations of {context}")));
    }
    tx.commit().map_err(run)?;
    Ok(new.len())
}

/// In one transaction, under a lock that all contexts of the database share: extensions are the database's, not the
/// schema's.
pub(super) async fn postgres(
    client: &tokio_postgres::Client,
    schema: Option<&str>,
    context: &str,
    migrations: &[Migration],
) -> Result<usize, DbError> {
    let run = |e: tokio_postgres::Error| on_error(&e);
    client
        .batch_execute(
            "begin; set local lock_timeout = '60s'; set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0;
             select pg_advisory_xact_lock(7235419028865)",
        )
        .await
        .map_err(run)?;
    if let Some(schema) = schema {
        let there = client.query_opt("select 1 from pg_namespace where nspname = $1", &[&schema]).await.map_err(run)?;
        if there.is_none() {
            client.batch_execute(&format!("create schema {schema}")).await.map_err(run)?;
        }
    }
    let there = client.query_one("select to_regclass('_migration') is not null", &[]).await.map_err(run)?;
    if !there.get::<_, bool>(0) {
        client.batch_execute(TABLE).await.map_err(run)?;
    }
    let rows = client.query(APPLIED, &[&context]).await.map_err(run)?;
    let applied: Vec<(String, String)> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    let new = outstanding(migrations, &applied)?;
    for (i, migration) in new.iter().enumerate() {
        client
            .batch_execute(&migration.text_for(Engine::Postgres))
            .await
            .map_err(|e| migration.failed(on_error(&e)))?;
        let n = (applied.len() + i) as i64;
        client.execute(NOTE, &[&context, &n, &migration.name, &migration.checksum()]).await.map_err(run)?;
    }
    client.batch_execute("commit").await.map_err(run)?;
    Ok(new.len())
}
