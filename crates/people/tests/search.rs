//! Staff finds patients.

#![allow(clippy::unwrap_used)]

mod house;

use contracts::people::{PatientCard, PatientSearch, People as _};
use house::{House, named, siti};
use platform::{
    Cx, Error, Result, bus,
    db::{Db, Page, PageAsk},
};

async fn find(house: &House, cx: &Cx, q: &str) -> Result<Vec<String>> {
    let ask = PatientSearch { q: Some(q.to_owned()), page: PageAsk::first(50) };
    let page: Page<PatientCard> = house.people.patients(cx, ask).await?;
    Ok(page.items.into_iter().map(|card| card.name).collect())
}

testkit::db_test! {
    bus::MIGRATIONS;

    /// A8, J9
    async fn by_the_beginning_of_words_of_the_name(db: Db) {
        let house = House::on(db).await?;
        let staff = house.staff();
        for name in ["Siti Aminah", "Siti Sitorus", "Budi Santoso", "Zoë d'Árc", "Sitompul"] {
            house.people.register_patient(&staff, named(name)).await?;
        }
        let mut found = find(&house, &staff, "SIT").await?;
        found.sort();
        assert_eq!(found, ["Siti Aminah", "Siti Sitorus", "Sitompul"], "each once");
        assert_eq!(find(&house, &staff, "ami siti").await?, ["Siti Aminah"]);
        assert_eq!(find(&house, &staff, "arc zoe").await?, ["Zoë d'Árc"]);
        assert_eq!(find(&house, &staff, "sant").await?, ["Budi Santoso"]);
        for nobody in ["%", "_", "'; drop table patient; --", "siti budi", "\u{10ffff}"] {
            assert!(find(&house, &staff, nobody).await?.is_empty(), "{nobody}");
        }
        assert_eq!(find(&house, &staff, "").await?.len(), 5);
        assert!(matches!(find(&house, &staff, &"x".repeat(300)).await, Err(Error::Invalid(_))));
        assert!(house.audited("patient.search").await >= 5);
    }

    /// A2
    async fn by_a_whole_number_or_address(db: Db) {
        let house = House::on(db).await?;
        let staff = house.staff();
        house.people.register_patient(&staff, siti()).await?;
        house.people.register_patient(&staff, named("Budi")).await?;
        for q in ["7371014101900001", "7371.0141-0190 0001", "0001105689835", "0812-3456-7890", "+62 812 3456 7890", "SITI@contoh.id"] {
            assert_eq!(find(&house, &staff, q).await?, ["Siti Aminah"], "{q}");
        }
        for part in ["737101410190000", "000110568983", "0812-3456-789", "siti@contoh"] {
            assert!(find(&house, &staff, part).await?.is_empty(), "{part}");
        }
        let again = house.people.register_patient(&staff, contracts::people::PatientForm { name: "Siti Lain".to_owned(), ..siti() }).await?;
        assert_eq!(find(&house, &staff, "7371014101900001").await?.len(), 2, "both who gave the number are found");
        house.people.change_patient(&staff, &again.id, 1, named("Siti Lain")).await?;
        assert_eq!(find(&house, &staff, "7371014101900001").await?.len(), 1);
    }

    async fn pages_hold_everybody_once(db: Db) {
        let house = House::on(db).await?;
        let staff = house.staff();
        for n in 0..23_u8 {
            house.people.register_patient(&staff, named(&format!("Pasien Pa{}", char::from(b'a' + n)))).await?;
        }
        for q in ["pa", "", "pas"] {
            let (mut all, mut after) = (Vec::new(), None);
            loop {
                let page = PageAsk { limit: 5, after };
                let page = house.people.patients(&staff, PatientSearch { q: Some(q.to_owned()), page }).await?;
                assert!(page.items.len() <= 5);
                all.extend(page.items.into_iter().map(|card| card.id));
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
            let found = all.len();
            all.sort();
            all.dedup();
            assert_eq!((found, all.len()), (23, 23), "{q}");
        }
    }
}
