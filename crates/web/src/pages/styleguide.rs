//! The guide to the parts, in the demonstration alone.

use axum::{extract::State, response::Response};
use platform::{Error, Result};

use super::{Site, visitor::Visitor};
use crate::view::{Area, Here, sample};

/// `GET /_styleguide`
pub(super) async fn show(State(site): State<Site>, visitor: Visitor) -> Result<Response> {
    if !site.demo {
        return Err(Error::NotFound("page"));
    }
    let mut page = sample::styleguide(&visitor.speech);
    page.shell = visitor.shell("guide-title", Area::Patient, Here::Nowhere);
    visitor.page(&page)
}
