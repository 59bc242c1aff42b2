//! Holds: a time kept for whoever fills in the form.

use contracts::scheduling::*;
use platform::db::Db;

use crate::clinic::*;

/// The first doctor's starts in order: twelve on Monday, then Tuesday's.
fn nth(n: i64) -> jiff::Timestamp {
    let (first, n) = if n < 12 { (monday("09:00"), n) } else { (tuesday("09:00"), n - 12) };
    first + jiff::SignedDuration::from_mins(15 * n)
}

testkit::db_test! {
    &[];

    /// C3
    async fn r_h1_a_hold_keeps_the_time_and_becomes_the_booking(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let people = clinic.patients(2).await?;
        let hold = clinic.hold(&people[0].cx, &siti.offer, monday("09:15")).await?;
        assert_eq!(hold.expires_at, clinic.now() + jiff::SignedDuration::from_mins(5));
        assert!(!clinic.is_free(&siti.offer, monday("09:15")).await?);
        assert_eq!(word(clinic.book(&people[1].cx, &people[1].id, &siti.offer, monday("09:15")).await), "slot-taken");
        assert_eq!(word(clinic.hold(&people[1].cx, &siti.offer, monday("09:15")).await), "slot-taken");
        assert_eq!(clinic.verbs.held(&people[0].cx, &hold.id).await?.starts_at, monday("09:15"));
        let ask = Book { hold: Some(hold.id.clone()), ..visit(&people[0].id, &siti.offer, monday("09:15")) };
        assert_eq!(clinic.verbs.book(&people[0].cx, None, ask).await?.state, State::Booked);
        assert_eq!(word(clinic.verbs.held(&people[0].cx, &hold.id).await), "hold");
        assert!(!clinic.is_free(&siti.offer, monday("09:15")).await?);
    }

    /// C3
    async fn r_h1_a_hold_is_its_holders_alone(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let people = clinic.patients(2).await?;
        let hold = clinic.hold(&people[0].cx, &siti.offer, monday("09:15")).await?;
        let guest = clinic.asking.guest("192.0.2.4");
        for other in [&people[1].cx, &guest] {
            assert_eq!(word(clinic.verbs.held(other, &hold.id).await), "hold");
            assert_eq!(word(clinic.verbs.release(other, &hold.id).await), "hold");
        }
        let stolen = Book { hold: Some(hold.id.clone()), ..visit(&people[1].id, &siti.offer, monday("09:15")) };
        assert_eq!(word(clinic.verbs.book(&people[1].cx, None, stolen).await), "hold-expired");
        assert_eq!(clinic.verbs.held(&people[0].cx, &hold.id).await?.id, hold.id, "it stands as before");
    }

    /// C3
    async fn r_h1_a_guests_hold_goes_with_its_id_through_sign_in(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let budi = clinic.patient("Budi").await?;
        let hold = clinic.hold(&clinic.asking.guest("192.0.2.4"), &siti.offer, monday("09:15")).await?;
        let ask = Book { hold: Some(hold.id), ..visit(&budi.id, &siti.offer, monday("09:15")) };
        assert_eq!(clinic.verbs.book(&budi.cx, None, ask).await?.state, State::Booked);
    }

    /// C3
    async fn r_h2_a_hold_ends_when_it_is_read_not_when_it_is_tidied(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db.clone()).await?;
        let people = clinic.patients(2).await?;
        let hold = clinic.hold(&people[0].cx, &siti.offer, monday("09:15")).await?;
        assert!(!clinic.is_free(&siti.offer, monday("09:15")).await?);
        clinic.asking.later(hold.expires_at);
        assert!(clinic.is_free(&siti.offer, monday("09:15")).await?);
        assert_eq!(word(clinic.verbs.held(&people[0].cx, &hold.id).await), "hold-expired");
        clinic.book(&people[1].cx, &people[1].id, &siti.offer, monday("09:15")).await?;
        let late = Book { hold: Some(hold.id.clone()), ..visit(&people[0].id, &siti.offer, monday("09:15")) };
        let refused = clinic.verbs.book(&people[0].cx, None, late).await;
        assert!(refused.as_ref().is_err_and(|e| e.is_conflict("hold-expired")));
        assert_eq!(offered(refused)[0], "09:30");
        clinic.run_jobs().await?;
        let left: Option<(i64,)> = db.read(async |tx| tx.one("select count(*) from hold", &[]).await).await?;
        assert_eq!(left, Some((0,)), "the job tidies");
    }

    /// C3
    async fn r_h2_an_expired_hold_whose_time_is_still_free_books_all_the_same(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let budi = clinic.patient("Budi").await?;
        let hold = clinic.hold(&budi.cx, &siti.offer, monday("09:15")).await?;
        clinic.asking.minutes_later(30);
        let ask = Book { hold: Some(hold.id), ..visit(&budi.id, &siti.offer, monday("09:15")) };
        assert_eq!(clinic.verbs.book(&budi.cx, None, ask).await?.state, State::Booked);
    }

    /// C3
    async fn r_h1_a_hold_made_in_time_books_inside_the_notice(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let people = clinic.patients(2).await?;
        clinic.asking.later(monday("08:58"));
        let hold = clinic.hold(&people[0].cx, &siti.offer, monday("09:15")).await?;
        clinic.asking.minutes_later(4);
        assert_eq!(rule(clinic.book(&people[1].cx, &people[1].id, &siti.offer, monday("09:15")).await), "notice");
        let ask = Book { hold: Some(hold.id), ..visit(&people[0].id, &siti.offer, monday("09:15")) };
        assert_eq!(clinic.verbs.book(&people[0].cx, None, ask).await?.state, State::Booked);
    }

    /// C3
    async fn r_h1_one_hold_for_whoever_is_signed_in(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let budi = clinic.patient("Budi").await?;
        let first = clinic.hold(&budi.cx, &siti.offer, monday("09:15")).await?;
        clinic.asking.minutes_later(3);
        let again = clinic.hold(&budi.cx, &siti.offer, monday("09:15")).await?;
        assert_eq!((again.id, again.expires_at), (first.id.clone(), first.expires_at), "asking again gives no more time");
        clinic.hold(&budi.cx, &siti.offer, monday("10:00")).await?;
        assert!(clinic.is_free(&siti.offer, monday("09:15")).await?, "the earlier one is let go");
        assert_eq!(word(clinic.verbs.held(&budi.cx, &first.id).await), "hold");
    }

    /// C3
    async fn r_h1_guests_of_one_address_have_twenty(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let guest = clinic.asking.guest("203.0.113.7");
        for n in 0..20 {
            clinic.hold(&guest, &siti.offer, nth(n)).await?;
        }
        assert_eq!(word(clinic.hold(&guest, &siti.offer, nth(20)).await), "rate-limited");
        assert!(clinic.is_free(&siti.offer, nth(20)).await?);
        clinic.hold(&clinic.asking.guest("203.0.113.8"), &siti.offer, nth(20)).await?;
        clinic.asking.minutes_later(6);
        clinic.hold(&guest, &siti.offer, nth(21)).await?;
    }

    /// C3
    async fn r_h1_guests_at_the_same_instant_have_no_more_than_twenty(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db.clone()).await?;
        let guest = clinic.asking.guest("203.0.113.7");
        let asks = (0..24).map(|n| clinic.hold(&guest, &siti.offer, nth(n)));
        let answers = futures_util::future::join_all(asks).await;
        assert_eq!(answers.iter().filter(|a| a.is_ok()).count(), 20);
        assert!(answers.into_iter().filter_map(Result::err).all(|e| e.word() == "rate-limited"));
        let left: Option<(i64,)> = db.read(async |tx| tx.one("select count(*) from resource_claim", &[]).await).await?;
        assert_eq!(left, Some((20,)));
    }

    /// C3
    async fn r_c8_a_hold_let_go_frees_the_time(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let guest = clinic.asking.guest("203.0.113.7");
        let hold = clinic.hold(&guest, &siti.offer, monday("09:15")).await?;
        clinic.verbs.release(&guest, &hold.id).await?;
        clinic.verbs.release(&guest, &hold.id).await?;
        assert!(clinic.is_free(&siti.offer, monday("09:15")).await?);
        let budi = clinic.patient("Budi").await?;
        clinic.book(&budi.cx, &budi.id, &siti.offer, monday("09:15")).await?;
    }

    /// C3
    async fn a_hold_for_another_time_or_offer_is_no_ticket(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let people = clinic.patients(2).await?;
        let hold = clinic.hold(&people[0].cx, &siti.offer, monday("09:15")).await?;
        clinic.book(&people[1].cx, &people[1].id, &siti.offer, monday("10:00")).await?;
        let ask = Book { hold: Some(hold.id.clone()), ..visit(&people[0].id, &siti.offer, monday("10:00")) };
        assert_eq!(word(clinic.verbs.book(&people[0].cx, None, ask).await), "hold-expired");
        assert_eq!(clinic.verbs.held(&people[0].cx, &hold.id).await?.id, hold.id, "and stays");
    }

    /// C1, C3
    async fn r_v5_a_hold_made_by_older_rules_does_not_keep_too_short_a_time(db: Db) {
        let clinic = Clinic::on(db).await?;
        let losari = clinic.facility("losari", MAKASSAR).await?;
        let mut consultation = clinic.consultation(&losari).await?;
        let siti = clinic.doctor("siti").at(&consultation).weekdays("09:00", "12:00").listed().await?;
        let people = clinic.patients(2).await?;
        let hold = clinic.hold(&people[0].cx, &siti.offer, monday("09:30")).await?;
        consultation.duration_minutes = 30;
        clinic.service_is(consultation).await?;
        let ask = Book { hold: Some(hold.id), ..visit(&people[0].id, &siti.offer, monday("09:30")) };
        let booked = clinic.verbs.book(&people[0].cx, None, ask).await?;
        assert_eq!(booked.ends_at, monday("10:00"));
        assert_eq!(clinic.free(&siti.offer, MONDAY).await?[..2], ["09:00", "10:00"]);
        assert_eq!(rule(clinic.book(&people[1].cx, &people[1].id, &siti.offer, monday("09:45")).await), "not-on-grid");
    }
}
