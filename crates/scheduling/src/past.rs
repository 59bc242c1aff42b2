//! Claims of times long past. They keep nobody from anything any more; appointments keep the history.

use jiff::{SignedDuration, Timestamp, civil::Date};
use platform::{Result, db::Db};

/// How long claims are kept after their end: a slip is put right within that time.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// The last of the next 500 by key. Each table is walked once from end to end, in pieces of a commit each, so that nobody
/// waits long and no index has to be kept for it.
const TIMES_PIECE: &str = "select owner, starts_at from (select owner, starts_at from resource_claim \
    where (owner, starts_at) > ($1, $2) order by owner, starts_at limit 500) piece order by owner desc, starts_at desc limit 1";
const FORGET_TIMES: &str = "delete from resource_claim where (owner, starts_at) > ($1, $2) and (owner, starts_at) <= ($3, $4) \
    and ends_at < $5";
const PATIENTS_PIECE: &str = "select patient, starts_at from (select patient, starts_at from patient_claim \
    where (patient, starts_at) > ($1, $2) order by patient, starts_at limit 500) piece order by patient desc, starts_at desc limit 1";
const FORGET_PATIENTS: &str = "delete from patient_claim where (patient, starts_at) > ($1, $2) and (patient, starts_at) <= ($3, $4) \
    and ends_at < $5";
const DAYS_PIECE: &str = "select patient, local_date from (select patient, local_date from patient_day \
    where (patient, local_date) > ($1, $2) order by patient, local_date limit 500) piece order by patient desc, local_date desc limit 1";
const FORGET_DAYS: &str = "delete from patient_day where (patient, local_date) > ($1, $2) and (patient, local_date) <= ($3, $4) \
    and local_date < $5";

/// Forgets what has been past for 30 days.
pub(crate) async fn forget(db: &Db, now: Timestamp) -> Result<()> {
    let before = now - KEPT;
    forget_spans(db, TIMES_PIECE, FORGET_TIMES, before).await?;
    forget_spans(db, PATIENTS_PIECE, FORGET_PATIENTS, before).await?;
    // A day more than any place is behind the others.
    let day = before.to_zoned(jiff::tz::TimeZone::UTC).date().yesterday().unwrap_or(Date::MIN).to_string();
    let mut from = Some((String::new(), String::new()));
    while let Some((patient, date)) = from {
        let day = day.clone();
        from = db
            .write(async move |tx| {
                let Some(last) = tx.one::<(String, String)>(DAYS_PIECE, &[&patient, &date]).await? else {
                    return Ok(None);
                };
                tx.exec(FORGET_DAYS, &[&patient, &date, &last.0, &last.1, &day]).await?;
                Ok(Some(last))
            })
            .await?;
    }
    Ok(())
}

async fn forget_spans(db: &Db, piece: &'static str, forget: &'static str, before: Timestamp) -> Result<()> {
    let mut from = Some((String::new(), Timestamp::UNIX_EPOCH));
    while let Some((whose, start)) = from {
        from = db
            .write(async move |tx| {
                let Some(last) = tx.one::<(String, Timestamp)>(piece, &[&whose, &start]).await? else {
                    return Ok(None);
                };
                tx.exec(forget, &[&whose, &start, &last.0, &last.1, &before]).await?;
                Ok(Some(last))
            })
            .await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

    use jiff::{SignedDuration, Timestamp};
    use platform::db::{Db, Engine};
    use testkit::db::Fresh;

    use super::forget;

    async fn count(db: &Db, sql: &'static str) -> i64 {
        db.read(async move |tx| tx.one::<(i64,)>(sql, &[]).await).await.unwrap().unwrap().0
    }

    /// Claims of one owner and one patient, half an hour a day, on so many days up to `until`.
    async fn claim(db: &Db, until: Timestamp, days: i64) {
        for from in (0..days).step_by(100) {
            db.write(async move |tx| {
                for back in from..(from + 100).min(days) {
                    let start = until - SignedDuration::from_hours(24 * back);
                    let (end, by) = (start + SignedDuration::from_mins(30), format!("apt_{back}"));
                    let date = start.to_zoned(jiff::tz::TimeZone::UTC).date().to_string();
                    tx.exec(
                        "insert into resource_claim (owner, seat, starts_at, ends_at, facility, appointment) values ('doc_1', 1, $1, $2, 'fac_1', $3)",
                        &[&start, &end, &by],
                    )
                    .await?;
                    tx.exec(
                        "insert into patient_claim (patient, starts_at, ends_at, appointment) values ('pat_1', $1, $2, $3)",
                        &[&start, &end, &by],
                    )
                    .await?;
                    tx.exec(
                        "insert into patient_day (patient, local_date, k, appointment) values ('pat_1', $1, 1, $2)",
                        &[&date, &by],
                    )
                    .await?;
                }
                Ok(())
            })
            .await
            .unwrap();
        }
    }

    async fn on(engine: Engine) {
        let fresh = Fresh::new(engine, "scheduling", crate::MIGRATIONS).await;
        let now: Timestamp = "2026-11-24T02:00:00Z".parse().unwrap();
        claim(&fresh.db, now + SignedDuration::from_hours(24 * 10), 1_300).await;
        let before = fresh.db.tally().units;
        forget(&fresh.db, now).await.unwrap();
        assert!(fresh.db.tally().units - before >= 9, "in pieces of 500");
        // Ten coming days, today, and thirty past ones; of days one more, for places differ.
        assert_eq!(count(&fresh.db, "select count(*) from resource_claim").await, 41);
        assert_eq!(count(&fresh.db, "select count(*) from patient_claim").await, 41);
        assert_eq!(count(&fresh.db, "select count(*) from patient_day").await, 42);
        fresh.remove().await;
    }

    /// J1
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn claims_long_past_are_forgotten_on_sqlite() {
        on(Engine::Sqlite).await;
    }

    /// J1
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn claims_long_past_are_forgotten_on_postgres() {
        on(Engine::Postgres).await;
    }
}
