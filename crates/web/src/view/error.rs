//! A page that says what went wrong and what to do next.

use askama::Template;

use platform::http::StaleForm;

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
    /// What was typed into that form, to be sent once more.
    pub typed: Option<Typed>,
    /// To be told to the help desk; empty hides it.
    pub request_id: String,
    /// Where trying again leads, or empty.
    pub retry: String,
}

/// A form as it was typed, under a token that is good now.
#[derive(Debug, Clone)]
pub struct Typed {
    /// Where it is sent.
    pub action: String,
    /// The token.
    pub csrf: String,
    /// Its fields, but for secrets: those are typed anew on the form's own page.
    pub fields: Vec<(String, String)>,
}

impl Typed {
    /// The form that was sent to `action`.
    pub fn of(form: StaleForm, action: &str) -> Self {
        const SECRETS: [&str; 3] = ["password", "current", "code"];
        let fields = form.fields.into_iter().filter(|(name, _)| !SECRETS.contains(&name.as_str())).collect();
        Self { action: action.to_owned(), csrf: form.token, fields }
    }
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
