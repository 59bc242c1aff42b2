//! Unregistering (A6): closes the account and leaves nothing personal in it. The audit trail holds ids alone and stays.

use contracts::{
    auth::{AccountId, AccountOpened, AccountState},
    people::{ErasureAnswer, ErasureDone, PatientErased},
};
use platform::{
    Cx, Id as _, Result,
    bus::{self, Event as _},
    db::Tx,
};

use crate::{account, audit, news, presence::Presence, reset, session};

const CLOSE: &str = "
    update account set email = null, phone = null, name = '', found_by = '', password_hash = '', roles = '', named_roles = '',
        facilities = '', state = 'closed', totp_secret = null, totp_confirmed = $2, last_sign_in = null, version = version + 1
    where id = $1";
const SESSIONS: &str = "delete from session where account = $1";
const ADDRESSES: &str = "delete from known_address where account = $1";
const CODES: &str = "delete from reset_code where account = $1";
const VIEWS: &str = "delete from kept_view where account = $1";
const LINES: &str = "select count(*) from audit_line where actor = $1 or object = $1";

/// Erases what auth holds of the person and answers how much.
pub(crate) async fn erase(tx: &mut Tx, cx: &Cx, presence: &Presence, asked: &PatientErased) -> Result<()> {
    let (mut erased, mut kept) = (0, 0);
    if let Some(id) = &asked.account {
        erased = close(tx, cx, presence, id).await?;
        kept = tx.one::<(i64,)>(LINES, &[id]).await?.map_or(0, |(lines,)| lines);
    }
    let answer = ErasureAnswer { context: "auth".to_owned(), erased, kept, kept_until: None };
    tx.publish(cx, &ErasureDone { erasure: asked.erasure.clone(), answer }).await
}

/// Closes the account; answers how many rows were erased.
async fn close(tx: &mut Tx, cx: &Cx, presence: &Presence, id: &AccountId) -> Result<i64> {
    let Some(mut account) = account::find(tx, id.as_str()).await? else { return Ok(0) };
    session::end_all(tx, cx, presence, id).await?;
    let mut erased = tx.exec(CLOSE, &[id, &false]).await?;
    news::note(tx, cx, id).await?;
    for sql in [SESSIONS, ADDRESSES, CODES, VIEWS] {
        erased += tx.exec(sql, &[id]).await?;
    }
    erased += bus::forget(tx, &reset::code_subject(id)).await?;
    erased += bus::forget(tx, &format!("{}:{id}", AccountOpened::KIND)).await?;
    account.forget_person();
    account.state = AccountState::Closed;
    tx.publish(cx, &account.profile()).await?;
    presence.forget_after_commit(tx);
    audit::note(tx, cx, "account.close", id.as_str()).await?;
    Ok(erased as i64)
}
