//! The hearing side: takes what lies in a hearer's queues, and acknowledges it once it is in the hearer's database.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use futures_util::{
    StreamExt,
    stream::{BoxStream, select},
};
use lapin::{
    Channel, Connection,
    message::Delivery,
    options::{BasicAckOptions, BasicConsumeOptions, BasicQosOptions, QueueBindOptions, QueueDeclareOptions},
    types::{AMQPValue, FieldTable},
};
use tokio::{
    sync::{Notify, watch},
    time::{Instant, MissedTickBehavior, interval},
};

use super::{
    Broker,
    connection::{answered, away, close, open},
    message,
    names::{self, Lane},
    post,
};
use crate::{
    Error, Result,
    bus::{
        hearer::Hearer,
        run::{is_wanted, until},
    },
};

/// Messages taken in one transaction at most.
const TOGETHER: usize = 250;
/// How long profiles may lie at the broker, in milliseconds: they are of people.
const A_DAY: i32 = 86_400_000;
/// The broker gives nothing up after so many deliveries: what cannot be applied is parked by the hearer itself.
const DELIVERIES: i32 = 1_000_000_000;
/// The pause before connecting anew, which doubles up to the longest.
const PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// After so long without its database a replica gives back what it has, for another one.
const GIVE_BACK: Duration = Duration::from_secs(10);
/// How often the lengths of the queues are read.
const MEASURE: Duration = Duration::from_secs(15);

/// What the mailboxes of a process have taken so far.
#[derive(Debug, Default)]
pub(in crate::bus) struct Mail {
    begun: AtomicU64,
    ended: AtomicU64,
    /// Rung whenever something was taken.
    pub(in crate::bus) taken: Notify,
}

impl Mail {
    /// How many batches were taken; none while one is being taken.
    pub(in crate::bus) fn at_rest(&self) -> Option<u64> {
        let ended = self.ended.load(Ordering::SeqCst);
        (self.begun.load(Ordering::SeqCst) == ended).then_some(ended)
    }
}

/// A hearer's place at the broker.
pub(in crate::bus) struct Mailbox {
    pub(in crate::bus) hearer: Arc<Hearer>,
    pub(in crate::bus) broker: Broker,
    pub(in crate::bus) mail: Arc<Mail>,
}

/// A channel for each lane: what is acknowledged on one is not mixed up with the other.
type Lanes = [Channel; 2];

/// The place of a lane among the channels, and what came there.
type Arrival = (usize, lapin::Result<Delivery>);

impl Mailbox {
    /// Takes what comes until it is told to stop, through every loss of the broker. `ready` is told once the queues
    /// are there.
    pub(in crate::bus) async fn run(self, mut stopped: watch::Receiver<bool>, ready: impl FnOnce() + Send) {
        let (mut pause, mut ready) = (PAUSE, Some(ready));
        while is_wanted(&stopped) {
            let began = Instant::now();
            if let Err(error) = self.session(&mut stopped, &mut ready).await {
                tracing::warn!(hearer = self.hearer.name(), error = error.word(), "no events from the broker");
            }
            if !is_wanted(&stopped) {
                return;
            }
            if began.elapsed() > LONGEST_PAUSE {
                pause = PAUSE;
            }
            until(pause, &mut stopped, std::future::pending()).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Makes the queues, and notes from when on the hearer listens: nothing said after that is missed.
    pub(in crate::bus) async fn prepare(&self) -> Result<()> {
        let connection = open(&self.broker, "preparing").await?;
        let prepared = self.declare(&connection).await;
        close(&connection).await;
        prepared
    }

    /// From connecting until the connection is lost (an error) or all is to stop.
    async fn session(&self, stopped: &mut watch::Receiver<bool>, ready: &mut Option<impl FnOnce()>) -> Result<()> {
        let connection = open(&self.broker, self.hearer.name()).await?;
        let heard = self.hear_on(&connection, stopped, ready).await;
        close(&connection).await;
        heard
    }

    async fn hear_on(
        &self,
        connection: &Connection,
        stopped: &mut watch::Receiver<bool>,
        ready: &mut Option<impl FnOnce()>,
    ) -> Result<()> {
        self.declare(connection).await?;
        if let Some(ready) = ready.take() {
            ready();
        }
        let (lanes, mut deliveries) = self.listen(connection).await?;
        let mut measure = interval(MEASURE);
        measure.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while is_wanted(stopped) {
            tokio::select! {
                some = deliveries.next() => {
                    let arrivals = some.ok_or(Error::Unavailable("broker"))?;
                    self.take(&lanes, arrivals, stopped).await?;
                }
                _ = measure.tick() => self.measure(&lanes).await?,
                _ = stopped.changed() => {}
            }
        }
        Ok(())
    }

    async fn declare(&self, connection: &Connection) -> Result<()> {
        let channel = answered(connection.create_channel()).await?;
        let exchange = names::exchange(&self.broker);
        post::declare(&channel, &exchange).await?;
        for lane in Lane::ALL {
            let queue = names::queue(&self.broker, self.hearer.name(), lane);
            let durable = QueueDeclareOptions { durable: true, ..QueueDeclareOptions::default() };
            answered(channel.queue_declare(queue.as_str().into(), durable, arguments(lane))).await?;
            for (class, source, kind) in self.hearer.reactions().heard_kinds().filter(|(c, ..)| Lane::of(*c) == lane) {
                let pattern = names::pattern(class, source, kind);
                let (queue, exchange) = (queue.as_str().into(), exchange.as_str().into());
                let (options, none) = (QueueBindOptions::default(), FieldTable::default());
                answered(channel.queue_bind(queue, exchange, pattern.into(), options, none)).await?;
            }
        }
        for (_, source, _) in self.hearer.reactions().heard_kinds() {
            self.hearer.join(source).await?;
        }
        answered(channel.close(200, "done".into())).await
    }

    async fn listen(&self, connection: &Connection) -> Result<(Lanes, BoxStream<'static, Vec<Arrival>>)> {
        let mut lanes = Vec::new();
        let mut streams = Vec::new();
        for (at, lane) in Lane::ALL.into_iter().enumerate() {
            let channel = answered(connection.create_channel()).await?;
            answered(channel.basic_qos(self.broker.prefetch.max(1), BasicQosOptions::default())).await?;
            let queue = names::queue(&self.broker, self.hearer.name(), lane);
            let (options, none) = (BasicConsumeOptions::default(), FieldTable::default());
            let consumer = answered(channel.basic_consume(queue.into(), "".into(), options, none)).await?;
            // The end of one is the end of both.
            let ended = futures_util::stream::once(async { Err(lapin::ErrorKind::FutureCompleted.into()) });
            streams.push(consumer.chain(ended).map(move |delivery| (at, delivery)).boxed());
            lanes.push(channel);
        }
        let (Some(passing), Some(lasting)) = (streams.pop(), streams.pop()) else {
            unreachable!("there are two lanes")
        };
        let deliveries = select(lasting, passing).ready_chunks(TOGETHER).boxed();
        let lanes = lanes.try_into().map_err(|_| Error::internal("there are two lanes"))?;
        Ok((lanes, deliveries))
    }

    /// Hands what came to the hearer, and then tells the broker that it may forget it.
    async fn take(&self, lanes: &Lanes, arrivals: Vec<Arrival>, stopped: &mut watch::Receiver<bool>) -> Result<()> {
        let mut last: [Option<u64>; 2] = [None; 2];
        let (mut events, mut unreadable) = (Vec::with_capacity(arrivals.len()), Vec::new());
        for (lane, delivery) in arrivals {
            let delivery = delivery.map_err(away)?;
            last[lane] = last[lane].max(Some(delivery.delivery_tag));
            match message::read(&delivery) {
                Ok(event) => events.push(Arc::new(event)),
                Err(what) => unreadable.push(what),
            }
        }
        for message::Unreadable { id, source, kind } in unreadable {
            tracing::error!(hearer = self.hearer.name(), source, kind, "a message is no event; it is parked");
            self.hearer.park_unreadable(id, &source, &kind).await?;
        }
        let end = Instant::now() + GIVE_BACK;
        self.mail.begun.fetch_add(1, Ordering::SeqCst);
        let taken = loop {
            match self.hearer.take(&events).await {
                Err(error) if Instant::now() < end && is_wanted(stopped) => {
                    tracing::warn!(hearer = self.hearer.name(), error = error.word(), "events are taken again");
                    until(PAUSE, stopped, std::future::pending()).await;
                }
                done => break done,
            }
        };
        self.mail.ended.fetch_add(1, Ordering::SeqCst);
        self.mail.taken.notify_waiters();
        taken?;
        for (channel, tag) in lanes.iter().zip(last) {
            if let Some(tag) = tag {
                // Everything before it on this channel was taken as well.
                answered(channel.basic_ack(tag, BasicAckOptions { multiple: true })).await?;
            }
        }
        Ok(())
    }

    /// Tells how many events lie in the queues.
    async fn measure(&self, lanes: &Lanes) -> Result<()> {
        let mut lying = 0;
        for (channel, lane) in lanes.iter().zip(Lane::ALL) {
            let queue = names::queue(&self.broker, self.hearer.name(), lane);
            let passive = QueueDeclareOptions { passive: true, ..QueueDeclareOptions::default() };
            let queue = answered(channel.queue_declare(queue.into(), passive, FieldTable::default())).await?;
            lying += queue.message_count();
        }
        metrics::gauge!("bus_queue_depth", "hearer" => self.hearer.name()).set(f64::from(lying));
        Ok(())
    }
}

/// How a queue is kept.
fn arguments(lane: Lane) -> FieldTable {
    let mut table = FieldTable::default();
    table.insert("x-queue-type".into(), AMQPValue::LongString("quorum".into()));
    table.insert("x-delivery-limit".into(), AMQPValue::LongInt(DELIVERIES));
    if lane == Lane::Passing {
        table.insert("x-message-ttl".into(), AMQPValue::LongInt(A_DAY));
    }
    table
}
