//! What the gateway says itself, to people and to programs, and to operators.

use gateway::Table;
use http::{Method, StatusCode};
use platform::i18n::Locale;

use crate::world::{Replica, ask, before, get, settings, start, texts};

#[tokio::test]
async fn errors_have_two_faces_and_two_languages() {
    let nobody = Table::new().route("/", "all").service("all", &["127.0.0.1:1"]).unwrap();
    let gateway = start(settings(), nobody).await;
    let person = |accept: &'static str| [("accept", "text/html,*/*"), ("accept-language", accept)];
    let english = ask(gateway.address(), Method::GET, "/doctors", &person("en"), b"").await;
    assert_eq!((english.status, english.header("content-language")), (StatusCode::SERVICE_UNAVAILABLE, "en"));
    assert!(english.header("content-type").starts_with("text/html") && english.text().contains("lang=\"en\""));
    assert!(english.text().contains("Try again") && english.text().contains(english.header("x-request-id")));
    assert!(english.header("content-security-policy").contains("default-src 'none'; style-src 'sha256-"));
    let indonesian = ask(gateway.address(), Method::GET, "/doctors", &person("nl"), b"").await;
    assert!(indonesian.text().contains("Coba lagi") && indonesian.text().contains("lang=\"id\""));
    let remembered = [("accept", "text/html"), ("accept-language", "en"), ("cookie", "a=b; lang=id")];
    assert!(ask(gateway.address(), Method::GET, "/doctors", &remembered, b"").await.text().contains("Coba lagi"));
    let program = ask(gateway.address(), Method::GET, "/api/v1/doctors", &person("en"), b"").await;
    assert_eq!(program.header("content-type"), "application/problem+json");
    assert_eq!(program.json()["status"], 503);
    assert_eq!(program.json()["instance"], "/api/v1/doctors");
    assert_eq!(program.json()["request_id"], program.header("x-request-id"));
    assert!(!program.text().contains('⟦') && !english.text().contains('⟦'), "every text is there");
}

#[tokio::test]
async fn a_path_cannot_write_into_the_page() {
    let gateway = start(settings(), Table::new()).await;
    let told =
        ask(gateway.address(), Method::GET, "/%3Cscript%3Ealert(1)%3C%2Fscript%3E", &[("accept", "text/html")], b"")
            .await;
    assert!(told.status.is_client_error() && !told.text().contains("script"));
}

#[tokio::test]
async fn operators_see_health_and_numbers() {
    let replica = Replica::saying("ok").await;
    let gateway = before(&replica, |settings| settings.operations_listen = "127.0.0.1:0".to_owned()).await;
    let operations = gateway.operations_address().unwrap();
    get(gateway.address(), "/doctors/doc_secret?q=flu").await;
    get(gateway.address(), "/internal").await;
    assert_eq!(get(operations, "/livez").await.status, StatusCode::OK);
    assert_eq!(get(operations, "/readyz").await.json()["status"], "ready");
    let numbers = get(operations, "/metrics").await.text();
    for line in [
        "gateway_requests_total{",
        "route=\"/\"",
        "service=\"all\"",
        "status=\"200\"",
        "gateway_request_seconds_bucket{",
        "gateway_refused_total{reason=\"not-found\"}",
        "gateway_connections ",
    ] {
        assert!(numbers.contains(line), "{line} is not in {numbers}");
    }
    assert!(!numbers.contains("doc_secret") && !numbers.contains("flu"));
}

#[tokio::test]
async fn without_any_service_it_is_not_ready() {
    let nobody = Table::new().route("/", "all").service("all", &["127.0.0.1:1"]).unwrap();
    let gateway = start(gateway::Settings { operations_listen: "127.0.0.1:0".to_owned(), ..settings() }, nobody).await;
    let operations = gateway.operations_address().unwrap();
    crate::world::until(|| async { get(operations, "/readyz").await.text().contains("services") }).await;
}

#[test]
fn both_languages_say_everything() {
    let texts = texts();
    assert!(texts.missing().is_empty(), "{:?}", texts.missing());
    for kind in [
        "malformed",
        "not-found",
        "method-not-allowed",
        "slow-request",
        "too-large",
        "long-address",
        "wrong-host",
        "rate-limited",
        "bad-gateway",
        "unavailable",
        "late",
    ] {
        for part in ["", ".detail"] {
            let text =
                texts.get(Locale::En, &format!("problem-{kind}{part}"), &[("seconds", 2.into()), ("max", 5.into())]);
            assert!(!text.contains('⟦') && !text.contains('$'), "{kind}: {text}");
        }
    }
}

#[tokio::test]
async fn a_route_without_addresses_does_not_start() {
    let parts = gateway::Parts {
        clock: platform::Clock::System,
        entropy: platform::entropy::Entropy::System,
        texts: texts(),
        limit: None,
    };
    assert!(gateway::Gateway::start(settings(), Table::new().route("/", "web"), parts).await.is_err());
}
