//! The one thread that writes: many units a COMMIT, each as if alone.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{
    runtime::Handle,
    sync::{
        mpsc::{self, error::TryRecvError},
        oneshot,
    },
};

use super::{Connection, Counter, DbError, file::DataFile, fold::Folder};
use crate::{
    Result,
    db::{
        tx::{AfterCommit, On, Tx},
        unit::{self, Unit},
    },
};

/// A batch closes when nobody waits, at so many units, or after so much work: no unit waits for a timer. So much work is
/// three of the COMMITs it shares, which take some 3 ms: with less, the writer waits for the disk half of its time.
const BATCH_UNITS: usize = 64;
const BATCH_WORK: Duration = Duration::from_millis(10);

/// What the writer is asked to do.
pub(super) enum Message {
    /// A unit of work.
    Unit(Box<dyn Work>),
    /// Something that runs alone, outside any transaction of the writer.
    Alone(Box<dyn FnOnce(&mut rusqlite::Connection) + Send>),
    /// Finish and let the file go.
    Close(oneshot::Sender<()>),
}

/// A unit of work without its types.
pub(super) trait Work: Send {
    /// Runs the unit in the open transaction; answers whether what it wrote is to be kept.
    fn run(&mut self, tx: &mut Tx) -> bool;
    /// Tells the caller, once the fate of the COMMIT is known.
    fn answer(self: Box<Self>, committed: Result<(), DbError>);
}

/// A unit on its way through the writer.
pub(super) struct Job<F, T> {
    unit: Option<F>,
    result: Option<Result<T>>,
    after: Vec<AfterCommit>,
    caller: oneshot::Sender<Result<T>>,
}

impl<F, T> Job<F, T> {
    /// A unit and who waits for it.
    pub(super) fn new(unit: F, caller: oneshot::Sender<Result<T>>) -> Self {
        Self { unit: Some(unit), result: None, after: Vec::new(), caller }
    }
}

impl<F, T> Work for Job<F, T>
where
    F: for<'t> Unit<'t, T> + Send + 'static,
    T: Send + 'static,
{
    fn run(&mut self, tx: &mut Tx) -> bool {
        let result = self.unit.take().map(|unit| unit::run_at_once(unit, tx));
        self.after = tx.renew();
        self.result = result;
        matches!(self.result, Some(Ok(_)))
    }

    fn answer(self: Box<Self>, committed: Result<(), DbError>) {
        let result = match (self.result, committed) {
            (Some(Ok(answer)), Ok(())) => {
                unit::run_after(self.after);
                Ok(answer)
            }
            (Some(Err(error)), _) => Err(error),
            (_, Err(error)) => Err(error.into()),
            (None, Ok(())) => Err(DbError::Panicked.into()),
        };
        // The caller may have gone; the unit is done all the same.
        let _ = self.caller.send(result);
    }
}

/// The writer's side of a database.
pub(super) struct Writer {
    tx: Tx,
    messages: mpsc::Receiver<Message>,
    counter: Arc<Counter>,
    folder: Folder,
}

/// Units that wait for one COMMIT.
#[derive(Default)]
struct Batch {
    units: Vec<Box<dyn Work>>,
    /// How many of them wrote what is to be kept.
    kept: u64,
    /// Whether a transaction is open.
    open: bool,
}

impl Writer {
    /// Starts the thread. It ends when it is told to close, or when nobody can ask it any more.
    pub(super) fn start(
        mut connection: Connection,
        file: Arc<DataFile>,
        messages: mpsc::Receiver<Message>,
        counter: Arc<Counter>,
        runtime: Handle,
    ) -> Result<(), DbError> {
        let name = file.path().file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
        let folder = Folder::attend(file.clone(), &mut connection)?;
        let tx = Tx::new(On::Sqlite(connection), counter.signals.clone());
        let mut writer = Self { tx, messages, counter, folder };
        let thread = move || {
            // A unit that uses the runtime by mistake shall end in `ForeignAwait`, not in a panic about a missing one.
            let _runtime = runtime.enter();
            let asked_by = writer.work();
            writer.fold_log();
            drop(writer);
            drop(file);
            asked_by.map(|caller| caller.send(()))
        };
        let started = std::thread::Builder::new().name(format!("db-{name}")).spawn(thread);
        started.map(drop).map_err(|e| DbError::Other(format!("cannot start the writer: {e}")))
    }

    fn work(&mut self) -> Option<oneshot::Sender<()>> {
        let mut next = None;
        while let Some(message) = next.take().or_else(|| self.messages.blocking_recv()) {
            match message {
                Message::Unit(first) => next = self.batch(first),
                Message::Alone(task) => task(self.connection().driver()),
                Message::Close(caller) => return Some(caller),
            }
        }
        None
    }

    /// Runs units until the batch closes, commits them and answers. Answers with the message that closed it, if one did.
    fn batch(&mut self, first: Box<dyn Work>) -> Option<Message> {
        let began = Instant::now();
        let mut batch = Batch::default();
        self.run(&mut batch, first);
        let mut left = None;
        while batch.units.len() < BATCH_UNITS && began.elapsed() < BATCH_WORK {
            match self.messages.try_recv() {
                Ok(Message::Unit(unit)) => self.run(&mut batch, unit),
                Ok(other) => {
                    left = Some(other);
                    break;
                }
                Err(TryRecvError::Empty | TryRecvError::Disconnected) => break,
            }
        }
        let committed = self.commit(&batch);
        for unit in batch.units {
            unit.answer(committed.clone());
        }
        if let On::Sqlite(connection) = self.tx.on() {
            self.folder.mind(connection);
        }
        left
    }

    /// Runs one unit in the batch's transaction so that its failure leaves the others' work untouched.
    fn run(&mut self, batch: &mut Batch, mut unit: Box<dyn Work>) {
        match self.run_guarded(batch, &mut *unit) {
            Ok(()) => batch.units.push(unit),
            Err(error) => {
                tracing::error!(%error, units = batch.units.len(), "a batch was rolled back");
                if !self.connection().is_idle() {
                    let _ = self.connection().control("rollback");
                }
                for lost in std::mem::take(batch).units {
                    lost.answer(Err(error.clone()));
                }
                unit.answer(Err(error));
            }
        }
    }

    /// The error is of the whole batch; that of the unit alone is kept in the unit.
    fn run_guarded(&mut self, batch: &mut Batch, unit: &mut dyn Work) -> Result<(), DbError> {
        if !batch.open {
            self.connection().control("begin immediate")?;
            batch.open = true;
        }
        // The first to write in a transaction needs no savepoint: where it fails, all of it goes.
        let guarded = batch.kept > 0;
        if guarded {
            self.connection().control("savepoint unit")?;
        }
        let keep = unit.run(&mut self.tx);
        if self.connection().is_idle() {
            // A full disk or a failed write can make SQLite roll back everything by itself.
            return Err(DbError::Unavailable("SQLite rolled the batch back".to_owned()));
        }
        match (guarded, keep) {
            (true, true) => self.connection().control("release unit")?,
            (true, false) => {
                self.connection().control("rollback to unit")?;
                self.connection().control("release unit")?;
            }
            (false, true) => {}
            (false, false) => {
                self.connection().control("rollback")?;
                batch.open = false;
            }
        }
        batch.kept += u64::from(keep);
        Ok(())
    }

    fn commit(&mut self, batch: &Batch) -> Result<(), DbError> {
        if !batch.open {
            return Ok(());
        }
        let committed = self.connection().control("commit");
        if let Err(error) = &committed {
            tracing::error!(%error, units = batch.kept, "a commit failed");
            if !self.connection().is_idle() {
                let _ = self.connection().control("rollback");
            }
        } else {
            self.counter.committed(batch.kept);
        }
        committed
    }

    fn fold_log(&mut self) {
        self.folder.stop();
        if let Err(error) = self.connection().driver().execute_batch("pragma wal_checkpoint(truncate)") {
            tracing::warn!(%error, "the log was not folded into the file; the next opening will");
        }
    }

    fn connection(&mut self) -> &mut Connection {
        match self.tx.on() {
            On::Sqlite(connection) => connection,
            On::Postgres(_) => unreachable!("the writer is SQLite's"),
        }
    }
}
