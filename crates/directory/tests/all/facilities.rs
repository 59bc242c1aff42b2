use contracts::{
    Permission,
    directory::{Directory as _, FacilitySearch, Mode, ServiceKind},
};
use platform::{Error, db::Db};

use crate::world::{MIGRATIONS, World, both, facility_form, is_missing, refused, service_form};

testkit::db_test! {
    &MIGRATIONS;

    /// B1, B5
    async fn a_facility_is_added_changed_and_seen_at_once(db: Db) {
        let world = World::new(db).await?;
        let (directory, guest) = (&world.directory, world.guest());
        let added = world.facility("Klinik Losari Medika").await;
        assert_eq!((added.slug.as_str(), added.regency_name.as_str(), added.version), ("klinik-losari-medika", "Kota Makassar", 1));
        assert_eq!(directory.facility(&guest, "klinik-losari-medika").await?, added);

        let mut form = facility_form("Klinik Losari Baru");
        form.active = false;
        let changed = directory.change_facility(&world.all, &added.id, 1, form.clone()).await?;
        assert_eq!((changed.version, changed.slug.as_str()), (2, "klinik-losari-medika"), "the address stays");
        assert!(is_missing(&directory.facility(&guest, &added.slug).await), "closed ones are not shown to the public");
        assert!(matches!(directory.change_facility(&world.all, &added.id, 1, form).await, Err(Error::Stale)));
        assert_eq!(world.said(added.id.to_string().as_str()).await, ["audit.entry.v1", "audit.entry.v1", "directory.facility_changed.v1"]);
    }

    /// B1
    async fn every_wrong_field_is_told_at_once(db: Db) {
        let world = World::new(db).await?;
        let mut form = facility_form(" ");
        form.zone = "Mars/Base".to_owned();
        form.regency = "99.99".to_owned();
        form.latitude = Some(f64::NAN);
        form.phone = Some("call me".to_owned());
        let fields = refused(world.directory.add_facility(&world.all, form).await);
        assert_eq!(fields, ["name", "phone", "zone", "latitude", "regency"]);
        world.facility("Klinik Satu").await;
        assert_eq!(refused(world.directory.add_facility(&world.all, facility_form("Klinik Satu")).await), ["name"]);
        let mut elsewhere = facility_form("Klinik Satu");
        elsewhere.regency = "31.74".to_owned();
        assert_eq!(world.directory.add_facility(&world.all, elsewhere).await?.slug, "klinik-satu-2");
    }

    /// A4, B1
    async fn an_admin_edits_only_their_own_facility(db: Db) {
        let world = World::new(db).await?;
        let (own, other) = (world.facility("Klinik Sendiri").await, world.facility("Klinik Lain").await);
        let admin = world.admin(&own);
        let directory = &world.directory;
        assert!(directory.change_facility(&admin, &own.id, 1, facility_form("Klinik Sendiri Dua")).await.is_ok());
        assert!(is_missing(&directory.change_facility(&admin, &other.id, 1, facility_form("X")).await));
        assert!(is_missing(&directory.add_service(&admin, service_form(&other)).await));
        assert!(is_missing(&directory.add_department(&admin, &other.id, both("Poli")).await));
        assert!(matches!(directory.add_facility(&admin, facility_form("Klinik Ketiga")).await, Err(Error::Forbidden(_))));
        assert!(matches!(directory.add_facility(&world.guest(), facility_form("Klinik")).await, Err(Error::Unauthenticated(_))));
        let patient = world.account("acc_1", &[Permission::ProfileOwn], Some(&[]));
        assert!(matches!(directory.change_facility(&patient, &own.id, 2, facility_form("X")).await, Err(Error::Forbidden(_))));
    }

    /// B1
    async fn departments_come_and_go_unless_a_service_names_them(db: Db) {
        let world = World::new(db).await?;
        let directory = &world.directory;
        let facility = world.facility("Klinik").await;
        let department = directory.add_department(&world.all, &facility.id, both("Poli Anak")).await?;
        assert_eq!(refused(directory.add_department(&world.all, &facility.id, both("Poli Anak")).await), ["name.id"]);
        let mut form = service_form(&facility);
        form.department = Some(department.id.clone());
        let service = directory.add_service(&world.all, form.clone()).await?;
        let in_use = directory.remove_department(&world.all, &department.id).await;
        assert!(in_use.is_err_and(|e| e.is_conflict("department-in-use")));
        form.department = None;
        directory.change_service(&world.all, &service.id, 1, form).await?;
        directory.remove_department(&world.all, &department.id).await?;
        assert!(directory.departments(&world.guest(), &facility.id).await?.is_empty());
    }

    /// B1, B5
    async fn a_service_has_kind_price_and_version(db: Db) {
        let world = World::new(db).await?;
        let (directory, guest) = (&world.directory, world.guest());
        let facility = world.facility("Klinik").await;
        let mut wrong = service_form(&facility);
        wrong.duration_minutes = 4;
        wrong.buffer_after_minutes = 121;
        wrong.price = -1;
        wrong.modes.clear();
        wrong.name.en.clear();
        assert_eq!(refused(directory.add_service(&world.all, wrong).await), ["name.en", "duration_minutes", "buffer_after_minutes", "price", "modes"]);

        let mut form = service_form(&facility);
        form.kind = ServiceKind::Vaccination;
        form.modes = vec![Mode::InPerson, Mode::InPerson];
        let service = directory.add_service(&world.all, form.clone()).await?;
        assert_eq!(service.modes, [Mode::InPerson]);
        assert_eq!(directory.services(&guest, &facility.id, Some(ServiceKind::Vaccination)).await?, [service.clone()]);
        assert!(directory.services(&guest, &facility.id, Some(ServiceKind::LabTest)).await?.is_empty());
        form.active = false;
        let changed = directory.change_service(&world.all, &service.id, 1, form.clone()).await?;
        assert_eq!(changed.version, 2);
        assert!(is_missing(&directory.service(&guest, &service.id).await) && directory.service(&world.all, &service.id).await.is_ok());
        assert!(matches!(directory.change_service(&world.all, &service.id, 1, form.clone()).await, Err(Error::Stale)));
        form.facility = world.facility("Klinik Lain").await.id;
        assert_eq!(refused(directory.change_service(&world.all, &service.id, 2, form).await), ["facility"]);
    }

    /// B3
    async fn facilities_are_found_by_name_city_and_kind(db: Db) {
        let world = World::new(db).await?;
        let losari = world.facility("Klinik Losari Medika").await;
        let mut far = facility_form("RS Cendrawasih");
        far.regency = "91.71".to_owned();
        let far = world.directory.add_facility(&world.all, far).await?;
        world.service(&losari).await;
        let names = async |ask: FacilitySearch| -> Vec<String> {
            world.directory.search_facilities(&world.guest(), ask).await.unwrap().items.into_iter().map(|facility| facility.name).collect()
        };
        let q = |q: &str| FacilitySearch { q: Some(q.to_owned()), ..FacilitySearch::default() };
        let city = |city: &str| FacilitySearch { city: Some(city.to_owned()), ..FacilitySearch::default() };
        assert_eq!(names(FacilitySearch::default()).await, [losari.name.clone(), far.name.clone()]);
        assert_eq!(names(q("klinik lossri")).await, [losari.name.clone()]);
        assert_eq!(names(q("cendrwasih")).await, [far.name.clone()]);
        assert_eq!(names(city("jaya")).await, [far.name.clone()]);
        assert_eq!(names(city("91")).await, [far.name.clone()]);
        assert_eq!(names(city("73.71")).await, [losari.name.clone()]);
        assert_eq!(names(FacilitySearch { kind: Some(ServiceKind::Consultation), ..FacilitySearch::default() }).await, [losari.name.clone()]);
        assert!(names(FacilitySearch { kind: Some(ServiceKind::LabTest), ..FacilitySearch::default() }).await.is_empty());
    }

    /// B1
    async fn regions_and_specialities_are_there_from_the_start(db: Db) {
        let world = World::new(db).await?;
        let (directory, guest) = (&world.directory, world.guest());
        assert_eq!(directory.regions(&guest, None).await?.len(), 38);
        let south_sulawesi = directory.regions(&guest, Some("73".to_owned())).await?;
        assert!(south_sulawesi.iter().any(|region| region.code == "73.71" && region.name == "Kota Makassar"));
        assert!(!directory.regions(&guest, Some("73.71".to_owned())).await?.is_empty());
        assert!(is_missing(&directory.regions(&guest, Some("'; drop".to_owned())).await));
        assert!(directory.specialities(&guest).await?.len() >= 12);
        let added = directory.add_speciality(&world.all, "bedah-mulut".to_owned(), both("Bedah Mulut"), "Sp.BM".to_owned()).await?;
        assert!(directory.specialities(&guest).await?.contains(&added));
        assert_eq!(refused(directory.add_speciality(&world.all, "bedah-mulut".to_owned(), both("B"), "Sp.BM".to_owned()).await), ["slug"]);
    }
}
