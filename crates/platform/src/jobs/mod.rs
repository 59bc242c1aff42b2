//! What a context has to do later: reminders, sweeps, letters that a provider refused for the moment.
//!
//! A job is written with the change that asks for it, in one transaction ([`Tx::enqueue`](crate::db::Tx::enqueue)),
//! and run at least once when it is due, by one replica at a time. A handler that fails is run again after a pause
//! that doubles; after [`TRIES`] times the job is dead: visible, to be retried or dropped.
//!
//! ```no_run
//! # use platform::{db::Db, jobs::{Job, Jobs}, *};
//! # use jiff::SignedDuration;
//! # async fn example(cx: Cx, db: Db) -> Result<()> {
//! let mut jobs = Jobs::new("scheduling", db.clone());
//! jobs.on("remind", async |cx: Cx, order: String| { let _ = (cx.now(), order); Ok(()) })
//!     .every("release-holds", SignedDuration::from_secs(30), async |_cx: Cx| Ok(()));
//! let jobs = jobs.start(cx.clock.clone(), cx.entropy.clone()).await?;
//!
//! db.write(async move |tx| {
//!     let job = Job::new("remind", &"apt_1")?.key("apt_1").due_at(cx.now() + SignedDuration::from_hours(1));
//!     tx.enqueue(&cx, job).await
//! }).await?;
//! jobs.run_due().await?;
//! jobs.stop().await;
//! # Ok(()) }
//! ```

mod dead;
mod enqueue;
mod lease;
mod numbers;
mod pending;
mod run;

pub use self::{
    dead::{Dead, dead, drop_dead, retry_dead},
    enqueue::Job,
    numbers::{Numbers, numbers},
    pending::{Pending, Standing, Tally, pending},
    run::{Jobs, JobsHandle, TRIES},
};
use crate::db::Migration;

/// The tables of jobs, in the database of every context: `db.migrate("jobs", jobs::MIGRATIONS)`.
pub const MIGRATIONS: &[Migration] = crate::migrations!("jobs.sql");
