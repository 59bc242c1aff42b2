//! The verdict on a wished time, in two steps by the same rule (R.G10): first by the rules alone, before anything is
//! locked; then, behind the owner's lock, with what is taken, and the time is claimed at once (R.C2, R.C3).

use std::{borrow::Cow, sync::Arc};

use contracts::{directory::Service, scheduling::Offer};
use jiff::{Timestamp, civil::Date};
use platform::{Error, Result, db::Tx};

use crate::{
    SchedulingContext,
    availability::{self, AcceptedSlot, Audience, Busy, Plan, Purpose, Refusal, Request},
    claim::{self, Claim, Span},
    desk::Desk,
    free,
};

/// Overbooked visits at the same time (R.L5).
const OVERBOOKED_SEATS: [i64; 2] = [-1, -2];

/// Who wishes for a time, and why.
#[derive(Debug, Clone, Copy)]
pub struct Terms {
    /// On whose terms.
    pub audience: Audience,
    /// A new booking or a move.
    pub purpose: Purpose,
    /// Past horizon, cap and capacity: by staff, with a reason (R.L5).
    pub overriding: bool,
}

/// A time the rules allow, if nobody has it.
#[derive(Debug)]
pub struct Verdict {
    /// Where.
    pub desk: Arc<Desk>,
    /// What.
    pub service: Service,
    /// When, buffers included.
    pub slot: AcceptedSlot,
    terms: Terms,
    request: Request,
}

impl SchedulingContext {
    /// What the rules say of a time as of `judged_at`. A time is granted by the desk in memory, whose rules the
    /// transaction asks about again; it is refused only by the rules of this moment.
    pub(crate) async fn verdict(
        &self,
        offer: &Offer,
        starts_at: Timestamp,
        terms: Terms,
        judged_at: Timestamp,
        now: Timestamp,
    ) -> Result<Verdict> {
        let kept = self.desk_kept(offer, now).await?;
        let plan_number = kept.plan_number;
        let refusal = match Verdict::of(kept, offer, starts_at, terms, judged_at) {
            Ok(verdict) => return Ok(verdict),
            Err(refusal) => refusal,
        };
        let (desk, _) = self.desk_now(offer, now).await?;
        if desk.plan_number == plan_number {
            Err(refusal)
        } else {
            Verdict::of(desk, offer, starts_at, terms, judged_at)
        }
    }
}

impl Verdict {
    /// What the rules say at `now`; 404 where the service is not offered there, 409 `not-bookable` with the rule.
    pub fn of(desk: Arc<Desk>, offer: &Offer, starts_at: Timestamp, terms: Terms, now: Timestamp) -> Result<Self> {
        let service = desk.service(&offer.service, offer.mode).ok_or(Error::NotFound("service"))?.clone();
        let wish = free::wish(&offer.service, offer.mode, terms.audience, terms.purpose);
        let request = Request { wish, starts_at };
        let plan = if terms.overriding { relaxed(&desk.plan) } else { Cow::Borrowed(&desk.plan) };
        let slot = availability::check(&plan, &request, &[], now).map_err(|refusal| refused(&refusal))?;
        Ok(Self { desk, service, slot, terms, request })
    }

    /// The local date the visit counts for.
    pub fn local_date(&self) -> Date {
        self.desk.local_date(self.slot.starts_at)
    }

    /// The visit without its buffers.
    pub fn visit(&self) -> Span {
        Span { starts_at: self.slot.starts_at, ends_at: self.slot.ends_at }
    }

    /// What an appointment or hold claims of the owner's time.
    pub fn claim<'a>(&'a self, by: &'a str, hold_until: Option<Timestamp>) -> Claim<'a> {
        let span = Span { starts_at: self.slot.claim_starts_at, ends_at: self.slot.claim_ends_at };
        Claim { owner: &self.desk.owner, facility: &self.desk.facility.id, span, hold_until, by }
    }

    /// Claims the time behind the owner's lock; answers whether it had to be overbooked.
    pub async fn take(&self, tx: &mut Tx, by: &str, hold_until: Option<Timestamp>, now: Timestamp) -> Result<bool> {
        let busy = claim::busy(tx, &self.desk.owner, &self.desk.facility.id, self.counted()?).await?;
        self.take_beside(tx, &busy, by, hold_until, now).await
    }

    /// The same, with what is taken read behind the lock already.
    pub async fn take_beside(
        &self,
        tx: &mut Tx,
        busy: &[Busy],
        by: &str,
        hold_until: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<bool> {
        let claim = self.claim(by, hold_until);
        let refusal = match self.seats_beside(busy, now) {
            Ok(seats) if claim::claim_seat(tx, &claim, &seats, now).await? => return Ok(false),
            Ok(_) => Refusal::Taken,
            Err(refusal) => refusal,
        };
        if self.terms.overriding {
            let seats: Vec<i64> = numbers(&self.slot).chain(OVERBOOKED_SEATS).collect();
            if claim::claim_seat(tx, &claim, &seats, now).await? {
                return Ok(true);
            }
            return Err(Error::conflict("slot-taken"));
        }
        Err(if refusal == Refusal::Taken { Error::conflict("slot-taken") } else { refused(&refusal) })
    }

    /// Whether staff goes past a rule.
    pub fn is_overriding(&self) -> bool {
        self.terms.overriding
    }

    /// Of which time it matters what is taken: a daily cap counts the whole day; otherwise only what overlaps matters.
    pub fn counted(&self) -> Result<Span> {
        let Self { desk, slot, .. } = self;
        match desk.plan.policy.daily_cap {
            Some(_) => free::span_of_days(desk, desk.local_date(slot.claim_starts_at), 1),
            None => Ok(Span { starts_at: slot.claim_starts_at, ends_at: slot.claim_ends_at }),
        }
    }

    /// The seats that the rules leave with what is taken now.
    pub fn seats_beside(&self, busy: &[Busy], now: Timestamp) -> Result<Vec<i64>, Refusal> {
        let Self { desk, slot, .. } = self;
        if busy.is_empty() && !self.terms.overriding {
            return Ok(numbers(slot).collect());
        }
        availability::check(&desk.plan, &self.request, busy, now).map(|slot| numbers(&slot).collect())
    }
}

fn numbers(slot: &AcceptedSlot) -> impl Iterator<Item = i64> {
    slot.seats.iter().map(|seat| i64::from(*seat))
}

/// The rules without what staff may go past.
fn relaxed(plan: &Plan) -> Cow<'_, Plan> {
    let mut plan = plan.clone();
    plan.policy.horizon_days = None;
    plan.policy.daily_cap = None;
    Cow::Owned(plan)
}

/// A refusal of the rules as a conflict that names the rule.
pub fn refused(refusal: &Refusal) -> Error {
    let why = free::why_not(refusal);
    let mut error = Error::conflict("not-bookable").with("rule", &why.rule);
    for (name, value) in why.args {
        error = error.with(&name, value);
    }
    error
}
