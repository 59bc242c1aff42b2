//! "Only one at a time" over spans of time is the database's to keep: an exclusion on PostgreSQL, a trigger on SQLite,
//! one way to write it for both.
#![allow(clippy::unwrap_used)]

use platform::{
    Error,
    db::{Db, Migration},
};

const MIGRATIONS: &[Migration] = &[Migration {
    name: "0001_claim.sql",
    sql: "create extension if not exists btree_gist with schema public; -- only postgres
create table claim (resource text not null, starts_at timestamptz not null, ends_at timestamptz not null, live boolean not null
    , exclude using gist (resource with =, tstzrange(starts_at, ends_at) with &&) where (live) -- only postgres
);
create trigger claim_overlap before insert on claim when new.live begin -- only sqlite
    select raise(ignore) from claim -- only sqlite
    where live and resource = new.resource and starts_at < new.ends_at and ends_at > new.starts_at; -- only sqlite
end; -- only sqlite",
}];

const CLAIM: &str = "insert into claim (resource, starts_at, ends_at, live) values ($1, $3, $4, true), ($2, $3, $4, true) on conflict do nothing";

async fn claim(db: &Db, doctor: &'static str, room: &'static str, from: i64) -> platform::Result<()> {
    let (from, to) = (jiff::Timestamp::from_second(from).unwrap(), jiff::Timestamp::from_second(from + 900).unwrap());
    db.write(async move |tx| match tx.exec(CLAIM, &[&doctor, &room, &from, &to]).await? {
        2 => Ok(()),
        _ => Err(Error::conflict("taken")),
    })
    .await
}

testkit::db_test! {
    MIGRATIONS;

    /// C3, C4
    async fn of_many_that_claim_overlapping_time_one_gets_it(db: Db) {
        let callers: Vec<_> = (0..48_i64).map(|i| {
            let db = db.clone();
            tokio::spawn(async move { claim(&db, "doctor", "room", 10_000 + i).await })
        }).collect();
        let mut won = 0;
        for caller in callers {
            match caller.await.expect("no caller panics") {
                Ok(()) => won += 1,
                Err(error) => assert!(error.is_conflict("taken"), "{error}"),
            }
        }
        assert_eq!(won, 1);
    }

    /// C3, C4
    async fn half_a_claim_is_no_claim(db: Db) {
        claim(&db, "ayu", "room 1", 0).await?;
        assert!(claim(&db, "budi", "room 1", 300).await.unwrap_err().is_conflict("taken"));
        claim(&db, "budi", "room 2", 300).await?;
        claim(&db, "ayu", "room 1", 900).await?;
    }
}
