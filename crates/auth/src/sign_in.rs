//! Signing in with a password (A1, A5).

use contracts::auth::{BrowserSession, LogIn, SessionId, Tokens};
use platform::{Cx, Error, Id as _, PermissionSet, Result, error::Problems};

use crate::{
    AuthContext,
    account::{self, Kept},
    audit,
    login::Login,
    password::Verdict,
    role, second_factor,
    session::{self, Begin},
    throttle::Guess,
};

const SIGNED_IN: &str = "update account set last_sign_in = $2 where id = $1";
const UPGRADE: &str = "update account set password_hash = $3 where id = $1 and password_hash = $2";

/// Somebody whose password was right.
struct Recognised {
    account: Kept,
    guess: Guess,
    /// The password's hash as it is made today, where it was kept in another way.
    upgraded: Option<String>,
    code: Option<String>,
}

/// What holds the new session.
#[derive(Clone, Copy)]
enum Holder {
    Program,
    Browser,
}

impl AuthContext {
    /// Signs in for programs.
    pub(crate) async fn sign_in(&self, cx: &Cx, ask: LogIn, device: &str) -> Result<Tokens> {
        let recognised = self.recognise(cx, ask).await?;
        let (account, session, token, permissions) = self.begin(cx, recognised, device, Holder::Program).await?;
        self.tokens(cx, &account, &session, token, permissions).await
    }

    /// Signs in for a browser.
    pub(crate) async fn sign_in_browser(&self, cx: &Cx, ask: LogIn, device: &str) -> Result<BrowserSession> {
        let recognised = self.recognise(cx, ask).await?;
        let (account, _, cookie, _) = self.begin(cx, recognised, device, Holder::Browser).await?;
        Ok(BrowserSession { cookie, ends_at: cx.now() + self.settings.browser_session, account: account.shown() })
    }

    /// An access token and the refresh token that goes with it.
    pub(crate) async fn tokens(
        &self,
        cx: &Cx,
        account: &Kept,
        session: &SessionId,
        refresh_token: String,
        permissions: PermissionSet,
    ) -> Result<Tokens> {
        Ok(Tokens {
            access_token: self.keyring.sign(cx.now(), account, session).await?,
            token_type: "Bearer".to_owned(),
            expires_in: self.settings.access_token.as_secs(),
            refresh_token,
            account: account.shown(),
            permissions: role::names(permissions),
        })
    }

    /// Whose password this is. Where there is no such account the same work is done and the same answer given.
    async fn recognise(&self, cx: &Cx, ask: LogIn) -> Result<Recognised> {
        let mut problems = Problems::default();
        problems.text("login", &ask.login, 254);
        problems.check(!ask.password.is_empty(), "password", "required");
        problems.check(ask.password.len() <= 1024, "password", "too-long");
        problems.check(ask.code.as_ref().is_none_or(|code| code.len() <= 16), "code", "code-digits");
        problems.done()?;
        let login = Login::read(&ask.login);
        let guess = Guess::of(cx, &login);
        let found = self.count_try(cx, login, guess.clone()).await?;
        let verdict =
            self.passwords.check(&ask.password, found.as_ref().map(|account| account.password_hash.clone())).await?;
        let Some(account) = found.filter(|_| verdict != Verdict::Wrong) else {
            return Err(Error::Unauthenticated("wrong-credentials"));
        };
        if !session::may_sign_in(account.state) {
            return Err(Error::Unauthenticated("account-deactivated"));
        }
        let upgraded =
            if verdict == Verdict::Outdated { Some(self.passwords.hash(cx, &ask.password).await?) } else { None };
        Ok(Recognised { account, guess, upgraded, code: ask.code.filter(|code| !code.trim().is_empty()) })
    }

    async fn count_try(&self, cx: &Cx, login: Login, guess: Guess) -> Result<Option<Kept>> {
        let cx = cx.clone();
        self.db
            .write(async move |tx| {
                let found = account::by_login(tx, &login).await?;
                guess.begin(tx, &cx, found.as_ref().map(|account| account.id.to_string()).as_deref()).await?;
                Ok(found)
            })
            .await
    }

    /// Begins the session, once the second factor is right where there is one.
    async fn begin(
        &self,
        cx: &Cx,
        recognised: Recognised,
        device: &str,
        holder: Holder,
    ) -> Result<(Kept, SessionId, String, PermissionSet)> {
        let Recognised { account, guess, upgraded, code } = recognised;
        let cx = cx.clone();
        if account.totp_confirmed && code.is_none() {
            let id = account.id.to_string();
            self.db.write(async move |tx| guess.uncount(tx, &cx, &id).await).await?;
            return Err(Error::Unauthenticated("code-needed"));
        }
        let lasts = match holder {
            Holder::Program => self.settings.refresh_token,
            Holder::Browser => self.settings.browser_session,
        };
        let new = Begin { presence: self.presence.clone(), device: device.to_owned(), ends_at: cx.now() + lasts };
        let vault = self.vault.clone();
        self.db
            .write(async move |tx| {
                if account.totp_confirmed
                    && !second_factor::accept(tx, &cx, &vault, &account, code.as_deref().unwrap_or_default()).await?
                {
                    return Err(Error::Unauthenticated("wrong-code"));
                }
                if let Some(hash) = &upgraded {
                    tx.exec(UPGRADE, &[&account.id, &account.password_hash, hash]).await?;
                }
                let (session, secret) = match holder {
                    Holder::Program => session::begin_program(tx, &cx, &new, &account.id).await?,
                    Holder::Browser => session::begin_browser(tx, &cx, &new, &account.id).await?,
                };
                tx.exec(SIGNED_IN, &[&account.id, &cx.now()]).await?;
                guess.good(tx, &cx, account.id.as_str()).await?;
                audit::note_by(tx, &cx, account.id.as_str(), "session.begin", session.as_str()).await?;
                let permissions = role::allowed(tx, &account).await?;
                Ok((account, session, secret, permissions))
            })
            .await
    }
}
