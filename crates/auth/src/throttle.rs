//! Slows guessing down without locking anybody out (A5).
//!
//! Counted are failures of an account from an address (a pair), of an account, and of an address. A pair waits longer
//! after each failure past the fifth, at most a minute. Where an account fails from everywhere, each address waits a
//! minute after each of its own failures, but never because of the others: the owner's first try is always heard.
//! An address that fails with very many accounts waits as well, except where the account is known to use it.

use jiff::{SignedDuration, Timestamp};
use platform::{Cx, Error, Result, crypto, db::Tx};

use crate::login::Login;

/// Failures of a pair before it waits.
const FREE_TRIES: i64 = 5;
/// Failures of an account from anywhere from which on it is under attack.
const ACCOUNT_TRIES: i64 = 20;
/// Failures of an address, whatever the account, before it waits.
const ADDRESS_TRIES: i64 = 100;
/// The longest wait, in seconds.
const LONGEST_WAIT: i64 = 60;
/// After so long without a failure all is forgotten.
const MEMORY: SignedDuration = SignedDuration::from_mins(15);
/// After so long an address is no longer known.
const KNOWN_FOR: SignedDuration = SignedDuration::from_hours(90 * 24);

const KNOWN: &str = "select account from known_address where account = $1 and address = $2 and seen_at > $3";
const COUNTED: &str = "select tries, last_at, free_at from sign_in_try where key = $1";
const COUNT: &str = "
    insert into sign_in_try (key, tries, last_at, free_at) values ($1, 1, $2, $2)
    on conflict (key) do update set
        tries = case when sign_in_try.last_at < $3 then 1 else sign_in_try.tries + 1 end, last_at = $2
    where sign_in_try.free_at <= $2
    returning tries";
const WAIT: &str = "update sign_in_try set free_at = $2 where key = $1";
const FORGET: &str = "delete from sign_in_try where key = $1";
const UNCOUNT: &str = "update sign_in_try set tries = tries - 1 where key = $1 and tries > 0";
const REMEMBER: &str = "
    insert into known_address (account, address, seen_at) values ($1, $2, $3)
    on conflict (account, address) do update set seen_at = excluded.seen_at";
const SWEEP: &str = "delete from sign_in_try where last_at < $1";
const SWEEP_KNOWN: &str = "delete from known_address where seen_at < $1";

/// What a try is counted under.
#[derive(Debug, Clone)]
pub(crate) struct Guess {
    pair: Vec<u8>,
    login: Vec<u8>,
    address: Vec<u8>,
}

impl Guess {
    /// A try of that login from where the request came.
    pub(crate) fn of(cx: &Cx, login: &Login) -> Self {
        let address = address_key(cx);
        let pair = [login.key().as_slice(), &address].concat();
        Self { pair: crypto::sha256_hex(&pair).into_bytes(), login: login.key(), address }
    }

    /// Counts a try before it is looked at, so that many at once are all counted; 429 where it must wait.
    /// `account` is who has that login, if anybody.
    pub(crate) async fn begin(&self, tx: &mut Tx, cx: &Cx, account: Option<&str>) -> Result<()> {
        let now = cx.now();
        let known = self.is_known(tx, now, account.unwrap_or_default()).await?;
        let pair = count(tx, &self.pair, now).await?;
        let attacked = count(tx, &self.login, now).await? > ACCOUNT_TRIES && !known;
        let address = if known { 0 } else { count(tx, &self.address, now).await? };
        tx.exec(WAIT, &[&self.pair, &(now + wait(if attacked { pair + LONGEST_WAIT } else { pair }, FREE_TRIES))])
            .await?;
        if address > ADDRESS_TRIES {
            tx.exec(WAIT, &[&self.address, &(now + wait(address, ADDRESS_TRIES))]).await?;
        }
        Ok(())
    }

    /// The try was good after all: it does not count, and the address is known from now on.
    pub(crate) async fn good(&self, tx: &mut Tx, cx: &Cx, account: &str) -> Result<()> {
        self.uncount(tx, cx, account).await?;
        tx.exec(REMEMBER, &[&account, &self.address, &cx.now()]).await?;
        Ok(())
    }

    /// The try was not wrong, though not complete: it does not count.
    pub(crate) async fn uncount(&self, tx: &mut Tx, cx: &Cx, account: &str) -> Result<()> {
        tx.exec(FORGET, &[&self.pair]).await?;
        tx.exec(UNCOUNT, &[&self.login]).await?;
        // From a known address nothing was counted against the address.
        if !self.is_known(tx, cx.now(), account).await? {
            tx.exec(UNCOUNT, &[&self.address]).await?;
        }
        Ok(())
    }

    async fn is_known(&self, tx: &mut Tx, now: Timestamp, account: &str) -> Result<bool> {
        Ok(tx.one::<(String,)>(KNOWN, &[&account, &self.address, &(now - KNOWN_FOR)]).await?.is_some())
    }
}

/// One more under this key, unless it must wait.
async fn count(tx: &mut Tx, key: &[u8], now: Timestamp) -> Result<i64> {
    if let Some((tries,)) = tx.one::<(i64,)>(COUNT, &[&key, &now, &(now - MEMORY)]).await? {
        return Ok(tries);
    }
    let free_at = tx.one::<(i64, Timestamp, Timestamp)>(COUNTED, &[&key]).await?.map_or(now, |(_, _, free_at)| free_at);
    let wait = (free_at.duration_since(now).as_millis() + 999) / 1000;
    Err(Error::RateLimited(wait.clamp(1, i128::from(LONGEST_WAIT)) as u64))
}

/// None for the first tries, then 1, 2, 4 … seconds.
fn wait(tries: i64, free: i64) -> SignedDuration {
    let beyond = tries - free;
    SignedDuration::from_secs(if beyond < 0 { 0 } else { (1 << beyond.min(6)).min(LONGEST_WAIT) })
}

/// Where the request came from; a household's IPv6 network counts as one.
fn address_key(cx: &Cx) -> Vec<u8> {
    let place = match cx.address.map(|address| address.to_canonical()) {
        None => "none".to_owned(),
        Some(std::net::IpAddr::V4(address)) => address.to_string(),
        Some(std::net::IpAddr::V6(address)) => format!("{:x}/64", address.to_bits() >> 64),
    };
    crypto::sha256_hex(format!("address {place}").as_bytes()).into_bytes()
}

/// Forgets old failures and addresses.
pub(crate) async fn sweep(tx: &mut Tx, cx: &Cx) -> Result<()> {
    tx.exec(SWEEP, &[&(cx.now() - MEMORY)]).await?;
    tx.exec(SWEEP_KNOWN, &[&(cx.now() - KNOWN_FOR)]).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::wait;

    /// A5
    #[test]
    fn waits_grow_and_end_at_a_minute() {
        let seconds: Vec<i64> = (4..15).map(|tries| wait(tries, 5).as_secs()).collect();
        assert_eq!(seconds, [0, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60]);
        assert_eq!(wait(i64::MAX - 1, 5), SignedDuration::from_secs(60));
    }
}
