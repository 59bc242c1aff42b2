//! Bad input to each reader of requests.

use axum::{
    Extension, Json, Router,
    body::Body as RawBody,
    routing::{get as on_get, post},
};
use http::Request;
use platform::db::PageAsk;
use platform::http::{Body, BodyLimit, IdempotencyKey, IfMatch, Params, PathId, etag};
use serde::{Deserialize, Serialize};

use crate::{ask, edge, get, send};

platform::id!(
    /// For these tests.
    ThingId, "thi"
);

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Booking {
    thing: ThingId,
    patient: Patient,
    #[serde(default)]
    mode: Mode,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Patient {
    name: String,
    born: jiff::civil::Date,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Mode {
    #[default]
    Visit,
    Video,
}

#[derive(Debug, Serialize, Deserialize)]
struct Flat {
    note: String,
    #[serde(flatten)]
    part: Part,
    #[serde(flatten)]
    page: PageAsk,
}

#[derive(Debug, Serialize, Deserialize)]
struct Part {
    thing: ThingId,
    mode: Mode,
}

#[derive(Debug, Serialize, Deserialize)]
struct Search {
    q: Option<String>,
    limit: Option<u32>,
    #[serde(default)]
    language: Vec<String>,
}

fn routes() -> Router {
    Router::new()
        .route("/api/bookings", post(|Body(booking): Body<Booking>| async { Json(booking) }))
        .route("/api/small", post(|Body(()): Body<()>| async {}).layer(Extension(BodyLimit(8))))
        .route(
            "/api/flat",
            post(|Body(flat): Body<Flat>| async { Json(flat) }).get(|Params(flat): Params<Flat>| async { Json(flat) }),
        )
        .route("/api/search", on_get(|Params(search): Params<Search>| async { Json(search) }))
        .route("/api/things/{id}", on_get(|PathId(id): PathId<ThingId>| async move { id.to_string() }))
        .route(
            "/api/change",
            post(|version: IfMatch, key: IdempotencyKey| async move {
                version.required().map(|version| (etag(version + 1), key.0.unwrap_or_default()))
            }),
        )
}

const JSON: (&str, &str) = ("content-type", "application/json; charset=utf-8");

/// Status, field and code of what is said to a body.
async fn said(body: &'static str) -> (u16, String, String) {
    ask(&edge(routes()), send("POST", "/api/bookings", &[JSON], body)).await.complaint()
}

fn complaint(field: &str, code: &str) -> (u16, String, String) {
    (422, field.to_owned(), code.to_owned())
}

#[tokio::test]
async fn a_bad_body_is_told_by_field_and_code() {
    assert_eq!(said("{").await, complaint("", "malformed"));
    assert_eq!(said("").await, complaint("", "malformed"));
    assert_eq!(said("{} x").await.0, 422);
    assert_eq!(said("{}").await, complaint("thing", "missing"));
    assert_eq!(said(r#"{"thing":"thi_1"}"#).await, complaint("thing", "invalid-id"));
    assert_eq!(said(r#"{"patient":{"name":5}}"#).await, complaint("patient.name", "wrong-type"));
    assert_eq!(said(r#"{"patient":{"name":"a"}}"#).await, complaint("patient.born", "missing"));
    assert_eq!(said(r#"{"patient":{"born":"24-11"}}"#).await, complaint("patient.born", "invalid-date"));
    assert_eq!(said(r#"{"patient":{"nik":"1"}}"#).await, complaint("patient.nik", "unknown-field"));
    assert_eq!(said(r#"{"patient":{"name":"a","name":"b"}}"#).await, complaint("patient.name", "duplicate"));
    assert_eq!(said(r#"{"mode":"fax"}"#).await, complaint("mode", "not-one-of"));
    assert_eq!(said(r#"{"patient":{"name":"a\u0000"}}"#).await, complaint("patient", "nul"));
    assert_eq!(said("\"\u{0}\"").await, complaint("", "malformed"));
    assert_eq!(said("[1,2]").await.0, 422);
}

/// A1
#[tokio::test]
async fn the_choices_are_told_in_the_persons_language() {
    let request = send("POST", "/api/bookings", &[JSON, ("accept-language", "en")], r#"{"mode":"fax"}"#);
    assert_eq!(ask(&edge(routes()), request).await.json()["errors"][0]["message"], "Choose one of: visit, video.");
}

#[tokio::test]
async fn nested_too_deep_is_malformed_and_not_a_crash() {
    let body = "[".repeat(100_000);
    let request = Request::post("/api/bookings").header(JSON.0, JSON.1).body(RawBody::from(body)).unwrap();
    assert_eq!(ask(&edge(routes()), request).await.status, 422);
}

#[tokio::test]
async fn other_media_types_and_sizes_are_refused() {
    let router = edge(routes());
    assert_eq!(
        ask(&router, send("POST", "/api/bookings", &[("content-type", "application/xml")], "<a/>")).await.status,
        415
    );
    let small = ask(&router, send("POST", "/api/small", &[JSON], "[1,2,3,4,5]")).await;
    assert_eq!(small.status, 413);
    let announced = send("POST", "/api/bookings", &[JSON, ("content-length", "99999999")], "{}");
    assert_eq!(ask(&router, announced).await.status, 413);
    let large =
        Request::post("/api/bookings").header(JSON.0, JSON.1).body(RawBody::from(vec![b' '; (1 << 20) + 1])).unwrap();
    assert_eq!(ask(&router, large).await.status, 413);
}

#[tokio::test]
async fn a_query_is_read_like_a_body() {
    let router = edge(routes());
    let found = ask(&router, get("/api/search?q=gigi&limit=&language=id&lang=en&language=en", &[])).await;
    assert_eq!(found.json(), serde_json::json!({"q": "gigi", "limit": null, "language": ["id", "en"]}));
    assert_eq!(ask(&router, get("/api/search?limit=many", &[])).await.complaint(), complaint("limit", "wrong-type"));
    assert_eq!(ask(&router, get("/api/search?limit=-1", &[])).await.complaint(), complaint("limit", "wrong-type"));
    assert_eq!(ask(&router, get("/api/search?q=a%00b", &[])).await.complaint(), complaint("q", "nul"));
    assert_eq!(ask(&router, get("/api/search?q=%ff%fe", &[])).await.status, 200);
}

/// J9
#[tokio::test]
async fn a_field_of_a_flattened_part_is_named_too() {
    let router = edge(routes());
    let posted = async |body: &'static str| ask(&router, send("POST", "/api/flat", &[JSON], body)).await.complaint();
    let thing = "thi_01ARZ3NDEKTSV4RRFFQ69G5FAV";
    assert_eq!(posted(r#"{"note":"a","thing":"x","mode":"visit"}"#).await, complaint("thing", "invalid-id"));
    assert_eq!(posted(r#"{"note":"a","thing":5,"mode":"visit"}"#).await, complaint("thing", "wrong-type"));
    assert_eq!(
        posted(r#"{"note":"a","thing":"thi_01ARZ3NDEKTSV4RRFFQ69G5FAV","mode":"fax"}"#).await,
        complaint("mode", "not-one-of")
    );
    assert_eq!(posted(r#"{"note":"a","mode":"visit"}"#).await, complaint("thing", "missing"));
    let asked = async |query: &str| ask(&router, get(&format!("/api/flat?note=a&thing={thing}&{query}"), &[])).await;
    assert_eq!(asked("mode=video&limit=7").await.json()["limit"], 7);
    assert_eq!(asked("mode=fax").await.complaint(), complaint("mode", "not-one-of"));
    assert_eq!(asked("mode=visit&limit=many").await.complaint(), complaint("limit", "wrong-type"));
}

#[tokio::test]
async fn what_cannot_be_an_identifier_is_not_found() {
    let router = edge(routes());
    for path in
        ["/api/things/1", "/api/things/thi_%00", "/api/things/%ff", "/api/things/doc_00000000000000000000000000"]
    {
        assert_eq!(ask(&router, get(path, &[])).await.status, 404, "{path}");
    }
    assert_eq!(ask(&router, get("/api/things/thi_00000000000000000000000000", &[])).await.status, 200);
}

#[tokio::test]
async fn versions_and_keys_come_in_headers() {
    let router = edge(routes());
    let change = async |headers: &[(&str, &str)]| ask(&router, send("POST", "/api/change", headers, "")).await;
    let changed = change(&[("if-match", "\"3\""), ("idempotency-key", "k-1")]).await;
    assert_eq!((changed.header("etag"), changed.text().as_str()), ("\"4\"", "k-1"));
    assert_eq!(change(&[]).await.status, 428);
    assert_eq!(change(&[("if-match", "3")]).await.complaint(), complaint("If-Match", "invalid-version"));
    let long = "k".repeat(256);
    for key in ["", "with space", &long] {
        let answer = change(&[("if-match", "\"3\""), ("idempotency-key", key)]).await;
        assert_eq!(answer.complaint(), complaint("Idempotency-Key", "invalid-idempotency-key"));
    }
}
