//! The bus of one process: its sources, its hearers, and the tasks that keep events moving.

use std::{future::Future, sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};
use tokio::{
    sync::{Mutex, watch},
    task::JoinHandle,
    time::{Instant, timeout, timeout_at},
};

use super::{
    hearer::Hearer,
    rabbit::{Broker, Mail, Mailbox, Post},
    reached,
    reactions::Reactions,
    relay::{BATCH, Lag, Relay},
    transport::{InProcess, Transport},
    waiting::Parked,
};
use crate::{Clock, Cx, Error, Result, db::Db, entropy::Entropy};

/// How long a source or hearer goes without looking by itself: for what other processes left, and for tries to come.
const LOOK: Duration = Duration::from_millis(500);
/// How long a relay gathers after the first event, so that many travel together.
const GATHER: Duration = Duration::from_millis(4);
/// The pause after a failure, which doubles up to the longest.
const PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// How often old rows are deleted and overdue ones told of.
const TIDY: SignedDuration = SignedDuration::from_hours(24);
const LOOK_AFTER: SignedDuration = SignedDuration::from_mins(1);

/// The bus of one process while it is put together.
pub struct Bus {
    clock: Clock,
    entropy: Entropy,
    sources: Vec<(&'static str, Db)>,
    hearers: Vec<Reactions>,
    broker: Option<Broker>,
}

impl Bus {
    /// A bus nobody speaks or listens on.
    pub fn new(clock: Clock, entropy: Entropy) -> Self {
        Self { clock, entropy, sources: Vec::new(), hearers: Vec::new(), broker: None }
    }

    /// Sends what the context `name` says: its outbox lies in `db`.
    pub fn source(&mut self, name: &'static str, db: Db) -> &mut Self {
        self.sources.push((name, db));
        self
    }

    /// Lets a context hear, itself included.
    pub fn join(&mut self, reactions: Reactions) -> &mut Self {
        self.hearers.push(reactions);
        self
    }

    /// Lets events travel over a broker, if one is named, so that other processes hear them too.
    pub fn over(&mut self, broker: Broker) -> &mut Self {
        self.broker = Some(broker).filter(Broker::is_used);
        self
    }

    /// Makes every hearer's place at the broker, so that what is said from now on is kept for those who are started
    /// later. Does nothing without a broker. To be done once before several processes are started for the first time.
    pub async fn prepare(self) -> Result<()> {
        let Self { clock, entropy, hearers, broker, .. } = self;
        let Some(broker) = broker else { return Ok(()) };
        for reactions in hearers {
            let cx = Cx::system(reactions.hearer(), clock.clone(), entropy.clone());
            let hearer = Arc::new(Hearer::new(reactions, cx));
            Mailbox { hearer, broker: broker.clone(), mail: Arc::default() }.prepare().await?;
        }
        Ok(())
    }

    /// Starts sending and hearing: over the broker, or within this process where there is none. It does not wait for
    /// the broker; until that is there, events stay in the outboxes.
    pub async fn start(self) -> Result<BusHandle> {
        let Self { clock, entropy, sources, hearers, broker } = self;
        let cx = |name: &str| Cx::system(name, clock.clone(), entropy.clone());
        let hearers: Vec<Arc<Hearer>> = hearers
            .into_iter()
            .map(|r| {
                let cx = cx(r.hearer());
                Arc::new(Hearer::new(r, cx))
            })
            .collect();
        let mut relays = Vec::new();
        let (stop, stopped) = watch::channel(false);
        let mut tasks = Vec::new();
        let mut mail = None;
        let transport: Arc<dyn Transport> = if let Some(broker) = broker {
            let taken = mail.insert(Arc::<Mail>::default());
            let (transport, mailboxes) = over(&broker, &hearers, taken, &stopped);
            tasks.extend(mailboxes);
            transport
        } else {
            for hearer in &hearers {
                for (source, _) in &sources {
                    hearer.join(source).await?;
                }
            }
            Arc::new(InProcess::new(hearers.clone()))
        };
        let mut said = Vec::new();
        for (name, db) in sources {
            said.push((name, db.clone()));
            let relay = Arc::new(Relay::new(name, db.clone(), transport.clone(), cx(name)));
            tasks.push(tokio::spawn(send(relay.clone(), db, stopped.clone(), clock.clone())));
            relays.push(relay);
        }
        for hearer in &hearers {
            tasks.push(tokio::spawn(retry(hearer.clone(), stopped.clone(), clock.clone())));
        }
        Ok(BusHandle { relays, sources: said, hearers, mail, stop, tasks: Mutex::new(tasks) })
    }
}

/// Both ends of the broker: what relays send with, and a task for each hearer. Nothing is sent before all hearers of
/// this process have their queues.
fn over(
    broker: &Broker,
    hearers: &[Arc<Hearer>],
    mail: &Arc<Mail>,
    stopped: &watch::Receiver<bool>,
) -> (Arc<dyn Transport>, Vec<JoinHandle<()>>) {
    let (missing, queues) = watch::channel(hearers.len());
    let missing = Arc::new(missing);
    let start = |hearer: &Arc<Hearer>| {
        let missing = missing.clone();
        let mailbox = Mailbox { hearer: hearer.clone(), broker: broker.clone(), mail: mail.clone() };
        tokio::spawn(mailbox.run(stopped.clone(), move || missing.send_modify(|missing| *missing -= 1)))
    };
    let mailboxes = hearers.iter().map(start).collect();
    (Arc::new(Post::new(broker.clone(), queues)), mailboxes)
}

/// The running bus of one process. It ends by [`BusHandle::stop`], or soon after it is dropped.
pub struct BusHandle {
    relays: Vec<Arc<Relay>>,
    sources: Vec<(&'static str, Db)>,
    hearers: Vec<Arc<Hearer>>,
    /// What came over the broker, where there is one.
    mail: Option<Arc<Mail>>,
    stop: watch::Sender<bool>,
    tasks: Mutex<Vec<JoinHandle<()>>>,
}

impl BusHandle {
    /// Waits until everything said so far, and what was said in answer to it, is sent and applied. Instead of letting
    /// time pass it sends and retries by itself. Fails with the reason where a reaction keeps failing or `limit` passes.
    pub async fn settle(&self, limit: Duration) -> Result<()> {
        let end = Instant::now() + limit;
        loop {
            timeout_at(end, self.move_on_to_the_end()).await.map_err(|_| Error::Late)?;
            let unsent: i64 = self.lag().await?.iter().map(|lag| lag.unsent).sum();
            if unsent == 0 && self.has_arrived().await? {
                break;
            }
            if Instant::now() >= end {
                return Err(Error::Internal(format!("{unsent} events are another relay's to send, or on their way")));
            }
            // Another relay has its turn, as a process that ended without saying so may: its lease runs out.
            let _ = timeout(PAUSE, self.something_arrives()).await;
        }
        for hearer in &self.hearers {
            let (waiting, parked) = (hearer.waiting().await?, hearer.parked(5).await?);
            if waiting > 0 || !parked.is_empty() {
                let parked: Vec<_> = parked.iter().map(|p| format!("{} ({})", p.kind, p.reason)).collect();
                let reasons = hearer.reasons().await?.join(", ");
                return Err(Error::Internal(format!(
                    "{}: {waiting} waiting ({reasons}), parked: {parked:?}",
                    hearer.name()
                )));
            }
        }
        Ok(())
    }

    /// How far each source is behind.
    pub async fn lag(&self) -> Result<Vec<Lag>> {
        let mut lags = Vec::with_capacity(self.relays.len());
        for relay in &self.relays {
            lags.push(relay.lag().await?);
        }
        Ok(lags)
    }

    /// Has a source say its present profiles again, and the facts and lines said since `since`: for a hearer that came
    /// late or lost some of its copy.
    pub async fn reannounce(&self, source: &str, since: Timestamp) -> Result<()> {
        let relay = self.relays.iter().find(|r| r.source() == source).ok_or(Error::NotFound("source"))?;
        relay.reannounce(since).await
    }

    /// At most `limit` parked events of each hearer, with the hearer's name.
    pub async fn parked(&self, limit: i64) -> Result<Vec<(&'static str, Parked)>> {
        let mut all = Vec::new();
        for hearer in &self.hearers {
            all.extend(hearer.parked(limit).await?.into_iter().map(|parked| (hearer.name(), parked)));
        }
        Ok(all)
    }

    /// Has a hearer try a parked event again.
    pub async fn retry_parked(&self, hearer: &str, id: &str) -> Result<()> {
        self.hearer(hearer)?.retry_parked(id).await
    }

    /// Has a hearer let a parked event go without its reaction.
    pub async fn drop_parked(&self, hearer: &str, id: &str) -> Result<()> {
        self.hearer(hearer)?.drop_parked(id).await
    }

    /// Deletes what was sent and heard more than 90 days ago. The bus does so by itself once a day.
    pub async fn tidy(&self) -> Result<()> {
        for relay in &self.relays {
            relay.tidy().await?;
        }
        for hearer in &self.hearers {
            hearer.tidy().await?;
        }
        Ok(())
    }

    /// Finishes the batches under way, lets other processes take over, and ends.
    pub async fn stop(&self) {
        self.stop.send_replace(true);
        for task in std::mem::take(&mut *self.tasks.lock().await) {
            if task.await.is_err() {
                tracing::error!("a task of the bus had panicked");
            }
        }
    }

    /// Whether all that was sent over a broker has come to the hearers of this process, and what those said in answer.
    async fn has_arrived(&self) -> Result<bool> {
        let Some(mail) = &self.mail else { return Ok(true) };
        let Some(before) = mail.at_rest() else { return Ok(false) };
        for (source, db) in &self.sources {
            for hearer in &self.hearers {
                if !reached::everything(source, db, hearer).await? {
                    return Ok(false);
                }
            }
        }
        Ok(mail.at_rest() == Some(before))
    }

    async fn something_arrives(&self) {
        match &self.mail {
            Some(mail) => mail.taken.notified().await,
            None => std::future::pending().await,
        }
    }

    fn hearer(&self, name: &str) -> Result<&Arc<Hearer>> {
        self.hearers.iter().find(|h| h.name() == name).ok_or(Error::NotFound("hearer"))
    }

    async fn move_on_to_the_end(&self) {
        loop {
            match self.move_on().await {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => {
                    report("settle", Err(error));
                    let _ = timeout(PAUSE, std::future::pending::<()>()).await;
                }
            }
        }
    }

    /// Sends and retries once; whether anything came of it.
    async fn move_on(&self) -> Result<bool> {
        let mut moved = 0;
        for relay in &self.relays {
            moved += relay.step().await?;
        }
        for hearer in &self.hearers {
            moved += hearer.retry_all().await?;
        }
        Ok(moved > 0)
    }
}

/// Keeps sending what a source says until it is told to stop.
async fn send(relay: Arc<Relay>, db: Db, mut stopped: watch::Receiver<bool>, clock: Clock) {
    let mut pause = PAUSE;
    let mut tidied = None;
    while is_wanted(&stopped) {
        match relay.step().await {
            Ok(sent) if sent as i64 == BATCH => {}
            Ok(_) => {
                pause = PAUSE;
                if is_past(&mut tidied, TIDY, clock.now()) {
                    report(relay.source(), relay.tidy().await);
                }
                if until(LOOK, &mut stopped, db.signals().published.notified()).await {
                    until(GATHER, &mut stopped, std::future::pending()).await;
                }
            }
            Err(error) => {
                report(relay.source(), Err(error));
                until(pause, &mut stopped, std::future::pending()).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
    }
    report(relay.source(), relay.let_go().await);
}

/// Keeps trying again what a hearer could not apply until it is told to stop.
async fn retry(hearer: Arc<Hearer>, mut stopped: watch::Receiver<bool>, clock: Clock) {
    let (mut looked_after, mut tidied) = (None, None);
    while is_wanted(&stopped) {
        report(hearer.name(), hearer.retry().await.map(drop));
        if is_past(&mut looked_after, LOOK_AFTER, clock.now()) {
            report(hearer.name(), hearer.look_after().await);
        }
        if is_past(&mut tidied, TIDY, clock.now()) {
            report(hearer.name(), hearer.tidy().await);
        }
        until(LOOK, &mut stopped, std::future::pending()).await;
    }
}

/// Waits for the event, so long at most, or until all is to stop; whether it came.
pub(super) async fn until(
    limit: Duration,
    stopped: &mut watch::Receiver<bool>,
    event: impl Future<Output = ()>,
) -> bool {
    tokio::select! {
        came = timeout(limit, event) => came.is_ok(),
        _ = stopped.changed() => false,
    }
}

/// Whether nobody has said stop, and somebody is there who could.
pub(crate) fn is_wanted(stopped: &watch::Receiver<bool>) -> bool {
    stopped.has_changed().is_ok() && !*stopped.borrow()
}

/// Whether `period` has passed since it was last so; then it begins anew.
fn is_past(last: &mut Option<Timestamp>, period: SignedDuration, now: Timestamp) -> bool {
    let past = last.is_none_or(|last| now.duration_since(last) >= period);
    if past {
        *last = Some(now);
    }
    past
}

fn report(who: &str, result: Result<()>) {
    if let Err(error) = result {
        tracing::warn!(who, error = error.word(), "the bus pauses");
    }
}
