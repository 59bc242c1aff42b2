//! Lists of appointments: order, pages, filters, and counts.

use contracts::{directory::ServiceKind, scheduling::*};
use jiff::civil::date;
use platform::db::{Db, PageAsk};

use crate::clinic::*;

testkit::db_test! {
    &[];

    /// C8
    async fn upcoming_come_first_first_and_past_last_first(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let budi = clinic.patient("Budi").await?;
        let day = |n: i8| at(MAKASSAR, date(2026, 11, 23 + n), "09:00");
        let mut ids = Vec::new();
        for n in [2, 0, 3, 1] {
            ids.push(clinic.book(&budi.cx, &budi.id, &siti.offer, day(n)).await?);
        }
        clinic.cancel(&budi.cx, &ids[2]).await?;
        clinic.asking.later(day(1));
        let list = async |when| {
            let ask = AppointmentSearch { when, ..Default::default() };
            let page = clinic.verbs.appointments(&budi.cx, ask).await?;
            ok(page.items.iter().map(|a| a.starts_at).collect::<Vec<_>>())
        };
        assert_eq!(list(Some(When::Upcoming)).await?, [day(1), day(2)], "the running one is not over");
        assert_eq!(list(Some(When::Past)).await?, [day(3), day(0)], "cancelled ones are past");
        assert_eq!(list(None).await?, [day(0), day(1), day(2), day(3)]);
        clinic.asking.minutes_later(15);
        assert_eq!(list(Some(When::Upcoming)).await?, [day(2)]);
        assert_eq!(list(Some(When::Past)).await?, [day(3), day(1), day(0)]);
    }

    /// C8, C9, J9
    async fn lists_page_by_key_and_stay_right_while_rows_come(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let losari = siti.offer.facility.clone();
        let lab = clinic.service(&losari, ServiceKind::LabTest, 30).await?;
        let (_, lab) = clinic.desk(&[&lab], "09:00", "12:00", 5).await?;
        let people = clinic.patients(13).await?;
        for (n, person) in people[..12].iter().enumerate() {
            let minutes = jiff::SignedDuration::from_mins(30 * (n as i64 / 4));
            clinic.book(&person.cx, &person.id, &lab, monday("09:00") + minutes).await?;
        }
        for when in [None, Some(When::Upcoming)] {
            let desk = clinic.asking.front_desk(&losari);
            let mut ask = AppointmentSearch { when, page: PageAsk::first(5), ..Default::default() };
            let mut seen = Vec::new();
            loop {
                let page = clinic.verbs.appointments(&desk, ask.clone()).await?;
                assert!(page.items.len() <= 5);
                seen.extend(page.items.into_iter().map(|a| (a.starts_at, a.id)));
                match page.next {
                    Some(next) => ask.page.after = Some(next),
                    None => break,
                }
                if when.is_some() && seen.len() == 5 {
                    clinic.book(&people[12].cx, &people[12].id, &lab, monday("09:00")).await?;
                }
            }
            let mut sorted = seen.clone();
            sorted.sort();
            sorted.dedup();
            assert_eq!(sorted, seen, "in order, nobody twice");
            assert_eq!(seen.len(), 12, "the one that came before the page already read is not missed by others");
        }
        let past = AppointmentSearch { when: Some(When::Past), page: PageAsk::first(5), ..Default::default() };
        clinic.asking.later(monday("12:00"));
        let desk = clinic.asking.front_desk(&losari);
        let first = clinic.verbs.appointments(&desk, past.clone()).await?;
        let second = clinic.verbs.appointments(&desk, AppointmentSearch { page: PageAsk { after: first.next, limit: 5 }, ..past }).await?;
        assert!(second.items[0].starts_at <= first.items[4].starts_at && second.items[0].id != first.items[4].id);
    }

    /// C9
    async fn admins_filter_by_everything_they_see(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let losari = siti.offer.facility.clone();
        let service = clinic.consultation(&losari).await?;
        let made = clinic.doctor("made").at(&service).weekdays("09:00", "12:00").listed().await?;
        let menteng = clinic.facility("menteng", JAKARTA).await?;
        let service = clinic.consultation(&menteng).await?;
        let lina = clinic.doctor("lina").at(&service).weekdays("09:00", "12:00").listed().await?;
        let people = clinic.patients(3).await?;
        let a = clinic.book(&people[0].cx, &people[0].id, &siti.offer, monday("09:00")).await?;
        let b = clinic.book(&people[1].cx, &people[1].id, &made.offer, tuesday("09:00")).await?;
        let c = clinic.book(&people[2].cx, &people[2].id, &lina.offer, at(JAKARTA, MONDAY, "09:00")).await?;
        let b = clinic.cancel(&people[1].cx, &b).await?;
        let admin = clinic.asking.admin(&losari);
        let both = clinic.asking.staff(testkit::asking::ADMIN, &[&losari, &menteng]);
        let (root, guest) = (clinic.asking.super_admin(), clinic.asking.guest("192.0.2.7"));
        let list = async |cx, ask| {
            let page = clinic.verbs.appointments(cx, ask).await?;
            ok(page.items.into_iter().map(|a| a.id).collect::<Vec<_>>())
        };
        let all = AppointmentSearch::default;
        assert_eq!(list(&admin, all()).await?, [a.id.clone(), b.id.clone()], "of the facilities one serves");
        assert_eq!(list(&both, all()).await?, [a.id.clone(), c.id.clone(), b.id.clone()], "by time over facilities");
        assert_eq!(list(&root, all()).await?.len(), 3);
        assert_eq!(list(&both, AppointmentSearch { facility: Some(menteng.clone()), ..all() }).await?, [c.id.clone()]);
        assert_eq!(word(list(&admin, AppointmentSearch { facility: Some(menteng), ..all() }).await), "facility");
        assert_eq!(list(&admin, AppointmentSearch { doctor: Some(made.id.clone()), ..all() }).await?, [b.id.clone()]);
        assert_eq!(list(&admin, AppointmentSearch { patient: Some(people[0].id.clone()), ..all() }).await?, [a.id.clone()]);
        assert_eq!(list(&admin, AppointmentSearch { state: Some(State::Cancelled), ..all() }).await?, [b.id.clone()]);
        assert_eq!(list(&admin, AppointmentSearch { from: Some(TUESDAY), ..all() }).await?, [b.id.clone()]);
        assert_eq!(list(&admin, AppointmentSearch { until: Some(MONDAY), ..all() }).await?, [a.id.clone()]);
        assert_eq!(list(&admin, AppointmentSearch { when: Some(When::Past), until: Some(TUESDAY), ..all() }).await?, [b.id.clone()]);
        assert_eq!(list(&admin, AppointmentSearch { code: Some(a.code.to_lowercase()), ..all() }).await?, [a.id.clone()]);
        assert!(list(&admin, AppointmentSearch { code: Some(c.code), ..all() }).await?.is_empty());
        assert!(list(&admin, AppointmentSearch { code: Some("'; drop table appointment".into()), ..all() }).await?.is_empty());
        for extreme in [jiff::civil::Date::MIN, jiff::civil::Date::MAX] {
            list(&admin, AppointmentSearch { from: Some(extreme), ..all() }).await?;
            list(&admin, AppointmentSearch { until: Some(extreme), when: Some(When::Past), ..all() }).await?;
        }
        assert_eq!(list(&siti.cx, all()).await?, [a.id.clone()], "a doctor sees their practice");
        assert!(list(&made.cx, AppointmentSearch { doctor: Some(siti.id.clone()), ..all() }).await?.is_empty());
        assert_eq!(list(&people[0].cx, all()).await?, [a.id]);
        assert_eq!(word(list(&guest, all()).await), "unauthenticated");
    }

    /// A9, C8
    async fn a_family_is_one_list(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let mother = clinic.patient("Ibu").await?;
        let child = clinic.profile("Anak", &[&mother.account]);
        clinic.people_say(child.clone()).await?;
        let b = clinic.book(&mother.cx, &child.patient, &siti.offer, monday("09:15")).await?;
        let a = clinic.book(&mother.cx, &mother.id, &siti.offer, monday("09:00")).await?;
        let all = clinic.verbs.appointments(&mother.cx, AppointmentSearch::default()).await?;
        assert_eq!(all.items.into_iter().map(|a| a.id).collect::<Vec<_>>(), [a.id, b.id.clone()]);
        let of_child = AppointmentSearch { patient: Some(child.patient), ..Default::default() };
        let of_child = clinic.verbs.appointments(&mother.cx, of_child).await?;
        assert_eq!(of_child.items.into_iter().map(|a| a.id).collect::<Vec<_>>(), [b.id]);
    }

    /// C9
    async fn r_t2_counts_are_by_the_facilitys_own_day(db: Db) {
        let clinic = Clinic::on(db).await?;
        let sentani = clinic.facility("sentani", JAYAPURA).await?;
        let consultation = clinic.consultation(&sentani).await?;
        let siti = clinic.doctor("siti").at(&consultation).weekdays("00:00", "23:45").listed().await?;
        let people = clinic.patients(4).await?;
        for (person, when) in people.iter().zip([at(JAYAPURA, MONDAY, "08:00"), at(JAYAPURA, MONDAY, "08:15"), at(JAYAPURA, TUESDAY, "00:15"), at(JAYAPURA, MONDAY, "23:15")]) {
            clinic.book(&person.cx, &person.id, &siti.offer, when).await?;
        }
        let mine = clinic.verbs.appointments(&people[3].cx, AppointmentSearch::default()).await?.items.remove(0);
        clinic.cancel(&people[3].cx, &mine).await?;
        let admin = clinic.asking.admin(&sentani);
        let told: Vec<_> = clinic.verbs.counts(&admin, None, MONDAY, TUESDAY).await?.into_iter().map(|c| (c.date, c.state, c.count)).collect();
        assert_eq!(told, [(MONDAY, State::Booked, 2), (MONDAY, State::Cancelled, 1), (TUESDAY, State::Booked, 1)]);
        assert_eq!(clinic.verbs.counts(&admin, Some(sentani), TUESDAY, TUESDAY).await?.len(), 1);
        assert_eq!(word(clinic.verbs.counts(&admin, None, TUESDAY, MONDAY).await), "invalid");
        assert_eq!(word(clinic.verbs.counts(&admin, None, jiff::civil::Date::MIN, MONDAY).await), "invalid");
    }

    /// C9, A8
    async fn what_is_taken_along_is_of_ones_facilities_and_audited(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let losari = siti.offer.facility.clone();
        let menteng = clinic.facility("menteng", JAKARTA).await?;
        let people = clinic.patients(2).await?;
        let a = clinic.book(&people[0].cx, &people[0].id, &siti.offer, monday("09:00")).await?;
        clinic.book(&people[1].cx, &people[1].id, &siti.offer, tuesday("09:00")).await?;
        let admin = clinic.asking.admin(&losari);
        let all = AppointmentSearch::default;
        let taken = clinic.verbs.export(&admin, all()).await?;
        assert_eq!(taken.len(), 2);
        assert!(taken.iter().all(|visit| visit.complaint.is_none()));
        let of_monday = AppointmentSearch { until: Some(MONDAY), facility: Some(losari), page: PageAsk::first(1), ..all() };
        let taken = clinic.verbs.export(&admin, of_monday).await?;
        assert_eq!(taken.into_iter().map(|visit| visit.id).collect::<Vec<_>>(), [a.id]);
        assert!(clinic.verbs.export(&clinic.asking.admin(&menteng), all()).await?.is_empty(), "another facility's");
        let foreign = AppointmentSearch { facility: Some(menteng), ..all() };
        assert_eq!(word(clinic.verbs.export(&admin, foreign).await), "facility");
        assert_eq!(word(clinic.verbs.export(&people[0].cx, all()).await), "forbidden");
        assert_eq!(word(clinic.verbs.export(&siti.cx, all()).await), "forbidden");
        let noted: Option<(i64,)> = clinic.db.read(async move |tx| {
            tx.one("select count(*) from outbox where payload like '%appointment.export%'", &[]).await
        }).await?;
        assert_eq!(noted, Some((3,)));
    }
}
