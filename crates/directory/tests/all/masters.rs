//! What those who run facilities keep: departments, specialities, services sent twice, doctors in every state.

use contracts::{
    Permission,
    directory::{Directory as _, DoctorRecords, DoctorState, FacilitySearch},
};
use platform::{
    Error,
    db::{Db, PageAsk},
};

use crate::world::{MIGRATIONS, World, both, facility_form, is_missing, refused, service_form};

testkit::db_test! {
    &MIGRATIONS;

    /// B1, A4
    async fn a_department_gets_another_name_but_not_one_that_is_there(db: Db) {
        let world = World::new(db).await?;
        let directory = &world.directory;
        let (own, other) = (world.facility("Klinik").await, world.facility("Klinik Lain").await);
        let poli = directory.add_department(&world.all, &own.id, both("Poli Anak")).await?;
        directory.add_department(&world.all, &own.id, both("Poli Gigi")).await?;
        let renamed = directory.rename_department(&world.admin(&own), &poli.id, both("Poli Anak dan Remaja")).await?;
        assert_eq!((&renamed.id, renamed.name.id.as_str()), (&poli.id, "Poli Anak dan Remaja"));
        assert!(directory.departments(&world.guest(), &own.id).await?.contains(&renamed));
        assert_eq!(refused(directory.rename_department(&world.all, &poli.id, both("Poli Gigi")).await), ["name.id"]);
        assert_eq!(refused(directory.rename_department(&world.all, &poli.id, both(" ")).await), ["name.id", "name.en"]);
        assert!(is_missing(&directory.rename_department(&world.admin(&other), &poli.id, both("X")).await));
        assert!(matches!(directory.rename_department(&world.guest(), &poli.id, both("X")).await, Err(Error::Unauthenticated(_))));
    }

    /// B1, B5
    async fn a_speciality_gets_another_name_that_doctors_pages_show_at_once(db: Db) {
        let world = World::new(db).await?;
        let directory = &world.directory;
        let facility = world.facility("Klinik").await;
        let doctor = world.doctor("dr. Sitti Khadijah, Sp.A", &world.service(&facility).await).await;
        let field = doctor.specialities[0].clone();
        let changed = directory.change_speciality(&world.all, &field.id, both("Kesehatan Anak"), "Sp.A(K)".to_owned()).await?;
        assert_eq!((changed.slug.as_str(), changed.title.as_str()), (field.slug.as_str(), "Sp.A(K)"));
        assert!(directory.specialities(&world.guest()).await?.contains(&changed));
        assert_eq!(directory.doctor(&world.guest(), &doctor.slug).await?.specialities, [changed]);
        assert_eq!(refused(directory.change_speciality(&world.all, &field.id, both(""), String::new()).await), ["name.id", "name.en", "title"]);
        let own = directory.change_speciality(&world.admin(&facility), &field.id, both("X"), "X".to_owned()).await;
        assert!(matches!(own, Err(Error::Forbidden(_))), "it is the whole network's");
    }

    /// B1
    async fn a_service_s_form_sent_twice_adds_one(db: Db) {
        let world = World::new(db).await?;
        let directory = &world.directory;
        let (facility, other) = (world.facility("Klinik").await, world.facility("Klinik Lain").await);
        let id = Some(platform::Cx::new_id(&world.all));
        let mut form = service_form(&facility);
        form.id = id.clone();
        let first = directory.add_service(&world.all, form.clone()).await?;
        assert_eq!(Some(&first.id), id.as_ref());
        assert_eq!(directory.add_service(&world.all, form).await?, first);
        assert_eq!(directory.services(&world.all, &facility.id, None).await?.len(), 1);
        let mut elsewhere = service_form(&other);
        elsewhere.id = id;
        assert_eq!(refused(directory.add_service(&world.all, elsewhere).await), ["id"], "another's is not handed out");
    }

    /// B1, A4
    async fn somebody_s_own_facilities_are_listed_closed_ones_too(db: Db) {
        let world = World::new(db).await?;
        let directory = &world.directory;
        let (own, other) = (world.facility("Klinik Sendiri").await, world.facility("Klinik Lain").await);
        let mut closed = facility_form("Klinik Sendiri");
        closed.active = false;
        directory.change_facility(&world.all, &own.id, 1, closed).await?;
        let managed = FacilitySearch { managed: Some(true), ..FacilitySearch::default() };
        let names = |page: platform::db::Page<contracts::directory::Facility>| -> Vec<String> { page.items.into_iter().map(|f| f.name).collect() };
        let planner = world.account("acc_1", &[Permission::ServiceManage], Some(&[&own]));
        assert_eq!(names(directory.search_facilities(&planner, managed.clone()).await?), ["Klinik Sendiri"]);
        assert!(directory.facility(&planner, &own.id.to_string()).await.is_ok(), "who plans a closed one sees it");
        assert_eq!(names(directory.search_facilities(&world.all, managed.clone()).await?).len(), 2);
        let onlooker = world.account("acc_2", &[Permission::AppointmentRead], Some(&[&own]));
        assert!(matches!(directory.search_facilities(&onlooker, managed.clone()).await, Err(Error::Forbidden(_))));
        assert!(is_missing(&directory.facility(&onlooker, &own.id.to_string()).await));
        assert!(matches!(directory.search_facilities(&world.guest(), managed).await, Err(Error::Unauthenticated(_))));
        assert!(directory.facility(&world.guest(), &other.id.to_string()).await.is_ok());
    }

    /// B2, A3, A4
    async fn doctors_are_listed_in_every_state_to_those_who_take_them_on(db: Db) {
        let world = World::new(db).await?;
        let directory = &world.directory;
        let (own, other) = (world.facility("Klinik").await, world.facility("Klinik Lain").await);
        let (service, foreign) = (world.service(&own).await, world.service(&other).await);
        let siti = world.doctor("dr. Sitti Khadijah, Sp.A", &service).await;
        let rahmat = world.doctor("dr. Rahmat Hidayat", &service).await;
        world.doctor("dr. Yohanes", &foreign).await;
        let admin = world.admin(&own);
        let retired = directory.retire_doctor(&admin, &rahmat.id, 1).await?;
        let names = async |ask: DoctorRecords| -> Vec<String> {
            directory.doctor_records(&admin, ask).await.unwrap().items.into_iter().map(|doctor| doctor.name).collect()
        };
        assert_eq!(names(DoctorRecords::default()).await, ["dr. Rahmat Hidayat", "dr. Sitti Khadijah, Sp.A"], "by name, without titles");
        assert_eq!(names(DoctorRecords { state: Some(DoctorState::Retired), ..Default::default() }).await, ["dr. Rahmat Hidayat"]);
        assert_eq!(names(DoctorRecords { q: Some("dr. KHADI".to_owned()), ..Default::default() }).await, ["dr. Sitti Khadijah, Sp.A"]);
        assert!(names(DoctorRecords { speciality: Some(world.speciality("jantung").await), ..Default::default() }).await.is_empty());
        let first = directory.doctor_records(&admin, DoctorRecords { page: PageAsk::first(1), ..Default::default() }).await?;
        assert_eq!(first.items, [retired.clone()], "whole, as staff see them");
        let rest = DoctorRecords { page: PageAsk { limit: 1, after: first.next }, ..Default::default() };
        assert_eq!(directory.doctor_records(&admin, rest).await?.items[0].id, siti.id);
        let elsewhere = DoctorRecords { facility: Some(other.id.clone()), ..Default::default() };
        assert!(is_missing(&directory.doctor_records(&admin, elsewhere).await));
        assert!(matches!(directory.doctor_records(&world.guest(), DoctorRecords::default()).await, Err(Error::Unauthenticated(_))));

        assert!(matches!(directory.relist_doctor(&admin, &rahmat.id, 1).await, Err(Error::Stale)));
        assert!(is_missing(&directory.relist_doctor(&world.admin(&other), &rahmat.id, retired.version).await));
        let back = directory.relist_doctor(&admin, &rahmat.id, retired.version).await?;
        assert_eq!(back.state, DoctorState::Listed);
        assert!(directory.relist_doctor(&admin, &rahmat.id, back.version).await.is_err_and(|e| e.is_conflict("doctor-not-retired")));
        assert!(directory.doctor(&world.guest(), &rahmat.slug).await.is_ok());
    }
}
