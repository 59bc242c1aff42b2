//! Waiting for a condition, with a limit.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// How long anything may take to come true.
const LIMIT: Duration = Duration::from_secs(15);

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(25);

/// Asks until there is an answer; after 15 s the error says what was waited for.
pub async fn eventually<T>(what: &str, ask: impl AsyncFnMut() -> Result<Option<T>>) -> Result<T> {
    eventually_within(LIMIT, what, ask).await
}

/// As [`eventually`], for what takes its own time: after `limit` the error says what was waited for.
pub async fn eventually_within<T>(
    limit: Duration,
    what: &str,
    mut ask: impl AsyncFnMut() -> Result<Option<T>>,
) -> Result<T> {
    let start = Instant::now();
    loop {
        if let Some(answer) = ask().await? {
            return Ok(answer);
        }
        if start.elapsed() > limit {
            bail!("waited {} s in vain until {what}", limit.as_secs());
        }
        pause().await;
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a browser gives no signal when a page changes; this is the pause between two looks"
)]
async fn pause() {
    tokio::time::sleep(PAUSE).await;
}
