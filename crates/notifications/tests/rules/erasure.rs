//! Whoever asks to be forgotten is (A6).

use contracts::{
    notifications::Notifications as _,
    people::{ErasureDone, ErasureId, PatientErased},
    scheduling::{AppointmentBooked, AppointmentCancelled, State},
};
use platform::{
    bus,
    db::{Db, Engine},
    i18n::Locale,
};
use tokio::sync::oneshot;

use crate::house::{House, now};

const THURSDAY: &str = "2026-11-26T02:30:00Z";

testkit::db_test! {
    bus::MIGRATIONS;

    /// A6
    async fn nothing_of_a_person_is_left_and_nothing_comes_back(db: Db) {
        let house = House::on(db.clone()).await?;
        let (siti, budi) = (house.person("Siti", Locale::Id).await?, house.person("Budi", Locale::Id).await?);
        let visit = house.visit(&siti.patient, THURSDAY);
        house.say(AppointmentBooked { visit: visit.clone() }).await?;
        house.say(AppointmentBooked { visit: house.visit(&budi.patient, THURSDAY) }).await?;
        house.notifications.renew_feed(&siti.cx).await?;
        let form = contracts::notifications::PreferencesForm { channels: Vec::new(), reminders: vec![60], quiet: None, zone: None };
        house.notifications.set_preferences(&siti.cx, 0, form).await?;
        let erasure: ErasureId = house.asking.system().new_id();
        house.say(PatientErased { erasure, patients: vec![siti.patient.clone()], account: Some(siti.account.clone()) }).await?;

        let of = |sql: &'static str, id: String| {
            let db = db.clone();
            async move { db.read(async move |tx| tx.one::<(i64,)>(sql, &[&id]).await).await.unwrap().unwrap().0 }
        };
        for sql in [
            "select count(*) from notification where account = $1",
            "select count(*) from delivery where account = $1",
            "select count(*) from reminder where account = $1",
            "select count(*) from preference where account = $1",
            "select count(*) from feed where account = $1",
            "select count(*) from patient_account where account = $1",
            "select count(*) from account where id = $1 and contact is not null",
        ] {
            assert_eq!(of(sql, siti.account.to_string()).await, 0, "{sql}");
        }
        for sql in ["select count(*) from visit where patient = $1", "select count(*) from patient where id = $1", "select count(*) from notification where patient = $1"] {
            assert_eq!(of(sql, siti.patient.to_string()).await, 0, "{sql}");
        }
        let said: Vec<(String,)> = db.read(async |tx| tx.all("select payload from outbox where kind = 'erasure.done.v1'", &[]).await).await?;
        let said: ErasureDone = serde_json::from_str(&said[0].0).unwrap();
        assert!(said.answer.context == "notifications" && said.answer.erased > 6 && said.answer.kept == 0, "{said:?}");

        // Late news of them: the doctor hears that the time is free, nobody else is told and nothing is kept.
        house.say(AppointmentCancelled { visit: now(&visit, State::Cancelled) }).await?;
        house.open_account(&siti.account, "Siti", Locale::Id).await?;
        house.acts_for(&siti.patient, 9, "Siti", &[&siti.account]).await?;
        house.run_jobs().await;
        assert_eq!(house.kinds(&house.as_doctor()).await, ["booked", "cancelled"]);
        assert!(house.inbox(&siti.cx).await.is_empty());
        assert_eq!(of("select count(*) from patient where id = $1", siti.patient.to_string()).await, 0);
        assert_eq!(of("select count(*) from account where id = $1 and contact is not null", siti.account.to_string()).await, 0);
        assert_eq!(house.kinds(&budi.cx).await, ["booked"], "others stay");
        assert!(house.post.taken.lock().unwrap().iter().all(|message| message.account != siti.account));
    }

    /// A6: one engine has one writer at a time; on the other, news wait for an erasure that is under way.
    async fn news_that_are_heard_during_an_erasure_leave_nothing(db: Db) {
        const BEGUN: &str = "insert into forgotten (patient, at) values ($1, $2)";
        const WAITING: &str =
            "select count(*) from pg_locks where not granted and pg_backend_pid() = any(pg_blocking_pids(pid))";
        if db.engine() == Engine::Sqlite {
            return Ok(());
        }
        let house = House::on(db.clone()).await?;
        let siti = house.person("Siti", Locale::Id).await?;
        let (patient, at, erasing) = (siti.patient.clone(), house.asking.now(), db.clone());
        let (begun, has_begun) = oneshot::channel();
        let erasure = tokio::spawn(async move {
            erasing
                .write(async move |tx| {
                    tx.exec(BEGUN, &[&patient, &at]).await?;
                    tx.exec("delete from patient where id = $1", &[&patient]).await?;
                    let _ = begun.send(());
                    loop {
                        let waiting: Option<(i64,)> = tx.one(WAITING, &[]).await?;
                        let kept: Option<(i64,)> = tx.one("select count(*) from visit", &[]).await?;
                        if waiting > Some((0,)) || kept > Some((0,)) {
                            return Ok(());
                        }
                    }
                })
                .await
        });
        has_begun.await.unwrap();
        house.say_early(AppointmentBooked { visit: house.visit(&siti.patient, THURSDAY) }).await?;
        erasure.await.unwrap()?;
        house.settle_late().await?;
        let kept: Vec<(i64,)> = db.read(async |tx| tx.all("select count(*) from visit", &[]).await).await?;
        assert_eq!(kept, [(0,)]);
        assert!(house.inbox(&siti.cx).await.is_empty());
    }
}
