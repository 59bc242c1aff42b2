//! The REST face, asked as a program asks.

#![allow(clippy::unwrap_used)]

mod house;

use std::sync::Arc;

use axum::{
    body::Body,
    http::{Request, Response},
};
use contracts::people::People;
use house::{House, siti};
use http_body_util::BodyExt;
use platform::{Cx, bus, db::Db, i18n::Catalog};
use serde_json::{Value, json};
use tower::ServiceExt;

async fn ask(
    house: &House,
    cx: &Cx,
    method: &str,
    path: &str,
    version: Option<i64>,
    body: Option<Value>,
) -> Response<Body> {
    let people: Arc<dyn People> = Arc::new(house.people.clone());
    let (router, _) = people::http::routes(people).split_for_parts();
    let mut request =
        Request::builder().method(method).uri(path).header("content-type", "application/json").extension(cx.clone());
    if let Some(version) = version {
        request = request.header("if-match", format!("\"{version}\""));
    }
    let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
    router.oneshot(request.body(body).unwrap()).await.unwrap()
}

async fn json(response: Response<Body>) -> Value {
    serde_json::from_slice(&response.into_body().collect().await.unwrap().to_bytes()).unwrap()
}

testkit::db_test! {
    bus::MIGRATIONS;

    /// A2, J4
    async fn a_profile_is_made_read_and_changed(db: Db) {
        let house = House::on(db).await?;
        let owner = house.patient();
        let form = serde_json::to_value(siti()).unwrap();
        assert_eq!(ask(&house, &owner, "GET", "/api/v1/patients/me", None, None).await.status(), 404);
        let made = ask(&house, &owner, "POST", "/api/v1/patients/me", None, Some(form.clone())).await;
        assert_eq!((made.status().as_u16(), made.headers()["etag"].to_str().unwrap()), (201, "\"1\""));
        let at = made.headers()["location"].to_str().unwrap().to_owned();
        assert_eq!(json(made).await["nik"], "7371••••••••0001");
        assert_eq!(ask(&house, &owner, "POST", "/api/v1/patients/me", None, Some(form.clone())).await.status(), 409);
        assert_eq!(ask(&house, &owner, "GET", "/api/v1/patients/me", None, None).await.status(), 200);
        assert_eq!(ask(&house, &owner, "PUT", &at, None, Some(form.clone())).await.status(), 428);
        assert_eq!(ask(&house, &owner, "PUT", &at, Some(7), Some(form.clone())).await.status(), 412);
        let changed = ask(&house, &owner, "PUT", &at, Some(1), Some(form.clone())).await;
        assert_eq!((changed.status().as_u16(), changed.headers()["etag"].to_str().unwrap()), (200, "\"2\""));
        let stranger = house.patient();
        assert_eq!(ask(&house, &stranger, "GET", &at, None, None).await.status(), 404);
        assert_eq!(ask(&house, &stranger, "PUT", &at, Some(2), Some(form.clone())).await.status(), 404);
        assert_eq!(ask(&house, &house.guest(), "GET", &at, None, None).await.status(), 401);
        assert_eq!(ask(&house, &owner, "GET", "/api/v1/patients/1", None, None).await.status(), 404);
        assert_eq!(ask(&house, &owner, "GET", "/api/v1/patients", None, None).await.status(), 403);
        for (field, wrong) in [("birth_date", json!("2026-02-30")), ("sex", json!("x")), ("nik", json!(7)), ("name", Value::Null), ("patient_type", json!([]))] {
            let mut form = form.clone();
            form[field] = wrong;
            assert_eq!(ask(&house, &owner, "PUT", &at, Some(2), Some(form)).await.status(), 422, "{field}");
        }
    }

    /// J9
    async fn identity_numbers_do_not_stand_in_addresses(db: Db) {
        let house = House::on(db).await?;
        let staff = house.staff();
        let made = ask(&house, &staff, "POST", "/api/v1/patients", None, Some(serde_json::to_value(siti()).unwrap())).await;
        assert_eq!(made.status(), 201);
        for q in ["7371014101900001", "siti%40contoh.id", "0812-3456-7890"] {
            assert_eq!(ask(&house, &staff, "GET", &format!("/api/v1/patients?q={q}"), None, None).await.status(), 422);
        }
        let by_name = json(ask(&house, &staff, "GET", "/api/v1/patients?q=siti&limit=5", None, None).await).await;
        let by_nik = json(ask(&house, &staff, "POST", "/api/v1/patients/search", None, Some(json!({ "q": "7371014101900001" }))).await).await;
        assert_eq!(by_name["items"], by_nik["items"]);
        assert_eq!(by_nik["items"][0]["name"], "Siti Aminah");
    }

    /// A6, A9
    async fn family_export_and_leaving(db: Db) {
        let house = House::on(db).await?;
        let owner = house.patient();
        let mut kid = serde_json::to_value(house::named("Adik")).unwrap();
        kid["relation"] = json!("child");
        assert_eq!(ask(&house, &owner, "POST", "/api/v1/family", None, Some(kid.clone())).await.status(), 422, "consent is missing");
        kid["consent"] = json!(true);
        let card = json(ask(&house, &owner, "POST", "/api/v1/family", None, Some(kid)).await).await;
        let list = json(ask(&house, &owner, "GET", "/api/v1/family", None, None).await).await;
        assert_eq!(list, json!([card]));
        let at = format!("/api/v1/family/{}", card["id"].as_str().unwrap());
        let sibling = json!({ "relation": "sibling" });
        assert_eq!(ask(&house, &house.patient(), "PATCH", &at, None, Some(sibling.clone())).await.status(), 404);
        assert_eq!(json(ask(&house, &owner, "PATCH", &at, None, Some(sibling)).await).await["relation"], "sibling");
        let consents = json(ask(&house, &owner, "GET", "/api/v1/me/consents", None, None).await).await;
        assert_eq!((&consents[0]["relation"], &consents[0]["ended_at"]), (&json!("sibling"), &json!(null)));
        assert_eq!(ask(&house, &house.patient(), "DELETE", &at, None, None).await.status(), 404);
        assert_eq!(ask(&house, &owner, "DELETE", &at, None, None).await.status(), 204);
        assert_eq!(ask(&house, &owner, "DELETE", &at, None, None).await.status(), 404);
        assert_eq!(ask(&house, &owner, "GET", "/api/v1/me/export", None, None).await.status(), 200);
        let left = ask(&house, &owner, "DELETE", "/api/v1/me", None, None).await;
        assert_eq!(left.status(), 202);
        let at = left.headers()["location"].to_str().unwrap().to_owned();
        let progress = json(ask(&house, &house.guest(), "GET", &at, None, None).await).await;
        assert_eq!(progress["waiting_for"], json!(["auth", "people"]));
    }
}

/// A1
#[test]
fn texts_are_complete_in_both_languages() {
    let texts = Catalog::new().with(platform::i18n::TEXTS).with(people::TEXTS).build().unwrap();
    assert!(texts.missing().is_empty(), "{:?}", texts.missing());
}
