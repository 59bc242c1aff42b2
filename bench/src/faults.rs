//! The program killed in the middle of bookings, again and again: what it said yes to is there, nothing is there twice,
//! and every event was heard once.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::Value;
use tokio::sync::Notify;

use crate::bus;
use crate::client::{Client, text};
use crate::crowd::closed_loop;
use crate::places::{self, OFFSET, Offer, Wanted};
use crate::server::{Engine, Server, Site};
use crate::staff;
use crate::wire::request;

const CALLERS: usize = 64;
const FACILITIES: usize = 10;
const SEATS: usize = 2;
const PATIENTS: usize = 1000;
/// Starts of a day: 10 hours of 10 minutes.
const STARTS: usize = 60;
/// How often the program is killed.
const KILLS: usize = 3;

/// What was seen, for people.
#[derive(Debug)]
pub struct Outcome {
    /// Bookings answered 201 before a kill.
    pub answered: usize,
    /// Bookings that no answer came for, and that were there nevertheless after the restart.
    pub kept_unanswered: usize,
    /// Appointments at the end.
    pub appointments: usize,
    /// Lines in the audit trail, one for each booking's event.
    pub heard: usize,
}

/// Books `count` visits, kills the program three times on the way, starts it again each time, asks again for what was
/// not answered (with the same `Idempotency-Key`), and compares what is there with what was answered. Any loss, double
/// or event not heard exactly once is an error.
pub async fn kill_in_the_middle(folder: &Path, name: &str, engine: Engine, count: usize) -> Result<Outcome> {
    let site = Site::at(folder, name, engine)?;
    site.clear().await?;
    let (offers, patients) = set_up(&site).await?;
    let mut trial = Trial { offers, patients, ids: vec![None; count] };
    let (mut answered, mut kept_unanswered) = (0, 0);
    for round in 0..=KILLS {
        let server = site.start(Some(&clock(8 + round))).await?;
        kept_unanswered += trial.compare(&server).await?;
        let goal = (round < KILLS).then_some((round + 1) * count / (KILLS + 1));
        answered += trial.book(server, goal).await?;
    }
    // The last round ended in order; everything is asked for once more on a fresh start.
    let server = site.start(Some(&clock(8 + KILLS + 1))).await?;
    trial.compare(&server).await?;
    let missing = trial.ids.iter().filter(|id| id.is_none()).count();
    if missing > 0 {
        bail!("{missing} bookings were never accepted");
    }
    bus::until_all_heard(&mut staff::super_admin(server.address).await?).await?;
    let heard = trial.audited(&server).await?;
    server.stop().await?;
    site.remove().await?;
    Ok(Outcome { answered, kept_unanswered, appointments: trial.ids.len(), heard })
}

fn clock(hour: usize) -> String {
    format!("2027-03-01T{hour:02}:00:00{OFFSET}")
}

async fn set_up(site: &Site) -> Result<(Vec<Offer>, Vec<String>)> {
    staff::create_super_admin(site, &clock(5)).await?;
    let patients = import_patients(site, PATIENTS, &clock(6)).await?;
    let server = site.start(Some(&clock(7))).await?;
    let mut head = staff::super_admin(server.address).await?;
    let mut offers = Vec::new();
    for number in 0..FACILITIES {
        let wanted = Wanted {
            name: format!("Klinik {number}"),
            hours: ("07:00:00".to_owned(), "17:00:00".to_owned()),
            minutes: 10,
            capacity: SEATS as u16,
            daily_limit: 0,
        };
        offers.push(places::open(&mut head, number, &wanted).await?);
    }
    places::until_bookable(&mut head, &offers).await?;
    let ids = patients_in_order(&mut head, patients).await?;
    server.stop().await?;
    Ok((offers, ids))
}

/// Imports patients named `Pasien 0` and so on; answers how many. The program must not be running.
pub async fn import_patients(site: &Site, count: usize, clock: &str) -> Result<usize> {
    let file = site.folder.join("patients.csv");
    std::fs::write(&file, patients_csv(count)?)?;
    site.run(&["import", "patients", &file.display().to_string(), "--clock", clock]).await?;
    std::fs::remove_file(&file)?;
    Ok(count)
}

/// So many patients, named `Pasien 0` and so on, as a file to be imported.
pub(crate) fn patients_csv(count: usize) -> Result<String> {
    let mut csv = String::from("ref,name,birth_date,sex\n");
    for n in 0..count {
        writeln!(csv, "{n},Pasien {n},{}-06-15,{}", 1940 + n % 80, if n % 2 == 0 { "female" } else { "male" })?;
    }
    Ok(csv)
}

/// The ids of imported patients by their numbers.
pub async fn patients_in_order(head: &mut Client, count: usize) -> Result<Vec<String>> {
    let mut ids = vec![String::new(); count];
    head.pages("/api/v1/patients?limit=100", |card| {
        let number: usize = text(card, "name")?.trim_start_matches("Pasien ").parse().context("an unknown patient")?;
        *ids.get_mut(number).context("a patient too many")? = text(card, "id")?;
        Ok(())
    })
    .await?;
    if let Some(missing) = ids.iter().position(String::is_empty) {
        bail!("patient {missing} was not imported");
    }
    Ok(ids)
}

struct Trial {
    offers: Vec<Offer>,
    patients: Vec<String>,
    /// The id answered for each booking.
    ids: Vec<Option<String>>,
}

impl Trial {
    /// Where and when the booking of that number is, and whose.
    fn place(&self, number: usize) -> (&Offer, String, &str) {
        let seat = number % (FACILITIES * SEATS);
        let start = number / (FACILITIES * SEATS);
        let (day, start) = (2 + start / STARTS, start % STARTS);
        let minutes = 7 * 60 + start * 10;
        let at = format!("2027-03-{day:02}T{:02}:{:02}:00{OFFSET}", minutes / 60, minutes % 60);
        (&self.offers[seat / SEATS], at, &self.patients[number % PATIENTS])
    }

    /// Books what was not answered yet. With a `goal` the program is killed when so many are answered in all. Answers
    /// how many were answered here.
    async fn book(&mut self, server: Server, goal: Option<usize>) -> Result<usize> {
        let token = staff::super_admin(server.address).await?.token;
        let open: Vec<usize> = (0..self.ids.len()).filter(|number| self.ids[*number].is_none()).collect();
        let before = self.ids.len() - open.len();
        let (at, killed, faults) = (Cell::new(0), Cell::new(false), RefCell::new(Vec::new()));
        let answers = RefCell::new(Vec::new());
        let (enough, address) = (Notify::new(), server.address);
        let trial = &*self;
        let booking = async {
            closed_loop(
                address,
                CALLERS,
                |into| {
                    if killed.get() {
                        return None;
                    }
                    let number = *open.get(at.replace(at.get() + 1))?;
                    let (offer, start, patient) = trial.place(number);
                    let key = format!("idempotency-key: kill-{number}\r\n");
                    request(
                        into,
                        "POST",
                        "/api/v1/appointments",
                        &token,
                        &key,
                        &offer.booking(&start, patient, "batuk dan demam"),
                    );
                    Some(number)
                },
                |number, answer, _| match answer {
                    Ok(answer) if answer.status == 201 => {
                        let appointment: Value = answer.json().unwrap_or_default();
                        answers.borrow_mut().push((number, appointment["id"].as_str().unwrap_or_default().to_owned()));
                        if goal.is_some_and(|goal| before + answers.borrow().len() >= goal) {
                            enough.notify_one();
                        }
                    }
                    Ok(answer) => {
                        faults.borrow_mut().push(format!("booking {number}: {} {}", answer.status, answer.start()))
                    }
                    // No answer: it was killed before or after the commit, nobody knows.
                    Err(_) => killed.set(true),
                },
            )
            .await;
            // Without a goal, or with everything answered before it: the end comes when all is done.
            enough.notify_one();
        };
        let ending = async {
            enough.notified().await;
            if goal.is_some() { server.kill().await } else { server.stop().await.map(drop) }
        };
        let ((), ended) = tokio::join!(booking, ending);
        ended?;
        if let Some(fault) = faults.borrow().first() {
            bail!("{} bookings were refused, the first: {fault}", faults.borrow().len());
        }
        let answers = answers.into_inner();
        for (number, id) in &answers {
            self.ids[*number] = Some(id.clone());
        }
        Ok(answers.len())
    }

    /// Every booking that was answered is there, as asked for, once; what else is there was asked for and not answered,
    /// and is there once too. Answers how many of those there are.
    async fn compare(&self, server: &Server) -> Result<usize> {
        let mut asked: BTreeMap<(String, String, String), usize> = BTreeMap::new();
        for number in 0..self.ids.len() {
            let (offer, start, patient) = self.place(number);
            asked.insert((offer.facility.clone(), start, patient.to_owned()), number);
        }
        let mut found: HashMap<usize, String> = HashMap::new();
        let mut head = staff::super_admin(server.address).await?;
        for offer in &self.offers {
            head.pages(&format!("/api/v1/appointments?facility={}&limit=100", offer.facility), |visit| {
                let place = (text(visit, "facility")?, text(visit, "starts_at")?, text(visit, "patient")?);
                let number = asked.get(&place).with_context(|| format!("nobody asked for {place:?}"))?;
                if let Some(other) = found.insert(*number, text(visit, "id")?) {
                    bail!("booking {number} is there twice: {other} and {}", text(visit, "id")?);
                }
                Ok(())
            })
            .await?;
        }
        for (number, id) in self.ids.iter().enumerate() {
            if let Some(id) = id
                && found.get(&number) != Some(id)
            {
                bail!("booking {number} was answered with {id}; there is {:?}", found.get(&number));
            }
        }
        Ok(found.keys().filter(|number| self.ids[**number].is_none()).count())
    }

    /// Each booking's event is in the audit trail, which another context keeps by hearing: once. Answers how many.
    async fn audited(&self, server: &Server) -> Result<usize> {
        let mut lines: HashMap<String, usize> = HashMap::new();
        let mut head = staff::super_admin(server.address).await?;
        head.pages("/api/v1/audit?action=appointment.book&limit=100", |line| {
            *lines.entry(text(line, "object")?).or_default() += 1;
            Ok(())
        })
        .await?;
        for id in self.ids.iter().flatten() {
            match lines.remove(id) {
                Some(1) => {}
                Some(times) => bail!("the booking of {id} was heard {times} times"),
                None => bail!("the booking of {id} was not heard"),
            }
        }
        if let Some((object, times)) = lines.into_iter().next() {
            bail!("a booking of {object}, which is not there, was heard {times} times");
        }
        Ok(self.ids.len())
    }
}
