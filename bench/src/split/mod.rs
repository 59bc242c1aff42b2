//! The program as services against the program as one process: how much of the throughput is left, what the gateway
//! adds, how late events have their effect through RabbitMQ, and how soon a backlog is gone (J1, J8). PostgreSQL,
//! RabbitMQ and Redis are processes of the run's own.

mod house;
mod lag;

use std::cell::RefCell;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use futures_util::future::{try_join, try_join3};
use tokio::time::sleep_until;

use self::house::House;
use self::lag::Lags;
use crate::chaos;
use crate::chaos::engines::{Postgres, RabbitMq, Redis};
use crate::crowd::{closed_loop, open_loop};
use crate::numbers::{Times, rate};
use crate::report::{Line, Report};
use crate::server::Engine;
use crate::wire::{Answer, Wire, request};

/// Callers of the closed loop, and connections of the open one: more than are ever in flight.
const CALLERS: usize = 64;
const OPEN: usize = 512;
/// The load undisturbed before the broker ends.
const CALM: Duration = Duration::from_secs(3);

/// How a run is made.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// How long each load lasts.
    pub lasting: Duration,
    /// How long the broker is away.
    pub outage: Duration,
    /// Bookings a second under which events are timed.
    pub a_second: f64,
    /// Doctors who are booked, each with two patients.
    pub doctors: usize,
}

/// Measures everything, below a folder that is gone afterwards.
pub async fn run(report: &mut Report, plan: Plan) -> Result<()> {
    chaos::needs(&["setpriv", "epmd", "kill"])?;
    let folder = std::env::temp_dir().join(format!("mediverse-split-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let measured = measure(report, plan, &folder).await;
    match &measured {
        Ok(()) => std::fs::remove_dir_all(&folder)?,
        Err(_) => println!("logs are in {}", folder.display()),
    }
    measured
}

async fn measure(report: &mut Report, plan: Plan, folder: &std::path::Path) -> Result<()> {
    let program = chaos::program()?;
    let (postgres, mut rabbit, redis) =
        try_join3(Postgres::start(folder), RabbitMq::start(folder), Redis::start(folder)).await?;
    let begun = Instant::now();
    let mut one = House::one(&program, folder, &postgres, plan.doctors).await?;
    one.leave().await?;
    let mut split = House::split(&program, folder, &postgres, &rabbit, &redis, plan.doctors).await?;
    println!("both are furnished after {:.0} s", begun.elapsed().as_secs_f64());
    gateway(report, &split, plan.lasting / 3).await?;
    throughput(report, &mut one, &mut split, plan.lasting / 2).await?;
    event_lag(report, &postgres, &mut split, plan).await?;
    outage(report, &postgres, &mut rabbit, &mut split, plan).await?;
    split.leave().await
}

/// What a load of bookings came to.
#[derive(Default)]
struct Booked {
    times: Times,
    took: Duration,
    faults: Vec<String>,
}

impl Booked {
    fn note(&mut self, answer: Result<Answer<'_>>, took: Duration) {
        self.times.note(took);
        match answer {
            Ok(answer) if answer.status == 201 => {}
            Ok(answer) => self.faults.push(format!("{} {}", answer.status, answer.start())),
            Err(error) => self.faults.push(format!("{error:#}")),
        }
    }

    fn all_accepted(&self, what: &str) -> Result<()> {
        match self.faults.first() {
            Some(first) => {
                bail!("{what}: {} of {} were not booked, the first: {first}", self.faults.len(), self.times.count())
            }
            None => Ok(()),
        }
    }
}

async fn book_closed(house: &mut House, lasting: Duration) -> Result<Booked> {
    let (address, begun, booked) = (house.entry, Instant::now(), RefCell::new(Booked::default()));
    let next = |into: &mut Vec<u8>| (begun.elapsed() < lasting).then(|| house.write_booking(into))?;
    closed_loop(address, CALLERS, next, |(), answer, took| booked.borrow_mut().note(answer, took)).await;
    let booked = Booked { took: begun.elapsed(), ..booked.into_inner() };
    booked.all_accepted(house.name)?;
    Ok(booked)
}

async fn book_open(house: &mut House, a_second: f64, lasting: Duration) -> Booked {
    let (address, begun, booked) = (house.entry, Instant::now(), RefCell::new(Booked::default()));
    let next = |into: &mut Vec<u8>| house.write_booking(into);
    open_loop(address, OPEN, a_second, lasting, next, |(), answer, took| booked.borrow_mut().note(answer, took)).await;
    Booked { took: begun.elapsed(), ..booked.into_inner() }
}

/// Bookings by turns: one process, services, services, one process. Whoever is not measured does not run.
async fn throughput(report: &mut Report, one: &mut House, split: &mut House, lasting: Duration) -> Result<()> {
    let mut sums = [(Times::default(), Duration::ZERO), (Times::default(), Duration::ZERO)];
    for which in [1, 0, 0, 1] {
        let (house, other) = if which == 0 { (&mut *one, &mut *split) } else { (&mut *split, &mut *one) };
        other.leave().await?;
        house.come().await?;
        book_closed(house, Duration::from_secs(2)).await?;
        house.until_all_heard().await?;
        let booked = book_closed(house, lasting).await?;
        house.until_all_heard().await?;
        sums[which].0.add(&booked.times);
        sums[which].1 += booked.took;
    }
    split_again(one, split).await?;
    let rates: Vec<f64> = sums.iter().map(|(times, took)| rate(times.count(), *took)).collect();
    let told = |n: usize| format!("{:.0}/s, {}", rates[n], sums[n].0.told());
    let ratio = rates[1] / rates[0];
    report.add(Line::new(
        &format!("bookings, closed loop, {CALLERS} connections, one process, twice {:.0} s", lasting.as_secs_f64()),
        Engine::Postgres,
        told(0),
    ));
    report.add(
        Line::new(
            &format!("the same, {} processes, events through RabbitMQ", split.processes()),
            Engine::Postgres,
            format!("{}: {ratio:.2} of one process", told(1)),
        )
        .aims("≥ 0.40", ratio >= 0.40),
    );
    Ok(())
}

/// From here on the services alone run.
async fn split_again(one: &mut House, split: &mut House) -> Result<()> {
    one.leave().await?;
    split.come().await
}

/// The same question by turns: to the service itself, and through the gateway.
async fn gateway(report: &mut Report, split: &House, lasting: Duration) -> Result<()> {
    let mut wires = [Wire::new(split.address_of("directory")?), Wire::new(split.entry)];
    let mut times = [Times::default(), Times::default()];
    let mut ask = Vec::new();
    let begun = Instant::now();
    let mut asked = 0_usize;
    while begun.elapsed() < lasting {
        request(&mut ask, "GET", &split.some_doctor(asked / 2), "", "", b"");
        let which = asked % 2;
        let since = Instant::now();
        let answer = wires[which].exchange(&ask).await?;
        if answer.status != 200 {
            bail!("a doctor was answered with {} {}", answer.status, answer.start());
        }
        // The first hundred open connections and fill what is kept at hand.
        if asked >= 100 {
            times[which].note(since.elapsed());
        }
        asked += 1;
    }
    let [direct, through] = &times;
    let added = through.ms(0.5) - direct.ms(0.5);
    report.add(
        Line::new(
            "gateway's added latency, a doctor asked for by turns, one connection each",
            Engine::Postgres,
            format!(
                "p50 +{added:.3} ms ({:.3} ms directly, {:.3} ms through it), p99 {:.2} ms and {:.2} ms, of {}",
                direct.ms(0.5),
                through.ms(0.5),
                direct.ms(0.99),
                through.ms(0.99),
                direct.count() + through.count()
            ),
        )
        .aims("p50 ≤ 0.5 ms", added <= 0.5),
    );
    Ok(())
}

async fn event_lag(report: &mut Report, postgres: &Postgres, split: &mut House, plan: Plan) -> Result<()> {
    let since = lag::now(postgres).await?;
    let booked = book_open(split, plan.a_second, plan.lasting).await;
    booked.all_accepted("open loop")?;
    let lags = lag::until_all_heard(postgres, since).await?;
    report.add(
        Line::new(
            &format!(
                "event lag, commit of a booking → commit of its effect in auth, {:.0} bookings/s, {:.0} s",
                plan.a_second,
                plan.lasting.as_secs_f64()
            ),
            Engine::Postgres,
            format!("{}, of {}; bookings {}", lags.told(), lags.count(), booked.times.told()),
        )
        .aims("p99 ≤ 250 ms", lags.ms(0.99) <= 250.0),
    );
    Ok(())
}

/// The broker ends under load, and comes back.
async fn outage(
    report: &mut Report,
    postgres: &Postgres,
    rabbit: &mut RabbitMq,
    split: &mut House,
    plan: Plan,
) -> Result<()> {
    let since = lag::now(postgres).await?;
    // It starts in some ten seconds, and then there is time for the backlog.
    let lasting = CALM + plan.outage + Duration::from_secs(15) + plan.outage.max(Duration::from_secs(10));
    let breaking = async {
        wait(CALM).await;
        rabbit.crash().await?;
        wait(plan.outage).await;
        rabbit.start_again().await?;
        lag::now(postgres).await
    };
    let loading = async { anyhow::Ok(book_open(split, plan.a_second, lasting).await) };
    let (back, booked) = try_join(breaking, loading).await?;
    let lags: Lags = lag::until_all_heard(postgres, since).await.context("after the outage")?;
    let gone = lags.backlog_gone(back);
    report.add(
        Line::new(
            &format!(
                "backlog after the broker was away for {:.0} s under {:.0} bookings/s",
                plan.outage.as_secs_f64(),
                plan.a_second
            ),
            Engine::Postgres,
            format!(
                "gone {:.1} s after it answered again, the load going on; {} events were late by more than 1 s, the \
                 latest by {:.1} s; bookings meanwhile {}, {} not accepted",
                gone.as_secs_f64(),
                lags.late(),
                lags.ms(1.0) / 1000.0,
                booked.times.told(),
                booked.faults.len()
            ),
        )
        .aims("≤ 60 s, every booking accepted", gone <= Duration::from_mins(1) && booked.faults.is_empty()),
    );
    if let Some(first) = booked.faults.first() {
        println!("  not accepted, the first: {first}");
    }
    Ok(())
}

async fn wait(lasting: Duration) {
    sleep_until(tokio::time::Instant::now() + lasting).await;
}
