//! Databases that are written without a pause are copied as they were at one moment.
#![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use platform::{
    Result,
    db::{
        Db, Engine, Migration,
        backup::{Place, freeze, freeze_server},
    },
};
use testkit::db::Fresh;

const TABLES: &[Migration] = &[Migration {
    name: "0001_steps.sql",
    sql: "create table outbox (one bigint primary key, n bigint not null); insert into outbox values (1, 0);
          create table noise (id bigint primary key, text text not null); insert into noise values (1, '');",
}];

async fn step(db: &Db) -> Result<u64> {
    db.write(async |tx| tx.exec("update outbox set n = n + 1 where one = 1", &[]).await).await
}

/// Writes a step into the first, then into the second, and again; others only make noise.
fn writers(first: &Db, second: &Db, stop: &Arc<AtomicBool>) -> Vec<tokio::task::JoinHandle<()>> {
    let (one, other, until) = (first.clone(), second.clone(), stop.clone());
    let mut tasks = vec![tokio::spawn(async move {
        while !until.load(Relaxed) {
            step(&one).await.unwrap();
            step(&other).await.unwrap();
        }
    })];
    for db in [first, second].into_iter().flat_map(|db| [db, db, db]) {
        let (db, until) = (db.clone(), stop.clone());
        tasks.push(tokio::spawn(async move {
            while !until.load(Relaxed) {
                let noise = async |tx: &mut platform::db::Tx| {
                    tx.exec("update noise set text = 'x' where id = 1", &[]).await?;
                    tx.exec("update outbox set n = n where one = 1", &[]).await
                };
                db.write(noise).await.unwrap();
            }
        }));
    }
    tasks
}

async fn end(tasks: Vec<tokio::task::JoinHandle<()>>, stop: &AtomicBool) {
    stop.store(true, Relaxed);
    for task in tasks {
        task.await.unwrap();
    }
}

/// J6
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_are_frozen_at_one_moment() {
    let (first, second) =
        (Fresh::new(Engine::Sqlite, "test", TABLES).await, Fresh::new(Engine::Sqlite, "test", TABLES).await);
    let files: Vec<PathBuf> =
        [&first, &second].iter().map(|db| PathBuf::from(db.url.strip_prefix("sqlite:").unwrap())).collect();
    let stop = Arc::new(AtomicBool::new(false));
    let tasks = writers(&first.db, &second.db, &stop);
    let copied = tokio::task::spawn_blocking(move || {
        let folder = tempfile::tempdir().unwrap();
        let n = |number: usize, frozen: &platform::db::backup::Frozen| {
            let to = folder.path().join("copy.db");
            frozen.copy(number, &to).unwrap();
            let copy = rusqlite::Connection::open(&to).unwrap();
            let n: i64 = copy.query_row("select n from outbox", [], |row| row.get(0)).unwrap();
            copy.close().unwrap();
            std::fs::remove_file(&to).unwrap();
            n
        };
        let copies = (0..25).map(|_| {
            let frozen = freeze(&files).unwrap();
            // The second first: without a moment in common it would be behind by what was written meanwhile.
            let second = n(1, &frozen);
            (n(0, &frozen), second)
        });
        copies.collect::<Vec<_>>()
    });
    let copied = copied.await.unwrap();
    end(tasks, &stop).await;
    for (first, second) in &copied {
        assert!(first == second || *first == second + 1, "{first} and {second} are not of one moment");
    }
    assert!(copied.last().unwrap().0 > copied[0].0, "writers went on");
    first.remove().await;
    second.remove().await;
}

/// J6
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn databases_of_a_server_are_frozen_at_one_moment() {
    let (first, second) =
        (Fresh::new(Engine::Postgres, "test", TABLES).await, Fresh::new(Engine::Postgres, "test", TABLES).await);
    let places = [Place::of(&first.url).unwrap(), Place::of(&second.url).unwrap()];
    let stop = Arc::new(AtomicBool::new(false));
    let tasks = writers(&first.db, &second.db, &stop);
    let mut copied = Vec::new();
    for _ in 0..25 {
        let frozen = freeze_server(&places, "outbox").await.unwrap();
        let mut seen = Vec::new();
        for (place, snapshot) in places.iter().zip(&frozen.snapshots) {
            let client = place.connect().await.unwrap();
            let at = format!("begin isolation level repeatable read; set transaction snapshot '{snapshot}'");
            client.batch_execute(&at).await.unwrap();
            seen.push(client.query_one("select n from outbox", &[]).await.unwrap().get::<_, i64>(0));
        }
        copied.push((seen[0], seen[1]));
    }
    end(tasks, &stop).await;
    for (first, second) in &copied {
        assert!(first == second || *first == second + 1, "{first} and {second} are not of one moment");
    }
    assert!(copied.last().unwrap().0 > copied[0].0, "writers went on");
    first.remove().await;
    second.remove().await;
}
