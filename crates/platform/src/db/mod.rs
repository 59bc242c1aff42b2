//! One database layer over two engines: SQLite (rusqlite) embedded by default, PostgreSQL (tokio-postgres) at scale.
//!
//! A unit of work is written once, as an async closure over [`Tx`], with one SQL text:
//!
//! ```no_run
//! # async fn example(db: platform::db::Db, id: String) -> platform::Result<()> {
//! let name = db
//!     .write(async move |tx| {
//!         tx.exec("update seller set seen = seen + 1 where id = $1", &[&id]).await?;
//!         tx.one::<(String,)>("select name from seller where id = $1", &[&id]).await
//!     })
//!     .await?;
//! # let _ = name; Ok(()) }
//! ```
//!
//! A unit awaits the database only. On SQLite one writer thread polls it once, many units a COMMIT; on PostgreSQL it
//! runs on a task of its own. Either way it runs to the end though its caller has gone, and answers after the COMMIT.

pub mod backup;
mod column;
mod error;
mod expand;
mod list;
mod migrate;
mod page;
mod postgres;
mod row;
mod signals;
mod sqlite;
mod step;
mod tx;
mod unit;
mod value;

use std::{sync::Arc, time::Duration};

pub use self::{
    column::{Cell, FromColumn},
    error::DbError,
    list::{Pair, json_list},
    migrate::Migration,
    page::{Cursor, Page, PageAsk},
    postgres::Encryption,
    row::{Fields, FromRow, Row},
    step::Step,
    tx::Tx,
    unit::Unit,
    value::{Bind, Bound, Value},
};
use crate::Result;
pub use crate::{listed, migrations, row, text_column};

/// Which engine a database runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// One file, one writer, in this process.
    Sqlite,
    /// A PostgreSQL server, 15 or newer.
    Postgres,
}

/// How a database is opened.
#[derive(Debug, Clone)]
pub struct DbOptions {
    /// SQLite: how many reads may run at once; each has a connection of its own.
    pub readers: usize,
    /// SQLite: how many bytes of the file each reader may map. It makes reads of large files quicker, and counts as
    /// memory of the process for each reader.
    pub mapped: u64,
    /// SQLite: how many units may wait for the writer before callers wait to be let in.
    pub queue: usize,
    /// PostgreSQL: how many connections at most.
    pub pool: usize,
    /// PostgreSQL: how long to wait for a connection.
    pub patience: Duration,
    /// PostgreSQL: how long a statement waits for a lock held by another transaction.
    pub lock_timeout: Duration,
    /// PostgreSQL: how long a transaction may be open with nothing asked of it, so that a frozen process holds nobody.
    pub idle_timeout: Duration,
    /// PostgreSQL: how long a statement may run.
    pub statement_timeout: Duration,
}

impl Default for DbOptions {
    fn default() -> Self {
        Self {
            readers: 2,
            mapped: 0,
            queue: 1024,
            pool: 12,
            patience: Duration::from_secs(10),
            lock_timeout: Duration::from_secs(1),
            idle_timeout: Duration::from_secs(2),
            statement_timeout: Duration::from_secs(30),
        }
    }
}

/// A context's database. Cheap to clone.
#[derive(Clone)]
pub struct Db(Arc<Backend>);

enum Backend {
    Sqlite(sqlite::Sqlite),
    Postgres(postgres::Postgres),
}

impl Db {
    /// Opens `sqlite:/path/file.db`, which it creates where it is missing, or `postgres://user@host/database`, where
    /// `?schema=name` sets the schema (made by [`Db::migrate`]). A file that is open already, here or in another
    /// process, is refused.
    pub async fn open(url: &str, options: DbOptions) -> Result<Self> {
        let backend = if let Some(path) = url.strip_prefix("sqlite:") {
            Backend::Sqlite(sqlite::Sqlite::open(path, &options).await?)
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            Backend::Postgres(postgres::Postgres::open(url, &options).await?)
        } else {
            return Err(DbError::Other("a database URL starts with sqlite: or postgres://".to_owned()).into());
        };
        Ok(Self(Arc::new(backend)))
    }

    /// Which engine this runs on.
    pub fn engine(&self) -> Engine {
        match *self.0 {
            Backend::Sqlite(_) => Engine::Sqlite,
            Backend::Postgres(_) => Engine::Postgres,
        }
    }

    /// Applies the migrations of a context that were not applied yet, all or none, and answers how many. Those applied
    /// before must be the first of `migrations`, unchanged.
    pub async fn migrate(&self, context: &'static str, migrations: &[Migration]) -> Result<usize> {
        let (migrations, count) = (migrations.to_vec(), migrations.len());
        let applied = match &*self.0 {
            Backend::Sqlite(sqlite) => {
                sqlite.alone(move |connection| migrate::sqlite(connection, context, &migrations)).await?
            }
            Backend::Postgres(postgres) => postgres.migrate(context, migrations).await?,
        };
        self.counter().ledgers().insert(context, count);
        Ok(applied)
    }

    /// Whether the database is still at what [`Db::migrate`] brought it to, or beyond: not so where an older backup was
    /// put in its place under a running process.
    pub async fn is_up_to_date(&self) -> Result<bool> {
        Ok(self.levels().await?.iter().all(|level| level.applied >= level.known))
    }

    /// How many migrations of each ledger are applied, and how many [`Db::migrate`] knew of here.
    pub async fn levels(&self) -> Result<Vec<Level>> {
        let ledgers = self.counter().ledgers().clone();
        self.read(async move |tx| {
            let mut levels = Vec::with_capacity(ledgers.len());
            for (ledger, known) in ledgers {
                let applied = tx.one::<(i64,)>(migrate::COUNT, &[&ledger]).await?.map_or(0, |(applied,)| applied);
                levels.push(Level { ledger, applied, known: known as i64 });
            }
            Ok(levels)
        })
        .await
    }

    /// Does a unit of work in one transaction: committed where it answers `Ok`, rolled back where it answers `Err`,
    /// panics or awaits anything but the database. The answer comes after the COMMIT is durable.
    pub async fn write<T, F>(&self, unit: F) -> Result<T>
    where
        F: AsyncFnOnce(&mut Tx) -> Result<T> + for<'t> Unit<'t, T> + Send + 'static,
        T: Send + 'static,
    {
        match &*self.0 {
            Backend::Sqlite(sqlite) => sqlite.write(unit).await,
            Backend::Postgres(postgres) => postgres.run(unit, postgres::Mode::Write).await,
        }
    }

    /// Does a unit that only reads, in one snapshot; a statement that writes is an error on both engines. On SQLite it
    /// runs at once on the caller's thread, so its statements must be quick.
    pub async fn read<T, F>(&self, unit: F) -> Result<T>
    where
        F: AsyncFnOnce(&mut Tx) -> Result<T> + for<'t> Unit<'t, T> + Send + 'static,
        T: Send + 'static,
    {
        match &*self.0 {
            Backend::Sqlite(sqlite) => sqlite.read(unit).await,
            Backend::Postgres(postgres) => postgres.run(unit, postgres::Mode::Read).await,
        }
    }

    /// How many write units were committed, and in how many COMMITs: with many callers on SQLite, fewer.
    pub fn tally(&self) -> Tally {
        self.counter().tally()
    }

    /// The connections to the server now; none on SQLite, which needs none.
    pub fn pool(&self) -> Option<PoolState> {
        match &*self.0 {
            Backend::Sqlite(_) => None,
            Backend::Postgres(postgres) => Some(postgres.pool_state()),
        }
    }

    fn counter(&self) -> &Counter {
        match &*self.0 {
            Backend::Sqlite(sqlite) => sqlite.counter(),
            Backend::Postgres(postgres) => postgres.counter(),
        }
    }

    /// Closes for good: what was accepted is finished first, and on SQLite the log is folded into the file. Later use
    /// answers [`DbError::Unavailable`].
    pub async fn close(&self) {
        match &*self.0 {
            Backend::Sqlite(sqlite) => sqlite.close().await,
            Backend::Postgres(postgres) => postgres.close(),
        }
    }
}

/// How far a ledger of migrations is applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level {
    /// Whose migrations: a context's, the bus's, the jobs'.
    pub ledger: &'static str,
    /// Applied to the database: more than are known where a newer version has come before.
    pub applied: i64,
    /// Known to this program.
    pub known: i64,
}

/// The connections to a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolState {
    /// Connections in use.
    pub in_use: usize,
    /// Connections there may be.
    pub most: usize,
    /// Units that wait for one.
    pub waiting: usize,
}

/// What a database has written since it was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// Write units committed.
    pub units: u64,
    /// COMMITs that held them.
    pub commits: u64,
}

/// Counts for [`Tally`], and the bells, which all units of a database share.
#[derive(Debug, Default)]
struct Counter {
    signals: Arc<signals::Signals>,
    units: std::sync::atomic::AtomicU64,
    commits: std::sync::atomic::AtomicU64,
    /// How many migrations of each context were applied.
    ledgers: std::sync::Mutex<std::collections::BTreeMap<&'static str, usize>>,
}

impl Counter {
    fn ledgers(&self) -> std::sync::MutexGuard<'_, std::collections::BTreeMap<&'static str, usize>> {
        self.ledgers.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn committed(&self, units: u64) {
        self.units.fetch_add(units, std::sync::atomic::Ordering::Relaxed);
        self.commits.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    }

    fn tally(&self) -> Tally {
        let read = |count: &std::sync::atomic::AtomicU64| count.load(std::sync::atomic::Ordering::Relaxed);
        Tally { units: read(&self.units), commits: read(&self.commits) }
    }
}
