//! What the house tells, in words and bars. Where a line is drawn between good and bad the alerts draw it too
//! (`deploy/prometheus/alerts.yaml`).

use std::collections::{BTreeMap, BTreeSet};

use contracts::system::{
    Behind, ContextJobs, DatabaseState, JobLine, JobState, LogLine, ParkedEvent, ProcessState, ServiceState,
};
use jiff::Timestamp;

use super::{encoded, shown};
use crate::{
    format,
    speech::Speech,
    view::{Grade, JobCount, JobRow, LogRow, Meter, Parked, Replica, Service, Store, Trouble},
};

/// From so many milliseconds on something is worth a look.
const SLOW: i64 = 5_000;
/// From so many on somebody should act: outboxes, and what is heard or due.
const BAD_UNSENT: i64 = 60_000;
const BAD_WAITING: i64 = 300_000;
/// A full bar.
const LONGEST: f64 = 600_000.0;

/// The parts of the house, each with its processes and databases.
pub(crate) fn services(speech: &Speech, places: &[ServiceState]) -> Vec<Service> {
    let usual = usual_version(places);
    let mut parts: BTreeMap<String, Vec<&ServiceState>> = BTreeMap::new();
    for place in places {
        let roles = place.state.as_ref().map_or(&place.parts, |state| &state.roles);
        parts.entry(roles.join("+")).or_default().push(place);
    }
    parts.into_iter().map(|(role, places)| service(speech, role, &places, usual)).collect()
}

fn versions(places: &[ServiceState]) -> BTreeSet<&str> {
    places.iter().filter_map(|place| place.state.as_ref()).map(|state| state.version.as_str()).collect()
}

/// The version that most processes run.
fn usual_version(places: &[ServiceState]) -> &str {
    let mut running: BTreeMap<&str, usize> = BTreeMap::new();
    for state in places.iter().filter_map(|place| place.state.as_ref()) {
        *running.entry(&state.version).or_default() += 1;
    }
    running.into_iter().max_by_key(|(_, processes)| *processes).map_or("", |(version, _)| version)
}

fn service(speech: &Speech, role: String, places: &[&ServiceState], usual: &str) -> Service {
    let replicas: Vec<Replica> = places.iter().map(|place| replica(speech, place, usual)).collect();
    let states: Vec<&ProcessState> = places.iter().filter_map(|place| place.state.as_ref()).collect();
    let stores = stores(speech, &states);
    let (ready, all) = (replicas.iter().filter(|replica| replica.grade != Grade::Bad).count(), replicas.len());
    let worst_store = stores.iter().map(|store| store.grade).max().unwrap_or(Grade::Good);
    let worst_replica = match ready {
        0 => Grade::Bad,
        ready if ready < all => Grade::Slow,
        _ => replicas.iter().map(|replica| replica.grade).max().unwrap_or(Grade::Good),
    };
    let grade = worst_replica.max(worst_store);
    let said = match (ready == all, all) {
        (true, _) if worst_store > Grade::Good => speech.say("system-ready-but", &[]),
        (true, 1) => speech.say("system-ready", &[]),
        (false, 1) => speech.say("system-not-ready", &[]),
        _ => speech.say("system-ready-of", &[("good", &ready.to_string()), ("all", &all.to_string())]),
    };
    Service {
        id: format!("part-{}", role.replace('+', "-")),
        title: role.split('+').map(|part| title(speech, part)).collect::<Vec<_>>().join(", "),
        icon: icon(&role),
        role,
        grade,
        said,
        replicas,
        stores,
    }
}

fn title(speech: &Speech, part: &str) -> String {
    let key = match part {
        "all" => "system-part-all",
        "gateway" => "system-part-gateway",
        "web" => "system-part-web",
        "auth" => "system-part-auth",
        "people" => "system-part-people",
        "directory" => "system-part-directory",
        "scheduling" => "system-part-scheduling",
        "notifications" => "system-part-notifications",
        other => return other.to_owned(),
    };
    speech.say(key, &[])
}

fn icon(role: &str) -> &'static str {
    match role {
        "gateway" => "door",
        "web" => "globe",
        "auth" => "lock",
        "people" => "users",
        "directory" => "hospital",
        "scheduling" => "cal",
        "notifications" => "bell",
        _ => "grid",
    }
}

fn replica(speech: &Speech, place: &ServiceState, usual: &str) -> Replica {
    let address = place.address.clone().unwrap_or_default();
    let Some(state) = &place.state else {
        return Replica {
            name: address,
            place: String::new(),
            grade: Grade::Bad,
            said: speech.say("system-silent", &[]),
            version: String::new(),
            odd: false,
            up: String::new(),
        };
    };
    let (grade, said) = if !state.missing.is_empty() {
        (Grade::Bad, speech.say("system-missing", &[("what", &state.missing.join(", "))]))
    } else if !state.without.is_empty() {
        (Grade::Slow, speech.say("system-without", &[("what", &state.without.join(", "))]))
    } else {
        (Grade::Good, speech.say("system-ready", &[]))
    };
    Replica {
        name: state.name.clone(),
        place: address,
        grade,
        said,
        version: state.version.clone(),
        odd: state.version != usual,
        up: speech.say("system-up", &[("time", &lasted(speech, state.uptime_seconds * 1_000))]),
    }
}

/// The databases of a part: of what its replicas see differently, the worst.
fn stores(speech: &Speech, states: &[&ProcessState]) -> Vec<Store> {
    let mut seen: BTreeMap<&str, Vec<&DatabaseState>> = BTreeMap::new();
    for database in states.iter().flat_map(|state| &state.databases) {
        seen.entry(&database.name).or_default().push(database);
    }
    seen.into_values().map(|databases| store(speech, &databases)).collect()
}

fn store(speech: &Speech, seen: &[&DatabaseState]) -> Store {
    let answering = seen.iter().find(|database| !database.levels.is_empty());
    let levels = answering.map(|database| database.levels.as_slice()).unwrap_or_default();
    let all_levels = || seen.iter().flat_map(|database| &database.levels);
    let (grade, said) = if seen.iter().any(|database| database.levels.is_empty()) {
        (Grade::Bad, speech.say("system-store-silent", &[]))
    } else if all_levels().any(|level| level.applied < level.known) {
        (Grade::Bad, speech.say("system-store-old", &[]))
    } else if all_levels().any(|level| level.applied > level.known) {
        (Grade::Slow, speech.say("system-store-newer", &[]))
    } else {
        (Grade::Good, String::new())
    };
    let mut meters = Vec::new();
    if let Some(behind) = answering.and_then(|database| database.behind.as_ref()) {
        meters.extend([
            late(speech, "system-outbox", behind.unsent, behind.unsent_ms, BAD_UNSENT),
            late(speech, "system-hearing", behind.waiting, behind.waiting_ms, BAD_WAITING),
            late(speech, "system-due", behind.due, behind.due_ms, BAD_WAITING),
        ]);
    }
    if let Some(pool) =
        seen.iter().filter_map(|database| database.pool.as_ref()).max_by_key(|pool| (pool.waiting, pool.in_use))
    {
        meters.push(Meter {
            label: "system-pool",
            value: match pool.waiting {
                0 => format!("{} / {}", pool.in_use, pool.most),
                waiting => speech.say(
                    "system-pool-waiting",
                    &[
                        ("used", &pool.in_use.to_string()),
                        ("most", &pool.most.to_string()),
                        ("waiting", &waiting.to_string()),
                    ],
                ),
            },
            percent: u32::try_from(pool.in_use * 100 / pool.most.max(1)).unwrap_or(100).min(100),
            grade: if pool.waiting > 0 { Grade::Bad } else { Grade::Good },
        });
    }
    let worst = meters.iter().map(|meter| meter.grade).max().unwrap_or(Grade::Good);
    Store {
        name: seen.first().map(|database| database.name.clone()).unwrap_or_default(),
        engine: if seen.iter().any(|database| database.engine == "postgres") { "PostgreSQL" } else { "SQLite" },
        levels: levels
            .iter()
            .map(|level| format!("{} {}", level.ledger, level.applied))
            .collect::<Vec<_>>()
            .join(" · "),
        grade: grade.max(worst),
        said,
        meters,
    }
}

/// How many wait and for how long; the bar's length is the logarithm of the time, so that a second can be seen beside ten
/// minutes.
fn late(speech: &Speech, label: &'static str, count: i64, ms: i64, bad: i64) -> Meter {
    let ms = if count == 0 { 0 } else { ms };
    let share = (1.0 + ms as f64).ln() / (1.0 + LONGEST).ln() * 100.0;
    Meter {
        label,
        value: if count == 0 {
            "0".to_owned()
        } else {
            format!("{} · {}", format::number(count, speech.locale), lasted(speech, ms))
        },
        percent: share.round().clamp(0.0, 100.0) as u32,
        grade: match ms {
            ms if ms >= bad => Grade::Bad,
            ms if ms >= SLOW => Grade::Slow,
            _ => Grade::Good,
        },
    }
}

/// How far each context is behind, once for all its replicas.
fn behinds(places: &[ServiceState]) -> BTreeMap<&str, &Behind> {
    let databases = places.iter().filter_map(|place| place.state.as_ref()).flat_map(|state| &state.databases);
    databases.filter_map(|database| Some((database.name.as_str(), database.behind.as_ref()?))).collect()
}

/// Parked events and dead jobs of all contexts.
pub(crate) fn decisions(places: &[ServiceState]) -> (i64, i64) {
    let behinds = behinds(places);
    (behinds.values().map(|behind| behind.parked).sum(), behinds.values().map(|behind| behind.dead).sum())
}

/// What somebody should look at.
pub(crate) fn troubles(speech: &Speech, places: &[ServiceState], services: &[Service]) -> Vec<Trouble> {
    let mut troubles = Vec::new();
    for service in services {
        let href = Some(format!("#{}", service.id));
        for replica in service.replicas.iter().filter(|replica| replica.grade > Grade::Good) {
            let text = format!("{} ({}): {}", service.title, replica.name, replica.said);
            troubles.push(Trouble { grade: replica.grade, text, href: href.clone() });
        }
        for store in service.stores.iter().filter(|store| store.grade > Grade::Good) {
            let said = Some(&store.said).filter(|said| !said.is_empty());
            let slow = store.meters.iter().filter(|meter| meter.grade > Grade::Good);
            let slow = slow.map(|meter| format!("{} {}", speech.say(meter.label, &[]), meter.value));
            let text: Vec<String> = said.cloned().into_iter().chain(slow).collect();
            let text = format!("{}: {}", store.name, text.join(", "));
            troubles.push(Trouble { grade: store.grade, text, href: href.clone() });
        }
    }
    let (parked, dead) = decisions(places);
    let waiting = [("system-trouble-parked", parked, "/system/parked"), ("system-trouble-dead", dead, "/system/jobs")];
    for (key, count, href) in waiting.into_iter().filter(|(_, count, _)| *count > 0) {
        let text = speech.say(key, &[("n", &count.to_string())]);
        troubles.push(Trouble { grade: Grade::Bad, text, href: Some(href.to_owned()) });
    }
    let versions = versions(places);
    if versions.len() > 1 {
        let versions = versions.into_iter().collect::<Vec<_>>().join(", ");
        let text = speech.say("system-trouble-versions", &[("versions", &versions)]);
        troubles.push(Trouble { grade: Grade::Slow, text, href: None });
    }
    troubles.sort_by_key(|trouble| std::cmp::Reverse(trouble.grade));
    troubles
}

/// How many processes there are, and their version.
pub(crate) fn summary(speech: &Speech, places: &[ServiceState]) -> String {
    let versions = versions(places).into_iter().collect::<Vec<_>>().join(", ");
    speech.say("system-summary", &[("n", &places.len().to_string()), ("version", &versions)])
}

/// An event that waits for a decision.
pub(crate) fn parked(speech: &Speech, event: &ParkedEvent) -> Parked {
    let since = shown::at(event.parked_at, shown::HOUSE_ZONE);
    Parked {
        action: format!("/system/parked/{}/{}", encoded(&event.hearer), encoded(&event.id)),
        hearer: event.hearer.clone(),
        kind: event.kind.clone(),
        reason: event.reason.clone(),
        tries: speech.say("system-tries", &[("n", &event.attempts.to_string())]),
        since: format::when(&since, speech.locale),
        iso: format::rfc3339(&since),
        source: event.source.clone(),
        subject: event.subject.clone(),
        id: event.id.clone(),
        n: event.n,
        behind: match event.behind {
            0 => String::new(),
            behind => speech.say("system-behind", &[("n", &behind.to_string())]),
        },
    }
}

/// The counts of every context, and its jobs, dead ones first.
pub(crate) fn jobs(speech: &Speech, contexts: &[ContextJobs]) -> (Vec<JobCount>, Vec<JobRow>) {
    let counts = contexts.iter().map(|jobs| JobCount {
        context: jobs.context.clone(),
        running: jobs.running,
        due: jobs.due,
        failing: jobs.failing,
        dead: jobs.dead,
    });
    let mut lines: Vec<&JobLine> = contexts.iter().flat_map(|jobs| &jobs.items).collect();
    let rank = |state| match state {
        JobState::Dead => 0,
        JobState::Failing => 1,
        JobState::Running => 2,
        JobState::Due => 3,
    };
    lines.sort_by_key(|line| (rank(line.state), line.at));
    (counts.collect(), lines.into_iter().map(|line| job(speech, line)).collect())
}

fn job(speech: &Speech, job: &JobLine) -> JobRow {
    let at = shown::at(job.at, shown::HOUSE_ZONE);
    let (state, grade) = match job.state {
        JobState::Dead => ("system-job-dead", Grade::Bad),
        JobState::Failing => ("system-job-failing", Grade::Slow),
        JobState::Running => ("system-job-running", Grade::Good),
        JobState::Due => ("system-job-due", Grade::Good),
    };
    let dead = job.state == JobState::Dead;
    JobRow {
        action: dead.then(|| format!("/system/jobs/{}/{}", encoded(&job.context), encoded(&job.id))),
        context: job.context.clone(),
        kind: job.kind.clone(),
        id: job.id.clone(),
        state,
        grade,
        error: job.last_error.clone(),
        tries: speech.say("system-tries", &[("n", &job.attempts.to_string())]),
        when: format::when(&at, speech.locale),
        iso: format::rfc3339(&at),
    }
}

/// The lines of the log; those of one trace need not name it each.
pub(crate) fn lines(speech: &Speech, lines: &[LogLine], sought: &str) -> Vec<LogRow> {
    let mut day = String::new();
    let row = |line: &LogLine| {
        let at = line.at.parse::<Timestamp>().ok().map(|at| shown::at(at, shown::HOUSE_ZONE));
        let on = at.as_ref().map(|at| format::day_long(at.date(), speech.locale)).unwrap_or_default();
        let another = on != day && !on.is_empty();
        if another {
            day.clone_from(&on);
        }
        LogRow {
            day: if another { on } else { String::new() },
            clock: at.map(|at| at.strftime("%H:%M:%S%.3f").to_string()).unwrap_or_default(),
            iso: line.at.clone(),
            level: line.level.clone(),
            grade: match line.level.as_str() {
                "ERROR" => Grade::Bad,
                "WARN" => Grade::Slow,
                _ => Grade::Good,
            },
            service: line.service.clone(),
            message: line.message.clone(),
            target: line.target.clone(),
            fields: line.fields.iter().map(|(name, value)| (name.clone(), value.clone())).collect(),
            trace: line.trace_id.clone().filter(|trace| trace != sought),
        }
    };
    lines.iter().map(row).collect()
}

/// Who did not answer, in a sentence; empty where everybody did.
pub(crate) fn silent(speech: &Speech, silent: &[String]) -> String {
    if silent.is_empty() { String::new() } else { speech.say("system-silent-some", &[("who", &silent.join(", "))]) }
}

/// A length of time in its largest fitting unit.
fn lasted(speech: &Speech, ms: i64) -> String {
    let (key, n) = match ms {
        ..1_000 => ("system-ms", ms),
        1_000..60_000 => ("system-seconds", ms / 1_000),
        60_000..3_600_000 => ("system-minutes", ms / 60_000),
        3_600_000..172_800_000 => ("system-hours", ms / 3_600_000),
        _ => ("system-days", ms / 86_400_000),
    };
    speech.say(key, &[("n", &n.to_string())])
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use contracts::system::{Behind, DatabaseState, Level, ProcessState, ServiceState};
    use platform::i18n::{Locale, Texts};

    use super::{decisions, services, troubles};
    use crate::{
        speech::{Speech, TEXTS},
        view::Grade,
    };

    fn place(name: &str, role: &str, behind: Option<Behind>) -> ServiceState {
        let level = Level { ledger: role.to_owned(), applied: 3, known: 3 };
        let database = DatabaseState {
            name: role.to_owned(),
            engine: "postgres".to_owned(),
            levels: vec![level],
            pool: None,
            behind,
        };
        let state = behind_of(name, role, database);
        ServiceState { address: Some(format!("{name}:8080")), parts: vec![role.to_owned()], state: Some(state) }
    }

    fn behind_of(name: &str, role: &str, database: DatabaseState) -> ProcessState {
        ProcessState {
            instance: name.to_owned(),
            name: name.to_owned(),
            roles: vec![role.to_owned()],
            version: "1.0.0".to_owned(),
            started_at: "2026-11-23T00:00:00Z".parse().unwrap(),
            uptime_seconds: 60,
            missing: Vec::new(),
            without: Vec::new(),
            databases: vec![database],
        }
    }

    /// H3, J5
    #[test]
    fn replicas_share_a_card_and_what_they_share_counts_once() {
        let speech = Speech { locale: Locale::En, texts: Arc::new(Texts::new(TEXTS).unwrap()) };
        let late = Behind { unsent: 4, unsent_ms: 61_000, parked: 2, dead: 1, ..Behind::default() };
        let mut places = vec![
            place("scheduling-1", "scheduling", Some(late.clone())),
            place("scheduling-2", "scheduling", Some(late)),
        ];
        places.push(ServiceState {
            address: Some("auth:8080".to_owned()),
            parts: vec!["auth".to_owned()],
            state: None,
        });
        let told = services(&speech, &places);
        assert_eq!(told.iter().map(|service| service.role.as_str()).collect::<Vec<_>>(), ["auth", "scheduling"]);
        assert_eq!((told[0].grade, told[0].replicas[0].grade), (Grade::Bad, Grade::Bad), "it does not answer");
        assert_eq!((told[1].replicas.len(), told[1].stores.len()), (2, 1));
        assert_eq!(told[1].stores[0].meters[0].grade, Grade::Bad, "a minute is too long");
        assert_eq!(decisions(&places), (2, 1));
        assert_eq!(troubles(&speech, &places, &told).len(), 4, "silent, late, parked, dead");
        let well = [place("all", "all", Some(Behind::default()))];
        assert!(troubles(&speech, &well, &services(&speech, &well)).is_empty());
    }
}
