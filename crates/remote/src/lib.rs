//! Contexts in other processes: for each contract a client that does its verbs over HTTP/2, and a service that answers
//! them. A caller holds `Arc<dyn Scheduling>` and cannot tell which one it is.
//!
//! A call carries who asks ([`Cx`](platform::Cx)), the time that is left and its arguments as JSON; the answer is JSON or
//! a fault, which becomes the very same [`Error`](platform::Error) at the caller's. Each call shows a short-lived
//! [`Pass`] of the calling service; without one a service answers 401, and 403 to what a role never asks. Reads go to another replica once where one
//! fails, writes only where they were surely not begun or are known by their idempotency key.

mod auth;
mod breaker;
mod caller;
mod carried;
mod connection;
mod directory;
mod fault;
mod may;
mod notifications;
mod pass;
mod people;
mod process;
mod scheduling;
mod service;
mod upstream;
mod verbs;
mod watch;
mod words;

pub use auth::{RemoteAuth, serve_auth};
pub use caller::Caller;
pub use directory::{RemoteDirectory, serve_directory};
pub use notifications::{RemoteNotifications, serve_notifications};
pub use pass::{Pass, Passes, ServiceKeys, make_keys};
pub use people::{RemotePeople, serve_people};
pub use process::{PROCESS, Processes, RemoteProcess, serve_process};
pub use scheduling::{RemoteScheduling, serve_scheduling};
pub use service::{Service, router};
pub use upstream::Upstream;

/// Where services answer each other, below which nobody else comes in.
pub const PREFIX: &str = "/internal";
