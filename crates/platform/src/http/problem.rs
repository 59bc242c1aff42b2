//! The two faces of an error: `application/problem+json` (RFC 9457) for programs, a page for people.

use std::sync::Arc;

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;

use crate::{
    cx::Cx,
    error::{Error, FieldError},
    i18n::{Locale, Texts},
};

/// What is told about an error, in the person's language.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// `/problems/<kind>`, stable.
    #[serde(rename = "type")]
    #[schema(rename = "type", example = "/problems/slot-taken")]
    pub kind_uri: String,
    /// What happened, in one line.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What to do next.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub detail: String,
    /// The path asked for.
    pub instance: String,
    /// Names the request when asking for help.
    pub request_id: String,
    /// The fields to mend.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldProblem>,
    /// Fresh choices in place of what could not be had.
    #[serde(skip_serializing_if = "serde_json::Value::is_null")]
    pub alternatives: serde_json::Value,
    /// Seconds to wait.
    #[serde(skip)]
    pub retry_after: Option<u64>,
    /// A form of our own whose token is no longer good, to be offered once more.
    #[serde(skip)]
    pub stale_form: Option<StaleForm>,
}

/// What somebody typed into a form of ours before they signed in or out elsewhere, with a token that is good now.
#[derive(Clone)]
pub struct StaleForm {
    /// The fields as they were sent, without the token.
    pub fields: Vec<(String, String)>,
    /// The token to send them with.
    pub token: String,
}

impl std::fmt::Debug for StaleForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StaleForm(«private»)")
    }
}

/// One field to mend.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct FieldProblem {
    /// Path of the field as it was sent; empty for the whole body.
    pub field: String,
    /// Stable name of what is wrong.
    pub code: String,
    /// The remedy, in the person's language.
    pub message: String,
}

/// Shows errors to people; the pages' crate implements it.
pub trait ErrorPage: Send + Sync {
    /// The whole page.
    fn render(&self, cx: &Cx, problem: &Problem) -> String;

    /// Where to send the browser (303) in place of a page, given the path and query asked for: a guest to sign in, for
    /// instance.
    fn redirect(&self, _cx: &Cx, _problem: &Problem, _path_and_query: &str) -> Option<String> {
        None
    }
}

/// Why a response failed; travels from the handler to the edge in the response's extensions.
#[derive(Debug, Clone)]
pub(super) enum Failure {
    Error(Arc<Error>),
    /// Only a status is known: 405, or an answer of a library.
    Status(StatusCode),
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::from_u16(self.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        response.extensions_mut().insert(Failure::Error(Arc::new(self)));
        response
    }
}

impl Failure {
    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::Error(error) => StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            Self::Status(status) => *status,
        }
    }
}

impl Problem {
    /// What to tell about an error.
    pub fn of(error: &Error, texts: &Texts, locale: Locale, request_id: &str, instance: &str) -> Self {
        let mut problem = Self::bare(kind(error), error.status(), request_id, instance);
        let (title, detail) = problem.words(error, texts, locale);
        (problem.title, problem.detail) = (title, detail);
        match error {
            Error::Invalid(fields) => {
                problem.errors = fields.iter().map(|field| FieldProblem::of(field, texts, locale)).collect()
            }
            Error::Conflict(conflict) => problem.alternatives = conflict.alternatives.clone(),
            Error::RateLimited(seconds) => problem.retry_after = Some(*seconds),
            Error::Unavailable(_) => problem.retry_after = Some(1),
            _ => {}
        }
        problem
    }

    pub(super) fn of_failure(
        failure: &Failure,
        texts: &Texts,
        locale: Locale,
        request_id: &str,
        instance: &str,
    ) -> Self {
        match failure {
            Failure::Error(error) => Self::of(error, texts, locale, request_id, instance),
            Failure::Status(status) => {
                let kind = kind_of_status(*status);
                let mut problem = Self::bare(kind, status.as_u16(), request_id, instance);
                problem.title = texts.get(locale, &format!("problem-{kind}"), &[]);
                problem.detail = texts.get(locale, &format!("problem-{kind}.detail"), &[]);
                problem
            }
        }
    }

    /// The last part of `type`: `not-found`, `slot-taken` …
    pub fn kind(&self) -> &str {
        self.kind_uri.rsplit('/').next().unwrap_or_default()
    }

    fn bare(kind: &str, status: u16, request_id: &str, instance: &str) -> Self {
        Self {
            kind_uri: format!("/problems/{kind}"),
            title: String::new(),
            status,
            detail: String::new(),
            instance: instance.to_owned(),
            request_id: request_id.to_owned(),
            errors: Vec::new(),
            alternatives: serde_json::Value::Null,
            retry_after: None,
            stale_form: None,
        }
    }

    /// Title and detail. A conflict has its own under `problem-<kind>` (else `error-<kind>` as the title); reasons of
    /// 401, 403 and kinds of 404 may have a more exact detail under `error-<reason>`.
    fn words(&self, error: &Error, texts: &Texts, locale: Locale) -> (String, String) {
        let (values, reason) = match error {
            Error::Conflict(conflict) => (conflict.args.clone(), None),
            Error::TooLarge(max) => (vec![("max".to_owned(), max.to_string())], None),
            Error::RateLimited(seconds) => (vec![("seconds".to_owned(), seconds.to_string())], None),
            Error::Unauthenticated(reason) | Error::Forbidden(reason) => (Vec::new(), Some(format!("error-{reason}"))),
            Error::NotFound(thing) => (Vec::new(), Some(format!("error-not-found-{thing}"))),
            _ => (Vec::new(), None),
        };
        let kind = self.kind();
        let say = |key: &str| texts.say(locale, key, &values);
        let own = say(&format!("problem-{kind}")).or_else(|| say(&format!("error-{kind}")));
        let own_detail = reason.and_then(|key| say(&key)).or_else(|| say(&format!("problem-{kind}.detail")));
        match (own, own_detail) {
            (Some(title), detail) => (title, detail.unwrap_or_default()),
            (None, _) => {
                (say("problem-conflict").unwrap_or_default(), say("problem-conflict.detail").unwrap_or_default())
            }
        }
    }

    /// The answer for programs.
    pub(super) fn into_json(self) -> Response {
        let body = serde_json::to_vec(&self).unwrap_or_default();
        self.dress(Body::from(body), "application/problem+json")
    }

    /// The answer for people.
    pub(super) fn into_page(self, page: String) -> Response {
        self.dress(Body::from(page), "text/html; charset=utf-8")
    }

    fn dress(&self, body: Body, content_type: &'static str) -> Response {
        let mut response = Response::new(body);
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if self.status == 401 {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"mediverse\""));
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

impl FieldProblem {
    /// What to tell about a field.
    pub fn of(error: &FieldError, texts: &Texts, locale: Locale) -> Self {
        let say = |code: &str| texts.say(locale, &format!("error-{code}"), &error.args);
        let message = say(&error.code).or_else(|| say("invalid")).unwrap_or_default();
        Self { field: error.field.clone(), code: error.code.clone(), message }
    }
}

fn kind(error: &Error) -> &str {
    match error {
        Error::Unauthenticated(_) => "unauthenticated",
        Error::Forbidden(_) => "forbidden",
        Error::NotFound(_) => "not-found",
        Error::Conflict(conflict) => &conflict.kind,
        Error::Stale => "stale",
        Error::TooLarge(_) => "too-large",
        Error::Unsupported => "unsupported",
        Error::Invalid(_) => "invalid",
        Error::PreconditionRequired => "precondition-required",
        Error::RateLimited(_) => "rate-limited",
        Error::Unavailable(_) => "unavailable",
        Error::Late => "late",
        Error::Db(_) | Error::Internal(_) => {
            if error.status() == 503 {
                "unavailable"
            } else {
                "internal"
            }
        }
    }
}

fn kind_of_status(status: StatusCode) -> &'static str {
    match status.as_u16() {
        401 => "unauthenticated",
        403 => "forbidden",
        404 | 410 => "not-found",
        405 => "method-not-allowed",
        415 => "unsupported",
        503 => "unavailable",
        504 => "late",
        500.. => "internal",
        _ => "malformed",
    }
}
