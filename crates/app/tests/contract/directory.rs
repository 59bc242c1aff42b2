//! The verbs of directory.

use contracts::directory::{
    Bilingual, DoctorForm, DoctorRecords, DoctorSearch, DoctorState, FacilityForm, FacilitySearch, Practice,
    PracticeService, ServiceForm, ServiceKind,
};
use platform::{Error, db::PageAsk};
use serde_json::json;

use crate::near_and_far;

fn bilingual(id: &str, en: &str) -> Bilingual {
    Bilingual { id: id.to_owned(), en: en.to_owned() }
}

near_and_far! {
    /// B1, B2, B3, A3
    async fn the_network_is_found_and_kept(verbs) {
        let (directory, guest, boss) = (&verbs.directory, verbs.guest(), verbs.signed_in("super").await);
        let found = directory.search_doctors(&guest, DoctorSearch { page: PageAsk::first(1), ..Default::default() }).await.unwrap();
        assert_eq!(found.items.len(), 1);
        let rest = DoctorSearch { page: PageAsk { limit: 1, after: found.next.clone() }, ..Default::default() };
        assert_ne!(directory.search_doctors(&guest, rest).await.unwrap().items[0].id, found.items[0].id);
        let known = directory.doctor(&guest, &found.items[0].slug).await.unwrap();
        assert_eq!(known.id, found.items[0].id);
        assert!(matches!(directory.doctor(&guest, "nobody").await, Err(Error::NotFound("doctor"))));
        assert_eq!(directory.my_doctor(&verbs.signed_in("dokter1").await).await.unwrap().id, verbs.app.doctors[0].id);

        let form = FacilityForm {
            name: "Klinik Contoh Baru".to_owned(), zone: "Asia/Jakarta".to_owned(), address: "Jl. Contoh 9".to_owned(), regency: "31.74".to_owned(),
            latitude: Some(-6.2), longitude: Some(106.8), phone: None, bpjs: true, active: true,
        };
        assert!(directory.add_facility(&guest, form.clone()).await.is_err());
        let facility = directory.add_facility(&boss, form.clone()).await.unwrap();
        assert_eq!((facility.latitude, facility.zone.as_str()), (Some(-6.2), "Asia/Jakarta"));
        let renamed = FacilityForm { name: "Klinik Contoh Lain".to_owned(), ..form };
        let changed = directory.change_facility(&boss, &facility.id, facility.version, renamed.clone()).await.unwrap();
        assert!(matches!(directory.change_facility(&boss, &facility.id, facility.version, renamed).await, Err(Error::Stale)));
        assert_eq!(directory.facility(&guest, &changed.slug).await.unwrap(), changed);
        let named = FacilitySearch { q: Some("Klinik Contoh Lain".to_owned()), ..Default::default() };
        assert_eq!(directory.search_facilities(&guest, named).await.unwrap().items[0].id, facility.id);

        let department = directory.add_department(&boss, &facility.id, bilingual("Poli Umum", "General")).await.unwrap();
        assert_eq!(directory.departments(&guest, &facility.id).await.unwrap(), std::slice::from_ref(&department));
        let offered = ServiceForm {
            id: None, facility: facility.id.clone(), department: Some(department.id.clone()), kind: ServiceKind::Consultation, name: bilingual("Konsultasi", "Consultation"),
            preparation: Bilingual::default(), duration_minutes: 30, buffer_before_minutes: 0, buffer_after_minutes: 5, price: 150_000,
            modes: serde_json::from_value(json!(["in_person"])).unwrap(), active: true,
        };
        let service = directory.add_service(&boss, offered.clone()).await.unwrap();
        let dearer = directory.change_service(&boss, &service.id, service.version, ServiceForm { price: 200_000, ..offered }).await.unwrap();
        assert_eq!(directory.service(&guest, &service.id).await.unwrap(), dearer);
        assert_eq!(directory.services(&guest, &facility.id, Some(ServiceKind::Consultation)).await.unwrap(), [dearer]);
        assert!(directory.services(&guest, &facility.id, Some(ServiceKind::LabTest)).await.unwrap().is_empty());
        let renamed = directory.rename_department(&boss, &department.id, bilingual("Poli Keluarga", "Family")).await.unwrap();
        assert_eq!((renamed.id, renamed.name.en.as_str()), (department.id.clone(), "Family"));
        assert!(directory.remove_department(&boss, &department.id).await.is_err(), "a service names it");

        let speciality = directory.add_speciality(&boss, "contoh".to_owned(), bilingual("Contoh", "Sample"), "Sp.C".to_owned()).await.unwrap();
        assert!(directory.specialities(&guest).await.unwrap().contains(&speciality));
        let speciality = directory.change_speciality(&boss, &speciality.id, bilingual("Contoh Dua", "Sample two"), "Sp.D".to_owned()).await.unwrap();
        assert_eq!((speciality.slug.as_str(), speciality.title.as_str()), ("contoh", "Sp.D"));
        assert!(!directory.regions(&guest, None).await.unwrap().is_empty());
        assert!(matches!(directory.regions(&guest, Some("x".to_owned())).await, Err(Error::NotFound("region"))));

        let practice = Practice {
            facility: facility.id.clone(), services: vec![PracticeService { service: service.id.clone(), fee: Some(175_000) }],
            sip_number: "SIP-1".to_owned(), sip_until: "2030-01-01".parse().unwrap(), hours: Vec::new(),
        };
        let doctor = DoctorForm {
            name: "dr. Contoh Baru".to_owned(), sex: contracts::people::Sex::Male, specialities: vec![speciality.id.clone()], practising_since: Some(2010),
            languages: vec!["id".to_owned()], about: Bilingual::default(), str_number: "STR-9".to_owned(), str_until: None,
            practices: vec![practice], auto_accept: true, account: None,
        };
        let unnamed = DoctorForm { name: String::new(), ..doctor.clone() };
        assert!(matches!(directory.check_doctor(&guest, &unnamed).await, Err(Error::Invalid(fields)) if fields[0].field == "name"));
        let added = directory.add_doctor(&boss, doctor.clone()).await.unwrap();
        assert_eq!(added.state, DoctorState::Listed);
        let changed = directory.change_doctor(&boss, &added.id, added.version, DoctorForm { languages: vec!["en".to_owned()], ..doctor.clone() }).await.unwrap();
        assert_eq!(changed.languages, ["en"]);
        let pictured = directory.set_doctor_photo(&boss, &added.id, testkit::PHOTO.to_vec()).await.unwrap();
        let photo = pictured.photo.clone().unwrap();
        assert!(directory.photo(&guest, &photo.small).await.unwrap().starts_with(&[0xFF, 0xD8, 0xFF]));
        assert!(matches!(directory.set_doctor_photo(&boss, &added.id, b"<svg/>".to_vec()).await, Err(Error::Invalid(fields)) if fields[0].field == "photo"));
        assert!(matches!(directory.set_doctor_photo(&guest, &added.id, testkit::PHOTO.to_vec()).await, Err(Error::Unauthenticated(_))));
        let changed = directory.remove_doctor_photo(&boss, &added.id).await.unwrap();
        assert_eq!((changed.photo.as_ref(), changed.version), (None, pictured.version + 1));
        assert!(matches!(directory.photo(&guest, &photo.large).await, Err(Error::NotFound("file"))));
        let retired = directory.retire_doctor(&boss, &added.id, changed.version).await.unwrap();
        assert_eq!(retired.state, DoctorState::Retired);
        let records = DoctorRecords { state: Some(DoctorState::Retired), ..Default::default() };
        assert_eq!(directory.doctor_records(&boss, records).await.unwrap().items[0].id, added.id);
        assert_eq!(directory.relist_doctor(&boss, &added.id, retired.version).await.unwrap().state, DoctorState::Listed);
        let ask = contracts::auth::OpenAccount {
            email: crate::house::email("baru"), phone: None, name: "dr. Baru".to_owned(), password: crate::house::PASSWORD.to_owned(),
            role: contracts::auth::Role::Doctor, facilities: Vec::new(),
        };
        verbs.auth.open_account(&guest, ask).await.unwrap();
        let applicant = verbs.signed_in("baru").await;
        let waits = directory.register_doctor(&applicant, DoctorForm { str_number: "STR-10".to_owned(), ..doctor }).await.unwrap();
        assert_eq!(directory.waiting_doctors(&boss, PageAsk::default()).await.unwrap().items[0].id, waits.id);
        let refused = directory.decide_doctor(&boss, &waits.id, waits.version, false, Some("STR tidak terbaca".to_owned())).await.unwrap();
        assert_eq!(refused.state, DoctorState::Refused);
        let rows = "name,zone,address,regency\nKlinik Impor,Asia/Jakarta,Jl. 1,31.74\nKlinik Salah,Asia/Atlantis,Jl. 2,31.74\n";
        let preview = directory.preview_import(&boss, "facilities", rows.into()).await.unwrap();
        assert_eq!((preview.rows[0].name.as_str(), preview.refused[0].cell.as_str()), ("Klinik Impor", "Asia/Atlantis"));
        assert!(!directory.export(&boss, "facilities", None).await.unwrap().contains("Klinik Impor"));
        let report = directory.import(&boss, "facilities", rows.into()).await.unwrap();
        assert_eq!((report.added, report.refused.len(), report.refused[0].field.as_str()), (1, 1, "zone"));
        assert!(directory.export(&boss, "facilities", None).await.unwrap().contains("Klinik Impor"));
        assert!(matches!(directory.export(&guest, "doctors", None).await, Err(Error::Unauthenticated(_))));
    }
}
