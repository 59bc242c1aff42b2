//! The verbs of scheduling.

use contracts::scheduling::{
    AppointmentSearch, AskHold, Book, Change, Deed, Exception, ExceptionKind, FreeTimesAsk, Hours, Offer, Reschedule,
    ScheduleForm, State,
};
use jiff::SignedDuration;
use platform::{Error, Id as _};
use serde_json::json;

use crate::near_and_far;

near_and_far! {
    /// C3, C4, C6, C7, C8
    async fn visits_are_booked_moved_and_cancelled(verbs) {
        let (scheduling, guest) = (&verbs.scheduling, verbs.guest());
        let patient = verbs.app.sign_up("sari").await["patient"]["id"].as_str().unwrap().parse::<contracts::people::PatientId>().unwrap();
        verbs.app.settle().await;
        let (sari, desk) = (verbs.signed_in("sari").await, verbs.signed_in("admin1").await);
        let practice = &verbs.app.doctors[0].practices[0];
        let offer = Offer {
            facility: practice.facility.clone(), service: practice.services[0].service.clone(), doctor: Some(verbs.app.doctors[0].id.clone()),
            mode: serde_json::from_value(json!("in_person")).unwrap(),
        };
        let ask = || FreeTimesAsk { offer: offer.clone(), from: None, days: Some(14), taken: false };
        let listed = scheduling.free_times(&guest, ask()).await.unwrap();
        let free: Vec<_> = listed.days.iter().flat_map(|day| &day.times).map(|slot| slot.at).collect();
        assert!(free.len() > 5 && listed.earliest == Some(free[0]), "{listed:?}");
        let sunday = listed.days.iter().find(|day| day.times.is_empty()).map_or(listed.days[0].date, |day| day.date);
        assert!(!scheduling.why_not(&guest, offer.clone(), sunday).await.unwrap().is_empty());

        let hold = scheduling.hold(&sari, AskHold { offer: offer.clone(), starts_at: free[1] }).await.unwrap();
        assert_eq!(scheduling.held(&sari, &hold.id).await.unwrap().starts_at, free[1]);
        scheduling.release(&sari, &hold.id).await.unwrap();
        assert!(matches!(scheduling.held(&sari, &hold.id).await, Err(Error::NotFound(_) | Error::Conflict(_))));

        // A watcher from another process is let in a moment after it has asked.
        let mut moves = scheduling.watch();
        let told = async {
            loop {
                let hold = scheduling.hold(&sari, AskHold { offer: offer.clone(), starts_at: free[4] }).await.unwrap();
                scheduling.release(&sari, &hold.id).await.unwrap();
                // What moved before it watched may still be on its way here.
                let this = async {
                    loop {
                        let moved = moves.recv().await.unwrap();
                        if moved.starts_at == free[4] {
                            return moved;
                        }
                    }
                };
                if let Ok(moved) = tokio::time::timeout(std::time::Duration::from_millis(300), this).await {
                    return moved;
                }
            }
        };
        let moved = tokio::time::timeout(std::time::Duration::from_secs(30), told).await.expect("a move is told");
        assert_eq!(moved.doctor.as_ref(), offer.doctor.as_ref());

        let book = Book {
            offer: offer.clone(), starts_at: free[0], patient: patient.clone(), complaint: "Demam tiga hari".to_owned(), hold: None, override_reason: None,
        };
        let visit = scheduling.book(&sari, Some("key-1".to_owned()), book.clone()).await.unwrap();
        assert_eq!(scheduling.book(&sari, Some("key-1".to_owned()), book.clone()).await.unwrap().id, visit.id);
        let other = Book { complaint: "Batuk tiga hari".to_owned(), ..book.clone() };
        assert!(scheduling.book(&sari, Some("key-1".to_owned()), other).await.unwrap_err().is_conflict("key-reused"));
        let Err(Error::Conflict(taken)) = scheduling.book(&sari, None, book.clone()).await else { panic!("booked twice") };
        assert!(!taken.kind.is_empty() && taken.alternatives.as_array().is_some_and(|all| !all.is_empty()), "{taken:?}");
        let unknown = contracts::people::PatientId::from_parts(guest.now(), [3; 10]);
        assert!(scheduling.book(&sari, None, Book { patient: unknown, starts_at: free[2], ..book }).await.is_err());

        let shown = scheduling.appointment(&sari, &visit.code).await.unwrap();
        assert_eq!((shown.id.clone(), shown.complaint.as_deref(), shown.local_date), (visit.id.clone(), Some("Demam tiga hari"), visit.local_date));
        assert!(matches!(scheduling.appointment(&verbs.signed_in("admin2").await, &visit.code).await, Err(Error::NotFound("appointment"))));
        assert_eq!(scheduling.history(&sari, &visit.id).await.unwrap()[0].state, State::Booked);
        assert!(matches!(scheduling.export(&sari, AppointmentSearch::default()).await, Err(Error::Forbidden(_))));
        let mine = scheduling.appointments(&sari, AppointmentSearch { mine: Some(true), ..Default::default() }).await.unwrap();
        assert_eq!(mine.items[0].id, visit.id);
        let later = Reschedule { starts_at: free[3], doctor: None, reason: None, override_reason: None };
        let moved = scheduling.reschedule(&sari, &visit.id, visit.version, later.clone()).await.unwrap();
        assert_eq!((moved.starts_at, moved.moves), (free[3], 1));
        assert!(matches!(scheduling.reschedule(&sari, &visit.id, visit.version, later).await, Err(Error::Stale)));
        let cancel = Change { deed: Deed::Cancel, reason: Some("Berhalangan".to_owned()) };
        let cancelled = scheduling.change(&sari, &visit.id, moved.version, cancel).await.unwrap();
        assert_eq!(cancelled.state, State::Cancelled);
        let back = scheduling.correct(&desk, &visit.id, cancelled.version, State::Booked, "salah tekan".to_owned()).await;
        assert!(back.is_ok() || matches!(&back, Err(Error::Conflict(_) | Error::Invalid(_))), "{back:?}");
        let counted = scheduling.counts(&desk, Some(offer.facility.clone()), visit.local_date, visit.local_date).await.unwrap();
        assert!(counted.iter().map(|line| line.count).sum::<i64>() >= 1, "{counted:?}");
    }

    /// C1, C5, R.V4
    async fn hours_and_rules_are_kept(verbs) {
        let (scheduling, guest, boss) = (&verbs.scheduling, verbs.guest(), verbs.signed_in("super").await);
        let (facility, doctor) = (verbs.app.doctors[0].practices[0].facility.clone(), verbs.app.doctors[0].id.clone());
        let hours = |until: &str| Hours {
            weekday: 1, from: "09:00".parse().unwrap(), until: until.parse().unwrap(), valid_from: "2026-11-01".parse().unwrap(), valid_until: None,
            slot_minutes: Some(30), capacity: 1, modes: serde_json::from_value(json!(["in_person"])).unwrap(), services: Vec::new(),
        };
        let before = scheduling.schedules(&boss, Some(facility.clone()), Some(doctor.clone())).await.unwrap();
        let form = ScheduleForm { facility: facility.clone(), doctor: Some(doctor.clone()), services: Vec::new(), hours: vec![hours("12:00")], daily_cap: Some(8) };
        let version = before.first().map(|schedule| schedule.version);
        let (schedule, affected) = scheduling.set_schedule(&boss, version, form.clone()).await.unwrap();
        assert_eq!((schedule.daily_cap, schedule.hours.len(), affected.count), (Some(8), 1, 0));
        assert!(scheduling.set_schedule(&guest, None, form).await.is_err());
        let from = guest.now() + SignedDuration::from_hours(24 * 7);
        let leave = Exception {
            id: None, schedule: None, doctor: Some(doctor.clone()), facility: None, kind: ExceptionKind::Absent, starts_at: from,
            ends_at: from + SignedDuration::from_hours(24), slot_minutes: None, capacity: None, reason: Some("Cuti".to_owned()),
        };
        let (kept, _) = scheduling.add_exception(&boss, leave).await.unwrap();
        let id = kept.id.unwrap();
        let listed = scheduling.exceptions(&boss, Some(facility.clone()), Some(doctor), from, from + SignedDuration::from_hours(1)).await.unwrap();
        assert_eq!(listed[0].id.as_ref(), Some(&id));
        scheduling.remove_exception(&boss, &id).await.unwrap();
        assert!(matches!(scheduling.remove_exception(&boss, &id).await, Err(Error::NotFound(_))));
        let holidays = scheduling.holidays(&guest, 2026).await.unwrap();
        assert!(!holidays.is_empty());
        scheduling.set_holidays(&boss, vec![holidays[0].clone()]).await.unwrap();
        scheduling.remove_holiday(&boss, holidays[0].date).await.unwrap();
        assert!(matches!(scheduling.remove_holiday(&boss, holidays[0].date).await, Err(Error::NotFound("holiday"))));
        assert!(matches!(scheduling.holidays(&guest, 1).await, Err(Error::Invalid(_))));
        let policy = scheduling.policy(&guest, &facility).await.unwrap();
        let stricter = contracts::scheduling::Policy { book_notice_minutes: 90, ..policy.clone() };
        let set = scheduling.set_policy(&boss, &facility, policy.version, stricter.clone()).await.unwrap();
        assert_eq!((set.book_notice_minutes, scheduling.policy(&guest, &facility).await.unwrap()), (90, set.clone()));
        assert!(matches!(scheduling.set_policy(&boss, &facility, policy.version, stricter).await, Err(Error::Stale)));
    }
}
