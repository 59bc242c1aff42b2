//! Ending reminders by the link in their letters, without signing in (RFC 8058).

use contracts::{
    notifications::{Channel, NotificationKind, Notifications as _},
    scheduling::AppointmentBooked,
};
use platform::{Error, bus, db::Db, i18n::Locale};

use crate::house::House;

/// Thursday 10:30 in Makassar.
const THURSDAY: &str = "2026-11-26T02:30:00Z";

/// The secret part of the link in the last letter.
fn token(house: &House) -> Option<String> {
    let taken = house.post.taken.lock().unwrap();
    let url = taken.last()?.unsubscribe.clone()?;
    url.strip_prefix("https://klinik.example/berhenti/").map(ToOwned::to_owned)
}

testkit::db_test! {
    bus::MIGRATIONS;

    /// G1, G2, R.P3
    async fn a_reminder_carries_a_link_that_ends_reminders_and_nothing_else(db: Db) {
        let house = House::on(db).await?;
        let (siti, budi) = (house.person("Siti", Locale::Id).await?, house.person("Budi", Locale::Id).await?);
        for person in [&siti, &budi] {
            house.say(AppointmentBooked { visit: house.visit(&person.patient, "2026-12-03T02:30:00Z") }).await?;
        }
        house.say(AppointmentBooked { visit: house.visit(&siti.patient, THURSDAY) }).await?;
        house.run_jobs().await;
        assert_eq!(token(&house), None, "a confirmation is needed");
        house.at("2026-11-25T03:00:00Z").await;
        let token = token(&house).expect("a link");
        assert!(!token.contains(&siti.account.to_string()) && !token.contains(&siti.patient.to_string()));
        assert!(house.post.taken.lock().unwrap().last().unwrap().text.contains(&token), "people find it in the letter too");

        let nobody = house.asking.guest("192.0.2.9");
        assert_eq!(house.notifications.unsubscribing(&nobody, &token).await?, NotificationKind::Reminder);
        assert_eq!(house.notifications.preferences(&siti.cx).await?.version, 0, "looking ends nothing");
        for _ in 0..2 {
            assert_eq!(house.notifications.unsubscribe(&nobody, &token).await?, NotificationKind::Reminder);
        }
        let wanted = house.notifications.preferences(&siti.cx).await?;
        assert_eq!(wanted.version, 1);
        for of in &wanted.channels {
            let expected: &[Channel] = if of.kind == NotificationKind::Reminder { &[] } else { &[Channel::Email] };
            assert_eq!(of.channels, expected, "{}", of.kind);
        }
        assert_eq!(wanted.reminders, [1440], "they stay in the inbox");
        assert_eq!(house.notifications.preferences(&budi.cx).await?.version, 0, "of nobody else");

        let before = house.post.subjects().len();
        house.at("2026-12-02T03:00:00Z").await;
        let sent: Vec<_> = house.post.taken.lock().unwrap()[before..].iter().map(|message| message.account.clone()).collect();
        assert_eq!(sent, std::slice::from_ref(&budi.account));
        assert_eq!(house.kinds(&siti.cx).await.iter().filter(|kind| *kind == "reminder").count(), 2);
    }

    /// G1
    async fn a_link_that_is_not_ours_is_not_there(db: Db) {
        let house = House::on(db.clone()).await?;
        let siti = house.person("Siti", Locale::Id).await?;
        house.say(AppointmentBooked { visit: house.visit(&siti.patient, THURSDAY) }).await?;
        house.run_jobs().await;
        let confirmation = house.post.taken.lock().unwrap()[0].delivery.clone();
        house.at("2026-11-25T03:00:00Z").await;
        let token = token(&house).expect("a link");
        let (letter, signature) = token.split_once('.').unwrap();
        let turned: String = signature.chars().rev().collect();
        let nobody = house.asking.guest("192.0.2.9");
        for forged in ["", "x", letter, &format!("{letter}."), &format!("{letter}.{turned}"), &format!("{confirmation}.{signature}"), &token[..token.len() - 1]] {
            let answer = house.notifications.unsubscribe(&nobody, forged).await;
            assert!(matches!(answer, Err(Error::NotFound("unsubscribe-link"))), "{forged}: {answer:?}");
        }
        db.write(async |tx| tx.exec("delete from notification", &[]).await).await?;
        assert!(matches!(house.notifications.unsubscribe(&nobody, &token).await, Err(Error::NotFound("unsubscribe-link"))));
        assert_eq!(house.notifications.preferences(&siti.cx).await?.version, 0);
    }
}
