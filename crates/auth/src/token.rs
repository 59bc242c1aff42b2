//! Access tokens: JWTs signed with Ed25519, fifteen minutes long, and the keys that sign them (A5).
//!
//! A key is published a day before it signs and a day after its last signature, so that whoever checks tokens by the
//! published set (RFC 7517) never meets an unknown one.

use std::sync::{Arc, RwLock};

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use contracts::auth::{AccountState, Role, SessionId};
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use platform::{
    Cx, Error, Result, crypto,
    db::{Db, Tx},
    i18n::Locale,
};
use serde::{Deserialize, Serialize};

use crate::{account::Kept, settings::Settings, vault::Vault};

/// Who may take our tokens: our own services.
const AUDIENCE: &str = "mediverse";
/// How long a key is published before it signs, and after.
const OVERLAP: SignedDuration = SignedDuration::from_hours(24);
/// How long the keys in memory count.
const RELOAD: SignedDuration = SignedDuration::from_mins(10);
/// How soon an unknown key may have them read again.
const RELOAD_FOR_UNKNOWN: SignedDuration = SignedDuration::from_secs(1);
/// The longest token that is looked at, in bytes.
const LONGEST: usize = 2048;
/// So many facilities are named in a token at most.
const MOST_FACILITIES: usize = 20;
const REFUSED: Error = Error::Unauthenticated("bad-token");

const KEYS: &str = "select generation, kid, public_key, private_key, signs_from from signing_key order by generation";
const NEWEST: &str = "select generation, signs_from from signing_key order by generation desc limit 1";
const ADD: &str = "
    insert into signing_key (generation, kid, public_key, private_key, signs_from) values ($1, $2, $3, $4, $5)
    on conflict do nothing";
const RETIRE: &str = "
    delete from signing_key where generation < (select max(generation) from signing_key where signs_from < $1)";

/// What a token says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Claims {
    iss: String,
    aud: String,
    /// The account.
    pub(crate) sub: String,
    /// The session.
    pub(crate) sid: SessionId,
    pub(crate) iat: i64,
    pub(crate) exp: i64,
    /// What the account was then, for processes that have no database of accounts; absent where it would be too long, and
    /// of whoever holds named roles, which only auth knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) who: Option<Who>,
}

/// What an account was when its token was issued.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Who {
    pub(crate) roles: Vec<Role>,
    pub(crate) facilities: Vec<String>,
    pub(crate) state: AccountState,
    pub(crate) locale: Locale,
}

impl Who {
    fn of(account: &Kept) -> Option<Self> {
        let (roles, facilities) = (account.roles(), account.facilities());
        let told = facilities.len() <= MOST_FACILITIES && account.named_roles.is_empty();
        told.then_some(Self { roles, facilities, state: account.state, locale: account.locale })
    }
}

/// A key pair, opened.
struct Key {
    kid: String,
    public: Vec<u8>,
    signs_from: Timestamp,
    encoding: EncodingKey,
    decoding: DecodingKey,
}

struct Keys {
    all: Vec<Key>,
    read_at: Timestamp,
}

/// The keys in memory.
pub(crate) struct Keyring {
    db: Db,
    vault: Vault,
    settings: Settings,
    keys: RwLock<Arc<Keys>>,
}

impl Keyring {
    /// Reads the keys; makes the first where there is none.
    pub(crate) async fn open(cx: &Cx, db: Db, vault: Vault, settings: Settings) -> Result<Self> {
        let ring = Self {
            db,
            vault,
            settings,
            keys: RwLock::new(Arc::new(Keys { all: Vec::new(), read_at: Timestamp::MIN })),
        };
        ring.rotate(cx).await?;
        Ok(ring)
    }

    /// A token for a session of an account.
    pub(crate) async fn sign(&self, now: Timestamp, account: &Kept, session: &SessionId) -> Result<String> {
        let keys = self.keys_at(now, RELOAD).await?;
        let key = keys.all.iter().rfind(|key| key.signs_from <= now).ok_or(Error::Unavailable("signing key"))?;
        let claims = Claims {
            iss: self.settings.issuer.clone(),
            aud: AUDIENCE.to_owned(),
            sub: account.id.to_string(),
            sid: session.clone(),
            iat: now.as_second(),
            exp: (now + self.settings.access_token).as_second(),
            who: Who::of(account),
        };
        let header = Header { kid: Some(key.kid.clone()), ..Header::new(Algorithm::EdDSA) };
        jsonwebtoken::encode(&header, &claims, &key.encoding).map_err(Error::internal)
    }

    /// What a token says and the key that signed it, if that is ours. Whether it has expired is for the caller, who knows
    /// the time.
    pub(crate) async fn verify(&self, now: Timestamp, token: &str) -> Result<(String, Claims)> {
        let kid = kid_of(token)?;
        let mut keys = self.keys_at(now, RELOAD).await?;
        if keys.by_kid(&kid).is_none() {
            keys = self.keys_at(now, RELOAD_FOR_UNKNOWN).await?;
        }
        let key = keys.by_kid(&kid).ok_or(REFUSED)?;
        let claims = signed(token, &self.settings.issuer, &key.decoding)?;
        Ok((kid, claims))
    }

    /// Whether tokens of a key still count.
    pub(crate) async fn counts(&self, now: Timestamp, kid: &str) -> Result<bool> {
        Ok(self.keys_at(now, RELOAD).await?.by_kid(kid).is_some())
    }

    /// The public keys (RFC 7517, RFC 8037): the one that signs, the next and the one before.
    pub(crate) async fn published(&self, now: Timestamp) -> Result<serde_json::Value> {
        let keys = self.keys_at(now, RELOAD).await?;
        let shown: Vec<serde_json::Value> = keys.all.iter().map(Key::published).collect();
        Ok(serde_json::json!({ "keys": shown }))
    }

    /// Makes the next key when it is time, and takes away those that nobody needs any more.
    pub(crate) async fn rotate(&self, cx: &Cx) -> Result<()> {
        let (vault, period, cx_) = (self.vault.clone(), self.settings.key_period, cx.clone());
        self.db.write(async move |tx| renew(tx, &cx_, &vault, period).await).await?;
        self.read(cx.now()).await.map(drop)
    }

    /// The keys, read again where they were read longer ago than that.
    async fn keys_at(&self, now: Timestamp, age: SignedDuration) -> Result<Arc<Keys>> {
        let keys = self.keys.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
        if now.duration_since(keys.read_at) < age { Ok(keys) } else { self.read(now).await }
    }

    async fn read(&self, now: Timestamp) -> Result<Arc<Keys>> {
        let stored =
            self.db.read(async |tx| tx.all::<(i64, String, Vec<u8>, Vec<u8>, Timestamp)>(KEYS, &[]).await).await?;
        let mut all = Vec::with_capacity(stored.len());
        for (_, kid, public, sealed, signs_from) in stored {
            let private = self.vault.open(&place(&kid), &sealed)?;
            let decoding =
                DecodingKey::from_ed_components(&BASE64_URL_SAFE_NO_PAD.encode(&public)).map_err(Error::internal)?;
            all.push(Key { kid, public, signs_from, encoding: EncodingKey::from_ed_der(&private), decoding });
        }
        let keys = Arc::new(Keys { all, read_at: now });
        *self.keys.write().unwrap_or_else(std::sync::PoisonError::into_inner) = keys.clone();
        Ok(keys)
    }
}

impl Keys {
    fn by_kid(&self, kid: &str) -> Option<&Key> {
        self.all.iter().find(|key| key.kid == kid)
    }
}

impl Key {
    fn published(&self) -> serde_json::Value {
        serde_json::json!({
            "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig",
            "kid": self.kid, "x": BASE64_URL_SAFE_NO_PAD.encode(&self.public),
        })
    }
}

/// The key a token names.
pub(crate) fn kid_of(token: &str) -> Result<String> {
    if token.len() > LONGEST {
        return Err(REFUSED);
    }
    jsonwebtoken::decode_header(token).ok().and_then(|header| header.kid).ok_or(REFUSED)
}

/// What a token says, if it was signed by that key for us. Whether it has expired is for the caller, who knows the time.
pub(crate) fn signed(token: &str, issuer: &str, key: &DecodingKey) -> Result<Claims> {
    let mut rules = Validation::new(Algorithm::EdDSA);
    rules.set_audience(&[AUDIENCE]);
    rules.set_issuer(&[issuer]);
    rules.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    rules.validate_exp = false;
    jsonwebtoken::decode::<Claims>(token, key, &rules).map(|checked| checked.claims).map_err(|_| REFUSED)
}

/// Where the private half lies.
fn place(kid: &str) -> String {
    format!("signing_key:private_key:{kid}")
}

async fn renew(tx: &mut Tx, cx: &Cx, vault: &Vault, period: SignedDuration) -> Result<()> {
    let now = cx.now();
    match tx.one::<(i64, Timestamp)>(NEWEST, &[]).await? {
        None => add(tx, cx, vault, 1, now).await?,
        Some((generation, since)) if now >= since + period - OVERLAP => {
            add(tx, cx, vault, generation + 1, (since + period).max(now + OVERLAP)).await?;
        }
        Some(_) => {}
    }
    tx.exec(RETIRE, &[&(now - OVERLAP)]).await.map(drop)
}

async fn add(tx: &mut Tx, cx: &Cx, vault: &Vault, generation: i64, signs_from: Timestamp) -> Result<()> {
    let document = Ed25519KeyPair::generate_pkcs8(&aws_lc_rs::rand::SystemRandom::new())
        .map_err(|_| Error::internal("no key can be made"))?;
    let pair =
        Ed25519KeyPair::from_pkcs8(document.as_ref()).map_err(|_| Error::internal("a new key cannot be read"))?;
    let kid = crypto::token(&cx.entropy)[..16].to_owned();
    let sealed = vault.seal(&place(&kid), document.as_ref());
    tx.exec(ADD, &[&generation, &kid, &pair.public_key().as_ref(), &sealed, &signs_from]).await.map(drop)
}
