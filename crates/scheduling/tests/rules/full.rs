//! The races at full size, and how many bookings a second there are: `cargo test -p scheduling --release -- --ignored`.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};

use contracts::scheduling::Scheduling as _;
use jiff::SignedDuration;
use platform::{
    Result,
    db::{Db, Engine},
};

use crate::{
    clinic::*,
    races::{at_once, doctors, moving, nothing_is_double, one_patient, one_slot},
};

async fn full(db: Db) -> Result<()> {
    let (clinic, siti) = Clinic::with_siti(db).await?;
    clinic
        .policy(&siti.offer.facility, |policy| {
            (policy.horizon_days, policy.daily_limit, policy.max_upcoming) = (730, 0, 0);
            policy.closed_on_holidays = false;
        })
        .await?;
    one_slot(&clinic, &siti, &clinic.patients(500).await?, 200).await?;
    let others = doctors(&clinic, 16, "08:00", "16:00").await?;
    clinic
        .policy(&others[0].offer.facility, |policy| (policy.horizon_days, policy.closed_on_holidays) = (730, false))
        .await?;
    let everyday: Vec<_> = (1..=7).map(|weekday| hours(weekday, "08:00", "16:00")).collect();
    for doctor in &others {
        clinic.set_hours(&doctor.offer, everyday.clone()).await?;
    }
    one_patient(&clinic, &others, &clinic.patient("Budi").await?, 200).await?;
    let few = doctors(&clinic, 2, "09:00", "12:00").await?;
    moving(&clinic, &few, &clinic.patients(48).await?, 24, 50).await
}

/// C3, C4, C6
#[test]
#[ignore = "minutes long"]
fn r_c1_races_at_full_size_on_sqlite() {
    testkit::db::run(Engine::Sqlite, "test", &[], full);
}

/// C3, C4, C6
#[test]
#[ignore = "minutes long"]
fn r_c1_races_at_full_size_on_postgres() {
    testkit::db::run(Engine::Postgres, "test", &[], full);
}

const CALLERS: usize = 64;
const BOOKINGS: usize = 20_000;

async fn speed(db: Db) -> Result<()> {
    let clinic = Clinic::on(db).await?;
    let doctors = Arc::new(doctors(&clinic, 100, "00:00", "23:45").await?);
    clinic.policy(&doctors[0].offer.facility, |policy| policy.daily_limit = 1).await?;
    let mut people = Vec::new();
    for _ in 0..4 {
        people.extend(clinic.patients(500).await?);
    }
    let (people, next) = (Arc::new(people), Arc::new(AtomicUsize::new(0)));
    let began = Instant::now();
    let tasks = (0..CALLERS).map(|_| {
        let (verbs, doctors, people, next) = (clinic.verbs.clone(), doctors.clone(), people.clone(), next.clone());
        async move {
            let mut slowest = std::time::Duration::ZERO;
            loop {
                let n = next.fetch_add(1, Ordering::Relaxed);
                if n >= BOOKINGS {
                    return slowest;
                }
                // A day for each 95 × 20 bookings: no patient twice a day.
                let (slot, doctor) = (n / doctors.len() % 20, &doctors[n % doctors.len()]);
                let day = [23, 24, 25, 26, 27, 30, 31, 32, 33, 34][n / 2_000];
                let midnight = at(MAKASSAR, MONDAY, "00:00") + SignedDuration::from_hours(24 * (day - 23));
                let when = midnight + SignedDuration::from_mins(15 * slot as i64);
                let person = &people[n % people.len()];
                let one = Instant::now();
                verbs.book(&person.cx, None, visit(&person.id, &doctor.offer, when)).await.unwrap();
                slowest = slowest.max(one.elapsed());
            }
        }
    });
    let slowest = at_once(tasks).await.into_iter().max().unwrap();
    let took = began.elapsed();
    println!("{:?}: {:.0} bookings/s, slowest {slowest:?}", clinic.db.engine(), BOOKINGS as f64 / took.as_secs_f64());
    nothing_is_double(&clinic.db).await
}

/// C3
#[test]
#[ignore = "measures"]
fn bookings_a_second_on_sqlite() {
    testkit::db::run(Engine::Sqlite, "test", &[], speed);
}

/// C3
#[test]
#[ignore = "measures"]
fn bookings_a_second_on_postgres() {
    testkit::db::run(Engine::Postgres, "test", &[], speed);
}
