//! A small measurement of the database layer: `cargo run --example db_speed -- sqlite:/tmp/speed.db` (or a PostgreSQL
//! URL). Prints what a lone write costs beside a bare fsync, and what 64 callers get done with a unit of 3 statements.

use std::{
    io::Write,
    time::{Duration, Instant},
};

use platform::db::{Db, DbOptions, Migration};

const MIGRATIONS: &[Migration] = &[Migration {
    name: "0001_speed.sql",
    sql: "create table seller (id bigint primary key, name text not null);
          insert into seller (id, name) values (1, 'a');
          create table booking (id bigint primary key, seller bigint not null, at timestamptz not null);
          create table outbox (n bigint primary key, body text not null);",
}];

async fn book(db: &Db, id: i64) -> platform::Result<()> {
    let at = jiff::Timestamp::from_second(id).unwrap_or_default();
    db.write(async move |tx| {
        let seller = tx.one::<(i64, String)>("select id, name from seller where id = $1", &[&1_i64]).await?;
        let seller = seller.ok_or(platform::Error::NotFound("seller"))?.0;
        tx.exec("insert into booking (id, seller, at) values ($1, $2, $3)", &[&id, &seller, &at]).await?;
        tx.exec("insert into outbox (n, body) values ($1, $2)", &[&id, &"{\"kind\":\"booked\"}"]).await?;
        Ok(())
    })
    .await
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn bare_fsync() -> std::io::Result<Duration> {
    let mut file = tempfile::NamedTempFile::new_in(".")?;
    let mut times = Vec::new();
    for _ in 0..200 {
        let began = Instant::now();
        file.write_all(&[7; 4096 * 3])?;
        file.as_file().sync_data()?;
        times.push(began.elapsed());
    }
    Ok(median(times))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let url = std::env::args().nth(1).ok_or("a database URL, please")?;
    let db = Db::open(&url, DbOptions::default()).await?;
    db.migrate("speed", MIGRATIONS).await?;
    let first = db
        .read(async |tx| tx.one::<(i64,)>("select coalesce(max(id), 0) + 1 from booking", &[]).await)
        .await?
        .map_or(1, |row| row.0);
    println!("append 12 kB and fsync: {:?} (median of 200)", bare_fsync()?);
    let mut times = Vec::new();
    for id in first..first + 300 {
        let began = Instant::now();
        book(&db, id).await?;
        times.push(began.elapsed());
    }
    println!("lone unit of 3 statements: {:?} (median of 300)", median(times));
    let (before, began) = (db.tally(), Instant::now());
    let callers: Vec<_> = (0..64_i64)
        .map(|caller| {
            let db = db.clone();
            tokio::spawn(async move {
                for turn in 0..300 {
                    book(&db, first + 1_000 + caller * 300 + turn).await?;
                }
                Ok::<(), platform::Error>(())
            })
        })
        .collect();
    for caller in callers {
        caller.await??;
    }
    let (took, after) = (began.elapsed(), db.tally());
    let units = after.units - before.units;
    println!(
        "64 callers: {units} units in {took:?}, {:.0} a second, {} commits",
        units as f64 / took.as_secs_f64(),
        after.commits - before.commits
    );
    let began = Instant::now();
    for _ in 0..20_000 {
        db.read(async |tx| tx.one::<(i64, String)>("select id, name from seller where id = $1", &[&1_i64]).await)
            .await?;
    }
    println!("lone read of one row: {:?}", began.elapsed() / 20_000);
    db.close().await;
    Ok(())
}
