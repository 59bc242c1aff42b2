//! The REST face, asked as a program asks.

use std::sync::Arc;

use axum::{
    body::Body,
    http::{Request, Response},
};
use contracts::{notifications::Notifications, scheduling::AppointmentBooked};
use futures_util::StreamExt as _;
use http_body_util::BodyExt as _;
use platform::{Cx, bus, db::Db, i18n::Locale};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::house::House;

const THURSDAY: &str = "2026-11-26T02:30:00Z";

async fn ask(
    house: &House,
    cx: &Cx,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: Option<Value>,
) -> Response<Body> {
    let verbs: Arc<dyn Notifications> = Arc::new(house.notifications.clone());
    let (router, _) = notifications::http::routes(verbs, house.bell.clone()).split_for_parts();
    let mut request =
        Request::builder().method(method).uri(path).header("content-type", "application/json").extension(cx.clone());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
    router.oneshot(request.body(body).unwrap()).await.unwrap()
}

async fn text(response: Response<Body>) -> String {
    String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
}

async fn json(response: Response<Body>) -> Value {
    serde_json::from_str(&text(response).await).unwrap()
}

testkit::db_test! {
    bus::MIGRATIONS;

    /// G4, J4
    async fn an_inbox_by_rest(db: Db) {
        let house = House::on(db).await?;
        let (siti, other) = (house.person("Siti", Locale::Id).await?, house.person("Budi", Locale::Id).await?);
        house.say(AppointmentBooked { visit: house.visit(&siti.patient, THURSDAY) }).await?;
        let list = json(ask(&house, &siti.cx, "GET", "/api/v1/notifications?limit=5", &[], None).await).await;
        assert_eq!((list["items"][0]["kind"].as_str(), list["items"][0]["read_at"].is_null()), (Some("booked"), true));
        let reading = format!("/api/v1/notifications/{}/reading", list["items"][0]["id"].as_str().unwrap());
        assert_eq!(ask(&house, &other.cx, "POST", &reading, &[], None).await.status(), 404);
        assert_eq!(ask(&house, &siti.cx, "POST", "/api/v1/notifications/1/reading", &[], None).await.status(), 404);
        assert_eq!(json(ask(&house, &siti.cx, "GET", "/api/v1/notifications/unread", &[], None).await).await, json!({ "unread": 1 }));
        assert_eq!(ask(&house, &siti.cx, "POST", &reading, &[], None).await.status(), 204);
        assert_eq!(json(ask(&house, &siti.cx, "POST", "/api/v1/notifications/reading", &[], None).await).await, json!({ "read": 0 }));
        assert_eq!(ask(&house, &house.asking.guest("192.0.2.4"), "GET", "/api/v1/notifications", &[], None).await.status(), 401);
    }

    /// G2, J4
    async fn preferences_by_rest_name_their_version(db: Db) {
        let house = House::on(db).await?;
        let siti = house.person("Siti", Locale::Id).await?;
        let path = "/api/v1/notifications/preferences";
        let form = json!({ "reminders": [60], "quiet": { "from": "22:00", "until": "06:00" }, "channels": [{ "kind": "moved", "channels": [] }] });
        assert_eq!(ask(&house, &siti.cx, "PUT", path, &[], Some(form.clone())).await.status(), 428);
        let kept = ask(&house, &siti.cx, "PUT", path, &[("if-match", "\"0\"")], Some(form.clone())).await;
        assert_eq!((kept.status().as_u16(), kept.headers()["etag"].to_str().unwrap()), (200, "\"1\""));
        let kept = json(kept).await;
        assert_eq!((&kept["reminders"], &kept["quiet"]["from"]), (&json!([60]), &json!("22:00")));
        assert_eq!(ask(&house, &siti.cx, "PUT", path, &[("if-match", "\"0\"")], Some(form)).await.status(), 412);
        let wrong = ask(&house, &siti.cx, "PUT", path, &[("if-match", "\"1\"")], Some(json!({ "reminders": [1] }))).await;
        assert_eq!(wrong.status(), 422);
    }

    /// C10, J4
    async fn a_calendar_by_its_address_is_asked_about_with_its_tag(db: Db) {
        let house = House::on(db).await?;
        let (siti, guest) = (house.person("Siti", Locale::Id).await?, house.asking.guest("192.0.2.4"));
        assert_eq!(ask(&house, &siti.cx, "GET", "/api/v1/notifications/feed", &[], None).await.status(), 404);
        let made = ask(&house, &siti.cx, "POST", "/api/v1/notifications/feed", &[], None).await;
        assert_eq!(made.status(), 201);
        let path = json(made).await["path"].as_str().unwrap().to_owned();
        let calendar = ask(&house, &guest, "GET", &path, &[], None).await;
        assert_eq!(calendar.headers()["content-type"], "text/calendar; charset=utf-8");
        let tag = calendar.headers()["etag"].to_str().unwrap().to_owned();
        assert!(text(calendar).await.starts_with("BEGIN:VCALENDAR\r\n"));
        let known = ask(&house, &guest, "GET", &path, &[("if-none-match", &tag)], None).await;
        assert_eq!((known.status().as_u16(), text(known).await.len()), (304, 0));
        for wrong in ["/calendar/x.ics", "/calendar/x", "/calendar/.ics"] {
            assert_eq!(ask(&house, &guest, "GET", wrong, &[], None).await.status(), 404, "{wrong}");
        }
        assert_eq!(ask(&house, &siti.cx, "DELETE", "/api/v1/notifications/feed", &[], None).await.status(), 204);
        assert_eq!(ask(&house, &guest, "GET", &path, &[], None).await.status(), 404);
    }

    /// G4
    async fn the_number_of_unread_comes_as_it_changes(db: Db) {
        let house = House::on(db).await?;
        let (siti, other) = (house.person("Siti", Locale::Id).await?, house.person("Budi", Locale::Id).await?);
        let mut stream = ask(&house, &siti.cx, "GET", "/api/v1/notifications/live", &[], None).await.into_body().into_data_stream();
        let mut next = async || String::from_utf8(stream.next().await.unwrap().unwrap().to_vec()).unwrap();
        assert_eq!(next().await, "event: unread\ndata: {\"unread\":0}\n\n");
        house.say(AppointmentBooked { visit: house.visit(&other.patient, THURSDAY) }).await?;
        house.say(AppointmentBooked { visit: house.visit(&siti.patient, THURSDAY) }).await?;
        assert_eq!(next().await, "event: unread\ndata: {\"unread\":1}\n\n");
        house.notifications.mark_all_read(&siti.cx).await?;
        assert_eq!(next().await, "event: unread\ndata: {\"unread\":0}\n\n");
        let guest = house.asking.guest("192.0.2.4");
        assert_eq!(ask(&house, &guest, "GET", "/api/v1/notifications/live", &[], None).await.status(), 401);
    }
}
