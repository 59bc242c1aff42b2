//! From signing up to a cancelled visit, as programs do it.

use serde_json::{Value, json};

use crate::{house::App, on_both_engines};

/// The first free start of a doctor within a fortnight, and the question it was the answer to.
pub async fn first_free(app: &App) -> (Value, String) {
    let (offer, starts) = starts(app, 0).await;
    (offer, starts.into_iter().next().expect("a free time"))
}

/// What the first service of a doctor is, and the free starts.
pub async fn starts(app: &App, doctor: usize) -> (Value, Vec<String>) {
    starts_within(app, doctor, 14).await
}

/// As [`starts`], for so many days.
pub async fn starts_within(app: &App, doctor: usize, days: u16) -> (Value, Vec<String>) {
    let practice = &app.doctors[doctor].practices[0];
    let offer = json!({
        "facility": practice.facility, "service": practice.services[0].service, "doctor": app.doctors[doctor].id, "mode": "in_person",
    });
    let query: Vec<String> =
        offer.as_object().unwrap().iter().map(|(name, value)| format!("{name}={}", value.as_str().unwrap())).collect();
    let listed = app.guest().get(&format!("/api/v1/free-times?{}&days={days}", query.join("&"))).await.expect(200);
    let days = listed["days"].as_array().unwrap();
    let starts = days
        .iter()
        .flat_map(|day| day["times"].as_array().unwrap())
        .map(|slot| slot["at"].as_str().unwrap().to_owned())
        .collect();
    (offer, starts)
}

/// What books that start for a patient.
pub fn booking(offer: &Value, starts_at: &str, patient: &Value) -> Value {
    let mut book = offer.clone();
    book["starts_at"] = json!(starts_at);
    book["patient"] = patient.clone();
    book["complaint"] = json!("Demam sejak tiga hari yang lalu");
    book
}

on_both_engines! {
    /// A1, B3, C3, C6, C8, J4
    async fn a_patient_signs_up_finds_books_and_cancels(engine) {
        let app = App::start(engine).await;
        let patient = app.sign_up("sari").await["patient"]["id"].clone();
        let sari = app.sign_in("sari").await;
        app.settle().await;

        let found = app.guest().get("/doctors?limit=5").await.expect(200);
        assert!(found["items"].as_array().is_some_and(|items| !items.is_empty()), "{found}");

        let (offer, start) = first_free(&app).await;
        let book = booking(&offer, &start, &patient);
        let key = [("idempotency-key", "one-click")];
        let booked = sari.send("POST", "/bookings", &key, Some(book.to_string())).await.expect(201);
        assert_eq!(booked["state"], "booked");
        let again = sari.send("POST", "/api/v1/appointments", &key, Some(book.to_string())).await.expect(201);
        assert_eq!(again["id"], booked["id"], "the same key is the same booking");

        let (_, left) = starts(&app, 0).await;
        assert!(!left.contains(&start), "a taken time is not shown");
        let late = app.sign_up("late").await["patient"]["id"].clone();
        app.settle().await;
        let refused = app.sign_in("late").await.post("/bookings", &booking(&offer, &start, &late)).await;
        assert_eq!(refused.status, 409);
        assert!(refused.json()["type"].as_str().unwrap().ends_with("slot-taken"), "{}", refused.json());
        assert!(!refused.json()["alternatives"].is_null());

        let mine = sari.get("/api/v1/appointments?when=upcoming").await.expect(200);
        assert_eq!(mine["items"][0]["id"], booked["id"]);
        let path = format!("/api/v1/appointments/{}/changes", booked["id"].as_str().unwrap());
        let version = format!("\"{}\"", booked["version"]);
        let cancelled = sari.send("POST", &path, &[("if-match", &version)], Some(json!({"deed": "cancel"}).to_string())).await.expect(200);
        assert_eq!(cancelled["state"], "cancelled");
        let (_, free_again) = starts(&app, 0).await;
        assert!(free_again.contains(&start));
        app.close().await;
    }
}
