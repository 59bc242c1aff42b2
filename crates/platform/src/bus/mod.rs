//! How contexts tell each other what happened (ARCHITECTURE.md §3, Events).
//!
//! A context says an event with [`Tx::publish`](crate::db::Tx::publish): a row of its outbox, in the transaction that
//! writes what happened. A [`Relay`] sends what is in the outbox and not sent yet, over a [`Transport`], to every
//! [`Hearer`], which applies each event once and in its subject's order, in one transaction with the note of it.
//!
//! ```no_run
//! # use platform::{bus::{Bus, Class, Event, Reactions}, db::{Db, Migration}, *};
//! #[derive(serde::Serialize, serde::Deserialize)]
//! struct SellerListed { id: String, name: String }
//! impl Event for SellerListed {
//!     const KIND: &'static str = "seller-listed";
//!     const CLASS: Class = Class::Profile;
//!     const SOURCE: &'static str = "directory";
//!     fn subject(&self) -> String { self.id.clone() }
//! }
//!
//! # async fn example(cx: Cx, directory: Db, scheduling: Db) -> Result<()> {
//! let mut reactions = Reactions::new("scheduling", scheduling.clone());
//! reactions.hear::<SellerListed>("copy of the seller", |tx, _cx, seller, _heard| {
//!     Box::pin(async move {
//!         tx.exec("insert into seller_copy (id, name) values ($1, $2) on conflict (id) do update set name = excluded.name",
//!             &[&seller.id, &seller.name]).await?;
//!         Ok(())
//!     })
//! });
//! let mut bus = Bus::new(cx.clock.clone(), cx.entropy.clone());
//! bus.source("directory", directory.clone()).source("scheduling", scheduling).join(reactions);
//! let bus = bus.start().await?;
//!
//! directory.write(async move |tx| tx.publish(&cx, &SellerListed { id: "sel_1".into(), name: "Ayu".into() }).await).await?;
//! bus.settle(std::time::Duration::from_secs(5)).await
//! # }
//! ```

mod event;
mod failure;
mod hearer;
pub(crate) mod numbers;
mod order;
mod parked;
mod publish;
mod rabbit;
mod reached;
mod reactions;
mod relay;
mod retention;
mod run;
mod transport;
mod waiting;

pub use self::{
    event::{ANY_SOURCE, Class, Envelope, Event, Heard},
    failure::not_yet,
    hearer::Hearer,
    numbers::{Numbers, numbers},
    parked::{drop_parked, parked, retry_parked},
    publish::forget,
    rabbit::Broker,
    reactions::Reactions,
    relay::{BATCH, Lag, Relay},
    retention::raise_epoch,
    run::{Bus, BusHandle},
    transport::{InProcess, Transport},
    waiting::Parked,
};
pub(crate) use self::{failure::pause, run::is_wanted};
use crate::db::Migration;

/// The tables of the bus, in the database of every context: `db.migrate("bus", bus::MIGRATIONS)`.
pub const MIGRATIONS: &[Migration] = crate::migrations!("bus.sql", "bus_trace.sql");
