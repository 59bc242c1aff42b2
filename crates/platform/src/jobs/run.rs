//! Running jobs when they are due.

use std::{collections::HashMap, future::Future, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures_util::{FutureExt, future::BoxFuture};
use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;
use tokio::{
    sync::{Mutex, OwnedSemaphorePermit, Semaphore, watch},
    task::JoinHandle,
    time::timeout,
};

use super::lease::{self, End, Leased};
use crate::{
    Clock, Cx, Error, Result, bus,
    db::{Db, json_list},
    entropy::Entropy,
    ids,
    trace::{Here, Kind, Span, within},
};

/// After so many failures in a row, which takes about four hours, a job is dead. Periodic jobs never are.
pub const TRIES: i64 = 15;
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_hours(1);
/// How many jobs of one context run at once.
const AT_ONCE: usize = 16;
/// How long the runner goes without looking: for jobs of other processes and leases that ran out.
const LOOK: Duration = Duration::from_secs(1);
/// How often a running job says that it is alive.
const HEARTBEAT: Duration = Duration::from_secs(20);
/// How long `stop` waits for running jobs. Those cut off are run again once their lease has run out.
const FAREWELL: Duration = Duration::from_secs(10);

/// What a context can do later, and how.
pub struct Jobs {
    name: &'static str,
    db: Db,
    handlers: HashMap<&'static str, Handler>,
}

struct Handler {
    run: Box<dyn Fn(Cx, String) -> BoxFuture<'static, Result<()>> + Send + Sync>,
    period: Option<SignedDuration>,
}

impl Jobs {
    /// No handlers yet; the jobs of the context `name` lie in `db`. A database has one runner in a process.
    pub fn new(name: &'static str, db: Db) -> Self {
        Self { name, db, handlers: HashMap::new() }
    }

    /// Does jobs of a kind. The handler may be run twice for one job: after a crash, or when its lease ran out.
    pub fn on<P, F, R>(&mut self, kind: &'static str, handler: F) -> &mut Self
    where
        P: DeserializeOwned + Send + 'static,
        F: Fn(Cx, P) -> R + Send + Sync + 'static,
        R: Future<Output = Result<()>> + Send + 'static,
    {
        let run = move |cx: Cx, payload: String| match serde_json::from_str(&payload) {
            Ok(payload) => handler(cx, payload).boxed(),
            Err(_) => std::future::ready(Err(Error::internal("the content of a job cannot be read"))).boxed(),
        };
        self.handlers.insert(kind, Handler { run: Box::new(run), period: None });
        self
    }

    /// Does something every so often, in one replica at a time: first at once, then `period` after each end.
    pub fn every<F, R>(&mut self, kind: &'static str, period: SignedDuration, handler: F) -> &mut Self
    where
        F: Fn(Cx) -> R + Send + Sync + 'static,
        R: Future<Output = Result<()>> + Send + 'static,
    {
        let run = move |cx: Cx, _: String| handler(cx).boxed();
        self.handlers.insert(kind, Handler { run: Box::new(run), period: Some(period) });
        self
    }

    /// Starts running them.
    pub async fn start(self, clock: Clock, entropy: Entropy) -> Result<JobsHandle> {
        let handle = self.idle(clock, entropy).await?;
        let task = tokio::spawn(keep_running(handle.runner.clone(), handle.stop.subscribe()));
        *handle.task.lock().await = Some(task);
        Ok(handle)
    }

    /// Runs them only when told to by [`JobsHandle::run_due`]: for tests and single commands.
    pub async fn idle(self, clock: Clock, entropy: Entropy) -> Result<JobsHandle> {
        let cx = Cx::system(self.name, clock, entropy);
        let kinds = json_list(self.handlers.keys().copied());
        let holder = ids::encode("run", cx.now(), cx.entropy.bytes());
        let runner = Runner {
            db: self.db,
            handlers: self.handlers,
            kinds,
            holder,
            cx,
            places: Arc::new(Semaphore::new(AT_ONCE)),
        };
        runner.plant().await?;
        Ok(JobsHandle { runner: Arc::new(runner), stop: watch::Sender::new(false), task: Mutex::default() })
    }
}

/// Running jobs of one context. They end by [`JobsHandle::stop`], or soon after it is dropped.
pub struct JobsHandle {
    runner: Arc<Runner>,
    stop: watch::Sender<bool>,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl JobsHandle {
    /// Runs all that is due by the clock, and what falls due by that, to the end; answers how many runs that took here.
    pub async fn run_due(&self) -> Result<usize> {
        let mut runs = 0;
        loop {
            let due = self.runner.claim(AT_ONCE).await?;
            let count = due.len();
            for job in due {
                self.runner.run(job).await;
            }
            runs += count;
            // What the background has taken up belongs to it.
            let idle = self.runner.places.acquire_many(AT_ONCE as u32).await;
            drop(idle);
            if count == 0 {
                return Ok(runs);
            }
        }
    }

    /// Takes no new jobs, waits a while for running ones, and ends.
    pub async fn stop(&self) {
        self.stop.send_replace(true);
        if let Some(task) = self.task.lock().await.take()
            && task.await.is_err()
        {
            tracing::error!("the runner of jobs had panicked");
        }
        if timeout(FAREWELL, self.runner.places.acquire_many(AT_ONCE as u32)).await.is_err() {
            tracing::warn!(jobs = &*self.runner.cx.request_id, "running jobs were cut off; they are run again later");
        }
    }
}

struct Runner {
    db: Db,
    handlers: HashMap<&'static str, Handler>,
    /// The kinds it can do, as a JSON array.
    kinds: String,
    holder: String,
    cx: Cx,
    places: Arc<Semaphore>,
}

impl Runner {
    async fn plant(&self) -> Result<()> {
        let now = self.cx.now();
        for (kind, _) in self.handlers.iter().filter(|(_, handler)| handler.period.is_some()) {
            let (id, kind) = (ids::encode("job", now, self.cx.entropy.bytes()), *kind);
            self.db.write(async move |tx| lease::plant(tx, &id, kind, now).await).await?;
        }
        Ok(())
    }

    async fn claim(&self, limit: usize) -> Result<Vec<Leased>> {
        lease::claim(&self.db, &self.holder, self.cx.now(), &self.kinds, limit as i64).await
    }

    /// Runs a job to its end and writes down how it ended.
    async fn run(&self, job: Leased) {
        let Some((kind, handler)) = self.handlers.get_key_value(job.kind.as_str()) else { return };
        let began = tokio::time::Instant::now();
        let lost = handler.period.is_none() && job.attempts > TRIES;
        let result = if lost { Err(Error::Unavailable("lost")) } else { self.attempt(handler, &job).await };
        if let Err(error) = &result {
            tracing::warn!(job = %job.id, kind = %job.kind, attempts = job.attempts, error = error.word(), "a job failed");
        }
        let failed = result.is_err();
        let end = self.end_of(handler.period, job.attempts, result, self.cx.now());
        self.count(kind, failed, &end, began.elapsed());
        if let Err(error) = lease::end(&self.db, &self.holder, &job, end).await {
            tracing::warn!(job = %job.id, kind = %job.kind, error = error.word(), "the end of a job was not written; it runs again");
        }
    }

    fn count(&self, kind: &'static str, failed: bool, end: &End, took: Duration) {
        let context = self.cx.request_id.to_string();
        let end = match (failed, end) {
            (_, End::Dead { .. }) => "dead",
            (true, _) => "failed",
            (false, _) => "done",
        };
        metrics::histogram!("job_seconds", "context" => context.clone(), "kind" => kind).record(took.as_secs_f64());
        metrics::counter!("job_runs_total", "context" => context, "kind" => kind, "end" => end).increment(1);
    }

    /// Keeps the lease for as long as the handler takes; a panic is a failure like others.
    async fn attempt(&self, handler: &Handler, job: &Leased) -> Result<()> {
        // Each run is a trace of its own: what asked for it is over.
        let span =
            Span::begin(Kind::Internal, format!("{} runs {}", self.cx.request_id, job.kind), None, &self.cx.clock);
        let cx = Cx { trace: Some(span.trace()), ..self.cx.clone() };
        let here = Here { trace: span.trace(), request_id: job.id.as_str().into() };
        let running = AssertUnwindSafe(async { (handler.run)(cx, job.payload.clone()).await }).catch_unwind();
        let mut running = std::pin::pin!(within(here, running));
        let result = loop {
            match timeout(HEARTBEAT, running.as_mut()).await {
                Ok(Ok(result)) => break result,
                Ok(Err(_panic)) => break Err(Error::Unavailable("panicked")),
                Err(_) => lease::renew(&self.db, &self.holder, &job.id, self.cx.now()).await?,
            }
        };
        span.end(result.is_err());
        result
    }

    fn end_of(&self, period: Option<SignedDuration>, attempts: i64, result: Result<()>, now: Timestamp) -> End {
        let pause = || bus::pause(FIRST_PAUSE, LONGEST_PAUSE, attempts, &self.cx.entropy);
        match (period, result) {
            (None, Ok(())) => End::Done,
            (Some(period), Ok(())) => End::Again { due_at: now + period, attempts: 0, error: None },
            (Some(period), Err(e)) => {
                End::Again { due_at: now + pause().min(period), attempts, error: Some(e.word().to_owned()) }
            }
            (None, Err(e)) if attempts >= TRIES => End::Dead { error: e.word().to_owned(), at: now },
            (None, Err(e)) => End::Again { due_at: now + pause(), attempts, error: Some(e.word().to_owned()) },
        }
    }

    /// How long nothing is due, `LOOK` at most.
    async fn rest(&self) -> Duration {
        match lease::next(&self.db).await {
            Ok(Some(at)) => Duration::try_from(at.duration_since(self.cx.now())).unwrap_or_default().min(LOOK),
            Ok(None) | Err(_) => LOOK,
        }
    }
}

/// Runs what is due, as many at once as there are places, until it is told to stop.
async fn keep_running(runner: Arc<Runner>, mut stopped: watch::Receiver<bool>) {
    while bus::is_wanted(&stopped) {
        let free = runner.places.available_permits();
        // Places before jobs: whoever waits for all places to be free waits for what is being claimed as well.
        let rest = match runner.places.clone().try_acquire_many_owned(free as u32) {
            Ok(places) if free > 0 => begin(&runner, places, free).await,
            _ => LOOK,
        };
        tokio::select! {
            _ = timeout(rest, runner.db.signals().enqueued.notified()) => {}
            _ = stopped.changed() => {}
        }
    }
}

/// Begins what is due, in these places; answers how long nothing will be.
async fn begin(runner: &Arc<Runner>, mut places: OwnedSemaphorePermit, free: usize) -> Duration {
    let jobs = match runner.claim(free).await {
        Ok(jobs) => jobs,
        Err(error) => {
            tracing::warn!(error = error.word(), "jobs pause");
            return LOOK;
        }
    };
    for job in jobs {
        let Some(place) = places.split(1) else { break }; // no more are claimed than there are places
        let runner = runner.clone();
        tokio::spawn(async move {
            runner.run(job).await;
            drop(place);
            // A place is free, and a periodic job has a new time.
            runner.db.signals().enqueued.notify_one();
        });
    }
    drop(places);
    runner.rest().await
}
