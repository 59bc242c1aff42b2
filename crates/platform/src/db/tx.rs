//! The transaction a unit of work speaks to.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering::Relaxed},
};

use super::{
    Engine,
    error::DbError,
    postgres,
    row::{FromRow, Row},
    signals::Signals,
    sqlite,
    step::Step,
    value::{Bind, Value},
};
use crate::Result;

/// What a unit wants done once its COMMIT is durable.
pub(super) type AfterCommit = Box<dyn FnOnce() + Send>;

/// One transaction, given to a unit of work by [`Db::write`](super::Db::write) and [`Db::read`](super::Db::read).
///
/// The SQL is one text for both engines with placeholders `$1 … $n`, in any order and repeated. Any error spoils the
/// transaction: later statements answer [`DbError::Poisoned`] and nothing can be committed, on both engines alike, so
/// a unit lets errors through with `?`.
pub struct Tx {
    on: On,
    /// Set while a statement runs and after one failed or was dropped half-way.
    spoilt: Option<DbError>,
    after: Vec<AfterCommit>,
    in_flight: Arc<AtomicBool>,
    pub(super) signals: Arc<Signals>,
}

/// The connection below.
pub(super) enum On {
    Sqlite(sqlite::Connection),
    Postgres(postgres::Session),
}

/// True for the time a database call is under way, so that any other waiting can be told from it.
struct InFlight(Arc<AtomicBool>);

impl InFlight {
    fn begin(flag: &Arc<AtomicBool>) -> Self {
        flag.store(true, Relaxed);
        Self(flag.clone())
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.store(false, Relaxed);
    }
}

impl Tx {
    /// All rows of the result. The SQL bounds their number.
    pub async fn all<R: FromRow>(&mut self, sql: &'static str, args: &[&dyn Bind]) -> Result<Vec<R>> {
        self.begin()?;
        let rows = match &mut self.on {
            On::Sqlite(connection) => connection.rows(sql, args, usize::MAX),
            On::Postgres(session) => {
                let _in_flight = InFlight::begin(&self.in_flight);
                session
                    .query(sql, args)
                    .await
                    .and_then(|rows| rows.iter().map(|row| R::from_row(&Row::postgres(row))).collect())
            }
        };
        self.end(rows)
    }

    /// The first row of the result, if there is one.
    pub async fn one<R: FromRow>(&mut self, sql: &'static str, args: &[&dyn Bind]) -> Result<Option<R>> {
        self.begin()?;
        let row = match &mut self.on {
            On::Sqlite(connection) => connection.rows(sql, args, 1).map(|mut rows| rows.pop()),
            On::Postgres(session) => {
                let _in_flight = InFlight::begin(&self.in_flight);
                session
                    .query(sql, args)
                    .await
                    .and_then(|rows| rows.first().map(|row| R::from_row(&Row::postgres(row))).transpose())
            }
        };
        self.end(row)
    }

    /// Runs a statement that writes and answers how many rows it inserted, changed or deleted itself (those of
    /// triggers and cascades do not count).
    pub async fn exec(&mut self, sql: &'static str, args: &[&dyn Bind]) -> Result<u64> {
        self.begin()?;
        let changed = match &mut self.on {
            On::Sqlite(connection) => connection.execute(sql, args),
            On::Postgres(session) => {
                let _in_flight = InFlight::begin(&self.in_flight);
                session.execute(sql, args).await
            }
        };
        self.end(changed)
    }

    /// Runs one statement for each row of values, on PostgreSQL without waiting for each answer, and answers how many
    /// rows it changed in all. Up to about 500 rows a unit keep others from waiting long.
    pub async fn exec_many(&mut self, sql: &'static str, rows: &[Vec<Value>]) -> Result<u64> {
        self.begin()?;
        let changed = match &mut self.on {
            On::Sqlite(connection) => connection.execute_many(sql, rows),
            On::Postgres(session) => {
                let _in_flight = InFlight::begin(&self.in_flight);
                session.execute_many(sql, rows).await
            }
        };
        self.end(changed)
    }

    /// Runs an `insert … values ($1, …, $n) …`, which names `$1` to `$n` there alone, for each row of values, and answers
    /// how many rows it wrote in all. PostgreSQL is given many rows in one statement: an insert that updates on conflict
    /// may meet no row twice.
    pub async fn insert_many(&mut self, sql: &'static str, rows: &[Vec<Value>]) -> Result<u64> {
        self.begin()?;
        let written = match &mut self.on {
            On::Sqlite(connection) => connection.execute_many(sql, rows),
            On::Postgres(session) => {
                let _in_flight = InFlight::begin(&self.in_flight);
                session.insert_many(sql, rows).await.map(|(written, _)| written)
            }
        };
        self.end(written)
    }

    /// As [`Tx::insert_many`], and answers what the insert returns of the rows it wrote.
    pub async fn insert_returning<R: FromRow>(&mut self, sql: &'static str, rows: &[Vec<Value>]) -> Result<Vec<R>> {
        self.begin()?;
        let returned = match &mut self.on {
            On::Sqlite(connection) => {
                let each = rows.iter().map(|row| {
                    let bound: Vec<&dyn Bind> = row.iter().map(|value| value as &dyn Bind).collect();
                    connection.rows(sql, &bound, usize::MAX)
                });
                each.collect::<Result<Vec<_>, _>>().map(|each| each.into_iter().flatten().collect())
            }
            On::Postgres(session) => {
                let _in_flight = InFlight::begin(&self.in_flight);
                session.insert_many(sql, rows).await.and_then(|(_, returned)| decoded(&returned))
            }
        };
        self.end(returned)
    }

    /// Runs statements one after the other, on PostgreSQL without waiting for each answer, and answers how many rows
    /// each of them changed. Where one fails, those after it have done nothing.
    pub async fn exec_each(&mut self, steps: &[Step]) -> Result<Vec<u64>> {
        self.begin()?;
        let changed = match &mut self.on {
            On::Sqlite(connection) => {
                steps.iter().map(|step| connection.execute(step.sql, &step.bound())).collect::<Result<Vec<_>, _>>()
            }
            On::Postgres(session) => {
                let _in_flight = InFlight::begin(&self.in_flight);
                session.execute_each(steps).await
            }
        };
        self.end(changed)
    }

    /// The rows of each of these queries of one shape, in their order; on PostgreSQL without waiting for each answer. For
    /// questions about many things at once: up to about 500.
    pub async fn all_each<R: FromRow>(&mut self, steps: &[Step]) -> Result<Vec<Vec<R>>> {
        self.begin()?;
        let results = match &mut self.on {
            On::Sqlite(connection) => {
                steps.iter().map(|step| connection.rows(step.sql, &step.bound(), usize::MAX)).collect()
            }
            On::Postgres(session) => {
                let _in_flight = InFlight::begin(&self.in_flight);
                session.query_each(steps).await.and_then(|results| results.iter().map(|rows| decoded(rows)).collect())
            }
        };
        self.end(results)
    }

    /// The results of three statements, one after the other, on PostgreSQL without waiting for each answer.
    pub async fn all_three<A: FromRow, B: FromRow, C: FromRow>(
        &mut self,
        [first, second, third]: &[Step; 3],
    ) -> Result<(Vec<A>, Vec<B>, Vec<C>)> {
        self.begin()?;
        let results = match &mut self.on {
            On::Sqlite(connection) => three_of(connection, first, second, third),
            On::Postgres(session) => {
                let _in_flight = InFlight::begin(&self.in_flight);
                session
                    .query_three([first, second, third])
                    .await
                    .and_then(|[a, b, c]| Ok((decoded(&a)?, decoded(&b)?, decoded(&c)?)))
            }
        };
        self.end(results)
    }

    /// Has something done after the COMMIT is durable and before the caller gets its answer: waking a relay, dropping
    /// a cache entry. It must be short; it is dropped where the transaction is rolled back, and not run for reads.
    pub fn after_commit(&mut self, f: impl FnOnce() + Send + 'static) {
        self.after.push(Box::new(f));
    }

    /// Which engine this runs on, for the few statements that must differ.
    pub fn engine(&self) -> Engine {
        match self.on {
            On::Sqlite(_) => Engine::Sqlite,
            On::Postgres(_) => Engine::Postgres,
        }
    }

    pub(super) fn new(on: On, signals: Arc<Signals>) -> Self {
        Self { on, spoilt: None, after: Vec::new(), in_flight: Arc::default(), signals }
    }

    /// What the transaction was spoilt by, if it was.
    pub(super) fn spoilt(&self) -> Option<&DbError> {
        self.spoilt.as_ref()
    }

    /// Takes what is to be done after the COMMIT, and is ready for another unit.
    pub(super) fn renew(&mut self) -> Vec<AfterCommit> {
        self.spoilt = None;
        std::mem::take(&mut self.after)
    }

    /// The flag that is true while a database call is under way.
    pub(super) fn in_flight(&self) -> Arc<AtomicBool> {
        self.in_flight.clone()
    }

    pub(super) fn on(&mut self) -> &mut On {
        &mut self.on
    }

    /// Spoilt from the start of a statement to its good end: so it stays where the call is dropped half-way.
    fn begin(&mut self) -> Result<()> {
        if self.spoilt.is_some() {
            return Err(DbError::Poisoned.into());
        }
        self.spoilt = Some(DbError::Poisoned);
        Ok(())
    }

    fn end<T>(&mut self, answer: Result<T, DbError>) -> Result<T> {
        self.spoilt = answer.as_ref().err().cloned();
        Ok(answer?)
    }
}

/// What three queries found.
type Three<A, B, C> = (Vec<A>, Vec<B>, Vec<C>);

fn three_of<A: FromRow, B: FromRow, C: FromRow>(
    connection: &mut sqlite::Connection,
    first: &Step,
    second: &Step,
    third: &Step,
) -> Result<Three<A, B, C>, DbError> {
    Ok((
        connection.rows(first.sql, &first.bound(), usize::MAX)?,
        connection.rows(second.sql, &second.bound(), usize::MAX)?,
        connection.rows(third.sql, &third.bound(), usize::MAX)?,
    ))
}

fn decoded<R: FromRow>(rows: &[tokio_postgres::Row]) -> Result<Vec<R>, DbError> {
    rows.iter().map(|row| R::from_row(&Row::postgres(row))).collect()
}
