//! One description of the whole API.

use axum::{Json, Router, routing::any};
use gateway::Table;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::world::{Replica, ask, get, settings, start};

async fn describing(name: &'static str, path: &'static str) -> Replica {
    let said: Value = json!({
        "openapi": "3.1.0",
        "info": { "title": "API", "version": "1" },
        "paths": { path: { "get": { "operationId": name } }, "/elsewhere": {} },
        "components": { "schemas": { "Problem": { "type": "object" } } },
    });
    Replica::serving(Router::new().route("/api/openapi.json", any(move || async move { Json(said) }))).await
}

#[tokio::test]
async fn services_are_described_together() {
    let (one, two) = (describing("one", "/api/v1/one").await, describing("two", "/api/v1/two").await);
    let table = Table::new()
        .route("/api/v1/one", "one")
        .route("/api/v1/two", "two")
        .service("one", &[one.address.to_string()])
        .unwrap()
        .service("two", &[two.address.to_string()])
        .unwrap();
    let gateway = start(settings(), table).await;
    let told = get(gateway.address(), "/api/openapi.json").await;
    let whole = told.json();
    assert_eq!(whole["paths"]["/api/v1/one"]["get"]["operationId"], "one");
    assert_eq!(whole["paths"]["/api/v1/two"]["get"]["operationId"], "two");
    assert_eq!(whole["paths"].as_object().unwrap().len(), 2);
    assert_eq!(told.header("etag"), format!("\"{}\"", whole["info"]["x-digest"].as_str().unwrap()));
    let etag = told.header("etag").to_owned();
    let again = ask(gateway.address(), Method::GET, "/api/openapi.json", &[("if-none-match", &etag)], b"").await;
    assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0));
    assert_eq!(one.seen().len(), 1, "it is kept");
}
