//! Statements that are sent together: none of them needs the answer of another.

use super::value::{Bind, Value};

/// A statement with its values, to be given to [`Tx::exec_each`](super::Tx::exec_each),
/// [`Tx::all_each`](super::Tx::all_each) or [`Tx::all_three`](super::Tx::all_three).
#[derive(Debug, Clone)]
pub struct Step {
    pub(super) sql: &'static str,
    pub(super) args: Vec<Value>,
}

impl Step {
    /// A statement with the values of `$1 … $n`.
    pub fn new(sql: &'static str, args: &[&dyn Bind]) -> Self {
        Self { sql, args: args.iter().map(super::value::Bind::value).collect() }
    }

    /// The values as a statement takes them.
    pub(super) fn bound(&self) -> Vec<&dyn Bind> {
        self.args.iter().map(|value| value as &dyn Bind).collect()
    }
}
