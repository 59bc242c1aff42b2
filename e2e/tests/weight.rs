//! What a first visit costs: bytes, and how long until the page is there on a slow phone with a slow connection.

use anyhow::{Result, ensure};
use e2e::{FirstVisit, Scripts, Site, journey};

/// Bytes over the wire for a first visit.
const FIRST_PAGE: u64 = 60_000;
/// Bytes of scripts among them, those that come later included.
const ALL_SCRIPTS: u64 = 30_000;
/// How far things may move while a page comes (cumulative layout shift).
const SHIFT: f64 = 0.02;

/// J10
#[tokio::test(flavor = "multi_thread")]
async fn a_first_visit_is_light_and_nothing_moves() -> Result<()> {
    let site = Site::demo(&[]).await?;
    journey("weight", async |journey| {
        for (path, name) in [("/", "home"), ("/cari?q=anak", "search"), ("/masuk", "login")] {
            let guest = journey.browser(Scripts::On).await?;
            let FirstVisit { bytes, scripts, paint, shift } = guest.first_visit(&site.page(path)).await?;
            println!("{name}: {bytes} bytes, {scripts} of scripts, largest paint at {paint:.0} ms, shift {shift:.4}");
            ensure!(bytes > 5_000 && bytes <= FIRST_PAGE, "{name} takes {bytes} bytes");
            ensure!(scripts <= ALL_SCRIPTS, "{name} takes {scripts} bytes of scripts");
            ensure!(shift <= SHIFT, "{name} shifts by {shift}");
        }
        Ok(())
    })
    .await
}
