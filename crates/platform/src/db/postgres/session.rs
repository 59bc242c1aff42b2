//! One transaction on one connection. BEGIN travels with the first statement.

use deadpool_postgres::Object;
use futures_util::future::join_all;
use tokio_postgres::{Row, Statement, types::ToSql};

use super::{DbError, error::is_stale_plan, many, on_error, types::Arg};
use crate::db::{Bind, Step, Value};

/// What a unit is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::db) enum Mode {
    /// It may write.
    Write,
    /// It reads, in one snapshot.
    Read,
}

/// Statements sent before their answers are waited for.
const AHEAD: usize = 128;

/// A connection for the time of one unit.
pub(in crate::db) struct Session {
    connection: Option<Object>,
    mode: Mode,
    /// Whether a transaction may be open on the server.
    open: bool,
}

impl Session {
    /// No transaction yet.
    pub(in crate::db) fn new(connection: Object, mode: Mode) -> Self {
        Self { connection: Some(connection), mode, open: false }
    }

    /// The rows of a result.
    pub(in crate::db) async fn query(&mut self, sql: &'static str, args: &[&dyn Bind]) -> Result<Vec<Row>, DbError> {
        let statement = self.prepare(sql).await?;
        let args: Vec<Arg<'_>> = args.iter().map(|arg| Arg(arg.bound())).collect();
        let params: Vec<&(dyn ToSql + Sync)> = args.iter().map(|arg| arg as &(dyn ToSql + Sync)).collect();
        let (connection, begin) = self.start()?;
        let (begun, rows) =
            tokio::join!(biased; begin_with(connection, begin), async { connection.query(&statement, &params).await });
        let answer = begun.and(rows);
        self.checked(answer)
    }

    /// Runs a statement, answers how many rows it changed.
    pub(in crate::db) async fn execute(&mut self, sql: &'static str, args: &[&dyn Bind]) -> Result<u64, DbError> {
        let statement = self.prepare(sql).await?;
        let args: Vec<Arg<'_>> = args.iter().map(|arg| Arg(arg.bound())).collect();
        let params: Vec<&(dyn ToSql + Sync)> = args.iter().map(|arg| arg as &(dyn ToSql + Sync)).collect();
        let (connection, begin) = self.start()?;
        let (begun, changed) = tokio::join!(biased; begin_with(connection, begin), async { connection.execute(&statement, &params).await });
        let answer = begun.and(changed);
        self.checked(answer)
    }

    /// Runs a statement once for each row of values without waiting in between.
    pub(in crate::db) async fn execute_many(&mut self, sql: &'static str, rows: &[Vec<Value>]) -> Result<u64, DbError> {
        let statement = self.prepare(sql).await?;
        let mut changed = 0;
        for some in rows.chunks(AHEAD) {
            let (connection, begin) = self.start()?;
            let sent = join_all(some.iter().map(|row| execute_one(connection, &statement, row)));
            let (begun, answers) = tokio::join!(biased; begin_with(connection, begin), sent);
            let answer = begun.and_then(|()| answers.into_iter().sum::<Result<u64, _>>());
            changed += self.checked(answer)?;
        }
        Ok(changed)
    }

    /// Inserts many rows with a statement; answers how many it wrote, and what it returned of them.
    pub(in crate::db) async fn insert_many(
        &mut self,
        sql: &'static str,
        rows: &[Vec<Value>],
    ) -> Result<(u64, Vec<Row>), DbError> {
        let (mut written, mut returned, mut rest) = (0, Vec::new(), rows);
        while !rest.is_empty() {
            let together = many::together(rest.len());
            let (some, after) = rest.split_at(together);
            let statement = if together == 1 {
                self.prepare(sql).await?
            } else {
                let text =
                    many::rows(sql, together).ok_or_else(|| DbError::Other("not an insert of values".to_owned()))?;
                self.prepare(&text).await?
            };
            let args: Vec<Arg<'_>> = some.iter().flatten().map(|value| Arg(value.bound())).collect();
            let params: Vec<&(dyn ToSql + Sync)> = args.iter().map(|arg| arg as &(dyn ToSql + Sync)).collect();
            let (connection, begin) = self.start()?;
            if statement.columns().is_empty() {
                let (begun, changed) = tokio::join!(biased; begin_with(connection, begin), async { connection.execute(&statement, &params).await });
                let answer = begun.and(changed);
                written += self.checked(answer)?;
            } else {
                let (begun, rows) = tokio::join!(biased; begin_with(connection, begin), async { connection.query(&statement, &params).await });
                let answer = begun.and(rows);
                let rows = self.checked(answer)?;
                written += rows.len() as u64;
                returned.extend(rows);
            }
            rest = after;
        }
        Ok((written, returned))
    }

    /// Runs statements in order without waiting in between; answers how many rows each changed.
    pub(in crate::db) async fn execute_each(&mut self, steps: &[Step]) -> Result<Vec<u64>, DbError> {
        let mut changed = Vec::with_capacity(steps.len());
        for some in steps.chunks(AHEAD) {
            let prepared = self.prepare_each(some).await?;
            let (connection, begin) = self.start()?;
            let sent = join_all(
                prepared.iter().zip(some).map(|(statement, step)| execute_one(connection, statement, &step.args)),
            );
            let (begun, answers) = tokio::join!(biased; begin_with(connection, begin), sent);
            let answer = begun.and_then(|()| answers.into_iter().collect::<Result<Vec<u64>, _>>());
            changed.extend(self.checked(answer)?);
        }
        Ok(changed)
    }

    /// The rows of each query, asked for in order without waiting in between.
    pub(in crate::db) async fn query_each(&mut self, steps: &[Step]) -> Result<Vec<Vec<Row>>, DbError> {
        let mut results = Vec::with_capacity(steps.len());
        for some in steps.chunks(AHEAD) {
            let prepared = self.prepare_each(some).await?;
            let (connection, begin) = self.start()?;
            let sent = join_all(
                prepared.iter().zip(some).map(|(statement, step)| query_one(connection, statement, &step.args)),
            );
            let (begun, answers) = tokio::join!(biased; begin_with(connection, begin), sent);
            let answer = begun.and_then(|()| answers.into_iter().collect::<Result<Vec<_>, _>>());
            results.extend(self.checked(answer)?);
        }
        Ok(results)
    }

    /// The rows of three results, asked for in order without waiting in between.
    pub(in crate::db) async fn query_three(&mut self, steps: [&Step; 3]) -> Result<[Vec<Row>; 3], DbError> {
        let mut prepared = Vec::with_capacity(steps.len());
        for step in steps {
            prepared.push(self.prepare(step.sql).await?);
        }
        let (connection, begin) = self.start()?;
        let [first, second, third] = steps.map(|step| &step.args);
        let (begun, first, second, third) = tokio::join!(
            biased;
            begin_with(connection, begin),
            query_one(connection, &prepared[0], first),
            query_one(connection, &prepared[1], second),
            query_one(connection, &prepared[2], third),
        );
        let answer = begun.and_then(|()| Ok([first?, second?, third?]));
        self.checked(answer)
    }

    /// Makes it durable. Where the connection breaks meanwhile, nobody can say whether it is.
    pub(in crate::db) async fn commit(&mut self) -> Result<(), DbError> {
        if !self.open {
            return Ok(());
        }
        let connection = self.connection()?;
        let committed = connection.batch_execute("commit").await;
        // A refused commit (a deferred constraint) ends the transaction too.
        self.open = committed.as_ref().is_err_and(|e| e.as_db_error().is_none());
        self.checked(committed)
    }

    /// Forgets it all.
    pub(in crate::db) async fn roll_back(&mut self) {
        if self.open
            && let Ok(connection) = self.connection()
            && connection.batch_execute("rollback").await.is_ok()
        {
            self.open = false;
        }
    }

    async fn prepare_each(&mut self, steps: &[Step]) -> Result<Vec<Statement>, DbError> {
        let mut prepared = Vec::with_capacity(steps.len());
        for step in steps {
            prepared.push(self.prepare(step.sql).await?);
        }
        Ok(prepared)
    }

    async fn prepare(&mut self, sql: &str) -> Result<Statement, DbError> {
        let prepared = self.connection()?.prepare_cached(sql).await;
        self.checked(prepared)
    }

    /// The connection, and the BEGIN where there was none yet.
    fn start(&mut self) -> Result<(&Object, Option<&'static str>), DbError> {
        let begin = match self.mode {
            _ if self.open => None,
            Mode::Write => Some("begin"),
            Mode::Read => Some("begin isolation level repeatable read, read only"),
        };
        self.open = true;
        Ok((self.connection()?, begin))
    }

    fn connection(&self) -> Result<&Object, DbError> {
        self.connection.as_ref().ok_or_else(|| DbError::Unavailable("the connection is gone".to_owned()))
    }

    fn checked<T>(&mut self, answer: Result<T, tokio_postgres::Error>) -> Result<T, DbError> {
        answer.map_err(|error| {
            if is_stale_plan(&error) {
                self.discard();
            }
            on_error(&error)
        })
    }

    /// Keeps the connection from going back to the pool.
    fn discard(&mut self) {
        if let Some(connection) = self.connection.take() {
            drop(Object::take(connection));
        }
    }
}

/// Whatever was left open, or broke, is not for the next unit.
impl Drop for Session {
    fn drop(&mut self) {
        let broken = self.connection.as_ref().is_some_and(|connection| connection.is_closed());
        if self.open || broken {
            self.discard();
        }
    }
}

async fn begin_with(connection: &Object, begin: Option<&'static str>) -> Result<(), tokio_postgres::Error> {
    match begin {
        Some(begin) => connection.batch_execute(begin).await,
        None => Ok(()),
    }
}

async fn query_one(
    connection: &Object,
    statement: &Statement,
    row: &[Value],
) -> Result<Vec<Row>, tokio_postgres::Error> {
    let args: Vec<Arg<'_>> = row.iter().map(|value| Arg(value.bound())).collect();
    let params: Vec<&(dyn ToSql + Sync)> = args.iter().map(|arg| arg as &(dyn ToSql + Sync)).collect();
    connection.query(statement, &params).await
}

async fn execute_one(connection: &Object, statement: &Statement, row: &[Value]) -> Result<u64, tokio_postgres::Error> {
    let args: Vec<Arg<'_>> = row.iter().map(|value| Arg(value.bound())).collect();
    let params: Vec<&(dyn ToSql + Sync)> = args.iter().map(|arg| arg as &(dyn ToSql + Sync)).collect();
    connection.execute(statement, &params).await
}
