//! What is kept in memory: the catalogue, the search index and the pages of doctors asked for lately (B5).
//!
//! A verb changes it after its commit and before its answer, so whoever changed something, and everybody after them,
//! sees the change. Each row carries its version, and an older one never replaces a newer one: it does not matter in
//! which order two changes, or a change and a slow read, arrive.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use contracts::directory::{Doctor, DoctorId, Speciality};
use moka::{ops::compute::Op, sync::Cache};
use platform::{
    Result,
    db::{Db, Tx},
};

use crate::{
    catalogue::Catalogue,
    department, doctor, earliest, facility,
    search::{Index, Listed},
    service, speciality,
};

/// So many doctors' pages are kept.
const PAGES: u64 = 2_000;
/// So many doctors are read at once at the start.
const AT_ONCE: i64 = 256;

/// What is kept in memory. Where both locks are taken, the catalogue's comes first.
pub(crate) struct Memory {
    catalogue: RwLock<Catalogue>,
    index: RwLock<Index>,
    pages: Cache<DoctorId, Arc<Doctor>>,
}

impl Memory {
    /// Built from the database, in one snapshot of it.
    pub(crate) async fn load(db: &Db) -> Result<Self> {
        let (catalogue, index) = db.read(async |tx| Ok((load_catalogue(tx).await?, load_index(tx).await?))).await?;
        Ok(Self { catalogue: RwLock::new(catalogue), index: RwLock::new(index), pages: Cache::new(PAGES) })
    }

    /// A catalogue of one's own, with what is there now: for work that must see its own changes before they are committed.
    pub(crate) fn draft(&self) -> Self {
        Self {
            catalogue: RwLock::new(self.catalogue().clone()),
            index: RwLock::new(Index::default()),
            pages: Cache::new(0),
        }
    }

    /// The catalogue, to read. Let it go before the next await.
    pub(crate) fn catalogue(&self) -> RwLockReadGuard<'_, Catalogue> {
        self.catalogue.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The catalogue, to change.
    pub(crate) fn catalogue_mut(&self) -> RwLockWriteGuard<'_, Catalogue> {
        self.catalogue.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// The index, to read.
    pub(crate) fn index(&self) -> RwLockReadGuard<'_, Index> {
        self.index.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// A doctor's page, if it is here.
    pub(crate) fn page(&self, id: &DoctorId) -> Option<Arc<Doctor>> {
        self.pages.get(id)
    }

    /// Keeps a doctor's page, unless a newer one is here.
    pub(crate) fn keep_page(&self, doctor: Arc<Doctor>) {
        self.pages.entry(doctor.id.clone()).and_compute_with(|kept| match kept {
            Some(kept) if kept.value().version > doctor.version => Op::Nop,
            _ => Op::Put(doctor),
        });
    }

    /// Puts a speciality. Doctors' pages that name it are read anew.
    pub(crate) fn put_speciality(&self, speciality: Speciality) {
        self.catalogue_mut().put_speciality(speciality);
        self.pages.invalidate_all();
    }

    /// Puts a doctor as they are now: in place of their page and into the index.
    pub(crate) fn put_doctor(&self, doctor: Doctor) {
        let listed = Listed::from(&doctor);
        // The page comes first: a search that no longer finds somebody must not be followed by their old page.
        self.keep_page(Arc::new(doctor));
        self.index.write().unwrap_or_else(PoisonError::into_inner).put(listed);
    }
}

async fn load_catalogue(tx: &mut Tx) -> Result<Catalogue> {
    let mut catalogue = Catalogue::default();
    facility::all(tx).await?.into_iter().for_each(|row| catalogue.put_facility(row));
    department::all(tx).await?.into_iter().for_each(|row| catalogue.put_department(row));
    service::all(tx).await?.into_iter().for_each(|row| catalogue.put_service(row));
    speciality::all(tx).await?.into_iter().for_each(|row| catalogue.put_speciality(row));
    Ok(catalogue)
}

/// The doctors, a few at a time: what is read never takes much memory beside what is kept.
async fn load_index(tx: &mut Tx) -> Result<Index> {
    let mut index = Index::default();
    let mut after = String::new();
    loop {
        let doctors = doctor::listed_after(tx, &after, AT_ONCE).await?;
        let Some(last) = doctors.last().map(|doctor| doctor.id.clone()) else { break };
        let earliest = earliest::among(tx, &after, &last).await?;
        for row in doctors {
            index.put(row);
        }
        for (doctor, free) in earliest {
            index.note_earliest(&doctor, free);
        }
        after = last.to_string();
    }
    index.shrink();
    Ok(index)
}

#[cfg(test)]
mod tests {
    use contracts::{
        directory::{Bilingual, Doctor, DoctorId, DoctorState},
        people::Sex,
    };
    use platform::{
        Id as _,
        db::{Db, DbOptions},
    };

    use super::Memory;

    fn doctor(version: i64) -> Doctor {
        Doctor {
            id: DoctorId::from_parts(jiff::Timestamp::UNIX_EPOCH, [1; 10]),
            slug: "satu".to_owned(),
            account: None,
            name: format!("dr. Versi {version}"),
            sex: Sex::Male,
            specialities: Vec::new(),
            practising_since: None,
            languages: Vec::new(),
            about: Bilingual::default(),
            str_number: "1".to_owned(),
            str_until: None,
            practices: Vec::new(),
            auto_accept: true,
            photo: None,
            state: DoctorState::Listed,
            version,
        }
    }

    /// B5: a slow read that comes in after a change does not bring the old page back.
    #[tokio::test]
    async fn an_older_row_never_replaces_a_newer_one() {
        let folder = tempfile::tempdir().unwrap();
        let db =
            Db::open(&format!("sqlite:{}/directory.db", folder.path().display()), DbOptions::default()).await.unwrap();
        db.migrate("directory", crate::MIGRATIONS).await.unwrap();
        let memory = Memory::load(&db).await.unwrap();
        memory.put_doctor(doctor(2));
        memory.keep_page(doctor(1).into());
        memory.put_doctor(doctor(1));
        assert_eq!(memory.page(&doctor(1).id).unwrap().version, 2);
        memory.put_doctor(doctor(3));
        assert_eq!(memory.page(&doctor(1).id).unwrap().name, "dr. Versi 3");
    }
}
