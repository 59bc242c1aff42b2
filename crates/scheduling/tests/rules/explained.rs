//! Why there is no time: the rule by name, for those who plan it and the front desk.

use contracts::{
    directory::{DoctorState, ServiceKind},
    scheduling::*,
};
use jiff::{Timestamp, civil::date};
use platform::{Cx, Result, db::Db};

use crate::clinic::*;

async fn rule_at(clinic: &Clinic, cx: &Cx, offer: &Offer, at: Timestamp) -> Result<Option<String>> {
    let ask = ExplainAsk { offer: offer.clone(), date: None, at: Some(at), staff: false };
    let explained = clinic.verbs.explain(cx, ask).await?;
    Ok(explained.at.unwrap().why.map(|why| why.rule))
}

macro_rules! says {
    ($clinic:expr, $siti:expr, $at:expr, $rule:expr) => {
        assert_eq!(rule_at(&$clinic, &$siti.cx, &$siti.offer, $at).await?.as_deref(), $rule);
    };
}

testkit::db_test! {
    &[];

    /// C1
    async fn r_g10_each_rule_is_named(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let people = clinic.patients(3).await?;
        says!(clinic, siti, monday("09:30"), None);
        says!(clinic, siti, monday("09:35"), Some("not-on-grid"));
        says!(clinic, siti, monday("13:00"), Some("outside-hours"));
        says!(clinic, siti, at(MAKASSAR, date(2026, 11, 29), "09:00"), Some("no-hours"));
        says!(clinic, siti, at(MAKASSAR, date(2026, 12, 25), "09:00"), Some("holiday"));
        says!(clinic, siti, at(MAKASSAR, date(2027, 6, 1), "09:00"), Some("horizon"));
        clinic.book(&people[0].cx, &people[0].id, &siti.offer, monday("09:30")).await?;
        says!(clinic, siti, monday("09:30"), Some("taken"));
        clinic.hold(&people[1].cx, &siti.offer, monday("10:00")).await?;
        says!(clinic, siti, monday("10:00"), Some("held"));
        clinic.leave(&siti, monday("11:00"), monday("11:30")).await?;
        says!(clinic, siti, monday("11:15"), Some("leave"));
        clinic.policy(&siti.offer.facility, |policy| policy.book_notice_minutes = 3 * 24 * 60).await?;
        says!(clinic, siti, monday("09:15"), Some("notice"));
        clinic.policy(&siti.offer.facility, |policy| policy.book_notice_minutes = 0).await?;
        clinic.set_schedule(&siti.offer, weekdays("09:00", "12:00"), Some(1)).await?;
        says!(clinic, siti, monday("09:15"), Some("day-full"));
        clinic.set_hours(&siti.offer, vec![Hours { valid_until: Some(date(2026, 11, 1)), ..hours(1, "09:00", "12:00") }]).await?;
        says!(clinic, siti, monday("09:15"), Some("hours-over"));
        clinic.asking.later(monday("10:00"));
        says!(clinic, siti, monday("09:15"), Some("hours-over"));
    }

    /// C1
    async fn r_v8_a_licence_a_closed_facility_and_work_elsewhere_are_named(db: Db) {
        let clinic = Clinic::on(db).await?;
        let (losari, panakkukang) = (clinic.facility("losari", MAKASSAR).await?, clinic.facility("panakkukang", MAKASSAR).await?);
        let (here, there) = (clinic.consultation(&losari).await?, clinic.consultation(&panakkukang).await?);
        let mut event = clinic.doctor("siti").at(&here).weekdays("09:00", "12:00").at(&there).weekdays("09:00", "12:00").event();
        clinic.doctor_is(event.clone()).await?;
        let offer = |service: &contracts::directory::Service| Offer {
            facility: service.facility.clone(), service: service.id.clone(), doctor: Some(event.doctor.clone()), mode: contracts::directory::Mode::InPerson,
        };
        let (offer_here, offer_there) = (offer(&here), offer(&there));
        let desk = clinic.asking.front_desk(&losari);
        let budi = clinic.patient("Budi").await?;
        clinic.book(&budi.cx, &budi.id, &offer_there, monday("09:00")).await?;
        assert_eq!(rule_at(&clinic, &desk, &offer_here, monday("09:00")).await?.as_deref(), Some("elsewhere"));
        event.practices[0].sip_until = date(2026, 11, 22);
        clinic.doctor_is(event.clone()).await?;
        assert_eq!(rule_at(&clinic, &desk, &offer_here, monday("09:30")).await?.as_deref(), Some("licence-sip"));
        event.str_until = Some(date(2026, 11, 22));
        clinic.doctor_is(event.clone()).await?;
        assert_eq!(rule_at(&clinic, &desk, &offer_here, monday("09:30")).await?.as_deref(), Some("licence-str"));
        event.state = DoctorState::Retired;
        clinic.doctor_is(event.clone()).await?;
        assert_eq!(rule_at(&clinic, &desk, &offer_here, monday("09:30")).await?.as_deref(), Some("doctor-not-listed"));
        clinic.facility_is(&losari, "losari", MAKASSAR, false).await?;
        assert_eq!(rule_at(&clinic, &desk, &offer_here, monday("09:30")).await?.as_deref(), Some("facility-closed"));
    }

    /// C1
    async fn r_g3_a_neighbour_that_only_its_buffer_reaches_is_named(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let mut long = clinic.service(&siti.offer.facility, ServiceKind::LabTest, 15).await?;
        long.buffer_after_minutes = 15;
        clinic.service_is(long.clone()).await?;
        let (_, lab) = clinic.desk(&[&long], "08:00", "10:00", 1).await?;
        let lab = Offer { service: long.id.clone(), ..lab };
        let budi = clinic.patient("Budi").await?;
        clinic.book(&budi.cx, &budi.id, &lab, monday("09:00")).await?;
        let desk = clinic.asking.front_desk(&siti.offer.facility);
        assert_eq!(rule_at(&clinic, &desk, &lab, monday("08:45")).await?.as_deref(), Some("buffer"));
        assert_eq!(rule_at(&clinic, &desk, &lab, monday("09:00")).await?.as_deref(), Some("taken"));
    }

    /// C1, A4
    async fn r_g9_only_those_who_plan_or_book_for_others_are_told_why(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let ani = clinic.patient("Ani").await?;
        assert_eq!(word(rule_at(&clinic, &ani.cx, &siti.offer, monday("09:00")).await), "forbidden");
        let other = clinic.facility("other", MAKASSAR).await?;
        assert_eq!(word(rule_at(&clinic, &clinic.asking.admin(&other), &siti.offer, monday("09:00")).await), "schedule");
        assert_eq!(rule_at(&clinic, &clinic.asking.front_desk(&siti.offer.facility), &siti.offer, monday("09:00")).await?, None);
    }

    /// C1
    async fn a_day_is_whole_and_its_offered_parts_are_the_free_times(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let budi = clinic.patient("Budi").await?;
        clinic.book(&budi.cx, &budi.id, &siti.offer, monday("09:30")).await?;
        let ask = ExplainAsk { offer: siti.offer.clone(), date: Some(MONDAY), at: None, staff: false };
        let day = clinic.verbs.explain(&siti.cx, ask).await?;
        let (first, last) = (day.stretches.first().unwrap(), day.stretches.last().unwrap());
        assert_eq!((first.from, last.until), (monday("00:00"), tuesday("00:00")));
        let offered = day.stretches.iter().filter(|stretch| stretch.why.is_none()).count();
        assert_eq!(offered, clinic.free(&siti.offer, MONDAY).await?.len());
        let taken = day.stretches.iter().find(|stretch| stretch.from == monday("09:30")).unwrap();
        assert_eq!((taken.until - taken.from).total(jiff::Unit::Minute).unwrap() as i64, 15);
        assert_eq!(taken.why.as_ref().unwrap().rule, "taken");
    }
}
