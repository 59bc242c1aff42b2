//! What has happened lately, for processes that tell by themselves whom a token stands for: sessions ended, accounts
//! changed, what roles allow, the keys.

use contracts::auth::{AccountId, NamedRoleId, News, Role, RolePermissions, SessionId};
use jiff::{SignedDuration, Timestamp};
use platform::{Cx, Result, db::Tx};

use crate::{AuthContext, role};

/// How far the first news goes back, and how long they are kept: longer than an access token lives.
const LIVES: SignedDuration = SignedDuration::from_mins(16);
/// How far each answer goes back behind the one before: a transaction shows what it wrote after its commit, and no
/// transaction takes longer.
const OVERLAP: SignedDuration = SignedDuration::from_secs(15);
/// Rows told at a time.
const MOST: i64 = 10_000;

const NOTE: &str = "
    insert into account_news (account, at) values ($1, $2) on conflict (account) do update set at = excluded.at";
const NOTE_HOLDERS: &str = "
    insert into account_news (account, at)
    select id, $2 from account where named_roles <> '' and (' ' || named_roles || ' ') like $1
    on conflict (account) do update set at = excluded.at";
const SWEEP: &str = "delete from account_news where at < $1";
const ENDED: &str = "select id, ended_at from session where ended_at > $1 order by ended_at limit $2";
const CHANGED: &str = "select account, at from account_news where at > $1 order by at limit $2";

/// Notes that an account is not what it was: its roles, named roles, facilities, state or language.
pub(crate) async fn note(tx: &mut Tx, cx: &Cx, account: &AccountId) -> Result<()> {
    tx.exec(NOTE, &[account, &cx.now()]).await.map(drop)
}

/// Notes that everybody who holds a named role is not what they were.
pub(crate) async fn note_holders(tx: &mut Tx, cx: &Cx, role: &NamedRoleId) -> Result<()> {
    tx.exec(NOTE_HOLDERS, &[&format!("% {role} %"), &cx.now()]).await.map(drop)
}

/// Forgets what no token can be older than.
pub(crate) async fn sweep(tx: &mut Tx, now: Timestamp) -> Result<()> {
    tx.exec(SWEEP, &[&(now - LIVES)]).await.map(drop)
}

/// What one reading of the database finds.
struct Found {
    roles: Vec<RolePermissions>,
    ended: Vec<(SessionId, Timestamp)>,
    changed: Vec<(AccountId, Timestamp)>,
}

impl AuthContext {
    /// What happened since an instant; of the time a token lives where none is given.
    pub(crate) async fn news_since(&self, since: Option<Timestamp>) -> Result<News> {
        let now = self.clock.now();
        let earliest = now - LIVES;
        let from = since.map_or(earliest, |since| (since - OVERLAP).max(earliest));
        let Found { roles, ended, changed } = self
            .db
            .read(async move |tx| {
                Ok(Found {
                    roles: role::stored(tx).await?,
                    ended: tx.all(ENDED, &[&from, &MOST]).await?,
                    changed: tx.all(CHANGED, &[&from, &MOST]).await?,
                })
            })
            .await?;
        // Where not all fits, the next answer goes on from there.
        let up_to = |times: Option<Timestamp>, count: usize| times.filter(|_| count as i64 == MOST);
        let cut = [
            up_to(ended.last().map(|(_, at)| *at), ended.len()),
            up_to(changed.last().map(|(_, at)| *at), changed.len()),
        ];
        Ok(News {
            issuer: self.settings.issuer.clone(),
            keys: self.key_set().await?,
            roles,
            ended: ended.into_iter().map(|(id, _)| id).collect(),
            changed,
            as_of: cut.into_iter().flatten().map(|at| at + OVERLAP).min().unwrap_or(now).min(now),
        })
    }
}

/// The permissions of each role, opened: for whoever keeps a copy of the matrix.
pub(crate) fn matrix(roles: &[RolePermissions]) -> Vec<(Role, platform::PermissionSet)> {
    roles.iter().map(|row| (row.role, role::set_of(&row.permissions))).collect()
}
