//! Somebody who books, moves, cancels and looks, one thing after the other, never gives up on a question, and remembers
//! every answer.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::time::{Instant, timeout};

use super::figures::Figures;
use super::{now, pause};
use crate::client::{Client, Reply, text};
use crate::numbers::Dice;
use crate::places::{OFFSET, Offer};

/// From one operation of a client to its next.
pub const PACE: Duration = Duration::from_millis(120);
/// A try that is not answered by then is made again.
const TRY: Duration = Duration::from_millis(900);
/// After this a question counts as never answered.
const PATIENCE: Duration = Duration::from_mins(2);
/// Days over which visits are spread.
const DAYS: u64 = 40;
/// Starts of a day, ten minutes apart from 07.00 on.
const STARTS: u64 = 60;
const PASSWORD: &str = "kuda laut biru menari";

/// A visit as the last answer told it.
#[derive(Debug, Clone)]
pub struct Visit {
    /// Its id.
    pub id: String,
    /// With whom.
    pub doctor: String,
    /// When.
    pub start: Timestamp,
    /// Its version.
    pub version: i64,
    /// How often it was moved.
    pub moves: i64,
    /// Not cancelled.
    pub live: bool,
    /// A change was refused after a try that nobody answered: that try may still be done later.
    pub unsure: bool,
}

/// A patient at work.
pub struct Patient {
    /// The patient's id.
    pub id: String,
    /// Everything that was accepted.
    pub visits: Vec<Visit>,
    /// Doctor and start of bookings refused after a try that nobody answered: that try may still be done later.
    pub unsure: Vec<(String, Timestamp)>,
    address: SocketAddr,
    client: Client,
    offers: Arc<Vec<Offer>>,
    figures: Arc<Figures>,
    dice: Dice,
    number: usize,
    asked: usize,
}

/// An answer, and whether a try before it was not answered.
struct Settled {
    reply: Reply,
    doubtful: bool,
}

impl Patient {
    /// Signs somebody up and in.
    pub async fn sign_up(
        address: SocketAddr,
        number: usize,
        seed: u64,
        offers: Arc<Vec<Offer>>,
        figures: Arc<Figures>,
    ) -> Result<Self> {
        let email = format!("pasien{number}@contoh.example");
        let form = json!({
            "name": format!("Pasien Contoh {number}"), "email": email, "password": PASSWORD, "no_nik_reason": "later",
            "birth_place": "Makassar", "birth_date": "1990-01-02", "sex": "female", "patient_type": "umum",
        });
        let registered = Client::guest(address).post("/users/register", &form).await?;
        let client = Client::log_in(address, &email, PASSWORD).await?;
        let dice = Dice::new(seed.wrapping_mul(1_000_003).wrapping_add(number as u64));
        let id = text(&registered["patient"], "id")?;
        let (visits, unsure) = (Vec::new(), Vec::new());
        Ok(Self { id, visits, unsure, address, client, offers, figures, dice, number, asked: 0 })
    }

    /// Does one thing after the other until told to end, and then what is still open. `rest` holds everybody back while it
    /// is so.
    pub async fn work(&mut self, end: watch::Receiver<bool>) -> Result<()> {
        while !*end.borrow() {
            let begun = Instant::now();
            self.do_something().await?;
            pause(PACE.saturating_sub(begun.elapsed())).await;
        }
        Ok(())
    }

    async fn do_something(&mut self) -> Result<()> {
        let sure: Vec<usize> =
            (0..self.visits.len()).filter(|at| self.visits[*at].live && !self.visits[*at].unsure).collect();
        let chosen = (!sure.is_empty()).then(|| sure[self.dice.below(sure.len() as u64) as usize]);
        match (self.dice.below(100), chosen) {
            (0..45, _) | (_, None) => self.book().await,
            (45..57, Some(at)) => self.cancel(at).await,
            (57..70, Some(at)) => self.move_(at).await,
            (70..90, Some(at)) => self.look(at).await,
            (90..95, Some(at)) => self.look_at_free_times(at).await,
            _ => self.list().await,
        }
    }

    fn some_start(&mut self) -> Result<Timestamp> {
        let today: Date = now().to_zoned(jiff::tz::TimeZone::UTC).date();
        let day = today.checked_add((2 + self.dice.below(DAYS) as i64).days())?;
        let minutes = 7 * 60 + self.dice.below(STARTS) * 10;
        Ok(format!("{day}T{:02}:{:02}:00{OFFSET}", minutes / 60, minutes % 60).parse()?)
    }

    async fn book(&mut self) -> Result<()> {
        let offer = self.offers[self.dice.below(self.offers.len() as u64) as usize].clone();
        let start = self.some_start()?;
        self.asked += 1;
        let key = format!("idempotency-key: chaos-{}-{}\r\n", self.number, self.asked);
        let body = offer.booking(&start.to_string(), &self.id, "batuk dan demam");
        let Settled { reply, doubtful } = self.settle("book", "POST", "/api/v1/appointments", &key, &body).await?;
        match reply.status {
            201 => {
                self.figures.booked();
                let visit = Visit {
                    id: text(&reply.body, "id")?,
                    doctor: offer.doctor,
                    start,
                    version: version(&reply.body)?,
                    moves: 0,
                    live: true,
                    unsure: false,
                };
                if starts_at(&reply.body)? != start {
                    self.figures.wrong(format!("a booking at {start} was answered with another: {}", reply.body));
                }
                self.visits.push(visit);
            }
            409 => {
                self.figures.refused();
                if doubtful {
                    self.unsure.push((offer.doctor, start));
                }
            }
            _ => self.wrong("a booking", &reply),
        }
        Ok(())
    }

    async fn cancel(&mut self, at: usize) -> Result<()> {
        let path = format!("/api/v1/appointments/{}/changes", self.visits[at].id);
        let body = serde_json::to_vec(&json!({ "deed": "cancel" }))?;
        self.change(at, &path, &body, None).await
    }

    async fn move_(&mut self, at: usize) -> Result<()> {
        let start = self.some_start()?;
        let path = format!("/api/v1/appointments/{}/reschedule", self.visits[at].id);
        let body = serde_json::to_vec(&json!({ "starts_at": start.to_string() }))?;
        self.change(at, &path, &body, Some(start)).await
    }

    /// A cancellation, or a move to `to`.
    async fn change(&mut self, at: usize, path: &str, body: &[u8], to: Option<Timestamp>) -> Result<()> {
        let before = self.visits[at].clone();
        let more = format!("if-match: \"{}\"\r\n", before.version);
        let Settled { mut reply, doubtful } =
            self.settle(if to.is_some() { "move" } else { "cancel" }, "POST", path, &more, body).await?;
        if doubtful && matches!(reply.status, 409 | 412) {
            // The try that was not answered may have been done: how the visit is now tells.
            let refusal = reply.status;
            reply = self.settle("look", "GET", &format!("/api/v1/appointments/{}", before.id), "", b"").await?.reply;
            if reply.status == 200 && version(&reply.body)? == before.version {
                if refusal == 412 {
                    self.figures.wrong(format!("version {} of {} was called stale", before.version, before.id));
                }
                self.visits[at].unsure = true;
                return Ok(());
            }
        }
        match reply.status {
            200 => {
                let visit = &mut self.visits[at];
                visit.version = version(&reply.body)?;
                visit.live = reply.body["state"] != "cancelled";
                visit.start = starts_at(&reply.body)?;
                visit.moves += i64::from(to.is_some());
                let done = visit.version == before.version + 1
                    && visit.live == to.is_some()
                    && visit.start == to.unwrap_or(before.start);
                if !done {
                    self.figures.wrong(format!("{path} of {before:?} to {to:?} led to {}", reply.body));
                }
            }
            409 if to.is_some() => self.figures.refused(),
            _ => self.wrong("a change", &reply),
        }
        Ok(())
    }

    /// A visit that was answered is there, and is not older than the answer.
    async fn look(&mut self, at: usize) -> Result<()> {
        let visit = self.visits[at].clone();
        let reply = self.settle("look", "GET", &format!("/api/v1/appointments/{}", visit.id), "", b"").await?.reply;
        if reply.status != 200 || version(&reply.body)? < visit.version || starts_at(&reply.body)? != visit.start {
            self.wrong(&format!("a look at {visit:?}"), &reply);
        }
        Ok(())
    }

    /// A time that is one's own is not free.
    async fn look_at_free_times(&mut self, at: usize) -> Result<()> {
        let visit = self.visits[at].clone();
        let Some(offer) = self.offers.iter().find(|offer| offer.doctor == visit.doctor) else { return Ok(()) };
        let day = visit.start.to_zoned(jiff::tz::TimeZone::get(crate::places::ZONE)?).date();
        let path = format!("/api/v1/free-times?{}&from={day}&days=1", offer.query());
        let reply = self.settle("free times", "GET", &path, "", b"").await?.reply;
        if reply.status != 200 {
            self.wrong("free times", &reply);
            return Ok(());
        }
        let days = reply.body["days"].as_array().context("no days")?;
        let times = days.iter().flat_map(|day| day["times"].as_array().into_iter().flatten());
        for time in times {
            if text(time, "at")?.parse::<Timestamp>()? == visit.start {
                self.figures.wrong(format!("{} is shown as free while {} is there", visit.start, visit.id));
            }
        }
        Ok(())
    }

    /// Every visit that was answered and not cancelled is among one's own.
    async fn list(&mut self) -> Result<()> {
        let (mut ids, mut after) = (std::collections::HashSet::new(), String::new());
        loop {
            let path = format!("/api/v1/appointments?when=upcoming&limit=100{after}");
            let reply = self.settle("list", "GET", &path, "", b"").await?.reply;
            let Some(items) = reply.body["items"].as_array().filter(|_| reply.status == 200) else {
                self.wrong("the list", &reply);
                return Ok(());
            };
            ids.extend(items.iter().filter_map(|item| item["id"].as_str().map(str::to_owned)));
            match reply.body["next"].as_str() {
                Some(next) => after = format!("&after={next}"),
                None => break,
            }
        }
        for visit in self.visits.iter().filter(|visit| visit.live && !visit.unsure && !ids.contains(&visit.id)) {
            self.figures.wrong(format!("{visit:?} is not in its patient's list"));
        }
        Ok(())
    }

    /// The list once more, when all is quiet.
    pub async fn look_again(&mut self) -> Result<()> {
        self.list().await
    }

    /// Asks until there is an answer that is one: the same question, with the same key.
    async fn settle(
        &mut self,
        what: &'static str,
        method: &str,
        path: &str,
        more: &str,
        body: &[u8],
    ) -> Result<Settled> {
        let begun = Instant::now();
        let mut doubtful = false;
        loop {
            match timeout(TRY, self.client.ask(method, path, more, body)).await {
                Ok(Ok(reply)) if reply.status < 500 && !matches!(reply.status, 408 | 425 | 429) => {
                    self.figures.answered(what, begun.elapsed(), PACE);
                    return Ok(Settled { reply, doubtful });
                }
                // A refusal by whoever did not get to it leaves no doubt; whatever broke off does, and so does "too late".
                Ok(Ok(reply)) => doubtful |= reply.status != 429,
                Ok(Err(_)) => doubtful = true,
                Err(_) => {
                    doubtful = true;
                    let token = std::mem::take(&mut self.client.token);
                    self.client = Client::guest(self.address);
                    self.client.token = token;
                }
            }
            if begun.elapsed() > PATIENCE {
                bail!("{method} {path} was not answered in {} s", PATIENCE.as_secs());
            }
            pause(Duration::from_millis(40 + self.dice.below(40))).await;
        }
    }

    fn wrong(&self, what: &str, reply: &Reply) {
        self.figures.wrong(format!("{what} was answered with {} {}", reply.status, reply.body));
    }
}

fn version(visit: &Value) -> Result<i64> {
    visit["version"].as_i64().with_context(|| format!("no version in {visit}"))
}

fn starts_at(visit: &Value) -> Result<Timestamp> {
    Ok(text(visit, "starts_at")?.parse()?)
}
