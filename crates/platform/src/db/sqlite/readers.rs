//! Reads: each in a snapshot, on a connection of its own, on the caller's thread.

use std::sync::{Mutex, PoisonError};

use tokio::sync::Semaphore;

use super::{Connection, DbError, closed, file::DataFile};
use crate::{
    Result,
    db::{
        tx::{On, Tx},
        unit::{self, Unit},
    },
};

/// The connections that read.
pub(super) struct Readers {
    free: Mutex<Vec<Tx>>,
    places: Semaphore,
    count: u32,
}

impl Readers {
    /// Opens so many.
    pub(super) fn open(file: &DataFile, count: usize, mapped: u64) -> Result<Self, DbError> {
        let count = count.max(1);
        let free = (0..count)
            .map(|_| Ok(Tx::new(On::Sqlite(Connection::reader(file, mapped)?), std::sync::Arc::default())))
            .collect::<Result<Vec<_>, DbError>>()?;
        Ok(Self { free: Mutex::new(free), places: Semaphore::new(count), count: count as u32 })
    }

    /// Runs a unit in one snapshot.
    pub(super) async fn read<T, F>(&self, unit: F) -> Result<T>
    where
        F: for<'t> Unit<'t, T>,
    {
        // Reads never wait by themselves: without this a task of many reads would keep its thread from all others.
        tokio::task::consume_budget().await;
        let _place = self.places.acquire().await.map_err(|_| closed())?;
        self.read_now(unit)
    }

    /// Waits for the reads under way and closes the connections.
    pub(super) async fn close(&self) {
        if let Ok(_all) = self.places.acquire_many(self.count).await {
            self.places.close();
            self.lock().clear();
        }
    }

    fn read_now<T, F>(&self, unit: F) -> Result<T>
    where
        F: for<'t> Unit<'t, T>,
    {
        let mut tx = self.lock().pop().ok_or_else(closed)?;
        let result = in_snapshot(unit, &mut tx);
        tx.renew();
        self.lock().push(tx);
        result
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Tx>> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn in_snapshot<T, F>(unit: F, tx: &mut Tx) -> Result<T>
where
    F: for<'t> Unit<'t, T>,
{
    control(tx, "begin")?;
    let result = unit::run_at_once(unit, tx);
    control(tx, "rollback")?;
    result
}

fn control(tx: &mut Tx, sql: &'static str) -> Result<(), DbError> {
    match tx.on() {
        On::Sqlite(connection) if sql == "rollback" && connection.is_idle() => Ok(()),
        On::Sqlite(connection) => connection.control(sql),
        On::Postgres(_) => unreachable!("readers are SQLite's"),
    }
}
