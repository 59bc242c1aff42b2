//! HTTP: what stands around every route ([`Edge`]), how requests are read (extractors), how errors are told
//! (RFC 9457) and how connections are served.

mod auth;
mod context;
pub mod cookie;
mod csrf;
mod edge;
mod extract;
mod fields;
mod headers;
pub mod health;
pub mod limit;
mod moment;
mod network;
mod problem;
mod serve;

pub use auth::{Authenticator, Credential, Identity};
pub use csrf::Csrf;
pub use edge::{Edge, Settings};
pub use extract::{Body, BodyLimit, Form, IdempotencyKey, IfMatch, Params, PathId};
pub use fields::field_errors;
pub use headers::etag;
pub use moment::Moment;
pub use network::Network;
pub use problem::{ErrorPage, FieldProblem, Problem, StaleForm};
pub use serve::{ServeLimits, serve, serve_over, serve_with};
