//! The one file that knows every context: opens their databases, gives them to each other as the traits they promise,
//! joins them on the bus, and puts their routes behind one door.

use std::{path::Path, sync::Arc, time::Duration};

use auth::AuthContext;
use axum::Router;
use contracts::{auth::Auth, directory::Directory, people::People, scheduling::Scheduling};
use directory::DirectoryContext;
use jiff::Timestamp;
use people::PeopleContext;
use platform::{
    Clock, Cx, Error, Result,
    bus::{Bus, BusHandle},
    crypto::{KeyStore, MasterKey},
    db::{Db, DbError, Migration},
    entropy::Entropy,
    http::{Edge, health},
    i18n::{Catalog, Texts},
    jobs::JobsHandle,
    telemetry::Metrics,
};
use scheduling::SchedulingContext;

use crate::{api, health as ready, mailbox::Mailbox, settings::Settings};

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

/// Every context, open on its database. Nothing moves by itself yet: see [`House::start`].
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
    /// Accounts.
    pub auth: Arc<AuthContext>,
    /// Patients.
    pub people: Arc<PeopleContext>,
    /// Facilities and doctors.
    pub directory: Arc<DirectoryContext>,
    /// Appointments.
    pub scheduling: Arc<SchedulingContext>,
    /// Codes to be read, in the demonstration.
    pub mailbox: Option<Mailbox>,
    databases: Vec<(&'static str, Db)>,
}

impl House {
    /// Opens and migrates every database. Refuses data that another process has open.
    pub async fn open(settings: Settings, world: World) -> Result<Self> {
        let cx = world.cx("wiring");
        make_folders(&settings)?;
        let (db_auth, db_people, db_directory, db_scheduling, db_keys) = tokio::try_join!(
            open(&settings, "auth"),
            open(&settings, "people"),
            open(&settings, "directory"),
            open(&settings, "scheduling"),
            open(&settings, "keys"),
        )?;
        let (master, key_is_new) = MasterKey::open(&settings.key_file(), &Entropy::System)?;
        let texts = Arc::new(texts()?);
        let (keys, (), (), ()) = tokio::try_join!(
            KeyStore::open(db_keys.clone(), &master),
            migrate(&db_auth, "auth", auth::MIGRATIONS),
            migrate(&db_people, "people", people::MIGRATIONS),
            migrate(&db_directory, "directory", directory::MIGRATIONS),
        )?;
        let auth = AuthContext::start(auth::Parts {
            db: db_auth.clone(),
            clock: world.clock.clone(),
            entropy: world.entropy.clone(),
            master: &master,
            keys: &keys,
            settings: settings.auth(),
        });
        let people = Arc::new(PeopleContext::open(&cx, db_people.clone(), keys.clone(), &master, ERASING).await?);
        let directory = DirectoryContext::open(db_directory.clone(), texts.clone());
        let scheduling = SchedulingContext::start(db_scheduling.clone(), people.clone(), keys.clone());
        let (auth, directory, scheduling) = tokio::try_join!(auth, directory, scheduling)?;
        let databases = vec![
            ("auth", db_auth),
            ("people", db_people),
            ("directory", db_directory),
            ("scheduling", db_scheduling),
            ("keys", db_keys),
        ];
        Ok(Self {
            settings,
            world,
            texts,
            master,
            key_is_new,
            auth: Arc::new(auth),
            people,
            directory: Arc::new(directory),
            scheduling,
            mailbox: None,
            databases,
        })
    }

    /// Adds the development mailbox, on a file in this folder.
    pub async fn with_mailbox(mut self, folder: &Path) -> Result<Self> {
        let url = format!("sqlite:{}/mailbox.db", folder.display());
        let db = Db::open(&url, self.settings.database.options()).await.map_err(|e| refused(e, "mailbox"))?;
        self.mailbox = Some(Mailbox::open(db).await?);
        Ok(self)
    }

    /// The databases by their contexts' names.
    pub fn databases(&self) -> &[(&'static str, Db)] {
        &self.databases
    }

    /// Starts the bus: from now on the contexts hear each other.
    pub async fn start_bus(&self) -> Result<BusHandle> {
        let mut bus = Bus::new(self.world.clock.clone(), self.world.entropy.clone());
        for (name, db) in self.databases.iter().filter(|(name, _)| *name != "keys") {
            bus.source(name, db.clone());
        }
        bus.join(self.auth.clone().reactions())
            .join(self.people.reactions())
            .join(self.directory.reactions())
            .join(self.scheduling.reactions());
        if let Some(mailbox) = &self.mailbox {
            bus.join(mailbox.reactions());
        }
        bus.start().await
    }

    /// Starts the bus and the jobs.
    pub async fn start(self) -> Result<Running> {
        let bus = Arc::new(self.start_bus().await?);
        let World { clock, entropy } = &self.world;
        let mut jobs = Vec::new();
        for context in [self.auth.clone().jobs(), self.people.jobs(), self.scheduling.jobs()] {
            jobs.push(context.start(clock.clone(), entropy.clone()).await?);
        }
        Ok(Running { house: self, bus, jobs })
    }

    /// The REST API with its description, around verbs in this process.
    pub fn api(&self, bus: Option<&Arc<BusHandle>>) -> api::Api {
        api::Api::new(&api::Verbs {
            auth: self.auth.clone(),
            people: self.people.clone(),
            directory: self.directory.clone(),
            scheduling: self.scheduling.clone(),
            bus: bus.map(Arc::downgrade),
            sign_ups: self.settings.server.sign_ups,
        })
    }

    /// Everything people and programs reach.
    pub fn router(&self, bus: Option<&Arc<BusHandle>>) -> Result<Router> {
        let mut routes = self.api(bus).router().merge(self.pages());
        if let Some(mailbox) = &self.mailbox {
            routes = routes.merge(mailbox.routes());
        }
        if self.settings.server.operations_listen.is_empty() {
            routes = routes.merge(self.operations()?);
        }
        Ok(self.edge()?.wrap(routes))
    }

    /// The pages.
    fn pages(&self) -> Router {
        web::router(web::Services {
            auth: self.auth(),
            people: self.people(),
            directory: self.directory(),
            scheduling: self.scheduling(),
            texts: self.texts.clone(),
            https: self.settings.server.https(),
        })
    }

    /// `/livez`, `/readyz` and `/metrics`.
    pub fn operations(&self) -> Result<Router> {
        Ok(health::router(ready::checks(&self.databases, &self.world.clock), Some(Metrics::install()?)))
    }

    /// What stands around every route.
    fn edge(&self) -> Result<Edge> {
        let server = &self.settings.server;
        let gate = Arc::new(auth::http::Gate(self.auth.clone()));
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
}

impl Running {
    /// Everything people and programs reach.
    pub fn router(&self) -> Result<Router> {
        self.house.router(Some(&self.bus))
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

/// The contexts that answer an erasure.
const ERASING: &[&str] = &["auth", "people", "directory", "scheduling"];

/// Every text of every crate.
pub fn texts() -> Result<Texts> {
    Catalog::new()
        .with(platform::i18n::TEXTS)
        .with(auth::TEXTS)
        .with(people::TEXTS)
        .with(directory::TEXTS)
        .with(scheduling::TEXTS)
        .with(web::TEXTS)
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
}

async fn open(settings: &Settings, context: &str) -> Result<Db> {
    Db::open(&settings.database.url_of(context), settings.database.options())
        .await
        .map_err(|error| refused(error, context))
}

/// Says what to do where the data are another's.
fn refused(error: Error, context: &str) -> Error {
    match error {
        Error::Db(DbError::Unavailable(why)) if why.contains("open already") => Error::internal(format_args!(
            "{why}: another mediverse works on these data; stop it, or name another folder"
        )),
        Error::Db(error) => Error::internal(format_args!("the database of {context}: {error}")),
        other => other,
    }
}

async fn migrate(db: &Db, context: &'static str, own: &[Migration]) -> Result<()> {
    db.migrate(context, &[platform::bus::MIGRATIONS, platform::jobs::MIGRATIONS, own].concat()).await.map(drop)
}

fn make_folders(settings: &Settings) -> Result<()> {
    let folders = [settings.database.folder(), settings.key_file().parent().map(Path::to_path_buf)];
    for folder in folders.into_iter().flatten().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(&folder).map_err(|e| Error::internal(format_args!("{}: {e}", folder.display())))?;
    }
    Ok(())
}
