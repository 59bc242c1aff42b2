//! How many visits one may have, and who may go past it.

use contracts::{directory::ServiceKind, scheduling::*};
use platform::db::Db;

use crate::clinic::*;

testkit::db_test! {
    &[];

    /// C4
    async fn r_l1_one_consultation_a_local_day_across_doctors_and_facilities(db: Db) {
        let clinic = Clinic::on(db).await?;
        let mut doctors = Vec::new();
        for (name, zone) in [("losari", MAKASSAR), ("menteng", JAKARTA), ("sentani", JAYAPURA)] {
            let facility = clinic.facility(name, zone).await?;
            let consultation = clinic.consultation(&facility).await?;
            doctors.push(clinic.doctor(name).at(&consultation).weekdays("00:00", "23:45").listed().await?);
        }
        let budi = clinic.patient("Budi").await?;
        clinic.book(&budi.cx, &budi.id, &doctors[0].offer, at(MAKASSAR, MONDAY, "10:00")).await?;
        for (doctor, zone) in doctors.iter().zip([MAKASSAR, JAKARTA, JAYAPURA]) {
            let refused = clinic.book(&budi.cx, &budi.id, &doctor.offer, at(zone, MONDAY, "15:00")).await;
            assert!(refused.as_ref().is_err_and(|e| e.is_conflict("day-limit")), "{zone}");
            let Err(platform::Error::Conflict(conflict)) = refused else { unreachable!() };
            let other_day = conflict.alternatives[0]["at"].as_str().unwrap();
            assert!(other_day.starts_with("2026-11-24"), "another day is offered, not {other_day}");
        }
        // 00:30 on Tuesday in Jayapura is still Monday in Jakarta; the facility's own day counts.
        clinic.book(&budi.cx, &budi.id, &doctors[2].offer, at(JAYAPURA, TUESDAY, "00:30")).await?;
        assert_eq!(word(clinic.book(&budi.cx, &budi.id, &doctors[1].offer, at(JAKARTA, MONDAY, "23:00")).await), "day-limit");
    }

    /// C4
    async fn r_l2_lab_and_vaccination_are_free_of_the_limit_but_never_overlap(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let losari = siti.offer.facility.clone();
        let lab = clinic.service(&losari, ServiceKind::LabTest, 15).await?;
        let vaccine = clinic.service(&losari, ServiceKind::Vaccination, 15).await?;
        let (_, lab) = clinic.desk(&[&lab], "08:00", "12:00", 3).await?;
        let (_, vaccine) = clinic.desk(&[&vaccine], "08:00", "12:00", 3).await?;
        let budi = clinic.patient("Budi").await?;
        clinic.book(&budi.cx, &budi.id, &siti.offer, monday("09:00")).await?;
        clinic.book(&budi.cx, &budi.id, &lab, monday("09:15")).await?;
        clinic.book(&budi.cx, &budi.id, &lab, monday("10:00")).await?;
        clinic.book(&budi.cx, &budi.id, &vaccine, monday("10:15")).await?;
        for (offer, when) in [(&lab, "09:00"), (&vaccine, "09:00"), (&vaccine, "09:15"), (&lab, "10:15")] {
            assert_eq!(word(clinic.book(&budi.cx, &budi.id, offer, monday(when)).await), "patient-overlap", "{when}");
            assert!(clinic.is_free(offer, monday(when)).await?, "a refused booking takes nothing");
        }
    }

    /// C4
    async fn r_c8_a_cancelled_consultation_frees_slot_and_day(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let budi = clinic.patient("Budi").await?;
        let first = clinic.book(&budi.cx, &budi.id, &siti.offer, monday("09:15")).await?;
        clinic.cancel(&budi.cx, &first).await?;
        assert!(clinic.is_free(&siti.offer, monday("09:15")).await?);
        clinic.book(&budi.cx, &budi.id, &siti.offer, monday("09:15")).await?;
    }

    /// C4
    async fn r_l1_the_limit_is_the_facilitys_to_set(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let budi = clinic.patient("Budi").await?;
        clinic.book(&budi.cx, &budi.id, &siti.offer, monday("09:00")).await?;
        clinic.policy(&siti.offer.facility, |policy| policy.daily_limit = 2).await?;
        clinic.book(&budi.cx, &budi.id, &siti.offer, monday("09:15")).await?;
        assert_eq!(word(clinic.book(&budi.cx, &budi.id, &siti.offer, monday("09:30")).await), "day-limit");
        clinic.policy(&siti.offer.facility, |policy| policy.daily_limit = 0).await?;
        clinic.book(&budi.cx, &budi.id, &siti.offer, monday("09:30")).await?;
    }

    /// C4
    async fn r_l3_the_limit_follows_the_patient_not_the_account(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let mother = clinic.patient("Ibu").await?;
        let child = clinic.profile("Anak", &[&mother.account]);
        let id = child.patient.clone();
        clinic.people_say(child).await?;
        clinic.book(&mother.cx, &mother.id, &siti.offer, monday("09:00")).await?;
        clinic.book(&mother.cx, &id, &siti.offer, monday("09:15")).await?;
        let desk = clinic.asking.front_desk(&siti.offer.facility);
        assert_eq!(word(clinic.book(&desk, &id, &siti.offer, monday("09:30")).await), "day-limit");
    }

    /// C4, C6
    async fn r_l1_at_most_so_many_coming_visits(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        clinic.policy(&siti.offer.facility, |policy| policy.max_upcoming = 2).await?;
        let budi = clinic.patient("Budi").await?;
        let day = |n: i8| at(MAKASSAR, jiff::civil::date(2026, 11, 23 + n), "09:00");
        clinic.book(&budi.cx, &budi.id, &siti.offer, day(0)).await?;
        let second = clinic.book(&budi.cx, &budi.id, &siti.offer, day(1)).await?;
        assert_eq!(word(clinic.book(&budi.cx, &budi.id, &siti.offer, day(2)).await), "too-many-upcoming");
        let desk = clinic.asking.front_desk(&siti.offer.facility);
        clinic.book(&desk, &budi.id, &siti.offer, day(2)).await?;
        clinic.move_to(&budi.cx, &second, day(3)).await?;
        clinic.asking.later(day(2) + jiff::SignedDuration::from_hours(1));
        clinic.book(&budi.cx, &budi.id, &siti.offer, at(MAKASSAR, jiff::civil::date(2026, 12, 1), "09:00")).await?;
    }

    /// C9
    async fn r_l5_overbooking_is_for_staff_with_a_reason_marked_and_bounded(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let people = clinic.patients(5).await?;
        let desk = clinic.asking.front_desk(&siti.offer.facility);
        clinic.book(&people[0].cx, &people[0].id, &siti.offer, monday("09:00")).await?;
        let over = |n: usize| Book { override_reason: Some("Darurat".into()), ..visit(&people[n].id, &siti.offer, monday("09:00")) };
        assert_eq!(field(clinic.verbs.book(&people[1].cx, None, over(1)).await).1, "staff-only");
        assert_eq!(word(clinic.book(&desk, &people[1].id, &siti.offer, monday("09:00")).await), "slot-taken");
        for n in [1, 2] {
            let booked = clinic.verbs.book(&desk, None, over(n)).await?;
            assert!(booked.overbooked);
            assert_eq!(booked.reason.as_deref(), Some("Darurat"));
        }
        assert_eq!(word(clinic.verbs.book(&desk, None, over(3)).await), "slot-taken");
        let ask = Book { override_reason: Some("Darurat".into()), ..visit(&people[3].id, &siti.offer, monday("09:15")) };
        assert!(!clinic.verbs.book(&desk, None, ask).await?.overbooked, "there was room");
        let ask = Book {
            override_reason: Some("Dinas luar".into()),
            ..visit(&people[4].id, &siti.offer, at(MAKASSAR, jiff::civil::date(2027, 3, 1), "09:00"))
        };
        assert!(clinic.verbs.book(&desk, None, ask).await?.overbooked, "past the horizon");
    }

    /// C9
    async fn r_g10_an_overbooked_visit_keeps_its_time_when_the_regular_one_is_cancelled(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let people = clinic.patients(3).await?;
        let desk = clinic.asking.front_desk(&siti.offer.facility);
        let regular = clinic.book(&people[0].cx, &people[0].id, &siti.offer, monday("09:00")).await?;
        let over = Book { override_reason: Some("Darurat".into()), ..visit(&people[1].id, &siti.offer, monday("09:00")) };
        let over = clinic.verbs.book(&desk, None, over).await?;
        clinic.cancel(&people[0].cx, &regular).await?;
        assert!(!clinic.is_free(&siti.offer, monday("09:00")).await?);
        assert_eq!(word(clinic.book(&people[2].cx, &people[2].id, &siti.offer, monday("09:00")).await), "slot-taken");
        clinic.cancel(&desk, &over).await?;
        clinic.book(&people[2].cx, &people[2].id, &siti.offer, monday("09:00")).await?;
    }

    /// C1
    async fn r_g6_a_daily_cap_counts_the_local_day_in_the_list_and_in_the_booking(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        clinic.set_schedule(&siti.offer, weekdays("09:00", "12:00"), Some(2)).await?;
        let people = clinic.patients(4).await?;
        let first = clinic.book(&people[0].cx, &people[0].id, &siti.offer, monday("09:00")).await?;
        let hold = clinic.hold(&people[1].cx, &siti.offer, monday("09:15")).await?;
        assert_eq!(clinic.day(&siti.offer, MONDAY, false).await?.status, DayStatus::Full, "a hold counts");
        assert_eq!(rule(clinic.book(&people[2].cx, &people[2].id, &siti.offer, monday("09:30")).await), "day-full");
        let ask = Book { hold: Some(hold.id), ..visit(&people[1].id, &siti.offer, monday("09:15")) };
        clinic.verbs.book(&people[1].cx, None, ask).await?;
        assert_eq!(rule(clinic.book(&people[2].cx, &people[2].id, &siti.offer, monday("09:30")).await), "day-full");
        assert_eq!(rule(clinic.hold(&people[2].cx, &siti.offer, monday("09:30")).await), "day-full");
        let moved = clinic.move_to(&people[0].cx, &first, monday("11:00")).await?;
        let desk = clinic.asking.front_desk(&siti.offer.facility);
        let ask = Book { override_reason: Some("Darurat".into()), ..visit(&people[3].id, &siti.offer, monday("10:00")) };
        assert!(clinic.verbs.book(&desk, None, ask).await?.overbooked);
        clinic.cancel(&people[0].cx, &moved).await?;
        // Two are left, one of them overbooked: the cap is still reached for the public, in list and booking alike.
        let listed = clinic.is_free(&siti.offer, monday("09:30")).await?;
        let booked = clinic.book(&people[2].cx, &people[2].id, &siti.offer, monday("09:30")).await.is_ok();
        assert_eq!(listed, booked);
    }

    /// C1
    async fn r_v5_a_session_made_smaller_is_not_booked_over_what_it_still_holds(db: Db) {
        let clinic = Clinic::on(db).await?;
        let losari = clinic.facility("losari", MAKASSAR).await?;
        let lab = clinic.service(&losari, ServiceKind::LabTest, 30).await?;
        let (_, offer) = clinic.desk(&[&lab], "08:00", "10:00", 2).await?;
        let people = clinic.patients(4).await?;
        let first = clinic.book(&people[0].cx, &people[0].id, &offer, monday("08:00")).await?;
        clinic.book(&people[1].cx, &people[1].id, &offer, monday("08:00")).await?;
        let smaller = (1..=7).map(|weekday| hours(weekday, "08:00", "10:00")).collect();
        let admin = clinic.asking.admin(&losari);
        let form = ScheduleForm { facility: losari, doctor: None, services: vec![lab.id], hours: smaller, daily_cap: None };
        let known = clinic.verbs.schedules(&admin, Some(form.facility.clone()), None).await?;
        clinic.verbs.set_schedule(&admin, Some(known[0].version), form).await?;
        clinic.cancel(&people[0].cx, &first).await?;
        assert!(!clinic.is_free(&offer, monday("08:00")).await?, "the second seat is still taken");
        assert_eq!(word(clinic.book(&people[2].cx, &people[2].id, &offer, monday("08:00")).await), "slot-taken");
    }

    /// C1, C6
    async fn r_g6_r_g8_notice_and_cut_off_bind_the_public_not_staff(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let people = clinic.patients(3).await?;
        let desk = clinic.asking.front_desk(&siti.offer.facility);
        clinic.asking.later(monday("10:00:30"));
        assert_eq!(rule(clinic.book(&people[0].cx, &people[0].id, &siti.offer, monday("10:15")).await), "notice");
        assert!(!clinic.is_free(&siti.offer, monday("10:15")).await?);
        clinic.book(&desk, &people[0].id, &siti.offer, monday("10:15")).await?;
        assert_eq!(rule(clinic.book(&people[1].cx, &people[1].id, &siti.offer, monday("10:00")).await), "past");
        clinic.book(&desk, &people[1].id, &siti.offer, monday("10:00")).await?;
        assert_eq!(rule(clinic.book(&desk, &people[2].id, &siti.offer, monday("09:45")).await), "past");
        clinic.policy(&siti.offer.facility, |policy| policy.same_day_cut_off = Some("10:00".parse().unwrap())).await?;
        assert_eq!(rule(clinic.book(&people[2].cx, &people[2].id, &siti.offer, monday("11:00")).await), "cut-off");
        clinic.book(&people[2].cx, &people[2].id, &siti.offer, tuesday("11:00")).await?;
    }
}
