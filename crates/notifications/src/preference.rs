//! How an account wants to be told: ways for each kind, reminders, quiet hours.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use contracts::{
    audit::AuditEntry,
    auth::AccountId,
    notifications::{Channel, KindChannels, NotificationKind, Preferences, PreferencesForm, QuietHours},
};
use jiff::tz::TimeZone;
use platform::{
    Cx, Error, Id as _, Result,
    db::{Pair, Tx, json_list, listed},
    error::{FieldError, Problems},
};

use crate::{NotificationsContext, reminder, visit};

/// A reminder a day before, where nothing else was asked for.
const USUAL_REMINDER: u32 = 24 * 60;
const FEWEST_MINUTES: u32 = 15;
const MOST_MINUTES: u32 = 14 * 24 * 60;
const MOST_REMINDERS: usize = 5;

platform::row! {
    struct Row {
        account: AccountId,
        channels: String,
        reminders: String,
        quiet_from: Option<String>,
        quiet_until: Option<String>,
        zone: Option<String>,
        version: i64,
    }
}

impl TryFrom<Row> for Preferences {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let time = |text: Option<String>| text.and_then(|text| text.parse().ok());
        let kept: Vec<KindChannels> = serde_json::from_str(&row.channels).map_err(Error::internal)?;
        let quiet = time(row.quiet_from).zip(time(row.quiet_until)).map(|(from, until)| QuietHours { from, until });
        let reminders = serde_json::from_str(&row.reminders).map_err(Error::internal)?;
        Ok(Self { channels: complete(kept), reminders, quiet, zone: row.zone, version: row.version })
    }
}

/// What holds where nothing was said: everything by e-mail too, a reminder a day before, none at night.
fn usual() -> Preferences {
    let quiet = "21:00".parse().ok().zip("07:00".parse().ok()).map(|(from, until)| QuietHours { from, until });
    Preferences { channels: complete(Vec::new()), reminders: vec![USUAL_REMINDER], quiet, zone: None, version: 0 }
}

/// Every kind once; those that are not named go by every way.
fn complete(named: Vec<KindChannels>) -> Vec<KindChannels> {
    let mut named: BTreeMap<_, _> = named.into_iter().map(|of| (of.kind, of.channels)).collect();
    let of = |kind: &NotificationKind| KindChannels {
        kind: *kind,
        channels: named.remove(kind).unwrap_or_else(|| Channel::ALL.to_vec()),
    };
    NotificationKind::ALL.iter().map(of).collect()
}

/// Whether a kind is wanted by a way.
pub(crate) fn wants(preferences: &Preferences, kind: NotificationKind, channel: Channel) -> bool {
    preferences.channels.iter().any(|of| of.kind == kind && of.channels.contains(&channel))
}

const OF: &str =
    "select account, channels, reminders, quiet_from, quiet_until, zone, version from preference where account = $1";

/// The preferences of an account.
pub(crate) async fn of(tx: &mut Tx, account: &AccountId) -> Result<Preferences> {
    let row: Option<Row> = tx.one(OF, &[account]).await?;
    row.map_or_else(|| Ok(usual()), TryInto::try_into)
}

/// The preferences of each of these accounts.
pub(crate) async fn of_each<'a>(
    tx: &mut Tx,
    accounts: BTreeSet<&'a AccountId>,
) -> Result<BTreeMap<&'a AccountId, Preferences>> {
    const EACH: Pair = listed!(
        "select account, channels, reminders, quiet_from, quiet_until, zone, version from preference where account ",
        "$1",
        ""
    );
    let asked = json_list(accounts.iter().map(|account| account.as_str()));
    let rows: Vec<Row> = tx.all(EACH.on(tx.engine()), &[&asked]).await?;
    let mut kept: HashMap<AccountId, Row> = rows.into_iter().map(|row| (row.account.clone(), row)).collect();
    let mut wanted = |account| kept.remove(account).map_or_else(|| Ok(usual()), TryInto::try_into);
    accounts.into_iter().map(|account| Ok((account, wanted(account)?))).collect()
}

impl NotificationsContext {
    pub(crate) async fn show_preferences(&self, cx: &Cx) -> Result<Preferences> {
        let account = own(cx)?;
        self.db.read(async move |tx| of(tx, &account).await).await
    }

    pub(crate) async fn replace_preferences(
        &self,
        cx: &Cx,
        version: i64,
        form: PreferencesForm,
    ) -> Result<Preferences> {
        let (account, form) = (own(cx)?, checked(form)?);
        let cx = cx.clone();
        self.db
            .write(async move |tx| {
                let before = of(tx, &account).await?;
                let mut named: BTreeMap<_, _> = before.channels.into_iter().map(|of| (of.kind, of.channels)).collect();
                named.extend(form.channels.into_iter().map(|of| (of.kind, of.channels)));
                let channels = named.into_iter().map(|(kind, channels)| KindChannels { kind, channels }).collect();
                let PreferencesForm { reminders, quiet, zone, .. } = form;
                let wanted = Preferences { channels, reminders, quiet, zone, version: version + 1 };
                keep(tx, &account, version, &wanted).await?;
                for visit in visit::coming_of(tx, &account.to_string(), cx.now()).await? {
                    reminder::derive(tx, &visit, &account, &wanted, cx.now()).await?;
                }
                let id = account.to_string();
                tx.publish(&cx, &AuditEntry::of(&cx, "notifications", "preferences.set", &id)).await?;
                Ok(wanted)
            })
            .await
    }
}

/// Writes them where the version is still the one that was read.
pub(crate) async fn keep(tx: &mut Tx, account: &AccountId, version: i64, wanted: &Preferences) -> Result<()> {
    const FIRST: &str = "insert into preference (account, channels, reminders, quiet_from, quiet_until, zone, version) \
        values ($1, $2, $3, $4, $5, $6, $7) on conflict (account) do nothing";
    const NEXT: &str = "update preference set channels = $2, reminders = $3, quiet_from = $4, quiet_until = $5, \
        zone = $6, version = $7 where account = $1 and version = $7 - 1";
    let channels = serde_json::to_string(&wanted.channels).map_err(Error::internal)?;
    let reminders = serde_json::to_string(&wanted.reminders).map_err(Error::internal)?;
    let from = wanted.quiet.map(|quiet| quiet.from.to_string());
    let until = wanted.quiet.map(|quiet| quiet.until.to_string());
    let sql = if version == 0 { FIRST } else { NEXT };
    let kept = tx.exec(sql, &[account, &channels, &reminders, &from, &until, &wanted.zone, &wanted.version]).await?;
    if kept == 0 { Err(Error::Stale) } else { Ok(()) }
}

/// What every field must be, all told at once.
fn checked(mut form: PreferencesForm) -> Result<PreferencesForm> {
    let mut problems = Problems::default();
    problems.at_most("channels", form.channels.len(), NotificationKind::ALL.len());
    problems.at_most("reminders", form.reminders.len(), MOST_REMINDERS);
    let kinds: BTreeSet<_> = form.channels.iter().map(|of| of.kind).collect();
    problems.check(kinds.len() == form.channels.len(), "channels", "kind-twice");
    for of in &mut form.channels {
        of.channels.sort_unstable();
        of.channels.dedup();
    }
    let in_bounds = |minutes: &u32| (FEWEST_MINUTES..=MOST_MINUTES).contains(minutes);
    problems.check(form.reminders.iter().all(in_bounds), "reminders", "reminder-minutes");
    form.reminders.sort_unstable_by(|one, other| other.cmp(one));
    form.reminders.dedup();
    problems.check(form.quiet.is_none_or(|quiet| quiet.from != quiet.until), "quiet", "quiet-hours");
    form.zone = problems.optional_text("zone", form.zone.as_deref(), 64);
    if let Some(zone) = &form.zone
        && TimeZone::get(zone).is_err()
    {
        problems.add(FieldError::new("zone", "unknown-zone"));
    }
    problems.done()?;
    Ok(form)
}

/// The account that asks.
pub(crate) fn own(cx: &Cx) -> Result<AccountId> {
    cx.account()?.parse().map_err(|_| Error::Unauthenticated("sign-in-needed"))
}
