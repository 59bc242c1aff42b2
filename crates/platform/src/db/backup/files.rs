//! SQLite files: the barrier is the write lock of each of them, held together.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use rusqlite::{Connection, ErrorCode, OpenFlags, backup::Backup};

use crate::{
    Result,
    db::{DbError, sqlite::on_run},
};

/// How long the barrier may take to stand, once: a writer gives up after 5 s of waiting.
const BARRIER: Duration = Duration::from_secs(2);
/// How often it is tried before that is told.
const TRIES: u32 = 5;
/// Pages copied at a time.
const PIECE: std::ffi::c_int = 1024;

/// Files as they all were at one moment, for as long as this is kept: meanwhile their logs grow.
pub struct Frozen {
    snapshots: Vec<Connection>,
    /// How long writers waited at the barrier.
    pub paused: Duration,
}

/// Puts up the barrier and opens a snapshot of each file. Fails where a file is missing, or where somebody holds one for
/// longer than writers do. To be called where blocking is allowed.
pub fn freeze(files: &[PathBuf]) -> Result<Frozen> {
    let readers = files.iter().map(|file| open(file)).collect::<Result<Vec<_>>>()?;
    let barriers = files.iter().map(|file| open(file)).collect::<Result<Vec<_>>>()?;
    for _ in 0..TRIES {
        let began = Instant::now();
        let standing = stand(&barriers, began + BARRIER);
        let frozen = match &standing {
            Ok(true) => readers.iter().try_for_each(begin),
            _ => Ok(()),
        };
        for barrier in barriers.iter().filter(|barrier| !barrier.is_autocommit()) {
            barrier.execute_batch("rollback").map_err(|e| on_run(&e))?;
        }
        frozen?;
        if standing? {
            return Ok(Frozen { snapshots: readers, paused: began.elapsed() });
        }
    }
    Err(DbError::Unavailable("another process writes without letting others in".to_owned()).into())
}

impl Frozen {
    /// Copies the file of that number to another, which must not be there yet; answers its length in bytes. Memory is
    /// bounded whatever the length.
    pub fn copy(&self, number: usize, to: &Path) -> Result<u64> {
        let told = |e: &rusqlite::Error| on_run(e);
        let mut copy = Connection::open(to).map_err(|e| told(&e))?;
        // Within the snapshot's transaction, so that not even a restart of the copying sees anything newer.
        Backup::new(&self.snapshots[number], &mut copy)
            .and_then(|backup| backup.run_to_completion(PIECE, Duration::ZERO, None))
            .map_err(|e| told(&e))?;
        copy.close().map_err(|(_, e)| told(&e))?;
        let length = std::fs::metadata(to).map_err(|e| DbError::Other(format!("{}: {e}", to.display())))?;
        Ok(length.len())
    }
}

fn open(file: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let opened = Connection::open_with_flags(file, flags).and_then(|connection| {
        connection.busy_timeout(Duration::ZERO)?;
        Ok(connection)
    });
    Ok(opened.map_err(|e| DbError::Other(format!("{}: {e}", file.display())))?)
}

/// Takes every write lock. A busy writer lets go of its own for some microseconds between two batches, so this asks
/// without a pause; false where it is not held in time.
fn stand(barriers: &[Connection], until: Instant) -> Result<bool> {
    for barrier in barriers {
        while let Err(error) = barrier.execute_batch("begin immediate") {
            if error.sqlite_error_code() != Some(ErrorCode::DatabaseBusy) {
                return Err(on_run(&error).into());
            }
            if Instant::now() >= until {
                return Ok(false);
            }
            std::thread::yield_now();
        }
    }
    Ok(true)
}

/// A snapshot is taken by the first read, not by BEGIN.
fn begin(reader: &Connection) -> Result<()> {
    reader.execute_batch("begin").map_err(|e| on_run(&e))?;
    reader.query_row("select count(*) from sqlite_master", [], |_| Ok(())).map_err(|e| on_run(&e))?;
    Ok(())
}
