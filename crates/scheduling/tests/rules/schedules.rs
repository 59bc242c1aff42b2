//! Hours, leave, closures and holidays: what they open, and that nobody booked is lost over them.

use contracts::{
    directory::{Bilingual, ServiceKind},
    scheduling::*,
};
use jiff::{SignedDuration, civil::date};
use platform::db::Db;

use crate::clinic::*;

testkit::db_test! {
    &[];

    /// C1, B2
    async fn the_hours_of_the_form_that_added_a_doctor_are_their_first_schedule(db: Db) {
        let clinic = Clinic::on(db).await?;
        let losari = clinic.facility("losari", MAKASSAR).await?;
        let consultation = clinic.consultation(&losari).await?;
        let mut event = clinic.doctor("siti").at(&consultation).weekdays("09:00", "10:00").event();
        clinic.doctor_is(event.clone()).await?;
        let offer = Offer {
            facility: losari, service: consultation.id, doctor: Some(event.doctor.clone()), mode: contracts::directory::Mode::InPerson,
        };
        assert_eq!(clinic.free(&offer, MONDAY).await?, ["09:00", "09:15", "09:30", "09:45"]);
        clinic.set_hours(&offer, weekdays("10:00", "10:30")).await?;
        event.practices[0].hours.clear();
        clinic.doctor_is(event.clone()).await?;
        let event = clinic.doctor("x").at(&clinic.consultation(&offer.facility).await?).weekdays("06:00", "07:00").event().practices.remove(0);
        let mut again = clinic.doctor("siti").event();
        again.doctor = offer.doctor.clone().unwrap();
        again.practices = vec![contracts::directory::Practice { services: vec![contracts::directory::PracticeService { service: offer.service.clone(), fee: None }], ..event }];
        clinic.doctor_is(again).await?;
        assert_eq!(clinic.free(&offer, MONDAY).await?, ["10:00", "10:15"], "later forms change no hours");
    }

    /// C1
    async fn r_v2_next_months_hours_leave_this_month_alone(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let now = weekdays("09:00", "10:00").into_iter().map(|h| Hours { valid_until: Some(date(2026, 11, 30)), ..h });
        let then = weekdays("13:00", "13:30").into_iter().map(|h| Hours { valid_from: date(2026, 12, 1), ..h });
        clinic.set_hours(&siti.offer, now.chain(then).collect()).await?;
        assert_eq!(clinic.free(&siti.offer, date(2026, 11, 30)).await?.len(), 4);
        assert_eq!(clinic.free(&siti.offer, date(2026, 12, 1)).await?, ["13:00", "13:15"]);
    }

    /// C1
    async fn r_v4_leave_is_answered_with_the_visits_it_touches(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let people = clinic.patients(3).await?;
        let hit = clinic.book(&people[0].cx, &people[0].id, &siti.offer, monday("09:30")).await?;
        clinic.book(&people[1].cx, &people[1].id, &siti.offer, monday("10:00")).await?;
        clinic.book(&people[2].cx, &people[2].id, &siti.offer, tuesday("09:30")).await?;
        let (leave, affected) = clinic.leave(&siti, monday("09:20"), monday("10:00")).await?;
        assert_eq!(affected.count, 1);
        assert_eq!((affected.appointments[0].id.clone(), affected.appointments[0].complaint.clone()), (hit.id.clone(), None));
        assert_eq!(clinic.verbs.appointment(&people[0].cx, &hit.code).await?.state, State::Booked, "somebody must decide");
        assert_eq!(clinic.free(&siti.offer, MONDAY).await?[..2], ["09:00", "10:15"], "part of a day");
        assert_eq!(rule(clinic.book(&people[1].cx, &people[1].id, &siti.offer, monday("09:45")).await), "leave");
        clinic.verbs.remove_exception(&siti.cx, leave.id.as_ref().unwrap()).await?;
        assert!(clinic.is_free(&siti.offer, monday("09:45")).await?);
    }

    /// C1
    async fn r_v3_a_closure_shuts_every_desk_of_the_facility_for_days(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let losari = siti.offer.facility.clone();
        let lab = clinic.service(&losari, ServiceKind::LabTest, 30).await?;
        let (_, lab) = clinic.desk(&[&lab], "08:00", "10:00", 2).await?;
        let people = clinic.patients(2).await?;
        clinic.book(&people[0].cx, &people[0].id, &siti.offer, monday("09:30")).await?;
        clinic.book(&people[1].cx, &people[1].id, &lab, tuesday("08:00")).await?;
        let closure = Exception { facility: Some(losari.clone()), ..exception(ExceptionKind::Absent, monday("00:00"), at(MAKASSAR, date(2026, 11, 25), "00:00")) };
        let (_, affected) = clinic.verbs.add_exception(&clinic.asking.admin(&losari), closure).await?;
        assert_eq!(affected.count, 2);
        for day in [MONDAY, TUESDAY] {
            assert_eq!(clinic.day(&siti.offer, day, false).await?.status, DayStatus::Leave);
            assert_eq!(clinic.day(&lab, day, false).await?.status, DayStatus::Leave);
        }
        assert_eq!(clinic.day(&lab, date(2026, 11, 25), false).await?.status, DayStatus::Open);
    }

    /// C1
    async fn r_v3_leave_holds_at_all_facilities_of_the_doctor(db: Db) {
        let clinic = Clinic::on(db).await?;
        let (losari, menteng) = (clinic.facility("losari", MAKASSAR).await?, clinic.facility("menteng", JAKARTA).await?);
        let (here, there) = (clinic.consultation(&losari).await?, clinic.consultation(&menteng).await?);
        let siti = clinic.doctor("siti").at(&here).weekdays("09:00", "12:00").at(&there).weekdays("13:00", "15:00").listed().await?;
        let other = Offer { facility: menteng, service: there.id, ..siti.offer.clone() };
        clinic.leave(&siti, monday("00:00"), at(MAKASSAR, TUESDAY, "00:00")).await?;
        assert_eq!(clinic.free(&siti.offer, MONDAY).await?, [""; 0]);
        assert_eq!(clinic.free(&other, MONDAY).await?, [""; 0]);
        assert_eq!(clinic.free(&other, TUESDAY).await?.len(), 8);
    }

    /// C3
    async fn r_c3_a_doctors_time_is_one_at_all_facilities(db: Db) {
        let clinic = Clinic::on(db).await?;
        let (losari, menteng) = (clinic.facility("losari", MAKASSAR).await?, clinic.facility("menteng", JAKARTA).await?);
        let (here, there) = (clinic.consultation(&losari).await?, clinic.consultation(&menteng).await?);
        let siti = clinic.doctor("siti").at(&here).weekdays("09:00", "12:00").at(&there).weekdays("08:00", "12:00").listed().await?;
        let other = Offer { facility: menteng, service: there.id, ..siti.offer.clone() };
        let people = clinic.patients(2).await?;
        clinic.book(&people[0].cx, &people[0].id, &siti.offer, monday("09:15")).await?;
        assert!(!clinic.free(&other, MONDAY).await?.contains(&"08:15".to_owned()));
        assert_eq!(word(clinic.book(&people[1].cx, &people[1].id, &other, at(JAKARTA, MONDAY, "08:15")).await), "slot-taken");
        clinic.book(&people[1].cx, &people[1].id, &other, at(JAKARTA, MONDAY, "08:30")).await?;
    }

    /// C1
    async fn r_v5_shrinking_hours_orphans_nobody(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let people = clinic.patients(2).await?;
        let stays = clinic.book(&people[0].cx, &people[0].id, &siti.offer, monday("09:00")).await?;
        let outside = clinic.book(&people[1].cx, &people[1].id, &siti.offer, monday("11:30")).await?;
        let (schedule, affected) = clinic.set_hours(&siti.offer, weekdays("09:00", "10:00")).await?;
        assert_eq!((schedule.version, affected.count), (2, 1));
        assert_eq!(affected.appointments[0].id, outside.id);
        for (person, visit) in people.iter().zip([&stays, &outside]) {
            assert_eq!(clinic.verbs.appointment(&person.cx, &visit.code).await?.state, State::Booked);
        }
        let moved = clinic.move_to(&people[1].cx, &outside, monday("09:15")).await?;
        assert_eq!(moved.starts_at, monday("09:15"));
        let (_, affected) = clinic.set_hours(&siti.offer, weekdays("09:00", "10:00")).await?;
        assert_eq!(affected.count, 0);
    }

    /// C1, B1
    async fn r_v5_a_service_taken_from_a_desk_leaves_its_visits(db: Db) {
        let clinic = Clinic::on(db).await?;
        let losari = clinic.facility("losari", MAKASSAR).await?;
        let lab = clinic.service(&losari, ServiceKind::LabTest, 30).await?;
        let vaccine = clinic.service(&losari, ServiceKind::Vaccination, 30).await?;
        let (schedule, offer) = clinic.desk(&[&lab, &vaccine], "08:00", "10:00", 2).await?;
        let budi = clinic.patient("Budi").await?;
        let booked = clinic.book(&budi.cx, &budi.id, &offer, monday("08:00")).await?;
        let form = ScheduleForm {
            facility: losari.clone(), doctor: None, services: vec![vaccine.id.clone()], hours: schedule.hours.clone(), daily_cap: None,
        };
        let admin = clinic.asking.admin(&losari);
        let (_, affected) = clinic.verbs.set_schedule(&admin, Some(schedule.version), form).await?;
        assert_eq!(affected.count, 1);
        assert_eq!(clinic.verbs.appointment(&budi.cx, &booked.code).await?.state, State::Booked);
        assert_eq!(clinic.cancel(&budi.cx, &booked).await?.state, State::Cancelled);
        assert_eq!(word(clinic.book(&budi.cx, &budi.id, &offer, monday("08:00")).await), "schedule");
    }

    /// C1, J9
    async fn r_c9_a_schedule_is_replaced_at_its_version(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let form = ScheduleForm {
            facility: siti.offer.facility.clone(), doctor: Some(siti.id.clone()), services: vec![], hours: weekdays("09:00", "10:00"), daily_cap: None,
        };
        assert_eq!(word(clinic.verbs.set_schedule(&siti.cx, None, form.clone()).await), "precondition-required");
        assert_eq!(clinic.verbs.set_schedule(&siti.cx, Some(1), form.clone()).await?.0.version, 2);
        assert_eq!(word(clinic.verbs.set_schedule(&siti.cx, Some(1), form).await), "stale");
        let losari = siti.offer.facility.clone();
        let admin = clinic.asking.admin(&losari);
        let policy = clinic.verbs.policy(&admin, &losari).await?;
        let set = clinic.verbs.set_policy(&admin, &losari, policy.version, policy.clone()).await?;
        assert_eq!(word(clinic.verbs.set_policy(&admin, &losari, policy.version, policy.clone()).await), "stale");
        assert_eq!(clinic.verbs.policy(&admin, &losari).await?.version, set.version);
        assert_eq!(clinic.verbs.set_policy(&admin, &losari, set.version, policy).await?.version, set.version + 1);
    }

    /// C1
    async fn every_field_of_a_schedule_is_bounded(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let set = async |change: &dyn Fn(&mut ScheduleForm)| {
            let mut form = ScheduleForm {
                facility: siti.offer.facility.clone(), doctor: Some(siti.id.clone()), services: vec![], hours: weekdays("09:00", "10:00"), daily_cap: None,
            };
            change(&mut form);
            field(clinic.verbs.set_schedule(&siti.cx, Some(1), form).await)
        };
        assert_eq!(set(&|f| f.hours[1].weekday = 8).await.0, "hours.1.weekday");
        assert_eq!(set(&|f| f.hours[0].slot_minutes = Some(0)).await.0, "hours.0.slot_minutes");
        assert_eq!(set(&|f| f.hours[0].capacity = 0).await.0, "hours.0.capacity");
        assert_eq!(set(&|f| f.hours[0].capacity = 501).await.0, "hours.0.capacity");
        assert_eq!(set(&|f| f.hours[0].modes.clear()).await.0, "hours.0.modes");
        assert_eq!(set(&|f| f.hours[0].valid_until = Some(date(1999, 1, 1))).await.0, "hours.0.valid_until");
        assert_eq!(set(&|f| f.hours[0].from = "09:00:30".parse().unwrap()).await.0, "hours.0.from");
        assert_eq!(set(&|f| f.hours = vec![hours(1, "09:00", "10:00"); 61]).await.0, "hours");
        assert_eq!(set(&|f| f.daily_cap = Some(0)).await.0, "daily_cap");
        assert_eq!(set(&|f| f.doctor = None).await.0, "services");
        let overlapping = |f: &mut ScheduleForm| {
            f.hours = vec![hours(7, "22:00", "02:00"), Hours { capacity: 3, ..hours(1, "01:00", "03:00") }];
        };
        assert_eq!(set(&overlapping).await, ("hours.1.capacity".into(), "one-capacity".into()));
        let losari = siti.offer.facility.clone();
        let admin = clinic.asking.admin(&losari);
        let mut policy = clinic.verbs.policy(&admin, &losari).await?;
        policy.horizon_days = 0;
        assert_eq!(field(clinic.verbs.set_policy(&admin, &losari, 0, policy).await).0, "horizon_days");
    }

    /// C1
    async fn every_field_of_an_exception_is_bounded(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let add = async |kind, from, until, change: &dyn Fn(&mut Exception)| {
            let mut e = Exception { doctor: Some(siti.id.clone()), ..exception(kind, from, until) };
            change(&mut e);
            field(clinic.verbs.add_exception(&siti.cx, e).await)
        };
        let (nine, ten) = (monday("09:00"), monday("10:00"));
        assert_eq!(add(ExceptionKind::Absent, ten, nine, &|_| ()).await.0, "ends_at");
        assert_eq!(add(ExceptionKind::Absent, nine, nine, &|_| ()).await.0, "ends_at");
        assert_eq!(add(ExceptionKind::Absent, jiff::Timestamp::MIN, nine, &|_| ()).await.0, "starts_at");
        assert_eq!(add(ExceptionKind::Absent, nine, jiff::Timestamp::MAX, &|_| ()).await.0, "ends_at");
        assert_eq!(add(ExceptionKind::Absent, nine, ten, &|e| e.doctor = None).await.0, "schedule");
        assert_eq!(add(ExceptionKind::Absent, nine, ten, &|e| e.facility = Some(siti.offer.facility.clone())).await.0, "schedule");
        assert_eq!(add(ExceptionKind::Extra, nine, nine + SignedDuration::from_hours(25), &|_| ()).await.1, "too-long-session");
        assert_eq!(add(ExceptionKind::Extra, nine + SignedDuration::from_secs(1), ten, &|_| ()).await.1, "full-minutes");
        assert_eq!(add(ExceptionKind::Extra, nine, ten, &|e| e.capacity = Some(0)).await.0, "capacity");
        assert_eq!(add(ExceptionKind::Extra, nine, ten, &|e| e.slot_minutes = Some(4)).await.0, "slot_minutes");
        assert_eq!(add(ExceptionKind::Absent, nine, ten, &|e| e.reason = Some("x".repeat(201))).await.0, "reason");
        let listed = clinic.verbs.exceptions(&siti.cx, Some(siti.offer.facility.clone()), Some(siti.id.clone()), jiff::Timestamp::MIN, ten).await;
        assert_eq!(field(listed).0, "from");
    }

    /// C1
    async fn r_v1_hours_instead_win_over_the_week_and_holidays_extra_ones_add(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let losari = siti.offer.facility.clone();
        let christmas = date(2026, 12, 25);
        let on = |time| at(MAKASSAR, christmas, time);
        assert_eq!(clinic.day(&siti.offer, christmas, false).await?.status, DayStatus::Holiday);
        let schedule = clinic.verbs.schedules(&siti.cx, None, Some(siti.id.clone())).await?.remove(0).id;
        let add = async |kind, from, until| {
            let e = Exception { schedule: Some(schedule.clone()), slot_minutes: Some(30), ..exception(kind, from, until) };
            clinic.verbs.add_exception(&siti.cx, e).await
        };
        add(ExceptionKind::Extra, on("15:00"), on("15:30")).await?;
        assert_eq!(clinic.free(&siti.offer, christmas).await?, ["15:00"], "open on a holiday, the week's hours not");
        add(ExceptionKind::Extra, monday("07:00"), monday("08:00")).await?;
        add(ExceptionKind::Instead, monday("10:00"), monday("11:00")).await?;
        assert_eq!(clinic.free(&siti.offer, MONDAY).await?, ["07:00", "07:30", "10:00", "10:30"], "instead takes the week's, extra adds");
        let closure = Exception { facility: Some(losari.clone()), ..exception(ExceptionKind::Absent, monday("10:30"), monday("11:00")) };
        clinic.verbs.add_exception(&clinic.asking.admin(&losari), closure).await?;
        assert_eq!(clinic.free(&siti.offer, MONDAY).await?, ["07:00", "07:30", "10:00"], "a closure wins over all");
        let listed = clinic.verbs.exceptions(&clinic.asking.admin(&losari), Some(losari), None, monday("00:00"), tuesday("00:00")).await?;
        assert_eq!(listed.len(), 3, "those of schedules are listed with their facility's");
    }

    /// C1
    async fn a_departure_pressed_twice_is_kept_once(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let schedule = clinic.verbs.schedules(&siti.cx, None, Some(siti.id.clone())).await?.remove(0).id;
        let extra = Exception { schedule: Some(schedule), capacity: Some(2), ..exception(ExceptionKind::Extra, monday("13:00"), monday("14:00")) };
        let press = || clinic.verbs.add_exception(&siti.cx, extra.clone());
        let (one, other) = tokio::join!(press(), press());
        let (one, other, again) = (one?.0, other?.0, press().await?.0);
        assert!(one.id.is_some() && one.id == other.id && one.id == again.id);
        let wider = clinic.verbs.add_exception(&siti.cx, Exception { capacity: Some(3), ..extra.clone() }).await?.0;
        assert_ne!(wider.id, one.id, "another capacity is another departure");
        let listed = clinic.verbs.exceptions(&siti.cx, Some(siti.offer.facility.clone()), Some(siti.id.clone()), monday("00:00"), tuesday("00:00")).await?;
        assert_eq!(listed.len(), 2);
    }

    /// C1
    async fn r_v4_hours_instead_touch_the_whole_day(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let people = clinic.patients(2).await?;
        let hit = clinic.book(&people[0].cx, &people[0].id, &siti.offer, monday("09:00")).await?;
        clinic.book(&people[1].cx, &people[1].id, &siti.offer, monday("11:00")).await?;
        let instead = Exception { doctor: Some(siti.id.clone()), ..exception(ExceptionKind::Instead, monday("11:00"), monday("12:00")) };
        let (_, affected) = clinic.verbs.add_exception(&siti.cx, instead).await?;
        assert_eq!(affected.appointments.iter().map(|a| a.id.clone()).collect::<Vec<_>>(), [hit.id]);
    }

    /// C1
    async fn r_v6_holidays_are_data_and_a_facility_says_which_it_keeps(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let losari = siti.offer.facility.clone();
        let root = clinic.asking.super_admin();
        let wednesday = date(2026, 11, 25);
        let holiday = |collective_leave| Holiday { date: wednesday, name: Bilingual { id: "Pilkada".into(), en: "Elections".into() }, collective_leave };
        let (before, known) = (clinic.free(&siti.offer, wednesday).await?, clinic.verbs.holidays(&root, 2026).await?.len());
        assert_eq!(before.len(), 12);
        clinic.verbs.set_holidays(&root, vec![holiday(false)]).await?;
        assert_eq!(clinic.verbs.holidays(&root, 2026).await?.len(), known + 1);
        assert_eq!(clinic.day(&siti.offer, wednesday, false).await?.status, DayStatus::Holiday);
        let budi = clinic.patient("Budi").await?;
        assert_eq!(rule(clinic.book(&budi.cx, &budi.id, &siti.offer, at(MAKASSAR, wednesday, "09:00")).await), "holiday");
        let nameless = Holiday { name: Bilingual::default(), ..holiday(false) };
        assert_eq!(clinic.verbs.set_holidays(&root, vec![nameless]).await.unwrap_err().status(), 422);
        clinic.verbs.set_holidays(&root, vec![holiday(true)]).await?;
        assert_eq!(clinic.free(&siti.offer, wednesday).await?.len(), 12, "bridge days are not kept by default");
        clinic.policy(&losari, |policy| policy.closed_on_collective_leave = true).await?;
        assert_eq!(clinic.day(&siti.offer, wednesday, false).await?.status, DayStatus::Holiday);
        clinic.policy(&losari, |policy| (policy.closed_on_collective_leave, policy.closed_on_holidays) = (false, false)).await?;
        assert_eq!(clinic.free(&siti.offer, date(2026, 12, 25)).await?.len(), 12, "nor public ones, where the facility says so");
        clinic.policy(&losari, |policy| policy.closed_on_holidays = true).await?;
        clinic.verbs.set_holidays(&root, vec![holiday(false)]).await?;
        assert_eq!(clinic.day(&siti.offer, wednesday, false).await?.status, DayStatus::Holiday);
        assert_eq!(clinic.verbs.remove_holiday(&clinic.asking.admin(&losari), wednesday).await.unwrap_err().status(), 403);
        clinic.verbs.remove_holiday(&root, wednesday).await?;
        assert_eq!(clinic.free(&siti.offer, wednesday).await?.len(), 12, "one taken out is an ordinary day");
        assert_eq!(clinic.verbs.remove_holiday(&root, wednesday).await.unwrap_err().status(), 404);
    }

    /// C1
    async fn slots_are_as_long_as_the_service_where_the_hours_do_not_say(db: Db) {
        let clinic = Clinic::on(db).await?;
        let losari = clinic.facility("losari", MAKASSAR).await?;
        let long = clinic.service(&losari, ServiceKind::Consultation, 40).await?;
        let siti = clinic.doctor("siti").at(&long).weekdays("09:00", "11:00").listed().await?;
        assert_eq!(clinic.free(&siti.offer, MONDAY).await?, ["09:00", "09:40", "10:20"]);
        let quarters = weekdays("09:00", "10:00").into_iter().map(|h| Hours { slot_minutes: Some(10), ..h });
        clinic.set_hours(&siti.offer, quarters.collect()).await?;
        assert_eq!(clinic.free(&siti.offer, MONDAY).await?, ["09:00", "09:10", "09:20"]);
    }
}
