//! What hours would come to, before they are kept.

use contracts::{directory::Mode, scheduling::*};
use jiff::civil::date;
use platform::db::Db;

use crate::clinic::*;

fn ask(offer: &Offer, hours: Vec<Hours>) -> PreviewAsk {
    PreviewAsk {
        form: ScheduleForm {
            facility: offer.facility.clone(),
            doctor: offer.doctor.clone(),
            services: Vec::new(),
            hours,
            daily_cap: None,
        },
        added: Vec::new(),
        removed: Vec::new(),
        service: offer.service.clone(),
        mode: Mode::InPerson,
        from: Some(MONDAY),
        days: Some(3),
    }
}

fn starts(day: &PreviewDay, change: StartChange) -> Vec<String> {
    day.times.iter().filter(|time| time.change == change).map(|time| time.local.to_string()).collect()
}

testkit::db_test! {
    &[];

    /// C1
    async fn r_v5_a_preview_shows_what_comes_and_goes_and_whom_it_leaves_outside(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let people = clinic.patients(2).await?;
        clinic.book(&people[0].cx, &people[0].id, &siti.offer, monday("09:00")).await?;
        let early = clinic.book(&people[1].cx, &people[1].id, &siti.offer, tuesday("09:00")).await?;
        let mut hours = vec![hours(1, "09:00", "09:30"), hours(1, "11:45", "12:15")];
        hours.push(Hours { valid_from: date(2026, 11, 25), ..crate::clinic::hours(3, "20:00", "20:15") });
        let preview = clinic.verbs.preview(&siti.cx, ask(&siti.offer, hours)).await?;
        let monday = &preview.days[0];
        assert_eq!(starts(monday, StartChange::Kept), ["09:00", "09:15", "11:45"]);
        assert_eq!(starts(monday, StartChange::New), ["12:00"]);
        assert_eq!(starts(monday, StartChange::Gone).len(), 9);
        assert_eq!(preview.days[1].status, DayStatus::Off);
        assert_eq!(starts(&preview.days[2], StartChange::New), ["20:00"]);
        assert_eq!(preview.affected.count, 1);
        assert_eq!(preview.affected.appointments[0].id, early.id);
        assert_eq!(clinic.free(&siti.offer, TUESDAY).await?.len(), 11, "nothing was kept");
    }

    /// C1
    async fn r_v1_a_preview_knows_departures_and_holidays(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let day_off = Exception { doctor: Some(siti.id.clone()), ..exception(ExceptionKind::Absent, monday("00:00"), tuesday("00:00")) };
        let wanted = PreviewAsk { added: vec![day_off], ..ask(&siti.offer, weekdays("09:00", "12:00")) };
        let preview = clinic.verbs.preview(&siti.cx, wanted).await?;
        assert_eq!(preview.days[0].status, DayStatus::Leave);
        assert_eq!(starts(&preview.days[0], StartChange::Gone).len(), 12);
        assert_eq!(starts(&preview.days[1], StartChange::Kept).len(), 12);
        let christmas = PreviewAsk { from: Some(date(2026, 12, 25)), days: Some(1), ..ask(&siti.offer, weekdays("09:00", "12:00")) };
        let preview = clinic.verbs.preview(&siti.cx, christmas).await?;
        assert_eq!(preview.days[0].status, DayStatus::Holiday);
        assert!(preview.days[0].holiday.is_some() && preview.days[0].times.is_empty());
    }

    /// C1, A4
    async fn r_a1_a_preview_is_for_those_who_may_edit(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let wanted = || ask(&siti.offer, weekdays("09:00", "12:00"));
        let other = clinic.facility("other", MAKASSAR).await?;
        assert_eq!(word(clinic.verbs.preview(&clinic.asking.admin(&other), wanted()).await), "schedule");
        assert_eq!(word(clinic.verbs.preview(&clinic.patient("Ani").await?.cx, wanted()).await), "forbidden");
        assert!(clinic.verbs.preview(&clinic.asking.admin(&siti.offer.facility), wanted()).await.is_ok());
        let bad = PreviewAsk { days: Some(40), ..wanted() };
        assert_eq!(field(clinic.verbs.preview(&siti.cx, bad).await).0, "days");
    }
}
