//! The sender of one outbox.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex;

use super::{
    event::{Class, Envelope},
    retention,
    transport::Transport,
    waiting,
};
use crate::{
    Cx, Result,
    db::{Db, Pair},
    ids, listed,
};

/// How many events travel together.
pub const BATCH: i64 = 500;
const LEASE: SignedDuration = SignedDuration::from_secs(10);

/// Taken when it is free, run out, ours, or held until later than any right clock could have said: a node whose clock is
/// ahead must not keep the others from sending. Nobody relies on being the only one: the lease saves work, and the hearers
/// know what they have heard.
const LEASE_IT: &str = "
    insert into relay_lease (one, holder, fence, until) values (1, $1, 1, $3)
    on conflict (one) do update set
        fence = case when relay_lease.holder = excluded.holder then relay_lease.fence else relay_lease.fence + 1 end,
        holder = excluded.holder, until = excluded.until
    where relay_lease.holder = excluded.holder or relay_lease.until <= $2 or relay_lease.until > $4
    returning fence";
/// Free from long ago on, whatever the clock of who lets go says.
const LET_GO: &str = "update relay_lease set until = $2 where one = 1 and holder = $1";

/// By time and number, so that the facts of a subject come in order. Never "after the last one sent": rows become
/// visible in the order of their commits, which is another.
const UNSENT: &str = "
    select id, subject, n, epoch, kind, class, payload, at, began, trace from outbox
    where sent_at is null order by at, n, id limit $1";

const HOLDING: &str = "select fence from relay_lease where one = 1 and holder = $1 and fence = $2";
const SENT: Pair = listed!("update outbox set sent_at = $1 where sent_at is null and id ", "$2", "");

const LAG: &str = "select count(*), min(at) from outbox where sent_at is null";

crate::row! {
    struct Said {
        id: String,
        subject: String,
        n: i64,
        epoch: i64,
        kind: String,
        class: Class,
        payload: String,
        at: Timestamp,
        began: Timestamp,
        trace: Option<String>,
    }
}

/// How far a source is behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lag {
    /// The context that says the events.
    pub source: Arc<str>,
    /// How many are not sent yet.
    pub unsent: i64,
    /// How long the oldest of them has waited.
    pub oldest: SignedDuration,
}

/// Sends what one context says. Competing relays of one source, in several processes, take turns by a lease.
pub struct Relay {
    source: Arc<str>,
    db: Db,
    transport: Arc<dyn Transport>,
    cx: Cx,
    holder: String,
    turn: Mutex<Held>,
}

/// The lease as this relay knows it.
#[derive(Default)]
struct Held {
    fence: i64,
    renew_at: Option<Timestamp>,
}

impl Relay {
    /// The sender of the outbox in `db`, which is that of the context `source`.
    pub fn new(source: &str, db: Db, transport: Arc<dyn Transport>, cx: Cx) -> Self {
        let holder = ids::encode("rly", cx.now(), cx.entropy.bytes());
        Self { source: source.into(), db, transport, cx, holder, turn: Mutex::default() }
    }

    /// The context whose events it sends.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Sends one batch and answers how many events it held: 0 where there is nothing to send, or another relay's turn.
    /// Where it fails half-way the events stay unsent, and come again.
    pub async fn step(&self) -> Result<usize> {
        let mut held = self.turn.lock().await;
        let batch = self.unsent().await?;
        if batch.is_empty() || !self.hold(&mut held).await? {
            return Ok(0);
        }
        self.transport.send(&batch).await?;
        self.note_sent(&batch, held.fence).await?;
        metrics::counter!("bus_sent_total", "source" => self.source.to_string()).increment(batch.len() as u64);
        Ok(batch.len())
    }

    /// How far it is behind.
    pub async fn lag(&self) -> Result<Lag> {
        let (unsent, since) =
            self.db.read(async move |tx| tx.one::<(i64, Option<Timestamp>)>(LAG, &[]).await).await?.unwrap_or_default();
        let oldest = since.map_or(SignedDuration::ZERO, |at| self.cx.now().duration_since(at));
        Ok(Lag { source: self.source.clone(), unsent, oldest })
    }

    /// Has the present profiles sent again, and facts and lines said since `since`: for a hearer that came late or
    /// lost some of its copy. Those who know them already are not troubled.
    pub async fn reannounce(&self, since: Timestamp) -> Result<()> {
        retention::send_again(&self.db, since).await?;
        Ok(())
    }

    /// Lets another relay take over at once.
    pub(super) async fn let_go(&self) -> Result<()> {
        let holder = self.holder.clone();
        self.turn.lock().await.renew_at = None;
        self.db.write(async move |tx| tx.exec(LET_GO, &[&holder, &Timestamp::UNIX_EPOCH]).await).await?;
        Ok(())
    }

    /// Deletes what was sent long ago.
    pub async fn tidy(&self) -> Result<()> {
        retention::forget_sent(&self.db, self.cx.now()).await
    }

    async fn unsent(&self) -> Result<Vec<Arc<Envelope>>> {
        let said = self.db.read(async move |tx| tx.all::<Said>(UNSENT, &[&BATCH]).await).await?;
        Ok(said.into_iter().map(|said| Arc::new(said.by(&self.source))).collect())
    }

    async fn hold(&self, held: &mut Held) -> Result<bool> {
        let now = self.cx.now();
        if held.renew_at.is_some_and(|at| now < at) {
            return Ok(true);
        }
        let (holder, until, too_late) = (self.holder.clone(), now + LEASE, now + LEASE * 2);
        let fence = self
            .db
            .write(async move |tx| tx.one::<(i64,)>(LEASE_IT, &[&holder, &now, &until, &too_late]).await)
            .await?;
        held.renew_at = fence.map(|_| now + LEASE / 2);
        held.fence = fence.map_or(held.fence, |(fence,)| fence);
        Ok(fence.is_some())
    }

    /// Where the lease went to another meanwhile, that one sends them again and notes it.
    async fn note_sent(&self, batch: &[Arc<Envelope>], fence: i64) -> Result<()> {
        let (now, ids, holder) = (self.cx.now(), waiting::ids(batch), self.holder.clone());
        self.db
            .write(async move |tx| {
                if tx.one::<(i64,)>(HOLDING, &[&holder, &fence]).await?.is_some() {
                    tx.exec(SENT.on(tx.engine()), &[&now, &ids]).await?;
                }
                Ok(())
            })
            .await
    }
}

impl Said {
    fn by(self, source: &Arc<str>) -> Envelope {
        let Self { id, subject, n, epoch, kind, class, payload, at, began, trace } = self;
        Envelope { id, source: source.clone(), epoch, subject, n, kind, class, payload, at, began, trace }
    }
}
