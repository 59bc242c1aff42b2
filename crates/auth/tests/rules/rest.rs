use std::sync::Arc;

use axum::{Router, body::Body, extract::Extension};
use contracts::auth::{Auth, Role};
use http::{Request, StatusCode, header};
use platform::{Cx, Result, db::Db};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::house::{House, PASSWORD};

struct Answer {
    status: StatusCode,
    etag: Option<String>,
    json: Value,
}

/// Sends a request as somebody.
async fn send(house: &House, cx: &Cx, method: &str, path: &str, version: Option<i64>, body: Option<Value>) -> Answer {
    let auth: Arc<dyn Auth> = house.auth.clone();
    let (router, _): (Router, _) = auth::http::routes(auth).split_for_parts();
    let mut request = Request::builder().method(method).uri(path);
    if let Some(version) = version {
        request = request.header(header::IF_MATCH, format!("\"{version}\""));
    }
    let request = match body {
        Some(body) => request.header(header::CONTENT_TYPE, "application/json").body(Body::from(body.to_string())),
        None => request.body(Body::empty()),
    };
    let answer = router.layer(Extension(cx.clone())).oneshot(request.unwrap()).await.unwrap();
    let status = answer.status();
    let etag = answer.headers().get(header::ETAG).map(|tag| tag.to_str().unwrap().to_owned());
    let bytes = axum::body::to_bytes(answer.into_body(), 1 << 20).await.unwrap();
    Answer { status, etag, json: serde_json::from_slice(&bytes).unwrap_or_default() }
}

async fn post(house: &House, cx: &Cx, path: &str, body: Value) -> Result<Answer> {
    Ok(send(house, cx, "POST", path, None, Some(body)).await)
}

testkit::db_test! {
    &[];

    /// A1, A5, J4
    async fn signing_in_refreshing_and_leaving_over_http(db: Db) {
        let house = House::open(db).await?;
        house.account("siti@example.com", Role::Patient).await?;
        let guest = house.guest("10.0.0.1");
        let ask = json!({ "login": "siti@example.com", "password": PASSWORD });
        for path in ["/api/v1/auth/login", "/auth/login", "/users/login", "/api/v1/users/login"] {
            assert_eq!(post(&house, &guest, path, ask.clone()).await?.status, 200, "{path}");
        }
        let wrong = json!({ "login": "siti@example.com", "password": "bukan ini" });
        assert_eq!(post(&house, &guest, "/auth/login", wrong).await?.status, 401);
        assert_eq!(post(&house, &guest, "/auth/login", json!({ "login": 5 })).await?.status, 422);
        let tokens = post(&house, &guest, "/auth/login", ask).await?.json;
        let next = post(&house, &guest, "/api/v1/auth/refresh", json!({ "refresh_token": tokens["refresh_token"] })).await?;
        assert_eq!(next.status, 200);
        let siti = house.with_token(next.json["access_token"].as_str().unwrap()).await?;
        let me = send(&house, &siti, "GET", "/api/v1/auth/me", None, None).await;
        assert_eq!((me.status.as_u16(), me.json["account"]["email"].as_str()), (200, Some("siti@example.com")));
        assert_eq!(me.json["permissions"], json!(["profile.own", "appointment.own"]));
        assert_eq!(send(&house, &guest, "GET", "/api/v1/auth/me", None, None).await.status, 401);
        let sessions = send(&house, &siti, "GET", "/api/v1/auth/sessions", None, None).await;
        assert_eq!(sessions.json.as_array().unwrap().len(), 5);
        assert_eq!(send(&house, &siti, "POST", "/api/v1/auth/logout?everywhere=true", None, None).await.status, 204);
        assert_eq!(house.count("select count(*) from session where ended_at is null").await?, 0);
        assert_eq!(send(&house, &guest, "GET", "/.well-known/jwks.json", None, None).await.json["keys"][0]["crv"], "Ed25519");
        assert_eq!(post(&house, &guest, "/api/v1/auth/password/reset", json!({ "login": "siti@example.com" })).await?.status, 202);
    }

    /// A4, A7, A8
    async fn managing_users_roles_and_the_trail_over_http(db: Db) {
        let house = House::open(db).await?;
        let (boss, _) = house.signed_in("boss@example.com", Role::SuperAdmin).await?;
        let (patient, _) = house.signed_in("siti@example.com", Role::Patient).await?;
        let ask = json!({ "email": "admin@example.com", "phone": null, "name": "Ayu", "password": PASSWORD, "role": "admin", "facilities": ["fac_1"] });
        assert_eq!(post(&house, &patient, "/api/v1/users", ask.clone()).await?.status, 403);
        let made = post(&house, &boss, "/api/v1/users", ask).await?;
        assert_eq!((made.status.as_u16(), made.etag.as_deref()), (201, Some("\"1\"")));
        let path = format!("/api/v1/users/{}", made.json["id"].as_str().unwrap());
        assert_eq!(send(&house, &boss, "GET", &path, None, None).await.json["facilities"], json!(["fac_1"]));
        let change = json!({ "name": "Ayu Lestari" });
        assert_eq!(send(&house, &boss, "PATCH", &path, None, Some(change.clone())).await.status, 428);
        assert_eq!(send(&house, &boss, "PATCH", &path, Some(1), Some(change.clone())).await.etag.as_deref(), Some("\"2\""));
        assert_eq!(send(&house, &boss, "PUT", &path, Some(1), Some(change)).await.status, 412);
        assert_eq!(send(&house, &boss, "PUT", &path, Some(2), Some(json!({ "state": "closed" }))).await.status, 422);
        assert_eq!(send(&house, &boss, "POST", &format!("{path}/reset-password"), None, None).await.status, 202);
        assert_eq!(send(&house, &boss, "GET", "/api/v1/users/acc_1", None, None).await.status, 404);
        let list = send(&house, &boss, "GET", "/api/v1/users?q=ayu&role=admin&state=active&limit=1", None, None).await;
        assert_eq!((list.status.as_u16(), list.json["items"].as_array().map(Vec::len)), (200, Some(1)), "{}", list.json);
        assert_eq!(send(&house, &boss, "GET", "/api/v1/users?role=king", None, None).await.status, 422);
        let roles = send(&house, &boss, "GET", "/api/v1/roles", None, None).await;
        assert_eq!(roles.json.as_array().unwrap().len(), 4);
        let allow = json!({ "permissions": ["profile.own"] });
        assert_eq!(send(&house, &boss, "PUT", "/api/v1/roles/doctor", Some(1), Some(allow.clone())).await.etag.as_deref(), Some("\"2\""));
        assert_eq!(send(&house, &boss, "PUT", "/api/v1/roles/king", Some(1), Some(allow)).await.status, 404);
        let trail = send(&house, &boss, "GET", "/api/v1/audit?action=account.&from=2026-01-01T00:00:00Z&limit=2", None, None).await;
        assert_eq!(trail.json["items"].as_array().map(Vec::len), Some(2), "{}", trail.json);
        assert_eq!(send(&house, &boss, "GET", "/api/v1/audit/verify", None, None).await.json["broken_at"], Value::Null);
    }
}

testkit::db_test! {
    &[];

    /// J4
    async fn every_operation_is_named_tagged_and_says_what_it_answers(db: Db) {
        let house = House::open(db).await?;
        let auth: Arc<dyn Auth> = house.auth.clone();
        let (_, documented) = auth::http::routes(auth).split_for_parts();
        let documented = serde_json::to_value(&documented).unwrap();
        let mut names = std::collections::HashSet::new();
        for (path, methods) in documented["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap() {
                assert!(names.insert(operation["operationId"].as_str().unwrap().to_owned()), "{method} {path} has another's name");
                assert!(operation["tags"][0].is_string() && operation["summary"].is_string(), "{method} {path}");
                assert!(operation["responses"].as_object().is_some_and(|answers| !answers.is_empty()), "{method} {path}");
            }
        }
        assert_eq!(names.len(), 29);
    }
}

/// A1
#[test]
fn every_text_is_there_in_both_languages() {
    let texts = platform::i18n::Texts::new(auth::TEXTS).unwrap();
    assert!(texts.missing().is_empty(), "{:?}", texts.missing());
}
