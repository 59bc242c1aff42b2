//! Why a visit may start at an instant or not, through a whole local day.

use std::collections::BTreeSet;

use jiff::{Timestamp, civil::Date};

use super::{
    Busy, Plan, Refusal, Wish,
    check::accept_at,
    rule::Rule,
    wall_clock::{WallClock, day_start, instant, later},
};

/// A part of a local day: either a visit may start at its first instant, or a rule says why none may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// First instant.
    pub from: Timestamp,
    /// First instant after it.
    pub until: Timestamp,
    /// What stands in the way of a start at `from`, and of every other start before `until` that the grid has.
    pub refusal: Option<Refusal>,
}

/// A local day from midnight to midnight, without a gap and without an overlap. Starts are judged by the rule that lists
/// and accepts them; neighbours that the same rule refuses are one stretch.
pub fn explain(plan: &Plan, wish: &Wish, date: Date, busy: &[Busy], now: Timestamp) -> Vec<Stretch> {
    let clock = WallClock::around(&plan.zone, date, later(date, 1));
    let (begin, end) = (clock.first(day_start(date)), clock.first(day_start(later(date, 1))));
    let mut stretches: Vec<Stretch> = Vec::new();
    let rule = match Rule::new(plan, wish, (later(date, -1), later(date, 1)), busy, now) {
        Ok(rule) => rule,
        Err(refusal) => {
            push(&mut stretches, begin, end, Some(refusal));
            return stretches;
        }
    };
    let mut marks = BTreeSet::from([begin]);
    for openings in (-1..=1).map(|days| rule.openings(later(date, days))) {
        for opening in &openings {
            marks.extend([opening.from, opening.to]);
            marks.extend(opening.starts(&rule.clock).map(|(at, _)| at));
        }
    }
    marks.retain(|at| begin <= *at && *at < end);
    let until: Vec<i64> = marks.iter().skip(1).copied().chain([end]).collect();
    for (from, until) in marks.into_iter().zip(until) {
        push(&mut stretches, from, until, accept_at(&rule, plan, from).err());
    }
    stretches
}

fn push(stretches: &mut Vec<Stretch>, from: i64, until: i64, refusal: Option<Refusal>) {
    let (Some(from), Some(until)) = (instant(from), instant(until)) else { return };
    match stretches.last_mut() {
        Some(last) if refusal.is_some() && last.refusal == refusal => last.until = until,
        _ if from < until => stretches.push(Stretch { from, until, refusal }),
        _ => {}
    }
}
