//! Sustained bookings, and their share of what the bare driver does.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::bus::{self, Behind};
use crate::crowd::{closed_loop, open_loop};
use crate::numbers::{Times, rate};
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
/// How long the bare driver writes.
const RAW: Duration = Duration::from_secs(10);
const COMPLAINT: &str = "Demam tiga hari, batuk berdahak, pusing";

/// What a load of bookings came to.
pub(super) struct Booked {
    pub times: Times,
    pub took: Duration,
    /// Answers that are no 201.
    pub faults: Vec<String>,
}

impl Booked {
    /// An error that names the first that was not booked, if any.
    pub(super) fn all_accepted(&self, what: &str) -> Result<()> {
        match self.faults.first() {
            Some(first) => {
                bail!("{what}: {} of {} were not booked, the first: {first}", self.faults.len(), self.times.count())
            }
            None => Ok(()),
        }
    }
}

/// Books in a closed loop for so long.
pub(super) async fn book_closed(
    world: &mut World,
    server: &Server,
    token: &str,
    callers: usize,
    lasting: Duration,
) -> Booked {
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

pub(super) fn write_booking(world: &mut World, into: &mut Vec<u8>, token: &str) -> (usize, String) {
    let booking = world.next_booking();
    let body = world.offers[booking.doctor].booking(&booking.start, &booking.patient, COMPLAINT);
    request(into, "POST", "/api/v1/appointments", token, "", &body);
    (booking.doctor, booking.start)
}

pub(super) fn note_booking(
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
