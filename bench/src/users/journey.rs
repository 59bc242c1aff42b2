//! What one person does next, and what they make of the answer.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::rc::Rc;

use anyhow::Result;
use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::pass::Pass;
use super::tally::{Kind, Tally};
use crate::client::{escaped, text};
use crate::names;
use crate::numbers::Dice;
use crate::places::Offer;
use crate::server::Server;
use crate::staff;
use crate::wire::{Wire, request};
use crate::world::World;

/// Days ahead within which visits are looked for.
const AHEAD: u64 = 40;
/// Visits somebody remembers at most.
const REMEMBERED: usize = 8;
const COMPLAINT: &str = "Demam tiga hari, batuk berdahak";

/// What everybody knows.
pub struct Town {
    offers: Vec<Offer>,
    /// The paths of the doctors' pages.
    pages: Vec<String>,
    today: Date,
}

impl Town {
    /// Looks around.
    pub async fn look(world: &World, server: &Server, today: Date) -> Result<Self> {
        let mut pages = Vec::new();
        let mut head = staff::super_admin(server.address).await?;
        head.pages("/api/v1/doctors?limit=100&sort=name", |card| {
            pages.push(format!("/dokter/{}", text(card, "slug")?));
            Ok(())
        })
        .await?;
        Ok(Self { offers: world.offers.clone(), pages, today })
    }

    /// Some doctors are asked for more often than others.
    fn doctor(&self, dice: &mut Dice) -> usize {
        let all = self.offers.len() as u64;
        dice.below(all).min(dice.below(all)) as usize
    }
}

/// What somebody came for.
pub enum Task {
    /// To look around, in a browser.
    Browser,
    /// To book, with a program.
    Patient(Box<Plans>),
    /// To see the day's patients.
    Doctor,
    /// To see who comes to the facility.
    Desk {
        /// The facility.
        facility: String,
    },
}

/// A patient's plans.
#[derive(Default)]
pub struct Plans {
    patient: String,
    /// The doctor looked at.
    doctor: usize,
    /// A start that was free a moment ago.
    free: Option<String>,
    /// The time that is kept for them.
    hold: Option<(String, String)>,
    /// What they have booked, with versions.
    visits: Vec<(String, i64)>,
}

impl Task {
    /// A patient's.
    pub fn patient(patient: String) -> Self {
        Self::Patient(Box::new(Plans { patient, ..Plans::default() }))
    }
}

/// Somebody signed in, with a connection of their own.
pub struct Person {
    /// Who they are among all.
    pub number: usize,
    wire: Wire,
    from: String,
    pass: Pass,
    task: Task,
    town: Rc<Town>,
    dice: Dice,
}

/// A question: what it is, and how it is asked.
struct Ask {
    kind: Kind,
    method: &'static str,
    path: String,
    more: String,
    body: Vec<u8>,
    /// Whether the answer is read.
    matters: bool,
}

impl Ask {
    fn get(kind: Kind, path: impl Into<String>) -> Self {
        Self { kind, method: "GET", path: path.into(), more: String::new(), body: Vec::new(), matters: false }
    }

    fn post(kind: Kind, path: impl Into<String>, body: Vec<u8>) -> Self {
        Self { method: "POST", body, matters: true, ..Self::get(kind, path) }
    }

    fn read(self) -> Self {
        Self { matters: true, ..self }
    }
}

impl Person {
    /// Somebody who has just signed in.
    pub fn new(address: SocketAddr, number: usize, from: String, pass: Pass, task: Task, town: Rc<Town>) -> Self {
        Self { number, wire: Wire::small(address), from, pass, task, town, dice: Dice::new(number as u64) }
    }

    /// Asks one thing and notes how that went. `due` is when it should have been asked.
    pub async fn step(&mut self, due: Instant, tally: &RefCell<Tally>) {
        let ask = self.next();
        let mut bytes = Vec::with_capacity(1024);
        let (token, cookies) = match &self.pass {
            Pass::Tokens { access, .. } => (access.as_str(), ""),
            Pass::Cookies(line) => ("", line.as_str()),
        };
        let more = [&self.from, cookies, &ask.more].concat();
        request(&mut bytes, ask.method, &ask.path, token, &more, &ask.body);
        let late = due.elapsed();
        let mut heard = Value::Null;
        let answer = match self.wire.exchange(&bytes).await {
            Ok(answer) => {
                if ask.matters && answer.status < 300 {
                    heard = serde_json::from_slice(answer.body).unwrap_or_default();
                }
                let told = if ask.kind.takes(answer.status) { String::new() } else { answer.start() };
                Ok((answer.status, told))
            }
            Err(error) => Err(format!("{error:#}")),
        };
        let good = tally.borrow_mut().note(ask.kind, answer, due.elapsed(), late);
        self.hear(ask.kind, good, &heard);
    }

    fn next(&mut self) -> Ask {
        if self.pass.is_aged() || (self.dice.below(200) == 0 && matches!(self.pass, Pass::Tokens { .. })) {
            let Pass::Tokens { refresh, .. } = &self.pass else { return Ask::get(Kind::HomePage, "/") };
            let body = json!({ "refresh_token": refresh }).to_string().into_bytes();
            return Ask::post(Kind::Refresh, "/api/v1/auth/refresh", body);
        }
        let (town, dice) = (&self.town, &mut self.dice);
        let today = town.today;
        match &mut self.task {
            Task::Doctor => {
                Ask::get(Kind::DoctorsDay, format!("/api/v1/appointments?mine=true&from={today}&until={today}"))
            }
            Task::Desk { facility } => Ask::get(
                Kind::FacilitysDay,
                format!("/api/v1/appointments?facility={facility}&from={today}&until={today}&limit=25"),
            ),
            Task::Browser => match dice.below(100) {
                0..30 => Ask::get(Kind::HomePage, "/"),
                30..55 => Ask::get(Kind::SearchPage, format!("/cari?{}", search(dice, "poli", "kota"))),
                55..85 => Ask::get(Kind::DoctorPage, town.pages[town.doctor(dice) % town.pages.len()].clone()),
                _ => Ask::get(Kind::VisitsPage, "/janji"),
            },
            Task::Patient(plans) => plans.next(town, dice),
        }
    }

    fn hear(&mut self, kind: Kind, good: bool, heard: &Value) {
        if kind == Kind::Refresh && good {
            if let Ok(pass) = Pass::of_tokens(heard) {
                self.pass = pass;
            }
            return;
        }
        if let Task::Patient(plans) = &mut self.task {
            plans.hear(kind, good, heard, &mut self.dice);
        }
    }
}

impl Plans {
    fn next(&mut self, town: &Town, dice: &mut Dice) -> Ask {
        let offer = &town.offers[self.doctor];
        if let Some((hold, start)) = self.hold.take() {
            let mut body: Value =
                serde_json::from_slice(&offer.booking(&start, &self.patient, COMPLAINT)).unwrap_or_default();
            body["hold"] = json!(hold);
            return Ask::post(Kind::Book, "/api/v1/appointments", body.to_string().into_bytes());
        }
        if let Some(start) = self.free.take() {
            let body = json!({
                "facility": offer.facility, "service": offer.service, "doctor": offer.doctor, "mode": "in_person",
                "starts_at": start,
            });
            return Ask::post(Kind::Hold, "/api/v1/holds", body.to_string().into_bytes());
        }
        let some = self.visits.len() as u64;
        match (dice.below(100), some) {
            (0..28, _) => {
                Ask::get(Kind::Search, format!("/api/v1/doctors?{}&limit=10", search(dice, "speciality", "city")))
            }
            (28..46, _) => {
                self.doctor = town.doctor(dice);
                Ask::get(Kind::Doctor, format!("/api/v1/doctors/{}", town.offers[self.doctor].doctor))
            }
            (46..76, _) => {
                let from = town.today + (2 + dice.below(AHEAD) as i64).days();
                let ask =
                    Ask::get(Kind::FreeTimes, format!("/api/v1/free-times?{}&from={from}&days=14", offer.query()));
                // One in five goes on to book.
                if dice.below(5) == 0 { ask.read() } else { ask }
            }
            (96.., 1..) => {
                let (id, version) = self.visits.swap_remove(dice.below(some) as usize);
                let body = json!({ "deed": "cancel" }).to_string().into_bytes();
                let ask = Ask::post(Kind::Cancel, format!("/api/v1/appointments/{id}/changes"), body);
                Ask { more: format!("if-match: \"{version}\"\r\n"), ..ask }
            }
            (91..96, 1..) => {
                let (id, _) = &self.visits[dice.below(some) as usize];
                Ask::get(Kind::Visit, format!("/api/v1/appointments/{id}"))
            }
            _ => Ask::get(Kind::Visits, "/api/v1/appointments?when=upcoming"),
        }
    }

    fn hear(&mut self, kind: Kind, good: bool, heard: &Value, dice: &mut Dice) {
        match kind {
            Kind::FreeTimes => {
                let days = heard["days"].as_array().map(Vec::as_slice).unwrap_or_default();
                let times: Vec<&Value> =
                    days.iter().flat_map(|day| day["times"].as_array().into_iter().flatten()).collect();
                let chosen = times.get(dice.below(times.len() as u64) as usize);
                self.free = chosen.and_then(|time| time["at"].as_str()).map(str::to_owned);
            }
            Kind::Hold if good => {
                self.hold = text(heard, "id").ok().zip(text(heard, "starts_at").ok());
            }
            Kind::Book if good => {
                let visit = text(heard, "id").ok().zip(heard["version"].as_i64());
                self.visits.extend(visit);
                if self.visits.len() > REMEMBERED {
                    self.visits.remove(0);
                }
            }
            _ => {}
        }
    }
}

/// The query of a search, by the names that a speciality and a city have in it.
fn search(dice: &mut Dice, by_speciality: &str, by_city: &str) -> String {
    let (city, _) = names::CITIES[dice.below(names::CITIES.len() as u64) as usize];
    let speciality = names::SPECIALITIES[dice.below(names::SPECIALITIES.len() as u64) as usize];
    match dice.below(3) {
        0 => format!("q={}", escaped(&names::doctor(dice.below(1000) as usize))),
        1 => format!("{by_speciality}={speciality}&{by_city}={}", escaped(city)),
        _ => format!("{by_speciality}={speciality}"),
    }
}
