//! A look inside the files of a running server, without writing and without its lock.

use std::path::Path;

use platform::{Error, Result, db::Migration};
use rusqlite::{Connection, OpenFlags};

/// What one file holds.
pub(super) struct Inside {
    /// Steps of the schema that were not applied.
    pub(super) missing: usize,
    /// Events not sent yet; 0 where the file keeps none.
    pub(super) unsent: i64,
    /// Events that wait for somebody's decision.
    pub(super) parked: i64,
}

/// Looks into a file whose schema is made of these ledgers.
pub(super) fn look(file: &Path, ledgers: &[(&str, &[Migration])]) -> Result<Inside> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let broken = |e: rusqlite::Error| Error::internal(format_args!("{}: {e}", file.display()));
    let connection = Connection::open_with_flags(file, flags).map_err(broken)?;
    let count = |sql: &str, of: &str| connection.query_row(sql, [of], |row| row.get::<_, i64>(0)).map_err(broken);
    let mut missing = 0;
    for (name, steps) in ledgers {
        let applied = count("select count(*) from _migration where context = ?1", name)?;
        missing += steps.len().saturating_sub(usize::try_from(applied).unwrap_or_default());
    }
    let has_bus = count("select count(*) from sqlite_master where name = ?1", "outbox")? > 0;
    let counted = |sql: &str| if has_bus { count(sql, "") } else { Ok(0) };
    Ok(Inside {
        missing,
        unsent: counted("select count(*) from outbox where sent_at is null and ?1 = ''")?,
        parked: counted("select count(*) from waiting where parked_at is not null and ?1 = ''")?,
    })
}
