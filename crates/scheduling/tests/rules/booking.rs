//! Booking: what one gets, what is refused, and that a request said twice is one booking.

use contracts::{
    directory::{Mode, ServiceKind},
    scheduling::*,
};
use platform::{Money, db::Db};

use crate::clinic::*;

testkit::db_test! {
    &[];

    /// C2, C3, C5, C11
    async fn a_booking_tells_all_that_a_confirmation_needs(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let budi = clinic.patient("Budi").await?;
        let booked = clinic.book(&budi.cx, &budi.id, &siti.offer, monday("09:15")).await?;
        assert_eq!((booked.state, booked.version, booked.moves), (State::Booked, 1, 0));
        assert_eq!((booked.starts_at, booked.ends_at), (monday("09:15"), monday("09:30")));
        assert_eq!((booked.zone.as_str(), booked.local_date), (MAKASSAR, MONDAY));
        assert_eq!(booked.price, Money::idr(150_000));
        assert_eq!(booked.complaint.as_deref(), Some("Batuk tiga hari"));
        assert_eq!((booked.patient_name.as_str(), booked.doctor_name.as_deref()), ("Budi", Some("dr. siti")));
        assert_eq!((booked.facility_name.as_str(), booked.preparation.id.as_str()), ("Klinik losari", "Bawa kartu"));
        assert!(!booked.on_behalf && !booked.overbooked);
        let read = clinic.verbs.appointment(&budi.cx, booked.id.to_string().as_str()).await?;
        assert_eq!(serde_json::to_value(&read).unwrap(), serde_json::to_value(&booked).unwrap());
        let by_code = format!("{}-{}", booked.code[..3].to_lowercase(), &booked.code[3..]);
        assert_eq!(clinic.verbs.appointment(&budi.cx, &by_code).await?.id, booked.id);
        assert_eq!(clinic.said_of(&booked.id).await?, ["booked"]);
        let audits = clinic.said.audits.lock().unwrap();
        assert!(audits.iter().any(|a| a.action == "appointment.book" && a.patient == Some(budi.id.to_string())));
    }

    /// C3
    async fn r_g1_touching_is_no_overlap_and_overlapping_is_refused(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let people = clinic.patients(3).await?;
        clinic.book(&people[0].cx, &people[0].id, &siti.offer, monday("09:15")).await?;
        clinic.book(&people[1].cx, &people[1].id, &siti.offer, monday("09:00")).await?;
        clinic.book(&people[2].cx, &people[2].id, &siti.offer, monday("09:30")).await?;
        assert_eq!(clinic.free(&siti.offer, MONDAY).await?[0], "09:45");
    }

    /// C3
    async fn r_c7_the_loser_is_offered_the_nearest_free_times(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let people = clinic.patients(2).await?;
        clinic.book(&people[0].cx, &people[0].id, &siti.offer, monday("09:15")).await?;
        let lost = clinic.book(&people[1].cx, &people[1].id, &siti.offer, monday("09:15")).await;
        assert!(lost.as_ref().is_err_and(|e| e.is_conflict("slot-taken")));
        let offered = offered(lost);
        assert_eq!(offered, ["09:30", "09:00", "09:45"]);
    }

    /// C3
    async fn r_c7_alternatives_are_written_with_the_offset_of_the_facility(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let people = clinic.patients(2).await?;
        clinic.book(&people[0].cx, &people[0].id, &siti.offer, monday("09:15")).await?;
        let lost = clinic.book(&people[1].cx, &people[1].id, &siti.offer, monday("09:15")).await;
        let Err(platform::Error::Conflict(conflict)) = lost else { panic!("no conflict") };
        assert_eq!(conflict.alternatives[0]["at"], "2026-11-23T09:30:00+08:00");
        assert!(serde_json::from_value::<Vec<SlotTime>>(conflict.alternatives).is_ok());
    }

    /// C3
    async fn r_g2_r_g10_what_is_not_listed_cannot_be_booked(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let budi = clinic.patient("Budi").await?;
        let refused = [
            (monday("08:45"), "no-session"),
            (monday("12:00"), "no-session"),
            (monday("09:05"), "not-on-grid"),
            (at(MAKASSAR, MONDAY.yesterday().unwrap(), "09:00"), "no-session"),
            (at(MAKASSAR, "2026-11-20".parse().unwrap(), "09:00"), "past"),
            (at(MAKASSAR, "2027-02-15".parse().unwrap(), "09:00"), "horizon"),
            (jiff::Timestamp::MIN, "no-session"),
            (jiff::Timestamp::MAX, "not-on-grid"),
        ];
        for (when, why) in refused {
            assert_eq!(rule(clinic.book(&budi.cx, &budi.id, &siti.offer, when).await), why, "{when}");
            assert_eq!(rule(clinic.hold(&budi.cx, &siti.offer, when).await), why, "{when}");
        }
    }

    /// C1, C3
    async fn r_g3_buffers_before_and_after_keep_others_away(db: Db) {
        let clinic = Clinic::on(db).await?;
        let losari = clinic.facility("losari", MAKASSAR).await?;
        let mut consultation = clinic.consultation(&losari).await?;
        (consultation.buffer_before_minutes, consultation.buffer_after_minutes) = (5, 10);
        clinic.service_is(consultation.clone()).await?;
        let siti = clinic.doctor("siti").at(&consultation).weekdays("09:00", "12:00").listed().await?;
        assert_eq!(clinic.free(&siti.offer, MONDAY).await?[..2], ["09:15", "09:30"], "the buffer before lies in the session");
        let budi = clinic.patient("Budi").await?;
        clinic.book(&budi.cx, &budi.id, &siti.offer, monday("10:00")).await?;
        let free = clinic.free(&siti.offer, MONDAY).await?;
        assert!(!free.contains(&"09:45".to_owned()) && !free.contains(&"10:15".to_owned()), "{free:?}");
        assert!(free.contains(&"09:30".to_owned()) && free.contains(&"10:30".to_owned()), "{free:?}");
        let ani = clinic.patient("Ani").await?;
        assert_eq!(word(clinic.book(&ani.cx, &ani.id, &siti.offer, monday("10:15")).await), "slot-taken");
    }

    /// C3, J9
    async fn r_c5_the_same_key_and_body_is_one_booking_another_body_a_conflict(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let budi = clinic.patient("Budi").await?;
        let ask = visit(&budi.id, &siti.offer, monday("09:15"));
        let key = Some("k-1".to_owned());
        let first = clinic.verbs.book(&budi.cx, key.clone(), ask.clone()).await?;
        let again = clinic.verbs.book(&budi.cx, key.clone(), ask.clone()).await?;
        assert_eq!(serde_json::to_value(&first).unwrap(), serde_json::to_value(&again).unwrap());
        let other = Book { complaint: "Demam".to_owned(), ..ask.clone() };
        assert_eq!(word(clinic.verbs.book(&budi.cx, key.clone(), other).await), "key-reused");
        let kept: Option<(String,)> = clinic.db.read(async |tx| tx.one("select digest from idempotency", &[]).await).await?;
        let open = platform::crypto::sha256_hex(&serde_json::to_vec(&ask).unwrap());
        assert!(!kept.unwrap().0.contains(&open), "whoever holds the database can try complaints out");
        // The answer stays, when the time is long past; and it is that of its account only.
        clinic.asking.later(monday("11:00"));
        assert_eq!(clinic.verbs.book(&budi.cx, key.clone(), ask).await?.id, first.id);
        let ani = clinic.patient("Ani").await?;
        let hers = clinic.verbs.book(&ani.cx, key, visit(&ani.id, &siti.offer, monday("11:30"))).await?;
        assert_ne!(hers.id, first.id);
    }

    /// C3
    async fn r_c5_a_refused_request_leaves_its_key_free(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let people = clinic.patients(2).await?;
        let first = clinic.book(&people[0].cx, &people[0].id, &siti.offer, monday("09:15")).await?;
        let ask = visit(&people[1].id, &siti.offer, monday("09:15"));
        let key = Some("k-1".to_owned());
        assert_eq!(word(clinic.verbs.book(&people[1].cx, key.clone(), ask.clone()).await), "slot-taken");
        clinic.cancel(&people[0].cx, &first).await?;
        assert_eq!(clinic.verbs.book(&people[1].cx, key, ask).await?.state, State::Booked);
    }

    /// C5
    async fn the_complaint_is_asked_of_patients_and_bounded(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let budi = clinic.patient("Budi").await?;
        let mut ask = visit(&budi.id, &siti.offer, monday("09:15"));
        for (complaint, code) in [("  a ", "complaint-too-short"), ("", "complaint-too-short"), ("a\u{0}bc", "control-characters")] {
            ask.complaint = complaint.to_owned();
            assert_eq!(field(clinic.verbs.book(&budi.cx, None, ask.clone()).await), ("complaint".to_owned(), code.to_owned()));
        }
        ask.complaint = "x".repeat(1_001);
        assert_eq!(field(clinic.verbs.book(&budi.cx, None, ask.clone()).await).1, "too-long");
        ask.complaint = "🤒".repeat(1_000);
        let booked = clinic.verbs.book(&budi.cx, None, ask).await?;
        assert_eq!(booked.complaint.unwrap().chars().count(), 1_000);
    }

    /// C5, E6
    async fn the_complaint_is_sealed_and_read_by_patient_and_doctor_only(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db.clone()).await?;
        let budi = clinic.patient("Budi").await?;
        let booked = clinic.book(&budi.cx, &budi.id, &siti.offer, monday("09:15")).await?;
        let kept: Option<(Vec<u8>,)> = db.read(async |tx| tx.one("select complaint from appointment", &[]).await).await?;
        let kept = kept.unwrap().0;
        assert!(!kept.windows(5).any(|w| w == b"Batuk"), "the complaint lies open in the database");
        let id = booked.id.to_string();
        assert!(clinic.verbs.appointment(&siti.cx, &id).await?.complaint.is_some());
        let losari = &siti.offer.facility;
        for cx in [clinic.asking.front_desk(losari), clinic.asking.admin(losari), clinic.asking.super_admin()] {
            assert!(clinic.verbs.appointment(&cx, &id).await?.complaint.is_none());
        }
    }

    /// C9
    async fn staff_book_on_behalf_without_a_complaint(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let budi = clinic.patient("Budi").await?;
        let desk = clinic.asking.front_desk(&siti.offer.facility);
        let ask = Book { complaint: String::new(), ..visit(&budi.id, &siti.offer, monday("09:15")) };
        let booked = clinic.verbs.book(&desk, None, ask).await?;
        assert!(booked.on_behalf && booked.complaint.is_none());
        assert_eq!(clinic.verbs.appointment(&budi.cx, &booked.code).await?.id, booked.id);
    }

    /// A9
    async fn a_patient_of_whom_the_news_has_not_come_yet_is_asked_for(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let cx = clinic.asking.system();
        let account = cx.new_id();
        let profile = clinic.profile("Baru", &[&account]);
        clinic.people.know(profile.clone());
        let own = clinic.asking.patient(&account);
        let booked = clinic.book(&own, &profile.patient, &siti.offer, monday("09:15")).await?;
        assert_eq!(booked.patient_name, "Baru");
        let desk = clinic.asking.front_desk(&siti.offer.facility);
        let walk_in = clinic.profile("Datang", &[]);
        clinic.people.know(walk_in.clone());
        assert_eq!(clinic.book(&desk, &walk_in.patient, &siti.offer, monday("09:30")).await?.patient_name, "Datang");
        assert_eq!(word(clinic.book(&desk, &cx.new_id(), &siti.offer, monday("09:45")).await), "patient");
    }

    /// C2, C4
    async fn r_c10_codes_are_their_own(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let people = clinic.patients(12).await?;
        let mut codes = std::collections::HashSet::new();
        for (n, person) in people.iter().enumerate() {
            let minutes = jiff::SignedDuration::from_mins(15 * n as i64);
            codes.insert(clinic.book(&person.cx, &person.id, &siti.offer, monday("09:00") + minutes).await?.code);
        }
        assert_eq!(codes.len(), 12);
    }

    /// C11
    async fn r_h6_the_price_is_the_servers_and_stays_what_it_was(db: Db) {
        let clinic = Clinic::on(db).await?;
        let losari = clinic.facility("losari", MAKASSAR).await?;
        let mut consultation = clinic.consultation(&losari).await?;
        let siti = clinic.doctor("siti").at(&consultation).weekdays("09:00", "12:00").listed().await?;
        let own_fee = clinic.doctor("made").at_fee(&consultation, Some(275_000)).weekdays("09:00", "12:00").listed().await?;
        let people = clinic.patients(3).await?;
        let booked = clinic.book(&people[0].cx, &people[0].id, &siti.offer, monday("09:00")).await?;
        assert_eq!(clinic.book(&people[1].cx, &people[1].id, &own_fee.offer, monday("09:00")).await?.price, Money::idr(275_000));
        let hold = clinic.hold(&people[2].cx, &siti.offer, monday("09:15")).await?;
        consultation.price = Money::idr(999_000);
        clinic.service_is(consultation).await?;
        let read = clinic.verbs.appointment(&people[0].cx, &booked.code).await?;
        assert_eq!(read.price, Money::idr(150_000), "booked at the old tariff");
        let moved = clinic.move_to(&people[0].cx, &booked, monday("10:00")).await?;
        assert_eq!(moved.price, Money::idr(150_000), "moved with the same doctor");
        let ask = Book { hold: Some(hold.id), ..visit(&people[2].id, &siti.offer, monday("09:15")) };
        assert_eq!(clinic.verbs.book(&people[2].cx, None, ask).await?.price, hold.price, "held at the old tariff");
    }

    /// C1, C2
    async fn modes_are_those_of_hours_and_service(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let only_online = vec![Hours { modes: vec![Mode::Online], ..hours(1, "09:00", "12:00") }];
        clinic.set_hours(&siti.offer, only_online).await?;
        let budi = clinic.patient("Budi").await?;
        assert_eq!(rule(clinic.book(&budi.cx, &budi.id, &siti.offer, monday("09:00")).await), "wrong-mode");
        let online = Offer { mode: Mode::Online, ..siti.offer.clone() };
        assert_eq!(clinic.book(&budi.cx, &budi.id, &online, monday("09:00")).await?.offer.mode, Mode::Online);
    }

    /// C2
    async fn r_g7_a_vaccination_desk_takes_twenty_at_a_time(db: Db) {
        let clinic = Clinic::on(db).await?;
        let losari = clinic.facility("losari", MAKASSAR).await?;
        let vaccine = clinic.service(&losari, ServiceKind::Vaccination, 30).await?;
        let (_, offer) = clinic.desk(&[&vaccine], "08:00", "10:00", 20).await?;
        let people = clinic.patients(21).await?;
        for person in &people[..20] {
            clinic.book(&person.cx, &person.id, &offer, monday("08:00")).await?;
        }
        let last = &people[20];
        assert_eq!(word(clinic.book(&last.cx, &last.id, &offer, monday("08:00")).await), "slot-taken");
        assert_eq!(clinic.free(&offer, MONDAY).await?, ["08:30", "09:00", "09:30"]);
    }

    /// C1
    async fn r_v8_no_booking_without_listing_practice_or_licence(db: Db) {
        let clinic = Clinic::on(db).await?;
        let losari = clinic.facility("losari", MAKASSAR).await?;
        let consultation = clinic.consultation(&losari).await?;
        let new = clinic.doctor("siti").at(&consultation).weekdays("09:00", "12:00");
        let mut event = new.event();
        clinic.doctor_is(event.clone()).await?;
        let offer = Offer {
            facility: losari.clone(),
            service: consultation.id.clone(),
            doctor: Some(event.doctor.clone()),
            mode: Mode::InPerson,
        };
        let people = clinic.patients(3).await?;
        let stays = clinic.book(&people[0].cx, &people[0].id, &offer, tuesday("09:00")).await?;
        event.practices[0].sip_until = MONDAY;
        clinic.doctor_is(event.clone()).await?;
        assert_eq!(rule(clinic.book(&people[1].cx, &people[1].id, &offer, tuesday("09:15")).await), "licence");
        clinic.book(&people[1].cx, &people[1].id, &offer, monday("09:15")).await?;
        event.practices[0].sip_until = TUESDAY;
        event.str_until = Some(MONDAY);
        clinic.doctor_is(event.clone()).await?;
        assert_eq!(rule(clinic.book(&people[2].cx, &people[2].id, &offer, tuesday("09:15")).await), "licence");
        event.str_until = None;
        event.state = contracts::directory::DoctorState::Retired;
        clinic.doctor_is(event.clone()).await?;
        assert_eq!(word(clinic.book(&people[2].cx, &people[2].id, &offer, tuesday("09:15")).await), "service");
        event.state = contracts::directory::DoctorState::Listed;
        event.practices.clear();
        clinic.doctor_is(event).await?;
        assert_eq!(word(clinic.book(&people[2].cx, &people[2].id, &offer, tuesday("09:15")).await), "service");
        assert_eq!(clinic.verbs.appointment(&people[0].cx, &stays.code).await?.state, State::Booked, "nobody is orphaned");
    }

    /// B1, C3
    async fn a_shut_facility_and_a_stopped_service_take_no_bookings(db: Db) {
        let clinic = Clinic::on(db).await?;
        let losari = clinic.facility("losari", MAKASSAR).await?;
        let mut consultation = clinic.consultation(&losari).await?;
        let siti = clinic.doctor("siti").at(&consultation).weekdays("09:00", "12:00").listed().await?;
        let budi = clinic.patient("Budi").await?;
        let stays = clinic.book(&budi.cx, &budi.id, &siti.offer, tuesday("09:00")).await?;
        consultation.active = false;
        clinic.service_is(consultation.clone()).await?;
        assert_eq!(word(clinic.book(&budi.cx, &budi.id, &siti.offer, monday("09:00")).await), "service");
        consultation.active = true;
        clinic.service_is(consultation).await?;
        clinic.facility_is(&losari, "losari", MAKASSAR, false).await?;
        assert_eq!(word(clinic.book(&budi.cx, &budi.id, &siti.offer, monday("09:00")).await), "service");
        assert_eq!(clinic.verbs.appointment(&budi.cx, &stays.code).await?.state, State::Booked);
    }
}
