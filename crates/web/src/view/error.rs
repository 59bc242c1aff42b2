//! A page that says what went wrong and what to do next.

use askama::Template;

use super::Shell;
use crate::filters;

/// Any refusal that is not a form to mend.
#[derive(Debug, Clone, Template)]
#[template(path = "error.html")]
pub struct ErrorPage {
    /// The frame.
    pub shell: Shell,
    /// HTTP status.
    pub status: u16,
    /// What happened and what is safe, ready to read.
    pub text: String,
    /// A form of a page that is too old was sent.
    pub stale_form: bool,
    /// To be told to the help desk; empty hides it.
    pub request_id: String,
    /// Where trying again leads, or empty.
    pub retry: String,
}

impl ErrorPage {
    /// Text key of the heading.
    pub fn heading(&self) -> &'static str {
        match self.status {
            _ if self.stale_form => "oops-form",
            401 => "oops-signin",
            403 => "oops-forbidden",
            404 => "oops-missing",
            409 | 412 => "oops-changed",
            429 => "oops-often",
            503 | 504 => "oops-busy",
            400..=499 => "oops-input",
            _ => "oops-fault",
        }
    }
}
