//! What this process tells of itself.

use std::{sync::OnceLock, time::Duration};

use async_trait::async_trait;
use contracts::{
    Permission,
    system::{
        Behind, ContextJobs, DatabaseState, JobLine, JobState, Level, LogLine, ParkedEvent, Pool, Process, ProcessState,
    },
};
use futures_util::future::{join, join_all};
use jiff::{SignedDuration, Timestamp};
use platform::{
    Clock, Cx, Result, bus,
    db::{Db, Engine},
    http::health::{self, Check},
    ids,
    jobs::{self, Standing},
    trace,
};
use tokio::time::timeout;

use super::{decisions, log};
use crate::wiring::{Part, Roles, World};

/// How long a database may take to say how far it is behind. Shorter than others wait for this process.
const PATIENCE: Duration = Duration::from_millis(1_500);
/// Parked events and jobs told of each context.
const SHOWN: i64 = 100;
const JOBS_SHOWN: i64 = 50;

/// This process, its databases and what must hold for it to be ready.
pub struct Own {
    instance: String,
    roles: Roles,
    started_at: Timestamp,
    clock: Clock,
    databases: Vec<(&'static str, Db)>,
    checks: Vec<Check>,
    /// What must hold besides, known once everything has started.
    more: OnceLock<Vec<Check>>,
}

impl Own {
    /// A process that starts now.
    pub fn new(world: &World, roles: &Roles, databases: &[(&'static str, Db)], checks: Vec<Check>) -> Self {
        let started_at = world.clock.now();
        Self {
            instance: ids::encode("prc", started_at, world.entropy.bytes()),
            roles: roles.clone(),
            started_at,
            clock: world.clock.clone(),
            databases: databases.to_vec(),
            checks,
            more: OnceLock::new(),
        }
    }

    /// What else must hold; said once.
    pub fn needs(&self, more: Vec<Check>) {
        let _ = self.more.set(more); // a second start of the entry would need the same
    }

    /// Whether that context lives here.
    pub fn has(&self, context: &str) -> bool {
        self.contexts().any(|(name, _)| name == context)
    }

    /// The databases with a bus and jobs.
    fn contexts(&self) -> impl Iterator<Item = (&'static str, &Db)> {
        let is_context = |name: &str| Part::CONTEXTS.iter().any(|part| part.word() == name);
        self.databases.iter().filter(move |(name, _)| is_context(name)).map(|(name, db)| (*name, db))
    }

    fn database(&self, context: &str, missing: &'static str) -> Result<(&'static str, &Db)> {
        self.contexts().find(|(name, _)| *name == context).ok_or(platform::Error::NotFound(missing))
    }

    async fn look(&self, name: &'static str, db: &Db) -> DatabaseState {
        let is_context = self.has(name);
        let now = self.clock.now();
        let seen = timeout(PATIENCE, async {
            let levels = db.levels().await?;
            let behind = if is_context { Some(behind(db, now).await?) } else { None };
            Ok::<_, platform::Error>((levels, behind))
        });
        let (levels, behind) = seen.await.ok().and_then(Result::ok).unwrap_or_default();
        let level = |level: platform::db::Level| Level {
            ledger: level.ledger.to_owned(),
            applied: level.applied,
            known: level.known,
        };
        DatabaseState {
            name: name.to_owned(),
            engine: match db.engine() {
                Engine::Sqlite => "sqlite",
                Engine::Postgres => "postgres",
            }
            .to_owned(),
            levels: levels.into_iter().map(level).collect(),
            pool: db.pool().map(|pool| Pool {
                in_use: pool.in_use as u64,
                most: pool.most as u64,
                waiting: pool.waiting as u64,
            }),
            behind,
        }
    }
}

async fn behind(db: &Db, now: Timestamp) -> Result<Behind> {
    let (bus, jobs) = (bus::numbers(db, now).await?, jobs::numbers(db, now).await?);
    // Clocks differ a little; nothing is early.
    let ms = |late: SignedDuration| i64::try_from(late.as_millis()).unwrap_or(i64::MAX).max(0);
    Ok(Behind {
        unsent: bus.unsent,
        unsent_ms: ms(bus.oldest),
        waiting: bus.waiting,
        waiting_ms: ms(bus.heard_oldest),
        parked: bus.parked,
        due: jobs.due,
        due_ms: ms(jobs.oldest),
        dead: jobs.dead,
    })
}

fn words(names: Vec<&'static str>) -> Vec<String> {
    names.into_iter().map(ToOwned::to_owned).collect()
}

#[async_trait]
impl Process for Own {
    async fn state(&self, cx: &Cx) -> Result<ProcessState> {
        cx.require(Permission::SystemRead)?;
        let checks: Vec<Check> = self.checks.iter().chain(self.more.get().into_iter().flatten()).cloned().collect();
        let databases = join_all(self.databases.iter().map(|(name, db)| self.look(name, db)));
        let ((missing, without), databases) = join(health::look(&checks), databases).await;
        let now = self.clock.now();
        Ok(ProcessState {
            instance: self.instance.clone(),
            name: trace::process().to_owned(),
            roles: self.roles.name().split('+').map(ToOwned::to_owned).collect(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            started_at: self.started_at,
            uptime_seconds: now.duration_since(self.started_at).as_secs().max(0),
            missing: words(missing),
            without: words(without),
            databases,
        })
    }

    async fn parked(&self, cx: &Cx) -> Result<Vec<ParkedEvent>> {
        cx.require(Permission::SystemRead)?;
        let mut all = Vec::new();
        for (hearer, db) in self.contexts() {
            let told = |parked: bus::Parked| ParkedEvent {
                hearer: hearer.to_owned(),
                id: parked.id,
                source: parked.source,
                kind: parked.kind,
                subject: parked.subject,
                n: parked.n,
                behind: parked.behind,
                attempts: parked.attempts,
                reason: parked.reason,
                parked_at: parked.parked_at,
            };
            all.extend(bus::parked(db, SHOWN).await?.into_iter().map(told));
        }
        Ok(all)
    }

    async fn retry_parked(&self, cx: &Cx, hearer: &str, id: &str) -> Result<()> {
        cx.require(Permission::SystemManage)?;
        let (hearer, db) = self.database(hearer, "hearer")?;
        decisions::retry_parked(cx, hearer, db, id).await
    }

    async fn drop_parked(&self, cx: &Cx, hearer: &str, id: &str, reason: &str) -> Result<()> {
        cx.require(Permission::SystemManage)?;
        let (hearer, db) = self.database(hearer, "hearer")?;
        decisions::drop_parked(cx, hearer, db, id, reason).await
    }

    async fn jobs(&self, cx: &Cx) -> Result<Vec<ContextJobs>> {
        cx.require(Permission::SystemRead)?;
        let mut all = Vec::new();
        for (context, db) in self.contexts() {
            let (tally, pending) = jobs::pending(db, self.clock.now(), JOBS_SHOWN).await?;
            let dead = jobs::dead(db, JOBS_SHOWN).await?.into_iter().map(|job| JobLine {
                context: context.to_owned(),
                id: job.id,
                kind: job.kind,
                state: JobState::Dead,
                attempts: job.attempts,
                last_error: job.last_error,
                at: job.ended_at,
            });
            let pending = pending.into_iter().map(|job| JobLine {
                context: context.to_owned(),
                id: job.id,
                kind: job.kind,
                state: match job.standing {
                    Standing::Running => JobState::Running,
                    Standing::Due => JobState::Due,
                    Standing::Failing => JobState::Failing,
                },
                attempts: job.attempts,
                last_error: job.last_error,
                at: job.due_at,
            });
            all.push(ContextJobs {
                context: context.to_owned(),
                running: tally.running,
                due: tally.due,
                failing: tally.failing,
                dead: tally.dead,
                items: dead.chain(pending).collect(),
            });
        }
        Ok(all)
    }

    async fn retry_job(&self, cx: &Cx, context: &str, id: &str) -> Result<()> {
        cx.require(Permission::SystemManage)?;
        let (context, db) = self.database(context, "context")?;
        decisions::retry_job(cx, context, db, id).await
    }

    async fn drop_job(&self, cx: &Cx, context: &str, id: &str, reason: &str) -> Result<()> {
        cx.require(Permission::SystemManage)?;
        let (context, db) = self.database(context, "context")?;
        decisions::drop_job(cx, context, db, id, reason).await
    }

    async fn logs(&self, cx: &Cx, trace: Option<String>) -> Result<Vec<LogLine>> {
        cx.require(Permission::SystemRead)?;
        Ok(log::Sought::of(trace.as_deref())?.lines())
    }
}
