//! Telling directory the earliest free start of each doctor. A booking only raises the owner's `version`; a job works
//! out the news for owners whose `version` is ahead of what was told, so a hundred bookings make one event.

use contracts::{
    directory::{DoctorId, Mode},
    scheduling::{AvailabilityChanged, EarliestFree, Offer},
};
use jiff::Timestamp;
use platform::{Cx, Result, db::Tx};

use crate::{
    SchedulingContext,
    availability::{self, Ask, Audience, Purpose},
    claim, copies,
    desk::{self, Desk},
    free,
};

/// Owners looked at in one unit of work.
const OWNERS: i64 = 100;
/// Days looked ahead for the earliest free start.
const DAYS: u16 = 31;

impl SchedulingContext {
    /// Tells what changed; answers how many owners were looked at.
    pub(crate) async fn tell_availability(&self, cx: &Cx) -> Result<usize> {
        const BEHIND: &str = "select owner, version from owner_state where told < version order by owner limit $1";
        let cx = cx.clone();
        let behind: Vec<(String, i64)> = self.db.read(async move |tx| tx.all(BEHIND, &[&OWNERS]).await).await?;
        let count = behind.len();
        if count > 0 {
            self.db
                .write(async move |tx| {
                    for (owner, version) in behind {
                        tell(&cx, tx, &owner, version).await?;
                    }
                    Ok(())
                })
                .await?;
        }
        Ok(count)
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

async fn tell(cx: &Cx, tx: &mut Tx, owner: &str, version: i64) -> Result<()> {
    if let Ok(doctor) = owner.parse::<DoctorId>()
        && let Some(known) = copies::doctor(tx, &doctor).await?
    {
        let mut earliest = Vec::new();
        for practice in &known.practices {
            for mode in [Mode::InPerson, Mode::Online] {
                let Some(service) = practice.services.first() else { continue };
                let offer = Offer {
                    facility: practice.facility.clone(),
                    service: service.service.clone(),
                    doctor: Some(doctor.clone()),
                    mode,
                };
                if let Some(at) = earliest_of(cx, tx, &offer).await? {
                    earliest.push(EarliestFree { facility: practice.facility.clone(), mode, at });
                }
            }
        }
        tx.publish(cx, &AvailabilityChanged { doctor, earliest }).await?;
    }
    tx.exec("update owner_state set told = $2 where owner = $1", &[&owner, &version]).await?;
    Ok(())
}

async fn earliest_of(cx: &Cx, tx: &mut Tx, offer: &Offer) -> Result<Option<Timestamp>> {
    let now = cx.now();
    let desk: Desk = match desk::load(tx, offer, now).await {
        Ok(desk) => desk,
        Err(platform::Error::NotFound(_)) => return Ok(None),
        Err(other) => return Err(other),
    };
    if desk.service(&offer.service, offer.mode).is_none() {
        return Ok(None);
    }
    let mut from = desk.local_date(now);
    // A week at a time: most doctors are free within the first.
    for _ in 0..DAYS.div_ceil(7) {
        let busy = claim::busy(tx, &desk.owner, free::span_of_days(&desk, from, 7)?, "").await?;
        let ask = Ask { wish: free::wish(&offer.service, offer.mode, Audience::Public, Purpose::Book), from, days: 7 };
        let times = availability::free_times(&desk.plan, &ask, &busy, now);
        if let Some(slot) = times.days.iter().flat_map(|day| &day.slots).next() {
            return Ok(Some(slot.starts_at));
        }
        from = from.saturating_add(jiff::Span::new().days(7));
    }
    Ok(None)
}
