//! How soon the program is ready, how little it needs while nobody asks, and how large it is.

use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::time::sleep_until;

use crate::numbers::Times;
use crate::report::{Line, Report};
use crate::server::{Engine, program_size};
use crate::world::World;

/// Starts that are timed.
const STARTS: usize = 5;
/// How long nobody asks anything.
const IDLE: Duration = Duration::from_secs(10);

/// Measures on the world's data, its migrations done.
pub async fn run(report: &mut Report, world: &mut World) -> Result<()> {
    let engine = world.site.engine;
    let mut starts = Times::default();
    for _ in 0..STARTS {
        let begun = Instant::now();
        let server = world.start().await?;
        starts.note(server.ready_after);
        world.stop(server, begun).await?;
    }
    report.add(
        Line::new(
            &format!("start to ready, {} doctors, {STARTS} starts", world.doctors().len()),
            engine,
            format!("median {:.0} ms, longest {:.0} ms", starts.ms(0.5), starts.ms(1.0)),
        )
        .aims("≤ 300 ms", starts.ms(0.5) <= 300.0),
    );
    let begun = Instant::now();
    let server = world.start().await?;
    sleep_until((Instant::now() + IDLE).into()).await;
    let memory = server.memory()?;
    world.stop(server, begun).await?;
    report.add(
        Line::new(
            &format!("memory {} s after the start, nobody asking", IDLE.as_secs()),
            engine,
            format!("{:.1} MiB now, {:.1} MiB at most", memory.now as f64 / 1024.0, memory.peak as f64 / 1024.0),
        )
        .aims("≤ 60 MB", memory.now * 1024 <= 60_000_000),
    );
    if engine == Engine::Sqlite {
        let size = program_size()?;
        report.add(
            Line::new("size of the program", None, format!("{:.1} MB", size as f64 / 1e6))
                .aims("≤ 60 MB", size <= 60_000_000),
        );
    }
    Ok(())
}
