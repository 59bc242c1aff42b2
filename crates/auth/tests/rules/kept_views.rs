//! Views of lists kept under a name.

use contracts::{
    auth::{Auth as _, KeptView, Role},
    people::{ErasureId, PatientErased},
};
use platform::{Error, db::Db};

use crate::house::House;

fn view(name: &str, query: &str) -> KeptView {
    KeptView { name: name.to_owned(), query: query.to_owned() }
}

testkit::db_test! {
    &[];

    /// C9
    async fn views_are_found_again_by_whoever_kept_them(db: Db) {
        let house = House::open(db).await?;
        let (one, _) = house.signed_in("satu@example.com", Role::SuperAdmin).await?;
        let (two, _) = house.signed_in("dua@example.com", Role::SuperAdmin).await?;
        let auth = &house.auth;
        auth.keep_view(&one, "reservations", view(" Menunggu ", "status=pending")).await?;
        auth.keep_view(&one, "reservations", view("Besok", "tgl=besok")).await?;
        // Sent twice it is kept once; another filter under the name takes its place.
        auth.keep_view(&one, "reservations", view("Menunggu", "status=booked")).await?;
        let mut kept = auth.kept_views(&one, "reservations").await?;
        kept.sort_by(|a, b| a.name.cmp(&b.name));
        assert_eq!(kept, [view("Besok", "tgl=besok"), view("Menunggu", "status=booked")]);
        assert!(auth.kept_views(&one, "users").await?.is_empty());
        assert!(auth.kept_views(&two, "reservations").await?.is_empty(), "somebody else's");
        auth.drop_view(&two, "reservations", "Besok").await?;
        assert_eq!(auth.kept_views(&one, "reservations").await?.len(), 2);
        auth.drop_view(&one, "reservations", "Besok").await?;
        auth.drop_view(&one, "reservations", "Besok").await?;
        assert_eq!(auth.kept_views(&one, "reservations").await?.len(), 1);
        assert!(matches!(auth.kept_views(&house.guest("10.0.0.1"), "reservations").await, Err(Error::Unauthenticated(_))));
    }

    /// C9
    async fn views_have_their_bounds(db: Db) {
        let house = House::open(db).await?;
        let (one, _) = house.signed_in("satu@example.com", Role::SuperAdmin).await?;
        for n in 0..20 {
            house.auth.keep_view(&one, "reservations", view(&format!("n{n}"), "")).await?;
        }
        let full = house.auth.keep_view(&one, "reservations", view("one more", "")).await;
        assert!(full.unwrap_err().is_conflict("kept-views-full"));
        house.auth.keep_view(&one, "reservations", view("n3", "status=booked")).await?;
        for bad in [view("", ""), view(&"n".repeat(41), ""), view("n", &"x".repeat(301))] {
            assert!(matches!(house.auth.keep_view(&one, "reservations", bad).await, Err(Error::Invalid(_))));
        }
    }

    /// A6
    async fn views_go_with_their_account(db: Db) {
        let house = House::open(db).await?;
        let (one, tokens) = house.signed_in("satu@example.com", Role::Patient).await?;
        house.auth.keep_view(&one, "reservations", view("Siti", "")).await?;
        let erasure: ErasureId = house.system().new_id();
        let erased = PatientErased { erasure, patients: Vec::new(), account: Some(tokens.account.id.clone()) };
        house.hears("people", 1, "evt_1", &erased).await?;
        assert_eq!(house.count("select count(*) from kept_view").await?, 0);
    }
}
