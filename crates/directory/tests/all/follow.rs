//! Two replicas on one database (PostgreSQL: a file of SQLite has one process).

use std::time::{Duration, Instant};

use contracts::directory::{Directory as _, DoctorForm, DoctorSearch, FacilityForm};
use directory::DirectoryContext;
use platform::{
    Result,
    db::{Db, DbOptions, Engine},
};
use testkit::db::Fresh;

use crate::world::{MIGRATIONS, World, both, facility_form, is_missing, texts};

/// A change of one replica is seen by the others within this.
const SOON: Duration = Duration::from_secs(1);

fn with_two<F: Future<Output = Result<()>>>(test: impl FnOnce(World, DirectoryContext, Db) -> F) {
    testkit::db::run(Engine::Postgres, "directory", &MIGRATIONS, async |db| {
        let world = World::new(db.clone()).await?;
        let other = DirectoryContext::open(db.clone(), texts()).await?;
        test(world, other, db).await
    });
}

pub async fn soon(what: &str, holds: impl AsyncFn() -> bool) {
    let began = Instant::now();
    while !holds().await {
        assert!(began.elapsed() < SOON, "{what}: not within a second");
        tokio::task::yield_now().await;
    }
}

/// The names that a search finds at the other replica.
async fn found(world: &World, other: &DirectoryContext, q: &str) -> Vec<String> {
    let ask = DoctorSearch { q: Some(q.to_owned()), ..DoctorSearch::default() };
    let page = other.search_doctors(&world.guest(), ask).await.unwrap();
    page.items.into_iter().map(|card| card.name).collect()
}

/// B5, J5
#[test]
fn a_change_of_one_replica_is_in_every_replicas_memory_within_a_second() {
    with_two(async |world, other, db| {
        let facility = world.facility("Klinik Melati").await;
        let service = world.service(&facility).await;
        let department = world.directory.add_department(&world.all, &facility.id, both("Anak")).await?;
        let doctor = world.doctor("dr. Wulan Sari", &service).await;
        soon("a new doctor is found", async || found(&world, &other, "wulan").await.len() == 1).await;
        soon("a department", async || other.departments(&world.guest(), &facility.id).await.unwrap().len() == 1).await;
        assert_eq!(other.doctor(&world.guest(), &doctor.slug).await?.name, "dr. Wulan Sari");

        let form = DoctorForm { name: "dr. Kirana Dewi".to_owned(), ..world.doctor_form("", &service).await };
        let form = DoctorForm { str_number: doctor.str_number.clone(), ..form };
        let changed = world.directory.change_doctor(&world.all, &doctor.id, doctor.version, form).await?;
        soon("the new name is found", async || found(&world, &other, "kirana").await == ["dr. Kirana Dewi"]).await;
        assert!(found(&world, &other, "wulan").await.is_empty());
        assert_eq!(other.doctor(&world.guest(), &doctor.slug).await?.version, changed.version, "the page too");

        let form = FacilityForm { name: "Klinik Kenanga".to_owned(), ..facility_form("") };
        world.directory.change_facility(&world.all, &facility.id, facility.version, form).await?;
        world.directory.remove_department(&world.all, &department.id).await?;
        soon("the facility's new name", async || {
            other.facility(&world.guest(), &facility.slug).await.unwrap().name == "Klinik Kenanga"
        })
        .await;
        soon("no department", async || other.departments(&world.guest(), &facility.id).await.unwrap().is_empty()).await;

        // As another process notes it when it hears scheduling.
        let (id, place) = (doctor.id.clone(), facility.id.clone());
        let at: jiff::Timestamp = "2026-11-24T02:00:00Z".parse().unwrap();
        db.write(async move |tx| {
            let sql = "insert into earliest_free (doctor, facility, mode, at) values ($1, $2, 'in_person', $3)";
            tx.exec(sql, &[&id, &place, &at]).await.map(drop)
        })
        .await?;
        soon("the earliest free time", async || {
            let ask = DoctorSearch { free_within_days: Some(3), ..DoctorSearch::default() };
            other.search_doctors(&world.guest(), ask).await.unwrap().items.len() == 1
        })
        .await;

        world.directory.retire_doctor(&world.all, &doctor.id, changed.version).await?;
        soon("who has retired is found no more", async || found(&world, &other, "kirana").await.is_empty()).await;
        assert!(is_missing(&other.doctor(&world.guest(), &doctor.slug).await));
        Ok(())
    });
}

/// The lock that a transaction waits for while others commit: one of this test's schema alone.
const LOCK: &str = "select pg_advisory_lock(4711, abs(hashtext(current_schema())))::text";
const WAIT: &str = "select pg_advisory_xact_lock(4711, abs(hashtext(current_schema())))::text";
const WAITING: &str = "select count(*) from pg_locks where locktype = 'advisory' and not granted \
    and classid = 4711 and objid::bigint = abs(hashtext(current_schema()))";

/// Transactions commit in another order than they begin: one that began before others and commits after them is seen.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_committed_late_is_seen_as_well() -> Result<()> {
    let fresh = Fresh::new(Engine::Postgres, "directory", &MIGRATIONS).await;
    let world = World::new(fresh.db.clone()).await?;
    let other = DirectoryContext::open(fresh.db.clone(), texts()).await?;
    // A lock of a session lasts as long as its only connection.
    let holder = Db::open(&fresh.url, DbOptions { pool: 1, ..DbOptions::default() }).await?;
    holder.write(async |tx| tx.one::<(String,)>(LOCK, &[]).await.map(drop)).await?;
    let may_wait = DbOptions { pool: 1, lock_timeout: Duration::from_secs(20), ..DbOptions::default() };
    let waiter = Db::open(&fresh.url, may_wait).await?;

    let slow = world.facility("Klinik Lambat").await;
    let id = slow.id.clone();
    let late = tokio::spawn(async move {
        let renamed = waiter.write(async move |tx| {
            const RENAME: &str = "update facility set name = 'Klinik Terlambat', version = version + 1 where id = $1";
            tx.exec(RENAME, &[&id]).await?;
            tx.one::<(String,)>(WAIT, &[]).await.map(drop)
        });
        renamed.await?;
        waiter.close().await;
        Ok::<_, platform::Error>(())
    });
    soon("the slow one waits", async || {
        let waiting = fresh.db.read(async |tx| tx.one::<(i64,)>(WAITING, &[]).await).await.unwrap();
        waiting == Some((1,))
    })
    .await;
    for n in 0..3 {
        let quick = world.facility(&format!("Klinik Cepat {n}")).await;
        soon("the quick one", async || other.facility(&world.guest(), &quick.slug).await.is_ok()).await;
    }
    assert!(!late.is_finished(), "it commits after the quick ones");
    assert_eq!(other.facility(&world.guest(), &slow.slug).await?.name, "Klinik Lambat");
    holder.close().await;
    late.await.unwrap()?;
    soon("the late one", async || other.facility(&world.guest(), &slow.slug).await.unwrap().name == "Klinik Terlambat")
        .await;
    fresh.remove().await;
    Ok(())
}
