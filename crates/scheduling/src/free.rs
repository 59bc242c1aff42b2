//! Free times: the one rule of [`availability`] over a desk and what is taken of it. An answer is kept in memory under
//! the owner's numbers, which are read from the database for every question: what was booked before a question came is
//! never shown free, on any node.

use std::sync::Arc;

use contracts::{
    directory::{Mode, ServiceId},
    scheduling::{DayStatus, DayTimes, FreeTimes, FreeTimesAsk, Offer, SlotTime, WhyNot},
};
use jiff::{Timestamp, ToSpan, civil::Date};
use platform::{Cx, Error, Result, error::Problems};

use crate::{
    SchedulingContext,
    availability::{self, Ask, Audience, Busy, Purpose, Refusal, Slot, Visit, Wish},
    claim::{self, Span},
    desk::{self, Desk},
    http::offsets,
    owner::{self, Numbers},
};

/// Days answered where nobody says how many.
const STANDARD_DAYS: u16 = 14;
/// Most days answered.
const MOST_DAYS: u16 = 31;
/// Dates that can be asked about: what both engines can keep, and more than anybody needs.
pub(crate) const FIRST_DATE: Date = Date::constant(1900, 1, 1);
pub(crate) const LAST_DATE: Date = Date::constant(2200, 12, 31);
/// How often a desk is read anew whose rules change while it is being asked.
const TRIES: usize = 5;
/// Alternatives offered to the loser of a race.
const ALTERNATIVES: usize = 3;

/// What an answer is kept under.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TimesKey {
    offer: Offer,
    from: Date,
    days: u16,
    taken: bool,
}

/// An answer, exact while the owner's numbers stay and until time changes it.
#[derive(Debug, Clone)]
pub struct KeptTimes {
    numbers: Numbers,
    until: Timestamp,
    answer: Arc<FreeTimes>,
}

impl KeptTimes {
    /// How much memory it takes, counted in starts: a day without any takes some too, and so does an answer with its key.
    pub fn weight(&self) -> u32 {
        24 + self.answer.days.iter().map(|day| 2 + day.times.len() as u32).sum::<u32>()
    }
}

/// What a look at the database says of what is kept in memory.
enum Look {
    /// The rules are no longer those of the desk.
    OtherRules,
    /// Nothing was taken or freed since.
    Same,
    /// What is taken now, and the numbers it was read at.
    Changed(Vec<Busy>, Numbers),
}

impl SchedulingContext {
    pub(crate) async fn list_free_times(&self, cx: &Cx, ask: FreeTimesAsk) -> Result<Arc<FreeTimes>> {
        let mut problems = Problems::default();
        problems.range("days", ask.days.unwrap_or(STANDARD_DAYS), 1, MOST_DAYS);
        problems.done()?;
        let now = cx.now();
        if let Some(desk) = self.desks.get(&desk::DeskKey::of(&ask.offer))
            && let Some(answer) = self.times_at(&desk, &ask, now).await?
        {
            return Ok(answer);
        }
        for _ in 0..TRIES {
            let (desk, _) = self.load_desk(&ask.offer, now).await?;
            if let Some(answer) = self.times_at(&desk, &ask, now).await? {
                return Ok(answer);
            }
        }
        Err(Error::Unavailable("schedule"))
    }

    /// The free times at a desk; none where its rules have changed. One look at the database tells whether the answer
    /// in memory still holds, and what is taken where it does not.
    async fn times_at(&self, desk: &Desk, ask: &FreeTimesAsk, now: Timestamp) -> Result<Option<Arc<FreeTimes>>> {
        let days = ask.days.unwrap_or(STANDARD_DAYS);
        let from = ask.from.unwrap_or_else(|| desk.local_date(now));
        let span = span_of_days(desk, from, days)?;
        let key = TimesKey { offer: ask.offer.clone(), from, days, taken: ask.taken };
        let kept = self.times.get(&key).filter(|kept| now < kept.until);
        let known = kept.as_ref().map(|kept| kept.numbers);
        let (owner, facility, plan) = (desk.owner.clone(), desk.facility.id.clone(), desk.plan_number);
        let look = self
            .db
            .read(async move |tx| {
                // The numbers first: what is booked in between makes the answer look older than it is, never newer.
                let numbers = owner::numbers(tx, &owner).await?;
                Ok(match known {
                    _ if numbers.plan != plan => Look::OtherRules,
                    Some(known) if known == numbers => Look::Same,
                    _ => Look::Changed(claim::busy(tx, &owner, &facility, span).await?, numbers),
                })
            })
            .await?;
        let (busy, numbers) = match (look, kept) {
            (Look::OtherRules, _) => return Ok(None),
            (Look::Same, kept) => return Ok(kept.map(|kept| kept.answer)),
            (Look::Changed(busy, numbers), _) => (busy, numbers),
        };
        let service = desk.service(&ask.offer.service, ask.offer.mode).ok_or(Error::NotFound("service"))?;
        let (answer, until) = answer(desk, service, &key, &busy, now);
        let answer = Arc::new(answer);
        self.times.insert(key, KeptTimes { numbers, until, answer: answer.clone() });
        Ok(Some(answer))
    }

    /// The rules that leave a date without a free time.
    pub(crate) async fn why_no_time(&self, cx: &Cx, offer: Offer, date: Date) -> Result<Vec<WhyNot>> {
        let now = cx.now();
        let (desk, _) = self.desk_now(&offer, now).await?;
        let (busy, _) = self.busy_of_days(&desk, date, 1).await?;
        let wish = wish(&offer.service, offer.mode, Audience::Public, Purpose::Book);
        Ok(availability::why(&desk.plan, &wish, date, &busy, now).iter().map(why_not).collect())
    }

    /// A conflict with the free starts nearest to the lost one (R.C7), where it has none yet. Never fails: who lost a
    /// race should not get a second error on top.
    pub(crate) async fn with_alternatives(&self, cx: &Cx, offer: &Offer, lost: Timestamp, error: Error) -> Error {
        let Error::Conflict(mut conflict) = error else { return error };
        tracing::debug!(kind = conflict.kind, "a time was refused");
        if conflict.alternatives.is_null() {
            // Who has had their consultation of that day needs another day.
            let same_day = conflict.kind != "day-limit";
            conflict.alternatives = self.nearest(cx, offer, lost, same_day).await.unwrap_or_default();
        }
        Error::Conflict(conflict)
    }

    async fn nearest(&self, cx: &Cx, offer: &Offer, lost: Timestamp, same_day: bool) -> Result<serde_json::Value> {
        let now = cx.now();
        let (desk, _) = self.desk_now(offer, now).await?;
        let date = desk.local_date(lost);
        let first = if same_day { date.saturating_sub(1.day()) } else { date.saturating_add(1.day()) };
        let from = first.max(desk.local_date(now));
        let (busy, _) = self.busy_of_days(&desk, from, STANDARD_DAYS).await?;
        let ask =
            Ask { wish: wish(&offer.service, offer.mode, Audience::Public, Purpose::Book), from, days: STANDARD_DAYS };
        let slots = availability::alternatives(&desk.plan, &ask, &busy, now, lost, ALTERNATIVES);
        let times = slots.iter().map(|slot| {
            let SlotTime { at, local, free } = slot_time(&desk, slot, true);
            serde_json::json!({ "at": offsets::in_zone(at, &desk.plan.zone), "local": local, "free": free })
        });
        Ok(times.collect())
    }

    /// The desk of an offer and its owner's numbers, both of this moment.
    pub(crate) async fn desk_now(&self, offer: &Offer, now: Timestamp) -> Result<(Arc<Desk>, Numbers)> {
        match self.current_desk(offer).await? {
            Some(current) => Ok(current),
            None => self.load_desk(offer, now).await,
        }
    }

    /// The desk in memory with its owner's numbers, where its rules are still the same.
    async fn current_desk(&self, offer: &Offer) -> Result<Option<(Arc<Desk>, Numbers)>> {
        let Some(desk) = self.desks.get(&desk::DeskKey::of(offer)) else { return Ok(None) };
        let owner = desk.owner.clone();
        let numbers = self.db.read(async move |tx| owner::numbers(tx, &owner).await).await?;
        Ok((numbers.plan == desk.plan_number).then_some((desk, numbers)))
    }

    /// The desk of an offer as the database has it, kept in memory from now on.
    async fn load_desk(&self, offer: &Offer, now: Timestamp) -> Result<(Arc<Desk>, Numbers)> {
        let (desk, numbers) = self.read_desk(offer, now).await?;
        self.desks.insert(desk::DeskKey::of(offer), desk.clone());
        Ok((desk, numbers))
    }

    /// The desk of an offer as the database has it.
    async fn read_desk(&self, offer: &Offer, now: Timestamp) -> Result<(Arc<Desk>, Numbers)> {
        let asked = offer.clone();
        self.db
            .read(async move |tx| {
                let desk = desk::load(tx, &asked, now).await?;
                let numbers = owner::numbers(tx, &desk.owner).await?;
                Ok((Arc::new(desk), numbers))
            })
            .await
    }

    /// The desk of an offer of this moment, for who asks about every desk in turn: one that is not in memory is not put
    /// there, lest all of them come to lie there because of it.
    pub(crate) async fn desk_in_passing(&self, offer: &Offer, now: Timestamp) -> Result<Arc<Desk>> {
        if let Some(desk) = self.current_desk(offer).await? {
            return Ok(desk.0);
        }
        Ok(self.read_desk(offer, now).await?.0)
    }

    /// The desk of an offer as kept in memory, which may be a moment old: for those who write, whose transaction asks
    /// whether the rules are still the same.
    pub(crate) async fn desk_kept(&self, offer: &Offer, now: Timestamp) -> Result<Arc<Desk>> {
        match self.desks.get(&desk::DeskKey::of(offer)) {
            Some(desk) => Ok(desk),
            None => Ok(self.desk_now(offer, now).await?.0),
        }
    }

    /// What is taken of the owner's time on some local days and their neighbours, and the numbers it was read at.
    pub(crate) async fn busy_of_days(&self, desk: &Desk, from: Date, days: u16) -> Result<(Vec<Busy>, Numbers)> {
        let span = span_of_days(desk, from, days)?;
        let (owner, facility) = (desk.owner.clone(), desk.facility.id.clone());
        self.db
            .read(async move |tx| {
                // The numbers first: what is booked in between makes the answer look older than it is, never newer.
                let numbers = owner::numbers(tx, &owner).await?;
                Ok((claim::busy(tx, &owner, &facility, span).await?, numbers))
            })
            .await
    }
}

/// From the day before to the day after, so that sessions past midnight are seen whole.
pub(crate) fn span_of_days(desk: &Desk, from: Date, days: u16) -> Result<Span> {
    let mut problems = Problems::default();
    problems.range("from", from, FIRST_DATE, LAST_DATE);
    problems.done()?;
    let start = |date: Date| {
        let midnight = date.to_zoned(desk.plan.zone.clone()).map_err(|_| Error::invalid("from", "invalid-date"))?;
        Ok::<_, Error>(midnight.timestamp())
    };
    Ok(Span {
        starts_at: start(from.saturating_sub(1.day()))?,
        ends_at: start(from.saturating_add((i64::from(days) + 1).days()))?,
    })
}

/// Who wants what, in the rules' words. Visits are judged as first ones: whether a patient returns is not known to the
/// public list.
pub(crate) fn wish(service: &ServiceId, mode: Mode, audience: Audience, purpose: Purpose) -> Wish {
    Wish { service: service.to_string(), mode: Some(desk::mode(mode)), visit: Visit::New, audience, purpose }
}

/// The answer, and until when time alone does not change it.
fn answer(
    desk: &Desk,
    service: &contracts::directory::Service,
    key: &TimesKey,
    busy: &[Busy],
    now: Timestamp,
) -> (FreeTimes, Timestamp) {
    let wish = wish(&key.offer.service, key.offer.mode, Audience::Public, Purpose::Book);
    let ask = Ask { wish, from: key.from, days: key.days };
    let free = availability::free_times(&desk.plan, &ask, busy, now);
    let open = if key.taken { availability::free_times(&desk.plan, &ask, &[], now).days } else { Vec::new() };
    let earliest = free.days.iter().flat_map(|day| &day.slots).map(|slot| slot.starts_at).next();
    let days = free.days.iter().enumerate().map(|(n, day)| DayTimes {
        date: day.date,
        status: status(day.status),
        times: match open.get(n) {
            Some(open) => merged(desk, &day.slots, &open.slots),
            None => day.slots.iter().map(|slot| slot_time(desk, slot, true)).collect(),
        },
    });
    let answer = FreeTimes {
        zone: desk.facility.zone.clone(),
        duration_minutes: service.duration_minutes,
        price: desk.price(service),
        earliest,
        days: days.collect(),
    };
    (answer, free.until)
}

/// All starts of a day in order, the free ones marked.
fn merged(desk: &Desk, free: &[Slot], open: &[Slot]) -> Vec<SlotTime> {
    let is_free = |slot: &Slot| free.binary_search_by_key(&slot.starts_at, |free| free.starts_at).is_ok();
    open.iter().map(|slot| slot_time(desk, slot, is_free(slot))).collect()
}

fn slot_time(desk: &Desk, slot: &Slot, free: bool) -> SlotTime {
    SlotTime { at: slot.starts_at, local: desk.plan.zone.to_datetime(slot.starts_at).into(), free }
}

pub(crate) fn status(status: availability::DayStatus) -> DayStatus {
    use availability::DayStatus as Rule;
    match status {
        Rule::Open => DayStatus::Open,
        Rule::Full => DayStatus::Full,
        Rule::Off | Rule::NotOffered => DayStatus::Off,
        Rule::Holiday => DayStatus::Holiday,
        Rule::Leave | Rule::Closed => DayStatus::Leave,
        Rule::OutsideHorizon | Rule::Over => DayStatus::Outside,
    }
}

/// A refusal as a text key with its values.
pub(crate) fn why_not(refusal: &Refusal) -> WhyNot {
    let (rule, args): (&str, Vec<(String, String)>) = match refusal {
        Refusal::NotAtThisFacility => ("no-permit-here", vec![]),
        Refusal::ServiceNotOffered => ("service-not-offered", vec![]),
        Refusal::NoSession => ("no-session", vec![]),
        Refusal::BeyondHorizon { days } => ("horizon", vec![("days".into(), days.to_string())]),
        Refusal::Holiday { name } => ("holiday", vec![("name".into(), name.clone())]),
        Refusal::WrongMode => ("wrong-mode", vec![]),
        Refusal::WrongSession => ("wrong-session", vec![]),
        Refusal::NotOnGrid => ("not-on-grid", vec![]),
        Refusal::DoesNotFit => ("does-not-fit", vec![]),
        Refusal::Past => ("past", vec![]),
        Refusal::TooSoon { minutes } => ("notice", vec![("minutes".into(), minutes.to_string())]),
        Refusal::CutOff { at } => ("cut-off", vec![("time".into(), format!("{:02}:{:02}", at.hour(), at.minute()))]),
        Refusal::LicenceExpired => ("licence", vec![]),
        Refusal::SlotRemoved => ("slot-removed", vec![]),
        Refusal::Closure => ("closure", vec![]),
        Refusal::Leave => ("leave", vec![]),
        Refusal::DayFull { cap } => ("day-full", vec![("cap".into(), cap.to_string())]),
        Refusal::Taken => ("taken", vec![]),
    };
    WhyNot { rule: rule.to_owned(), args }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// J5
    #[test]
    fn an_answer_without_a_start_is_not_without_weight() {
        let day = DayTimes { date: FIRST_DATE, status: DayStatus::Off, times: Vec::new() };
        let answer = FreeTimes {
            zone: "Asia/Makassar".to_owned(),
            duration_minutes: 15,
            price: platform::Money::idr(150_000),
            earliest: None,
            days: vec![day; usize::from(MOST_DAYS)],
        };
        let kept = KeptTimes { numbers: Numbers::default(), until: Timestamp::MAX, answer: Arc::new(answer) };
        assert_eq!(kept.weight(), 24 + 2 * u32::from(MOST_DAYS));
    }
}
