//! Patients from another system.

#![allow(clippy::unwrap_used)]

mod house;

use contracts::people::{PatientSearch, People as _};
use house::House;
use platform::{
    Error, bus,
    db::{Db, Engine},
};

const HEADER: &str = "ref,name,birth_date,sex,nik,phone,patient_type,bpjs_number\n";

testkit::db_test! {
    bus::MIGRATIONS;

    /// A2
    async fn bad_rows_are_named_and_good_ones_kept_once(db: Db) {
        let house = House::on(db).await?;
        let cx = house.system();
        let file = format!("{HEADER}\
            r1,Siti Aminah,1990-01-01,female,7371014101900001,0812 3456 7890,bpjs,0001105689835\n\
            r2,,1990-13-01,woman,,,,\n\
            r3,Budi,1985-05-05,male,123,,,\n\
            r1,Kembar,1990-01-01,male,,,,\n\
            r4,Kurang\n\
            r5,Wati,1990-01-01,female,7371014101900001,,umum,\n\
            r6,\"Dua\nBaris\",1990-01-01,male,,,,\n\
            r7,Jauh,1990-01-01,male,,,,\n");
        let report = house.people.import(&cx, file.clone().into_bytes()).await?;
        assert_eq!((report.added, report.same), (3, 0));
        let refused: Vec<(u64, &str)> = report.refused.iter().map(|row| (row.line, row.field.as_str())).collect();
        assert_eq!(refused, [(3, "birth_date"), (3, "sex"), (4, "nik"), (5, "ref"), (6, ""), (8, "name")]);
        assert_eq!(report.refused[2].reason, "NIK terdiri dari 16 angka.");
        let again = house.people.import(&cx, file.into_bytes()).await?;
        assert_eq!((again.added, again.same), (0, 3));
        assert_eq!(house.count("select count(*) from patient").await, 3);
        assert_eq!(house.count("select count(*) from patient where duplicate").await, 1);
        assert_eq!(house.audited("patient.import").await, 3);
        let found = house.people.patients(&house.staff(), PatientSearch { q: Some("0812 3456 7890".to_owned()), ..PatientSearch::default() }).await?;
        assert_eq!(found.items.len(), 1);
    }

    /// A2
    async fn files_of_spreadsheets_are_understood(db: Db) {
        let house = House::on(db).await?;
        let file = "\u{feff}ref;name;birth_date;sex;patient_type\r\nr1;Siti;31/12/1990;P;Umum\r\nr2;Budi;1990-12-31;L;UMUM\r\nr3;Cici;1/2/3/4;X;\r\n";
        let report = house.people.import(&house.system(), file.as_bytes().to_vec()).await?;
        assert_eq!((report.added, report.refused.len()), (2, 2));
        let born: Vec<(jiff::civil::Date, String)> = house.rows("select birth_date, sex from patient order by name").await;
        let last = jiff::civil::date(1990, 12, 31);
        assert_eq!(born, [(last, "male".to_owned()), (last, "female".to_owned())]);
        assert!(matches!(house.people.import(&house.system(), vec![b'x'; 21 << 20]).await, Err(Error::TooLarge(_))));
    }

    /// A2
    async fn a_file_that_is_none_is_refused(db: Db) {
        let house = House::on(db).await?;
        let cx = house.system();
        let refused = house.people.import(&cx, b"name,colour\nSiti,red\n".to_vec()).await;
        assert!(matches!(refused, Err(Error::Invalid(fields)) if fields.len() == 4));
        let report = house.people.import(&cx, format!("{HEADER}\u{fffd}").into_bytes()).await?;
        assert_eq!((report.added, report.refused.len()), (0, 1));
        let mut bytes = HEADER.as_bytes().to_vec();
        bytes.extend(b"r1,\xff\xfe,1990-01-01,male,,,,\nr2,Baik,1990-01-01,male,,,,\n");
        let report = house.people.import(&cx, bytes).await?;
        assert_eq!((report.added, report.refused.len()), (1, 1));
        assert!(matches!(house.people.import(&house.patient(), Vec::new()).await, Err(Error::Forbidden(_))));
    }
}

/// A2
#[test]
#[ignore = "a whole city: run it to see how long it takes"]
fn a_whole_city_within_a_minute() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        testkit::db::run(engine, "test", bus::MIGRATIONS, async |db| {
            let house = House::on(db).await?;
            let rows = (0..26_579).map(|n| format!("p{n},Pasien Nomor,19{:02}-01-01,female,,,,\n", n % 90 + 10));
            let file: String = std::iter::once(HEADER.to_owned()).chain(rows).collect();
            let begun = std::time::Instant::now();
            let report = house.people.import(&house.system(), file.clone().into_bytes()).await?;
            eprintln!("{engine:?}: 26,579 patients in {:?}", begun.elapsed());
            assert_eq!((report.added, report.refused.len()), (26_579, 0));
            assert!(begun.elapsed().as_secs() < 60);
            let report = house.people.import(&house.system(), file.into_bytes()).await?;
            assert_eq!(report.same, 26_579);
            eprintln!("{engine:?}: and again, all in all {:?}", begun.elapsed());
            Ok(())
        });
    }
}
