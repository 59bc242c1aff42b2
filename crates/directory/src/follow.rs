//! Several replicas, one memory: what another process changed in the database is put into this one's memory within a
//! second (B5, J5).
//!
//! The database notes the transaction that changed a row last. A transaction commits in no particular order, so what was
//! looked at is remembered not as "up to number x" but as "up to where every transaction had ended": what was under way
//! then is looked at again.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Weak},
    time::Duration,
};

use contracts::{
    directory::{DepartmentId, DoctorId, FacilityId, Mode},
    scheduling::EarliestFree,
};
use jiff::Timestamp;
use platform::{
    Id as _, Result,
    db::{Db, Engine, Tx},
};
use tokio::time::{MissedTickBehavior, interval};

use crate::{department, doctor, facility, memory::Memory, service, speciality};

/// How often it is looked.
const LOOK: Duration = Duration::from_millis(200);
/// Changes read at once.
const AT_ONCE: i64 = 500;

/// Before this number every transaction has ended, and what it changed is seen.
const ENDED_BEFORE: &str = "select pg_snapshot_xmin(pg_current_snapshot())::text::bigint";
const CHANGED: &str = "
    select xact, what, subject from changed where (xact, what, subject) > ($1, $2, $3)
    order by xact, what, subject limit $4";
const EARLIEST: &str = "select facility, mode, at from earliest_free where doctor = $1 order by facility, mode";

/// A change: the transaction, the table and the id.
type Change = (i64, String, String);

/// What has been looked at.
pub(crate) struct Follower {
    db: Db,
    /// Every transaction before this one has been looked at.
    from: i64,
    /// What was looked at of later ones, by table and id.
    seen: HashMap<(String, String), i64>,
}

impl Follower {
    /// From now on: to be made before memory is loaded. None where no other process can change anything.
    pub(crate) async fn from_now(db: &Db) -> Result<Option<Self>> {
        if db.engine() == Engine::Sqlite {
            return Ok(None);
        }
        let from = db.read(async |tx| ended_before(tx).await).await?;
        Ok(Some(Self { db: db.clone(), from, seen: HashMap::new() }))
    }

    /// Follows as long as the memory is used.
    pub(crate) async fn follow(mut self, memory: Weak<Memory>) {
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            look.tick().await;
            let Some(memory) = memory.upgrade() else { return };
            if let Err(error) = self.look(&memory).await {
                tracing::debug!(error = error.word(), "changes of other replicas cannot be read now");
            }
        }
    }

    async fn look(&mut self, memory: &Arc<Memory>) -> Result<()> {
        let next_from = self.db.read(async |tx| ended_before(tx).await).await?;
        let mut after: Change = (self.from, String::new(), String::new());
        loop {
            let (xact, what, subject) = after.clone();
            let page: Vec<Change> =
                self.db.read(async move |tx| tx.all(CHANGED, &[&xact, &what, &subject, &AT_ONCE]).await).await?;
            let is_last = (page.len() as i64) < AT_ONCE;
            if let Some(last) = page.last() {
                after = last.clone();
            }
            let news: Vec<Change> = page.into_iter().filter(|change| !self.has_seen(change)).collect();
            if !news.is_empty() {
                take_over(&self.db, memory, &news).await?;
            }
            self.seen.extend(news.into_iter().map(|(xact, what, subject)| ((what, subject), xact)));
            if is_last {
                break;
            }
        }
        self.from = next_from;
        self.seen.retain(|_, xact| *xact >= next_from);
        Ok(())
    }

    fn has_seen(&self, (xact, what, subject): &Change) -> bool {
        self.seen.get(&(what.clone(), subject.clone())) == Some(xact)
    }
}

async fn ended_before(tx: &mut Tx) -> Result<i64> {
    Ok(tx.one::<(i64,)>(ENDED_BEFORE, &[]).await?.map_or(0, |(xact,)| xact))
}

/// Reads what changed and puts it into memory, where an older version never replaces a newer one. What doctors name
/// comes before them.
async fn take_over(db: &Db, memory: &Arc<Memory>, news: &[Change]) -> Result<()> {
    let of = |tables: &[&str]| -> BTreeSet<String> {
        news.iter()
            .filter(|(_, what, _)| tables.contains(&what.as_str()))
            .map(|(.., subject)| subject.clone())
            .collect()
    };
    catalogue(db, memory, [of(&["facility"]), of(&["department"]), of(&["service"]), of(&["speciality"])]).await?;
    for id in of(&["doctor", "practice"]).into_iter().filter_map(|id| id.parse::<DoctorId>().ok()) {
        let known = memory.clone();
        if let Some(doctor) = db.read(async move |tx| doctor::find(tx, &known, &id).await).await? {
            memory.put_doctor(doctor);
        }
    }
    for id in of(&["earliest_free"]).into_iter().filter_map(|id| id.parse::<DoctorId>().ok()) {
        let of = id.clone();
        let free: Vec<(FacilityId, Mode, Timestamp)> = db.read(async move |tx| tx.all(EARLIEST, &[&of]).await).await?;
        let free = free.into_iter().map(|(facility, mode, at)| EarliestFree { facility, mode, at });
        memory.index().note_earliest(&id, free.collect());
    }
    Ok(())
}

/// The catalogue is small and changes seldom: its tables are read whole.
async fn catalogue(db: &Db, memory: &Memory, changed: [BTreeSet<String>; 4]) -> Result<()> {
    let [facilities, departments, services, specialities] = changed;
    if !facilities.is_empty() {
        let rows = db.read(async |tx| facility::all(tx).await).await?;
        for row in rows.into_iter().filter(|row| facilities.contains(row.id.as_str())) {
            memory.catalogue_mut().put_facility(row);
        }
    }
    if !departments.is_empty() {
        let rows = db.read(async |tx| department::all(tx).await).await?;
        let mut catalogue = memory.catalogue_mut();
        let gone = departments.iter().filter(|id| rows.iter().all(|row| row.id.as_str() != id.as_str()));
        for id in gone.filter_map(|id| id.parse::<DepartmentId>().ok()) {
            catalogue.remove_department(&id);
        }
        for row in rows.into_iter().filter(|row| departments.contains(row.id.as_str())) {
            catalogue.put_department(row);
        }
    }
    if !services.is_empty() {
        let rows = db.read(async |tx| service::all(tx).await).await?;
        for row in rows.into_iter().filter(|row| services.contains(row.id.as_str())) {
            memory.catalogue_mut().put_service(row);
        }
    }
    if !specialities.is_empty() {
        let rows = db.read(async |tx| speciality::all(tx).await).await?;
        for row in rows.into_iter().filter(|row| specialities.contains(row.id.as_str())) {
            memory.put_speciality(row);
        }
    }
    Ok(())
}
