//! SQLite's errors in our words.

use rusqlite::{Error, ErrorCode, ffi};

use super::DbError;

/// An error of preparing a statement: its text is of our SQL, so it may be shown.
pub(in crate::db) fn on_prepare(error: &Error) -> DbError {
    match error {
        Error::SqlInputError { msg, .. } => DbError::Other(format!("not understood: {msg}")),
        Error::SqliteFailure(code, Some(text)) if code.code == ErrorCode::Unknown => {
            DbError::Other(format!("not understood: {text}"))
        }
        other => on_run(other),
    }
}

/// An error of running a statement: its text may quote a bound value, so only constraints are named.
pub(in crate::db) fn on_run(error: &Error) -> DbError {
    let Error::SqliteFailure(code, text) = error else { return DbError::Other(ours(error)) };
    let named = || {
        let text = text.as_deref().unwrap_or_default();
        text.split_once(" constraint failed: ").map_or(text, |(_, name)| name).to_owned()
    };
    match (code.code, code.extended_code) {
        (_, ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID) => {
            DbError::Unique(named())
        }
        (_, ffi::SQLITE_CONSTRAINT_CHECK | ffi::SQLITE_CONSTRAINT_TRIGGER) => DbError::Check(named()),
        (_, ffi::SQLITE_CONSTRAINT_FOREIGNKEY) => DbError::ForeignKey(named()),
        (_, ffi::SQLITE_CONSTRAINT_NOTNULL) => DbError::NotNull(named()),
        (ErrorCode::DiskFull, _) => DbError::Full,
        (
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::OutOfMemory | ErrorCode::SystemIoFailure,
            extended,
        ) => DbError::Unavailable(format!("SQLite {extended}")),
        (ErrorCode::ReadOnly, _) => DbError::Other("a unit that reads may not write".to_owned()),
        (_, extended) => DbError::Other(format!("SQLite {extended}")),
    }
}

/// Errors of the driver, which hold names and types but no values.
fn ours(error: &Error) -> String {
    match error {
        Error::InvalidColumnType(..) | Error::FromSqlConversionFailure(..) | Error::Utf8Error(..) => {
            "a value has another type".to_owned()
        }
        Error::InvalidParameterName(_) | Error::InvalidParameterCount(..) | Error::MultipleStatement => {
            error.to_string()
        }
        _ => "the driver refused".to_owned(),
    }
}
