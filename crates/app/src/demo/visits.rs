//! Past and coming visits. Which there are is decided first, by chance and the free times of an empty network; then
//! each is booked by its family as of the day it was booked, and what became of it is noted by doctors and staff.

use std::collections::{HashMap, HashSet};

use contracts::{
    auth::AccountId,
    directory::{Mode, ServiceKind},
    people::PatientId,
    scheduling::{Book, Change, Deed, FreeTimesAsk, Offer, SlotTime},
};
use directory::sample::Planted;
use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::{SignedDuration, Timestamp, civil::Date};
use platform::{Error, Result, entropy::Entropy};

use super::{AHEAD, AT_ONCE, Gardener, HISTORY, families::Family, pick, words};

/// Days asked for at once.
const A_MONTH: u16 = 31;
/// Visits of a person at most.
const VISITS: u64 = 9;
/// Days and places tried until a visit is dropped.
const TRIES: usize = 8;
/// Visits of the first doctor on the day of the demonstration.
const TODAY: usize = 16;

/// What can be booked somewhere, and every start it has.
struct Choice {
    offer: Offer,
    facility: usize,
    doctor: Option<usize>,
    by_hand: bool,
    days: HashMap<Date, Vec<Timestamp>>,
}

/// A visit before it is booked.
struct Plan {
    choice: usize,
    starts_at: Timestamp,
    booked_at: Timestamp,
    by: AccountId,
    patient: PatientId,
    complaint: &'static str,
    end: End,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Fulfilled,
    NoShow,
    Cancelled,
    Coming,
    Unanswered,
}

/// Draws visits so that none gets in another's way.
struct Draw<'a> {
    now: Timestamp,
    chance: Entropy,
    choices: &'a [Choice],
    taken: HashSet<(usize, Timestamp)>,
    busy: HashSet<(PatientId, Date)>,
    plans: Vec<Plan>,
}

impl Gardener<'_> {
    pub(super) async fn keep_visits(
        &self,
        network: &Planted,
        doctors: &[AccountId],
        staff: &[AccountId],
        families: &[Family],
    ) -> Result<()> {
        let choices = self.choices(network).await?;
        let plans = self.draw(&choices, families);
        let choices = &choices;
        let keeping = plans.into_iter().map(|plan| async move {
            let choice = &choices[plan.choice];
            let doctor = choice.doctor.and_then(|number| doctors.get(number));
            self.keep_visit(choice, plan, doctor, &staff[choice.facility]).await
        });
        stream::iter(keeping).buffer_unordered(AT_ONCE).try_collect().await
    }

    /// Every doctor at every place, and every desk's service, with all their starts from the first day of the history.
    async fn choices(&self, network: &Planted) -> Result<Vec<Choice>> {
        let mut choices = Vec::new();
        let place_of = |facility| network.facilities.iter().position(|known| known.id == facility);
        for (number, doctor) in network.doctors.iter().enumerate() {
            for practice in &doctor.practices {
                let (Some(service), Some(facility)) = (practice.services.first(), place_of(practice.facility.clone()))
                else {
                    continue;
                };
                let offer = Offer {
                    facility: practice.facility.clone(),
                    service: service.service.clone(),
                    doctor: Some(doctor.id.clone()),
                    mode: Mode::InPerson,
                };
                choices.push(Choice {
                    offer,
                    facility,
                    doctor: Some(number),
                    by_hand: !doctor.auto_accept,
                    days: HashMap::new(),
                });
            }
        }
        for (place, services) in network.services.iter().enumerate() {
            for service in services.iter().filter(|service| service.kind != ServiceKind::Consultation) {
                let offer = Offer {
                    facility: service.facility.clone(),
                    service: service.id.clone(),
                    doctor: None,
                    mode: Mode::InPerson,
                };
                choices.push(Choice { offer, facility: place, doctor: None, by_hand: false, days: HashMap::new() });
            }
        }
        let listed = choices.into_iter().map(|mut choice| async move {
            choice.days = self.starts(&choice.offer).await?;
            Ok::<_, Error>(choice)
        });
        stream::iter(listed).buffered(AT_ONCE).try_collect().await
    }

    async fn starts(&self, offer: &Offer) -> Result<HashMap<Date, Vec<Timestamp>>> {
        let mut days = HashMap::new();
        let cx = Self::program(self.days(-HISTORY));
        let mut from = None;
        while days.len() < (HISTORY + AHEAD) as usize {
            let ask = FreeTimesAsk { offer: offer.clone(), from, days: Some(A_MONTH), taken: false };
            let listed = self.house.scheduling.free_times(&cx, ask).await?;
            let Some(last) = listed.days.last() else { break };
            from = last.date.tomorrow().ok();
            let free = |times: &[SlotTime]| times.iter().map(|slot| slot.at).collect();
            days.extend(listed.days.iter().map(|day| (day.date, free(&day.times))));
        }
        Ok(days)
    }

    fn draw(&self, choices: &[Choice], families: &[Family]) -> Vec<Plan> {
        let mut draw = Draw {
            now: self.now,
            chance: self.chance(2),
            choices,
            taken: HashSet::new(),
            busy: HashSet::new(),
            plans: Vec::new(),
        };
        draw.first_doctors_day(families);
        for family in families {
            for patient in &family.people {
                for _ in 0..3 + draw.chance.below(VISITS - 3) {
                    draw.visit(family, patient);
                }
            }
        }
        draw.unanswered(families);
        draw.plans
    }

    /// Books, then notes what became of it.
    async fn keep_visit(
        &self,
        choice: &Choice,
        plan: Plan,
        doctor: Option<&AccountId>,
        staff: &AccountId,
    ) -> Result<()> {
        let Plan { starts_at, booked_at, by, patient, complaint, end, .. } = plan;
        let ask = Book {
            offer: choice.offer.clone(),
            starts_at,
            patient,
            complaint: complaint.to_owned(),
            hold: None,
            override_reason: None,
        };
        let mut visit = match self.house.scheduling.book(&Self::account(&by, booked_at), None, ask).await {
            Ok(visit) => visit,
            // Two drawn visits may overlap where places have other lengths; the network is full enough without one.
            Err(Error::Conflict(_)) => return Ok(()),
            Err(error) => return Err(error),
        };
        let mut step = async |by: &AccountId, at: Timestamp, deed: Deed, reason: Option<&str>| {
            let change = Change { deed, reason: reason.map(str::to_owned) };
            visit = self
                .house
                .scheduling
                .change(&Self::account(by, at.min(self.now)), &visit.id, visit.version, change)
                .await?;
            Ok::<_, Error>(())
        };
        if choice.by_hand && end != End::Unanswered {
            step(doctor.unwrap_or(staff), booked_at + SignedDuration::from_mins(40), Deed::Accept, None).await?;
        }
        let begins = starts_at + SignedDuration::from_mins(2);
        match end {
            End::Coming | End::Unanswered => Ok(()),
            End::Cancelled => {
                let before =
                    (starts_at - SignedDuration::from_hours(30)).max(booked_at + SignedDuration::from_mins(50));
                step(
                    &by,
                    before,
                    Deed::Cancel,
                    Some(words::REASONS[starts_at.as_second().unsigned_abs() as usize / 600 % words::REASONS.len()]),
                )
                .await
            }
            End::NoShow => step(staff, starts_at + SignedDuration::from_mins(45), Deed::NoShow, None).await,
            End::Fulfilled => {
                step(staff, begins, Deed::Arrive, None).await?;
                step(doctor.unwrap_or(staff), starts_at + SignedDuration::from_mins(25), Deed::Fulfil, None).await
            }
        }
    }
}

impl Draw<'_> {
    /// A visit of somebody, mostly near their home, some day of the history or to come.
    fn visit(&mut self, family: &Family, patient: &PatientId) {
        for _ in 0..TRIES {
            let choice = self.near(family.near);
            let day = self.now
                + SignedDuration::from_hours(
                    24 * (self.chance.below((HISTORY + AHEAD - 4) as u64) as i64 - HISTORY + 3),
                );
            if let Some(starts_at) = self.free_start(choice, day) {
                let end = self.end_of(starts_at);
                if self.keep(family, patient, choice, starts_at, end) {
                    return;
                }
            }
        }
    }

    /// The first doctor sees other families today, so that the first patient can still book for today.
    fn first_doctors_day(&mut self, families: &[Family]) {
        let Some(choice) = self.choices.iter().position(|choice| choice.doctor == Some(0)) else { return };
        let today = self.choices[choice]
            .days
            .iter()
            .find(|(date, _)| self.is_today(choice, **date))
            .map(|(_, starts)| starts.clone());
        let starts = today.unwrap_or_default();
        let every_other = starts.iter().copied().step_by(2).take(TODAY);
        for (starts_at, family) in every_other.zip(families.iter().skip(1)) {
            let end = if starts_at + SignedDuration::from_mins(30) < self.now { End::Fulfilled } else { End::Coming };
            self.keep(family, &family.people[0], choice, starts_at, end);
        }
    }

    /// Requests of this morning that doctors who accept by hand have not answered yet.
    fn unanswered(&mut self, families: &[Family]) {
        let by_hand: Vec<usize> = (0..self.choices.len()).filter(|at| self.choices[*at].by_hand).take(6).collect();
        for (choice, family) in by_hand.into_iter().zip(families.iter().skip(3)) {
            for ahead in 2..9 {
                let day = self.now + SignedDuration::from_hours(24 * ahead);
                if let Some(starts_at) = self.free_start(choice, day)
                    && self.keep(family, &family.people[0], choice, starts_at, End::Unanswered)
                {
                    break;
                }
            }
        }
    }

    fn keep(&mut self, family: &Family, patient: &PatientId, choice: usize, starts_at: Timestamp, end: End) -> bool {
        let date = self.date_of(choice, starts_at);
        if self.taken.contains(&(choice, starts_at)) || self.busy.contains(&(patient.clone(), date)) {
            return false;
        }
        let booked_at = if end == End::Unanswered {
            self.now - SignedDuration::from_mins(30 + self.chance.below(300) as i64)
        } else {
            let earlier = SignedDuration::from_mins(26 * 60 + self.chance.below(9 * 24 * 60) as i64);
            let opening = self.now - SignedDuration::from_hours(24 * HISTORY);
            (starts_at.min(self.now) - earlier).max(opening)
        };
        if booked_at + SignedDuration::from_hours(2) > starts_at {
            return false;
        }
        self.taken.insert((choice, starts_at));
        self.busy.insert((patient.clone(), date));
        let complaint = *pick(&self.chance, words::COMPLAINTS);
        self.plans.push(Plan {
            choice,
            starts_at,
            booked_at,
            by: family.account.clone(),
            patient: patient.clone(),
            complaint,
            end,
        });
        true
    }

    /// What becomes of a visit: of ten past ones eight take place, one is cancelled, one is missed.
    fn end_of(&self, starts_at: Timestamp) -> End {
        let draw = self.chance.below(10);
        if starts_at + SignedDuration::from_mins(60) > self.now {
            return if draw == 0 { End::Cancelled } else { End::Coming };
        }
        match draw {
            0 => End::NoShow,
            1 => End::Cancelled,
            _ => End::Fulfilled,
        }
    }

    /// Mostly a doctor, sometimes a desk, near a place; now and then somewhere else.
    fn near(&self, place: usize) -> usize {
        let (anywhere, desk) = (self.chance.below(8) == 0, self.chance.below(4) == 0);
        let fits = |choice: &Choice| (anywhere || choice.facility == place) && choice.doctor.is_none() == desk;
        let near: Vec<usize> = (0..self.choices.len()).filter(|at| fits(&self.choices[*at])).collect();
        if near.is_empty() { self.chance.below(self.choices.len() as u64) as usize } else { *pick(&self.chance, &near) }
    }

    /// A start on the local day of an instant.
    fn free_start(&self, choice: usize, day: Timestamp) -> Option<Timestamp> {
        let starts = self.choices[choice].days.get(&self.date_of(choice, day)).filter(|starts| !starts.is_empty())?;
        Some(*pick(&self.chance, starts))
    }

    /// The day an instant belongs to, nearly: the keys are the facility's local dates.
    fn date_of(&self, choice: usize, at: Timestamp) -> Date {
        let of = self.choices[choice].days.iter().find(|(_, starts)| starts.contains(&at));
        of.map_or_else(|| at.to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(8))).date(), |(date, _)| *date)
    }

    fn is_today(&self, choice: usize, date: Date) -> bool {
        self.date_of(choice, self.now) == date
    }
}
