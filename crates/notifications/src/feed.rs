//! Somebody's own calendar to subscribe to (C10): an address that cannot be guessed and can be taken back. It holds their
//! visits, and for a doctor those of their practice; places and times, no names of patients.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use contracts::{
    audit::AuditEntry,
    auth::AccountId,
    directory::Mode,
    notifications::{CalendarFile, Feed},
    scheduling::{AppointmentId, State},
};
use jiff::{SignedDuration, Timestamp};
use platform::{Cx, Error, Result, db::Tx, i18n::Locale};
use sha2::{Digest as _, Sha256};

use crate::{
    NotificationsContext,
    calendar::{self, Event, Status},
    copies, preference,
};

/// How far back and ahead a calendar reaches.
const BEHIND: SignedDuration = SignedDuration::from_hours(24 * 30);
const AHEAD: SignedDuration = SignedDuration::from_hours(24 * 366);
/// Events of a calendar at most, the nearest to its beginning first.
const MOST: i64 = 1_000;
/// The longest secret that is looked for.
const LONGEST: usize = 64;

platform::row! {
    struct Row {
        id: AppointmentId,
        state: State,
        mode: Mode,
        starts_at: Timestamp,
        ends_at: Timestamp,
        sequence: i64,
        changed_at: Timestamp,
        facility: Option<String>,
        address: Option<String>,
    }
}

impl NotificationsContext {
    pub(crate) async fn show_feed(&self, cx: &Cx) -> Result<Option<Feed>> {
        const OWN: &str = "select token, made_at from feed where account = $1";
        let account = preference::own(cx)?.to_string();
        let asked = account.clone();
        let row: Option<(Vec<u8>, Timestamp)> = self.db.read(async move |tx| tx.one(OWN, &[&asked]).await).await?;
        row.map(|(sealed, made_at)| Ok(self.feed_at(&self.vault.token(&account, &sealed)?, made_at))).transpose()
    }

    pub(crate) async fn make_feed(&self, cx: &Cx) -> Result<Feed> {
        const KEEP: &str = "insert into feed (account, mark, token, made_at) values ($1, $2, $3, $4) \
            on conflict (account) do update set mark = excluded.mark, token = excluded.token, made_at = excluded.made_at";
        let (account, now) = (preference::own(cx)?, cx.now());
        let token = BASE64_URL_SAFE_NO_PAD.encode(cx.entropy.bytes::<32>());
        let mark = self.vault.mark(&token);
        let sealed = self.vault.seal_token(cx, &account.to_string(), &token);
        let cx = cx.clone();
        self.db
            .write(async move |tx| {
                tx.exec(KEEP, &[&account, &mark, &sealed, &now]).await?;
                audit(tx, &cx, "feed.renew", &account).await
            })
            .await?;
        Ok(self.feed_at(&token, now))
    }

    pub(crate) async fn drop_feed(&self, cx: &Cx) -> Result<()> {
        let (account, cx) = (preference::own(cx)?, cx.clone());
        self.db
            .write(async move |tx| {
                if tx.exec("delete from feed where account = $1", &[&account]).await? == 0 {
                    return Ok(());
                }
                audit(tx, &cx, "feed.end", &account).await
            })
            .await
    }

    /// The calendar behind a secret; 404 where there is none.
    pub(crate) async fn read_feed(&self, cx: &Cx, token: &str) -> Result<CalendarFile> {
        // The calendar of somebody who was shut out rests until they are let in again.
        const WHOSE: &str = "select account from feed where mark = $1 \
            and not exists (select 1 from account where id = feed.account and contact is null)";
        const VISITS: &str = "select v.id, v.state, v.mode, v.starts_at, v.ends_at, v.sequence, v.changed_at, f.name, \
            f.address from visit v left join facility f on f.id = v.facility \
            where (v.patient in (select patient from patient_account where account = $1) \
            or v.doctor in (select id from doctor where account = $1)) \
            and v.ends_at > $2 and v.starts_at < $3 order by v.starts_at, v.id limit $4";
        if token.is_empty() || token.len() > LONGEST {
            return Err(Error::NotFound("calendar"));
        }
        let (mark, vault) = (self.vault.mark(token), self.vault.clone());
        let (from, until) = (cx.now() - BEHIND, cx.now() + AHEAD);
        let (locale, rows) = self
            .db
            .read(async move |tx| {
                let whose: Option<(AccountId,)> = tx.one(WHOSE, &[&mark]).await?;
                let (account,) = whose.ok_or(Error::NotFound("calendar"))?;
                let reached = copies::reached(tx, &vault, &account.to_string()).await?;
                let rows: Vec<Row> = tx.all(VISITS, &[&account, &from, &until, &MOST]).await?;
                Ok((reached.map(|reached| reached.locale).unwrap_or_default(), rows))
            })
            .await?;
        let events: Vec<Event> = rows.into_iter().filter_map(|row| self.event(row, locale)).collect();
        let text = calendar::file(Some(&self.texts.get(locale, "calendar-name", &[])), None, &events);
        let digest = Sha256::digest(text.as_bytes());
        Ok(CalendarFile { etag: BASE64_URL_SAFE_NO_PAD.encode(&digest[..18]), text })
    }

    fn event(&self, row: Row, locale: Locale) -> Option<Event> {
        let status = match row.state {
            State::Held => return None,
            State::Pending | State::AwaitingPayment => Status::Tentative,
            State::Cancelled | State::NoShow => Status::Cancelled,
            State::Booked | State::Arrived | State::InProgress | State::Fulfilled => Status::Confirmed,
        };
        let facility = row.facility.unwrap_or_default();
        let place = match (row.mode, row.address) {
            (Mode::Online, _) => self.texts.get(locale, "calendar-online", &[]),
            (Mode::InPerson, Some(address)) if !address.is_empty() => format!("{facility}, {address}"),
            (Mode::InPerson, _) => facility.clone(),
        };
        Some(Event {
            uid: calendar::uid(&row.id),
            sequence: row.sequence,
            stamp: row.changed_at,
            from: row.starts_at,
            until: row.ends_at,
            title: self.texts.get(locale, "calendar-visit", &[("facility", facility.as_str().into())]),
            place,
            url: None,
            status,
            people: None,
        })
    }

    fn feed_at(&self, token: &str, made_at: Timestamp) -> Feed {
        let path = format!("/calendar/{token}.ics");
        Feed { url: self.house.url(&path), path, made_at }
    }
}

async fn audit(tx: &mut Tx, cx: &Cx, action: &str, account: &AccountId) -> Result<()> {
    tx.publish(cx, &AuditEntry::of(cx, "notifications", action, &account.to_string())).await
}
