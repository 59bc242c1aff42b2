//! What stands around the routes: health, the description, the page to browse it, refusals in two languages.

use platform::db::Engine;

use crate::{
    house::{App, ask, settings},
    on_both_engines,
};

on_both_engines! {
    /// J1, J4
    async fn the_program_says_how_it_is_and_what_it_can(engine) {
        let app = App::start(engine).await;
        assert_eq!(app.guest().get("/livez").await.status, 200);
        assert_eq!(app.guest().get("/readyz").await.expect(200)["status"], "ready");
        assert_eq!(app.guest().get("/metrics").await.status, 404, "nobody knows from where");
        for (from, by, status) in [("127.0.0.1", None, 200), ("::1", None, 200), ("192.0.2.7", None, 404), ("127.0.0.1", Some("192.0.2.7"), 404)] {
            let peer = std::net::SocketAddr::new(from.parse().unwrap(), 4711);
            let mut request = http::Request::get("/metrics").extension(axum::extract::ConnectInfo(peer));
            if let Some(client) = by {
                request = request.header("x-forwarded-for", client);
            }
            assert_eq!(ask(&app.router, request.body(axum::body::Body::empty()).unwrap()).await.status, status, "{from} {by:?}");
        }
        let keys = app.guest().get("/.well-known/jwks.json").await.expect(200);
        assert_eq!(keys["keys"][0]["crv"], "Ed25519");

        let described = app.guest().get("/api/openapi.json").await.expect(200);
        assert!(described["openapi"].as_str().unwrap().starts_with("3.1"));
        for (method, path) in [
            ("post", "/users/register"), ("post", "/users/login"), ("get", "/users/{id}"), ("put", "/users/{id}"),
            ("post", "/auth/login"), ("get", "/doctors"), ("post", "/bookings"),
        ] {
            assert!(described["paths"][path][method].is_object(), "{method} {path}");
        }
        let mut ids: Vec<&str> = operations(&described).filter_map(|(_, _, operation)| operation["operationId"].as_str()).collect();
        let all = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all, "operation ids are unique");

        let page = app.guest().get("/api/docs/").await;
        assert_eq!(page.status, 200);
        assert!(page.header("content-security-policy").contains("'unsafe-inline'"));
        assert!(!app.guest().get("/livez").await.header("content-security-policy").contains("unsafe"));
        app.close().await;
    }

    /// J4
    async fn refusals_are_problems_in_both_languages(engine) {
        let app = App::start(engine).await;
        for (method, path, status) in [("GET", "/api/v1/nowhere", 404), ("DELETE", "/doctors", 405), ("PATCH", "/bookings", 405)] {
            let said = async |language: &str| {
                let answer = app.guest().send(method, path, &[("accept-language", language)], None).await;
                assert_eq!(answer.status, status, "{method} {path}");
                assert_eq!(answer.header("content-type"), "application/problem+json", "{method} {path}");
                let problem = answer.json();
                assert_eq!(problem["status"], status);
                problem["title"].as_str().unwrap().to_owned()
            };
            let (indonesian, english) = (said("id").await, said("en").await);
            assert_ne!(indonesian, english, "{method} {path}");
        }
        app.close().await;
    }
}

/// Every operation of a description: method, path, operation.
pub fn operations(described: &serde_json::Value) -> impl Iterator<Item = (&str, &str, &serde_json::Value)> {
    described["paths"].as_object().unwrap().iter().flat_map(|(path, item)| {
        let methods = item
            .as_object()
            .unwrap()
            .iter()
            .filter(|(method, _)| ["get", "put", "post", "patch", "delete"].contains(&method.as_str()));
        methods.map(move |(method, operation)| (method.as_str(), path.as_str(), operation))
    })
}

/// J1
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_program_on_the_same_data_is_refused_and_told_why() {
    let folder = tempfile::tempdir().unwrap();
    let (settings, _) = settings(Engine::Sqlite, folder.path()).await;
    let world = app::wiring::World::real();
    let first = app::wiring::House::open(settings.clone(), world.clone()).await.unwrap();
    let refused = app::wiring::House::open(settings.clone(), world.clone()).await.err().expect("refused");
    assert!(refused.is_conflict("data-in-use"), "{refused}");
    first.close().await;
    app::wiring::House::open(settings, world).await.unwrap().close().await;
}

/// J1
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_demonstration_is_planted_once_and_its_mailbox_shows_codes() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("demo");
    let world = app::wiring::World::real();
    let planted = app::demo::prepare(&data, 7, 1, &world).await.unwrap();
    let again = app::demo::prepare(&data, 8, 1, &world).await.unwrap();
    assert_eq!(serde_json::to_value(&planted).unwrap(), serde_json::to_value(&again).unwrap());
    for role in ["patient", "doctor", "admin", "super_admin"] {
        assert!(planted.logins.iter().any(|login| login.role.to_string() == role), "{role}");
    }
    let settings = app::settings::Settings::with(&[("database.url", &format!("sqlite:{}", data.display()))]).unwrap();
    let house = app::wiring::House::open(settings, world).await.unwrap().with_mailbox(&data).await.unwrap();
    let running = house.start().await.unwrap();
    let router = running.router().unwrap();
    let post = |path: &str, body: serde_json::Value| {
        http::Request::post(path)
            .header("content-type", "application/json")
            .body(axum::body::Body::from(body.to_string()))
            .unwrap()
    };
    let login = &planted.logins[0];
    let signed_in =
        ask(&router, post("/auth/login", serde_json::json!({ "login": login.email, "password": login.password })))
            .await;
    assert_eq!(signed_in.status, 200);
    let reset = ask(&router, post("/api/v1/auth/password/reset", serde_json::json!({ "login": login.email }))).await;
    assert_eq!(reset.status, 202);
    running.settle().await.unwrap();
    let shown = ask(&router, http::Request::get("/dev/mailbox").body(axum::body::Body::empty()).unwrap()).await;
    assert_eq!(shown.json()[0]["recipient"], login.email.as_str());
    let doctors =
        ask(&router, http::Request::get("/doctors?limit=100").body(axum::body::Body::empty()).unwrap()).await.json();
    assert!(doctors["items"].as_array().unwrap().len() >= 40);
    drop(router);
    running.stop().await;
}
