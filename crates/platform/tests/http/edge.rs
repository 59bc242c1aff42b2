//! Errors, languages, headers, time and panics.

use std::{net::SocketAddr, sync::Arc};

use axum::{Router, extract::ConnectInfo, routing::get as on_get};
use platform::{
    Cx, Error,
    http::{Edge, ErrorPage, Problem},
};
use serde_json::json;

use crate::{ask, edge, get, send, settings};

fn routes() -> Router {
    Router::new()
        .route(
            "/api/who",
            on_get(
                |cx: Cx| async move { format!("{} {} {:?} {}", cx.actor_text(), cx.locale, cx.address, cx.request_id) },
            ),
        )
        .route("/api/panic", on_get(break_down))
        .route("/api/late", on_get(std::future::pending::<()>))
        .route("/api/fault", on_get(|| async { Error::internal("table patient has no column nik") }))
        .route("/api/often", on_get(|| async { Error::RateLimited(7) }))
        .route("/api/taken", on_get(|| async { Error::conflict_with("slot-taken", json!(["10:30"])) }))
        .route("/api/long", on_get(|| async { "long ".repeat(500) }))
        .route("/page", on_get(|| async { Error::NotFound("doctor") }))
        .route("/door", on_get(|| async { Error::Unauthenticated("sign-in-needed") }))
}

async fn break_down() -> &'static str {
    panic!("secret of Siti")
}

/// E6
#[tokio::test]
async fn a_panic_or_fault_shows_a_request_number_and_nothing_else() {
    for path in ["/api/panic", "/api/fault"] {
        let answer = ask(&edge(routes()), get(path, &[])).await;
        assert_eq!(answer.status, 500);
        assert!(!answer.text().contains("Siti") && !answer.text().contains("nik"));
        assert_eq!(answer.json()["request_id"], answer.header("x-request-id"));
        assert!(answer.header("x-request-id").starts_with("req_"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_takes_too_long_is_answered_for() {
    let answer = ask(&edge(routes()), get("/api/late", &[])).await;
    assert_eq!((answer.status.as_u16(), answer.json()["type"].as_str().unwrap()), (504, "/problems/late"));
}

#[tokio::test]
async fn an_address_or_method_nobody_serves_is_a_problem_too() {
    let answer = ask(&edge(routes()), get("/api/nowhere", &[])).await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (404, "application/problem+json"));
    assert_eq!(answer.json()["instance"], "/api/nowhere");
    let answer = ask(&edge(routes()), send("DELETE", "/api/who", &[("authorization", "Bearer good")], "")).await;
    assert_eq!(
        (answer.status.as_u16(), answer.json()["type"].as_str().unwrap()),
        (405, "/problems/method-not-allowed")
    );
    assert!(answer.header("allow").contains("GET"));
}

#[tokio::test]
async fn problems_carry_what_their_status_asks_for() {
    let often = ask(&edge(routes()), get("/api/often", &[("accept-language", "en")])).await;
    assert_eq!((often.status.as_u16(), often.header("retry-after")), (429, "7"));
    assert_eq!(often.json()["detail"], "Try again in 7 seconds.");
    let door = ask(&edge(routes()), get("/door", &[])).await;
    assert_eq!(door.status, 401);
    assert!(door.header("www-authenticate").starts_with("Bearer"));
    let taken = ask(&edge(routes()), get("/api/taken", &[])).await;
    assert_eq!((taken.status.as_u16(), &taken.json()["alternatives"]), (409, &json!(["10:30"])));
    assert_eq!(taken.json()["type"], "/problems/slot-taken");
}

/// A1
#[tokio::test]
async fn the_language_is_the_one_asked_for_most_clearly() {
    let router = edge(routes());
    let said = async |path: &'static str, headers: &[(&'static str, &'static str)]| {
        ask(&router, get(path, headers)).await.text()
    };
    assert!(said("/api/who", &[]).await.contains(" id "));
    assert!(said("/api/who", &[("accept-language", "en-GB")]).await.contains(" en "));
    assert!(said("/api/who", &[("authorization", "Bearer good"), ("accept-language", "id")]).await.contains(" en "));
    assert!(said("/api/who", &[("authorization", "Bearer good"), ("cookie", "lang=id")]).await.contains(" id "));
    let asked = ask(&router, get("/api/who?lang=en", &[("cookie", "lang=id")])).await;
    assert!(asked.text().contains(" en ") && asked.header("set-cookie").starts_with("lang=en;"));
    let english = ask(&router, get("/page", &[("accept-language", "en")])).await;
    assert_eq!((english.json()["title"].as_str().unwrap(), english.header("content-language")), ("Not found", "en"));
}

#[tokio::test]
async fn a_bad_token_is_refused_and_an_old_cookie_makes_a_guest() {
    let router = edge(routes());
    assert_eq!(ask(&router, get("/api/who", &[("authorization", "Bearer bad")])).await.status, 401);
    assert_eq!(ask(&router, get("/api/who", &[("authorization", "Basic x")])).await.status, 401);
    assert!(ask(&router, get("/api/who", &[("cookie", "__Host-session=old")])).await.text().starts_with("guest"));
    assert!(ask(&router, get("/api/who", &[("cookie", "__Host-session=good")])).await.text().starts_with("acc_1"));
    assert_eq!(ask(&router, get("/api/who", &[("cookie", "__Host-session=down")])).await.status, 503);
}

/// E6
#[tokio::test]
async fn every_answer_is_guarded_by_headers() {
    let guest = ask(&edge(routes()), get("/api/who", &[])).await;
    let policy = guest.header("content-security-policy");
    assert!(
        policy.contains("default-src 'self'")
            && policy.contains("frame-ancestors 'none'")
            && !policy.contains("unsafe")
    );
    assert_eq!((guest.header("x-content-type-options"), guest.header("referrer-policy")), ("nosniff", "same-origin"));
    assert_eq!((guest.header("x-frame-options"), guest.header("cache-control")), ("DENY", "no-cache"));
    let signed_in = ask(&edge(routes()), get("/api/who", &[("authorization", "Bearer good")])).await;
    assert_eq!(signed_in.header("cache-control"), "no-store");
}

#[tokio::test]
async fn only_trusted_proxies_say_who_came_and_under_which_number() {
    let mut settings = settings();
    settings.trusted_proxies = vec!["10.0.0.0/8".parse().unwrap()];
    let router = Edge::new(settings).wrap(routes());
    let told = [("x-forwarded-for", "6.6.6.6, 203.0.113.9, 10.0.0.2"), ("x-request-id", "trace-12345678")];
    let from = async |peer: &str| {
        let mut request = get("/api/who", &told);
        request.extensions_mut().insert(ConnectInfo::<SocketAddr>(peer.parse().unwrap()));
        ask(&router, request).await.text()
    };
    assert_eq!(from("10.0.0.1:5").await, "guest id Some(203.0.113.9) trace-12345678");
    assert!(from("198.51.100.1:5").await.starts_with("guest id Some(198.51.100.1) req_"));
}

/// A page for these tests.
struct Page;

impl ErrorPage for Page {
    fn render(&self, cx: &Cx, problem: &Problem) -> String {
        format!("<h1>{}</h1>{}", problem.title, cx.locale)
    }

    fn redirect(&self, _: &Cx, problem: &Problem, path_and_query: &str) -> Option<String> {
        (problem.status == 401).then(|| format!("/sign-in?next={path_and_query}"))
    }
}

#[tokio::test]
async fn people_see_pages_and_programs_see_problems() {
    let router = Edge::new(settings()).with_error_page(Arc::new(Page)).wrap(routes());
    let browser = [("accept", "text/html,*/*;q=0.8"), ("accept-language", "en")];
    let page = ask(&router, get("/page", &browser)).await;
    assert_eq!((page.status.as_u16(), page.text().as_str()), (404, "<h1>Not found</h1>en"));
    assert_eq!(ask(&router, get("/api/fault", &browser)).await.header("content-type"), "application/problem+json");
    assert_eq!(ask(&router, get("/page", &[])).await.header("content-type"), "application/problem+json");
    let door = ask(&router, get("/door?a=1", &browser)).await;
    assert_eq!((door.status.as_u16(), door.header("location")), (303, "/sign-in?next=/door?a=1"));
}

#[tokio::test]
async fn long_texts_are_compressed_where_that_is_understood() {
    let router = edge(routes());
    assert_eq!(ask(&router, get("/api/long", &[("accept-encoding", "br")])).await.header("content-encoding"), "br");
    assert_eq!(ask(&router, get("/api/long", &[("accept-encoding", "gzip")])).await.header("content-encoding"), "gzip");
    assert_eq!(ask(&router, get("/api/long", &[])).await.header("content-encoding"), "");
}

#[tokio::test]
async fn readiness_names_what_is_missing() {
    use platform::http::health::{Check, router};
    let checks = vec![
        Check::new("database", || async { Ok(()) }),
        Check::new("bus", || async { Err(Error::Unavailable("bus")) }),
    ];
    let answer = ask(&router(checks, None), get("/readyz", &[])).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["missing"]), (503, &json!(["bus"])));
    let metrics = platform::telemetry::Metrics::install().unwrap();
    let away = Check::listens("broker", "amqp://guest:guest@127.0.0.1:1/").dispensable();
    let health = router(vec![Check::new("database", || async { Ok(()) }), away], Some(metrics));
    let answer = ask(&health, get("/readyz", &[])).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["without"]), (200, &json!(["broker"])));
    assert_eq!(ask(&health, get("/livez", &[])).await.text(), "ok");
    ask(&edge(Router::new().route("/api/doctors/{id}", on_get(|| async { "x" }))), get("/api/doctors/doc_secret", &[]))
        .await;
    let numbers = ask(&health, get("/metrics", &[])).await.text();
    assert!(numbers.contains("/api/doctors/{id}") && !numbers.contains("doc_secret"), "{numbers}");
    assert!(numbers.contains("ready_check{check=\"broker\"} 0"), "{numbers}");
}
