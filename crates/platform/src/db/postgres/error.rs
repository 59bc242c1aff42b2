//! PostgreSQL's errors in our words.

use tokio_postgres::{
    Error,
    error::{DbError as Answer, SqlState},
};

use super::DbError;

/// What the server or the way to it said. Details and hints of the server may quote values and are left out.
pub(in crate::db) fn on_error(error: &Error) -> DbError {
    if let Some(answer) = error.as_db_error() {
        return answered(answer);
    }
    // What it is that fails says which certificate or setting to look at.
    if error.to_string().starts_with("error performing TLS handshake") {
        let cause = std::error::Error::source(error).map(ToString::to_string);
        return DbError::Unavailable(format!("TLS: {}", cause.unwrap_or_default()));
    }
    if error.is_closed() || is_io(error) {
        return DbError::Unavailable("the connection broke".to_owned());
    }
    // The driver's own: a parameter that cannot be bound, a wrong count. `types` writes no values into the cause.
    let cause = std::error::Error::source(error).map(|cause| format!(" ({cause})"));
    DbError::Other(format!("{error}{}", cause.unwrap_or_default()))
}

/// A prepared statement whose table has changed since: the connection is of no more use, the next one is.
pub(super) fn is_stale_plan(error: &Error) -> bool {
    error.as_db_error().is_some_and(|answer| {
        *answer.code() == SqlState::FEATURE_NOT_SUPPORTED && answer.message().starts_with("cached plan")
    })
}

fn answered(answer: &Answer) -> DbError {
    let code = answer.code();
    let constraint = || answer.constraint().unwrap_or_default().to_owned();
    match code.code() {
        "23505" | "23P01" => DbError::Unique(constraint()),
        "23514" => DbError::Check(constraint()),
        "P0001" => DbError::Check(answer.message().to_owned()),
        "23503" => DbError::ForeignKey(constraint()),
        "23502" => DbError::NotNull(answer.column().unwrap_or_default().to_owned()),
        "53100" => DbError::Full,
        "25006" => DbError::Other("a unit that reads may not write".to_owned()),
        "0A000" if answer.message().starts_with("cached plan") => {
            DbError::Unavailable("a table has changed".to_owned())
        }
        // Deadlock, serialization, lock timeout: another try is likely to do, but somebody should look if they are many.
        code @ ("40001" | "40P01" | "55P03") => {
            tracing::warn!(code, "the database asks to try again");
            DbError::Unavailable(format!("PostgreSQL {code}"))
        }
        code if matches!(code.get(..2), Some("08" | "53" | "57" | "58"))
            || matches!(code, "25P03" | "25P02" | "3D000" | "28P01" | "28000") =>
        {
            DbError::Unavailable(format!("PostgreSQL {code}"))
        }
        // These speak of our SQL, not of anybody's data.
        code if code.starts_with("42") => DbError::Other(format!("PostgreSQL {code}: {}", answer.message())),
        code => DbError::Other(format!("PostgreSQL {code}")),
    }
}

fn is_io(error: &Error) -> bool {
    let mut cause = std::error::Error::source(error);
    while let Some(this) = cause {
        if this.is::<std::io::Error>() {
            return true;
        }
        cause = this.source();
    }
    false
}
