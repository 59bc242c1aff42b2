//! A prepared world to measure in: thousands of doctors and up to millions of appointments. It is made once and kept
//! with the built programs; every run goes on where the last one stopped, in bookings and in time.

use std::fmt::Write as _;
use std::fs;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use jiff::civil::{Date, date};
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::bus;
use crate::client::{Client, text};
use crate::faults;
use crate::names;
use crate::numbers::mix;
use crate::places::{OFFSET, Offer, ZONE, once_heard};
use crate::seed::{STARTS, Seed, start_of, working_day};
use crate::server::{Engine, Server, Site};
use crate::staff;

/// The first day, a Monday.
const FIRST: Date = date(2027, 3, 1);
/// Doctors at a facility.
const A_FACILITY: usize = 25;
/// Working days ahead over which bookings are spread.
const AHEAD: u64 = 150;
/// Rows of one import.
const ROWS: usize = 500;
/// Raised when a world is made in another way.
const VERSION: u32 = 2;

/// A doctor to be booked and found.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Doctor {
    /// Facility, service and doctor.
    pub offer: (String, String, String),
    /// Name without title.
    pub name: String,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    version: u32,
    doctors: Vec<Doctor>,
    patients: Vec<String>,
    /// The next booking's number.
    next: u64,
    /// When the next start's clock begins.
    clock: Timestamp,
}

/// A world, made already.
pub struct World {
    /// Its data.
    pub site: Site,
    kept: Kept,
    /// Every doctor's offer, in order.
    pub offers: Vec<Offer>,
}

/// A booking to be made: never one made before, never a patient twice on a day.
pub struct Booking {
    /// The doctor's number.
    pub doctor: usize,
    /// The start.
    pub start: String,
    /// The patient.
    pub patient: String,
}

impl World {
    /// The kept world of that size, made now where there is none.
    pub async fn open(engine: Engine, doctors: usize, appointments: usize) -> Result<Self> {
        Self::open_apart(engine, "world", doctors, appointments).await
    }

    /// The same, in a world of that name, for measurements that leave more behind than bookings.
    pub async fn open_apart(engine: Engine, name: &str, doctors: usize, appointments: usize) -> Result<Self> {
        let site = Site::at(&crate::folder()?, &format!("{name}-{doctors}-{appointments}"), engine)?;
        let known =
            fs::read(site.folder.join("world.json")).ok().and_then(|json| serde_json::from_slice::<Kept>(&json).ok());
        let kept = match known {
            Some(kept) if kept.version == VERSION => kept,
            _ => {
                let begun = Instant::now();
                println!("making a world of {doctors} doctors and {appointments} appointments on {engine}");
                let kept = make(&site, doctors, appointments).await?;
                println!("made in {:.0} s", begun.elapsed().as_secs_f64());
                kept
            }
        };
        let offers = kept.doctors.iter().map(offer).collect();
        let world = Self { site, kept, offers };
        world.keep()?;
        Ok(world)
    }

    fn keep(&self) -> Result<()> {
        Ok(fs::write(self.site.folder.join("world.json"), serde_json::to_vec(&self.kept)?)?)
    }

    /// The day it is there when it starts.
    pub fn today(&self) -> Date {
        jiff::tz::offset(8).to_datetime(self.kept.clock).date()
    }

    /// Starts the program where the last run's clock ended.
    pub async fn start(&self) -> Result<Server> {
        self.site.start(Some(&self.kept.clock.to_string())).await
    }

    /// Ends the program; the next run's clock begins after this one's.
    pub async fn stop(&mut self, server: Server, begun: Instant) -> Result<crate::process::Memory> {
        let memory = server.stop().await?;
        self.kept.clock += (begun.elapsed().as_secs() as i64 + 60).seconds();
        self.keep()?;
        Ok(memory)
    }

    /// The doctors.
    pub fn doctors(&self) -> &[Doctor] {
        &self.kept.doctors
    }

    /// The next booking.
    pub fn next_booking(&mut self) -> Booking {
        let number = self.kept.next;
        self.kept.next += 1;
        booking(number, &self.kept.patients, self.kept.doctors.len(), FIRST)
    }

    /// Whether there are so many bookings left to be made.
    pub fn has_room_for(&self, count: u64) -> bool {
        self.kept.next + count <= bookings_of(&self.kept.patients)
    }
}

/// How many bookings there are to be made for these patients.
pub(crate) fn bookings_of(patients: &[String]) -> u64 {
    patients.len() as u64 * AHEAD
}

/// The booking of that number: two patients for each of so many doctors, on working days after `first`, a Monday.
pub(crate) fn booking(number: u64, patients: &[String], doctors: usize, first: Date) -> Booking {
    let people = patients.len() as u64;
    let (patient, round) = (number % people, number / people);
    let doctor = (patient % doctors as u64) as usize;
    // Each round is another day for the patient; the doctor's two patients have a start each.
    let day = 1 + (round + mix(patient)) % AHEAD;
    let seat = 2 + (patient / doctors as u64) as usize;
    let start = start_of(working_day(first, day as i64), (doctor + seat) % STARTS);
    Booking { doctor, start: start.to_string(), patient: patients[patient as usize].clone() }
}

pub(crate) fn offer(doctor: &Doctor) -> Offer {
    let (facility, service, doctor) = doctor.offer.clone();
    Offer { facility, service, doctor }
}

async fn make(site: &Site, doctors: usize, appointments: usize) -> Result<Kept> {
    site.clear().await?;
    let clock = |time: &str| format!("{FIRST}T{time}{OFFSET}");
    staff::create_super_admin(site, &clock("04:00:00")).await?;
    let begun = Instant::now();
    let people = faults::import_patients(site, doctors * 2, &clock("04:30:00")).await?;
    println!("{people} patients imported in {:.1} s", begun.elapsed().as_secs_f64());
    let server = site.start(Some(&clock("05:00:00"))).await?;
    let mut head = staff::super_admin(server.address).await?;
    let known = furnish(&mut head, doctors).await?;
    let patients = faults::patients_in_order(&mut head, people).await?;
    println!("{} doctors after {:.1} s", known.len(), begun.elapsed().as_secs_f64());
    server.stop().await?;
    let offers: Vec<Offer> = known.iter().map(offer).collect();
    let begun = Instant::now();
    Seed { offers: &offers, appointments, first: FIRST }.write(site).await?;
    println!("{appointments} appointments written in {:.1} s", begun.elapsed().as_secs_f64());
    Ok(Kept { version: VERSION, doctors: known, patients, next: 0, clock: clock("08:00:00").parse()? })
}

/// Opens facilities with so many doctors, who can be booked on every working day.
pub(crate) async fn furnish(head: &mut Client, doctors: usize) -> Result<Vec<Doctor>> {
    let facilities = add_facilities(head, doctors.div_ceil(A_FACILITY)).await?;
    add_doctors(head, doctors, &facilities).await?;
    let known = all_doctors(head, doctors).await?;
    bus::until_all_heard(head).await?;
    open_every_day(head, &facilities).await?;
    Ok(known)
}

/// Facilities with a consultation each; answers id and name.
async fn add_facilities(head: &mut Client, count: usize) -> Result<Vec<(String, String)>> {
    let mut csv = String::from("name,zone,address,regency,bpjs\n");
    for n in 0..count {
        let (code, city) = names::CITIES[n % names::CITIES.len()];
        writeln!(csv, "Klinik {city} {n},{ZONE},Jalan Sehat {n},{code},ya")?;
    }
    accept_all(&head.post_csv("/api/v1/imports/facilities", &csv).await?)?;
    let mut facilities = Vec::new();
    head.pages("/api/v1/facilities?limit=100", |facility| {
        facilities.push((text(facility, "id")?, text(facility, "name")?));
        Ok(())
    })
    .await?;
    for (id, _) in &facilities {
        let service = json!({
            "facility": id, "kind": "consultation", "name": { "id": "Konsultasi", "en": "Consultation" },
            "duration_minutes": 30, "price": 150_000, "modes": ["in_person"],
        });
        head.post("/api/v1/services", &service).await?;
    }
    Ok(facilities)
}

async fn add_doctors(head: &mut Client, count: usize, facilities: &[(String, String)]) -> Result<()> {
    let hours = ["mon", "tue", "wed", "thu", "fri", "sat"].map(|day| format!("{day} 08:00-16:00")).join("; ");
    for first in (0..count).step_by(ROWS) {
        let mut csv = String::from("name,sex,speciality,facility,str_number,sip_number,sip_until,hours\n");
        for n in first..(first + ROWS).min(count) {
            let (facility, _) = &facilities[n % facilities.len()];
            let speciality = names::SPECIALITIES[(n / facilities.len()) % names::SPECIALITIES.len()];
            let sex = if n % 2 == 0 { "P" } else { "L" };
            let name = names::doctor(n);
            writeln!(csv, "dr. {name},{sex},{speciality},{facility},STR-{n:07},SIP-{n:07},2099-12-31,{hours}")?;
        }
        accept_all(&head.post_csv("/api/v1/imports/doctors", &csv).await?)?;
    }
    Ok(())
}

fn accept_all(report: &serde_json::Value) -> Result<()> {
    match report["refused"].as_array().map(Vec::as_slice) {
        Some([]) => Ok(()),
        Some([first, ..]) => bail!("rows were refused, the first: {first}"),
        None => bail!("no report: {report}"),
    }
}

/// Every doctor with the service of their facility.
async fn all_doctors(head: &mut Client, count: usize) -> Result<Vec<Doctor>> {
    let mut cards = Vec::new();
    head.pages("/api/v1/doctors?limit=100&sort=name", |card| {
        let name = text(card, "name")?.trim_start_matches("dr. ").to_owned();
        cards.push((text(card, "facility")?, text(card, "id")?, name));
        Ok(())
    })
    .await?;
    if cards.len() != count {
        bail!("{} doctors are listed in place of {count}", cards.len());
    }
    let mut services = std::collections::HashMap::new();
    let mut doctors = Vec::with_capacity(count);
    for (facility, doctor, name) in cards {
        if !services.contains_key(&facility) {
            let all = head.get(&format!("/api/v1/facilities/{facility}/services")).await?;
            let service =
                text(all.as_array().and_then(|all| all.first()).context("a facility without a service")?, "id")?;
            services.insert(facility.clone(), service);
        }
        let service = services[&facility].clone();
        doctors.push(Doctor { offer: (facility, service, doctor), name });
    }
    Ok(doctors)
}

/// Holidays do not thin out the bookings, and the horizon holds them all.
async fn open_every_day(head: &mut Client, facilities: &[(String, String)]) -> Result<()> {
    for (id, _) in facilities {
        let path = format!("/api/v1/facilities/{id}/policy");
        let mut policy = head.get(&path).await?;
        let version = policy["version"].as_i64().context("the policy has no version")?;
        policy["horizon_days"] = json!(365);
        policy["closed_on_holidays"] = json!(false);
        policy["max_upcoming"] = json!(0);
        once_heard(head, "PUT", &path, &format!("if-match: \"{version}\"\r\n"), &policy).await?;
    }
    Ok(())
}
