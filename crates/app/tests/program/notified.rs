//! What people are told, through the whole program.

use serde_json::{Value, json};

use crate::{
    house::App,
    journey::{booking, first_free},
    on_both_engines,
};

async fn letters(app: &App) -> Vec<Value> {
    app.running.run_due().await.unwrap();
    app.guest().get("/dev/mailbox/letters").await.expect(200).as_array().unwrap().clone()
}

on_both_engines! {
    /// G1, G4, C10, J4
    async fn who_books_is_told_in_the_inbox_by_mail_and_in_their_calendar(engine) {
        let app = App::start_with_mailbox(engine).await;
        let patient = app.sign_up("sari").await["patient"]["id"].clone();
        app.sign_up("budi").await;
        app.settle().await;
        let (sari, budi, doctor) = (app.sign_in("sari").await, app.sign_in("budi").await, app.sign_in("dokter1").await);
        let (offer, start) = first_free(&app).await;
        let visit = sari.post("/bookings", &booking(&offer, &start, &patient)).await.expect(201);
        app.settle().await;

        let inbox = sari.get("/api/v1/notifications").await.expect(200);
        assert_eq!((&inbox["items"][0]["kind"], &inbox["items"][0]["appointment"]), (&json!("booked"), &visit["id"]));
        assert_eq!(sari.get("/api/v1/notifications/unread").await.expect(200), json!({ "unread": 1 }));
        assert_eq!(doctor.get("/api/v1/notifications").await.expect(200)["items"][0]["to_doctor"], true);
        assert_eq!(budi.get("/api/v1/notifications").await.expect(200)["items"], json!([]));
        let reading = format!("/api/v1/notifications/{}/reading", inbox["items"][0]["id"].as_str().unwrap());
        budi.post(&reading, &json!({})).await.expect(404);
        sari.post(&reading, &json!({})).await.expect(204);
        assert_eq!(sari.get("/api/v1/notifications/unread").await.expect(200), json!({ "unread": 0 }));

        let sent = letters(&app).await;
        assert_eq!(sent.len(), 1, "the doctor's inbox is enough: {sent:?}");
        assert_eq!((&sent[0]["recipient"], &sent[0]["method"]), (&json!("sari@contoh.example"), &json!("REQUEST")));
        let uid = format!("UID:{}@mediverse", visit["id"].as_str().unwrap());
        assert!(sent[0]["calendar"].as_str().unwrap().contains(&uid));
        let whole = sent[0].to_string().to_lowercase();
        assert!(!whole.contains("demam"), "no complaint leaves the house: {whole}");
        let deliveries = sari.get(&reading.replace("reading", "deliveries")).await.expect(200);
        assert_eq!(deliveries[0]["state"], "sent");

        let feed = sari.post("/api/v1/notifications/feed", &json!({})).await.expect(201);
        let calendar = app.guest().get(feed["path"].as_str().unwrap()).await;
        assert_eq!((calendar.status.as_u16(), calendar.header("content-type")), (200, "text/calendar; charset=utf-8"));
        let text = String::from_utf8(calendar.body.clone()).unwrap();
        assert!(text.contains(&uid) && text.contains("STATUS:CONFIRMED"), "{text}");
        let known = [("if-none-match", calendar.header("etag"))];
        let again = app.guest().send("GET", feed["path"].as_str().unwrap(), &known, None).await;
        assert_eq!(again.status, 304);

        let path = format!("/api/v1/appointments/{}/changes", visit["id"].as_str().unwrap());
        let version = format!("\"{}\"", visit["version"]);
        let cancel = Some(json!({ "deed": "cancel" }).to_string());
        sari.send("POST", &path, &[("if-match", &version)], cancel).await.expect(200);
        app.settle().await;
        let sent = letters(&app).await;
        assert_eq!(sent.iter().filter(|letter| letter["method"] == "CANCEL").count(), 1);
        let told = doctor.get("/api/v1/notifications").await.expect(200);
        assert_eq!(told["items"].as_array().map(Vec::len), Some(2), "{told}");

        // A mail program ends a kind of letter by a form without session or token (RFC 8058), there and nowhere else.
        let form = [("content-type", "application/x-www-form-urlencoded")];
        let one_click = Some("List-Unsubscribe=One-Click".to_owned());
        assert_eq!(app.guest().send("POST", "/berhenti/dlv_0.0", &form, one_click.clone()).await.status, 404);
        assert_eq!(app.guest().send("POST", "/akun/kalender", &form, one_click).await.status, 403);
        app.close().await;
    }
}
