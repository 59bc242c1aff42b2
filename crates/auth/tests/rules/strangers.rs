//! Tokens signed by keys that nobody knows, and an auth that counts how often it is asked for news because of them.

use std::{
    future::pending,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use async_trait::async_trait;
use auth::Doorkeeper;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use contracts::auth::{
    Account, AccountId, AccountSearch, AuditLine, AuditSearch, AuditVerdict, Auth, BrowserSession, ChangeAccount,
    ChangePassword, FinishReset, Identity, KeptView, LogIn, NamedRole, NamedRoleForm, NamedRoleId, News, OpenAccount,
    Refresh, Role, RolePermissions, SecondFactor, Session, SessionId, StartReset, SuperAdminGrant, Tokens,
};
use jiff::Timestamp;
use platform::{Clock, Cx, Error, Result, db::Page};
use tokio::task::JoinSet;

/// How auth takes a question for news.
#[derive(Debug, Clone, Copy)]
enum Mood {
    Answers,
    Fails,
    Hangs,
}

/// An auth that has nothing new to tell.
struct Counting {
    asked: AtomicUsize,
    mood: Mutex<Mood>,
}

/// A token that names a key of its own.
fn forged(n: usize) -> String {
    let header = format!(r#"{{"typ":"JWT","alg":"EdDSA","kid":"stranger-{n}"}}"#);
    format!("{}.e30.AAAA", BASE64_URL_SAFE_NO_PAD.encode(header))
}

/// J5
#[tokio::test(start_paused = true)]
async fn unknown_keys_make_us_ask_once_in_a_quarter_of_a_second() {
    let auth = Arc::new(Counting { asked: AtomicUsize::new(0), mood: Mutex::new(Mood::Answers) });
    let clock = Clock::manual("2026-11-24T00:00:00Z".parse().unwrap());
    let keeper = Arc::new(Doorkeeper::new(auth.clone(), clock));
    keeper.learn().await.unwrap();
    for mood in [Mood::Answers, Mood::Fails, Mood::Hangs] {
        *auth.mood.lock().unwrap() = mood;
        tokio::time::advance(Duration::from_millis(250)).await;
        let before = auth.asked.load(Relaxed);
        let mut strangers = JoinSet::new();
        for n in 0..50 {
            let keeper = keeper.clone();
            strangers.spawn(async move { keeper.bearer(&forged(n)).await });
        }
        let answers = strangers.join_all().await;
        assert_eq!(auth.asked.load(Relaxed) - before, 1, "{mood:?}");
        let refused = |answer: &Result<Identity>| match mood {
            Mood::Answers => matches!(answer, Err(Error::Unauthenticated("bad-token"))),
            Mood::Fails | Mood::Hangs => matches!(answer, Err(Error::Unavailable("auth"))),
        };
        assert!(answers.iter().all(refused), "{mood:?}: {answers:?}");
    }
}

#[async_trait]
impl Auth for Counting {
    async fn news(&self, _: Option<Timestamp>) -> Result<News> {
        self.asked.fetch_add(1, Relaxed);
        let mood = *self.mood.lock().unwrap();
        // Others come while it thinks.
        tokio::task::yield_now().await;
        match mood {
            Mood::Answers => Ok(News {
                issuer: "https://auth.example".to_owned(),
                keys: serde_json::json!({ "keys": [] }),
                roles: Vec::new(),
                ended: Vec::new(),
                changed: Vec::new(),
                as_of: Timestamp::UNIX_EPOCH,
            }),
            Mood::Fails => Err(Error::Unavailable("auth")),
            Mood::Hangs => pending().await,
        }
    }
    async fn named_roles(&self, _: &Cx) -> Result<Vec<NamedRole>> {
        unreachable!()
    }
    async fn make_role(&self, _: &Cx, _: NamedRoleForm) -> Result<NamedRole> {
        unreachable!()
    }
    async fn change_named_role(&self, _: &Cx, _: &NamedRoleId, _: i64, _: NamedRoleForm) -> Result<NamedRole> {
        unreachable!()
    }
    async fn retire_role(&self, _: &Cx, _: &NamedRoleId, _: i64) -> Result<()> {
        unreachable!()
    }
    async fn check_account(&self, _: &Cx, _: &OpenAccount) -> Result<()> {
        unreachable!()
    }
    async fn open_account(&self, _: &Cx, _: OpenAccount) -> Result<Account> {
        unreachable!()
    }
    async fn log_in(&self, _: &Cx, _: LogIn, _: &str) -> Result<Tokens> {
        unreachable!()
    }
    async fn log_in_browser(&self, _: &Cx, _: LogIn, _: &str) -> Result<BrowserSession> {
        unreachable!()
    }
    async fn refresh(&self, _: &Cx, _: Refresh) -> Result<Tokens> {
        unreachable!()
    }
    async fn log_out(&self, _: &Cx, _: bool) -> Result<()> {
        unreachable!()
    }
    async fn identify_bearer(&self, _: &str) -> Result<Identity> {
        unreachable!()
    }
    async fn identify_cookie(&self, _: &str) -> Result<Identity> {
        unreachable!()
    }
    async fn jwks(&self) -> Result<serde_json::Value> {
        unreachable!()
    }
    async fn start_reset(&self, _: &Cx, _: StartReset) -> Result<()> {
        unreachable!()
    }
    async fn finish_reset(&self, _: &Cx, _: FinishReset) -> Result<()> {
        unreachable!()
    }
    async fn change_password(&self, _: &Cx, _: ChangePassword) -> Result<()> {
        unreachable!()
    }
    async fn sessions(&self, _: &Cx) -> Result<Vec<Session>> {
        unreachable!()
    }
    async fn end_session(&self, _: &Cx, _: &SessionId) -> Result<()> {
        unreachable!()
    }
    async fn start_second_factor(&self, _: &Cx) -> Result<SecondFactor> {
        unreachable!()
    }
    async fn confirm_second_factor(&self, _: &Cx, _: &str) -> Result<()> {
        unreachable!()
    }
    async fn remove_second_factor(&self, _: &Cx, _: &str) -> Result<()> {
        unreachable!()
    }
    async fn account(&self, _: &Cx, _: &AccountId) -> Result<Account> {
        unreachable!()
    }
    async fn accounts(&self, _: &Cx, _: AccountSearch) -> Result<Page<Account>> {
        unreachable!()
    }
    async fn change_account(&self, _: &Cx, _: &AccountId, _: i64, _: ChangeAccount) -> Result<Account> {
        unreachable!()
    }
    async fn reset_for(&self, _: &Cx, _: &AccountId) -> Result<()> {
        unreachable!()
    }
    async fn roles(&self, _: &Cx) -> Result<Vec<RolePermissions>> {
        unreachable!()
    }
    async fn set_role(&self, _: &Cx, _: Role, _: i64, _: Vec<String>) -> Result<RolePermissions> {
        unreachable!()
    }
    async fn audit(&self, _: &Cx, _: AuditSearch) -> Result<Page<AuditLine>> {
        unreachable!()
    }
    async fn verify_audit(&self, _: &Cx, _: Option<String>) -> Result<AuditVerdict> {
        unreachable!()
    }
    async fn super_admin_grants(&self, _: &Cx) -> Result<Vec<SuperAdminGrant>> {
        unreachable!()
    }
    async fn decide_super_admin(&self, _: &Cx, _: &AccountId, _: bool) -> Result<Account> {
        unreachable!()
    }
    async fn kept_views(&self, _: &Cx, _: &str) -> Result<Vec<KeptView>> {
        unreachable!()
    }
    async fn keep_view(&self, _: &Cx, _: &str, _: KeptView) -> Result<()> {
        unreachable!()
    }
    async fn drop_view(&self, _: &Cx, _: &str, _: &str) -> Result<()> {
        unreachable!()
    }
}
