//! Bookings, free times and searches in a prepared world, and what they cost as it grows.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;
use tokio::time::interval;

use crate::bus::{self, Behind};
use crate::client::escaped;
use crate::crowd::{closed_loop, open_loop};
use crate::names;
use crate::numbers::{Dice, Times, mix, rate};
use crate::raw;
use crate::report::{Line, Report};
use crate::server::{Engine, Server};
use crate::staff;
use crate::wire::request;
use crate::world::World;

/// Callers who book at the same time.
const BOOKERS: usize = 64;
/// Connections of the open loop: more than are ever in flight.
const OPEN: usize = 256;
/// Callers who look for free times, or search.
const READERS: usize = 16;
/// Doctors whom everybody looks for.
const SOUGHT: usize = 100;
/// How long the bare driver writes.
const RAW: Duration = Duration::from_secs(10);
const COMPLAINT: &str = "Demam tiga hari, batuk berdahak, pusing";

/// What a load of bookings came to.
struct Booked {
    times: Times,
    took: Duration,
    /// Answers that are no 201.
    faults: Vec<String>,
}

impl Booked {
    fn all_accepted(&self, what: &str) -> Result<()> {
        match self.faults.first() {
            Some(first) => {
                bail!("{what}: {} of {} were not booked, the first: {first}", self.faults.len(), self.times.count())
            }
            None => Ok(()),
        }
    }
}

/// Books in a closed loop for so long.
async fn book_closed(world: &mut World, server: &Server, token: &str, callers: usize, lasting: Duration) -> Booked {
    let (times, faults) = (RefCell::new(Times::default()), RefCell::new(Vec::new()));
    let begun = Instant::now();
    closed_loop(
        server.address,
        callers,
        |into| (begun.elapsed() < lasting).then(|| write_booking(world, into, token)),
        |_, answer, took| note_booking(&times, &faults, answer, took),
    )
    .await;
    Booked { times: times.into_inner(), took: begun.elapsed(), faults: faults.into_inner() }
}

/// Books in an open loop at that rate for so long.
async fn book_open(world: &mut World, server: &Server, token: &str, a_second: f64, lasting: Duration) -> Booked {
    let (times, faults) = (RefCell::new(Times::default()), RefCell::new(Vec::new()));
    let begun = Instant::now();
    open_loop(
        server.address,
        OPEN,
        a_second,
        lasting,
        |into| Some(write_booking(world, into, token)),
        |_, answer, took| note_booking(&times, &faults, answer, took),
    )
    .await;
    Booked { times: times.into_inner(), took: begun.elapsed(), faults: faults.into_inner() }
}

fn write_booking(world: &mut World, into: &mut Vec<u8>, token: &str) -> (usize, String) {
    let booking = world.next_booking();
    let body = world.offers[booking.doctor].booking(&booking.start, &booking.patient, COMPLAINT);
    request(into, "POST", "/api/v1/appointments", token, "", &body);
    (booking.doctor, booking.start)
}

fn note_booking(
    times: &RefCell<Times>,
    faults: &RefCell<Vec<String>>,
    answer: Result<crate::wire::Answer<'_>>,
    took: Duration,
) {
    times.borrow_mut().note(took);
    let fault = match answer {
        Ok(answer) if answer.status == 201 => return,
        Ok(answer) => format!("{} {}", answer.status, answer.start()),
        Err(error) => format!("{error:#}"),
    };
    faults.borrow_mut().push(fault);
}

/// Sustained bookings, closed and open loop, and the share of what the bare driver does.
pub async fn bookings(report: &mut Report, world: &mut World, lasting: Duration) -> Result<()> {
    let engine = world.site.engine;
    let (goal, name) = match engine {
        Engine::Sqlite => (4000.0, "≥ 4,000/s"),
        Engine::Postgres => (1800.0, "≥ 1,800/s"),
    };
    if !world.has_room_for(lasting.as_secs() * 15_000) {
        bail!("the world is booked out; delete {} to make it anew", world.site.folder.display());
    }
    let begun = Instant::now();
    let server = world.start().await?;
    let mut head = staff::super_admin(server.address).await?;
    let token = head.token.clone();
    let cpu = server.until_idle().await?;
    report.add(Line::new("work of its own after a start", engine, format!("{:.1} s of processor", cpu.as_secs_f64())));
    book_closed(world, &server, &token, BOOKERS, Duration::from_secs(3)).await.all_accepted("warming up")?;
    let cpu = server.processor_time()?;
    let closed = book_closed(world, &server, &token, BOOKERS, lasting).await;
    let behind = bus::behind(&mut head).await?;
    let cpu = server.processor_time()?.saturating_sub(cpu);
    closed.all_accepted("closed loop")?;
    let a_second = rate(closed.times.count(), closed.took);
    report.add(
        Line::new(
            &format!("bookings, closed loop, {BOOKERS} connections, {} s", lasting.as_secs()),
            engine,
            format!(
                "{a_second:.0}/s, {}; server {:.0} µs of processor each",
                closed.times.told(),
                cpu.as_micros() as f64 / closed.times.count().max(1) as f64
            ),
        )
        .aims(name, a_second >= goal),
    );
    report.add(lag(engine, "after the closed loop", behind));
    bus::until_all_heard(&mut head).await?;
    let half = a_second / 2.0;
    let open = book_open(world, &server, &token, half, lasting).await;
    let behind = bus::behind(&mut head).await?;
    open.all_accepted("open loop")?;
    report.add(
        Line::new(&format!("bookings, open loop at {half:.0}/s, {} s", lasting.as_secs()), engine, open.times.told())
            .aims("p99 ≤ 20 ms", open.times.ms(0.99) <= 20.0),
    );
    report.add(lag(engine, "after the open loop", behind));
    bus::until_all_heard(&mut head).await?;
    let memory = world.stop(server, begun).await?;
    let bare = raw::bookings_a_second(&world.site, &world.offers, RAW).await?;
    report.add(
        Line::new(
            "bookings, share of the bare driver's",
            engine,
            format!("{:.2} of {bare:.0}/s; peak memory {} MiB", a_second / bare, memory.peak >> 10),
        )
        .aims("≥ 0.4", a_second / bare >= 0.4),
    );
    Ok(())
}

fn lag(engine: Engine, when: &str, behind: Behind) -> Line {
    let told = format!("{} ms, {} not sent, {} parked", behind.oldest_ms, behind.unsent, behind.parked);
    Line::new(&format!("oldest undelivered event {when}"), engine, told)
        .aims("≤ 1 s (else void)", behind.oldest_ms <= 1000 && behind.parked == 0)
}

/// Free times of a doctor for two weeks, while others book: of a hundred doctors whom everybody looks for, then of any.
pub async fn free_times(report: &mut Report, world: &mut World, lasting: Duration) -> Result<()> {
    free_times_of(report, world, lasting, SOUGHT).await?;
    let all = world.offers.len();
    free_times_of(report, world, lasting, all).await
}

async fn free_times_of(report: &mut Report, world: &mut World, lasting: Duration, sought: usize) -> Result<()> {
    let engine = world.site.engine;
    let begun = Instant::now();
    let server = world.start().await?;
    let token = staff::super_admin(server.address).await?.token;
    let offers = world.offers.clone();
    server.until_idle().await?;
    // Bookings whose 201 has come, by doctor: a question asked after it must not be answered with that start.
    let taken: RefCell<HashMap<usize, Vec<String>>> = RefCell::default();
    let lately: RefCell<Vec<usize>> = RefCell::default();
    let (read, booked) = (RefCell::new(Times::default()), RefCell::new(Times::default()));
    let (faults, shown, checked) = (RefCell::new(Vec::new()), Cell::new(0_u64), Cell::new(0_u64));
    let dice = RefCell::new(Dice::new(14));
    let (from, cpu) = (Instant::now(), server.processor_time()?);
    let booking = open_loop(
        server.address,
        32,
        200.0,
        lasting,
        |into| Some(write_booking(world, into, &token)),
        |(doctor, start), answer, took| {
            note_booking(&booked, &faults, answer, took);
            // As it is written in the answer: with the facility's offset.
            let local: jiff::Timestamp = start.parse().expect("it was written from an instant");
            let shown = local.display_with_offset(jiff::tz::offset(8)).to_string();
            taken.borrow_mut().entry(doctor).or_default().push(format!("\"at\":\"{shown}\",\"free\":true"));
            lately.borrow_mut().push(doctor);
        },
    );
    let reading = closed_loop(
        server.address,
        READERS,
        |into| {
            if from.elapsed() >= lasting {
                return None;
            }
            let (mut dice, lately) = (dice.borrow_mut(), lately.borrow());
            // Some questions are about a doctor who was booked a moment ago.
            let doctor = match lately.len() as u64 {
                booked @ 1.. if dice.below(50) == 0 => lately[(booked - 1 - dice.below(booked.min(50))) as usize],
                _ => dice.below(sought as u64) as usize,
            };
            request(into, "GET", &format!("/api/v1/free-times?{}&days=14", offers[doctor].query()), "", "", b"");
            Some((doctor, taken.borrow().get(&doctor).map_or(0, Vec::len)))
        },
        |(doctor, known), answer, took| {
            read.borrow_mut().note(took);
            match answer {
                Ok(answer) if answer.status == 200 => {
                    for start in taken.borrow().get(&doctor).into_iter().flatten().take(known) {
                        checked.set(checked.get() + 1);
                        shown.set(shown.get() + u64::from(holds(answer.body, start.as_bytes())));
                    }
                }
                Ok(answer) => faults.borrow_mut().push(format!("{} {}", answer.status, answer.start())),
                Err(error) => faults.borrow_mut().push(format!("{error:#}")),
            }
        },
    );
    tokio::join!(booking, reading);
    let (took, cpu) = (from.elapsed(), server.processor_time()?.saturating_sub(cpu));
    if let Some(first) = faults.borrow().first() {
        bail!("{} answers were no answers, the first: {first}", faults.borrow().len());
    }
    let (read, booked) = (read.into_inner(), booked.into_inner());
    let sample = sample_body(server.address, &format!("/api/v1/free-times?{}&days=14", offers[0].query())).await?;
    world.stop(server, begun).await?;
    let a_second = rate(read.count(), took);
    report.add(
        Line::new(
            &format!(
                "free times, 14 days, of {sought} doctors, {READERS} connections, {} s, while {:.0} bookings/s run",
                lasting.as_secs(),
                rate(booked.count(), took)
            ),
            engine,
            format!(
                "{a_second:.0}/s, {}; {} bytes an answer; server {:.0} µs of processor each",
                read.told(),
                sample.len(),
                cpu.as_micros() as f64 / read.count().max(1) as f64
            ),
        )
        .aims("≥ 15,000/s, p99 ≤ 15 ms", a_second >= 15_000.0 && read.ms(0.99) <= 15.0),
    );
    report.add(
        Line::new(
            "free starts shown whose 201 had come before",
            engine,
            format!("{} of {} looked at", shown.get(), checked.get()),
        )
        .aims("0", shown.get() == 0 && checked.get() > 0),
    );
    if sought > SOUGHT {
        return Ok(());
    }
    let bare = bare_answers_a_second(&sample, Duration::from_secs(5)).await?;
    report.add(Line::new(
        "free times, share of a bare axum answer of the same bytes",
        engine,
        format!("{:.2} of {bare:.0}/s", a_second / bare),
    ));
    Ok(())
}

fn holds(body: &[u8], part: &[u8]) -> bool {
    body.windows(part.len()).any(|window| window == part)
}

async fn sample_body(address: SocketAddr, path: &str) -> Result<Vec<u8>> {
    let (mut wire, mut ask) = (crate::wire::Wire::new(address), Vec::new());
    request(&mut ask, "GET", path, "", "", b"");
    Ok(wire.exchange(&ask).await?.body.to_vec())
}

/// How many answers of these bytes a bare axum server gives, in a process of its own, asked in the same way.
async fn bare_answers_a_second(body: &[u8], lasting: Duration) -> Result<f64> {
    let file = crate::folder()?.join("bare.json");
    std::fs::write(&file, body)?;
    let mut child = Command::new(std::env::current_exe()?)
        .arg("--serve-bare")
        .arg(&file)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let mut lines = BufReader::new(child.stdout.take().context("stdout is piped")?).lines();
    let address: SocketAddr = lines.next_line().await?.context("the bare server ended")?.parse()?;
    let (count, begun) = (Cell::new(0_u64), Instant::now());
    closed_loop(
        address,
        READERS,
        |into| (begun.elapsed() < lasting).then(|| request(into, "GET", "/", "", "", b"")),
        |(), answer, _| count.set(count.get() + u64::from(answer.is_ok_and(|answer| answer.status == 200))),
    )
    .await;
    let a_second = rate(count.get(), begun.elapsed());
    child.kill().await?;
    Ok(a_second)
}

/// The bare server: one route, the same bytes each time. Prints its address and serves until it is killed.
pub fn serve_bare(body: Vec<u8>) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async move {
        let body = bytes::Bytes::from(body);
        let answer = axum::routing::get(move || async move { ([("content-type", "application/json")], body) });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        println!("{}", listener.local_addr()?);
        let listener = axum::serve::ListenerExt::tap_io(listener, |stream| {
            if let Err(error) = stream.set_nodelay(true) {
                eprintln!("TCP_NODELAY: {error}");
            }
        });
        axum::serve(listener, axum::Router::new().route("/", answer)).await?;
        Ok(())
    })
}

/// Searches among all doctors.
pub async fn search(report: &mut Report, world: &mut World, lasting: Duration) -> Result<()> {
    let engine = world.site.engine;
    let begun = Instant::now();
    let server = world.start().await?;
    let doctors = world.doctors().to_vec();
    until_free_times_are_told(&server).await?;
    server.until_idle().await?;

    let (mut dice, misses, empty) = (Dice::new(7), RefCell::new(Vec::new()), Cell::new(0_u64));
    let from = Instant::now();
    let by_filter = searches(
        server.address,
        || {
            let (city, speciality) = (dice.below(8) as usize, dice.below(12) as usize);
            let (code, word) = names::CITIES[city];
            let city = if dice.below(2) == 0 { code } else { word };
            let speciality = names::SPECIALITIES[speciality];
            let path = format!(
                "/api/v1/doctors?speciality={speciality}&city={}&free_within_days=7&sort=earliest&limit=10",
                escaped(city)
            );
            (from.elapsed() < lasting).then_some((path, 0))
        },
        |_, page| {
            let found: Vec<&str> = page["items"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|card| card["earliest_free"].as_str())
                .collect();
            empty.set(empty.get() + u64::from(found.is_empty()));
            if !found.is_sorted() {
                misses.borrow_mut().push(format!("not the earliest first: {found:?}"));
            }
        },
    )
    .await?;
    if let Some(miss) = misses.borrow().first() {
        bail!("{miss}");
    }
    let took = from.elapsed();
    report.add(
        Line::new(
            &format!(
                "search by speciality, city, free within 7 days, earliest first; {} doctors, {READERS} connections",
                doctors.len()
            ),
            engine,
            format!("{:.0}/s, {}; {} empty", rate(by_filter.count(), took), by_filter.told(), empty.get()),
        )
        .aims("p99 ≤ 40 ms", by_filter.ms(0.99) <= 40.0 && empty.get() * 10 < by_filter.count()),
    );

    let (mut number, right) = (0_u64, Cell::new(0_u64));
    let from = Instant::now();
    let by_name = searches(
        server.address,
        || {
            number += 1;
            let doctor = (mix(number) % doctors.len() as u64) as usize;
            let path =
                format!("/api/v1/doctors?q={}&limit=10", escaped(&names::misspelt(&doctors[doctor].name, number)));
            (from.elapsed() < lasting).then_some((path, doctor))
        },
        |doctor, page| {
            let wanted = &doctors[doctor].offer.2;
            let there = page["items"].as_array().into_iter().flatten().any(|card| card["id"].as_str() == Some(wanted));
            right.set(right.get() + u64::from(there));
        },
    )
    .await?;
    let took = from.elapsed();
    let recall = 100.0 * right.get() as f64 / by_name.count().max(1) as f64;
    report.add(
        Line::new(
            &format!(
                "search by misspelt name (slips in two of three words); {} doctors, {READERS} connections",
                doctors.len()
            ),
            engine,
            format!(
                "{:.0}/s, {}; the right one among the first ten: {recall:.2} %",
                rate(by_name.count(), took),
                by_name.told()
            ),
        )
        .aims("p99 ≤ 40 ms, ≥ 98 %", by_name.ms(0.99) <= 40.0 && recall >= 98.0),
    );
    world.stop(server, begun).await?;
    Ok(())
}

async fn searches(
    address: SocketAddr,
    mut next: impl FnMut() -> Option<(String, usize)>,
    mut each: impl FnMut(usize, &Value),
) -> Result<Times> {
    let (mut times, mut fault) = (Times::default(), None);
    closed_loop(
        address,
        READERS,
        |into| {
            let (path, what) = next()?;
            request(into, "GET", &path, "", "", b"");
            Some(what)
        },
        |what, answer, took| {
            times.note(took);
            match answer.and_then(|answer| {
                if answer.status == 200 { answer.json() } else { bail!("{} {}", answer.status, answer.start()) }
            }) {
                Ok(page) => each(what, &page),
                Err(error) => fault = Some(error),
            }
        },
    )
    .await;
    fault.map_or(Ok(times), Err)
}

/// After a start directory hears the earliest free times anew; searches by them make sense once it has.
async fn until_free_times_are_told(server: &Server) -> Result<()> {
    let mut head = staff::super_admin(server.address).await?;
    let begun = Instant::now();
    let mut again = interval(Duration::from_millis(200));
    while begun.elapsed() < Duration::from_mins(2) {
        again.tick().await;
        let page = head.get("/api/v1/doctors?free_within_days=7&sort=earliest&limit=100").await?;
        if page["items"].as_array().is_some_and(|items| items.len() == 100) {
            return Ok(());
        }
    }
    bail!("the earliest free times are not known after two minutes")
}

/// What one request costs in this world: median and the server's processor time.
struct Cost {
    median_ms: f64,
    cpu_us: f64,
}

/// Costs of a booking, of free times and of a facility's list, in worlds of growing size.
pub async fn growth(report: &mut Report, worlds: &mut [World], lasting: Duration) -> Result<()> {
    let mut first: Option<[Cost; 3]> = None;
    for world in worlds {
        let engine = world.site.engine;
        let size = world.site.folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let costs = costs(world, lasting).await?;
        for (n, what) in ["a booking", "free times", "ten appointments of a facility"].iter().enumerate() {
            let Cost { median_ms, cpu_us } = costs[n];
            let (what, told) =
                (format!("{what} in {size}"), format!("p50 {median_ms:.2} ms, {cpu_us:.0} µs of processor"));
            report.add(match &first {
                None => Line::new(&what, engine, told),
                Some(first) => {
                    let (time, cpu) = (median_ms / first[n].median_ms, cpu_us / first[n].cpu_us);
                    Line::new(&what, engine, format!("{told}: × {time:.2}, × {cpu:.2}"))
                        .aims("≤ × 1.3", time <= 1.3 && cpu <= 1.3)
                }
            });
        }
        first.get_or_insert(costs);
    }
    Ok(())
}

async fn costs(world: &mut World, lasting: Duration) -> Result<[Cost; 3]> {
    let begun = Instant::now();
    let server = world.start().await?;
    let mut head = staff::super_admin(server.address).await?;
    let token = head.token.clone();
    let offers = world.offers.clone();
    bus::until_all_heard(&mut head).await?;
    server.until_idle().await?;
    book_closed(world, &server, &token, READERS, Duration::from_secs(2)).await.all_accepted("warming up")?;
    let cpu = server.processor_time()?;
    let booked = book_closed(world, &server, &token, READERS, lasting).await;
    booked.all_accepted("growth")?;
    let booking = cost(&booked.times, server.processor_time()?.saturating_sub(cpu));
    bus::until_all_heard(&mut head).await?;

    let mut costs = Vec::new();
    for kind in 0..2 {
        let (mut dice, mut times, mut fault) = (Dice::new(3), Times::default(), None);
        let (cpu, from) = (server.processor_time()?, Instant::now());
        closed_loop(
            server.address,
            READERS,
            |into| {
                let offer = &offers[dice.below(offers.len() as u64) as usize];
                let path = match kind {
                    0 => format!("/api/v1/free-times?{}&days=14", offer.query()),
                    _ => format!(
                        // Pages of one size, however many appointments a day has in a world.
                        "/api/v1/appointments?facility={}&from=2027-03-02&limit=10",
                        offer.facility
                    ),
                };
                request(into, "GET", &path, &token, "", b"");
                (from.elapsed() < lasting).then_some(())
            },
            |(), answer, took| {
                times.note(took);
                match answer {
                    Ok(answer) if answer.status == 200 => {}
                    Ok(answer) => fault = Some(format!("{} {}", answer.status, answer.start())),
                    Err(error) => fault = Some(format!("{error:#}")),
                }
            },
        )
        .await;
        if let Some(fault) = fault {
            bail!("growth: {fault}");
        }
        costs.push(cost(&times, server.processor_time()?.saturating_sub(cpu)));
    }
    world.stop(server, begun).await?;
    let mut costs = costs.into_iter();
    let mut next = || costs.next().context("two were measured");
    Ok([booking, next()?, next()?])
}

fn cost(times: &Times, cpu: Duration) -> Cost {
    Cost { median_ms: times.ms(0.5), cpu_us: cpu.as_micros() as f64 / times.count().max(1) as f64 }
}
