//! The bus as the program runs it: sources and hearers in one process, on both engines, within the process and over
//! RabbitMQ.

#![allow(clippy::unwrap_used)]

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use platform::{
    Clock, Cx, Error, Result,
    bus::{self, Bus, BusHandle, Class, Event, Reactions},
    db::{Db, Engine, Migration},
    entropy::Entropy,
};
use serde::{Deserialize, Serialize};
use testkit::db::Fresh;

const TABLES: &[Migration] = &[Migration {
    name: "seen.sql",
    sql: "create table seen (pos bigint not null, what text not null); create table profile (id text primary key, name text not null);",
}];
const LIMIT: Duration = Duration::from_secs(20);

#[derive(Serialize, Deserialize)]
struct Opened {
    door: String,
    turn: i64,
}
impl Event for Opened {
    const KIND: &'static str = "door-opened";
    const CLASS: Class = Class::Fact;
    const SOURCE: &'static str = "house";
    fn subject(&self) -> String {
        self.door.clone()
    }
}

/// A fact that the hearers here have no reaction to.
#[derive(Serialize, Deserialize)]
struct Closed {
    door: String,
}
impl Event for Closed {
    const KIND: &'static str = "door-closed";
    const CLASS: Class = Class::Fact;
    const SOURCE: &'static str = "house";
    fn subject(&self) -> String {
        self.door.clone()
    }
}

#[derive(Serialize, Deserialize)]
struct Named {
    id: String,
    name: String,
}
impl Event for Named {
    const KIND: &'static str = "door-named";
    const CLASS: Class = Class::Profile;
    const SOURCE: &'static str = "house";
    fn subject(&self) -> String {
        self.id.clone()
    }
}

#[derive(Serialize, Deserialize)]
struct Line {
    text: String,
}
impl Event for Line {
    const KIND: &'static str = "line";
    const CLASS: Class = Class::Log;
    const SOURCE: &'static str = bus::ANY_SOURCE;
    fn subject(&self) -> String {
        "log".into()
    }
}

fn cx() -> Cx {
    Cx::system("test", Clock::manual(Timestamp::from_second(1_800_000_000).unwrap()), Entropy::seeded(7))
}

struct Town {
    /// None: within the process.
    broker: Option<testkit::rabbit::Fresh>,
    house: Fresh,
    garden: Fresh,
    cx: Cx,
}

impl Town {
    async fn new(engine: Engine, over_rabbit: bool) -> Self {
        let tables = [bus::MIGRATIONS, TABLES].concat();
        Self {
            broker: over_rabbit.then(|| testkit::rabbit::Fresh::new(&["house", "garden"])),
            house: Fresh::new(engine, "house", &tables).await,
            garden: Fresh::new(engine, "garden", &tables).await,
            cx: cx(),
        }
    }

    async fn bus(&self, reactions: Vec<Reactions>) -> BusHandle {
        let mut bus = Bus::new(self.cx.clock.clone(), self.cx.entropy.clone());
        bus.source("house", self.house.db.clone()).source("garden", self.garden.db.clone());
        for r in reactions {
            bus.join(r);
        }
        if let Some(place) = &self.broker {
            bus.over(place.broker.clone());
        }
        bus.start().await.unwrap()
    }

    async fn say<E: Event>(&self, event: E) {
        let cx = self.cx.clone();
        self.house.db.write(async move |tx| tx.publish(&cx, &event).await).await.unwrap();
    }

    async fn open(&self, door: &str, turn: i64) {
        self.say(Opened { door: door.into(), turn }).await;
    }

    async fn seen(&self, db: &Db) -> Vec<String> {
        let rows =
            db.read(async |tx| tx.all::<(String,)>("select what from seen order by pos", &[]).await).await.unwrap();
        rows.into_iter().map(|(what,)| what).collect()
    }

    async fn count(&self, db: &Db, sql: &'static str) -> i64 {
        db.read(async move |tx| tx.one::<(i64,)>(sql, &[]).await).await.unwrap().unwrap().0
    }
}

fn on_both<F: Future<Output = Result<()>>>(test: impl Fn(Town) -> F) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        for engine in [Engine::Sqlite, Engine::Postgres] {
            for over_rabbit in [false, true] {
                let done = test(Town::new(engine, over_rabbit).await).await;
                done.unwrap_or_else(|e| panic!("{engine:?}, over RabbitMQ: {over_rabbit}: {e}"));
            }
        }
    });
}

async fn note(tx: &mut platform::db::Tx, what: &str) -> Result<()> {
    tx.exec("insert into seen (pos, what) select coalesce(max(pos), 0) + 1, $1 from seen", &[&what]).await.map(drop)
}

/// Notes openings; those of `stuck` fail while `broken`.
fn noting(hearer: &'static str, db: &Db, broken: &Arc<AtomicBool>) -> Reactions {
    let mut reactions = Reactions::new(hearer, db.clone());
    let broken = broken.clone();
    reactions.hear::<Opened>("note the opening", move |tx, _cx, event, heard| {
        let fails = event.door == "stuck" && broken.load(Ordering::Relaxed);
        Box::pin(async move {
            note(tx, &format!("{} {} #{}", event.door, event.turn, heard.n)).await?;
            if fails { Err(Error::Internal("secret of a person".into())) } else { Ok(()) }
        })
    });
    reactions.hear::<Named>("copy of the door", |tx, _cx, event, _heard| {
        Box::pin(async move {
            let sql =
                "insert into profile (id, name) values ($1, $2) on conflict (id) do update set name = excluded.name";
            tx.exec(sql, &[&event.id, &event.name]).await.map(drop)
        })
    });
    reactions
}

fn sound() -> Arc<AtomicBool> {
    Arc::new(AtomicBool::new(false))
}

/// J2
#[test]
fn a_context_hears_others_and_itself_and_after_commit_is_done() {
    on_both(|town| async move {
        let rung = Arc::new(AtomicUsize::new(0));
        let mut own = Reactions::new("house", town.house.db.clone());
        let bell = rung.clone();
        own.hear::<Opened>("ring", move |tx, _cx, event, heard| {
            let bell = bell.clone();
            Box::pin(async move {
                tx.after_commit(move || {
                    bell.fetch_add(1, Ordering::Relaxed);
                });
                note(tx, &format!("self {} #{}", event.turn, heard.n)).await
            })
        });
        let bus = town.bus(vec![own, noting("garden", &town.garden.db, &sound())]).await;
        for turn in 1..=3 {
            town.open("front", turn).await;
            town.say(Closed { door: "front".into() }).await;
        }
        bus.settle(LIMIT).await?;
        assert_eq!(town.seen(&town.house.db).await, ["self 1 #1", "self 2 #3", "self 3 #5"]);
        assert_eq!(town.seen(&town.garden.db).await, ["front 1 #1", "front 2 #3", "front 3 #5"]);
        assert_eq!(rung.load(Ordering::Relaxed), 3);
        bus.stop().await;
        Ok(())
    });
}

/// J2
#[test]
fn a_commit_wakes_the_relay_without_settling() {
    on_both(|town| async move {
        let (heard, mut hears) = tokio::sync::mpsc::unbounded_channel();
        let mut reactions = Reactions::new("garden", town.garden.db.clone());
        reactions.hear::<Opened>("tell", move |tx, _cx, event, _heard| {
            let (heard, turn) = (heard.clone(), event.turn);
            Box::pin(async move {
                tx.after_commit(move || heard.send(turn).unwrap());
                Ok(())
            })
        });
        let bus = town.bus(vec![reactions]).await;
        town.open("front", 42).await;
        assert_eq!(tokio::time::timeout(LIMIT, hears.recv()).await.unwrap(), Some(42));
        bus.stop().await;
        Ok(())
    });
}

#[test]
fn what_is_rolled_back_is_never_said() {
    on_both(|town| async move {
        let bus = town.bus(vec![noting("garden", &town.garden.db, &sound())]).await;
        let cx = town.cx.clone();
        let unit = town.house.db.write(async move |tx| {
            tx.publish(&cx, &Opened { door: "front".into(), turn: 1 }).await?;
            Err::<(), _>(Error::Stale)
        });
        assert!(unit.await.is_err());
        town.open("front", 2).await;
        bus.settle(LIMIT).await?;
        assert_eq!(town.seen(&town.garden.db).await, ["front 2 #1"]);
        bus.stop().await;
        Ok(())
    });
}

#[test]
fn a_failing_event_is_parked_holds_only_its_subject_and_can_be_retried_or_dropped() {
    on_both(|town| async move {
        for drop_it in [false, true] {
            let broken = Arc::new(AtomicBool::new(true));
            let door = if drop_it { "jammed" } else { "stuck" };
            let mut reactions = noting("garden", &town.garden.db, &broken);
            if drop_it {
                reactions.hear::<Opened>("fails for good", |_tx, _cx, event, _heard| {
                    let fails = event.door == "jammed" && event.turn == 1;
                    Box::pin(async move { if fails { Err(Error::internal("no")) } else { Ok(()) } })
                });
            }
            let bus = town.bus(vec![reactions]).await;
            for turn in 1..=2 {
                town.open(door, turn).await;
                town.open("front", turn).await;
            }
            while bus.parked(10).await?.is_empty() {
                assert!(bus.settle(LIMIT).await.is_err(), "settle tells that something does not settle");
            }
            let seen = town.seen(&town.garden.db).await;
            assert!(seen.iter().all(|s| s.starts_with("front")) || drop_it, "{seen:?}");
            let (hearer, parked) = bus.parked(10).await?.remove(0);
            assert_eq!((hearer, &*parked.kind, parked.n, &*parked.reason), ("garden", "door-opened", 1, "internal"));
            assert_eq!((parked.subject.contains(door), parked.behind), (true, 1), "the second waits for it");
            broken.store(false, Ordering::Relaxed);
            if drop_it {
                bus.drop_parked(hearer, &parked.id).await?;
            } else {
                bus.retry_parked(hearer, &parked.id).await?;
            }
            bus.settle(LIMIT).await?;
            let seen = town.seen(&town.garden.db).await;
            let of_door: Vec<_> = seen.iter().filter(|s| s.starts_with(door)).collect();
            let expected: &[&str] = if drop_it { &["jammed 2 #2"] } else { &["stuck 1 #1", "stuck 2 #2"] };
            assert_eq!(of_door, expected);
            assert!(bus.retry_parked(hearer, &parked.id).await.is_err());
            bus.stop().await;
        }
        Ok(())
    });
}

/// J2
#[test]
fn of_many_heard_together_one_that_fails_takes_none_of_the_others_along() {
    on_both(|town| async move {
        let (broken, most) = (Arc::new(AtomicBool::new(true)), Arc::new(AtomicUsize::new(0)));
        let mut reactions = Reactions::new("garden", town.garden.db.clone());
        let (fails, counted) = (broken.clone(), most.clone());
        reactions.hear_many::<Opened>("note the openings", move |tx, _cx, heard| {
            let of_bad = |(event, _): &(Opened, bus::Heard)| event.door == "stuck" && event.turn == 2;
            let fails = fails.load(Ordering::Relaxed) && heard.iter().any(of_bad);
            counted.fetch_max(heard.len(), Ordering::Relaxed);
            Box::pin(async move {
                for (event, heard) in heard {
                    note(tx, &format!("{} {} #{}", event.door, event.turn, heard.n)).await?;
                }
                if fails { Err(Error::internal("no")) } else { Ok(()) }
            })
        });
        let bus = town.bus(vec![reactions]).await;
        let cx = town.cx.clone();
        let said = town.house.db.write(async move |tx| {
            for turn in 1..=4 {
                for door in ["front", "stuck", "back"] {
                    tx.publish(&cx, &Opened { door: door.into(), turn }).await?;
                }
            }
            Ok(())
        });
        said.await?;
        while bus.parked(10).await?.is_empty() {
            assert!(bus.settle(LIMIT).await.is_err(), "settle tells that something does not settle");
        }
        let expected = |door: &str, until: i64| (1..=until).map(|n| format!("{door} {n} #{n}")).collect::<Vec<_>>();
        let seen_of = async |door: &str| -> Vec<String> {
            town.seen(&town.garden.db).await.into_iter().filter(|seen| seen.starts_with(door)).collect()
        };
        for (door, until) in [("front", 4), ("stuck", 1), ("back", 4)] {
            assert_eq!(seen_of(door).await, expected(door, until));
        }
        broken.store(false, Ordering::Relaxed);
        let (hearer, parked) = bus.parked(10).await?.remove(0);
        bus.retry_parked(hearer, &parked.id).await?;
        bus.settle(LIMIT).await?;
        for door in ["front", "stuck", "back"] {
            assert_eq!(seen_of(door).await, expected(door, 4));
        }
        assert!(town.broker.is_some() || most.load(Ordering::Relaxed) > 1, "they came one by one");
        bus.stop().await;
        Ok(())
    });
}

#[test]
fn a_fact_before_its_profile_waits_without_being_parked() {
    on_both(|town| async move {
        let mut reactions = Reactions::new("garden", town.garden.db.clone());
        reactions.hear::<Opened>("needs the profile", |tx, _cx, event, _heard| {
            Box::pin(async move {
                let known = tx.one::<(String,)>("select name from profile where id = $1", &[&event.door]).await?;
                note(tx, &known.ok_or_else(bus::not_yet)?.0).await
            })
        });
        reactions.hear::<Named>("copy", |tx, _cx, event, _heard| {
            Box::pin(async move {
                tx.exec("insert into profile (id, name) values ($1, $2)", &[&event.id, &event.name]).await.map(drop)
            })
        });
        let bus = town.bus(vec![reactions]).await;
        town.open("front", 1).await;
        for _ in 0..12 {
            assert!(bus.settle(LIMIT).await.unwrap_err().to_string().contains("not-yet-known"));
        }
        assert!(bus.parked(10).await?.is_empty());
        town.say(Named { id: "front".into(), name: "Front door".into() }).await;
        bus.settle(LIMIT).await?;
        assert_eq!(town.seen(&town.garden.db).await, ["Front door"]);
        bus.stop().await;
        Ok(())
    });
}

#[test]
fn who_comes_late_gets_the_profiles_announced_and_hears_on_from_the_middle() {
    on_both(|town| async move {
        let bus = town.bus(vec![]).await;
        for turn in 1..=3 {
            town.open("front", turn).await;
            town.say(Named { id: "front".into(), name: format!("name {turn}") }).await;
        }
        bus.settle(LIMIT).await?;
        assert_eq!(town.count(&town.house.db, "select count(*) from outbox where class = 'profile'").await, 1);
        bus.stop().await;
        town.cx.clock.advance(SignedDuration::from_mins(10));

        let bus = town.bus(vec![noting("garden", &town.garden.db, &sound())]).await;
        town.open("front", 4).await;
        bus.reannounce("house", town.cx.now()).await?;
        bus.settle(LIMIT).await?;
        assert_eq!(town.seen(&town.garden.db).await, ["front 4 #4"]);
        let name = town
            .garden
            .db
            .read(async |tx| tx.one::<(String,)>("select name from profile where id = 'front'", &[]).await)
            .await?;
        assert_eq!(name.unwrap().0, "name 3");
        bus.stop().await;
        Ok(())
    });
}

#[test]
fn a_restored_source_speaks_in_a_new_epoch_and_is_heard() {
    on_both(|town| async move {
        let bus = town.bus(vec![noting("garden", &town.garden.db, &sound())]).await;
        for turn in 1..=3 {
            town.open("front", turn).await;
        }
        town.say(Named { id: "front".into(), name: "old".into() }).await;
        bus.settle(LIMIT).await?;
        // The backup knew of one opening only; its outbox still thinks that it must be sent.
        town.house
            .db
            .write(async |tx| {
                tx.exec("delete from outbox where n > 1 and class = 'fact'", &[]).await?;
                tx.exec("update outbox set sent_at = null", &[]).await?;
                tx.exec("update subject_number set n = 1", &[]).await?;
                assert_eq!(bus::raise_epoch(tx).await?, 2);
                Ok(())
            })
            .await?;
        town.open("front", 20).await;
        town.open("front", 30).await;
        town.say(Named { id: "front".into(), name: "new".into() }).await;
        bus.settle(LIMIT).await?;
        assert_eq!(
            town.seen(&town.garden.db).await,
            ["front 1 #1", "front 2 #2", "front 3 #3", "front 20 #1", "front 30 #2"]
        );
        let name = town
            .garden
            .db
            .read(async |tx| tx.one::<(String,)>("select name from profile where id = 'front'", &[]).await)
            .await?;
        assert_eq!(name.unwrap().0, "new");
        bus.stop().await;
        Ok(())
    });
}

#[test]
fn forgetting_a_subject_empties_what_was_said_of_it_and_nobody_waits_for_it() {
    on_both(|town| async move {
        let quiet = town.bus(vec![]).await;
        quiet.stop().await;
        town.open("front", 1).await;
        town.say(Named { id: "front".into(), name: "Ayu".into() }).await;
        town.house
            .db
            .write(async |tx| {
                assert_eq!(bus::forget(tx, "front").await?, 2);
                Ok(())
            })
            .await?;
        assert_eq!(town.count(&town.house.db, "select count(*) from outbox where payload <> ''").await, 0);
        town.open("front", 2).await;
        let bus = town.bus(vec![noting("garden", &town.garden.db, &sound())]).await;
        bus.settle(LIMIT).await?;
        assert_eq!(town.seen(&town.garden.db).await, ["front 2 #2"]);
        assert_eq!(town.count(&town.garden.db, "select count(*) from profile").await, 0);
        bus.stop().await;
        Ok(())
    });
}

#[test]
fn what_is_older_than_ninety_days_goes_and_the_subject_is_still_heard() {
    on_both(|town| async move {
        let mut reactions = noting("garden", &town.garden.db, &sound());
        reactions.hear::<Line>("write it down", |tx, _cx, event, _heard| {
            Box::pin(async move { note(tx, &event.text).await })
        });
        let bus = town.bus(vec![reactions]).await;
        for turn in 1..=2 {
            town.open("front", turn).await;
        }
        town.say(Named { id: "front".into(), name: "Front".into() }).await;
        town.say(Line { text: "a line".into() }).await;
        bus.settle(LIMIT).await?;
        town.cx.clock.advance(SignedDuration::from_hours(91 * 24));
        town.open("back", 1).await;
        bus.settle(LIMIT).await?;
        bus.tidy().await?;
        assert_eq!(town.count(&town.house.db, "select count(*) from outbox").await, 2, "the profile and the new fact");
        assert_eq!(town.count(&town.garden.db, "select count(*) from heard where class = 'fact'").await, 1);
        assert_eq!(town.count(&town.garden.db, "select count(*) from heard_log").await, 0);
        town.open("front", 3).await;
        bus.settle(LIMIT).await?;
        let mut seen = town.seen(&town.garden.db).await;
        seen.sort();
        assert_eq!(seen, ["a line", "back 1 #1", "front 1 #1", "front 2 #2", "front 3 #3"]);
        bus.stop().await;
        Ok(())
    });
}

/// J1: what is old goes in small pieces, so that nobody waits long for the database however much of it there is.
#[test]
fn what_is_old_goes_in_pieces() {
    on_both(|town| async move {
        const MANY: i64 = 1_300;
        let bus = town.bus(vec![noting("garden", &town.garden.db, &sound())]).await;
        for some in 0..13 {
            let cx = town.cx.clone();
            town.house
                .db
                .write(async move |tx| {
                    for i in 0..MANY / 13 {
                        tx.publish(&cx, &Opened { door: format!("door{some}-{i}"), turn: 1 }).await?;
                    }
                    Ok(())
                })
                .await?;
        }
        bus.settle(LIMIT).await?;
        // Each piece is a commit of its own.
        let old = async |db: &Db, sql: &'static str| town.count(db, sql).await;
        assert_eq!(old(&town.house.db, "select count(*) from outbox").await, MANY);
        town.cx.clock.advance(SignedDuration::from_hours(91 * 24));
        let units = (town.house.db.tally().units, town.garden.db.tally().units);
        bus.tidy().await?;
        assert_eq!(old(&town.house.db, "select count(*) from outbox").await, 0);
        assert_eq!(old(&town.garden.db, "select count(*) from heard where class = 'fact'").await, 0);
        let pieces = (town.house.db.tally().units - units.0, town.garden.db.tally().units - units.1);
        assert!(pieces.0 >= 3 && pieces.1 >= 3, "1,300 rows are three pieces of 500: {pieces:?}");
        bus.stop().await;
        Ok(())
    });
}

#[test]
fn many_events_travel_in_few_units() {
    on_both(|town| async move {
        for unit in 0..8 {
            let cx = town.cx.clone();
            town.house
                .db
                .write(async move |tx| {
                    for i in 0..250 {
                        tx.publish(&cx, &Opened { door: format!("door{}", i % 100), turn: unit * 250 + i }).await?;
                    }
                    Ok(())
                })
                .await?;
        }
        let bus = town.bus(vec![noting("garden", &town.garden.db, &sound())]).await;
        let before = town.garden.db.tally().units;
        bus.settle(LIMIT).await?;
        assert_eq!(town.seen(&town.garden.db).await.len(), 2000);
        // A broker hands over what it has at the moment.
        let most = if town.broker.is_some() { 400 } else { 20 };
        assert!(town.garden.db.tally().units - before < most, "batches, not a unit per event");
        bus.stop().await;
        Ok(())
    });
}

/// The lease: while one relay holds it, another of the same source sends nothing; once it is let go, it does.
#[test]
fn relays_take_turns() {
    on_both(|town| async move {
        let one = town.bus(vec![noting("garden", &town.garden.db, &sound())]).await;
        town.open("front", 1).await;
        one.settle(LIMIT).await?;
        let other = town.bus(vec![]).await;
        town.open("front", 2).await;
        one.settle(LIMIT).await?;
        assert_eq!(town.seen(&town.garden.db).await.len(), 2);
        one.stop().await;
        town.open("front", 3).await;
        other.settle(LIMIT).await?;
        assert_eq!(other.lag().await?[0].unsent, 0);
        other.stop().await;
        Ok(())
    });
}

/// A node whose clock is far ahead keeps nobody from sending, neither while it holds the lease nor after.
#[test]
fn a_clock_that_is_ahead_holds_no_lease() {
    on_both(|town| async move {
        let ahead = town.cx.now() + jiff::SignedDuration::from_mins(10);
        let lease = "insert into relay_lease (one, holder, fence, until) values (1, 'ahead', 1, $1)";
        town.house.db.write(async move |tx| tx.exec(lease, &[&ahead]).await).await?;
        town.open("front", 1).await;
        let sent = Arc::new(Sent::default());
        let relay = bus::Relay::new("house", town.house.db.clone(), sent.clone(), town.cx.clone());
        assert_eq!(relay.step().await?, 1);
        Ok(())
    });
}

/// Another replica applied the predecessor while its follower was put aside here: found by looking.
#[test]
fn what_became_ready_unseen_is_found() {
    on_both(|town| async move {
        for turn in 1..=2 {
            town.open("front", turn).await;
        }
        let hearer = Arc::new(bus::Hearer::new(noting("garden", &town.garden.db, &sound()), town.cx.clone()));
        let sent = Arc::new(Sent::default());
        bus::Relay::new("house", town.house.db.clone(), sent.clone(), town.cx.clone()).step().await?;
        let events = sent.0.lock().unwrap().clone();
        assert_eq!((hearer.take(&events[1..]).await?, hearer.waiting().await?, hearer.retry().await?), (0, 1, 0));
        let now = town.cx.now();
        let another =
            "insert into heard (source, class, subject, epoch, n, at) values ('house', 'fact', 'front', 1, 1, $1)";
        town.garden.db.write(async move |tx| tx.exec(another, &[&now]).await).await?;
        assert_eq!((hearer.retry().await?, hearer.waiting().await?), (1, 0));
        assert_eq!(town.seen(&town.garden.db).await, ["front 2 #2"]);
        Ok(())
    });
}

/// A reaction's own conflict is the event's trouble: it must not stop the events of others.
#[test]
fn a_reaction_that_answers_stale_holds_its_subject_only() {
    on_both(|town| async move {
        let mut reactions = noting("garden", &town.garden.db, &sound());
        reactions.hear::<Opened>("stale", |_tx, _cx, event, _heard| {
            let stale = event.door == "stale";
            Box::pin(async move { if stale { Err(Error::Stale) } else { Ok(()) } })
        });
        let bus = town.bus(vec![reactions]).await;
        town.open("stale", 1).await;
        town.open("front", 1).await;
        assert!(bus.settle(LIMIT).await.is_err());
        assert_eq!(town.seen(&town.garden.db).await, ["front 1 #1"]);
        bus.stop().await;
        Ok(())
    });
}

/// Keeps what it was given.
#[derive(Default)]
struct Sent(std::sync::Mutex<Vec<Arc<bus::Envelope>>>);

#[async_trait::async_trait]
impl bus::Transport for Sent {
    async fn send(&self, events: &[Arc<bus::Envelope>]) -> Result<()> {
        self.0.lock().unwrap().extend_from_slice(events);
        Ok(())
    }
}
