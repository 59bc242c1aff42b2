//! "Why is there no time?" For the doctor, those who plan their hours, and the front desk: the same rule that lists and
//! books, named. The public is told free or busy only (R.G9).

use contracts::{
    Permission,
    directory::DoctorState,
    scheduling::{ExplainAsk, Explained, Offer, Stretch, WhyNot},
};
use jiff::{Timestamp, civil::Date};
use platform::{Cx, Result, db::Tx, error::Problems};

use crate::{
    SchedulingContext, access,
    availability::{self, Audience, Busy, Purpose, Refusal, Request, Target, Wish},
    claim,
    desk::Desk,
    exception, free,
};

impl SchedulingContext {
    pub(crate) async fn explain_day(&self, cx: &Cx, ask: ExplainAsk) -> Result<Explained> {
        let mut problems = Problems::default();
        problems.check(ask.at.is_none_or(exception::can_be_kept), "at", "bad-time");
        problems.done()?;
        let (by, offer) = (cx.clone(), ask.offer.clone());
        self.db.read(async move |tx| may_ask(&by, tx, &offer).await).await?;
        let now = cx.now();
        let desk = self.desk_in_passing(&ask.offer, now).await?;
        let date = match (ask.date, ask.at) {
            (Some(date), _) => date,
            (None, at) => desk.local_date(at.unwrap_or(now)),
        };
        let audience = if ask.staff { Audience::Staff } else { Audience::Public };
        let wish = free::wish(&ask.offer.service, ask.offer.mode, audience, Purpose::Book);
        let span = free::span_of_days(&desk, date, 1)?;
        let (owner, facility) = (desk.owner.clone(), desk.facility.id.clone());
        let busy = self.db.read(async move |tx| claim::busy(tx, &owner, &facility, span).await).await?;
        let judge = Judge { desk: &desk, offer: &ask.offer, wish: &wish, busy: &busy, now };
        let at = match ask.at {
            Some(at) => Some(judge.instant(at, self).await?),
            None => None,
        };
        let stretches = availability::explain(&desk.plan, &wish, date, &busy, now);
        let stretches = stretches.into_iter().map(|stretch| Stretch {
            why: stretch.refusal.as_ref().map(|refusal| judge.named(refusal, stretch.from, date)),
            from: stretch.from,
            until: stretch.until,
        });
        Ok(Explained { zone: desk.facility.zone.clone(), date, at, stretches: stretches.collect() })
    }
}

/// Those who plan this time, and those who book into it on behalf of others; else 403 or 404.
async fn may_ask(cx: &Cx, tx: &mut Tx, offer: &Offer) -> Result<()> {
    let facility = offer.facility.to_string();
    let books = cx.may(Permission::AppointmentManage) || cx.may(Permission::AppointmentRead);
    if books && cx.serves(&facility) {
        return Ok(());
    }
    access::edits_schedule(cx, tx, Some(&facility), offer.doctor.as_ref()).await
}

/// All that a refusal is named by.
struct Judge<'a> {
    desk: &'a Desk,
    offer: &'a Offer,
    wish: &'a Wish,
    busy: &'a [Busy],
    now: Timestamp,
}

impl Judge<'_> {
    /// The verdict on one instant, which may lie on another day than the one shown.
    async fn instant(&self, at: Timestamp, scheduling: &SchedulingContext) -> Result<Stretch> {
        let date = self.desk.local_date(at);
        let (busy, _) = scheduling.busy_of_days(self.desk, date, 1).await?;
        let judge = Judge { busy: &busy, ..*self };
        let request = Request { wish: self.wish.clone(), starts_at: at };
        let refusal = availability::check(&self.desk.plan, &request, &busy, self.now).err();
        let why = refusal.map(|refusal| judge.named(&refusal, at, date));
        Ok(Stretch { from: at, until: at, why })
    }

    /// A refusal by the rule that stands behind it.
    fn named(&self, refusal: &Refusal, at: Timestamp, date: Date) -> WhyNot {
        let word = |rule: &str| WhyNot { rule: rule.to_owned(), args: Vec::new() };
        match refusal {
            Refusal::ServiceNotOffered => word(self.not_offered()),
            Refusal::NoSession => self.no_session(date),
            Refusal::LicenceExpired => self.licence(date),
            Refusal::Leave | Refusal::Closure => self.away(refusal, at),
            Refusal::Taken => self.taken(at),
            other => free::why_not(other),
        }
    }

    /// Why nothing of the service can be had at all.
    fn not_offered(&self) -> &'static str {
        let Desk { facility, doctor, .. } = self.desk;
        if !facility.active {
            "facility-closed"
        } else if doctor.as_ref().is_some_and(|doctor| doctor.state != DoctorState::Listed) {
            "doctor-not-listed"
        } else {
            "service-not-offered"
        }
    }

    /// No hours on that day at all, no longer or not yet, or not at that time.
    fn no_session(&self, date: Date) -> WhyNot {
        let plan = &self.desk.plan;
        if let Some(other) = plan.overrides.iter().find(|other| other.date == date) {
            return named("outside-hours", "hours", written(other.sessions.iter()));
        }
        let mut hours = plan.sessions.iter().filter(|rule| rule.opens_on(date)).map(|rule| &rule.hours).peekable();
        if hours.peek().is_some() {
            return named("outside-hours", "hours", written(hours));
        }
        let of_weekday = || plan.sessions.iter().filter(|rule| rule.weekday == date.weekday());
        let weekday = || date.weekday().to_monday_one_offset().to_string();
        match (of_weekday().map(|rule| rule.valid_from).min(), of_weekday().filter_map(|rule| rule.valid_to).max()) {
            (Some(first), _) if date < first => named("hours-not-yet", "date", first.to_string()),
            (Some(_), Some(last)) if last < date => named("hours-over", "date", last.to_string()),
            _ => named("no-hours", "weekday", weekday()),
        }
    }

    /// Which paper is not valid on that day.
    fn licence(&self, date: Date) -> WhyNot {
        let Some(doctor) = &self.desk.doctor else { return free::why_not(&Refusal::LicenceExpired) };
        match (doctor.str_until, doctor.practice_at(&self.offer.facility)) {
            (Some(until), _) if until < date => named("licence-str", "date", until.to_string()),
            (_, Some(practice)) => named("licence-sip", "date", practice.sip_until.to_string()),
            _ => free::why_not(&Refusal::LicenceExpired),
        }
    }

    /// Leave or closure, and until when.
    fn away(&self, refusal: &Refusal, at: Timestamp) -> WhyNot {
        let of_facility = *refusal == Refusal::Closure;
        let reading = self.desk.plan.zone.to_datetime(at);
        let absences =
            self.desk.plan.absences.iter().filter(|absence| (absence.target == Target::Facility) == of_facility);
        let ends = absences.filter(|absence| reading < absence.to).min_by_key(|absence| absence.from.max(reading));
        let mut why = free::why_not(refusal);
        why.args.extend(ends.map(|absence| ("until".to_owned(), absence.to.to_string())));
        why
    }

    /// Booked, kept for somebody, taken elsewhere, or only too near to a neighbour.
    fn taken(&self, at: Timestamp) -> WhyNot {
        let Some(service) = self.desk.services.iter().find(|service| service.id == self.offer.service) else {
            return free::why_not(&Refusal::Taken);
        };
        let minutes = |count: u16| jiff::SignedDuration::from_mins(i64::from(count));
        let ends = at + minutes(service.duration_minutes);
        let (from, to) = (at - minutes(service.buffer_before_minutes), ends + minutes(service.buffer_after_minutes));
        let live = || self.busy.iter().filter(|busy| busy.hold_until.is_none_or(|until| self.now < until));
        let reaching = |from: Timestamp, to: Timestamp| {
            live().filter(move |busy| busy.starts_at < to && from < busy.ends_at).collect::<Vec<_>>()
        };
        let during = reaching(at, ends);
        if during.is_empty() {
            let buffer = service.buffer_before_minutes.max(service.buffer_after_minutes);
            return if reaching(from, to).is_empty() {
                free::why_not(&Refusal::Taken)
            } else {
                named("buffer", "minutes", buffer.to_string())
            };
        }
        if let Some(until) = during.iter().filter_map(|busy| busy.hold_until).max() {
            return named("held", "until", self.desk.plan.zone.to_datetime(until).to_string());
        }
        if during.iter().all(|busy| busy.seat.is_none()) {
            return WhyNot { rule: "elsewhere".to_owned(), args: Vec::new() };
        }
        free::why_not(&Refusal::Taken)
    }
}

fn named(rule: &str, arg: &str, value: String) -> WhyNot {
    WhyNot { rule: rule.to_owned(), args: vec![(arg.to_owned(), value)] }
}

/// `09:00–12:00, 13:00–15:00`; nothing where there are none.
fn written<'a>(hours: impl Iterator<Item = &'a availability::SessionHours>) -> String {
    let span = |hours: &availability::SessionHours| {
        let until = hours.from.wrapping_add(jiff::Span::new().minutes(i64::from(hours.length_minutes)));
        format!("{:02}:{:02}–{:02}:{:02}", hours.from.hour(), hours.from.minute(), until.hour(), until.minute())
    };
    hours.map(span).collect::<Vec<_>>().join(", ")
}
