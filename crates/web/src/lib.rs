//! The pages of Mediverse: what a person sees in a browser, and the files those pages need.
//!
//! A page is a struct of plain, display-ready values in [`view`]; its template has the same name under
//! `templates/`. Sentences live in `locales/{id,en}/*.ftl` and are reached by the filter `t`.

pub mod assets;
pub mod filters;
pub mod format;
pub mod portrait;
pub mod speech;
pub mod view;
