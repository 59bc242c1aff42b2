//! The rules of availability, one test each, named after their ids.
#![allow(clippy::unwrap_used)]

use jiff::{
    Timestamp, ToSpan,
    civil::{Date, DateTime, Weekday, date, time},
    tz::TimeZone,
};
use scheduling::availability::*;

const MONDAY: Date = date(2026, 11, 23);

/// A doctor in Jakarta, Mondays 09:00–12:00, a quarter of an hour each.
fn plan() -> Plan {
    plan_in("Asia/Jakarta", MONDAY, SessionHours::new(time(9, 0, 0, 0), 180, 15))
}

fn plan_in(zone: &str, day: Date, hours: SessionHours) -> Plan {
    let mut plan = Plan::new("doc_1", "fac_1", TimeZone::get(zone).unwrap());
    plan.sessions = vec![weekly(day, hours)];
    plan.services = vec![ServiceRules::new("consultation")];
    plan
}

fn weekly(day: Date, hours: SessionHours) -> SessionRule {
    SessionRule { weekday: day.weekday(), valid_from: date(2000, 1, 1), valid_to: None, hours }
}

fn at(plan: &Plan, when: DateTime) -> Timestamp {
    plan.zone.to_timestamp(when).unwrap()
}

/// The morning before, so that nothing is past.
fn before(plan: &Plan, day: Date) -> Timestamp {
    at(plan, day.yesterday().unwrap().at(8, 0, 0, 0))
}

fn wish() -> Wish {
    Wish::of("consultation")
}

fn staff() -> Wish {
    Wish { audience: Audience::Staff, ..wish() }
}

fn day_of(plan: &Plan, wish: Wish, day: Date, busy: &[Busy], now: Timestamp) -> Day {
    free_times(plan, &Ask { wish, from: day, days: 1 }, busy, now).days.remove(0)
}

/// The free starts of a day as its clocks read.
fn free(plan: &Plan, day: Date, busy: &[Busy]) -> Vec<String> {
    let day = day_of(plan, wish(), day, busy, before(plan, day));
    day.slots.iter().map(|slot| plan.zone.to_datetime(slot.starts_at).strftime("%H:%M").to_string()).collect()
}

fn ask_for(plan: &Plan, wish: Wish, when: DateTime, busy: &[Busy], now: Timestamp) -> Result<AcceptedSlot, Refusal> {
    check(plan, &Request { wish, starts_at: at(plan, when) }, busy, now)
}

fn book(plan: &Plan, when: DateTime, busy: &[Busy]) -> Result<AcceptedSlot, Refusal> {
    ask_for(plan, wish(), when, busy, before(plan, MONDAY))
}

fn busy(plan: &Plan, from: DateTime, minutes: i64) -> Busy {
    let starts_at = at(plan, from);
    Busy { starts_at, ends_at: starts_at + minutes.minutes(), seat: Some(1), hold_until: None }
}

fn claim(slot: &AcceptedSlot) -> Busy {
    Busy { starts_at: slot.claim_starts_at, ends_at: slot.claim_ends_at, seat: Some(slot.seats[0]), hold_until: None }
}

fn on(hour: i8, minute: i8) -> DateTime {
    MONDAY.at(hour, minute, 0, 0)
}

/// C2
#[test]
fn r_t2_horizon_and_cut_off_follow_the_facility_day() {
    let mut plan = plan();
    plan.policy.horizon_days = Some(0);
    // 17:30 UTC on Sunday is Monday half past midnight in Jakarta.
    let now: Timestamp = "2026-11-22T17:30:00Z".parse().unwrap();
    assert!(ask_for(&plan, wish(), on(9, 0), &[], now).is_ok());
    assert_eq!(ask_for(&plan, wish(), on(9, 0), &[], now - 1.hour()), Err(Refusal::BeyondHorizon { days: 0 }));
    assert_eq!(day_of(&plan, wish(), MONDAY, &[], now - 1.hour()).status, DayStatus::OutsideHorizon);
}

/// C2
#[test]
fn r_t3_readings_that_are_skipped_have_no_slot_and_those_read_twice_have_two() {
    let spring = date(2026, 3, 8);
    let night = SessionHours::new(time(1, 0, 0, 0), 180, 30);
    let plan = plan_in("America/New_York", spring, night.clone());
    assert_eq!(free(&plan, spring, &[]), ["01:00", "01:30", "03:00", "03:30"]);

    let autumn = date(2026, 11, 1);
    let plan = plan_in("America/New_York", autumn, night);
    assert_eq!(free(&plan, autumn, &[]), ["01:00", "01:30", "01:00", "01:30", "02:00", "02:30", "03:00", "03:30"]);

    let half_hour = date(2026, 10, 4);
    let plan = plan_in("Australia/Lord_Howe", half_hour, SessionHours::new(time(1, 30, 0, 0), 90, 15));
    assert_eq!(free(&plan, half_hour, &[]), ["01:30", "01:45", "02:30", "02:45"]);
}

/// C2
#[test]
fn r_t3_a_session_inside_the_gap_does_not_take_place() {
    let spring = date(2026, 3, 29);
    let plan = plan_in("Europe/London", spring, SessionHours::new(time(1, 0, 0, 0), 60, 15));
    assert_eq!(free(&plan, spring, &[]), [""; 0]);
    assert_eq!(day_of(&plan, wish(), spring, &[], before(&plan, spring)).status, DayStatus::Off);
}

/// C2
#[test]
fn r_t6_a_session_past_midnight_belongs_to_the_day_it_starts() {
    let mut plan = plan_in("Asia/Jayapura", MONDAY, SessionHours::new(time(22, 0, 0, 0), 240, 60));
    plan.services[0].duration_minutes = Some(90);
    let tuesday = MONDAY.tomorrow().unwrap();
    assert_eq!(free(&plan, MONDAY, &[]), ["22:00", "23:00", "00:00"]);
    assert_eq!(free(&plan, tuesday, &[]), [""; 0]);
    let over_midnight = book(&plan, on(23, 0), &[]).unwrap();
    assert_eq!(over_midnight.ends_at, at(&plan, tuesday.at(0, 30, 0, 0)));
    assert_eq!(book(&plan, tuesday.at(0, 0, 0, 0), &[]).unwrap().date, MONDAY);
    assert_eq!(book(&plan, tuesday.at(0, 0, 0, 0), &[claim(&over_midnight)]), Err(Refusal::Taken));
}

/// C1
#[test]
fn r_v1_an_override_replaces_the_weekly_plan_and_a_holiday_empties_it() {
    let mut plan = plan();
    plan.overrides = vec![DateOverride { date: MONDAY, sessions: vec![SessionHours::new(time(14, 0, 0, 0), 30, 15)] }];
    assert_eq!(free(&plan, MONDAY, &[]), ["14:00", "14:15"]);
    assert_eq!(book(&plan, on(9, 0), &[]), Err(Refusal::NoSession));

    plan.holidays = vec![Holiday { date: MONDAY, name: "Nyepi".into() }];
    let day = day_of(&plan, wish(), MONDAY, &[], before(&plan, MONDAY));
    assert_eq!((day.status, day.count), (DayStatus::Holiday, 0));
    assert_eq!(book(&plan, on(14, 0), &[]), Err(Refusal::Holiday { name: "Nyepi".into() }));

    plan.overrides[0].sessions[0].on_holidays = true;
    assert_eq!(free(&plan, MONDAY, &[]), ["14:00", "14:15"], "open on a holiday");

    plan.overrides[0].sessions.clear();
    assert_eq!(day_of(&plan, wish(), MONDAY, &[], before(&plan, MONDAY)).status, DayStatus::Off);
}

/// C1
#[test]
fn r_v1_single_slots_are_added_and_removed() {
    let mut plan = plan();
    plan.services[0].buffer_after_minutes = 5;
    plan.added = vec![AddedSlot {
        at: on(13, 10),
        length_minutes: 15,
        modes: Modes::BOTH,
        services: None,
        capacity: 1,
        on_holidays: false,
    }];
    plan.removed = vec![RemovedSlot { at: on(9, 15) }];
    let starts = free(&plan, MONDAY, &[]);
    assert!(starts.contains(&"13:10".to_owned()) && !starts.contains(&"09:15".to_owned()));
    assert_eq!(book(&plan, on(9, 15), &[]), Err(Refusal::SlotRemoved));
    assert_eq!(book(&plan, on(13, 10), &[]).unwrap().claim_ends_at, at(&plan, on(13, 30)));
    plan.services[0].duration_minutes = Some(20);
    assert_eq!(book(&plan, on(13, 10), &[]), Err(Refusal::DoesNotFit));
}

/// C1
#[test]
fn r_v2_next_months_plan_leaves_this_month_alone() {
    let mut plan = plan();
    plan.sessions[0].valid_to = Some(date(2026, 11, 30));
    let mut next = weekly(MONDAY, SessionHours::new(time(13, 0, 0, 0), 30, 15));
    next.valid_from = date(2026, 12, 1);
    plan.sessions.push(next);
    assert_eq!(free(&plan, date(2026, 11, 30), &[]).len(), 12);
    assert_eq!(free(&plan, date(2026, 12, 7), &[]), ["13:00", "13:15"]);
}

/// C1
#[test]
fn r_v3_leave_closure_and_service_blackout() {
    let absence = |target, from, to| vec![Absence { target, from, to }];
    let mut plan = plan();
    plan.absences = absence(Target::Resource, on(9, 20), on(11, 45));
    assert_eq!(free(&plan, MONDAY, &[]), ["09:00", "11:45"]);
    assert_eq!(book(&plan, on(9, 15), &[]), Err(Refusal::Leave));

    plan.absences = absence(Target::Facility, on(0, 0) - 3.days(), on(0, 0) + 3.days());
    assert_eq!(day_of(&plan, wish(), MONDAY, &[], before(&plan, MONDAY)).status, DayStatus::Closed);
    assert_eq!(book(&plan, on(9, 0), &[]), Err(Refusal::Closure));

    plan.absences = absence(Target::Service("x-ray".into()), on(0, 0), on(23, 0));
    assert_eq!(free(&plan, MONDAY, &[]).len(), 12);
    plan.services.push(ServiceRules::new("x-ray"));
    assert_eq!(ask_for(&plan, Wish::of("x-ray"), on(9, 0), &[], before(&plan, MONDAY)), Err(Refusal::Leave));
}

/// C1
#[test]
fn r_v3_buffers_keep_clear_of_leave() {
    let mut plan = plan();
    plan.services[0].buffer_before_minutes = 5;
    plan.services[0].buffer_after_minutes = 5;
    plan.absences = vec![Absence { target: Target::Resource, from: on(10, 0), to: on(10, 30) }];
    assert_eq!(book(&plan, on(9, 45), &[]), Err(Refusal::Leave));
    assert_eq!(book(&plan, on(10, 30), &[]), Err(Refusal::Leave));
    assert!(book(&plan, on(9, 30), &[]).is_ok());
    assert!(book(&plan, on(10, 45), &[]).is_ok());
}

/// C3
#[test]
fn a_start_that_two_sessions_offer_is_offered_once() {
    let mut plan = plan();
    let sunday = MONDAY.yesterday().unwrap();
    plan.sessions.push(weekly(MONDAY, SessionHours::new(time(9, 30, 0, 0), 60, 10)));
    plan.sessions.push(weekly(sunday, SessionHours::new(time(21, 0, 0, 0), 750, 30)));
    let starts = free(&plan, MONDAY, &[]);
    assert_eq!(starts[..4], ["09:15", "09:30", "09:40", "09:45"], "09:00 is Sunday's");
    assert_eq!(book(&plan, on(9, 0), &[]).unwrap().date, sunday);
}

/// C1
#[test]
fn r_v5_a_session_made_smaller_is_not_booked_over_what_it_holds() {
    let mut plan = plan();
    plan.sessions[0].hours.capacity = 2;
    let held = |seat| Busy { seat: Some(seat), ..busy(&plan, on(9, 0), 15) };
    assert_eq!(book(&plan, on(9, 0), &[held(3), held(4)]), Err(Refusal::Taken));
    assert_eq!(book(&plan, on(9, 0), &[held(3)]).unwrap().seats, [1]);
}

/// C1
#[test]
fn r_v6_friday_prayer_and_ramadan_are_variants_of_the_plan() {
    let friday = date(2026, 2, 20);
    let mut plan = plan_in("Asia/Jakarta", friday, SessionHours::new(time(8, 0, 0, 0), 180, 60));
    plan.sessions[0].valid_to = Some(date(2026, 2, 17));
    let mut ramadan = weekly(friday, SessionHours::new(time(8, 0, 0, 0), 120, 60));
    (ramadan.valid_from, ramadan.valid_to) = (date(2026, 2, 18), Some(date(2026, 3, 19)));
    plan.sessions.push(ramadan);
    assert_eq!(friday.weekday(), Weekday::Friday);
    assert_eq!(free(&plan, friday - 7.days(), &[]).len(), 3);
    assert_eq!(free(&plan, friday, &[]).len(), 2);
}

/// C3
#[test]
fn r_v8_bookable_only_with_a_licence_for_this_facility_on_that_date() {
    let mut plan = plan();
    let valid = |to| Licence { from: date(2020, 1, 1), to: Some(to) };
    let permit = |facility: &str, to| PracticePermit { facility: facility.into(), valid: valid(to) };
    let held = |str, sip| Some(Licences { registrations: vec![valid(str)], permits: vec![permit("fac_1", sip)] });
    plan.licences = held(MONDAY, MONDAY);
    assert!(book(&plan, on(9, 0), &[]).is_ok());
    for licences in [held(MONDAY - 1.day(), MONDAY), held(MONDAY, MONDAY - 1.day())] {
        plan.licences = licences;
        assert_eq!(book(&plan, on(9, 0), &[]), Err(Refusal::LicenceExpired));
    }
    plan.licences = Some(Licences { registrations: vec![valid(MONDAY)], permits: vec![permit("fac_2", MONDAY)] });
    assert_eq!(book(&plan, on(9, 0), &[]), Err(Refusal::NotAtThisFacility));
}

/// C3
#[test]
fn r_g1_touching_is_not_overlap() {
    let plan = plan();
    let taken = [busy(&plan, on(9, 15), 15)];
    assert!(book(&plan, on(9, 0), &taken).is_ok());
    assert!(book(&plan, on(9, 30), &taken).is_ok());
    assert_eq!(book(&plan, on(9, 15), &taken), Err(Refusal::Taken));
}

/// C1
#[test]
fn r_g2_a_slot_fits_the_session_with_its_buffers() {
    let mut plan = plan();
    plan.services[0].duration_minutes = Some(30);
    assert_eq!(free(&plan, MONDAY, &[]).last().unwrap(), "11:30");
    plan.services[0].buffer_before_minutes = 5;
    plan.services[0].buffer_after_minutes = 5;
    let starts = free(&plan, MONDAY, &[]);
    assert_eq!((starts.first().unwrap().as_str(), starts.last().unwrap().as_str()), ("09:15", "11:15"));
    assert_eq!(book(&plan, on(9, 0), &[]), Err(Refusal::DoesNotFit));
}

/// C1
#[test]
fn r_g3_between_two_visits_lies_the_sum_of_their_buffers() {
    let mut plan = plan();
    plan.sessions[0].hours.align_minutes = Some(5);
    plan.services[0].buffer_before_minutes = 5;
    plan.services[0].buffer_after_minutes = 10;
    let first = book(&plan, on(9, 30), &[]).unwrap();
    let taken = [claim(&first)];
    assert_eq!(book(&plan, on(9, 55), &taken), Err(Refusal::Taken), "ten minutes are the larger buffer, not the sum");
    assert!(book(&plan, on(10, 0), &taken).is_ok());
}

/// C10
#[test]
fn r_g3_a_foreign_event_takes_every_seat() {
    let mut plan = plan();
    plan.sessions[0].hours.capacity = 20;
    let event = Busy { seat: None, ..busy(&plan, on(9, 0), 15) };
    assert_eq!(book(&plan, on(9, 0), &[event]), Err(Refusal::Taken));
}

/// C1
#[test]
fn r_g4_the_grid_is_anchored_to_the_session() {
    let mut plan = plan();
    plan.sessions[0].hours.from = time(9, 7, 0, 0);
    plan.sessions[0].hours.align_minutes = Some(20);
    let now = at(&plan, on(9, 30));
    let day = day_of(&plan, wish(), MONDAY, &[], now);
    assert_eq!(day.slots[0].starts_at, at(&plan, on(9, 47)));
    assert_eq!(book(&plan, on(9, 30), &[]), Err(Refusal::NotOnGrid));
    let odd = Request { wish: wish(), starts_at: at(&plan, on(9, 47)) + 1.millisecond() };
    assert_eq!(check(&plan, &odd, &[], now), Err(Refusal::NotOnGrid));
}

/// C1
#[test]
fn r_g5_duration_differs_for_returning_patients() {
    let mut plan = plan();
    plan.services[0].duration_minutes = Some(45);
    plan.services[0].returning_minutes = Some(20);
    let now = before(&plan, MONDAY);
    let minutes = |visit| {
        let slot = ask_for(&plan, Wish { visit, ..wish() }, on(9, 0), &[], now).unwrap();
        slot.ends_at.duration_since(slot.starts_at).as_mins()
    };
    assert_eq!((minutes(Visit::New), minutes(Visit::Returning)), (45, 20));
}

/// C1, C6
#[test]
fn r_g6_notice_for_booking_moving_and_cancelling() {
    let mut plan = plan();
    plan.policy.notice = Notice { book_minutes: 60, move_minutes: 120, cancel_minutes: 240 };
    let now = at(&plan, on(9, 0));
    let to_move = || Wish { purpose: Purpose::Move, ..wish() };
    assert_eq!(ask_for(&plan, wish(), on(9, 45), &[], now), Err(Refusal::TooSoon { minutes: 60 }));
    assert!(ask_for(&plan, wish(), on(10, 0), &[], now).is_ok());
    assert_eq!(ask_for(&plan, wish(), on(10, 0), &[], now + 1.nanosecond()), Err(Refusal::TooSoon { minutes: 60 }));
    assert_eq!(ask_for(&plan, to_move(), on(10, 45), &[], now), Err(Refusal::TooSoon { minutes: 120 }));
    assert!(ask_for(&plan, to_move(), on(11, 0), &[], now).is_ok());

    let may = |change, minutes: i64, audience| plan.policy.may_change(change, now + minutes.minutes(), audience, now);
    assert_eq!(may(Change::Cancel, 240, Audience::Public), Ok(()));
    assert_eq!(may(Change::Cancel, 239, Audience::Public), Err(Refusal::TooSoon { minutes: 240 }));
    assert_eq!(may(Change::Move, 120, Audience::Public), Ok(()));
    assert_eq!(may(Change::Move, 0, Audience::Public), Err(Refusal::Past));
    assert_eq!(may(Change::Cancel, 1, Audience::Staff), Ok(()));
}

/// C1
#[test]
fn r_g6_cut_off_and_daily_cap() {
    let mut plan = plan();
    plan.policy.same_day_cutoff = Some(time(8, 0, 0, 0));
    let now = at(&plan, on(8, 0));
    assert!(ask_for(&plan, wish(), on(9, 0), &[], now - 1.second()).is_ok());
    assert_eq!(ask_for(&plan, wish(), on(9, 0), &[], now), Err(Refusal::CutOff { at: time(8, 0, 0, 0) }));
    assert!(ask_for(&plan, wish(), on(9, 0) + 7.days(), &[], now).is_ok());

    plan.policy.daily_cap = Some(2);
    let two = [busy(&plan, on(9, 0), 15), busy(&plan, on(9, 15), 15)];
    assert!(book(&plan, on(10, 0), &two[..1]).is_ok());
    assert_eq!(book(&plan, on(10, 0), &two), Err(Refusal::DayFull { cap: 2 }));
    assert_eq!(day_of(&plan, wish(), MONDAY, &two, before(&plan, MONDAY)).status, DayStatus::Full);
}

/// C2
#[test]
fn r_g7_a_session_with_capacity_beside_single_slots() {
    let mut plan = plan();
    let mut vaccination = SessionHours::new(time(13, 0, 0, 0), 120, 120);
    vaccination.capacity = 20;
    plan.sessions.push(weekly(MONDAY, vaccination));
    let mut taken = Vec::new();
    for seat in 1..=20 {
        let slot = book(&plan, on(13, 0), &taken).unwrap();
        assert_eq!(slot.seats[0], seat);
        taken.push(claim(&slot));
    }
    assert_eq!(book(&plan, on(13, 0), &taken), Err(Refusal::Taken));
    assert_eq!(free(&plan, MONDAY, &taken).len(), 12);
    taken.remove(6);
    assert_eq!(book(&plan, on(13, 0), &taken).unwrap().seats, [7]);
    assert_eq!(seat_key("vac-desk", 7), "vac-desk#7");
}

/// C9
#[test]
fn r_g8_staff_book_into_the_running_session_and_the_public_does_not() {
    let mut plan = plan();
    plan.policy.notice.book_minutes = 600;
    plan.policy.same_day_cutoff = Some(time(7, 0, 0, 0));
    let now = at(&plan, on(9, 5));
    assert!(ask_for(&plan, staff(), on(9, 0), &[], now).is_ok());
    assert!(ask_for(&plan, staff(), on(9, 15), &[], now).is_ok());
    assert_eq!(ask_for(&plan, staff(), on(9, 0), &[], now + 10.minutes()), Err(Refusal::Past));
    assert_eq!(ask_for(&plan, wish(), on(9, 0), &[], now), Err(Refusal::Past));
    assert_eq!(ask_for(&plan, wish(), on(9, 15), &[], now), Err(Refusal::TooSoon { minutes: 600 }));
}

/// C3
#[test]
fn r_g10_only_coming_slots() {
    let plan = plan();
    let now = at(&plan, on(10, 0));
    let day = day_of(&plan, wish(), MONDAY, &[], now);
    assert_eq!(day.slots[0].starts_at, at(&plan, on(10, 15)), "what begins now has begun");
    assert_eq!(day_of(&plan, wish(), MONDAY, &[], now + 2.hours()).status, DayStatus::Over);
}

/// C3
#[test]
fn r_c7_alternatives_are_the_nearest_free_starts() {
    let plan = plan();
    let taken = [busy(&plan, on(10, 0), 15), busy(&plan, on(10, 15), 15)];
    let ask = Ask { wish: wish(), from: MONDAY, days: 14 };
    let offered = alternatives(&plan, &ask, &taken, before(&plan, MONDAY), at(&plan, on(10, 0)), 3);
    let starts: Vec<Timestamp> = offered.iter().map(|slot| slot.starts_at).collect();
    assert_eq!(starts, [on(9, 45), on(10, 30), on(9, 30)].map(|when| at(&plan, when)));
}

/// C3
#[test]
fn r_h2_a_hold_ends_when_it_is_read_not_when_a_job_runs() {
    let plan = plan();
    let now = before(&plan, MONDAY);
    let hold = Busy { hold_until: Some(now), ..busy(&plan, on(9, 0), 15) };
    assert!(ask_for(&plan, wish(), on(9, 0), &[hold], now).is_ok());
    assert_eq!(ask_for(&plan, wish(), on(9, 0), &[hold], now - 1.microsecond()), Err(Refusal::Taken));
}

/// C2
#[test]
fn modes_and_services_of_a_session_are_kept() {
    let mut plan = plan();
    plan.sessions[0].hours.modes = Modes::ONLINE;
    let now = before(&plan, MONDAY);
    let in_mode = |plan: &Plan, mode| ask_for(plan, Wish { mode: Some(mode), ..wish() }, on(9, 0), &[], now);
    assert_eq!(in_mode(&plan, Mode::InPerson), Err(Refusal::WrongMode));
    assert!(in_mode(&plan, Mode::Online).is_ok());
    plan.services[0].modes = Modes::IN_PERSON;
    assert_eq!(in_mode(&plan, Mode::Online), Err(Refusal::WrongMode));
    plan.sessions[0].hours.services = Some(vec!["check-up".into()]);
    assert_eq!(book(&plan, on(9, 0), &[]), Err(Refusal::WrongSession));
    assert_eq!(ask_for(&plan, Wish::of("surgery"), on(9, 0), &[], now), Err(Refusal::ServiceNotOffered));
}

/// C3
#[test]
fn a_day_without_a_slot_says_why() {
    let mut plan = plan();
    let now = before(&plan, MONDAY);
    let tuesday = MONDAY.tomorrow().unwrap();
    assert_eq!(why(&plan, &wish(), MONDAY, &[], now), []);
    assert_eq!(why(&plan, &wish(), tuesday, &[], now), [Refusal::NoSession]);
    plan.absences = vec![Absence { target: Target::Resource, from: on(10, 0), to: on(12, 0) }];
    let taken = [busy(&plan, on(9, 0), 60)];
    assert_eq!(why(&plan, &wish(), MONDAY, &taken, now), [Refusal::Leave, Refusal::Taken]);
    plan.services[0].duration_minutes = Some(400);
    assert_eq!(why(&plan, &wish(), MONDAY, &[], now), [Refusal::DoesNotFit]);
    plan.policy.horizon_days = Some(0);
    assert_eq!(why(&plan, &wish(), MONDAY, &[], now), [Refusal::BeyondHorizon { days: 0 }]);
}

/// A1
#[test]
fn extreme_input_is_answered() {
    let mut plan = plan();
    plan.sessions[0].hours = SessionHours {
        length_minutes: u16::MAX,
        slot_minutes: 0,
        capacity: u16::MAX,
        ..plan.sessions[0].hours.clone()
    };
    plan.services[0].buffer_after_minutes = u16::MAX;
    for from in [Date::MIN, MONDAY, Date::MAX] {
        let answer = free_times(&plan, &Ask { wish: wish(), from, days: u16::MAX }, &[], Timestamp::UNIX_EPOCH);
        assert_eq!(answer.days.len(), usize::from(MAX_DAYS));
    }
    for starts_at in [Timestamp::MIN, Timestamp::MAX] {
        assert!(check(&plan, &Request { wish: wish(), starts_at }, &[], Timestamp::UNIX_EPOCH).is_err());
    }
}
