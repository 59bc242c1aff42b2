//! Calendars that doctors keep elsewhere.

use contracts::{
    Permission,
    notifications::{AddOutsideCalendar, BusyTimesChanged, Notifications as _},
    people::{ErasureId, PatientErased},
};
use jiff::SignedDuration;
use notifications::Calendars;
use platform::{Error, bus, db::Db, i18n::Locale};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use crate::house::House;

const BUSY: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20261124T020000Z\r\nDTEND:20261124T030000Z\r\nSUMMARY:Rahasia\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:2\r\nDTSTART:20261124T023000Z\r\nDTEND:20261124T040000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

const ODD: &str = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20261124T020000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=MONTHLY;BYDAY=TU;BYSETPOS=-1\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

/// Answers with one of these after the other, then closes its door.
async fn server(bodies: Vec<&'static str>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://127.0.0.1:{}/secret-path.ics", listener.local_addr().unwrap().port());
    tokio::spawn(async move {
        for body in bodies {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut head = [0; 4096];
            let _ = stream.read(&mut head).await;
            let answer =
                format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    url
}

async fn told(db: &Db) -> Option<BusyTimesChanged> {
    const TOLD: &str = "select payload from outbox where kind = 'notifications.busy_times_changed.v1'";
    let row: Option<(String,)> = db.read(async |tx| tx.one(TOLD, &[]).await).await.unwrap();
    row.map(|(payload,)| serde_json::from_str(&payload).unwrap())
}

testkit::db_test! {
    bus::MIGRATIONS;

    /// C10
    async fn what_stands_in_it_is_told_as_times_and_what_goes_is_taken_back(db: Db) {
        let house = House::on(db.clone()).await?;
        house.notifications.reach(&Calendars { internal: true });
        let (verbs, doctor) = (&house.notifications, house.as_doctor());
        let url = server(vec![BUSY, BUSY, "<html>", "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"]).await;
        let added = verbs.add_outside_calendar(&doctor, AddOutsideCalendar { url }).await?;
        assert_eq!((added.host.as_str(), added.read_at), ("127.0.0.1", None));
        house.run_jobs().await;
        let known = verbs.outside_calendars(&doctor).await?.remove(0);
        assert_eq!((known.spans, known.problem, known.read_at), (1, None, Some(house.asking.now())));
        let said = told(&db).await.unwrap();
        let spans: Vec<_> = said.spans.iter().map(|span| (span.from.to_string(), span.until.to_string())).collect();
        assert_eq!((said.doctor, spans), (house.doctor.clone(), vec![("2026-11-24T02:00:00Z".to_owned(), "2026-11-24T04:00:00Z".to_owned())]));
        let rows: Vec<(String, Vec<u8>)> = db.read(async |tx| tx.all("select spans || host, url from outside_calendar", &[]).await).await?;
        assert!(!rows[0].0.contains("Rahasia") && !String::from_utf8_lossy(&rows[0].1).contains("secret-path"));

        let said: Vec<(i64,)> = db.read(async |tx| tx.all("select n from outbox where kind = 'notifications.busy_times_changed.v1'", &[]).await).await?;
        house.asking.pass(SignedDuration::from_mins(31));
        house.run_jobs().await;
        let again: Vec<(i64,)> = db.read(async |tx| tx.all("select n from outbox where kind = 'notifications.busy_times_changed.v1'", &[]).await).await?;
        assert_eq!(said, again, "nothing changed, nothing is told");
        house.asking.pass(SignedDuration::from_mins(31));
        house.run_jobs().await;
        let known = verbs.outside_calendars(&doctor).await?.remove(0);
        assert_eq!((known.problem.as_deref(), known.spans), (Some("calendar-unreadable"), 1), "what was known stays");
        assert_eq!(told(&db).await.unwrap().spans.len(), 1);
        house.asking.pass(SignedDuration::from_mins(31));
        house.run_jobs().await;
        assert!(told(&db).await.unwrap().spans.is_empty());
        house.asking.pass(SignedDuration::from_mins(31));
        house.run_jobs().await;
        assert_eq!(verbs.outside_calendars(&doctor).await?[0].problem.as_deref(), Some("calendar-away"));
        verbs.remove_outside_calendar(&doctor, &added.id).await?;
        assert!(matches!(verbs.remove_outside_calendar(&doctor, &added.id).await, Err(Error::NotFound("calendar"))));
    }

    /// C10
    async fn what_cannot_be_opened_or_is_understood_in_part_says_so_and_holds_up_no_other(db: Db) {
        let house = House::on(db.clone()).await?;
        house.notifications.reach(&Calendars { internal: true });
        let (verbs, doctor) = (&house.notifications, house.as_doctor());
        verbs.add_outside_calendar(&doctor, AddOutsideCalendar { url: "http://127.0.0.1/x".to_owned() }).await?;
        let broken: &[u8] = b"?";
        db.write(async move |tx| tx.exec("update outside_calendar set url = $1", &[&broken]).await).await?;
        house.asking.pass(SignedDuration::from_mins(1));
        verbs.add_outside_calendar(&doctor, AddOutsideCalendar { url: server(vec![ODD]).await }).await?;
        house.run_jobs().await;
        let known = verbs.outside_calendars(&doctor).await?;
        let known: Vec<_> = known.iter().map(|known| (known.problem.as_deref(), known.spans)).collect();
        assert_eq!(known, [(Some("calendar-lost"), 0), (Some("calendar-partly"), 1)]);
        assert_eq!(told(&db).await.unwrap().spans.len(), 1);
    }

    /// C10, A6
    async fn it_is_a_doctors_own_within_bounds_and_goes_with_the_account(db: Db) {
        let house = House::on(db.clone()).await?;
        let (verbs, doctor) = (&house.notifications, house.as_doctor());
        let siti = house.person("Siti", Locale::Id).await?;
        let ask = |url: &str| AddOutsideCalendar { url: url.to_owned() };
        assert!(matches!(verbs.add_outside_calendar(&siti.cx, ask("https://a.example/x")).await, Err(Error::Forbidden(_))));
        let stranger = house.asking.account(&siti.account, &[Permission::ScheduleOwn]);
        assert!(matches!(verbs.add_outside_calendar(&stranger, ask("https://a.example/x")).await, Err(Error::NotFound("doctor"))));
        for (url, code) in [("ftp://a.example/x", "calendar-address"), ("http://10.0.0.1/x", "calendar-internal"), ("http://[::1]/x", "calendar-internal")] {
            let Err(Error::Invalid(fields)) = verbs.add_outside_calendar(&doctor, ask(url)).await else { panic!("{url}") };
            assert_eq!((fields[0].field.as_str(), fields[0].code.as_str()), ("url", code));
        }
        let local = verbs.add_outside_calendar(&doctor, ask("http://localhost/x")).await?;
        house.run_jobs().await;
        assert_eq!(verbs.outside_calendars(&doctor).await?[0].problem.as_deref(), Some("calendar-internal"), "not by its name either");
        for name in ["a", "b"] {
            verbs.add_outside_calendar(&doctor, ask(&format!("https://{name}.invalid/x"))).await?;
        }
        let full = verbs.add_outside_calendar(&doctor, ask("https://c.invalid/x")).await.unwrap_err();
        assert!(full.is_conflict("too-many-calendars"));
        assert!(matches!(verbs.remove_outside_calendar(&stranger, &local.id).await, Err(Error::NotFound("calendar"))));
        assert!(verbs.outside_calendars(&stranger).await?.is_empty());
        let erasure: ErasureId = house.asking.system().new_id();
        house.say(PatientErased { erasure, patients: Vec::new(), account: Some(house.doctors_account.clone()) }).await?;
        let left: Vec<(i64,)> = db.read(async |tx| tx.all("select count(*) from outside_calendar", &[]).await).await?;
        assert_eq!(left, [(0,)]);
    }
}
