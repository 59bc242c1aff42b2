use contracts::directory::{Directory as _, DoctorSearch, FacilitySearch};
use platform::{Error, db::Db, i18n::Locale};

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
}
