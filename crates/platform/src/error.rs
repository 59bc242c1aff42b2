//! The one vocabulary of failure (ARCHITECTURE.md §8). Every verb of every context answers with [`Error`];
//! `http` gives it two faces, `application/problem+json` (RFC 9457) for programs and a page for people.

use serde::{Deserialize, Serialize};

/// What every verb returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why something could not be done. The HTTP status stands beside each kind.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// 401: nobody is signed in, or the token is no longer good. Holds the text key of the reason.
    #[error("unauthenticated: {0}")]
    Unauthenticated(&'static str),
    /// 403: signed in, but lacking the named permission.
    #[error("forbidden: {0}")]
    Forbidden(&'static str),
    /// 404: not there, or not theirs to know of. Holds the kind of thing (a text key).
    #[error("not found: {0}")]
    NotFound(&'static str),
    /// 409: the state of things does not allow it.
    #[error("conflict: {}", .0.kind)]
    Conflict(Box<Conflict>),
    /// 412: changed by somebody since it was read.
    #[error("stale")]
    Stale,
    /// 413: larger than the bound named.
    #[error("too large: at most {0} bytes")]
    TooLarge(u64),
    /// 415: a media type that is not understood.
    #[error("unsupported media type")]
    Unsupported,
    /// 422: fields that must be mended.
    #[error("invalid: {}", .0.iter().map(|f| f.field.as_str()).collect::<Vec<_>>().join(", "))]
    Invalid(Vec<FieldError>),
    /// 428: the request must say which version it changes (`If-Match`).
    #[error("precondition required")]
    PreconditionRequired,
    /// 429: too many, come back in so many seconds.
    #[error("rate limited, retry in {0} s")]
    RateLimited(u64),
    /// 503: something needed does not answer now; trying again is safe.
    #[error("unavailable: {0}")]
    Unavailable(&'static str),
    /// 504: the deadline passed.
    #[error("late")]
    Late,
    /// 500: the database said something nobody expected here.
    #[error(transparent)]
    Db(#[from] crate::db::DbError),
    /// 500: a fault of ours. The text goes to the log, never to a person.
    #[error("internal: {0}")]
    Internal(String),
}

/// What stands in the way, and what may be done in its place.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Conflict {
    /// Stable name, also the last part of the problem's `type` and its text key: `slot-taken`, `day-limit` …
    pub kind: String,
    /// Values for the text, by name.
    pub args: Vec<(String, String)>,
    /// Fresh choices (free times, for instance), shaped as the verb's contract says.
    pub alternatives: serde_json::Value,
}

/// One field and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// Path of the field as the caller wrote it: `person.birth_date`.
    pub field: String,
    /// Text key of the remedy without its `error-` prefix: `required`, `too-long`, `card-digits`.
    pub code: String,
    /// Values for the text, by name.
    pub args: Vec<(String, String)>,
}

impl FieldError {
    /// A field error without values.
    pub fn new(field: impl Into<String>, code: impl Into<String>) -> Self {
        Self { field: field.into(), code: code.into(), args: Vec::new() }
    }

    /// Adds a value for the text.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.args.push((name.to_owned(), value.to_string()));
        self
    }
}

impl Error {
    /// A 409 of this kind, with nothing offered in its place.
    pub fn conflict(kind: impl Into<String>) -> Self {
        Self::conflict_with(kind, serde_json::Value::Null)
    }

    /// A 409 of this kind, with fresh choices.
    pub fn conflict_with(kind: impl Into<String>, alternatives: serde_json::Value) -> Self {
        Self::Conflict(Box::new(Conflict { kind: kind.into(), args: Vec::new(), alternatives }))
    }

    /// Adds a value for the text of a conflict; other kinds stay as they are.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        if let Self::Conflict(conflict) = &mut self {
            conflict.args.push((name.to_owned(), value.to_string()));
        }
        self
    }

    /// A 422 for one field.
    pub fn invalid(field: impl Into<String>, code: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError::new(field, code)])
    }

    /// A fault of ours, with its cause for the log.
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        Self::Internal(cause.to_string())
    }

    /// Whether this is the conflict of that kind.
    pub fn is_conflict(&self, kind: &str) -> bool {
        matches!(self, Self::Conflict(c) if c.kind == kind)
    }

    /// The kind in a word, without any value: for logs and rows that may hold nothing of people.
    pub fn word(&self) -> &str {
        match self {
            Self::Unauthenticated(_) => "unauthenticated",
            Self::Forbidden(_) => "forbidden",
            Self::NotFound(kind) | Self::Unavailable(kind) => kind,
            Self::Conflict(conflict) => &conflict.kind,
            Self::Stale => "stale",
            Self::TooLarge(_) => "too-large",
            Self::Unsupported => "unsupported",
            Self::Invalid(_) => "invalid",
            Self::PreconditionRequired => "precondition-required",
            Self::RateLimited(_) => "rate-limited",
            Self::Late => "late",
            Self::Db(e) => e.word(),
            Self::Internal(_) => "internal",
        }
    }

    /// The HTTP status this kind answers with.
    pub fn status(&self) -> u16 {
        match self {
            Self::Unauthenticated(_) => 401,
            Self::Forbidden(_) => 403,
            Self::NotFound(_) => 404,
            Self::Conflict(_) => 409,
            Self::Stale => 412,
            Self::TooLarge(_) => 413,
            Self::Unsupported => 415,
            Self::Invalid(_) => 422,
            Self::PreconditionRequired => 428,
            Self::RateLimited(_) => 429,
            Self::Unavailable(_) => 503,
            Self::Late => 504,
            Self::Db(e) if e.is_unavailable() => 503,
            Self::Db(_) | Self::Internal(_) => 500,
        }
    }
}

/// Whether a character changes the direction of what stands around it (Unicode UAX #9), and so can make a line read as
/// something else than it is.
fn turns_around(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Gathers field errors so that all of them are told at once.
#[derive(Debug, Default)]
pub struct Problems(Vec<FieldError>);

impl Problems {
    /// Notes one.
    pub fn add(&mut self, problem: FieldError) {
        self.0.push(problem);
    }

    /// Notes one where `ok` is false.
    pub fn check(&mut self, ok: bool, field: &str, code: &str) {
        if !ok {
            self.0.push(FieldError::new(field, code));
        }
    }

    /// Notes a number that is not within these bounds.
    pub fn range<T: PartialOrd + std::fmt::Display>(&mut self, field: &str, value: T, min: T, max: T) {
        if value < min || value > max {
            self.add(FieldError::new(field, "out-of-range").with("min", min).with("max", max));
        }
    }

    /// Notes a list that is longer than `max`.
    pub fn at_most(&mut self, field: &str, count: usize, max: usize) {
        if count > max {
            self.add(FieldError::new(field, "too-many").with("max", max));
        }
    }

    /// A required text: trimmed, not empty, at most `max` characters, without control characters.
    pub fn text(&mut self, field: &str, value: &str, max: usize) -> String {
        let text = value.trim();
        if text.is_empty() {
            self.add(FieldError::new(field, "required"));
        }
        self.bounded(field, text, max)
    }

    /// An optional text: as [`Problems::text`], but empty is none.
    pub fn optional_text(&mut self, field: &str, value: Option<&str>, max: usize) -> Option<String> {
        let text = value.unwrap_or_default().trim();
        (!text.is_empty()).then(|| self.bounded(field, text, max))
    }

    fn bounded(&mut self, field: &str, text: &str, max: usize) -> String {
        if text.chars().count() > max {
            self.add(FieldError::new(field, "too-long").with("max", max));
        }
        if text.chars().any(|c| (c.is_control() && c != '\n' && c != '\t') || turns_around(c)) {
            self.add(FieldError::new(field, "control-characters"));
        }
        text.to_owned()
    }

    /// `Err` with everything noted, or `Ok` where nothing was.
    pub fn done(self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Error::Invalid(self.0)) }
    }
}
