//! Who sends a request, told by a process that has no database of accounts. It checks tokens by the published keys, and
//! keeps a copy of what roles allow, of the sessions ended and of the accounts changed while tokens live; every quarter
//! of a second it asks auth for news. So a sign-out everywhere or an edited role takes effect within a second, and
//! while auth is away tokens go on being told apart by the last copy. What the copy cannot tell is asked of auth.

use std::{
    collections::HashMap,
    future::Future,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use async_trait::async_trait;
use contracts::auth::{Auth, Identity, News, Role};
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{DecodingKey, jwk::JwkSet};
use moka::sync::Cache;
use platform::{
    Actor, Clock, Error, Id as _, PermissionSet, Result,
    http::{Authenticator, Credential},
};
use tokio::{
    sync::{Mutex, watch},
    time::{Instant, timeout},
};

use crate::{
    http::shown,
    news, role,
    session::hash_of,
    token::{self, Claims, Who},
};

/// How often auth is asked for news, and how long it may take to answer.
const ASK: Duration = Duration::from_millis(250);
const PATIENCE: Duration = Duration::from_millis(900);
/// How long sessions ended and accounts changed are remembered: longer than an access token lives.
const REMEMBERED: Duration = Duration::from_mins(16);
/// How long an identity that auth told counts by itself: news take away what is no longer so.
const FRESH: Duration = Duration::from_secs(30);
/// How long it counts while another replica of auth may not yet know of a change.
const FRESH_AFTER_CHANGE: Duration = Duration::from_millis(500);
/// How long after a change that is.
const UNSETTLED: Duration = Duration::from_secs(5);
/// How much longer it counts while auth is away.
const AWAY: Duration = Duration::from_secs(15);
/// A token issued so shortly after a change may still say what was true before.
const ISSUING: SignedDuration = SignedDuration::from_secs(2);
const MOST: u64 = 100_000;

/// Tells who sends a request, from a copy of what auth knows.
pub struct Doorkeeper {
    auth: Arc<dyn Auth>,
    clock: Clock,
    copy: RwLock<Option<Arc<Copy>>>,
    ended: Cache<Arc<str>, ()>,
    changed: Cache<Arc<str>, Changed>,
    checked: Cache<[u8; 32], Arc<Checked>>,
    told: Cache<[u8; 32], Arc<Told>>,
    /// Held while auth is asked for news: one asks at a time, and no older answer comes after a newer one.
    asked: Mutex<Asked>,
}

/// A token whose signature was checked.
struct Checked {
    kid: String,
    claims: Claims,
}

/// What every token is judged by.
struct Copy {
    issuer: String,
    keys: HashMap<String, DecodingKey>,
    published: serde_json::Value,
    allows: Vec<(Role, PermissionSet)>,
    /// When what roles allow was found changed.
    allows_since: Instant,
}

/// When an account changed, by auth's clock, and when that was learnt here.
#[derive(Clone, Copy)]
struct Changed {
    at: Timestamp,
    learnt: Instant,
}

/// An identity that auth told.
struct Told {
    identity: Identity,
    at: Instant,
}

/// How auth was asked for news.
#[derive(Default)]
struct Asked {
    /// Up to when it told them.
    as_of: Option<Timestamp>,
    /// When it was asked last, and whether it did not answer then.
    last: Option<Instant>,
    failed: bool,
}

impl Doorkeeper {
    /// Knows nothing yet. The copy comes by [`Doorkeeper::learn`], kept up by [`Doorkeeper::keep_up`].
    pub fn new(auth: Arc<dyn Auth>, clock: Clock) -> Self {
        Self {
            auth,
            clock,
            copy: RwLock::default(),
            ended: Cache::builder().max_capacity(MOST).time_to_live(REMEMBERED).build(),
            changed: Cache::builder().max_capacity(MOST).time_to_live(REMEMBERED).build(),
            checked: Cache::builder().max_capacity(MOST).time_to_live(Duration::from_mins(15)).build(),
            told: Cache::builder().max_capacity(MOST).time_to_live(Duration::from_mins(15)).build(),
            asked: Mutex::default(),
        }
    }

    /// Asks auth for news until it is told to stop.
    pub async fn keep_up(&self, mut stopped: watch::Receiver<bool>) {
        let mut away = false;
        while !*stopped.borrow() {
            match self.learn().await {
                Ok(()) => away = false,
                _ if away => {}
                _ => {
                    away = true;
                    tracing::warn!("auth does not answer; tokens are judged by what it said last");
                }
            }
            // Whoever could say stop may be gone.
            if let Ok(Err(_)) = timeout(ASK, stopped.changed()).await {
                return;
            }
        }
    }

    /// Asks auth for news once.
    pub async fn learn(&self) -> Result<()> {
        let mut asked = self.asked.lock().await;
        self.ask_for_news(&mut asked).await
    }

    async fn ask_for_news(&self, asked: &mut Asked) -> Result<()> {
        // Noted before and after: whoever asks and goes away has asked, and a slow answer does not count as long ago.
        asked.last = Some(Instant::now());
        let answer = timeout(PATIENCE, self.auth.news(asked.as_of)).await;
        let learnt = answer.unwrap_or(Err(Error::Unavailable("auth"))).and_then(|news| self.take_in(news));
        asked.last = Some(Instant::now());
        asked.failed = learnt.is_err();
        asked.as_of = Some(learnt?);
        Ok(())
    }

    /// Puts news into the copy; answers up to when they are.
    fn take_in(&self, news: News) -> Result<Timestamp> {
        let now = Instant::now();
        for id in &news.ended {
            self.ended.insert(id.as_str().into(), ());
        }
        for (account, at) in &news.changed {
            let account: Arc<str> = account.as_str().into();
            if self.changed.get(&account).is_none_or(|known| known.at < *at) {
                self.changed.insert(account, Changed { at: *at, learnt: now });
            }
        }
        let as_of = news.as_of;
        self.copy_from(news, now)?;
        Ok(as_of)
    }

    /// Whether there is a copy to judge by: a process without one is not ready.
    pub fn is_ready(&self) -> Result<()> {
        self.copy().map(drop)
    }

    fn copy_from(&self, news: News, now: Instant) -> Result<()> {
        let allows = news::matrix(&news.roles);
        let mut copy = self.copy.write().unwrap_or_else(PoisonError::into_inner);
        if copy
            .as_ref()
            .is_some_and(|copy| copy.allows == allows && copy.published == news.keys && copy.issuer == news.issuer)
        {
            return Ok(());
        }
        let allows_since = match copy.as_ref() {
            Some(copy) if copy.allows == allows => copy.allows_since,
            _ => now,
        };
        let keys = keys_of(&news.keys)?;
        *copy = Some(Arc::new(Copy { issuer: news.issuer, keys, published: news.keys, allows, allows_since }));
        Ok(())
    }

    fn copy(&self) -> Result<Arc<Copy>> {
        self.copy.read().unwrap_or_else(PoisonError::into_inner).clone().ok_or(Error::Unavailable("auth"))
    }

    /// Whom a token stands for.
    pub async fn bearer(&self, token: &str) -> Result<Identity> {
        let hash = hash_of(token);
        let checked = match self.checked.get(&hash) {
            Some(checked) => checked,
            None => self.check(hash, token).await?,
        };
        let claims = &checked.claims;
        // A key taken away counts no more, however lately its tokens were checked.
        if claims.exp <= self.clock.now().as_second() || !self.copy()?.keys.contains_key(&checked.kid) {
            return Err(Error::Unauthenticated("bad-token"));
        }
        self.refuse_ended(claims.sid.as_str())?;
        match &claims.who {
            Some(who) if self.is_still_so(claims) => Ok(self.copy()?.identity(claims, who)),
            _ => self.ask(hash, self.auth.identify_bearer(token)).await,
        }
    }

    /// Whom a browser's cookie stands for.
    pub async fn cookie(&self, cookie: &str) -> Result<Identity> {
        self.ask(hash_of(cookie), self.auth.identify_cookie(cookie)).await
    }

    async fn check(&self, hash: [u8; 32], token: &str) -> Result<Arc<Checked>> {
        let kid = token::kid_of(token)?;
        let mut copy = self.copy()?;
        if !copy.keys.contains_key(&kid) {
            copy = self.copy_with_news(&kid).await?;
        }
        let key = copy.keys.get(&kid).ok_or(Error::Unauthenticated("bad-token"))?;
        let checked = Arc::new(Checked { claims: token::signed(token, &copy.issuer, key)?, kid });
        self.checked.insert(hash, checked.clone());
        Ok(checked)
    }

    /// The copy after the news that a key may be in: it was made since the last ones, or never. Strangers make us ask once
    /// in a quarter of a second at most, all of them together, whether auth answers or not.
    async fn copy_with_news(&self, kid: &str) -> Result<Arc<Copy>> {
        let mut asked = self.asked.lock().await;
        let copy = self.copy()?;
        if copy.keys.contains_key(kid) {
            return Ok(copy);
        }
        if asked.last.is_some_and(|last| last.elapsed() < ASK) {
            return if asked.failed { Err(Error::Unavailable("auth")) } else { Ok(copy) };
        }
        self.ask_for_news(&mut asked).await?;
        self.copy()
    }

    /// Whether the account is as it was when the token was issued.
    fn is_still_so(&self, claims: &Claims) -> bool {
        self.changed.get(claims.sub.as_str()).is_none_or(|changed| claims.iat > (changed.at + ISSUING).as_second())
    }

    fn refuse_ended(&self, session: &str) -> Result<()> {
        if self.ended.contains_key(session) { Err(Error::Unauthenticated("session-expired")) } else { Ok(()) }
    }

    /// What auth tells of a credential, or told lately.
    async fn ask(&self, hash: [u8; 32], asking: impl Future<Output = Result<Identity>>) -> Result<Identity> {
        let kept = self.told.get(&hash);
        if let Some(kept) = kept.as_deref()
            && self.counts(kept, false)?
        {
            return Ok(kept.identity.clone());
        }
        let at = Instant::now();
        match asking.await {
            Ok(identity) => {
                self.refuse_ended(session_of(&identity))?;
                self.told.insert(hash, Arc::new(Told { identity: identity.clone(), at }));
                Ok(identity)
            }
            Err(error) if error.status() < 500 => {
                self.told.invalidate(&hash);
                Err(error)
            }
            Err(error) => match kept.as_deref() {
                Some(kept) if self.counts(kept, true)? => Ok(kept.identity.clone()),
                _ => {
                    tracing::warn!(error = error.word(), "auth cannot say who sends a request");
                    Err(Error::Unavailable("auth"))
                }
            },
        }
    }

    /// Whether an identity told earlier still counts; 401 where its session has ended since.
    fn counts(&self, kept: &Told, away: bool) -> Result<bool> {
        self.refuse_ended(session_of(&kept.identity))?;
        let Actor::Account { id, .. } = &kept.identity.actor else { return Ok(false) };
        let changes = [self.changed.get(&**id).map(|changed| changed.learnt), Some(self.copy()?.allows_since)];
        if changes.iter().flatten().any(|learnt| kept.at <= *learnt) {
            return Ok(false);
        }
        let unsettled = changes.iter().flatten().any(|learnt| learnt.elapsed() < UNSETTLED);
        let fresh = if unsettled { FRESH_AFTER_CHANGE } else { FRESH };
        Ok(kept.at.elapsed() < if away { fresh + AWAY } else { fresh })
    }
}

impl Copy {
    fn identity(&self, claims: &Claims, who: &Who) -> Identity {
        let held = self.allows.iter().filter(|(role, _)| who.roles.contains(role));
        let set = held.fold(PermissionSet::default(), |set, (_, allowed)| set.union(*allowed));
        let serves_all = who.roles.contains(&Role::SuperAdmin);
        Identity {
            actor: Actor::Account { id: claims.sub.as_str().into(), session: claims.sid.as_str().into() },
            permissions: role::within(set, who.state),
            facilities: (!serves_all).then(|| who.facilities.clone().into()),
            locale: who.locale,
            name: "".into(),
            roles: who.roles.clone().into(),
        }
    }
}

fn session_of(identity: &Identity) -> &str {
    match &identity.actor {
        Actor::Account { session, .. } => session,
        Actor::Guest | Actor::System(_) => "",
    }
}

fn keys_of(published: &serde_json::Value) -> Result<HashMap<String, DecodingKey>> {
    let set: JwkSet = serde_json::from_value(published.clone()).map_err(Error::internal)?;
    let named = set.keys.iter().filter_map(|key| Some((key.common.key_id.clone()?, key)));
    named.map(|(id, key)| Ok((id, DecodingKey::from_jwk(key).map_err(Error::internal)?))).collect()
}

#[async_trait]
impl Authenticator for Doorkeeper {
    async fn identify(&self, credential: Credential<'_>) -> Result<platform::http::Identity> {
        match credential {
            Credential::Bearer(token) => self.bearer(token).await,
            Credential::Cookie(cookie) => self.cookie(cookie).await,
        }
        .map(shown)
    }
}
