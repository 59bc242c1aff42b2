//! What could become of the appointments in a leave: who is free to see them at the same times, and on which later days the
//! doctor is.

use std::sync::Arc;

use contracts::{
    directory::FacilityId,
    scheduling::{LaterDay, Leave, LeaveGroup, LeaveVisit, Offer, Substitute},
};
use jiff::Timestamp;
use platform::{Cx, Error, Result, db::Tx};

use crate::{
    SchedulingContext,
    appointment::can_move,
    availability::{self, Ask, Audience, Busy, Purpose, Request},
    claim::{self, Span},
    copies::{self, Doctor},
    desk::Desk,
    free,
    leave_decide::stands_in,
};

/// Doctors of a facility looked through, and shown.
const LOOKED_THROUGH: i64 = 500;
const SUBSTITUTES: usize = 20;
/// Days after the leave looked at.
const DAYS: u16 = 31;
const LATER_DAYS: usize = 14;

impl SchedulingContext {
    /// The appointments that wait for a decision, by what they were booked for.
    pub(crate) async fn choices_for(&self, cx: &Cx, leave: &Leave) -> Result<Vec<LeaveGroup>> {
        let mut groups: Vec<(Offer, Vec<&LeaveVisit>)> = Vec::new();
        for visit in leave.visits.iter().filter(|visit| waits(visit)) {
            let offer = &visit.appointment.offer;
            match groups.iter_mut().find(|(known, _)| known == offer) {
                Some((_, visits)) => visits.push(visit),
                None => groups.push((offer.clone(), vec![visit])),
            }
        }
        let mut choices = Vec::with_capacity(groups.len());
        for (offer, visits) in groups {
            let starts: Vec<Timestamp> = visits.iter().map(|visit| visit.from_start).collect();
            let substitutes = self.substitutes(cx, leave, &offer, &starts).await?;
            let later = self.later_days(cx, leave, &offer).await?;
            let first = &visits[0].appointment;
            choices.push(LeaveGroup {
                facility_name: first.facility_name.clone(),
                service_name: first.service_name.clone(),
                count: visits.len() as i64,
                offer,
                substitutes,
                later,
            });
        }
        Ok(choices)
    }

    async fn substitutes(
        &self,
        cx: &Cx,
        leave: &Leave,
        offer: &Offer,
        starts: &[Timestamp],
    ) -> Result<Vec<Substitute>> {
        let (doctor, facility, service) = (leave.doctor.clone(), offer.facility.clone(), offer.service.clone());
        let others = self
            .db
            .read(async move |tx| {
                let Some(absent) = copies::doctor(tx, &doctor).await? else { return Ok(Vec::new()) };
                let all = doctors_at(tx, &facility).await?;
                Ok(all.into_iter().filter(|other| stands_in(&absent, other, &facility, &service)).collect())
            })
            .await?;
        let mut able = Vec::new();
        for other in others {
            let free = self.free_at(cx, &Offer { doctor: Some(other.id.clone()), ..offer.clone() }, starts).await?;
            if free > 0 {
                let Doctor { id, slug, name, sex, .. } = other;
                able.push(Substitute { doctor: id, name, slug, sex, free });
            }
        }
        able.sort_by(|a, b| b.free.cmp(&a.free).then_with(|| a.name.cmp(&b.name)));
        able.truncate(SUBSTITUTES);
        Ok(able)
    }

    /// At how many of the starts the offer can be had.
    async fn free_at(&self, cx: &Cx, offer: &Offer, starts: &[Timestamp]) -> Result<i64> {
        let now = cx.now();
        let (Some(first), Some(last)) = (starts.iter().min(), starts.iter().max()) else { return Ok(0) };
        let Some(desk) = self.desk_if_any(offer, now).await? else { return Ok(0) };
        let day = jiff::SignedDuration::from_hours(48);
        let busy = self.busy_between(&desk, Span { starts_at: *first - day, ends_at: *last + day }).await?;
        let wish = free::wish(&offer.service, offer.mode, Audience::Staff, Purpose::Move);
        let free = starts.iter().filter(|start| {
            let request = Request { wish: wish.clone(), starts_at: **start };
            availability::check(&desk.plan, &request, &busy, now).is_ok()
        });
        Ok(free.count() as i64)
    }

    async fn later_days(&self, cx: &Cx, leave: &Leave, offer: &Offer) -> Result<Vec<LaterDay>> {
        let now = cx.now();
        let Some(desk) = self.desk_if_any(offer, now).await? else { return Ok(Vec::new()) };
        let from = desk.local_date(leave.ends_at).max(desk.local_date(now));
        let (busy, _) = self.busy_of_days(&desk, from, DAYS).await?;
        let ask =
            Ask { wish: free::wish(&offer.service, offer.mode, Audience::Staff, Purpose::Move), from, days: DAYS };
        let days = availability::free_times(&desk.plan, &ask, &busy, now).days.into_iter();
        let days = days.filter(|day| day.count > 0).take(LATER_DAYS);
        Ok(days.map(|day| LaterDay { date: day.date, free: i64::from(day.count) }).collect())
    }

    /// The desk of an offer; none where there is no such schedule any more.
    pub(crate) async fn desk_if_any(&self, offer: &Offer, now: Timestamp) -> Result<Option<Arc<Desk>>> {
        match self.desk_in_passing(offer, now).await {
            Ok(desk) => Ok(Some(desk)),
            Err(Error::NotFound(_)) => Ok(None),
            Err(other) => Err(other),
        }
    }

    async fn busy_between(&self, desk: &Desk, span: Span) -> Result<Vec<Busy>> {
        let (owner, facility) = (desk.owner.clone(), desk.facility.id.clone());
        self.db.read(async move |tx| claim::busy(tx, &owner, &facility, span).await).await
    }
}

/// Whether somebody must still decide about it: it has no outcome and is where it was.
pub(crate) fn waits(visit: &LeaveVisit) -> bool {
    let appointment = &visit.appointment;
    visit.outcome.is_none() && appointment.starts_at == visit.from_start && can_move(appointment.state)
}

/// Doctors with hours at a facility.
async fn doctors_at(tx: &mut Tx, facility: &FacilityId) -> Result<Vec<Doctor>> {
    const AT: &str = "select d.details from schedule s join doctor d on d.id = s.doctor where s.facility = $1 \
        order by d.id limit $2";
    let rows: Vec<(String,)> = tx.all(AT, &[facility, &LOOKED_THROUGH]).await?;
    rows.iter().map(|(details,)| copies::parse(details)).collect()
}
