//! What happens to a visit after it was booked: who may do what, when, and what it leaves behind.

use contracts::scheduling::*;
use platform::{Money, db::Db};

use crate::clinic::*;

async fn by_hand(db: Db) -> platform::Result<(Clinic, Doctor)> {
    let clinic = Clinic::on(db).await?;
    let losari = clinic.facility("losari", MAKASSAR).await?;
    let consultation = clinic.consultation(&losari).await?;
    let siti = clinic.doctor("siti").accepts_by_hand().at(&consultation).weekdays("09:00", "12:00").listed().await?;
    Ok((clinic, siti))
}

testkit::db_test! {
    &[];

    /// C7
    async fn a_request_is_accepted_or_rejected_by_its_doctor(db: Db) {
        let (clinic, siti) = by_hand(db).await?;
        let people = clinic.patients(2).await?;
        let asked = clinic.book(&people[0].cx, &people[0].id, &siti.offer, monday("09:00")).await?;
        assert_eq!(asked.state, State::Pending);
        assert!(!clinic.is_free(&siti.offer, monday("09:00")).await?);
        let accepted = clinic.change(&siti.cx, &asked, Deed::Accept).await?;
        assert_eq!(accepted.state, State::Booked);
        assert_eq!(clinic.said_of(&asked.id).await?, ["booked", "accepted"]);
        let other = clinic.book(&people[1].cx, &people[1].id, &siti.offer, monday("09:15")).await?;
        let without = Change { deed: Deed::Reject, reason: Some("  ".into()) };
        assert_eq!(field(clinic.verbs.change(&siti.cx, &other.id, other.version, without).await).1, "required");
        let rejected = clinic.change(&siti.cx, &other, Deed::Reject).await?;
        assert_eq!((rejected.state, rejected.cancelled_by), (State::Cancelled, Some(CancelledBy::Doctor)));
        assert_eq!(clinic.said_of(&other.id).await?, ["booked", "rejected"]);
        clinic.book(&people[1].cx, &people[1].id, &siti.offer, monday("09:15")).await?;
    }

    /// C7, C9
    async fn staff_bookings_need_no_acceptance(db: Db) {
        let (clinic, siti) = by_hand(db).await?;
        let budi = clinic.patient("Budi").await?;
        let desk = clinic.asking.front_desk(&siti.offer.facility);
        assert_eq!(clinic.book(&desk, &budi.id, &siti.offer, monday("09:00")).await?.state, State::Booked);
    }

    /// C7
    async fn r_c8_an_unanswered_request_lapses_and_frees_the_time(db: Db) {
        let (clinic, siti) = by_hand(db).await?;
        let people = clinic.patients(2).await?;
        let asked = clinic.book(&people[0].cx, &people[0].id, &siti.offer, tuesday("09:00")).await?;
        clinic.asking.minutes_later(120);
        let soon = clinic.book(&people[1].cx, &people[1].id, &siti.offer, monday("09:00")).await?;
        clinic.asking.minutes_later(22 * 60);
        assert_eq!(word(clinic.change(&siti.cx, &asked, Deed::Accept).await), "request-lapsed");
        clinic.run_jobs().await?;
        let lapsed = clinic.verbs.appointment(&people[0].cx, &asked.code).await?;
        assert_eq!((lapsed.state, lapsed.cancelled_by), (State::Cancelled, Some(CancelledBy::System)));
        assert!(clinic.is_free(&siti.offer, tuesday("09:00")).await?);
        assert_eq!(clinic.said_of(&asked.id).await?, ["booked", "cancelled"]);
        assert_eq!(clinic.verbs.appointment(&people[1].cx, &soon.code).await?.state, State::Pending, "until its start");
        clinic.asking.later(monday("09:00"));
        clinic.run_jobs().await?;
        assert_eq!(clinic.verbs.appointment(&people[1].cx, &soon.code).await?.state, State::Cancelled);
    }

    /// C9, E6
    async fn reasons_are_sealed_said_to_nobody_and_read_by_who_takes_part(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db.clone()).await?;
        let people = clinic.patients(2).await?;
        let losari = &siti.offer.facility;
        let admin = clinic.asking.admin(losari);
        let why = || Some("Hamil muda".to_owned());
        let over = Book { override_reason: why(), ..visit(&people[0].id, &siti.offer, monday("09:00")) };
        let booked = clinic.verbs.book(&admin, None, over).await?;
        assert_eq!(booked.reason, why());
        let ask = Reschedule { starts_at: monday("10:00"), doctor: None, reason: why(), override_reason: None };
        let moved = clinic.verbs.reschedule(&siti.cx, &booked.id, 1, ask).await?;
        let cancelled = clinic.verbs.change(&people[0].cx, &booked.id, moved.version, Change { deed: Deed::Cancel, reason: why() }).await?;
        assert_eq!(cancelled.reason, why());
        let mut kept: Vec<(Vec<u8>,)> = db.read(async |tx| tx.all("select reason from appointment where reason is not null", &[]).await).await?;
        kept.extend(db.read(async |tx| tx.all::<(Vec<u8>,)>("select reason from appointment_change where reason is not null", &[]).await).await?);
        assert_eq!(kept.len(), 3);
        assert!(kept.iter().all(|(sealed,)| !sealed.windows(5).any(|w| w == b"Hamil")), "a reason lies open in the database");
        let said: Vec<(String,)> = db.read(async |tx| tx.all("select payload from outbox", &[]).await).await?;
        assert!(said.len() >= 6 && said.iter().all(|(payload,)| !payload.contains("Hamil")), "a reason was said");
        for cx in [&people[0].cx, &siti.cx, &admin] {
            assert_eq!(clinic.verbs.appointment(cx, &booked.code).await?.reason, why());
            let history = clinic.verbs.history(cx, &booked.id).await?;
            assert_eq!(history.into_iter().map(|line| line.reason).collect::<Vec<_>>(), [None, why(), why()]);
        }
        let looker = clinic.asking.staff(&[contracts::Permission::AppointmentRead], &[losari]);
        assert_eq!(clinic.verbs.appointment(&looker, &booked.code).await?.reason, None);
        assert!(clinic.verbs.history(&looker, &booked.id).await?.iter().all(|line| line.reason.is_none()));
        assert!(clinic.verbs.appointment(&people[1].cx, &booked.code).await.is_err());
        // With the key, every copy of them is gone.
        clinic.keys.destroy(&admin, &format!("patient:{}", people[0].id)).await?;
        assert_eq!(clinic.verbs.appointment(&siti.cx, &booked.code).await?.reason, None);
    }

    /// C6
    async fn r_n1_every_change_is_told_with_actor_reason_and_time(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let budi = clinic.patient("Budi").await?;
        let booked = clinic.book(&budi.cx, &budi.id, &siti.offer, monday("09:00")).await?;
        clinic.asking.minutes_later(1);
        let moved = clinic.move_to(&budi.cx, &booked, monday("10:00")).await?;
        clinic.asking.minutes_later(1);
        let cancelled = clinic.cancel(&siti.cx, &moved).await?;
        assert_eq!((cancelled.version, cancelled.reason.as_deref()), (3, Some("Sakit")));
        let history = clinic.verbs.history(&budi.cx, &booked.id).await?;
        let told: Vec<_> = history.iter().map(|h| (h.state, h.starts_at, h.actor.clone(), h.reason.clone())).collect();
        let (by_budi, by_siti) = (budi.account.to_string(), siti.account.to_string());
        assert_eq!(told, [
            (State::Booked, monday("09:00"), by_budi.clone(), None),
            (State::Booked, monday("10:00"), by_budi, Some("Berhalangan".into())),
            (State::Cancelled, monday("10:00"), by_siti, Some("Sakit".into())),
        ]);
        assert!(history.is_sorted_by_key(|line| line.at));
        assert_eq!(clinic.said_of(&booked.id).await?, ["booked", "moved", "cancelled"]);
        let audits = clinic.said.audits.lock().unwrap();
        let deeds: Vec<_> = audits.iter().filter(|a| a.object == booked.id.to_string()).map(|a| a.action.as_str()).collect();
        assert_eq!(deeds.len(), 3, "{deeds:?}");
    }

    /// C6, C9
    async fn r_n1_final_states_stay_final(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let people = clinic.patients(2).await?;
        let cancelled = clinic.book(&people[0].cx, &people[0].id, &siti.offer, monday("09:00")).await?;
        let cancelled = clinic.cancel(&people[0].cx, &cancelled).await?;
        let done = clinic.book(&people[1].cx, &people[1].id, &siti.offer, monday("09:15")).await?;
        clinic.asking.later(monday("09:15"));
        let done = clinic.change(&siti.cx, &done, Deed::Fulfil).await?;
        for visit in [&cancelled, &done] {
            for deed in [Deed::Accept, Deed::Reject, Deed::Cancel, Deed::Arrive, Deed::Start, Deed::Fulfil, Deed::NoShow] {
                assert_eq!(word(clinic.change(&siti.cx, visit, deed).await), "not-in-this-state", "{deed}");
            }
            assert_eq!(word(clinic.move_to(&siti.cx, visit, tuesday("09:00")).await), "not-in-this-state");
            assert!(clinic.verbs.appointment(&siti.cx, &visit.code).await?.may.is_empty());
        }
    }

    /// C9
    async fn r_n1_a_wrong_final_state_is_corrected_with_a_reason_by_permission(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let budi = clinic.patient("Budi").await?;
        let booked = clinic.book(&budi.cx, &budi.id, &siti.offer, monday("09:00")).await?;
        clinic.asking.later(monday("09:30"));
        let missed = clinic.change(&siti.cx, &booked, Deed::NoShow).await?;
        let losari = &siti.offer.facility;
        let (desk, admin) = (clinic.asking.front_desk(losari), clinic.asking.admin(losari));
        let correct = async |cx, version, to, reason: &str| clinic.verbs.correct(cx, &booked.id, version, to, reason.to_owned()).await;
        assert_eq!(word(correct(&desk, missed.version, State::Fulfilled, "Salah catat").await), "forbidden");
        assert_eq!(word(correct(&siti.cx, missed.version, State::Fulfilled, "Salah catat").await), "forbidden");
        assert_eq!(field(correct(&admin, missed.version, State::Fulfilled, " ").await).1, "required");
        assert_eq!(field(correct(&admin, missed.version, State::Cancelled, "Salah").await).1, "not-one-of");
        assert_eq!(word(correct(&admin, missed.version, State::NoShow, "Salah").await), "not-in-this-state");
        assert_eq!(word(correct(&admin, 1, State::Fulfilled, "Salah").await), "stale");
        assert!(clinic.verbs.appointment(&admin, &booked.code).await?.may.contains(&Deed::Correct));
        assert!(!clinic.verbs.appointment(&desk, &booked.code).await?.may.contains(&Deed::Correct));
        let right = correct(&admin, missed.version, State::Fulfilled, "Salah catat").await?;
        assert_eq!((right.state, right.version), (State::Fulfilled, 3));
        assert_eq!(clinic.said_of(&booked.id).await?, ["booked", "noshow", "fulfilled"]);
        assert_eq!(clinic.verbs.history(&admin, &booked.id).await?.last().unwrap().reason.as_deref(), Some("Salah catat"));
    }

    /// C9
    async fn r_n1_a_cancelled_visit_is_not_corrected_its_time_is_gone(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let budi = clinic.patient("Budi").await?;
        let booked = clinic.book(&budi.cx, &budi.id, &siti.offer, monday("09:00")).await?;
        let gone = clinic.cancel(&budi.cx, &booked).await?;
        let admin = clinic.asking.admin(&siti.offer.facility);
        let corrected = clinic.verbs.correct(&admin, &gone.id, gone.version, State::Booked, "Salah".into()).await;
        assert_eq!(word(corrected), "not-in-this-state");
        assert!(!clinic.verbs.appointment(&admin, &gone.code).await?.may.contains(&Deed::Correct));
    }

    /// C9
    async fn r_n4_no_show_only_after_the_grace_and_never_over_an_arrived_patient(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let people = clinic.patients(2).await?;
        let missed = clinic.book(&people[0].cx, &people[0].id, &siti.offer, monday("09:00")).await?;
        let came = clinic.book(&people[1].cx, &people[1].id, &siti.offer, monday("09:15")).await?;
        assert_eq!(word(clinic.change(&siti.cx, &missed, Deed::NoShow).await), "no-show-too-early");
        clinic.asking.later(monday("09:14"));
        let came = clinic.change(&siti.cx, &came, Deed::Arrive).await?;
        assert_eq!(word(clinic.change(&siti.cx, &missed, Deed::NoShow).await), "no-show-too-early");
        assert!(!clinic.verbs.appointment(&siti.cx, &missed.code).await?.may.contains(&Deed::NoShow));
        clinic.asking.later(monday("09:15"));
        assert!(clinic.verbs.appointment(&siti.cx, &missed.code).await?.may.contains(&Deed::NoShow));
        assert_eq!(clinic.change(&siti.cx, &missed, Deed::NoShow).await?.state, State::NoShow);
        clinic.asking.later(monday("10:00"));
        assert_eq!(word(clinic.change(&siti.cx, &came, Deed::NoShow).await), "not-in-this-state");
        let with = clinic.change(&siti.cx, &came, Deed::Start).await?;
        assert_eq!(word(clinic.change(&siti.cx, &with, Deed::NoShow).await), "not-in-this-state");
        assert_eq!(clinic.change(&siti.cx, &with, Deed::Fulfil).await?.state, State::Fulfilled);
        assert_eq!(clinic.said_of(&came.id).await?, ["booked", "arrived", "arrived", "fulfilled"]);
    }

    /// C9
    async fn nobody_arrives_days_before(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let budi = clinic.patient("Budi").await?;
        let booked = clinic.book(&budi.cx, &budi.id, &siti.offer, tuesday("09:00")).await?;
        for deed in [Deed::Arrive, Deed::Start, Deed::Fulfil] {
            assert_eq!(word(clinic.change(&siti.cx, &booked, deed).await), "too-early");
        }
        clinic.asking.later(tuesday("08:40"));
        assert_eq!(clinic.change(&clinic.asking.front_desk(&siti.offer.facility), &booked, Deed::Arrive).await?.state, State::Arrived);
    }

    /// C6
    async fn r_g6_patients_cancel_within_the_policy_with_its_fee_shown(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let losari = siti.offer.facility.clone();
        clinic.policy(&losari, |policy| {
            policy.cancel_notice_minutes = 60;
            policy.free_change_minutes = 120;
            policy.late_fee = 50_000;
        }).await?;
        let budi = clinic.patient("Budi").await?;
        let booked = clinic.book(&budi.cx, &budi.id, &siti.offer, monday("11:00")).await?;
        assert_eq!((booked.cancel_fee.clone(), booked.free_until), (Money::idr(0), Some(monday("09:00"))));
        clinic.asking.later(monday("09:30"));
        let shown = clinic.verbs.appointment(&budi.cx, &booked.code).await?;
        assert_eq!(shown.cancel_fee, Money::idr(50_000));
        assert!(shown.may.contains(&Deed::Cancel));
        clinic.asking.later(monday("10:00"));
        assert!(!clinic.verbs.appointment(&budi.cx, &booked.code).await?.may.contains(&Deed::Cancel));
        assert_eq!(word(clinic.cancel(&budi.cx, &booked).await), "cancel-too-late");
        let desk = clinic.asking.front_desk(&losari);
        let gone = clinic.cancel(&desk, &booked).await?;
        assert_eq!((gone.state, gone.cancelled_by), (State::Cancelled, Some(CancelledBy::Clinic)));
    }

    /// C6, J9
    async fn r_c9_a_change_says_which_version_it_changes(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let budi = clinic.patient("Budi").await?;
        let booked = clinic.book(&budi.cx, &budi.id, &siti.offer, monday("09:00")).await?;
        let moved = clinic.move_to(&budi.cx, &booked, monday("10:00")).await?;
        assert_eq!(word(clinic.cancel(&budi.cx, &booked).await), "stale");
        assert_eq!(word(clinic.move_to(&budi.cx, &booked, monday("11:00")).await), "stale");
        assert_eq!(clinic.cancel(&budi.cx, &moved).await?.version, 3);
    }

    /// C6, C7
    async fn what_one_may_do_is_what_is_allowed(db: Db) {
        let (clinic, siti) = by_hand(db).await?;
        let budi = clinic.patient("Budi").await?;
        let asked = clinic.book(&budi.cx, &budi.id, &siti.offer, monday("09:00")).await?;
        let losari = &siti.offer.facility;
        let (desk, admin) = (clinic.asking.front_desk(losari), clinic.asking.admin(losari));
        let nurse = clinic.asking.staff(&[contracts::Permission::AppointmentRead, contracts::Permission::AppointmentAttend], &[losari]);
        let looker = clinic.asking.staff(&[contracts::Permission::AppointmentRead], &[losari]);
        let all = [Deed::Accept, Deed::Reject, Deed::Cancel, Deed::Arrive, Deed::Start, Deed::Fulfil, Deed::NoShow];
        for (who, may) in [
            (&budi.cx, vec![Deed::Cancel, Deed::Move]),
            (&siti.cx, vec![Deed::Accept, Deed::Reject, Deed::Cancel, Deed::Move]),
            (&desk, vec![Deed::Cancel, Deed::Move]),
            (&admin, vec![Deed::Accept, Deed::Reject, Deed::Cancel, Deed::Move]),
            (&nurse, vec![]),
            (&looker, vec![]),
        ] {
            let shown = clinic.verbs.appointment(who, &asked.code).await?;
            assert_eq!(shown.may, may);
            for deed in all.iter().filter(|deed| !may.contains(deed)) {
                assert!(clinic.change(who, &asked, *deed).await.is_err(), "{deed}");
            }
            if !may.contains(&Deed::Move) {
                assert_eq!(word(clinic.move_to(who, &asked, monday("10:00")).await), "forbidden");
            }
        }
        assert_eq!(field(clinic.change(&admin, &asked, Deed::Move).await).0, "deed");
    }

    /// A4, C9
    async fn who_may_only_attend_checks_in_and_calls_nothing_off(db: Db) {
        use contracts::Permission::{AppointmentAttend, AppointmentRead};
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let budi = clinic.patient("Budi").await?;
        let booked = clinic.book(&budi.cx, &budi.id, &siti.offer, monday("09:00")).await?;
        let desk = clinic.asking.staff(&[AppointmentRead, AppointmentAttend], &[&siti.offer.facility]);
        let elsewhere = clinic.asking.staff(&[AppointmentRead, AppointmentAttend], &[&clinic.facility("wolio", MAKASSAR).await?]);
        clinic.asking.later(monday("08:50"));
        let may = clinic.verbs.appointment(&desk, &booked.code).await?.may;
        assert!(may.contains(&Deed::Arrive) && !may.contains(&Deed::Cancel) && !may.contains(&Deed::Move), "{may:?}");
        assert_eq!(word(clinic.cancel(&desk, &booked).await), "forbidden");
        assert_eq!(word(clinic.move_to(&desk, &booked, monday("10:00")).await), "forbidden");
        assert_eq!(word(clinic.change(&elsewhere, &booked, Deed::Arrive).await), "appointment");
        let arrived = clinic.change(&desk, &booked, Deed::Arrive).await?;
        assert_eq!(arrived.state, State::Arrived);
        assert_eq!(word(clinic.cancel(&desk, &arrived).await), "forbidden");
    }
}
