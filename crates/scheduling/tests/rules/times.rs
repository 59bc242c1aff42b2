//! Free times: exact at every moment, on every node, in every zone.

use contracts::scheduling::*;
use jiff::{SignedDuration, civil::date};
use platform::db::Db;

use crate::clinic::*;

testkit::db_test! {
    &[];

    /// C3, B4
    async fn r_g10_what_was_answered_booked_is_never_shown_free_on_any_node(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let other = clinic.another_node().await?;
        let people = clinic.patients(12).await?;
        let ask = FreeTimesAsk { offer: siti.offer.clone(), from: Some(MONDAY), days: Some(3), taken: false };
        let guest = clinic.asking.guest("192.0.2.9");
        for (n, person) in people.iter().enumerate() {
            let when = monday("09:00") + SignedDuration::from_mins(15 * n as i64);
            for node in [&clinic.verbs, &other] {
                let times = node.free_times(&guest, ask.clone()).await?;
                assert_eq!(times.days[0].times[0].at, when);
                assert_eq!(times.earliest, Some(when));
            }
            clinic.book(&person.cx, &person.id, &siti.offer, when).await?;
        }
        for node in [&clinic.verbs, &other] {
            assert_eq!(node.free_times(&guest, ask.clone()).await?.days[0].status, DayStatus::Full);
        }
    }

    /// C1, B5
    async fn a_change_of_rules_is_seen_at_once_on_every_node(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let other = clinic.another_node().await?;
        let guest = clinic.asking.guest("192.0.2.9");
        let ask = FreeTimesAsk { offer: siti.offer.clone(), from: Some(MONDAY), days: Some(1), taken: false };
        let count = async || ok(other.free_times(&guest, ask.clone()).await?.days[0].times.len());
        assert_eq!(count().await?, 12);
        clinic.set_hours(&siti.offer, weekdays("09:00", "10:00")).await?;
        assert_eq!(count().await?, 4);
        clinic.leave(&siti, monday("09:00"), monday("09:30")).await?;
        assert_eq!(count().await?, 2);
        clinic.policy(&siti.offer.facility, |policy| policy.book_notice_minutes = 60 * 25 + 30).await?;
        assert_eq!(count().await?, 1);
        let people = clinic.patients(1).await?;
        clinic.set_hours(&siti.offer, weekdays("09:00", "11:00")).await?;
        assert!(clinic.book(&people[0].cx, &people[0].id, &siti.offer, monday("10:45")).await.is_ok(), "hours made longer");
        let refused = other.book(&people[0].cx, None, visit(&people[0].id, &siti.offer, monday("09:30"))).await;
        assert_eq!(rule(refused), "notice");
    }

    /// C3
    async fn an_answer_kept_in_memory_ends_with_its_minute(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        clinic.asking.later(monday("08:59:30"));
        assert_eq!(clinic.free(&siti.offer, MONDAY).await?[0], "09:15");
        clinic.asking.later(monday("09:00:00"));
        assert_eq!(clinic.free(&siti.offer, MONDAY).await?[0], "09:15", "exactly a quarter of an hour is enough");
        clinic.asking.pass(SignedDuration::from_secs(1));
        assert_eq!(clinic.free(&siti.offer, MONDAY).await?[0], "09:30");
    }

    /// C3, B4
    async fn taken_times_are_shown_where_asked_for(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let budi = clinic.patient("Budi").await?;
        clinic.book(&budi.cx, &budi.id, &siti.offer, monday("09:15")).await?;
        let day = clinic.day(&siti.offer, MONDAY, true).await?;
        assert_eq!(day.times.len(), 12);
        assert_eq!(day.times.iter().filter(|t| !t.free).map(|t| t.local.to_string()).collect::<Vec<_>>(), ["09:15"]);
    }

    /// C1, B4
    async fn every_day_says_why_it_is_as_it_is(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let guest = clinic.asking.guest("192.0.2.9");
        let status = async |day| ok(clinic.day(&siti.offer, day, false).await?.status);
        let why = async |day| ok(clinic.verbs.why_not(&guest, siti.offer.clone(), day).await?.remove(0).rule);
        assert_eq!(status(MONDAY).await?, DayStatus::Open);
        let saturday = date(2026, 11, 28);
        assert_eq!((status(saturday).await?, why(saturday).await?.as_str()), (DayStatus::Off, "no-session"));
        let far = date(2027, 2, 1);
        assert_eq!((status(far).await?, why(far).await?.as_str()), (DayStatus::Outside, "horizon"));
        let past = date(2026, 11, 20);
        assert_eq!((status(past).await?, why(past).await?.as_str()), (DayStatus::Outside, "past"));
        let christmas = date(2026, 12, 25);
        assert_eq!((status(christmas).await?, why(christmas).await?.as_str()), (DayStatus::Holiday, "holiday"));
        clinic.leave(&siti, tuesday("00:00"), at(MAKASSAR, date(2026, 11, 25), "00:00")).await?;
        assert_eq!((status(TUESDAY).await?, why(TUESDAY).await?.as_str()), (DayStatus::Leave, "leave"));
        for n in 0..12 {
            let person = clinic.patient("P").await?;
            clinic.book(&person.cx, &person.id, &siti.offer, monday("09:00") + SignedDuration::from_mins(15 * n)).await?;
        }
        assert_eq!((status(MONDAY).await?, why(MONDAY).await?.as_str()), (DayStatus::Full, "taken"));
    }

    /// C2, J9
    async fn what_is_asked_for_is_bounded(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let guest = clinic.asking.guest("192.0.2.9");
        let ask = async |from, days| {
            let ask = FreeTimesAsk { offer: siti.offer.clone(), from, days, taken: false };
            clinic.verbs.free_times(&guest, ask).await.map(|times| times.days.len())
        };
        assert_eq!(ask(None, None).await?, 14);
        assert_eq!(ask(None, Some(31)).await?, 31);
        for days in [0, 32, u16::MAX] {
            assert_eq!(field(ask(None, Some(days)).await).0, "days");
        }
        for extreme in [jiff::civil::Date::MIN, jiff::civil::Date::MAX, date(1800, 1, 1)] {
            assert_eq!(field(ask(Some(extreme), None).await).0, "from");
            assert_eq!(field(clinic.verbs.why_not(&guest, siti.offer.clone(), extreme).await).0, "from");
        }
        let nowhere = Offer { doctor: Some(clinic.asking.system().new_id()), ..siti.offer.clone() };
        let ask = FreeTimesAsk { offer: nowhere, from: None, days: None, taken: false };
        assert_eq!(word(clinic.verbs.free_times(&guest, ask).await), "schedule");
    }

    /// C2
    async fn r_t1_r_t2_today_is_the_facilitys_in_three_zones(db: Db) {
        let clinic = Clinic::on(db).await?;
        // 15:30 UTC on Monday: 22:30 in Jakarta, 23:30 in Makassar, half past midnight on Tuesday in Jayapura.
        clinic.asking.later("2026-11-23T15:30:07Z".parse().unwrap());
        for (zone, today) in [(JAKARTA, MONDAY), (MAKASSAR, MONDAY), (JAYAPURA, TUESDAY)] {
            let facility = clinic.facility("x", zone).await?;
            let consultation = clinic.consultation(&facility).await?;
            let doctor = clinic.doctor("x").at(&consultation).weekdays("09:00", "10:00").listed().await?;
            let ask = FreeTimesAsk { offer: doctor.offer.clone(), from: None, days: Some(2), taken: false };
            let times = clinic.verbs.free_times(&clinic.asking.guest("192.0.2.9"), ask).await?;
            assert_eq!((times.days[0].date, times.zone.as_str()), (today, zone));
            let tuesday = times.days.iter().find(|day| day.date == TUESDAY).unwrap();
            assert_eq!((tuesday.times[0].local.to_string(), tuesday.times[0].at), ("09:00".to_owned(), at(zone, TUESDAY, "09:00")));
            clinic.policy(&facility, |policy| policy.horizon_days = 1).await?;
            let person = clinic.patient("P").await?;
            let wednesday = clinic.book(&person.cx, &person.id, &doctor.offer, at(zone, date(2026, 11, 25), "09:00")).await;
            assert_eq!(wednesday.is_ok(), today == TUESDAY, "{zone}");
        }
    }

    /// C2
    async fn r_t7_another_zone_moves_nobody(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let budi = clinic.patient("Budi").await?;
        let booked = clinic.book(&budi.cx, &budi.id, &siti.offer, monday("09:00")).await?;
        clinic.facility_is(&siti.offer.facility, "losari", JAKARTA, true).await?;
        let still = clinic.verbs.appointment(&budi.cx, &booked.code).await?;
        assert_eq!((still.starts_at, still.zone.as_str(), still.local_date), (monday("09:00"), MAKASSAR, MONDAY));
        assert!(!clinic.is_free(&siti.offer, monday("09:00")).await?, "08:00 in Jakarta is before the hours");
        assert_eq!(clinic.free(&siti.offer, MONDAY).await?.len(), 12, "the hours are wall-clock time there");
        let (_, affected) = clinic.set_hours(&siti.offer, weekdays("09:00", "12:00")).await?;
        assert_eq!(affected.count, 1, "somebody must decide");
    }

    /// C2
    async fn r_t6_visits_over_midnight_are_legal_and_guarded(db: Db) {
        let clinic = Clinic::on(db).await?;
        let losari = clinic.facility("losari", MAKASSAR).await?;
        let consultation = clinic.consultation(&losari).await?;
        let siti = clinic.doctor("siti").at(&consultation).weekdays("22:00", "02:00").listed().await?;
        clinic.set_hours(&siti.offer, weekdays("22:00", "02:00").into_iter().map(|h| Hours { slot_minutes: Some(15), ..h }).collect()).await?;
        let mut long = consultation.clone();
        long.duration_minutes = 60;
        clinic.service_is(long).await?;
        let people = clinic.patients(3).await?;
        let over = clinic.book(&people[0].cx, &people[0].id, &siti.offer, monday("23:30")).await?;
        assert_eq!((over.local_date, over.ends_at), (MONDAY, tuesday("00:30")));
        assert_eq!(word(clinic.book(&people[1].cx, &people[1].id, &siti.offer, tuesday("00:15")).await), "slot-taken");
        let after = clinic.book(&people[1].cx, &people[1].id, &siti.offer, tuesday("00:30")).await?;
        assert_eq!(after.local_date, TUESDAY, "the limit goes by the visit's own date");
        assert_eq!(word(clinic.book(&people[2].cx, &people[2].id, &siti.offer, monday("22:45")).await), "slot-taken");
        assert!(clinic.is_free(&siti.offer, monday("22:30")).await?);
    }

    /// C2
    async fn r_t3_clock_changes_of_any_zone_are_kept(db: Db) {
        let clinic = Clinic::on(db).await?;
        clinic.asking.later("2027-03-01T00:00:07Z".parse().unwrap());
        let facility = clinic.facility("new york", "America/New_York").await?;
        let consultation = clinic.service(&facility, contracts::directory::ServiceKind::Consultation, 30).await?;
        let doctor = clinic.doctor("x").at(&consultation).listed().await?;
        clinic.verbs.set_schedule(&clinic.asking.admin(&facility), None, ScheduleForm {
            facility: facility.clone(), doctor: Some(doctor.id.clone()), services: vec![], hours: vec![hours(7, "01:00", "04:00")], daily_cap: None,
        }).await?;
        let spring = date(2027, 3, 14);
        assert_eq!(clinic.free(&doctor.offer, spring).await?, ["01:00", "01:30", "03:00", "03:30"]);
        let budi = clinic.patient("Budi").await?;
        let booked = clinic.book(&budi.cx, &budi.id, &doctor.offer, "2027-03-14T06:30:00Z".parse().unwrap()).await?;
        assert_eq!(booked.ends_at.duration_since(booked.starts_at), SignedDuration::from_mins(30));
    }
}
