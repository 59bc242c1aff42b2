//! Folding the log into the file, on a thread of its own beside the writer: units do not wait while pages are copied and
//! synced. Only the last few are left to the writer, between two batches, so that the log can begin anew.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering::Relaxed},
        mpsc,
    },
    thread::JoinHandle,
};

use super::{Connection, DbError, file::DataFile, on_run};

/// Pages of the log (16 MB) that are folded at a time.
const PIECE: u32 = 4_000;
/// From this length on (128 MB) the log is to begin anew, and at twice of it the writer sees to that whatever it takes.
const LONG: u32 = 32_000;
/// So few pages the writer folds by itself.
const REST: u32 = 1_500;

/// How long the log is and how much of it lies in the file already, in pages.
#[derive(Default)]
struct Log {
    pages: AtomicU32,
    folded: AtomicU32,
    /// Whether the thread is at it.
    folding: AtomicBool,
}

/// What is to be done about the log now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Deed {
    Nothing,
    /// The thread folds what there is.
    Beside,
    /// The writer folds what is left.
    Here,
}

/// What keeps the log short.
pub(super) struct Folder {
    file: Arc<DataFile>,
    log: Arc<Log>,
    /// The thread, once there was something for it to do.
    thread: Option<(mpsc::Sender<()>, JoinHandle<()>)>,
}

impl Folder {
    /// Listens to how the log grows by the writer's commits.
    pub(super) fn attend(file: Arc<DataFile>, writer: &mut Connection) -> Result<Self, DbError> {
        let log = Arc::<Log>::default();
        let grown = log.clone();
        let hook = move |_: &mut rusqlite::hooks::Wal, pages: std::ffi::c_int| {
            grown.is_of(pages.unsigned_abs());
            Ok(())
        };
        writer.driver().wal_hook(Some(hook)).map_err(|e| on_run(&e))?;
        Ok(Self { file, log, thread: None })
    }

    /// Does what is to be done about the log, after a commit.
    pub(super) fn mind(&mut self, writer: &mut Connection) {
        match self.log.deed() {
            Deed::Nothing => {}
            Deed::Beside => self.fold_beside(),
            Deed::Here => match fold(writer) {
                Ok(folded) => self.log.folded.store(folded, Relaxed),
                Err(error) => tracing::warn!(%error, "the log was not folded into the file"),
            },
        }
    }

    /// Waits for the thread to end.
    pub(super) fn stop(&mut self) {
        if let Some((orders, thread)) = self.thread.take() {
            drop(orders);
            if thread.join().is_err() {
                tracing::error!("the folding of the log had panicked");
            }
        }
    }

    fn fold_beside(&mut self) {
        if self.thread.is_none() {
            match start(self.file.clone(), self.log.clone()) {
                Ok(thread) => self.thread = Some(thread),
                // The writer folds by itself once the log is twice as long.
                Err(error) => return tracing::warn!(%error, "the log is not folded beside the writer"),
            }
        }
        self.log.folding.store(true, Relaxed);
        if self.thread.as_ref().is_none_or(|(orders, _)| orders.send(()).is_err()) {
            self.log.folding.store(false, Relaxed);
            self.thread = None;
        }
    }
}

impl Log {
    /// A shorter log than what was folded is a new one.
    fn is_of(&self, pages: u32) {
        self.pages.store(pages, Relaxed);
        if pages < self.folded.load(Relaxed) {
            self.folded.store(0, Relaxed);
        }
    }

    fn deed(&self) -> Deed {
        let pages = self.pages.load(Relaxed);
        let left = pages.saturating_sub(self.folded.load(Relaxed));
        let at_it = self.folding.load(Relaxed);
        match left {
            0 => Deed::Nothing,
            _ if at_it && pages < 2 * LONG => Deed::Nothing,
            _ if pages >= 2 * LONG || pages >= LONG && left <= REST => Deed::Here,
            _ if pages >= LONG || left >= PIECE => Deed::Beside,
            _ => Deed::Nothing,
        }
    }
}

fn start(file: Arc<DataFile>, log: Arc<Log>) -> Result<(mpsc::Sender<()>, JoinHandle<()>), DbError> {
    let mut connection = Connection::folder(&file)?;
    let (orders, asked) = mpsc::channel();
    let work = move || {
        while asked.recv().is_ok() {
            // Synced here, so that little is left to sync for the writer.
            let folded = fold(&mut connection).and_then(|folded| file.sync().map(|()| folded));
            match folded {
                Ok(folded) => log.folded.store(folded, Relaxed),
                Err(error) => tracing::warn!(%error, "the log was not folded into the file"),
            }
            log.folding.store(false, Relaxed);
        }
    };
    let thread = std::thread::Builder::new().name("db-fold".to_owned()).spawn(work);
    Ok((orders, thread.map_err(|e| DbError::Other(format!("cannot start a thread: {e}")))?))
}

/// Copies what no reader stands in the way of; answers how many pages of the log lie in the file now. Nobody waits.
fn fold(connection: &mut Connection) -> Result<u32, DbError> {
    let folded = connection.driver().query_row("pragma wal_checkpoint(passive)", [], |row| row.get::<_, i64>(2));
    folded.map(|pages| pages.max(0) as u32).map_err(|e| on_run(&e))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering::Relaxed;

    use super::{Deed, LONG, Log, PIECE, REST};

    fn log(pages: u32, folded: u32, folding: bool) -> Log {
        Log { pages: pages.into(), folded: folded.into(), folding: folding.into() }
    }

    #[test]
    fn the_writer_folds_the_last_pages_of_a_long_log_alone() {
        assert_eq!(log(PIECE - 1, 0, false).deed(), Deed::Nothing);
        assert_eq!(log(PIECE, 0, false).deed(), Deed::Beside);
        assert_eq!(log(PIECE, 0, true).deed(), Deed::Nothing);
        assert_eq!(log(LONG, LONG - REST - 1, false).deed(), Deed::Beside);
        assert_eq!(log(LONG, LONG - REST, false).deed(), Deed::Here);
        assert_eq!(log(LONG, LONG, false).deed(), Deed::Nothing);
        assert_eq!(log(2 * LONG, 0, true).deed(), Deed::Here);
    }

    #[test]
    fn a_log_that_began_anew_is_not_folded_yet() {
        let log = log(LONG, LONG, false);
        log.is_of(10);
        assert_eq!(log.folded.load(Relaxed), 0);
    }
}
