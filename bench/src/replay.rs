//! Real appointments, booked again through the API of the real program in the order in which they were booked, then
//! marked as they went, and counted: what the API tells must equal a plain count over the file.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use jiff::ToSpan;
use jiff::civil::{Date, DateTime};
use serde_json::Value;

use crate::client::{Client, text};
use crate::crowd::closed_loop;
use crate::figures::{self, Figures};
use crate::numbers::{Times, rate};
use crate::places::{self, OFFSET, Offer, Wanted};
use crate::plan::{self, Plan};
use crate::server::{Engine, Server, Site};
use crate::staff;
use crate::visits::{self, Visit};
use crate::wire::request;

/// Connections that book.
const CALLERS: usize = 32;

/// What is replayed, and on what.
pub struct Ask<'a> {
    /// The file of appointments.
    pub file: &'a Path,
    /// Only so many rows of it.
    pub rows: Option<usize>,
    /// The engine.
    pub engine: Engine,
    /// Where the data folder is made.
    pub folder: &'a Path,
    /// The data folder's name.
    pub name: &'a str,
}

/// What came of it.
pub struct Outcome {
    /// As the API tells it.
    pub told: Figures,
    /// Each difference from the plain count.
    pub differences: Vec<String>,
    /// Rows refused, each with its name and the reason.
    pub refused: Vec<String>,
    /// Rows in the file.
    pub rows: usize,
    /// How it went, for people.
    pub report: String,
}

/// What was measured on the way.
#[derive(Default)]
struct Measured {
    booking: Times,
    booking_for: Duration,
    marking: Times,
    marking_for: Duration,
    starts: Times,
    peak: u64,
}

impl Measured {
    fn note_end(&mut self, memory: crate::process::Memory) {
        self.peak = self.peak.max(memory.peak);
    }
}

/// Replays the file on a fresh site, which is taken away afterwards where all was well.
pub async fn run(ask: &Ask<'_>) -> Result<Outcome> {
    let begun = Instant::now();
    let visits = visits::read(ask.file, ask.rows)?;
    let plan = plan::lay_out(&visits)?;
    let days = visits::booking_days(&visits);
    let site = Site::at(ask.folder, ask.name, ask.engine)?;
    site.clear().await?;
    let mut measured = Measured::default();

    let offers = set_up(&site, &plan, *days.first().context("the file has no rows")?).await?;
    let imported = import_patients(&site, &visits, days[0]).await?;
    let patients = patients_by_reference(&site, &mut measured, days[0]).await?;
    println!("{} facilities, {} patients ({imported})", offers.len(), patients.len());

    let mut replay = Replay {
        visits: &visits,
        plan: &plan,
        offers: &offers,
        patients: &patients,
        ids: vec![String::new(); visits.len()],
        refused: Vec::new(),
    };
    for day in &days {
        let server = start(&site, &mut measured, *day, "00:00:00").await?;
        replay.book_day(&server, *day, &mut measured).await?;
        measured.note_end(server.stop().await?);
    }
    let last = visits.iter().map(|visit| visit.day).max().context("the file has no rows")?;
    let server = start(&site, &mut measured, last.max(days[days.len() - 1]) + 1.day(), "00:00:00").await?;
    replay.mark(&server, &mut measured).await?;
    let told = figures_of(&server, &offers, patients.len(), &days, last).await?;
    measured.note_end(server.stop().await?);

    let counted = figures::plain_count(ask.file, ask.rows)?;
    let mut differences = told.differences(&counted);
    let booked = replay.ids.iter().filter(|id| !id.is_empty()).count();
    if booked + replay.refused.len() != visits.len() {
        differences.push(format!("{booked} booked and {} refused of {} rows", replay.refused.len(), visits.len()));
    }
    let refused = replay.refused;
    let report = report(ask.engine, &told, &measured, begun.elapsed(), days.len());
    if differences.is_empty() {
        site.remove().await?;
    }
    Ok(Outcome { told, differences, refused, rows: visits.len(), report })
}

async fn start(site: &Site, measured: &mut Measured, day: Date, time: &str) -> Result<Server> {
    let server = site.start(Some(&clock(day, time))).await?;
    measured.starts.note(server.ready_after);
    Ok(server)
}

/// The instant at which a clock of these places shows `time` on that day.
fn clock(day: Date, time: &str) -> String {
    format!("{day}T{time}{OFFSET}")
}

/// A start as a booking names it.
fn instant(start: DateTime) -> String {
    format!("{start}{OFFSET}")
}

/// Everything but patients, two days before the first booking.
async fn set_up(site: &Site, plan: &Plan, first: Date) -> Result<BTreeMap<String, Offer>> {
    let before = first - 2.days();
    staff::create_super_admin(site, &clock(before, "08:00:00")).await?;
    let server = site.start(Some(&clock(before, "12:00:00"))).await?;
    let mut head = staff::super_admin(server.address).await?;
    let mut offers = BTreeMap::new();
    for (number, (name, capacity)) in plan.capacity.iter().enumerate() {
        let wanted = Wanted {
            name: name.clone(),
            hours: (plan::OPENS.to_string(), plan::CLOSES.to_string()),
            minutes: plan::MINUTES,
            capacity: *capacity,
            daily_limit: 0,
        };
        offers.insert(name.clone(), places::open(&mut head, number, &wanted).await?);
    }
    let facilities: Vec<String> = offers.values().map(|offer| offer.facility.clone()).collect();
    staff::open_front_desk(&mut head, &facilities).await?;
    places::until_bookable(&mut head, &offers.values().cloned().collect::<Vec<_>>()).await?;
    server.stop().await?;
    Ok(offers)
}

/// Imports every patient of the file on the command line; answers what the program said. The file has ages only, taken
/// within half a year: birthdays are counted back from the day of the import, when nobody may be born later.
async fn import_patients(site: &Site, visits: &[Visit], first: Date) -> Result<String> {
    let mut csv = String::from("ref,name,birth_date,sex\n");
    let mut known = BTreeSet::new();
    for visit in visits.iter().filter(|visit| known.insert(&visit.patient)) {
        let sex = if visit.sex == 'M' { "male" } else { "female" };
        let born = first - i64::from(visit.age).years() - 1.day();
        writeln!(csv, "{0},Pasien {0},{born},{sex}", visit.patient)?;
    }
    let file = site.folder.join("patients.csv");
    std::fs::write(&file, csv)?;
    let begun = Instant::now();
    let path = file.display().to_string();
    let said = site.run(&["import", "patients", &path, "--clock", &clock(first - 1.day(), "08:00:00")]).await?;
    std::fs::remove_file(&file)?;
    let said = said.lines().last().unwrap_or_default().trim().to_owned();
    Ok(format!("imported in {:.1} s: {said}", begun.elapsed().as_secs_f64()))
}

/// The program's ids of the patients, by their number in the file, which is part of their names.
async fn patients_by_reference(site: &Site, measured: &mut Measured, first: Date) -> Result<HashMap<String, String>> {
    let server = start(site, measured, first - 1.day(), "12:00:00").await?;
    let mut head = staff::super_admin(server.address).await?;
    let mut patients = HashMap::new();
    head.pages("/api/v1/patients?limit=100", |card| {
        let name = text(card, "name")?;
        let reference = name.strip_prefix("Pasien ").with_context(|| format!("an unknown patient {name}"))?;
        patients.insert(reference.to_owned(), text(card, "id")?);
        Ok(())
    })
    .await?;
    measured.note_end(server.stop().await?);
    Ok(patients)
}

struct Replay<'r> {
    visits: &'r [Visit],
    plan: &'r Plan,
    offers: &'r BTreeMap<String, Offer>,
    patients: &'r HashMap<String, String>,
    /// The program's id of each row's appointment; empty while there is none.
    ids: Vec<String>,
    refused: Vec<String>,
}

impl Replay<'_> {
    /// Books the rows of one booking day; all but those for a day that was over must be accepted.
    async fn book_day(&mut self, server: &Server, day: Date, measured: &mut Measured) -> Result<()> {
        let token = staff::front_desk(server.address).await?.token;
        let rows = self.visits.iter().enumerate().filter(|(_, visit)| visit.scheduled.date() == day).map(|(n, _)| n);
        let rows: Vec<usize> = rows.collect();
        let (at, faults) = (Cell::new(0), RefCell::new(Vec::new()));
        let bodies: Vec<Vec<u8>> = rows.iter().map(|n| self.body(*n)).collect::<Result<_>>()?;
        let begun = Instant::now();
        closed_loop(
            server.address,
            CALLERS.min(rows.len()),
            |into| {
                let next = at.replace(at.get() + 1);
                let row = *rows.get(next)?;
                request(into, "POST", "/api/v1/appointments", &token, "", &bodies[next]);
                Some(row)
            },
            |row, answer, took| {
                measured.booking.note(took);
                let visit = &self.visits[row];
                match answer {
                    Ok(answer) if answer.status == 201 && !visit.is_too_late() => match answer.json::<Value>() {
                        Ok(appointment) => {
                            appointment["id"].as_str().unwrap_or_default().clone_into(&mut self.ids[row])
                        }
                        Err(error) => faults.borrow_mut().push(format!("{}: {error}", visit.id)),
                    },
                    Ok(answer) if answer.status == 409 && visit.is_too_late() => {
                        let problem: Value = answer.json().unwrap_or_default();
                        self.refused.push(format!(
                            "AppointmentID {} (booked {} for {}): {} — {}",
                            visit.id,
                            visit.scheduled.date(),
                            visit.day,
                            problem["type"].as_str().unwrap_or_default(),
                            [&problem["title"], &problem["detail"]]
                                .map(|part| part.as_str().unwrap_or_default())
                                .join(" "),
                        ));
                    }
                    Ok(answer) => {
                        faults.borrow_mut().push(format!("{}: {} {}", visit.id, answer.status, answer.start()))
                    }
                    Err(error) => faults.borrow_mut().push(format!("{}: {error:#}", visit.id)),
                }
            },
        )
        .await;
        measured.booking_for += begun.elapsed();
        none(&faults.into_inner(), "bookings failed")
    }

    fn body(&self, row: usize) -> Result<Vec<u8>> {
        let visit = &self.visits[row];
        let patient =
            self.patients.get(&visit.patient).with_context(|| format!("patient {} was not imported", visit.patient))?;
        Ok(self.offers[&visit.place].booking(&instant(self.plan.starts[row]), patient, "Keluhan menurut berkas"))
    }

    /// Marks every appointment as it went.
    async fn mark(&self, server: &Server, measured: &mut Measured) -> Result<()> {
        let token = staff::front_desk(server.address).await?.token;
        let booked: Vec<usize> = (0..self.visits.len()).filter(|row| !self.ids[*row].is_empty()).collect();
        let (at, faults) = (Cell::new(0), RefCell::new(Vec::new()));
        let begun = Instant::now();
        closed_loop(
            server.address,
            CALLERS,
            |into| {
                let row = *booked.get(at.replace(at.get() + 1))?;
                let deed: &[u8] = if self.visits[row].came { br#"{"deed":"fulfil"}"# } else { br#"{"deed":"noshow"}"# };
                request(
                    into,
                    "POST",
                    &format!("/api/v1/appointments/{}/changes", self.ids[row]),
                    &token,
                    "if-match: \"1\"\r\n",
                    deed,
                );
                Some(row)
            },
            |row, answer, took| {
                measured.marking.note(took);
                match answer {
                    Ok(answer) if answer.status == 200 => {}
                    Ok(answer) => {
                        faults.borrow_mut().push(format!("{}: {} {}", self.ids[row], answer.status, answer.start()))
                    }
                    Err(error) => faults.borrow_mut().push(format!("{}: {error:#}", self.ids[row])),
                }
            },
        )
        .await;
        measured.marking_for += begun.elapsed();
        none(&faults.into_inner(), "marks failed")
    }
}

fn none(faults: &[String], what: &str) -> Result<()> {
    if faults.is_empty() {
        return Ok(());
    }
    bail!("{} {what}, the first of them:\n{}", faults.len(), faults[..faults.len().min(5)].join("\n"))
}

/// The figures as the API tells them: every appointment of every facility, page by page, and the counts beside them.
async fn figures_of(
    server: &Server,
    offers: &BTreeMap<String, Offer>,
    patients: usize,
    booked: &[Date],
    last: Date,
) -> Result<Figures> {
    let mut desk = staff::front_desk(server.address).await?;
    let mut figures = Figures { patients, ..Figures::default() };
    let mut seen = BTreeSet::new();
    let mut counted: BTreeMap<(String, String, String), usize> = BTreeMap::new();
    for (place, offer) in offers {
        desk.pages(&format!("/api/v1/appointments?facility={}&limit=100", offer.facility), |visit| {
            let (day, state) = (text(visit, "local_date")?, text(visit, "state")?);
            let booked: jiff::Timestamp = text(visit, "booked_at")?.parse()?;
            let booked = booked.in_tz(places::ZONE)?.date();
            let lead = booked.until(day.parse::<Date>()?)?.get_days();
            let came = match state.as_str() {
                "fulfilled" => true,
                "noshow" => false,
                other => bail!("an appointment of {place} is {other}"),
            };
            seen.insert(text(visit, "patient")?);
            figures.note(place, &day, i64::from(lead), came);
            *counted.entry((offer.facility.clone(), day, state)).or_default() += 1;
            Ok(())
        })
        .await?;
    }
    figures.patients_seen = seen.len();
    compare_counts(&mut desk, offers, counted, booked[0], last).await?;
    Ok(figures)
}

/// The counts that the API offers must say the same as its lists.
async fn compare_counts(
    desk: &mut Client,
    offers: &BTreeMap<String, Offer>,
    listed: BTreeMap<(String, String, String), usize>,
    first: Date,
    last: Date,
) -> Result<()> {
    let mut counts = BTreeMap::new();
    for offer in offers.values() {
        let path = format!("/api/v1/appointments/counts?facility={}&from={first}&until={last}", offer.facility);
        for count in desk.get(&path).await?.as_array().into_iter().flatten() {
            let key = (text(count, "facility")?, text(count, "date")?, text(count, "state")?);
            counts.insert(key, count["count"].as_u64().unwrap_or_default() as usize);
        }
    }
    if counts != listed {
        let differs = counts.iter().find(|(key, count)| listed.get(*key) != Some(*count));
        bail!("the counts and the lists differ ({} and {} lines), first at {differs:?}", counts.len(), listed.len());
    }
    Ok(())
}

fn report(engine: Engine, told: &Figures, measured: &Measured, elapsed: Duration, days: usize) -> String {
    format!(
        "{}\n{engine}: booked {:.0}/s ({}); marked {:.0}/s ({})\n{} booking days, a start each: {}; \
         peak memory {} MiB; {:.1} s in all",
        told.told(),
        rate(measured.booking.count(), measured.booking_for),
        measured.booking.told(),
        rate(measured.marking.count(), measured.marking_for),
        measured.marking.told(),
        days,
        measured.starts.told(),
        measured.peak >> 10,
        elapsed.as_secs_f64(),
    )
}
