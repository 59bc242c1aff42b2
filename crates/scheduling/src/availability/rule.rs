//! The one rule: may a visit start at this instant? The list of free times and the booking ask here (R.G10).

use jiff::{Timestamp, civil::Date, civil::Time};

use super::{
    Audience, Busy, Plan, Purpose, Refusal, ServiceRules, Target, Wish,
    busy::{Occupied, TakenSeats},
    grid::Opening,
    licence::PracticeDays,
    wall_clock::{MINUTE, WallClock, ceil, day_of, day_start, floor, later, reading_of},
};

/// The rule for one plan, one wish and some dates, with everything that does not depend on the slot worked out.
pub struct Rule<'a> {
    plan: &'a Plan,
    wish: &'a Wish,
    service: &'a ServiceRules,
    pub clock: WallClock,
    occupied: Occupied,
    blocks: Vec<Block>,
    removed: Vec<i64>,
    /// `now`, rounded down and up to whole seconds.
    now: (i64, i64),
    notice_minutes: u32,
    today: Date,
    /// The cut-off, if it has passed today.
    cut_off: Option<Time>,
    /// The days of the licence, where one is needed.
    licensed: Option<PracticeDays>,
}

/// Instants in which nothing takes place.
struct Block {
    from: i64,
    to: i64,
    refusal: Refusal,
}

/// What the rule grants: the instants of the claim, and the seats that are taken in it.
pub struct Grant {
    pub claim_from: i64,
    pub claim_to: i64,
    pub taken: TakenSeats,
}

impl<'a> Rule<'a> {
    /// The rule for the sessions of the dates `first..=last`, or what bars the wish on all of them.
    pub fn new(
        plan: &'a Plan,
        wish: &'a Wish,
        (first, last): (Date, Date),
        busy: &[Busy],
        now: Timestamp,
    ) -> Result<Self, Refusal> {
        let licensed = plan.licences.as_ref().map(|licences| licences.at(&plan.facility)).transpose()?;
        let service =
            plan.services.iter().find(|rules| rules.service == wish.service).ok_or(Refusal::ServiceNotOffered)?;
        let clock = WallClock::around(&plan.zone, first, last);
        let here = plan.zone.to_datetime(now);
        let staff = wish.audience == Audience::Staff;
        Ok(Self {
            plan,
            wish,
            service,
            occupied: Occupied::at(now, busy, &clock, plan.policy.daily_cap.is_some()),
            blocks: blocks(plan, wish, &clock),
            removed: plan.removed.iter().map(|slot| reading_of(slot.at)).collect(),
            now: (floor(now), ceil(now)),
            notice_minutes: match wish.purpose {
                _ if staff => 0,
                Purpose::Book => plan.policy.notice.book_minutes,
                Purpose::Move => plan.policy.notice.move_minutes,
            },
            today: here.date(),
            cut_off: plan.policy.same_day_cutoff.filter(|&at| !staff && at <= here.time()),
            licensed,
            clock,
        })
    }

    /// Whether a date lies beyond the horizon.
    pub fn beyond_horizon(&self, date: Date) -> Option<Refusal> {
        let days = self.plan.policy.horizon_days?;
        (date > later(self.today, i64::from(days))).then_some(Refusal::BeyondHorizon { days })
    }

    /// The sessions that start on a local date, first first; what bars a whole session is noted in it.
    pub fn openings(&self, date: Date) -> Vec<Opening> {
        let plan = self.plan;
        let replaced = plan.overrides.iter().find(|other| other.date == date);
        let weekly = plan.sessions.iter().filter(|rule| replaced.is_none() && rule.opens_on(date));
        let hours = weekly.map(|rule| &rule.hours).chain(replaced.iter().flat_map(|other| &other.sessions));
        let (service, visit) = (self.service, self.wish.visit);
        let bar = |on_holidays, services: &Option<Vec<String>>| self.bar(date, on_holidays, services.as_deref());
        let sessions = hours.filter_map(|hours| {
            let barred = bar(hours.on_holidays, &hours.services);
            Opening::of_session(hours, date, service, visit, &self.clock, barred)
        });
        let added = plan.added.iter().filter(|slot| slot.at.date() == date).filter_map(|slot| {
            let barred = bar(slot.on_holidays, &slot.services);
            Opening::of_added(slot, service, visit, &self.clock, barred)
        });
        let mut openings: Vec<Opening> = sessions.chain(added).collect();
        for opening in &mut openings {
            if opening.barred.is_none() && !opening.modes.allow(self.wish.mode) {
                opening.barred = Some(Refusal::WrongMode);
            }
        }
        openings.sort_by_key(|opening| opening.from);
        openings
    }

    fn bar(&self, date: Date, on_holidays: bool, services: Option<&[String]>) -> Option<Refusal> {
        let holiday = || self.plan.holidays.iter().find(|holiday| holiday.date == date && !on_holidays);
        let other_service = || services.is_some_and(|ids| ids.iter().all(|id| *id != self.wish.service));
        self.beyond_horizon(date)
            .or_else(|| holiday().map(|holiday| Refusal::Holiday { name: holiday.name.clone() }))
            .or_else(|| other_service().then_some(Refusal::WrongSession))
    }

    /// Whether a visit may start in a session at an instant, at which the wall clock has the given reading.
    pub fn judge(&self, opening: &Opening, at: i64, reading: i64) -> Result<Grant, Refusal> {
        if let Some(refusal) = &opening.barred {
            return Err(refusal.clone());
        }
        if !opening.on_grid(reading) {
            return Err(Refusal::NotOnGrid);
        }
        let claim_from = at - i64::from(self.service.buffer_before_minutes) * MINUTE;
        let ends = at + opening.visit;
        let claim_to = ends + i64::from(self.service.buffer_after_minutes) * MINUTE;
        if !opening.fits(claim_from, claim_to) {
            return Err(Refusal::DoesNotFit);
        }
        self.in_time(at, ends, reading)?;
        if self.licensed.as_ref().is_some_and(|days| !days.cover(day_of(reading))) {
            return Err(Refusal::LicenceExpired);
        }
        if self.removed.contains(&reading) {
            return Err(Refusal::SlotRemoved);
        }
        if let Some(block) = self.blocks.iter().find(|block| block.from < claim_to && claim_from < block.to) {
            return Err(block.refusal.clone());
        }
        if let Some(cap) = self.plan.policy.daily_cap
            && self.occupied.on_day(day_of(self.clock.reading(claim_from))) >= usize::from(cap)
        {
            return Err(Refusal::DayFull { cap });
        }
        let taken = self.occupied.seats(claim_from, claim_to);
        if taken.left_of(opening.capacity) == 0 {
            return Err(Refusal::Taken);
        }
        Ok(Grant { claim_from, claim_to, taken })
    }

    /// When, after now, time alone may change what the rule says of any start at once: the next local day begins, the
    /// cut-off is reached, the clock is changed, a hold runs out.
    pub fn turns_at(&self, busy: &[Busy], now: Timestamp) -> i64 {
        let zone = &self.plan.zone;
        let offset = i64::from(zone.to_offset(now).seconds());
        let tomorrow = day_start(later(self.today, 1)) - offset;
        let cut_off = self.plan.policy.same_day_cutoff.map(|at| reading_of(self.today.to_datetime(at)) - offset);
        let change = zone.following(now).next().map(|change| change.timestamp().as_second());
        let holds = busy.iter().filter_map(|claim| claim.hold_until).filter(|until| now < *until).map(floor);
        let turns = [Some(tomorrow), cut_off.filter(|at| self.now.0 < *at), change];
        turns.into_iter().flatten().chain(holds).min().unwrap_or(tomorrow)
    }

    /// When, after now, a start comes too near to be booked; none where it is that already.
    pub fn start_turns_at(&self, opening: &Opening, at: i64) -> Option<i64> {
        let (now, now_up) = self.now;
        match (self.wish.audience, self.notice_minutes) {
            (Audience::Staff, _) => Some(at + opening.visit).filter(|turn| now < *turn),
            (Audience::Public, 0) => Some(at).filter(|turn| now < *turn),
            (Audience::Public, minutes) => Some(at - i64::from(minutes) * MINUTE).filter(|turn| now_up <= *turn),
        }
    }

    /// R.G6, R.G8, R.G10: the public books what has not begun, with notice and before the cut-off; staff what has
    /// not ended.
    fn in_time(&self, starts: i64, ends: i64, reading: i64) -> Result<(), Refusal> {
        let (now, now_up) = self.now;
        let begins_too_late = match self.wish.audience {
            Audience::Public => starts <= now,
            Audience::Staff => ends <= now,
        };
        if begins_too_late {
            return Err(Refusal::Past);
        }
        let minutes = self.notice_minutes;
        if minutes > 0 && starts - i64::from(minutes) * MINUTE < now_up {
            return Err(Refusal::TooSoon { minutes });
        }
        match self.cut_off {
            Some(at) if day_of(day_start(self.today)) == day_of(reading) => Err(Refusal::CutOff { at }),
            _ => Ok(()),
        }
    }
}

/// The absences that stand in the way of the wish, within the dates of the clock.
fn blocks(plan: &Plan, wish: &Wish, clock: &WallClock) -> Vec<Block> {
    let absences = plan.absences.iter().filter(|absence| absence.target.stops(&wish.service));
    absences
        .map(|absence| Block {
            from: clock.first(reading_of(absence.from)),
            to: clock.last(reading_of(absence.to)),
            refusal: if absence.target == Target::Facility { Refusal::Closure } else { Refusal::Leave },
        })
        .filter(|block| block.from < block.to)
        .collect()
}
