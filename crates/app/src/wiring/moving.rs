//! A house that moves: the bus between its contexts, their jobs, what is done daily; and the order in which it comes to rest.

use std::{sync::Arc, time::Duration};

use axum::Router;
use platform::{
    Error, Result,
    bus::{Bus, BusHandle},
    jobs::JobsHandle,
};
use tokio::{sync::watch, task::JoinHandle};

use super::{Contexts, House, World, databases::KEYS};
use crate::backup;

/// The house with everything moving.
pub struct Running {
    /// The contexts.
    pub house: House,
    /// What carries events between them.
    pub bus: Arc<BusHandle>,
    jobs: Vec<JobsHandle>,
    stop: watch::Sender<bool>,
    following: Vec<JoinHandle<()>>,
}

impl Running {
    /// Everything people and programs reach.
    pub fn router(&self) -> Result<Router> {
        self.house.router()
    }

    /// Waits until every event is heard: for tests and sample data.
    pub async fn settle(&self) -> Result<()> {
        self.bus.settle(Duration::from_secs(30)).await
    }

    /// Does what is due now, for tests with a standing clock.
    pub async fn run_due(&self) -> Result<()> {
        for jobs in &self.jobs {
            jobs.run_due().await?;
        }
        Ok(())
    }

    /// Stops jobs and bus, then closes the databases.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        for task in self.following {
            if task.await.is_err() {
                tracing::error!("a task that follows other processes had panicked");
            }
        }
        for jobs in self.jobs {
            jobs.stop().await;
        }
        if let Some(bus) = Arc::into_inner(self.bus) {
            bus.stop().await;
        } else {
            // A request still looks at it; events not sent yet are sent at the next start.
            tracing::warn!("the bus was not stopped in order");
        }
        self.house.close().await;
    }
}

impl House {
    /// Starts the bus: from now on the contexts hear each other.
    pub async fn start_bus(&self) -> Result<BusHandle> {
        self.bus()?.start().await
    }

    /// Makes every hearer's place at the broker, where there is one: what is said before a process starts for the first
    /// time is kept for it.
    pub async fn prepare_bus(&self) -> Result<()> {
        self.bus()?.prepare().await
    }

    fn bus(&self) -> Result<Bus> {
        let broker = self.settings.rabbitmq.is_used();
        if self.roles.has_a_context() && !self.roles.has_all_contexts() && !broker {
            // Silence would look like health: what is said here would never be heard elsewhere.
            return Err(Error::internal("setting rabbitmq.url is needed where contexts live in several processes"));
        }
        let mut bus = Bus::new(self.world.clock.clone(), self.world.entropy.clone());
        for (name, db) in self.databases.iter().filter(|(name, _)| *name != KEYS) {
            bus.source(name, db.clone());
        }
        let Contexts { auth, people, directory, scheduling, notifications } = &self.own;
        if let Some(auth) = auth {
            bus.join(auth.clone().reactions());
        }
        if let Some(people) = people {
            bus.join(people.reactions());
        }
        if let Some(directory) = directory {
            bus.join(directory.reactions());
        }
        if let Some(scheduling) = scheduling {
            bus.join(scheduling.reactions());
        }
        if let Some(notifications) = notifications {
            bus.join(notifications.reactions());
        }
        if let Some(mailbox) = &self.mailbox {
            bus.join(mailbox.reactions());
        }
        bus.over(self.settings.rabbitmq.clone());
        Ok(bus)
    }

    /// Starts the bus, the jobs, and what keeps up with other processes.
    pub async fn start(self) -> Result<Running> {
        let bus = Arc::new(self.start_bus().await?);
        let World { clock, entropy } = &self.world;
        let Contexts { auth, people, directory, scheduling, notifications } = &self.own;
        let daily = self.daily()?;
        let of_auth = auth.as_ref().map(|auth| {
            let mut jobs = auth.clone().jobs();
            backup::add_job(&mut jobs, daily.as_ref());
            jobs
        });
        let due = [
            of_auth,
            people.as_ref().map(|people| people.jobs()),
            directory.as_ref().map(|directory| directory.clone().jobs()),
            scheduling.as_ref().map(scheduling::SchedulingContext::jobs),
            notifications.as_ref().map(|notifications| notifications.jobs()),
        ];
        let mut jobs = Vec::new();
        for context in due.into_iter().flatten() {
            jobs.push(context.start(clock.clone(), entropy.clone()).await?);
        }
        let (stop, stopped) = watch::channel(false);
        let following = self.keep_up(&stopped).await;
        Ok(Running { house: self, bus, jobs, stop, following })
    }

    /// The backups this process makes by itself: one that reaches every database may, where the settings say when.
    fn daily(&self) -> Result<Option<Arc<backup::Daily>>> {
        let daily = backup::Daily::of(&self.settings, &self.master)?;
        if daily.is_some() && !self.roles.has_all_contexts() {
            tracing::warn!(
                "setting backup.at: this process does not reach every database; have mediverse backup called"
            );
            return Ok(None);
        }
        Ok(daily.map(Arc::new))
    }
}
