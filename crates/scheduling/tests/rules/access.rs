//! Who sees what: another's visit is not there, whatever is asked of it.

use contracts::{Permission, scheduling::*};
use platform::{Cx, db::Db};

use crate::clinic::*;

testkit::db_test! {
    &[];

    /// C8, C9, A4
    async fn r_a1_another_s_appointment_is_not_there(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let other = clinic.facility("menteng", JAKARTA).await?;
        let consultation = clinic.consultation(&other).await?;
        let made = clinic.doctor("made").at(&consultation).weekdays("09:00", "12:00").listed().await?;
        let people = clinic.patients(2).await?;
        let visit = clinic.book(&people[0].cx, &people[0].id, &siti.offer, monday("09:00")).await?;
        let strangers: [(&str, Cx); 6] = [
            ("another patient", people[1].cx.clone()),
            ("another doctor", made.cx.clone()),
            ("another facility's desk", clinic.asking.front_desk(&other)),
            ("another facility's admin", clinic.asking.admin(&other)),
            ("a guest", clinic.asking.guest("192.0.2.7")),
            ("staff without permissions", clinic.asking.staff(&[Permission::ServiceManage], &[&siti.offer.facility])),
        ];
        for (who, cx) in &strangers {
            let id = visit.id.to_string();
            assert_eq!(word(clinic.verbs.appointment(cx, &id).await), "appointment", "{who}: get");
            assert_eq!(word(clinic.verbs.appointment(cx, &visit.code).await), "appointment", "{who}: get by code");
            assert_eq!(word(clinic.verbs.history(cx, &visit.id).await), "appointment", "{who}: history");
            for deed in [Deed::Accept, Deed::Cancel, Deed::Arrive, Deed::NoShow] {
                assert_eq!(word(clinic.change(cx, &visit, deed).await), "appointment", "{who}: {deed}");
            }
            assert_eq!(word(clinic.move_to(cx, &visit, monday("10:00")).await), "appointment", "{who}: move");
            let corrected = clinic.verbs.correct(cx, &visit.id, 1, State::Fulfilled, "x".into()).await;
            assert!(matches!(word(corrected).as_str(), "appointment" | "forbidden" | "unauthenticated"), "{who}: correct");
            for ask in [
                AppointmentSearch::default(),
                AppointmentSearch { mine: Some(true), ..Default::default() },
                AppointmentSearch { mine: Some(false), ..Default::default() },
                AppointmentSearch { patient: Some(people[0].id.clone()), ..Default::default() },
                AppointmentSearch { facility: Some(siti.offer.facility.clone()), mine: Some(false), ..Default::default() },
                AppointmentSearch { doctor: Some(siti.id.clone()), ..Default::default() },
                AppointmentSearch { code: Some(visit.code.clone()), ..Default::default() },
            ] {
                match clinic.verbs.appointments(cx, ask.clone()).await {
                    Ok(page) => assert!(page.items.is_empty(), "{who}: {ask:?}"),
                    Err(error) => assert!(matches!(error.status(), 401 | 403 | 404), "{who}: {ask:?}: {error}"),
                }
            }
            match clinic.verbs.counts(cx, None, MONDAY, MONDAY).await {
                Ok(counts) => assert!(counts.is_empty(), "{who}: counts"),
                Err(error) => assert!(matches!(error.status(), 401 | 403), "{who}: counts"),
            }
        }
        let still = clinic.verbs.appointment(&people[0].cx, &visit.code).await?;
        assert_eq!((still.version, still.state), (1, State::Booked));
    }

    /// A4, A9
    async fn r_a1_nobody_books_for_a_stranger_or_at_a_strange_facility(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let other = clinic.facility("menteng", JAKARTA).await?;
        let people = clinic.patients(2).await?;
        let when = monday("09:00");
        assert_eq!(word(clinic.book(&people[1].cx, &people[0].id, &siti.offer, when).await), "patient");
        assert_eq!(word(clinic.book(&siti.cx, &people[0].id, &siti.offer, when).await), "forbidden");
        assert_eq!(word(clinic.book(&clinic.asking.guest("192.0.2.7"), &people[0].id, &siti.offer, when).await), "unauthenticated");
        assert_eq!(word(clinic.book(&clinic.asking.front_desk(&other), &people[0].id, &siti.offer, when).await), "facility");
        assert!(clinic.is_free(&siti.offer, when).await?);
        // Whoever is both books for their own as a patient, for others as staff of their own facility.
        let mut both = clinic.asking.front_desk(&siti.offer.facility);
        both.actor = people[1].cx.actor.clone();
        both.permissions = both.permissions.union(people[1].cx.permissions);
        assert!(clinic.book(&both, &people[0].id, &siti.offer, when).await?.on_behalf);
        assert!(!clinic.book(&both, &people[1].id, &siti.offer, monday("09:15")).await?.on_behalf);
    }

    /// A9
    async fn r_l3_family_acts_for_a_patient_while_it_may(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let mother = clinic.patient("Ibu").await?;
        let father = clinic.patient("Ayah").await?;
        let mut child = clinic.profile("Anak", &[&mother.account, &father.account]);
        clinic.people_say(child.clone()).await?;
        let visit = clinic.book(&mother.cx, &child.patient, &siti.offer, monday("09:00")).await?;
        assert_eq!(clinic.verbs.appointment(&father.cx, &visit.code).await?.patient_name, "Anak");
        child.accounts = vec![mother.account.clone()];
        child.version = 2;
        clinic.people_say(child.clone()).await?;
        assert_eq!(word(clinic.verbs.appointment(&father.cx, &visit.code).await), "appointment");
        assert_eq!(word(clinic.book(&father.cx, &child.patient, &siti.offer, tuesday("09:00")).await), "patient");
        // News that came late does not give the right back.
        child.accounts = vec![mother.account.clone(), father.account.clone()];
        child.version = 1;
        clinic.people_say(child).await?;
        assert_eq!(word(clinic.verbs.appointment(&father.cx, &visit.code).await), "appointment");
    }

    /// C1, A4
    async fn r_a1_schedules_are_edited_by_their_doctor_and_their_facility(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let losari = siti.offer.facility.clone();
        let other = clinic.facility("menteng", JAKARTA).await?;
        let consultation = clinic.consultation(&other).await?;
        let made = clinic.doctor("made").at(&consultation).weekdays("09:00", "12:00").listed().await?;
        let budi = clinic.patient("Budi").await?;
        let form = ScheduleForm {
            facility: losari.clone(), doctor: Some(siti.id.clone()), services: vec![], hours: weekdays("10:00", "11:00"), daily_cap: None,
        };
        let leave = Exception { doctor: Some(siti.id.clone()), ..exception(ExceptionKind::Absent, monday("09:00"), monday("10:00")) };
        let closure = Exception { facility: Some(losari.clone()), ..exception(ExceptionKind::Absent, monday("09:00"), monday("10:00")) };
        let policy = clinic.verbs.policy(&siti.cx, &losari).await?;
        for (who, cx, status) in [
            ("a patient", &budi.cx, 403), ("a guest", &clinic.asking.guest("192.0.2.7"), 401), ("another doctor", &made.cx, 404),
            ("another admin", &clinic.asking.admin(&other), 404), ("the desk", &clinic.asking.front_desk(&losari), 403),
        ] {
            let v = &clinic.verbs;
            assert_eq!(v.set_schedule(cx, Some(1), form.clone()).await.unwrap_err().status(), status, "{who}: set");
            assert_eq!(v.schedules(cx, Some(losari.clone()), None).await.unwrap_err().status(), status, "{who}: list");
            assert_eq!(v.add_exception(cx, leave.clone()).await.unwrap_err().status(), status, "{who}: leave");
            assert_eq!(v.add_exception(cx, closure.clone()).await.unwrap_err().status(), status, "{who}: closure");
            let listed = v.exceptions(cx, Some(losari.clone()), Some(siti.id.clone()), monday("00:00"), tuesday("00:00")).await;
            assert_eq!(listed.unwrap_err().status(), status, "{who}: exceptions");
            let denied = v.set_policy(cx, &losari, policy.version, policy.clone()).await.unwrap_err().status();
            assert!(matches!(denied, 401 | 403 | 404), "{who}: policy");
            assert!(matches!(v.set_holidays(cx, vec![]).await.unwrap_err().status(), 401 | 403), "{who}: holidays");
        }
        assert_eq!(clinic.verbs.add_exception(&siti.cx, closure.clone()).await.unwrap_err().status(), 404, "a doctor shuts no facility");
        assert!(matches!(clinic.verbs.set_holidays(&clinic.asking.admin(&losari), vec![]).await.unwrap_err().status(), 403));
        let (schedule, _) = clinic.verbs.set_schedule(&siti.cx, Some(1), form).await?;
        assert_eq!(schedule.version, 2);
        let (leave, _) = clinic.verbs.add_exception(&siti.cx, leave).await?;
        let (closure, _) = clinic.verbs.add_exception(&clinic.asking.admin(&losari), closure).await?;
        for cx in [&made.cx, &clinic.asking.admin(&other), &budi.cx] {
            for id in [&leave.id, &closure.id] {
                assert!(matches!(clinic.verbs.remove_exception(cx, id.as_ref().unwrap()).await.unwrap_err().status(), 403 | 404));
            }
        }
        let listed = clinic.verbs.exceptions(&siti.cx, Some(losari.clone()), Some(siti.id.clone()), monday("00:00"), tuesday("00:00")).await?;
        assert_eq!(listed.len(), 2);
        clinic.verbs.remove_exception(&clinic.asking.admin(&losari), leave.id.as_ref().unwrap()).await?;
        assert!(clinic.verbs.exceptions(&siti.cx, Some(losari), Some(siti.id.clone()), monday("00:00"), tuesday("00:00")).await?.len() == 1);
    }

    /// C1
    async fn r_a3_a_desk_takes_only_services_of_its_own_facility(db: Db) {
        let clinic = Clinic::on(db).await?;
        let (losari, menteng) = (clinic.facility("losari", MAKASSAR).await?, clinic.facility("menteng", JAKARTA).await?);
        let lab = clinic.service(&losari, contracts::directory::ServiceKind::LabTest, 15).await?;
        let form = |facility| ScheduleForm { facility, doctor: None, services: vec![lab.id.clone()], hours: weekdays("08:00", "10:00"), daily_cap: None };
        let taken = clinic.verbs.set_schedule(&clinic.asking.admin(&menteng), None, form(menteng.clone())).await;
        assert_eq!(field(taken), ("services.0".into(), "unknown".into()));
        clinic.verbs.set_schedule(&clinic.asking.admin(&losari), None, form(losari.clone())).await?;
        let siti = clinic.doctor("siti").at(&lab).listed().await?;
        let elsewhere = ScheduleForm { doctor: Some(siti.id), services: vec![], ..form(menteng) };
        assert_eq!(field(clinic.verbs.set_schedule(&siti.cx, None, elsewhere).await).0, "doctor");
    }

    /// C3
    async fn r_g9_the_public_sees_free_and_busy_only(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let budi = clinic.patient("Budi").await?;
        clinic.book(&budi.cx, &budi.id, &siti.offer, monday("09:15")).await?;
        let leave = Exception {
            doctor: Some(siti.id.clone()), reason: Some("Operasi lutut".into()),
            ..exception(ExceptionKind::Absent, tuesday("00:00"), tuesday("23:59"))
        };
        clinic.verbs.add_exception(&siti.cx, leave).await?;
        let ask = FreeTimesAsk { offer: siti.offer.clone(), from: Some(MONDAY), days: Some(2), taken: true };
        let guest = clinic.asking.guest("192.0.2.7");
        let told = serde_json::to_string(&*clinic.verbs.free_times(&guest, ask).await?).unwrap();
        let why = clinic.verbs.why_not(&guest, siti.offer.clone(), TUESDAY).await?;
        assert_eq!(why[0].rule, "leave");
        let why = serde_json::to_string(&why).unwrap();
        for secret in ["Budi", "Batuk", "Operasi", &budi.id.to_string(), "seats", "capacity"] {
            assert!(!told.contains(secret) && !why.contains(secret), "{secret}");
        }
        assert!(told.contains(r#""local":"09:15","free":false"#));
    }
}
