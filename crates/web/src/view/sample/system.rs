//! The house for its operators.

use contracts::system::{
    Behind, ContextJobs, DatabaseState, JobLine, JobState, Level, LogLine, ParkedEvent, Pool, ProcessState,
    ServiceState,
};
use jiff::Timestamp;

use super::{Maker, Sample};
use crate::{
    pages::system_told as told,
    view::{Area, Field, Here, Shell, System, SystemJobs, SystemLogs, SystemParked, SystemTab, SystemTabs},
};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
/// A name as long as a cluster makes them.
const LONG_NAME: &str = "mediverse-scheduling-7d9c8b6f5d-x2x7q-sulawesi-selatan-pengganti-kedua";

impl Maker<'_> {
    fn system_shell(&self, title: &str, path: &str) -> Shell {
        let shell = self.shell(&self.say(title), path, Area::Admin, Here::System);
        Shell { operates: true, failing: false, ..shell }
    }

    fn moment(seconds: i64) -> Timestamp {
        // Monday 23 November 2026, 10.00 WITA
        Timestamp::from_second(1_795_399_200 + seconds).unwrap_or_default()
    }

    fn is_split(&self) -> bool {
        !self.is(Sample::Empty)
    }

    fn behind(&self, name: &str) -> Behind {
        match (self.sample, name) {
            (Sample::Failing, "scheduling") => Behind {
                unsent: 1_284,
                unsent_ms: 97_000,
                waiting: 3,
                waiting_ms: 8_200,
                parked: 2,
                due: 41,
                due_ms: 380_000,
                dead: 1,
            },
            (Sample::Full, "scheduling") => Behind {
                unsent: 12,
                unsent_ms: 240,
                waiting: 2,
                waiting_ms: 900,
                due: 3,
                due_ms: 400,
                ..Behind::default()
            },
            _ => Behind::default(),
        }
    }

    fn database(&self, name: &str) -> DatabaseState {
        let level = |ledger: &str, applied| Level { ledger: ledger.to_owned(), applied, known: applied };
        let in_use = if self.is(Sample::Failing) { 8 } else { 2 };
        let keys = name == "keys";
        DatabaseState {
            name: name.to_owned(),
            engine: if self.is_split() { "postgres" } else { "sqlite" }.to_owned(),
            levels: if keys { vec![level("keys", 1)] } else { vec![level(name, 9), level("bus", 2), level("jobs", 1)] },
            pool: self.is_split().then_some(Pool { in_use, most: 8, waiting: if in_use == 8 { 5 } else { 0 } }),
            behind: (!keys).then(|| self.behind(name)),
        }
    }

    fn place(&self, number: i64, role: &str, name: &str) -> ServiceState {
        let context = !matches!(role, "web" | "gateway" | "all");
        let databases: &[&str] =
            if role == "all" { &["auth", "directory", "keys", "people", "scheduling"] } else { &[] };
        let mut databases: Vec<_> = databases.iter().map(|name| self.database(name)).collect();
        if context {
            databases.push(self.database(role));
        }
        let silent = self.is(Sample::Failing) && name == "people";
        let missing =
            if self.is(Sample::Failing) && name == "scheduling-2" { vec!["clock".to_owned()] } else { vec![] };
        let without = if self.is(Sample::Failing) && role == "web" { vec!["redis".to_owned()] } else { vec![] };
        let state = ProcessState {
            instance: name.to_owned(),
            name: if self.is(Sample::Long) { LONG_NAME.to_owned() } else { name.to_owned() },
            roles: vec![role.to_owned()],
            version: if self.is(Sample::Failing) && role == "gateway" { "1.5.0" } else { "1.4.2" }.to_owned(),
            started_at: Self::moment(-86_400 * 3),
            uptime_seconds: if number == 1 { 420 } else { 86_400 * number },
            missing,
            without,
            databases,
        };
        ServiceState {
            address: (role != "all").then(|| format!("10.42.0.{}:8080", 10 + number)),
            parts: vec![role.to_owned()],
            state: (!silent).then_some(state),
        }
    }

    fn places(&self) -> Vec<ServiceState> {
        if !self.is_split() {
            return vec![self.place(1, "all", "mediverse")];
        }
        let mut names = vec![
            ("auth", "auth"),
            ("directory", "directory"),
            ("gateway", "gateway"),
            ("people", "people"),
            ("scheduling", "scheduling-1"),
            ("scheduling", "scheduling-2"),
            ("web", "web-1"),
            ("web", "web-2"),
        ];
        if self.is(Sample::Full) {
            names.extend([("scheduling", "scheduling-3"), ("scheduling", "scheduling-4"), ("web", "web-3")]);
        }
        names.iter().zip(1..).map(|((role, name), number)| self.place(number, role, name)).collect()
    }

    fn tabs(&self, here: SystemTab) -> SystemTabs {
        let (parked, dead) = told::decisions(&self.places());
        SystemTabs { here, parked, dead }
    }

    pub(super) fn system(&self) -> System {
        let places = self.places();
        let services = told::services(self.speech, &places);
        System {
            shell: self.system_shell("system-title", "/system"),
            tabs: self.tabs(SystemTab::Services),
            troubles: told::troubles(self.speech, &places, &services),
            summary: told::summary(self.speech, &places),
            services,
        }
    }

    pub(super) fn system_parked(&self) -> SystemParked {
        let event = |n: i64, kind: &str, hearer: &str, reason: &str| ParkedEvent {
            hearer: hearer.to_owned(),
            id: format!("evt_01kaq8h2z0t7m4v9d3e5r6y1{n:02}"),
            source: "scheduling".to_owned(),
            kind: if self.is(Sample::Long) {
                format!("{kind}-{}", "dan-seterusnya-".repeat(6))
            } else {
                kind.to_owned()
            },
            subject: format!("{kind}:apt_01kaq8h2z0t7m4v9d3e5r6y1{n:02}"),
            n,
            behind: n - 1,
            attempts: 8,
            reason: reason.to_owned(),
            parked_at: Self::moment(-3_600 * n),
        };
        let mut events = Vec::new();
        if !self.is(Sample::Empty) {
            events.push(event(1, "appointment-booked", "directory", "internal"));
            events.push(event(4, "patient-changed", "scheduling", "not-yet-known"));
        }
        if self.is(Sample::Full) {
            events.extend((5..20).map(|n| event(n, "appointment-cancelled", "directory", "unreadable")));
        }
        let silent = if self.is(Sample::Failing) { vec!["people".to_owned()] } else { vec![] };
        SystemParked {
            shell: self.system_shell("system-parked-title", "/system/parked"),
            tabs: self.tabs(SystemTab::Parked),
            silent: told::silent(self.speech, &silent),
            events: events.iter().map(|event| told::parked(self.speech, event)).collect(),
        }
    }

    pub(super) fn system_jobs(&self) -> SystemJobs {
        let line = |kind: &str, state, attempts, error: &str| JobLine {
            context: "scheduling".to_owned(),
            id: "job_01kaq8h2z0t7m4v9d3e5r6y1p2".to_owned(),
            kind: if self.is(Sample::Long) { format!("{kind}-{}", "panjang-".repeat(9)) } else { kind.to_owned() },
            state,
            attempts,
            last_error: error.to_owned(),
            at: Self::moment(-attempts * 60),
        };
        let mut items = Vec::new();
        if !self.is(Sample::Empty) {
            items.push(line("release-holds", JobState::Running, 1, ""));
            items.push(line("remind", JobState::Dead, 15, "unavailable"));
            items.push(line("ask-doctor", JobState::Failing, 4, "late"));
        }
        if self.is(Sample::Full) {
            items.extend((0..20).map(|_| line("remind", JobState::Due, 0, "")));
        }
        let count = |state| items.iter().filter(|line| line.state == state).count() as i64;
        let of = |context: &str, own: bool| ContextJobs {
            context: context.to_owned(),
            running: if own { count(JobState::Running) } else { 0 },
            due: if own { count(JobState::Due) } else { 0 },
            failing: if own { count(JobState::Failing) } else { 0 },
            dead: if own { count(JobState::Dead) } else { 0 },
            items: if own { items.clone() } else { vec![] },
        };
        let contexts = [of("auth", false), of("directory", false), of("people", false), of("scheduling", true)];
        let (counts, jobs) = told::jobs(self.speech, &contexts);
        SystemJobs {
            shell: self.system_shell("system-jobs-title", "/system/jobs"),
            tabs: self.tabs(SystemTab::Jobs),
            silent: String::new(),
            counts,
            jobs,
        }
    }

    pub(super) fn system_logs(&self) -> SystemLogs {
        let line = |ms: i64, level: &str, service: &str, message: &str, fields: &[(&str, &str)]| LogLine {
            at: Timestamp::from_millisecond(Self::moment(0).as_millisecond() + ms).unwrap_or_default().to_string(),
            level: level.to_owned(),
            service: if self.is(Sample::Long) { LONG_NAME.to_owned() } else { service.to_owned() },
            message: message.to_owned(),
            target: format!("{}::http", service.trim_end_matches("-1")),
            trace_id: Some(TRACE.to_owned()),
            request_id: Some("req_01kaq8h2z0".to_owned()),
            fields: fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        };
        let mut lines = Vec::new();
        if !self.is(Sample::Empty) && !self.is(Sample::Failing) {
            lines.push(line(
                0,
                "WARN",
                "scheduling-1",
                "a service did not answer",
                &[("replica", "10.42.0.13:8080"), ("method", "patient"), ("service", "people")],
            ));
            lines.push(line(4, "INFO", "people", "a key was made", &[("kind", "patient")]));
            lines.push(line(
                1_318,
                "ERROR",
                "web-1",
                "request failed",
                &[("route", "/pesan/{hold}"), ("status", "503")],
            ));
        }
        if self.is(Sample::Full) {
            lines.extend((2..30).map(|n| {
                line(n * 1_000, "WARN", "auth", "the bus pauses", &[("who", "auth"), ("error", "unavailable")])
            }));
        }
        let sought = if self.is(Sample::Full) { "" } else { TRACE };
        let wrong = self.say("error-trace-id");
        let mut shell = self.system_shell("system-logs-title", "/system/logs");
        shell.failing = self.is(Sample::Failing);
        SystemLogs {
            shell,
            tabs: self.tabs(SystemTab::Logs),
            silent: if self.is(Sample::Full) {
                told::silent(self.speech, &["10.42.0.14:8080".to_owned()])
            } else {
                String::new()
            },
            trace: if self.is(Sample::Failing) { Field::refused("Ayu", wrong) } else { Field::of(sought) },
            lines: told::lines(self.speech, &lines, sought),
        }
    }
}
