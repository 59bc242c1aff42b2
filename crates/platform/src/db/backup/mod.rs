//! Several databases as they all were at one moment, while others go on writing them.
//!
//! A barrier stands for some milliseconds: whoever writes waits at it, on every database at once, while a snapshot of
//! each is opened. Nothing written before the barrier is missing from any of them, nothing written after it is in one.

mod files;
mod server;

pub use self::{
    files::{Frozen, freeze},
    server::{FrozenServer, Place, freeze_server},
};
