//! What notifications does by itself: sends, reminds, tidies. Every job may run twice, on two nodes, or after a week off.

use contracts::notifications::DeliveryId;
use jiff::SignedDuration;
use platform::{Cx, Result, jobs::Jobs};

use crate::{NotificationsContext, delivery};

/// How long somebody can look back in their inbox, and visits are known for calendars.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 400);
/// A sending whose job was lost is given up after this.
const LOST: SignedDuration = SignedDuration::from_hours(48);
/// Rows taken away at a time.
const AT_ONCE: i64 = 500;

impl NotificationsContext {
    /// The jobs of this context.
    pub fn jobs(&self) -> Jobs {
        let mut jobs = Jobs::new("notifications", self.db.clone());
        let this = self.clone();
        jobs.on(delivery::SEND, move |cx: Cx, id: DeliveryId| {
            let this = this.clone();
            async move { this.send(&cx, id).await }
        });
        let this = self.clone();
        jobs.every("remind", SignedDuration::from_secs(15), move |cx| {
            let this = this.clone();
            async move {
                while this.remind_due(&cx).await? > 0 {}
                Ok(())
            }
        });
        let this = self.clone();
        jobs.every("read-outside-calendars", SignedDuration::from_secs(60), move |cx| {
            let this = this.clone();
            async move {
                while this.read_outside(&cx).await? > 0 {}
                Ok(())
            }
        });
        let this = self.clone();
        jobs.every("tidy", SignedDuration::from_hours(1), move |cx| {
            let this = this.clone();
            async move {
                while this.tidy(&cx).await? > 0 {}
                Ok(())
            }
        });
        jobs
    }

    /// Takes away what is old, some hundred rows; answers how many.
    async fn tidy(&self, cx: &Cx) -> Result<u64> {
        const GIVE_UP: &str =
            "update delivery set state = 'given_up', answer = 'stale' where state = 'queued' and queued_at < $1";
        const OLD: [&str; 4] = [
            "delete from delivery where notification in \
             (select id from notification where at < $1 order by at, id limit $2)",
            "delete from notification where id in \
             (select id from notification where at < $1 order by at, id limit $2)",
            "delete from reminder where appointment in \
             (select id from visit where ends_at < $1 order by ends_at, id limit $2)",
            "delete from visit where id in (select id from visit where ends_at < $1 order by ends_at, id limit $2)",
        ];
        let now = cx.now();
        self.db
            .write(async move |tx| {
                tx.exec(GIVE_UP, &[&(now - LOST)]).await?;
                let mut gone = 0;
                for sql in OLD {
                    gone += tx.exec(sql, &[&(now - KEPT), &AT_ONCE]).await?;
                }
                Ok(gone)
            })
            .await
    }
}
