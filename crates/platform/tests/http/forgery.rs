//! Requests that another site makes a browser send.

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    routing::{get as on_get, post},
};
use http::Request;
use platform::{
    Cx,
    http::{Csrf, Edge, ErrorPage, Form, Problem},
};
use serde::Deserialize;

use crate::{Answer, ask, edge, get, send, settings};

#[derive(Deserialize)]
struct Note {
    text: String,
}

fn routes() -> Router {
    Router::new()
        .route("/form", on_get(|csrf: Csrf| async move { ([("content-type", "text/html")], csrf.token()) }))
        .route("/form", post(|Form(note): Form<Note>| async move { note.text }))
        .route("/api/act", post(|| async { "done" }))
}

const PAGE: (&str, &str) = ("accept", "text/html");
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const OWN: (&str, &str) = ("sec-fetch-site", "same-origin");
const JSON: (&str, &str) = ("content-type", "application/json");
const SIGNED_IN: (&str, &str) = ("cookie", "__Host-session=good");

async fn submit(router: &Router, headers: &[(&str, &str)], token: &str) -> Answer {
    let request = headers
        .iter()
        .chain([&PAGE, &FORM])
        .fold(Request::post("/form"), |request, (name, value)| request.header(*name, *value));
    ask(router, request.body(Body::from(format!("csrf={token}&text=hello"))).expect("a request")).await
}

/// E6
#[tokio::test]
async fn a_form_of_somebody_signed_in_needs_the_token_of_their_session() {
    let router = edge(routes());
    let token = ask(&router, get("/form", &[PAGE, SIGNED_IN])).await.text();
    assert_eq!(submit(&router, &[SIGNED_IN, OWN], &token).await.text(), "hello");
    assert_eq!(submit(&router, &[SIGNED_IN, OWN], "").await.status, 403);
    assert_eq!(submit(&router, &[SIGNED_IN, OWN], &token.replace(&token[70..72], "xx")).await.status, 403);
    assert_eq!(submit(&router, &[SIGNED_IN, ("sec-fetch-site", "cross-site")], &token).await.status, 403);
    assert_eq!(submit(&router, &[SIGNED_IN, ("sec-fetch-site", "same-site")], &token).await.status, 403);
    assert_eq!(submit(&router, &[SIGNED_IN], &token).await.status, 403, "nothing says where it comes from");
    assert_eq!(submit(&router, &[SIGNED_IN, ("host", "a.id"), ("origin", "https://a.id")], &token).await.status, 200);
    assert_eq!(submit(&router, &[SIGNED_IN, ("host", "a.id"), ("origin", "https://b.id")], &token).await.status, 403);
    assert_eq!(submit(&router, &[SIGNED_IN, OWN, ("x-csrf-token", &token)], "").await.status, 200);
}

/// E6
#[tokio::test]
async fn a_guests_form_needs_the_token_of_their_cookie() {
    let router = edge(routes());
    let page = ask(&router, get("/form", &[PAGE])).await;
    let cookie = page.header("set-cookie").split(';').next().unwrap().to_owned();
    assert!(
        cookie.starts_with("__Host-guest=") && page.header("set-cookie").contains("HttpOnly; SameSite=Lax; Secure")
    );
    let token = page.text();
    assert_eq!(submit(&router, &[("cookie", &cookie)], &token).await.text(), "hello");
    assert_eq!(submit(&router, &[], &token).await.status, 403);
    let others = ask(&router, get("/form", &[PAGE])).await.text();
    assert_eq!(submit(&router, &[("cookie", &cookie)], &others).await.status, 403);
    let again = ask(&router, get("/form", &[PAGE, ("cookie", &cookie)])).await;
    assert!(again.text() != token && again.header("set-cookie").is_empty(), "masked anew, no new cookie");
    assert_eq!(submit(&router, &[("cookie", &cookie)], &again.text()).await.status, 200);
}

/// E6
#[tokio::test]
async fn programs_with_a_token_are_exempt_and_cookies_without_an_origin_are_not() {
    let router = edge(routes());
    let act = async |headers: &[(&'static str, &'static str)]| {
        ask(&router, send("POST", "/api/act", headers, "{}")).await.status.as_u16()
    };
    assert_eq!(act(&[JSON, ("authorization", "Bearer good"), ("sec-fetch-site", "cross-site")]).await, 200);
    assert_eq!(act(&[JSON, SIGNED_IN, OWN]).await, 200);
    assert_eq!(act(&[JSON, SIGNED_IN]).await, 403);
    assert_eq!(act(&[JSON]).await, 200, "a guest has nothing that could be abused");
    assert_eq!(act(&[("content-type", "text/plain"), ("content-length", "2"), SIGNED_IN, OWN]).await, 403);
}

/// Shows what it is offered.
struct Again;

impl ErrorPage for Again {
    fn render(&self, _: &Cx, problem: &Problem) -> String {
        problem.stale_form.as_ref().map_or("nothing".to_owned(), |form| format!("{:?} {}", form.fields, form.token))
    }
}

/// C3: whoever signed in elsewhere in the meantime does not lose what they typed.
#[tokio::test]
async fn a_form_of_our_own_with_an_old_token_is_offered_again_under_a_good_one() {
    let router = Edge::new(settings()).with_error_page(Arc::new(Again)).wrap(routes());
    let old = ask(&router, get("/form", &[PAGE])).await.text();
    let refused = submit(&router, &[SIGNED_IN, OWN], &old).await;
    assert_eq!(refused.status, 403);
    let text = refused.text();
    let token = text.strip_prefix(r#"[("text", "hello")] "#).expect("what was typed").to_owned();
    assert_eq!(submit(&router, &[SIGNED_IN, OWN], &token).await.text(), "hello");
    for elsewhere in [&[SIGNED_IN, ("sec-fetch-site", "cross-site")][..], &[SIGNED_IN], &[]] {
        assert_eq!(submit(&router, elsewhere, &old).await.text(), "nothing", "{elsewhere:?}");
    }
}
