//! First visits in Chromium: a phone with a processor a quarter as fast, 1.6 Mbit/s, 150 ms there and back.

use anyhow::{Context as _, Result};
use e2e::{FirstVisit, Markup, Reader, Scripts, Site, journey};

use crate::report::{Line, Report};

/// Bytes over the wire.
const BYTES: u64 = 60_000;
/// Milliseconds until the largest part is painted.
const PAINT: f64 = 1_200.0;
/// How far things may move.
const SHIFT: f64 = 0.02;

/// Each page that somebody may come to first, so many times with a fresh browser. Of times the median is told, of
/// everything else the worst.
pub async fn run(report: &mut Report, site: &Site, visits: usize) -> Result<()> {
    for (name, path) in entries(site).await? {
        let mut seen = Vec::new();
        for _ in 0..visits {
            // A profile of its own: nothing is remembered from the visit before.
            journey("first-visits", async |journey| {
                seen.push(journey.browser(Scripts::On).await?.first_visit(&site.page(&path)).await?);
                Ok(())
            })
            .await?;
        }
        report.add(line(name, seen));
    }
    Ok(())
}

fn line(name: &str, mut seen: Vec<FirstVisit>) -> Line {
    seen.sort_by(|a, b| a.paint.total_cmp(&b.paint));
    let median = seen.get(seen.len() / 2).map_or(f64::MAX, |visit| visit.paint);
    let most = |number: fn(&FirstVisit) -> u64| seen.iter().map(number).max().unwrap_or_default();
    let bytes = most(|visit| visit.bytes);
    let shift = seen.iter().map(|visit| visit.shift).fold(0.0, f64::max);
    let slowest = seen.last().map_or(f64::MAX, |visit| visit.paint);
    Line::new(
        &format!("first visit: {name}, 390×844, 4× slower processor, 1.6 Mbit/s, 150 ms, {} visits", seen.len()),
        None,
        format!(
            "LCP median {median:.0} ms, slowest {slowest:.0} ms; CLS {shift:.4}; {bytes} bytes, {} of scripts",
            most(|visit| visit.scripts)
        ),
    )
    .aims("LCP ≤ 1200 ms, CLS ≤ 0.02, ≤ 60 KB", median <= PAINT && shift <= SHIFT && bytes <= BYTES)
}

/// The pages that search engines and friends lead to.
async fn entries(site: &Site) -> Result<Vec<(&'static str, String)>> {
    let mut reader = Reader::guest(site.url(), "id");
    let mut link_on = async |page: &str, start: &str| {
        let markup = Markup::read(&reader.get(page).await?.body);
        let link = markup.links.into_iter().find(|link| link.href.starts_with(start));
        link.map(|link| link.href).with_context(|| format!("{page} leads to no {start}"))
    };
    let doctor = link_on("/cari?q=anak", "/dokter/").await?;
    let facility = link_on("/cari?hasil=faskes", "/faskes/").await?;
    let desk = link_on("/cari?layanan=vaksin", "/layanan/").await?;
    Ok(vec![
        ("home", "/".to_owned()),
        ("search", "/cari?q=anak".to_owned()),
        ("doctor", doctor),
        ("facility", facility),
        ("vaccination", desk),
        ("sign in", "/masuk".to_owned()),
        ("sign up", "/daftar".to_owned()),
    ])
}
