//! The embedded engine: one file, one writer thread, a few readers.

mod connection;
mod error;
mod file;
mod fold;
mod readers;
mod writer;

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

pub(super) use self::connection::{Connection, cell};
pub(super) use self::error::{on_prepare, on_run};
use self::{
    file::DataFile,
    readers::Readers,
    writer::{Job, Message, Writer},
};
use super::{Counter, DbError, DbOptions, unit::Unit};
use crate::Result;

/// One file in use.
pub(super) struct Sqlite {
    writer: mpsc::Sender<Message>,
    readers: Readers,
    counter: Arc<Counter>,
}

impl Sqlite {
    /// Opens the file, starts its writer.
    pub(super) async fn open(path: &str, options: &DbOptions) -> Result<Self, DbError> {
        let (path, options) = (path.to_owned(), options.clone());
        let runtime = tokio::runtime::Handle::current();
        let opening = tokio::task::spawn_blocking(move || {
            let file = Arc::new(DataFile::claim(&path)?);
            let connection = Connection::writer(&file)?;
            let readers = Readers::open(&file, options.readers, options.mapped)?;
            let (queue, messages) = mpsc::channel(options.queue.max(1));
            let counter = Arc::<Counter>::default();
            Writer::start(connection, file, messages, counter.clone(), runtime)?;
            Ok(Self { writer: queue, readers, counter })
        });
        opening.await.map_err(|_| DbError::Panicked)?
    }

    /// Hands a unit to the writer and waits for its answer.
    pub(super) async fn write<T, F>(&self, unit: F) -> Result<T>
    where
        F: for<'t> Unit<'t, T> + Send + 'static,
        T: Send + 'static,
    {
        let (caller, answer) = oneshot::channel();
        self.send(Message::Unit(Box::new(Job::new(unit, caller)))).await?;
        answer.await.map_err(|_| closed())?
    }

    /// Reads on the caller's thread.
    pub(super) async fn read<T, F>(&self, unit: F) -> Result<T>
    where
        F: for<'t> Unit<'t, T> + Send + 'static,
        T: Send + 'static,
    {
        self.readers.read(unit).await
    }

    /// Does something with the writer's connection between batches, outside any transaction.
    pub(super) async fn alone<T: Send + 'static>(
        &self,
        task: impl FnOnce(&mut rusqlite::Connection) -> Result<T, DbError> + Send + 'static,
    ) -> Result<T, DbError> {
        let (caller, answer) = oneshot::channel();
        let task = move |connection: &mut rusqlite::Connection| drop(caller.send(task(connection)));
        self.send(Message::Alone(Box::new(task))).await?;
        answer.await.map_err(|_| closed())?
    }

    /// What was written.
    pub(super) fn counter(&self) -> &Counter {
        &self.counter
    }

    /// Waits for readers and writer, folds the log into the file and lets it go.
    pub(super) async fn close(&self) {
        self.readers.close().await;
        let (caller, closed) = oneshot::channel();
        if self.send(Message::Close(caller)).await.is_ok() {
            let _ = closed.await;
        }
    }

    async fn send(&self, message: Message) -> Result<(), DbError> {
        self.writer.send(message).await.map_err(|_| closed())
    }
}

fn closed() -> DbError {
    DbError::Unavailable("it is closed".to_owned())
}
