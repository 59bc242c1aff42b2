//! What only the engine at scale does: locks that time out, connections that break, transactions nobody may leave open.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use platform::{
    Error,
    db::{Db, DbError, DbOptions, Engine, Migration},
};
use testkit::db::Fresh;

const MIGRATIONS: &[Migration] =
    &[Migration { name: "0001_note.sql", sql: "create table note (id bigint primary key, words text not null);" }];
const WRITE: &str = "insert into note (id, words) values ($1, $2)";
const CHANGE: &str = "update note set words = words || 'x' where id = $1";

async fn fresh(options: DbOptions) -> Fresh {
    let fresh = Fresh::with(Engine::Postgres, "test", MIGRATIONS, options).await;
    fresh
        .db
        .write(async |tx| tx.exec("insert into note (id, words) values (1, 'a'), (2, 'b')", &[]).await)
        .await
        .unwrap();
    fresh
}

fn is_unavailable<T: std::fmt::Debug>(outcome: &platform::Result<T>, why: &str) -> bool {
    matches!(outcome, Err(Error::Db(DbError::Unavailable(text))) if text.contains(why))
}

async fn words(db: &Db, id: i64) -> String {
    db.read(async move |tx| tx.one::<(String,)>("select words from note where id = $1", &[&id]).await)
        .await
        .unwrap()
        .unwrap()
        .0
}

/// Holds row `id` locked until its task is told to go on.
async fn hold(db: &Db, id: i64) -> (tokio::task::JoinHandle<platform::Result<u64>>, tokio::sync::oneshot::Sender<()>) {
    let (locked, is_locked) = tokio::sync::oneshot::channel();
    let (go, wait) = tokio::sync::oneshot::channel::<()>();
    let db = db.clone();
    let mut wait = Some(wait);
    let held = tokio::spawn(async move {
        db.write(async move |tx| {
            tx.exec(CHANGE, &[&id]).await?;
            let _ = locked.send(());
            let mut wait = wait.take().expect("asked once");
            // Waits by asking the database, for a unit may not wait for anything else.
            while wait.try_recv().is_err_and(|e| e == tokio::sync::oneshot::error::TryRecvError::Empty) {
                tx.one::<(Option<bool>,)>("select pg_sleep(0.01) is null", &[]).await?;
            }
            tx.exec(CHANGE, &[&id]).await
        })
        .await
    });
    is_locked.await.unwrap();
    (held, go)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_held_too_long_is_unavailable() {
    let fresh = fresh(DbOptions { lock_timeout: Duration::from_millis(50), ..DbOptions::default() }).await;
    let (held, go) = hold(&fresh.db, 1).await;
    let refused = fresh.db.write(async |tx| tx.exec(CHANGE, &[&1_i64]).await).await;
    assert!(is_unavailable(&refused, "55P03"), "{refused:?}");
    go.send(()).unwrap();
    held.await.unwrap().unwrap();
    assert_eq!(words(&fresh.db, 1).await, "axx");
    fresh.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_that_runs_too_long_is_unavailable() {
    let fresh = fresh(DbOptions { statement_timeout: Duration::from_millis(50), ..DbOptions::default() }).await;
    let refused = fresh.db.read(async |tx| tx.one::<(Option<bool>,)>("select pg_sleep(20) is null", &[]).await).await;
    assert!(is_unavailable(&refused, "57014"), "{refused:?}");
    fresh.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadlock_ends_one_of_the_two_as_unavailable() {
    let fresh = fresh(DbOptions { lock_timeout: Duration::from_secs(20), ..DbOptions::default() }).await;
    let both = std::sync::Arc::new(std::sync::atomic::AtomicU32::new(0));
    let cross = |first: i64, second: i64| {
        let (db, both) = (fresh.db.clone(), both.clone());
        tokio::spawn(async move {
            db.write(async move |tx| {
                tx.exec(CHANGE, &[&first]).await?;
                both.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                while both.load(std::sync::atomic::Ordering::SeqCst) < 2 {
                    tx.one::<(Option<bool>,)>("select pg_sleep(0.005) is null", &[]).await?;
                }
                tx.exec(CHANGE, &[&second]).await
            })
            .await
        })
    };
    let (one, other) = (cross(1, 2), cross(2, 1));
    let outcomes = [one.await.unwrap(), other.await.unwrap()];
    assert_eq!(outcomes.iter().filter(|o| o.is_ok()).count(), 1, "{outcomes:?}");
    assert_eq!(outcomes.iter().filter(|o| is_unavailable(o, "40P01")).count(), 1, "{outcomes:?}");
    assert_eq!((words(&fresh.db, 1).await, words(&fresh.db, 2).await), ("ax".to_owned(), "bx".to_owned()));
    fresh.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_connection_is_unavailable_and_not_used_again() {
    let fresh = fresh(DbOptions { pool: 1, ..DbOptions::default() }).await;
    let broken = fresh
        .db
        .write(async |tx| {
            tx.exec(CHANGE, &[&1_i64]).await?;
            tx.one::<(bool,)>("select pg_terminate_backend(pg_backend_pid())", &[]).await
        })
        .await;
    assert!(is_unavailable(&broken, ""), "{broken:?}");
    assert_eq!(words(&fresh.db, 1).await, "a");
    fresh.db.write(async |tx| tx.exec(CHANGE, &[&1_i64]).await).await.unwrap();
    assert_eq!(words(&fresh.db, 1).await, "ax");
    fresh.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_dropped_half_way_spoils_the_unit() {
    let fresh = fresh(DbOptions { pool: 1, ..DbOptions::default() }).await;
    let outcome = fresh
        .db
        .write(async |tx| {
            tx.exec(CHANGE, &[&1_i64]).await?;
            let slow = tokio::time::timeout(
                Duration::from_millis(20),
                tx.one::<(Option<bool>,)>("select pg_sleep(0.2) is null", &[]),
            )
            .await;
            assert!(slow.is_err(), "it was dropped");
            Ok(())
        })
        .await;
    assert!(matches!(outcome, Err(Error::Db(DbError::Poisoned))), "{outcome:?}");
    assert_eq!(words(&fresh.db, 1).await, "a");
    fresh.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn units_that_end_in_any_way_leave_no_transaction_open() {
    let fresh = fresh(DbOptions { pool: 1, ..DbOptions::default() }).await;
    let db = &fresh.db;
    let _: platform::Result<()> = db
        .write(async |tx| {
            tx.exec(CHANGE, &[&1_i64]).await?;
            panic!("on purpose")
        })
        .await;
    let _: platform::Result<()> = db
        .write(async |tx| {
            tx.exec(CHANGE, &[&1_i64]).await?;
            tokio::task::yield_now().await;
            Ok(())
        })
        .await;
    let _: platform::Result<()> = db
        .write(async |tx| {
            tx.exec(CHANGE, &[&1_i64]).await?;
            Err(Error::Stale)
        })
        .await;
    let gone = tokio::spawn({
        let db = db.clone();
        async move { db.write(async |tx| tx.exec(CHANGE, &[&1_i64]).await).await }
    });
    tokio::task::yield_now().await;
    gone.abort();
    let _ = gone.await;
    // The pool has one connection: a transaction left open on it would make this one see and keep the changes above.
    let seen = db
        .write(async |tx| tx.one::<(bool,)>("select pg_current_xact_id_if_assigned() is null", &[]).await)
        .await
        .unwrap();
    assert_eq!(seen, Some((true,)), "nothing was written in this transaction before");
    assert!(["a", "ax"].contains(&words(db, 1).await.as_str()));
    fresh.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_changed_under_a_prepared_statement_fails_once() {
    let fresh = fresh(DbOptions { pool: 1, ..DbOptions::default() }).await;
    let db = &fresh.db;
    let all = async || db.read(async |tx| tx.one::<(i64, String)>("select * from note where id = 1", &[]).await).await;
    all().await.unwrap();
    db.write(async |tx| tx.exec("alter table note alter column words type varchar(20)", &[]).await).await.unwrap();
    let once = all().await;
    assert!(is_unavailable(&once, "changed"), "{once:?}");
    assert_eq!(all().await.unwrap(), Some((1, "a".to_owned())));
    fresh.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_there_is_unavailable() {
    let options = DbOptions { patience: Duration::from_secs(2), ..DbOptions::default() };
    let refused = Db::open("postgres://nobody@127.0.0.1:1/nothing", options).await.map(|_| ());
    assert!(is_unavailable(&refused, ""), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn days_and_json_fit_columns_of_their_own_types() {
    let fresh = fresh(DbOptions::default()).await;
    let (day, doc) = (jiff::civil::date(1984, 2, 29), serde_json::json!({"a": 1}));
    let (given_day, given_doc) = (day, doc.clone());
    let row = fresh.db.write(async move |tx| {
        tx.exec("create table typed (day date, doc jsonb, small smallint, real real)", &[]).await?;
        tx.one::<(jiff::civil::Date, serde_json::Value, i16, f64)>(
            "insert into typed values ($1, $2, $3, $4) returning *",
            &[&day, &doc, &7_i64, &0.5],
        )
        .await
    });
    assert_eq!(row.await.unwrap(), Some((given_day, given_doc, 7, 0.5)));
    let refused = fresh.db.read(async |tx| tx.one::<(i64,)>("select sum(id) as total from note", &[]).await).await;
    assert!(
        matches!(&refused, Err(Error::Db(DbError::Decode { column, expected })) if column == "total" && expected.contains("numeric")),
        "{refused:?}"
    );
    let refused = fresh.db.write(async |tx| tx.exec(WRITE, &[&"nine", &"x"]).await).await.unwrap_err().to_string();
    assert!(refused.contains("a text was bound where int8 is asked for") && !refused.contains("nine"), "{refused}");
    fresh.remove().await;
}
