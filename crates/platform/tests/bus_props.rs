//! Whatever happens between an outbox and a hearer — clocks that differ, units that fail, events that come late, twice
//! or in another order, reactions that fail, processes that die between applying and noting — every fact is applied
//! once and in its subject's order, every line once, and of every profile the newest comes to stay.
//!
//! A seeded sequence decides what happens next; nothing sleeps. A failure names its seed.

#![allow(clippy::unwrap_used)]

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use platform::{
    Clock, Cx, Error, Result,
    bus::{self, Class, Envelope, Event as _, Hearer, Reactions, Relay, Transport},
    db::{Db, Engine, Tx},
    entropy::Entropy,
};
use testkit::{
    bus::{APPLIED, Happened},
    db::Fresh,
};

/// A seeded chance that everything in a world shares.
#[derive(Clone)]
struct Chance(Entropy);

impl Chance {
    fn below(&self, bound: usize) -> usize {
        self.0.below(bound as u64) as usize
    }

    fn percent(&self, p: usize) -> bool {
        self.below(100) < p
    }

    fn shuffle<T>(&self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i + 1));
        }
    }
}

/// Whether things may go wrong, and whose chance it is.
#[derive(Clone)]
struct Weather {
    chance: Chance,
    rough: Arc<Mutex<bool>>,
}

impl Weather {
    fn strikes(&self, percent: usize) -> bool {
        *self.rough.lock().unwrap() && self.chance.percent(percent)
    }
}

/// A broker that keeps what it was given and delivers it as it likes.
struct Broker {
    weather: Weather,
    hearers: Mutex<Vec<Arc<Hearer>>>,
    held: Mutex<Vec<Arc<Envelope>>>,
}

impl Broker {
    async fn deliver(&self, events: &[Arc<Envelope>]) -> Result<()> {
        let hearers = self.hearers.lock().unwrap().clone();
        if self.weather.strikes(20) {
            // Two replicas are given the same at once; one of them may have to give up, not both.
            let (one, other) = tokio::join!(hearers[0].take(events), hearers[1].take(events));
            return one.or(other).map(drop);
        }
        if self.weather.strikes(30) {
            // Or each a part, so that one applies what the other's part waits for.
            let (some, others) = events.split_at(events.len() / 2);
            let (one, other) = tokio::join!(hearers[0].take(some), hearers[1].take(others));
            return one.and(other).map(drop);
        }
        hearers[self.weather.chance.below(2)].take(events).await.map(drop)
    }
}

#[async_trait]
impl Transport for Broker {
    async fn send(&self, events: &[Arc<Envelope>]) -> Result<()> {
        if self.weather.strikes(10) {
            return Err(Error::Unavailable("broker"));
        }
        let mut coming = events.to_vec();
        coming.append(&mut self.held.lock().unwrap());
        if self.weather.strikes(30) {
            let twice: Vec<_> = coming.iter().filter(|_| self.weather.chance.percent(30)).cloned().collect();
            coming.extend(twice);
        }
        if self.weather.strikes(50) {
            self.weather.chance.shuffle(&mut coming);
        }
        let now = if self.weather.strikes(30) { self.weather.chance.below(coming.len() + 1) } else { coming.len() };
        let later = coming.split_off(now);
        self.held.lock().unwrap().extend(later);
        let middle = self.weather.chance.below(coming.len() + 1);
        for some in [&coming[..middle], &coming[middle..]] {
            if let Err(error) = self.deliver(some).await {
                // Not acknowledged, so the broker keeps them.
                self.held.lock().unwrap().extend_from_slice(some);
                if self.weather.strikes(50) {
                    return Err(error);
                }
            }
        }
        // The sender dies after the hearers have committed and before it notes that it sent.
        if self.weather.strikes(15) { Err(Error::Unavailable("died")) } else { Ok(()) }
    }
}

/// How a reaction ends.
struct Fate {
    failed: bool,
    early: bool,
    panicked: bool,
}

impl Fate {
    fn of(weather: &Weather) -> Self {
        Self { failed: weather.strikes(4), early: weather.strikes(4), panicked: weather.strikes(1) }
    }

    fn meet(self) -> Result<()> {
        assert!(!self.panicked, "the weather is rough");
        match self {
            Self { failed: true, .. } => Err(Error::Internal("rough".into())),
            Self { early: true, .. } => Err(bus::not_yet()),
            _ => Ok(()),
        }
    }
}

async fn note<const CLASS: u8>(tx: &mut Tx, event: &Happened<CLASS>, heard: &bus::Heard) -> Result<()> {
    const NOTE: &str = "insert into applied (class, subject, value, pos)
        select $1, $2, $3, coalesce(max(pos), 0) + 1 from applied where class = $1 and subject = $2";
    assert_eq!(heard.subject, event.about);
    tx.exec(NOTE, &[&Happened::<CLASS>::CLASS, &event.about, &event.value]).await.map(drop)
}

struct World {
    source: Db,
    heard: Db,
    clock: Clock,
    chance: Chance,
    weather: Weather,
    broker: Arc<Broker>,
    relay: Relay,
    said: BTreeMap<(Class, String), Vec<i64>>,
    next: i64,
}

impl World {
    async fn new(source: Db, heard: Db, seed: u64) -> Result<Self> {
        let chance = Chance(Entropy::seeded(seed));
        let clock = Clock::manual(Timestamp::from_second(1_800_000_000).unwrap());
        let weather = Weather { chance: chance.clone(), rough: Arc::new(Mutex::new(true)) };
        let broker = Arc::new(Broker { weather: weather.clone(), hearers: Mutex::default(), held: Mutex::default() });
        let cx = Cx::system("source", clock.clone(), chance.0.clone());
        let relay = Relay::new("source", source.clone(), broker.clone(), cx);
        let mut world = Self { source, heard, clock, chance, weather, broker, relay, said: BTreeMap::new(), next: 0 };
        world.start_hearers().await?;
        Ok(world)
    }

    fn cx(&self, name: &str) -> Cx {
        Cx::system(name, self.clock.clone(), self.chance.0.clone())
    }

    /// Two replicas of the hearing context, which remember nothing but what is in their database.
    async fn start_hearers(&mut self) -> Result<()> {
        let mut hearers = Vec::new();
        for _ in 0..2 {
            let mut reactions = Reactions::new("hearer", self.heard.clone());
            self.react::<0>(&mut reactions);
            self.react::<1>(&mut reactions);
            self.react_to_many::<2>(&mut reactions);
            let hearer = Arc::new(Hearer::new(reactions, self.cx("hearer")));
            hearer.join("source").await?;
            hearers.push(hearer);
        }
        *self.broker.hearers.lock().unwrap() = hearers;
        Ok(())
    }

    fn react<const CLASS: u8>(&self, reactions: &mut Reactions) {
        let weather = self.weather.clone();
        reactions.hear::<Happened<CLASS>>("note it", move |tx, _cx, event, heard| {
            let fate = Fate::of(&weather);
            Box::pin(async move {
                note(tx, event, heard).await?;
                fate.meet()
            })
        });
    }

    /// The same, given all that come together.
    fn react_to_many<const CLASS: u8>(&self, reactions: &mut Reactions) {
        let weather = self.weather.clone();
        reactions.hear_many::<Happened<CLASS>>("note them", move |tx, _cx, events| {
            let fate = Fate::of(&weather);
            Box::pin(async move {
                for (event, heard) in events {
                    note(tx, event, heard).await?;
                }
                fate.meet()
            })
        });
    }

    fn hearer(&self) -> Arc<Hearer> {
        self.broker.hearers.lock().unwrap()[self.chance.below(2)].clone()
    }

    /// Several units at once, of machines whose clocks differ, each saying a few events; some fail.
    async fn speak(&mut self) -> Result<()> {
        let mut units = Vec::new();
        let mut free: Vec<usize> = (0..6).collect();
        self.chance.shuffle(&mut free);
        // Subjects are shared out, so that the order in which concurrent units commit need not be guessed.
        for subjects in free.chunks(2).take(1 + self.chance.below(3)) {
            let skew = SignedDuration::from_micros(self.chance.below(4_000_000) as i64 - 2_000_000);
            let machine = Cx::system("machine", Clock::manual(self.clock.now() + skew), self.chance.0.clone());
            let mut words = Vec::new();
            for _ in 0..=self.chance.below(4) {
                self.next += 1;
                let subject = format!("s{}", subjects[self.chance.below(subjects.len())]);
                words.push((self.chance.below(3) as u8, subject, self.next));
            }
            let fails = self.chance.percent(15);
            if !fails {
                for (class, subject, value) in &words {
                    let class = [Class::Fact, Class::Profile, Class::Log][*class as usize];
                    self.said.entry((class, subject.clone())).or_default().push(*value);
                }
            }
            units.push(say(self.source.clone(), machine, words, fails));
        }
        futures_util::future::try_join_all(units).await.map(drop)
    }

    async fn step(&mut self) -> Result<()> {
        match self.chance.below(12) {
            0..5 => self.speak().await?,
            // Only the broker fails here, as it should.
            5..9 => drop(self.relay.step().await),
            9 => {
                self.clock.advance(SignedDuration::from_millis(self.chance.below(3000) as i64));
                // Both replicas may look at once; one may have to give up.
                let (one, other) = (self.hearer(), self.hearer());
                let (a, b) = tokio::join!(one.retry(), other.retry());
                assert!(a.is_ok() || b.is_ok(), "one of two goes on: {a:?} {b:?}");
            }
            10 => self.start_hearers().await?,
            _ => {
                // Another process takes over, at once or when the lease has run out.
                self.relay = Relay::new("source", self.source.clone(), self.broker.clone(), self.cx("source"));
                if self.chance.percent(70) {
                    self.clock.advance(SignedDuration::from_secs(11));
                }
            }
        }
        Ok(())
    }

    /// Good weather, until nothing is left to do.
    async fn calm_down(&mut self) -> Result<()> {
        *self.weather.rough.lock().unwrap() = false;
        let hearer = self.hearer();
        for _ in 0..1000 {
            self.clock.advance(SignedDuration::from_secs(60));
            let sent = self.relay.step().await?;
            let held = std::mem::take(&mut *self.broker.held.lock().unwrap());
            self.broker.deliver(&held).await?;
            for parked in hearer.parked(100).await? {
                hearer.retry_parked(&parked.id).await?;
            }
            let tried = hearer.retry().await?;
            if sent + tried == 0 && hearer.waiting().await? == 0 && self.relay.lag().await?.unsent == 0 {
                return Ok(());
            }
        }
        panic!("it never calms down: {} waiting", hearer.waiting().await?);
    }

    async fn check(&self, seed: u64) -> Result<()> {
        let rows = self
            .heard
            .read(async |tx| {
                tx.all::<(Class, String, i64)>(
                    "select class, subject, value from applied order by class, subject, pos",
                    &[],
                )
                .await
            })
            .await?;
        let mut applied: BTreeMap<(Class, String), Vec<i64>> = BTreeMap::new();
        for (class, subject, value) in rows {
            applied.entry((class, subject)).or_default().push(value);
        }
        for (key, said) in &self.said {
            let mut heard = applied.remove(key).unwrap_or_default();
            match key.0 {
                Class::Fact => assert_eq!(&heard, said, "seed {seed}: facts of {}", key.1),
                Class::Profile => {
                    assert_eq!(heard.last(), said.last(), "seed {seed}: profile of {}", key.1);
                    assert!(heard.is_sorted_by(|a, b| a < b), "seed {seed}: profile of {}: {heard:?}", key.1);
                }
                Class::Log => {
                    heard.sort_unstable();
                    assert_eq!(&heard, said, "seed {seed}: lines of {}", key.1);
                }
            }
        }
        assert!(applied.is_empty(), "seed {seed}: applied but never said: {applied:?}");
        Ok(())
    }
}

async fn say(db: Db, cx: Cx, words: Vec<(u8, String, i64)>, fails: bool) -> Result<()> {
    let said = db.write(async move |tx| {
        for (class, about, value) in words {
            match class {
                0 => tx.publish(&cx, &Happened::<0> { about, value }).await?,
                1 => tx.publish(&cx, &Happened::<1> { about, value }).await?,
                _ => tx.publish(&cx, &Happened::<2> { about, value }).await?,
            }
        }
        if fails { Err(Error::Stale) } else { Ok(()) }
    });
    match said.await {
        Err(Error::Stale) if fails => Ok(()),
        other => other,
    }
}

fn worlds(engine: Engine, seeds: std::ops::Range<u64>, steps: usize) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        for seed in seeds {
            let source = Fresh::new(engine, "source", bus::MIGRATIONS).await;
            let heard = Fresh::new(engine, "heard", &[bus::MIGRATIONS, APPLIED].concat()).await;
            let mut world = World::new(source.db.clone(), heard.db.clone(), seed).await.unwrap();
            for at in 0..steps {
                world.step().await.unwrap_or_else(|e| panic!("seed {seed}, step {at}: {e}"));
            }
            world.calm_down().await.unwrap_or_else(|e| panic!("seed {seed}: {e}"));
            world.check(seed).await.unwrap();
            drop(world);
            source.remove().await;
            heard.remove().await;
        }
    });
}

/// J2
#[test]
fn every_event_is_applied_once_and_in_order_sqlite() {
    worlds(Engine::Sqlite, 0..24, 150);
}

/// J2
#[test]
fn every_event_is_applied_once_and_in_order_postgres() {
    worlds(Engine::Postgres, 0..8, 120);
}
