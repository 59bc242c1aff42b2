//! What may be set: in a TOML file, by `MEDIVERSE_SECTION__KEY` in the environment, by flags; later ones win.
//! `docs/config.toml` is made from the same declarations.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use crate::wiring::{Part, Roles};
use platform::{
    Error, Result,
    config::{Config, Setting},
    db::DbOptions,
    http::Network,
    settings,
    telemetry::{LogFormat, Private},
    tls::Mutual,
};

settings! {
    /// How the program is reached.
    pub struct Server in "server" {
        /// Address and port to listen at.
        listen: String = "127.0.0.1:8080",
        /// Address people see, such as https://klinik.example; with https, cookies are bound to it. Empty: the address listened at, without https.
        public_url: String = "",
        /// Address and port for /livez, /readyz and /metrics; empty: the same as server.listen, where /metrics answers this machine only.
        operations_listen: String = "",
        /// Addresses or ranges of proxies whose X-Forwarded-For and X-Request-Id are believed.
        trusted_proxies: Vec<String> = [],
        /// Seconds until the head of an answer must be there.
        time_limit_seconds: u64 = 10,
        /// Largest request body in bytes, where a route does not say otherwise.
        body_limit_bytes: usize = 1048576,
        /// Connections at the same time; more wait.
        connections: usize = 10000,
        /// Sign-ups from one address in ten minutes at most.
        sign_ups: u32 = 100,
    }
}

settings! {
    /// Where data lie.
    pub struct Database in "database" {
        /// A folder (sqlite:data) with a file for each context, or a server (postgres://user@host/name) with a schema for each; ?sslmode=disable, prefer, require, verify-ca or verify-full, and sslrootcert=FILE, as PostgreSQL has them.
        url: Private<String> = "sqlite:data" (secret),
        /// A database of its own for auth; empty: by database.url.
        auth: Private<String> = "" (secret),
        /// A database of its own for people; empty: by database.url.
        people: Private<String> = "" (secret),
        /// A database of its own for directory; empty: by database.url.
        directory: Private<String> = "" (secret),
        /// A database of its own for scheduling; empty: by database.url.
        scheduling: Private<String> = "" (secret),
        /// A database of its own for notifications; empty: by database.url.
        notifications: Private<String> = "" (secret),
        /// A database of its own for data keys; empty: by database.url.
        keys: Private<String> = "" (secret),
        /// SQLite: reads at the same time in each file.
        readers: usize = 2,
        /// PostgreSQL: connections for each context.
        pool: usize = 8,
    }
}

settings! {
    /// The key that wraps all others.
    pub struct Keys in "keys" {
        /// File of the master key, made at the first start; empty: master.key in the folder of database.url, or here. Never put it into backups.
        file: String = "",
    }
}

settings! {
    /// Which parts of the program live in this process, and where the others do. One process does everything by default.
    pub struct Services in "services" {
        /// Parts that live here, separated by commas: gateway, web, auth, people, directory, scheduling, notifications; empty: everything in one process.
        roles: String = "",
        /// Address and port at which other processes call the contexts of this one; empty: server.listen, below /internal.
        listen: String = "",
        /// Where auth lives, as host:port separated by commas; a name stands for all its addresses.
        auth: String = "",
        /// Where people lives.
        people: String = "",
        /// Where directory lives.
        directory: String = "",
        /// Where scheduling lives.
        scheduling: String = "",
        /// Where notifications live.
        notifications: String = "",
        /// Where the pages live.
        web: String = "",
        /// Where gateways answer calls of other processes (services.listen of theirs); empty: operators do not see them.
        gateway: String = "",
        /// Port of /readyz of the others; 0: the same port.
        ready_port: u16 = 0,
        /// File with the certificate, and its chain, that this process shows to the others, for the names of its roles (web, scheduling); empty: calls between processes are not encrypted. With it /livez and /readyz need server.operations_listen.
        tls_certificate: String = "",
        /// File with the key of that certificate.
        tls_key: String = "",
        /// File with the certificates of who vouches for the others.
        tls_authority: String = "",
        /// Folder with role.pub of every role and role.key of those that live here (mediverse keys services), by which processes prove their roles to each other; empty: by one key made from that of the house, which proves no role.
        keys: String = "",
    }
}

settings! {
    /// Where backups are put and when they are made.
    pub struct Backup in "backup" {
        /// Folder of the backups, on another disk or mounted from another place.
        folder: String = "",
        /// Backups kept, which are days where one is made every day; data keys live 30 days whatever stands here.
        keep: usize = 14,
        /// Time of the day, such as 02:30, at which a process that runs every context makes one by itself; empty: somebody else calls mediverse backup.
        at: String = "",
        /// Zone of that time.
        zone: String = "Asia/Jakarta",
    }
}

settings! {
    /// What operators see.
    pub struct Log in "log" {
        /// lines for people, json for collectors, auto: lines at a terminal.
        format: String = "auto",
        /// What is logged, such as info,platform=debug.
        filter: String = "info",
    }
}

settings! {
    /// Where traces go.
    pub struct Trace in "trace" {
        /// Address of an OTLP collector that takes HTTP with JSON, such as http://collector:4318; empty: no traces are sent.
        endpoint: String = "",
        /// Share of the traces beginning here that is kept, from 0 to 1; what others began goes on as they decided.
        ratio: f64 = 1.0,
        /// Name of this process in logs and traces; empty: mediverse, or its roles.
        service: String = "",
    }
}

settings! {
    /// How long sign-ins last.
    pub struct Sessions in "sessions" {
        /// Who issues access tokens; empty: server.public_url, or mediverse.
        issuer: String = "",
        /// Minutes an access token is good.
        access_token_minutes: i64 = 15,
        /// Days a refresh token is good; each use gives a new one.
        refresh_token_days: i64 = 30,
        /// Days a sign-in in a browser lasts.
        browser_days: i64 = 14,
        /// Passwords hashed at the same time; each takes 19 MiB of memory.
        hashers: usize = 2,
    }
}

/// Every setting, by section.
pub const TABLES: &[&[Setting]] = &[
    Server::SETTINGS,
    Database::SETTINGS,
    Keys::SETTINGS,
    Backup::SETTINGS,
    Log::SETTINGS,
    Trace::SETTINGS,
    Sessions::SETTINGS,
    Services::SETTINGS,
    gateway::Settings::SETTINGS,
    notifications::Mail::SETTINGS,
    notifications::Calendars::SETTINGS,
    platform::blobs::Settings::SETTINGS,
    platform::bus::Broker::SETTINGS,
    platform::shared::Settings::SETTINGS,
];

/// What is set.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How the program is reached.
    pub server: Server,
    /// Where data lie.
    pub database: Database,
    /// The key that wraps all others.
    pub keys: Keys,
    /// Where backups go.
    pub backup: Backup,
    /// What operators see.
    pub log: Log,
    /// Where traces go.
    pub trace: Trace,
    /// How long sign-ins last.
    pub sessions: Sessions,
    /// Which parts live here, and where the others do.
    pub services: Services,
    /// The single entry.
    pub gateway: gateway::Settings,
    /// Where e-mail is handed in.
    pub mail: notifications::Mail,
    /// Calendars that doctors keep elsewhere.
    pub calendars: notifications::Calendars,
    /// Where files that people bring lie.
    pub files: platform::blobs::Settings,
    /// What carries events between processes.
    pub rabbitmq: platform::bus::Broker,
    /// What nodes share.
    pub redis: platform::shared::Settings,
}

impl Settings {
    /// Reads all sources: the file, if one is named, the environment, and flags `section.key`, `value`.
    pub fn read(
        file: Option<&Path>,
        environment: impl IntoIterator<Item = (String, String)>,
        flags: Vec<(String, String)>,
    ) -> Result<Self> {
        let mut builder = Config::builder(TABLES);
        if let Some(file) = file {
            builder = builder.file(file)?;
        }
        Self::of(&builder.environment(environment).flags(flags).build()?)
    }

    /// The defaults with these flags.
    pub fn with(flags: &[(&str, &str)]) -> Result<Self> {
        let flags = flags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        Self::read(None, [], flags.collect())
    }

    fn of(config: &Config) -> Result<Self> {
        Ok(Self {
            server: Server::of(config)?,
            database: Database::of(config)?,
            keys: Keys::of(config)?,
            backup: Backup::of(config)?,
            log: Log::of(config)?,
            trace: Trace::of(config)?,
            sessions: Sessions::of(config)?,
            services: Services::of(config)?,
            gateway: gateway::Settings::of(config)?,
            mail: notifications::Mail::of(config)?,
            calendars: notifications::Calendars::of(config)?,
            files: platform::blobs::Settings::of(config)?,
            rabbitmq: platform::bus::Broker::of(config)?,
            redis: platform::shared::Settings::of(config)?,
        })
    }

    /// The file of the master key.
    pub fn key_file(&self) -> PathBuf {
        if !self.keys.file.is_empty() {
            return PathBuf::from(&self.keys.file);
        }
        self.database.folder().unwrap_or_default().join("master.key")
    }

    /// The folder of files where none is set: beside the databases, or beside the master key.
    pub fn files_folder(&self) -> PathBuf {
        let beside = self.database.folder().or_else(|| self.key_file().parent().map(Path::to_path_buf));
        beside.unwrap_or_default().join("files")
    }

    /// How sign-ins are set up.
    pub fn auth(&self) -> auth::Settings {
        let Sessions { issuer, access_token_minutes, refresh_token_days, browser_days, hashers } = &self.sessions;
        let named = [issuer, &self.server.public_url].into_iter().find(|name| !name.is_empty());
        auth::Settings {
            issuer: named.map_or_else(|| "mediverse".to_owned(), Clone::clone),
            access_token: jiff::SignedDuration::from_mins(*access_token_minutes),
            refresh_token: jiff::SignedDuration::from_hours(24 * refresh_token_days),
            browser_session: jiff::SignedDuration::from_hours(24 * browser_days),
            hashers: *hashers,
            ..auth::Settings::default()
        }
    }
}

impl Services {
    /// The parts that live here.
    pub fn roles(&self) -> Result<Roles> {
        Roles::parse(&self.roles)
    }

    /// What this process shows to the others and knows them by; none where calls are not encrypted. Fails where files
    /// are missing or do not fit.
    pub fn tls(&self) -> Result<Option<Arc<Mutual>>> {
        let files = [&self.tls_certificate, &self.tls_key, &self.tls_authority];
        if files.iter().all(|file| file.is_empty()) {
            return Ok(None);
        }
        if files.iter().any(|file| file.is_empty()) {
            return Err(Error::internal(
                "settings services.tls_certificate, tls_key and tls_authority are needed together",
            ));
        }
        let [certificate, key, authority] = files.map(Path::new);
        Mutual::open(certificate, key, authority).map(Some)
    }

    /// Where a part answers calls of others.
    pub fn addresses(&self, part: Part) -> Vec<String> {
        let named = match part {
            Part::Gateway => &self.gateway,
            Part::Web => &self.web,
            Part::Auth => &self.auth,
            Part::People => &self.people,
            Part::Directory => &self.directory,
            Part::Scheduling => &self.scheduling,
            Part::Notifications => &self.notifications,
        };
        let plain = |address: &str| address.trim().trim_start_matches("http://").trim_end_matches('/').to_owned();
        named.split(',').map(plain).filter(|address| !address.is_empty()).collect()
    }

    /// Where requests for a part are forwarded to, each address with the port of its `/readyz`.
    pub fn forwarded(&self, part: Part) -> Vec<String> {
        let addresses = self.addresses(part).into_iter();
        match self.ready_port {
            0 => addresses.collect(),
            port => addresses.map(|address| format!("{address}/{port}")).collect(),
        }
    }
}

impl Server {
    /// Whether people reach us by HTTPS.
    pub fn https(&self) -> bool {
        self.public_url.starts_with("https://")
    }

    /// The origins forms may come from; none: the host that was asked for.
    pub fn origins(&self) -> Vec<String> {
        let origin = self.public_url.trim_end_matches('/');
        if origin.is_empty() { Vec::new() } else { vec![origin.to_owned()] }
    }

    /// The proxies that are believed. Fails naming one that is no address.
    pub fn proxies(&self) -> Result<Vec<Network>> {
        let read = |text: &String| {
            text.parse().map_err(|e| Error::internal(format_args!("setting server.trusted_proxies: {text}: {e}")))
        };
        self.trusted_proxies.iter().map(read).collect()
    }

    /// How long a request may take.
    pub fn time_limit(&self) -> Duration {
        Duration::from_secs(self.time_limit_seconds)
    }
}

impl Database {
    /// The URL of a context's database.
    pub fn url_of(&self, context: &str) -> String {
        let own = match context {
            "auth" => self.auth.expose(),
            "people" => self.people.expose(),
            "directory" => self.directory.expose(),
            "scheduling" => self.scheduling.expose(),
            "notifications" => self.notifications.expose(),
            "keys" => self.keys.expose(),
            _ => "",
        };
        if !own.is_empty() {
            return own.to_owned();
        }
        let url = self.url.expose();
        match url.strip_prefix("sqlite:") {
            Some(folder) => format!("sqlite:{}/{context}.db", folder.trim_end_matches('/')),
            None if url.contains('?') => format!("{url}&schema={context}"),
            None => format!("{url}?schema={context}"),
        }
    }

    /// The folder of the files, where they are files.
    pub fn folder(&self) -> Option<PathBuf> {
        self.url.expose().strip_prefix("sqlite:").map(PathBuf::from)
    }

    /// How databases are opened.
    pub fn options(&self) -> DbOptions {
        DbOptions { readers: self.readers, pool: self.pool, ..DbOptions::default() }
    }
}

impl Log {
    /// How lines look. Fails where the word is unknown.
    pub fn format(&self) -> Result<LogFormat> {
        match self.format.as_str() {
            "auto" => Ok(LogFormat::detect()),
            "lines" => Ok(LogFormat::Lines),
            "json" => Ok(LogFormat::Json),
            other => Err(Error::internal(format_args!("setting log.format: {other} is none of auto, lines, json"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Settings, TABLES};

    #[test]
    fn each_context_has_a_database_of_its_own() {
        let files = Settings::with(&[("database.url", "sqlite:/srv/data/")]).unwrap();
        assert_eq!(files.database.url_of("people"), "sqlite:/srv/data/people.db");
        assert_eq!(files.key_file(), std::path::Path::new("/srv/data/master.key"));
        let server = Settings::with(&[
            ("database.url", "postgres://u@h/d?sslmode=require"),
            ("database.auth", "postgres://v@i/e"),
        ])
        .unwrap();
        assert_eq!(server.database.url_of("people"), "postgres://u@h/d?sslmode=require&schema=people");
        assert_eq!(server.database.url_of("auth"), "postgres://v@i/e");
        assert!(!format!("{server:?}").contains("v@i"), "addresses of databases hold passwords");
    }

    #[test]
    fn https_follows_from_the_public_address() {
        assert!(!Settings::with(&[]).unwrap().server.https());
        let public = Settings::with(&[("server.public_url", "https://klinik.example/")]).unwrap();
        assert!(public.server.https());
        assert_eq!(public.server.origins(), ["https://klinik.example"]);
        assert!(Settings::with(&[("server.trusted_proxies", "[\"proxy\"]")]).unwrap().server.proxies().is_err());
    }

    /// `UPDATE_DOCS=1` writes the file anew.
    #[test]
    fn the_reference_file_is_what_the_program_knows() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/config.toml");
        let text = platform::config::reference(TABLES);
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(path, &text).unwrap();
        }
        assert_eq!(
            std::fs::read_to_string(path).unwrap(),
            text,
            "UPDATE_DOCS=1 cargo nextest run -p app the_reference"
        );
    }
}
