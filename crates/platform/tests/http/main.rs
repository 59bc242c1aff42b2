//! The edge and the readers of requests, asked from outside.

mod edge;
mod forgery;
mod reading;
mod serving;

use std::sync::Arc;

use async_trait::async_trait;
use axum::{Router, body::Body};
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::BodyExt;
use platform::{
    Actor, Clock, Error, PermissionSet, Result,
    entropy::Entropy,
    http::{Authenticator, Credential, Edge, Identity, Settings},
    i18n::{Locale, TEXTS, Texts},
};
use serde_json::Value;
use tower::ServiceExt;

/// Knows `good` alone.
struct Gate;

#[async_trait]
impl Authenticator for Gate {
    async fn identify(&self, credential: Credential<'_>) -> Result<Identity> {
        match credential {
            Credential::Bearer("good") | Credential::Cookie("good") => Ok(Identity {
                actor: Actor::Account { id: "acc_1".into(), session: "ses_1".into() },
                permissions: PermissionSet::default(),
                facilities: None,
                locale: Some(Locale::En),
                csrf: None,
            }),
            Credential::Cookie("down") => Err(Error::Unavailable("auth")),
            _ => Err(Error::Unauthenticated("bad-token")),
        }
    }
}

/// The usual settings over [`Gate`], at a standing clock.
fn settings() -> Settings {
    let texts = Texts::new(TEXTS).expect("texts");
    let clock = Clock::manual("2026-11-24T02:30:00Z".parse().expect("an instant"));
    Settings::new(Arc::new(Gate), clock, Entropy::seeded(1), Arc::new(texts), [7; 32])
}

/// An answer, read whole.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("ASCII"))
    }

    /// Status, field and code of the only field error.
    fn complaint(&self) -> (u16, String, String) {
        let json = self.json();
        let text = |pointer: &str| json.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        (self.status.as_u16(), text("/errors/0/field"), text("/errors/0/code"))
    }
}

async fn ask(router: &Router, request: Request<Body>) -> Answer {
    let response: Response<Body> = router.clone().oneshot(request).await.expect("an answer");
    let (parts, body) = response.into_parts();
    Answer {
        status: parts.status,
        headers: parts.headers,
        body: body.collect().await.expect("a body").to_bytes().to_vec(),
    }
}

fn get(path: &str, headers: &[(&str, &str)]) -> Request<Body> {
    send("GET", path, headers, "")
}

fn send(method: &str, path: &str, headers: &[(&str, &str)], body: &'static str) -> Request<Body> {
    let request = headers
        .iter()
        .fold(Request::builder().method(method).uri(path), |request, (name, value)| request.header(*name, *value));
    request.body(Body::from(body)).expect("a request")
}

fn edge(router: Router) -> Router {
    Edge::new(settings()).wrap(router)
}
