//! Moving a visit: one visit through all its times, never without one.

use contracts::scheduling::*;
use platform::{Money, db::Db};

use crate::clinic::*;

testkit::db_test! {
    &[];

    /// C6
    async fn r_n2_a_quarter_of_an_hour_later_does_not_block_itself(db: Db) {
        let clinic = Clinic::on(db).await?;
        let losari = clinic.facility("losari", MAKASSAR).await?;
        let mut long = clinic.consultation(&losari).await?;
        long.duration_minutes = 30;
        clinic.service_is(long.clone()).await?;
        let siti = clinic.doctor("siti").at(&long).weekdays("09:00", "12:00").listed().await?;
        let quarters = weekdays("09:00", "12:00").into_iter().map(|h| Hours { slot_minutes: Some(15), ..h });
        clinic.set_hours(&siti.offer, quarters.collect()).await?;
        let budi = clinic.patient("Budi").await?;
        let booked = clinic.book(&budi.cx, &budi.id, &siti.offer, monday("10:00")).await?;
        let moved = clinic.move_to(&budi.cx, &booked, monday("10:15")).await?;
        assert_eq!((moved.id, moved.code), (booked.id, booked.code));
        assert_eq!((moved.starts_at, moved.ends_at, moved.version, moved.moves), (monday("10:15"), monday("10:45"), 2, 1));
        assert!(clinic.is_free(&siti.offer, monday("09:45")).await?);
        assert!(!clinic.is_free(&siti.offer, monday("10:00")).await?);
    }

    /// C6
    async fn r_n2_the_old_time_stays_ones_own_until_the_new_one_is_had(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let people = clinic.patients(3).await?;
        let booked = clinic.book(&people[0].cx, &people[0].id, &siti.offer, monday("09:00")).await?;
        clinic.book(&people[1].cx, &people[1].id, &siti.offer, monday("10:00")).await?;
        let lost = clinic.move_to(&people[0].cx, &booked, monday("10:00")).await;
        assert!(lost.as_ref().is_err_and(|e| e.is_conflict("slot-taken")));
        assert_eq!(offered(lost), ["10:15", "09:45", "10:30"]);
        assert_eq!(word(clinic.book(&people[2].cx, &people[2].id, &siti.offer, monday("09:00")).await), "slot-taken");
        let still = clinic.verbs.appointment(&people[0].cx, &booked.code).await?;
        assert_eq!((still.starts_at, still.version, still.state), (monday("09:00"), 1, State::Booked));
    }

    /// C4, C6
    async fn r_n2_moved_to_another_day_it_leaves_the_old_one(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let budi = clinic.patient("Budi").await?;
        let first = clinic.book(&budi.cx, &budi.id, &siti.offer, monday("09:00")).await?;
        let moved = clinic.move_to(&budi.cx, &first, tuesday("09:00")).await?;
        assert_eq!(moved.local_date, TUESDAY);
        let second = clinic.book(&budi.cx, &budi.id, &siti.offer, monday("09:00")).await?;
        assert_eq!(word(clinic.move_to(&budi.cx, &second, tuesday("10:00")).await), "day-limit");
    }

    /// C6
    async fn r_n3_only_the_patients_own_moves_count(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let losari = siti.offer.facility.clone();
        clinic.policy(&losari, |policy| policy.max_moves = 2).await?;
        let budi = clinic.patient("Budi").await?;
        let desk = clinic.asking.front_desk(&losari);
        let mut visit = clinic.book(&budi.cx, &budi.id, &siti.offer, monday("09:00")).await?;
        for (who, when, moves) in [
            (&desk, "09:15", 0), (&budi.cx, "09:30", 1), (&siti.cx, "09:45", 1), (&budi.cx, "10:00", 2), (&desk, "10:15", 2),
        ] {
            visit = clinic.move_to(who, &visit, monday(when)).await?;
            assert_eq!(visit.moves, moves, "{when}");
        }
        assert_eq!(word(clinic.move_to(&budi.cx, &visit, monday("11:00")).await), "moved-too-often");
        assert!(!clinic.verbs.appointment(&budi.cx, &visit.code).await?.may.contains(&Deed::Move));
        clinic.move_to(&desk, &visit, monday("11:00")).await?;
    }

    /// C6
    async fn r_n3_patients_move_within_the_notice_of_both_times(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let budi = clinic.patient("Budi").await?;
        let booked = clinic.book(&budi.cx, &budi.id, &siti.offer, monday("11:00")).await?;
        clinic.asking.later(monday("08:59"));
        assert_eq!(rule(clinic.move_to(&budi.cx, &booked, monday("09:15")).await), "notice");
        clinic.asking.later(monday("09:01"));
        assert_eq!(word(clinic.move_to(&budi.cx, &booked, tuesday("09:15")).await), "move-too-late");
        assert!(!clinic.verbs.appointment(&budi.cx, &booked.code).await?.may.contains(&Deed::Move));
        let moved = clinic.move_to(&clinic.asking.front_desk(&siti.offer.facility), &booked, monday("09:15")).await?;
        assert_eq!(moved.starts_at, monday("09:15"));
    }

    /// C6, C9
    async fn staff_move_to_another_doctor_and_say_why(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let losari = siti.offer.facility.clone();
        let admin = clinic.asking.admin(&losari);
        let service = clinic.consultation(&losari).await?;
        let mut both = clinic.doctor("made").at_fee(&service, Some(90_000)).weekdays("09:00", "12:00").event();
        both.practices[0].services.push(contracts::directory::PracticeService { service: siti.offer.service.clone(), fee: Some(200_000) });
        clinic.doctor_is(both.clone()).await?;
        let people = clinic.patients(2).await?;
        let booked = clinic.book(&people[0].cx, &people[0].id, &siti.offer, monday("09:00")).await?;
        let ask = |reason: Option<&str>| Reschedule {
            starts_at: monday("09:00"), doctor: Some(both.doctor.clone()), reason: reason.map(Into::into), override_reason: None,
        };
        assert_eq!(field(clinic.verbs.reschedule(&people[0].cx, &booked.id, 1, ask(Some("x"))).await), ("doctor".into(), "staff-only".into()));
        assert_eq!(field(clinic.verbs.reschedule(&admin, &booked.id, 1, ask(None)).await), ("reason".into(), "required".into()));
        let moved = clinic.verbs.reschedule(&admin, &booked.id, 1, ask(Some("dr. Siti cuti"))).await?;
        assert_eq!((moved.offer.doctor, moved.price), (Some(both.doctor.clone()), Money::idr(200_000)));
        assert!(clinic.is_free(&siti.offer, monday("09:00")).await?);
        let made = Offer { doctor: Some(both.doctor), ..siti.offer.clone() };
        assert!(!clinic.is_free(&made, monday("09:00")).await?);
        assert_eq!(word(clinic.verbs.appointment(&siti.cx, &booked.code).await), "appointment", "no longer hers");
    }

    /// C9
    async fn r_l5_staff_overbook_with_a_move_too(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let people = clinic.patients(2).await?;
        let first = clinic.book(&people[0].cx, &people[0].id, &siti.offer, monday("09:00")).await?;
        clinic.book(&people[1].cx, &people[1].id, &siti.offer, monday("10:00")).await?;
        let desk = clinic.asking.front_desk(&siti.offer.facility);
        let ask = Reschedule {
            starts_at: monday("10:00"), doctor: None, reason: Some("Darurat".into()), override_reason: Some("Darurat".into()),
        };
        assert_eq!(field(clinic.verbs.reschedule(&people[0].cx, &first.id, 1, ask.clone()).await).1, "staff-only");
        let moved = clinic.verbs.reschedule(&desk, &first.id, 1, ask).await?;
        assert!(moved.overbooked);
        let back = clinic.move_to(&desk, &moved, monday("11:00")).await?;
        assert!(!back.overbooked);
    }

    /// C6, C7
    async fn a_patients_move_asks_the_doctor_again_a_doctors_does_not(db: Db) {
        let clinic = Clinic::on(db).await?;
        let losari = clinic.facility("losari", MAKASSAR).await?;
        let consultation = clinic.consultation(&losari).await?;
        let siti = clinic.doctor("siti").accepts_by_hand().at(&consultation).weekdays("09:00", "12:00").listed().await?;
        let budi = clinic.patient("Budi").await?;
        let desk = clinic.asking.front_desk(&losari);
        let asked = clinic.book(&budi.cx, &budi.id, &siti.offer, monday("09:00")).await?;
        let asked = clinic.move_to(&desk, &asked, monday("09:15")).await?;
        assert_eq!(asked.state, State::Pending, "the clinic does not answer for the doctor");
        let booked = clinic.move_to(&siti.cx, &asked, monday("09:30")).await?;
        assert_eq!(booked.state, State::Booked);
        let asked = clinic.move_to(&budi.cx, &booked, monday("09:45")).await?;
        assert_eq!(asked.state, State::Pending);
        clinic.asking.later(monday("09:45"));
        clinic.run_jobs().await?;
        assert_eq!(clinic.verbs.appointment(&budi.cx, &asked.code).await?.state, State::Cancelled);
    }
}
