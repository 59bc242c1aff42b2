//! Jobs: asked for with the change, run when due, by one runner at a time, tried again, dead in the end.

#![allow(clippy::unwrap_used)]

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use platform::{
    Clock, Cx, Error, Result,
    db::Db,
    entropy::Entropy,
    jobs::{self, Job, Jobs, JobsHandle},
};

fn cx() -> Cx {
    Cx::system("test", Clock::manual(Timestamp::from_second(1_800_000_000).unwrap()), Entropy::seeded(3))
}

/// What was run, in order.
#[derive(Clone, Default)]
struct Ran(Arc<Mutex<Vec<String>>>);

impl Ran {
    fn note(&self, what: impl Into<String>) {
        self.0.lock().unwrap().push(what.into());
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

fn reminders(db: &Db, ran: &Ran) -> Jobs {
    let mut jobs = Jobs::new("test", db.clone());
    let ran = ran.clone();
    jobs.on("remind", move |_cx, who: String| {
        let ran = ran.clone();
        async move {
            ran.note(&who);
            match &*who {
                "fails" => Err(Error::Internal("phone 0812".into())),
                "panics" => panic!("phone 0812"),
                _ => Ok(()),
            }
        }
    });
    jobs
}

async fn idle(jobs: Jobs, cx: &Cx) -> JobsHandle {
    jobs.idle(cx.clock.clone(), cx.entropy.clone()).await.unwrap()
}

async fn ask(db: &Db, cx: &Cx, job: Job) -> Result<()> {
    let cx = cx.clone();
    db.write(async move |tx| tx.enqueue(&cx, job).await).await
}

fn remind(who: &str) -> Job {
    Job::new("remind", &who).unwrap()
}

async fn count(db: &Db) -> i64 {
    db.read(async |tx| tx.one::<(i64,)>("select count(*) from job", &[]).await).await.unwrap().unwrap().0
}

testkit::db_test! {
    jobs::MIGRATIONS;

    async fn a_job_runs_once_when_it_is_due_and_is_gone(db: Db) {
        let (cx, ran) = (cx(), Ran::default());
        let jobs = idle(reminders(&db, &ran), &cx).await;
        ask(&db, &cx, remind("later").due_at(cx.now() + SignedDuration::from_hours(2))).await?;
        ask(&db, &cx, remind("now")).await?;
        assert_eq!((jobs.run_due().await?, ran.take()), (1, vec!["now".to_owned()]));
        cx.clock.advance(SignedDuration::from_hours(2));
        assert_eq!((jobs.run_due().await?, ran.take()), (1, vec!["later".to_owned()]));
        assert_eq!((jobs.run_due().await?, count(&db).await), (0, 0));
    }

    async fn a_job_of_a_unit_that_failed_is_never_run(db: Db) {
        let (cx, ran) = (cx(), Ran::default());
        let jobs = idle(reminders(&db, &ran), &cx).await;
        let by = cx.clone();
        let unit = db.write(async move |tx| {
            tx.enqueue(&by, remind("nobody")).await?;
            Err::<(), _>(Error::Stale)
        });
        assert!(unit.await.is_err());
        assert_eq!(jobs.run_due().await?, 0);
    }

    async fn asked_for_again_under_its_key_a_job_moves_and_it_can_be_cancelled(db: Db) {
        let (cx, ran) = (cx(), Ran::default());
        let jobs = idle(reminders(&db, &ran), &cx).await;
        let at = |hours| cx.now() + SignedDuration::from_hours(hours);
        ask(&db, &cx, remind("old").key("apt_1").due_at(at(1))).await?;
        ask(&db, &cx, remind("new").key("apt_1").due_at(at(3))).await?;
        ask(&db, &cx, remind("other").key("apt_2").due_at(at(3))).await?;
        cx.clock.advance(SignedDuration::from_hours(2));
        assert_eq!(jobs.run_due().await?, 0);
        assert!(db.write(async |tx| tx.cancel_job("remind", "apt_2").await).await?);
        assert!(!db.write(async |tx| tx.cancel_job("remind", "apt_2").await).await?);
        cx.clock.advance(SignedDuration::from_hours(1));
        assert_eq!((jobs.run_due().await?, ran.take()), (1, vec!["new".to_owned()]));
    }

    async fn a_failing_job_pauses_longer_and_longer_then_is_dead_and_can_be_retried(db: Db) {
        for (who, word) in [("fails", "internal"), ("panics", "panicked")] {
            let (cx, ran) = (cx(), Ran::default());
            let jobs = idle(reminders(&db, &ran), &cx).await;
            ask(&db, &cx, remind(who).key("k")).await?;
            assert_eq!((jobs.run_due().await?, jobs.run_due().await?), (1, 0));
            cx.clock.advance(SignedDuration::from_secs(2));
            assert_eq!((jobs.run_due().await?, jobs.run_due().await?), (1, 0));
            cx.clock.advance(SignedDuration::from_millis(1500));
            assert_eq!(jobs.run_due().await?, 0, "the second pause is longer");
            for _ in 2..jobs::TRIES {
                cx.clock.advance(SignedDuration::from_hours(2));
                assert_eq!(jobs.run_due().await?, 1);
            }
            cx.clock.advance(SignedDuration::from_hours(2));
            assert_eq!(jobs.run_due().await?, 0);
            assert_eq!(ran.take().len() as i64, jobs::TRIES);
            let dead = jobs::dead(&db, 10).await?;
            assert_eq!((&*dead[0].kind, &*dead[0].last_error, dead[0].attempts), ("remind", word, jobs::TRIES));
            // The same work may be asked for anew while the dead one lies there; then it is not revived beside it.
            ask(&db, &cx, remind("fresh").key("k")).await?;
            assert!(jobs::retry_dead(&db, &cx, &dead[0].id).await.is_err());
            assert_eq!(jobs.run_due().await?, 1);
            jobs::retry_dead(&db, &cx, &dead[0].id).await?;
            assert_eq!((jobs.run_due().await?, ran.take()), (1, vec!["fresh".to_owned(), who.to_owned()]));
            assert!(db.write(async |tx| tx.cancel_job("remind", "k").await).await?);
        }
    }

    async fn a_dead_job_can_be_dropped(db: Db) {
        let (cx, ran) = (cx(), Ran::default());
        let jobs = idle(reminders(&db, &ran), &cx).await;
        ask(&db, &cx, remind("fails")).await?;
        for _ in 0..jobs::TRIES {
            cx.clock.advance(SignedDuration::from_hours(2));
            jobs.run_due().await?;
        }
        let dead = jobs::dead(&db, 10).await?;
        jobs::drop_dead(&db, &dead[0].id).await?;
        assert_eq!(count(&db).await, 0);
    }

    async fn something_periodic_runs_in_one_replica_and_goes_on_after_a_failure(db: Db) {
        let (cx, runs, broken) = (cx(), Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
        let replica = || {
            let mut jobs = Jobs::new("test", db.clone());
            let (runs, broken) = (runs.clone(), broken.clone());
            jobs.every("sweep", SignedDuration::from_mins(10), move |_cx| {
                runs.fetch_add(1, Ordering::Relaxed);
                let broken = broken.load(Ordering::Relaxed);
                async move { if broken { Err(Error::internal("no")) } else { Ok(()) } }
            });
            jobs
        };
        let (one, other) = (idle(replica(), &cx).await, idle(replica(), &cx).await);
        for round in 1..=3 {
            one.run_due().await?;
            other.run_due().await?;
            assert_eq!(runs.load(Ordering::Relaxed), round);
            cx.clock.advance(SignedDuration::from_mins(10));
        }
        broken.store(true, Ordering::Relaxed);
        for _ in 0..30 {
            one.run_due().await?;
            cx.clock.advance(SignedDuration::from_mins(16));
        }
        broken.store(false, Ordering::Relaxed);
        let before = runs.load(Ordering::Relaxed);
        other.run_due().await?;
        assert_eq!((before, runs.load(Ordering::Relaxed)), (33, 34));
        assert!(jobs::dead(&db, 10).await?.is_empty());
    }

    /// The claim is the one statement the engines say differently.
    async fn many_runners_at_once_run_each_job_once(db: Db) {
        let (cx, ran) = (cx(), Ran::default());
        for i in 0..60 {
            ask(&db, &cx, remind(&format!("{i:02}"))).await?;
        }
        let mut runners = Vec::new();
        for _ in 0..4 {
            runners.push(idle(reminders(&db, &ran), &cx).await);
        }
        let counts = futures_util::future::try_join_all(runners.iter().map(JobsHandle::run_due)).await?;
        assert_eq!(counts.iter().sum::<usize>(), 60);
        let mut ran = ran.take();
        ran.sort();
        assert_eq!(ran, (0..60).map(|i| format!("{i:02}")).collect::<Vec<_>>());
    }

    async fn a_job_whose_runner_died_is_run_again_once_its_lease_has_run_out(db: Db) {
        let (cx, ran) = (cx(), Ran::default());
        let jobs = idle(reminders(&db, &ran), &cx).await;
        ask(&db, &cx, remind("again")).await?;
        let until = cx.now() + SignedDuration::from_secs(60);
        db.write(async move |tx| tx.exec("update job set lease_holder = 'dead', lease_until = $1, attempts = 1", &[&until]).await).await?;
        assert_eq!(jobs.run_due().await?, 0);
        cx.clock.advance(SignedDuration::from_secs(61));
        assert_eq!((jobs.run_due().await?, ran.take()), (1, vec!["again".to_owned()]));
    }

    async fn a_clock_that_is_ahead_holds_no_job(db: Db) {
        let (cx, ran) = (cx(), Ran::default());
        let jobs = idle(reminders(&db, &ran), &cx).await;
        ask(&db, &cx, remind("again")).await?;
        let until = cx.now() + SignedDuration::from_mins(11);
        db.write(async move |tx| tx.exec("update job set lease_holder = 'ahead', lease_until = $1, attempts = 1", &[&until]).await).await?;
        assert_eq!((jobs.run_due().await?, ran.take()), (1, vec!["again".to_owned()]));
    }

    async fn asked_for_again_while_it_runs_a_job_runs_again(db: Db) {
        let (cx, runs) = (cx(), Arc::new(AtomicUsize::new(0)));
        let mut jobs = Jobs::new("test", db.clone());
        let (inner, counter) = (db.clone(), runs.clone());
        jobs.on("index", move |cx: Cx, payload: i64| {
            let (inner, first) = (inner.clone(), counter.fetch_add(1, Ordering::Relaxed) == 0);
            async move {
                if first {
                    ask(&inner, &cx, Job::new("index", &(payload + 1))?.key("k")).await?;
                }
                Ok(())
            }
        });
        let jobs = idle(jobs, &cx).await;
        ask(&db, &cx, Job::new("index", &1)?.key("k")).await?;
        assert_eq!((jobs.run_due().await?, runs.load(Ordering::Relaxed), count(&db).await), (2, 2, 0));
    }

    async fn jobs_of_other_kinds_are_left_to_who_knows_them(db: Db) {
        let (cx, ran) = (cx(), Ran::default());
        ask(&db, &cx, Job::new("unknown", &1)?).await?;
        assert_eq!(idle(reminders(&db, &ran), &cx).await.run_due().await?, 0);
        assert_eq!(count(&db).await, 1);
    }

    /// With the machine's clock and nothing but the bell and the due time to go by.
    async fn the_background_wakes_when_asked_and_when_due(db: Db) {
        let (clock, entropy) = (Clock::System, Entropy::System);
        let cx = Cx::system("test", clock.clone(), entropy.clone());
        let (done, mut dones) = tokio::sync::mpsc::unbounded_channel();
        let mut jobs = Jobs::new("test", db.clone());
        jobs.on("tell", move |_cx, what: String| {
            done.send(what).unwrap();
            async { Ok(()) }
        });
        let jobs = jobs.start(clock, entropy).await?;
        ask(&db, &cx, Job::new("tell", &"soon")?.due_at(cx.now() + SignedDuration::from_millis(300))).await?;
        ask(&db, &cx, Job::new("tell", &"now")?).await?;
        for expected in ["now", "soon"] {
            assert_eq!(tokio::time::timeout(Duration::from_secs(20), dones.recv()).await.unwrap().unwrap(), expected);
        }
        jobs.stop().await;
    }
}
