//! What hours would come to, before they are kept: the one rule over a draft, and the visits that the draft would leave
//! outside (R.V4, R.V5). Nothing is written.

use contracts::scheduling::{Affected, Offer, Preview, PreviewAsk, PreviewDay, PreviewTime, StartChange};
use jiff::ToSpan as _;
use platform::{Cx, Error, Result, db::Tx, error::Problems};

use crate::{
    SchedulingContext, access,
    availability::{self, Ask, Audience, Plan, Purpose},
    desk::{self, Desk, Draft, ScheduleBody},
    exception, free, holiday, schedule,
};

/// Days shown where nobody says how many, and at most.
const STANDARD_DAYS: u16 = 14;
const MOST_DAYS: u16 = 31;
/// Departures thought of at a time.
const MOST_DEPARTURES: usize = 20;

impl SchedulingContext {
    pub(crate) async fn preview_schedule(&self, cx: &Cx, ask: PreviewAsk) -> Result<Preview> {
        let cx = cx.clone();
        self.db.read(async move |tx| preview(&cx, tx, ask).await).await
    }
}

fn checked(mut ask: PreviewAsk) -> Result<PreviewAsk> {
    schedule::check(&ask.form)?;
    let mut problems = Problems::default();
    problems.range("days", ask.days.unwrap_or(STANDARD_DAYS), 1, MOST_DAYS);
    problems.at_most("added", ask.added.len(), MOST_DEPARTURES);
    problems.at_most("removed", ask.removed.len(), MOST_DEPARTURES);
    problems.range("from", ask.from.unwrap_or(free::FIRST_DATE), free::FIRST_DATE, free::LAST_DATE);
    problems.done()?;
    for added in &mut ask.added {
        exception::check(added)?;
    }
    Ok(ask)
}

async fn preview(cx: &Cx, tx: &mut Tx, ask: PreviewAsk) -> Result<Preview> {
    let now = cx.now();
    access::edits_schedule(cx, tx, Some(&ask.form.facility.to_string()), ask.form.doctor.as_ref()).await?;
    let ask = checked(ask)?;
    let PreviewAsk { form, service, mode, .. } = &ask;
    schedule::check_place(tx, form).await?;
    let offer =
        Offer { facility: form.facility.clone(), service: service.clone(), doctor: form.doctor.clone(), mode: *mode };
    let draft = Draft {
        body: Some(ScheduleBody { hours: form.hours.clone(), daily_cap: form.daily_cap }),
        services: form.services.clone(),
        added: ask.added.clone(),
        removed: ask.removed.clone(),
    };
    let then = desk::drafted(tx, &offer, &draft, now).await?;
    let kept = match desk::load(tx, &offer, now).await {
        Ok(kept) => Some(kept),
        Err(Error::NotFound(_)) => None,
        Err(other) => return Err(other),
    };
    let offered = then.service(service, *mode).ok_or_else(|| Error::invalid("service", "unknown"))?;
    let from = ask.from.unwrap_or_else(|| then.local_date(now));
    let count = ask.days.unwrap_or(STANDARD_DAYS);
    let wish = free::wish(service, *mode, Audience::Staff, Purpose::Book);
    let wish = Ask { wish, from, days: count };
    let duration_minutes = offered.duration_minutes;
    let mut days = days(&then, kept.as_ref(), &wish, now);
    for holiday in holiday::between(tx, from, from.saturating_add(i64::from(count).days())).await? {
        if let Some(day) = days.iter_mut().find(|day| day.date == holiday.date) {
            day.holiday = Some(holiday.name);
        }
    }
    let affected = match schedule::find(tx, form).await? {
        Some(row) => {
            schedule::affected_of(cx, tx, &row.owner(), None, schedule::SHOWN, Some((&form.facility, &draft))).await?
        }
        None => Affected { count: 0, appointments: Vec::new() },
    };
    Ok(Preview { zone: then.facility.zone.clone(), duration_minutes, days, affected })
}

/// The starts by hours, departures, holidays and licence alone.
fn days(then: &Desk, now: Option<&Desk>, ask: &Ask, at: jiff::Timestamp) -> Vec<PreviewDay> {
    let bare = |desk: &Desk| {
        let plan = Plan { policy: availability::Policy::default(), ..desk.plan.clone() };
        availability::free_times(&plan, ask, &[], at).days
    };
    let before = now.map(bare).unwrap_or_default();
    let starts = |day: &availability::Day| day.slots.iter().map(|slot| slot.starts_at).collect::<Vec<_>>();
    let shown = |n: usize, day: &availability::Day| {
        let (new, old) = (starts(day), before.get(n).map(starts).unwrap_or_default());
        let mut all: Vec<_> = new.iter().chain(&old).copied().collect();
        all.sort_unstable();
        all.dedup();
        let time = |at| PreviewTime {
            at,
            local: then.plan.zone.to_datetime(at).into(),
            change: match (new.binary_search(&at).is_ok(), old.binary_search(&at).is_ok()) {
                (true, true) => StartChange::Kept,
                (true, false) => StartChange::New,
                (false, _) => StartChange::Gone,
            },
        };
        PreviewDay {
            date: day.date,
            status: free::status(day.status),
            holiday: None,
            times: all.into_iter().map(time).collect(),
        }
    };
    bare(then).iter().enumerate().map(|(n, day)| shown(n, day)).collect()
}
