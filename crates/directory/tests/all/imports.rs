use contracts::{
    Permission,
    directory::{Directory as _, DoctorSearch, FacilitySearch, RefusedRow, RowFate, RowKind, ServiceKind},
};
use platform::{Cx, Error, Id as _, PermissionSet, db::Db, i18n::Locale};

use crate::world::{MIGRATIONS, World, refused};

const FACILITIES: &str = "name,zone,address,regency,bpjs\n\
    Klinik Satu,Asia/Makassar,Jl. A 1,73.71,ya\n\
    Klinik Dua,Asia/Mars,Jl. B 2,99.99,tidak\n\
    Klinik Tiga,Asia/Jakarta,\"Jl. C, No. 3\",31.74,mungkin\n\
    Klinik Empat,Asia/Jakarta,Jl. D 4,31.74\n\
    Klinik Lima,Asia/Jayapura,Jl. E 5,91.71,no\n";

const DOCTORS: &str = "name,sex,speciality,facility,str_number,str_until,sip_number,sip_until,fee,languages,hours,hours_online\n\
    \"dr. Ani Wijaya, Sp.A\",P,Sp.A,klinik-satu,STR 1,2029-01-31,SIP 1,31/12/2027,Rp 150.000,id;en,mon 09:00-12:00;tue 13:00-17:00,rabu 19.00-21.00\n\
    drg. Budi,L,gigi,Klinik Satu,STR 2,,SIP 2,2027-12-31,200000,id,,\n\
    dr. Cici,P,tidak ada,klinik-lain,STR 3,,SIP 3,kapan,banyak,id,someday,\n\
    dr. Dodi,L,umum,klinik-satu,STR 1,,SIP 4,2027-12-31,100000,id,mon 09:00-12:00;mon 11:00-13:00,\n\
    \"dr. Ani Wijaya, Sp.A\",P,Sp.A,Klinik Lima,STR 1,2029-01-31,SIP 9,2027-12-31,160000,id;en,,\n";

/// Rows in no order: each needs others that stand behind it.
const NETWORK: &str = "row;name;zone;address;regency;facility;kind;minutes;price;modes;sex;speciality;str_number;sip_number;sip_until;service;hours\r\n\
    dokter;\"dr. Ani Wijaya, Sp.A\";;;;Klinik Baru Sehat;;;;;P;anak;STR 1;SIP 1;31/12/2027;Konsultasi Umum;sen 09.00-12.00\r\n\
    layanan;Konsultasi Umum;;;;Klinik Baru Sehat;;20;100.000;langsung daring;;;;;;;\r\n\
    layanan;Cek Darah;;;;Klinik Baru Sehat;laboratorium;15;80.000;;;;;;;;\r\n\
    layanan;Tambal Gigi;;;;Klinik Baru Sehat;tindakan;45;Rp 250.000;;;;;;;;\r\n\
    faskes;Klinik Baru Sehat;Asia/Makassar;Jl. Baru 1;73.71;;;;;;;;;;;;\r\n\
    dokter;dr. Budi Santoso;;;;klinik baru sehat;;;;;L;umum;STR 2;SIP 2;31/12/2027;;\"sen 09.00-12.00; kam 13.00-15.00\"\r\n\
    layanan;Mahal;;;;Klinik Baru Sehat;;20;mahal;;;;;;;;\r\n";

testkit::db_test! {
    &MIGRATIONS;

    /// B1, B2
    async fn good_rows_are_kept_bad_ones_named_and_twice_changes_nothing(db: Db) {
        let world = World::new(db).await?;
        let directory = &world.directory;
        let mut cx = world.all.clone();
        cx.locale = Locale::En;
        let report = directory.import(&cx, "facilities", FACILITIES.into()).await?;
        assert_eq!((report.added, report.changed, report.same), (2, 0, 0));
        let refusals: Vec<(u64, &str)> = report.refused.iter().map(|row| (row.line, row.field.as_str())).collect();
        assert_eq!(refusals, [(3, "zone"), (3, "regency"), (4, "bpjs"), (5, "")]);
        assert_eq!(report.refused[2].reason, "Write yes or no.");
        let again = directory.import(&cx, "facilities", FACILITIES.into()).await?;
        assert_eq!((again.added, again.changed, again.same, again.refused.len()), (0, 0, 2, 4));
        assert_eq!(directory.search_facilities(&world.guest(), FacilitySearch::default()).await?.items.len(), 2);

        cx.locale = Locale::Id;
        let report = directory.import(&cx, "doctors", DOCTORS.into()).await?;
        assert_eq!((report.added, report.changed, report.same), (2, 1, 0), "{:?}", report.refused);
        let refusals: Vec<(u64, &str)> = report.refused.iter().map(|row| (row.line, row.field.as_str())).collect();
        assert_eq!(refusals, [(4, "sip_until"), (4, "fee"), (4, "hours"), (4, "speciality"), (4, "facility"), (5, "hours")]);
        assert!(report.refused.iter().all(|row| !row.reason.is_empty() && !row.reason.contains("error-")));
        let ani = directory.doctor(&world.all, "ani-wijaya-sp-a").await?;
        assert_eq!(ani.practices.len(), 2);
        assert_eq!(ani.practices[0].hours.len(), 3);
        assert_eq!((ani.practices[0].sip_until, ani.languages.len()), (jiff::civil::date(2027, 12, 31), 2));

        let again = directory.import(&cx, "doctors", DOCTORS.into()).await?;
        assert_eq!((again.added, again.changed, again.same, again.refused.len()), (0, 0, 3, 6));
        assert_eq!(directory.doctor(&world.all, "ani-wijaya-sp-a").await?, ani);
        let found = directory.search_doctors(&world.guest(), DoctorSearch { q: Some("ani wijya".to_owned()), ..DoctorSearch::default() }).await?;
        assert_eq!(found.items[0].fee.amount, 150_000);
    }

    /// B1
    async fn the_country_imports_over_itself(db: Db) {
        let world = World::new(db).await?;
        let csv = include_bytes!("../../data/regencies.csv");
        let report = world.directory.import(&world.all, "regions", csv.to_vec()).await?;
        assert_eq!((report.added, report.changed, report.same, report.refused.len()), (0, 0, 514, 0));
        let changes = "code;name\n73.71;Kota Daeng\n73.99;Kabupaten Baru\n99.01;Tanpa Provinsi\nxx;Salah\n";
        let report = world.directory.import(&world.all, "regions", changes.into()).await?;
        assert_eq!((report.added, report.changed, report.refused.len()), (1, 1, 2));
        let regions = world.directory.regions(&world.guest(), Some("73".to_owned())).await?;
        assert!(regions.iter().any(|region| region.name == "Kota Daeng") && regions.iter().any(|region| region.code == "73.99"));
        assert!(regions.is_sorted_by_key(|region| region.code.clone()));
    }

    /// B1
    async fn files_that_are_none_are_refused_by_name(db: Db) {
        let world = World::new(db).await?;
        let directory = &world.directory;
        assert_eq!(refused(directory.import(&world.all, "facilities", b"nama,zona\n".to_vec()).await), ["name", "zone", "address", "regency", "nama", "zona"]);
        assert_eq!(refused(directory.import(&world.all, "people", Vec::new()).await), ["what"]);
        assert!(matches!(directory.import(&world.all, "regions", vec![b'a'; 21 << 20]).await, Err(Error::TooLarge(_))));
        let report = directory.import(&world.all, "regions", b"code,name\n11,\xff\xfe\n11,Aceh\n".to_vec()).await?;
        assert_eq!((report.same, report.refused[0].line), (1, 2));
        assert!(matches!(directory.import(&world.guest(), "doctors", DOCTORS.into()).await, Err(Error::Unauthenticated(_))));
    }

    /// B1, B2: one file opens a facility; a preview says so and keeps nothing.
    async fn a_preview_tells_what_an_import_does_and_writes_nothing(db: Db) {
        let world = World::new(db.clone()).await?;
        let directory = &world.directory;
        let before = everything(&db).await;
        let preview = directory.preview_import(&world.all, "network", NETWORK.into()).await?;
        assert_eq!(everything(&db).await, before, "something was written");
        assert!(directory.search_facilities(&world.guest(), FacilitySearch::default()).await?.items.is_empty());
        assert_eq!((preview.added, preview.changed, preview.same), (6, 0, 0), "{:?}", preview.refused);
        let told: Vec<(u64, RowKind, RowFate)> = preview.rows.iter().map(|row| (row.line, row.kind, row.fate)).collect();
        let kinds = [RowKind::Doctor, RowKind::Service, RowKind::Service, RowKind::Service, RowKind::Facility, RowKind::Doctor];
        assert_eq!(told, (2..).zip(kinds).map(|(line, kind)| (line, kind, RowFate::Added)).collect::<Vec<_>>());
        assert_eq!(preview.rows[1].name, "Konsultasi Umum");
        assert_eq!(preview.refused.len(), 1);
        let RefusedRow { line, field, cell, reason } = &preview.refused[0];
        assert_eq!((*line, field.as_str(), cell.as_str()), (8, "price", "mahal"));
        assert!(reason.contains("150000"));

        let report = directory.import(&world.all, "network", NETWORK.into()).await?;
        assert_eq!((report.added, report.changed, report.same, &report.refused), (6, 0, 0, &preview.refused));
        let place = directory.facility(&world.guest(), "klinik-baru-sehat").await?;
        let services = directory.services(&world.guest(), &place.id, None).await?;
        assert_eq!(services.iter().map(|service| service.price.amount).collect::<Vec<_>>(), [100_000, 80_000, 250_000]);
        assert_eq!(services[1].kind, ServiceKind::LabTest);
        let budi = directory.doctor(&world.all, "budi-santoso").await?;
        assert_eq!((budi.practices[0].services.len(), budi.practices[0].hours.len()), (1, 2));
        let again = directory.preview_import(&world.all, "network", NETWORK.into()).await?;
        assert_eq!((again.added, again.changed, again.same), (0, 0, 6));
        let again = directory.import(&world.all, "network", NETWORK.into()).await?;
        assert_eq!((again.added, again.changed, again.same), (0, 0, 6));
        assert_eq!(directory.services(&world.guest(), &place.id, None).await?.len(), 3);
    }

    /// C9: two presses of the same button at once.
    async fn two_imports_at_once_add_nothing_twice(db: Db) {
        let world = World::new(db.clone()).await?;
        world.facility("Klinik Satu").await;
        let csv = "facility,name,minutes,price\nKlinik Satu,Konsultasi,20,100000\nKlinik Satu,USG,30,200000\n";
        let once = || world.directory.import(&world.all, "services", csv.into());
        let (one, two, three) = tokio::join!(once(), once(), once());
        assert_eq!(one?.added + two?.added + three?.added, 2);
        let kept: Option<(i64,)> = db.read(async move |tx| tx.one("select count(*) from service", &[]).await).await?;
        assert_eq!(kept, Some((2,)));
    }

    /// B1, A4: an admin of a facility imports into it alone, and opens none.
    async fn an_admin_imports_into_their_own_facility_alone(db: Db) {
        let world = World::new(db).await?;
        let directory = &world.directory;
        let (own, other) = (world.facility("Klinik Satu").await, world.facility("Klinik Dua").await);
        let mut admin = world.admin(&own);
        admin.locale = Locale::Id;
        let rows = "name,zone,address,regency\nKlinik Satu,Asia/Makassar,Jl. Baru 9,73.71\nKlinik Dua,Asia/Makassar,Jl. Lain,73.71\nKlinik Tiga,Asia/Makassar,Jl. C,73.71\n";
        for report in [directory.preview_import(&admin, "facilities", rows.into()).await?, directory.import(&admin, "facilities", rows.into()).await?] {
            assert_eq!((report.added, report.changed), (0, 1));
            assert_eq!(report.refused.iter().map(|row| (row.line, row.field.as_str())).collect::<Vec<_>>(), [(3, "name"), (4, "name")]);
            assert!(report.refused[1].reason.contains("seluruh jaringan"));
        }
        assert_eq!(directory.facility(&admin, own.id.as_str()).await?.address, "Jl. Baru 9");
        assert_eq!(directory.facility(&admin, other.id.as_str()).await?, other);
        let rows = "facility;name;minutes;price\r\nKlinik Satu;Konsultasi;20;100.000\r\nklinik-dua;Konsultasi;20;100.000\r\n";
        let report = directory.import(&admin, "services", rows.into()).await?;
        assert_eq!((report.added, report.refused[0].field.as_str()), (1, "facility"));
        assert!(directory.services(&admin, &other.id, None).await?.is_empty());
        let rows = "name,sex,speciality,facility,str_number,sip_number,sip_until,fee\ndr. A,P,umum,klinik-dua,STR 7,SIP 7,2027-12-31,1000\n";
        let report = directory.import(&admin, "doctors", rows.into()).await?;
        assert_eq!((report.added, report.refused[0].field.as_str()), (0, "facility"));
        for what in ["regions", "network"] {
            let may = Cx { permissions: PermissionSet::of(&[Permission::DirectoryManage]), ..admin.clone() };
            assert!(matches!(directory.preview_import(&may, what, Vec::new()).await, Err(Error::Forbidden(_))), "{what}");
        }
        assert!(matches!(directory.preview_import(&world.guest(), "services", Vec::new()).await, Err(Error::Unauthenticated(_))));
    }

    /// A3, B2: who serves one of a doctor's facilities gives the doctor no other log-in.
    async fn a_log_in_is_not_given_away_from_one_facility(db: Db) {
        let world = World::new(db).await?;
        let directory = &world.directory;
        let (own, other) = (world.facility("Klinik Satu").await, world.facility("Klinik Dua").await);
        let row = |place: &str, account: &str| {
            format!("name,sex,speciality,facility,str_number,sip_number,sip_until,fee,account\ndr. Ani,P,umum,{place},STR 1,SIP 1,2027-12-31,1000,{account}\n")
        };
        directory.import(&world.all, "doctors", row("klinik-satu", "").into()).await?;
        directory.import(&world.all, "doctors", row("klinik-dua", "").into()).await?;
        let account = crate::world::account(7).to_string();
        let report = directory.import(&world.admin(&own), "doctors", row("klinik-satu", &account).into()).await?;
        assert_eq!((report.changed, report.refused[0].field.as_str()), (0, "account"));
        let both = world.account("acc_0000000000000000000ADM0000", &[Permission::DoctorManage, Permission::ServiceManage], Some(&[&own, &other]));
        assert_eq!(directory.import(&both, "doctors", row("klinik-satu", &account).into()).await?.changed, 1);
    }

    /// B1: files as Excel writes them here, and previews with an end.
    async fn files_of_spreadsheets_are_read_and_previews_are_bounded(db: Db) {
        let world = World::new(db).await?;
        let csv = "\u{FEFF}name;zone;address;regency;latitude;longitude;phone;bpjs\r\n\"Klinik \"\"Satu\"\"\";Asia/Makassar;Jl. A, No. 1;73.71;-5,1;119,4;'+62 411 1234;Ya\r\n;;;;;;;\r\n";
        let report = world.directory.import(&world.all, "facilities", csv.into()).await?;
        assert_eq!((report.added, report.refused.len()), (1, 0), "{:?}", report.refused);
        let place = world.directory.facility(&world.all, "klinik-satu").await?;
        assert_eq!((place.name.as_str(), place.phone.as_deref(), place.latitude), ("Klinik \"Satu\"", Some("+62 411 1234"), Some(-5.1)));
        let many = format!("facility,name,minutes,price\n{}", "klinik-satu,A,20,1000\n".repeat(2_001));
        assert_eq!(refused(world.directory.preview_import(&world.all, "services", many.clone().into()).await), [""]);
        assert_eq!(world.directory.import(&world.all, "services", many.into()).await?.added, 1);
    }

    /// B1, C9: what is exported can be imported again, is of one's own facilities, and nobody's name is a formula.
    async fn exports_come_back_as_they_went(db: Db) {
        let world = World::new(db.clone()).await?;
        let directory = &world.directory;
        directory.import(&world.all, "network", NETWORK.into()).await?;
        let own = directory.facility(&world.all, "klinik-baru-sehat").await?;
        let other = world.facility("=HYPERLINK(1)").await;
        for what in ["facilities", "services", "doctors"] {
            let table = directory.export(&world.all, what, None).await?;
            let again = directory.import(&world.all, what, table.clone().into()).await?;
            assert_eq!((again.added, again.changed, again.refused.len()), (0, 0, 0), "{what}: {table}");
            assert!(again.same > 0, "{what}");
        }
        let all = directory.export(&world.all, "facilities", None).await?;
        assert!(all.contains("\n'=HYPERLINK(1);"), "{all}");
        let admin = world.admin(&own);
        let table = directory.export(&admin, "facilities", None).await?;
        assert!(table.contains("Klinik Baru Sehat") && !table.contains("HYPERLINK"));
        assert!(matches!(directory.export(&admin, "services", Some(other.id.clone())).await, Err(Error::NotFound("facility"))));
        assert_eq!(directory.export(&world.admin(&other), "doctors", None).await?.lines().count(), 1, "another facility's doctors");
        assert_eq!(refused(directory.export(&admin, "patients", None).await), ["what"]);
        for what in ["facilities", "services", "doctors"] {
            let nothing = world.account("acc_0000000000000000000N0N0000", &[], None);
            assert!(matches!(directory.export(&nothing, what, None).await, Err(Error::Forbidden(_))), "{what}");
        }
        let noted: Option<(i64,)> = db.read(async move |tx| tx.one("select count(*) from outbox where payload like '%doctor.export%'", &[]).await).await?;
        assert_eq!(noted, Some((2,)));
    }
}

/// How many rows every table has that an import writes to.
async fn everything(db: &Db) -> Vec<i64> {
    let mut counts = Vec::new();
    for sql in [
        "select count(*) from facility",
        "select count(*) from service",
        "select count(*) from doctor",
        "select count(*) from practice",
        "select count(*) from outbox",
    ] {
        let count: Option<(i64,)> = db.read(async move |tx| tx.one(sql, &[]).await).await.unwrap();
        counts.push(count.unwrap().0);
    }
    counts
}
