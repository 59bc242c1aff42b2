//! What the directory does every so often.

use std::sync::Arc;

use jiff::SignedDuration;
use platform::jobs::Jobs;

use crate::{CONTEXT, DirectoryContext, photo};

impl DirectoryContext {
    /// What the directory does every so often: takes files away that no doctor shows.
    pub fn jobs(self: Arc<Self>) -> Jobs {
        let mut jobs = Jobs::new(CONTEXT, self.db.clone());
        jobs.every("sweep-photos", SignedDuration::from_mins(30), move |cx| {
            let directory = self.clone();
            async move { photo::sweep(&directory, &cx).await }
        });
        jobs
    }
}
