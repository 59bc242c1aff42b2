//! Properties of availability, against an oracle that walks minute by minute and asks the zone every time.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};

use jiff::{
    SignedDuration, Timestamp, ToSpan,
    civil::{Date, DateTime, Time, date},
    tz::TimeZone,
};
use proptest::{collection::vec, option, prelude::*, sample::select, strategy::ValueTree};
use scheduling::availability::*;

/// Zones with the local date of something odd: no clock changes, an hour, half an hour, at midnight, a lost day.
const ODD_DAYS: [(&str, Date); 9] = [
    ("Asia/Jakarta", date(2026, 11, 23)),
    ("Asia/Makassar", date(2026, 3, 20)),
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("Europe/London", date(2026, 10, 25)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("America/St_Johns", date(2006, 10, 29)),
    ("Pacific/Apia", date(2011, 12, 30)),
];

#[derive(Clone, Debug)]
struct Case {
    plan: Plan,
    ask: Ask,
    busy: Vec<Busy>,
    now: Timestamp,
}

fn fives(from: u16, to: u16) -> impl Strategy<Value = u16> {
    (from / 5..=to / 5).prop_map(|n| n * 5)
}

fn modes() -> impl Strategy<Value = Modes> {
    select(vec![Modes::BOTH, Modes::BOTH, Modes::BOTH, Modes::IN_PERSON, Modes::ONLINE])
}

fn filter() -> impl Strategy<Value = Option<Vec<String>>> {
    let ids = |ids: &[&str]| Some(ids.iter().map(|&id| id.to_owned()).collect());
    select(vec![None, None, None, None, None, ids(&["a"]), ids(&["b"]), ids(&["b", "a"])])
}

fn local(day: Date) -> impl Strategy<Value = DateTime> {
    (-1_i64..=3, fives(0, 1435))
        .prop_map(move |(days, minute)| (day + days.days()).at((minute / 60) as i8, (minute % 60) as i8, 0, 0))
}

fn hours() -> impl Strategy<Value = SessionHours> {
    (
        fives(0, 1435),
        select(vec![0_u16, 90, 180, 180, 300, 420, 600, 1440]),
        select(vec![10_u16, 15, 20, 30, 45, 60]),
        option::of(fives(5, 60)),
        modes(),
        filter(),
        1_u16..4,
        any::<bool>(),
    )
        .prop_map(|(minute, length, slot, align, modes, services, capacity, on_holidays)| SessionHours {
            from: Time::midnight() + i64::from(minute).minutes(),
            length_minutes: length,
            slot_minutes: slot,
            align_minutes: align,
            modes,
            services,
            capacity,
            on_holidays,
        })
}

fn rule(day: Date) -> impl Strategy<Value = SessionRule> {
    (-1_i64..=2, hours(), select(vec![0_i64, 0, 0, 1]), select(vec![None, None, Some(0_i64), Some(2)])).prop_map(
        move |(weekday, hours, from, to)| SessionRule {
            weekday: (day + weekday.days()).weekday(),
            valid_from: day - 7.days() + (from * 8).days(),
            valid_to: to.map(|days| day + days.days()),
            hours,
        },
    )
}

fn added(day: Date) -> impl Strategy<Value = AddedSlot> {
    (local(day), fives(10, 60), modes(), filter(), 1_u16..3, any::<bool>()).prop_map(
        |(at, length_minutes, modes, services, capacity, on_holidays)| AddedSlot {
            at,
            length_minutes,
            modes,
            services,
            capacity,
            on_holidays,
        },
    )
}

fn absence(day: Date) -> impl Strategy<Value = Absence> {
    let targets = [Target::Resource, Target::Facility, Target::Service("a".into()), Target::Service("b".into())];
    (local(day), fives(15, 600), select(targets.to_vec())).prop_map(|(from, length, target)| Absence {
        target,
        from,
        to: from + i64::from(length).minutes(),
    })
}

fn service() -> impl Strategy<Value = ServiceRules> {
    (
        option::of(fives(10, 60)),
        option::of(fives(5, 30)),
        select(vec![0_u16, 0, 5, 10]),
        select(vec![0_u16, 0, 5, 15]),
        modes(),
        option::of(1_u16..3),
    )
        .prop_map(|(duration_minutes, returning_minutes, before, after, modes, capacity)| ServiceRules {
            service: "a".into(),
            duration_minutes,
            returning_minutes,
            buffer_before_minutes: before,
            buffer_after_minutes: after,
            modes,
            capacity,
        })
}

fn policy() -> impl Strategy<Value = Policy> {
    (
        (0_u32..3, 0_u32..3),
        select(vec![None, None, None, None, None, Some(0_u16), Some(1)]),
        select(vec![None, None, Some(11_i8)]),
        select(vec![None, None, None, Some(1_u16), Some(2)]),
    )
        .prop_map(|((book, other), horizon_days, cutoff, daily_cap)| Policy {
            notice: Notice { book_minutes: book * 90, move_minutes: other * 200, cancel_minutes: 0 },
            horizon_days,
            same_day_cutoff: cutoff.map(|hour| jiff::civil::time(hour, 0, 0, 0)),
            daily_cap,
        })
}

fn licences(day: Date) -> impl Strategy<Value = Option<Licences>> {
    let held = (select(vec!["here", "here", "elsewhere"]), 0_i64..4).prop_map(move |(facility, days)| Licences {
        registrations: vec![Licence { from: day - 100.days(), to: None }],
        permits: vec![PracticePermit {
            facility: facility.into(),
            valid: Licence { from: day - 100.days(), to: Some(day + days.days()) },
        }],
    });
    option::weighted(0.2, held)
}

fn wish() -> impl Strategy<Value = Wish> {
    (
        prop_oneof![30 => Just("a"), 1 => Just("unknown")],
        select(vec![None, None, Some(Mode::InPerson), Some(Mode::Online)]),
        select(vec![Visit::New, Visit::Returning]),
        select(vec![Audience::Public, Audience::Staff]),
        select(vec![Purpose::Book, Purpose::Move]),
    )
        .prop_map(|(service, mode, visit, audience, purpose)| Wish {
            service: service.into(),
            mode,
            visit,
            audience,
            purpose,
        })
}

fn busy(zone: TimeZone, day: Date, now: Timestamp) -> impl Strategy<Value = Busy> {
    (local(day), 1_i64..100, select(vec![None, Some(1_u16), Some(1), Some(2), Some(3), Some(4)]), -1_i64..8).prop_map(
        move |(at, length, seat, hold)| {
            let starts_at = zone.to_timestamp(at).unwrap();
            Busy {
                starts_at,
                ends_at: starts_at + length.minutes(),
                seat,
                hold_until: (hold < 2).then(|| now + hold.seconds()),
            }
        },
    )
}

fn case() -> impl Strategy<Value = Case> {
    let exceptions = |day| {
        (
            vec((local(day), vec(hours(), 0..3)), 0..2),
            vec(added(day), 0..3),
            vec(local(day), 0..3),
            vec(absence(day), 0..3),
            vec(-1_i64..3, 0..2),
        )
    };
    (select(ODD_DAYS.to_vec()), -2_i64..=1, fives(0, 1435), any::<bool>())
        .prop_flat_map(move |((zone, odd), offset, minute, long_ago)| {
            let zone = TimeZone::get(zone).unwrap();
            let from = odd + offset.days();
            let now = zone.to_timestamp(from.at(0, 0, 0, 0)).unwrap() + i64::from(minute).minutes()
                - if long_ago { 48.hours() } else { 0.hours() };
            (
                Just((zone.clone(), from, now)),
                vec(rule(from), 2..6),
                exceptions(from),
                (service(), policy(), licences(from), wish()),
                vec(busy(zone, from, now), 0..7),
            )
        })
        .prop_map(|((zone, from, now), sessions, exceptions, (service, policy, licences, wish), busy)| {
            let (overrides, added, removed, absences, holidays) = exceptions;
            let mut plan = Plan::new("doctor", "here", zone);
            plan.sessions = sessions;
            plan.overrides =
                overrides.into_iter().map(|(at, sessions)| DateOverride { date: at.date(), sessions }).collect();
            plan.added = added;
            plan.removed = removed.into_iter().map(|at| RemovedSlot { at }).collect();
            plan.absences = absences;
            plan.holidays =
                holidays.into_iter().map(|n| Holiday { date: from + n.days(), name: "Nyepi".into() }).collect();
            plan.services = vec![service];
            plan.policy = policy;
            plan.licences = licences;
            Case { plan, ask: Ask { wish, from, days: 3 }, busy, now }
        })
}

/// What the oracle says of a start: local day, end and seats left.
type Known = BTreeMap<Timestamp, (Date, Timestamp, u16)>;

/// Availability by walking every minute of every session, straight from the rules.
fn oracle(Case { plan, ask, busy, now }: &Case) -> Known {
    let mut known = Known::new();
    let Some(service) = plan.services.iter().find(|rules| rules.service == ask.wish.service) else { return known };
    let stops = plan.absences.iter().filter(|absence| absence.target != Target::Service("b".into()));
    let away: Vec<(Timestamp, Timestamp)> = stops
        .map(|absence| (reads(&plan.zone, absence.from, false), reads(&plan.zone, absence.to, true)))
        .filter(|(from, to)| from < to)
        .collect();
    let days: Vec<Date> = (-1..i64::from(ask.days)).map(|n| ask.from + n.days()).collect();
    for &day in &days {
        let replaced = plan.overrides.iter().find(|other| other.date == day);
        let mut sessions: Vec<(Timestamp, Timestamp, DateTime, SessionHours, bool)> = Vec::new();
        let weekly: Vec<&SessionHours> = match replaced {
            Some(other) => other.sessions.iter().collect(),
            None => plan.sessions.iter().filter(|rule| runs(rule, day)).map(|rule| &rule.hours).collect(),
        };
        // Hours of no length open nothing, also where the clock reads their hour twice.
        for hours in weekly.into_iter().filter(|hours| hours.length_minutes > 0) {
            let opens = day.to_datetime(hours.from);
            let closes = opens + i64::from(hours.length_minutes).minutes();
            let (from, to) = (reads(&plan.zone, opens, false), reads(&plan.zone, closes, true));
            sessions.push((from, to, opens, hours.clone(), false));
        }
        for slot in plan.added.iter().filter(|slot| slot.at.date() == day) {
            let from = reads(&plan.zone, slot.at, false);
            let hours = SessionHours {
                from: slot.at.time(),
                length_minutes: slot.length_minutes,
                slot_minutes: slot.length_minutes,
                align_minutes: Some(1),
                modes: slot.modes,
                services: slot.services.clone(),
                capacity: slot.capacity,
                on_holidays: slot.on_holidays,
            };
            sessions.push((from, from + 1.minute(), slot.at, hours, true));
        }
        sessions.sort_by_key(|session| session.0);
        for (from, to, opens, hours, single) in sessions {
            let mut at = from;
            while at < to {
                let session = Session { day, from, to, opens, hours: &hours, single };
                if !known.contains_key(&at)
                    && let Some((ends, seats)) = may_start(plan, ask, service, busy, *now, &away, &session, at)
                {
                    known.insert(at, (day, ends, seats));
                }
                at += 1.minute();
            }
        }
    }
    known.retain(|_, (day, ..)| *day >= ask.from);
    known
}

fn runs(rule: &SessionRule, day: Date) -> bool {
    rule.weekday == day.weekday() && rule.valid_from <= day && rule.valid_to.is_none_or(|to| to >= day)
}

/// One session as the oracle sees it; an added slot is a single one.
struct Session<'a> {
    day: Date,
    from: Timestamp,
    to: Timestamp,
    opens: DateTime,
    hours: &'a SessionHours,
    single: bool,
}

/// The first or last minute that reads `at`; the first minute after the gap if none does.
fn reads(zone: &TimeZone, at: DateTime, last: bool) -> Timestamp {
    let about = TimeZone::UTC.to_timestamp(at).unwrap();
    let minutes = || (-26 * 60..=26 * 60).map(|n: i64| about + n.minutes());
    let exact: Vec<Timestamp> = minutes().filter(|&t| zone.to_datetime(t) == at).collect();
    let found = if last { exact.last() } else { exact.first() };
    found.copied().unwrap_or_else(|| minutes().find(|&t| zone.to_datetime(t) > at).unwrap())
}

#[expect(clippy::too_many_arguments, reason = "everything a rule may look at")]
fn may_start(
    plan: &Plan,
    ask: &Ask,
    service: &ServiceRules,
    busy: &[Busy],
    now: Timestamp,
    away: &[(Timestamp, Timestamp)],
    &Session { day, from, to, opens, hours, single }: &Session<'_>,
    at: Timestamp,
) -> Option<(Timestamp, u16)> {
    let wish = &ask.wish;
    let reading = plan.zone.to_datetime(at);
    let step = i64::from(hours.align_minutes.unwrap_or(hours.slot_minutes));
    let on_grid = if single { reading == opens } else { reading.duration_since(opens).as_mins().rem_euclid(step) == 0 };
    if !on_grid {
        return None;
    }
    let staff = wish.audience == Audience::Staff;
    let duration = service.duration_minutes.unwrap_or(hours.slot_minutes);
    let duration =
        if wish.visit == Visit::Returning { service.returning_minutes.unwrap_or(duration) } else { duration };
    let ends = at + i64::from(duration).minutes();
    let claim = (
        at - i64::from(service.buffer_before_minutes).minutes(),
        ends + i64::from(service.buffer_after_minutes).minutes(),
    );
    let fits = if single { duration <= hours.length_minutes } else { from <= claim.0 && claim.1 <= to };
    let holiday = !hours.on_holidays && plan.holidays.iter().any(|holiday| holiday.date == day);
    let served = hours.services.as_ref().is_none_or(|ids| ids.contains(&wish.service));
    let mode = |modes: Modes| match wish.mode {
        Some(Mode::InPerson) => modes.in_person,
        Some(Mode::Online) => modes.online,
        None => true,
    };
    let some_mode = (hours.modes.in_person && service.modes.in_person) || (hours.modes.online && service.modes.online);
    let here = plan.zone.to_datetime(now);
    let horizon = plan.policy.horizon_days.is_none_or(|days| day <= here.date() + i64::from(days).days());
    let notice = match wish.purpose {
        Purpose::Book => plan.policy.notice.book_minutes,
        Purpose::Move => plan.policy.notice.move_minutes,
    };
    let in_time = if staff {
        ends > now
    } else {
        let cut_off =
            plan.policy.same_day_cutoff.is_some_and(|cut| here.time() >= cut && reading.date() == here.date());
        at > now && at - i64::from(notice).minutes() >= now && !cut_off
    };
    let licensed = plan.licences.as_ref().is_none_or(|held| {
        let valid =
            |licence: &Licence| licence.from <= reading.date() && licence.to.is_none_or(|to| reading.date() <= to);
        held.registrations.iter().any(valid)
            && held.permits.iter().any(|permit| permit.facility == plan.facility && valid(&permit.valid))
    });
    let removed = plan.removed.iter().any(|slot| slot.at == reading);
    let away = away.iter().any(|&(from, to)| from < claim.1 && claim.0 < to);
    if !(fits && !holiday && served && mode(hours.modes) && mode(service.modes) && some_mode)
        || !(horizon && in_time && licensed && !removed && !away)
    {
        return None;
    }
    let live = || busy.iter().filter(|claim| claim.hold_until.is_none_or(|until| until > now));
    let claim_day = plan.zone.to_datetime(claim.0).date();
    let booked = live().filter(|c| c.seat.is_some() && plan.zone.to_datetime(c.starts_at).date() == claim_day).count();
    if plan.policy.daily_cap.is_some_and(|cap| booked >= usize::from(cap)) {
        return None;
    }
    let touching: Vec<&Busy> = live().filter(|c| c.starts_at < claim.1 && claim.0 < c.ends_at).collect();
    let taken: BTreeSet<u16> = touching.iter().filter_map(|c| c.seat).collect();
    let all = touching.iter().any(|c| c.seat.is_none());
    let capacity = hours.capacity.min(service.capacity.unwrap_or(u16::MAX));
    let left = if all { 0 } else { usize::from(capacity).saturating_sub(taken.len()) };
    (left > 0).then_some((ends, left as u16))
}

fn listed(case: &Case) -> Known {
    let answer = free_times(&case.plan, &case.ask, &case.busy, case.now);
    let slots = answer
        .days
        .iter()
        .flat_map(|day| day.slots.iter().map(|slot| (slot.starts_at, (day.date, slot.ends_at, slot.seats_left))));
    let listed: Vec<_> = slots.collect();
    let known: Known = listed.iter().copied().collect();
    assert_eq!(known.len(), listed.len(), "a start is listed once");
    known
}

fn starts(case: &Case) -> BTreeSet<Timestamp> {
    listed(case).into_keys().collect()
}

/// Every fifth minute of the asked days and the night after.
fn instants(case: &Case) -> impl Iterator<Item = Timestamp> + use<> {
    let start = case.plan.zone.to_timestamp(case.ask.from.at(0, 0, 0, 0)).unwrap();
    (-12..12 * 24 * 5).map(move |n: i64| start + (n * 5).minutes())
}

/// The cases are worth their while: most have free times, some have none.
#[test]
fn cases_have_free_times() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let cases = (0..200).map(|_| case().new_tree(&mut runner).unwrap().current());
    let open = cases.filter(|case| !listed(case).is_empty()).count();
    assert!((90..200).contains(&open), "{open} of 200 cases have free times");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    /// C1: why there is no time.
    #[test]
    fn r_g10_every_instant_of_a_day_is_offered_or_refused_by_a_rule_and_never_both(case in case()) {
        let Case { plan, ask, busy, now } = &case;
        for n in 0..3_i64 {
            let date = ask.from + n.days();
            let stretches = explain(plan, &ask.wish, date, busy, *now);
            for pair in stretches.windows(2) {
                prop_assert_eq!(pair[0].until, pair[1].from, "a gap or an overlap");
            }
            let Some((first, last)) = stretches.first().zip(stretches.last()) else { continue };
            let (begin, end) = (first.from, last.until);
            prop_assert_eq!(plan.zone.to_datetime(begin).date(), date);
            prop_assert!(plan.zone.to_datetime(end).date() > date);
            let offered: BTreeSet<_> =
                stretches.iter().filter(|stretch| stretch.refusal.is_none()).map(|stretch| stretch.from).collect();
            let around = Ask { wish: ask.wish.clone(), from: date - 1.day(), days: 3 };
            let listed = free_times(plan, &around, busy, *now).days.into_iter().flat_map(|day| day.slots);
            let listed: BTreeSet<_> =
                listed.map(|slot| slot.starts_at).filter(|at| begin <= *at && *at < end).collect();
            prop_assert_eq!(&offered, &listed);
            let mut at = begin;
            while at < end {
                let request = Request { wish: ask.wish.clone(), starts_at: at };
                prop_assert_eq!(check(plan, &request, busy, *now).is_ok(), offered.contains(&at), "{}", at);
                at += 5.minutes();
            }
        }
    }

    /// C3
    #[test]
    fn r_g10_before_it_says_so_time_alone_changes_nothing(case in case(), part in 0.0..1.0_f64) {
        let answer = free_times(&case.plan, &case.ask, &case.busy, case.now);
        let left = answer.until.duration_since(case.now).min(4 * SignedDuration::from_hours(24));
        if left.is_positive() {
            // Somewhere before, and at the last moment.
            for wait in [left.mul_f64(part), left - SignedDuration::from_nanos(1)] {
                let later = free_times(&case.plan, &case.ask, &case.busy, case.now + wait);
                prop_assert_eq!(&later.days, &answer.days, "after {:?}", wait);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    /// C1, C2, C3
    #[test]
    fn the_list_is_what_a_walk_minute_by_minute_finds(case in case()) {
        prop_assert_eq!(listed(&case), oracle(&case));
    }

    /// C3
    #[test]
    fn r_g10_listed_is_what_check_accepts(case in case()) {
        let listed = listed(&case);
        let last = case.ask.from + i64::from(case.ask.days - 1).days();
        let mut accepted = Known::new();
        for starts_at in instants(&case) {
            let request = Request { wish: case.ask.wish.clone(), starts_at };
            if let Ok(slot) = check(&case.plan, &request, &case.busy, case.now)
                && (case.ask.from..=last).contains(&slot.date)
            {
                prop_assert!(slot.seats.iter().all(|&seat| (1..=slot.capacity).contains(&seat)));
                prop_assert!(slot.seats.is_sorted());
                accepted.insert(slot.starts_at, (slot.date, slot.ends_at, slot.seats.len() as u16));
            }
        }
        prop_assert_eq!(listed, accepted);
    }

    /// C3
    #[test]
    fn r_c1_no_accepted_seat_overlaps_a_live_claim(case in case()) {
        for &starts_at in listed(&case).keys() {
            let request = Request { wish: case.ask.wish.clone(), starts_at };
            let slot = check(&case.plan, &request, &case.busy, case.now).unwrap();
            for busy in case.busy.iter().filter(|busy| busy.hold_until.is_none_or(|until| until > case.now)) {
                let apart = busy.ends_at <= slot.claim_starts_at || slot.claim_ends_at <= busy.starts_at;
                prop_assert!(apart || busy.seat.is_some_and(|seat| !slot.seats.contains(&seat)));
            }
        }
    }

    /// C3
    #[test]
    fn what_is_listed_can_be_claimed_until_it_is_gone(case in case()) {
        let mut case = case;
        case.plan.sessions.truncate(1);
        case.plan.added.clear();
        case.plan.overrides.clear();
        case.plan.policy.daily_cap = None;
        let Some((&starts_at, &(_, _, left))) = listed(&case).iter().next() else { return Ok(()) };
        let request = Request { wish: case.ask.wish.clone(), starts_at };
        for _ in 0..left {
            let slot = check(&case.plan, &request, &case.busy, case.now).unwrap();
            case.busy.push(Busy {
                starts_at: slot.claim_starts_at,
                ends_at: slot.claim_ends_at,
                seat: Some(slot.seats[0]),
                hold_until: None,
            });
        }
        prop_assert_eq!(check(&case.plan, &request, &case.busy, case.now), Err(Refusal::Taken));
        prop_assert!(!starts(&case).contains(&starts_at));
    }

    /// C1
    #[test]
    fn more_in_the_way_never_frees_a_slot(
        (case, busy, absence) in case().prop_flat_map(|case| {
            let (zone, from, now) = (case.plan.zone.clone(), case.ask.from, case.now);
            (Just(case), busy(zone, from, now), absence(from))
        })
    ) {
        let before = starts(&case);
        let mut fuller = case.clone();
        fuller.busy.push(busy);
        prop_assert!(starts(&fuller).is_subset(&before));
        let mut away = case;
        away.plan.absences.push(absence);
        prop_assert!(starts(&away).is_subset(&before));
    }

    /// C2
    #[test]
    fn r_t3_visits_last_as_long_on_every_day(case in case()) {
        let mut case = case;
        case.plan.services[0].duration_minutes = Some(25);
        case.plan.services[0].returning_minutes = None;
        let answer = free_times(&case.plan, &case.ask, &case.busy, case.now);
        prop_assert_eq!(answer.days.len(), usize::from(case.ask.days));
        for day in &answer.days {
            prop_assert_eq!(day.count as usize, day.slots.len());
            prop_assert_eq!(day.status == DayStatus::Open, day.count > 0);
            prop_assert!(day.slots.windows(2).all(|pair| pair[0].starts_at < pair[1].starts_at));
            for slot in &day.slots {
                prop_assert_eq!(slot.ends_at.duration_since(slot.starts_at).as_mins(), 25);
                prop_assert!(slot.seats_left >= 1 && slot.seats_left <= slot.capacity);
            }
        }
    }

    /// C3
    #[test]
    fn a_day_without_a_slot_is_explained_and_one_with_is_not(case in case()) {
        let answer = free_times(&case.plan, &case.ask, &case.busy, case.now);
        for day in answer.days {
            let reasons = why(&case.plan, &case.ask.wish, day.date, &case.busy, case.now);
            // A day whose only starts are offered by the night session of the day before lists none of its own.
            prop_assert!(day.count == 0 || reasons.is_empty());
        }
    }

    /// C1
    #[test]
    fn a_plan_survives_being_written_and_read(case in case()) {
        let written = serde_json::to_string(&case.plan).unwrap();
        prop_assert_eq!(serde_json::from_str::<Plan>(&written).unwrap(), case.plan);
    }
}
