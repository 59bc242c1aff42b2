//! What must work before requests are taken, and how far the bus is behind.

use platform::{
    Clock, Error, Result,
    db::{Db, Engine},
    http::health::Check,
};

/// Each database answers; where a server keeps the time too, both agree within two seconds (ARCHITECTURE.md §5a).
pub fn checks(databases: &[(&'static str, Db)], clock: &Clock) -> Vec<Check> {
    let mut checks: Vec<Check> = databases
        .iter()
        .map(|(name, db)| {
            let db = db.clone();
            Check::new(name, move || answers(db.clone()))
        })
        .collect();
    if let (Some((_, db)), Clock::System) = (databases.iter().find(|(_, db)| db.engine() == Engine::Postgres), clock) {
        let (db, clock) = (db.clone(), clock.clone());
        checks.push(Check::new("clock", move || agrees(db.clone(), clock.clone())));
    }
    checks
}

/// Whether a database answers.
pub async fn answers(db: Db) -> Result<()> {
    db.read(async |tx| tx.one::<(i64,)>("select 1", &[]).await).await.map(drop)
}

/// Whether the server's clock and ours differ by two seconds at most.
pub async fn agrees(db: Db, clock: Clock) -> Result<()> {
    let theirs = db.read(async |tx| tx.one::<(jiff::Timestamp,)>("select now()", &[]).await).await?;
    let off = theirs.map_or(0, |(theirs,)| clock.now().duration_since(theirs).as_millis().abs());
    if off <= 2_000 { Ok(()) } else { Err(Error::Unavailable("clock")) }
}
