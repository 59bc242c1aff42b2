//! The context, put together.

use std::{net::IpAddr, sync::Arc, time::Duration};

use contracts::auth::{AccountId, Identity};
use jiff::SignedDuration;
use moka::sync::Cache;
use platform::{
    Clock, Cx, Error, Id as _, Result,
    crypto::{KeyStore, MasterKey},
    db::Db,
    entropy::Entropy,
    http::limit::Limiter,
};

use crate::{
    password::Passwords,
    presence::{Presence, Present},
    role, session,
    settings::Settings,
    token::{Claims, Keyring},
    vault::Vault,
};

/// What auth is made of.
pub struct Parts<'a> {
    /// Its database, migrated: the bus, the jobs, [`crate::MIGRATIONS`].
    pub db: Db,
    /// Where "now" comes from.
    pub clock: Clock,
    /// Where secrets come from.
    pub entropy: Entropy,
    /// The key of the house.
    pub master: &'a MasterKey,
    /// The store of data keys.
    pub keys: &'a KeyStore,
    /// How long things last.
    pub settings: Settings,
}

/// Accounts, sign-in, sessions, access tokens, roles and the audit trail. Implements [`contracts::auth::Auth`].
pub struct AuthContext {
    pub(crate) db: Db,
    pub(crate) settings: Settings,
    pub(crate) vault: Vault,
    pub(crate) passwords: Passwords,
    pub(crate) keyring: Keyring,
    pub(crate) presence: Presence,
    /// Asking for and trying of reset codes, by address.
    pub(crate) senders: Limiter<Option<IpAddr>>,
    /// Accounts opened by guests, by address.
    pub(crate) openers: Limiter<Option<IpAddr>>,
    /// Codes of a second factor tried by somebody signed in.
    pub(crate) codes: Limiter<AccountId>,
    /// Tokens whose signature was checked, by hash.
    checked: Cache<[u8; 32], Arc<Checked>>,
    pub(crate) clock: Clock,
}

/// A token whose signature was checked.
struct Checked {
    kid: String,
    claims: Claims,
    session: Arc<str>,
}

impl AuthContext {
    /// Puts the context together: gives roles their usual permissions and makes a signing key, where there are none.
    pub async fn start(parts: Parts<'_>) -> Result<Self> {
        let Parts { db, clock, entropy, master, keys, settings } = parts;
        let cx = Cx::system("auth", clock.clone(), entropy.clone());
        let vault = Vault::new(master, keys.for_scope(&cx, "auth").await?, entropy);
        role::seed(&db).await?;
        Ok(Self {
            passwords: Passwords::new(settings.hashers),
            keyring: Keyring::open(&cx, db.clone(), vault.clone(), settings.clone()).await?,
            presence: Presence::new(db.clone()),
            senders: Limiter::new(20, SignedDuration::from_mins(15), 100_000).shared("reset-codes", &settings.shared),
            openers: Limiter::new(100, SignedDuration::from_mins(15), 100_000).shared("openings", &settings.shared),
            codes: Limiter::new(5, SignedDuration::from_mins(5), 10_000).shared("second-factors", &settings.shared),
            checked: Cache::builder().max_capacity(50_000).time_to_live(Duration::from_mins(15)).build(),
            db,
            settings,
            vault,
            clock,
        })
    }

    /// Who a bearer token speaks for. A signature is checked once; whether its key still counts, whether the token has
    /// expired, whether its session has ended and what the account may do, each time.
    pub(crate) async fn bearer(&self, token: &str) -> Result<Identity> {
        let now = self.clock.now();
        let hash = session::hash_of(token);
        let checked = match self.checked.get(&hash) {
            Some(checked) => checked,
            None => self.check(hash, token).await?,
        };
        if checked.claims.exp <= now.as_second() || !self.keyring.counts(now, &checked.kid).await? {
            return Err(Error::Unauthenticated("bad-token"));
        }
        let present = self.presence.of_session(&checked.session, now).await?;
        if present.account.as_str() != checked.claims.sub {
            return Err(Error::Unauthenticated("bad-token"));
        }
        Ok(present.identity.clone())
    }

    /// Who a browser's cookie speaks for.
    pub(crate) async fn cookie(&self, cookie: &str) -> Result<Identity> {
        let now = self.clock.now();
        let session = self.presence.session_of_cookie(session::hash_of(cookie)).await?;
        let present: Arc<Present> = self.presence.of_session(&session, now).await?;
        if self.presence.is_first_use_of_minute(&session) {
            // Whoever may come in is let in, also while nothing can be written.
            if let Err(error) = self.note_use(&session, now).await {
                tracing::warn!(error = error.word(), "the use of a session was not noted");
            }
        }
        Ok(present.identity.clone())
    }

    /// The published keys.
    pub(crate) async fn key_set(&self) -> Result<serde_json::Value> {
        self.keyring.published(self.clock.now()).await
    }

    async fn check(&self, hash: [u8; 32], token: &str) -> Result<Arc<Checked>> {
        let (kid, claims) = self.keyring.verify(self.clock.now(), token).await?;
        let checked = Arc::new(Checked { kid, session: claims.sid.as_str().into(), claims });
        self.checked.insert(hash, checked.clone());
        Ok(checked)
    }
}
