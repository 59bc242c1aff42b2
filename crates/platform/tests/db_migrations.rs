//! Migrations are applied once, in order, all or none, and are never edited, on both engines.
#![allow(clippy::unwrap_used)]

use platform::db::{Db, DbError, Migration};

const FIRST: Migration = Migration {
    name: "0001_first.sql",
    sql: "create table first (id bigint primary key);
create table lite (id bigint); -- only sqlite
create table pg (id bigint); -- only postgres",
};
const SECOND: Migration = Migration {
    name: "0002_second.sql",
    sql: "alter table first add column words text;\ncreate table second (id bigint references first (id));",
};

fn other(result: platform::Result<usize>) -> String {
    match result {
        Err(platform::Error::Db(DbError::Other(text))) => text,
        other => panic!("{other:?}"),
    }
}

testkit::db_test! {
    &[FIRST];

    async fn new_ones_are_applied_and_old_ones_left_alone(db: Db) {
        assert_eq!(db.migrate("test", &[FIRST]).await?, 0);
        assert_eq!(db.migrate("test", &[FIRST, SECOND]).await?, 1);
        assert_eq!(db.migrate("test", &[FIRST, SECOND]).await?, 0);
        db.write(async |tx| tx.exec("insert into first (id, words) values (1, 'x')", &[]).await).await?;
    }

    /// J5
    async fn a_database_that_went_back_is_seen(db: Db) {
        db.migrate("test", &[FIRST, SECOND]).await?;
        assert!(db.is_up_to_date().await?);
        db.write(async |tx| tx.exec("delete from _migration where context = 'test' and name = '0002_second.sql'", &[]).await).await?;
        assert!(!db.is_up_to_date().await?);
    }

    async fn a_line_for_one_engine_is_kept_on_that_engine(db: Db) {
        let lite = db.read(async |tx| tx.all::<(i64,)>("select id from lite", &[]).await).await;
        let pg = db.read(async |tx| tx.all::<(i64,)>("select id from pg", &[]).await).await;
        match db.engine() {
            platform::db::Engine::Sqlite => assert!(lite.is_ok() && pg.is_err()),
            platform::db::Engine::Postgres => assert!(lite.is_err() && pg.is_ok()),
        }
    }

    async fn an_edited_one_is_refused_by_name(db: Db) {
        let edited = Migration { sql: "create table first (id text primary key);", ..FIRST };
        let text = other(db.migrate("test", &[edited]).await);
        assert!(text.contains("0001_first.sql") && text.contains("changed"), "{text}");
    }

    async fn line_ends_do_not_count_as_an_edit(db: Db) {
        let sql: &'static str = FIRST.sql.replace('\n', "\r\n").leak();
        assert_eq!(db.migrate("test", &[Migration { sql, ..FIRST }]).await?, 0);
    }

    async fn an_inserted_one_is_refused(db: Db) {
        let text = other(db.migrate("test", &[SECOND, FIRST]).await);
        assert!(text.contains("0002_second.sql") && text.contains("0001_first.sql"), "{text}");
    }

    /// J3
    async fn an_older_program_goes_on_with_what_was_added_and_not_with_what_was_taken_away(db: Db) {
        db.migrate("test", &[FIRST, SECOND]).await?;
        assert_eq!(db.migrate("test", &[FIRST]).await?, 0);
        let edited = Migration { sql: "create table first (id text primary key);", ..FIRST };
        assert!(other(db.migrate("test", &[edited]).await).contains("changed"));
        let contract = Migration { name: "0003_contract_words.sql", sql: "alter table first drop column words;" };
        db.migrate("test", &[FIRST, SECOND, contract]).await?;
        let text = other(db.migrate("test", &[FIRST, SECOND]).await);
        assert!(text.contains("newer") && text.contains("0003_contract_words.sql"), "{text}");
    }

    async fn a_failing_one_leaves_nothing_behind(db: Db) {
        let broken = Migration { name: "0003_broken.sql", sql: "create table third (id bigint);\ncreate tabel fourth (id bigint);" };
        let text = other(db.migrate("test", &[FIRST, SECOND, broken]).await);
        assert!(text.contains("0003_broken.sql"), "{text}");
        assert!(db.read(async |tx| tx.all::<(i64,)>("select id from third", &[]).await).await.is_err());
        assert!(db.read(async |tx| tx.all::<(i64,)>("select id from second", &[]).await).await.is_err());
        assert_eq!(db.migrate("test", &[FIRST, SECOND]).await?, 1);
    }

    async fn contexts_do_not_mix(db: Db) {
        let own = Migration { name: "0001_own.sql", sql: "create table own (id bigint);" };
        assert_eq!(db.migrate("another", &[own]).await?, 1);
        assert_eq!(db.migrate("test", &[FIRST, SECOND]).await?, 1);
    }

    async fn several_at_once_apply_them_once(db: Db) {
        let runs: Vec<_> = (0..4).map(|_| { let db = db.clone(); tokio::spawn(async move { db.migrate("test", &[FIRST, SECOND]).await }) }).collect();
        let mut applied = 0;
        for run in runs {
            applied += run.await.expect("no panic")?;
        }
        assert_eq!(applied, 1);
    }
}
