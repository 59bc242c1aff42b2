//! What a first visit costs: bytes, and how long until the page is there on a slow phone with a slow connection.

use anyhow::{Context as _, Result, ensure};
use e2e::{PHONE, Scripts, Site, Theme, journey};
use serde_json::{Value, json};

/// Bytes over the wire for a first visit.
const FIRST_PAGE: u64 = 60_000;
/// Bytes of scripts among them, those that come later included.
const ALL_SCRIPTS: u64 = 30_000;
/// How far things may move while a page comes (cumulative layout shift).
const SHIFT: f64 = 0.02;

const LOADED: &str = "const done = arguments[0]; const see = () => done(performance.getEntriesByType('navigation') \
    .concat(performance.getEntriesByType('resource')).map(entry => [entry.name, entry.transferSize, entry.initiatorType])); \
    if (document.readyState === 'complete') setTimeout(see, 500); else addEventListener('load', () => setTimeout(see, 500));";
const SEEN: &str = "const done = arguments[0]; let shift = 0, at = 0; \
    new PerformanceObserver(list => { for (const entry of list.getEntries()) if (!entry.hadRecentInput) shift += entry.value; }).observe({ type: 'layout-shift', buffered: true }); \
    new PerformanceObserver(list => { for (const entry of list.getEntries()) at = entry.startTime; }).observe({ type: 'largest-contentful-paint', buffered: true }); \
    setTimeout(() => done([at, shift]), 1000);";

/// Whether an entry is of a script.
fn is_script(entry: &Value) -> bool {
    let name = entry[0].as_str().unwrap_or_default();
    std::path::Path::new(name).extension().is_some_and(|extension| extension == "js")
}

/// J10
#[tokio::test(flavor = "multi_thread")]
async fn a_first_visit_is_light_and_nothing_moves() -> Result<()> {
    let site = Site::demo(&[]).await?;
    journey("weight", async |journey| {
        for (path, name) in [("/", "home"), ("/cari?q=anak", "search"), ("/masuk", "login")] {
            let guest = journey.browser(Scripts::On).await?;
            guest.look(PHONE, Theme::Light, "id").await?;
            // 1.6 Mbit/s, 150 ms there and back, a processor a quarter as fast.
            guest.devtools("Network.enable", &json!({})).await?;
            let slow =
                json!({ "offline": false, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 93_750 });
            guest.devtools("Network.emulateNetworkConditions", &slow).await?;
            guest.devtools("Emulation.setCPUThrottlingRate", &json!({ "rate": 4 })).await?;
            guest.goto(&site.page(path)).await?;
            let loaded = guest.execute_async(LOADED).await?;
            let seen = guest.execute_async(SEEN).await?;
            let loaded = loaded.as_array().context("nothing was loaded")?;
            let size = |entry: &Value| entry[1].as_u64().unwrap_or_default();
            let all: u64 = loaded.iter().map(size).sum();
            let scripts: u64 = loaded.iter().filter(|entry| is_script(entry)).map(size).sum();
            let (paint, shift) = (seen[0].as_f64().unwrap_or(f64::MAX), seen[1].as_f64().unwrap_or(f64::MAX));
            println!("{name}: {all} bytes, {scripts} of scripts, largest paint at {paint:.0} ms, shift {shift:.4}");
            ensure!(all > 5_000 && all <= FIRST_PAGE, "{name} takes {all} bytes: {loaded:#?}");
            ensure!(scripts <= ALL_SCRIPTS, "{name} takes {scripts} bytes of scripts");
            ensure!(shift <= SHIFT, "{name} shifts by {shift}");
        }
        Ok(())
    })
    .await
}
