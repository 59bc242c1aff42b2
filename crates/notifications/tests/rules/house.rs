//! Notifications with contexts around that only speak, a carrier that remembers, and people to tell.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering::Relaxed},
};

use async_trait::async_trait;
use contracts::{
    auth::{AccountId, AccountOpened, AccountState, Role},
    directory::{
        Bilingual, DoctorChanged, DoctorId, DoctorState, FacilityChanged, FacilityId, Mode, ServiceId, ServiceKind,
    },
    notifications::{Channel, Notification, Notifications as _},
    people::{PatientChanged, PatientId, PatientType, Sex},
    scheduling::{AppointmentId, Offer, State, Visit},
};
use jiff::{SignedDuration, Timestamp, civil::date};
use notifications::{
    Bell, NotificationsContext, Parts,
    channel::{Carrier, Message, Receipt, Refusal, Sender},
};
use platform::{
    Clock, Cx, Money, Result,
    bus::{self, Bus, BusHandle, Event},
    crypto::{KeyStore, MasterKey},
    db::{Db, DbOptions, PageAsk},
    i18n::{Catalog, Locale},
    jobs::{self, JobsHandle},
    live::Live,
};
use testkit::asking::Asking;

/// Who speaks.
const SOURCES: [&str; 4] = ["auth", "people", "directory", "scheduling"];
const SOON: std::time::Duration = std::time::Duration::from_secs(20);

/// Monday 23 November 2026, 08:00 in Makassar.
pub const MORNING: &str = "2026-11-23T00:00:00Z";

pub struct House {
    pub notifications: NotificationsContext,
    pub asking: Asking,
    pub post: Arc<Post>,
    pub bell: Bell,
    pub facility: FacilityId,
    pub doctor: DoctorId,
    pub doctors_account: AccountId,
    bus: BusHandle,
    jobs: JobsHandle,
    sources: Vec<(&'static str, Db)>,
    _folder: tempfile::TempDir,
}

/// Somebody with an account and themselves as patient.
pub struct Person {
    pub account: AccountId,
    pub patient: PatientId,
    pub cx: Cx,
}

/// A carrier that remembers what it was given, and answers as it is told.
#[derive(Default)]
pub struct Post {
    pub taken: Mutex<Vec<Message>>,
    /// What is answered next, last first; taken where nothing is left.
    pub answers: Mutex<Vec<Refusal>>,
    /// So many times it takes a message and the program dies before it can write that down.
    pub deaths: AtomicUsize,
}

#[async_trait]
impl Carrier for Post {
    fn channel(&self) -> Channel {
        Channel::Email
    }

    fn sender(&self) -> Sender {
        Sender { name: "Mediverse".to_owned(), address: "janji@contoh.example".to_owned() }
    }

    async fn send(&self, _: &Cx, message: &Message) -> Result<Receipt, Refusal> {
        if let Some(refusal) = self.answers.lock().unwrap().pop() {
            return Err(refusal);
        }
        self.taken.lock().unwrap().push(message.clone());
        assert!(self.deaths.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1)).is_err(), "it dies here");
        Ok(Receipt { answer: "250 OK <x@y>".to_owned() })
    }
}

impl Post {
    pub fn subjects(&self) -> Vec<String> {
        self.taken.lock().unwrap().iter().map(|message| message.subject.clone()).collect()
    }
}

impl House {
    /// On a database that has the tables of the bus already.
    pub async fn on(db: Db) -> Result<Self> {
        db.migrate("jobs", jobs::MIGRATIONS).await?;
        db.migrate("notifications", notifications::MIGRATIONS).await?;
        let folder = tempfile::tempdir().unwrap();
        let open = |name: &str| {
            let url = format!("sqlite:{}/{name}.db", folder.path().display());
            async move { Db::open(&url, DbOptions::default()).await }
        };
        let asking = Asking::at(MORNING);
        let (cx, master) = (asking.system(), MasterKey::generate(&asking.entropy));
        let texts = Catalog::new().with(platform::i18n::TEXTS).with(notifications::TEXTS).build()?;
        let bell = Bell::over(&Live::local());
        let parts = Parts {
            db: db.clone(),
            texts: Arc::new(texts),
            keys: KeyStore::open(open("keys").await?, &master).await?,
            master: &master,
            house: notifications::House::at("https://klinik.example/"),
            bell: bell.clone(),
        };
        let notifications = NotificationsContext::open(&cx, parts).await?;
        let post = Arc::new(Post::default());
        notifications.carry_by(post.clone());
        let mut bus = Bus::new(asking.clock.clone(), asking.entropy.clone());
        bus.source("notifications", db.clone());
        let mut sources = Vec::new();
        for name in SOURCES {
            let source = open(name).await?;
            source.migrate("bus", bus::MIGRATIONS).await?;
            bus.source(name, source.clone());
            sources.push((name, source));
        }
        bus.join(notifications.reactions());
        let jobs = notifications.jobs().idle(asking.clock.clone(), asking.entropy.clone()).await?;
        let house = Self {
            notifications,
            post,
            bell,
            facility: cx.new_id(),
            doctor: cx.new_id(),
            doctors_account: cx.new_id(),
            bus: bus.start().await?,
            jobs,
            sources,
            asking,
            _folder: folder,
        };
        house.open_account(&house.doctors_account, "dr. Rahma", Locale::Id).await?;
        house
            .say(FacilityChanged {
                facility: house.facility.clone(),
                slug: "klinik-a".to_owned(),
                name: "Klinik A".to_owned(),
                zone: "Asia/Makassar".to_owned(),
                address: "Jl. Melati 5, Makassar".to_owned(),
                active: true,
            })
            .await?;
        house.tell_of_doctor().await?;
        Ok(house)
    }

    async fn tell_of_doctor(&self) -> Result<()> {
        self.say(DoctorChanged {
            doctor: self.doctor.clone(),
            slug: "rahma".to_owned(),
            account: Some(self.doctors_account.clone()),
            name: "dr. Rahma, Sp.JP".to_owned(),
            sex: Sex::Female,
            photo: None,
            speciality: Bilingual { id: "Jantung".to_owned(), en: "Cardiology".to_owned() },
            str_until: None,
            practices: Vec::new(),
            auto_accept: true,
            state: DoctorState::Listed,
        })
        .await
    }

    /// Says an event as the context it is of, and waits until it is heard.
    pub async fn say<E: Event>(&self, event: E) -> Result<()> {
        let (_, source) = self.sources.iter().find(|(name, _)| *name == E::SOURCE).expect("a context that speaks");
        let cx = self.asking.system();
        source.write(async move |tx| tx.publish(&cx, &event).await).await?;
        // What is said next is said later.
        self.asking.pass(SignedDuration::from_secs(1));
        self.settle().await
    }

    /// Says an event without waiting: what is needed to understand it may come later.
    pub async fn say_early<E: Event>(&self, event: E) -> Result<()> {
        let (_, source) = self.sources.iter().find(|(name, _)| *name == E::SOURCE).expect("a context that speaks");
        let cx = self.asking.system();
        source.write(async move |tx| tx.publish(&cx, &event).await).await?;
        self.asking.pass(SignedDuration::from_secs(1));
        Ok(())
    }

    /// Lets time pass until everything is heard that could not be understood at first.
    pub async fn settle_late(&self) -> Result<()> {
        for _ in 0..20 {
            self.asking.minutes_later(1);
            if self.bus.settle(std::time::Duration::from_secs(2)).await.is_ok() {
                return Ok(());
            }
        }
        self.settle().await
    }

    /// As [`House::say`], said so long ago.
    pub async fn said_ago<E: Event>(&self, ago: SignedDuration, event: E) -> Result<()> {
        let (_, source) = self.sources.iter().find(|(name, _)| *name == E::SOURCE).expect("a context that speaks");
        let cx = Cx { clock: Clock::manual(self.asking.now() - ago), ..self.asking.system() };
        source.write(async move |tx| tx.publish(&cx, &event).await).await?;
        self.settle().await
    }

    pub async fn settle(&self) -> Result<()> {
        self.bus.settle(SOON).await
    }

    /// Has scheduling say everything again.
    pub async fn say_again(&self) -> Result<()> {
        self.bus.reannounce("scheduling", Timestamp::UNIX_EPOCH).await?;
        self.settle().await
    }

    pub async fn open_account(&self, account: &AccountId, name: &str, locale: Locale) -> Result<()> {
        self.tell_of_account(account, name, locale, AccountState::Active).await
    }

    /// Says how an account is now.
    pub async fn tell_of_account(
        &self,
        account: &AccountId,
        name: &str,
        locale: Locale,
        state: AccountState,
    ) -> Result<()> {
        let email = format!("{}@contoh.example", name.to_lowercase().replace([' ', '.'], ""));
        self.say(AccountOpened {
            account: account.clone(),
            roles: vec![Role::Patient],
            name: name.to_owned(),
            email,
            phone: None,
            locale,
            state,
        })
        .await
    }

    /// Somebody everybody knows of.
    pub async fn person(&self, name: &str, locale: Locale) -> Result<Person> {
        let person = self.stranger(locale);
        self.open_account(&person.account, name, locale).await?;
        self.acts_for(&person.patient, 1, name, &[&person.account]).await?;
        Ok(person)
    }

    /// Somebody nobody has told of yet.
    pub fn stranger(&self, locale: Locale) -> Person {
        let cx = self.asking.system();
        let (account, patient): (AccountId, PatientId) = (cx.new_id(), cx.new_id());
        let cx = Cx { locale, ..self.asking.patient(&account) };
        Person { account, patient, cx }
    }

    /// Says who may act for a patient.
    pub async fn acts_for(&self, patient: &PatientId, version: i64, name: &str, accounts: &[&AccountId]) -> Result<()> {
        self.say(self.profile(patient, version, name, accounts)).await
    }

    /// A patient, as people tells of them.
    #[allow(clippy::unused_self, reason = "it reads as a sentence")]
    pub fn profile(&self, patient: &PatientId, version: i64, name: &str, accounts: &[&AccountId]) -> PatientChanged {
        PatientChanged {
            patient: patient.clone(),
            version,
            accounts: accounts.iter().map(|account| (*account).clone()).collect(),
            name: name.to_owned(),
            birth_date: date(1990, 1, 1),
            sex: Sex::Female,
            patient_type: PatientType::Umum,
            locale: Locale::Id,
        }
    }

    /// A visit of half an hour with the doctor.
    pub fn visit(&self, patient: &PatientId, starts_at: &str) -> Visit {
        let (cx, starts_at): (Cx, Timestamp) = (self.asking.system(), starts_at.parse().unwrap());
        Visit {
            appointment: cx.new_id::<AppointmentId>(),
            patient: patient.clone(),
            booked_by: None,
            offer: Offer {
                facility: self.facility.clone(),
                service: cx.new_id::<ServiceId>(),
                doctor: Some(self.doctor.clone()),
                mode: Mode::InPerson,
            },
            kind: ServiceKind::Consultation,
            state: State::Booked,
            starts_at,
            ends_at: starts_at + SignedDuration::from_mins(30),
            zone: "Asia/Makassar".to_owned(),
            price: Money::idr(150_000),
        }
    }

    /// The doctor, signed in.
    pub fn as_doctor(&self) -> Cx {
        self.asking.doctor(&self.doctors_account)
    }

    /// Everything in somebody's inbox, the newest first.
    pub async fn inbox(&self, cx: &Cx) -> Vec<Notification> {
        self.notifications.inbox(cx, PageAsk::first(100)).await.unwrap().items
    }

    /// The kinds in somebody's inbox, the oldest first.
    pub async fn kinds(&self, cx: &Cx) -> Vec<String> {
        self.inbox(cx).await.into_iter().rev().map(|item| item.kind.to_string()).collect()
    }

    /// Does what is due now.
    pub async fn run_jobs(&self) {
        self.jobs.run_due().await.unwrap();
    }

    /// Lets time pass until then, and does what is due.
    pub async fn at(&self, time: &str) {
        self.asking.later(time.parse().unwrap());
        self.run_jobs().await;
    }
}

/// The visit at another time or in another state.
pub fn changed(visit: &Visit, starts_at: &str, state: State) -> Visit {
    let starts_at: Timestamp = starts_at.parse().unwrap();
    Visit { starts_at, ends_at: starts_at + SignedDuration::from_mins(30), state, ..visit.clone() }
}

/// The visit in another state.
pub fn now(visit: &Visit, state: State) -> Visit {
    Visit { state, ..visit.clone() }
}
