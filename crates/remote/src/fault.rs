//! An error on its way from the service that met it to the caller, to whom it reads the same.

use platform::{Error, FieldError, error::Conflict};
use serde::{Deserialize, Serialize};

use crate::words;

/// The media type that tells a service's own answer from one of something in between.
pub(crate) const MEDIA_TYPE: &str = "application/vnd.mediverse.fault+json";

/// An error as it travels. What lies behind a fault of the service stays in that service's log.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "kind", content = "of", rename_all = "kebab-case")]
pub(crate) enum Fault {
    Unauthenticated(String),
    Forbidden(String),
    NotFound(String),
    Conflict(Conflict),
    Stale,
    TooLarge(u64),
    Unsupported,
    Invalid(Vec<FieldError>),
    PreconditionRequired,
    RateLimited(u64),
    Unavailable(String),
    Late,
    Internal,
}

impl From<&Error> for Fault {
    fn from(error: &Error) -> Self {
        match error {
            Error::Unauthenticated(reason) => Self::Unauthenticated((*reason).to_owned()),
            Error::Forbidden(permission) => Self::Forbidden((*permission).to_owned()),
            Error::NotFound(thing) => Self::NotFound((*thing).to_owned()),
            Error::Conflict(conflict) => Self::Conflict((**conflict).clone()),
            Error::Stale => Self::Stale,
            Error::TooLarge(most) => Self::TooLarge(*most),
            Error::Unsupported => Self::Unsupported,
            Error::Invalid(fields) => Self::Invalid(fields.clone()),
            Error::PreconditionRequired => Self::PreconditionRequired,
            Error::RateLimited(seconds) => Self::RateLimited(*seconds),
            Error::Unavailable(what) => Self::Unavailable((*what).to_owned()),
            Error::Late => Self::Late,
            Error::Db(cause) if cause.is_unavailable() => Self::Unavailable("database".to_owned()),
            Error::Db(_) | Error::Internal(_) => Self::Internal,
        }
    }
}

impl Fault {
    /// The error at the caller's. `service` names who met it, for the log.
    pub(crate) fn into_error(self, service: &str) -> Error {
        match self {
            Self::Unauthenticated(reason) => Error::Unauthenticated(words::constant(&reason)),
            Self::Forbidden(permission) => Error::Forbidden(words::constant(&permission)),
            Self::NotFound(thing) => Error::NotFound(words::constant(&thing)),
            Self::Conflict(conflict) => Error::Conflict(Box::new(conflict)),
            Self::Stale => Error::Stale,
            Self::TooLarge(most) => Error::TooLarge(most),
            Self::Unsupported => Error::Unsupported,
            Self::Invalid(fields) => Error::Invalid(fields),
            Self::PreconditionRequired => Error::PreconditionRequired,
            Self::RateLimited(seconds) => Error::RateLimited(seconds),
            Self::Unavailable(what) => Error::Unavailable(words::constant(&what)),
            Self::Late => Error::Late,
            Self::Internal => Error::internal(format_args!("a fault in {service}; its own log says which")),
        }
    }

    /// Whether another replica may well answer: this one lacks something, and has done nothing.
    pub(crate) fn is_passing(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }
}

#[cfg(test)]
mod tests {
    use platform::{Error, FieldError};
    use serde_json::json;

    use super::Fault;

    fn carried(error: &Error) -> Error {
        let text = serde_json::to_string(&Fault::from(error)).unwrap();
        serde_json::from_str::<Fault>(&text).unwrap().into_error("test")
    }

    /// Every kind reads the same at the caller's, with all that goes with it.
    #[test]
    fn an_error_arrives_as_it_was() {
        let conflict =
            Error::conflict_with("slot-taken", json!([{ "at": "2026-11-24T02:00:00Z" }])).with("minutes", 30);
        let invalid = Error::Invalid(vec![FieldError::new("nik", "card-digits").with("digits", 16)]);
        let all = [
            Error::Unauthenticated("session-expired"),
            Error::Forbidden("role.manage"),
            Error::NotFound("appointment"),
            conflict,
            Error::Stale,
            Error::TooLarge(1 << 20),
            Error::Unsupported,
            invalid,
            Error::PreconditionRequired,
            Error::RateLimited(7),
            Error::Unavailable("mail"),
            Error::Late,
        ];
        for error in all {
            assert_eq!(format!("{:?}", carried(&error)), format!("{error:?}"));
        }
    }

    /// J9: causes hold addresses, SQL and values; they do not travel.
    #[test]
    fn a_fault_of_ours_says_nothing_of_its_cause() {
        let text = serde_json::to_string(&Fault::from(&Error::internal("password of postgres://u:secret@h"))).unwrap();
        assert_eq!(text, r#"{"kind":"internal"}"#);
        assert_eq!(carried(&Error::internal("x")).status(), 500);
    }
}
