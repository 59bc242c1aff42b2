//! Calendars to subscribe to.

use contracts::{
    auth::AccountState,
    notifications::Notifications as _,
    scheduling::{AppointmentBooked, AppointmentCancelled, State},
};
use platform::{Error, bus, db::Db, i18n::Locale};

use crate::house::{House, now};

const THURSDAY: &str = "2026-11-26T02:30:00Z";

fn token(path: &str) -> String {
    path.strip_prefix("/calendar/").and_then(|file| file.strip_suffix(".ics")).unwrap().to_owned()
}

testkit::db_test! {
    bus::MIGRATIONS;

    /// C10
    async fn an_address_shows_ones_own_visits_until_it_is_renewed_or_ended(db: Db) {
        let house = House::on(db.clone()).await?;
        let (siti, budi) = (house.person("Siti", Locale::En).await?, house.person("Budi", Locale::Id).await?);
        let verbs = &house.notifications;
        assert_eq!(verbs.feed(&siti.cx).await?, None);
        let feed = verbs.renew_feed(&siti.cx).await?;
        assert_eq!(verbs.feed(&siti.cx).await?.as_ref(), Some(&feed), "it is shown again");
        assert_eq!(feed.url, Some(format!("https://klinik.example{}", feed.path)));
        let (guest, secret) = (house.asking.guest("192.0.2.4"), token(&feed.path));
        assert!(secret.len() >= 43, "256 bits");
        let stored: Vec<(Vec<u8>, String)> = db.read(async |tx| tx.all("select token, mark from feed", &[]).await).await?;
        assert!(!String::from_utf8_lossy(&stored[0].0).contains(&secret) && !stored[0].1.contains(&secret));

        let visit = house.visit(&siti.patient, THURSDAY);
        house.say(AppointmentBooked { visit: visit.clone() }).await?;
        house.say(AppointmentBooked { visit: house.visit(&budi.patient, THURSDAY) }).await?;
        let calendar = verbs.calendar(&guest, &secret).await?;
        assert_eq!(calendar.text.matches("BEGIN:VEVENT").count(), 1, "{}", calendar.text);
        for part in ["SUMMARY:Consultation – Klinik A\r\n", "DTSTART:20261126T023000Z\r\n", "STATUS:CONFIRMED\r\n", "X-WR-CALNAME:My appointments"] {
            assert!(calendar.text.contains(part), "{part} is not in {}", calendar.text);
        }
        for word in ["Siti", "Rahma", "Jantung"] {
            assert!(!calendar.text.contains(word), "{word} is nobody's business");
        }
        assert_eq!(verbs.calendar(&guest, &secret).await?, calendar, "nothing changed, not the tag either");
        house.asking.minutes_later(5);
        house.say(AppointmentCancelled { visit: now(&visit, State::Cancelled) }).await?;
        let after = verbs.calendar(&guest, &secret).await?;
        assert!(after.text.contains("STATUS:CANCELLED\r\n") && after.text.contains("SEQUENCE:1\r\n") && after.etag != calendar.etag);

        let newer = token(&verbs.renew_feed(&siti.cx).await?.path);
        assert!(matches!(verbs.calendar(&guest, &secret).await, Err(Error::NotFound("calendar"))));
        assert_eq!(verbs.calendar(&guest, &newer).await?, after);
        verbs.end_feed(&siti.cx).await?;
        verbs.end_feed(&siti.cx).await?;
        assert!(matches!(verbs.calendar(&guest, &newer).await, Err(Error::NotFound("calendar"))));
        assert!(matches!(verbs.calendar(&guest, "").await, Err(Error::NotFound("calendar"))));
        assert_eq!(verbs.feed(&siti.cx).await?, None);
    }

    /// C10
    async fn a_doctor_sees_their_practice_without_names(db: Db) {
        let house = House::on(db).await?;
        let siti = house.person("Siti", Locale::Id).await?;
        house.say(AppointmentBooked { visit: house.visit(&siti.patient, THURSDAY) }).await?;
        let feed = house.notifications.renew_feed(&house.as_doctor()).await?;
        let calendar = house.notifications.calendar(&house.asking.guest("192.0.2.4"), &token(&feed.path)).await?;
        assert_eq!(calendar.text.matches("BEGIN:VEVENT").count(), 1);
        assert!(!calendar.text.contains("Siti"));
    }

    /// C10, A5
    async fn whoever_is_shut_out_has_no_calendar_and_no_mail_until_they_are_let_in_again(db: Db) {
        let house = House::on(db).await?;
        let siti = house.person("Siti", Locale::Id).await?;
        let secret = token(&house.notifications.renew_feed(&siti.cx).await?.path);
        let guest = house.asking.guest("192.0.2.4");
        house.tell_of_account(&siti.account, "Siti", Locale::Id, AccountState::Deactivated).await?;
        house.say(AppointmentBooked { visit: house.visit(&siti.patient, THURSDAY) }).await?;
        house.run_jobs().await;
        assert!(matches!(house.notifications.calendar(&guest, &secret).await, Err(Error::NotFound("calendar"))));
        assert!(house.post.taken.lock().unwrap().is_empty(), "nothing is sent to them");
        house.tell_of_account(&siti.account, "Siti", Locale::Id, AccountState::Active).await?;
        assert!(house.notifications.calendar(&guest, &secret).await?.text.contains("BEGIN:VEVENT"));
    }
}
