//! A unit of work and how it is driven: once on SQLite, as often as it takes on PostgreSQL, and on both without
//! waiting for anything but the database and without letting a panic out.

use std::{
    future::poll_fn,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    sync::atomic::Ordering::Relaxed,
    task::{Context, Poll, Waker},
};

use super::{
    error::DbError,
    tx::{AfterCommit, Tx},
};
use crate::Result;

/// An async closure over the transaction whose future may move between threads. Nobody implements it by hand: every
/// `async move |tx| { … }` that awaits only the database is one.
pub trait Unit<'t, T>: FnOnce(&'t mut Tx) -> Self::Run {
    /// The future of the closure.
    type Run: Future<Output = Result<T>> + Send;
}

impl<'t, T, F, R> Unit<'t, T> for F
where
    F: FnOnce(&'t mut Tx) -> R,
    R: Future<Output = Result<T>> + Send,
{
    type Run = R;
}

/// Runs a unit where every database call finishes at once: whatever is pending then waits for something else.
pub(super) fn run_at_once<T, F>(unit: F, tx: &mut Tx) -> Result<T>
where
    F: for<'t> Unit<'t, T>,
{
    let polled = catch_unwind(AssertUnwindSafe(|| pin!(unit(tx)).poll(&mut Context::from_waker(Waker::noop()))));
    let result = match polled {
        Ok(Poll::Ready(result)) => result,
        Ok(Poll::Pending) => Err(DbError::ForeignAwait.into()),
        Err(_) => Err(DbError::Panicked.into()),
    };
    unspoilt(result, tx)
}

/// Runs a unit whose database calls take time.
pub(super) async fn run<T, F>(unit: F, tx: &mut Tx) -> Result<T>
where
    F: for<'t> Unit<'t, T>,
{
    let in_flight = tx.in_flight();
    let result = {
        // Making the future runs no code of the unit; only polling it can panic.
        let mut running = pin!(unit(tx));
        poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| running.as_mut().poll(context))) {
            Ok(Poll::Pending) if !in_flight.load(Relaxed) => Poll::Ready(Err(DbError::ForeignAwait.into())),
            Ok(poll) => poll,
            Err(_) => Poll::Ready(Err(DbError::Panicked.into())),
        })
        .await
    };
    unspoilt(result, tx)
}

/// A unit that swallowed an error cannot succeed.
fn unspoilt<T>(result: Result<T>, tx: &Tx) -> Result<T> {
    match (&result, tx.spoilt()) {
        (Ok(_), Some(_)) => Err(DbError::Poisoned.into()),
        _ => result,
    }
}

/// Does what was asked for after the COMMIT; a panic there harms nobody else.
pub(super) fn run_after(after: Vec<AfterCommit>) {
    for act in after {
        if catch_unwind(AssertUnwindSafe(act)).is_err() {
            tracing::error!("something asked for after a commit panicked");
        }
    }
}
