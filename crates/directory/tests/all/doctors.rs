use contracts::{
    Permission,
    directory::{Directory as _, DoctorSearch, DoctorState, Mode, PracticeService, WeeklyHours},
};
use jiff::civil::time;
use platform::{
    Error,
    db::{Db, PageAsk},
};

use crate::world::{MIGRATIONS, World, account, both, is_missing, practice, refused};

testkit::db_test! {
    &MIGRATIONS;

    /// B2, B4, B5
    async fn a_doctor_is_added_with_hours_and_listed_at_once(db: Db) {
        let world = World::new(db).await?;
        let facility = world.facility("Klinik").await;
        let service = world.service(&facility).await;
        let doctor = world.doctor("dr. Sitti Khadijah, Sp.A", &service).await;
        assert_eq!((doctor.slug.as_str(), doctor.state, doctor.version), ("sitti-khadijah-sp-a", DoctorState::Listed, 1));
        assert_eq!(doctor.practices, [practice(&service)]);

        let public = world.directory.doctor(&world.guest(), "sitti-khadijah-sp-a").await?;
        assert!(public.str_number.is_empty() && public.account.is_none(), "the registration is for staff");
        assert_eq!(public.practices, doctor.practices);
        assert_eq!(world.directory.doctor(&world.admin(&facility), doctor.id.to_string().as_str()).await?, doctor);

        let namesake = world.doctor("dr. Sitti Khadijah, Sp.A", &service).await;
        assert_eq!(namesake.slug, "sitti-khadijah-sp-a-2");
        assert_eq!(world.said(doctor.id.to_string().as_str()).await, ["audit.entry.v1", "directory.doctor_changed.v1"]);
        let found = world.directory.search_doctors(&world.guest(), DoctorSearch::default()).await?;
        assert_eq!(found.items.len(), 2);
    }

    /// B2
    async fn every_wrong_field_of_a_doctor_is_told_at_once(db: Db) {
        let world = World::new(db).await?;
        let (facility, other) = (world.facility("Klinik").await, world.facility("Klinik Lain").await);
        let (service, foreign) = (world.service(&facility).await, world.service(&other).await);
        let mut form = world.doctor_form("  ", &service).await;
        form.specialities.clear();
        form.practising_since = Some(2050);
        form.languages = vec!["english".to_owned()];
        form.str_number = "<script>".to_owned();
        let hours = |weekday, from, until| WeeklyHours { weekday, from: time(from, 0, 0, 0), until: time(until, 0, 0, 0), modes: vec![Mode::InPerson] };
        let practice = &mut form.practices[0];
        practice.sip_number.clear();
        practice.services.push(PracticeService { service: foreign.id.clone(), fee: Some(-1) });
        practice.hours = vec![hours(8, 9, 12), hours(2, 9, 9), hours(3, 22, 2), hours(4, 1, 3)];
        let fields = refused(world.directory.add_doctor(&world.all, form).await);
        let expected = [
            "name", "specialities", "practising_since", "languages[0]", "str_number", "practices[0].sip_number", "practices[0].services[1].service",
            "practices[0].services[1].fee", "practices[0].hours[0].weekday", "practices[0].hours[1].until", "practices[0].hours[3]",
        ];
        assert_eq!(fields, expected);
    }

    /// B2
    async fn a_registration_and_an_account_belong_to_one_doctor(db: Db) {
        let world = World::new(db).await?;
        let facility = world.facility("Klinik").await;
        let service = world.service(&facility).await;
        let mut form = world.doctor_form("dr. Satu", &service).await;
        form.account = Some(account(1));
        let first = world.directory.add_doctor(&world.all, form.clone()).await?;
        assert_eq!(refused(world.directory.add_doctor(&world.all, form.clone()).await), ["str_number", "account"]);
        let mut second = world.doctor_form("dr. Dua", &service).await;
        second.account = Some(account(1));
        assert_eq!(refused(world.directory.add_doctor(&world.all, second).await), ["account"]);
        let me = world.account(account(1).to_string().as_str(), &[Permission::DoctorOwn], Some(&[]));
        assert_eq!(world.directory.my_doctor(&me).await?, first);
    }

    /// A3
    async fn a_doctor_who_registers_waits_for_an_approval(db: Db) {
        let world = World::new(db).await?;
        let (facility, other) = (world.facility("Klinik").await, world.facility("Klinik Lain").await);
        let service = world.service(&facility).await;
        let me = world.account(account(1).to_string().as_str(), &[Permission::DoctorOwn], Some(&[]));
        let directory = &world.directory;
        let mut form = world.doctor_form("dr. Baru", &service).await;
        form.account = Some(account(9));
        assert!(matches!(directory.register_doctor(&world.guest(), form.clone()).await, Err(Error::Unauthenticated(_))));
        let waiting = directory.register_doctor(&me, form.clone()).await?;
        assert_eq!((waiting.state, &waiting.account), (DoctorState::Waiting, &Some(account(1))), "the session decides the account");
        assert_eq!(world.said(waiting.id.to_string().as_str()).await, ["audit.entry.v1"]);

        let id = waiting.id.to_string();
        assert!(is_missing(&directory.doctor(&world.guest(), &id).await));
        assert!(directory.search_doctors(&world.guest(), DoctorSearch::default()).await?.items.is_empty());
        assert_eq!(directory.my_doctor(&me).await?.state, DoctorState::Waiting);
        let (admin, stranger) = (world.admin(&facility), world.admin(&other));
        assert!(is_missing(&directory.doctor(&stranger, &id).await));
        assert!(directory.waiting_doctors(&stranger, PageAsk::default()).await?.items.is_empty());
        assert_eq!(directory.waiting_doctors(&admin, PageAsk::default()).await?.items, std::slice::from_ref(&waiting));

        // While they wait they may mend everything.
        form.name = "dr. Baru Sekali".to_owned();
        let mended = directory.change_doctor(&me, &waiting.id, 1, form).await?;
        assert_eq!((mended.name.as_str(), mended.state), ("dr. Baru Sekali", DoctorState::Waiting));

        assert!(matches!(directory.decide_doctor(&me, &waiting.id, 2, true, None).await, Err(Error::Forbidden(_))));
        assert!(is_missing(&directory.decide_doctor(&stranger, &waiting.id, 2, true, None).await));
        assert_eq!(refused(directory.decide_doctor(&admin, &waiting.id, 2, false, None).await), ["reason"]);
        assert!(matches!(directory.decide_doctor(&admin, &waiting.id, 1, true, None).await, Err(Error::Stale)));
        let listed = directory.decide_doctor(&admin, &waiting.id, 2, true, None).await?;
        assert_eq!((listed.state, listed.version), (DoctorState::Listed, 3));
        assert!(directory.doctor(&world.guest(), &id).await.is_ok());
        assert_eq!(directory.search_doctors(&world.guest(), DoctorSearch::default()).await?.items.len(), 1);
        let said = world.said(&id).await;
        assert!(said.contains(&"directory.doctor_decided.v1".to_owned()) && said.contains(&"directory.doctor_changed.v1".to_owned()));
        assert!(directory.decide_doctor(&admin, &waiting.id, 3, true, None).await.is_err_and(|e| e.is_conflict("doctor-not-waiting")));
    }

    /// A3
    async fn only_accounts_of_doctors_register_and_a_taken_number_is_named_before_anything_is_kept(db: Db) {
        let world = World::new(db).await?;
        let facility = world.facility("Klinik").await;
        let service = world.service(&facility).await;
        let form = world.doctor_form("dr. Baru", &service).await;
        let patient = world.account(account(3).to_string().as_str(), &[Permission::ProfileOwn, Permission::AppointmentOwn], Some(&[]));
        assert!(matches!(world.directory.register_doctor(&patient, form.clone()).await, Err(Error::Forbidden("doctor.own"))));
        world.directory.check_doctor(&world.guest(), &form).await?;
        world.directory.add_doctor(&world.all, form.clone()).await?;
        assert_eq!(refused(world.directory.check_doctor(&world.guest(), &form).await), ["str_number"]);
        let unnamed = contracts::directory::DoctorForm { name: String::new(), ..form };
        assert_eq!(refused(world.directory.check_doctor(&world.guest(), &unnamed).await), ["name", "str_number"]);
    }

    /// A3, B2
    async fn a_log_in_stays_unless_another_is_named_and_is_let_in_by_who_may_approve(db: Db) {
        let world = World::new(db).await?;
        let (facility, other) = (world.facility("Klinik").await, world.facility("Klinik Lain").await);
        let service = world.service(&facility).await;
        let mut form = world.doctor_form("dr. Satu", &service).await;
        form.account = Some(account(1));
        let admin = world.admin(&facility);
        let doctor = world.directory.add_doctor(&admin, form.clone()).await?;
        let decided = async || world.said(doctor.id.to_string().as_str()).await.iter().filter(|kind| *kind == "directory.doctor_decided.v1").count();
        assert_eq!(decided().await, 1);
        form.account = None;
        let kept = world.directory.change_doctor(&admin, &doctor.id, 1, form.clone()).await?;
        assert_eq!((kept.account, decided().await), (Some(account(1)), 1));
        form.account = Some(account(2));
        let moved = world.directory.change_doctor(&admin, &doctor.id, 2, form.clone()).await?;
        assert_eq!((moved.account, decided().await), (Some(account(2)), 2));
        // Whoever may not change the doctor is told so, whatever version they name.
        for version in [1, 3] {
            assert!(matches!(world.directory.change_doctor(&world.admin(&other), &doctor.id, version, form.clone()).await, Err(Error::Forbidden(_))));
        }
    }

    /// A3
    async fn a_refused_doctor_may_register_again(db: Db) {
        let world = World::new(db).await?;
        let facility = world.facility("Klinik").await;
        let service = world.service(&facility).await;
        let me = world.account(account(1).to_string().as_str(), &[Permission::DoctorOwn], Some(&[]));
        let form = world.doctor_form("dr. Baru", &service).await;
        let first = world.directory.register_doctor(&me, form.clone()).await?;
        assert_eq!(refused(world.directory.register_doctor(&me, form.clone()).await), ["str_number", "account"]);
        let refused = world.directory.decide_doctor(&world.admin(&facility), &first.id, 1, false, Some("STR tidak terbaca".to_owned())).await?;
        assert_eq!(refused.state, DoctorState::Refused);
        assert_eq!(world.directory.my_doctor(&me).await?.id, first.id);
        let again = world.directory.register_doctor(&me, form).await?;
        assert_eq!(world.directory.my_doctor(&me).await?.id, again.id);
    }

    /// B2, B5
    async fn doctors_change_how_they_present_themselves_and_staff_the_rest(db: Db) {
        let world = World::new(db).await?;
        let facility = world.facility("Klinik").await;
        let service = world.service(&facility).await;
        let mut form = world.doctor_form("dr. Satu", &service).await;
        form.account = Some(account(1));
        let doctor = world.directory.add_doctor(&world.all, form.clone()).await?;
        let me = world.account(account(1).to_string().as_str(), &[Permission::DoctorOwn], Some(&[]));

        form.about = both("Halo.");
        form.account = Some(account(2));
        let changed = world.directory.change_doctor(&me, &doctor.id, 1, form.clone()).await?;
        assert_eq!((changed.version, &changed.account), (2, &Some(account(1))));
        assert_eq!(world.directory.doctor(&world.guest(), &doctor.slug).await?.about, both("Halo."), "seen at once");
        form.name = "Prof. Satu".to_owned();
        form.practices[0].services[0].fee = Some(1_000_000);
        assert_eq!(refused(world.directory.change_doctor(&me, &doctor.id, 2, form.clone()).await), ["name", "practices"]);
        assert!(matches!(world.directory.change_doctor(&me, &doctor.id, 1, form.clone()).await, Err(Error::Stale)));
        let patient = world.account("acc_x", &[Permission::ProfileOwn], Some(&[]));
        assert!(matches!(world.directory.change_doctor(&patient, &doctor.id, 2, form.clone()).await, Err(Error::Forbidden(_))));
        form.account = Some(account(1));
        let staffed = world.directory.change_doctor(&world.admin(&facility), &doctor.id, 2, form).await?;
        assert_eq!((staffed.name.as_str(), staffed.version, staffed.slug.as_str()), ("Prof. Satu", 3, "satu"));
    }

    /// A4, B2
    async fn staff_of_one_facility_leave_the_practices_of_others_alone(db: Db) {
        let world = World::new(db).await?;
        let (own, other) = (world.facility("Klinik").await, world.facility("Klinik Lain").await);
        let (service, foreign) = (world.service(&own).await, world.service(&other).await);
        let mut form = world.doctor_form("dr. Satu", &service).await;
        form.practices.push(practice(&foreign));
        let doctor = world.directory.add_doctor(&world.all, form.clone()).await?;
        let admin = world.admin(&own);

        let mut without = form.clone();
        without.practices.truncate(1);
        without.practices[0].sip_number = "SIP/2".to_owned();
        let changed = world.directory.change_doctor(&admin, &doctor.id, 1, without).await?;
        assert_eq!(changed.practices.len(), 2, "the other practice is kept");
        assert_eq!((changed.practices[0].sip_number.as_str(), changed.practices[1].sip_number.as_str()), ("SIP/2", "SIP/1"));
        let other_log_in = contracts::directory::DoctorForm { account: Some(account(7)), ..form.clone() };
        assert_eq!(refused(world.directory.change_doctor(&admin, &doctor.id, 2, other_log_in).await), ["account"]);
        form.practices[1].services[0].fee = Some(1);
        assert_eq!(refused(world.directory.change_doctor(&admin, &doctor.id, 2, form.clone()).await), ["practices[1].facility"]);
        assert_eq!(refused(world.directory.add_doctor(&admin, world.doctor_form("dr. Dua", &foreign).await).await), ["practices[0].facility"]);
        assert!(matches!(world.directory.retire_doctor(&admin, &doctor.id, 2).await, Err(Error::Forbidden(_))));
        let elsewhere = world.doctor("dr. Tiga", &foreign).await;
        form.practices = vec![practice(&foreign)];
        assert!(world.directory.change_doctor(&admin, &elsewhere.id, 1, form).await.is_err(), "not theirs");
    }

    /// B2
    async fn r_v5_a_retired_doctor_is_no_longer_found(db: Db) {
        let world = World::new(db).await?;
        let facility = world.facility("Klinik").await;
        let service = world.service(&facility).await;
        let doctor = world.doctor("dr. Satu", &service).await;
        assert!(matches!(world.directory.retire_doctor(&world.admin(&facility), &doctor.id, 7).await, Err(Error::Stale)));
        let retired = world.directory.retire_doctor(&world.admin(&facility), &doctor.id, 1).await?;
        assert_eq!(retired.state, DoctorState::Retired);
        assert!(is_missing(&world.directory.doctor(&world.guest(), &doctor.slug).await));
        assert!(world.directory.doctor(&world.admin(&facility), &doctor.slug).await.is_ok());
        assert!(world.directory.search_doctors(&world.guest(), DoctorSearch::default()).await?.items.is_empty());
        assert!(world.directory.retire_doctor(&world.admin(&facility), &doctor.id, 2).await.is_err_and(|e| e.is_conflict("doctor-not-listed")));
    }

    /// B2: of two who change a doctor at the same version, one is told to look again.
    async fn r_c9_of_two_changes_at_once_one_wins(db: Db) {
        let world = World::new(db).await?;
        let facility = world.facility("Klinik").await;
        let service = world.service(&facility).await;
        let doctor = world.doctor("dr. Satu", &service).await;
        let mut tries = tokio::task::JoinSet::new();
        for n in 0..8 {
            let (directory, cx) = (world.directory.clone(), world.all.clone());
            let mut form = world.doctor_form("dr. Satu", &service).await;
            form.about = both(&format!("Teks {n}"));
            let id = doctor.id.clone();
            tries.spawn(async move { directory.change_doctor(&cx, &id, 1, form).await });
        }
        let answers = tries.join_all().await;
        let winners: Vec<_> = answers.iter().flatten().collect();
        assert_eq!(winners.len(), 1);
        assert!(answers.iter().filter_map(|answer| answer.as_ref().err()).all(|e| matches!(e, Error::Stale)));
        assert_eq!(world.directory.doctor(&world.all, &doctor.slug).await?, *winners[0]);
    }
}

testkit::db_test! {
    &MIGRATIONS;

    /// B2: sixteen forms with one registration at the same time make one doctor, and no fault.
    async fn one_registration_is_added_once(db: Db) {
        let world = World::new(db).await?;
        let facility = world.facility("Klinik").await;
        let service = world.service(&facility).await;
        let form = world.doctor_form("dr. Satu", &service).await;
        let mut tries = tokio::task::JoinSet::new();
        for _ in 0..16 {
            let (directory, cx, form) = (world.directory.clone(), world.all.clone(), form.clone());
            tries.spawn(async move { directory.add_doctor(&cx, form).await });
        }
        let (added, refused): (Vec<_>, Vec<_>) = tries.join_all().await.into_iter().partition(Result::is_ok);
        assert_eq!((added.len(), refused.len()), (1, 15));
        assert!(refused.iter().all(|answer| matches!(answer, Err(Error::Invalid(_)))));
        // Namesakes with registrations of their own all get in, each under an address of their own.
        let mut tries = tokio::task::JoinSet::new();
        for _ in 0..16 {
            let (directory, cx) = (world.directory.clone(), world.all.clone());
            let form = world.doctor_form("dr. Kembar", &service).await;
            tries.spawn(async move { directory.add_doctor(&cx, form).await.map(|doctor| doctor.slug) });
        }
        let slugs: std::collections::HashSet<String> = tries.join_all().await.into_iter().map(|added| added.unwrap()).collect();
        assert_eq!(slugs.len(), 16);
    }
}
