//! What waits for an administrator.

use askama::Template;

use super::{Pager, Shell};
use crate::filters;

/// `/a/dokter-menunggu`
#[derive(Debug, Clone, Template)]
#[template(path = "approvals.html", blocks = ["list"])]
pub struct Approvals {
    /// The frame.
    pub shell: Shell,
    /// Doctors who signed up.
    pub requests: Vec<DoctorRequest>,
    /// Where the list goes on.
    pub pager: Pager,
}

/// A doctor who signed up.
#[derive(Debug, Clone)]
pub struct DoctorRequest {
    /// Where the decision is posted (`/approve`, `/reject` are appended).
    pub action: String,
    /// Version the page was made from.
    pub version: String,
    /// Name with titles.
    pub name: String,
    /// Address of the portrait.
    pub portrait: String,
    /// Speciality.
    pub speciality: String,
    /// E-mail.
    pub email: String,
    /// STR number.
    pub str_number: String,
    /// Until when the STR is valid, ready to read.
    pub str_until: String,
    /// The STR has run out.
    pub str_expired: bool,
}
