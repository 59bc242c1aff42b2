//! A unit of work is all or nothing, whatever happens to it or to who asked for it, on both engines.
#![allow(clippy::unwrap_used)]
#![expect(clippy::disallowed_methods, reason = "conditions are polled with a limit, and one test is about sleeping")]

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::SeqCst},
    },
    time::Duration,
};

use platform::{
    Error,
    db::{Db, DbError, Migration, Step},
};
use tokio::{sync::Notify, time::timeout};

const MIGRATIONS: &[Migration] = &[Migration {
    name: "0001_seat.sql",
    sql: "create table seat (id bigint primary key, who text not null check (who <> ''), n bigint not null default 0);
          create unique index one_seat on seat (who) where n = 0;
          create table ticket (seat bigint not null references seat (id));",
}];

const TAKE: &str = "insert into seat (id, who) values ($1, $2)";

const TAKE_AND_TELL: &str = "insert into seat (id, who) values ($1, $2) returning id";

/// Takes seats 1, 2 and 3; the `bad`th, counted from 0, for nobody, which is refused.
fn three(sql: &'static str, bad: Option<usize>) -> [Step; 3] {
    [0, 1, 2].map(|n: usize| {
        let who = if bad == Some(n) { String::new() } else { format!("p{n}") };
        Step::new(sql, &[&(n as i64 + 1), &who])
    })
}

async fn seats(db: &Db) -> platform::Result<Vec<i64>> {
    let rows = db.read(async |tx| tx.all::<(i64,)>("select id from seat order by id", &[]).await).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Waits until the seats are these; fails after ten seconds.
async fn until_seats(db: &Db, wanted: &[i64]) -> platform::Result<()> {
    for _ in 0..1000 {
        if seats(db).await? == wanted {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the seats never became {wanted:?}");
}

async fn take(db: &Db, id: i64) -> platform::Result<u64> {
    db.write(async move |tx| tx.exec(TAKE, &[&id, &format!("p{id}")]).await).await
}

testkit::db_test! {
    MIGRATIONS;

    async fn an_error_rolls_all_of_it_back(db: Db) {
        let refused: platform::Result<()> = db.write(async |tx| {
            tx.exec(TAKE, &[&1_i64, &"a"]).await?;
            Err(Error::Stale)
        }).await;
        assert!(matches!(refused, Err(Error::Stale)));
        assert_eq!(seats(&db).await?, [] as [i64; 0]);
    }

    async fn an_error_spoils_the_rest_and_the_commit(db: Db) {
        let outcome = db.write(async |tx| {
            tx.exec(TAKE, &[&1_i64, &"a"]).await?;
            let first = tx.exec(TAKE, &[&1_i64, &"b"]).await;
            assert!(first.unwrap_err().is_unique());
            let later = tx.one::<(i64,)>("select 1", &[]).await;
            assert!(matches!(later, Err(Error::Db(DbError::Poisoned))));
            Ok(())
        }).await;
        assert!(matches!(outcome, Err(Error::Db(DbError::Poisoned))), "{outcome:?}");
        assert_eq!(seats(&db).await?, [] as [i64; 0]);
        take(&db, 2).await?;
    }

    async fn a_row_that_cannot_be_read_spoils_it_as_well(db: Db) {
        let outcome = db.write(async |tx| {
            tx.exec(TAKE, &[&1_i64, &"a"]).await?;
            let _ = tx.one::<(i64,)>("select 'x'", &[]).await;
            Ok(())
        }).await;
        assert!(matches!(outcome, Err(Error::Db(DbError::Poisoned))), "{outcome:?}");
        assert_eq!(seats(&db).await?, [] as [i64; 0]);
    }

    async fn of_statements_sent_together_one_that_fails_undoes_all(db: Db) {
        for bad in 0..3 {
            let outcome = db.write(async move |tx| tx.exec_each(&three(TAKE, Some(bad))).await).await;
            assert!(matches!(outcome, Err(Error::Db(DbError::Check(_)))), "{bad}: {outcome:?}");
            let outcome = db.write(async move |tx| {
                tx.exec(TAKE, &[&9_i64, &"before"]).await?;
                tx.all_three::<(i64,), (i64,), (i64,)>(&three(TAKE_AND_TELL, Some(bad))).await
            }).await;
            assert!(matches!(outcome, Err(Error::Db(DbError::Check(_)))), "{bad}: {outcome:?}");
            // Nor is anything kept by a unit that looks away.
            let looks_away = db.write(async move |tx| {
                let _ = tx.exec_each(&three(TAKE, Some(bad))).await;
                let later = tx.exec(TAKE, &[&9_i64, &"later"]).await;
                assert!(matches!(later, Err(Error::Db(DbError::Poisoned))));
                Ok(())
            }).await;
            assert!(matches!(looks_away, Err(Error::Db(DbError::Poisoned))), "{bad}: {looks_away:?}");
            let looks_away = db.write(async move |tx| {
                let _ = tx.all_three::<(i64,), (i64,), (i64,)>(&three(TAKE_AND_TELL, Some(bad))).await;
                Ok(())
            }).await;
            assert!(matches!(looks_away, Err(Error::Db(DbError::Poisoned))), "{bad}: {looks_away:?}");
            assert_eq!(seats(&db).await?, [] as [i64; 0], "{bad}");
        }
        take(&db, 100).await?;
        assert_eq!(seats(&db).await?, [100], "the connection is as good as before");
    }

    async fn a_row_of_three_that_cannot_be_read_undoes_all(db: Db) {
        let outcome = db.write(async |tx| {
            tx.exec(TAKE, &[&9_i64, &"before"]).await?;
            let [first, _, third] = three(TAKE_AND_TELL, None);
            let _ = tx.all_three::<(i64,), (i64,), (i64,)>(&[first, Step::new("select 'x'", &[]), third]).await;
            Ok(())
        }).await;
        assert!(matches!(outcome, Err(Error::Db(DbError::Poisoned))), "{outcome:?}");
        assert_eq!(seats(&db).await?, [] as [i64; 0]);
    }

    async fn statements_sent_together_answer_each_for_itself_in_their_order(db: Db) {
        let changed = db.write(async |tx| {
            let [first, second, third] = three(TAKE, None);
            let all = Step::new("update seat set n = n + id", &[]);
            let none = Step::new("delete from seat where id > $1", &[&100_i64]);
            tx.exec_each(&[first, second, all, none, third]).await
        }).await?;
        assert_eq!(changed, [1, 1, 2, 0, 1]);
        let told = db.read(async |tx| {
            let ids = |sql| Step::new(sql, &[&1_i64]);
            tx.all_three::<(i64,), (i64,), (String,)>(&[
                ids("select id from seat where id > $1 order by id"),
                ids("select n from seat where id = $1"),
                ids("select who from seat where id < $1"),
            ]).await
        }).await?;
        assert_eq!(told, (vec![(2,), (3,)], vec![(1,)], vec![]));
    }

    async fn violations_are_told_apart(db: Db) {
        take(&db, 1).await?;
        let key = db.write(async |tx| tx.exec(TAKE, &[&1_i64, &"x"]).await).await.unwrap_err();
        let index = db.write(async |tx| tx.exec(TAKE, &[&2_i64, &"p1"]).await).await.unwrap_err();
        assert!(key.is_unique() && index.is_unique(), "{key} {index}");
        assert!(!index.to_string().contains("p1"), "no value in {index}");
        let check = db.write(async |tx| tx.exec(TAKE, &[&3_i64, &""]).await).await.unwrap_err();
        assert!(matches!(check, Error::Db(DbError::Check(_))), "{check}");
        let null = db.write(async |tx| tx.exec(TAKE, &[&3_i64, &None::<String>]).await).await.unwrap_err();
        assert!(matches!(null, Error::Db(DbError::NotNull(_))), "{null}");
        let foreign = db.write(async |tx| tx.exec("insert into ticket (seat) values ($1)", &[&9_i64]).await).await.unwrap_err();
        assert!(matches!(foreign, Error::Db(DbError::ForeignKey(_))), "{foreign}");
        let nonsense = db.write(async |tx| tx.exec("insert into nowhere values (1)", &[]).await).await.unwrap_err();
        assert!(matches!(nonsense, Error::Db(DbError::Other(_))), "{nonsense}");
    }

    async fn waiting_for_anything_but_the_database_is_refused(db: Db) {
        let slept: platform::Result<()> = db.write(async |tx| {
            tx.exec(TAKE, &[&1_i64, &"a"]).await?;
            tokio::time::sleep(Duration::from_mins(1)).await;
            Ok(())
        }).await;
        assert!(matches!(slept, Err(Error::Db(DbError::ForeignAwait))), "{slept:?}");
        let read: platform::Result<()> = db.read(async |_tx| { tokio::task::yield_now().await; Ok(()) }).await;
        assert!(matches!(read, Err(Error::Db(DbError::ForeignAwait))), "{read:?}");
        assert_eq!(seats(&db).await?, [] as [i64; 0]);
        take(&db, 2).await?;
    }

    async fn a_panic_ends_its_unit_only(db: Db) {
        let fell: platform::Result<()> = db.write(async |tx| {
            tx.exec(TAKE, &[&1_i64, &"a"]).await?;
            panic!("on purpose")
        }).await;
        assert!(matches!(fell, Err(Error::Db(DbError::Panicked))), "{fell:?}");
        let fell: platform::Result<()> = db.read(async |_tx| panic!("on purpose")).await;
        assert!(matches!(fell, Err(Error::Db(DbError::Panicked))), "{fell:?}");
        take(&db, 2).await?;
        assert_eq!(seats(&db).await?, [2]);
    }

    async fn a_unit_whose_caller_has_gone_runs_to_the_end(db: Db) {
        for id in 1..=20 {
            let asked = tokio::spawn({
                let db = db.clone();
                async move { take(&db, id).await }
            });
            // Gone at some point between asking and answering; whatever was begun must end whole.
            tokio::task::yield_now().await;
            asked.abort();
            let _ = asked.await;
        }
        // Dropped while certainly under way.
        let (begun, answer) = (Arc::new(Notify::new()), db.clone());
        let told = begun.clone();
        let caller = tokio::spawn(async move {
            answer.write(async move |tx| {
                tx.exec(TAKE, &[&100_i64, &"a"]).await?;
                told.notify_one();
                tx.exec(TAKE, &[&101_i64, &"b"]).await
            }).await
        });
        timeout(Duration::from_secs(10), begun.notified()).await.expect("the unit begins");
        caller.abort();
        for _ in 0..1000 {
            if seats(&db).await?.contains(&101) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert!(seats(&db).await?.ends_with(&[100, 101]));
        // No connection came back in the middle of a transaction: all of the pool write and see what they wrote.
        for id in 200..232 {
            take(&db, id).await?;
        }
        assert!(seats(&db).await?.len() >= 34);
    }

    async fn what_follows_the_commit_comes_before_the_answer(db: Db) {
        let seen = Arc::new(AtomicU32::new(0));
        let (first, second) = (seen.clone(), seen.clone());
        db.write(async move |tx| {
            tx.after_commit(move || assert_eq!(first.fetch_add(1, SeqCst), 0));
            tx.exec(TAKE, &[&1_i64, &"a"]).await?;
            tx.after_commit(move || assert_eq!(second.fetch_add(1, SeqCst), 1));
            Ok(())
        }).await?;
        assert_eq!(seen.load(SeqCst), 2);
        let never = seen.clone();
        let _: platform::Result<()> = db.write(async move |tx| {
            tx.after_commit(move || { never.fetch_add(1, SeqCst); });
            Err(Error::Stale)
        }).await;
        assert_eq!(seen.load(SeqCst), 2);
    }

    async fn what_follows_the_commit_sees_it_committed(db: Db) {
        let (tell, told) = tokio::sync::oneshot::channel();
        db.write(async move |tx| {
            tx.exec(TAKE, &[&1_i64, &"a"]).await?;
            tx.after_commit(move || { let _ = tell.send(()); });
            Ok(())
        }).await?;
        told.await.expect("it was told");
        until_seats(&db, &[1]).await?;
    }

    async fn a_panic_after_the_commit_harms_nobody(db: Db) {
        db.write(async |tx| {
            tx.after_commit(|| panic!("on purpose"));
            tx.exec(TAKE, &[&1_i64, &"a"]).await
        }).await?;
        take(&db, 2).await?;
        assert_eq!(seats(&db).await?, [1, 2]);
    }

    async fn many_callers_each_get_what_is_theirs(db: Db) {
        let callers: Vec<_> = (0..64_i64).map(|caller| {
            let db = db.clone();
            tokio::spawn(async move {
                let mut good = 0;
                for turn in 0..5 {
                    let id = caller * 100 + turn;
                    // Every third one fails after having written, which must take nothing of the others along.
                    let outcome = db.write(async move |tx| {
                        tx.exec(TAKE, &[&id, &format!("p{id}")]).await?;
                        let row = tx.one::<(i64,)>("select id from seat where who = $1", &[&format!("p{id}")]).await?;
                        if id % 3 == 0 { Err(Error::Stale) } else { Ok(row) }
                    }).await;
                    match outcome {
                        Ok(row) => { assert_eq!(row, Some((id,))); good += 1; }
                        Err(error) => assert!(matches!(error, Error::Stale) && id % 3 == 0, "{error}"),
                    }
                }
                good
            })
        }).collect();
        let mut good = 0;
        for caller in callers {
            good += caller.await.expect("no caller panics");
        }
        let there = seats(&db).await?;
        assert_eq!(there.len(), good);
        assert!(there.iter().all(|id| id % 3 != 0));
    }

    async fn only_one_of_many_gets_what_only_one_can_have(db: Db) {
        let callers: Vec<_> = (0..48_i64).map(|id| {
            let db = db.clone();
            tokio::spawn(async move { db.write(async move |tx| tx.exec(TAKE, &[&id, &"same"]).await).await })
        }).collect();
        let mut won = 0;
        for caller in callers {
            match caller.await.expect("no caller panics") {
                Ok(_) => won += 1,
                Err(error) => assert!(error.is_unique(), "{error}"),
            }
        }
        assert_eq!(won, 1);
    }

    async fn a_closed_database_says_so(db: Db) {
        take(&db, 1).await?;
        db.close().await;
        let refused = take(&db, 2).await.unwrap_err();
        assert!(matches!(refused, Error::Db(DbError::Unavailable(_))) && refused.status() == 503, "{refused}");
        assert!(seats(&db).await.is_err());
    }
}
