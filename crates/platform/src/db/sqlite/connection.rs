//! A connection to the file: how it is set up, how statements are bound, run and read.

use rusqlite::{
    CachedStatement, ToSql,
    types::{ToSqlOutput, ValueRef},
};

use super::{DbError, file::DataFile, on_prepare, on_run};
use crate::db::{Bind, Bound, Cell, FromRow, Row, Value};

/// WAL with every COMMIT synced; what is deleted is overwritten, so that an erasure leaves nothing to be read (A6). The
/// caches are bounded (16 MB for the writer, 4 MB for a reader, taken only as used) because there are many files and
/// connections in one process; the system's cache serves what they miss. When the log is
/// folded into the file is for [`Folder`](super::fold::Folder) to say; its blocks are kept, for new ones cost a write more.
const WRITER: &str = "
    pragma busy_timeout = 5000;
    pragma journal_mode = wal;
    pragma synchronous = full;
    pragma secure_delete = on;
    pragma foreign_keys = on;
    pragma wal_autocheckpoint = 0;
    pragma journal_size_limit = 134217728;
    pragma cache_size = -16384;
    pragma temp_store = memory;";

const READER: &str = "
    pragma busy_timeout = 5000;
    pragma query_only = on;
    pragma cache_size = -4096;
    pragma temp_store = memory;";

const FOLDER: &str = "
    pragma synchronous = full;
    pragma wal_autocheckpoint = 0;
    pragma cache_size = -256;";

/// Prepared statements kept for each connection.
const STATEMENTS: usize = 128;

/// One connection.
pub(in crate::db) struct Connection(rusqlite::Connection);

impl Connection {
    /// The only one that writes.
    pub(super) fn writer(file: &DataFile) -> Result<Self, DbError> {
        Self::open(file, WRITER)
    }

    /// One that reads, opened after the writer.
    pub(super) fn reader(file: &DataFile, mapped: u64) -> Result<Self, DbError> {
        Self::open(file, &format!("{READER} pragma mmap_size = {mapped};"))
    }

    /// One that folds the log.
    pub(super) fn folder(file: &DataFile) -> Result<Self, DbError> {
        Self::open(file, FOLDER)
    }

    fn open(file: &DataFile, setup: &str) -> Result<Self, DbError> {
        let connection = rusqlite::Connection::open(file.path()).map_err(|e| on_run(&e))?;
        connection.execute_batch(setup).map_err(|e| on_run(&e))?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        Ok(Self(connection))
    }

    /// At most `limit` rows of a result.
    pub(in crate::db) fn rows<R: FromRow>(
        &mut self,
        sql: &'static str,
        args: &[&dyn Bind],
        limit: usize,
    ) -> Result<Vec<R>, DbError> {
        let mut statement = self.prepare(sql)?;
        bind(&mut statement, args)?;
        let (mut rows, mut read) = (statement.raw_query(), Vec::new());
        while read.len() < limit
            && let Some(row) = rows.next().map_err(|e| on_run(&e))?
        {
            read.push(R::from_row(&Row::sqlite(row))?);
        }
        Ok(read)
    }

    /// Runs a statement, answers how many rows it changed.
    pub(in crate::db) fn execute(&mut self, sql: &'static str, args: &[&dyn Bind]) -> Result<u64, DbError> {
        let mut statement = self.prepare(sql)?;
        bind(&mut statement, args)?;
        self.changed_by(&mut statement)
    }

    /// Runs a statement once for each row of values.
    pub(in crate::db) fn execute_many(&mut self, sql: &'static str, rows: &[Vec<Value>]) -> Result<u64, DbError> {
        let mut statement = self.prepare(sql)?;
        let mut changed = 0;
        for row in rows {
            let args: Vec<&dyn Bind> = row.iter().map(|value| value as &dyn Bind).collect();
            bind(&mut statement, &args)?;
            changed += self.changed_by(&mut statement)?;
        }
        Ok(changed)
    }

    /// Runs one of the layer's own statements: `begin`, `savepoint` …
    pub(super) fn control(&mut self, sql: &'static str) -> Result<(), DbError> {
        self.prepare(sql)?.raw_execute().map(drop).map_err(|e| on_run(&e))
    }

    /// Whether no transaction is open, be it that SQLite itself rolled it back.
    pub(super) fn is_idle(&self) -> bool {
        self.0.is_autocommit()
    }

    /// The driver's connection, for tasks that run alone.
    pub(super) fn driver(&mut self) -> &mut rusqlite::Connection {
        &mut self.0
    }

    fn prepare(&self, sql: &'static str) -> Result<CachedStatement<'_>, DbError> {
        self.0.prepare_cached(sql).map_err(|e| on_prepare(&e))
    }

    /// SQLite keeps the count of the last change, so a statement that changes nothing at all is told by the total.
    fn changed_by(&self, statement: &mut CachedStatement<'_>) -> Result<u64, DbError> {
        let before = self.0.total_changes();
        let mut rows = statement.raw_query();
        while rows.next().map_err(|e| on_run(&e))?.is_some() {}
        Ok(if self.0.total_changes() == before { 0 } else { self.0.changes() })
    }
}

/// Binds by number: SQLite takes `$2` for a name and would count it by its first appearance.
fn bind(statement: &mut CachedStatement<'_>, args: &[&dyn Bind]) -> Result<(), DbError> {
    let mut highest = 0;
    for at in 1..=statement.parameter_count() {
        let name = statement.parameter_name(at).unwrap_or_default();
        let number: usize = name.strip_prefix('$').and_then(|n| n.parse().ok()).unwrap_or(0);
        let arg = number.checked_sub(1).and_then(|i| args.get(i)).ok_or_else(|| miscounted(args.len()))?;
        highest = highest.max(number);
        bind_one(statement, at, arg.bound())?;
    }
    if highest == args.len() { Ok(()) } else { Err(miscounted(args.len())) }
}

fn miscounted(args: usize) -> DbError {
    DbError::Other(format!("the statement's placeholders are not $1 to ${args}"))
}

fn bind_one(statement: &mut CachedStatement<'_>, at: usize, value: Bound<'_>) -> Result<(), DbError> {
    if let Bound::Text(text) = &value
        && text.contains('\0')
    {
        return Err(DbError::Other("a text holds U+0000".to_owned()));
    }
    statement.raw_bind_parameter(at, Native(value)).map_err(|e| on_run(&e))
}

/// A bound value as SQLite has it.
struct Native<'a>(Bound<'a>);

impl ToSql for Native<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match &self.0 {
            Bound::Null => ToSqlOutput::Borrowed(ValueRef::Null),
            Bound::Bool(v) => i64::from(*v).into(),
            Bound::Int(v) => (*v).into(),
            Bound::Float(v) => (*v).into(),
            Bound::Text(v) => ToSqlOutput::Borrowed(ValueRef::Text(v.as_bytes())),
            Bound::Bytes(v) => ToSqlOutput::Borrowed(ValueRef::Blob(v)),
            Bound::Time(v) => v.as_microsecond().into(),
            Bound::Date(v) => v.to_string().into(),
        })
    }
}

/// What lies in a column.
pub(in crate::db) fn cell<'a>(row: &'a rusqlite::Row<'_>, at: usize) -> Result<Cell<'a>, String> {
    Ok(match row.get_ref(at).map_err(|_| "there is no such column".to_owned())? {
        ValueRef::Null => Cell::Null,
        ValueRef::Integer(v) => Cell::Int(v),
        ValueRef::Real(v) => Cell::Float(v),
        ValueRef::Text(v) => Cell::Text(std::str::from_utf8(v).map_err(|_| "a text that is not UTF-8".to_owned())?),
        ValueRef::Blob(v) => Cell::Bytes(v),
    })
}
