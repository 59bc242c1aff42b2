//! Telling directory the earliest free start of each doctor. A booking only raises the owner's `version`; a job works
//! out the news for owners whose `version` is ahead of what was told, so a hundred bookings make one event, and none
//! where the earliest start stays as it was. Working it out reads; only the news itself is written, in small units, for
//! no booking shall wait for it.

use std::sync::PoisonError;

use contracts::{
    directory::{DoctorId, Mode, Practice},
    scheduling::{AvailabilityChanged, EarliestFree, Offer},
};
use jiff::Timestamp;
use platform::{Cx, Result, db::Tx};

use crate::{
    SchedulingContext,
    availability::{self, Ask, Audience, Busy, Purpose},
    copies,
    desk::Desk,
    free,
};

/// Owners looked at in one run of the job: more would take the processor from bookings.
const OWNERS: usize = 1_000;
/// News written in one unit of work.
const AT_ONCE: usize = 20;
/// Days looked ahead for the earliest free start.
const DAYS: u16 = 28;
/// Days looked at together: most doctors are free within the first.
const WEEK: u16 = 7;

/// What there is to tell of an owner at a version.
struct News {
    owner: String,
    version: i64,
    /// None for a desk, of which directory is told nothing.
    change: Option<AvailabilityChanged>,
}

impl SchedulingContext {
    /// Tells what changed; answers how many owners were looked at.
    pub(crate) async fn tell_availability(&self, cx: &Cx) -> Result<usize> {
        const BEHIND: &str =
            "select owner, version from owner_state where told < version and owner > $1 order by owner limit $2";
        // Goes on where the run before ended, so that busy owners do not keep the others waiting.
        let after = self.told_up_to();
        let limit = OWNERS as i64;
        let behind: Vec<(String, i64)> = self.db.read(async move |tx| tx.all(BEHIND, &[&after, &limit]).await).await?;
        let count = behind.len();
        let more = count == OWNERS;
        *self.told_up_to.lock().unwrap_or_else(PoisonError::into_inner) =
            behind.last().filter(|_| more).map(|(owner, _)| owner.clone()).unwrap_or_default();
        let mut behind = behind.into_iter().peekable();
        while behind.peek().is_some() {
            let mut news = Vec::with_capacity(AT_ONCE);
            for (owner, version) in behind.by_ref().take(AT_ONCE) {
                let change = self.earliest_of(cx, &owner).await?;
                news.push(News { owner, version, change });
            }
            let cx = cx.clone();
            self.db
                .write(async move |tx| {
                    for one in &news {
                        tell(&cx, tx, one).await?;
                    }
                    Ok(())
                })
                .await?;
        }
        Ok(count)
    }

    fn told_up_to(&self) -> String {
        self.told_up_to.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A doctor's earliest free starts; none for a desk.
    async fn earliest_of(&self, cx: &Cx, owner: &str) -> Result<Option<AvailabilityChanged>> {
        let Ok(doctor) = owner.parse::<DoctorId>() else { return Ok(None) };
        let id = doctor.clone();
        let Some(known) = self.db.read(async move |tx| copies::doctor(tx, &id).await).await? else { return Ok(None) };
        let mut earliest = Vec::new();
        for practice in &known.practices {
            earliest.extend(self.earliest_at(cx, &doctor, practice).await?);
        }
        Ok(Some(AvailabilityChanged { doctor, earliest }))
    }

    /// A doctor's earliest free start at one of their practices, in each mode.
    async fn earliest_at(&self, cx: &Cx, doctor: &DoctorId, practice: &Practice) -> Result<Vec<EarliestFree>> {
        let now = cx.now();
        let Some(first) = practice.services.first() else { return Ok(Vec::new()) };
        // The desk is the same for every service and mode.
        let offer = Offer {
            facility: practice.facility.clone(),
            service: first.service.clone(),
            doctor: Some(doctor.clone()),
            mode: Mode::InPerson,
        };
        let desk = match self.desk_in_passing(&offer, now).await {
            Ok(desk) => desk,
            Err(platform::Error::NotFound(_)) => return Ok(Vec::new()),
            Err(other) => return Err(other),
        };
        let mut sought: Vec<Mode> = Mode::ALL.to_vec();
        let mut earliest = Vec::new();
        let mut from = desk.local_date(now);
        for _ in 0..DAYS / WEEK {
            sought
                .retain(|mode| practice.services.iter().any(|offered| desk.service(&offered.service, *mode).is_some()));
            if sought.is_empty() {
                break;
            }
            let (busy, _) = self.busy_of_days(&desk, from, WEEK).await?;
            sought.retain(|mode| {
                let services =
                    practice.services.iter().filter(|offered| desk.service(&offered.service, *mode).is_some());
                let starts = services.filter_map(|offered| {
                    let wish = free::wish(&offered.service, *mode, Audience::Public, Purpose::Book);
                    first_start(&desk, &Ask { wish, from, days: WEEK }, &busy, now)
                });
                let first = starts.min();
                earliest.extend(first.map(|at| EarliestFree { facility: practice.facility.clone(), mode: *mode, at }));
                first.is_none()
            });
            from = from.saturating_add(jiff::Span::new().days(WEEK));
        }
        // As they have always been told, whichever was found first.
        earliest.sort_by_key(|free| Mode::ALL.iter().position(|mode| *mode == free.mode));
        Ok(earliest)
    }

    /// Marks all doctors as untold: time alone makes free starts pass.
    pub(crate) async fn retell_all(&self) -> Result<()> {
        self.db
            .write(async move |tx| {
                tx.exec("update owner_state set told = -1 where told >= 0", &[]).await?;
                Ok(())
            })
            .await
    }
}

fn first_start(desk: &Desk, ask: &Ask, busy: &[Busy], now: Timestamp) -> Option<Timestamp> {
    let days = availability::free_times(&desk.plan, ask, busy, now).days;
    days.iter().flat_map(|day| &day.slots).map(|slot| slot.starts_at).next()
}

/// Says it, if it is news, and notes that it was told.
async fn tell(cx: &Cx, tx: &mut Tx, news: &News) -> Result<()> {
    const SAID: &str = "update owner_state set told = $2, said = $3 where owner = $1 and said is distinct from $3";
    const SAME: &str = "update owner_state set told = $2 where owner = $1";
    if let Some(change) = &news.change
        && tx.exec(SAID, &[&news.owner, &news.version, &copies::text(&change.earliest)?]).await? == 1
    {
        return tx.publish(cx, change).await;
    }
    tx.exec(SAME, &[&news.owner, &news.version]).await?;
    Ok(())
}
