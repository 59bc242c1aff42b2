//! The acceptance check of one start.

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use super::{
    Busy, Modes, Plan, Refusal, Request,
    grid::Opening,
    rule::Rule,
    wall_clock::{floor, instant, later},
};

/// A start that may be booked, and how to claim it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcceptedSlot {
    /// The local date its session starts on.
    pub date: Date,
    /// Start of the visit.
    pub starts_at: Timestamp,
    /// End of the visit.
    pub ends_at: Timestamp,
    /// Start of the claim: with the buffer before.
    pub claim_starts_at: Timestamp,
    /// End of the claim: with the buffer after.
    pub claim_ends_at: Timestamp,
    /// Free seats in the order in which to try them; see [`super::seat_key`].
    pub seats: Vec<u16>,
    /// Seats in all.
    pub capacity: u16,
    /// In which modes it can be had.
    pub modes: Modes,
}

/// Whether a visit may start at the requested instant; if not, the rule that came closest to letting it.
pub fn check(plan: &Plan, request: &Request, busy: &[Busy], now: Timestamp) -> Result<AcceptedSlot, Refusal> {
    let at = floor(request.starts_at);
    if request.starts_at.subsec_nanosecond() != 0 {
        return Err(Refusal::NotOnGrid);
    }
    let local = plan.zone.to_datetime(request.starts_at).date();
    let rule = Rule::new(plan, &request.wish, (later(local, -1), later(local, 1)), busy, now)?;
    accept_on(&rule, local, at)
}

/// The same for a rule already worked out for the dates around.
pub(super) fn accept_at(rule: &Rule<'_>, plan: &Plan, at: i64) -> Result<AcceptedSlot, Refusal> {
    let local = plan.zone.to_datetime(instant(at).ok_or(Refusal::NoSession)?).date();
    accept_on(rule, local, at)
}

fn accept_on(rule: &Rule<'_>, local: Date, at: i64) -> Result<AcceptedSlot, Refusal> {
    let mut closest = Refusal::NoSession;
    // A session past midnight began the day before; where the clock goes back over midnight, the day after.
    for date in (-1..=1).map(|days| later(local, days)) {
        for opening in rule.openings(date).iter().filter(|opening| opening.holds(at)) {
            match accept(rule, opening, date, at) {
                Ok(accepted) => return Ok(accepted),
                Err(refusal) if refusal.depth() > closest.depth() => closest = refusal,
                Err(_) => {}
            }
        }
    }
    Err(closest)
}

fn accept(rule: &Rule<'_>, opening: &Opening, date: Date, at: i64) -> Result<AcceptedSlot, Refusal> {
    let grant = rule.judge(opening, at, rule.clock.reading(at))?;
    let written = |second| instant(second).ok_or(Refusal::NoSession);
    Ok(AcceptedSlot {
        date,
        starts_at: written(at)?,
        ends_at: written(at + opening.visit)?,
        claim_starts_at: written(grant.claim_from)?,
        claim_ends_at: written(grant.claim_to)?,
        seats: grant.taken.free_of(opening.capacity),
        capacity: opening.capacity,
        modes: opening.modes,
    })
}
