//! Two versions serve beside each other while one takes over from the other (J3): expand, migrate, contract.
#![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
};

use platform::db::{Db, DbOptions, Engine, Migration};
use testkit::db::Fresh;

/// Every ledger of every context.
const LEDGERS: [(&str, &[Migration]); 7] = [
    ("bus", platform::bus::MIGRATIONS),
    ("jobs", platform::jobs::MIGRATIONS),
    ("auth", auth::MIGRATIONS),
    ("people", people::MIGRATIONS),
    ("directory", directory::MIGRATIONS),
    ("scheduling", scheduling::MIGRATIONS),
    ("notifications", notifications::MIGRATIONS),
];

/// J3
#[test]
fn no_migration_after_the_first_takes_what_the_version_before_reads() {
    for (ledger, steps) in LEDGERS {
        for step in steps.iter().skip(1) {
            let broken = step.breaks_the_version_before();
            assert_eq!(
                broken,
                None,
                "{ledger}: {} {}; see docs/adding-a-table.md",
                step.name,
                broken.as_deref().unwrap_or_default()
            );
        }
    }
}

/// Every table with its columns, as the version before knows them.
async fn readers(db: &Db) -> Vec<&'static str> {
    const LITE: &str = "select m.name, group_concat(c.name, ', ') from sqlite_master m join pragma_table_info(m.name) c
        where m.type = 'table' and m.name not like 'sqlite%' group by m.name";
    const SERVER: &str = "select table_name::text, string_agg(column_name::text, ', ' order by ordinal_position)
        from information_schema.columns where table_schema = current_schema() group by table_name";
    let sql = if db.engine() == Engine::Sqlite { LITE } else { SERVER };
    let tables: Vec<(String, String)> = db.read(async move |tx| tx.all(sql, &[]).await).await.unwrap();
    tables
        .into_iter()
        .map(|(table, columns)| &*format!("select count(*) from (select {columns} from {table} limit 5) t").leak())
        .collect()
}

/// Migrates from the level before the last to the last while readers of the one before go on.
async fn upgraded_under_readers(engine: Engine, ledger: &'static str, steps: &'static [Migration]) {
    let fresh = Fresh::new(engine, ledger, &steps[..steps.len() - 1]).await;
    // On a server a replica of the new version is another process; a file has one process for both.
    let new = match engine {
        Engine::Postgres => Db::open(&fresh.url, DbOptions { pool: 1, ..DbOptions::default() }).await.unwrap(),
        Engine::Sqlite => fresh.db.clone(),
    };
    let (ended, rounds) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let (old, all, until, counted) = (fresh.db.clone(), readers(&fresh.db).await, ended.clone(), rounds.clone());
    assert!(!all.is_empty());
    let reading = tokio::spawn(async move {
        loop {
            let last = until.load(Relaxed);
            for sql in all.iter().copied() {
                let read: platform::Result<Vec<(i64,)>> = old.read(async move |tx| tx.all(sql, &[]).await).await;
                assert!(read.is_ok(), "{sql}: {read:?}");
            }
            counted.fetch_add(1, Relaxed);
            if last {
                return;
            }
        }
    });
    while rounds.load(Relaxed) == 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(new.migrate(ledger, steps).await.unwrap(), 1);
    ended.store(true, Relaxed);
    reading.await.unwrap();
    // The version before starts again: a replica that fell and comes back in the middle of the roll-out.
    assert_eq!(fresh.db.migrate(ledger, &steps[..steps.len() - 1]).await.unwrap(), 0);
    new.close().await;
    fresh.remove().await;
}

/// J3
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_of_the_level_before_go_on_while_the_next_one_comes() {
    let mut tried = 0;
    for (ledger, steps) in LEDGERS.into_iter().filter(|(_, steps)| steps.len() > 1) {
        for engine in [Engine::Sqlite, Engine::Postgres] {
            upgraded_under_readers(engine, ledger, steps).await;
            tried += 1;
        }
    }
    assert!(tried >= 4, "some ledgers have more than one step");
}
