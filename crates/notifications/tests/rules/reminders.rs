//! Reminders: due when they help, once, and never of what was called off.

use contracts::{
    notifications::{Channel, KindChannels, NotificationKind, Notifications as _, PreferencesForm, QuietHours},
    scheduling::{AppointmentBooked, AppointmentCancelled, AppointmentRescheduled, State},
};
use platform::{Error, bus, db::Db, i18n::Locale};

use crate::house::{House, changed, now};

/// Thursday 10:30 in Makassar.
const THURSDAY: &str = "2026-11-26T02:30:00Z";

fn wanting(reminders: &[u32]) -> PreferencesForm {
    PreferencesForm { channels: Vec::new(), reminders: reminders.to_vec(), quiet: None, zone: None }
}

fn quiet(from: &str, until: &str) -> QuietHours {
    QuietHours { from: from.parse().unwrap(), until: until.parse().unwrap() }
}

testkit::db_test! {
    bus::MIGRATIONS;

    /// G2
    async fn a_day_before_by_default_and_once(db: Db) {
        let house = House::on(db).await?;
        let siti = house.person("Siti", Locale::Id).await?;
        house.say(AppointmentBooked { visit: house.visit(&siti.patient, THURSDAY) }).await?;
        house.run_jobs().await;
        house.at("2026-11-25T02:29:00Z").await;
        assert_eq!(house.kinds(&siti.cx).await, ["booked"]);
        house.at("2026-11-25T02:31:00Z").await;
        house.at("2026-11-25T03:00:00Z").await;
        house.at("2026-11-26T02:00:00Z").await;
        assert_eq!(house.kinds(&siti.cx).await, ["booked", "reminder"]);
        assert_eq!(house.post.subjects(), ["Janji temu terkonfirmasi", "Pengingat janji temu"]);
        assert!(house.post.taken.lock().unwrap()[1].invitation.is_none(), "it is in the calendar already");
        assert!(house.kinds(&house.as_doctor()).await.iter().all(|kind| kind != "reminder"));
    }

    /// G2, R.M1
    async fn a_move_takes_its_reminders_along_and_a_cancellation_takes_them_back(db: Db) {
        let house = House::on(db).await?;
        let siti = house.person("Siti", Locale::Id).await?;
        let visit = house.visit(&siti.patient, THURSDAY);
        house.say(AppointmentBooked { visit: visit.clone() }).await?;
        let moved = changed(&visit, "2026-11-28T02:30:00Z", State::Booked);
        house.say(AppointmentRescheduled { visit: moved.clone() }).await?;
        house.at("2026-11-25T03:00:00Z").await;
        assert_eq!(house.kinds(&siti.cx).await, ["booked", "moved"]);
        house.at("2026-11-27T03:00:00Z").await;
        assert_eq!(house.kinds(&siti.cx).await, ["booked", "moved", "reminder"]);
        assert!(house.inbox(&siti.cx).await[0].body.contains("Sab, 28 Nov 2026, 10.30 WITA"));
        let other = house.visit(&siti.patient, "2026-11-30T02:30:00Z");
        house.say(AppointmentBooked { visit: other.clone() }).await?;
        house.say(AppointmentCancelled { visit: now(&other, State::Cancelled) }).await?;
        house.at("2026-11-29T03:00:00Z").await;
        assert_eq!(house.kinds(&siti.cx).await, ["booked", "moved", "reminder", "booked", "cancelled"]);
    }

    /// G2, R.M5
    async fn after_days_away_one_is_sent_that_still_helps_and_none_that_does_not(db: Db) {
        let house = House::on(db).await?;
        let siti = house.person("Siti", Locale::Id).await?;
        house.notifications.set_preferences(&siti.cx, 0, wanting(&[2880, 1440, 720])).await?;
        house.say(AppointmentBooked { visit: house.visit(&siti.patient, THURSDAY) }).await?;
        house.say(AppointmentBooked { visit: house.visit(&siti.patient, "2026-11-25T06:00:00Z") }).await?;
        // Nothing ran since Monday; it is Wednesday evening, all three of Thursday's visit are due, Wednesday's is over.
        house.at("2026-11-25T15:30:00Z").await;
        house.run_jobs().await;
        let reminders = house.inbox(&siti.cx).await;
        let reminders: Vec<_> = reminders.iter().filter(|item| item.kind == NotificationKind::Reminder).collect();
        assert_eq!(reminders.len(), 1, "{reminders:?}");
        assert!(reminders[0].body.contains("Kam, 26 Nov 2026"));
    }

    /// G2, R.M6
    async fn preferences_hold_for_visits_booked_before_and_are_checked(db: Db) {
        let house = House::on(db).await?;
        let siti = house.person("Siti", Locale::Id).await?;
        let verbs = &house.notifications;
        let usual = verbs.preferences(&siti.cx).await?;
        assert_eq!((usual.version, usual.reminders, usual.channels.len()), (0, vec![1440], NotificationKind::ALL.len()));
        house.say(AppointmentBooked { visit: house.visit(&siti.patient, THURSDAY) }).await?;
        house.run_jobs().await;
        let silent = KindChannels { kind: NotificationKind::Reminder, channels: Vec::new() };
        let form = PreferencesForm { channels: vec![silent], quiet: Some(quiet("09:00", "12:00")), ..wanting(&[120, 1440]) };
        let kept = verbs.set_preferences(&siti.cx, 0, form.clone()).await?;
        assert_eq!((kept.version, &kept.reminders), (1, &vec![1440, 120]));
        assert_eq!(verbs.preferences(&siti.cx).await?, kept);
        assert!(matches!(verbs.set_preferences(&siti.cx, 0, form).await, Err(Error::Stale)));
        // A day before is 10:30 and quiet: it comes at noon. Two hours before is 08:30.
        house.at("2026-11-25T03:59:00Z").await;
        assert_eq!(house.kinds(&siti.cx).await, ["booked"]);
        house.at("2026-11-25T04:00:00Z").await;
        house.at("2026-11-26T00:31:00Z").await;
        assert_eq!(house.kinds(&siti.cx).await, ["booked", "reminder", "reminder"]);
        assert_eq!(house.post.subjects(), ["Janji temu terkonfirmasi"], "reminders stay in the inbox");

        let twice = KindChannels { kind: NotificationKind::Booked, channels: vec![Channel::Email] };
        let wrong = PreferencesForm {
            channels: vec![twice.clone(), twice],
            reminders: vec![5, 1, 2, 3, 4, 6],
            quiet: Some(quiet("09:00", "09:00")),
            zone: Some("Asia/Atlantis".to_owned()),
        };
        let Err(Error::Invalid(fields)) = verbs.set_preferences(&siti.cx, 1, wrong).await else { panic!("it was accepted") };
        let told: Vec<_> = fields.iter().map(|field| (field.field.as_str(), field.code.as_str())).collect();
        assert_eq!(told, [("reminders", "too-many"), ("channels", "kind-twice"), ("reminders", "reminder-minutes"), ("quiet", "quiet-hours"), ("zone", "unknown-zone")]);
    }

    /// G2, A3
    async fn whoever_may_act_no_more_is_not_reminded_and_who_may_now_is(db: Db) {
        let house = House::on(db.clone()).await?;
        let (siti, budi) = (house.person("Siti", Locale::Id).await?, house.person("Budi", Locale::Id).await?);
        house.say(AppointmentBooked { visit: house.visit(&siti.patient, THURSDAY) }).await?;
        house.acts_for(&siti.patient, 2, "Siti", &[&budi.account]).await?;
        let planned: Vec<(String,)> = db.read(async |tx| tx.all("select account from reminder", &[]).await).await?;
        assert_eq!(planned, [(budi.account.to_string(),)]);
        house.at("2026-11-25T02:31:00Z").await;
        assert_eq!(house.kinds(&siti.cx).await, ["booked"]);
        assert_eq!(house.kinds(&budi.cx).await, ["reminder"]);
        house.acts_for(&siti.patient, 3, "Siti", &[]).await?;
        house.say(AppointmentBooked { visit: house.visit(&siti.patient, "2026-11-27T02:30:00Z") }).await?;
        house.at("2026-11-26T02:31:00Z").await;
        assert_eq!((house.kinds(&siti.cx).await.len(), house.kinds(&budi.cx).await.len()), (1, 1));
    }

    /// G2, A3
    async fn the_right_to_act_is_looked_at_again_when_a_reminder_is_due(db: Db) {
        let house = House::on(db.clone()).await?;
        let siti = house.person("Siti", Locale::Id).await?;
        house.say(AppointmentBooked { visit: house.visit(&siti.patient, THURSDAY) }).await?;
        db.write(async |tx| tx.exec("delete from patient_account", &[]).await).await?;
        house.at("2026-11-25T02:31:00Z").await;
        assert_eq!(house.kinds(&siti.cx).await, ["booked"]);
    }

    /// G2
    async fn one_that_cannot_be_sent_holds_up_nobody_elses(db: Db) {
        let house = House::on(db.clone()).await?;
        let (siti, budi) = (house.person("Siti", Locale::Id).await?, house.person("Budi", Locale::Id).await?);
        house.notifications.set_preferences(&siti.cx, 0, wanting(&[1440])).await?;
        house.say(AppointmentBooked { visit: house.visit(&siti.patient, THURSDAY) }).await?;
        house.say(AppointmentBooked { visit: house.visit(&budi.patient, "2026-11-26T02:31:00Z") }).await?;
        db.write(async |tx| tx.exec("update preference set channels = '?'", &[]).await).await?;
        house.at("2026-11-25T02:32:00Z").await;
        assert_eq!(house.kinds(&siti.cx).await, ["booked"]);
        assert_eq!(house.kinds(&budi.cx).await, ["booked", "reminder"]);
        db.write(async |tx| tx.exec("update preference set channels = '[]'", &[]).await).await?;
        house.at("2026-11-25T02:38:00Z").await;
        assert_eq!(house.kinds(&siti.cx).await, ["booked", "reminder"], "it has its turn again");
    }
}
