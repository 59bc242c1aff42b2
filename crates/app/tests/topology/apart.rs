//! What only a program split over processes has: doors between services, sign-outs that reach every process, replicas that
//! stand in for each other, databases that others cannot open.

use http::Method;
use serde_json::json;
use testkit::topology::{Asker, Shape, until};

use crate::{
    journey::{booking, offers, sign_up, starts},
    start,
};

/// J3, A4, A5: one start of eight processes, and all that is particular about them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_network_of_services_is_one_program() {
    let mut topology = start(Shape::Split).await;

    // A service reached directly without a pass answers 401, whatever is asked of it.
    let scheduling = Asker::guest(topology.process("scheduling-1").url());
    for path in ["/internal/scheduling/book", "/internal/scheduling/nothing", "/internal/people/patient"] {
        assert_eq!(scheduling.post(path, &json!({})).await.status, 401, "{path}");
        for form in ["mv1", "mv2"] {
            let forged = format!("Service {form}.web.scheduling.9999999999.AAAA");
            let forged = [("authorization", forged.as_str())];
            assert_eq!(scheduling.send(Method::POST, path, &forged, Some(&json!({}))).await.status, 401, "{path}");
        }
    }
    assert_eq!(topology.guest().post("/internal/scheduling/book", &json!({})).await.status, 404, "not by the gateway");

    // Nobody's role opens another's database.
    let (own, others) = (topology.database("scheduling").unwrap(), topology.database("people").unwrap());
    let role = own.split("://").nth(1).unwrap().split('@').next().unwrap();
    let place = others.rsplit_once('@').unwrap().1;
    let trespass = tokio_postgres::connect(&format!("postgres://{role}@{place}"), tokio_postgres::NoTls).await;
    let refused = trespass.err().expect("scheduling's role is refused on people's database");
    assert!(
        refused.to_string().contains("db error") && format!("{refused:?}").contains("permission denied"),
        "{refused:?}"
    );

    // A sign-out reaches every process within a second.
    let (sari, patient) = sign_up(&topology, "sari").await;
    let places: Vec<String> =
        ["scheduling-1", "scheduling-2", "people", "auth"].map(|name| topology.process(name).url().to_owned()).into();
    for place in &places {
        let path = if place == &places[2] {
            "/api/v1/family"
        } else if place == &places[3] {
            "/api/v1/auth/me"
        } else {
            "/api/v1/appointments"
        };
        assert_eq!(sari.at(place).get(path).await.status, 200, "{path}");
    }
    let other = topology.guest().sign_in("sari@contoh.example", "kuda laut biru menari").await;
    assert_eq!(other.post("/api/v1/auth/logout?everywhere=true", &json!({})).await.status, 204);
    let left = std::time::Instant::now();
    for place in &places[..2] {
        until("a token signed out is refused", async || {
            (sari.at(place).get("/api/v1/appointments").await.status == 401).then_some(())
        })
        .await;
    }
    assert!(left.elapsed().as_millis() < 1_000, "it took {} ms", left.elapsed().as_millis());

    // One of two replicas dies; nobody notices but by its absence.
    let sari = topology.guest().sign_in("sari@contoh.example", "kuda laut biru menari").await;
    let (offer, free) = offers(&sari).await;
    topology.process("scheduling-1").kill().await;
    topology.process("web-1").kill().await;
    for (n, start) in free.iter().take(2).enumerate() {
        let key = format!("while-away-{n}");
        let book = booking(&offer, start, &patient);
        let answer = sari.send(Method::POST, "/bookings", &[("idempotency-key", &key)], Some(&book)).await;
        // A patient has one visit with a doctor a day; what matters is that somebody answers.
        assert!(matches!(answer.status, 201 | 409), "{}", String::from_utf8_lossy(&answer.body));
        assert_eq!(topology.guest().send(Method::GET, "/cari", &[("accept", "text/html")], None).await.status, 200);
    }
    topology.process("scheduling-1").start_again().await;
    topology.process("web-1").start_again().await;
    assert!(!starts(&sari.at(topology.process("scheduling-1").url()), &offer).await.contains(&free[0]));

    // A clock that stands apart: that process says so, and is gone around until it is right again.
    let ahead = (platform::Clock::System.now() + jiff::SignedDuration::from_mins(10)).to_string();
    let web = topology.process("web-1");
    web.kill().await;
    web.start_again_with(&["--clock", &ahead]).await;
    let apart = Asker::guest(web.url());
    until("a process whose clock stands apart is not ready", async || {
        let told = apart.get("/readyz").await;
        (told.status == 503 && String::from_utf8_lossy(&told.body).contains("clock")).then_some(())
    })
    .await;
    let page = async |asker: &Asker| asker.send(Method::GET, "/cari", &[("accept", "text/html")], None).await.status;
    until("the gateway goes around it", async || {
        for _ in 0..10 {
            if page(&topology.guest()).await != 200 {
                return None;
            }
        }
        Some(())
    })
    .await;
    let web = topology.process("web-1");
    web.kill().await;
    web.start_again().await;
    let right = Asker::guest(web.url());
    until("it is ready again", async || (right.get("/readyz").await.status == 200).then_some(())).await;

    // Auth dies: who is signed in goes on.
    topology.process("auth").kill().await;
    assert_eq!(sari.get("/api/v1/appointments").await.status, 200);
    topology.process("auth").start_again().await;
    until("sign-ins go on", async || {
        let body = json!({ "login": "sari@contoh.example", "password": "kuda laut biru menari" });
        (topology.guest().post("/auth/login", &body).await.status == 200).then_some(())
    })
    .await;
    topology.stop().await;
}
