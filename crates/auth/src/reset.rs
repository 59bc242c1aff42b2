//! A new password: by a code that was sent, or by the present one (A1, A5).

use contracts::{
    Permission,
    auth::{AccountId, ChangePassword, CodeIssued, FinishReset, StartReset},
};
use jiff::{SignedDuration, Timestamp};
use platform::{
    Cx, Error, Id as _, Result,
    bus::{self, Event as _},
    crypto,
    db::Tx,
    error::Problems,
};

use crate::{
    AuthContext,
    account::{self, Kept},
    audit,
    login::Login,
    password::Verdict,
    session,
    throttle::Guess,
    vault::Vault,
};

/// How long a code is good.
const GOOD_FOR: SignedDuration = SignedDuration::from_mins(15);
/// Codes for one login in that time.
const MOST_SENDS: i64 = 3;

const ISSUE: &str = "
    insert into reset_code (login, account, code_hash, tries, sends, first_at, expires_at) values ($1, $2, $3, 0, 1, $4, $5)
    on conflict (login) do update set
        account = $2, code_hash = $3, tries = 0, expires_at = $5,
        sends = case when reset_code.first_at < $6 then 1 else reset_code.sends + 1 end,
        first_at = case when reset_code.first_at < $6 then $4 else reset_code.first_at end
    where reset_code.sends < $7 or reset_code.first_at < $6";
const TRY: &str = "
    update reset_code set tries = tries + 1 where login = $1 and tries < 5 and expires_at > $2 returning code_hash, account";
const USE: &str = "delete from reset_code where login = $1 and code_hash = $2";
const SET_PASSWORD: &str = "update account set password_hash = $2, version = version + 1 where id = $1";
const EXPIRED: &str = "select login, account from reset_code where expires_at < $1 order by expires_at limit 500";
const FORGET: &str = "delete from reset_code where login = $1";

impl AuthContext {
    /// Sends a code to whoever has that login, if anybody. The same is written and answered where nobody has.
    pub(crate) async fn send_code(&self, cx: &Cx, ask: StartReset) -> Result<()> {
        let mut problems = Problems::default();
        problems.text("login", &ask.login, 254);
        problems.done()?;
        self.senders.take_everywhere(&cx.address, cx.now()).await?;
        let (cx, vault, login) = (cx.clone(), self.vault.clone(), Login::read(&ask.login));
        self.db
            .write(async move |tx| {
                let account =
                    account::by_login(tx, &login).await?.filter(|account| session::may_sign_in(account.state));
                issue(tx, &cx, &vault, &login, account.as_ref()).await
            })
            .await
    }

    /// Sends an account a code on an admin's word; for staff, on the word of who may give roles.
    pub(crate) async fn send_code_to(&self, cx: &Cx, id: &AccountId) -> Result<()> {
        cx.require(Permission::AccountManage)?;
        let (cx, vault, id) = (cx.clone(), self.vault.clone(), id.clone());
        self.db
            .write(async move |tx| {
                let account = account::get(tx, id.as_str()).await?;
                account::may_manage(&cx, &account)?;
                if !session::may_sign_in(account.state) {
                    return Err(Error::conflict("account-deactivated"));
                }
                let login = Login::read(account.email.as_deref().unwrap_or_default());
                audit::note(tx, &cx, "account.reset-password", id.as_str()).await?;
                issue(tx, &cx, &vault, &login, Some(&account)).await
            })
            .await
    }

    /// Sets a new password by the code; all sessions end.
    pub(crate) async fn reset_by_code(&self, cx: &Cx, ask: FinishReset) -> Result<()> {
        let login = Login::read(&ask.login);
        let mut problems = Problems::default();
        problems.text("login", &ask.login, 254);
        problems.check(
            ask.code.trim().len() == 6 && ask.code.trim().bytes().all(|b| b.is_ascii_digit()),
            "code",
            "code-digits",
        );
        if let Some(weakness) = self.passwords.judge("password", &ask.password, vec![ask.login.clone()]).await? {
            problems.add(weakness);
        }
        problems.done()?;
        self.senders.take_everywhere(&cx.address, cx.now()).await?;
        let (key, now) = (login.key(), cx.now());
        let code = self.vault.code_hash(&key, ask.code.trim());
        // Every try is counted for good, also the wrong ones, before it is compared.
        let counted = {
            let key = key.clone();
            self.db.write(async move |tx| tx.one::<(Vec<u8>, Option<AccountId>)>(TRY, &[&key, &now]).await).await?
        };
        let account = counted.filter(|(kept, _)| crypto::equal(kept, &code)).and_then(|(_, account)| account);
        let Some(account) = account else { return Err(Error::invalid("code", "wrong-code")) };
        let hash = self.passwords.hash(cx, &ask.password).await?;
        let (cx, presence) = (cx.clone(), self.presence.clone());
        self.db
            .write(async move |tx| {
                if tx.exec(USE, &[&key, &code]).await? == 0 {
                    return Err(Error::invalid("code", "wrong-code"));
                }
                account::get(tx, account.as_str()).await?;
                tx.exec(SET_PASSWORD, &[&account, &hash]).await?;
                session::end_all(tx, &cx, &presence, &account).await?;
                bus::forget(tx, &code_subject(&account)).await?;
                audit::note_by(tx, &cx, account.as_str(), "password.reset", account.as_str()).await
            })
            .await
    }

    /// Changes one's own password; other sessions end.
    pub(crate) async fn set_password(&self, cx: &Cx, ask: ChangePassword) -> Result<()> {
        let (id, current) = session::signed_in(cx)?;
        let account = {
            let id = id.clone();
            self.db.read(async move |tx| account::get(tx, id.as_str()).await).await?
        };
        let facts = vec![
            account.name.clone(),
            account.email.clone().unwrap_or_default(),
            account.phone.clone().unwrap_or_default(),
        ];
        if let Some(weakness) = self.passwords.judge("password", &ask.password, facts).await? {
            return Err(Error::Invalid(vec![weakness]));
        }
        let login = Login::read(account.email.as_deref().unwrap_or_default());
        let guess = Guess::of(cx, &login);
        {
            let (cx, guess, id) = (cx.clone(), guess.clone(), id.clone());
            self.db.write(async move |tx| guess.begin(tx, &cx, Some(id.as_str())).await).await?;
        }
        if ask.current.len() > 1024
            || self.passwords.check(&ask.current, Some(account.password_hash)).await? == Verdict::Wrong
        {
            return Err(Error::invalid("current", "wrong-password"));
        }
        let hash = self.passwords.hash(cx, &ask.password).await?;
        let (cx, presence) = (cx.clone(), self.presence.clone());
        self.db
            .write(async move |tx| {
                guess.uncount(tx, &cx, id.as_str()).await?;
                tx.exec(SET_PASSWORD, &[&id, &hash]).await?;
                session::end_others(tx, &cx, &presence, &id, current.as_str()).await?;
                audit::note(tx, &cx, "password.change", id.as_str()).await
            })
            .await
    }
}

/// Keeps a new code for the login and has it delivered, if somebody has that login; not too often.
async fn issue(tx: &mut Tx, cx: &Cx, vault: &Vault, login: &Login, account: Option<&Kept>) -> Result<()> {
    let now = cx.now();
    let code = format!("{:06}", cx.entropy.below(1_000_000));
    let (key, expires_at) = (login.key(), now + GOOD_FOR);
    let id = account.map(|account| account.id.clone());
    let hash = vault.code_hash(&key, &code);
    let kept = tx.exec(ISSUE, &[&key, &id, &hash, &now, &expires_at, &(now - GOOD_FOR), &MOST_SENDS]).await?;
    if let Some(account) = account.filter(|_| kept == 1) {
        let to = login.as_str().to_owned();
        tx.publish(cx, &CodeIssued { account: account.id.clone(), to, code, locale: account.locale, expires_at })
            .await?;
    }
    Ok(())
}

/// What events about an account's codes are about.
pub(crate) fn code_subject(account: &AccountId) -> String {
    format!("{}:{account}", CodeIssued::KIND)
}

/// Forgets codes that are no longer good, here and on their way.
pub(crate) async fn sweep(tx: &mut Tx, now: Timestamp) -> Result<()> {
    for (login, account) in tx.all::<(Vec<u8>, Option<AccountId>)>(EXPIRED, &[&now]).await? {
        tx.exec(FORGET, &[&login]).await?;
        if let Some(account) = account {
            bus::forget(tx, &code_subject(&account)).await?;
        }
    }
    Ok(())
}
