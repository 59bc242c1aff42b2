//! `mediverse doctor`: looks whether everything is in order, without changing anything but schemas; where a server runs,
//! without writing at all.

mod inside;

use std::{path::Path, process::ExitCode};

use platform::{
    Error, Result,
    db::{Engine, Migration},
};

use super::{Sources, keys, log, say, words::Words};
use crate::{
    health,
    settings::Settings,
    wiring::{House, Running},
};

/// Less room than this is a warning, in bytes.
const ROOM: u64 = 1 << 30;
/// Unsent events beside a running server: more are a warning.
const UNSENT: i64 = 1_000;
/// Events older than this are a warning.
const LATE: jiff::SignedDuration = jiff::SignedDuration::from_mins(1);

/// What was found.
struct Findings {
    words: Words,
    failed: bool,
}

impl Findings {
    fn ok(&self, what: &str, values: &[(&str, String)]) {
        self.tell("ok  ", what, "ok", values);
    }

    fn warn(&self, what: &str, values: &[(&str, String)]) {
        self.tell("warn", what, "warn", values);
    }

    fn fail(&mut self, what: &str, values: &[(&str, String)]) {
        self.failed = true;
        self.tell("FAIL", what, "fail", values);
    }

    fn tell(&self, mark: &str, what: &str, part: &str, values: &[(&str, String)]) {
        let (name, detail) = (self.words.say(what, values), self.words.say(&format!("{what}.{part}"), values));
        say(format_args!("{mark}  {name}  {detail}"));
    }

    fn cause(&self, error: &Error) -> [(&'static str, String); 1] {
        [("cause", self.words.error(error))]
    }
}

/// Exit code 1 where something fails; warnings alone are 0.
pub(super) async fn run(sources: &Sources) -> Result<ExitCode> {
    let mut findings = Findings { words: Words::of_environment()?, failed: false };
    let settings = match sources.read(&[]) {
        Ok(settings) => settings,
        Err(error) => {
            findings.fail("doctor-configuration", &findings.cause(&error));
            return Ok(ExitCode::FAILURE);
        }
    };
    findings.ok("doctor-configuration", &[]);
    log(&settings)?;
    if !keys::confirmation(&settings).exists() {
        findings.warn("doctor-recovery-key", &[]);
    }
    if let Some(folder) = settings.database.folder() {
        if !settings.key_file().exists() {
            // To look must not make: a mistyped folder would become an empty house that looks healthy.
            findings.fail("doctor-data", &[("folder", folder.display().to_string())]);
            return Ok(ExitCode::FAILURE);
        }
        look_at_room(&folder, &findings);
    }
    match House::open(settings.clone(), sources.world()).await {
        Ok(house) => look_at_house(house, &mut findings).await?,
        Err(error) if error.is_conflict("data-in-use") => look_beside_a_server(&settings, &mut findings),
        Err(error) => findings.fail("doctor-data-unopened", &findings.cause(&error)),
    }
    Ok(if findings.failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// What can be seen of the files while a server writes them.
fn look_beside_a_server(settings: &Settings, findings: &mut Findings) {
    findings.ok("doctor-server", &[]);
    let bus: (&str, &[Migration]) = ("bus", platform::bus::MIGRATIONS);
    let jobs: (&str, &[Migration]) = ("jobs", platform::jobs::MIGRATIONS);
    let contexts: [(&str, &[Migration]); 5] = [
        ("auth", auth::MIGRATIONS),
        ("people", people::MIGRATIONS),
        ("directory", directory::MIGRATIONS),
        ("scheduling", scheduling::MIGRATIONS),
        ("notifications", notifications::MIGRATIONS),
    ];
    let mut parked = 0;
    for own in contexts {
        let name = ("name", own.0.to_owned());
        let Some(file) = settings.database.url_of(own.0).strip_prefix("sqlite:").map(ToOwned::to_owned) else {
            continue;
        };
        match inside::look(Path::new(&file), &[bus, jobs, own]) {
            Ok(found) if found.missing > 0 => {
                findings.fail("doctor-schema", &[name, ("missing", found.missing.to_string())]);
            }
            Ok(found) => {
                findings.ok("doctor-database", &[name]);
                parked += found.parked;
                if found.unsent > UNSENT {
                    findings
                        .warn("doctor-unsent", &[("source", own.0.to_owned()), ("unsent", found.unsent.to_string())]);
                }
            }
            Err(error) => {
                let [cause] = findings.cause(&error);
                findings.fail("doctor-database", &[name, cause]);
            }
        }
    }
    findings.ok("doctor-bus", &[("parked", parked.to_string())]);
}

async fn look_at_house(house: House, findings: &mut Findings) -> Result<()> {
    for (name, db) in house.databases() {
        let name = ("name", (*name).to_owned());
        match health::answers(db.clone()).await {
            Ok(()) => findings.ok("doctor-database", &[name]),
            Err(error) => {
                let [cause] = findings.cause(&error);
                findings.fail("doctor-database", &[name, cause]);
            }
        }
    }
    if let Some((_, db)) = house.databases().iter().find(|(_, db)| db.engine() == Engine::Postgres) {
        match health::agrees(db.clone(), house.world.clock.clone()).await {
            Ok(()) => findings.ok("doctor-clock", &[]),
            Err(_) => findings.fail("doctor-clock", &[]),
        }
    }
    let running: Running = house.start().await?;
    for lag in running.bus.lag().await? {
        if lag.oldest > LATE {
            let values = [
                ("source", lag.source.to_string()),
                ("unsent", lag.unsent.to_string()),
                ("seconds", lag.oldest.as_secs().to_string()),
            ];
            findings.warn("doctor-late", &values);
        }
    }
    let parked = running.bus.parked(5).await?;
    for (hearer, event) in &parked {
        let values = [
            ("hearer", (*hearer).to_owned()),
            ("kind", event.kind.clone()),
            ("id", event.id.clone()),
            ("reason", event.reason.clone()),
        ];
        findings.warn("doctor-parked", &values);
    }
    findings.ok("doctor-bus", &[("parked", parked.len().to_string())]);
    running.stop().await;
    Ok(())
}

/// Room on the disk of the data, as `df` tells it.
fn look_at_room(folder: &Path, findings: &Findings) {
    let there = folder.ancestors().find(|path| path.is_dir()).unwrap_or(Path::new("."));
    let told = std::process::Command::new("df").args(["-Pk"]).arg(there).output();
    let free = told.ok().and_then(|output| {
        let text = String::from_utf8(output.stdout).ok()?;
        text.lines().nth(1)?.split_whitespace().nth(3)?.parse::<u64>().ok()
    });
    let Some(free) = free.map(|kilobytes| kilobytes * 1024) else {
        findings.warn("doctor-disk-unknown", &[]);
        return;
    };
    let values = [("free", (free >> 20).to_string())];
    if free < ROOM { findings.warn("doctor-disk", &values) } else { findings.ok("doctor-disk", &values) }
}
