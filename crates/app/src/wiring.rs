//! The one place that knows every context, and which of them live in this process: opens the databases of those that
//! do, puts clients in place of the others, gives them to each other as the traits they promise, joins them on the bus,
//! and puts their routes behind one door.

mod elsewhere;
mod entry;
mod passes;
mod roles;

use std::{path::Path, sync::Arc, time::Duration};

use auth::{AuthContext, Doorkeeper};
use axum::Router;
use contracts::{
    auth::Auth, directory::Directory, notifications::Notifications, people::People, scheduling::Scheduling,
    system::System,
};
use directory::DirectoryContext;
use futures_util::future::try_join_all;
use jiff::Timestamp;
use notifications::{Bell, NotificationsContext, Smtp};
use people::PeopleContext;
use platform::{
    Clock, Cx, Error, Result,
    bus::{Bus, BusHandle},
    crypto::{KeyStore, MasterKey},
    db::{Db, DbError, Migration},
    entropy::Entropy,
    http::{Authenticator, Edge, health, health::Check},
    i18n::{Catalog, Texts},
    jobs::JobsHandle,
    live::Live,
    shared::Shared,
    telemetry::Metrics,
    tls::Mutual,
};
use remote::{Passes, RemoteScheduling};
use scheduling::SchedulingContext;
use tokio::{sync::watch, task::JoinHandle};

use self::elsewhere::Elsewhere;
pub use self::{
    entry::checks as entry_checks,
    roles::{Part, Roles},
};

use crate::{api, backup, health as ready, mailbox::Mailbox, numbers, settings::Settings};

use crate::system::{self, Own};

/// Where time and chance come from.
#[derive(Debug, Clone)]
pub struct World {
    /// Where "now" comes from.
    pub clock: Clock,
    /// Where chance comes from.
    pub entropy: Entropy,
}

impl World {
    /// The machine's clock and the operating system's chance.
    pub fn real() -> Self {
        Self { clock: Clock::System, entropy: Entropy::System }
    }

    /// The real world at another time.
    pub fn at(clock: Clock) -> Self {
        Self { clock, entropy: Entropy::System }
    }

    /// The real world, or as it will be from `at` on.
    pub fn starting_at(at: Option<Timestamp>) -> Self {
        at.map_or_else(Self::real, |at| Self::at(Clock::starting_at(at)))
    }

    /// A part of the program acting by itself.
    pub fn cx(&self, name: &str) -> Cx {
        Cx::system(name, self.clock.clone(), self.entropy.clone())
    }
}

/// Every context: open on its database where it lives here, called where it lives elsewhere. Nothing moves by itself yet:
/// see [`House::start`].
pub struct House {
    /// What is set.
    pub settings: Settings,
    /// Where time and chance come from.
    pub world: World,
    /// Every text.
    pub texts: Arc<Texts>,
    /// The key of the house.
    pub master: MasterKey,
    /// Whether the key was made just now, so that its recovery text must be shown once.
    pub key_is_new: bool,
    /// What lives here.
    pub roles: Roles,
    /// Accounts.
    pub auth: Arc<dyn Auth>,
    /// Patients.
    pub people: Arc<dyn People>,
    /// Facilities and doctors.
    pub directory: Arc<dyn Directory>,
    /// Appointments.
    pub scheduling: Arc<dyn Scheduling>,
    /// What people are told.
    pub notifications: Arc<dyn Notifications>,
    /// Rings for those who look at their inbox.
    bell: Bell,
    own: Contexts,
    doorkeeper: Option<Arc<Doorkeeper>>,
    /// This process as operators see it, and the whole house.
    process: Arc<Own>,
    system: Arc<dyn System>,
    remote_scheduling: Option<Arc<RemoteScheduling>>,
    /// How this process proves to others which one it is.
    passes: Passes,
    /// What it shows to others on the way, where connections are made sure.
    tls: Option<Arc<Mutual>>,
    /// What the nodes share, where they do.
    shared: Shared,
    /// Codes to be read, in the demonstration.
    pub mailbox: Option<Mailbox>,
    databases: Vec<(&'static str, Db)>,
}

/// The contexts that live here.
#[derive(Default)]
struct Contexts {
    auth: Option<Arc<AuthContext>>,
    people: Option<Arc<PeopleContext>>,
    directory: Option<Arc<DirectoryContext>>,
    scheduling: Option<Arc<SchedulingContext>>,
    notifications: Option<Arc<NotificationsContext>>,
}

impl House {
    /// Opens and migrates every database of what lives here. Refuses data that another process has open.
    pub async fn open(settings: Settings, world: World) -> Result<Self> {
        let cx = world.cx("wiring");
        let roles = settings.services.roles()?;
        make_folders(&settings)?;
        let (master, key_is_new) = master_key(&settings, &roles)?;
        let texts = Arc::new(texts()?);
        let databases = try_join_all(names_of(&roles).into_iter().map(|name| named(&settings, name))).await?;
        let of = |part: Part| databases.iter().find(|(name, _)| *name == part.word()).map(|(_, db)| db.clone());
        let keys = databases.iter().find(|(name, _)| *name == KEYS).map(|(_, db)| db.clone());
        let (keys, _) = tokio::try_join!(
            open_keys(keys, &master),
            try_join_all(Part::CONTEXTS.iter().filter_map(|part| of(*part).map(|db| bring_up_to_date(*part, db)))),
        )?;
        let passes = passes::of(&settings, &roles, &master, &world)?;
        let tls = if roles.is_whole() { None } else { settings.services.tls()? };
        let elsewhere = Elsewhere::new(&settings, &roles, passes.clone(), tls.clone());
        let mut own = Contexts::default();
        let people: Arc<dyn People> = match (of(Part::People), &keys) {
            (Some(db), Some(keys)) => {
                own.people.insert(Arc::new(PeopleContext::open(&cx, db, keys.clone(), &master, ERASING).await?)).clone()
            }
            _ => elsewhere.people()?,
        };
        let shared = Shared::open(&settings.redis, master.derive("redis"))?;
        let auth_settings = auth::Settings { shared: shared.clone(), ..settings.auth() };
        let auth = async {
            let (Some(db), Some(keys)) = (of(Part::Auth), &keys) else { return Ok(None) };
            let World { clock, entropy } = world.clone();
            let parts = auth::Parts { db, clock, entropy, master: &master, keys, settings: auth_settings };
            AuthContext::start(parts).await.map(|auth| Some(Arc::new(auth)))
        };
        let directory = async {
            let Some(db) = of(Part::Directory) else { return Ok(None) };
            DirectoryContext::open(db, texts.clone()).await.map(|directory| Some(Arc::new(directory)))
        };
        let scheduling = async {
            let (Some(db), Some(keys)) = (of(Part::Scheduling), &keys) else { return Ok(None) };
            SchedulingContext::start(db, people.clone(), keys.clone(), &master).await.map(Some)
        };
        let live = Live::over(&shared);
        let bell = Bell::over(&live);
        let notifications = async {
            let (Some(db), Some(keys)) = (of(Part::Notifications), &keys) else { return Ok(None) };
            let house = notifications::House::at(&settings.server.public_url);
            let (texts, keys, bell) = (texts.clone(), keys.clone(), bell.clone());
            let parts = notifications::Parts { db, texts, keys, master: &master, house, bell };
            NotificationsContext::open(&cx, parts).await.map(|notifications| Some(Arc::new(notifications)))
        };
        (own.auth, own.directory, own.scheduling, own.notifications) =
            tokio::try_join!(auth, directory, scheduling, notifications)?;
        let auth: Arc<dyn Auth> = match &own.auth {
            Some(auth) => auth.clone(),
            None => elsewhere.auth()?,
        };
        let directory: Arc<dyn Directory> = match &own.directory {
            Some(directory) => directory.clone(),
            None => elsewhere.directory()?,
        };
        if let Some(scheduling) = own.scheduling.as_ref().filter(|_| shared.is_used()) {
            scheduling.share_moves(&live);
        }
        let remote_scheduling = if own.scheduling.is_none() { Some(elsewhere.scheduling()?) } else { None };
        let scheduling: Arc<dyn Scheduling> = match (&own.scheduling, &remote_scheduling) {
            (Some(scheduling), _) => scheduling.clone(),
            (None, Some(scheduling)) => scheduling.clone(),
            (None, None) => return Err(Error::internal("scheduling is neither here nor elsewhere")),
        };
        let notifications: Arc<dyn Notifications> = match &own.notifications {
            Some(notifications) => notifications.clone(),
            None => elsewhere.notifications(),
        };
        if let Some(notifications) = &own.notifications {
            notifications.reach(&settings.calendars);
            if settings.mail.is_used() {
                notifications.carry_by(Arc::new(Smtp::new(&settings.mail)?));
            }
        }
        let doorkeeper = own.auth.is_none().then(|| Arc::new(Doorkeeper::new(auth.clone(), world.clock.clone())));
        let process = Arc::new(Own::new(
            &world,
            &roles,
            &databases,
            checks(&settings, &world, &databases, doorkeeper.as_ref(), &passes),
        ));
        let system = Arc::new(system::House::new(process.clone(), elsewhere.processes()));
        Ok(Self {
            passes,
            tls,
            process,
            system,
            settings,
            world,
            texts,
            master,
            key_is_new,
            roles,
            auth,
            people,
            directory,
            scheduling,
            notifications,
            bell,
            own,
            doorkeeper,
            remote_scheduling,
            shared,
            mailbox: None,
            databases,
        })
    }

    /// Accounts, where they live here.
    pub fn own_auth(&self) -> Result<&Arc<AuthContext>> {
        self.own.auth.as_ref().ok_or_else(|| not_here(Part::Auth))
    }

    /// Patients, where they live here.
    pub fn own_people(&self) -> Result<&Arc<PeopleContext>> {
        self.own.people.as_ref().ok_or_else(|| not_here(Part::People))
    }

    /// Adds the development mailbox, on a file in this folder.
    pub async fn with_mailbox(mut self, folder: &Path) -> Result<Self> {
        let url = format!("sqlite:{}/mailbox.db", folder.display());
        let db = Db::open(&url, self.settings.database.options()).await.map_err(|e| refused(e, "mailbox"))?;
        let mailbox = Mailbox::open(db).await?;
        if let Some(notifications) = &self.own.notifications {
            notifications.carry_by(Arc::new(mailbox.clone()));
        }
        self.mailbox = Some(mailbox);
        Ok(self)
    }

    /// The databases by their contexts' names.
    pub fn databases(&self) -> &[(&'static str, Db)] {
        &self.databases
    }

    /// Starts the bus: from now on the contexts hear each other.
    pub async fn start_bus(&self) -> Result<BusHandle> {
        self.bus()?.start().await
    }

    /// Makes every hearer's place at the broker, where there is one: what is said before a process starts for the first
    /// time is kept for it.
    pub async fn prepare_bus(&self) -> Result<()> {
        self.bus()?.prepare().await
    }

    fn bus(&self) -> Result<Bus> {
        let broker = self.settings.rabbitmq.is_used();
        if self.roles.has_a_context() && !self.roles.has_all_contexts() && !broker {
            // Silence would look like health: what is said here would never be heard elsewhere.
            return Err(Error::internal("setting rabbitmq.url is needed where contexts live in several processes"));
        }
        let mut bus = Bus::new(self.world.clock.clone(), self.world.entropy.clone());
        for (name, db) in self.databases.iter().filter(|(name, _)| *name != KEYS) {
            bus.source(name, db.clone());
        }
        let Contexts { auth, people, directory, scheduling, notifications } = &self.own;
        if let Some(auth) = auth {
            bus.join(auth.clone().reactions());
        }
        if let Some(people) = people {
            bus.join(people.reactions());
        }
        if let Some(directory) = directory {
            bus.join(directory.reactions());
        }
        if let Some(scheduling) = scheduling {
            bus.join(scheduling.reactions());
        }
        if let Some(notifications) = notifications {
            bus.join(notifications.reactions());
        }
        if let Some(mailbox) = &self.mailbox {
            bus.join(mailbox.reactions());
        }
        bus.over(self.settings.rabbitmq.clone());
        Ok(bus)
    }

    /// Starts the bus, the jobs, and what keeps up with other processes.
    pub async fn start(self) -> Result<Running> {
        let bus = Arc::new(self.start_bus().await?);
        let World { clock, entropy } = &self.world;
        let Contexts { auth, people, scheduling, notifications, .. } = &self.own;
        let daily = self.daily()?;
        let of_auth = auth.as_ref().map(|auth| {
            let mut jobs = auth.clone().jobs();
            backup::add_job(&mut jobs, daily.as_ref());
            jobs
        });
        let due = [
            of_auth,
            people.as_ref().map(|people| people.jobs()),
            scheduling.as_ref().map(scheduling::SchedulingContext::jobs),
            notifications.as_ref().map(|notifications| notifications.jobs()),
        ];
        let mut jobs = Vec::new();
        for context in due.into_iter().flatten() {
            jobs.push(context.start(clock.clone(), entropy.clone()).await?);
        }
        let (stop, stopped) = watch::channel(false);
        let following = self.keep_up(&stopped).await;
        Ok(Running { house: self, bus, jobs, stop, following })
    }

    /// The backups this process makes by itself: one that reaches every database may, where the settings say when.
    fn daily(&self) -> Result<Option<Arc<backup::Daily>>> {
        let daily = backup::Daily::of(&self.settings, &self.master)?;
        if daily.is_some() && !self.roles.has_all_contexts() {
            tracing::warn!(
                "setting backup.at: this process does not reach every database; have mediverse backup called"
            );
            return Ok(None);
        }
        Ok(daily.map(Arc::new))
    }

    /// The REST API with its description, around verbs in this process.
    pub fn api(&self) -> api::Api {
        api::Api::new(&api::Verbs {
            auth: self.auth.clone(),
            people: self.people.clone(),
            directory: self.directory.clone(),
            scheduling: self.scheduling.clone(),
            notifications: self.notifications.clone(),
            bell: self.bell.clone(),
            system: self.system.clone(),
            sign_ups: self.settings.server.sign_ups,
            shared: self.shared.clone(),
        })
    }

    /// Everything people and programs reach.
    pub fn router(&self) -> Result<Router> {
        let mut routes = self.api().router(&self.roles);
        if self.roles.has(Part::Web) {
            routes = routes.merge(self.pages());
        }
        if let Some(mailbox) = &self.mailbox {
            routes = routes.merge(mailbox.routes());
        }
        if self.settings.server.operations_listen.is_empty() {
            let local = axum::middleware::from_fn(ready::metrics_from_here);
            routes = routes.merge(self.operations()?.layer(local));
        }
        let public = self.edge()?.wrap(routes);
        let beside = self.settings.services.listen.is_empty();
        Ok(if beside { public.merge(self.services()) } else { public })
    }

    /// What this process shows to the others, and they to it, at every listener but that of operations.
    pub fn tls(&self) -> Option<Arc<Mutual>> {
        self.tls.clone()
    }

    /// What other processes call here, for a listener of its own.
    pub fn internal(&self) -> Router {
        self.services()
    }

    /// The pages.
    fn pages(&self) -> Router {
        web::router(web::Services {
            auth: self.auth(),
            people: self.people(),
            directory: self.directory(),
            scheduling: self.scheduling(),
            system: self.system.clone(),
            notifications: self.notifications(),
            texts: self.texts.clone(),
            seal: self.master.sealing("pages"),
            https: self.settings.server.https(),
            demo: self.mailbox.is_some(),
        })
    }

    /// Says what else must hold for this process to be ready, as operators see it.
    pub fn needs(&self, more: Vec<Check>) {
        self.process.needs(more);
    }

    /// `/livez`, `/readyz` and `/metrics`.
    pub fn operations(&self) -> Result<Router> {
        self.operations_with(Vec::new())
    }

    /// As [`House::operations`], ready only where these hold too.
    pub fn operations_with(&self, more: Vec<Check>) -> Result<Router> {
        let metrics = Metrics::install()?;
        let mut gauges = numbers::gauges(&self.databases, &self.world.clock);
        if let Some(scheduling) = &self.own.scheduling {
            gauges.push(numbers::holds(scheduling, &self.world.clock));
        }
        gauges.extend(backup::gauges(&self.settings, &self.master, &self.world.clock));
        numbers::build(&self.roles.name());
        let mut checks = checks(&self.settings, &self.world, &self.databases, self.doorkeeper.as_ref(), &self.passes);
        checks.extend(more);
        Ok(health::router(checks, Some(metrics.asking(gauges))))
    }

    /// What stands around every route.
    fn edge(&self) -> Result<Edge> {
        let server = &self.settings.server;
        let gate: Arc<dyn Authenticator> = match &self.doorkeeper {
            Some(keeper) => keeper.clone(),
            None => Arc::new(auth::http::Gate(self.auth.clone())),
        };
        let World { clock, entropy } = self.world.clone();
        let settings = platform::http::Settings {
            origins: server.origins(),
            trusted_proxies: server.proxies()?,
            time_limit: server.time_limit(),
            body_limit: server.body_limit_bytes,
            https: server.https(),
            ..platform::http::Settings::new(gate, clock, entropy, self.texts.clone(), self.master.derive("csrf"))
        };
        Ok(Edge::new(settings).with_error_page(Arc::new(web::Pages::new(self.texts.clone()))))
    }

    /// Closes every database: what was accepted is finished first.
    pub async fn close(self) {
        for (_, db) in &self.databases {
            db.close().await;
        }
        if let Some(mailbox) = &self.mailbox {
            mailbox.close().await;
        }
    }
}

/// The house with everything moving.
pub struct Running {
    /// The contexts.
    pub house: House,
    /// What carries events between them.
    pub bus: Arc<BusHandle>,
    jobs: Vec<JobsHandle>,
    stop: watch::Sender<bool>,
    following: Vec<JoinHandle<()>>,
}

impl Running {
    /// Everything people and programs reach.
    pub fn router(&self) -> Result<Router> {
        self.house.router()
    }

    /// Waits until every event is heard: for tests and sample data.
    pub async fn settle(&self) -> Result<()> {
        self.bus.settle(Duration::from_secs(30)).await
    }

    /// Does what is due now, for tests with a standing clock.
    pub async fn run_due(&self) -> Result<()> {
        for jobs in &self.jobs {
            jobs.run_due().await?;
        }
        Ok(())
    }

    /// Stops jobs and bus, then closes the databases.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        for task in self.following {
            if task.await.is_err() {
                tracing::error!("a task that follows other processes had panicked");
            }
        }
        for jobs in self.jobs {
            jobs.stop().await;
        }
        if let Some(bus) = Arc::into_inner(self.bus) {
            bus.stop().await;
        } else {
            // A request still looks at it; events not sent yet are sent at the next start.
            tracing::warn!("the bus was not stopped in order");
        }
        self.house.close().await;
    }
}

/// What must hold for a process to be sent requests.
fn checks(
    settings: &Settings,
    world: &World,
    databases: &[(&'static str, Db)],
    doorkeeper: Option<&Arc<Doorkeeper>>,
    passes: &Passes,
) -> Vec<Check> {
    let mut checks = ready::checks(databases, &world.clock);
    checks.extend(passes::check(passes, databases.iter().map(|(_, db)| db.engine()), &world.clock));
    for (name, url) in [("broker", &settings.rabbitmq.url), ("redis", &settings.redis.url)] {
        if !url.expose().is_empty() {
            checks.push(Check::listens(name, url.expose()).dispensable());
        }
    }
    if let Some(keeper) = doorkeeper.cloned() {
        checks.push(Check::new("auth", move || std::future::ready(keeper.is_ready())));
    }
    checks
}

/// The contexts that answer an erasure.
const ERASING: &[&str] = &["auth", "people", "directory", "scheduling", "notifications"];

/// Every text of every crate.
pub fn texts() -> Result<Texts> {
    Catalog::new()
        .with(platform::i18n::TEXTS)
        .with(auth::TEXTS)
        .with(people::TEXTS)
        .with(directory::TEXTS)
        .with(scheduling::TEXTS)
        .with(notifications::TEXTS)
        .with(web::TEXTS)
        .with(gateway::TEXTS)
        .with(crate::TEXTS)
        .build()
}

/// The verbs as traits, for who needs no more.
impl House {
    /// Accounts.
    pub fn auth(&self) -> Arc<dyn Auth> {
        self.auth.clone()
    }

    /// Patients.
    pub fn people(&self) -> Arc<dyn People> {
        self.people.clone()
    }

    /// Facilities and doctors.
    pub fn directory(&self) -> Arc<dyn Directory> {
        self.directory.clone()
    }

    /// Appointments.
    pub fn scheduling(&self) -> Arc<dyn Scheduling> {
        self.scheduling.clone()
    }

    /// What people are told.
    pub fn notifications(&self) -> Arc<dyn Notifications> {
        self.notifications.clone()
    }
}

/// The name of the store of data keys among the databases.
const KEYS: &str = "keys";

/// The databases that processes with these roles open.
fn names_of(roles: &Roles) -> Vec<&'static str> {
    let here: Vec<Part> = Part::CONTEXTS.into_iter().filter(|part| roles.has(*part)).collect();
    let keys = here.iter().any(|part| part.needs_keys()).then_some(KEYS);
    here.into_iter().map(Part::word).chain(keys).collect()
}

async fn named(settings: &Settings, name: &'static str) -> Result<(&'static str, Db)> {
    Ok((name, open(settings, name).await?))
}

/// The key of the house. Where it has several processes none of them makes one: each would have its own.
fn master_key(settings: &Settings, roles: &Roles) -> Result<(MasterKey, bool)> {
    let file = settings.key_file();
    if !roles.is_whole() && !file.exists() {
        return Err(Error::internal(format_args!(
            "{} is not there: all processes of a house need its one key (mediverse keys make)",
            file.display()
        )));
    }
    MasterKey::open(&file, &Entropy::System)
}

async fn open_keys(db: Option<Db>, master: &MasterKey) -> Result<Option<KeyStore>> {
    match db {
        Some(db) => KeyStore::open(db, master).await.map(Some),
        None => Ok(None),
    }
}

/// Scheduling does so by itself.
async fn bring_up_to_date(part: Part, db: Db) -> Result<()> {
    match part {
        Part::Auth => migrate(&db, "auth", auth::MIGRATIONS).await,
        Part::People => migrate(&db, "people", people::MIGRATIONS).await,
        Part::Directory => migrate(&db, "directory", directory::MIGRATIONS).await,
        Part::Notifications => migrate(&db, "notifications", notifications::MIGRATIONS).await,
        Part::Scheduling | Part::Web | Part::Gateway => Ok(()),
    }
}

fn not_here(part: Part) -> Error {
    Error::internal(format_args!("{part} does not live in this process: name it in services.roles"))
}

async fn open(settings: &Settings, context: &str) -> Result<Db> {
    Db::open(&settings.database.url_of(context), settings.database.options())
        .await
        .map_err(|error| refused(error, context))
}

/// Says what to do where the data are another's.
fn refused(error: Error, context: &str) -> Error {
    match error {
        Error::Db(DbError::Unavailable(why)) if why.contains("open already") => {
            Error::conflict("data-in-use").with("where", why)
        }
        Error::Db(error) => Error::internal(format_args!("the database of {context}: {error}")),
        other => other,
    }
}

/// Brings a context's database up to date. Bus, jobs and context each keep a ledger of their own, so that each can grow
/// at its end; of processes that start at once one applies what is new, the others find it done.
async fn migrate(db: &Db, context: &'static str, own: &[Migration]) -> Result<()> {
    db.migrate("bus", platform::bus::MIGRATIONS).await?;
    db.migrate("jobs", platform::jobs::MIGRATIONS).await?;
    db.migrate(context, own).await.map(drop)
}

fn make_folders(settings: &Settings) -> Result<()> {
    let folders = [settings.database.folder(), settings.key_file().parent().map(Path::to_path_buf)];
    for folder in folders.into_iter().flatten().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(&folder).map_err(|e| Error::internal(format_args!("{}: {e}", folder.display())))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

    use platform::db::{Db, DbOptions, Engine};

    use super::migrate;

    /// J1, J3
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn replicas_that_start_at_once_migrate_once_into_three_ledgers() {
        let fresh = testkit::db::Fresh::new(Engine::Postgres, "people", &[]).await;
        let replicas: Vec<_> = (0..8)
            .map(|_| {
                let url = fresh.url.clone();
                tokio::spawn(async move {
                    let db = Db::open(&url, DbOptions { pool: 1, ..DbOptions::default() }).await?;
                    let migrated = migrate(&db, "people", people::MIGRATIONS).await;
                    db.close().await;
                    migrated
                })
            })
            .collect();
        for replica in replicas {
            replica.await.unwrap().unwrap();
        }
        let ledgers: Vec<(String, i64)> = fresh
            .db
            .read(async |tx| {
                tx.all("select context, count(*) from _migration group by context order by context", &[]).await
            })
            .await
            .unwrap();
        let one = |name: &str, steps: &[platform::db::Migration]| (name.to_owned(), steps.len() as i64);
        let wanted = [
            one("bus", platform::bus::MIGRATIONS),
            one("jobs", platform::jobs::MIGRATIONS),
            one("people", people::MIGRATIONS),
        ];
        assert_eq!(ledgers, wanted);
        fresh.remove().await;
    }
}
