//! The pages of Mediverse: what a person sees in a browser, and the files those pages need.
//!
//! A page is a struct of plain, display-ready values in [`view`]; its template has the same name under
//! `templates/`. Sentences live in `locales/{id,en}/*.ftl` and are reached by the filter `t`. The handlers in
//! [`pages`] fill pages by the verbs of the contexts.

pub mod assets;
pub mod filters;
pub mod format;
pub mod icon;
pub mod pages;
pub mod portrait;
pub mod qr;
pub mod speech;
pub mod view;

pub use pages::{Pages, Services, router};
pub use speech::TEXTS;
