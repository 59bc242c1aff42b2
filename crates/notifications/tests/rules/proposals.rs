//! A doctor on leave: the patient's side is told of other times kept for them.

use contracts::{
    notifications::{Channel, DeliveryState, KindChannels, NotificationKind, Notifications as _, PreferencesForm},
    scheduling::{AppointmentBooked, AppointmentProposed, AppointmentRescheduled, State, Visit},
};
use platform::{bus, db::Db, i18n::Locale};

use crate::house::{House, changed};

const THURSDAY: &str = "2026-11-26T02:30:00Z";

fn proposed(visit: &Visit, answer_by: &str) -> AppointmentProposed {
    let times = vec!["2026-11-27T02:30:00Z".parse().unwrap()];
    AppointmentProposed { visit: visit.clone(), times, answer_by: answer_by.parse().unwrap() }
}

testkit::db_test! {
    bus::MIGRATIONS;

    /// D4, G1, G4, R.V4
    async fn the_patients_side_is_asked_to_choose_another_time_each_in_their_language(db: Db) {
        let house = House::on(db).await?;
        let siti = house.person("Siti", Locale::Id).await?;
        let daughter = house.person("Ayu", Locale::En).await?;
        house.acts_for(&siti.patient, 2, "Siti", &[&siti.account, &daughter.account]).await?;
        let visit = house.visit(&siti.patient, THURSDAY);
        house.say(AppointmentBooked { visit: visit.clone() }).await?;
        house.run_jobs().await;
        house.say(proposed(&visit, "2026-11-25T02:00:00Z")).await?;

        let own = house.inbox(&siti.cx).await;
        assert_eq!((own[0].kind, own[0].appointment.as_ref()), (NotificationKind::Proposed, Some(&visit.appointment)));
        assert_eq!(own[0].title, "Dokter berhalangan: pilih waktu lain");
        assert!(own[0].body.contains("berhalangan pada Kam, 26 Nov 2026, 10.30 WITA di Klinik A"), "{}", own[0].body);
        assert!(own[0].body.contains("sampai Rab, 25 Nov 2026, 10.00 WITA"), "{}", own[0].body);
        assert_eq!(house.inbox(&daughter.cx).await[0].title, "Your doctor is away: choose another time");
        assert_eq!(house.kinds(&house.as_doctor()).await, ["booked"], "their own leave is no news to them");

        house.run_jobs().await;
        let taken = house.post.taken.lock().unwrap().clone();
        let letter = taken.iter().rfind(|message| message.account == siti.account).unwrap();
        assert_eq!(letter.subject, own[0].title);
        let page = format!("https://klinik.example/janji/{}/usulan", visit.appointment);
        assert!(letter.text.contains(&format!("Pilih waktu: {page}")) && letter.html.contains(&page), "{}", letter.text);
        assert!(letter.invitation.is_none(), "the visit is where it was");
        assert!(letter.unsubscribe.is_none(), "who does not answer loses their visit");
        let delivery = house.notifications.deliveries(&siti.cx, &own[0].id).await?.remove(0);
        assert_eq!((delivery.channel, delivery.state), (Channel::Email, DeliveryState::Sent));
    }

    /// G1
    async fn it_is_told_once_and_not_when_it_is_too_late_to_answer(db: Db) {
        let house = House::on(db.clone()).await?;
        let siti = house.person("Siti", Locale::Id).await?;
        let visit = house.visit(&siti.patient, THURSDAY);
        house.say(AppointmentBooked { visit: visit.clone() }).await?;
        house.say(proposed(&visit, "2026-11-22T02:00:00Z")).await?;
        assert_eq!(house.kinds(&siti.cx).await, ["booked"]);
        house.say(proposed(&visit, "2026-11-25T02:00:00Z")).await?;
        db.write(async |tx| tx.exec("delete from heard", &[]).await).await?;
        house.say_again().await?;
        assert_eq!(house.kinds(&siti.cx).await, ["booked", "proposed"]);
    }

    /// G1, R.M1
    async fn a_letter_that_comes_after_the_answer_or_its_time_is_not_sent(db: Db) {
        let house = House::on(db).await?;
        let siti = house.person("Siti", Locale::Id).await?;
        let answered = house.visit(&siti.patient, THURSDAY);
        let late = house.visit(&siti.patient, "2026-11-30T02:30:00Z");
        for visit in [&answered, &late] {
            house.say(AppointmentBooked { visit: visit.clone() }).await?;
        }
        house.run_jobs().await;
        house.say(proposed(&answered, "2026-11-25T02:00:00Z")).await?;
        house.say(AppointmentRescheduled { visit: changed(&answered, "2026-11-27T02:30:00Z", State::Booked) }).await?;
        house.say(proposed(&late, "2026-11-23T01:00:00Z")).await?;
        house.at("2026-11-23T02:00:00Z").await;
        let proposals = house.post.subjects().into_iter().filter(|subject| subject.starts_with("Dokter")).count();
        assert_eq!(proposals, 0);
        assert_eq!(house.kinds(&siti.cx).await.iter().filter(|kind| *kind == "proposed").count(), 2, "the inbox has them");
    }

    /// G2
    async fn who_wants_no_mail_of_it_finds_it_in_the_inbox(db: Db) {
        let house = House::on(db).await?;
        let siti = house.person("Siti", Locale::Id).await?;
        let silent = KindChannels { kind: NotificationKind::Proposed, channels: Vec::new() };
        let form = PreferencesForm { channels: vec![silent], reminders: vec![1440], quiet: None, zone: None };
        house.notifications.set_preferences(&siti.cx, 0, form).await?;
        let visit = house.visit(&siti.patient, THURSDAY);
        house.say(AppointmentBooked { visit: visit.clone() }).await?;
        house.say(proposed(&visit, "2026-11-25T02:00:00Z")).await?;
        house.run_jobs().await;
        assert_eq!(house.kinds(&siti.cx).await, ["booked", "proposed"]);
        assert_eq!(house.post.subjects(), ["Janji temu terkonfirmasi"]);
    }
}
