//! The one place that knows every context, and which of them live in this process: opens the databases of those that
//! do, puts clients in place of the others, gives them to each other as the traits they promise, joins them on the bus,
//! and puts their routes behind one door.

mod databases;
mod doors;
mod elsewhere;
mod entry;
mod moving;
mod passes;
mod roles;
mod world;

use std::{path::Path, sync::Arc};

use auth::{AuthContext, Doorkeeper};
use contracts::{
    auth::Auth, directory::Directory, notifications::Notifications, people::People, scheduling::Scheduling,
    system::System,
};
use directory::DirectoryContext;
use futures_util::future::try_join_all;
use notifications::{Bell, NotificationsContext, Smtp};
use people::PeopleContext;
use platform::{
    Error, Result,
    blobs::{self, Links},
    crypto::MasterKey,
    db::Db,
    i18n::{Catalog, Texts},
    live::Live,
    shared::Shared,
    tls::Mutual,
};
use remote::{Passes, RemoteScheduling};
use scheduling::SchedulingContext;

use self::{
    databases::{KEYS, bring_up_to_date, make_folders, master_key, named, names_of, open_keys, refused},
    doors::checks,
    elsewhere::Elsewhere,
};
pub use self::{
    entry::checks as entry_checks,
    moving::Running,
    roles::{Part, Roles},
    world::World,
};

use crate::{mailbox::Mailbox, settings::Settings};

use crate::system::{self, Own};

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
    pub(crate) process: Arc<Own>,
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
    /// People come by a certificate of our own making, under whatever name this machine has for them.
    own_tls: bool,
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
            let links = Links::new("/files", master.derive("files"));
            let files = blobs::open(&settings.files, &settings.files_folder(), links).await?;
            let directory = DirectoryContext::open(db, texts.clone()).await?;
            Ok(Some(Arc::new(directory.with_files(files))))
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
            own_tls: false,
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

    /// People reach it by HTTPS under any of this machine's names: cookies are bound to HTTPS, forms to the name asked
    /// for. Browsers are not told to come by HTTPS alone from now on: the name may be `localhost`, which others share.
    #[must_use]
    pub fn behind_own_tls(mut self) -> Self {
        self.own_tls = true;
        self
    }

    fn https(&self) -> bool {
        self.own_tls || self.settings.server.https()
    }

    /// The databases by their contexts' names.
    pub fn databases(&self) -> &[(&'static str, Db)] {
        &self.databases
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

fn not_here(part: Part) -> Error {
    Error::internal(format_args!("{part} does not live in this process: name it in services.roles"))
}
