//! A doctor's leave: every appointment in it comes to exactly one outcome, whatever is chosen, whoever else changes things
//! meanwhile, and however often the program is cut off.

use std::time::Duration;

use contracts::scheduling::*;
use jiff::{SignedDuration, civil::date};
use platform::{Result, db::Db, jobs::JobsHandle};
use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, TestRunner},
};

use crate::{clinic::*, races::nothing_is_double};

const WEDNESDAY: jiff::civil::Date = date(2026, 11, 25);

/// A clinic with dr. Siti and, of the same speciality at the same place, dr. Tono.
async fn with_tono(db: Db) -> Result<(Clinic, Doctor, Doctor)> {
    let (clinic, siti) = Clinic::with_siti(db).await?;
    let service = contracts::directory::Service {
        id: siti.offer.service.clone(),
        ..clinic.consultation(&siti.offer.facility).await?
    };
    let tono = clinic.doctor("tono").at(&service).weekdays("09:00", "12:00").listed().await?;
    Ok((clinic, siti, tono))
}

fn monday_off(doctor: &Doctor) -> LeaveForm {
    LeaveForm {
        doctor: doctor.id.clone(),
        facility: None,
        starts_at: monday("00:00"),
        ends_at: tuesday("00:00"),
        reason: None,
    }
}

fn choice(appointment: &AppointmentId, way: LeaveWay) -> LeaveChoice {
    LeaveChoice { appointment: appointment.clone(), way, doctor: None, day: None, reason: None }
}

/// What is decided about the nth visit in a leave.
fn chosen(visit: &LeaveVisit, way: LeaveWay, tono: &Doctor) -> LeaveChoice {
    LeaveChoice {
        doctor: (way == LeaveWay::Substitute).then(|| tono.id.clone()),
        day: (way == LeaveWay::Later).then_some(WEDNESDAY),
        reason: (way == LeaveWay::Cancel).then(|| "Dokter berhalangan".to_owned()),
        ..choice(&visit.appointment.id, way)
    }
}

async fn decide(clinic: &Clinic, siti: &Doctor, tono: &Doctor, ways: &[LeaveWay]) -> Result<LeaveId> {
    let leave = clinic.verbs.enter_leave(&siti.cx, monday_off(siti)).await?;
    let choices = leave.visits.iter().zip(ways.iter().cycle()).map(|(visit, way)| chosen(visit, *way, tono));
    let ask = LeaveDecision { choices: choices.collect() };
    let decided = clinic.verbs.decide_leave(&siti.cx, &leave.id, leave.version, ask).await?;
    assert_eq!(decided.state, LeaveState::Running);
    Ok(leave.id)
}

/// Books these starts of Monday for new patients.
async fn booked(clinic: &Clinic, siti: &Doctor, times: &[&str]) -> Result<Vec<(Person, Appointment)>> {
    let mut visits = Vec::new();
    for (person, time) in clinic.patients(times.len()).await?.into_iter().zip(times) {
        let visit = clinic.book(&person.cx, &person.id, &siti.offer, monday(time)).await?;
        visits.push((person, visit));
    }
    Ok(visits)
}

fn outcomes(leave: &Leave) -> Vec<LeaveOutcome> {
    leave.visits.iter().map(|visit| visit.outcome.unwrap()).collect()
}

testkit::db_test! {
    &[];

    /// C1
    async fn r_v4_a_leave_names_its_appointments_and_who_could_see_them(db: Db) {
        let (clinic, siti, tono) = with_tono(db).await?;
        let visits = booked(&clinic, &siti, &["09:00", "09:15", "10:00"]).await?;
        let other = clinic.patient("Lain").await?;
        clinic.book(&other.cx, &other.id, &tono.offer, monday("09:15")).await?;
        let leave = clinic.verbs.enter_leave(&siti.cx, monday_off(&siti)).await?;
        assert_eq!(leave.state, LeaveState::Deciding);
        assert_eq!(leave.visits.len(), 3);
        let group = &leave.groups[0];
        assert_eq!((leave.groups.len(), group.count), (1, 3));
        assert_eq!((group.substitutes[0].doctor.clone(), group.substitutes[0].free), (tono.id.clone(), 2));
        assert_eq!((group.later[0].date, group.later[0].free), (TUESDAY, 12));
        assert!(clinic.free(&siti.offer, MONDAY).await?.is_empty(), "nothing new is booked into it");
        assert_eq!(clinic.verbs.appointment(&visits[0].0.cx, &visits[0].1.code).await?.state, State::Booked);
        let undecided = clinic.verbs.decide_leave(&siti.cx, &leave.id, leave.version, LeaveDecision::default()).await;
        assert_eq!(field(undecided), ("choices".to_owned(), "every-visit".to_owned()));
        let wrong = LeaveChoice { doctor: Some(siti.id.clone()), ..choice(&visits[0].1.id, LeaveWay::Substitute) };
        let wrong = clinic.verbs.decide_leave(&siti.cx, &leave.id, leave.version, LeaveDecision { choices: vec![wrong] }).await;
        assert_eq!(field(wrong).0, "choices.0.doctor");
        let never = LeaveChoice { day: Some(date(9999, 12, 31)), ..choice(&visits[0].1.id, LeaveWay::Later) };
        let never = clinic.verbs.decide_leave(&siti.cx, &leave.id, leave.version, LeaveDecision { choices: vec![never] }).await;
        assert_eq!(field(never), ("choices.0.day".to_owned(), "out-of-range".to_owned()));
        let longer = LeaveForm { ends_at: tuesday("12:00"), ..monday_off(&siti) };
        assert_eq!(word(clinic.verbs.enter_leave(&siti.cx, longer).await), "leave-open");
        let facility = Some(siti.offer.facility.clone());
        let absence = clinic.verbs.exceptions(&siti.cx, facility, Some(siti.id.clone()), monday("00:00"), tuesday("00:00")).await?.remove(0);
        assert_eq!(word(clinic.verbs.remove_exception(&siti.cx, &absence.id.unwrap()).await), "absence-of-leave");
        assert!(clinic.free(&siti.offer, MONDAY).await?.is_empty());
        let back = clinic.verbs.withdraw_leave(&siti.cx, &leave.id, leave.version).await?;
        assert_eq!((back.state, outcomes(&back)), (LeaveState::Withdrawn, vec![LeaveOutcome::Kept; 3]));
        assert_eq!(clinic.free(&siti.offer, MONDAY).await?.len(), 9);
    }

    /// C6, C7
    async fn r_v7_each_way_comes_to_its_outcome(db: Db) {
        use LeaveWay::{Cancel, Later, Propose, Substitute};
        let (clinic, siti, tono) = with_tono(db.clone()).await?;
        let visits = booked(&clinic, &siti, &["09:00", "09:15", "09:30", "09:45", "10:00"]).await?;
        let id = decide(&clinic, &siti, &tono, &[Substitute, Later, Propose, Cancel, Later]).await?;
        clinic.run_jobs().await?;
        let leave = clinic.verbs.leave(&siti.cx, &id).await?;
        assert_eq!(leave.state, LeaveState::Done);
        assert_eq!(outcomes(&leave), [LeaveOutcome::Substituted, LeaveOutcome::Moved, LeaveOutcome::Proposed, LeaveOutcome::Cancelled, LeaveOutcome::Moved]);
        let now = |n: usize| clinic.verbs.appointment(&visits[n].0.cx, &visits[n].1.code);
        let stood_in = now(0).await?;
        assert_eq!((stood_in.offer.doctor.as_ref(), stood_in.starts_at, stood_in.moves), (Some(&tono.id), monday("09:00"), 0));
        let (first, second) = (now(1).await?, now(4).await?);
        assert_eq!((first.local_date, second.local_date), (WEDNESDAY, WEDNESDAY));
        assert!(first.starts_at < second.starts_at, "in the same order");
        assert_eq!(leave.visits[4].to_start, Some(second.starts_at));
        let off = now(3).await?;
        assert_eq!((off.state, off.cancelled_by, off.reason.as_deref()), (State::Cancelled, Some(CancelledBy::Doctor), Some("Dokter berhalangan")));
        assert_eq!(clinic.said_of(&off.id).await?, ["booked", "cancelled"]);
        assert_eq!(clinic.said_of(&first.id).await?, ["booked", "moved"]);
        let proposal = clinic.verbs.proposal(&visits[2].0.cx, &visits[2].1.id).await?;
        assert_eq!(proposal.times.len(), 3);
        assert!(!clinic.is_free(&siti.offer, proposal.times[0]).await?, "kept for the patient");
        assert_eq!(word(clinic.verbs.proposal(&visits[1].0.cx, &visits[2].1.id).await), "appointment");
        let answer = AnswerProposal { at: Some(proposal.times[1]) };
        let version = proposal.appointment.version;
        let moved = clinic.verbs.answer_proposal(&visits[2].0.cx, &visits[2].1.id, version, answer.clone()).await?;
        assert_eq!((moved.starts_at, moved.moves, moved.state), (proposal.times[1], 0, State::Booked));
        assert!(clinic.is_free(&siti.offer, proposal.times[0]).await?, "the others are let go");
        let again = clinic.verbs.answer_proposal(&visits[2].0.cx, &visits[2].1.id, version, answer).await;
        assert_eq!(word(again), "proposal-over");
        assert_eq!(clinic.verbs.leave(&siti.cx, &id).await?.visits[2].answer, Some(ProposalAnswer::Accepted));
        nothing_is_double(&db).await?;
    }

    /// C6
    async fn r_v4_what_cannot_be_done_as_decided_becomes_a_proposal(db: Db) {
        let (clinic, siti, tono) = with_tono(db.clone()).await?;
        let visits = booked(&clinic, &siti, &["09:00", "09:15"]).await?;
        let id = decide(&clinic, &siti, &tono, &[LeaveWay::Substitute, LeaveWay::Later]).await?;
        // Before its turn somebody else books the substitute, and the later day becomes a leave of its own.
        let other = clinic.patient("Lain").await?;
        clinic.book(&other.cx, &other.id, &tono.offer, monday("09:00")).await?;
        let wednesday = |time| at(MAKASSAR, WEDNESDAY, time);
        clinic.leave(&siti, wednesday("00:00"), wednesday("23:00")).await?;
        clinic.run_jobs().await?;
        let leave = clinic.verbs.leave(&siti.cx, &id).await?;
        assert_eq!(outcomes(&leave), [LeaveOutcome::Proposed; 2]);
        assert!(leave.visits.iter().all(|visit| visit.why.as_deref() == Some("slot-taken")));
        // One declines, the other says nothing.
        let mine = clinic.verbs.proposal(&visits[0].0.cx, &visits[0].1.id).await?;
        let off = clinic.verbs.answer_proposal(&visits[0].0.cx, &visits[0].1.id, mine.appointment.version, AnswerProposal { at: None }).await?;
        assert_eq!((off.state, off.cancelled_by), (State::Cancelled, Some(CancelledBy::Clinic)));
        let theirs = clinic.verbs.proposal(&visits[1].0.cx, &visits[1].1.id).await?;
        clinic.asking.later(theirs.answer_by);
        assert_eq!(word(clinic.verbs.proposal(&visits[1].0.cx, &visits[1].1.id).await), "proposal");
        clinic.run_jobs().await?;
        let lapsed = clinic.verbs.appointment(&visits[1].0.cx, &visits[1].1.code).await?;
        assert_eq!((lapsed.state, lapsed.reason.as_deref()), (State::Cancelled, Some("leave-unanswered")));
        let answers: Vec<_> = clinic.verbs.leave(&siti.cx, &id).await?.visits.iter().map(|visit| visit.answer).collect();
        assert_eq!(answers, [Some(ProposalAnswer::Declined), Some(ProposalAnswer::Lapsed)]);
        nothing_is_double(&db).await?;
        let held: Option<(i64,)> = db.read(async |tx| tx.one("select count(*) from hold", &[]).await).await?;
        assert_eq!(held, Some((0,)));
    }

    /// C1
    async fn r_v4_a_leave_pressed_twice_is_one_and_one_that_touches_nobody_can_be_taken_back(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let press = || clinic.verbs.enter_leave(&siti.cx, monday_off(&siti));
        let (one, other) = tokio::join!(press(), press());
        let (one, other) = (one?, other?);
        assert_eq!((&one.id, one.state), (&other.id, LeaveState::Done));
        assert_eq!(clinic.verbs.leaves(&siti.cx, &siti.id).await?.len(), 1);
        let back = clinic.verbs.withdraw_leave(&siti.cx, &one.id, one.version).await?;
        assert_eq!(back.state, LeaveState::Withdrawn);
        assert_eq!(clinic.free(&siti.offer, MONDAY).await?.len(), 12);
        let anew = press().await?;
        assert_ne!(anew.id, one.id, "what was taken back can be entered again");
        // So can one whose absence was taken out of the schedule.
        let facility = Some(siti.offer.facility.clone());
        let absence = clinic.verbs.exceptions(&siti.cx, facility, Some(siti.id.clone()), monday("00:00"), tuesday("00:00")).await?.remove(0);
        clinic.verbs.remove_exception(&siti.cx, &absence.id.unwrap()).await?;
        assert_ne!(press().await?.id, anew.id);
        assert!(clinic.free(&siti.offer, MONDAY).await?.is_empty());
    }

    /// C6
    async fn r_v4_a_day_beyond_every_calendar_becomes_a_proposal(db: Db) {
        let (clinic, siti, tono) = with_tono(db.clone()).await?;
        booked(&clinic, &siti, &["09:00"]).await?;
        let id = decide(&clinic, &siti, &tono, &[LeaveWay::Later]).await?;
        let leave = id.clone();
        db.write(async move |tx| tx.exec("update leave_visit set day = '9999-12-31' where leave = $1", &[&leave]).await.map(drop)).await?;
        clinic.run_jobs().await?;
        let leave = clinic.verbs.leave(&siti.cx, &id).await?;
        assert_eq!((leave.state, outcomes(&leave)), (LeaveState::Done, vec![LeaveOutcome::Proposed]));
    }

    /// C6
    async fn r_v4_what_fails_keeps_no_other_proposal_from_lapsing(db: Db) {
        let (clinic, siti, tono) = with_tono(db.clone()).await?;
        let visits = booked(&clinic, &siti, &["09:00"]).await?;
        let leave = decide(&clinic, &siti, &tono, &[LeaveWay::Propose]).await?;
        clinic.run_jobs().await?;
        let (person, visit) = &visits[0];
        let answer_by = clinic.verbs.proposal(&person.cx, &visit.id).await?.answer_by;
        // Two appointments that are not there: one waits to be settled, the other lapses before the patient's.
        let (unsettled, unanswered): (AppointmentId, AppointmentId) = (clinic.asking.system().new_id(), clinic.asking.system().new_id());
        let before = answer_by - SignedDuration::from_mins(1);
        db.write(async move |tx| {
            const WAITS: &str = "insert into leave_visit (leave, appointment, from_start) values ($1, $2, $3)";
            const LAPSES: &str = "insert into leave_visit (leave, appointment, from_start, outcome, answer_by) values ($1, $2, $3, 'proposed', $4)";
            tx.exec(WAITS, &[&leave, &unsettled, &before]).await?;
            tx.exec(LAPSES, &[&leave, &unanswered, &before, &before]).await?;
            tx.exec("update leave set state = 'running' where id = $1", &[&leave]).await.map(drop)
        })
        .await?;
        clinic.asking.later(answer_by);
        clinic.run_jobs().await?;
        let lapsed = clinic.verbs.appointment(&person.cx, &visit.code).await?;
        assert_eq!((lapsed.state, lapsed.reason.as_deref()), (State::Cancelled, Some("leave-unanswered")));
    }

    /// C6
    async fn r_n2_a_patient_who_moves_by_themselves_lets_go_of_what_was_kept(db: Db) {
        let (clinic, siti, tono) = with_tono(db.clone()).await?;
        let visits = booked(&clinic, &siti, &["09:00"]).await?;
        let id = decide(&clinic, &siti, &tono, &[LeaveWay::Propose]).await?;
        clinic.run_jobs().await?;
        let (person, visit) = &visits[0];
        let proposal = clinic.verbs.proposal(&person.cx, &visit.id).await?;
        clinic.move_to(&person.cx, visit, proposal.times[2]).await?;
        assert!(clinic.is_free(&siti.offer, proposal.times[0]).await?);
        assert_eq!(clinic.verbs.leave(&siti.cx, &id).await?.visits[0].answer, Some(ProposalAnswer::Elsewhere));
        nothing_is_double(&db).await?;
    }

    /// A4
    async fn r_a1_staff_enter_leave_only_where_they_serve(db: Db) {
        let clinic = Clinic::on(db).await?;
        let (losari, other) = (clinic.facility("losari", MAKASSAR).await?, clinic.facility("other", MAKASSAR).await?);
        let (here, there) = (clinic.consultation(&losari).await?, clinic.consultation(&other).await?);
        let siti = clinic.doctor("siti").at(&here).weekdays("09:00", "12:00").at(&there).weekdays("13:00", "15:00").listed().await?;
        let budi = clinic.patient("Budi").await?;
        let elsewhere = Offer { facility: other.clone(), service: there.id.clone(), ..siti.offer.clone() };
        clinic.book(&budi.cx, &budi.id, &elsewhere, monday("13:00")).await?;
        let admin = clinic.asking.admin(&losari);
        assert_eq!(word(clinic.verbs.enter_leave(&admin, monday_off(&siti)).await), "leave");
        assert_eq!(word(clinic.verbs.enter_leave(&clinic.asking.front_desk(&losari), monday_off(&siti)).await), "forbidden");
        let here_only = LeaveForm { facility: Some(losari.clone()), ..monday_off(&siti) };
        let leave = clinic.verbs.enter_leave(&admin, here_only).await?;
        assert_eq!((leave.state, leave.visits.len()), (LeaveState::Done, 0), "what is elsewhere goes on");
        assert!(clinic.free(&siti.offer, MONDAY).await?.is_empty());
        assert_eq!(clinic.free(&elsewhere, MONDAY).await?.len(), 7);
        assert_eq!(clinic.verbs.leaves(&siti.cx, &siti.id).await?.len(), 1);
        assert_eq!(word(clinic.verbs.leave(&clinic.asking.admin(&other), &leave.id).await), "leave");
        let all = clinic.verbs.enter_leave(&siti.cx, LeaveForm { starts_at: monday("12:30"), ..monday_off(&siti) }).await?;
        assert_eq!(all.visits.len(), 1);
    }

    /// A4
    async fn r_a1_staff_see_no_appointments_of_a_place_where_the_doctor_once_practised(db: Db) {
        let clinic = Clinic::on(db).await?;
        let (losari, other) = (clinic.facility("losari", MAKASSAR).await?, clinic.facility("other", MAKASSAR).await?);
        let (here, there) = (clinic.consultation(&losari).await?, clinic.consultation(&other).await?);
        let mut event = clinic.doctor("siti").at(&here).weekdays("09:00", "12:00").at(&there).weekdays("13:00", "15:00").event();
        clinic.doctor_is(event.clone()).await?;
        let siti = clinic.asking.doctor(event.account.as_ref().unwrap());
        let mode = contracts::directory::Mode::InPerson;
        let elsewhere = Offer { facility: other, service: there.id, doctor: Some(event.doctor.clone()), mode };
        let budi = clinic.patient("Budi").await?;
        clinic.book(&budi.cx, &budi.id, &elsewhere, monday("13:00")).await?;
        let form = LeaveForm { doctor: event.doctor.clone(), facility: None, starts_at: monday("00:00"), ends_at: tuesday("00:00"), reason: None };
        let leave = clinic.verbs.enter_leave(&siti, form).await?;
        assert_eq!(leave.visits.len(), 1);
        event.practices.truncate(1);
        clinic.doctor_is(event.clone()).await?;
        let admin = clinic.asking.admin(&losari);
        assert_eq!(word(clinic.verbs.leave(&admin, &leave.id).await), "leave");
        assert!(clinic.verbs.leaves(&admin, &event.doctor).await?.is_empty());
        assert_eq!(clinic.verbs.leave(&siti, &leave.id).await?.visits.len(), 1, "the doctor's own");
    }

    /// C1, C6: any mix of choices, races and restarts.
    async fn r_v4_every_appointment_has_exactly_one_outcome(db: Db) {
        let mut runner = TestRunner::new_with_rng(Config::default(), prop::test_runner::TestRng::deterministic_rng(prop::test_runner::RngAlgorithm::ChaCha));
        let (clinic, siti, tono) = with_tono(db.clone()).await?;
        for round in 0..4_i64 {
            let case = mix().new_tree(&mut runner).unwrap().current();
            one_mix(&clinic, &siti, &tono, &case, round).await?;
            nothing_is_double(&db).await?;
        }
    }
}

/// A visit of the mix: what is decided, what its patient does meanwhile, whether the substitute has that time taken.
type Part = (LeaveWay, Meanwhile, bool);

#[derive(Debug, Clone, Copy)]
enum Meanwhile {
    Nothing,
    Cancels,
    Moves,
    Answers,
}

fn mix() -> impl Strategy<Value = (Vec<Part>, Vec<u8>)> {
    let way = prop::sample::select(LeaveWay::ALL.to_vec());
    let meanwhile = prop::sample::select(vec![
        Meanwhile::Nothing,
        Meanwhile::Nothing,
        Meanwhile::Cancels,
        Meanwhile::Moves,
        Meanwhile::Answers,
    ]);
    (prop::collection::vec((way, meanwhile, prop::bool::weighted(0.3)), 8..12), prop::collection::vec(0_u8..40, 3))
}

/// A node that runs its jobs and may be cut off.
async fn a_node(clinic: &Clinic) -> Result<JobsHandle> {
    clinic.another_node().await?.jobs().idle(clinic.asking.clock.clone(), clinic.asking.entropy.clone()).await
}

/// One leave a week, so that rounds do not touch each other.
async fn one_mix(clinic: &Clinic, siti: &Doctor, tono: &Doctor, case: &(Vec<Part>, Vec<u8>), round: i64) -> Result<()> {
    let (parts, cuts) = case;
    let week = SignedDuration::from_hours(24 * 7 * round);
    let mut visits = Vec::new();
    for (n, (person, part)) in clinic.patients(parts.len()).await?.into_iter().zip(parts).enumerate() {
        let start = monday("09:00") + week + SignedDuration::from_mins(15 * n as i64);
        let visit = clinic.book(&person.cx, &person.id, &siti.offer, start).await?;
        if part.2 {
            let other = clinic.patient("Lain").await?;
            clinic.book(&other.cx, &other.id, &tono.offer, start).await?;
        }
        visits.push((person, visit, part.1));
    }
    let form = LeaveForm { starts_at: monday("00:00") + week, ends_at: tuesday("00:00") + week, ..monday_off(siti) };
    let leave = clinic.verbs.enter_leave(&siti.cx, form).await?;
    let day = WEDNESDAY.checked_add(jiff::Span::new().days(7 * round)).unwrap();
    let choices = leave.visits.iter().zip(parts).map(|(visit, part)| {
        let choice = chosen(visit, part.0, tono);
        LeaveChoice { day: choice.day.map(|_| day), ..choice }
    });
    let ask = LeaveDecision { choices: choices.collect() };
    clinic.verbs.decide_leave(&siti.cx, &leave.id, leave.version, ask).await?;
    let mut tasks = Vec::new();
    for (person, visit, meanwhile) in visits.clone() {
        let verbs = clinic.verbs.clone();
        let free = tuesday("09:00") + week + SignedDuration::from_mins(15 * (tasks.len() as i64 % 12));
        tasks.push(tokio::spawn(async move {
            let (cx, reason) = (&person.cx, Some("Berhalangan".to_owned()));
            // Whoever is slower is told so; that is no failure.
            match meanwhile {
                Meanwhile::Nothing => {}
                Meanwhile::Cancels => {
                    let _ = verbs.change(cx, &visit.id, visit.version, Change { deed: Deed::Cancel, reason }).await;
                }
                Meanwhile::Moves => {
                    let ask = Reschedule { starts_at: free, doctor: None, reason, override_reason: None };
                    let _ = verbs.reschedule(cx, &visit.id, visit.version, ask).await;
                }
                Meanwhile::Answers => {
                    if let Ok(found) = verbs.proposal(cx, &visit.id).await {
                        let ask = AnswerProposal { at: found.times.first().copied() };
                        let _ = verbs.answer_proposal(cx, &visit.id, found.appointment.version, ask).await;
                    }
                }
            }
        }));
    }
    // Nodes that are cut off somewhere, each going on where the one before was: its lease has run out by then.
    for cut in cuts {
        let node = a_node(clinic).await?;
        let running = tokio::spawn(async move { node.run_due().await });
        for _ in 0..*cut {
            tokio::task::yield_now().await;
        }
        running.abort();
        let _ = running.await;
        clinic.asking.pass(SignedDuration::from_secs(61));
    }
    let (one, other) = (a_node(clinic).await?, a_node(clinic).await?);
    let both = tokio::join!(one.run_due(), other.run_due());
    both.0?;
    both.1?;
    for task in tasks {
        task.await.unwrap();
    }
    clinic.asking.pass(SignedDuration::from_secs(61));
    tokio::time::timeout(Duration::from_mins(1), clinic.run_jobs()).await.expect("the jobs come to an end")?;
    settled(clinic, siti, &leave.id, parts.len()).await
}

/// Each appointment has one outcome, which is what its history and its state say.
async fn settled(clinic: &Clinic, siti: &Doctor, id: &LeaveId, count: usize) -> Result<()> {
    let leave = clinic.verbs.leave(&siti.cx, id).await?;
    assert_eq!((leave.state, leave.visits.len()), (LeaveState::Done, count));
    let desk = clinic.asking.front_desk(&siti.offer.facility);
    let mut moved = Vec::new();
    for visit in &leave.visits {
        let outcome = visit.outcome.expect("an outcome");
        let history = clinic.verbs.history(&desk, &visit.appointment.id).await?;
        let by_leave: Vec<_> = history.iter().filter(|line| line.actor == siti.account.to_string()).collect();
        let changes = matches!(outcome, LeaveOutcome::Substituted | LeaveOutcome::Moved | LeaveOutcome::Cancelled);
        assert_eq!(by_leave.len(), usize::from(changes), "{outcome}: {history:?}");
        match outcome {
            LeaveOutcome::Cancelled => assert_eq!(by_leave[0].state, State::Cancelled),
            LeaveOutcome::Substituted => assert_eq!(Some(by_leave[0].starts_at), visit.to_start),
            LeaveOutcome::Moved => moved.push((visit.from_start, by_leave[0].starts_at)),
            LeaveOutcome::Elsewhere => assert!(history.len() > 1, "somebody else changed it"),
            LeaveOutcome::Proposed => assert!(visit.answer_by.is_some()),
            LeaveOutcome::Kept => panic!("nobody took it back"),
        }
    }
    assert!(moved.is_sorted_by(|a, b| a.0 < b.0 && a.1 < b.1), "not in the same order: {moved:?}");
    Ok(())
}
