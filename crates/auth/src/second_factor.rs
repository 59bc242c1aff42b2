//! The second factor: six digits from an authenticator (RFC 6238), for whoever wants one (A5).

use contracts::auth::SecondFactor;
use platform::{Cx, Error, Id as _, Result, db::Tx};
use totp_rs::{Builder, Secret, Totp};

use crate::{
    AuthContext,
    account::{self, Kept},
    audit, session,
    vault::Vault,
};

const ISSUER: &str = "Mediverse";
/// Seconds a code is good for.
const STEP: u64 = 30;

const PREPARE: &str = "update account set totp_secret = $2, totp_step = 0 where id = $1 and not totp_confirmed";
const CONFIRM: &str =
    "update account set totp_confirmed = $2, version = version + 1 where id = $1 and not totp_confirmed";
const REMOVE: &str = "update account set totp_secret = null, totp_confirmed = $2, version = version + 1 where id = $1";
const ACCEPT_STEP: &str = "update account set totp_step = $2 where id = $1 and totp_step < $2";

impl AuthContext {
    /// Makes a secret for an authenticator; it counts once its first code was shown.
    pub(crate) async fn prepare_second_factor(&self, cx: &Cx) -> Result<SecondFactor> {
        let (id, _) = session::signed_in(cx)?;
        let (cx, vault) = (cx.clone(), self.vault.clone());
        self.db
            .write(async move |tx| {
                let account = account::get(tx, id.as_str()).await?;
                let secret: [u8; 20] = cx.entropy.bytes();
                if tx.exec(PREPARE, &[&id, &vault.seal(&place(id.as_str()), &secret)]).await? == 0 {
                    return Err(Error::conflict("second-factor-exists"));
                }
                audit::note(tx, &cx, "second-factor.prepare", id.as_str()).await?;
                shown(&account, &secret)
            })
            .await
    }

    /// Puts the second factor in use.
    pub(crate) async fn take_second_factor(&self, cx: &Cx, code: &str) -> Result<()> {
        self.with_code(cx, code, CONFIRM, true, "second-factor.confirm").await
    }

    /// Takes the second factor off.
    pub(crate) async fn drop_second_factor(&self, cx: &Cx, code: &str) -> Result<()> {
        self.with_code(cx, code, REMOVE, false, "second-factor.remove").await
    }

    /// Changes the second factor of whoever shows one of its codes.
    async fn with_code(
        &self,
        cx: &Cx,
        code: &str,
        change: &'static str,
        confirmed: bool,
        action: &'static str,
    ) -> Result<()> {
        let (id, _) = session::signed_in(cx)?;
        self.codes.take_everywhere(&id, cx.now()).await?;
        let (cx, vault, code) = (cx.clone(), self.vault.clone(), code.to_owned());
        self.db
            .write(async move |tx| {
                let account = account::get(tx, id.as_str()).await?;
                if account.totp_secret.is_none() || account.totp_confirmed == confirmed {
                    return Err(Error::conflict(if confirmed { "second-factor-exists" } else { "no-second-factor" }));
                }
                if !accept(tx, &cx, &vault, &account, &code).await? {
                    return Err(Error::invalid("code", "wrong-code"));
                }
                tx.exec(change, &[&id, &confirmed]).await?;
                audit::note(tx, &cx, action, id.as_str()).await
            })
            .await
    }
}

/// Whether the code is right now and was not used before. The step before and the one after count as well, for clocks
/// differ.
pub(crate) async fn accept(tx: &mut Tx, cx: &Cx, vault: &Vault, account: &Kept, code: &str) -> Result<bool> {
    let Some(sealed) = &account.totp_secret else { return Ok(false) };
    let secret = vault.open(&place(account.id.as_str()), sealed)?;
    let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let Some(step) = totp(account, &secret)?.check(&digits, cx.now().as_second().unsigned_abs()) else {
        return Ok(false);
    };
    Ok(tx.exec(ACCEPT_STEP, &[&account.id, &(step as i64)]).await? == 1)
}

/// Where the secret lies.
fn place(account: &str) -> String {
    format!("account:totp_secret:{account}")
}

fn totp(account: &Kept, secret: &[u8]) -> Result<Totp> {
    // The authenticator shows this name; a colon would end it.
    let name = account.email.clone().unwrap_or_default().replace(':', "");
    Builder::new()
        .with_secret(Secret::from(secret))
        .with_step_duration(STEP)
        .with_account_name(name)
        .with_issuer(Some(ISSUER))
        .build()
        .map_err(|_| Error::internal("the second factor cannot be set up"))
}

fn shown(account: &Kept, secret: &[u8]) -> Result<SecondFactor> {
    let address = totp(account, secret)?.to_url().map_err(|_| Error::internal("the second factor has no address"))?;
    Ok(SecondFactor { address, secret: Secret::from(secret).to_base32() })
}
