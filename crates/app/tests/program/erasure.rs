//! Unregistering, through every context.

use serde_json::json;

use crate::{
    house::App,
    journey::{booking, first_free},
    on_both_engines,
};

on_both_engines! {
    /// A6
    async fn whoever_unregisters_is_forgotten_by_every_context(engine) {
        let app = App::start(engine).await;
        let patient = app.sign_up("sari").await["patient"]["id"].clone();
        app.settle().await;
        let sari = app.sign_in("sari").await;
        let (offer, start) = first_free(&app).await;
        let visit = sari.post("/bookings", &booking(&offer, &start, &patient)).await.expect(201);
        let erasure = sari.send("DELETE", "/api/v1/me", &[], None).await.expect(202);
        app.settle().await;

        let path = format!("/api/v1/erasures/{}", erasure["id"].as_str().unwrap());
        let done = app.guest().get(&path).await.expect(200);
        assert!(!done["done_at"].is_null() && done["waiting_for"] == json!([]), "{done}");
        let mut answered: Vec<&str> = done["answers"].as_array().unwrap().iter().filter_map(|answer| answer["context"].as_str()).collect();
        answered.sort_unstable();
        assert_eq!(answered, ["auth", "directory", "notifications", "people", "scheduling"]);

        let admin = app.sign_in("admin1").await;
        let kept = admin.get(&format!("/api/v1/appointments/{}", visit["id"].as_str().unwrap())).await.expect(200);
        assert_eq!(kept["state"], "cancelled");
        assert!(kept["patient_name"] == "" && kept["patient_birth_date"].is_null() && kept["complaint"].is_null(), "{kept}");
        admin.get(&format!("/api/v1/patients/{}", patient.as_str().unwrap())).await.expect(404);
        assert_eq!(sari.get("/api/v1/auth/me").await.status, 401, "the token is no longer good");
        app.sign_up("sari").await;
        app.close().await;
    }
}
