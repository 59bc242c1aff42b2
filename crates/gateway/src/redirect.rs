//! The plain HTTP port: sends everybody to HTTPS, and shows an ACME server what proves that the name is ours.

use std::{path::PathBuf, sync::Arc};

use axum::{
    Router,
    body::Body,
    extract::{Path, Request, State},
    response::{IntoResponse, Response},
    routing::get,
};
use http::{StatusCode, header};

use crate::{acme::is_token, guard, settings::Settings};

/// What the port needs to know.
struct Plain {
    hosts: Vec<String>,
    https_port: u16,
    answers: Option<PathBuf>,
}

/// The routes of the plain port. Answers to http-01 lie in this folder.
pub(crate) fn router(settings: &Settings, answers: Option<PathBuf>) -> Router {
    let plain = Plain { hosts: settings.hosts.clone(), https_port: settings.https_port, answers };
    Router::new()
        .route("/.well-known/acme-challenge/{token}", get(challenge))
        .fallback(elsewhere)
        .with_state(Arc::new(plain))
}

/// 308 to the same address by HTTPS: method and body stay what they are.
async fn elsewhere(State(plain): State<Arc<Plain>>, request: Request) -> Response {
    let (head, _) = request.into_parts();
    let host = match guard::host(&head, &plain.hosts) {
        Ok(host) => host,
        Err(refusal) => return refusal.status().into_response(),
    };
    let name = guard::without_port(&host);
    let port = if plain.https_port == 443 { String::new() } else { format!(":{}", plain.https_port) };
    let target = head.uri.path_and_query().map_or("/", |target| target.as_str());
    let location = format!("https://{name}{port}{target}");
    (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, location)]).into_response()
}

/// The answer an ACME client, ours or another, has put into the folder (RFC 8555 §8.3).
async fn challenge(State(plain): State<Arc<Plain>>, Path(token): Path<String>) -> Response {
    let Some(folder) = plain.answers.as_ref().filter(|_| is_token(&token)) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    match tokio::fs::read(folder.join(token)).await {
        Ok(proof) => ([(header::CONTENT_TYPE, "application/octet-stream")], Body::from(proof)).into_response(),
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}
