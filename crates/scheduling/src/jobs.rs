//! What scheduling does by itself: tidies expired holds, lets unanswered requests lapse, tells directory the earliest
//! free times, settles what was decided about appointments in a leave, forgets old idempotency keys and claims of times long past. Every job may run twice, on two nodes, or after a week off (R.O5).

use std::sync::Arc;

use contracts::scheduling::LeaveId;
use jiff::SignedDuration;
use platform::jobs::Jobs;

use crate::{SchedulingContext, idempotency, leave_settle, past};

impl SchedulingContext {
    /// The jobs of this context.
    pub fn jobs(self: &Arc<Self>) -> Jobs {
        let mut jobs = Jobs::new("scheduling", self.db.clone());
        let this = self.clone();
        jobs.every("tell-availability", SignedDuration::from_secs(1), move |cx| {
            let this = this.clone();
            async move { this.tell_availability(&cx).await.map(drop) }
        });
        let this = self.clone();
        jobs.every("retell-availability", SignedDuration::from_mins(15), move |_| {
            let this = this.clone();
            async move { this.retell_all().await }
        });
        let this = self.clone();
        jobs.every("expire-holds", SignedDuration::from_secs(30), move |cx| {
            let this = this.clone();
            async move {
                while this.drop_expired_holds(&cx).await? > 0 {}
                Ok(())
            }
        });
        let this = self.clone();
        jobs.every("lapse-requests", SignedDuration::from_secs(60), move |cx| {
            let this = this.clone();
            async move {
                while this.lapse_unanswered(&cx).await? > 0 {}
                Ok(())
            }
        });
        let this = self.clone();
        jobs.on(leave_settle::JOB, move |cx, leave: LeaveId| {
            let this = this.clone();
            async move { this.settle_leave(&cx, &leave).await }
        });
        let this = self.clone();
        jobs.every("settle-leaves", SignedDuration::from_secs(60), move |cx| {
            let this = this.clone();
            async move {
                // A leave that cannot be settled keeps nobody's proposal from lapsing.
                let settled = this.settle_leaves(&cx).await;
                settled.and(this.lapse_proposals(&cx).await)
            }
        });
        let this = self.clone();
        jobs.every("forget-past", SignedDuration::from_hours(24), move |cx| {
            let this = this.clone();
            async move { past::forget(&this.db, cx.now()).await }
        });
        let this = self.clone();
        jobs.every("forget-keys", SignedDuration::from_hours(1), move |cx| {
            let this = this.clone();
            async move {
                let now = cx.now();
                while this.db.write(async move |tx| idempotency::purge(tx, now).await).await? > 0 {}
                Ok(())
            }
        });
        jobs
    }
}
