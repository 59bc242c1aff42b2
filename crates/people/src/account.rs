//! What people knows of an account: its language, its contacts as auth told them, how many family members it acts for,
//! and whether it is gone.

use contracts::auth::{AccountId, AccountOpened};
use platform::{Cx, Error, Result, db::Tx, i18n::Locale};
use serde::{Deserialize, Serialize};

use crate::vault::Vault;

/// The most family members an account acts for.
pub(crate) const MOST_MEMBERS: i64 = 20;

/// Name and contacts, to be offered where a form leaves them empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Contact {
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) phone: Option<String>,
}

const KEEP: &str = "
    insert into account (id, locale, contact, members, closed) values ($1, $2, $3, 0, $4)
    on conflict (id) do update set locale = excluded.locale, contact = excluded.contact where account.closed = $4";
const ENTER: &str = "
    insert into account (id, members, closed) values ($1, 0, $2)
    on conflict (id) do update set members = account.members where account.closed = $2";
const JOIN: &str = "
    insert into account (id, members, closed) values ($1, 1, $2)
    on conflict (id) do update set members = account.members + 1 where account.closed = $2 and account.members < $3";
const LEAVE: &str = "update account set members = members - 1 where id = $1 and members > 0";
const CLOSE: &str = "
    insert into account (id, members, closed) values ($1, 0, $2)
    on conflict (id) do update set members = 0, closed = excluded.closed, contact = null, locale = null";

/// Keeps what auth told of an account, unless it is gone.
pub(crate) async fn keep(tx: &mut Tx, cx: &Cx, vault: &Vault, event: &AccountOpened) -> Result<()> {
    let AccountOpened { account, name, email, phone, locale, .. } = event;
    let contact = Contact { name: name.clone(), email: email.clone(), phone: phone.clone() };
    let plain = serde_json::to_vec(&contact).map_err(Error::internal)?;
    let sealed = vault.seal_copy(cx, &account.to_string(), &plain);
    tx.exec(KEEP, &[account, locale, &sealed, &false]).await?;
    Ok(())
}

/// Name and contacts of an account, if auth has told of it.
pub(crate) async fn contact(tx: &mut Tx, vault: &Vault, account: &str) -> Result<Option<Contact>> {
    let row: Option<(Option<Vec<u8>>,)> = tx.one("select contact from account where id = $1", &[&account]).await?;
    let Some((Some(sealed),)) = row else { return Ok(None) };
    serde_json::from_slice(&vault.open_copy(account, &sealed)?).map(Some).map_err(Error::internal)
}

/// The language of an account; that of the request where auth has not told of it yet.
pub(crate) async fn locale(tx: &mut Tx, cx: &Cx, account: &str) -> Result<Locale> {
    let row: Option<(Option<Locale>,)> = tx.one("select locale from account where id = $1", &[&account]).await?;
    Ok(row.and_then(|(locale,)| locale).unwrap_or(cx.locale))
}

/// Locks the account's row before something is kept for it; 401 where it is gone.
pub(crate) async fn enter(tx: &mut Tx, account: &AccountId) -> Result<()> {
    if tx.exec(ENTER, &[account, &false]).await? == 1 { Ok(()) } else { Err(Error::Unauthenticated("sign-in-needed")) }
}

/// Counts one more family member; 409 `too-many-members` beyond the limit.
pub(crate) async fn join(tx: &mut Tx, account: &AccountId) -> Result<()> {
    enter(tx, account).await?;
    if tx.exec(JOIN, &[account, &false, &MOST_MEMBERS]).await? == 1 {
        Ok(())
    } else {
        Err(Error::conflict("too-many-members").with("max", MOST_MEMBERS))
    }
}

/// Counts one family member less.
pub(crate) async fn leave(tx: &mut Tx, account: &AccountId) -> Result<()> {
    tx.exec(LEAVE, &[account]).await.map(|_| ())
}

/// Empties the account's row for good.
pub(crate) async fn close(tx: &mut Tx, account: &AccountId) -> Result<()> {
    tx.exec(CLOSE, &[account, &true]).await.map(|_| ())
}
