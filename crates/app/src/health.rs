//! What must work before requests are taken, and how far the bus is behind.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use axum::{
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};
use platform::{
    Clock, Cx, Error, Result,
    db::{Db, Engine},
    http::health::Check,
};

/// Headers that a proxy adds: what carries one comes from elsewhere, though the proxy stands on this machine.
const FORWARDED: [&str; 3] = ["forwarded", "x-forwarded-for", "x-real-ip"];

/// At the public address `/metrics` is for the machine itself; for others it is not there. Elsewhere it is read at
/// `server.operations_listen`.
pub async fn metrics_from_here(cx: Cx, request: Request, next: Next) -> Response {
    let numbers = request.uri().path() == "/metrics";
    let forwarded = FORWARDED.iter().any(|name| request.headers().contains_key(*name));
    let from_here = cx.address.is_some_and(|address| address.to_canonical().is_loopback()) && !forwarded;
    if numbers && !from_here { Error::NotFound("page").into_response() } else { next.run(request).await }
}

/// Each database answers; where a server keeps the time too, both agree within two seconds (ARCHITECTURE.md §5a).
pub fn checks(databases: &[(&'static str, Db)], clock: &Clock) -> Vec<Check> {
    let mut checks: Vec<Check> = databases
        .iter()
        .map(|(name, db)| {
            let db = db.clone();
            Check::new(name, move || answers(db.clone()))
        })
        .collect();
    let all: Vec<Db> = databases.iter().map(|(_, db)| db.clone()).collect();
    let known = Arc::new(AtomicBool::new(false));
    checks.push(Check::new("migrations", move || are_up_to_date(all.clone(), known.clone())));
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

/// Whether no database is older than what this program brought it to. Once it is so it stays so, and is not asked for
/// again: a slow database must not make whoever asks think that nobody answers.
async fn are_up_to_date(databases: Vec<Db>, known: Arc<AtomicBool>) -> Result<()> {
    if known.load(Ordering::Relaxed) {
        return Ok(());
    }
    for db in databases {
        if !db.is_up_to_date().await? {
            return Err(Error::Unavailable("migrations"));
        }
    }
    known.store(true, Ordering::Relaxed);
    Ok(())
}

/// Whether the server's clock and ours differ by two seconds at most.
pub async fn agrees(db: Db, clock: Clock) -> Result<()> {
    let theirs = db.read(async |tx| tx.one::<(jiff::Timestamp,)>("select now()", &[]).await).await?;
    let off = theirs.map_or(0, |(theirs,)| clock.now().duration_since(theirs).as_millis().abs());
    if off <= 2_000 { Ok(()) } else { Err(Error::Unavailable("clock")) }
}
