//! Free times while others book, and their share of what a bare server answers.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

use super::{
    READERS,
    bookings::{note_booking, write_booking},
};
use crate::crowd::{closed_loop, open_loop};
use crate::numbers::{Dice, Times, rate};
use crate::report::{Line, Report};
use crate::staff;
use crate::wire::request;
use crate::world::World;

/// Doctors whom everybody looks for.
const SOUGHT: usize = 100;

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
