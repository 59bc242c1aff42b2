//! The accounts of a world: made once, kept with it, and signed in anew for each run.

use std::cell::Cell;
use std::fs;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use futures_util::future::try_join_all;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::journey::{Person, Task, Town};
use super::pass;
use crate::bus;
use crate::client::{Client, text};
use crate::server::Server;
use crate::staff;
use crate::wire::{Wire, request};
use crate::world::World;

const PASSWORD: &str = "kuda laut biru menari";
/// Who signs up or in at the same time.
const AT_ONCE: usize = 4;
/// One in so many comes by a browser.
const BROWSERS: usize = 5;
/// Doctors and front desks with accounts, at most: an account opens no more than a hundred for others at once.
const DOCTORS: usize = 50;
const DESKS: usize = 40;
/// Raised when accounts are made in another way.
const VERSION: u32 = 1;

/// Who has an account, in order: doctors, front desks, patients.
#[derive(Serialize, Deserialize)]
pub struct Accounts {
    version: u32,
    doctors: usize,
    /// The facility of each.
    desks: Vec<String>,
    /// The patient of each.
    patients: Vec<String>,
}

impl Accounts {
    /// The accounts of a world, made now where they are missing.
    pub async fn open(world: &mut World, users: usize) -> Result<Self> {
        let file = world.site.folder.join("accounts.json");
        let known = fs::read(&file).ok().and_then(|json| serde_json::from_slice::<Self>(&json).ok());
        let (doctors, desks) = ((users / 100).min(DOCTORS), (users / 200).min(DESKS));
        let mut accounts = match known {
            Some(known) if known.version == VERSION => known,
            _ => Self { version: VERSION, doctors: 0, desks: Vec::new(), patients: Vec::new() },
        };
        let missing = users.saturating_sub(accounts.doctors + accounts.desks.len() + accounts.patients.len());
        if missing == 0 {
            accounts.patients.truncate(users - accounts.doctors - accounts.desks.len());
            return Ok(accounts);
        }
        let begun = Instant::now();
        println!("opening {missing} accounts");
        let server = world.start().await?;
        let mut head = staff::super_admin(server.address).await?;
        let opened = accounts.grow(world, &mut head, (doctors, desks), users).await;
        bus::until_all_heard(&mut head).await?;
        // What was opened before a failure need not be opened again.
        fs::write(&file, serde_json::to_vec(&accounts)?)?;
        world.stop(server, begun).await?;
        opened?;
        println!("opened in {:.0} s", begun.elapsed().as_secs_f64());
        Ok(accounts)
    }

    async fn grow(
        &mut self,
        world: &World,
        head: &mut Client,
        (doctors, desks): (usize, usize),
        users: usize,
    ) -> Result<()> {
        while self.doctors < doctors.min(world.offers.len()) {
            open_doctor(head, self.doctors, &world.offers[self.doctors].doctor).await?;
            self.doctors += 1;
        }
        while self.desks.len() < desks {
            let facility = world.offers[self.desks.len() % world.offers.len()].facility.clone();
            let account = json!({
                "email": desk(self.desks.len()), "phone": null, "name": format!("Loket {}", self.desks.len()),
                "password": PASSWORD, "role": "admin", "facilities": [&facility],
            });
            head.post("/api/v1/users", &account).await?;
            self.desks.push(facility);
        }
        let due = users.saturating_sub(self.doctors + self.desks.len());
        let address = head.address();
        while self.patients.len() < due {
            let first = self.patients.len();
            let some = (first..due.min(first + AT_ONCE)).map(|number| sign_up(address, number));
            self.patients.extend(try_join_all(some).await?);
            if first / 1000 != self.patients.len() / 1000 {
                println!("{} patients have signed up", self.patients.len());
            }
        }
        Ok(())
    }

    /// Signs everybody in, by password.
    pub async fn sign_in(self, server: &Server, town: &Rc<Town>) -> Result<Vec<Person>> {
        let doctors = (0..self.doctors).map(|n| (doctor(n), Task::Doctor));
        let desks = self.desks.into_iter().enumerate().map(|(n, facility)| (desk(n), Task::Desk { facility }));
        let patients = self
            .patients
            .into_iter()
            .enumerate()
            .map(|(n, patient)| (email(n), if n % BROWSERS == 0 { Task::Browser } else { Task::patient(patient) }));
        let all: Vec<(String, Task)> = doctors.chain(desks).chain(patients).collect();
        let mut people: Vec<Option<Person>> = (0..all.len()).map(|_| None).collect();
        let (next, all) = (Cell::new(0), all.into_iter().map(|who| Cell::new(Some(who))).collect::<Vec<_>>());
        let done = std::cell::RefCell::new(&mut people);
        let signing = (0..AT_ONCE).map(|_| async {
            loop {
                let number = next.replace(next.get() + 1);
                let Some((login, task)) = all.get(number).and_then(Cell::take) else { return anyhow::Ok(()) };
                let from = address_of(number);
                let pass = match task {
                    Task::Browser => pass::by_page(server.address, &from, &login, PASSWORD).await?,
                    _ => pass::by_api(server.address, &from, &login, PASSWORD).await?,
                };
                let person = Person::new(server.address, number, from, pass, task, town.clone());
                done.borrow_mut()[number] = Some(person);
                if (number + 1).is_multiple_of(2000) {
                    println!("{} people have signed in", number + 1);
                }
            }
        });
        try_join_all(signing).await?;
        // Neighbours in time are of every kind: who was opened first does not ask first.
        let mut mixed: Vec<Person> = people.into_iter().flatten().collect();
        mixed.sort_by_key(|person| crate::numbers::mix(person.number as u64));
        Ok(mixed)
    }
}

fn email(number: usize) -> String {
    format!("pengguna{number}@contoh.example")
}

fn doctor(number: usize) -> String {
    format!("dokter{number}@bench.example")
}

fn desk(number: usize) -> String {
    format!("loket{number}@bench.example")
}

/// The header line with an address of one's own.
fn address_of(number: usize) -> String {
    format!("x-forwarded-for: 10.{}.{}.{}\r\n", 1 + (number >> 16), (number >> 8) & 255, number & 255)
}

async fn sign_up(address: SocketAddr, number: usize) -> Result<String> {
    let form = json!({
        "name": format!("Pengguna Contoh {number}"), "email": email(number), "password": PASSWORD,
        "no_nik_reason": "later", "birth_place": "Makassar", "birth_date": "1990-01-02", "sex": "female",
        "patient_type": "umum",
    });
    let (mut wire, mut ask) = (Wire::new(address), Vec::new());
    request(&mut ask, "POST", "/users/register", "", &address_of(number), &serde_json::to_vec(&form)?);
    let answer = wire.exchange(&ask).await?;
    if answer.status != 201 {
        bail!("{} cannot sign up: {} {}", email(number), answer.status, answer.start());
    }
    text(&answer.json::<Value>()?["patient"], "id")
}

/// Opens an account and makes it that doctor's.
async fn open_doctor(head: &mut Client, number: usize, id: &str) -> Result<()> {
    let account = json!({
        "email": doctor(number), "phone": null, "name": format!("Dokter {number}"), "password": PASSWORD,
        "role": "doctor", "facilities": [],
    });
    let account = text(&head.post("/api/v1/users", &account).await?, "id")?;
    let path = format!("/api/v1/doctors/{id}");
    let kept = head.get(&path).await?;
    let version = kept["version"].as_i64().context("the doctor has no version")?;
    let mut form: Value = [
        "name",
        "sex",
        "specialities",
        "practising_since",
        "languages",
        "about",
        "str_number",
        "str_until",
        "practices",
        "auto_accept",
    ]
    .into_iter()
    .map(|field| (field.to_owned(), kept[field].clone()))
    .collect::<serde_json::Map<_, _>>()
    .into();
    if let Some(specialities) = form["specialities"].as_array_mut() {
        // They are told whole and given by their ids.
        specialities.iter_mut().filter(|one| one.is_object()).for_each(|one| *one = one["id"].take());
    }
    form["account"] = json!(account);
    head.put(&path, Some(version), &form).await?;
    Ok(())
}
