//! How one wants to be told (G1, G2): by e-mail as well, how long before a visit, at which hours not; and the address of
//! one's own calendar (C10).

use axum::{extract::State, http::StatusCode, response::Response};
use contracts::{
    notifications::{Channel, Feed, KindChannels, NotificationKind, Preferences, PreferencesForm, QuietHours},
    scheduling::LocalTime,
};
use platform::{Error, Result, http::Form};
use serde::Deserialize;

use super::{Site, outside, security, shown, visitor::Visitor};
use crate::{
    format,
    view::{Field, Mend, Notices, Option_},
};

/// Minutes before a visit to choose from, with their names.
const REMINDERS: [(u32, &str); 5] = [
    (10_080, "remind-week"),
    (2_880, "remind-2-days"),
    (1_440, "remind-day"),
    (120, "remind-2-hours"),
    (30, "remind-30-minutes"),
];
/// From and until when it is quiet unless somebody says otherwise.
const USUAL_QUIET: [&str; 2] = ["21:00", "07:00"];
/// Hours at which quiet may begin and end.
const HOURS: [&str; 12] =
    ["18:00", "19:00", "20:00", "21:00", "22:00", "23:00", "04:00", "05:00", "06:00", "07:00", "08:00", "09:00"];

/// `GET /akun/pemberitahuan`
pub(super) async fn show(State(site): State<Site>, visitor: Visitor) -> Result<Response> {
    visitor.cx.account()?;
    let now = site.notifications.preferences(&visitor.cx).await?;
    visitor.page(&page(&site, &visitor, &now, Vec::new()).await?)
}

async fn page(site: &Site, visitor: &Visitor, now: &Preferences, mends: Vec<Mend>) -> Result<Notices> {
    let feed = site.notifications.feed(&visitor.cx).await?;
    let by_mail = |kind: &KindChannels| Option_ {
        value: kind.kind.word().to_owned(),
        label: visitor.say(kind_key(kind.kind)),
        chosen: kind.channels.contains(&Channel::Email),
    };
    let mut shell = security::shell(visitor, "notices", ("/akun", "back-account"));
    shell.failing = !mends.is_empty();
    let address = feed.as_ref().map(address).unwrap_or_default();
    Ok(Notices {
        shell,
        version: now.version.to_string(),
        kinds: now.channels.iter().map(by_mail).collect(),
        reminders: reminders(visitor, &now.reminders),
        quiet_from: hours(visitor, now.quiet.map(|quiet| quiet.from), USUAL_QUIET[0]),
        quiet_until: hours(visitor, now.quiet.map(|quiet| quiet.until), USUAL_QUIET[1]),
        quiet: Field {
            value: if now.quiet.is_some() { "yes".to_owned() } else { String::new() },
            error: mends.iter().find(|mend| mend.field == "quiet").map(|mend| mend.text.clone()),
        },
        feed_app: address.split_once("://").map(|(_, rest)| format!("webcal://{rest}")).unwrap_or_default(),
        feed_made: feed
            .map(|feed| format::date(shown::at(feed.made_at, shown::HOUSE_ZONE).date(), visitor.speech.locale))
            .unwrap_or_default(),
        feed: address,
        mends,
    })
}

pub(super) fn address(feed: &Feed) -> String {
    feed.url.clone().unwrap_or_else(|| feed.path.clone())
}

/// The text key of a kind's name.
pub(super) fn kind_key(kind: NotificationKind) -> &'static str {
    match kind {
        NotificationKind::Requested => "told-requested",
        NotificationKind::Booked => "told-booked",
        NotificationKind::Accepted => "told-accepted",
        NotificationKind::Rejected => "told-rejected",
        NotificationKind::Moved => "told-moved",
        NotificationKind::Cancelled => "told-cancelled",
        NotificationKind::Proposed => "told-proposed",
        NotificationKind::Reminder => "told-reminder",
    }
}

/// Those to choose from, and what was set elsewhere besides.
fn reminders(visitor: &Visitor, set: &[u32]) -> Vec<Option_> {
    let known = REMINDERS.iter().map(|(minutes, key)| (*minutes, visitor.say(key)));
    let others = set.iter().filter(|set| REMINDERS.iter().all(|(minutes, _)| minutes != *set));
    let others = others.map(|minutes| (*minutes, visitor.say_with("minutes", &[("n", &minutes.to_string())])));
    let option =
        |(minutes, label): (u32, String)| Option_ { value: minutes.to_string(), label, chosen: set.contains(&minutes) };
    known.chain(others).map(option).collect()
}

fn hours(visitor: &Visitor, set: Option<LocalTime>, usual: &str) -> Vec<Option_> {
    let set = set.map_or_else(|| usual.to_owned(), |set| set.to_string());
    let mut all: Vec<&str> = HOURS.to_vec();
    if !all.contains(&set.as_str()) {
        all.push(&set);
    }
    let mark = if visitor.speech.locale == platform::i18n::Locale::Id { "." } else { ":" };
    let hour =
        |hour: &&str| Option_ { value: (*hour).to_owned(), label: hour.replace(':', mark), chosen: **hour == *set };
    all.iter().map(hour).collect()
}

/// The form; boxes that are not ticked are not sent.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Given {
    version: String,
    email: Vec<String>,
    remind: Vec<String>,
    quiet: String,
    quiet_from: String,
    quiet_until: String,
}

/// `POST /akun/pemberitahuan`
pub(super) async fn keep(State(site): State<Site>, visitor: Visitor, Form(given): Form<Given>) -> Result<Response> {
    visitor.cx.account()?;
    let now = site.notifications.preferences(&visitor.cx).await?;
    let by_mail = |kind: &KindChannels| KindChannels {
        kind: kind.kind,
        channels: if given.email.iter().any(|word| word == kind.kind.word()) { vec![Channel::Email] } else { vec![] },
    };
    let mut reminders: Vec<u32> = given.remind.iter().filter_map(|minutes| minutes.parse().ok()).collect();
    reminders.sort_unstable_by(|a, b| b.cmp(a));
    let version = given.version.parse().unwrap_or(now.version);
    let mut typed = Preferences {
        channels: now.channels.iter().map(by_mail).collect(),
        reminders,
        quiet: None,
        version,
        ..now.clone()
    };
    let refused = match quiet_hours(&given) {
        Ok(quiet) => {
            typed.quiet = quiet;
            let form = PreferencesForm {
                channels: typed.channels.clone(),
                reminders: typed.reminders.clone(),
                quiet,
                zone: now.zone.clone(),
            };
            match site.notifications.set_preferences(&visitor.cx, version, form).await {
                Ok(_) => return visitor.go_and_say("/akun/pemberitahuan", "flash-notices"),
                Err(error) => error,
            }
        }
        Err(error) => {
            typed.quiet = now.quiet.or_else(usual_quiet);
            error
        }
    };
    let (status, mend) = match refused {
        Error::Stale => {
            // Told once; whoever saves again does so over what they were told of.
            typed.version = now.version;
            (StatusCode::PRECONDITION_FAILED, visitor.say("person-overtaken"))
        }
        error @ Error::Invalid(_) => (StatusCode::UNPROCESSABLE_ENTITY, visitor.words_of(&error)),
        other => return Err(other),
    };
    let mends = vec![Mend { field: "quiet", text: mend }];
    visitor.page_with(status, &page(&site, &visitor, &typed, mends).await?)
}

/// The hours at which nobody is disturbed, where they are wished; an error where they cannot be read.
fn quiet_hours(given: &Given) -> Result<Option<QuietHours>> {
    if given.quiet != "yes" {
        return Ok(None);
    }
    match (given.quiet_from.parse(), given.quiet_until.parse()) {
        (Ok(from), Ok(until)) => Ok(Some(QuietHours { from, until })),
        _ => Err(Error::invalid("quiet", "invalid-time")),
    }
}

/// What is offered where nothing readable was chosen.
fn usual_quiet() -> Option<QuietHours> {
    Some(QuietHours { from: USUAL_QUIET[0].parse().ok()?, until: USUAL_QUIET[1].parse().ok()? })
}

/// The form of the calendar, and the page it stands on.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Calendar {
    what: String,
    page: String,
}

/// `POST /akun/kalender`: a new address for one's own calendar, or none.
pub(super) async fn calendar(
    State(site): State<Site>,
    visitor: Visitor,
    Form(given): Form<Calendar>,
) -> Result<Response> {
    visitor.cx.account()?;
    let to = if given.page == outside::PATH { outside::PATH } else { "/akun/pemberitahuan" };
    if given.what == "end" {
        site.notifications.end_feed(&visitor.cx).await?;
        return visitor.go_and_say(to, "flash-feed-ended");
    }
    site.notifications.renew_feed(&visitor.cx).await?;
    visitor.go_and_say(to, "flash-feed")
}
