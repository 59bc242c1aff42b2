//! Many at once: never two winners, a clean conflict for the others, no deadlock, nothing of the 5xx kind.

use std::sync::Arc;

use contracts::{directory::ServiceKind, scheduling::*};
use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp, civil::date};
use platform::{Error, Result, db::Db};

use crate::clinic::*;

/// All at once, each on a task of its own.
pub async fn at_once<T: Send + 'static>(
    tasks: impl IntoIterator<Item = impl Future<Output = T> + Send + 'static>,
) -> Vec<T> {
    let running: Vec<_> = tasks.into_iter().map(tokio::spawn).collect();
    join_all(running).await.into_iter().map(|done| done.unwrap()).collect()
}

/// The winners; everybody else lost by one of these conflicts, and nothing else went wrong.
pub fn winners<T>(answers: Vec<Result<T>>, lost_by: &[&str]) -> Vec<T> {
    let mut won = Vec::new();
    for answer in answers {
        match answer {
            Ok(one) => won.push(one),
            Err(Error::Conflict(conflict)) => {
                assert!(lost_by.contains(&conflict.kind.as_str()), "lost by {}", conflict.kind)
            }
            Err(other) => panic!("not a clean conflict: {other}"),
        }
    }
    won
}

/// Nobody's time is taken twice, and every live appointment has its time.
pub async fn nothing_is_double(db: &Db) -> Result<()> {
    const DOUBLE: &str = "select count(*) from resource_claim a join resource_claim b on a.owner = b.owner and a.seat = b.seat \
        and a.appointment < b.appointment and a.starts_at < b.ends_at and b.starts_at < a.ends_at";
    const TWICE: &str = "select count(*) from patient_claim a join patient_claim b on a.patient = b.patient \
        and a.appointment < b.appointment and a.starts_at < b.ends_at and b.starts_at < a.ends_at";
    const HOMELESS: &str = "select count(*) from appointment a where a.state in ('pending', 'booked') and \
        (select count(*) from resource_claim c where c.appointment = a.id and c.starts_at <= a.starts_at and c.ends_at >= a.ends_at) <> 1";
    const GHOSTS: &str = "select count(*) from resource_claim c where c.hold_until is null and not exists \
        (select 1 from appointment a where a.id = c.appointment and a.state <> 'cancelled')";
    for sql in [DOUBLE, TWICE, HOMELESS, GHOSTS] {
        let found: Option<(i64,)> = db.read(async move |tx| tx.one(sql, &[]).await).await?;
        assert_eq!(found, Some((0,)), "{sql}");
    }
    Ok(())
}

pub async fn one_slot(clinic: &Clinic, siti: &Doctor, people: &[Person], rounds: i64) -> Result<()> {
    for round in 0..rounds {
        let day = MONDAY.checked_add(jiff::Span::new().days(round / 12 * 7)).unwrap();
        let when = at(MAKASSAR, day, "09:00") + SignedDuration::from_mins(15 * (round % 12));
        let tasks = people.iter().map(|person| {
            let (verbs, person, offer) = (clinic.verbs.clone(), person.clone(), siti.offer.clone());
            async move { verbs.book(&person.cx, None, visit(&person.id, &offer, when)).await }
        });
        // Who won an earlier round of that day has had their consultation.
        let won = winners(at_once(tasks).await, &["slot-taken", "day-limit"]);
        assert_eq!(won.len(), 1, "round {round}");
    }
    nothing_is_double(&clinic.db).await
}

pub async fn one_patient(clinic: &Clinic, doctors: &[Doctor], budi: &Person, rounds: i64) -> Result<()> {
    for round in 0..rounds {
        let tasks = doctors.iter().enumerate().map(|(n, doctor)| {
            let day = MONDAY.checked_add(jiff::Span::new().days(round)).unwrap();
            let when = at(MAKASSAR, day, "08:00") + SignedDuration::from_mins(15 * n as i64);
            let (verbs, person, offer) = (clinic.verbs.clone(), budi.clone(), doctor.offer.clone());
            async move { verbs.book(&person.cx, None, visit(&person.id, &offer, when)).await }
        });
        let won = winners(at_once(tasks).await, &["day-limit"]);
        assert_eq!(won.len(), 1, "round {round}");
        clinic.cancel(&budi.cx, &won[0]).await?;
    }
    nothing_is_double(&clinic.db).await
}

/// Callers move their visits among slots of which half are free, again and again.
pub async fn moving(clinic: &Clinic, doctors: &[Doctor], people: &[Person], slots: usize, rounds: usize) -> Result<()> {
    let desk = clinic.asking.front_desk(&doctors[0].offer.facility);
    let place = move |n: usize| monday("09:00") + SignedDuration::from_mins(15 * (n % 12) as i64);
    let mut visits = Vec::new();
    for (n, person) in people.iter().take(slots / 2).enumerate() {
        visits.push(clinic.book(&desk, &person.id, &doctors[n / 12 % doctors.len()].offer, place(n)).await?);
    }
    for round in 0..rounds {
        let tasks = (0..slots * 2).map(|n| {
            let visit = visits[n % visits.len()].clone();
            let to = (n * 7 + round * 5) % slots;
            let doctor = doctors[to / 12 % doctors.len()].id.clone();
            let (verbs, cx) = (clinic.verbs.clone(), desk.clone());
            async move {
                let ask = Reschedule {
                    starts_at: place(to),
                    doctor: Some(doctor),
                    reason: Some("x".into()),
                    override_reason: None,
                };
                match verbs.reschedule(&cx, &visit.id, visit.version, ask).await {
                    Err(Error::Stale) => Err(Error::conflict("stale")), // another moved it first
                    other => other,
                }
            }
        });
        let moved = winners(at_once(tasks).await, &["slot-taken", "stale", "patient-overlap"]);
        for one in moved {
            let at = visits.iter().position(|visit| visit.id == one.id).unwrap();
            assert_eq!(visits[at].version + 1, one.version, "moved once a round");
            visits[at] = one;
        }
        nothing_is_double(&clinic.db).await?;
    }
    Ok(())
}

/// Doctors of one facility who offer one service, weekdays 08:00–16:00 but for the first, who has 09:00–12:00.
pub async fn doctors(clinic: &Clinic, count: usize, from: &str, until: &str) -> Result<Vec<Doctor>> {
    let losari = clinic.facility("losari", MAKASSAR).await?;
    let consultation = clinic.consultation(&losari).await?;
    let mut doctors = Vec::new();
    for n in 0..count {
        doctors.push(clinic.doctor(&format!("d{n}")).at(&consultation).weekdays(from, until).listed().await?);
    }
    Ok(doctors)
}

testkit::db_test! {
    &[];

    /// C3
    async fn r_c1_the_database_itself_forbids_overlap(db: Db) {
        const OWNERS: &str = "insert into resource_claim (owner, seat, starts_at, ends_at, facility, hold_until, appointment) \
            values ('doc', $1, $2, $3, 'fac', null, 'apt') on conflict do nothing";
        const PATIENTS: &str = "insert into patient_claim (patient, starts_at, ends_at, appointment) \
            values ('pat', $1, $2, 'apt') on conflict do nothing";
        let clinic = Clinic::on(db.clone()).await?;
        let (nine, ten, minute) = (monday("09:00"), monday("10:00"), SignedDuration::from_mins(1));
        let spans = [
            (nine, ten, 1), (nine, ten, 0), (ten - minute, ten + minute, 0), (nine - minute, nine + minute, 0),
            (nine + minute, ten - minute, 0), (nine - minute, ten + minute, 0), (ten, ten + minute, 1), (nine - minute, nine, 1),
        ];
        for (from, until, kept) in spans {
            let owners = db.write(async move |tx| tx.exec(OWNERS, &[&1, &from, &until]).await).await?;
            let patients = db.write(async move |tx| tx.exec(PATIENTS, &[&from, &until]).await).await?;
            assert_eq!((owners, patients), (kept, kept), "{from} to {until}");
        }
        assert_eq!(db.write(async move |tx| tx.exec(OWNERS, &[&2, &nine, &ten]).await).await?, 1, "another seat");
        drop(clinic);
    }

    /// C3
    async fn r_c1_many_callers_one_slot_one_winner(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let people = clinic.patients(100).await?;
        one_slot(&clinic, &siti, &people, 6).await?;
    }

    /// C4
    async fn r_c3_one_patient_many_consultations_of_a_day_at_once(db: Db) {
        let clinic = Clinic::on(db).await?;
        let doctors = doctors(&clinic, 16, "08:00", "16:00").await?;
        let budi = clinic.patient("Budi").await?;
        one_patient(&clinic, &doctors, &budi, 5).await?;
    }

    /// C6
    async fn r_n2_many_callers_move_visits_among_few_slots(db: Db) {
        let clinic = Clinic::on(db).await?;
        let doctors = doctors(&clinic, 2, "09:00", "12:00").await?;
        let people = clinic.patients(24).await?;
        clinic.policy(&doctors[0].offer.facility, |policy| policy.max_upcoming = 0).await?;
        moving(&clinic, &doctors, &people, 24, 8).await?;
    }

    /// C2, C3
    async fn r_g7_of_sixty_at_once_twenty_are_vaccinated(db: Db) {
        let clinic = Clinic::on(db).await?;
        let losari = clinic.facility("losari", MAKASSAR).await?;
        let vaccine = clinic.service(&losari, ServiceKind::Vaccination, 30).await?;
        let (_, offer) = clinic.desk(&[&vaccine], "08:00", "10:00", 20).await?;
        let people = clinic.patients(60).await?;
        let tasks = people.into_iter().map(|person| {
            let (verbs, offer) = (clinic.verbs.clone(), offer.clone());
            async move { verbs.book(&person.cx, None, visit(&person.id, &offer, monday("08:00"))).await }
        });
        assert_eq!(winners(at_once(tasks).await, &["slot-taken"]).len(), 20);
        nothing_is_double(&clinic.db).await?;
    }

    /// C1, C3
    async fn r_c3_a_daily_cap_holds_under_a_rush(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        clinic.set_schedule(&siti.offer, weekdays("09:00", "12:00"), Some(3)).await?;
        let people = clinic.patients(24).await?;
        let tasks = people.into_iter().enumerate().map(|(n, person)| {
            let (verbs, offer) = (clinic.verbs.clone(), siti.offer.clone());
            let when = monday("09:00") + SignedDuration::from_mins(15 * (n as i64 % 12));
            async move { verbs.book(&person.cx, None, visit(&person.id, &offer, when)).await }
        });
        assert_eq!(winners(at_once(tasks).await, &["slot-taken", "not-bookable"]).len(), 3);
    }

    /// C4
    async fn r_l1_the_limit_of_coming_visits_holds_under_a_rush(db: Db) {
        let clinic = Clinic::on(db).await?;
        let doctors = doctors(&clinic, 8, "08:00", "16:00").await?;
        clinic.policy(&doctors[0].offer.facility, |policy| policy.max_upcoming = 3).await?;
        let budi = clinic.patient("Budi").await?;
        let tasks = doctors.iter().enumerate().map(|(n, doctor)| {
            let (verbs, budi, offer) = (clinic.verbs.clone(), budi.clone(), doctor.offer.clone());
            let when = at(MAKASSAR, [MONDAY, TUESDAY, date(2026, 11, 25), date(2026, 11, 26), date(2026, 11, 27), date(2026, 11, 30), date(2026, 12, 1), date(2026, 12, 2)][n], "09:00");
            async move { verbs.book(&budi.cx, None, visit(&budi.id, &offer, when)).await }
        });
        assert_eq!(winners(at_once(tasks).await, &["too-many-upcoming"]).len(), 3);
    }

    /// C3, J9
    async fn r_c5_the_same_key_at_the_same_instant_is_one_booking(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let budi = clinic.patient("Budi").await?;
        for n in 0..4 {
            let when = at(MAKASSAR, MONDAY.checked_add(jiff::Span::new().days(n)).unwrap(), "09:00");
            let tasks = (0..12).map(|_| {
                let (verbs, budi, offer) = (clinic.verbs.clone(), budi.clone(), siti.offer.clone());
                async move { verbs.book(&budi.cx, Some(format!("k-{n}")), visit(&budi.id, &offer, when)).await }
            });
            let answers: Vec<Appointment> = winners(at_once(tasks).await, &[]);
            assert_eq!(answers.len(), 12);
            assert!(answers.iter().all(|a| a.id == answers[0].id));
        }
        let all = clinic.verbs.appointments(&budi.cx, AppointmentSearch::default()).await?;
        assert_eq!(all.items.len(), 4);
    }

    /// C6
    async fn r_c4_of_cancelling_and_moving_at_once_one_wins(db: Db) {
        let clinic = Clinic::on(db).await?;
        let doctors = doctors(&clinic, 2, "09:00", "12:00").await?;
        let budi = clinic.patient("Budi").await?;
        let desk = clinic.asking.front_desk(&doctors[0].offer.facility);
        for round in 0..12 {
            let booked = clinic.book(&desk, &budi.id, &doctors[0].offer, monday("09:00")).await?;
            let tasks = (0..8).map(|n| {
                let (verbs, desk, booked, other) = (clinic.verbs.clone(), desk.clone(), booked.clone(), doctors[1].id.clone());
                async move {
                    let answer = if n % 2 == 0 {
                        verbs.change(&desk, &booked.id, 1, Change { deed: Deed::Cancel, reason: Some("x".into()) }).await
                    } else {
                        let ask = Reschedule { starts_at: monday("10:00"), doctor: (n > 3).then_some(other), reason: Some("x".into()), override_reason: None };
                        verbs.reschedule(&desk, &booked.id, 1, ask).await
                    };
                    match answer {
                        Err(Error::Stale) => Err(Error::conflict("stale")),
                        other => other,
                    }
                }
            });
            let won = winners(at_once(tasks).await, &["stale", "not-in-this-state"]);
            assert_eq!(won.len(), 1, "round {round}");
            nothing_is_double(&clinic.db).await?;
            if won[0].state != State::Cancelled {
                clinic.cancel(&desk, &won[0]).await?;
            }
        }
    }

    /// C4, C6
    async fn r_l2_one_patients_visits_swapped_at_once_leave_no_ring(db: Db) {
        let clinic = Clinic::on(db).await?;
        let doctors = doctors(&clinic, 4, "09:00", "12:00").await?;
        clinic.policy(&doctors[0].offer.facility, |policy| policy.daily_limit = 0).await?;
        let budi = clinic.patient("Budi").await?;
        let desk = clinic.asking.front_desk(&doctors[0].offer.facility);
        let mut visits = Vec::new();
        for (n, doctor) in doctors.iter().enumerate() {
            visits.push(clinic.book(&desk, &budi.id, &doctor.offer, monday("09:00") + SignedDuration::from_mins(15 * n as i64)).await?);
        }
        for round in 0..12 {
            let tasks = visits.iter().enumerate().map(|(n, visit)| {
                let (verbs, desk, visit) = (clinic.verbs.clone(), desk.clone(), visit.clone());
                let starts_at = monday("09:00") + SignedDuration::from_mins(15 * ((n + round) as i64 % 5));
                async move {
                    let ask = Reschedule { starts_at, doctor: None, reason: Some("x".into()), override_reason: None };
                    verbs.reschedule(&desk, &visit.id, visit.version, ask).await
                }
            });
            for moved in winners(at_once(tasks).await, &["patient-overlap"]) {
                let at = visits.iter().position(|visit| visit.id == moved.id).unwrap();
                visits[at] = moved;
            }
        }
        nothing_is_double(&clinic.db).await?;
    }

    /// C3
    async fn r_h1_people_who_change_their_mind_at_once_leave_no_ring(db: Db) {
        let clinic = Clinic::on(db).await?;
        let doctors = doctors(&clinic, 2, "09:00", "12:00").await?;
        let people = clinic.patients(8).await?;
        for round in 0..10_i64 {
            let tasks = people.iter().enumerate().map(|(n, person)| {
                let (verbs, cx) = (clinic.verbs.clone(), person.cx.clone());
                let offer = doctors[(n + round as usize) % 2].offer.clone();
                let starts_at = monday("09:00") + SignedDuration::from_mins(15 * ((n as i64 + round) % 12));
                async move { verbs.hold(&cx, AskHold { offer, starts_at }).await }
            });
            winners(at_once(tasks).await, &["slot-taken"]);
        }
        let live: Option<(i64,)> = clinic.db.read(async |tx| tx.one("select count(*) from hold", &[]).await).await?;
        assert!(live.unwrap().0 <= 8, "one hold each");
    }

    /// C1, C3
    async fn r_v5_hours_changed_during_a_rush_are_kept_by_every_booking_after(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let people = clinic.patients(120).await?;
        // The plan changes to and fro while people book; whoever is answered booked fits the hours or is told of as affected.
        for round in 0..10 {
            let day = MONDAY.checked_add(jiff::Span::new().days(round / 5 * 7 + round % 5)).unwrap();
            clinic.set_hours(&siti.offer, weekdays("09:00", "12:00")).await?;
            let tasks: Vec<_> = people[round as usize * 12..][..12].iter().enumerate().map(|(n, person)| {
                let (verbs, person, offer) = (clinic.verbs.clone(), person.clone(), siti.offer.clone());
                let when = at(MAKASSAR, day, "09:00") + SignedDuration::from_mins(15 * n as i64);
                tokio::spawn(async move { verbs.book(&person.cx, None, visit(&person.id, &offer, when)).await })
            }).collect();
            tokio::task::yield_now().await;
            let (_, affected) = clinic.set_hours(&siti.offer, weekdays("09:00", "10:30")).await?;
            let affected: Vec<Timestamp> = affected.appointments.iter().map(|a| a.starts_at).collect();
            let answers = join_all(tasks).await.into_iter().map(|done| done.unwrap()).collect();
            for booked in winners(answers, &["not-bookable"]) {
                let fits = booked.starts_at < at(MAKASSAR, day, "10:30");
                assert!(fits || affected.contains(&booked.starts_at), "{} was lost sight of", booked.starts_at);
            }
        }
    }

    /// C3
    async fn r_g10_a_start_whose_booking_was_answered_is_never_listed_under_load(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let people = clinic.patients(36).await?;
        let taken = Arc::new(std::sync::Mutex::new(Vec::<Timestamp>::new()));
        let readers = (0..4).map(|_| {
            let (verbs, guest, offer, taken) = (clinic.verbs.clone(), clinic.asking.guest("192.0.2.9"), siti.offer.clone(), taken.clone());
            tokio::spawn(async move {
                loop {
                    let before = taken.lock().unwrap().clone();
                    let ask = FreeTimesAsk { offer: offer.clone(), from: Some(MONDAY), days: Some(3), taken: false };
                    let times = verbs.free_times(&guest, ask).await.unwrap();
                    let free: Vec<Timestamp> = times.days.iter().flat_map(|day| &day.times).map(|time| time.at).collect();
                    assert!(before.iter().all(|at| !free.contains(at)), "a booked start was listed");
                    if before.len() == 36 {
                        return;
                    }
                    tokio::task::yield_now().await;
                }
            })
        });
        let readers: Vec<_> = readers.collect();
        for (n, person) in people.iter().enumerate() {
            let day = MONDAY.checked_add(jiff::Span::new().days(n as i64 / 12)).unwrap();
            let when = at(MAKASSAR, day, "09:00") + SignedDuration::from_mins(15 * (n as i64 % 12));
            clinic.book(&person.cx, &person.id, &siti.offer, when).await?;
            taken.lock().unwrap().push(when);
        }
        join_all(readers).await.into_iter().for_each(|reader| reader.unwrap());
    }

    /// C3, C6, A6
    async fn everything_at_once_ends_clean(db: Db) {
        let clinic = Clinic::on(db).await?;
        let doctors = doctors(&clinic, 3, "09:00", "12:00").await?;
        let people = clinic.patients(12).await?;
        let desk = clinic.asking.front_desk(&doctors[0].offer.facility);
        for round in 0..6_usize {
            let tasks = (0..24).map(|n| {
                let (verbs, desk) = (clinic.verbs.clone(), desk.clone());
                let (person, doctor, other) = (people[n % 12].clone(), doctors[n % 3].clone(), doctors[(n + 1) % 3].clone());
                let day = MONDAY.checked_add(jiff::Span::new().days(round as i64 % 5)).unwrap();
                let when = at(MAKASSAR, day, "09:00") + SignedDuration::from_mins(15 * (n as i64 % 6));
                async move {
                    let clean = |error: Error| if error.status() < 500 { Ok(()) } else { Err(error) };
                    let booked = match verbs.book(&person.cx, None, visit(&person.id, &doctor.offer, when)).await {
                        Ok(booked) => booked,
                        Err(error) => return clean(error),
                    };
                    let ask = Reschedule { starts_at: when, doctor: Some(other.id), reason: Some("x".into()), override_reason: None };
                    let moved = match verbs.reschedule(&desk, &booked.id, booked.version, ask).await {
                        Ok(moved) => moved,
                        Err(error) => return clean(error),
                    };
                    if n % 2 == 0 {
                        let _ = verbs.hold(&person.cx, AskHold { offer: doctor.offer.clone(), starts_at: when }).await;
                        let cancel = Change { deed: Deed::Cancel, reason: None };
                        return verbs.change(&person.cx, &moved.id, moved.version, cancel).await.map(drop).or_else(clean);
                    }
                    Ok(())
                }
            });
            for answer in at_once(tasks).await {
                answer?;
            }
            if round == 3 {
                clinic.forget(&people[0]).await?;
            }
            nothing_is_double(&clinic.db).await?;
        }
    }
}
