//! `mediverse doctor`: looks whether everything is in order, without changing anything but schemas.

use std::{path::Path, process::ExitCode};

use platform::{Result, db::Engine};

use super::{Sources, keys, log, say};
use crate::{
    health,
    wiring::{House, Running},
};

/// Less room than this is a warning, in bytes.
const ROOM: u64 = 1 << 30;
/// Events older than this are a warning.
const LATE: jiff::SignedDuration = jiff::SignedDuration::from_mins(1);

/// What was found.
#[derive(Default)]
struct Findings {
    failed: bool,
}

impl Findings {
    fn note(&mut self, what: &str, found: std::result::Result<String, String>) {
        match found {
            Ok(detail) => say(format_args!("ok    {what}  {detail}")),
            Err(detail) => {
                self.failed = true;
                say(format_args!("FAIL  {what}  {detail}"));
            }
        }
    }

    fn warn(what: &str, detail: impl std::fmt::Display) {
        say(format_args!("warn  {what}  {detail}"));
    }
}

/// Exit code 1 where something fails; warnings alone are 0.
pub(super) async fn run(sources: &Sources) -> Result<ExitCode> {
    let mut findings = Findings::default();
    let settings = match sources.read(&[]) {
        Ok(settings) => settings,
        Err(error) => {
            findings.note("configuration", Err(error.to_string()));
            return Ok(ExitCode::FAILURE);
        }
    };
    findings.note("configuration", Ok(String::new()));
    log(&settings)?;
    if !keys::confirmation(&settings).exists() {
        Findings::warn(
            "recovery key",
            "nobody has confirmed to have it: mediverse keys recovery, then mediverse keys confirm",
        );
    }
    if let Some(folder) = settings.database.folder() {
        if !settings.key_file().exists() {
            // To look must not make: a mistyped folder would become an empty house that looks healthy.
            let missing = format!(
                "{} holds no installation: name its folder with --data, or start one with serve",
                folder.display()
            );
            findings.note("data", Err(missing));
            return Ok(ExitCode::FAILURE);
        }
        look_at_room(&folder, &mut findings);
    }
    match House::open(settings, sources.world()).await {
        Ok(house) => look_at_house(house, &mut findings).await?,
        Err(error) if error.to_string().contains("open already") => Findings::warn(
            "databases",
            "a running mediverse holds them, which is as it should be: ask its /readyz, or stop it to look inside",
        ),
        Err(error) => findings.note("databases", Err(error.to_string())),
    }
    Ok(if findings.failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

async fn look_at_house(house: House, findings: &mut Findings) -> Result<()> {
    for (name, db) in house.databases() {
        let answer = health::answers(db.clone()).await;
        findings.note(
            &format!("database {name}"),
            answer.map(|()| "reachable, up to date".to_owned()).map_err(|e| e.to_string()),
        );
    }
    if let Some((_, db)) = house.databases().iter().find(|(_, db)| db.engine() == Engine::Postgres) {
        let answer = health::agrees(db.clone(), house.world.clock.clone()).await;
        findings.note("clock", answer.map(|()| "within 2 s of the database's".to_owned()).map_err(|e| e.to_string()));
    }
    let running: Running = house.start().await?;
    for lag in running.bus.lag().await? {
        if lag.oldest > LATE {
            Findings::warn(
                "bus",
                format_args!("{}: {} events wait, the oldest for {} s", lag.source, lag.unsent, lag.oldest.as_secs()),
            );
        }
    }
    let parked = running.bus.parked(5).await?;
    for (hearer, event) in &parked {
        Findings::warn("parked event", format_args!("{hearer}: {} {} ({})", event.kind, event.id, event.reason));
    }
    findings.note("bus", Ok(format!("{} parked", parked.len())));
    running.stop().await;
    Ok(())
}

/// Room on the disk of the data, as `df` tells it.
fn look_at_room(folder: &Path, findings: &mut Findings) {
    let there = folder.ancestors().find(|path| path.is_dir()).unwrap_or(Path::new("."));
    let told = std::process::Command::new("df").args(["-Pk"]).arg(there).output();
    let free = told.ok().and_then(|output| {
        let text = String::from_utf8(output.stdout).ok()?;
        text.lines().nth(1)?.split_whitespace().nth(3)?.parse::<u64>().ok()
    });
    match free.map(|kilobytes| kilobytes * 1024) {
        Some(free) if free < ROOM => Findings::warn("disk", format_args!("{} MiB left", free >> 20)),
        Some(free) => findings.note("disk", Ok(format!("{} MiB left", free >> 20))),
        None => Findings::warn("disk", "how much room is left could not be found out"),
    }
}
