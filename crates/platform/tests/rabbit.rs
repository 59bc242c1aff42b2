//! The bus over RabbitMQ with everything that can go wrong: competing replicas, connections cut, the broker gone for a
//! while, messages that are none. Every fact is applied once and in its subject's order.

#![allow(clippy::unwrap_used)]

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use futures_util::StreamExt as _;
use lapin::{
    BasicProperties,
    options::{BasicConsumeOptions, BasicPublishOptions, QueueBindOptions, QueueDeclareOptions},
    types::{AMQPValue, FieldTable},
};
use platform::{
    Clock, Cx, Error, Result,
    bus::{self, Broker, Bus, BusHandle, Class, Event as _, Reactions},
    db::Engine,
    entropy::Entropy,
};
use testkit::{
    bus::{APPLIED, Happened},
    db::Fresh,
    proxy::Proxy,
    rabbit,
};

const LIMIT: Duration = Duration::from_mins(1);

fn cx() -> Cx {
    Cx::system("test", Clock::System, Entropy::System)
}

/// A source and a hearer, each with a database, and a place at the broker.
struct World {
    source: Fresh,
    heard: Fresh,
    place: rabbit::Fresh,
    /// Whether reactions fail now and then.
    rough: Arc<AtomicBool>,
    chance: Entropy,
}

impl World {
    async fn new(engine: Engine) -> Self {
        Self {
            source: Fresh::new(engine, "source", bus::MIGRATIONS).await,
            heard: Fresh::new(engine, "heard", &[bus::MIGRATIONS, APPLIED].concat()).await,
            place: rabbit::Fresh::new(&["hearer"]),
            rough: Arc::default(),
            chance: Entropy::seeded(5),
        }
    }

    /// A process: it sends what the source says, and hears it, as others like it do.
    async fn replica(&self, broker: Broker) -> BusHandle {
        let mut bus = Bus::new(Clock::System, Entropy::System);
        bus.source("source", self.source.db.clone()).join(self.reactions()).over(broker);
        bus.start().await.unwrap()
    }

    fn reactions(&self) -> Reactions {
        let mut reactions = Reactions::new("hearer", self.heard.db.clone());
        self.react::<0>(&mut reactions);
        self.react::<1>(&mut reactions);
        self.react::<2>(&mut reactions);
        reactions
    }

    fn react<const CLASS: u8>(&self, reactions: &mut Reactions) {
        let (rough, chance) = (self.rough.clone(), self.chance.clone());
        reactions.hear::<Happened<CLASS>>("note it", move |tx, _cx, event, _heard| {
            let fails = rough.load(Ordering::Relaxed) && chance.below(50) == 0;
            Box::pin(async move {
                tx.exec(
                    "insert into applied (class, subject, value, pos)
                     select $1, $2, $3, coalesce(max(pos), 0) + 1 from applied where class = $1 and subject = $2",
                    &[&Happened::<CLASS>::CLASS, &event.about, &event.value],
                )
                .await?;
                if fails { Err(Error::Internal("rough".into())) } else { Ok(()) }
            })
        });
    }

    /// Says one of each class about a subject.
    async fn say(&self, about: &str, value: i64) -> Result<()> {
        let (cx, about) = (cx(), about.to_owned());
        self.source
            .db
            .write(async move |tx| {
                tx.publish(&cx, &Happened::<0> { about: about.clone(), value }).await?;
                tx.publish(&cx, &Happened::<1> { about: about.clone(), value }).await?;
                tx.publish(&cx, &Happened::<2> { about, value }).await
            })
            .await
    }

    async fn applied(&self) -> BTreeMap<(Class, String), Vec<i64>> {
        let sql = "select class, subject, value from applied order by class, subject, pos";
        let rows = self.heard.db.read(async |tx| tx.all::<(Class, String, i64)>(sql, &[]).await).await.unwrap();
        let mut applied: BTreeMap<_, Vec<i64>> = BTreeMap::new();
        for (class, subject, value) in rows {
            applied.entry((class, subject)).or_default().push(value);
        }
        applied
    }

    /// Facts `1..=last` of each subject once and in order, every line once, of the profile the newest.
    async fn check(&self, subjects: usize, last: i64) {
        let mut applied = self.applied().await;
        for subject in (0..subjects).map(|n| format!("s{n}")) {
            let mut of = |class| applied.remove(&(class, subject.clone())).unwrap_or_default();
            assert_eq!(of(Class::Fact), (1..=last).collect::<Vec<_>>(), "facts of {subject}");
            let mut lines = of(Class::Log);
            lines.sort_unstable();
            assert_eq!(lines, (1..=last).collect::<Vec<_>>(), "lines of {subject}");
            let profiles = of(Class::Profile);
            assert!(profiles.last() == Some(&last) && profiles.is_sorted_by(|a, b| a < b), "{profiles:?}");
        }
        assert!(applied.is_empty(), "applied and never said: {applied:?}");
    }
}

fn on_both<F: Future<Output = Result<()>>>(test: impl Fn(World) -> F) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        for engine in [Engine::Sqlite, Engine::Postgres] {
            test(World::new(engine).await).await.unwrap_or_else(|e| panic!("{engine:?}: {e}"));
        }
    });
}

/// Settles through reactions that had failed.
async fn settle(bus: &BusHandle) -> Result<()> {
    let end = Instant::now() + LIMIT;
    loop {
        match bus.settle(LIMIT).await {
            Err(_) if Instant::now() < end => {
                for (hearer, parked) in bus.parked(100).await? {
                    bus.retry_parked(hearer, &parked.id).await?;
                }
            }
            done => return done,
        }
    }
}

/// J2: three processes compete, their connections are cut again and again, reactions fail, one process is replaced.
#[test]
fn competing_replicas_apply_each_event_once_and_in_order_while_connections_are_cut() {
    const SUBJECTS: usize = 5;
    const LAST: i64 = 60;
    on_both(|world| async move {
        let proxy = Proxy::to(&rabbit::server()).await;
        let broker = world.place.through(proxy.address);
        world.rough.store(true, Ordering::Relaxed);
        let mut replicas = vec![
            world.replica(broker.clone()).await,
            world.replica(broker.clone()).await,
            world.replica(world.place.broker.clone()).await,
        ];
        for value in 1..=LAST {
            for subject in 0..SUBJECTS {
                world.say(&format!("s{subject}"), value).await?;
            }
            if value % 10 == 0 {
                proxy.cut();
            }
            if value == LAST / 2 {
                replicas.remove(0).stop().await;
                replicas.push(world.replica(broker.clone()).await);
            }
        }
        world.rough.store(false, Ordering::Relaxed);
        settle(&replicas[0]).await?;
        world.check(SUBJECTS, LAST).await;
        for replica in replicas {
            replica.stop().await;
        }
        Ok(())
    });
}

/// J2, J5: nobody who speaks notices that the broker is gone; what was said is heard once it is back.
#[test]
fn while_the_broker_is_gone_events_wait_in_the_outbox() {
    on_both(|world| async move {
        let proxy = Proxy::to(&rabbit::server()).await;
        let bus = world.replica(world.place.through(proxy.address)).await;
        world.say("s0", 1).await?;
        bus.settle(LIMIT).await?;
        proxy.shut();
        let began = Instant::now();
        for value in 2..=100 {
            world.say("s0", value).await?;
        }
        assert!(began.elapsed() < Duration::from_secs(30), "speaking does not wait for the broker");
        // Some may have left before the line was cut.
        assert!(bus.lag().await?[0].unsent > 0);
        proxy.open();
        bus.settle(LIMIT).await?;
        world.check(1, 100).await;
        bus.stop().await;
        Ok(())
    });
}

/// The process starts without a broker, and what is said before its first connection is heard afterwards.
#[test]
fn a_process_starts_without_the_broker() {
    on_both(|world| async move {
        let proxy = Proxy::to(&rabbit::server()).await;
        proxy.shut();
        let bus = world.replica(world.place.through(proxy.address)).await;
        world.say("s0", 1).await?;
        proxy.open();
        bus.settle(LIMIT).await?;
        world.check(1, 1).await;
        bus.stop().await;
        Ok(())
    });
}

/// J2: what is said before a prepared hearer is started for the first time waits for it.
#[test]
fn a_prepared_hearer_misses_nothing() {
    on_both(|world| async move {
        let mut prepared = Bus::new(Clock::System, Entropy::System);
        prepared.join(world.reactions()).over(world.place.broker.clone());
        prepared.prepare().await?;
        let mut sender = Bus::new(Clock::System, Entropy::System);
        sender.source("source", world.source.db.clone()).over(world.place.broker.clone());
        let sender = sender.start().await?;
        for value in 1..=3 {
            world.say("s0", value).await?;
        }
        sender.settle(LIMIT).await?;
        assert!(world.applied().await.is_empty());
        let bus = world.replica(world.place.broker.clone()).await;
        bus.settle(LIMIT).await?;
        world.check(1, 3).await;
        bus.stop().await;
        sender.stop().await;
        Ok(())
    });
}

/// J6: what is no event is parked where people look, and stands in nobody's way; it can be dropped.
#[test]
fn a_message_that_is_no_event_is_parked() {
    on_both(|world| async move {
        let bus = world.replica(world.place.broker.clone()).await;
        world.say("s0", 1).await?;
        bus.settle(LIMIT).await?;
        let channel = world.place.connect().await.create_channel().await.unwrap();
        let exchange = format!("{}.events", world.place.broker.prefix);
        let properties = BasicProperties::default()
            .with_message_id("evt_bad".into())
            .with_app_id("source".into())
            .with_type("has.happened".into());
        let options = BasicPublishOptions::default();
        let sent =
            channel.basic_publish(exchange.into(), "fact.source.has.happened".into(), options, b"{\"id\":", properties);
        sent.await.unwrap().await.unwrap();
        let end = Instant::now() + LIMIT;
        while bus.parked(5).await?.is_empty() {
            assert!(Instant::now() < end, "it is parked");
            let _ = tokio::time::timeout(Duration::from_millis(10), std::future::pending::<()>()).await;
        }
        let (hearer, parked) = bus.parked(5).await?.remove(0);
        assert_eq!(
            (hearer, &*parked.id, &*parked.source, &*parked.reason),
            ("hearer", "evt_bad", "source", "unreadable")
        );
        bus.drop_parked(hearer, &parked.id).await?;
        world.say("s0", 2).await?;
        bus.settle(LIMIT).await?;
        world.check(1, 2).await;
        bus.stop().await;
        Ok(())
    });
}

/// ARCHITECTURE.md §3: messages outlive a restart of the broker, name nobody outside their body, and of people they do
/// not lie at the broker for more than a day.
#[test]
fn messages_are_kept_and_forgotten_as_their_class_says() {
    on_both(|world| async move {
        let bus = world.replica(world.place.broker.clone()).await;
        bus.settle(LIMIT).await?;
        let prefix = world.place.broker.prefix.clone();
        let connection = world.place.connect().await;
        let channel = connection.create_channel().await.unwrap();
        let options = QueueDeclareOptions { exclusive: true, ..QueueDeclareOptions::default() };
        let spy = channel.queue_declare("".into(), options, FieldTable::default()).await.unwrap();
        let exchange = format!("{prefix}.events");
        let (bind, none) = (QueueBindOptions::default(), FieldTable::default());
        channel.queue_bind(spy.name().clone(), exchange.into(), "#".into(), bind, none).await.unwrap();
        world.say("pat_of_somebody", 1).await?;
        let options = BasicConsumeOptions { no_ack: true, ..BasicConsumeOptions::default() };
        let mut seen =
            channel.basic_consume(spy.name().clone(), "".into(), options, FieldTable::default()).await.unwrap();
        let mut keys = Vec::new();
        for _ in 0..3 {
            let message = seen.next().await.unwrap().unwrap();
            assert_eq!(message.properties.delivery_mode(), &Some(2), "persistent");
            let around = format!("{:?} {}", message.properties, message.routing_key);
            assert!(!around.contains("pat_of_somebody"), "only the body says whom it is about: {around}");
            keys.push(message.routing_key.to_string());
        }
        keys.sort();
        assert_eq!(keys, ["fact.source.has.happened", "log.source.was.noted", "profile.source.is.so"]);
        for (lane, ttl) in [("facts", false), ("profiles", true)] {
            let channel = connection.create_channel().await.unwrap();
            let mut kept = FieldTable::default();
            kept.insert("x-queue-type".into(), AMQPValue::LongString("quorum".into()));
            kept.insert("x-delivery-limit".into(), AMQPValue::LongInt(1_000_000_000));
            if ttl {
                kept.insert("x-message-ttl".into(), AMQPValue::LongInt(24 * 60 * 60 * 1000));
            }
            let durable = QueueDeclareOptions { durable: true, ..QueueDeclareOptions::default() };
            // The broker refuses other arguments than those the queue has.
            channel.queue_declare(format!("{prefix}.hearer.{lane}").into(), durable, kept).await.unwrap();
        }
        bus.settle(LIMIT).await?;
        bus.stop().await;
        Ok(())
    });
}

/// J2: lag and backlog. Takes a minute and a quiet machine: `cargo nextest run --release -p platform --test rabbit
/// --run-ignored only --no-capture`.
#[test]
#[ignore = "measures"]
fn lag_at_300_a_second_and_the_backlog_of_a_minute() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let world = World::new(Engine::Postgres).await;
        let proxy = Proxy::to(&rabbit::server()).await;
        let said_at: Arc<Mutex<BTreeMap<i64, Instant>>> = Arc::default();
        let lags: Arc<Mutex<Vec<Duration>>> = Arc::default();
        let mut reactions = Reactions::new("hearer", world.heard.db.clone());
        let (said, noted) = (said_at.clone(), lags.clone());
        reactions.hear::<Happened<0>>("measure", move |tx, _cx, event, _heard| {
            let (said, noted, value) = (said.clone(), noted.clone(), event.value);
            Box::pin(async move {
                tx.after_commit(move || {
                    if let Some(at) = said.lock().unwrap().remove(&value) {
                        noted.lock().unwrap().push(at.elapsed());
                    }
                });
                Ok(())
            })
        });
        let mut bus = Bus::new(Clock::System, Entropy::System);
        bus.source("source", world.source.db.clone()).join(reactions).over(world.place.through(proxy.address));
        let bus = bus.start().await.unwrap();
        bus.settle(LIMIT).await.unwrap();
        let mut tick = tokio::time::interval(Duration::from_micros(3_333));
        for value in 0..6_000 {
            tick.tick().await;
            let (cx, said) = (cx(), said_at.clone());
            let done = world.source.db.write(async move |tx| {
                tx.publish(&cx, &Happened::<0> { about: format!("s{}", value % 500), value }).await?;
                tx.after_commit(move || {
                    said.lock().unwrap().insert(value, Instant::now());
                });
                Ok(())
            });
            done.await.unwrap();
        }
        bus.settle(LIMIT).await.unwrap();
        let mut sorted = std::mem::take(&mut *lags.lock().unwrap());
        sorted.sort();
        let p99 = sorted[sorted.len() * 99 / 100];
        println!(
            "lag at 300/s: p50 {:?}, p99 {p99:?}, max {:?}, {} events",
            sorted[sorted.len() / 2],
            sorted.last(),
            sorted.len()
        );
        assert!(p99 <= Duration::from_millis(250));
        proxy.shut();
        for unit in 0..180 {
            let cx = cx();
            let done = world.source.db.write(async move |tx| {
                for n in 0..100 {
                    let value = 10_000 + unit * 100 + n;
                    tx.publish(&cx, &Happened::<0> { about: format!("s{}", value % 500), value }).await?;
                }
                Ok(())
            });
            done.await.unwrap();
        }
        proxy.open();
        let began = Instant::now();
        bus.settle(LIMIT).await.unwrap();
        println!("18000 events are gone {:?} after the broker is back", began.elapsed());
        bus.stop().await;
    });
}
