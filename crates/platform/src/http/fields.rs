//! What a reader of requests says about a field, from what serde says.

use serde_path_to_error::Error as PathError;

use crate::error::{Error, FieldError};

/// The field errors of a failed deserialization: the path as the caller wrote it, and a code with its values.
/// The caller's values never appear in them.
pub fn field_errors<E: std::error::Error>(error: &PathError<E>) -> Error {
    Error::Invalid(vec![field_error(path_of(error), &error.inner().to_string())])
}

/// As [`field_errors`], for a struct with a flattened part, which serde reads without keeping the path. Its fields are
/// read in the order given, so the one to blame is the last of them that the reader came to: the last without which
/// `reread` says something else. Fields whose path is kept are not of the part.
pub(super) fn field_errors_among<'f, E: std::error::Error>(
    error: &PathError<E>,
    fields: impl Iterator<Item = &'f str>,
    reread: impl Fn(&str) -> Reread,
) -> Error {
    let message = error.inner().to_string();
    let mut said = field_error(path_of(error), &message);
    if said.field.is_empty() {
        let came_to = |field: &&str| match reread(field) {
            Reread::Tracked => false,
            Reread::Fine => true,
            Reread::Refused(other) => other != message,
        };
        fields.take(MOST_FIELDS).filter(came_to).last().unwrap_or_default().clone_into(&mut said.field);
    }
    Error::Invalid(vec![said])
}

/// What a reader says when one field is left out or spoilt.
pub(super) enum Reread {
    /// It keeps the field's path.
    Tracked,
    /// Nothing is wrong then.
    Fine,
    /// This is wrong then.
    Refused(String),
}

impl Reread {
    /// What came of reading with the field left out.
    pub(super) fn of<T, E: std::error::Error>(read: Result<T, PathError<E>>) -> Self {
        match read {
            Ok(_) => Self::Fine,
            Err(error) if path_of(&error).is_empty() => Self::Refused(error.inner().to_string()),
            Err(_) => Self::Tracked,
        }
    }
}

/// Fields looked at to find the one to blame.
const MOST_FIELDS: usize = 64;

fn path_of<E>(error: &PathError<E>) -> String {
    match error.path().to_string() {
        path if path == "." => String::new(),
        path => path,
    }
}

fn field_error(path: String, message: &str) -> FieldError {
    if let Some(name) = quoted_after(message, "missing field ") {
        return FieldError::new(join(&path, name), "missing");
    }
    if let Some(name) = quoted_after(message, "unknown field ") {
        let whole = if last(&path) == name { path } else { join(&path, name) };
        return FieldError::new(whole, "unknown-field");
    }
    if let Some(name) = quoted_after(message, "duplicate field ") {
        let whole = if last(&path) == name { path } else { join(&path, name) };
        return FieldError::new(whole, "duplicate");
    }
    if message.starts_with("unknown variant ") {
        return FieldError::new(path, "not-one-of").with("choices", choices(message));
    }
    FieldError::new(path, code(message))
}

/// The code for messages that name no field.
fn code(message: &str) -> &'static str {
    let speaks_of = |words: &[&str]| words.iter().any(|word| message.contains(word));
    if message.starts_with("invalid type")
        || message.starts_with("invalid digit")
        || message.contains("parse integer")
        || message.contains("provided string was not")
    {
        "wrong-type"
    } else if message.starts_with("not an identifier") {
        "invalid-id"
    } else if speaks_of(&["year", "month", "date"]) {
        "invalid-date"
    } else if speaks_of(&["hour", "minute", "time"]) {
        "invalid-time"
    } else {
        "invalid"
    }
}

fn quoted_after<'a>(message: &'a str, prefix: &str) -> Option<&'a str> {
    message.strip_prefix(prefix)?.strip_prefix('`')?.split('`').next()
}

/// The names listed after `expected`: they are ours, not the caller's.
fn choices(message: &str) -> String {
    let listed = message.rsplit_once("expected ").map_or("", |(_, listed)| listed);
    listed.split('`').skip(1).step_by(2).collect::<Vec<_>>().join(", ")
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn last(path: &str) -> &str {
    path.rsplit_once('.').map_or(path, |(_, last)| last)
}

#[cfg(test)]
mod tests {
    use super::code;

    #[test]
    fn dates_and_times_are_told_apart_from_other_values() {
        let said = |error: serde_json::Error| code(&error.to_string()).to_owned();
        for text in ["24-11", "2026-13-01", "2026-02-30", "", "besok"] {
            let text = format!("{text:?}");
            assert_eq!(said(serde_json::from_str::<jiff::civil::Date>(&text).unwrap_err()), "invalid-date", "{text}");
            assert_eq!(said(serde_json::from_str::<jiff::Timestamp>(&text).unwrap_err()), "invalid-date", "{text}");
        }
        for text in ["25:00", "09:61", "", "pagi"] {
            let text = format!("{text:?}");
            assert_eq!(said(serde_json::from_str::<jiff::civil::Time>(&text).unwrap_err()), "invalid-time", "{text}");
        }
        assert_eq!(said(serde_json::from_str::<std::net::IpAddr>("\"x\"").unwrap_err()), "invalid");
    }
}
