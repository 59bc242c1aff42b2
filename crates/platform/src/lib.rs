//! What every context stands on, and what knows nothing of medicine: the context of an operation ([`cx`]), ids,
//! money, errors, the database layer, the bus, jobs, caches, files, configuration, HTTP, texts and telemetry.

pub mod blobs;
pub mod bus;
pub mod cache;
pub mod clock;
pub mod config;
pub mod crypto;
pub mod cx;
pub mod db;
pub mod entropy;
pub mod error;
pub mod http;
pub mod i18n;
pub mod ids;
pub mod jobs;
pub mod live;
pub mod money;
pub mod shared;
pub mod sheet;
pub mod telemetry;
pub mod tls;
pub mod trace;
pub mod words;

pub use clock::Clock;
pub use cx::{Actor, Cx, PermissionSet};
pub use error::{Error, FieldError, Result};
pub use ids::Id;
pub use money::Money;
