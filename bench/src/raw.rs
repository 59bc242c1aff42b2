//! What the engine itself could do: the rows of a booking written by the bare driver, with no program around them. The
//! statements are pinned here, so that the measure stays the same when the program changes. They run in the world's own
//! database, on the same tables and indexes, while the program is stopped; the rows are taken out afterwards.

use std::cell::Cell;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::Result;
use futures_util::future::try_join_all;
use tokio_postgres::types::ToSql;

use crate::numbers::rate;
use crate::places::Offer;
use crate::server::{Engine, Site};

/// Bookings of one COMMIT on SQLite: as many as callers can wait at once in the program's own run.
const UNITS: usize = 64;
/// Connections to PostgreSQL: as many as the program has.
const CONNECTIONS: usize = 8;
/// In the year 2090: nothing else is there.
const FAR: i64 = 3_786_912_000;

const TOUCH: &str = "update owner_state set version = version + 1 where owner = $1 and plan = $2";
const CLAIM: &str = "insert into resource_claim (owner, seat, starts_at, ends_at, facility, hold_until, appointment) \
    values ($1, 1, $2, $3, $4, null, $5) on conflict do nothing";
const CLAIM_PATIENT: &str = "insert into patient_claim (patient, starts_at, ends_at, appointment) values ($1, $2, $3, $4) \
    on conflict do nothing";
const CLAIM_DAY: &str =
    "insert into patient_day (patient, local_date, k, appointment) values ($1, $2, 1, $3) on conflict do nothing";
const APPOINTMENT: &str = "insert into appointment (id, code, facility, service, doctor, mode, kind, state, patient, booked_by, \
    starts_at, ends_at, zone, local_date, price, complaint, booked_at, answer_by, on_behalf, overbooked, moves, cancelled_by, \
    reason, owner, version) values ($1, $2, $3, $4, $5, 'in_person', 'consultation', 'booked', $6, 'acc_01', $7, $8, \
    'Asia/Makassar', $9, 150000, $10, $7, null, true, false, 0, null, null, $5, 1)";
const NUMBER: &str = "insert into subject_number (subject, epoch, n, began) select $1, epoch, 1, $2 from bus_state where one = 1 \
    on conflict (subject) do update set n = subject_number.n + 1 returning n, epoch, began";
const FACT: &str = "insert into outbox (id, subject, n, epoch, kind, class, payload, at, began) \
    values ($1, $2, 1, 1, 'raw', 'fact', $3, $4, $4)";
const LOG: &str = "insert into outbox (id, subject, n, epoch, kind, class, payload, at, began) \
    select $1, $2, 0, epoch, 'raw', 'log', $3, $4, $4 from bus_state where one = 1";
const SWEEP: [&str; 6] = [
    "delete from appointment where id >= 'raw' and id < 'rax'",
    "delete from resource_claim where appointment >= 'raw' and appointment < 'rax'",
    "delete from patient_claim where appointment >= 'raw' and appointment < 'rax'",
    "delete from patient_day where appointment >= 'raw' and appointment < 'rax'",
    "delete from subject_number where subject >= 'raw' and subject < 'rax'",
    "delete from outbox where id >= 'raw' and id < 'rax'",
];

/// The values of one booking.
struct Values {
    appointment: String,
    code: String,
    patient: String,
    /// Seconds since 1970.
    starts: i64,
    date: String,
    complaint: Vec<u8>,
    fact: String,
    log: String,
}

impl Values {
    fn of(number: usize, offer: &Offer) -> Self {
        let appointment = format!("raw_{number:026}");
        let patient = format!("raw_{:026}", number % 20_000);
        let fact = format!(
            r#"{{"visit":{{"appointment":"{appointment}","patient":"{patient}","booked_by":"acc_01","offer":{{"facility":"{}","service":"{}","doctor":"{}","mode":"in_person"}},"kind":"consultation","state":"booked","starts_at":"2090-01-01T00:00:00Z","ends_at":"2090-01-01T00:30:00Z","zone":"Asia/Makassar","price":{{"amount":150000,"currency":"IDR"}}}}}}"#,
            offer.facility, offer.service, offer.doctor
        );
        let log = format!(
            r#"{{"context":"scheduling","actor":"acc_01J00000000000000000000000","action":"appointment.book","object":"{appointment}","patient":"{patient}","facility":"{}","reason":null,"request_id":"01J00000000000000000000000","at":"2090-01-01T00:00:00Z"}}"#,
            offer.facility
        );
        Self {
            code: format!("raw{number}"),
            patient,
            // Half an hour for each, a day apart for the same patient.
            starts: FAR + number as i64 * 1800,
            date: format!("raw{number}"),
            complaint: vec![1; 75],
            fact,
            log,
            appointment,
        }
    }
}

/// Bookings a second that the bare driver writes for so long.
pub async fn bookings_a_second(site: &Site, offers: &[Offer], lasting: Duration) -> Result<f64> {
    match site.engine {
        Engine::Sqlite => on_sqlite(site, offers, lasting),
        Engine::Postgres => on_postgres(site, offers, lasting).await,
    }
}

fn on_sqlite(site: &Site, offers: &[Offer], lasting: Duration) -> Result<f64> {
    let connection = site.sqlite("scheduling")?;
    connection.execute_batch(
        "pragma journal_mode = wal; pragma synchronous = full; pragma secure_delete = on; pragma wal_autocheckpoint = 16000; \
         pragma journal_size_limit = 67108864; pragma cache_size = -4096; pragma temp_store = memory;",
    )?;
    connection.set_prepared_statement_cache_capacity(64);
    let sweep = || SWEEP.iter().try_for_each(|sql| connection.execute(sql, []).map(drop));
    sweep()?;
    let begun = Instant::now();
    let mut number = 0;
    while begun.elapsed() < lasting {
        connection.execute_batch("begin immediate")?;
        for _ in 0..UNITS {
            write_on_sqlite(&connection, &offers[number % offers.len()], number)?;
            number += 1;
        }
        connection.execute_batch("commit")?;
    }
    let a_second = rate(number as u64, begun.elapsed());
    sweep()?;
    connection.execute_batch("pragma wal_checkpoint(truncate)")?;
    Ok(a_second)
}

fn write_on_sqlite(connection: &rusqlite::Connection, offer: &Offer, number: usize) -> Result<()> {
    let v = Values::of(number, offer);
    let (starts, ends) = (v.starts * 1_000_000, (v.starts + 1800) * 1_000_000);
    connection.prepare_cached(TOUCH)?.execute((&offer.doctor, 1))?;
    let claimed =
        connection.prepare_cached(CLAIM)?.execute((&offer.doctor, starts, ends, &offer.facility, &v.appointment))?;
    anyhow::ensure!(claimed == 1, "a claim of the raw loop was refused");
    connection.prepare_cached(CLAIM_PATIENT)?.execute((&v.patient, starts, ends, &v.appointment))?;
    connection.prepare_cached(CLAIM_DAY)?.execute((&v.patient, &v.date, &v.appointment))?;
    let row = (
        &v.appointment,
        &v.code,
        &offer.facility,
        &offer.service,
        &offer.doctor,
        &v.patient,
        starts,
        ends,
        &v.date,
        &v.complaint,
    );
    connection.prepare_cached(APPOINTMENT)?.execute(row)?;
    connection.prepare_cached(NUMBER)?.query_row((&v.appointment, starts), |row| row.get::<_, i64>(0))?;
    connection.prepare_cached(FACT)?.execute((format!("{}f", v.appointment), &v.appointment, &v.fact, starts))?;
    connection.prepare_cached(LOG)?.execute((format!("{}l", v.appointment), &v.appointment, &v.log, starts))?;
    Ok(())
}

async fn on_postgres(site: &Site, offers: &[Offer], lasting: Duration) -> Result<f64> {
    let sweeper = site.postgres().await?;
    sweeper.batch_execute("set search_path to scheduling, public").await?;
    for sql in SWEEP {
        sweeper.execute(sql, &[]).await?;
    }
    let (number, begun) = (Cell::new(0), Instant::now());
    let writers = (0..CONNECTIONS).map(|_| write_on_postgres(site, offers, &number, begun + lasting));
    try_join_all(writers).await?;
    let a_second = rate(number.get() as u64, begun.elapsed());
    for sql in SWEEP {
        sweeper.execute(sql, &[]).await?;
    }
    sweeper.batch_execute("vacuum analyze").await?;
    Ok(a_second)
}

/// One connection: each booking's statements travel together, BEGIN and COMMIT among them.
async fn write_on_postgres(site: &Site, offers: &[Offer], number: &Cell<usize>, until: Instant) -> Result<()> {
    let client = site.postgres().await?;
    client.batch_execute("set search_path to scheduling, public").await?;
    let mut s = Vec::new();
    for sql in [TOUCH, CLAIM, CLAIM_PATIENT, CLAIM_DAY, APPOINTMENT, NUMBER, FACT, LOG] {
        s.push(client.prepare(sql).await?);
    }
    while Instant::now() < until {
        let offer = &offers[number.get() % offers.len()];
        let v = Values::of(number.replace(number.get() + 1), offer);
        let at = |seconds: i64| -> SystemTime { UNIX_EPOCH + Duration::from_secs(seconds.unsigned_abs()) };
        let (starts, ends) = (at(v.starts), at(v.starts + 1800));
        let (fact, log) = (format!("{}f", v.appointment), format!("{}l", v.appointment));
        let args: [Vec<&(dyn ToSql + Sync)>; 8] = [
            vec![&offer.doctor, &1_i64],
            vec![&offer.doctor, &starts, &ends, &offer.facility, &v.appointment],
            vec![&v.patient, &starts, &ends, &v.appointment],
            vec![&v.patient, &v.date, &v.appointment],
            vec![
                &v.appointment,
                &v.code,
                &offer.facility,
                &offer.service,
                &offer.doctor,
                &v.patient,
                &starts,
                &ends,
                &v.date,
                &v.complaint,
            ],
            vec![&v.appointment, &starts],
            vec![&fact, &v.appointment, &v.fact, &starts],
            vec![&log, &v.appointment, &v.log, &starts],
        ];
        // In this order and without waiting in between.
        tokio::try_join!(
            biased;
            client.batch_execute("begin"),
            try_join_all(s.iter().zip(&args).map(|(statement, args)| client.execute(statement, args))),
            client.batch_execute("commit"),
        )?;
    }
    Ok(())
}
