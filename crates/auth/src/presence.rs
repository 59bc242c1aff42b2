//! Who is signed in, as every request asks it: read from the database at most once a second for each session, so that
//! whatever changes there takes effect within a second in every process, and at once in the one that changed it.

use std::{sync::Arc, time::Duration};

use contracts::auth::{AccountId, Identity, Role, SessionId};
use jiff::Timestamp;
use moka::{future::Cache, sync::Cache as Register};
use platform::{
    Actor, Error, Id as _, PermissionSet, Result,
    db::{Db, Tx},
};

use crate::{account, role, session};

/// How long what was read counts.
const FRESH: Duration = Duration::from_secs(1);
/// How long an ended session is remembered: longer than an access token lives.
const DENIED: Duration = Duration::from_mins(16);
const MOST: u64 = 100_000;

/// A session that is good, and whom it stands for.
pub(crate) struct Present {
    pub(crate) identity: Identity,
    pub(crate) account: AccountId,
    pub(crate) ends_at: Timestamp,
}

/// Who is signed in. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Presence {
    db: Db,
    by_session: Cache<Arc<str>, Option<Arc<Present>>>,
    by_cookie: Cache<[u8; 32], Option<Arc<str>>>,
    denied: Register<Arc<str>, ()>,
    used: Register<Arc<str>, ()>,
}

const OPEN_SESSION: &str = "select account, ends_at from session where id = $1 and ended_at is null";
const COOKIE_SESSION: &str = "select id from session where cookie_hash = $1";

impl Presence {
    /// Nobody is known yet.
    pub(crate) fn new(db: Db) -> Self {
        Self {
            db,
            by_session: Cache::builder().max_capacity(MOST).time_to_live(FRESH).build(),
            by_cookie: Cache::builder().max_capacity(MOST).time_to_live(Duration::from_mins(1)).build(),
            used: Register::builder().max_capacity(MOST).time_to_live(Duration::from_mins(1)).build(),
            denied: Register::builder().max_capacity(MOST).time_to_live(DENIED).build(),
        }
    }

    /// Whom an open session stands for; 401 where it has ended or its account may not sign in.
    pub(crate) async fn of_session(&self, id: &Arc<str>, now: Timestamp) -> Result<Arc<Present>> {
        if self.denied.contains_key(id) {
            return Err(Error::Unauthenticated("session-expired"));
        }
        let read = self.by_session.try_get_with_by_ref(id, self.read(id.clone())).await;
        let present = read.map_err(shared)?.filter(|present| now < present.ends_at);
        // It may have been ended while it was being read.
        if self.denied.contains_key(id) {
            return Err(Error::Unauthenticated("session-expired"));
        }
        present.ok_or(Error::Unauthenticated("session-expired"))
    }

    /// The session of a browser's cookie by its hash.
    pub(crate) async fn session_of_cookie(&self, hash: [u8; 32]) -> Result<Arc<str>> {
        let db = self.db.clone();
        let reading = async move {
            let found =
                db.read(async move |tx| tx.one::<(SessionId,)>(COOKIE_SESSION, &[&hash.as_slice()]).await).await?;
            Ok::<_, Error>(found.map(|(id,)| id.as_str().into()))
        };
        let session: Option<Arc<str>> = self.by_cookie.try_get_with(hash, reading).await.map_err(shared)?;
        session.ok_or(Error::Unauthenticated("session-expired"))
    }

    /// Whether nobody has asked this for that session within a minute.
    pub(crate) fn is_first_use_of_minute(&self, session: &Arc<str>) -> bool {
        self.used.entry_by_ref(session).or_insert(()).is_fresh()
    }

    /// Reads everything anew once the transaction is committed: an account or what roles allow has changed. Rare.
    pub(crate) fn forget_after_commit(&self, tx: &mut Tx) {
        let sessions = self.by_session.clone();
        tx.after_commit(move || sessions.invalidate_all());
    }

    /// Denies a session once the transaction that ended it is committed.
    pub(crate) fn deny_after_commit(&self, tx: &mut Tx, session: SessionId) {
        let denied = self.denied.clone();
        tx.after_commit(move || denied.insert(session.as_str().into(), ()));
    }

    async fn read(&self, session: Arc<str>) -> Result<Option<Arc<Present>>> {
        self.db
            .read(async move |tx| {
                let Some((id, ends_at)) = tx.one::<(AccountId, Timestamp)>(OPEN_SESSION, &[&&*session]).await? else {
                    return Ok(None);
                };
                let kept = account::get(tx, id.as_str()).await?;
                if !session::may_sign_in(kept.state) {
                    return Ok(None);
                }
                let permissions = role::allowed(tx, &kept).await?;
                Ok(Some(Arc::new(Present { identity: identity(&kept, session, permissions), account: id, ends_at })))
            })
            .await
    }
}

fn identity(kept: &account::Kept, session: Arc<str>, permissions: PermissionSet) -> Identity {
    let roles = kept.roles();
    let serves_all = roles.contains(&Role::SuperAdmin);
    Identity {
        actor: Actor::Account { id: kept.id.as_str().into(), session },
        permissions,
        facilities: (!serves_all).then(|| kept.facilities().into()),
        locale: kept.locale,
        name: kept.name.as_str().into(),
        roles: roles.into(),
    }
}

/// An error that several callers get, who waited for one reading.
fn shared(error: Arc<Error>) -> Error {
    match &*error {
        Error::Db(cause) => Error::Db(cause.clone()),
        // The account was closed.
        Error::NotFound(_) => Error::Unauthenticated("session-expired"),
        other => Error::internal(other),
    }
}
