//! Thousands of signed-in people at once, each at their own pace: patients with a program of theirs, patients in a
//! browser, doctors and front desks (J8). Open loop: everybody's next request is due whether or not the program keeps
//! up, and is timed from when it was due.

mod accounts;
mod journey;
mod pass;
mod tally;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tokio::task::LocalSet;
use tokio::time::sleep_until;

use self::accounts::Accounts;
use self::journey::{Person, Town};
use self::tally::{Kind, Tally};
use crate::bus;
use crate::numbers::rate;
use crate::report::{Line, Report};
use crate::server::Server;
use crate::staff;
use crate::world::World;

/// How much there is to do.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    /// People signed in.
    pub users: usize,
    /// Requests of all of them together, a second.
    pub a_second: f64,
    /// How long.
    pub lasting: Duration,
}

/// The most memory the program may take, in MB.
const MEMORY: f64 = 400.0;

/// Signs everybody in, lets them do what they came for, and tells how they fared.
pub async fn run(report: &mut Report, world: &mut World, load: Load) -> Result<()> {
    if load.users == 0 || load.a_second <= 0.0 {
        bail!("nobody asks for anything");
    }
    world.site.settings = vec![
        // Everybody comes from an address of their own.
        ("MEDIVERSE_SERVER__TRUSTED_PROXIES", "[\"127.0.0.1\"]".to_owned()),
        ("MEDIVERSE_SERVER__CONNECTIONS", (load.users + 1_000).to_string()),
        ("MEDIVERSE_SERVER__SIGN_UPS", "1000000".to_owned()),
        ("MEDIVERSE_SESSIONS__ACCESS_TOKEN_MINUTES", "15".to_owned()),
    ];
    let accounts = Accounts::open(world, load.users).await?;
    let (today, begun) = (world.today(), Instant::now());
    let server = world.start().await?;
    let town = Rc::new(Town::look(world, &server, today).await?);
    let people = accounts.sign_in(&server, &town).await?;
    let engine = world.site.engine;
    report.add(Line::new(
        &format!("{} people signed in one after the other, four at a time", people.len()),
        engine,
        format!("{:.0} s, each by password; {} MiB then", begun.elapsed().as_secs_f64(), server.memory()?.now >> 10),
    ));
    // What signing in left to be done is not what is measured.
    bus::until_all_heard(&mut staff::super_admin(server.address).await?).await?;
    server.until_idle().await?;

    let (from, cpu) = (Instant::now(), server.processor_time()?);
    let tally = everybody(people, load).await?;
    let (took, cpu) = (from.elapsed(), server.processor_time()?.saturating_sub(cpu));
    let behind = bus::behind(&mut staff::super_admin(server.address).await?).await?;
    bus::until_all_heard(&mut staff::super_admin(server.address).await?).await?;
    tell(report, world, &server, load, (&tally, took, cpu))?;
    report.add(
        Line::new(
            "oldest undelivered event at the end",
            engine,
            format!("{} ms, {} not sent, {} parked", behind.oldest_ms, behind.unsent, behind.parked),
        )
        .aims("≤ 1 s", behind.oldest_ms <= 1000 && behind.parked == 0),
    );
    world.stop(server, begun).await?;
    Ok(())
}

/// Everybody goes about what they came for, each in a task of their own, all in this thread.
async fn everybody(people: Vec<Person>, load: Load) -> Result<Tally> {
    let tally = Rc::new(RefCell::new(Tally::default()));
    let period = Duration::from_secs_f64(people.len() as f64 / load.a_second);
    let local = LocalSet::new();
    let begin = tokio::time::Instant::now() + Duration::from_millis(200);
    let count = people.len().max(1) as f64;
    let tasks: Vec<_> = people
        .into_iter()
        .enumerate()
        .map(|(n, mut person)| {
            let tally = tally.clone();
            // The first requests of all are spread over one period; from then on each person keeps that pace.
            let first = period.mul_f64(n as f64 / count);
            local.spawn_local(async move {
                let mut turn = 0_u32;
                loop {
                    let after = first + period * turn;
                    if after >= load.lasting {
                        return;
                    }
                    sleep_until(begin + after).await;
                    person.step(begin + after, &tally).await;
                    turn += 1;
                }
            })
        })
        .collect();
    local
        .run_until(async {
            for task in tasks {
                task.await.context("somebody's task ended early")?;
            }
            anyhow::Ok(())
        })
        .await?;
    Ok(tally.take())
}

fn tell(
    report: &mut Report,
    world: &World,
    server: &Server,
    load: Load,
    (tally, took, cpu): (&Tally, Duration, Duration),
) -> Result<()> {
    let engine = world.site.engine;
    let all = tally.all();
    let memory = server.memory()?;
    let size = world.site.folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let good = all.ms(0.99) <= 500.0 && tally.server_errors() == 0 && tally.unanswered() == 0 && tally.odd() == 0;
    report.add(
        Line::new(
            &format!(
                "{} signed-in people, {} requests/s due, {:.0} s, open loop, in {size}",
                load.users,
                load.a_second,
                load.lasting.as_secs_f64()
            ),
            engine,
            format!(
                "{:.0}/s, {}; 5xx {}, not answered {}, otherwise unexpected {}; refused because a time or day was gone {}",
                rate(all.count(), took),
                all.told_to_the_tail(),
                tally.server_errors(),
                tally.unanswered(),
                tally.odd(),
                tally.refused(),
            ),
        )
        .aims("p99 ≤ 500 ms, no 5xx", good),
    );
    for kind in Kind::ALL {
        let times = tally.of(kind);
        if times.count() > 0 {
            let told = format!("{} times, {}", times.count(), times.told_to_the_tail());
            report.add(Line::new(&format!("– {}", kind.name()), engine, told));
        }
    }
    for fault in tally.samples() {
        println!("  {fault}");
    }
    let megabytes = memory.peak as f64 * 1024.0 / 1e6;
    report.add(
        Line::new(
            "memory and processor of the program meanwhile",
            engine,
            format!(
                "{megabytes:.0} MB at most, log-ins among it, {:.0} MB at the end; {:.2} processors, {:.0} µs a request; \
                 the load itself was late by {:.0} ms at most",
                memory.now as f64 * 1024.0 / 1e6,
                cpu.as_secs_f64() / took.as_secs_f64(),
                cpu.as_micros() as f64 / all.count().max(1) as f64,
                tally.latest().as_secs_f64() * 1000.0,
            ),
        )
        .aims("≤ 400 MB", megabytes <= MEMORY),
    );
    Ok(())
}
