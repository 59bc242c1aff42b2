//! The gateway through real sockets.
#![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

mod acme;
mod answers;
mod authority;
mod bounds;
mod compression;
mod describing;
mod draining;
mod forwarding;
mod latency;
mod replicas;
mod smuggling;
mod streams;
mod sure;
mod tls;
mod world;
