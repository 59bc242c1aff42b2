use std::sync::Arc;

use axum::{
    Extension, Router,
    body::{Body, to_bytes},
};
use contracts::directory::Directory;
use http::{Request, StatusCode, header};
use platform::{Cx, db::Db};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::world::{MIGRATIONS, World, facility_form};

/// The routes as somebody sees them.
fn site(world: &World, cx: Cx) -> Router {
    let directory: Arc<dyn Directory> = world.directory.clone();
    let (router, _) =
        directory::http::routes(directory.clone()).merge(directory::http::short_routes(directory)).split_for_parts();
    router.layer(Extension(cx))
}

async fn send(site: &Router, request: Request<Body>) -> (StatusCode, Option<String>, Value) {
    let response = site.clone().oneshot(request).await.unwrap();
    let (status, tag) =
        (response.status(), response.headers().get(header::ETAG).map(|tag| tag.to_str().unwrap().to_owned()));
    let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, tag, serde_json::from_slice(&body).unwrap_or(Value::Null))
}

fn get(path: &str) -> Request<Body> {
    Request::get(path).body(Body::empty()).unwrap()
}

fn put(path: &str, version: Option<&str>, body: &Value) -> Request<Body> {
    let request = Request::put(path).header(header::CONTENT_TYPE, "application/json");
    let request = version.into_iter().fold(request, |request, version| request.header(header::IF_MATCH, version));
    request.body(Body::from(body.to_string())).unwrap()
}

testkit::db_test! {
    &MIGRATIONS;

    /// J4
    async fn doctors_are_searched_and_read_over_http(db: Db) {
        let world = World::new(db).await?;
        let facility = world.facility("Klinik").await;
        let service = world.service(&facility).await;
        let doctor = world.doctor("dr. Sitti Khadijah, Sp.A", &service).await;
        let site = site(&world, world.guest());
        for path in ["/api/v1/doctors?q=siti+khadija&limit=5&fee_max=200000&bpjs=true&free_within_days=&sort=fee", "/doctors?limit=1"] {
            let (status, _, page) = send(&site, get(path)).await;
            assert_eq!((status, page["items"][0]["slug"].as_str()), (StatusCode::OK, Some("sitti-khadijah-sp-a")), "{path} {page}");
        }
        let (status, tag, body) = send(&site, get("/api/v1/doctors/sitti-khadijah-sp-a")).await;
        assert_eq!((status, tag.as_deref(), body["id"].as_str()), (StatusCode::OK, Some("\"1\""), Some(doctor.id.to_string().as_str())));
        assert_eq!(send(&site, get("/api/v1/doctors/nobody")).await.0, StatusCode::NOT_FOUND);
        assert_eq!(send(&site, get(&format!("/api/v1/facilities/{}/services?kind=consultation", facility.id))).await.2[0]["price"]["amount"], 150_000);
        assert_eq!(send(&site, get("/api/v1/regions?below=73.71")).await.0, StatusCode::OK);
        assert_eq!(send(&site, get("/api/v1/specialities")).await.0, StatusCode::OK);
    }

    /// B3
    async fn r_a4_filters_and_orders_are_from_lists(db: Db) {
        let world = World::new(db).await?;
        let site = site(&world, world.guest());
        let long = format!("q={}", "a".repeat(101));
        for wrong in ["limit=many", "sort=price", "facility=1", "fee_max=x", "bpjs=perhaps", "free_within_days=9999", "after=!!", "mode=phone", "q=%00", &long] {
            assert_eq!(send(&site, get(&format!("/api/v1/doctors?{wrong}"))).await.0, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        }
        // A cursor of another order goes nowhere, and harms nothing.
        assert_eq!(send(&site, get("/api/v1/doctors?after=WyJhIl0")).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    }

    /// J4
    async fn r_c9_a_change_over_http_names_its_version(db: Db) {
        let world = World::new(db).await?;
        let facility = world.facility("Klinik").await;
        let site = site(&world, world.all.clone());
        let path = format!("/api/v1/facilities/{}", facility.id);
        let form = serde_json::to_value(facility_form("Klinik Baru")).unwrap();
        assert_eq!(send(&site, put(&path, None, &form)).await.0, StatusCode::PRECONDITION_REQUIRED);
        let (status, tag, _) = send(&site, put(&path, Some("\"1\""), &form)).await;
        assert_eq!((status, tag.as_deref()), (StatusCode::OK, Some("\"2\"")));
        assert_eq!(send(&site, put(&path, Some("\"1\""), &form)).await.0, StatusCode::PRECONDITION_FAILED);
        assert_eq!(send(&site, put(&path, Some("\"2\""), &json!({"name": "X"}))).await.0, StatusCode::UNPROCESSABLE_ENTITY);
        let csv = Request::post("/api/v1/imports/regions").body(Body::from("code,name\n11,Aceh\n")).unwrap();
        let (status, _, report) = send(&site, csv).await;
        assert_eq!((status, report["same"].as_u64()), (StatusCode::OK, Some(1)));
    }
}

#[test]
fn both_languages_have_every_text() {
    assert!(crate::world::texts().missing().is_empty(), "{:?}", crate::world::texts().missing());
}
