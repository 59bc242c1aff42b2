//! Many callers, one winner: the same slot, the same patient's day, the same appointments moved about.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::bus;
use crate::client::{Client, text};
use crate::crowd::all_at_once;
use crate::faults::{import_patients, patients_in_order};
use crate::numbers::{Dice, Times};
use crate::places::{self, OFFSET, Offer, Wanted};
use crate::report::{Line, Report};
use crate::server::{Engine, Server, Site};
use crate::staff;
use crate::wire::{Wire, request};

/// Callers for one slot.
const RIVALS: usize = 500;
/// Consultations of one day that one patient tries at once.
const TRIES: usize = 16;
/// Callers who move appointments, and the slots they move them among.
const MOVERS: usize = 48;
const SLOTS: usize = 24;
const MOVED: usize = 12;
/// Starts of a day.
const STARTS: usize = 24;

/// How many rounds of each race are run.
#[derive(Debug, Clone, Copy)]
pub struct Rounds {
    /// Of all for one slot, and of one patient for many.
    pub races: usize,
    /// Of the movers.
    pub moves: usize,
}

/// What came back in a race, counted by status and problem.
type Outcomes = BTreeMap<String, usize>;

/// Runs every race on a site of its own.
pub async fn run(report: &mut Report, engine: Engine, rounds: Rounds) -> Result<()> {
    let site = Site::at(&crate::folder()?, "races", engine)?;
    run_at(report, &site, rounds).await?;
    site.remove().await
}

/// The same on a site that the caller takes away.
pub async fn run_at(report: &mut Report, site: &Site, rounds: Rounds) -> Result<()> {
    let engine = site.engine;
    site.clear().await?;
    let clock = |time: &str| format!("2027-03-01T{time}{OFFSET}");
    staff::create_super_admin(site, &clock("05:00:00")).await?;
    import_patients(site, RIVALS, &clock("06:00:00")).await?;
    let server = site.start(Some(&clock("07:00:00"))).await?;
    let mut head = staff::super_admin(server.address).await?;
    let mut offers = Vec::new();
    for number in 0..=TRIES {
        let wanted = Wanted {
            name: format!("Klinik {number}"),
            hours: ("08:00:00".to_owned(), "20:00:00".to_owned()),
            minutes: 30,
            capacity: 1,
            // The first is for the race for one slot, where nothing but the slot may be in the way.
            daily_limit: u16::from(number > 0),
        };
        offers.push(places::open(&mut head, number, &wanted).await?);
    }
    places::until_bookable(&mut head, &offers).await?;
    let patients = patients_in_order(&mut head, RIVALS).await?;
    let arena = Arena { server: &server, token: head.token.clone(), offers, patients };

    let (outcomes, times) = arena.one_slot(&mut head, rounds.races).await?;
    let sound = outcomes.get("201") == Some(&rounds.races) && only(&outcomes, &["201", "409 slot-taken"]);
    report.add(
        Line::new(
            &format!("{RIVALS} requests for one slot at once, {} rounds", rounds.races),
            engine,
            format!("{}; a round: {}", told(&outcomes), times.told()),
        )
        .aims("one winner a round, 409 for all others", sound),
    );
    let outcomes = arena.one_day(rounds.races).await?;
    let sound =
        outcomes.get("201") == Some(&rounds.races) && only(&outcomes, &["201", "409 day-limit", "409 patient-overlap"]);
    report.add(
        Line::new(
            &format!("one patient, {TRIES} consultations of one day at once, {} rounds", rounds.races),
            engine,
            told(&outcomes),
        )
        .aims("one winner a round, 409 for all others", sound),
    );
    let outcomes = arena.moves(&mut head, rounds.moves).await?;
    let sound = only(&outcomes, &["200", "409 slot-taken", "412 stale"]);
    report.add(
        Line::new(
            &format!("{MOVERS} callers moving {MOVED} appointments among {SLOTS} slots, {} rounds", rounds.moves),
            engine,
            told(&outcomes),
        )
        .aims("never two in a slot, none lost, no 5xx", sound),
    );
    bus::until_all_heard(&mut head).await?;
    server.stop().await?;
    Ok(())
}

fn told(outcomes: &Outcomes) -> String {
    outcomes.iter().map(|(outcome, count)| format!("{outcome}: {count}")).collect::<Vec<_>>().join(", ")
}

fn only(outcomes: &Outcomes, allowed: &[&str]) -> bool {
    outcomes.keys().all(|outcome| allowed.contains(&outcome.as_str()))
}

struct Arena<'a> {
    server: &'a Server,
    token: String,
    offers: Vec<Offer>,
    patients: Vec<String>,
}

impl Arena<'_> {
    fn wires(&self, count: usize) -> Vec<Wire> {
        (0..count).map(|_| Wire::new(self.server.address)).collect()
    }

    fn booking(&self, offer: &Offer, start: &str, patient: &str) -> Vec<u8> {
        let mut ask = Vec::new();
        request(
            &mut ask,
            "POST",
            "/api/v1/appointments",
            &self.token,
            "",
            &offer.booking(start, patient, "Kontrol ulang"),
        );
        ask
    }

    /// Everybody wants the same slot; another one each round.
    async fn one_slot(&self, head: &mut Client, rounds: usize) -> Result<(Outcomes, Times)> {
        let (mut outcomes, mut times) = (Outcomes::new(), Times::default());
        let mut wires = self.wires(RIVALS);
        for round in 0..rounds {
            let at = start(2 + round / STARTS, round % STARTS);
            let asks: Vec<Vec<u8>> =
                self.patients.iter().map(|patient| self.booking(&self.offers[0], &at, patient)).collect();
            let begun = Instant::now();
            let answers = all_at_once(&mut wires, &asks).await;
            times.note(begun.elapsed());
            let mut winners = 0;
            for answer in answers {
                let (status, kind, body) = answer?;
                winners += usize::from(status == 201);
                let problem: Value = serde_json::from_slice(&body).unwrap_or_default();
                if status == 409 && problem["alternatives"].as_array().is_none_or(Vec::is_empty) {
                    bail!("a loser got no alternatives: {problem}");
                }
                *outcomes.entry(format!("{status} {kind}").trim().to_owned()).or_default() += 1;
            }
            if winners != 1 {
                bail!("round {round}: {winners} winners of one slot: {outcomes:?}");
            }
        }
        // What is kept says the same.
        let mut starts = HashSet::new();
        head.pages(&format!("/api/v1/appointments?facility={}&limit=100", self.offers[0].facility), |visit| {
            if !starts.insert(text(visit, "starts_at")?) {
                bail!("two appointments at {}", visit["starts_at"]);
            }
            Ok(())
        })
        .await?;
        if starts.len() != rounds {
            bail!("{} appointments after {rounds} rounds", starts.len());
        }
        Ok((outcomes, times))
    }

    /// One patient tries sixteen doctors on one day at once; another patient each round.
    async fn one_day(&self, rounds: usize) -> Result<Outcomes> {
        let mut outcomes = Outcomes::new();
        let mut wires = self.wires(TRIES);
        for round in 0..rounds {
            // A month on, away from the other race's days; each patient is new there.
            let day = 40 + round / STARTS;
            let patient = &self.patients[round % self.patients.len()];
            let doctors = &self.offers[1..];
            // Half of them at one time of day, where the patient's own time is in the way too.
            let asks: Vec<Vec<u8>> = doctors
                .iter()
                .enumerate()
                .map(|(n, offer)| {
                    self.booking(offer, &start(day, (round + if n % 2 == 0 { n } else { 0 }) % STARTS), patient)
                })
                .collect();
            let mut winners = 0;
            for answer in all_at_once(&mut wires, &asks).await {
                let (status, kind, _) = answer?;
                winners += usize::from(status == 201);
                *outcomes.entry(format!("{status} {kind}").trim().to_owned()).or_default() += 1;
            }
            if winners != 1 {
                bail!("round {round}: {winners} consultations of one patient on one day: {outcomes:?}");
            }
        }
        Ok(outcomes)
    }

    /// Callers move the same appointments among the same slots, all at once.
    async fn moves(&self, head: &mut Client, rounds: usize) -> Result<Outcomes> {
        let (offer, day) = (&self.offers[0], 90);
        for n in 0..MOVED {
            let body: Value = serde_json::from_slice(&offer.booking(&start(day, n), &self.patients[n], "Kontrol"))?;
            head.post("/api/v1/appointments", &body).await?;
        }
        let (mut outcomes, mut dice) = (Outcomes::new(), Dice::new(48));
        let mut wires = self.wires(MOVERS);
        for round in 0..rounds {
            let now = self.on_day(head, day).await?;
            let ids: Vec<&String> = now.keys().collect();
            let asks: Vec<Vec<u8>> = (0..MOVERS)
                .map(|n| {
                    let id = ids[n % ids.len()];
                    let body = format!(
                        r#"{{"starts_at":"{}","reason":"tukar jam"}}"#,
                        start(day, dice.below(SLOTS as u64) as usize)
                    );
                    let mut ask = Vec::new();
                    let version = format!("if-match: \"{}\"\r\n", now[id].1);
                    request(
                        &mut ask,
                        "POST",
                        &format!("/api/v1/appointments/{id}/reschedule"),
                        &self.token,
                        &version,
                        body.as_bytes(),
                    );
                    ask
                })
                .collect();
            for answer in all_at_once(&mut wires, &asks).await {
                let (status, kind, _) = answer?;
                *outcomes.entry(format!("{status} {kind}").trim().to_owned()).or_default() += 1;
            }
            let after = self.on_day(head, day).await?;
            let starts: HashSet<&String> = after.values().map(|(start, _)| start).collect();
            if after.len() != MOVED || starts.len() != MOVED {
                bail!("round {round}: {} appointments at {} starts: {outcomes:?}", after.len(), starts.len());
            }
        }
        Ok(outcomes)
    }

    /// Appointments of the first doctor on that day: start and version by id.
    async fn on_day(&self, head: &mut Client, day: usize) -> Result<HashMap<String, (String, i64)>> {
        let date = date(day);
        let mut found = HashMap::new();
        let path =
            format!("/api/v1/appointments?facility={}&from={date}&until={date}&limit=100", self.offers[0].facility);
        head.pages(&path, |visit| {
            let version = visit["version"].as_i64().context("an appointment without a version")?;
            found.insert(text(visit, "id")?, (text(visit, "starts_at")?, version));
            Ok(())
        })
        .await?;
        Ok(found)
    }
}

/// So many days after 28 February 2027.
fn date(day: usize) -> jiff::civil::Date {
    jiff::civil::date(2027, 2, 28).saturating_add(jiff::Span::new().days(day as i64))
}

fn start(day: usize, start: usize) -> String {
    let minutes = 8 * 60 + start * 30;
    format!("{}T{:02}:{:02}:00{OFFSET}", date(day), minutes / 60, minutes % 60)
}
