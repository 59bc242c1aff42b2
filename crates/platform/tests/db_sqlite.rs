//! What only the embedded engine does: one writer, many units a COMMIT, one process a file, a disk that fills up.
#![allow(clippy::unwrap_used)]

use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::Arc,
    task::Poll,
    time::Duration,
};

use futures_util::future::join_all;
use platform::{
    Error,
    db::{Db, DbError, DbOptions, Engine, Migration},
};
use testkit::db::Fresh;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    sync::Barrier,
};

const MIGRATIONS: &[Migration] =
    &[Migration { name: "0001_note.sql", sql: "create table note (id bigint primary key, words text not null);" }];
const WRITE: &str = "insert into note (id, words) values ($1, $2)";

async fn fresh() -> Fresh {
    Fresh::new(Engine::Sqlite, "test", MIGRATIONS).await
}

async fn count(db: &Db) -> i64 {
    db.read(async |tx| tx.one::<(i64,)>("select count(*) from note", &[]).await).await.unwrap().unwrap().0
}

/// Keeps the writer busy until `go` is dropped or sent, so that what is asked meanwhile queues up.
fn hold_writer(
    db: &Db,
) -> (std::sync::mpsc::Sender<()>, tokio::task::JoinHandle<platform::Result<()>>, tokio::sync::oneshot::Receiver<()>) {
    let (go, wait) = std::sync::mpsc::channel::<()>();
    let (begun, holding) = tokio::sync::oneshot::channel();
    let db = db.clone();
    let held = tokio::spawn(async move {
        db.write(async move |_tx| {
            let _ = begun.send(());
            let _ = wait.recv_timeout(Duration::from_secs(10));
            Ok(())
        })
        .await
    });
    (go, held, holding)
}

#[tokio::test(flavor = "multi_thread")]
async fn units_that_wait_share_a_commit() {
    let fresh = fresh().await;
    let db = &fresh.db.clone();
    let (go, held, holding) = hold_writer(db);
    holding.await.unwrap();
    let before = db.tally();
    let mut callers = pin!(join_all((0..40_i64).map(|id| {
        db.write(async move |tx| {
            tx.exec(WRITE, &[&id, &"x"]).await?;
            match id {
                7 => Err(Error::Stale),
                8 => panic!("on purpose"),
                9 => tx.exec(WRITE, &[&id, &"again"]).await,
                _ => Ok(1),
            }
        })
    })));
    // All of them stand in the queue before the writer goes on.
    poll_fn(|cx| {
        assert!(callers.as_mut().poll(cx).is_pending());
        Poll::Ready(())
    })
    .await;
    drop(go);
    held.await.unwrap().unwrap();
    for (id, outcome) in callers.await.into_iter().enumerate() {
        assert_eq!(outcome.is_err(), (7..=9).contains(&id), "{id}: {outcome:?}");
    }
    let after = db.tally();
    assert_eq!(after.units - before.units, 38, "37 and the one that held the writer");
    assert!(after.commits - before.commits <= 6, "{} commits for 37 units", after.commits - before.commits);
    assert_eq!(count(db).await, 37);
    fresh.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_whose_first_unit_fails_keeps_the_others() {
    let fresh = fresh().await;
    let db = &fresh.db;
    let (go, held, holding) = hold_writer(db);
    holding.await.unwrap();
    let everyone = Arc::new(Barrier::new(4));
    let callers: Vec<_> = (0..4_i64)
        .map(|id| {
            let (db, everyone) = (db.clone(), everyone.clone());
            tokio::spawn(async move {
                everyone.wait().await;
                db.write(async move |tx| {
                    tx.exec(WRITE, &[&id, &"x"]).await?;
                    if id % 2 == 0 { Err(Error::Stale) } else { Ok(()) }
                })
                .await
            })
        })
        .collect();
    drop(go);
    held.await.unwrap().unwrap();
    for caller in callers {
        let _ = caller.await.unwrap();
    }
    let ids = db.read(async |tx| tx.all::<(i64,)>("select id from note order by id", &[]).await).await.unwrap();
    assert_eq!(ids, [(1,), (3,)]);
    fresh.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_sqlite_rolls_back_is_an_error_for_all_of_it_and_the_writer_goes_on() {
    let fresh = fresh().await;
    let db = &fresh.db.clone();
    db.write(async |tx| tx.exec(WRITE, &[&0_i64, &"there"]).await).await.unwrap();
    let (go, held, holding) = hold_writer(db);
    holding.await.unwrap();
    // What a failing disk does now and then, `or rollback` does every time.
    let mut callers = pin!(join_all((0..4_i64).map(|i| {
        db.write(async move |tx| match i {
            2 => tx.exec("insert or rollback into note (id, words) values (0, 'twice')", &[]).await,
            _ => tx.exec(WRITE, &[&(10 + i), &"x"]).await,
        })
    })));
    poll_fn(|cx| {
        assert!(callers.as_mut().poll(cx).is_pending());
        Poll::Ready(())
    })
    .await;
    drop(go);
    // The one that held the writer may be of the same batch.
    let _ = held.await.unwrap();
    let outcomes = callers.await;
    assert!(matches!(outcomes[0], Err(Error::Db(DbError::Unavailable(_)))), "{outcomes:?}");
    assert!(matches!(outcomes[1], Err(Error::Db(DbError::Unavailable(_)))), "{outcomes:?}");
    assert!(outcomes[2].as_ref().is_err_and(Error::is_unique), "{outcomes:?}");
    assert!(outcomes[3].is_ok(), "{outcomes:?}");
    let ids = db.read(async |tx| tx.all::<(i64,)>("select id from note order by id", &[]).await).await.unwrap();
    assert_eq!(ids, [(0,), (13,)]);
    fresh.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_a_clear_error_and_the_writer_goes_on() {
    let fresh = fresh().await;
    let db = &fresh.db;
    let pages = db.write(async |tx| tx.one::<(i64,)>("pragma max_page_count = 16", &[]).await).await.unwrap();
    assert_eq!(pages, Some((16,)));
    let words = "x".repeat(1000);
    let mut stored = 0;
    let full = loop {
        let (id, words) = (stored, words.clone());
        match db.write(async move |tx| tx.exec(WRITE, &[&id, &words]).await).await {
            Ok(_) => stored += 1,
            Err(error) => break error,
        }
        assert!(stored < 1000, "it never fills up");
    };
    assert!(matches!(full, Error::Db(DbError::Full)), "{full}");
    assert_eq!(full.status(), 503);
    // Several at once, in batches, fare the same, and what was committed stays.
    let callers: Vec<_> = (0..16)
        .map(|i| {
            let (db, words) = (db.clone(), words.repeat(4));
            tokio::spawn(
                async move { db.write(async move |tx| tx.exec(WRITE, &[&(5000_i64 + i), &words]).await).await },
            )
        })
        .collect();
    for caller in callers {
        let refused = caller.await.unwrap().unwrap_err();
        assert!(matches!(refused, Error::Db(DbError::Full)), "{refused}");
    }
    assert_eq!(count(db).await, stored);
    db.write(async |tx| tx.one::<(i64,)>("pragma max_page_count = 1000000", &[]).await).await.unwrap();
    db.write(async |tx| tx.exec(WRITE, &[&9999_i64, &"room again"]).await).await.unwrap();
    assert_eq!(count(db).await, stored + 1);
    fresh.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_in_use_is_refused_and_free_after_closing() {
    let fresh = fresh().await;
    let refused = Db::open(&fresh.url, DbOptions::default()).await.err().expect("it is in use");
    assert!(matches!(&refused, Error::Db(DbError::Unavailable(why)) if why.contains("open already")), "{refused}");
    fresh.db.write(async |tx| tx.exec(WRITE, &[&1_i64, &"kept"]).await).await.unwrap();
    fresh.db.close().await;
    let again = Db::open(&fresh.url, DbOptions::default()).await.unwrap();
    assert_eq!(count(&again).await, 1);
    again.close().await;
    let path = fresh.url.strip_prefix("sqlite:").unwrap();
    let log = std::fs::metadata(format!("{path}-wal")).map_or(0, |m| m.len());
    assert_eq!(log, 0, "the log is folded into the file");
    fresh.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_in_use_by_another_process_is_refused() {
    const CHILD: &str = "MEDIVERSE_DB_TEST_CHILD";
    if let Ok(url) = std::env::var(CHILD) {
        let refused = Db::open(&url, DbOptions::default()).await.err().expect("it is in use");
        assert!(refused.to_string().contains("another process"), "{refused}");
        return;
    }
    let fresh = fresh().await;
    let this_test = ["--exact", "a_file_in_use_by_another_process_is_refused"];
    let child = tokio::process::Command::new(std::env::current_exe().unwrap())
        .args(this_test)
        .env(CHILD, &fresh.url)
        .output()
        .await
        .unwrap();
    assert!(child.status.success(), "{}", String::from_utf8_lossy(&child.stdout));
    fresh.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_answered_survives_a_killed_process() {
    const CHILD: &str = "MEDIVERSE_DB_TEST_KILLED";
    if let Ok(url) = std::env::var(CHILD) {
        let db = Db::open(&url, DbOptions::default()).await.unwrap();
        db.migrate("test", MIGRATIONS).await.unwrap();
        for id in 0_i64.. {
            db.write(async move |tx| tx.exec(WRITE, &[&id, &"x"]).await).await.unwrap();
            eprintln!("answered {id}");
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}/killed.db", folder.path().display());
    let mut child = tokio::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "what_was_answered_survives_a_killed_process", "--nocapture"])
        .env(CHILD, &url)
        .stderr(std::process::Stdio::piped())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut answered = -1;
    while answered < 25 {
        let line = tokio::time::timeout(Duration::from_secs(30), lines.next_line()).await.unwrap().unwrap().unwrap();
        answered = line.strip_prefix("answered ").map_or(answered, |id| id.parse().unwrap());
    }
    child.kill().await.unwrap();
    while let Ok(Some(line)) = lines.next_line().await {
        answered = line.strip_prefix("answered ").map_or(answered, |id| id.parse().unwrap());
    }
    let db = Db::open(&url, DbOptions::default()).await.unwrap();
    assert!(count(&db).await > answered, "all of 0 to {answered} are there");
    db.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_sees_one_snapshot_while_others_write() {
    let fresh = fresh().await;
    let (see, seen) = std::sync::mpsc::channel::<()>();
    let (begun, reading) = tokio::sync::oneshot::channel();
    let db = fresh.db.clone();
    let reader = tokio::spawn(async move {
        db.read(async move |tx| {
            let before = tx.one::<(i64,)>("select count(*) from note", &[]).await?;
            let _ = begun.send(());
            let _ = seen.recv_timeout(Duration::from_secs(10));
            Ok((before, tx.one::<(i64,)>("select count(*) from note", &[]).await?))
        })
        .await
    });
    reading.await.unwrap();
    fresh.db.write(async |tx| tx.exec(WRITE, &[&1_i64, &"x"]).await).await.unwrap();
    drop(see);
    let (before, after) = reader.await.unwrap().unwrap();
    assert_eq!((before, after), (Some((0,)), Some((0,))));
    assert_eq!(count(&fresh.db).await, 1);
    fresh.remove().await;
}
