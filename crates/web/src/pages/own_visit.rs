//! The visit that an address under `/janji/{code}` names.

use axum::{
    extract::{FromRequestParts, Path},
    http::request::Parts,
};
use contracts::scheduling::Appointment;
use platform::{Error, Result};

use super::{Site, visitor::Visitor};

/// A visit as whoever is signed in may see it; 404 where they may not, the way to the sign-in for guests.
pub(super) struct OwnVisit {
    /// Who asks.
    pub(super) visitor: Visitor,
    /// The visit.
    pub(super) visit: Appointment,
    /// Its page.
    pub(super) href: String,
}

impl FromRequestParts<Site> for OwnVisit {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self> {
        let visitor = Visitor::from_request_parts(parts, site).await?;
        visitor.cx.account()?;
        let code = Path::<String>::from_request_parts(parts, site).await;
        let Path(code) = code.map_err(|_| Error::NotFound("appointment"))?;
        let visit = site.scheduling.appointment(&visitor.cx, &code).await?;
        Ok(Self { href: format!("/janji/{}", visit.code), visitor, visit })
    }
}
