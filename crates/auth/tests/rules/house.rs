//! A running auth with a clock that is moved by hand, and what tests ask of it.

use std::sync::Arc;

use auth::{AuthContext, Parts, Settings};
use contracts::auth::{Account, Auth as _, Identity, LogIn, OpenAccount, Role, Tokens};
use jiff::SignedDuration;
use platform::{
    Clock, Cx, Error, Result,
    bus::{self, Class, Envelope, Event, Hearer},
    crypto::{KeyStore, MasterKey},
    db::Db,
    entropy::Entropy,
    i18n::Locale,
    jobs,
};

/// A password nobody guesses.
pub const PASSWORD: &str = "kuda laut biru menari";
/// Another.
pub const OTHER: &str = "perahu kertas melawan badai";

/// A running auth.
pub struct House {
    pub auth: Arc<AuthContext>,
    pub db: Db,
    pub clock: Clock,
    hearer: Arc<Hearer>,
}

impl House {
    pub async fn open(db: Db) -> Result<Self> {
        db.migrate("bus", bus::MIGRATIONS).await?;
        db.migrate("jobs", jobs::MIGRATIONS).await?;
        db.migrate("auth", auth::MIGRATIONS).await?;
        let clock = Clock::manual("2026-11-24T00:00:00Z".parse().unwrap());
        let master = MasterKey::generate(&Entropy::seeded(1));
        let auth = start(&db, &clock, &master).await?;
        let hearer =
            Arc::new(Hearer::new(auth.clone().reactions(), Cx::system("auth", clock.clone(), Entropy::System)));
        for source in ["directory", "people"] {
            hearer.join(source).await?;
        }
        Ok(Self { auth, db, clock, hearer })
    }

    /// The program itself.
    pub fn system(&self) -> Cx {
        self.tick();
        Cx::system("test", self.clock.clone(), Entropy::System)
    }

    /// A visitor from that address.
    pub fn guest(&self, address: &str) -> Cx {
        self.tick();
        let mut cx = Cx::guest("req_test", Locale::Id, self.clock.clone(), Entropy::System);
        cx.address = Some(address.parse().unwrap());
        cx
    }

    /// Whoever a token speaks for.
    pub async fn with_token(&self, token: &str) -> Result<Cx> {
        Ok(self.of(&self.auth.identify_bearer(token).await?))
    }

    pub fn of(&self, identity: &Identity) -> Cx {
        let mut cx = self.guest("10.0.0.1");
        cx.actor = identity.actor.clone();
        cx.permissions = identity.permissions;
        cx.facilities = identity.facilities.clone();
        cx
    }

    /// No two things happen at the same instant, so that the newest is known.
    fn tick(&self) {
        self.clock.advance(SignedDuration::from_micros(1));
    }

    pub fn pass(&self, seconds: i64) {
        self.clock.advance(SignedDuration::from_secs(seconds));
    }

    /// Opens an account with [`PASSWORD`].
    pub async fn account(&self, email: &str, role: Role) -> Result<Account> {
        self.auth.open_account(&self.system(), asks(email, role)).await
    }

    /// Opens an account and signs it in.
    pub async fn signed_in(&self, email: &str, role: Role) -> Result<(Cx, Tokens)> {
        self.account(email, role).await?;
        let tokens = self.log_in(email).await?;
        Ok((self.with_token(&tokens.access_token).await?, tokens))
    }

    /// Opens an account of staff of these facilities and signs it in.
    pub async fn admin_of(&self, email: &str, facilities: &[&str]) -> Result<(Cx, Tokens)> {
        let facilities = facilities.iter().map(ToString::to_string).collect();
        self.auth.open_account(&self.system(), OpenAccount { facilities, ..asks(email, Role::Admin) }).await?;
        let tokens = self.log_in(email).await?;
        Ok((self.with_token(&tokens.access_token).await?, tokens))
    }

    /// Signs in with [`PASSWORD`].
    pub async fn log_in(&self, email: &str) -> Result<Tokens> {
        self.auth.log_in(&self.guest("10.0.0.1"), log_in(email, PASSWORD), "test").await
    }

    /// Tries to sign in from an address.
    pub async fn tries(&self, address: &str, email: &str, password: &str) -> Result<Tokens> {
        self.auth.log_in(&self.guest(address), log_in(email, password), "test").await
    }

    /// The newest content of a kind of event that was said.
    pub async fn said<E: Event>(&self) -> Result<Option<E>> {
        let sql = "select payload from outbox where kind = $1 order by at desc, n desc, id desc limit 1";
        let found: Option<(String,)> = self.db.read(async move |tx| tx.one(sql, &[&E::KIND]).await).await?;
        Ok(found.map(|(payload,)| serde_json::from_str(&payload).unwrap()))
    }

    /// Hears an event of another context, the `n`th of its subject.
    pub async fn hears<E: Event>(&self, source: &str, n: i64, id: &str, event: &E) -> Result<()> {
        let at = self.clock.now();
        let envelope = Envelope {
            id: id.to_owned(),
            source: source.into(),
            epoch: 1,
            subject: event.subject(),
            n: if E::CLASS == Class::Log { 0 } else { n },
            kind: E::KIND.to_owned(),
            class: E::CLASS,
            payload: serde_json::to_string(event).unwrap(),
            at,
            began: at,
            trace: None,
        };
        self.hearer.take(&[Arc::new(envelope)]).await?;
        assert!(
            self.hearer.parked(10).await?.is_empty() && self.hearer.waiting().await? == 0,
            "the event was not applied"
        );
        Ok(())
    }

    /// Runs what auth does every so often.
    pub async fn runs_jobs(&self) -> Result<()> {
        let jobs = self.auth.clone().jobs().idle(self.clock.clone(), Entropy::System).await?;
        jobs.run_due().await.map(drop)
    }

    /// A number the database answers.
    pub async fn count(&self, sql: &'static str) -> Result<i64> {
        self.db.read(async move |tx| Ok(tx.one::<(i64,)>(sql, &[]).await?.unwrap().0)).await
    }

    /// Changes the database behind auth's back.
    pub async fn meddles(&self, sql: &'static str) -> Result<u64> {
        self.db.write(async move |tx| tx.exec(sql, &[]).await).await
    }
}

/// Another process on the same database.
pub async fn start(db: &Db, clock: &Clock, master: &MasterKey) -> Result<Arc<AuthContext>> {
    let keys = KeyStore::open(db.clone(), master).await?;
    let parts = Parts {
        db: db.clone(),
        clock: clock.clone(),
        entropy: Entropy::System,
        master,
        keys: &keys,
        settings: Settings::default(),
    };
    Ok(Arc::new(AuthContext::start(parts).await?))
}

pub fn asks(email: &str, role: Role) -> OpenAccount {
    OpenAccount {
        email: email.to_owned(),
        phone: None,
        name: "Siti Rahma".to_owned(),
        password: PASSWORD.to_owned(),
        role,
        facilities: Vec::new(),
    }
}

pub fn log_in(login: &str, password: &str) -> LogIn {
    LogIn { login: login.to_owned(), password: password.to_owned(), code: None }
}

/// Whether the answer is a 401 for that reason.
pub fn is_unauthenticated<T>(answer: &Result<T>, reason: &str) -> bool {
    matches!(answer, Err(Error::Unauthenticated(told)) if *told == reason)
}

/// Whether the answer is a 422 with that code.
pub fn is_invalid<T>(answer: &Result<T>, code: &str) -> bool {
    matches!(answer, Err(Error::Invalid(fields)) if fields.iter().any(|field| field.code == code))
}
