//! What scheduling tells and hears: free starts for directory, watchers of live pages, people who are forgotten.

use contracts::{directory::Mode, scheduling::*};
use platform::db::Db;

use crate::clinic::*;

testkit::db_test! {
    &[];

    /// C3
    async fn watchers_are_told_of_every_start_taken_and_freed(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let mut watch = clinic.verbs.watch();
        let people = clinic.patients(2).await?;
        let mut next = || {
            let moved = watch.try_recv().unwrap();
            assert_eq!((moved.facility, moved.doctor), (siti.offer.facility.clone(), Some(siti.id.clone())));
            (moved.starts_at, moved.free)
        };
        let booked = clinic.book(&people[0].cx, &people[0].id, &siti.offer, monday("09:00")).await?;
        assert_eq!(next(), (monday("09:00"), false));
        clinic.book(&people[1].cx, &people[1].id, &siti.offer, monday("09:00")).await.unwrap_err();
        let moved = clinic.move_to(&people[0].cx, &booked, monday("10:00")).await?;
        assert_eq!(next(), (monday("09:00"), true));
        assert_eq!(next(), (monday("10:00"), false));
        clinic.cancel(&people[0].cx, &moved).await?;
        assert_eq!(next(), (monday("10:00"), true));
        let hold = clinic.hold(&people[0].cx, &siti.offer, monday("11:00")).await?;
        assert_eq!(next(), (monday("11:00"), false));
        clinic.verbs.release(&people[0].cx, &hold.id).await?;
        assert_eq!(next(), (monday("11:00"), true));
        assert!(watch.try_recv().is_err(), "nothing else was told");
    }

    /// B3
    async fn directory_is_told_the_earliest_free_start_and_only_news(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let told = || clinic.said.earliest.lock().unwrap().clone();
        clinic.run_jobs().await?;
        let earliest = |time| vec![
            EarliestFree { facility: siti.offer.facility.clone(), mode: Mode::InPerson, at: time },
            EarliestFree { facility: siti.offer.facility.clone(), mode: Mode::Online, at: time },
        ];
        assert_eq!(told().last().unwrap().earliest, earliest(monday("09:00")));
        let before = told().len();
        let people = clinic.patients(2).await?;
        clinic.book(&people[0].cx, &people[0].id, &siti.offer, monday("10:00")).await?;
        clinic.asking.minutes_later(1);
        clinic.run_jobs().await?;
        assert_eq!(told().len(), before, "the earliest start is still the same");
        clinic.book(&people[1].cx, &people[1].id, &siti.offer, monday("09:00")).await?;
        clinic.asking.minutes_later(1);
        clinic.run_jobs().await?;
        assert_eq!(told().last().unwrap().earliest, earliest(monday("09:15")));
        clinic.asking.later(monday("09:45"));
        clinic.run_jobs().await?;
        clinic.asking.minutes_later(1);
        clinic.run_jobs().await?;
        assert_eq!(told().last().unwrap().earliest, earliest(monday("10:15")), "time alone makes starts pass");
        clinic.leave(&siti, monday("00:00"), at(MAKASSAR, jiff::civil::date(2027, 2, 1), "00:00")).await?;
        clinic.asking.minutes_later(1);
        clinic.run_jobs().await?;
        assert_eq!(told().last().unwrap().earliest, []);
    }

    /// A6
    async fn whoever_is_forgotten_leaves_figures_only(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db.clone()).await?;
        let budi = clinic.patient("Budi Santoso").await?;
        let past = clinic.book(&budi.cx, &budi.id, &siti.offer, monday("09:00")).await?;
        clinic.asking.later(monday("09:05"));
        let past = clinic.change(&siti.cx, &past, Deed::Fulfil).await?;
        let coming = clinic.verbs.book(&budi.cx, Some("k-1".into()), visit(&budi.id, &siti.offer, tuesday("09:00"))).await?;
        let coming = clinic.move_to(&budi.cx, &coming, tuesday("09:30")).await?;
        clinic.settle().await?;
        clinic.forget(&budi).await?;
        assert!(clinic.is_free(&siti.offer, tuesday("09:30")).await?);
        let admin = clinic.asking.admin(&siti.offer.facility);
        let gone = clinic.verbs.appointment(&admin, &coming.code).await?;
        assert_eq!((gone.state, gone.patient_name.as_str(), gone.reason), (State::Cancelled, "", None));
        assert_eq!(clinic.verbs.appointment(&admin, &past.code).await?.state, State::Fulfilled);
        assert_eq!(word(clinic.verbs.appointment(&budi.cx, &past.code).await), "appointment");
        assert!(clinic.said_of(&coming.id).await?.contains(&"cancelled"));
        assert_eq!(clinic.said.erased.lock().unwrap().iter().filter(|e| e.answer.context == "scheduling").count(), 1);
        // Late news, and a booking for who is no more, bring nobody back.
        let mut late = clinic.profile("Budi Santoso", &[&budi.account]);
        (late.patient, late.version) = (budi.id.clone(), 9);
        clinic.people_say(late).await?;
        clinic.people.forget(&budi.id);
        assert_eq!(word(clinic.book(&budi.cx, &budi.id, &siti.offer, tuesday("10:00")).await), "patient");
        let account = budi.account.to_string();
        for (table, column) in [
            ("select count(*) from patient where id = $1", budi.id.to_string()),
            ("select count(*) from patient_account where account = $1", account.clone()),
            ("select count(*) from appointment where booked_by = $1", account.clone()),
            ("select count(*) from appointment where complaint is not null and patient = $1", budi.id.to_string()),
            ("select count(*) from appointment_change where actor = $1", account.clone()),
            ("select count(*) from appointment where patient = $1 and (reason is not null or cause is not null)", budi.id.to_string()),
            ("select count(*) from appointment_change c join appointment a on a.id = c.appointment where a.patient = $1 and (c.reason is not null or c.cause is not null)", budi.id.to_string()),
            ("select count(*) from idempotency where actor = $1", account),
            ("select count(*) from patient_claim where patient = $1", budi.id.to_string()),
            ("select count(*) from patient_day where patient = $1", budi.id.to_string()),
            ("select count(*) from waiting where payload like '%' || $1 || '%'", "Santoso".to_owned()),
        ] {
            let left: Option<(i64,)> = db.read(async move |tx| tx.one(table, &[&column]).await).await?;
            assert_eq!(left, Some((0,)), "{table}");
        }
    }

    /// J2
    async fn r_m1_events_carry_ids_and_times_only(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db.clone()).await?;
        let budi = clinic.patient("Budi Santoso").await?;
        let booked = clinic.book(&budi.cx, &budi.id, &siti.offer, monday("09:00")).await?;
        clinic.cancel(&siti.cx, &booked).await?;
        let said: Vec<(String,)> = db.read(async |tx| tx.all("select payload from outbox", &[]).await).await?;
        assert!(said.len() >= 4);
        for (payload,) in said {
            for secret in ["Santoso", "Batuk", "Sakit", &booked.code] {
                assert!(!payload.contains(secret), "{secret} in {payload}");
            }
        }
    }

    /// C3
    async fn every_error_has_a_text_in_both_languages(db: Db) {
        let _ = db;
        let mut keys = std::collections::BTreeSet::new();
        for (_, source) in scheduling::TEXTS {
            let own: std::collections::BTreeSet<_> = source.lines().filter_map(|l| l.split_once(" = ").filter(|(k, _)| !k.starts_with(' ') && !k.starts_with('#')).map(|(k, _)| k.to_owned())).collect();
            if keys.is_empty() { keys = own } else { assert_eq!(keys, own) }
        }
    }
}

/// C3, J5: somebody who watches on one node is told of what is booked on another, and sees an end where news of the other
/// node may have been lost, so as to read anew.
#[test]
fn watchers_on_another_node_are_told() {
    testkit::db::run(platform::db::Engine::Postgres, "scheduling", &[], async |db| {
        let Some(mut server) = testkit::redis::Server::start().await else { return Ok(()) };
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let other = clinic.another_node().await?;
        let shared = || platform::shared::Shared::open(&server.settings(), [1; 32]).unwrap();
        let (here, there) = (platform::live::Live::over(&shared()), platform::live::Live::over(&shared()));
        clinic.verbs.share_moves(&here);
        other.share_moves(&there);
        let people = clinic.patients(1).await?;
        let moved = async |watch: &mut tokio::sync::broadcast::Receiver<SlotMoved>, seconds| {
            tokio::time::timeout(std::time::Duration::from_secs(seconds), watch.recv()).await
        };
        // Until the nodes hear each other.
        let mut watch = other.watch();
        loop {
            let hold = clinic.hold(&people[0].cx, &siti.offer, monday("09:00")).await?;
            let heard = moved(&mut watch, 1).await;
            clinic.verbs.release(&people[0].cx, &hold.id).await?;
            match heard {
                Ok(Ok(moved)) if !moved.free => break,
                _ => watch = other.watch(),
            }
        }
        assert!(moved(&mut watch, 10).await.unwrap().unwrap().free);
        let mut own = clinic.verbs.watch();
        clinic.book(&people[0].cx, &people[0].id, &siti.offer, monday("10:00")).await?;
        // Of those before, some may still be on their way.
        let told = loop {
            let told = moved(&mut watch, 10).await.unwrap().unwrap();
            if told.starts_at == monday("10:00") {
                break told;
            }
        };
        assert_eq!((told.free, told.doctor), (false, Some(siti.id.clone())));
        assert_eq!(own.recv().await.unwrap().starts_at, monday("10:00"));
        assert!(own.try_recv().is_err(), "those of its own node are told once");
        server.kill();
        let ended =
            tokio::time::timeout(std::time::Duration::from_secs(10), async { while watch.recv().await.is_ok() {} });
        assert!(ended.await.is_ok(), "who watches reads anew");
        clinic.book(&people[0].cx, &people[0].id, &siti.offer, tuesday("10:00")).await?;
        Ok(())
    });
}
