//! Sees to it that there is a certificate with life left in it.

use std::{sync::Arc, time::Duration};

use platform::{Clock, Error, Result, entropy::Entropy};
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::{
    Plan,
    channel::Channel,
    folder::{Folder, Lock},
    order::order,
    record::Record,
};
use crate::{numbers, tls::Certificates};

/// The longest an order may take.
const LONGEST: Duration = Duration::from_mins(5);

/// Orders certificates when they are due.
pub(crate) struct Keeper {
    plan: Plan,
    folder: Folder,
    channel: Channel,
    certificates: Arc<Certificates>,
    clock: Clock,
    entropy: Entropy,
}

impl Keeper {
    /// Fails where whom to trust cannot be read.
    pub async fn new(
        plan: Plan,
        folder: Folder,
        certificates: Arc<Certificates>,
        clock: Clock,
        entropy: Entropy,
    ) -> Result<Self> {
        let channel = Channel::new(plan.trust.as_deref()).await?;
        Ok(Self { plan, folder, channel, certificates, clock, entropy })
    }

    /// Looks again and again, until it is aborted. What fails is told, and tried again later; meanwhile the old
    /// certificate goes on.
    pub async fn keep(self, every: Duration) {
        let mut looks = interval(every.max(Duration::from_secs(1)));
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            looks.tick().await;
            match self.look().await {
                Ok(false) => {}
                Ok(true) => {
                    numbers::ordered("done");
                    tracing::info!(names = ?self.plan.names, "a certificate was ordered");
                }
                Err(error) => {
                    numbers::ordered("failed");
                    tracing::error!(%error, "no certificate was ordered; it is tried again");
                }
            }
        }
    }

    /// Orders a certificate where one is due and nobody else is at it. Answers whether there is a new one.
    async fn look(&self) -> Result<bool> {
        if !self.is_due(self.record().await?.as_ref()).await? {
            return Ok(false);
        }
        let Some(lock) = self.folder.lock().await? else { return Ok(false) };
        // Who had the lock before may have been faster.
        if let Err(error) = self.certificates.reload().await {
            tracing::warn!(%error, "the certificate in the folder cannot be read");
        }
        let record = self.record().await?;
        let now = self.clock.now();
        let may = record.as_ref().is_none_or(|record| record.not_before(&self.plan) <= now);
        if !may || !self.is_due(record.as_ref()).await? {
            return Ok(false);
        }
        let begun = Record::begun(record.as_ref(), &self.plan, now, &self.entropy);
        self.folder.keep_record(&lock, begun.bytes()).await?;
        let ordered = self.order(&lock).await;
        // Also what an order left behind that was cut off.
        self.folder.clear(&lock).await?;
        self.folder.keep_certificate(&lock, ordered?).await?;
        let taken = self.certificates.reload().await;
        let life = self.certificates.life();
        self.folder.keep_record(&lock, Record::done(&self.plan, self.clock.now(), life.as_ref()).bytes()).await?;
        taken.map(|_| true)
    }

    async fn order(&self, lock: &Lock) -> Result<String> {
        let ordered = timeout(LONGEST, order(&self.plan, &self.folder, lock, &self.channel)).await;
        ordered.unwrap_or_else(|_| Err(Error::internal("the order took too long")))
    }

    /// Whether there is no certificate, or not the right one, or not for much longer.
    async fn is_due(&self, record: Option<&Record>) -> Result<bool> {
        let Some(life) = self.certificates.life() else { return Ok(true) };
        let elsewhere = record.is_some_and(|record| record.is_elsewhere(&self.plan));
        let due = elsewhere || !life.covers(&self.plan.names) || life.renewal() <= self.clock.now();
        Ok(due || !self.folder.has_certificate().await?)
    }

    async fn record(&self) -> Result<Option<Record>> {
        Ok(self.folder.record().await?.and_then(|bytes| Record::read(&bytes)))
    }
}
