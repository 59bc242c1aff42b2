//! The program spread over processes: what people do is the same in every shape, and what only a split has.
#![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

mod apart;
mod journey;
mod system;
mod traced;

use std::path::Path;

use testkit::topology::{Shape, Topology};

/// The program in a shape.
async fn start(shape: Shape) -> Topology {
    Topology::start(Path::new(env!("CARGO_BIN_EXE_mediverse")), shape).await
}
