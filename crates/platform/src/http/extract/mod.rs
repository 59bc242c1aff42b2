//! Readers of requests. Each answers bad input with an [`Error`](crate::Error) that names the field, never with a 5xx.

mod body;
mod conditions;
mod path;
mod query;

pub(super) use body::read_bounded;
pub use body::{Body, BodyLimit};
pub use conditions::{IdempotencyKey, IfMatch};
pub use path::PathId;
pub use query::{Form, Params};
