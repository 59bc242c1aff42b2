//! One booking, by REST, in every shape.

use http::Method;
use serde_json::{Value, json};
use testkit::topology::{Asker, Shape, Topology, until};

use crate::start;

/// What a sign-up sends.
pub fn patient(name: &str) -> Value {
    json!({
        "name": format!("Pasien Contoh {name}"), "email": format!("{name}@contoh.example"), "password": "kuda laut biru menari",
        "no_nik_reason": "later", "birth_place": "Makassar", "birth_date": "1990-01-02", "sex": "female", "patient_type": "umum",
    })
}

/// Signs somebody up and in; who they are as a patient.
pub async fn sign_up(topology: &Topology, name: &str) -> (Asker, Value) {
    let registered = topology.guest().post("/users/register", &patient(name)).await.expect(201);
    let asker = topology.guest().sign_in(&format!("{name}@contoh.example"), "kuda laut biru menari").await;
    (asker, registered["patient"]["id"].clone())
}

/// A doctor's offer and its free starts. The doctors who accept by themselves come first.
pub async fn offers(asker: &Asker) -> (Value, Vec<String>) {
    let found = asker.get("/doctors?limit=25&mode=in_person").await.expect(200);
    for card in found["items"].as_array().unwrap() {
        let doctor = asker.get(&format!("/api/v1/doctors/{}", card["id"].as_str().unwrap())).await.expect(200);
        if doctor["auto_accept"] != true {
            continue;
        }
        let practice = &doctor["practices"][0];
        let offer = json!({
            "facility": practice["facility"], "service": practice["services"][0]["service"], "doctor": doctor["id"], "mode": "in_person",
        });
        let starts = starts(asker, &offer).await;
        if starts.len() > 4 {
            return (offer, starts);
        }
    }
    panic!("no doctor has free times: {found}");
}

/// The free starts of an offer within a fortnight.
pub async fn starts(asker: &Asker, offer: &Value) -> Vec<String> {
    let query: Vec<String> =
        offer.as_object().unwrap().iter().map(|(name, value)| format!("{name}={}", value.as_str().unwrap())).collect();
    let listed = asker.get(&format!("/api/v1/free-times?{}&days=14", query.join("&"))).await.expect(200);
    let days = listed["days"].as_array().unwrap();
    let slots = days.iter().flat_map(|day| day["times"].as_array().unwrap());
    slots.map(|slot| slot["at"].as_str().unwrap().to_owned()).collect()
}

/// What books a start for a patient.
pub fn booking(offer: &Value, starts_at: &str, patient: &Value) -> Value {
    let mut book = offer.clone();
    book["starts_at"] = json!(starts_at);
    book["patient"] = patient.clone();
    book["complaint"] = json!("Demam sejak tiga hari yang lalu");
    book
}

/// A1, B3, C3, C6, C8, J1, J4
async fn a_visit_is_booked_seen_by_all_and_cancelled(shape: Shape) {
    let topology = start(shape).await;
    let (sari, patient) = sign_up(&topology, "sari").await;
    let (offer, free) = offers(&sari).await;
    let book = booking(&offer, &free[0], &patient);
    let key = [("idempotency-key", "one-click")];
    let booked = sari.send(Method::POST, "/bookings", &key, Some(&book)).await.expect(201);
    assert_eq!(booked["state"], "booked");
    let again = sari.send(Method::POST, "/api/v1/appointments", &key, Some(&book)).await.expect(201);
    assert_eq!(again["id"], booked["id"], "the same key is the same booking");
    // Every replica in turn.
    for _ in 0..4 {
        assert!(!starts(&sari, &offer).await.contains(&free[0]), "a taken time is not shown");
        assert_eq!(sari.get("/api/v1/appointments?when=upcoming").await.expect(200)["items"][0]["id"], booked["id"]);
    }
    let (late, other) = sign_up(&topology, "late").await;
    let refused = late.post("/bookings", &booking(&offer, &free[0], &other)).await;
    assert_eq!(refused.status, 409);
    let problem = refused.json();
    assert!(problem["type"].as_str().unwrap().ends_with("slot-taken"), "{problem}");
    assert!(problem["alternatives"].as_array().is_some_and(|all| !all.is_empty()), "{problem}");
    // What scheduling did is heard by auth, which keeps the trail.
    let boss = topology.signed_in("super_admin").await;
    let id = booked["id"].as_str().unwrap();
    until("the booking is in the audit trail", async || {
        let trail = boss.get(&format!("/api/v1/audit?object={id}")).await.expect(200);
        trail["items"].as_array().is_some_and(|lines| !lines.is_empty()).then_some(())
    })
    .await;
    let page = topology.guest().send(Method::GET, "/", &[("accept", "text/html")], None).await;
    assert!(page.status == 200 && String::from_utf8_lossy(&page.body).contains("<html"), "{}", page.status);

    let version = format!("\"{}\"", booked["version"]);
    let path = format!("/api/v1/appointments/{id}/changes");
    let cancelled = sari.send(Method::POST, &path, &[("if-match", &version)], Some(&json!({ "deed": "cancel" }))).await;
    assert_eq!(cancelled.expect(200)["state"], "cancelled");
    assert!(starts(&sari, &offer).await.contains(&free[0]));
    let described = topology.guest().get("/api/openapi.json").await.expect(200);
    for path in ["/users/register", "/doctors", "/bookings", "/api/v1/patients/{id}", "/api/v1/free-times"] {
        assert!(described["paths"][path].is_object(), "{path} is not described");
    }
    topology.stop().await;
}

macro_rules! in_every_shape {
    ($($name:ident),+) => { $(
        mod $name {
            use testkit::topology::Shape;

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn embedded() {
                super::$name(Shape::Embedded).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn served() {
                super::$name(Shape::Served).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn split() {
                super::$name(Shape::Split).await;
            }
        }
    )+ };
}
in_every_shape!(a_visit_is_booked_seen_by_all_and_cancelled);
