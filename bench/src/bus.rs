//! How far the program's events are, as its API tells.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use tokio::time::{Instant, MissedTickBehavior, interval};

use crate::client::Client;

/// Events not sent yet, and how old the oldest is.
#[derive(Debug, Clone, Copy, Default)]
pub struct Behind {
    /// Not sent yet, of all sources.
    pub unsent: i64,
    /// Age of the oldest in milliseconds.
    pub oldest_ms: i64,
    /// Parked: they failed for good.
    pub parked: i64,
}

/// How far the bus is behind now. `head` must be a super admin.
pub async fn behind(head: &mut Client) -> Result<Behind> {
    let services = head.get("/api/v1/system/services").await?;
    let mut behind = Behind::default();
    for service in services.as_array().context("a list of services")? {
        let databases = service["state"]["databases"].as_array().context("a service that answers")?;
        for told in databases.iter().map(|database| &database["behind"]).filter(|told| !told.is_null()) {
            let number = |name: &'static str| told[name].as_i64().context(name);
            behind.unsent += number("unsent")?;
            behind.oldest_ms = behind.oldest_ms.max(number("unsent_ms")?);
            behind.parked += number("parked")?;
        }
    }
    Ok(behind)
}

/// Waits until everything said was sent and nothing is parked, three minutes at most.
pub async fn until_all_heard(head: &mut Client) -> Result<()> {
    let begun = Instant::now();
    let mut again = interval(Duration::from_millis(50));
    again.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        again.tick().await;
        let behind = behind(head).await?;
        if behind.parked > 0 {
            bail!("{} events are parked", behind.parked);
        }
        if behind.unsent == 0 {
            return Ok(());
        }
        if begun.elapsed() > Duration::from_mins(3) {
            bail!("after three minutes {} events are not sent, the oldest for {} ms", behind.unsent, behind.oldest_ms);
        }
    }
}
