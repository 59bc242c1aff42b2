//! What a first visit costs on a slow phone with a slow connection: bytes, and how long until the page is there.

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use crate::{Browser, PHONE, Theme};

/// A page as somebody gets it who was never there before.
#[derive(Debug, Clone, Copy)]
pub struct FirstVisit {
    /// Bytes over the wire.
    pub bytes: u64,
    /// Bytes of scripts among them, those that come later included.
    pub scripts: u64,
    /// Milliseconds until the largest part was painted (LCP).
    pub paint: f64,
    /// How far things moved while the page came (CLS).
    pub shift: f64,
}

const LOADED: &str = "const done = arguments[0]; const see = () => done(performance.getEntriesByType('navigation') \
    .concat(performance.getEntriesByType('resource')).map(entry => [entry.name, entry.transferSize, entry.initiatorType])); \
    if (document.readyState === 'complete') setTimeout(see, 500); else addEventListener('load', () => setTimeout(see, 500));";
const SEEN: &str = "const done = arguments[0]; let shift = 0, at = 0; \
    new PerformanceObserver(list => { for (const entry of list.getEntries()) if (!entry.hadRecentInput) shift += entry.value; }).observe({ type: 'layout-shift', buffered: true }); \
    new PerformanceObserver(list => { for (const entry of list.getEntries()) at = entry.startTime; }).observe({ type: 'largest-contentful-paint', buffered: true }); \
    setTimeout(() => done([at, shift]), 1000);";

impl Browser {
    /// Visits an address on a phone with a processor a quarter as fast, over 1.6 Mbit/s and 150 ms there and back. The
    /// browser must not have been there before.
    pub async fn first_visit(&self, url: &str) -> Result<FirstVisit> {
        self.look(PHONE, Theme::Light, "id").await?;
        self.devtools("Network.enable", &json!({})).await?;
        let slow =
            json!({ "offline": false, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 93_750 });
        self.devtools("Network.emulateNetworkConditions", &slow).await?;
        self.devtools("Emulation.setCPUThrottlingRate", &json!({ "rate": 4 })).await?;
        self.goto(url).await?;
        let loaded = self.execute_async(LOADED).await?;
        let seen = self.execute_async(SEEN).await?;
        let loaded = loaded.as_array().context("nothing was loaded")?;
        let size = |entry: &Value| entry[1].as_u64().unwrap_or_default();
        Ok(FirstVisit {
            bytes: loaded.iter().map(size).sum(),
            scripts: loaded.iter().filter(|entry| is_script(entry)).map(size).sum(),
            paint: seen[0].as_f64().unwrap_or(f64::MAX),
            shift: seen[1].as_f64().unwrap_or(f64::MAX),
        })
    }
}

/// Whether an entry is of a script.
fn is_script(entry: &Value) -> bool {
    let name = entry[0].as_str().unwrap_or_default();
    std::path::Path::new(name).extension().is_some_and(|extension| extension == "js")
}
