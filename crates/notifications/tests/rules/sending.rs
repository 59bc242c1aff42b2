//! Every sending is a row: tried, sent, refused, given up.

use std::sync::atomic::Ordering::Relaxed;

use contracts::{
    notifications::{Delivery, DeliveryState, Notifications as _},
    scheduling::{AppointmentBooked, AppointmentCancelled, AppointmentRescheduled, State},
};
use jiff::SignedDuration;
use notifications::channel::Refusal;
use platform::{Result, bus, db::Db, i18n::Locale};

use crate::house::{House, Person, changed, now};

const THURSDAY: &str = "2026-11-26T02:30:00Z";

async fn last_delivery(house: &House, person: &Person) -> Result<Delivery> {
    let item = house.inbox(&person.cx).await.remove(0);
    Ok(house.notifications.deliveries(&person.cx, &item.id).await?.remove(0))
}

testkit::db_test! {
    bus::MIGRATIONS;

    /// G1, R.M3, R.M4
    async fn it_is_tried_again_and_marked_as_sent_once_it_was_taken(db: Db) {
        let house = House::on(db).await?;
        let siti = house.person("Siti", Locale::Id).await?;
        house.post.answers.lock().unwrap().extend([Refusal::Later("421 busy".to_owned()), Refusal::Later("451 wait".to_owned())]);
        house.say(AppointmentBooked { visit: house.visit(&siti.patient, THURSDAY) }).await?;
        let fresh = last_delivery(&house, &siti).await?;
        assert_eq!((fresh.state, fresh.tries, fresh.tried_at), (DeliveryState::Queued, 0, None));
        house.run_jobs().await;
        let tried = last_delivery(&house, &siti).await?;
        assert_eq!((tried.state, tried.tries, tried.answer.as_deref(), tried.sent_at), (DeliveryState::Queued, 1, Some("451 wait"), None));
        for _ in 0..2 {
            house.asking.minutes_later(1);
            house.run_jobs().await;
        }
        let sent = last_delivery(&house, &siti).await?;
        assert_eq!((sent.state, sent.tries, sent.answer.as_deref()), (DeliveryState::Sent, 3, Some("250 OK …")));
        assert_eq!(sent.sent_at, Some(house.asking.now()));
        house.asking.minutes_later(60);
        house.run_jobs().await;
        assert_eq!(house.post.subjects().len(), 1);
    }

    /// G1, R.M3
    async fn one_refused_for_good_stops_nobody_else(db: Db) {
        let house = House::on(db).await?;
        let (siti, budi) = (house.person("Siti", Locale::Id).await?, house.person("Budi", Locale::Id).await?);
        house.post.answers.lock().unwrap().push(Refusal::Never("550 no such user".to_owned()));
        house.say(AppointmentBooked { visit: house.visit(&siti.patient, THURSDAY) }).await?;
        house.run_jobs().await;
        house.say(AppointmentBooked { visit: house.visit(&budi.patient, THURSDAY) }).await?;
        house.run_jobs().await;
        assert_eq!(last_delivery(&house, &siti).await?.state, DeliveryState::Failed);
        assert_eq!(last_delivery(&house, &budi).await?.state, DeliveryState::Sent);
    }

    /// G1
    async fn a_death_between_taking_and_marking_repeats_the_same_message_once(db: Db) {
        let house = House::on(db).await?;
        let siti = house.person("Siti", Locale::Id).await?;
        house.post.deaths.store(1, Relaxed);
        house.say(AppointmentBooked { visit: house.visit(&siti.patient, THURSDAY) }).await?;
        for _ in 0..4 {
            house.run_jobs().await;
            house.asking.minutes_later(2);
        }
        let taken = house.post.taken.lock().unwrap().clone();
        assert_eq!(taken.len(), 2);
        assert_eq!(taken[0], taken[1], "known by its id, and the same to the letter");
        assert_eq!(last_delivery(&house, &siti).await?.state, DeliveryState::Sent);
    }

    /// G1, R.M1
    async fn what_was_overtaken_or_waits_too_long_is_given_up(db: Db) {
        let house = House::on(db).await?;
        let siti = house.person("Siti", Locale::Id).await?;
        let visit = house.visit(&siti.patient, THURSDAY);
        house.post.answers.lock().unwrap().extend(vec![Refusal::Later("421".to_owned()); 2]);
        house.say(AppointmentBooked { visit: visit.clone() }).await?;
        house.run_jobs().await;
        house.say(AppointmentRescheduled { visit: changed(&visit, "2026-11-27T02:30:00Z", State::Booked) }).await?;
        house.run_jobs().await;
        house.asking.pass(SignedDuration::from_hours(25));
        house.run_jobs().await;
        let inbox = house.inbox(&siti.cx).await;
        let mut ends = Vec::new();
        for item in inbox.iter().rev().take(2) {
            let delivery = house.notifications.deliveries(&siti.cx, &item.id).await?.remove(0);
            ends.push(delivery.state);
        }
        assert_eq!(ends, [DeliveryState::GivenUp; 2]);
        house.say(AppointmentBooked { visit: house.visit(&siti.patient, "2026-12-01T02:30:00Z") }).await?;
        let another = house.visit(&siti.patient, "2026-12-02T02:30:00Z");
        house.say(AppointmentBooked { visit: another.clone() }).await?;
        house.say(AppointmentCancelled { visit: now(&another, State::Cancelled) }).await?;
        house.run_jobs().await;
        // Of two visits, so in no order of their own.
        let mut subjects = house.post.subjects();
        subjects.sort();
        assert_eq!(subjects, ["Janji temu dibatalkan", "Janji temu terkonfirmasi"], "a booking that was called off is not confirmed");
    }

    /// G1, C10, R.P5
    async fn an_invitation_follows_the_visit_under_one_id_with_a_rising_sequence(db: Db) {
        let house = House::on(db).await?;
        let siti = house.person("Siti", Locale::Id).await?;
        let visit = house.visit(&siti.patient, THURSDAY);
        house.say(AppointmentBooked { visit: visit.clone() }).await?;
        house.run_jobs().await;
        let moved = changed(&visit, "2026-11-27T02:30:00Z", State::Booked);
        house.say(AppointmentRescheduled { visit: moved.clone() }).await?;
        house.run_jobs().await;
        house.say(AppointmentCancelled { visit: now(&moved, State::Cancelled) }).await?;
        house.run_jobs().await;
        let taken = house.post.taken.lock().unwrap().clone();
        let line = |text: &str, name: &str| {
            let whole = text.replace("\r\n ", "");
            whole.split("\r\n").find_map(|line| line.strip_prefix(name)).unwrap_or_default().to_owned()
        };
        let told: Vec<_> = taken.iter().map(|message| {
            let invitation = message.invitation.clone().unwrap();
            let text = &invitation.text;
            assert_eq!(line(text, "UID:"), format!("{}@mediverse", visit.appointment));
            assert_eq!(line(text, "METHOD:"), invitation.method);
            assert!(text.contains("mailto:siti@contoh.example") && text.contains("mailto:janji@contoh.example"));
            assert_eq!(line(text, "SUMMARY:"), "Konsultasi – Klinik A");
            (invitation.method, line(text, "SEQUENCE:"), line(text, "DTSTART:"), line(text, "STATUS:"))
        }).collect();
        let wanted = |method, sequence: &str, start: &str, status: &str| (method, sequence.to_owned(), start.to_owned(), status.to_owned());
        assert_eq!(told, [
            wanted("REQUEST", "0", "20261126T023000Z", "CONFIRMED"),
            wanted("REQUEST", "1", "20261127T023000Z", "CONFIRMED"),
            wanted("CANCEL", "2", "20261127T023000Z", "CANCELLED"),
        ]);
        assert!(taken[0].text.contains(&format!("https://klinik.example/janji/{}", visit.appointment)));
        assert!(taken[0].html.contains("lang=\"id\"") && taken[0].html.contains("Halo Siti,"));
        for message in &taken {
            for word in ["Jantung", "Cardiology", "keluhan", "complaint"] {
                assert!(!message.text.contains(word) && !message.html.contains(word), "{word}");
            }
        }
    }
}
