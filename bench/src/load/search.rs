//! Searches by filter and by misspelt name.

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use serde_json::Value;
use tokio::time::interval;

use super::READERS;
use crate::client::escaped;
use crate::crowd::closed_loop;
use crate::names;
use crate::numbers::{Dice, Times, mix, rate};
use crate::report::{Line, Report};
use crate::server::Server;
use crate::staff;
use crate::wire::request;
use crate::world::World;

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
