//! Who is told what, once.

use contracts::{
    notifications::Notifications as _,
    scheduling::{
        AppointmentAccepted, AppointmentArrived, AppointmentBooked, AppointmentCancelled, AppointmentRejected,
        AppointmentRescheduled, State,
    },
};
use jiff::SignedDuration;
use platform::{
    Error, bus,
    db::{Db, PageAsk},
    i18n::Locale,
};

use crate::house::{House, changed, now};

const TUESDAY: &str = "2026-11-24T02:30:00Z";
const THURSDAY: &str = "2026-11-26T06:00:00Z";

testkit::db_test! {
    bus::MIGRATIONS;

    /// G1, G4, R.M8, R.P3
    async fn a_booking_reaches_the_patients_side_and_the_doctor_each_in_their_language(db: Db) {
        let house = House::on(db).await?;
        let siti = house.person("Siti", Locale::Id).await?;
        let daughter = house.person("Ayu", Locale::En).await?;
        let stranger = house.person("Orang Lain", Locale::Id).await?;
        house.acts_for(&siti.patient, 2, "Siti", &[&siti.account, &daughter.account]).await?;
        house.say(AppointmentBooked { visit: house.visit(&siti.patient, TUESDAY) }).await?;

        let own = house.inbox(&siti.cx).await;
        assert_eq!(own[0].title, "Janji temu terkonfirmasi");
        assert_eq!(
            own[0].body,
            "Janji temu Anda dengan dr. Rahma, Sp.JP di Klinik A pada Sel, 24 Nov 2026, 10.30 WITA telah dikonfirmasi. Untuk: Siti."
        );
        let theirs = house.inbox(&daughter.cx).await;
        assert_eq!(theirs[0].title, "Appointment confirmed");
        assert!(theirs[0].body.ends_with("on Tue 24 Nov 2026, 10:30 WITA has been confirmed. For: Siti."), "{}", theirs[0].body);
        let doctors = house.inbox(&house.as_doctor()).await;
        assert!(doctors[0].to_doctor && !doctors[0].body.contains("Siti"), "{}", doctors[0].body);
        assert!(house.inbox(&stranger.cx).await.is_empty());

        house.run_jobs().await;
        let sent: Vec<_> = house.post.taken.lock().unwrap().iter().map(|m| (m.account.clone(), m.subject.clone())).collect();
        assert_eq!(sent.len(), 2, "the doctor's inbox is enough: {sent:?}");
        assert!(sent.contains(&(siti.account.clone(), "Janji temu terkonfirmasi".to_owned())));
        assert!(sent.contains(&(daughter.account.clone(), "Appointment confirmed".to_owned())));
    }

    /// G4
    async fn an_inbox_is_read_and_anothers_is_not_there(db: Db) {
        let house = House::on(db).await?;
        let (siti, other) = (house.person("Siti", Locale::Id).await?, house.person("Budi", Locale::Id).await?);
        for day in ["2026-11-24T02:30:00Z", "2026-11-25T02:30:00Z", "2026-11-26T02:30:00Z"] {
            house.say(AppointmentBooked { visit: house.visit(&siti.patient, day) }).await?;
            house.asking.minutes_later(1);
        }
        let verbs = &house.notifications;
        assert_eq!(verbs.unread(&siti.cx).await?, 3);
        let first = verbs.inbox(&siti.cx, PageAsk::first(2)).await?;
        let rest = verbs.inbox(&siti.cx, PageAsk { limit: 2, after: first.next.clone() }).await?;
        assert_eq!((first.items.len(), rest.items.len(), rest.next), (2, 1, None));
        assert!(first.items[0].at > first.items[1].at && first.items[1].at > rest.items[0].at, "the newest first");

        let id = &first.items[0].id;
        assert!(matches!(verbs.mark_read(&other.cx, id).await, Err(Error::NotFound("notification"))));
        assert!(matches!(verbs.deliveries(&other.cx, id).await, Err(Error::NotFound("notification"))));
        assert!(matches!(verbs.unread(&house.asking.guest("192.0.2.4")).await, Err(Error::Unauthenticated(_))));
        verbs.mark_read(&siti.cx, id).await?;
        verbs.mark_read(&siti.cx, id).await?;
        assert_eq!(verbs.unread(&siti.cx).await?, 2);
        assert_eq!((verbs.mark_all_read(&siti.cx).await?, verbs.mark_all_read(&siti.cx).await?), (2, 0));
        assert_eq!(verbs.unread(&siti.cx).await?, 0);
        assert!(house.inbox(&siti.cx).await.iter().all(|item| item.read_at.is_some()));
    }

    /// G1
    async fn what_is_said_twice_is_told_once(db: Db) {
        let house = House::on(db.clone()).await?;
        let siti = house.person("Siti", Locale::Id).await?;
        let visit = house.visit(&siti.patient, TUESDAY);
        house.say(AppointmentBooked { visit: visit.clone() }).await?;
        house.say(AppointmentRescheduled { visit: changed(&visit, THURSDAY, State::Booked) }).await?;
        house.run_jobs().await;
        // The hearer loses its notes of what it heard, and everything is said again.
        db.write(async |tx| tx.exec("delete from heard", &[]).await).await?;
        house.say_again().await?;
        house.run_jobs().await;
        assert_eq!(house.kinds(&siti.cx).await, ["booked", "moved"]);
        assert_eq!(house.kinds(&house.as_doctor()).await, ["booked", "moved"]);
        assert_eq!(house.post.subjects(), ["Janji temu dipindahkan"], "the booking was overtaken before it was sent");
    }

    /// G1
    async fn who_is_not_known_yet_is_told_once_they_are(db: Db) {
        let house = House::on(db).await?;
        let siti = house.stranger(Locale::Id);
        let visit = house.visit(&siti.patient, TUESDAY);
        house.say_early(AppointmentBooked { visit: visit.clone() }).await?;
        house.say_early(AppointmentCancelled { visit: now(&visit, State::Cancelled) }).await?;
        house.say_early(house.profile(&siti.patient, 1, "Siti", &[&siti.account])).await?;
        house.settle_late().await?;
        assert_eq!(house.kinds(&siti.cx).await, ["booked", "cancelled"], "in the order they happened");
        house.run_jobs().await;
        assert!(house.post.subjects().is_empty(), "auth has not told of the account");
        house.open_account(&siti.account, "Siti", Locale::Id).await?;
        house.asking.minutes_later(5);
        house.run_jobs().await;
        assert_eq!(house.post.subjects(), ["Janji temu dibatalkan"]);
    }

    /// G1, D4
    async fn a_request_is_answered_and_a_correction_tells_nobody(db: Db) {
        let house = House::on(db).await?;
        let siti = house.person("Siti", Locale::Id).await?;
        let visit = now(&house.visit(&siti.patient, TUESDAY), State::Pending);
        house.say(AppointmentBooked { visit: visit.clone() }).await?;
        house.say(AppointmentAccepted { visit: now(&visit, State::Booked) }).await?;
        house.say(AppointmentArrived { visit: now(&visit, State::Arrived) }).await?;
        house.say(AppointmentAccepted { visit: now(&visit, State::Booked) }).await?;
        let refused = now(&house.visit(&siti.patient, THURSDAY), State::Pending);
        house.say(AppointmentBooked { visit: refused.clone() }).await?;
        house.say(AppointmentRejected { visit: now(&refused, State::Cancelled) }).await?;
        assert_eq!(house.kinds(&siti.cx).await, ["requested", "accepted", "requested", "rejected"]);
        assert_eq!(house.kinds(&house.as_doctor()).await, ["requested", "requested"], "their own word is no news to them");
    }

    /// G1
    async fn what_is_over_or_long_ago_sends_no_mail(db: Db) {
        let house = House::on(db).await?;
        let siti = house.person("Siti", Locale::Id).await?;
        house.say(AppointmentBooked { visit: house.visit(&siti.patient, "2026-11-20T02:30:00Z") }).await?;
        assert!(house.inbox(&siti.cx).await.is_empty(), "a visit entered afterwards");
        let visit = house.visit(&siti.patient, "2026-12-10T02:30:00Z");
        house.said_ago(SignedDuration::from_hours(25), AppointmentBooked { visit }).await?;
        house.run_jobs().await;
        assert_eq!(house.kinds(&siti.cx).await, ["booked"], "it is in the inbox");
        assert!(house.post.subjects().is_empty());
    }
}
