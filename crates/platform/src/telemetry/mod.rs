//! What operators see: logs, numbers, and nothing of anybody's private life.

mod logs;
mod numbers;
mod private;
mod process;
pub mod recent;

pub(crate) use self::numbers::{conflict, request};
pub use self::{
    logs::{LogFormat, init},
    numbers::{Gauges, Metrics, count},
    private::Private,
};
