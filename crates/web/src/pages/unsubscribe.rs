//! Ending a kind of e-mail by the link in a letter (RFC 8058): mail programs do it by a POST, people by a button, both
//! without signing in. Looking at the page ends nothing, for programs look at every link.

use axum::{
    extract::{Path, State},
    response::Response,
};
use platform::Result;

use super::{Site, notices, visitor::Visitor};
use crate::view::{Area, Here, Unsubscribe};

/// `GET /berhenti/{token}`
pub(super) async fn ask(State(site): State<Site>, visitor: Visitor, Path(token): Path<String>) -> Result<Response> {
    let kind = site.notifications.unsubscribing(&visitor.cx, &token).await?;
    visitor.page(&page(&visitor, &token, notices::kind_key(kind), false))
}

/// `POST /berhenti/{token}`: whatever it carries.
pub(super) async fn end(State(site): State<Site>, visitor: Visitor, Path(token): Path<String>) -> Result<Response> {
    let kind = site.notifications.unsubscribe(&visitor.cx, &token).await?;
    visitor.page(&page(&visitor, &token, notices::kind_key(kind), true))
}

fn page(visitor: &Visitor, token: &str, kind: &'static str, done: bool) -> Unsubscribe {
    let shell = visitor.shell("unsubscribe-title", Area::Patient, Here::Nowhere);
    Unsubscribe { shell, action: format!("/berhenti/{token}"), kind, done }
}
