//! The engine at scale: a pool, and a task of its own for every unit.

mod address;
mod error;
mod many;
mod session;
mod tls;
mod types;

use std::sync::Arc;

use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod, Runtime};

pub use self::address::Encryption;
pub(super) use self::{
    address::Address,
    error::on_error,
    session::{Mode, Session},
    tls::Encrypt,
    types::cell,
};
use super::{
    Counter, DbError, DbOptions, PoolState,
    migrate::{self, Migration},
    tx::{On, Tx},
    unit::{self, Unit},
};
use crate::Result;

/// A database on a server, or a schema of one.
pub(super) struct Postgres {
    pool: Pool,
    schema: Option<String>,
    counter: Arc<Counter>,
}

impl Postgres {
    /// Makes the pool and tries one connection.
    pub(super) async fn open(url: &str, options: &DbOptions) -> Result<Self, DbError> {
        let address = Address::of(url)?;
        let encrypt = Encrypt::of(&address);
        let Address { mut config, schema, .. } = address;
        config.options(settings(config.get_options(), schema.as_deref(), options));
        config.application_name("mediverse").connect_timeout(options.patience);
        let manager = Manager::from_config(config, encrypt, ManagerConfig { recycling_method: RecyclingMethod::Fast });
        let pool = Pool::builder(manager)
            .max_size(options.pool.max(1))
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(options.patience))
            .create_timeout(Some(options.patience))
            .build()
            .map_err(|e| DbError::Other(e.to_string()))?;
        let postgres = Self { pool, schema, counter: Arc::default() };
        drop(postgres.connection().await?);
        Ok(postgres)
    }

    /// Runs a unit on a task of its own: a caller that goes away neither stops it nor hands a connection back in the
    /// middle of a transaction.
    pub(super) async fn run<T, F>(&self, unit: F, mode: Mode) -> Result<T>
    where
        F: for<'t> Unit<'t, T> + Send + 'static,
        T: Send + 'static,
    {
        let connection = self.connection().await?;
        let counter = self.counter.clone();
        let (caller, answer) = tokio::sync::oneshot::channel();
        tokio::spawn(async move {
            let mut tx = Tx::new(On::Postgres(Session::new(connection, mode)), counter.signals.clone());
            let result = unit::run(unit, &mut tx).await;
            let after = tx.renew();
            let On::Postgres(session) = tx.on() else { return };
            match (mode, result) {
                // A read has nothing to make durable: the caller need not wait for the end of the snapshot.
                (Mode::Read, result) => {
                    let _ = caller.send(result);
                    session.roll_back().await;
                }
                (Mode::Write, Ok(value)) => {
                    let committed = session.commit().await;
                    if committed.is_ok() {
                        counter.committed(1);
                        unit::run_after(after);
                    }
                    let _ = caller.send(committed.map(|()| value).map_err(Into::into));
                }
                (Mode::Write, Err(error)) => {
                    session.roll_back().await;
                    let _ = caller.send(Err(error));
                }
            }
        });
        answer.await.map_err(|_| DbError::Panicked)?
    }

    /// Applies migrations, on a task of its own for the same reason.
    pub(super) async fn migrate(&self, context: &'static str, migrations: Vec<Migration>) -> Result<usize, DbError> {
        let connection = self.connection().await?;
        let schema = self.schema.clone();
        let migrating = tokio::spawn(async move {
            let applied = migrate::postgres(&connection, schema.as_deref(), context, &migrations).await;
            // A migration changes what prepared statements answer; this connection has seen it half done.
            drop(Object::take(connection));
            applied
        });
        migrating.await.map_err(|_| DbError::Panicked)?
    }

    /// The connections now.
    pub(super) fn pool_state(&self) -> PoolState {
        let status = self.pool.status();
        PoolState { in_use: status.size - status.available, most: status.max_size, waiting: status.waiting }
    }

    /// What was written.
    pub(super) fn counter(&self) -> &Counter {
        &self.counter
    }

    /// Lets no new unit in; those under way finish.
    pub(super) fn close(&self) {
        self.pool.close();
    }

    async fn connection(&self) -> Result<Object, DbError> {
        self.pool.get().await.map_err(|error| match error {
            PoolError::Backend(error) => on_error(&error),
            PoolError::Timeout(_) => DbError::Unavailable("no free connection in time".to_owned()),
            PoolError::Closed => DbError::Unavailable("it is closed".to_owned()),
            other => DbError::Unavailable(other.to_string()),
        })
    }
}

/// Extensions live in `public`, so that schema stays in the path.
///
/// Every question here has an index. A table is read whole only where there is no other way: a statement prepared while its
/// table was small would go on reading it whole after it has grown. Nothing runs so long that compiling it would pay.
fn settings(given: Option<&str>, schema: Option<&str>, options: &DbOptions) -> String {
    let path = schema.map(|schema| format!(" -c search_path={schema},public")).unwrap_or_default();
    let settings = format!(
        "{} -c enable_seqscan=off -c jit=off -c lock_timeout={} -c idle_in_transaction_session_timeout={} -c statement_timeout={}{path}",
        given.unwrap_or_default(),
        options.lock_timeout.as_millis(),
        options.idle_timeout.as_millis(),
        options.statement_timeout.as_millis(),
    );
    settings.trim().to_owned()
}
