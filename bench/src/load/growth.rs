//! What requests cost as the world grows.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use super::{READERS, bookings::book_closed};
use crate::bus;
use crate::crowd::closed_loop;
use crate::numbers::{Dice, Times};
use crate::report::{Line, Report};
use crate::staff;
use crate::wire::request;
use crate::world::World;

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
