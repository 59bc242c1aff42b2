//! Sending by a channel beside the inbox (G3's ground): each sending is a row, tried by a job after the commit of what
//! caused it, with a longer pause each time. It is marked as sent once the provider has taken it; where the program dies
//! between the two, the same message goes out once more under the same id, by which mail programs know it.

use contracts::{
    auth::AccountId,
    directory::Mode,
    notifications::{Channel, DeliveryId, DeliveryState, NotificationKind},
    scheduling::AppointmentId,
};
use jiff::{SignedDuration, Timestamp};
use platform::{Cx, Error, Result, jobs::TRIES};

use crate::{
    NotificationsContext,
    channel::Refusal,
    copies::{self, Reached},
    letter, notice,
};

/// The job that sends.
pub(crate) const SEND: &str = "send";

/// What has waited longer is not worth sending.
const STALE: SignedDuration = SignedDuration::from_hours(24);
/// The longest answer that is kept.
const LONGEST_ANSWER: usize = 200;

platform::row! {
    /// A sending and what it tells of.
    #[derive(Debug, Clone)]
    pub(crate) struct Item {
        pub(crate) id: DeliveryId,
        pub(crate) account: AccountId,
        pub(crate) channel: Channel,
        pub(crate) state: DeliveryState,
        pub(crate) tries: i64,
        pub(crate) queued_at: Timestamp,
        pub(crate) kind: NotificationKind,
        pub(crate) appointment: AppointmentId,
        pub(crate) mode: Mode,
        pub(crate) starts_at: Timestamp,
        pub(crate) ends_at: Timestamp,
        pub(crate) was_at: Option<Timestamp>,
        pub(crate) zone: String,
        pub(crate) sequence: i64,
        pub(crate) at: Timestamp,
        /// Until when an answer is awaited, of times proposed.
        pub(crate) answer_by: Option<Timestamp>,
        pub(crate) doctor: Option<String>,
        pub(crate) facility: String,
        pub(crate) address: String,
        pub(crate) patient: String,
        /// The sequence the visit has come to since; none where it is not known here any more.
        pub(crate) present: Option<i64>,
    }
}

impl Item {
    /// What it tells of.
    pub(crate) fn kind(&self) -> NotificationKind {
        notice::kind_of(self.kind, self.answer_by)
    }

    /// Why it is not worth sending any more, if so: it waited too long, the visit is over, or something newer is told.
    fn outlived(&self, now: Timestamp) -> Option<&'static str> {
        if now.duration_since(self.queued_at) > STALE || self.ends_at <= now {
            return Some("stale");
        }
        match self.present {
            None => Some("forgotten"),
            Some(present) if present > self.sequence => Some("superseded"),
            Some(_) if self.kind == NotificationKind::Reminder && self.answer_by.unwrap_or(self.starts_at) <= now => {
                Some("stale")
            }
            Some(_) => None,
        }
    }
}

/// How a try ended.
struct End {
    state: DeliveryState,
    answer: String,
    /// Whether the provider was asked at all.
    tried: bool,
}

impl NotificationsContext {
    /// Sends one. Fails where another try is worth it.
    pub(crate) async fn send(&self, cx: &Cx, id: DeliveryId) -> Result<()> {
        let Some((item, reached)) = self.item(&id).await? else { return Ok(()) };
        if item.state != DeliveryState::Queued {
            return Ok(());
        }
        if let Some(why) = item.outlived(cx.now()) {
            return self.end(cx, &item, End::unsent(why)).await;
        }
        let Some(carrier) = self.carriers.of(item.channel) else {
            return self.end(cx, &item, End::unsent("no-channel")).await;
        };
        // Auth may not have told of the account yet.
        let Some(Reached { locale, contact }) = reached else {
            return Err(Error::Unavailable("account-not-known-yet"));
        };
        let Some(contact) = contact else { return self.end(cx, &item, End::unsent("no-address")).await };
        let message =
            letter::compose(&self.texts, &self.house, &self.vault, &carrier.sender(), &item, locale, contact)?;
        let end = match carrier.send(cx, &message).await {
            Ok(receipt) => End { state: DeliveryState::Sent, answer: receipt.answer, tried: true },
            Err(Refusal::Never(answer)) => End { state: DeliveryState::Failed, answer, tried: true },
            Err(Refusal::Later(answer)) if item.tries + 1 >= TRIES => {
                End { state: DeliveryState::GivenUp, answer, tried: true }
            }
            Err(Refusal::Later(answer)) => End { state: DeliveryState::Queued, answer, tried: true },
        };
        let again = end.state == DeliveryState::Queued;
        self.end(cx, &item, end).await?;
        if again { Err(Error::Unavailable("not-sent-yet")) } else { Ok(()) }
    }

    async fn item(&self, id: &DeliveryId) -> Result<Option<(Item, Option<Reached>)>> {
        const ITEM: &str = "select x.id, x.account, x.channel, x.state, x.tries, x.queued_at, n.kind, n.appointment, \
            n.mode, n.starts_at, n.ends_at, n.was_at, n.zone, n.sequence, n.at, n.answer_by, d.name, coalesce(f.name, ''), \
            coalesce(f.address, ''), coalesce(p.name, ''), v.sequence from delivery x \
            join notification n on n.id = x.notification left join doctor d on d.id = n.doctor \
            left join facility f on f.id = n.facility left join patient p on p.id = n.patient \
            left join visit v on v.id = n.appointment where x.id = $1";
        let (id, vault) = (id.clone(), self.vault.clone());
        self.db
            .read(async move |tx| {
                let Some(item) = tx.one::<Item>(ITEM, &[&id]).await? else { return Ok(None) };
                let reached = copies::reached(tx, &vault, &item.account.to_string()).await?;
                Ok(Some((item, reached)))
            })
            .await
    }

    async fn end(&self, cx: &Cx, item: &Item, end: End) -> Result<()> {
        const END: &str = "update delivery set state = $2, tries = tries + $3, tried_at = coalesce($4, tried_at), \
            sent_at = $5, answer = $6 where id = $1 and state = 'queued'";
        let End { state, answer, tried } = end;
        let (id, now, answer) = (item.id.clone(), cx.now(), without_addresses(&answer));
        let sent_at = (state == DeliveryState::Sent).then_some(now);
        let tried_at = tried.then_some(now);
        metrics::counter!("notification_sendings_total", "channel" => item.channel.word(), "end" => state.word())
            .increment(1);
        if !matches!(state, DeliveryState::Sent | DeliveryState::GivenUp) {
            tracing::warn!(delivery = %id, channel = %item.channel, state = %state, tries = item.tries + 1, "a message was not taken");
        }
        self.db
            .write(async move |tx| {
                tx.exec(END, &[&id, &state, &i64::from(tried), &tried_at, &sent_at, &answer]).await.map(drop)
            })
            .await
    }
}

impl End {
    fn unsent(why: &str) -> Self {
        Self { state: DeliveryState::GivenUp, answer: why.to_owned(), tried: false }
    }
}

/// An answer as it is kept: one line, bounded, and no word that may be somebody's address.
fn without_addresses(answer: &str) -> String {
    let words = answer.split_whitespace().map(|word| if word.contains('@') { "…" } else { word });
    words.collect::<Vec<_>>().join(" ").chars().take(LONGEST_ANSWER).collect()
}

#[cfg(test)]
mod tests {
    use super::{LONGEST_ANSWER, without_addresses};

    /// G1
    #[test]
    fn an_answer_is_kept_without_anybodys_address() {
        let answer = "550 5.1.1 <siti@contoh.example>: Recipient address\r\n rejected";
        assert_eq!(without_addresses(answer), "550 5.1.1 … Recipient address rejected");
        assert_eq!(without_addresses(&"x".repeat(999)).len(), LONGEST_ANSWER);
    }
}
