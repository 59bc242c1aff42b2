//! How late events have their effect, by the database server's own record of when each row was committed: a booking in
//! scheduling's database, the note of its line in auth's.

use std::collections::HashMap;
use std::time::Duration;

use anyhow::{Result, bail};
use tokio::time::{Instant, sleep_until};

use crate::chaos::engines::Postgres;
use crate::numbers::Times;

/// How long everything said may take to be heard.
const PATIENCE: Duration = Duration::from_mins(5);
/// An event later than this waited.
const LATE: f64 = 1000.0;

/// Bookings committed since an instant: the id of the line said with each, and when, in milliseconds.
const SAID: &str = "select o.id, (extract(epoch from pg_xact_commit_timestamp(a.xmin)) * 1000)::float8
    from outbox o join appointment a on a.id = o.payload::json ->> 'object'
    where o.class = 'log' and o.payload::json ->> 'action' = 'appointment.book'
    and (extract(epoch from pg_xact_commit_timestamp(a.xmin)) * 1000)::float8 >= $1";
/// Lines heard since an instant, and when.
const HEARD: &str = "select id, (extract(epoch from pg_xact_commit_timestamp(xmin)) * 1000)::float8 from heard_log
    where (extract(epoch from pg_xact_commit_timestamp(xmin)) * 1000)::float8 >= $1";
const UNSENT: &str = "select count(*) from outbox where sent_at is null";

/// When it is at the database server, in milliseconds.
pub async fn now(postgres: &Postgres) -> Result<f64> {
    const NOW: &str = "select (extract(epoch from clock_timestamp()) * 1000)::float8";
    Ok(postgres.connect("postgres").await?.query_one(NOW, &[]).await?.get(0))
}

/// Of each booking when it was committed and when its effect was, in milliseconds.
pub struct Lags {
    pairs: Vec<(f64, f64)>,
    times: Times,
}

/// Waits until every booking since an instant has had its effect.
pub async fn until_all_heard(postgres: &Postgres, since: f64) -> Result<Lags> {
    let (scheduling, auth) = (postgres.connect("scheduling").await?, postgres.connect("auth").await?);
    let begun = Instant::now();
    loop {
        let unsent: i64 = scheduling.query_one(UNSENT, &[]).await?.get(0);
        let late = begun.elapsed() > PATIENCE;
        if unsent == 0 || late {
            let said = scheduling.query(SAID, &[&since]).await?;
            let heard = auth.query(HEARD, &[&since]).await?;
            let heard: HashMap<String, f64> = heard.iter().map(|row| (row.get(0), row.get(1))).collect();
            let pairs: Vec<(f64, f64)> =
                said.iter().filter_map(|row| Some((row.get(1), *heard.get(row.get::<_, &str>(0))?))).collect();
            if pairs.len() == said.len() && !pairs.is_empty() {
                return Ok(Lags::of(pairs));
            }
            if late {
                bail!("after {} s {} of {} bookings were heard of", PATIENCE.as_secs(), pairs.len(), said.len());
            }
        }
        sleep_until(Instant::now() + Duration::from_millis(500)).await;
    }
}

impl Lags {
    fn of(pairs: Vec<(f64, f64)>) -> Self {
        let mut times = Times::default();
        for (said, heard) in &pairs {
            times.note(Duration::from_secs_f64((heard - said).max(0.0) / 1000.0));
        }
        Self { pairs, times }
    }

    /// The quantile in milliseconds.
    pub fn ms(&self, quantile: f64) -> f64 {
        self.times.ms(quantile)
    }

    /// How many.
    pub fn count(&self) -> u64 {
        self.times.count()
    }

    /// `p50 1.2 ms, p99 3.4 ms`.
    pub fn told(&self) -> String {
        self.times.told()
    }

    /// How many waited.
    pub fn late(&self) -> usize {
        self.pairs.iter().filter(|(said, heard)| heard - said > LATE).count()
    }

    /// From `back` until the last event that waited had its effect.
    pub fn backlog_gone(&self, back: f64) -> Duration {
        let waited = self.pairs.iter().filter(|(said, heard)| heard - said > LATE);
        let last = waited.map(|(_, heard)| *heard).fold(back, f64::max);
        Duration::from_secs_f64((last - back) / 1000.0)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Lags;

    #[test]
    fn a_backlog_is_gone_when_nobody_waits_any_more() {
        let lags = Lags::of(vec![(0.0, 20.0), (100.0, 60_100.0), (50_000.0, 65_000.0), (66_000.0, 66_020.0)]);
        assert_eq!((lags.late(), lags.count()), (2, 4));
        assert_eq!(lags.backlog_gone(60_000.0), Duration::from_secs(5));
        assert_eq!(Lags::of(vec![(0.0, 20.0)]).backlog_gone(0.0), Duration::ZERO, "nobody waited");
    }
}
