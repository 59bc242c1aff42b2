//! Sessions: one for each sign-in, until it is logged out. Programs hold a refresh token, good once; browsers a cookie.
//! Of both only hashes are kept (A5).

use contracts::auth::{AccountId, AccountState, Refresh, Session, SessionId, SessionRevoked, Tokens};
use jiff::Timestamp;
use platform::{Actor, Cx, Error, Id as _, Result, crypto, db::Tx};
use sha2::{Digest, Sha256};

use crate::{
    AuthContext,
    account::{self, Kept},
    audit,
    presence::Presence,
    role,
};

/// Of an account; the oldest end when there are more.
const MOST: i64 = 50;
/// The longest name of a device.
const LONGEST_DEVICE: usize = 80;

const BEGIN: &str = "
    insert into session (id, account, cookie_hash, device, began_at, used_at, ends_at) values ($1, $2, $3, $4, $5, $5, $6)";
const SURPLUS: &str = "
    select id from session where account = $1 and ended_at is null order by began_at desc, id desc limit 100 offset $2";
const OPEN: &str = "
    select id, began_at, used_at, device from session
    where account = $1 and ended_at is null and ends_at > $2 order by used_at desc, id limit 100";
const OF_ACCOUNT: &str = "select account from session where id = $1";
const END: &str = "update session set ended_at = $2, cookie_hash = null where id = $1 and ended_at is null";
const END_ALL: &str = "
    update session set ended_at = $2, cookie_hash = null where account = $1 and ended_at is null and id <> $3 returning id";
const HOLD: &str = "update session set used_at = $2 where id = $1 and ended_at is null";
const PROLONG: &str = "update session set ends_at = $2 where id = $1";
const SEEN: &str = "update session set used_at = $2 where id = $1 and used_at < $3";
const FORGET_TOKENS: &str = "delete from refresh_token where session = $1";

const KEEP_TOKEN: &str = "insert into refresh_token (hash, session, expires_at) values ($1, $2, $3)";
const TOKEN: &str = "
    select t.session, t.expires_at, t.used_at, t.nonce, s.account, s.ended_at
    from refresh_token t join session s on s.id = t.session where t.hash = $1";
const USE_TOKEN: &str = "update refresh_token set used_at = $2, nonce = $3 where hash = $1 and used_at is null";

const SWEEP_NONCES: &str = "update refresh_token set nonce = null where nonce is not null and used_at < $1";
const SWEEP_SESSIONS: &str = "delete from session where ends_at < $1";

/// Whether an account in that state may be signed in. Whoever waits for an approval may see that they wait.
pub(crate) fn may_sign_in(state: AccountState) -> bool {
    matches!(state, AccountState::Active | AccountState::Pending)
}

/// What a program or a browser presents: SHA-256 of it is kept.
pub(crate) fn hash_of(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

/// Begins a session for a program and answers its refresh token.
pub(crate) async fn begin_program(
    tx: &mut Tx,
    cx: &Cx,
    auth: &Begin,
    account: &AccountId,
) -> Result<(SessionId, String)> {
    let id = begin(tx, cx, auth, account, None).await?;
    let token = crypto::token(&cx.entropy);
    tx.exec(KEEP_TOKEN, &[&hash_of(&token).as_slice(), &id, &auth.ends_at]).await?;
    Ok((id, token))
}

/// Begins a session for a browser and answers its cookie.
pub(crate) async fn begin_browser(
    tx: &mut Tx,
    cx: &Cx,
    auth: &Begin,
    account: &AccountId,
) -> Result<(SessionId, String)> {
    let cookie = crypto::token(&cx.entropy);
    let id = begin(tx, cx, auth, account, Some(hash_of(&cookie).to_vec())).await?;
    Ok((id, cookie))
}

/// What a new session needs to know.
#[derive(Clone)]
pub(crate) struct Begin {
    pub(crate) presence: Presence,
    pub(crate) device: String,
    pub(crate) ends_at: Timestamp,
}

async fn begin(tx: &mut Tx, cx: &Cx, new: &Begin, account: &AccountId, cookie: Option<Vec<u8>>) -> Result<SessionId> {
    let id: SessionId = cx.new_id();
    tx.exec(BEGIN, &[&id, account, &cookie, &device(&new.device), &cx.now(), &new.ends_at]).await?;
    for (surplus,) in tx.all::<(SessionId,)>(SURPLUS, &[account, &MOST]).await? {
        end(tx, cx, &new.presence, account, &surplus).await?;
    }
    Ok(id)
}

/// The device's name without control characters, not too long.
fn device(name: &str) -> String {
    let plain: String = name.chars().filter(|c| !c.is_control()).take(LONGEST_DEVICE).collect();
    plain.trim().to_owned()
}

/// Ends one session; answers whether it was open.
pub(crate) async fn end(
    tx: &mut Tx,
    cx: &Cx,
    presence: &Presence,
    account: &AccountId,
    id: &SessionId,
) -> Result<bool> {
    let now = cx.now();
    if tx.exec(END, &[id, &now]).await? == 0 {
        return Ok(false);
    }
    tx.exec(FORGET_TOKENS, &[id]).await?;
    presence.deny_after_commit(tx, id.clone());
    tx.publish(cx, &SessionRevoked { account: account.clone(), session: Some(id.clone()), not_before: now }).await?;
    Ok(true)
}

/// Ends all sessions of an account.
pub(crate) async fn end_all(tx: &mut Tx, cx: &Cx, presence: &Presence, account: &AccountId) -> Result<u64> {
    let ended = end_all_but(tx, cx, presence, account, "").await?;
    tx.publish(cx, &SessionRevoked { account: account.clone(), session: None, not_before: cx.now() }).await?;
    Ok(ended.len() as u64)
}

/// Ends all sessions of an account but one.
pub(crate) async fn end_others(
    tx: &mut Tx,
    cx: &Cx,
    presence: &Presence,
    account: &AccountId,
    kept: &str,
) -> Result<()> {
    for id in end_all_but(tx, cx, presence, account, kept).await? {
        tx.publish(cx, &SessionRevoked { account: account.clone(), session: Some(id), not_before: cx.now() }).await?;
    }
    Ok(())
}

async fn end_all_but(
    tx: &mut Tx,
    cx: &Cx,
    presence: &Presence,
    account: &AccountId,
    kept: &str,
) -> Result<Vec<SessionId>> {
    let ended: Vec<(SessionId,)> = tx.all(END_ALL, &[account, &cx.now(), &kept]).await?;
    for (id,) in &ended {
        tx.exec(FORGET_TOKENS, &[id]).await?;
        presence.deny_after_commit(tx, id.clone());
    }
    Ok(ended.into_iter().map(|(id,)| id).collect())
}

/// What presenting a refresh token led to.
enum Refreshed {
    /// A successor, the same for each retry.
    Good { account: Box<Kept>, session: SessionId, successor: String, permissions: platform::PermissionSet },
    /// The token is not known, too old, or of a session that has ended.
    Refused,
}

platform::row! {
    struct Presented {
        session: SessionId,
        expires_at: Timestamp,
        used_at: Option<Timestamp>,
        nonce: Option<Vec<u8>>,
        account: AccountId,
        ended_at: Option<Timestamp>,
    }
}

impl AuthContext {
    /// New tokens for a refresh token. A retry within ten seconds gives the same successor, for the answer may have
    /// been lost; after that, somebody else holds the token as well, and the session ends.
    pub(crate) async fn trade(&self, cx: &Cx, ask: Refresh) -> Result<Tokens> {
        let (cx_, presence, settings) = (cx.clone(), self.presence.clone(), self.settings.clone());
        let refreshed = self
            .db
            .write(async move |tx| {
                let cx = cx_;
                let now = cx.now();
                let hash = hash_of(&ask.refresh_token);
                let Some(mut presented) = tx.one::<Presented>(TOKEN, &[&hash.as_slice()]).await? else {
                    return Ok(Refreshed::Refused);
                };
                if presented.ended_at.is_some() || presented.expires_at <= now {
                    return Ok(Refreshed::Refused);
                }
                let account = account::get(tx, presented.account.as_str()).await?;
                if !may_sign_in(account.state) {
                    return Ok(Refreshed::Refused);
                }
                // The session's row is held first, as where sessions end, so that nobody waits for the other for ever.
                if tx.exec(HOLD, &[&presented.session, &now]).await? == 0 {
                    return Ok(Refreshed::Refused);
                }
                let nonce: [u8; 32] = cx.entropy.bytes();
                let successor = if tx.exec(USE_TOKEN, &[&hash.as_slice(), &now, &nonce.as_slice()]).await? == 1 {
                    let successor = successor(&ask.refresh_token, &nonce);
                    let ends_at = now + settings.refresh_token;
                    tx.exec(KEEP_TOKEN, &[&hash_of(&successor).as_slice(), &presented.session, &ends_at]).await?;
                    tx.exec(PROLONG, &[&presented.session, &ends_at]).await?;
                    successor
                } else {
                    // Used before, perhaps only just now by somebody quicker.
                    presented = tx.one(TOKEN, &[&hash.as_slice()]).await?.ok_or(Error::Unauthenticated("bad-token"))?;
                    match (presented.used_at, presented.nonce) {
                        (Some(used_at), Some(nonce)) if now <= used_at + settings.retry => {
                            successor(&ask.refresh_token, &nonce)
                        }
                        _ => {
                            end(tx, &cx, &presence, &presented.account, &presented.session).await?;
                            audit::note(tx, &cx, "session.reuse", presented.session.as_str()).await?;
                            return Ok(Refreshed::Refused);
                        }
                    }
                };
                let permissions = role::allowed(tx, &account).await?;
                Ok(Refreshed::Good { account: Box::new(account), session: presented.session, successor, permissions })
            })
            .await?;
        match refreshed {
            Refreshed::Good { account, session, successor, permissions } => {
                self.tokens(cx, &account, &session, successor, permissions).await
            }
            Refreshed::Refused => Err(Error::Unauthenticated("bad-token")),
        }
    }

    /// Ends this session, or all of the account's.
    pub(crate) async fn leave(&self, cx: &Cx, everywhere: bool) -> Result<()> {
        let (account, session) = signed_in(cx)?;
        let (cx, presence) = (cx.clone(), self.presence.clone());
        self.db
            .write(async move |tx| {
                if everywhere {
                    end_all(tx, &cx, &presence, &account).await?;
                } else {
                    end(tx, &cx, &presence, &account, &session).await?;
                }
                audit::note(tx, &cx, if everywhere { "session.end-all" } else { "session.end" }, session.as_str()).await
            })
            .await
    }

    /// One's own sign-ins, the last used first.
    pub(crate) async fn own_sessions(&self, cx: &Cx) -> Result<Vec<Session>> {
        let (account, current) = signed_in(cx)?;
        let now = cx.now();
        self.db
            .read(async move |tx| {
                let open: Vec<(SessionId, Timestamp, Timestamp, String)> = tx.all(OPEN, &[&account, &now]).await?;
                let shown = open.into_iter().map(|(id, began_at, used_at, device)| Session {
                    current: id == current,
                    id,
                    began_at,
                    used_at: to_the_minute(used_at),
                    device,
                });
                Ok(shown.collect())
            })
            .await
    }

    /// Ends one of one's own sign-ins; 404 for others'.
    pub(crate) async fn end_own(&self, cx: &Cx, id: &SessionId) -> Result<()> {
        let (account, _) = signed_in(cx)?;
        let (cx, presence, id) = (cx.clone(), self.presence.clone(), id.clone());
        self.db
            .write(async move |tx| {
                let owner: Option<(AccountId,)> = tx.one(OF_ACCOUNT, &[&id]).await?;
                if owner.is_none_or(|(owner,)| owner != account) || !end(tx, &cx, &presence, &account, &id).await? {
                    return Err(Error::NotFound("session"));
                }
                audit::note(tx, &cx, "session.end", id.as_str()).await
            })
            .await
    }

    /// Notes, at most once a minute, that a browser's session is in use.
    pub(crate) async fn note_use(&self, session: &str, now: Timestamp) -> Result<()> {
        let session = session.to_owned();
        let minute_ago = now - jiff::SignedDuration::from_secs(60);
        self.db.write(async move |tx| tx.exec(SEEN, &[&session, &now, &minute_ago]).await).await.map(drop)
    }
}

/// The account and session that ask.
pub(crate) fn signed_in(cx: &Cx) -> Result<(AccountId, SessionId)> {
    match &cx.actor {
        Actor::Account { id, session } => {
            let unknown = |_| Error::Unauthenticated("sign-in-needed");
            Ok((id.parse().map_err(unknown)?, session.parse().map_err(unknown)?))
        }
        Actor::Guest | Actor::System(_) => Err(Error::Unauthenticated("sign-in-needed")),
    }
}

/// The token that follows: made from the one before, which is not kept, and a nonce, which is kept for ten seconds.
/// So a retry gets the same one, and nobody who reads the database gets any.
fn successor(token: &str, nonce: &[u8]) -> String {
    use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
    BASE64_URL_SAFE_NO_PAD.encode(crypto::hmac_sha256(token.as_bytes(), &[b"successor:", nonce]))
}

fn to_the_minute(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second().div_euclid(60) * 60).unwrap_or(at)
}

/// Forgets what successors are made from, and sessions long over.
pub(crate) async fn sweep(tx: &mut Tx, cx: &Cx, retry: jiff::SignedDuration) -> Result<()> {
    tx.exec(SWEEP_NONCES, &[&(cx.now() - retry)]).await?;
    tx.exec(SWEEP_SESSIONS, &[&cx.now()]).await?;
    Ok(())
}
