//! Why a day has no free time.

use jiff::{Timestamp, civil::Date};

use super::{Busy, Plan, Refusal, Wish, rule::Rule};

/// The rules that stand in the way on a local date, the one that refuses most slots first; empty if a slot is free.
pub fn why(plan: &Plan, wish: &Wish, date: Date, busy: &[Busy], now: Timestamp) -> Vec<Refusal> {
    let rule = match Rule::new(plan, wish, (date, date), busy, now) {
        Ok(rule) => rule,
        Err(refusal) => return vec![refusal],
    };
    if let Some(refusal) = rule.beyond_horizon(date) {
        return vec![refusal];
    }
    let mut counted: Vec<(Refusal, usize)> = Vec::new();
    for opening in rule.openings(date) {
        for (at, reading) in opening.starts(&rule.clock) {
            let Err(refusal) = rule.judge(&opening, at, reading) else { return Vec::new() };
            match counted.iter_mut().find(|(known, _)| *known == refusal) {
                Some((_, times)) => *times += 1,
                None => counted.push((refusal, 1)),
            }
        }
    }
    // The last starts of a session never fit a longer visit; that explains nothing if others would have fitted.
    if counted.len() > 1 {
        counted.retain(|(refusal, _)| *refusal != Refusal::DoesNotFit);
    }
    if counted.is_empty() {
        return vec![Refusal::NoSession];
    }
    counted.sort_by_key(|&(_, times)| std::cmp::Reverse(times));
    counted.into_iter().map(|(refusal, _)| refusal).collect()
}
