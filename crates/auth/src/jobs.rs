//! What auth does every so often.

use std::sync::Arc;

use jiff::SignedDuration;
use platform::{Cx, Result, jobs::Jobs};

use crate::{AuthContext, news, reset, session, throttle};

impl AuthContext {
    /// What auth does every so often: seals the audit trail, renews the signing keys, sweeps what is no longer needed.
    pub fn jobs(self: Arc<Self>) -> Jobs {
        let mut jobs = Jobs::new("auth", self.db.clone());
        let auth = self.clone();
        jobs.every("seal-audit-trail", SignedDuration::from_secs(2), move |_| {
            let auth = auth.clone();
            async move { auth.seal_trail().await }
        });
        let auth = self.clone();
        jobs.every("renew-signing-keys", SignedDuration::from_hours(1), move |cx| {
            let auth = auth.clone();
            async move { auth.keyring.rotate(&cx).await }
        });
        jobs.every("sweep", SignedDuration::from_secs(30), move |cx| {
            let auth = self.clone();
            async move { auth.sweep(&cx).await }
        });
        jobs
    }

    /// Takes away what is over: what successors are made from, sessions, failures, codes.
    async fn sweep(&self, cx: &Cx) -> Result<()> {
        let (cx, retry) = (cx.clone(), self.settings.retry);
        self.db
            .write(async move |tx| {
                session::sweep(tx, &cx, retry).await?;
                throttle::sweep(tx, &cx).await?;
                news::sweep(tx, cx.now()).await?;
                reset::sweep(tx, cx.now()).await
            })
            .await
    }
}
